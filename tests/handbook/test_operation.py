"""The page of an operation: in the order a reader needs it, and complete."""

import re
from pathlib import Path

import pytest

from handbook import lifecycle, operation
from handbook.page import MARKDOWN, SITE
from speckit.document import Document, load
from speckit.specification import specify

ROOT = Path(__file__).parents[2]
SAMPLES = {"curl": "curl http://a", "Python": "import httpx"}


@pytest.fixture(scope="module")
def five():
    return specify(load(ROOT / "openapi.yaml"))


@pytest.fixture(scope="module")
def farm():
    return specify(load(ROOT / "examples/render_farm/openapi.yaml"))


@pytest.fixture(scope="module")
def bakery():
    return specify(load(ROOT / "tests/contracts/data/bakery.yaml"))


def page(specification, name, form=SITE, **more):
    found = specification.operations[name]
    return operation.markdown(
        specification, found, form=form, samples=SAMPLES, link=lambda each: f"{each}.md", **more
    )


def made(item, **more):
    data = {"openapi": "3.0.3", "info": {}, "paths": {"/jobs/{id}": {"get": item}}, **more}
    return specify(Document(data, Path("openapi.yaml")))


def written(item, form=SITE, **more):
    return page(made({"operationId": "it", "responses": {}, **item}, **more), "it", form)


def headings(text):
    return re.findall(r"^#+ .*$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)


def section(text, title):
    return text.split(f" {title}\n", 1)[1].split("\n#", 1)[0]


def test_sections_come_in_the_order_of_a_call(five):
    assert headings(page(five, "updateRendleyJob")) == [
        "# Mark a job as acknowledged, or not",
        "## Authentication",
        "## Path parameters",
        "## Request body",
        "## Code samples",
        "## Responses",
        "### 200 OK",
        "### 400 Bad Request",
        "### 401 Unauthorized",
        "### 404 Not Found",
        "### 413 Content Too Large",
        "### 415 Unsupported Media Type",
        "## Lifecycle",
    ]


def test_what_it_does_in_each_state_is_told_with_the_answer(five):
    text = section(page(five, "cancelOpenReplayJob"), "What it does")

    assert "| `scheduled`, `running` | It becomes `cancelled`. |" in text
    assert (
        "| `completed`, `cancelled` | Refused; nothing changes. | "
        '`400` `{"error": "the requested job has already been <state>"}` |' in text
    )


def test_two_endings_have_two_answers_and_an_undocumented_one_says_so(five):
    text = section(page(five, "deleteKragleJob"), "What it does")

    assert '`200` `{"queued_for_deletion": "<id>"}`' in text
    assert "It is removed." in text
    assert "documentation is silent" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "listOpenReplayJobs",
            "Whatever is no whole number from 1 to 200 is not refused: `50` counts instead.",
        ),
        ("listOpenReplayJobs", "Whatever is no whole number from 1 up is not refused: `1` counts instead."),
        ("listKragleJobs", "Whatever is no whole number from 1 up is refused with `500`."),
        ("listRendleyJobs", "Keeps what has this value in `source_type`. Without it, `studio` counts."),
        ("listRendleyJobs", "What is not `true` or `false` is refused with `400`."),
        ("listAlteryxWorkflowJobs", "Orders: `createDate` by `createDateTime`"),
        (
            "getOpenReplayJob",
            "What is not an integer is refused with `400`. An unknown one is answered with `404`.",
        ),
        ("getOpenReplayJob", "An unknown one is answered with `401`."),
        ("createKragleJob", "One that cannot be read, or does not fit, is refused with `500`."),
        ("createKragleJob", 'Refused where there is no such `KragleStack`: `500` `{"code": 24'),
        ("createTaipyJob", "The caller needs the role `TAIPY_EDITOR`. Without it the answer is `403`."),
        ("getAlteryxJob", "May be sent without a value."),
    ],
)
def test_what_happens_outside_the_bounds_is_told(five, name, words):
    assert words in page(five, name)


@pytest.mark.parametrize(
    "words",
    [
        "Orders: `name` by `name`, `-name` by `name` (highest first), `size:desc` by `size` (highest first), "
        "`newest` by when they were made (newest first).",
        "`filter[name]` keeps what has a value in `name` that starts with this.",
        "`of[size]` keeps what has this value in `size`.",
        "`how[status]` keeps what has one of these values",
    ],
)
def test_orders_that_words_turn_and_members_that_filter_are_told(bakery, words):
    assert words in page(bakery, "listShelf")
    life = lifecycle.markdown(bakery, "Order", form=MARKDOWN, link_operation=str)
    assert "`-name` (by `name`, highest first), `size:desc` (by `size`, highest first)" in life
    assert "`newest` (by when they were made, newest first)" in life
    assert "`filter[name]` keeps those whose `name` starts with the one asked for." in life
    assert "`<server>/orders/<id>/loaf`" in life


def test_clamped_pages_cursors_and_idempotency_are_told(farm):
    assert "Below 1 it counts as `1`, above 50 as `50`; for what is no whole number, `20` counts." in page(
        farm, "listRenders"
    )
    assert "Text that is no cursor is refused with `400`." in page(farm, "listRenders")
    assert "Sent again with the same `Idempotency-Key`" in page(farm, "createRender")
    assert "There is something to read in" in page(farm, "getRenderResult")


def test_a_parent_that_the_operation_cannot_name_is_not_told(five):
    """Submitting a task names no configuration, so none can be missing."""
    assert "Refused where there is no such" not in page(five, "submitTaipyTask")


def test_a_schema_that_comes_again_is_not_repeated(five):
    text = page(five, "cancelOpenReplayJob")

    assert text.count("| `error` | string |") == 1
    assert "The fields are those of `400`." in section(text, "404 Not Found")


def test_several_examples_are_tabs_on_the_site_and_titles_elsewhere(five):
    site, plain = page(five, "cancelOpenReplayJob"), page(five, "cancelOpenReplayJob", MARKDOWN)

    assert '=== "It is done"\n\n    ```json\n    {' in site
    assert "**It is done**\n\n```json\n{" in plain
    assert "===" not in plain
    assert '=== "curl"\n\n    ```bash\n    curl http://a\n    ```' in site
    assert "**Python**\n\n```python\nimport httpx\n```" in plain


def test_plain_markdown_has_no_html_but_line_breaks(five, farm):
    for specification in (five, farm):
        for name in specification.operations:
            text = re.sub(r"```.*?```|`[^`]*`", "", page(specification, name, MARKDOWN), flags=re.DOTALL)
            assert set(re.findall(r"<[^>]*>", text)) <= {"<br>"}


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        ({"type": "http", "scheme": "Bearer"}, "`Authorization: Bearer YOUR_API_KEY`"),
        ({"type": "http", "scheme": "basic"}, "User name and password: `Authorization: Basic …`"),
        (
            {"type": "apiKey", "in": "header", "name": "X-Key"},
            "A key in the header `X-Key`: `X-Key: YOUR_API_KEY`.",
        ),
        (
            {"type": "apiKey", "in": "query", "name": "key"},
            "A key in the query parameter `key`: `?key=YOUR_API_KEY`.",
        ),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, "the cookie `sid`: `Cookie: sid=YOUR_API_KEY`."),
        ({"type": "mutualTLS"}, "A client certificate (mutual TLS)."),
        (
            {"type": "openIdConnect", "openIdConnectUrl": "https://a.example/c"},
            "Discovery: [https://a.example/c]",
        ),
        (
            {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://a.example/t"}}},
            "Flow `clientCredentials`: get a token at [https://a.example/t](https://a.example/t).",
        ),
    ],
)
def test_it_is_told_where_the_credential_goes(scheme, words):
    text = written({"security": [{"it": ["read"]}]}, components={"securitySchemes": {"it": scheme}})

    assert words in section(text, "Authentication")
    assert "Scope: `read`." in text


def test_alternatives_combinations_and_no_authentication_are_told():
    schemes = {
        "components": {"securitySchemes": {n: {"type": "apiKey", "in": "header", "name": n} for n in "ab"}}
    }

    assert "No authentication is needed." in written({})
    assert "carries one of these:\n\n-   A key" in written({"security": [{"a": []}, {"b": []}]}, **schemes)
    assert " **And:** A key in the header `b`" in written({"security": [{"a": [], "b": []}]}, **schemes)
    assert "Authentication is optional." in written({"security": [{}, {"a": []}]}, **schemes)


def test_headings_of_a_description_come_below_those_of_the_page():
    text = page(made({"operationId": "it", "description": "# One\n\ntext", "responses": {}}), "it", level=2)

    assert headings(text)[:3] == [
        "## it",
        "### One",
        "### Authentication",
    ]


def test_an_anchor_is_for_the_site_only():
    specification = made({"operationId": "it", "summary": "It", "responses": {}})

    assert page(specification, "it", anchor="it").startswith("# It { #it }\n")
    assert page(specification, "it", MARKDOWN, anchor="it").startswith("# It\n")


def test_what_is_deprecated_says_so_first():
    text = written(
        {"deprecated": True, "parameters": [{"in": "query", "name": "q", "deprecated": True, "schema": {}}]}
    )

    assert text.index('!!! warning "Deprecated"') < text.index("## Authentication")
    assert "| `q` | any | no |  | **Deprecated.** |" in text
    assert "**Deprecated.** It may go away" in written({"deprecated": True}, MARKDOWN)


def test_headers_ranges_and_answers_without_a_body_are_told():
    header = {
        "description": "Where it is.",
        "schema": {"type": "string", "format": "uri"},
        "example": "/jobs/1",
    }
    answers = {
        "default": {"description": "Else."},
        "5XX": {"description": "No."},
        "303": {"headers": {"Location": header}},
    }

    text = written({"responses": answers})

    assert "| `Location` | string (uri) | Where it is.<br>Example: `/jobs/1`. |" in text
    assert headings(text)[-3:] == [
        "### 303 See Other",
        "### 5XX Any error of the server",
        "### Any other status",
    ]
    assert text.count("The answer has no body.") == 3


def test_an_example_is_made_from_the_schema_where_there_is_none():
    media = {
        "application/json": {
            "schema": {"type": "object", "properties": {"n": {"type": "integer", "minimum": 3}}}
        }
    }

    text = written({"responses": {"200": {"description": "", "content": media}}})

    assert '**Example**, made from the schema\n\n```json\n{\n  "n": 3\n}\n```' in text


def test_text_that_ends_a_fence_stays_inside_it():
    media = {"text/plain": {"example": "```\n# no heading"}}

    text = written({"responses": {"200": {"description": "", "content": media}}})

    assert "````text\n```\n# no heading\n````" in text


def test_the_same_document_gives_the_same_bytes(five):
    again = specify(load(ROOT / "openapi.yaml"))

    assert all(page(five, name) == page(again, name) for name in five.operations)


def test_no_page_of_the_six_apis_lacks_a_documented_status(five, farm):
    for specification in (five, farm):
        for name, each in specification.operations.items():
            found = headings(page(specification, name))
            assert all(
                any(title.startswith(f"### {status} ") for title in found) for status in each.responses
            )


def test_scopes_are_told_with_what_they_allow():
    flows = {"implicit": {"scopes": {"read": "Read your pets.", "write": ""}}}
    schemes = {"it": {"type": "oauth2", "flows": flows}}

    text = written({"security": [{"it": ["read", "write"]}]}, components={"securitySchemes": schemes})

    assert "Scopes: `read` (Read your pets) and `write`." in section(text, "Authentication")
    assert "`Authorization: Bearer YOUR_ACCESS_TOKEN`" in text


def test_servers_of_its_own_are_connected_with_the_samples():
    text = written({"servers": [{"url": "/uploads"}]})

    assert "Served at `/uploads`." in text
    assert "The samples ask `http://localhost:8080/uploads`" in text


def test_media_types_with_one_schema_have_one_table_and_one_example():
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in "abcde"}}
    media = {"schema": schema}
    body = {"content": {"application/merge-patch+json": media, "application/json": media}}

    text = section(written({"requestBody": body}), "Request body")

    assert text.count("| `a` |") == 1
    assert text.count("**Example**") == 1
    assert "`application/json`: Object. The fields are those of `application/merge-patch+json`." in text

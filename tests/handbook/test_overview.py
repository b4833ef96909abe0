"""The page of an API: what there is, where it is, and how it says no."""

from pathlib import Path

import pytest

from handbook import overview
from handbook.page import MARKDOWN, SITE
from speckit.document import Document, load
from speckit.specification import specify

ROOT = Path(__file__).parents[2]


def page(specification, tag, form=SITE):
    every = specification.operations.values()
    return overview.markdown(
        specification,
        tag,
        form=form,
        link_operation=lambda name: f"{name}.md",
        link_resource=lambda name: f"r-{name}.md",
        operations=[each for each in every if tag in each.tags] or [each for each in every if not each.tags],
    )


@pytest.fixture(scope="module")
def five():
    return specify(load(ROOT / "openapi.yaml"))


def made(**more):
    data = {"openapi": "3.1.0", "info": {}, "paths": {"/a": {"get": {"responses": {}}}}, **more}
    return specify(Document(data, Path("openapi.yaml")))


def test_every_operation_and_resource_is_linked(five):
    text = page(five, "kragle")

    assert (
        "| `DELETE` | `/jobs/{job_id}` | [Delete a job, now or at its next run](deleteKragleJob.md) |" in text
    )
    assert "-   [`KragleJob`](r-KragleJob.md): A stack run by a schedule." in text
    assert "Its states are `inactive`, `active`, `doomed` and `condemned`." in text
    assert "listTaipyJobs" not in text


def test_errors_have_the_shape_of_the_api(five):
    text = page(five, "kragle")

    assert (
        "| There is no such resource. | `500` | "
        '`{"code": 6, "msg": "The specified object does not exist."}` |' in text
    )
    assert "Of a query parameter given twice the first counts." in text


def test_kinds_of_error_that_nobody_can_cause_are_left_out(five):
    """No operation of it has a body, so none can be too large."""
    text = page(five, "openreplay")

    assert "The request is too large" not in text
    assert "| Who is asking is not known. | `401` | none |" in text


def test_it_tells_who_may_call_without_a_credential(five):
    assert "Not needed for `GET /schedules` and `GET /schedules/byid/{schedule_id}`." in page(five, "kragle")
    assert "It is optional." in page(five, "taipy")


def test_it_tells_where_there_is_more(five):
    """What `externalDocs` names is further reading; nothing says that the page rests on it."""
    text = page(five, "openreplay")

    assert "\n\nMore: [OpenReplay documentation: Jobs](https://docs.openreplay.com/en/api/jobs).\n" in text


def test_servers_are_told_with_their_variables():
    variables = {"region": {"default": "eu", "enum": ["eu", "us"], "description": "Where."}}
    server = {"url": "https://{region}.example.com", "description": "Production.", "variables": variables}

    text = page(made(servers=[server]), "any")

    assert (
        "-   `https://{region}.example.com`: Production. "
        "`region` is one of `eu` or `us`, by default `eu`. Where." in text
    )


def test_a_document_that_says_nothing_still_has_a_page():
    text = page(made(), "Operations", MARKDOWN)

    assert text.startswith("# Operations\n")
    assert "No authentication is needed." in text
    assert "| `GET` | `/a` | [GET /a](GET /a.md) |" in text
    assert "## Errors" not in text
    assert "The document names no server. The samples ask `http://localhost:8080`" in text


def declaring(**own):
    """An API without conventions, whose operations document their errors each in its own way."""
    error = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}}}
    inline = {"content": {"text/plain": {}, "application/problem+json": {"schema": {"type": "object"}}}}
    body = {"requestBody": {"content": {"application/json": {"schema": {}}}}}
    get = {"operationId": "list", "responses": {"200": {}}, "parameters": [{"name": "a", "in": "query"}]}
    post = {"operationId": "make", **body, "responses": {"201": {}, "422": error, "401": inline}}
    life = {
        "identity": {"field": "/id", "generate": "$random.uuid"},
        "initially": {"id": "$id"},
        "operations": {"list": {"role": "list"}, "make": {"role": "create"}},
        **own,
    }
    components = {
        "schemas": {"Fault": {"type": "object"}},
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
    }
    return made(
        paths={"/a": {"get": get, "post": post}},
        components=components,
        security=[{"key": []}],
        **{"x-resource-lifecycles": {"A": life}},
    )


def test_errors_are_told_as_the_operations_document_them():
    """The server answers so, whatever it would say of itself."""
    text = page(declaring(), "Operations", MARKDOWN)

    assert (
        "| The request body cannot be read.<br>The request body does not fit."
        "<br>The media type is not one of the documented ones. | `422` | `Fault`, `application/json` |"
        in text
    )
    assert (
        "| Who is asking is not known. | `401` | As the operation documents it, "
        "`application/problem+json` |" in text
    )
    assert "| A parameter does not fit. | `400` | A problem (RFC 9457), `application/problem+json` |" in text
    assert "There is no such resource" not in text, "no path has a parameter"


def test_errors_that_operations_word_differently_are_told_apart():
    text = page(declaring(), "Operations", MARKDOWN)

    assert (
        "| Who is asking is not known. | `401` | A problem (RFC 9457), `application/problem+json` |" in text
    )
    assert "What stands in several lines is answered by each operation as its own page documents it." in text


def test_what_the_lifecycle_says_of_errors_counts_more():
    answers = {"invalidBody": {"status": 422, "body": {"oh": "$error#/detail"}}}

    text = page(declaring(answers=answers), "Operations", MARKDOWN)

    assert '| The request body does not fit. | `422` | `{"oh": "<detail>"}` |' in text


def test_errors_of_the_own_example_are_problems():
    text = page(specify(load(ROOT / "examples/render_farm/openapi.yaml")), "renders", MARKDOWN)

    assert "application/problem+json" in text
    assert "The resource has changed meanwhile." in text


def test_scopes_are_told_with_what_they_allow():
    flows = {
        "clientCredentials": {"tokenUrl": "https://a.example/t", "scopes": {"read": "See.", "write": "Do."}}
    }
    components = {"securitySchemes": {"login": {"type": "oauth2", "flows": flows}}}
    paths = {"/a": {"get": {"security": [{"login": ["read"]}], "responses": {}}}}

    text = page(made(components=components, paths=paths), "any")

    assert "| `read` | See. |" in text
    assert "Do." not in text, "no operation here asks for it"


def test_a_server_without_a_host_is_connected_with_where_the_samples_ask():
    text = page(made(servers=[{"url": "/v2"}]), "any")

    assert "-   `/v2`" in text
    assert "The samples ask `http://localhost:8080/v2`, where `understudy serve` answers." in text

"""What the API sends, and where an answer leads: webhooks, callbacks, links."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from handbook import runtime
from handbook.book import book
from handbook.page import MARKDOWN, SITE
from speckit.document import Document, load
from speckit.specification import specify

KENNEL = Path(__file__).parent / "data" / "kennel.yaml"
ANSWER = {"204": {"description": "Noted."}}


def pages(form: str = MARKDOWN, **more: Any) -> dict[str, str]:
    made = book(specify(load(KENNEL)), form=form, **more)
    return {page.path: page.text for page in made.whole.pages()}


def of(**more: Any) -> dict[str, str]:
    """The pages about a document made of `more`."""
    data = {"openapi": "3.1.0", "info": {"title": "A", "version": "1"}, "paths": {}, **more}
    made = book(specify(Document(data, Path("openapi.yaml"))), form=MARKDOWN)
    return {page.path: page.text for page in made.whole.pages()}


def below(text: str, heading: str) -> str:
    return text.split(f"{heading}\n", 1)[1].split("\n## ", 1)[0]


def test_a_webhook_has_a_page_beside_the_operations_of_its_tag() -> None:
    found = pages()

    page = found["pets/pet-left.md"]
    assert page.startswith("# A pet has left\n\nThe API sends **`POST`** to an address of yours")
    assert "Sent when a guest takes their pet home." in page
    assert "| `X-Signature` | string | yes |  | HMAC of the body. |" in below(page, "## Headers")
    assert "| `petType` | string | yes |  |" in below(page, "## What it carries")
    assert "**200 OK**: Taken note of." in below(page, "## What to answer")
    assert "| `POST` | [A pet has left](pet-left.md) |" in below(found["pets/index.md"], "## Webhooks")


def test_nothing_on_the_page_of_a_webhook_asks_the_server() -> None:
    """It is the reader who is asked."""
    page = pages(SITE)["pets/pet-left.md"]

    assert "curl" not in page
    assert "Authentication" not in page, "the credential of the API is not sent to its callers"


def test_what_is_sent_and_what_is_answered_do_not_say_so_of_themselves() -> None:
    """That a field is only in answers is news in a request alone; of a webhook it would even be wrong."""
    fields = {"id": {"type": "string", "readOnly": True}, "pin": {"type": "string", "writeOnly": True}}
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": fields}}}}
    operation = {
        "operationId": "it",
        "requestBody": body,
        "responses": {"200": {"description": "It.", **body}},
    }
    hook = {"post": {"requestBody": body, "responses": ANSWER}}

    found = of(paths={"/a": {"post": operation}}, webhooks={"left": hook})

    sent = below(found["operations/it.md"], "## Request body")
    assert "| `id` | string | no | Only in answers. |" in sent
    assert "| `pin` | string | no |  |" in sent
    for told in (below(found["operations/it.md"], "## Responses"), found["webhooks/left.md"]):
        assert "| `id` | string | no |  |" in told
        assert "| `pin` | string | no | Only in requests. |" in told


def test_webhooks_without_a_tag_of_operations_have_a_section_of_their_own() -> None:
    found = pages()

    assert found["webhooks/fire.md"].startswith("# fire\n")
    assert "[fire](fire.md)" in found["webhooks/index.md"]
    assert "[Webhooks](webhooks/index.md)" in found["index.md"]


def test_only_the_webhooks_of_the_tags_that_are_asked_for_are_explained() -> None:
    data = load(KENNEL)
    made = book(specify(data, only=["pets"]), only=["pets"])

    paths = [page.path for page in made.whole.pages()]
    assert "pets/pet-left.md" in paths
    assert not [path for path in paths if path.startswith("webhooks/")]


def test_a_document_of_nothing_but_webhooks_has_pages() -> None:
    """OpenAPI 3.1 allows it."""
    found = of(webhooks={"burnt": {"post": {"responses": ANSWER}, "put": {"responses": ANSWER}}})

    assert set(found) == {"index.md", "webhooks/index.md", "webhooks/burnt.md", "webhooks/burnt-put.md"}


def test_webhooks_of_a_big_document_share_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handbook.components.MOST_OPERATIONS", 0)
    hooks = {f"hook{number}": {"post": {"responses": ANSWER}} for number in range(30)}

    found = of(paths={"/a": {"get": {"responses": ANSWER}}}, webhooks=hooks)

    assert {path for path in found if path.startswith("webhooks/")} == {
        "webhooks/index.md",
        "webhooks/webhooks.md",
        "webhooks/webhooks-2.md",
    }
    assert "](webhooks-2.md#hook29)" in found["webhooks/index.md"]


def test_a_callback_is_told_on_the_page_of_its_operation() -> None:
    text = below(pages()["pets/add-pet.md"], "## Callbacks")

    assert "### `fed`" in text
    assert (
        "The API sends **`POST`** to `{$request.body#/callback}/fed`, where `$request.body#/callback` "
        "is `callback` of the request body." in text
    )
    assert "| `grams` | integer | no |  |" in text
    assert "**410 Gone**: Send no more." in text


def test_an_answer_tells_what_can_be_called_with_it() -> None:
    text = pages()["pets/add-pet.md"].split("### 201 Created\n", 1)[1].split("\n## ", 1)[0]

    assert "From this answer you can call:" in text
    assert "| [Look at a pet](get-pet.md) | `path.id`: `id` of the answer | Look how it is. |" in text
    assert '`id`: the header `X-Id` of the answer<br>the body: `{"a": 1}`' in text
    assert "](https://example.com/api#/paths/~1x/get)" in text


def test_a_link_to_nothing_is_told_as_it_stands() -> None:
    links = {"next": {"operationId": "gone"}, "more": {"operationRef": "#/paths/~1gone/get"}}
    response = {"200": {"description": "It.", "links": links}}

    text = of(paths={"/a": {"get": {"operationId": "it", "responses": response}}})["operations/it.md"]

    assert "| `gone` |" in text
    assert "| `#/paths/~1gone/get` |" in text


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("$url", "the URL of the request"),
        ("$method", "the method of the request"),
        ("$statusCode", "the status of the answer"),
        ("$request.path.id", "the path parameter `id`"),
        ("$request.query.a.b", "the query parameter `a.b`"),
        ("$request.header.X-Id", "the header `X-Id` of the request"),
        ("$request.body", "the request body"),
        ("$request.body#/a/b~1c", "`a.b/c` of the request body"),
        ("$response.body#/id", "`id` of the answer"),
        ("$response.header.Location", "the header `Location` of the answer"),
        ("$else", "`$else`"),
        (7, "`7`"),
        ("plain", "`plain`"),
    ],
)
def test_an_expression_is_told_in_words(expression: Any, said: str) -> None:
    assert runtime.words(expression, MARKDOWN) == said

"""What is remembered between requests never shows."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from mockserver.app import build
from mockserver.clock import ManualClock
from mockserver.store import MOST_INDEXES, Layout, Resource, Store
from speckit.document import load
from speckit.specification import specify

DOCUMENT = """
openapi: 3.0.3
info: {title: Notes, version: '1'}
paths:
  /notes:
    get:
      operationId: listNotes
      responses: {'200': {description: All, content: {application/json: {schema: {type: object}}}}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getNote
      responses:
        '200': {description: One, content: {application/json: {schema: {type: object}}}}
        '404': {description: None}
    patch:
      operationId: changeNote
      requestBody: {content: {application/json: {schema: {type: object, properties: {text: {type: string}}}}}}
      responses: {'200': {description: One, content: {application/json: {schema: {type: object}}}}}
x-resource-lifecycles:
  Note:
    identity: {param: id, field: /id}
    initially: {id: $id, text: ''}
    operations:
      listNotes:
        role: list
        success: {body: {first: $list#/items/0/text, items: $list#/items}}
      getNote: {role: get}
      changeNote: {role: update, change: {/text: $request.body#/text}}
    seed:
      - set: {id: a, text: one}
      - set: {id: b, text: two}
"""


@pytest.fixture
def client(tmp_path):
    """A client of the document, played in this process without checks."""
    (tmp_path / "notes.yaml").write_text(DOCUMENT)
    return TestClient(build(specify(load(tmp_path / "notes.yaml")), clock=ManualClock()))


@pytest.fixture
def plain(tmp_path):
    """The same, with a list that does not look into its items."""
    text = DOCUMENT.replace("{first: $list#/items/0/text, items: $list#/items}", "{items: $list#/items}")
    (tmp_path / "notes.yaml").write_text(text)
    return TestClient(build(specify(load(tmp_path / "notes.yaml")), clock=ManualClock()))


def test_an_answer_may_look_into_the_items_of_its_list(client):
    """Items kept as JSON could not be looked into."""
    assert client.get("/notes").json()["first"] == "one"


def test_a_list_shows_a_change_at_once(plain):
    """An item is written again once it has changed."""
    before = plain.get("/notes").json()
    plain.patch("/notes/a", json={"text": "new"})
    after = plain.get("/notes").json()

    assert before == plain.get("/notes").json() | {
        "items": [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}]
    }
    assert after == {"items": [{"id": "a", "text": "new"}, {"id": "b", "text": "two"}]}


def test_a_path_too_long_to_remember_is_answered_all_the_same(plain):
    """Twice, since the second answer is the remembered one."""
    long = f"/notes/{'x' * 2000}"

    assert [plain.get(path).status_code for path in (long, long, "/notes/a", "/notes/a")] == [
        404,
        404,
        200,
        200,
    ]


@pytest.mark.parametrize("more", ["", "&x=" + "y" * 2000])
def test_a_query_is_read_the_same_however_often_it_comes(tmp_path, more):
    """Twice, since the second answer is that of the remembered one; refusals are not remembered as values."""
    parameters = "parameters: [{name: limit, in: query, schema: {type: integer, default: 2}}]"
    paging = "paging: {style: offset, offset: limit}"
    text = DOCUMENT.replace("operationId: listNotes", f"operationId: listNotes\n      {parameters}")
    (tmp_path / "notes.yaml").write_text(text.replace("role: list\n", f"role: list\n        {paging}\n"))
    notes = TestClient(build(specify(load(tmp_path / "notes.yaml")), clock=ManualClock()))

    asked = [f"/notes?limit={limit}{more}" for limit in ("1", "x", "0", "1", "x", "0")]
    answers = [notes.get(each) for each in asked]

    assert [each.status_code for each in answers] == [200, 400, 200] * 2
    assert [len(each.json()["items"]) for each in answers if each.is_success] == [1, 2] * 2


def test_more_indexes_than_are_kept_still_find_everything():
    """One that was dropped is made anew, with what has come since."""
    store = Store(Layout(order=(), identity=("id",), alternates=[], indexes=[], unique=[]), None)
    names = [f"field{number}" for number in range(2 * MOST_INDEXES)]

    def found():
        return {len(store.bucket(((name,),), (1,))) for name in names}

    store.add(Resource(store, 1, "a", {"id": "a", **dict.fromkeys(names, 1)}, 0))
    before = found()
    store.add(Resource(store, 2, "b", {"id": "b", **dict.fromkeys(names, 1)}, 0))

    assert before == {1}
    assert found() == {2}

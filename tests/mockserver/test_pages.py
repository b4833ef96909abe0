"""Pages of lists in every order, while what is on them comes, changes and goes."""

from __future__ import annotations

import base64

import orjson
import pytest

from mockserver.locating import LARGEST

ANY = {"content": {"application/json": {"schema": {"type": "object"}}}}
SORT = {"param": "sort", "fields": {"size": "/size", "-size": "-/size", "newest": "-created"}}
CURSOR = {"style": "cursor", "cursor": "at", "size": "limit", "default": 2}
AFTER = {"style": "after", "after": "at", "size": "limit", "default": 2}
PAGE = {"style": "page", "page": "page", "size": "limit", "default": 2}
BODY = {"ids": "$list#/ids", "next": "$list#/next", "at": "$list#/offset"}


class Shelf:
    """Boxes of different sizes, and the list of them."""

    def __init__(self, client, sizes):
        self.client = client
        self.put(*sizes)

    def put(self, *sizes):
        for size in sizes:
            assert self.client.post("/boxes", json={"size": size}).status_code == 201

    def drop(self, number):
        assert self.client.delete(f"/boxes/{number}").status_code == 200

    def open(self, number):
        assert self.client.post(f"/boxes/{number}").status_code == 200

    def page(self, **query):
        answer = self.client.get("/boxes", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ids(self, **query):
        return self.page(**query)["ids"]

    def refused(self, **query):
        answer = self.client.get("/boxes", params=query)
        assert answer.status_code == 400, answer.text
        return answer.json()["detail"]


def _operation(name, *queries, path=False):
    kinds = {"limit": "integer", "page": "integer", "least": "integer"}
    named = [{"name": each, "in": "query", "schema": {"type": kinds.get(each, "string")}} for each in queries]
    named += [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}] if path else []
    return {"operationId": name, "parameters": named, "responses": {"200": {"description": ".", **ANY}}}


@pytest.fixture
def shelf(small, play):
    """A shelf with boxes of some sizes; what else the rule of the list says."""

    def shelf(*sizes, **rule):
        made = {"operationId": "putBox", "requestBody": ANY, "responses": {"201": {"description": "."}}}
        listed = _operation("listBoxes", "at", "page", "limit", "sort", "order", "least")
        opened, dropped = _operation("openBox", path=True), _operation("dropBox", path=True)
        lifecycle = {
            "identity": {"param": "id", "field": "/id", "generate": "$sequence"},
            "initially": {"id": "$id", "size": "$request.body#/size"},
            "state": {
                "initial": "closed",
                "states": {"closed": {"category": "resting"}, "open": {"category": "final"}},
            },
            "transitions": [
                {"name": "open", "from": "closed", "to": "open", "trigger": "openBox"},
                {"name": "drop", "from": "closed", "to": "$removed", "trigger": "dropBox"},
            ],
            "operations": {
                "putBox": {"role": "create"},
                "openBox": {"role": "trigger"},
                "dropBox": {"role": "trigger"},
                "listBoxes": {"role": "list", "success": {"body": BODY}, **rule},
            },
        }
        paths = {"/boxes": {"post": made, "get": listed}, "/boxes/{id}": {"post": opened, "delete": dropped}}
        return Shelf(play(small({"Box": lifecycle}, paths)).client(), sizes)

    return shelf


@pytest.mark.parametrize("usual", ["created", "-created", "/size", "-/id"])
@pytest.mark.parametrize("sort", ["size", "-size", "newest"])
def test_what_goes_between_two_pages_hides_nothing_and_what_comes_before_shifts_nothing(shelf, usual, sort):
    """A cursor is a place in the order, not a number of items."""
    boxes = shelf(3, 1, 1, None, "x", 3, 1, order=usual, sort=SORT, paging=CURSOR)
    whole = boxes.ids(sort=sort, limit=100)

    first = boxes.page(sort=sort)
    second = boxes.page(sort=sort, at=first["next"])
    boxes.drop(whole[0])
    boxes.drop(whole[3])
    third = boxes.page(sort=sort, at=second["next"])

    assert (first["ids"], second["ids"], third["ids"]) == (whole[:2], whole[2:4], whole[4:6])
    assert third["at"] == 2
    assert boxes.page(sort=sort, at=third["next"])["ids"] == whole[6:]
    assert boxes.ids(sort=sort, at=first["next"]) == [whole[2], whole[4]]
    boxes.put({"size": 0} if sort == "-size" else None)
    assert boxes.ids(sort=sort, at=second["next"]) == whole[4:6]


@pytest.mark.parametrize(
    ("one", "other"), [("size", "-size"), ("size", "newest"), ("", "size"), ("size", "")]
)
@pytest.mark.parametrize("usual", ["created", "/size", "/id"])
def test_a_cursor_of_one_order_is_none_of_another(shelf, usual, one, other):
    boxes = shelf(1, 2, 3, order=usual, sort=SORT, paging=CURSOR)
    if usual == "/size" and {one, other} == {"", "size"}:
        assert boxes.ids(sort=other, at=boxes.page(sort=one)["next"]) == [3]
        return

    assert "of another list" in boxes.refused(sort=other, at=boxes.page(sort=one)["next"])


def test_a_cursor_of_an_order_is_none_of_the_same_turned_round(shelf):
    sort = {"direction": {"param": "order", "descending": "newest"}}
    boxes = shelf(1, 2, 3, 4, order="created", sort=sort, paging=CURSOR)
    newest, oldest = boxes.page(order="newest"), boxes.page()

    assert boxes.ids(order="newest", at=newest["next"]) == [2, 1]
    assert boxes.ids(at=oldest["next"]) == [3, 4]
    assert "of another list" in boxes.refused(order="newest", at=oldest["next"])
    assert "of another list" in boxes.refused(at=newest["next"])


@pytest.mark.parametrize(
    "stood_for",
    [
        2,
        [1, 2],
        {},
        {"/size": []},
        {"/size": 1},
        {"/size": ["a", "b", "c"]},
        {"/size": {}},
        {"/a": 1, "/b": 1},
    ],
)
def test_a_cursor_that_nobody_gave_is_refused(shelf, stood_for):
    boxes = shelf(1, 2, 3, sort=SORT, paging=CURSOR)
    written = base64.urlsafe_b64encode(orjson.dumps(stood_for)).decode()

    assert "cursor" in boxes.refused(sort="size", at=written)


@pytest.mark.parametrize("sort", ["", "size", "-size", "newest"])
def test_a_page_comes_after_an_item_that_has_left_the_list(shelf, sort):
    """Its place is known as long as it is: the list goes on behind it."""
    boxes = shelf(5, 2, 2, 9, 2, sort=SORT, paging=AFTER, **{"in": ["closed"]})
    whole = boxes.ids(sort=sort, limit=100)

    boxes.open(whole[1])

    assert boxes.ids(sort=sort, at=whole[1], limit=100) == whole[2:]


@pytest.mark.parametrize("sort", ["", "size"])
def test_a_page_after_an_item_that_is_gone_is_refused_or_begins_anew(shelf, sort):
    boxes = shelf(1, 2, 3, sort=SORT, paging=AFTER)
    lenient = shelf(1, 2, 3, sort=SORT, paging={**AFTER, "outOfRange": "default"})
    boxes.drop(2)
    lenient.drop(2)

    assert "nothing here has that id" in boxes.refused(sort=sort, at="2")
    assert lenient.ids(sort=sort, at="2") == [1, 3]


@pytest.mark.parametrize("body", [{"all": "$list#/items"}, {"all": "$list#/items", "at": "$list#/offset"}])
@pytest.mark.parametrize("query", ["", "least=2", "sort=size", "least=2&sort=-size"])
@pytest.mark.parametrize("page", [1, 2, LARGEST])
def test_a_page_may_be_longer_than_any_list(shelf, body, query, page):
    """And its number may be beyond all that there is: its offset is then the end of the list."""
    filters = {"least": {"field": "/size", "match": "from"}}
    boxes = shelf(1, 2, 3, sort=SORT, filters=filters, paging=PAGE, success={"body": body})

    answer = boxes.client.get(f"/boxes?limit={LARGEST}&page={page}&{query}")

    assert answer.status_code == 200, answer.text
    length = 2 if "least" in query else 3
    shown = answer.json()["all"]
    assert len(shown) == (length if page == 1 else 0)
    assert answer.json().get("at", length - len(shown)) == length - len(shown)

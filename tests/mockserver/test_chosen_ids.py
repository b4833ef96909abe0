"""Ids that clients choose: whatever they send, it is an id or a refusal."""

from __future__ import annotations

import pytest

THINGS = {"content": {"application/json": {"schema": {"type": "object"}}}}
OPERATIONS = {"getThing": {"role": "get"}, "listThings": {"role": "list"}}


@pytest.fixture
def things(small, play):
    """Plays an API whose clients choose the ids, by what its create says besides."""

    def playing(**create):
        fine = {"description": "Fine.", **THINGS}
        post = {"operationId": "makeThing", "requestBody": THINGS, "responses": {"201": fine}}
        get = {"operationId": "getThing", "responses": {"200": fine, "404": {"description": "None."}}}
        every = {"operationId": "listThings", "responses": {"200": {"description": "All."}}}
        where = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
        lifecycle = {
            "identity": {"param": "id", "field": "/id"},
            "initially": {"id": "$request.body#/id", "name": "$request.body#/name"},
            "operations": {"makeThing": {"role": "create", **create}, **OPERATIONS},
        }
        paths = {
            "/things": {"post": post, "get": every},
            "/things/{id}": {"parameters": where, "get": get},
        }
        return play(small({"Thing": lifecycle}, paths))

    return playing


@pytest.mark.parametrize("chosen", [[1], {}, 5, None, True])
@pytest.mark.parametrize("create", [{}, {"change": {"/name": "$request.body#/name"}}])
def test_an_id_of_another_type_is_refused(things, create, chosen):
    """Also one that nothing can be found by, which is no reason to break down."""
    answer = things(**create).client().post("/things", json={"id": chosen})

    assert answer.status_code == 400
    assert "The id of a Thing is of type string;" in answer.json()["detail"]


@pytest.mark.parametrize("chosen", [[1], {}])
def test_so_it_is_at_the_control_door(things, chosen):
    order = {"resource": "Thing", "fields": {"id": chosen}}

    answer = things().client().post("/_understudy/states", json=order)

    assert answer.status_code == 400
    assert "The id of a Thing is of type string;" in answer.json()["detail"]


def shelves(shelf, *, kind="string", book=None, others=True):
    """Shelves that nobody makes ids for, and the books on them: by what ids of shelves are like."""
    array = {"application/json": {"schema": {"type": "array"}}}
    listed = {"200": {"description": "Fine.", "content": array}}
    books = {"type": "object", "properties": {"shelf": book} if book else {}, "additionalProperties": others}
    shown = {"200": {"description": "Fine.", "content": {"application/json": {"schema": books}}}}
    where = [{"name": "shelf", "in": "path", "required": True, "schema": shelf}]
    which = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
    lifecycles = {
        "Shelf": {
            "identity": {"field": "/id", "type": kind},
            "initially": {"id": "$id", "name": ""},
        },
        "Book": {
            "identity": {"param": "id", "field": "/id", "type": "integer", "generate": "$sequence"},
            "parents": {"shelf": {"resource": "Shelf", "param": "shelf", "field": "/shelf"}},
            "initially": {"id": "$id", "shelf": "$request.path.shelf"},
            "hidden": [] if book else ["/shelf"],
            "operations": {"listBooks": {"role": "list"}, "getBook": {"role": "get"}},
        },
    }
    paths = {
        "/shelves/{shelf}/books": {
            "get": {"operationId": "listBooks", "parameters": where, "responses": listed}
        },
        "/books/{id}": {"get": {"operationId": "getBook", "parameters": which, "responses": shown}},
    }
    return lifecycles, paths


@pytest.fixture
def put(small, play):
    """Puts shelves into a world of their own: `put(shelf, number)` returns their ids."""

    def made(number=1, **said):
        door = play(small(*shelves(**said))).client()
        answers = [door.post("/_understudy/states", json={"resource": "Shelf"}) for _ in range(number)]
        return [each.json().get("id", each.json().get("detail")) for each in answers]

    return made


def test_an_id_that_is_made_up_is_one_that_paths_take(put):
    """By whose schema the name of the resource would be none."""
    made = put(number=3, shelf={"type": "string", "pattern": "^[0-9a-f]{8}$"})

    assert len({*made}) == 3
    assert all(len(each) == 8 and int(each, 16) >= 0 for each in made)


def test_an_id_that_is_made_up_fits_what_names_it(put):
    """The books on it show it too."""
    (made,) = put(shelf={"type": "string"}, book={"type": "string", "minLength": 12})

    assert len(made) >= 12


def test_what_the_books_do_not_show_says_nothing_of_the_id(put):
    assert put(shelf={"type": "string"}, others=False) == ["shelf"]


def test_where_nothing_is_said_of_ids_they_are_called_by_the_kind(put):
    assert put(number=2, shelf={"type": "string"}) == ["shelf", "shelf-1"]


def test_a_number_that_is_made_up_is_the_next(put):
    """And within what paths take."""
    assert put(number=2, kind="integer", shelf={"type": "integer"}) == [1, 2]
    assert put(number=2, kind="integer", shelf={"type": "integer", "minimum": 5000}) == [5000, 5001]


def test_where_no_id_is_left_one_is_asked_for(put):
    """Rather than making one that nothing can be found by."""
    *made, last = put(number=3, shelf={"type": "string", "enum": ["a", "b"]})

    assert made == ["a", "b"]
    assert last == 'The id of this Shelf cannot be made up; give it, such as {"fields": {"id": "..."}}.'


def test_an_id_inside_of_an_object_is_asked_for(small, play):
    lifecycle = {"identity": {"field": "/meta/key"}, "initially": {"meta": {"title": "x"}}}
    door = play(small({"Thing": lifecycle})).client()

    answer = door.post("/_understudy/states", json={"resource": "Thing"})

    assert (answer.status_code, '{"fields": {"meta": {"key"' in answer.json()["detail"]) == (400, True)


def test_an_empty_id_is_refused_at_the_control_door(things):
    """No path has a place for it."""
    order = {"resource": "Thing", "fields": {"id": ""}}

    answer = things().client().post("/_understudy/states", json=order)

    assert (answer.status_code, "is not empty" in answer.json()["detail"]) == (400, True)

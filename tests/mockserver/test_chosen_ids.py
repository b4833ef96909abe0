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

"""Lists of resources that hold anything, asked for in any way: there is always an answer."""

from __future__ import annotations

import pytest

ANY = {"content": {"application/json": {"schema": {"type": "object"}}}}
HELD = ["debug", "info", None, 1, ["debug"], {"debug": 1}]


@pytest.fixture
def held(small, play):
    """What a list has of things that hold texts and all else, by what its rule and its parameter say."""

    def held(schema, query, **rule):
        get = {"operationId": "listThings", "responses": {"200": {"description": "All.", **ANY}}}
        style = {"style": "deepObject", "explode": True} if schema["type"] == "object" else {}
        get["parameters"] = [{"name": "level", "in": "query", "schema": schema, **style}]
        post = {"operationId": "makeThing", "requestBody": ANY, "responses": {"201": {"description": "."}}}
        lifecycle = {
            "identity": {"param": "id", "field": "/id", "generate": "$random.hex8"},
            "initially": {"id": "$id", "level": "$request.body#/level"},
            "operations": {
                "makeThing": {"role": "create"},
                "listThings": {"role": "list", "success": {"body": {"all": "$list#/items"}}, **rule},
            },
        }
        client = play(small({"Thing": lifecycle}, {"/things": {"post": post, "get": get}})).client()
        for level in HELD:
            client.post("/things", json={"level": level})
        answer = client.get(f"/things?{query}")
        assert answer.status_code == 200, answer.text
        return [each["level"] for each in answer.json()["all"]]

    return held


SCALE = {"level": {"field": "/level", "match": "from", "scale": ["debug", "info", "error"]}}


def test_what_has_no_place_on_a_scale_is_not_found_by_it(held):
    assert held({"type": "string"}, "level=info", filters=SCALE) == ["info"]


def test_several_words_have_no_place_on_a_scale(held):
    """As a word that is not on it: whatever is on it comes."""
    words = {"type": "array", "items": {"type": "string"}}

    assert held(words, "level=info&level=error", filters=SCALE) == ["debug", "info"]


def test_an_object_names_no_order(held):
    """The usual one stands."""
    sort = {"param": "level", "fields": {"level": "/level"}}

    assert held({"type": "object"}, "level[a]=level", sort=sort) == HELD

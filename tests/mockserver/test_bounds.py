"""Filters that keep what is above or below: texts, and times, which can be written in many ways."""

from __future__ import annotations

import pytest

TEXT = {"type": "string"}
TIME = {"type": "string", "format": "date-time"}
DAY = {"type": "string", "format": "date"}
MAYBE = {"anyOf": [TIME, {"type": "null"}]}
LATER = "2023-12-31T23:30:00-01:00"
"""Half an hour into 2024, though it is written as a day before."""
HELD = ["2023-06-01T00:00:00Z", LATER, "2024-02-01T00:00:00Z", "zebra", "", None]


@pytest.fixture
def kept(small, play):
    """Which of the values in a field a bound leaves, by the schemas of parameter and field."""

    def kept(held, asked, parameter=TEXT, item=None, match="from", role="list", **more):
        of = {"of": "/at"} if role == "parts" else {}
        field = "/when" if of else "/at"
        shown = {"type": "object", "properties": {field[1:]: item} if item else {}}
        many = {"type": "object", "properties": {"all": {"type": "array", "items": {"allOf": [shown]}}}}
        get = {
            "operationId": "listThings",
            "parameters": [{"name": "bound", "in": "query", "schema": parameter}],
            "responses": {"200": {"description": ".", "content": {"application/json": {"schema": many}}}},
        }
        post = {
            "operationId": "makeThing",
            "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
            "responses": {"201": {"description": "."}},
        }
        rule = {"filters": {"bound": {"field": field, "match": match}}, **of}
        lifecycle = {
            "identity": {"param": "id", "field": "/id", "generate": "$sequence"},
            "initially": {"id": "$id", "at": "$request.body#/at"},
            "operations": {
                "makeThing": {"role": "create"},
                "listThings": {"role": role, "success": {"body": {"all": "$list#/items"}}, **rule},
            },
            **more,
        }
        path = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        get["parameters"] += [path] if of else []
        paths = {"/things": {"post": post}, "/things/{id}": {"get": get}} if of else {}
        client = play(small({"Thing": lifecycle}, paths or {"/things": {"post": post, "get": get}})).client()
        for each in [[{"when": one} for one in held]] if of else held:
            assert client.post("/things", json={"at": each}).status_code == 201
        answer = client.get("/things/1" if of else "/things", params={"bound": asked})
        assert answer.status_code == 200, answer.text
        return [each[field[1:]] for each in answer.json()["all"]]

    return kept


def test_a_text_that_may_be_read_as_a_date_is_a_text(kept):
    """Or a name that begins with figures would hide all names that are none."""
    names = ["20240101", "zebra", "2024-01-01", "1999", ""]

    assert kept(names, "20230101", item=TEXT) == ["20240101", "zebra", "2024-01-01"]
    assert kept(names, "2023-01-01") == ["20240101", "zebra", "2024-01-01"]
    assert kept(names, "20240101", match="before") == ["2024-01-01", "1999", ""]


STAMPED = {"id": "$id", "at": "$request.body#/at", "made": "$now"}
CHOSEN = {"by": "$request.header.Way", "default": "from", "matches": {"up": "to"}}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("2024-01-01", {"parameter": DAY}),
        ("2024-01-01T01:00:00+01:00", {"parameter": TIME}),
        ("2024-01-01", {"item": TIME}),
        ("2024-01-01", {"item": MAYBE}),
        ("2024-01-01T01:00:00+01:00", {"item": {"allOf": [{"oneOf": [MAYBE, DAY]}]}}),
        ("2024-01-01", {"timestamps": {"created": "/made", "updated": "/at"}, "initially": STAMPED}),
        ("2024-01-01", {"timestamps": {"created": "/at"}, "match": CHOSEN}),
    ],
)
def test_where_a_field_holds_times_moments_are_compared_and_nothing_else_fits(kept, asked, said):
    held = HELD[:3] if "item" in said else HELD

    assert kept(held, asked, **said) == [LATER, "2024-02-01T00:00:00Z"]


def test_a_date_with_its_time_is_a_moment_anywhere(kept):
    """Nothing else is written so; what is beside it stays a text."""
    assert kept(HELD, "2024-01-01T00:00:00Z") == [LATER, "2024-02-01T00:00:00Z", "zebra"]
    assert kept(HELD, "2024-01-01T00:00:00Z", match="before") == ["2023-06-01T00:00:00Z", ""]


@pytest.mark.parametrize(("item", "found"), [(TIME, [LATER]), (TEXT, [])])
def test_parts_are_compared_as_their_schema_says(kept, item, found):
    assert kept(HELD[:2], "2024-01-01", item=item, role="parts") == found

"""What can never be: schemas that nothing fits, nulls never chosen, resources never there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from speckit.document import load
from toolkit.lint.linting import lint

FREE: dict[str, Any] = {"properties": {"url": {}}, "required": ["url"]}
SENT: dict[str, Any] = {"properties": {"url": {"readOnly": True}}, "required": ["url"]}
CLOSED: dict[str, Any] = {"type": "object", "additionalProperties": False}


def told(folder: Path, rule: str, **parts: Any) -> list[str]:
    file = folder / "openapi.yaml"
    data = {"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "paths": {}, **parts}
    file.write_text(yaml.safe_dump(data), "utf-8")
    return [each.message for each in lint(load(file)).found if each.rule == rule]


@pytest.mark.parametrize(
    ("schema", "is_found"),
    [
        (CLOSED | {"oneOf": [FREE, FREE]}, True),
        (CLOSED | {"anyOf": [{"$ref": "#/components/schemas/Free"}]}, True),
        (CLOSED | {"allOf": [{"allOf": [FREE]}, {}]}, True),
        (CLOSED | {"required": ["url"]}, True),
        ({"items": CLOSED | {"oneOf": [FREE]}}, True),
        ({"type": "integer", "minimum": 3, "maximum": 2}, True),
        (CLOSED | {"oneOf": [FREE, {"properties": {"url": {}}}]}, False),
        (CLOSED | {"oneOf": [FREE, {"type": "null"}]}, False),
        (CLOSED | {"oneOf": [FREE], "properties": {"url": {}}}, False),
        (CLOSED | {"oneOf": [FREE], "patternProperties": {"^u": {}}}, False),
        (CLOSED | {"oneOf": [SENT]}, False),
        ({"type": "object", "unevaluatedProperties": False, "oneOf": [FREE]}, False),
        ({"type": "integer", "minimum": 2, "maximum": 2}, False),
    ],
)
def test_a_schema_that_nothing_fits_is_told_where_it_is_plain(tmp_path, schema, is_found):
    schemas = {"Free": FREE, "Tried": schema}

    assert bool(told(tmp_path, "schema-fits-nothing", components={"schemas": schemas})) is is_found


def test_a_null_is_found_wherever_it_is_a_choice_of_some(tmp_path):
    choice = {"$some": ["$id", None]}
    initially = {"id": "$id", "a": [{"b": choice}], "c": {"$first": ["$absent", None, choice]}}
    life = {"identity": {"field": "/id"}, "initially": initially, "operations": {}, "seed": [{"set": {}}]}

    assert len(told(tmp_path, "null-never-chosen", **{"x-resource-lifecycles": {"Job": life}})) == 2


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, ["Nothing makes any Part, and none is there from the start."]),
        ({"makes": "Part"}, []),
        ({"makes": "Part", "durations": 1}, []),
    ],
)
def test_what_anything_may_make_is_not_missed(tmp_path, more, found):
    """One that is not read for its faults may make it."""
    transition = {"name": "finish", "from": "on", "to": "off", "after": {"duration": "PT1S"}, **more}
    job = {
        "identity": {"field": "/id"},
        "initially": {"id": "$id"},
        "state": {"initial": "on", "states": {"on": {"category": "active"}, "off": {"category": "resting"}}},
        "transitions": [transition],
        "operations": {},
        "seed": [{"state": "on", "set": {"id": "a"}}],
    }
    part = {
        "identity": {"field": "/id", "generate": "$random.uuid"},
        "parents": {"job": {"resource": "Job", "field": "/job"}},
        "initially": {"id": "$id", "job": "none"},
        "operations": {},
    }

    assert told(tmp_path, "never-there", **{"x-resource-lifecycles": {"Job": job, "Part": part}}) == found

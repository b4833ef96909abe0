"""Which requests that schemathesis makes are fair: what they are meant to be, they are on their way, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from schemathesis.core import NotSet

from benchmarks.corpus.credentials import Credentials

_WRONG = {
    *("value_above_maximum", "value_below_minimum", "not_multiple_of", "invalid_enum_value"),
    *("string_above_max_length", "string_below_min_length", "invalid_pattern", "incorrect_type"),
    *("array_above_max_items", "array_below_min_items", "non_unique_items"),
    *("object_above_max_properties", "object_below_min_properties", "object_unexpected_properties"),
    *("object_missing_required_property", "object_invalid_property_name"),
}
"""Ways to be wrong about which there is no doubt. Of the others, servers may differ about formats, repeated
parameters and `Content-Type`; and a body that is wrong only for what it holds besides holds a property that
is `readOnly`, which a server may pass over (OpenAPI 3.0.4, section 4.8.24.2)."""
_OWN = {"user-agent", "accept", "accept-encoding", "connection", "host", "content-type", "content-length"}
"""Headers that the client sends by itself: none of them is ever missing."""
_NO_SEGMENTS = {"", ".", ".."}
_DELIMITED = {"spaceDelimited", "pipeDelimited"}
_ABOUT_OTHERS = {"401", "403", "407", "408", "425", "429"}
"""Statuses that say something else than that a request is wrong: they are no answer to one that is."""
_PRIMITIVES = {"integer", "number", "boolean"}
_FLAT = {"path": "path_parameters", "query": "query", "header": "headers", "cookie": "cookies"}


def is_plainly_wrong(case: Any, operation: Any, credentials: Credentials) -> bool:
    """Return whether a request is wrong as it travels, too: a text where a text is asked for is not."""
    found = case.meta.phase.data
    scenario, place = _value(found.scenario), _value(found.parameter_location)
    if scenario == "missing_parameter":
        return place != "path" and not _is_there_anyway(str(found.parameter), operation, credentials)
    if scenario not in _WRONG:
        return False
    if place == "body":
        is_lost = scenario in ("value_above_maximum", "value_below_minimum") and _has_huge(case.body)
        return "json" in str(case.media_type) and not is_lost
    return _type_of(operation, place, found.parameter) in _PRIMITIVES


def has_refusal(documented: Iterable[str]) -> bool:
    """Return whether one of the statuses `documented` can say that a request does not fit."""
    return any(code[:1] in "4d" and code not in _ABOUT_OTHERS for code in documented)


def _is_there_anyway(name: str, operation: Any, credentials: Credentials) -> bool:
    """Return whether a parameter comes with every request: as a credential, by the client, in the path."""
    return name.lower() in {*credentials.names, *_OWN} or name in parse_qs(operation.path.partition("?")[2])


def _has_huge(value: Any) -> bool:
    """Return whether there is a whole number that a reader of JSON may round (RFC 8259, section 6)."""
    if isinstance(value, Mapping):
        return any(map(_has_huge, value.values()))
    if isinstance(value, list):
        return any(map(_has_huge, value))
    return isinstance(value, int) and not -(2**63) <= value < 2**64


def _has_empty(value: Any) -> bool:
    """Return whether there is an object or an array without members."""
    if not isinstance(value, Mapping | list):
        return False
    return not value or any(map(_has_empty, value.values() if isinstance(value, Mapping) else value))


def trimmed(case: Any, operation: Any) -> bool:
    """Leave out of a request what no style can write, and return whether it is still one that fits.

    What styles make of an object within an object, or of one in an array, is undefined (OpenAPI 3.2,
    section 4.12.2.6): schemathesis sends what Python prints of it, and of an object between blanks or
    bars only the names. A header parameter Content-Type is to be ignored (section 4.12.2): the media type
    of the body is what counts. Segments that are empty or only dots are no part of a path (RFC 3986,
    section 5.2.4), nor is what follows a `#`. And some bodies it cannot make.
    """
    if "#" in operation.path or _NO_SEGMENTS & set(map(str, (case.path_parameters or {}).values())):
        return False
    is_bodiless = isinstance(case.body, NotSet) and case.meta.generation.mode.is_positive
    if is_bodiless and any(body.is_required for body in operation.body):
        return False
    for name in [each for each in case.headers or () if each.lower() == "content-type"]:
        case.headers.pop(name)
    for name, place, is_required in _unwritable(operation):
        values = getattr(case, _FLAT[place]) or {}
        if name in values:
            if is_required:
                return False
            del values[name]
    if "form" in str(case.media_type) and isinstance(case.body, Mapping):
        # Nothing is left in a form of an object or an array without members.
        return not any(map(_has_empty, case.body.values()))
    return True


def _unwritable(operation: Any) -> Iterator[tuple[str, str, bool]]:
    """Yield name, place and whether it is required of each parameter that its style cannot write."""
    for each in operation.iter_parameters():
        place = _value(each.location)
        definition = each.definition
        if place not in _FLAT or "content" in definition or definition.get("style") == "deepObject":
            continue
        schema = definition.get("schema")
        is_listed = (
            definition.get("style") in ("spaceDelimited", "pipeDelimited") and _type(schema) == "object"
        )
        if is_listed or any(map(_is_container, _members(schema))):
            yield each.name, place, each.is_required


def _members(schema: Any) -> Iterator[Any]:
    if isinstance(schema, Mapping):
        yield schema.get("items")
        yield from (schema.get("properties") or {}).values()


def _type(schema: Any) -> Any:
    return schema.get("type") if isinstance(schema, Mapping) else None


def _is_container(schema: Any) -> bool:
    if not isinstance(schema, Mapping):
        return False
    return schema.get("type") in ("array", "object") or "properties" in schema or "$ref" in schema


def _type_of(operation: Any, place: str, name: str | None) -> str:
    """Return the type of a parameter where it is one alone and says so itself."""
    for each in operation.iter_parameters():
        if each.name == name and _value(each.location) == place:
            definition = each.definition
            found = definition.get("schema", definition).get("type")
            return found if isinstance(found, str) else ""
    return ""


def _value(enumerated: Any) -> str:
    return str(getattr(enumerated, "value", "") or "")

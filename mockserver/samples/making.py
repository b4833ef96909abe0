"""Bodies: the document's examples, or data made from its schemas, each held to its schema when first made."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import reduce
from operator import getitem
from random import Random
from typing import Any

import jsonschema_rs
import orjson

from mockserver.samples.choosing import Offer, is_json
from mockserver.samples.fallback import drawn_value
from mockserver.xml import is_xml
from speckit.marks import marked, strip
from speckit.pointer import ABSENT
from speckit.references import deref
from speckit.sample import Making
from speckit.scalars import PLAIN
from speckit.schema import Schemas, worded

log = logging.getLogger("understudy")

LEAVES = "writeOnly"
"""Answers leave out what is only for requests (OpenAPI 3.0.4, section 4.8.24.2)."""
_TOLD = frozenset({"example", "examples", "default", "const", "enum"})
_SEVERAL = jsonschema_rs.ValidationErrorKind.OneOfMultipleValid
_ROUNDS = 12
"""How many things that do not fit are mended in one value."""
_CHANCES = 8
"""How many values are made by chance before the library is asked."""


class Maker:
    """Makes the bodies of one operation."""

    def __init__(self, data: Mapping[str, Any], schemas: Schemas) -> None:
        self._data = data
        self._schemas = schemas

    def examples(self, kind: str, media: Mapping[str, Any]) -> dict[str, Any]:
        """Return the examples of a media type object by name; a single one has the empty name."""
        found = {"": media["example"]} if "example" in media else {}
        for name, node in (media.get("examples") or {}).items():
            value = _told(deref(dict(self._data), node), kind)
            if value is not ABSENT:
                found.setdefault(name, value)
        return found

    def body(self, kind: str, media: Mapping[str, Any], where: str) -> Any:
        """Return the first example that fits its schema, or one mended, or data made up.

        Args:
            where: The response, as the log names it.
        """
        examples = [self._bared(each, media) for each in self.examples(kind, media).values()]
        if not _is_structured(kind):
            return examples[0] if examples else self._made(media.get("schema", {}))
        schema = media.get("schema", {})
        if examples and (isinstance(examples[0], str) and not is_json(kind)):
            return examples[0]
        validator = self.validator(schema, where)
        ladder = _Ladder(self._data, schema, validator)
        found = ladder.first(examples)
        if examples and validator is not None and not validator.is_valid(examples[0]):
            log.warning("The example of %s breaks its schema, %s.", where, _misfit(validator, examples[0]))
        if validator is not None and not validator.is_valid(found):
            log.warning("No data was found that fits the schema of %s, %s.", where, _misfit(validator, found))
        return found

    def _bared(self, example: Any, media: Mapping[str, Any]) -> Any:
        """Return an example without what is only sent."""
        paths = marked(self._data, media.get("schema"), LEAVES)
        example = deepcopy(example) if paths else example
        for path in paths:
            strip(example, path)
        return example

    def is_told(self, media: Mapping[str, Any]) -> bool:
        """Return whether the schema of a media type object brings a value with it."""
        return bool(self._schemas.resolved(media.get("schema", {})).keys() & _TOLD)

    def is_shown(self, offer: Offer) -> bool:
        """Return whether the document shows such a body, in an example or in its schema."""
        return self.is_told(offer.media) or bool(self.examples(offer.kind, offer.media))

    def another(self, kind: str, media: Mapping[str, Any], seed: str) -> Any:
        """Return data made up by chance, the same for the same `seed`."""
        schema = media.get("schema", {})
        if not _is_structured(kind):
            return self._made(schema, Random(seed))
        validator = self.validator(schema, "A response")
        return _Ladder(self._data, schema, validator, seed).by_chance()

    def validator(self, schema: Any, where: str) -> jsonschema_rs.Validator | None:
        """Return what answers with `schema` are held to; None where it cannot be compiled."""
        return self._schemas.validator_or_none(schema, where, leaves=LEAVES, bars=True)

    def _made(self, schema: Any, random: Random | None = None) -> Any:
        return Making(self._data, LEAVES, random=random, heeds=random is None).value(schema, ())


class _Ladder:
    """Values for one schema, the best first; the first that fits is taken."""

    def __init__(
        self,
        data: Mapping[str, Any],
        schema: Any,
        validator: jsonschema_rs.Validator | None,
        seed: str = "",
    ) -> None:
        self._data = data
        self._schema = schema
        self._validator = validator
        self._seed = seed

    def first(self, examples: list[Any]) -> Any:
        """Return the first value that fits; where none does, the first of all."""
        return self._fitting(lambda: self._rungs(examples))

    def by_chance(self) -> Any:
        """Return a value made by chance that fits; where none does, the first of all."""
        return self._fitting(self._chances)

    def _fitting(self, rungs: Callable[[], Iterator[Any]]) -> Any:
        if self._validator is None:
            return next(rungs())
        fitting = (value for value in rungs() if self._validator.is_valid(value))
        found = next(fitting, ABSENT)
        return next(rungs()) if found is ABSENT else found

    def _rungs(self, examples: list[Any]) -> Iterator[Any]:
        yield from examples
        yield from map(self._mended, examples)
        yield from self._both(Making(self._data, LEAVES))
        yield from self._both(Making(self._data, LEAVES, heeds=False))
        yield from self._both(Making(self._data, LEAVES, heeds=False, is_lean=True))
        yield from self._chances()

    def _chances(self) -> Iterator[Any]:
        for count in range(_CHANCES):
            chance = Random(f"{self._seed}:{count}")
            is_lean = count % 2 == 1 and count > 2
            yield from self._both(Making(self._data, LEAVES, heeds=False, is_lean=is_lean, random=chance))
        yield self._told_apart(Making(self._data, LEAVES, heeds=False).value(self._schema, ()))
        drawn = drawn_value(self._data, self._schema, Random(self._seed).getrandbits(32))
        if drawn is not ABSENT:
            yield drawn

    def _both(self, making: Making) -> Iterator[Any]:
        made = making.value(self._schema, ())
        yield made
        yield self._mended(made)

    def _mended(self, value: Any) -> Any:
        """Return `value` without what does not fit, or with that made anew."""
        if self._validator is None:
            return value
        value = deepcopy(value)
        for _ in range(_ROUNDS):
            error = next(self._validator.iter_errors(value), None)
            if error is None:
                break
            value = self._mend(value, error)
        return value

    def _told_apart(self, value: Any) -> Any:
        """Return `value` with what only one branch of a `oneOf` allows, where it fits several of them."""
        for _ in range(_ROUNDS if self._validator else 0):
            error = next(self._validator.iter_errors(value), None) if self._validator else None
            if error is None or not isinstance(
                error.kind, jsonschema_rs.ValidationErrorKind.OneOfMultipleValid
            ):
                break
            node = reduce(getitem, error.instance_path, value)
            schema, _ = Making(self._data, LEAVES).inside(self._schema, tuple(error.instance_path))
            if not isinstance(node, dict) or not (odd := self._odd(schema, node)):
                break
            node.update(odd)
        return value

    def _odd(self, schema: Any, node: Mapping[str, Any]) -> dict[str, Any]:
        """Return members that break the branches of a `oneOf` which have them, and no others."""
        options = deref(dict(self._data), schema).get("oneOf") or ()
        members = [(deref(dict(self._data), option).get("properties") or {}) for option in options]
        last = {name: part for part in members[1:] for name, part in part.items()}
        return {
            name: 0 if isinstance(part, Mapping) and part.get("type") == "string" else PLAIN
            for name, part in last.items()
            if name not in node and name not in members[0]
        }

    def _mend(self, value: Any, error: jsonschema_rs.ValidationError) -> Any:
        """Return `value` without what `error` is about, if it may be left out, or with that made anew."""
        making = Making(self._data, LEAVES, heeds=False)
        path = list(error.instance_path)
        node = reduce(getitem, path, value)
        if isinstance(node, dict) and (extra := getattr(error.kind, "unexpected", None)):
            for name in extra:
                node.pop(name, None)
        elif isinstance(node, dict) and (lacking := getattr(error.kind, "property", None)):
            node[lacking] = making.value(making.inside(self._schema, (*path, lacking))[0], ())
        elif not path:
            return making.value(self._schema, ())
        else:
            self._replace(reduce(getitem, path[:-1], value), path, making)
        return value

    def _replace(self, parent: Any, path: list[Any], making: Making) -> None:
        inner, is_optional = making.inside(self._schema, tuple(path))
        if is_optional or making.is_left_out(inner):
            del parent[path[-1]]
        else:
            parent[path[-1]] = making.value(inner, ())


def _told(node: Any, kind: str) -> Any:
    """Return the value of an example object; ABSENT where it is only somewhere else."""
    if not isinstance(node, Mapping):
        return ABSENT
    for key in ("value", "dataValue"):
        if key in node:
            return node[key]
    text = node.get("serializedValue", ABSENT)
    if text is ABSENT or not is_json(kind):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _is_structured(kind: str) -> bool:
    return is_json(kind) or is_xml(kind)


def _misfit(validator: jsonschema_rs.Validator, value: Any) -> str:
    error = next(validator.iter_errors(value))
    at = "/".join(map(str, error.instance_path))
    return f"at /{at}: {worded(error)[:200]}"

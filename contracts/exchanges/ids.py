"""Which resources a generated request is to: those the judge may touch, and some that do not exist."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from contracts.exchange import text
from contracts.exchanges.document import rule_of
from contracts.nature import Nature
from contracts.values import is_nameable
from speckit import pointer
from speckit.expression import Source
from speckit.lifecycle import Lifecycle, Path
from speckit.operation import Operation, Parameter
from speckit.pointer import ABSENT
from speckit.references import deref
from speckit.schema import Schemas
from speckit.specification import Specification

Lookup = Callable[[str], Mapping[str, Sequence[Any]]]
"""By operation id, values for its path parameters. Lists of one length are read in step."""

Chosen = tuple[Path, Callable[[str], bool]]
"""Where a body gives a resource a key, and what tells whether paths can name it by a text."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_UNKNOWN_EVERY = 4
_LARGE = 2_000_000_000
_LONG = 12
_CHANGING = ("replace", "update", "trigger")


class Ids:
    """Puts ids into paths.

    An operation that changes or ends a resource only ever gets ids from `own`, of resources that the
    judge has made, or ids that nobody has. Three of four requests are to what is there.
    """

    def __init__(self, specification: Specification, known: Lookup, own: Lookup, seed: int) -> None:
        self._specification = specification
        self._schemas = Schemas(specification.document.data)
        self._known, self._own = known, own
        self._random = random.Random(seed)
        self._turns: dict[str, int] = {}
        self._keys: dict[str, list[Chosen]] = {}

    def settled(
        self, operation: Operation, values: Mapping[str, str], *, is_valid: bool
    ) -> Mapping[str, str] | None:
        """Return the texts of the path parameters to send, or None where the request must not be sent.

        Args:
            values: What was generated, decoded.
            is_valid: The generated path fits the document.
        """
        if not values:
            return values
        guarded = self._guarded(operation)
        if not is_valid:
            return None if any(self._could_be(operation, name, values[name]) for name in guarded) else values
        turn = self._turns.get(operation.id, 0)
        self._turns[operation.id] = turn + 1
        pool = self._pool(operation, guarded)
        goes_astray = turn % _UNKNOWN_EVERY == _UNKNOWN_EVERY - 1
        found = {name: text(pool[name][turn % len(pool[name])]) for name in values if pool.get(name)}
        if goes_astray:
            identifying = self._identifying(operation)
            found = {name: value for name, value in found.items() if name not in identifying}
        strange = {
            name: self._unknown(operation, name, values[name]) for name in guarded if name not in found
        }
        if any(value is None for value in strange.values()):
            return None
        return {**values, **found, **{name: value for name, value in strange.items() if value is not None}}

    def nameable(self, operation: Operation, body: Any) -> Any:
        """Return a JSON body in which each key that the client chooses is one that paths can name.

        ABSENT where no such key can be made up.
        """
        found = body
        for path, is_name in self._chosen(operation) if isinstance(body, dict) else ():
            value = pointer.read(body, path)
            if not isinstance(value, str) or is_name(value):
                continue
            if not (key := self._key(is_name)):
                return ABSENT
            found = copy.deepcopy(body) if found is body else found
            pointer.write(found, path, key)
        return found

    def _chosen(self, operation: Operation) -> list[Chosen]:
        if operation.id not in self._keys:
            self._keys[operation.id] = list(self._found_chosen(operation))
        return self._keys[operation.id]

    def _found_chosen(self, operation: Operation) -> Iterator[Chosen]:
        lifecycle, rule = rule_of(self._specification, operation)
        if lifecycle is None or rule is None or rule.role != "create":
            return
        identity, slots = lifecycle.identity, Nature(lifecycle).slots
        keys = [(identity.param, rule.id or slots.get(identity.field))]
        keys += [(param, slots.get(path)) for param, path in identity.alternates]
        for param, template in keys:
            if isinstance(template, Source) and template.kind == "request.body" and template.pointer:
                yield template.pointer, self._naming(lifecycle, param)

    def _naming(self, lifecycle: Lifecycle, param: str) -> Callable[[str], bool]:
        """Return what tells whether a text can stand for `param` in each path of the resource."""
        operations = [self._specification.operations[name] for name in lifecycle.rules]
        schemas = [p.schema for each in operations if (p := each.parameter("path", param))]
        texts = [schema for schema in schemas if "string" in (_kinds(schema) or ("string",))]
        checks = [check for each in texts if (check := self._schemas.validator_or_none(each, param))]
        return lambda text: is_nameable(text) and all(check.is_valid(text) for check in checks)

    def _key(self, is_name: Callable[[str], bool]) -> str:
        """Return a key that nobody has; empty where none can be made up."""
        word, number = self._random.getrandbits(48), self._random.getrandbits(48)
        made = (f"{word:0{_LONG}x}", f"{word % 2**32:08x}-0000-4000-8000-{number:012x}")
        return next(filter(is_name, made), "")

    def looked_at(self, operation: Operation) -> tuple[Mapping[str, str], bool]:
        """Return texts for a path that is only looked at, and whether they lead to something."""
        names, known = _path_names(operation), self._known(operation.id)
        found = {name: text(known[name][0]) for name in names if known.get(name)}
        return {name: found.get(name, "1") for name in names}, len(found) == len(names)

    def _pool(self, operation: Operation, guarded: frozenset[str]) -> Mapping[str, Sequence[Any]]:
        known = self._known(operation.id)
        if not guarded:
            return known
        return {name: found for name, found in known.items() if name not in guarded} | dict(
            self._own(operation.id)
        )

    def _guarded(self, operation: Operation) -> frozenset[str]:
        """Return the parameters that name what the operation changes."""
        _, rule = rule_of(self._specification, operation)
        if rule is None:
            names = _path_names(operation)
            return frozenset() if operation.method in SAFE else names
        if rule.role == "batch" and rule.ids is None:
            return _path_names(operation)
        return self._identifying(operation) if rule.role in _CHANGING else frozenset()

    def _identifying(self, operation: Operation) -> frozenset[str]:
        lifecycle, _ = rule_of(self._specification, operation)
        names = _path_names(operation)
        if lifecycle is None:
            return names
        identity = lifecycle.identity
        return names & {identity.param, *(param for param, _ in identity.alternates)}

    def _schema(self, operation: Operation, name: str) -> Mapping[str, Any]:
        parameter: Parameter | None = operation.parameter("path", name)
        return self._schemas.resolved(parameter.schema) if parameter else {}

    def _could_be(self, operation: Operation, name: str, value: str) -> bool:
        """Return whether a wrong value might, read kindly, name something."""
        schema = self._schema(operation, name)
        if "integer" in _kinds(schema):
            return value.strip().lstrip("+-").split(".")[0].isdigit()
        return not {"pattern", "format", "enum"} & schema.keys()

    def _unknown(self, operation: Operation, name: str, value: str) -> str | None:
        """Return an id that nobody has; None where none can be made up."""
        schema = self._schema(operation, name)
        if "integer" in _kinds(schema):
            highest = min(schema.get("maximum", _LARGE), _LARGE)
            return str(highest - self._random.randrange(1000)) if highest > 10_000 else None
        if schema.get("format") == "uuid":
            return f"{self._random.getrandbits(32):08x}-0000-4000-8000-{self._random.getrandbits(48):012x}"
        if {"pattern", "format", "enum"} & schema.keys() or schema.get("maxLength", _LONG) < _LONG:
            # What was generated is most likely nobody's if it is long; a short one may be somebody's.
            is_shown = value in self._shown(operation, name, schema)
            return value if len(value) >= _LONG and not is_shown else None
        return f"{self._random.getrandbits(48):0{_LONG}x}".ljust(schema.get("minLength", 0), "0")

    def _shown(self, operation: Operation, name: str, schema: Mapping[str, Any]) -> set[str]:
        """Return the values that the document shows, which may well be somebody's."""
        data = self._specification.document.data
        item = deref(data, data["paths"][operation.path])
        nodes = [*item.get("parameters", ()), *item[operation.method.lower()].get("parameters", ())]
        parameters = [each for each in (deref(data, node) for node in nodes) if each["name"] == name]
        named = [deref(data, each) for p in parameters for each in (p.get("examples") or {}).values()]
        given = [node[key] for node in (schema, *parameters) for key in ("example", "default") if key in node]
        given += [each["value"] for each in named if "value" in each]
        return {text(each) for each in (*given, *schema.get("enum", ()), *schema.get("examples", ()))}


def _path_names(operation: Operation) -> frozenset[str]:
    return frozenset(each.name for each in operation.parameters if each.place == "path")


def _kinds(schema: Mapping[str, Any]) -> Sequence[str]:
    kinds = schema.get("type", ())
    return [kinds] if isinstance(kinds, str) else list(kinds)

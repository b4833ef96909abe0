"""Examples: those a document has, or values made from its schemas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice, repeat
from random import Random
from typing import Any

from speckit.inheritance import Heir, inheritance
from speckit.merging import merged
from speckit.patterns import matches, matching
from speckit.pointer import ABSENT
from speckit.references import deref, resolve
from speckit.scalars import number, text

DEEPEST = 20
"""How many references a made-up value follows; only one that can never end follows as many."""
MOST_PARTS = 500
"""How many parts a made-up value has before optional ones are left out."""
LONGEST = 100
"""How many items a made-up array has at most."""

Schema = Mapping[str, Any]
Way = tuple[str, ...]

_EXAMPLES = frozenset({"example", "examples", "default"})
_SILENT = frozenset({"description", "title", "nullable", "deprecated", "readOnly", "writeOnly", *_EXAMPLES})
"""Keywords beside a reference that leave its example as good as it was."""
_COMPOSING = frozenset(
    {"$ref", "allOf", "oneOf", "anyOf", "if", "then", "else", "dependentSchemas"},
)
_VALUES = frozenset({*_EXAMPLES, "const", "enum"})
_TOLD = "x-told"
"""Marks a value of a discriminator that was put in here: what inherits from an heir says another."""

_TELLING: Mapping[str, frozenset[str]] = {
    "object": frozenset({"properties", "required", "patternProperties", "minProperties", "propertyNames"}),
    "array": frozenset({"items", "prefixItems", "minItems", "contains"}),
    "string": frozenset({"pattern", "minLength", "maxLength", "format"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
}
"""Which keywords tell the type of a schema that does not name it."""

_IS: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: (
        isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
    ),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


def example(data: Mapping[str, Any], media: Mapping[str, Any], leaves: str = "") -> Any:
    """Return the example of a media type object, or a value that its schema allows.

    Args:
        leaves: What a made-up value leaves out, as in `Making`.
    """
    if "example" in media:
        return media["example"]
    for each in (media.get("examples") or {}).values():
        found = deref(data, each)
        if "value" in found:
            return found["value"]
    return Making(data, leaves).value(media.get("schema", {}), ())


class Making:
    """Makes one value up; `way` holds the references that led to where it is.

    What is optional is left out where it would go into itself, or once the value is large.

    Args:
        data: The document that references lead into.
        leaves: `readOnly` for what is sent, `writeOnly` for what is answered: members marked so are left
            out, required or not (OpenAPI 3.0.4, section 4.8.24.2).
        heeds: Whether the examples and defaults inside schemas are taken.
        is_lean: Whether all that is optional is left out.
        random: Where choices come from; without it, the first or plainest of everything.
    """

    def __init__(
        self,
        data: Mapping[str, Any],
        leaves: str = "",
        *,
        heeds: bool = True,
        is_lean: bool = False,
        random: Random | None = None,
    ) -> None:
        self._data = data
        self._leaves = leaves
        self._heeds = heeds
        self._is_lean = is_lean
        self._random = random
        self._left = MOST_PARTS

    def value(self, schema: Any, way: Way) -> Any:
        """Return a value that `schema` allows: its own example, default or first choice, or one made up."""
        self._left -= 1
        if len(way) > DEEPEST or (_is_nullable(schema) and self._is_within(schema, way)):
            return None
        schema, way = self._whole(standing(self._data, schema), way)
        if "const" in schema:
            return schema["const"]
        if self._heeds:
            for each in _given(schema):
                if _is_of(schema, each):
                    return each
        if isinstance(schema.get("enum"), list) and (choices := _allowed(schema)):
            return self._random.choice(choices) if self._random else choices[0]
        return self._typed(schema, way)

    def inside(self, schema: Any, path: tuple[str | int, ...]) -> tuple[Any, bool]:
        """Return the schema of what is at `path` of a value, and whether it may be left out there."""
        is_optional = False
        for step in path:
            whole, _ = self._whole(schema, ())
            if isinstance(step, str):
                is_optional = step not in whole.get("required", ())
                schema = _member(whole, step)
            else:
                first = whole.get("prefixItems", [])
                is_optional = False
                schema = first[step] if step < len(first) else whole.get("items", {})
        return schema, is_optional

    def _whole(self, schema: Any, way: Way) -> tuple[Schema, Way]:
        """Return `schema` with all that it refers to and is composed of folded into it."""
        if not isinstance(schema, Mapping):
            return {}, way
        parts: list[Any] = list(schema.get("allOf", ()))
        if isinstance(ref := schema.get("$ref"), str):
            parts += [resolve(dict(self._data), ref)] if way.count(ref) < 2 else []
            way = (*way, ref)
        choices = [self._choice(schema[key], way) for key in ("oneOf", "anyOf") if schema.get(key)]
        parts += [standing(self._data, each) for each in choices]
        parts += self._conditional(schema)
        own = {key: part for key, part in schema.items() if key not in _COMPOSING}
        whole: Schema = {}
        for part in parts:
            found, way = self._whole(part, way)
            whole = merged(whole, found)
        if len(parts) > 1 or (parts and own.keys() - _SILENT):
            whole = {key: part for key, part in whole.items() if key not in _EXAMPLES}
        told = self._told(schema, choices)
        return merged(self._telling(whole, *told) if told else whole, own), way

    def _told(self, schema: Schema, choices: list[Any]) -> tuple[str, str] | None:
        """Return the property that tells what `schema` is, and what it says; None where nothing tells."""
        heir = inheritance(self._data).heir(schema) if "$ref" in schema else None
        if heir:
            return heir.property, heir.value
        discriminator = schema.get("discriminator")
        refs = [each["$ref"] for each in choices if isinstance(each, Mapping) and "$ref" in each]
        if not refs or not isinstance(discriminator, Mapping) or "propertyName" not in discriminator:
            return None
        mapping = discriminator.get("mapping") or {}
        name = refs[0].rsplit("/", 1)[-1]
        value = next((value for value, target in mapping.items() if target in (refs[0], name)), name)
        return discriminator["propertyName"], value

    def _telling(self, whole: Schema, name: str, value: str) -> Schema:
        """Return `whole` with the property `name` saying `value`, unless its own choices shut that out."""
        members: Any = whole.get("properties")
        member = members.get(name) if isinstance(members, Mapping) else None
        known, _ = self._whole(member, ())
        is_settled = "const" in known and _TOLD not in known
        if not isinstance(member, Mapping) or is_settled or value not in known.get("enum", [value]):
            return whole
        return {**whole, "properties": {**members, name: {**member, "const": value, _TOLD: True}}}

    def _choice(self, options: list[Any], way: Way) -> Any:
        ending = [each for each in options if each is not False and not self._is_within(each, way)]
        if self._random and ending:
            return self._random.choice(ending)
        return ending[0] if ending else options[0]

    def _conditional(self, schema: Schema) -> list[Any]:
        """Return what else holds: one side of a condition, and what the presence of members brings."""
        depending: Mapping[str, Any] = schema.get("dependentSchemas") or {}
        required = schema.get("required", ())
        parts = [part for name, part in depending.items() if name in required or not self._is_lean]
        if "if" not in schema:
            return parts
        if self._random and self._random.random() < 0.5:
            return [*parts, schema.get("else", True)]
        return [*parts, schema["if"], schema.get("then", True)]

    def _is_within(self, schema: Any, way: Way) -> bool:
        """Return whether `schema` leads straight back into one that is being made."""
        if not isinstance(schema, Mapping):
            return False
        if schema.get("$ref") in way or self._is_within(schema.get("items"), way):
            return True
        choices = [schema[key] for key in ("oneOf", "anyOf") if schema.get(key)]
        return any(self._is_within(part, way) for part in schema.get("allOf", ())) or any(
            all(self._is_within(option, way) for option in options) for options in choices
        )

    def _typed(self, schema: Schema, way: Way) -> Any:
        kind = self._kind(schema)
        if kind == "object":
            return self._object(schema, way)
        if kind == "array":
            return self._array(schema, way)
        if kind in ("integer", "number"):
            return number(schema, is_whole=kind == "integer", random=self._random)
        if kind == "string":
            return text(schema, self._random)
        if kind == "boolean":
            return self._random is None or self._random.random() < 0.5
        return None if kind == "null" else {}

    def _kind(self, schema: Schema) -> str:
        """Return which type to make: the first that is not null, or the one its other keywords are for."""
        kinds = schema.get("type")
        kinds = kinds if isinstance(kinds, list) else [kinds] if kinds else []
        if kinds:
            full = [each for each in kinds if each != "null"]
            return str((self._random.choice(full) if self._random else full[0]) if full else "null")
        return next((kind for kind, words in _TELLING.items() if words & schema.keys()), "")

    def _object(self, schema: Schema, way: Way) -> dict[str, Any]:
        return {name: self.value(_member(schema, name), way) for name in self._names(schema, way)}

    def _names(self, schema: Schema, way: Way) -> list[str]:
        """Return the names of the members to make: those required, those wanted, and as many as it takes."""
        required, members = schema.get("required", ()), schema.get("properties", {})
        wanted = [n for n, part in members.items() if n in required or self._is_wanted(part, way)]
        depending: Mapping[str, list[str]] = schema.get("dependentRequired") or {}
        names = dict.fromkeys((*wanted, *required))
        for name in list(names):
            names.update(dict.fromkeys(depending.get(name, ())))
        found = [name for name in names if not self.is_left_out(members.get(name))]
        found = [name for name in found if name in required or name not in _barred(schema)]
        return self._counted(schema, found)

    def _is_wanted(self, schema: Any, way: Way) -> bool:
        return not (self._is_lean or self._left <= 0 or schema is False or self._is_within(schema, way))

    def _counted(self, schema: Schema, names: list[str]) -> list[str]:
        """Return `names`, and others or fewer of them where there are too few or too many."""
        required, most = schema.get("required", ()), schema.get("maxProperties", len(names))
        spare = [name for name in names if name not in required]
        dropped = spare[max(0, len(spare) - (len(names) - most)) :] if len(names) > most else []
        names = [name for name in names if name not in dropped]
        missing = min(schema.get("minProperties", 0), LONGEST) - len(names)
        others = (name for name in self._other_names(schema) if name not in names)
        return names + list(islice(others, max(0, missing)))

    def _other_names(self, schema: Schema) -> Iterator[str]:
        yield from schema.get("properties") or ()
        ruled: Schema = schema.get("propertyNames") or {}
        yield from ruled.get("enum", ())
        patterns = [*(schema.get("patternProperties") or ()), ruled.get("pattern")]
        pattern = next(filter(None, patterns), None)
        for count in range(1, LONGEST):
            yield (matching(pattern, number=count) if pattern else None) or f"property{count}"

    def is_left_out(self, schema: Any) -> bool:
        """Return whether a member is for the other direction only."""
        if not self._leaves or not isinstance(schema, Mapping):
            return False
        whole, _ = self._whole(schema, ())
        return whole.get(self._leaves) is True

    def _array(self, schema: Schema, way: Way) -> list[Any]:
        parts = self._items(schema, way)
        made: list[Any] = []
        for part in parts:
            value = self.value(part, way)
            if schema.get("uniqueItems") and value in made:
                value = self._another(part, way, made)
            if value is not ABSENT:
                made.append(value)
        return made

    def _items(self, schema: Schema, way: Way) -> list[Any]:
        """Return the schema of each item to make."""
        first, rest = schema.get("prefixItems", []), schema.get("items", {})
        fewest, most = schema.get("minItems", 0), schema.get("maxItems", LONGEST)
        held = [{"allOf": [rest, schema["contains"]]}] if "contains" in schema else []
        held *= min(schema.get("minContains", 1), LONGEST) if held else 0
        some = self._random.randint(1, 3) if self._random else 1
        usual = some if not self._is_lean and self._is_wanted(rest, way) else 0
        wanted = min(max(fewest, len(first) + len(held) or usual), most, LONGEST)
        return [*first, *held, *repeat(rest, max(0, wanted - len(first) - len(held)))][:wanted]

    def _another(self, schema: Any, way: Way, made: list[Any]) -> Any:
        """Return a value that is not among `made`; ABSENT where chance finds none."""
        for seed in range(20 + 2 * len(made)):
            other = Making(self._data, self._leaves, heeds=False, is_lean=self._is_lean, random=Random(seed))
            value = other.value(schema, way)
            if value not in made:
                return value
        return ABSENT


def _given(schema: Schema) -> list[Any]:
    """Return the values that `schema` brings with it, the best first."""
    examples = schema.get("examples")
    others = examples if isinstance(examples, list) else []
    return [*(schema[key] for key in ("example", "default") if key in schema), *others]


def _is_of(schema: Schema, value: Any) -> bool:
    """Return whether `value` is of the type of `schema`, and one of its choices if it has any."""
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds] if kinds else []
    if value is None:
        return not kinds or "null" in kinds or schema.get("nullable") is True
    if isinstance(schema.get("enum"), list) and value not in schema["enum"]:
        return False
    return not kinds or any(_IS[kind](value) for kind in kinds if kind in _IS)


def _allowed(schema: Schema) -> list[Any]:
    """Return the choices of `schema` that fit its type, without those that its `not` names."""
    ruled: Any = schema.get("not")
    ruled = ruled if isinstance(ruled, Mapping) else {}
    barred = [*ruled.get("enum", ()), *([ruled["const"]] if "const" in ruled else ())]
    fitting = [each for each in schema["enum"] if each not in barred and _is_of(schema, each)]
    return fitting or list(schema["enum"])


def _barred(schema: Schema) -> list[str]:
    """Return the members that may not be there together with the required ones."""
    ruled: Any = schema.get("not")
    required = ruled.get("required") if isinstance(ruled, Mapping) else None
    return required if isinstance(required, list) else []


def _member(schema: Schema, name: str) -> Any:
    """Return the schema of the member `name`: its own, that of a pattern it matches, or of all others."""
    if name in (members := schema.get("properties") or {}):
        return members[name]
    for pattern, part in (schema.get("patternProperties") or {}).items():
        if matches(pattern, name):
            return part
    return schema.get("additionalProperties", {})


def standing(data: Mapping[str, Any], schema: Any) -> Any:
    """Return `schema`, or what stands for it where it is a base whose heirs are told apart.

    That is the heir which the example of the base's discriminator names, else the first. A base with an
    example of its own stands for itself.
    """
    if not isinstance(schema, Mapping) or inheritance(data).heir(schema):
        return schema
    parts: Any = schema.get("allOf") or ()
    if len(parts) == 1 and not schema.keys() - {"allOf", *_SILENT}:
        return {**schema, "allOf": [standing(data, parts[0])]}
    heirs = inheritance(data).heirs(schema)
    base = deref(data, schema) if heirs else {}
    if not heirs or base.keys() & _VALUES:
        return schema
    beside = schema if "$ref" in schema else {}
    return {**beside, "$ref": _first(base, heirs).ref}


def _first(base: Schema, heirs: tuple[Heir, ...]) -> Heir:
    telling = (base.get("properties") or {}).get(heirs[0].property)
    said = [telling[key] for key in ("example", "default", "const") if key in telling] if telling else []
    return next((each for each in heirs if each.value in said), heirs[0])


def _is_nullable(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("nullable") is True

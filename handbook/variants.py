"""The variants of a schema (`oneOf`, `anyOf`, heirs of a base): their fields, and what else they ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from handbook import prose, traits
from handbook.face import Face, Faces
from handbook.prose import code, listed

MOST_NAMED = 12
"""How many names a sentence bears."""

_COUNTED = "variant "
"""What stands before the number of a variant without a name."""

Owners = list[tuple[str, Face, Any]]
"""The variants that have a field: what each is called, itself, and the schema of the field there."""


@dataclass(frozen=True, slots=True)
class Member:
    """A field of a schema.

    Attributes:
        suffix: How its path goes on from there.
        note: Which variants have it, as a sentence.
        within: The component that it is from.
        parts: What it is in each of the variants that differ about it, by their names.
    """

    suffix: str
    face: Face
    is_required: bool
    note: str = ""
    within: str = ""
    parts: tuple[tuple[str, Face], ...] = ()


def members(face: Face, suffix: str, faces: Faces, form: str) -> Iterator[Member]:
    """Yield the fields of all variants together, and which of them have each, unless all have."""
    variants = [faces.of(each) for each in face.variants]
    named = _named(variants, form)
    found: dict[str, Owners] = {}
    for called, variant in named:
        for name, schema in variant.fields.items():
            found.setdefault(name, []).append((called, variant, schema))
    for name, owners in found.items():
        if face.heirs and name in face.fields:
            continue
        is_common = len(owners) == len(named)
        is_required = all(name in owner.required for _, owner, _ in owners)
        is_sure = is_common and (not is_required or len(named) == len(variants))
        said = f"{'Required in' if is_required else 'In'} {_which([called for called, _, _ in owners])}."
        its, parts = _together(owners, faces)
        path = f"{suffix}.{step(name)}"
        note = "" if is_sure else said
        yield Member(path, its, is_required and is_sure, note, owners[0][1].name, parts)


def _named(variants: list[Face], form: str) -> list[tuple[str, Face]]:
    """Return the variants that have fields, each with what it is called."""
    with_fields = [(number, each) for number, each in enumerate(variants, 1) if each.fields]
    if len(with_fields) == 1:
        ((_, only),) = with_fields
        return [(traits.name(only, form) or "the object", only)]
    return [(traits.name(each, form) or f"{_COUNTED}{number}", each) for number, each in with_fields]


def _together(owners: Owners, faces: Faces) -> tuple[Face, tuple[tuple[str, Face], ...]]:
    """Return what a field of several variants is, and what it is in each where they differ.

    Where each has its own choices, it has those of all.
    """
    alike: list[tuple[Any, list[str]]] = []
    for called, _, schema in owners:
        known = next((names for other, names in alike if other == schema), None)
        if known is None:
            alike.append((schema, [called]))
        else:
            known.append(called)
    schemas = [schema for schema, _ in alike]
    if len(schemas) == 1:
        return faces.of(schemas[0]), ()
    if every := _choices(schemas):
        first = {key: value for key, value in schemas[0].items() if key != "const"}
        return faces.of({**first, "enum": every}), ()
    return faces.of({"anyOf": schemas}), tuple((_which(names), faces.of(schema)) for schema, names in alike)


def _choices(schemas: list[Any]) -> list[Any]:
    """Return the values that any of the schemas lists; none where one of them lists none."""
    nodes = [each if isinstance(each, dict) else {} for each in schemas]
    choices = [each.get("enum") or ([each["const"]] if "const" in each else []) for each in nodes]
    every = {repr(value): value for values in choices for value in values}
    return list(every.values()) if all(choices) else []


def sentences(face: Face, faces: Faces, form: str) -> Iterator[str]:
    """Yield what is asked of a value that is one of the variants without fields, one sentence each."""
    plain = [each for each in map(faces.of, face.variants) if not (each.fields or each.variants)]
    fixed = [each for each in plain if "const" in each.keys]
    if fixed:
        yield f"One of {some([_fixed(each, form) for each in fixed], 'or')}."
    for each in [each for each in plain if "const" not in each.keys][:MOST_NAMED]:
        about = prose.cell(each.keys.get("description"), form)
        asked = " ".join(_asked(each, faces, form))
        if about or asked:
            kind = traits.type_words(each, faces, form)
            yield f"As {kind}: {' '.join(filter(None, [about, asked if about else lowered(asked)]))}"


def _fixed(face: Face, form: str) -> str:
    about = prose.cell(face.keys.get("description") or face.keys.get("title"), form).rstrip(".")
    value = traits.written(face.keys["const"], form)
    return f"{value} ({about})" if about and "<br>" not in about else value


def _asked(face: Face, faces: Faces, form: str) -> Iterator[str]:
    yield from traits.sentences(face, form)
    if face.is_array and not face.first:
        yield from traits.item_sentences(faces.of(face.items), form)


def also(face: Face, faces: Faces, form: str) -> Iterator[str]:
    """Yield of which variants one is meant, where a schema has fields of its own beside those of theirs."""
    named = _named([faces.of(each) for each in face.variants], form)
    if face.fields and not face.heirs and len(named) > 1:
        yield f"Has the fields of {_which([called for called, _ in named], 'or')}, too."


def _which(names: list[str], last: str = "and") -> str:
    """Return the names of variants; of those that are only counted, their numbers."""
    numbers = [name.removeprefix(_COUNTED) for name in names if name.startswith(_COUNTED)]
    is_counted = len(numbers) == len(names) > 1
    return f"variants {some(numbers, last)}" if is_counted else some(names, last)


def lowered(text: str) -> str:
    """Return a sentence as it stands behind a colon."""
    return f"{text[:1].lower()}{text[1:]}"


def step(name: object) -> str:
    """Return a name that reads as one step of a dotted path."""
    text = str(name)
    return f"[{text!r}]" if not text or any(each in text for each in ". []\n") else text


def some(names: list[str], last: str = "and") -> str:
    """Return the first of many names, and how many others there are."""
    more = len(names) - MOST_NAMED
    return listed([*names[:MOST_NAMED], f"{more} others"] if more > 0 else names, last)


def heading(face: Face, number: int, form: str) -> str:
    """Return what a variant is called that has a table of its own."""
    if called := traits.name(face, form):
        return called
    needed = [code(name, form) for name in face.fields if name in face.required]
    return f"With {listed(needed[:4])}" if needed else f"Variant {number}"

"""What a schema asks of a value, in words: its type, its bounds, its choices."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from handbook import prose
from handbook.face import Face, Faces
from handbook.prose import code, listed
from handbook.raw import Node

MOST_CHOICES = 40
"""How many values of an enumeration are spelled out."""
_MOST_VARIANTS = 4
_LONGEST_VALUE = 200
_DEEPEST = 4
_DIRECTIONS = {"readOnly": "Only in answers.", "writeOnly": "Only in requests."}


def written(value: Any, form: str) -> str:
    """Return a value as code: text as it is, anything else as JSON."""
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False, default=str)
    return code(text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…", form)


def type_words(face: Face, faces: Faces, form: str, depth: int = 0) -> str:
    """Return what sort of value it is: `array of string`, say, or the name of a component."""
    words = _kind_words(face, faces, form, depth)
    return f"{words} or null" if face.is_nullable else words


def _kind_words(face: Face, faces: Faces, form: str, depth: int) -> str:
    if depth > _DEEPEST:
        return "any"
    if is_never(face):
        return "none"
    if face.variants and not face.fields:
        return _variant_words(face, faces, form, depth)
    if face.first:
        return _tuple_words(face, faces, form, depth)
    if face.is_array:
        return f"array of {type_words(faces.of(face.items), faces, form, depth + 1)}"
    if face.is_object:
        return _object_words(face, faces, form, depth)
    return _scalar_words(face, form)


def name(face: Face, form: str) -> str:
    """Return what a variant is called: the component that it is, or its title; empty for neither."""
    return code(face.name, form) if face.name else prose.plain(face.keys.get("title"))


def is_never(face: Face) -> bool:
    """Return whether no value fits."""
    return face.keys.get("not") in ({}, True)


def _tuple_words(face: Face, faces: Faces, form: str, depth: int) -> str:
    """Return the types of the items whose places count, and of those after them."""
    words = [type_words(faces.of(each), faces, form, depth + 1) for each in face.first]
    more = [f"then any number of {type_words(faces.of(face.items), faces, form, depth + 1)}"]
    return f"array: {', '.join([*words, *(more if face.items else [])])}"


def _object_words(face: Face, faces: Faces, form: str, depth: int) -> str:
    if face.name:
        return code(face.name, form)
    if face.fields or face.others is None or face.others is True:
        return "object"
    return f"map of {type_words(faces.of(face.others), faces, form, depth + 1)}"


def _scalar_words(face: Face, form: str) -> str:
    words = listed([prose.plain(each) for each in face.kinds], "or") if face.kinds else _guessed(face)
    extra = [prose.plain(face.keys["format"])] if isinstance(face.keys.get("format"), str) else []
    extra += [code(face.name, form)] if face.name else []
    return f"{words} ({', '.join(extra)})" if extra else words


def _guessed(face: Face) -> str:
    """Return the type of a schema that names none, from its values."""
    fixed = face.keys.get("const")
    values = [fixed] if isinstance(fixed, str) else face.keys.get("enum") or ()
    values = [each for each in values if each is not None]
    return "string" if values and all(isinstance(each, str) for each in values) else "any"


def _variant_words(face: Face, faces: Faces, form: str, depth: int) -> str:
    words = [_one_of(faces.of(each), faces, form, depth + 1) for each in face.variants]
    objects = words.count("object")
    found = {f"one of {objects} objects" if word == "object" and objects > 1 else word: 0 for word in words}
    if len(found) > _MOST_VARIANTS:
        return f"one of {len(face.variants)} types{f' ({code(face.name, form)})' if face.name else ''}"
    return listed(list(found), "or")


def _one_of(face: Face, faces: Faces, form: str, depth: int) -> str:
    """Return the type of one variant; the title of an object without a name."""
    words = type_words(face, faces, form, depth)
    return (name(face, form) or words) if words == "object" else words


def sentences(face: Face, form: str, untold: str = "") -> Iterator[str]:
    """Yield what is asked of the value, one sentence each.

    Args:
        untold: A keyword that goes without saying: `readOnly` of an answer, `writeOnly` of a request.
    """
    keys = face.keys
    if keys.get("deprecated") is True:
        yield "**Deprecated.**"
    if is_never(face):
        yield "Must be left out."
    for key, said in _DIRECTIONS.items():
        if keys.get(key) is True and key != untold:
            yield said
    yield from _choices(keys, form)
    yield from bounds(face, form)
    if "default" in keys:
        yield f"Default: {written(keys['default'], form)}."


def _choices(keys: Node, form: str) -> Iterator[str]:
    if "const" in keys:
        yield f"Always {written(keys['const'], form)}."
    values = keys.get("enum")
    if not isinstance(values, list) or not values:
        return
    shown = [written(each, form) for each in values[:MOST_CHOICES]]
    more = len(values) - len(shown)
    if more:
        yield f"One of {', '.join(shown)} and {more} more."
    else:
        yield f"One of {listed(shown, 'or')}." if len(shown) > 1 else f"Always {shown[0]}."


def bounds(face: Face, form: str) -> Iterator[str]:
    """Yield the bounds of a value, and of the items of a list."""
    keys = face.keys
    yield from _range(keys)
    if _is_number(keys.get("multipleOf")):
        yield f"A multiple of {keys['multipleOf']}."
    yield from _count(keys, "Length", "character")
    yield from _count(keys, "Items", "item")
    yield from _count(keys, "Properties", "field")
    if face.first and keys.get("items") is False:
        yield "No further items."
    if keys.get("uniqueItems") is True:
        yield "No item twice."
    if isinstance(keys.get("pattern"), str):
        yield f"Matches {code(keys['pattern'], form)}."


def item_sentences(face: Face, form: str) -> Iterator[str]:
    """Yield what is asked of each item of a list of plain values."""
    said = " ".join([*_choices(face.keys, form), *bounds(face, form)])
    if said:
        yield f"Each item: {said[0].lower()}{said[1:]}"


def _range(keys: Node) -> Iterator[str]:
    low, is_above = _bound(keys, "minimum", "exclusiveMinimum")
    high, is_below = _bound(keys, "maximum", "exclusiveMaximum")
    if low is not None and high is not None and not is_above and not is_below:
        yield f"From {low} to {high}."
        return
    words = [] if low is None else [f"more than {low}" if is_above else f"at least {low}"]
    words += [] if high is None else [f"less than {high}" if is_below else f"at most {high}"]
    if words:
        yield f"{listed(words).capitalize()}."


def _bound(keys: Node, name: str, exclusive: str) -> tuple[Any, bool]:
    """Return a bound and whether it is itself excluded, in the words of OpenAPI 3.0 or 3.1."""
    edge, other = keys.get(name), keys.get(exclusive)
    if _is_number(other):
        return other, True
    return (edge, other is True) if _is_number(edge) else (None, False)


def _count(keys: Node, what: str, noun: str) -> Iterator[str]:
    fewest, most = keys.get(f"min{what}"), keys.get(f"max{what}")
    fewest = fewest if _is_number(fewest) and fewest else None
    most = most if _is_number(most) else None
    if fewest is not None and most is not None:
        yield f"{fewest} {noun}s." if fewest == most != 1 else f"{fewest} to {most} {noun}s."
    elif fewest is not None:
        yield f"At least {fewest} {noun}{'' if fewest == 1 else 's'}."
    elif most is not None:
        yield f"At most {most} {noun}{'' if most == 1 else 's'}."


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def example_sentence(keys: Node, form: str) -> Iterator[str]:
    """Yield the example of a plain value, if the schema has one that a line can hold."""
    examples = keys.get("examples")
    values = [keys["example"]] if "example" in keys else examples[:1] if isinstance(examples, list) else []
    for value in values:
        if value is not None and not isinstance(value, Mapping | list):
            yield f"Example: {written(value, form)}."

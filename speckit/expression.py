"""Expressions and templates: what a document may compute, as frozen values.

A template is any JSON value. Inside it, a string that starts with `$` is an
expression, `{$...}` inside a longer string is filled in, `$$` at the start
stands for one dollar, and an object with a single `$operator` key is an
operator. The expressions are the runtime expressions of OpenAPI 3.1 (section
4.8.20.4) plus the resource's own: see `SOURCES`. There is no code in documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from speckit import pointer, timing

SOURCES = {
    "request.path": "name",
    "request.query": "name",
    "request.header": "name",
    "request.body": "pointer",
    "resource": "pointer",
    "origin": "pointer",
    "parent": "named pointer",
    "scenario": "pointer",
    "principal": "pointer",
    "list": "pointer",
    "error": "pointer",
    "server": "",
    "state": "",
    "id": "",
    "now": "",
    "sequence": "",
    "random.uuid": "",
    "random.hex": "number",
    "absent": "",
}
"""Every source of a value, and what may follow it."""

OPERATORS = ("$first", "$some", "$if", "$at", "$add", "$json", "$parse", "$time")
CONDITIONS = ("not", "in", "contains", "lacks", "present")
"""The words by which a guard asks for something else than one value."""
CALENDAR = ("midnight", "hour", "minute")

_EXPRESSION = re.compile(
    r"\$(?P<source>request\.(?:path|query|header|body)|random\.(?:uuid|hex)|[a-z]+)"
    r"(?:(?<=hex)(?P<number>\d+))?(?:\.(?P<name>[^#}\s]+))?(?:#(?P<pointer>/[^}]*))?"
)
_EMBEDDED = re.compile(r"\{(\$[^{}]+)\}")


class ExpressionError(ValueError):
    """The text is not an expression of this vocabulary; the message says what would be."""


@dataclass(frozen=True, slots=True)
class Source:
    """A value looked up when a request is served, e.g. `$request.body#/name`."""

    kind: str
    name: str = ""
    pointer: tuple[str, ...] = ()

    def __str__(self) -> str:
        name = f".{self.name}" if self.name and self.kind != "random.hex" else self.name
        tail = f"#{pointer.render(self.pointer)}" if self.pointer else ""
        return f"${self.kind}{name}{tail}"


GONE = Source("absent")
"""`$absent`, in whose place there is nothing: what it is assigned to is taken away."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a value must be: `equals`, or one of the words of `CONDITIONS`, with `value` as the other side."""

    kind: str
    value: Any

    def disjoint(self, other: Condition) -> bool:
        """Return whether no value at all meets both conditions."""
        mine, theirs = self._values(), other._values()
        if mine is not None and theirs is not None:
            return not set(map(repr, mine)) & set(map(repr, theirs))
        if {self.kind, other.kind} in ({"equals", "not"}, {"contains", "lacks"}):
            return repr(self.value) == repr(other.value)
        absent = any(c.kind == "present" and not c.value for c in (self, other))
        return absent and any(
            c.kind in ("equals", "in", "contains") or c.value is True for c in (self, other)
        )

    def _values(self) -> tuple[Any, ...] | None:
        if self.kind == "equals":
            return (self.value,)
        return tuple(self.value) if self.kind == "in" else None


Guard = tuple[tuple[Source, Condition], ...]
"""Conditions that must all hold."""


def disjoint(one: Guard, other: Guard) -> bool:
    """Return whether the two guards can never hold together."""
    return any(a == b and mine.disjoint(theirs) for a, mine in one for b, theirs in other)


def guard(raw: Mapping[str, Any]) -> Guard:
    """Return the guard that a map from expressions to conditions stands for.

    Raises:
        ExpressionError: one of the keys is no expression.
    """
    return tuple((source(text), condition(each)) for text, each in raw.items())


def condition(raw: Any) -> Condition:
    """Return the condition as it is written: a value, or a map with one word."""
    return Condition(*next(iter(raw.items()))) if isinstance(raw, dict) else Condition("equals", raw)


@dataclass(frozen=True, slots=True)
class Constant:
    """A value the document holds as it is."""

    value: Any


@dataclass(frozen=True, slots=True)
class Text:
    """A string with expressions inside; an absent one leaves nothing behind."""

    parts: tuple[str | Source, ...]


@dataclass(frozen=True, slots=True)
class Members:
    """An object; a member whose value is absent is left out."""

    items: tuple[tuple[str, Template], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """An array; an item whose value is absent is left out."""

    items: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class First:
    """The first of several that is present (`$first`), or neither absent nor null (`$some`)."""

    options: tuple[Template, ...]
    skips_null: bool = False


@dataclass(frozen=True, slots=True)
class Encoded:
    """A value written into a string as JSON (`$json`)."""

    value: Template


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time (`$time`), moved on by `plus` and then up to the `next` full `midnight`.

    `plus` is a duration in microseconds or an expression in whole seconds.
    """

    base: Template
    plus: int | Template = 0
    next: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One template where a guard holds (`$if`), and another, or nothing, where it does not."""

    when: Guard
    then: Template
    otherwise: Template | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a value, reached by computed steps (`$at`): names of members, or numbers of items."""

    of: Template
    steps: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """Numbers added up (`$add`)."""

    terms: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Decoded:
    """A value read out of a string with JSON (`$parse`); absent where it holds none."""

    text: Template


Template = (
    Source | Constant | Text | Members | Items | First | Encoded | Moment | Choice | Part | Sum | Decoded
)


def template(value: Any) -> Template:
    """Return `value` as a template.

    Raises:
        ExpressionError: a string inside starts with `$` and is no expression.
    """
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return _simplest(Items(tuple(map(template, value))), value)
    if not isinstance(value, dict):
        return Constant(value)
    if len(value) == 1 and next(iter(value)).startswith("$"):
        return _operator(*next(iter(value.items())))
    return _simplest(Members(tuple((key, template(part)) for key, part in value.items())), value)


def _simplest(compound: Members | Items, value: Any) -> Template:
    """Return a constant where nothing inside has to be computed."""
    parts = [item[1] if isinstance(compound, Members) else item for item in compound.items]  # type: ignore[index]
    if all(isinstance(part, Constant) for part in parts):
        plain = [part.value for part in parts]  # type: ignore[union-attr]
        return Constant(dict(zip(value, plain, strict=True)) if isinstance(value, dict) else plain)
    return compound


def _string(text: str) -> Template:
    if text.startswith("$") and not text.startswith("$$"):
        return source(text)
    text = text.removeprefix("$") if text.startswith("$$") else text
    if "{$" not in text:
        return Constant(text)
    pieces = _EMBEDDED.split(text)
    if open_ := next((piece for piece in pieces[::2] if "{$" in piece), ""):
        raise ExpressionError(_unclosed(open_))
    return Text(tuple(source(p) if i % 2 else p for i, p in enumerate(pieces) if i % 2 or p))


def _unclosed(text: str) -> str:
    """Return what is wrong with a `text` in which an expression begins that does not end."""
    said = text[text.index("{$") :]
    begun = _EXPRESSION.match(re.split(r"[\s{}]", said[1:])[0].rstrip(".,:;!?/"))
    known = begun[0] if begun and begun["source"] in SOURCES else "$id"
    return f"'{said}' is no whole expression: '{{$' begins one, and '}}' ends it, as in '{{{known}}}'."


def source(text: str) -> Source:
    """Return the expression `text` stands for.

    Raises:
        ExpressionError: it is none; the message lists what there is.

    >>> source("$request.body#/name")
    Source(kind='request.body', name='', pointer=('name',))
    """
    match = _EXPRESSION.fullmatch(text)
    kind = match["source"] if match else ""
    if not match or kind not in SOURCES:
        raise ExpressionError(f"'{text}' is not an expression. Expressions are {_listed()}.")
    found = Source(kind, match["name"] or match["number"] or "", pointer.parse(match["pointer"] or ""))
    if problem := _misuse(SOURCES[kind], found):
        raise ExpressionError(f"'{text}' {problem}.")
    return found


def _misuse(takes: str, found: Source) -> str:
    """Return what is wrong with the parts of an expression of a known source."""
    if ("name" in takes or takes == "number") and not found.name:
        return "needs a name after a dot" if takes != "number" else "needs a number, as in $random.hex24"
    if found.name and "name" not in takes and takes != "number":
        return "takes no name after a dot"
    if found.pointer and "pointer" not in takes:
        return "takes no pointer after '#'"
    return ""


def _listed() -> str:
    shown = {"name": ".NAME", "pointer": "#/pointer", "named pointer": ".NAME#/pointer", "number": "24"}
    return ", ".join(f"${kind}{shown.get(takes, '')}" for kind, takes in SOURCES.items())


def _operator(key: str, value: Any) -> Template:
    if key in ("$first", "$some", "$at", "$add"):
        return _several(key, value)
    if key == "$json":
        return Encoded(template(value))
    if key == "$parse":
        return Decoded(template(value))
    if key == "$time":
        return _moment(value)
    if key == "$if":
        return _choice(value)
    raise ExpressionError(f"'{key}' is not an operator. Operators are {', '.join(OPERATORS)}.")


def _several(key: str, value: Any) -> Template:
    """Return the operator `key` on a list."""
    least = 1 if key in ("$first", "$some") else 2
    if not isinstance(value, list) or len(value) < least:
        raise ExpressionError(f"'{key}' takes a list of {least} or more.")
    parts = tuple(map(template, value))
    if key in ("$first", "$some"):
        return First(parts, skips_null=key == "$some")
    return Sum(parts) if key == "$add" else Part(parts[0], parts[1:])


def _choice(value: Any) -> Choice:
    if not isinstance(value, dict) or not {"when", "then"} <= value.keys() <= {"when", "then", "else"}:
        raise ExpressionError("$if takes 'when' and 'then', and may take 'else'.")
    if not isinstance(value["when"], dict) or not value["when"]:
        raise ExpressionError("'when' of $if is a map from expressions to conditions.")
    _check_conditions(value["when"])
    other = template(value["else"]) if "else" in value else None
    return Choice(guard(value["when"]), template(value["then"]), other)


def _check_conditions(raw: Mapping[str, Any]) -> None:
    words = [[word] for word in CONDITIONS]
    for each in raw.values():
        if isinstance(each, list) or (isinstance(each, dict) and [*each] not in words):
            known = ", ".join(f"{{{word}: ...}}" for word in CONDITIONS)
            raise ExpressionError(f"A condition is a value, or one of {known}.")


def _moment(value: Any) -> Moment:
    if not isinstance(value, dict):
        return Moment(template(value))
    unknown = set(value) - {"of", "plus", "next"}
    if unknown or "of" not in value:
        raise ExpressionError("$time takes 'of', and may take 'plus' and 'next'.")
    if value.get("next", "midnight") not in CALENDAR:
        raise ExpressionError(f"'next' of $time is one of {', '.join(CALENDAR)}.")
    return Moment(template(value["of"]), _plus(value.get("plus")), value.get("next", ""))


def _plus(value: Any) -> int | Template:
    if value is None:
        return 0
    if isinstance(value, str) and not value.startswith("$"):
        try:
            return timing.duration(value)
        except ValueError as problem:
            raise ExpressionError(str(problem)) from problem
    return template(value)


def sources(value: Template) -> Iterator[Source]:
    """Yield every source a template looks up, in order."""
    match value:
        case Source():
            yield value
        case Text(parts):
            yield from (part for part in parts if isinstance(part, Source))
        case Members(items):
            for _, item in items:
                yield from sources(item)
        case Items(items) | First(items, _) | Sum(items):
            for item in items:
                yield from sources(item)
        case Encoded(inner) | Decoded(inner):
            yield from sources(inner)
        case Choice(when, then, other):
            yield from (source for source, _ in when)
            yield from sources(then)
            yield from sources(other) if other is not None else ()
        case Part(of, steps):
            yield from sources(of)
            for step in steps:
                yield from sources(step)
        case Moment(base, plus, _):
            yield from sources(base)
            yield from () if isinstance(plus, int) else sources(plus)

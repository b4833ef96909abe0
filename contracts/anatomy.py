"""Where in an answer the resource is: templates read backwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from contracts.exchange import Exchange, text
from contracts.reckoning import PERHAPS, UNKNOWN, Known, differs, holds, looked_up, reckoned
from speckit import expression, pointer
from speckit.expression import Source, Template
from speckit.lifecycle import Lifecycle, Path, Rule, Success
from speckit.pointer import ABSENT


@dataclass(frozen=True, slots=True)
class Sighting:
    """A resource as one answer shows it.

    Attributes:
        id: Its id, as far as the answer or the request tells.
        fields: What is seen, by the place in the resource.
        state: What is said of its state; ABSENT where nothing is.
        view: The view shown.
        is_whole: The resource itself is shown, not a template made of it.
    """

    id: Any
    fields: Mapping[Path, Any]
    state: Any = ABSENT
    view: str = ""
    is_whole: bool = False

    def get(self, path: Path) -> Any:
        """Return what is seen of the field at `path`: its value, or ABSENT."""
        for length in range(1, len(path) + 1):
            if (known := path[:length]) in self.fields:
                return pointer.read(self.fields[known], path[length:])
        return ABSENT


class Anatomy:
    """What the answers of one operation hold, by where."""

    def __init__(self, lifecycle: Lifecycle, rule: Rule) -> None:
        self.lifecycle = lifecycle
        self.rule = rule

    @property
    def tells_id(self) -> bool:
        """Whether an answer of success says which resource it is about."""
        body = self.rule.success[0].body
        told = [source for _, each in self.rule.success[0].headers for source in expression.sources(each)]
        if any(map(self._is_id, told)):
            return True
        if body is None:
            return 204 not in {success.status for success in self.rule.success}
        return any(source == Source("resource") or self._is_id(source) for _, source in places(body))

    def _is_id(self, source: Source) -> bool:
        """Return whether an expression is the id: `$id`, or the field of the resource that holds it."""
        return source in (Source("id"), Source("resource", pointer=self.lifecycle.identity.field))

    def sighting(self, exchange: Exchange) -> Sighting | None:
        """Return the one resource that a successful answer shows; None where it shows none."""
        named = self.named(exchange)
        for success in self.fitting(exchange):
            return self._found(exchange, success, named)
        return None

    def sightings(self, exchange: Exchange) -> list[Sighting] | None:
        """Return every resource that the answer of a list shows; None where there is no list in it."""
        items = self.part(exchange, "items")
        if not isinstance(items, list):
            return None
        view = self.view(exchange)
        return [self._seen(item, view, ABSENT) for item in items]

    def part(self, exchange: Exchange, name: str) -> Any:
        """Return what stands for `$list#/NAME` in the answer of a list; ABSENT if nothing does."""
        for where in self._where(name):
            if (value := pointer.read(exchange.answer, where)) is not ABSENT:
                return value
        return ABSENT

    def tells(self, name: str) -> bool:
        """Return whether `$list#/NAME` stands by itself somewhere in the answer of a list."""
        return any(True for _ in self._where(name))

    def _where(self, name: str) -> Iterator[Path]:
        body = self.rule.success[0].body or Source("list", pointer=("items",))
        return (where for where, source in places(body) if source == Source("list", pointer=(name,)))

    def view(self, exchange: Exchange) -> str:
        """Return the name of the view that the request asks for; empty for the plain one."""
        choice = self.rule.view
        if choice.by is None:
            return choice.default
        word = looked_up(choice.by, Known(call=exchange.call))
        return choice.views.get(word if isinstance(word, str) else str(word).lower(), choice.default)

    def named(self, exchange: Exchange) -> Any:
        """Return the id of what the answer is about that the request names, if it does."""
        identity = self.lifecycle.identity
        if self.rule.role == "replace":
            return ABSENT
        return typed(exchange.call.path.get(identity.param, ABSENT), identity.type)

    def success(self, exchange: Exchange) -> Success | None:
        """Return the answer of success that this one is; None where it is like none."""
        return next(self.fitting(exchange), None)

    def fitting(self, exchange: Exchange) -> Iterator[Success]:
        """Yield the answers of success that this one may be."""
        asked = Known(call=exchange.call)
        for success in self.rule.success:
            if success.status not in (None, exchange.status) or holds(success.when, asked) is False:
                continue
            if success.body is None or success.content_type or fits(success.body, exchange.answer):
                yield success

    def _found(self, exchange: Exchange, success: Success, named: Any) -> Sighting | None:
        view = success.view or self.view(exchange)
        if named is ABSENT:
            named = self._in_body(exchange, success)
        if named is ABSENT:
            named = self._in_headers(exchange, success)
        if success.content_type or exchange.answer is ABSENT:
            return Sighting(named, {}, view=view) if exchange.answer is ABSENT else None
        body = success.body
        if body is None:
            return self._seen(exchange.answer, view, named)
        state: Any = ABSENT
        for where, source in places(body):
            value = pointer.read(exchange.answer, where)
            if source == Source("resource") and value is not ABSENT:
                return self._seen(value, view, named)
            if source == Source("state"):
                state = value
        return Sighting(named, {}, state, view)

    def _in_body(self, exchange: Exchange, success: Success) -> Any:
        """Return the id that stands by itself in a body; else ABSENT."""
        told = places(success.body) if success.body is not None else ()
        found = (pointer.read(exchange.answer, where) for where, source in told if self._is_id(source))
        return next((value for value in found if isinstance(value, str | int)), ABSENT)

    def _in_headers(self, exchange: Exchange, success: Success) -> Any:
        """Return the id that a header tells, alone or in a text such as a Location; else ABSENT."""
        for name, template in success.headers:
            said = exchange.headers.get(name.lower())
            found = self._id_in(template, said) if said is not None else ""
            if found:
                return typed(unquote(found), self.lifecycle.identity.type)
        return ABSENT

    def _id_in(self, template: Template, said: str) -> str:
        """Return the id in a text that a template was written into; empty where it holds none."""
        if isinstance(template, Source):
            return said if self._is_id(template) else ""
        parts = template.parts if isinstance(template, expression.Text) else ()
        keys = [part for part in parts if isinstance(part, Source) and self._is_id(part)]
        if len(keys) != 1:
            return ""
        pattern = "".join(
            re.escape(part) if isinstance(part, str) else "([^/?#]+)" if part == keys[0] else ".*"
            for part in parts
        )
        found = re.search(f"{pattern}$", said)
        return found[1] if found else ""

    def _seen(self, value: Any, view: str, named: Any) -> Sighting:
        shown = self.lifecycle.views.get(view)
        if shown and shown.body is not None:
            return self._drawn(value, shown.body, view, named)
        members = value.items() if isinstance(value, dict) else ()
        cut = {path[0] for path in (shown.omit if shown else ()) if "*" in path}
        fields: dict[Path, Any] = {(key,): part for key, part in members if key not in cut}
        return self._sighting(fields, ABSENT, view, named, is_whole=True)

    def _drawn(self, value: Any, body: Template, view: str, named: Any) -> Sighting:
        """Return what a view with a body of its own shows."""
        fields: dict[Path, Any] = {}
        state: Any = ABSENT
        for where, source in places(body):
            seen = pointer.read(value, where)
            if seen is ABSENT:
                continue
            if source.kind == "resource" and source.pointer:
                fields[source.pointer] = seen
            elif source.kind == "resource" and isinstance(seen, dict):
                fields |= {(key,): part for key, part in seen.items()}
            elif source.kind == "id":
                fields[self.lifecycle.identity.field] = seen
            elif source.kind == "state":
                state = seen
        return self._sighting(fields, state, view, named, is_whole=False)

    def _sighting(
        self, fields: dict[Path, Any], state: Any, view: str, named: Any, *, is_whole: bool
    ) -> Sighting:
        lifecycle = self.lifecycle
        seen = Sighting(named, fields, state, view, is_whole)
        own = seen.get(lifecycle.identity.field)
        if state is ABSENT and lifecycle.state_field:
            state = seen.get(lifecycle.state_field)
        return Sighting(own if own is not ABSENT else named, fields, state, view, is_whole)


def typed(value: Any, kind: str) -> Any:
    """Return an id of a path as the resource has it; as it is where it cannot be one."""
    if kind != "integer" or not isinstance(value, str):
        return str(value) if kind == "string" and isinstance(value, int) else value
    try:
        return int(value)
    except ValueError:
        return value


def places(template: Template, at: Path = ()) -> Iterator[tuple[Path, Source]]:
    """Yield every expression that stands by itself in a template, and where."""
    match template:
        case Source():
            yield at, template
        case expression.Members(items):
            for key, part in items:
                yield from places(part, (*at, key))
        case expression.Items(items):
            for number, part in enumerate(items):
                yield from places(part, (*at, str(number)))
        case expression.First(options, _):
            for option in options:
                yield from places(option, at)
        case expression.Choice(_, then, other):
            yield from places(then, at)
            yield from places(other, at) if other is not None else ()


def fits(template: Template, value: Any) -> bool:
    """Return whether `value` has the members that the template fixes."""
    match template:
        case expression.Members(items):
            return isinstance(value, dict) and all(
                fits(part, value[key]) if key in value else _is_optional(part) for key, part in items
            )
        case expression.Constant(dict() as constant):
            return isinstance(value, dict) and constant.keys() <= value.keys()
    return True


def _is_optional(part: Template) -> bool:
    """Return whether a member may be left out whatever the resource holds."""
    match part:
        case expression.Choice() | expression.Part() | expression.Sum() | expression.Decoded():
            return True
        case Source("list" | "absent"):
            return True
        case Source("resource" | "parent" | "origin", _, (_, *_)):
            return True
        case expression.First(options, _):
            return all(map(_is_optional, options))
    return False


def strays(template: Template, known: Known, value: Any) -> str:
    """Return where `value` is not what an answer spells out: a pointer with a word, empty where it is.

    Texts are for people and may be worded otherwise; what is filled into them counts, as all else does.
    """
    said = _strays(reckoned(template, known), value, "")
    return said or next(_unsaid(template, known, value), "")


def _unsaid(template: Template, known: Known, value: Any) -> Iterator[str]:
    """Yield the texts that do not name what is filled into them."""
    for where, text_template in _texts(template):
        told = pointer.read(value, where)
        for part in text_template.parts:
            filled = UNKNOWN if isinstance(part, str) else looked_up(part, known)
            if (
                isinstance(told, str)
                and isinstance(filled, str | int)
                and text(filled).lower() not in told.lower()
            ):
                yield f"{pointer.render(where)} does not name {filled!r}"


def _texts(template: Template, at: Path = ()) -> Iterator[tuple[Path, expression.Text]]:
    match template:
        case expression.Text():
            yield at, template
        case expression.Members(items):
            for key, part in items:
                yield from _texts(part, (*at, key))


def _strays(expected: Any, value: Any, at: str) -> str:
    if isinstance(expected, dict):
        if not isinstance(value, dict):
            return f"{at or '/'} is no object"
        missing = [key for key, part in expected.items() if key not in value and part is not PERHAPS]
        if missing:
            return f"{at}/{missing[0]} is missing"
        found = (_strays(part, value[key], f"{at}/{key}") for key, part in expected.items() if key in value)
        return next(filter(None, found), "")
    if isinstance(expected, str):
        return "" if isinstance(value, str) else f"{at or '/'} is no text"
    return f"{at or '/'} is {value!r}, not {expected!r}" if differs(expected, value) else ""

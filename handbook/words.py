"""Durations, guards, templates and answers in plain words, safe to stand anywhere in a Markdown page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from handbook import prose
from speckit import pointer
from speckit.expression import (
    GONE,
    Choice,
    Constant,
    Decoded,
    Encoded,
    First,
    Items,
    Members,
    Moment,
    Part,
    Source,
    Sum,
    Template,
    Text,
)
from speckit.lifecycle import After, Answer, Condition, Guard, Path
from speckit.timing import SECOND

_UNITS = ((86_400, "day"), (3_600, "h"), (60, "min"), (1, "s"))
_UNSAFE = re.compile(r"[`|]")
_LONGEST = 240
"""How many characters of JSON a sentence bears."""

_REQUEST = {
    "request.path": "the path parameter",
    "request.query": "the query parameter",
    "request.header": "the header",
}
_PLAIN = {
    "state": "its state",
    "id": "its id",
    "now": "the time of the request",
    "sequence": "the next number",
    "random.uuid": "a new UUID",
    "request.body": "the request body",
    "resource": "the resource",
    "scenario": "the data of its scenario",
    "principal": "the caller",
    "list": "the list",
    "error": "the error",
    "server": "the URL of the server",
    "origin": "the one it replaces",
    "absent": "nothing",
}
_SHORT = {"id": "id", "now": "now", "sequence": "number", "random.uuid": "uuid", "state": "state"}


def text(value: object) -> str:
    """Return `value` as one line of Markdown that shows just these characters.

    >>> text("a|b *c*")
    'a&#124;b \\\\*c\\\\*'
    """
    return prose.plain(value)


def code(value: object) -> str:
    """Return `value` set as code; as escaped text where code could break a table or a line."""
    shown = " ".join(str(value).split())
    if not shown:
        return '""'
    return text(shown) if _UNSAFE.search(shown) else f"`{shown}`"


def value(data: Any) -> str:
    """Return a JSON value as code, a text without its quotes; long ones are cut."""
    if isinstance(data, str):
        return code(_cut(data))
    return code(_cut(json.dumps(data, ensure_ascii=False)))


def _cut(shown: str) -> str:
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def path(segments: Path) -> str:
    """Return a JSON Pointer as a reader knows fields: `camera.lens`.

    >>> path(("camera", "lens"))
    '`camera.lens`'
    """
    is_plain = not any("." in part for part in segments)
    return code(".".join(segments) if is_plain else pointer.render(segments))


def kebab(name: str) -> str:
    """Return `name` in lower case with hyphens, as part of an anchor or a file name.

    >>> kebab("Status.RUNNING"), kebab("CompletedWithError")
    ('status-running', 'completed-with-error')
    """
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name)
    return re.sub(r"[\W_]+", "-", split).strip("-").lower()


def places(prefix: str, names: Iterable[str]) -> dict[str, str]:
    """Return, by name, an id for a section of a page; no two names have the same.

    >>> places("state", ["Done.OK", "done-ok"])
    {'Done.OK': 'state-done-ok', 'done-ok': 'state-done-ok-2'}
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for number, name in enumerate(names, 1):
        wanted = f"{prefix}-{kebab(name) or number}"
        found[name] = f"{wanted}-{number}" if wanted in taken else wanted
        taken.add(found[name])
    return found


def listed(parts: Iterable[str], word: str = "and") -> str:
    """Return the parts as a sentence lists them.

    >>> listed(["a", "b", "c"], "or")
    'a, b or c'
    """
    found = list(parts)
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} {word} {found[-1]}"


def article(name: str) -> str:
    """Return what stands before a name.

    >>> article("Job"), article("Artefact")
    ('a', 'an')
    """
    return "an" if name[:1].lower() in "aeio" and name else "a"


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th ...

    >>> ordinal(2), ordinal(11), ordinal(23)
    ('2nd', '11th', '23rd')
    """
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"


def duration(microseconds: int) -> str:
    """Return a span of time in the units people use.

    >>> duration(90 * 60 * SECOND), duration(500_000), duration(86_400 * SECOND)
    ('1 h 30 min', '0.5 s', '1 day')
    """
    left, parts = microseconds // SECOND, []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if unit == "s" and microseconds % SECOND:
            parts.append(f"{count + microseconds % SECOND / SECOND:g} s")
        elif count:
            parts.append(f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}")
    return " ".join(parts) or "0 s"


def source(found: Source) -> str:
    """Return where an expression looks, as in `name` of the request body."""
    if found.kind in _REQUEST:
        return f"{_REQUEST[found.kind]} {code(found.name)}"
    if found.kind == "random.hex":
        return f"{found.name} random hexadecimal digits"
    owner = f"its {text(found.name)}" if found.kind == "parent" else _PLAIN[found.kind]
    if not found.pointer:
        return owner
    return path(found.pointer) if found.kind == "resource" else f"{path(found.pointer)} of {owner}"


def brief(found: Source) -> str:
    """Return an expression as a diagram has room for: the last name of it, plain text."""
    if found.kind == "parent":
        return ".".join((found.name, *found.pointer[-1:]))
    if found.kind == "random.hex":
        return f"{found.name} hex digits"
    return found.pointer[-1] if found.pointer else found.name or _SHORT.get(found.kind, found.kind)


def guard(conditions: Guard) -> str:
    """Return what must hold, as in `submit` of the request body is `true`; empty for no guard."""
    return listed(f"{source(each)} {_holds(condition, value)}" for each, condition in conditions)


def _holds(condition: Condition, say: Callable[[Any], str]) -> str:
    """Return what a condition asks, its values told by `say`."""
    match condition.kind:
        case "not":
            return f"is not {say(condition.value)}"
        case "in":
            return f"is {listed(map(say, condition.value), 'or')}"
        case "present":
            return "is given" if condition.value else "is not given"
        case "contains":
            return f"contains {say(condition.value)}"
        case "lacks":
            return f"does not contain {say(condition.value)}"
    return f"is {say(condition.value)}"


def brief_guard(conditions: Guard) -> str:
    """Return what must hold, as plain text a diagram has room for."""
    return " and ".join(f"{brief(each)} {_holds(condition, _bare)}" for each, condition in conditions)


def _bare(data: Any) -> str:
    return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)


def when(after: After, until: Template | None = None) -> str:
    """Return when a transition happens by itself, as in after 5 s.

    Args:
        after: What the transition says.
        until: How the field that holds the time is made, where a document says so.
    """
    if after.polls:
        return f"at the {ordinal(after.polls)} look at it in this state"
    if after.until is None:
        return _late(after, "some time later")
    where = f"at the time in {source(after.until)}"
    return f"{where} ({template(until)})" if isinstance(until, Moment) else where


def _late(after: After, untold: str) -> str:
    """Return after how long something happens; `untold` where nothing says so."""
    if after.duration is None:
        return untold
    return f"after {duration(after.duration)}" if after.duration else "at once"


def brief_when(after: After, until: Template | None = None) -> str:
    """Return when a transition happens by itself, as plain text a diagram has room for."""
    if after.polls:
        return f"at look {after.polls}"
    if after.until is None:
        return _late(after, "by itself")
    if isinstance(until, Moment) and until.next and not until.plus:
        return f"at next {'full ' if until.next != 'midnight' else ''}{until.next}"
    return f"at {brief(after.until)}"


def assigned(made: Template) -> str:
    """Return what a field holds once a template is assigned to it."""
    return "taken away" if made == GONE else template(made)


def template(made: Template) -> str:
    """Return what a template yields."""
    match made:
        case Source():
            return source(made)
        case Constant(data):
            return value(data)
        case Text(parts):
            return value("".join(each if isinstance(each, str) else f"<{brief(each)}>" for each in parts))
        case First(options):
            return _first(options)
        case Encoded(inner):
            return f"{template(inner)}, written as JSON"
        case Moment():
            return _moment(made)
        case Choice() | Part() | Sum() | Decoded():
            return _worked_out(made)
    return value(_outlined(made))


def _worked_out(made: Choice | Part | Sum | Decoded) -> str:
    match made:
        case Choice(when, then, other):
            rest = f", else {template(other)}" if other is not None else ""
            return f"{template(then)} if {guard(when)}{rest}"
        case Part(of, steps):
            return " of ".join([*(_step(each) for each in reversed(steps)), template(of)])
        case Sum(terms):
            return " plus ".join(map(template, terms))
    return f"{template(made.text)}, read as JSON"


def _step(step: Template) -> str:
    """Return one step into a value: a member's name, or the number of an item from 0; -1 is the last."""
    if isinstance(step, Constant) and isinstance(step.value, int):
        return "the last item" if step.value == -1 else f"item {step.value}"
    return value(step.value) if isinstance(step, Constant) else f"what {template(step)} names"


def _first(options: tuple[Template, ...]) -> str:
    *tried, last = options
    if not tried:
        return template(last)
    if isinstance(last, Constant):
        given = listed([template(each) for each in tried], "or else")
        return f"{given}; {template(last)} as without it"
    return f"{', or else '.join(map(template, options))}"


def _moment(made: Moment) -> str:
    base = template(made.base)
    if isinstance(made.plus, int):
        later = f"{duration(made.plus)} after {base}" if made.plus else base
    else:
        later = f"{base} plus {template(made.plus)} in seconds"
    if not made.next:
        return later
    full = "midnight" if made.next == "midnight" else f"full {made.next}"
    return f"the next {full} (UTC) after {later}"


def _outlined(made: Template) -> Any:
    """Return the shape of a compound template, with what is computed in angle brackets."""
    match made:
        case Constant(data):
            return data
        case Members(items):
            return {key: _outlined(each) for key, each in items}
        case Items(items):
            return [_outlined(each) for each in items]
        case Text(parts):
            return "".join(each if isinstance(each, str) else f"<{brief(each)}>" for each in parts)
        case Source():
            return f"<{brief(made)}>"
        case First(options):
            return _outlined(options[0])
        case Choice(_, then, _):
            return _outlined(then)
        case Part(of, _):
            return f"<part of {_bare(_outlined(of)).strip('<>')}>"
        case Decoded(text):
            return _outlined(text)
        case Sum(terms):
            return f"<{' + '.join(_bare(_outlined(each)).strip('<>') for each in terms)}>"
        case Encoded(inner):
            return json.dumps(_outlined(inner), ensure_ascii=False)
        case Moment(base, _, _):
            return _outlined(base)
    raise TypeError(made)  # pragma: no cover


def answer(status: int, given: Answer | None = None) -> str:
    """Return a response in words, as in 409 with `{"error": "..."}`.

    Args:
        status: What is answered where `given` has no status.
        given: What the document spells out; None for a bare status.
    """
    if given is None:
        return code(status)
    parts = [code(given.status or status)]
    if given.body is not None:
        parts.append(f"with {template(given.body)}")
    if given.content_type:
        parts.append(f"as {code(given.content_type)}")
    headers = [f"{code(name)}: {template(each)}" for name, each in given.headers]
    return " ".join(parts) + (f", headers {listed(headers)}" if headers else "")

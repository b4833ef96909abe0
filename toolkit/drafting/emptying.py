"""Emptying: fields that nobody sends are empty at first where they may be, and are filled when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from speckit import pointer
from speckit.pointer import ABSENT
from toolkit.drafting.draft import Draft
from toolkit.drafting.fields import Fields
from toolkit.drafting.ground import is_constant
from toolkit.drafting.line import Line
from toolkit.drafting.saying import LINKS, excused
from toolkit.survey import replies
from toolkit.survey.forms import Form
from toolkit.survey.spelling import plain, words
from toolkit.survey.vocabulary import FAULTS, LOGS, RESULTS

_ABSENT = "$absent"
_SAID = frozenset(("message", "reason", "code", "detail", "details", "description", "text", "info"))
"""The last word of a field that says more of an error, as in `error_message`."""


def empty(fields: Fields) -> dict[str, Any]:
    """Let what tells of an end or may be null be empty in a new resource; return what stood there, by name.

    Only where requests make it, do not say it, and the example of their answer does not show it.
    """
    found = {name: value for name, value in list(fields.templates.items()) if _empty(fields, name, value)}
    return {name: _telling(fields, name, value) for name, value in found.items()}


def _telling(fields: Fields, name: str, value: Any) -> Any:
    """Return what a field says once it is there: a text that says nothing in words, where they fit."""
    better = excused(value, name) if _is_fault(name) else value
    return better if fields.ground.fits(better, fields.resource.item.members[name]) else value


def _empty(fields: Fields, name: str, value: Any) -> bool:
    form = fields.resource.item.members.get(name)
    if form is None or value is None or not is_constant(value) or not _is_later(fields, name, form):
        return False
    return any(fields.try_out(name, each) for each in _ways(fields, name, form) if each != value)


def _is_later(fields: Fields, name: str, form: Form) -> bool:
    """Return whether a field is one that the making of a resource need not fill."""
    is_made = bool(fields.resource.acting("create", "replace"))
    is_own = (name,) == fields.resource.identity.field or "default" in form.whole or "const" in form.whole
    return is_made and not is_own and not _is_shown_new(fields, name)


def _ways(fields: Fields, name: str, form: Form) -> Iterator[Any]:
    """Yield how a field may be empty."""
    if form.is_nullable:
        yield None
    elif name not in fields.resource.item.required and _is_told_at_the_end(name, form):
        yield from ([],) if form.kind == "array" else ()
        yield _ABSENT


def _is_shown_new(fields: Fields, name: str) -> bool:
    """Return whether the example of the answer to a create has something in a field."""
    envelope = fields.resource.envelope
    return any(
        pointer.read(reply.shown, (*path, name)) not in (ABSENT, None)
        for act in fields.resource.acting("create", "replace")
        for reply in replies.replies(fields.ground.data, act.operation)
        for path in ((), envelope)
    )


def _is_told_at_the_end(name: str, form: Form) -> bool:
    """Return whether a field tells of a failure, or of what happened on the way."""
    return form.kind in ("string", "object", "array", "") and (
        _is_fault(name) or not LOGS.isdisjoint(words(name)[-1:])
    )


def _is_fault(name: str) -> bool:
    spelled = words(name)
    is_more = len(spelled) > 1 and spelled[-1] in _SAID
    return bool(spelled) and (spelled[-2] if is_more else spelled[-1]) in FAULTS


def fill(draft: Draft, fields: Fields, found: Line) -> None:
    """Let what was empty be there in the states that it tells of: errors, results."""
    for word in found.states.words:
        state = draft.raw["state"]["states"].get(word.value)
        if state is None:
            continue
        if word.meaning.outcome == "failure":
            _set(draft, state, word.value, {n: v for n, v in fields.emptied.items() if _is_fault(n)})
        elif found.end is not None and word.value == found.end.value:
            _set(draft, state, word.value, {n: v for n, v in fields.emptied.items() if _is_result(n)})


def _is_result(name: str) -> bool:
    spelled = words(name)
    named = [plain(each) in RESULTS for each in spelled]
    return any(named) and (named[-1] or spelled[-1] in (*LINKS, "file"))


def _set(draft: Draft, state: dict[str, Any], name: str, values: dict[str, Any]) -> None:
    if values:
        state["set"] = {pointer.render((key,)): value for key, value in values.items()}
        listed = ", ".join(values)
        draft.guess(("state", "states", name, "set"), f"empty until then, by name: {listed}")


def anew(draft: Draft, found: Line) -> None:
    """Let what an end has filled be empty again where a transition leads back from it."""
    ends, way = {each.value for each in found.ends}, {each.value for each in found.way}
    initially = draft.raw["initially"]
    for raw in draft.raw["transitions"]:
        begins = raw["from"] if isinstance(raw["from"], list) else [raw["from"]]
        if ends & set(begins) and raw["to"] in way:
            emptied = {path: _at(initially, path) for path in _filled(draft, raw["to"])}
            if kept := {path: value for path, value in emptied.items() if value in (None, [], _ABSENT)}:
                raw["set"] = kept


def _filled(draft: Draft, start: str) -> dict[str, None]:
    """Return the fields that are written after the state `start` is entered."""
    entered = draft.raw.get("timestamps", {}).get("entered", {})
    own = entered.get(start)
    states = draft.raw["state"]["states"].values()
    paths = (*entered.values(), *(path for each in states for path in each.get("set", ())))
    return dict.fromkeys(path for path in paths if path != own)


def _at(initially: dict[str, Any], path: str) -> Any:
    return pointer.read(initially, pointer.parse(path))

"""Triggers: which way each verb leads, from where, and what it answers where it does not."""

from __future__ import annotations

from collections.abc import Callable

from speckit.lifecycle import EXTERNAL, REMOVED
from speckit.operation import Operation
from toolkit.drafting.draft import Draft
from toolkit.drafting.line import Line, add, one, told_duration
from toolkit.survey.acting import Act
from toolkit.survey.prose import barred, told
from toolkit.survey.resources import Resource
from toolkit.survey.spelling import plain
from toolkit.survey.states import Word, named

_REFUSALS = ("409", "400", "422", "403", "423", "412", "405")
_HELD = ("409", "423")
"""What is answered to a removal where the state forbids it."""
_SETTLING = "PT2S"


def pull(draft: Draft, resource: Resource, found: Line) -> None:
    """Add to `draft` what each trigger of `resource` does; one that leads nowhere is left out.

    So is one that no answer could be made up for.
    """
    answered = draft.raw["operations"].keys()
    for act in [each for each in resource.acting("trigger") if each.operation.id in answered]:
        _pull(draft, act, found)
    for act in [each for each in resource.acting("remove") if each.operation.id in answered]:
        _delete(draft, act, found)
    _cancel_outside(draft, found)


def remove(draft: Draft, act: Act) -> None:
    """Add that `act` makes the resource be gone."""
    add(draft, act.why, "delete", "*", REMOVED, is_sure=True, trigger=act.operation.id)


def _remove(draft: Draft, act: Act, found: Line) -> None:
    """Add that `act` makes the resource be gone, save in the states in which it is said to be refused."""
    values = [value for value in _values(found) if value in draft.raw["state"]["states"]]
    never, sentence = barred(act.said, values)
    why = f"{act.why}: '{sentence}'"
    if not never and any(code in act.operation.responses and code not in found.usual for code in _HELD):
        never = tuple(each.value for each in found.working)
        why = f"{act.why}; it documents an answer to a state that forbids it, so not while it works"
    left = [value for value in values if value not in never]
    if not never or not left:
        remove(draft, act)
        return
    add(draft, why, "delete", one(left), REMOVED, trigger=act.operation.id)
    refuse(draft, act, found)


def _delete(draft: Draft, act: Act, found: Line) -> None:
    """Add that `act` makes the resource be gone, or leads to the state that says so."""
    if found.gone is None:
        _remove(draft, act, found)
        return
    values = [each.value for each in found.states.words if each is not found.gone]
    add(
        draft,
        f"{act.why}: to {found.gone.value}",
        "delete",
        one(values),
        found.gone.value,
        trigger=act.operation.id,
    )
    refuse(draft, act, found)


def replace(draft: Draft, act: Act) -> None:
    """Add that `act` makes what it is about be gone: the one it replaces, or all of them."""
    add(
        draft,
        act.why,
        "replaced" if act.role == "replace" else "clear",
        "*",
        REMOVED,
        trigger=act.operation.id,
    )


def _pull(draft: Draft, act: Act, found: Line) -> None:
    before = len(draft.raw["transitions"])
    ways: dict[str, Callable[[Draft, Act, Line], None]] = {
        "cancel": _cancel,
        "pause": _pause,
        "resume": _resume,
        "retry": _retry,
        "start": _start,
        "complete": _complete,
        "enable": _enable,
        "disable": _disable,
        "approve": _decide,
        "reject": _decide,
        "archive": _decide,
        "unarchive": _resume,
        "delete": _remove,
    }
    ways[act.verb](draft, act, found)
    if len(draft.raw["transitions"]) == before:
        draft.drop(act.operation.id, f"no state looks like what '{act.verb}' would lead to")
    elif act.verb != "delete":
        refuse(draft, act, found)


def refuse(draft: Draft, act: Act, found: Line) -> None:
    """Add what `act` answers where the state does not allow it."""
    _refuse(draft, act.operation)
    idle = [each for each in told(act.said, _values(found)).idle if each in draft.raw["state"]["states"]]
    if idle:
        rule = draft.raw["operations"][act.operation.id]
        rule["otherwise"].insert(0, {"in": one(idle), "effect": "none", "status": act.operation.success})
        draft.note(("operations", act.operation.id, "otherwise"), f"'{told(act.said, idle).sentence}'")


def _values(found: Line) -> list[str]:
    return [each.value for each in found.states.words]


def _refuse(draft: Draft, operation: Operation) -> None:
    rule = draft.raw["operations"][operation.id]
    status = next((code for code in _REFUSALS if code in operation.responses), "")
    place = ("operations", operation.id, "otherwise")
    if status:
        rule["otherwise"] = [{"effect": "refused", "status": int(status)}]
        draft.guess(
            place, f"of the errors it documents, {status} is the likeliest for a state that forbids it"
        )
    elif "4XX" in operation.responses or "default" in operation.responses:
        rule["otherwise"] = [{"effect": "refused", "status": 409}]
        draft.guess(place, "no status is documented for a state that forbids it, only errors as such")
    else:
        rule["otherwise"] = [{"effect": "refused", "status": 409, "documented": False}]
        draft.guess(place, "what it answers where the state forbids it is not documented")


def _cancel(draft: Draft, act: Act, found: Line) -> None:
    begins = [*found.way, *_stopped(found)]
    middle, end = _leaving(found), _cancelled(found)
    target = middle or end
    if target is None:
        return
    only = told(act.said, _values(found)).only
    values = [each for each in only if each != target.value] or [
        each.value for each in begins if each is not target
    ]
    whence = f"'{told(act.said, only).sentence}'" if only else "from all that has not ended"
    add(
        draft,
        f"{act.why}: {whence}, to {target.value}",
        "cancel",
        one(values),
        target.value,
        trigger=act.operation.id,
    )
    if middle and end:
        _settle(draft, middle, end, act)


def _settle(draft: Draft, middle: Word, end: Word, act: Act) -> None:
    duration, said = told_duration(act.said)
    note = f"'{said}', its description says" if duration else "how long it takes is ours"
    add(
        draft,
        f"{middle.value} ends in {end.value}; {note}",
        "settle",
        middle.value,
        end.value,
        after={"duration": duration or _SETTLING},
    )


def _cancel_outside(draft: Draft, found: Line) -> None:
    """Let states of being cancelled be reached where no operation leads to them."""
    reached = {each["to"] for each in draft.raw["transitions"]}
    values = [each.value for each in found.way]
    middles, ends = found.states.having("transient"), found.states.having("final", "cancelled")
    leaving = [each for each in middles if each.value not in reached]
    for word in leaving:
        add(
            draft,
            f"no operation leads to {word.value}: something outside does",
            f"outside {word.value}",
            one(values),
            word.value,
            trigger=EXTERNAL,
        )
        for end in (*ends, *reversed(found.ends))[:1]:
            reached.add(end.value)
            add(
                draft,
                f"{word.value} ends in {end.value}; how long it takes is ours",
                "settle",
                word.value,
                end.value,
                after={"duration": _SETTLING},
            )
    for word in (*ends, *found.states.having("final", "")):
        if word is not found.gone and word.value not in reached:
            add(
                draft,
                f"no operation leads to {word.value}: something outside does",
                "cancel",
                one(values),
                word.value,
                trigger=EXTERNAL,
            )


def _pause(draft: Draft, act: Act, found: Line) -> None:
    begins = [each.value for each in found.working] or [each.value for each in found.way]
    target = _paused(found)
    if target is None:
        add(
            draft,
            f"{act.why}, but no state is called so: it stays as it is",
            "pause",
            begins[0],
            begins[0],
            trigger=act.operation.id,
        )
        return
    values = [
        each.value for each in found.way if each is not found.first or each.meaning.category != "resting"
    ]
    add(draft, f"{act.why}: to {target.value}", "pause", one(values), target.value, trigger=act.operation.id)


def _resume(draft: Draft, act: Act, found: Line) -> None:
    target = found.main
    paused = _paused(found) or named(found.states, "archived", "disabled", "inactive")
    here = paused or target
    note = f"{act.why}: back to {target.value}" if paused else f"{act.why}, but no state is called paused"
    add(draft, note, "resume", here.value, target.value, trigger=act.operation.id)


def _retry(draft: Draft, act: Act, found: Line) -> None:
    ended = [each.value for each in found.ends if each.meaning.outcome in ("failure", "cancelled", "expired")]
    target = next((each for each in found.way if each.meaning.category != "resting"), found.first)
    if ended:
        add(
            draft,
            f"{act.why}: what did not end well begins anew",
            "retry",
            one(ended),
            target.value,
            trigger=act.operation.id,
        )


def _start(draft: Draft, act: Act, found: Line) -> None:
    later = [each for each in found.way if each is not found.first]
    if later:
        again = told(act.said, _values(found)).again
        values = [found.first.value, *(each for each in again if each not in [w.value for w in found.way])]
        whence = f"; '{told(act.said, again).sentence}'" if again else ""
        add(
            draft,
            f"{act.why}: from {found.first.value} on{whence}",
            "begin",
            one(values),
            later[0].value,
            trigger=act.operation.id,
        )


def _complete(draft: Draft, act: Act, found: Line) -> None:
    if found.end is not None:
        values = [each.value for each in found.way]
        add(
            draft,
            f"{act.why}: to {found.end.value}",
            "complete",
            one(values),
            found.end.value,
            trigger=act.operation.id,
        )


def _enable(draft: Draft, act: Act, found: Line) -> None:
    _between(
        draft, act, named(found.states, "disabled", "inactive"), named(found.states, "enabled", "active")
    )


def _disable(draft: Draft, act: Act, found: Line) -> None:
    _between(
        draft, act, named(found.states, "enabled", "active"), named(found.states, "disabled", "inactive")
    )


def _between(draft: Draft, act: Act, here: Word | None, there: Word | None) -> None:
    if here and there:
        add(draft, act.why, act.verb, here.value, there.value, trigger=act.operation.id)


def _decide(draft: Draft, act: Act, found: Line) -> None:
    spelled = {
        "approve": ("approved", "accepted", "confirmed"),
        "reject": ("rejected", "declined", "denied"),
        "archive": ("archived",),
    }[act.verb]
    target = named(found.states, *spelled)
    values = [each.value for each in found.way if each is not target]
    if target and values:
        add(
            draft,
            f"{act.why}: to {target.value}",
            act.verb,
            one(values),
            target.value,
            trigger=act.operation.id,
        )


def _leaving(found: Line) -> Word | None:
    middles = found.states.having("transient")
    return next((each for each in middles if "paus" not in plain(each.value)), None)


def _cancelled(found: Line) -> Word | None:
    for outcome in ("cancelled", "", "failure"):
        if ends := found.states.having("final", outcome):
            return ends[0]
    return None


def _paused(found: Line) -> Word | None:
    wanted = ("paus", "suspend", "held", "hold", "halt", "frozen")
    return next((e for e in found.states.having("resting") if any(w in plain(e.value) for w in wanted)), None)


def _stopped(found: Line) -> list[Word]:
    return [each for each in found.states.having("resting", "") if each not in found.way]

"""The line of a life: the states, the first of them, and what happens by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from speckit.lifecycle import EXTERNAL
from speckit.pointer import ABSENT
from toolkit.drafting.draft import Draft
from toolkit.survey.prose import told
from toolkit.survey.resources import Resource
from toolkit.survey.spelling import plain, words
from toolkit.survey.states import Stateful, Word, named
from toolkit.survey.vocabulary import CHECKS, STATES, Meaning

_WAIT, _WORK, _EXPIRY = "PT2S", "PT5S", "PT24H"
_BLOCKED = 22
_LOST = 98
_EARLIEST, _LATEST = 32, 59
"""The ranks of the states in which something may fail."""
_ASIDE = 82
_UP_TO = re.compile(r"up to (\d+) (second|minute|hour)", re.IGNORECASE)
_LETTERS = {"second": "S", "minute": "M", "hour": "H"}


@dataclass(frozen=True, slots=True)
class Line:
    """The states in the order of the usual way.

    Attributes:
        way: From the first state to the end that is success, pending and active ones.
        end: The usual end; None where there is none.
        verbs: What operations ask for, in plain words.
        left: The ends that an operation leads out of.
        gone: The state that a removal leads to, where one is called so.
        usual: The statuses that reading one documents: of others they say nothing either.
    """

    states: Stateful
    way: tuple[Word, ...]
    end: Word | None
    first: Word
    verbs: frozenset[str]
    left: frozenset[str] = frozenset()
    gone: Word | None = None
    usual: frozenset[str] = frozenset()

    @property
    def waiting(self) -> list[Word]:
        """Those in which it waits."""
        return [each for each in self.way if each.meaning.category != "active"]

    @property
    def working(self) -> list[Word]:
        """Those in which it works."""
        return [each for each in self.way if each.meaning.category == "active"]

    @property
    def main(self) -> Word:
        """The one in which it does what it is for."""
        usual = STATES["running"].rank
        return min(self.working or self.way, key=lambda each: abs(each.meaning.rank - usual))

    @property
    def ends(self) -> list[Word]:
        """Those in which it has ended."""
        return [*self.states.having("final"), *([self.end] if self.end else [])]


def line(resource: Resource, example: Any = None) -> Line | None:
    """Return the line of `resource`; None where its words make none.

    Args:
        example: A resource as the answer of a create shows it.
    """
    state = resource.state
    if state is None:
        return None
    verbs = frozenset(each.verb for each in resource.acting("trigger"))
    waiting = [each for each in state.having("pending") if each.meaning.rank != _BLOCKED]
    way = [*waiting, *state.having("active")]
    success = [*state.having("final", "success"), *state.having("resting", "success")]
    first = _first(resource, state, way, example)
    if first is None:
        return None
    if first not in way:
        way = [first, *way]
    if "start" in verbs and first is way[0] and len(way) > 1:
        first = replace(
            first, meaning=Meaning("resting", "", first.meaning.rank), why="an operation starts it"
        )
        way = [first, *way[1:]]
    end = next((each for each in success if each not in way), None)
    gone = _gone(resource, state)
    left = {value for act in resource.acting("trigger") for value in told(act.said, _values(state)).again}
    left |= {each.value for each in state.having("final")} - {gone.value} if gone else set()
    usual = frozenset(code for act in resource.acting("get", "list") for code in act.operation.responses)
    return Line(state, tuple(way), end, first, verbs, frozenset(left), gone, usual)


def _values(state: Stateful) -> list[str]:
    return [each.value for each in state.words]


def _gone(resource: Resource, state: Stateful) -> Word | None:
    """Return the state of being removed, where an operation removes and a state says so."""
    return named(state, "deleted", "removed", "archived") if resource.acting("remove") else None


def _first(resource: Resource, state: Stateful, way: list[Word], example: Any) -> Word | None:
    """Return the first state: the schema's default, what a create shows, or the first on the way."""
    known = {each.value: each for each in state.words}
    said = _default(resource, state)
    for value in (said, example):
        if isinstance(value, str) and value in known and _may_begin(known[value]):
            return known[value]
    resting = state.having("resting")
    return next(iter((*way, *resting)), None)


def _may_begin(word: Word) -> bool:
    return word.meaning.category in ("pending", "resting") and word.meaning.rank < _LOST


def _default(resource: Resource, state: Stateful) -> Any:
    form = resource.item
    for name in state.field:
        form = form.members[name]
    return form.whole.get("default", ABSENT)


@dataclass(frozen=True, slots=True)
class _Move:
    """A transition by time or from outside, and why it is thought to be there."""

    name: str
    here: str | list[str]
    there: str
    more: dict[str, Any]
    note: str


def lay(draft: Draft, found: Line) -> None:
    """Write the states of `found` into `draft`, and the moves that time makes."""
    _declare(draft, found)
    for each in _moves(found):
        add(draft, each.note, each.name, each.here, each.there, **each.more)


def rest(draft: Draft) -> None:
    """Let states rest that only operations lead out of: nothing goes on in them by itself."""
    for name, state in draft.raw["state"]["states"].items():
        leaving = [each for each in draft.raw["transitions"] if _leaves(each, name)]
        is_left = leaving and not any("after" in each or EXTERNAL in _triggers(each) for each in leaving)
        if is_left and state["category"] in ("pending", "active"):
            why = f"resting, not {state['category']}: only operations lead out of it"
            state["category"] = "resting"
            draft.guess(("state", "states", name), why)


def _leaves(raw: dict[str, Any], state: str) -> bool:
    """Return whether a transition leads from one state to another."""
    begins = raw["from"] if isinstance(raw["from"], list) else [raw["from"]]
    return state in begins and raw["to"] != state


def _triggers(raw: dict[str, Any]) -> list[str]:
    found = raw.get("trigger", ())
    return [found] if isinstance(found, str) else list(found)


def add(
    draft: Draft,
    note: str,
    name: str,
    here: str | list[str],
    there: str,
    *,
    is_sure: bool = False,
    **more: Any,
) -> None:
    """Add one transition to `draft`, with a name of its own, and why it is there."""
    draft.raw["transitions"].append({"name": _unused(name, there, draft), "from": here, "to": there, **more})
    draft.note(("transitions", len(draft.raw["transitions"]) - 1), note, is_sure=is_sure)


def _unused(name: str, there: str, draft: Draft) -> str:
    """Return `name`, or one that says where it leads, that no transition has yet."""
    taken = {each["name"] for each in draft.raw["transitions"]}
    target = " ".join(words(there)[-2:])
    names = (name, f"{name}: {target}", *(f"{name} {number}" for number in range(2, 1000)))
    return next(each for each in names if each not in taken)


def _declare(draft: Draft, found: Line) -> None:
    states: dict[str, Any] = {}
    retried = found.verbs & {"retry"}
    for word in _ordered(found):
        meaning = word.meaning
        if meaning.category == "final" and (
            word.value in found.left or (retried and meaning.outcome != "success")
        ):
            meaning = replace(meaning, category="resting")
        outcome = meaning.outcome or ("cancelled" if word is found.gone else "")
        states[word.value] = {"category": meaning.category} | ({"outcome": outcome} if outcome else {})
        is_sure = word.is_sure and meaning is word.meaning
        draft.note(("state", "states", word.value), _reason(word, meaning), is_sure=is_sure)
    field = "/" + "/".join(found.states.field)
    draft.raw["state"] = {"field": field, "initial": found.first.value, "states": states}
    draft.note(("state", "field"), found.states.why, is_sure=found.states.is_listed)
    draft.guess(("state", "initial"), f"'{found.first.value}' comes first: {found.first.why}")
    if found.states.noise:
        told = ", ".join(found.states.noise)
        draft.guess(("state", "states"), f"left out, for nothing leads there: {told}")
    draft.raw["transitions"] = []


def _reason(word: Word, meaning: Meaning) -> str:
    outcome = f", {meaning.outcome}" if meaning.outcome else ""
    more = "" if meaning is word.meaning else f", not {word.meaning.category}: an operation leads out of it"
    return f"{meaning.category}{outcome} by {word.why}{more}"


def _ordered(found: Line) -> list[Word]:
    """Return the states: the way, its end, then all others in the order of the document."""
    main = [*found.way, *([found.end] if found.end else [])]
    values = {each.value for each in main}
    return [*main, *(each for each in found.states.words if each.value not in values)]


def _moves(found: Line) -> Iterator[_Move]:
    """Yield the moves by time: along the way, to its ends, and what nothing here causes."""
    yield from _along(found)
    yield from _failing(found)
    yield from _ending(found)
    yield from _outside(found)


def _along(found: Line) -> Iterator[_Move]:
    steps = [*found.way, *([found.end] if found.end else [])]
    for here, there in pairwise(steps):
        if here.meaning.category == "resting":
            continue
        is_end = there is found.end
        after = {"duration": _WORK if here.meaning.category == "active" else _WAIT}
        name = "finish" if is_end else "start" if there.meaning.category == "active" else "advance"
        note = f"{here.value} goes on to {there.value}; how long it takes is ours"
        yield _Move(name, here.value, there.value, {"after": after}, note)


def _failing(found: Line) -> Iterator[_Move]:
    """Yield how it fails: while it works, or while it is checked; each end of that kind is a scenario."""
    begins = [each for each in found.way if _may_fail(each)] or found.working
    begins = begins or [each for each in found.waiting if each.meaning.category == "pending"]
    for number, end in enumerate(found.states.having("final", "failure")):
        scenario = "failure" if number == 0 else _scenario(end.value)
        for category, duration in (("active", _WORK), ("pending", _WAIT)):
            here = [each.value for each in begins if each.meaning.category == category]
            more = {"after": {"duration": duration}, "scenario": scenario}
            note = f"{end.value} is an end that some take: those of the scenario '{scenario}'"
            if here:
                yield _Move("fail", one(here), end.value, more, note)


def _may_fail(word: Word) -> bool:
    """Return whether something is tried in a state: work in earnest, or a look at what was sent."""
    is_work = word.meaning.category == "active" and _EARLIEST <= word.meaning.rank <= _LATEST
    return is_work or any(piece.startswith(CHECKS) for piece in words(word.value))


def _scenario(value: str) -> str:
    """Return the name of a scenario that ends in `value`: its words, without the prefix all states share."""
    return "_".join(words(value)[-2:]) if len(words(value)) > 2 else "_".join(words(value))


def _ending(found: Line) -> Iterator[_Move]:
    """Yield the ends by running out of time, and those of success that are not the usual one."""
    going = [each for each in found.way if each.meaning.category != "resting"]
    for end in found.states.having("final", "expired"):
        for here in [found.main] if found.working else going:
            more = {"after": {"duration": _EXPIRY}, "scenario": "expiry"}
            note = f"{end.value} is when it took too long; how long is ours"
            yield _Move("expire", here.value, end.value, more, note)
    for end in found.states.having("final", "success")[1:]:
        is_aside = end.meaning.rank >= _ASIDE and bool(found.waiting)
        here = found.waiting[-1] if is_aside else found.way[-1]
        after = {"duration": _WORK if here.meaning.category == "active" else _WAIT}
        scenario = _scenario(end.value)
        if here.meaning.category != "resting":
            note = f"{end.value} is another good end: that of the scenario '{scenario}'"
            yield _Move(scenario, here.value, end.value, {"after": after, "scenario": scenario}, note)


def _outside(found: Line) -> Iterator[_Move]:
    """Yield the moves that no operation and no time causes, so that every state is reached."""
    going = [each.value for each in found.way]
    working = [each.value for each in found.working]
    for word in found.states.having("resting", ""):
        if word.value not in going and not _is_asked_for(word, found):
            is_lost = plain(word.value).endswith("unknown")
            here, back = (going, found.first.value) if is_lost else ([found.main.value], found.main.value)
            yield from _aside(word, one(here), back)
    for word in found.states.having("pending"):
        if word.meaning.rank == _BLOCKED:
            yield from _aside(word, found.first.value, (going[1:] or working or going)[0])


def _aside(word: Word, here: str | list[str], back: str) -> Iterator[_Move]:
    """Yield the ways to a state beside the usual way, and from it, that something outside causes."""
    more, name = {"trigger": EXTERNAL}, " ".join(words(word.value)[-2:])
    yield _Move(name, here, word.value, more, f"no operation leads to {word.value}: something outside does")
    yield _Move(f"leave {name}", word.value, back, more, f"what ends {word.value} is not said either")


def _is_asked_for(word: Word, found: Line) -> bool:
    """Return whether an operation leads to a resting state."""
    name = plain(word.value)
    if "pause" in found.verbs and any(each in name for each in ("pause", "suspend", "held", "hold", "halt")):
        return True
    return ("disable" in found.verbs and name in ("disabled", "inactive")) or (
        "archive" in found.verbs and name == "archived"
    )


def one(values: list[str]) -> str | list[str]:
    """Return a list of one as that one."""
    return values[0] if len(values) == 1 else values


def told_duration(*texts: str) -> tuple[str, str]:
    """Return the longest time that a description speaks of, and its sentence; empty where none does.

    >>> told_duration("It may take up to 10 minutes to cancel.")
    ('PT10M', 'up to 10 minute')
    """
    for text in texts:
        if match := _UP_TO.search(text):
            return f"PT{int(match[1])}{_LETTERS[match[2].lower()]}", match[0]
    return "", ""

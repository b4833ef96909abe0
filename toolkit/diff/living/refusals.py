"""How an operation differs in states that it is not for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from speckit.lifecycle import Answer, Lifecycle, Otherwise, Rule
from speckit.specification import Specification
from toolkit.diff.living.answering import Errors, errors_of
from toolkit.diff.living.pair import Deed

_STATELESS = ""
"""Stands for the one state of a resource that has none."""

_WRITES = Otherwise((), "none", documented=True, answer=Answer())
"""What an update does where it makes no transition: it writes."""

_REFUSES = Otherwise((), "refused", documented=True, answer=Answer(kind="refused"))


_KINDS = {"refused": "refusal", "none": "no-effect"}


@dataclass(frozen=True, slots=True)
class _Side:
    """An operation in one of the documents."""

    life: Lifecycle
    rule: Rule
    errors: Errors

    def prevented(self, state: str) -> list[Otherwise]:
        """Return what can happen in a state instead of what the operation does; else nothing."""
        if self.rule.role in ("get", "parts"):
            return self._unavailable(state)
        if self.rule.role not in ("trigger", "update", "replace") or self._moves(state):
            return []
        fallback = _WRITES if self.rule.role == "update" else _REFUSES
        return list(_applying((*self.rule.otherwise, fallback), state))

    def _unavailable(self, state: str) -> list[Otherwise]:
        if not self.rule.available_in or state in self.rule.available_in:
            return []
        return list(_applying((*self.rule.unavailable, _REFUSES), state))

    def _moves(self, state: str) -> bool:
        """Return whether the operation makes a transition there, whatever the request."""
        name = self.rule.operation
        moves = (each for each in self.life.transitions if name in each.triggers and state in each.starts)
        return any(not each.when for each in moves)

    def status(self, given: Otherwise) -> int | None:
        """Return the status of what happens instead; None for the usual one."""
        if given.answer.status or given.effect != "refused":
            return given.answer.status
        return self.errors.given(given.answer.kind or "refused").status


def _applying(found: Sequence[Otherwise], state: str) -> Iterator[Otherwise]:
    for each in found:
        if not each.states or state in each.states:
            yield each
            if not each.when:
                return


def compare_refusals(deed: Deed, old: Specification, new: Specification) -> None:
    """Write down where an operation is available, and what it answers where it is not."""
    one = _Side(deed.pair.old, deed.old, errors_of(old, deed.old.operation))
    other = _Side(deed.pair.new, deed.new, errors_of(new, deed.new.operation))
    found: dict[tuple[str, str], list[str]] = {}
    for was, now in _states(deed):
        for key in _changes(one, other, one.prevented(was), other.prevented(now)):
            found.setdefault(key, []).append(now)
    for (rule, what), states in found.items():
        where = f" in {', '.join(repr(each) for each in states)}" if any(states) else ""
        deed.add(rule, f"{what}{where}.", "available" if rule.startswith("availability") else "otherwise")


def _states(deed: Deed) -> list[tuple[str, str]]:
    return list(deed.pair.states.items()) or [(_STATELESS, _STATELESS)]


def _changes(
    old: _Side, new: _Side, ones: list[Otherwise], others: list[Otherwise]
) -> Iterator[tuple[str, str]]:
    is_read = new.rule.role in ("get", "parts")
    if is_read and bool(ones) != bool(others):
        rule, word = ("availability-widened", "is") if ones else ("availability-narrowed", "is not")
        yield rule, f"It {word} there"
    # What can be done in a state is told by the transitions.
    if not ones or not others:
        return
    if [each.when for each in ones] == [each.when for each in others]:
        for pair in zip(ones, others, strict=True):
            yield from _change(old, new, *pair)
    else:
        yield "refusal-cases-changed", "What is answered when has changed"


def _change(old: _Side, new: _Side, one: Otherwise, other: Otherwise) -> Iterator[tuple[str, str]]:
    was, now = old.status(one), new.status(other)
    if one.effect != other.effect:
        is_refused = other.effect == "refused"
        rule = "refusal-added" if is_refused else "refusal-dropped"
        yield rule, f"It is refused by {now}" if is_refused else "It has no effect, and is not refused"
    elif was != now:
        what = f"It is answered {now or 'as usual'}, not {was or 'as usual'}"
        yield f"{_KINDS[other.effect]}-status-changed", what
    elif (one.answer.body, one.answer.content_type) != (other.answer.body, other.answer.content_type):
        yield f"{_KINDS[other.effect]}-body-changed", "The answer has another body"

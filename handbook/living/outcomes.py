"""What an operation does in a state, and the table of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from handbook import prose, words
from handbook.living.subject import Subject
from speckit.lifecycle import Otherwise, Rule, Transition

_READS = ("get", "list", "parts")


_UNTOLD = {"update": "changes fields", "batch": "passed over", "replace": "stays as it is"}
"""What operations do where nothing is said of a state, by role; all others refuse."""


def table(subject: Subject) -> str:
    """Return the table operation by state, and notes on it; empty where there are no states or operations."""
    lifecycle = subject.lifecycle
    if not lifecycle.states or not lifecycle.rules:
        return ""
    rules = [rule for rule in lifecycle.rules.values() if rule.role != "create" and not _is_plain(rule)]
    rules.sort(key=lambda rule: rule.role in _READS)
    rows = [
        [subject.heading(r.operation, "<br>"), *(cell(subject, r, s) for s in lifecycle.states)]
        for r in rules
    ]
    titles = ["Operation", *map(subject.state, lifecycle.states)]
    return "\n\n".join([*([prose.table(titles, rows)] if rows else []), *_notes(subject, rules)])


def _is_plain(rule: Rule) -> bool:
    """Return whether an operation reads, whatever the state."""
    return rule.role in _READS and not rule.available_in


def cell(subject: Subject, rule: Rule, state: str) -> str:
    """Return what `rule` does to a resource in `state`."""
    if rule.role in _READS:
        if not rule.available_in or state in rule.available_in:
            return "shown"
        return "<br>".join(_joined([], _exceptions(subject, rule, rule.unavailable, state)))
    return "<br>".join(_effects(subject, rule, state))


def triggered(subject: Subject, rule: Rule) -> list[Transition]:
    """Return the transitions that an operation may cause."""
    return [each for each in subject.lifecycle.transitions if rule.operation in each.triggers]


def _effects(subject: Subject, rule: Rule, state: str) -> list[str]:
    """Return what an operation does, up to the first thing that it does without a condition."""
    moves = []
    for each in (each for each in triggered(subject, rule) if state in each.starts):
        moves.append(_moved(subject, each, state))
        if not each.when:
            return moves
    return _joined(moves, _exceptions(subject, rule, rule.otherwise, state))


def _moved(subject: Subject, each: Transition, state: str) -> str:
    stays = f"stays {words.code(state)}"
    where = stays if each.ends == state else f"→\N{NO-BREAK SPACE}{subject.state(each.ends)}"
    return f"{where} if {words.guard(each.when)}" if each.when else where


def _exceptions(subject: Subject, rule: Rule, given: Sequence[Otherwise], state: str) -> Iterator[str]:
    """Yield what is done where nothing moves and nothing is shown; the last needs no condition."""
    for each in given:
        if not each.states or state in each.states:
            yield _told(subject, rule, each)
            if not each.when:
                return
    yield _UNTOLD.get(rule.role) or f"refused, {_status(subject, rule, None)}"


def _joined(before: list[str], after: Iterable[str]) -> list[str]:
    """Return both, the last one said to be for all other cases, if there are others."""
    *some, last = [*before, *after]
    return [*some, f"else {last}" if some else last]


def _told(subject: Subject, rule: Rule, found: Otherwise) -> str:
    if found.effect == "none" and rule.role in _READS:
        said = f"shown, {words.code(found.answer.status or subject.success(rule))}"
    elif found.effect == "none":
        said = f"no\N{NO-BREAK SPACE}effect, {words.code(found.answer.status or subject.success(rule))}"
    else:
        said = f"refused, {_status(subject, rule, found)}"
    said += f" if {words.guard(found.when)}" if found.when else ""
    return said if found.documented else f"{said} (undocumented)"


def _status(subject: Subject, rule: Rule, found: Otherwise | None) -> str:
    own = found.answer if found and (found.answer.status or found.answer.kind) else None
    return words.code(subject.errors(rule).status("refused", own))


def _notes(subject: Subject, rules: list[Rule]) -> Iterator[str]:
    """Yield what a reader of the table has to know: creates, what is undocumented, and who is gone."""
    creates = [
        rule.operation for rule in subject.lifecycle.rules.values() if rule.role in ("create", "replace")
    ]
    if creates:
        first = subject.states((name for _, name in subject.lifecycle.initial))
        makes = "makes" if len(creates) == 1 else "make"
        yield f"{subject.operations(creates)} {makes} a new one, in {first}."
    reads = [rule.operation for rule in subject.lifecycle.rules.values() if _is_plain(rule)]
    if reads:
        yield f"{subject.operations(reads)} {'shows' if len(reads) == 1 else 'show'} it in every state."
    if any(not each.documented for rule in rules for each in (*rule.otherwise, *rule.unavailable)):
        yield "*Undocumented*: the API's own documentation is silent; this is what to expect, not a promise."
    yield f"One that is gone, or never was, is answered {subject.refusal('notFound')}."

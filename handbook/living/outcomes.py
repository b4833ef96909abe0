"""What an operation does in a state, and the table of it."""

from __future__ import annotations

from collections.abc import Iterator

from handbook import prose, words
from handbook.living.subject import Subject
from speckit.lifecycle import Otherwise, Rule, Transition

_READS = ("get", "list")


def table(subject: Subject) -> str:
    """Return the table operation by state, and notes on it; empty where there are no states or operations."""
    lifecycle = subject.lifecycle
    if not lifecycle.states or not lifecycle.rules:
        return ""
    rules = [rule for rule in lifecycle.rules.values() if rule.role != "create" and not _is_plain(rule)]
    rules.sort(key=lambda rule: rule.role in _READS)
    rows = [[subject.operation(r.operation), *(cell(subject, r, s) for s in lifecycle.states)] for r in rules]
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
        return f"refused, {_status(subject, rule, None)}"
    return "<br>".join(_effects(subject, rule, state))


def triggered(subject: Subject, rule: Rule) -> list[Transition]:
    """Return the transitions that an operation may cause."""
    return [each for each in subject.lifecycle.transitions if rule.operation in each.triggers]


def _effects(subject: Subject, rule: Rule, state: str) -> Iterator[str]:
    moves = [each for each in triggered(subject, rule) if state in each.starts]
    for each in moves:
        where = (
            f"stays {words.code(state)}"
            if each.ends == state
            else f"→\N{NO-BREAK SPACE}{subject.state(each.ends)}"
        )
        yield f"{where} if {words.guard(each.when)}" if each.when else where
        if not each.when:
            return
    rest = _still(subject, rule, state)
    yield f"else {rest}" if moves else rest


def _still(subject: Subject, rule: Rule, state: str) -> str:
    """Return what happens where no transition does."""
    found = next((each for each in rule.otherwise if not each.states or state in each.states), None)
    if found is None:
        return "changes fields" if rule.role == "update" else f"refused, {_status(subject, rule, None)}"
    if found.effect == "none":
        said = f"no\N{NO-BREAK SPACE}effect, {words.code(found.answer.status or subject.success(rule))}"
    else:
        said = f"refused, {_status(subject, rule, found)}"
    return said if found.documented else f"{said} (undocumented)"


def _status(subject: Subject, rule: Rule, found: Otherwise | None) -> str:
    own = found.answer if found and (found.answer.status or found.answer.kind) else None
    own = own or (rule.unavailable if found is None else None)
    return words.code(subject.errors(rule).status("refused", own))


def _notes(subject: Subject, rules: list[Rule]) -> Iterator[str]:
    """Yield what a reader of the table has to know: creates, what is undocumented, and who is gone."""
    creates = [rule.operation for rule in subject.lifecycle.rules.values() if rule.role == "create"]
    if creates:
        first = subject.states((name for _, name in subject.lifecycle.initial))
        makes = "makes" if len(creates) == 1 else "make"
        yield f"{subject.operations(creates)} {makes} a new one, in {first}."
    reads = [rule.operation for rule in subject.lifecycle.rules.values() if _is_plain(rule)]
    if reads:
        yield f"{subject.operations(reads)} {'shows' if len(reads) == 1 else 'show'} it in every state."
    if any(not each.documented for rule in rules for each in rule.otherwise):
        yield "*Undocumented*: the API's own documentation is silent; this is what to expect, not a promise."
    yield f"One that is gone, or never was, is answered {subject.refusal('notFound')}."

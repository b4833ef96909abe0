"""What each operation does to the resource, a section for each."""

from __future__ import annotations

from collections.abc import Iterator

from handbook import prose, words
from handbook.living import lists
from handbook.living.moves import makes, writes
from handbook.living.notices import sends
from handbook.living.outcomes import triggered
from handbook.living.subject import Subject
from speckit.conventions import KINDS
from speckit.lifecycle import CREATED, Answer, Otherwise, Rule, Success, ViewChoice

_ROLES = {
    "create": "Makes one.",
    "get": "Shows one.",
    "list": "Lists them.",
    "update": "Changes one.",
    "trigger": "Acts on one.",
    "parts": "Lists what is in one.",
    "replace": "Makes one in the place of another.",
    "batch": "Acts on several at once.",
}


def sections(subject: Subject) -> Iterator[str]:
    """Yield a section for each operation on the resource."""
    for rule in subject.lifecycle.rules.values():
        anchor = subject.anchor(subject.sections[rule.operation])
        yield prose.heading(3, subject.heading(rule.operation) + anchor)
        yield "\n".join(f"- {each}" for each in _facts(subject, rule))


def _facts(subject: Subject, rule: Rule) -> Iterator[str]:
    operation = subject.of(rule)
    called = f" {words.code(f'{operation.method} {operation.path}')}" if operation else ""
    yield f"{_ROLES[rule.role]}{called}"
    yield from _callers(subject, rule)
    yield from _scope(subject, rule)
    if rule.role in ("create", "replace"):
        yield from _creating(subject, rule)
    if rule.role in ("list", "parts"):
        yield from lists.facts(subject, rule)
    yield from _available(subject, rule)
    yield from _batch(rule)
    yield from _changing(subject, rule)
    yield from _successes(subject, rule)
    yield from _otherwise(subject, rule)
    yield from _rest(subject, rule)
    told = {"forbidden"} if rule.roles else set()
    told |= {"idempotencyMismatch"} if rule.idempotency_header else set()
    yield from (_own(subject, rule, kind, each) for kind, each in rule.answers.items() if kind not in told)


def _with(said: str, description: str) -> str:
    return f"{said} {description}" if description else said


def _available(subject: Subject, rule: Rule) -> Iterator[str]:
    """Yield in which states there is something to read, and what is answered in others."""
    if not rule.available_in:
        return
    at = ("operations", rule.operation, "available", "otherwise")
    only = f"Is there in {subject.states(rule.available_in)} only"
    plain = rule.unavailable[0] if len(rule.unavailable) == 1 else None
    if plain and not plain.states and not plain.when:
        said = subject.said(*at) or subject.said(*at, 0)
        yield _with(f"{only}; otherwise {_otherwise_answer(subject, rule, plain)}.", said)
        return
    yield f"{only}."
    for number, each in enumerate(rule.unavailable):
        yield _with(_exception(subject, rule, each), subject.said(*at, number))
    if not any(not each.states and not each.when for each in rule.unavailable):
        yield f"In any other state: refused, {subject.refusal('refused', rule)}."


def _batch(rule: Rule) -> Iterator[str]:
    if rule.role == "batch":
        which = f"{words.source(rule.ids)} names them" if rule.ids else "All that the path leaves are meant"
        yield f"{which[0].upper()}{which[1:]}; those in a state without a move are passed over."


def _callers(subject: Subject, rule: Rule) -> Iterator[str]:
    if rule.roles:
        needed = words.listed(map(words.code, rule.roles), "or")
        yield f"For callers with the role {needed}; others get {subject.refusal('forbidden', rule)}."


def _scope(subject: Subject, rule: Rule) -> Iterator[str]:
    for name in rule.scope if rule.role != "parts" else ():
        parent = subject.lifecycle.parents[name]
        resources = words.listed(map(words.code, parent.resources), "or")
        only = "Makes it below" if rule.role == "create" else "Sees only those of"
        yield f"{only} the {resources} that the path names in {words.code(parent.param)}."


def _creating(subject: Subject, rule: Rule) -> Iterator[str]:
    if rule.id is not None:
        yield f"The id it gives is {words.template(rule.id)}."
    if rule.set is not None:
        yield f"Sets {words.template(rule.set)}."
    if rule.makes:
        made = words.listed(f"{words.article(each)} {words.code(each)}" for each in rule.makes)
        yield f"With it comes about {made}."
    for index, (guard, state) in enumerate(subject.lifecycle.initial):
        only = f" if {words.guard(guard)}" if guard else ""
        yield f"{'Otherwise it' if index and not guard else 'The new one'} is {subject.state(state)}{only}."
    if rule.idempotency_header:
        yield (
            f"With {words.code(_header(subject, rule))} it makes one only once: the same key with the same "
            "request gets the same answer again; with another request it gets "
            f"{subject.refusal('idempotencyMismatch', rule)}."
        )


def _header(subject: Subject, rule: Rule) -> str:
    """Return the name of the header of the idempotency key, as the document spells it."""
    operations = subject.raw.get("operations", {})
    return str(operations[rule.operation]["idempotency"]["header"])


def _changing(subject: Subject, rule: Rule) -> Iterator[str]:
    if rule.change:
        changes = [f"{words.path(field)} ({words.assigned(made)})" for field, made in rule.change]
        there = (
            "Where there is one with that id already, it makes none, and writes"
            if rule.role == "create"
            else "Writes"
        )
        yield f"{there} {words.listed(changes)}. What is not given stays as it is."
    for each in triggered(subject, rule):
        number = subject.lifecycle.transitions.index(each)
        only = f", if {words.guard(each.when)}" if each.when else ""
        told = sends(subject, each.sends, "transitions", number)
        also = [f"writes {writes(each)}" if each.set else "", makes(each), told]
        set_ = "".join(f"; {said}" for said in also if said)
        way = f"from {subject.states(each.starts)} to {subject.state(each.ends)}"
        said = f"*{words.text(each.name)}*: {way}{only}{set_}."
        yield _with(said, subject.said("transitions", number))
    if subject.lifecycle.etag is not None and rule.role in ("update", "trigger"):
        must = "must" if subject.lifecycle.etag.required else "may"
        yield f"`If-Match` {must} name the version it is meant for."


def _successes(subject: Subject, rule: Rule) -> Iterator[str]:
    for number, each in enumerate(rule.success):
        start = _occasion(each, number)
        keys = ("success", number) if len(rule.success) > 1 else ("success",)
        said = subject.said("operations", rule.operation, *keys)
        body = f"{_body(subject, rule, each)}{_shown(rule, each)}"
        yield _with(f"{start} {words.answer(subject.success(rule), each)}{body}.", said)


def _occasion(each: Success, number: int) -> str:
    """Return after what a success is answered so, and where."""
    named = ["making one" if name == CREATED else f"*{words.text(name)}*" for name in each.on]
    after = f" after {words.listed(named, 'or')}" if named else ""
    only = f", if {words.guard(each.when)}" if each.when else ""
    if only:
        return f"Answers{after}{only}:"
    return f"Answers{after}" if named or not number else "Otherwise answers"


def _body(subject: Subject, rule: Rule, success: Success) -> str:
    """Return what the answer holds where the document does not spell it out."""
    if success.body is not None:
        return ""
    operation, status = subject.of(rule), success.status or subject.success(rule)
    response = operation.response(status) if operation else None
    if rule.role in ("list", "parts"):
        return " with the list"
    return " with the resource" if response is not None and response.content else " without a body"


def _shown(rule: Rule, success: Success) -> str:
    """Return which view is shown, where it is not the plain one."""
    view = ViewChoice(success.view) if success.view else rule.view
    usual = f" in the view {words.code(view.default)}" if view.default else ""
    if view.by is None:
        return usual
    chosen = [f"{words.code(name)} where it is {words.code(value)}" for value, name in view.views.items()]
    return f"{usual}; {words.source(view.by)} chooses the view: {words.listed(chosen)}"


def _otherwise(subject: Subject, rule: Rule) -> Iterator[str]:
    for number, each in enumerate(rule.otherwise):
        said = _exception(subject, rule, each)
        yield _with(said, subject.said("operations", rule.operation, "otherwise", number))


def _exception(subject: Subject, rule: Rule, each: Otherwise) -> str:
    """Return what an operation does in states that it is not for."""
    where = f"In {subject.states(each.states)}" if each.states else "In any other state"
    only = f", if {words.guard(each.when)}" if each.when else ""
    what = "refused" if each.effect == "refused" else "shown so" if rule.available_in else "no effect"
    said = f"{where}{only}: {what}, {_otherwise_answer(subject, rule, each)}."
    return said if each.documented else f"{said} The API's own documentation is silent here."


def _otherwise_answer(subject: Subject, rule: Rule, each: Otherwise) -> str:
    if each.effect == "none":
        return words.answer(subject.success(rule), each.answer)
    return subject.refusal("refused", rule, None if each.answer == Answer() else each.answer)


def _rest(subject: Subject, rule: Rule) -> Iterator[str]:
    """Yield what a trigger answers in the states that nothing is said of."""
    if rule.role != "trigger" or any(not each.states and not each.when for each in rule.otherwise):
        return
    told = {state for each in rule.otherwise for state in each.states if not each.when}
    told |= {state for each in triggered(subject, rule) if not each.when for state in each.starts}
    left = [state for state in subject.lifecycle.states if state not in told]
    if left:
        yield f"In {subject.states(left)}: refused, {subject.refusal('refused', rule)}."


def _own(subject: Subject, rule: Rule, kind: str, each: Answer) -> str:
    meaning = KINDS[kind][1]
    said = f"{meaning} ({words.code(kind)}): {subject.refusal(kind, rule, each)}."
    return _with(said, subject.said("operations", rule.operation, "answers", kind))

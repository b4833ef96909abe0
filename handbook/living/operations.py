"""What each operation does to the resource, a section for each."""

from __future__ import annotations

from collections.abc import Iterator

from handbook import prose, words
from handbook.living import lists
from handbook.living.moves import writes
from handbook.living.outcomes import triggered
from handbook.living.subject import Subject
from speckit.conventions import KINDS
from speckit.lifecycle import Answer, Rule, Success, ViewChoice

_ROLES = {
    "create": "Makes one.",
    "get": "Shows one.",
    "list": "Lists them.",
    "update": "Changes one.",
    "trigger": "Acts on one.",
}


def sections(subject: Subject) -> Iterator[str]:
    """Yield a section for each operation on the resource."""
    for rule in subject.lifecycle.rules.values():
        anchor = subject.anchor(subject.sections[rule.operation])
        yield prose.heading(3, subject.operation(rule.operation) + anchor)
        yield "\n".join(f"- {each}" for each in _facts(subject, rule))


def _facts(subject: Subject, rule: Rule) -> Iterator[str]:
    operation = subject.of(rule)
    called = f" {words.code(f'{operation.method} {operation.path}')}" if operation else ""
    yield f"{_ROLES[rule.role]}{called}"
    yield from _callers(subject, rule)
    yield from _scope(subject, rule)
    if rule.role == "create":
        yield from _creating(subject, rule)
    if rule.role == "list":
        yield from lists.facts(subject, rule)
    if rule.available_in:
        refused = subject.refusal("refused", rule, rule.unavailable)
        why = subject.said("operations", rule.operation, "available", "otherwise")
        yield _with(f"Is there in {subject.states(rule.available_in)} only; otherwise {refused}.", why)
    yield from _changing(subject, rule)
    yield from _successes(subject, rule)
    yield from _otherwise(subject, rule)
    yield from _rest(subject, rule)
    told = {"forbidden"} if rule.roles else set()
    told |= {"idempotencyMismatch"} if rule.idempotency_header else set()
    yield from (_own(subject, rule, kind, each) for kind, each in rule.answers.items() if kind not in told)


def _with(said: str, description: str) -> str:
    return f"{said} {description}" if description else said


def _callers(subject: Subject, rule: Rule) -> Iterator[str]:
    if rule.roles:
        needed = words.listed(map(words.code, rule.roles), "or")
        yield f"For callers with the role {needed}; others get {subject.refusal('forbidden', rule)}."


def _scope(subject: Subject, rule: Rule) -> Iterator[str]:
    for name in rule.scope:
        parent = subject.lifecycle.parents[name]
        resources = words.listed(map(words.code, parent.resources), "or")
        only = "Makes it below" if rule.role == "create" else "Sees only those of"
        yield f"{only} the {resources} that the path names in {words.code(parent.param)}."


def _creating(subject: Subject, rule: Rule) -> Iterator[str]:
    if rule.id is not None:
        yield f"The id it gives is {words.template(rule.id)}."
    if rule.set is not None:
        yield f"Sets {words.template(rule.set)}."
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
        changes = [f"{words.path(field)} ({words.template(made)})" for field, made in rule.change]
        yield f"Writes {words.listed(changes)}. What is not given stays as it is."
    for each in triggered(subject, rule):
        number = subject.lifecycle.transitions.index(each)
        only = f", if {words.guard(each.when)}" if each.when else ""
        set_ = f"; writes {writes(each)}" if each.set else ""
        way = f"from {subject.states(each.starts)} to {subject.state(each.ends)}"
        said = f"*{words.text(each.name)}*: {way}{only}{set_}."
        yield _with(said, subject.said("transitions", number))
    if subject.lifecycle.etag is not None and rule.role in ("update", "trigger"):
        must = "must" if subject.lifecycle.etag.required else "may"
        yield f"`If-Match` {must} name the version it is meant for."


def _successes(subject: Subject, rule: Rule) -> Iterator[str]:
    for number, each in enumerate(rule.success):
        named = words.listed((f"*{words.text(name)}*" for name in each.on), "or")
        start = f"Answers after {named}" if named else "Otherwise answers" if number else "Answers"
        keys = ("success", number) if len(rule.success) > 1 else ("success",)
        said = subject.said("operations", rule.operation, *keys)
        body = f"{_body(subject, rule, each)}{_shown(rule, each)}"
        yield _with(f"{start} {words.answer(subject.success(rule), each)}{body}.", said)


def _body(subject: Subject, rule: Rule, success: Success) -> str:
    """Return what the answer holds where the document does not spell it out."""
    if success.body is not None:
        return ""
    operation, status = subject.of(rule), success.status or subject.success(rule)
    response = operation.response(status) if operation else None
    if rule.role == "list":
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
        where = f"In {subject.states(each.states)}" if each.states else "In any other state"
        if each.effect == "none":
            said = f"{where}: no effect, {words.answer(subject.success(rule), each.answer)}."
        else:
            own = None if each.answer == Answer() else each.answer
            said = f"{where}: refused, {subject.refusal('refused', rule, own)}."
        said = said if each.documented else f"{said} The API's own documentation is silent here."
        yield _with(said, subject.said("operations", rule.operation, "otherwise", number))


def _rest(subject: Subject, rule: Rule) -> Iterator[str]:
    """Yield what a trigger answers in the states that nothing is said of."""
    if rule.role != "trigger" or any(not each.states for each in rule.otherwise):
        return
    told = {state for each in rule.otherwise for state in each.states}
    told |= {state for each in triggered(subject, rule) if not each.when for state in each.starts}
    left = [state for state in subject.lifecycle.states if state not in told]
    if left:
        yield f"In {subject.states(left)}: refused, {subject.refusal('refused', rule)}."


def _own(subject: Subject, rule: Rule, kind: str, each: Answer) -> str:
    meaning = KINDS[kind][1]
    said = f"{meaning} ({words.code(kind)}): {subject.refusal(kind, rule, each)}."
    return _with(said, subject.said("operations", rule.operation, "answers", kind))

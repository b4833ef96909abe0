"""Rules about what operations document, and what no part of a lifecycle ever gives."""

from __future__ import annotations

from collections.abc import Iterator

from speckit.faults import Fault
from speckit.lifecycle import Answer, Otherwise, Rule
from speckit.operation import Operation
from speckit.refusal import refusal_status
from toolkit.lint.answers import left
from toolkit.lint.finding import INFO
from toolkit.lint.matter import Life, mentions
from toolkit.lint.rule import life_rule

_LOOKED_AT = (409, 412, 422, 428)
"""Statuses that say something of what is there, and not only of the request."""

_HOW = {
    409: "Say what is refused: by the states a transition starts from, by 'otherwise', or by 'unique'",
    412: "Add 'etag: {}' to the lifecycle",
    422: "Say what is refused under 'otherwise' or 'answers'",
    428: "Add 'etag: {required: true}' to the lifecycle",
}
_CHANGING = ("update", "trigger", "replace", "create", "batch")
_BODILY = ("malformedBody", "invalidBody")


@life_rule(
    "answer-never-given",
    INFO,
    why="Clients write code for it that no mock ever runs and no judge ever sees.",
    source="RFC 9110, sections 15.5.10, 15.5.13 and 15.5.21; RFC 6585, section 3",
)
def never_given(life: Life) -> Iterator[Fault]:
    """An operation documents 409, 412, 422 or 428, and no part of the lifecycle ever gives it."""
    for operation, found, _ in life.rules():
        given = set(_given(life, operation, found))
        for status in _LOOKED_AT:
            if str(status) in operation.responses and status not in given:
                message = f"{operation.id} documents {status}, and nothing of {life.name} is answered so."
                where = life.at(operation, "responses", str(status))
                yield Fault(where, message, f"{_HOW[status]}, or take the response out.")


def _given(life: Life, operation: Operation, found: Rule) -> Iterator[int]:
    """Yield the statuses of all errors that an operation may answer with, and those it spells out."""
    for kind in kinds(life, operation, found):
        yield life.status(operation, found, kind)
        yield from [status for status in [refusal_status(operation.responses, kind)] if status]
    spelled: list[Answer] = [*found.answers.values(), *found.success]
    spelled += [unique.conflict for unique in life.lifecycle.unique if unique.conflict]
    spelled += [parent.missing for parent in life.lifecycle.parents.values() if parent.missing]
    spelled += [each.answer for each in (*found.otherwise, *found.unavailable)]
    for answer in spelled:
        yield from [answer.status] if answer.status else []
        yield from [life.status(operation, found, answer.kind)] if answer.kind else []


def kinds(life: Life, operation: Operation, found: Rule) -> Iterator[str]:
    """Yield the kinds of error that an operation may answer with."""
    yield from _BODILY if operation.body else ()
    yield from ("invalidParameter", "malformedId") if operation.parameters else ()
    yield from ("notFound",)
    if _may_conflict(life, found):
        yield "conflict"
    if _may_refuse(life, operation, found):
        yield "refused"
    if found.idempotency_header:
        yield "idempotencyMismatch"
    etag = life.lifecycle.etag
    if etag and found.role in _CHANGING and (found.role != "create" or found.change):
        yield "preconditionFailed"
        yield from ["preconditionRequired"] if etag.required else []


def _may_conflict(life: Life, found: Rule) -> bool:
    """Return whether two resources may come to be alike, or have one id."""
    chosen = found.role in ("create", "replace") and found.id is not None and not found.change
    return chosen or (bool(life.lifecycle.unique) and found.role in _CHANGING)


def _may_refuse(life: Life, operation: Operation, found: Rule) -> bool:
    """Return whether a state may forbid it."""
    refusing: tuple[Otherwise, ...] = (*found.otherwise, *found.unavailable)
    if any(each.effect == "refused" for each in refusing):
        return True
    if found.role in ("trigger", "replace", "batch"):
        caused = [each for each in life.lifecycle.transitions if operation.id in each.triggers]
        return bool(left(life, operation, found)) or any(each.when for each in caused)
    return bool(found.available_in) and set(found.available_in) != life.lifecycle.states.keys()


@life_rule(
    "header-without-effect",
    INFO,
    why="A client that sends it is not protected, though the document says so; one that waits for it waits.",
    source="RFC 9110, sections 8.8.3 and 13.1.1; draft-ietf-httpapi-idempotency-key-header",
)
def unused_header(life: Life) -> Iterator[Fault]:
    """A header is documented for keys, ETags or If-Match, and the lifecycle does nothing with it."""
    for operation, found, _ in life.rules():
        for parameter in operation.parameters if not life.lifecycle.etag else ():
            if parameter.place == "header" and parameter.name.lower() in ("if-match", "if-none-match"):
                yield from _ignored(life, operation, parameter.name, "Add 'etag: {}' to the lifecycle")
        for parameter in operation.parameters if not found.idempotency_header else ():
            if parameter.place == "header" and "idempotency" in parameter.name.lower():
                hint = f"Add 'idempotency: {{header: {parameter.name}}}' to the operation"
                yield from _ignored(life, operation, parameter.name, hint)
        yield from _untagged(life, operation, found)


def _ignored(life: Life, operation: Operation, name: str, hint: str) -> Iterator[Fault]:
    if not mentions(life.subject.raw, f"$request.header.{name}"):
        message = f"{operation.id} declares {name}, and nothing of {life.name} respects it."
        yield Fault(life.at(operation), message, f"{hint}, or take the parameter out.")


def _untagged(life: Life, operation: Operation, found: Rule) -> Iterator[Fault]:
    """Yield the answers that are documented with an ETag which nothing sends."""
    told = {name.lower() for success in found.success for name, _ in success.headers}
    if life.lifecycle.etag or "etag" in told or found.role in ("list", "parts"):
        return
    for status, response in operation.responses.items():
        if status.startswith("2") and "etag" in response.headers:
            message = f"{operation.id} documents an ETag, and no {life.name} is sent with one."
            where = life.at(operation, "responses", status)
            yield Fault(where, message, "Add 'etag: {}' to the lifecycle, or take the header out.")

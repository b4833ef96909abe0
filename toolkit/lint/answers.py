"""Rules about answers: what an operation of a living resource has to document."""

from __future__ import annotations

from collections.abc import Iterator

from speckit import pointer
from speckit.faults import Fault, an
from speckit.lifecycle import REMOVED, Rule, Success
from speckit.operation import Operation
from toolkit.lint.finding import INFO, WARNING
from toolkit.lint.matter import Life, Matter, first_success, mentions
from toolkit.lint.rule import life_rule, rule

_REFUSALS = (400, 405, 406, 409, 410, 412, 418, 422, 423, 424, 425, 428)
"""Statuses that a refusal for the sake of a state may have."""

_ANY = "4XX or default will do, too."
_ABOUT_ONE = ("get", "parts", "update", "trigger", "replace")


@life_rule(
    "refusal-undocumented",
    WARNING,
    why="A call at the wrong moment is what every client makes one day; it has to know what comes back.",
    source="RFC 9110, section 15.5.10",
)
def refusal(life: Life) -> Iterator[Fault]:
    """A trigger starts from some states only, and its operation documents no refusal in the others."""
    for operation, found, _ in life.rules("trigger", "replace"):
        idle = left(life, operation, found)
        wanted = life.status(operation, found, "refused")
        if idle and not any(operation.response(each) for each in (wanted, *_REFUSALS)):
            message = f"{operation.id} does nothing in {_listed(idle)}, and documents no answer that says so."
            hint = f"Document {wanted}, or say what happens under 'otherwise'. {_ANY}"
            yield Fault(life.at(operation, "responses"), message, hint)


def left(life: Life, operation: Operation, found: Rule) -> list[str]:
    """Return the states in which an operation causes nothing, and nothing else is said of them."""
    caused = [t for t in life.lifecycle.transitions if operation.id in t.triggers]
    known = {state for each in caused for state in each.starts}
    for each in found.otherwise:
        known |= set(each.states or life.lifecycle.states)
    return [state for state in life.lifecycle.states if state not in known]


@rule(
    "missing-404",
    WARNING,
    why="Ids are mistyped, and resources go: the answer is part of the contract.",
    source="RFC 9110, section 15.5.5",
)
def no_404(matter: Matter) -> Iterator[Fault]:
    """An operation on one resource does not document that there may be none."""
    for life in matter.lives:
        for operation, found, _ in life.rules(*_ABOUT_ONE):
            status = life.status(operation, found, "notFound")
            if not operation.response(status):
                yield _absent(life, operation, status)
    for resource, act in matter.strays("get", "update", "remove", "trigger"):
        if not any(act.operation.response(status) for status in (404, 410)):
            message = f"{act.operation.id} is about one {resource.name}, and documents no 404."
            hint = f"Document what comes back where there is none. {_ANY}"
            yield Fault((*matter.places[act.operation.id], "responses"), message, hint)


def _absent(life: Life, operation: Operation, status: int) -> Fault:
    message = f"{operation.id} is about one {life.name}, and documents no {status} for one that is not there."
    return Fault(life.at(operation, "responses"), message, f"Document it. {_ANY}")


@rule(
    "missing-401",
    WARNING,
    why="Credentials run out in the middle of a job's life: the client has to tell that from a failure.",
    source="RFC 9110, section 15.5.2",
)
def no_401(matter: Matter) -> Iterator[Fault]:
    """An operation needs credentials, and does not document what comes back without them."""
    statuses = {
        operation.id: life.status(operation, found, "unauthorized")
        for life in matter.lives
        for operation, found, _ in life.rules()
    }
    for name, operation in matter.operations.items():
        status = statuses.get(name, 401)
        if _is_secured(operation) and not any(operation.response(each) for each in (status, 401)):
            message = f"{name} needs credentials, and documents no {status} for a call without them."
            yield Fault((*matter.places[name], "responses"), message, f"Document it. {_ANY}")


def _is_secured(operation: Operation) -> bool:
    """Return whether credentials are needed: an empty requirement says that it goes without."""
    return bool(operation.security) and all(operation.security)


@life_rule(
    "missing-403",
    WARNING,
    why="Who has the wrong role must not take it for a wrong password.",
    source="RFC 9110, section 15.5.4",
)
def no_403(life: Life) -> Iterator[Fault]:
    """An operation is for some roles only, and does not document what others get."""
    for operation, found, _ in life.rules():
        status = life.status(operation, found, "forbidden")
        if found.roles and not operation.response(status):
            message = (
                f"{operation.id} is for {_listed(found.roles)} only, and documents no {status} for others."
            )
            yield Fault(life.at(operation, "responses"), message, f"Document it. {_ANY}")


@life_rule(
    "missing-412",
    WARNING,
    why="An ETag is there to be sent back; a client has to know what says that somebody was quicker.",
    source="RFC 9110, section 13.1.1; RFC 6585, section 3",
)
def no_412(life: Life) -> Iterator[Fault]:
    """Changes may be conditional, and an operation does not document 412, or 428 where they must be."""
    etag = life.lifecycle.etag
    kinds = ["preconditionFailed", *(["preconditionRequired"] if etag and etag.required else [])]
    for operation, found, _ in life.rules("update", "trigger") if etag else ():
        for status in (life.status(operation, found, kind) for kind in kinds):
            if not operation.response(status):
                message = f"{operation.id} takes If-Match, and documents no {status}."
                yield Fault(life.at(operation, "responses"), message, f"Document it. {_ANY}")


@life_rule(
    "create-without-id",
    WARNING,
    why="Who has made something has to be told where it is, or cannot look, cancel or fetch the result.",
    source="RFC 9110, sections 15.3.2 and 15.3.3; AIP-151",
)
def no_id(life: Life) -> Iterator[Fault]:
    """The answer of a create has neither the id in its body nor a Location."""
    is_asked_for = any(True for _ in life.rules(*_ABOUT_ONE))
    for operation, found, raw in life.rules("create") if is_asked_for else ():
        if "body" in str(raw.get("id", "")) or "path" in str(raw.get("id", "")):
            continue  # the client has chosen the id
        if not any(_tells_id(life, operation, found, each, raw) for each in found.success):
            message = f"{operation.id} makes {an(life.name)}, and its answer does not say which."
            hint = "Show the resource or its id, or add the header Location to 'success'."
            yield Fault(life.at(operation, "responses"), message, hint)


def _tells_id(life: Life, operation: Operation, found: Rule, success: Success, raw: object) -> bool:
    words = ("$id", "$resource}", f"$resource#{pointer.render(life.lifecycle.identity.field)}")
    answer = raw.get("success", {}) if isinstance(raw, dict) else {}
    if mentions(answer, *words) or '"$resource"' in str(answer).replace("'", '"'):
        return True
    status = first_success(operation, success)
    response = operation.response(status) if status else None
    if response is not None and "location" in response.headers:
        return True
    shown = life.lifecycle.views.get(success.view or found.view.default)
    is_left_out = shown is not None and (
        life.lifecycle.identity.field in shown.omit or shown.body is not None
    )
    return success.body is None and response is not None and bool(response.content) and not is_left_out


@life_rule(
    "header-undocumented",
    INFO,
    why="Generated clients throw away headers that the document does not mention.",
)
def undocumented_header(life: Life) -> Iterator[Fault]:
    """An answer has a header that its response does not document."""
    for operation, found, _ in life.rules():
        for success in found.success:
            status = first_success(operation, success)
            response = operation.response(status) if status else None
            known = response.headers if response else {}
            for name in [name for name, _ in success.headers if name.lower() not in known]:
                message = f"{operation.id} answers {status} with {name}, and does not document that header."
                where = life.at(operation, "responses", str(status))
                yield Fault(where, message, f"Add {name} to the 'headers' of the response.")


@life_rule(
    "idempotency-undocumented",
    WARNING,
    why="A client that does not know of the header makes things twice when it tries again.",
    source="draft-ietf-httpapi-idempotency-key-header",
)
def undocumented_key(life: Life) -> Iterator[Fault]:
    """A create respects an idempotency key, and its operation does not declare the header."""
    for operation, found, _ in life.rules("create", "replace"):
        wanted = found.idempotency_header
        names = {p.name.lower() for p in operation.parameters if p.place == "header"}
        if wanted and wanted.lower() not in names:
            message = f"{operation.id} respects {wanted}, and declares no such header."
            hint = f"Add a parameter: {{name: {wanted}, in: header, schema: {{type: string}}}}."
            yield Fault(life.at(operation), message, hint)


@life_rule(
    "removal-untold",
    INFO,
    why="After a removal a read finds nothing; one that still shows the resource would be another contract.",
    source="AIP-135 (delete)",
)
def untold_removal(life: Life) -> Iterator[Fault]:
    """A DELETE leads to a state, and the document describes neither that nor how long it stays."""
    states = life.lifecycle.states
    for index, each in enumerate(life.lifecycle.transitions):
        deletes = [o for o, _, _ in life.rules("trigger") if o.id in each.triggers and o.method == "DELETE"]
        end = states.get(each.ends)
        if deletes and each.ends != REMOVED and end is not None and not (end.outcome or end.description):
            message = (
                f"{deletes[0].id} leaves {an(life.name)} as '{each.ends}', and nothing says what that is."
            )
            hint = f"Give the state an outcome or a description, or end in {REMOVED}."
            yield life.fault(("transitions", index, "to"), message, hint)


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)

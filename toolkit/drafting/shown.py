"""What is shown: answers that hold the resource, parts of it, or what the document gives as an example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from speckit import pointer
from speckit.pointer import ABSENT
from speckit.scalars import PLAIN
from toolkit.drafting.fields import Fields
from toolkit.drafting.ground import computed, is_literal, literal
from toolkit.survey import replies
from toolkit.survey.acting import Act
from toolkit.survey.forms import Form
from toolkit.survey.replies import Reply
from toolkit.survey.resources import Resource
from toolkit.survey.spelling import plain

_ALIKE = 0.6
_TABLE = "id,name\n1,first\n"
_MONITORS = ("location", "content-location", "operation-location")


def success(fields: Fields, act: Act) -> dict[str, Any] | None:
    """Return the `success` of an operation, empty where the usual one will do; None where none is found."""
    found = replies.replies(fields.ground.data, act.operation)
    if not found:
        return None
    for reply in _preferred(found, fields.resource):
        said = _answer(fields, reply, act)
        if said is not None:
            is_first = reply is found[0] or not reply.status
            return said if is_first else {"status": reply.status, **said}
    return None


def _preferred(found: list[Reply], resource: Resource) -> list[Reply]:
    """Return the answers, one that shows the resource before one that shows something else."""
    return sorted(found, key=lambda each: not (each.form and _is_it(each.form, resource)))


def _answer(fields: Fields, reply: Reply, act: Act) -> dict[str, Any] | None:
    said: dict[str, Any] = {}
    if reply.media:
        if reply.form is None:
            return text(fields, reply, act)
        body = shown_as(fields, reply.form, reply.shown)
        if body is ABSENT:
            return None
        if body != "$resource":
            said["body"] = body
    if headers := dict(_headers(fields, reply, act)):
        said["headers"] = headers
    return said


def text(fields: Fields, reply: Reply, act: Act) -> dict[str, Any] | None:
    """Return an answer that is plain text; None for content that nobody here can make."""
    if not reply.media.startswith("text/") or reply.media == "text/event-stream":
        return None
    response = act.operation.response(reply.status or act.operation.success)
    content = response.content.get(reply.media, {}) if response else {}
    form = Form(fields.ground.data, content.get("schema", {}))
    sample = fields.ground.sample(form, reply.shown)
    usual = _TABLE if reply.media == "text/csv" else "ok"
    for each in (reply.shown, usual if sample == PLAIN else sample, usual):
        if isinstance(each, str) and is_literal(each) and fields.ground.fits(each, form):
            return {"body": literal(each), "contentType": reply.media}
    return None


def _headers(fields: Fields, reply: Reply, act: Act) -> Iterator[tuple[str, Any]]:
    if act.role != "create":
        return
    for name in reply.headers:
        if name in _MONITORS:
            address = _address(fields.resource, act)
            is_whole = address.startswith("/") and _is_url(fields, reply, act, name)
            yield capital(name), f"{{$server}}{address}" if is_whole else address
        elif name.endswith(("-id", "-identifier")) and not name.startswith(
            ("x-request", "x-correlation", "x-trace")
        ):
            yield capital(name), "{$id}"


def _is_url(fields: Fields, reply: Reply, act: Act, name: str) -> bool:
    """Return whether a header is documented as a whole URL: a path alone is but a `uri-reference`."""
    response = act.operation.response(reply.status or act.operation.success)
    header = response.headers.get(name, {}) if response else {}
    return Form(fields.ground.data, header.get("schema", {})).format == "uri"


def capital(name: str) -> str:
    """Return the name of a header as people write it, as in `X-Total-Count`."""
    return "-".join(each[:1].upper() + each[1:] for each in name.split("-"))


def _address(resource: Resource, act: Act) -> str:
    path = resource.path
    for parameter in act.operation.parameters:
        if parameter.place == "path":
            path = path.replace(f"{{{parameter.name}}}", f"{{$request.path.{parameter.name}}}")
    return f"{path}/{{$id}}" if "{" not in path.replace("{$", "") else "{$id}"


def shown_as(fields: Fields, form: Form, shown: Any = None) -> Any:
    """Return the template of a body that `form` allows: the resource, something around it, or an example.

    ABSENT where none is found that fits.
    """
    resource = fields.resource
    if _is_it(form, resource) and _fits(fields, form, "$resource"):
        return "$resource"
    sample = fields.ground.sample(form, shown)
    if sample is ABSENT or not is_literal(sample):
        return ABSENT
    for template in (_around(form, resource, sample), literal(sample)):
        if _fits(fields, form, template):
            return template
    return ABSENT


def _is_it(form: Form, resource: Resource) -> bool:
    """Return whether `form` is the resource itself."""
    if form.name and form.name == resource.item.name:
        return True
    mine, theirs = set(resource.item.members), set(form.members)
    both = len(mine & theirs)
    return bool(theirs) and both >= _ALIKE * len(theirs) and both >= _ALIKE * len(mine)


def _fits(fields: Fields, form: Form, template: Any) -> bool:
    return all(fields.ground.fits(computed(template, facts), form) for facts in fields.facts())


def _around(form: Form, resource: Resource, sample: Any) -> Any:
    """Return `sample` with the resource, its id and its fields where `form` has them."""
    if not isinstance(sample, dict):
        return literal(sample)
    return {name: _part(name, form.members.get(name), resource, value) for name, value in sample.items()}


def _part(name: str, form: Form | None, resource: Resource, value: Any) -> Any:
    if form is None:
        return literal(value)
    if form.kind == "object" and _is_it(form, resource):
        return "$resource"
    own = resource.item.members.get(name)
    if own is not None and form.takes(own):
        return f"$resource#{pointer.render((name,))}"
    if plain(name) in _ids(resource) and form.kind in ("string", "integer", ""):
        return "$id"
    if form.kind == "object" and form.members and isinstance(value, dict):
        return _around(form, resource, value)
    return literal(value)


def _ids(resource: Resource) -> set[str]:
    return {plain(each) for each in (*resource.params, resource.identity.field[-1], f"{resource.name}Id")}


def part(fields: Fields, act: Act) -> Any:
    """Return the body of a part of the resource; ABSENT where there is none that can be made."""
    for reply in replies.replies(fields.ground.data, act.operation)[:1]:
        if reply.form is not None and reply.media:
            return shown_as(fields, reply.form, reply.shown)
    return ABSENT

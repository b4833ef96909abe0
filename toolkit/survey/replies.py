"""Replies: what an operation answers when all is well, what it is sent, and where the resource is in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from speckit.lifecycle import Path
from speckit.operation import Operation, Response
from speckit.references import deref
from toolkit.survey.forms import Form

PATCH = "application/json-patch+json"
"""A body of RFC 6902."""
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class Reply:
    """One documented answer of success.

    Attributes:
        status: The status; 0 where the document gives none in figures.
        media: The media type; empty where there is no content.
        form: What a JSON body looks like; None for other content, or none.
        headers: The names of the headers, in lower case.
        shown: The example that the document gives, else None.
    """

    status: int
    media: str
    form: Form | None
    headers: tuple[str, ...]
    shown: Any = None


def replies(data: Mapping[str, Any], operation: Operation) -> list[Reply]:
    """Return the answers of success that `operation` documents, by status."""
    codes = [code for code in operation.responses if code.startswith("2")]
    if not codes and "default" in operation.responses:
        codes = ["default"]
    return [_reply(data, code, operation.responses[code]) for code in sorted(codes)]


def _reply(data: Mapping[str, Any], code: str, response: Response) -> Reply:
    media = next(filter(is_json, response.content), next(iter(response.content), ""))
    form = Form(data, response.content[media].get("schema", {})) if is_json(media) else None
    shown = _shown(data, response.content.get(media, {}), form)
    return Reply(int(code) if code.isdigit() else 0, media, form, tuple(response.headers), shown)


def _shown(data: Mapping[str, Any], media: Mapping[str, Any], form: Form | None) -> Any:
    if "example" in media:
        return media["example"]
    for each in (media.get("examples") or {}).values():
        found = deref(data, each)
        if isinstance(found, Mapping) and "value" in found:
            return found["value"]
    return next(iter(form.examples), None) if form else None


def is_json(media: str) -> bool:
    """Return whether a media type is JSON."""
    return media == "application/json" or media.endswith("+json")


def sent(data: Mapping[str, Any], operation: Operation) -> Form | None:
    """Return what a request body looks like: JSON first, then forms; None where there is none to read."""
    schemas = operation.body.schemas if operation.body else {}
    plain = (each for each in schemas if is_json(each) and each != PATCH)
    media = next(plain, next((each for each in schemas if each in _FORMS), None))
    return Form(data, schemas[media]) if media else None


def is_patched(operation: Operation) -> bool:
    """Return whether an operation takes a JSON Patch: a list of what to do, in place of fields."""
    return operation.body is not None and PATCH in operation.body.schemas


def inner(form: Form, is_it: Callable[[Form], bool], has_id: Callable[[Form], bool]) -> Path | None:
    """Return where in an answer the resource stands: empty for the answer itself, else its envelope.

    An envelope has no id of its own, and fewer members than what is in it, so that a resource with an object
    inside is none.
    """
    if form.kind != "object":
        return None
    if has_id(form) and is_it(form):
        return ()
    inside = {name: each for name, each in form.members.items() if each.kind == "object"}
    for name, each in inside.items():
        if len(each.members) > len(form.members) and is_it(each):
            return (name,)
    if is_it(form):
        return ()
    for name, each in inside.items():
        if len(form.members) <= len(inside) + 3 and (deeper := inner(each, is_it, has_id)) is not None:
            return (name, *deeper)
    return None


def listed(form: Form) -> Path | None:
    """Return where in the answer of a list its items stand; None where no array of objects is found."""
    if form.kind == "array":
        return () if _holds_objects(form) else None
    arrays = [name for name, each in form.members.items() if each.kind == "array" and _holds_objects(each)]
    if arrays:
        return (max(arrays, key=lambda name: (_weight(name), len(form.members[name].items.members))),)
    inside = [name for name, each in form.members.items() if each.kind == "object"]
    for name in inside if len(form.members) <= 3 else ():
        if (deeper := listed(form.members[name])) is not None:
            return (name, *deeper)
    return None


def _weight(name: str) -> int:
    """Return less for arrays that every list may have beside its items."""
    return 0 if name.lower() in ("links", "errors", "warnings", "messages", "included") else 1


def _holds_objects(form: Form) -> bool:
    return form.items.kind == "object" and bool(form.items.members)


def at(form: Form, path: Path) -> Form:
    """Return the form at `path` inside `form`."""
    for name in path:
        form = form.members[name]
    return form

"""How two operations differ in their answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from toolkit.diff.media import compare_schemas, content, is_covered
from toolkit.diff.node import Node
from toolkit.diff.schema_rules import RESPONSE
from toolkit.diff.schemas import Schemas
from toolkit.diff.sheet import Sheet


def compare_responses(old: Node, new: Node, name: str, sheet: Sheet, schemas: Schemas) -> None:
    """Write down how the answers of an operation differ; a status counts as one of its range (`2XX`)."""
    ones, others = _responses(old), _responses(new)
    for status, one in ones.items():
        key = _counterpart(status, others)
        if key is None:
            rule, what = _status_rule(status, "removed"), f"{_called(status)} is gone."
            sheet.add(rule, what, name, one.pointer, (*new.pointer, "responses"))
        else:
            _compare(one, others[key], f"{name}, answer {status}", sheet, schemas)
    for status in others:
        if _counterpart(status, ones) is None:
            rule, what = _status_rule(status, "added"), f"{_called(status)} is new."
            sheet.add(rule, what, name, (*old.pointer, "responses"), others[status].pointer)


def _responses(operation: Node) -> dict[str, Node]:
    found = operation.children("responses")
    return {str(key).upper(): node.followed() for key, node in found if not str(key).startswith("x-")}


def _counterpart(status: str, others: Iterable[str]) -> str | None:
    """Return the key that describes `status`; None where that is the default, or nothing."""
    return next((key for key in (status, f"{status[0]}XX") if key in others), None)


def _called(status: str) -> str:
    return "The answer for all other statuses" if status == "DEFAULT" else f"The answer {status}"


def _status_rule(status: str, word: str) -> str:
    if status == "DEFAULT":
        return f"default-response-{word}"
    return f"{'success' if status[0] in '123' else 'error'}-status-{word}"


def _compare(old: Node, new: Node, subject: str, sheet: Sheet, schemas: Schemas) -> None:
    ones, others = dict(content(old)), dict(content(new))
    places = ((*old.pointer, "content"), (*new.pointer, "content"))
    for kind, one in ones.items():
        if kind in others:
            compare_schemas(one, others[kind], schemas, RESPONSE, subject)
        elif not is_covered(kind, others):
            sheet.add("response-media-type-removed", f"{kind} is gone.", subject, one.pointer, places[1])
    for kind in (each for each in others if not is_covered(each, ones)):
        sheet.add("response-media-type-added", f"{kind} is new.", subject, places[0], others[kind].pointer)
    _headers(old, new, subject, sheet, schemas)
    _links(old, new, subject, sheet)


def _headers(old: Node, new: Node, subject: str, sheet: Sheet, schemas: Schemas) -> None:
    ones, others = (_named(each) for each in (old, new))
    for name, one in ones.items():
        if name in others:
            _header(one, others[name], name, subject, sheet, schemas)
        else:
            rule = (
                "required-response-header-removed"
                if one.get("required") is True
                else "response-header-removed"
            )
            sheet.add(rule, f"The header '{name}' is gone.", subject, one.pointer, (*new.pointer, "headers"))
    for name in (each for each in others if each not in ones):
        place = (*old.pointer, "headers")
        sheet.add(
            "response-header-added", f"The header '{name}' is new.", subject, place, others[name].pointer
        )


def _named(response: Node) -> Mapping[str, Node]:
    return {str(name).lower(): node.followed() for name, node in response.children("headers")}


def _header(old: Node, new: Node, name: str, subject: str, sheet: Sheet, schemas: Schemas) -> None:
    was, now = (each.get("required") is True for each in (old, new))
    if was != now:
        word = "required" if now else "optional"
        what = f"The header '{name}' is {word}."
        sheet.add(f"response-header-became-{word}", what, subject, old.pointer, new.pointer)
    compare_schemas(old, new, schemas, RESPONSE, f"{subject}, header '{name}'")


def _links(old: Node, new: Node, subject: str, sheet: Sheet) -> None:
    ones, others = dict(old.children("links")), dict(new.children("links"))
    for name in (each for each in ones if each not in others):
        what = f"The link '{name}' is gone."
        sheet.add("response-link-removed", what, subject, ones[name].pointer, (*new.pointer, "links"))
    for name in (each for each in others if each not in ones):
        what = f"The link '{name}' is new."
        sheet.add("response-link-added", what, subject, (*old.pointer, "links"), others[name].pointer)

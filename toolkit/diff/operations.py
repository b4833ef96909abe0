"""How two documents differ in the operations they have, and in what is sent to their clients."""

from __future__ import annotations

from datetime import date
from typing import Any

from toolkit.diff.endpoints import Endpoint, Matched
from toolkit.diff.node import Node
from toolkit.diff.sheet import Sheet


def compare_operations(matched: Matched, sheet: Sheet, today: date) -> None:
    """Write down which operations have come and gone, and which go soon.

    Args:
        matched: The operations of both documents.
        sheet: Where changes go.
        today: By which a sunset has passed, or has not.
    """
    for one in matched.gone:
        rule, what = _removal(one, today)
        sheet.add(rule, what, one.name, one.pointer, ("paths", one.path, one.method.lower()))
    for other in matched.fresh:
        where = ("paths", other.path, other.method.lower())
        sheet.add("operation-added", "The operation is new.", other.name, where, other.pointer)
    for one, other in matched.both:
        _announced(one, other, sheet)


def _removal(one: Endpoint, today: date) -> tuple[str, str]:
    sunset = _day(one.operation.get("x-sunset"))
    if one.operation.get("deprecated") is not True:
        return "operation-removed", "The operation is gone."
    if sunset is None:
        return "deprecated-operation-removed", "The operation was deprecated, and is gone."
    if sunset > today:
        return "operation-removed-before-sunset", f"The operation is gone before {sunset}."
    return "operation-removed-after-sunset", f"The operation is gone, as was announced for {sunset}."


def _day(value: Any) -> date | None:
    """Return the day that `x-sunset` says, in YAML a date or a text that begins with one."""
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _announced(one: Endpoint, other: Endpoint, sheet: Sheet) -> None:
    places = (one.pointer, other.pointer)
    name = other.name
    if other.operation.get("deprecated") is True and one.operation.get("deprecated") is not True:
        sheet.add("operation-deprecated", "The operation is deprecated.", name, *places)
    was, now = (_day(each.operation.get("x-sunset")) for each in (one, other))
    if was and now and was != now:
        word = "earlier" if now < was else "later"
        sheet.add(f"operation-sunset-{word}", f"The operation goes on {now}, not {was}.", name, *places)
    ids = [each.operation.get("operationId") for each in (one, other)]
    if ids[0] and ids[0] != ids[1]:
        change = f"is called '{ids[1]}', not '{ids[0]}'" if ids[1] else "has no operationId any more"
        sheet.add("operation-id-changed", f"The operation {change}.", name, *places)


def compare_servers(old: Node, new: Node, sheet: Sheet) -> None:
    """Write down which addresses of the API have come and gone."""
    ones, others = (
        {node.get("url"): node.pointer for _, node in each.children("servers")} for each in (old, new)
    )
    if not ones or not others:
        return
    for url in (each for each in ones if each not in others):
        sheet.add("server-removed", f"The server {url} is gone.", "servers", ones[url], ("servers",))
    for url in (each for each in others if each not in ones):
        sheet.add("server-added", f"The server {url} is new.", "servers", ("servers",), others[url])

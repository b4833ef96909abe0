"""What may be called after an answer: its links, as a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from handbook import prose, raw, runtime, traits
from handbook.naming import title
from handbook.prose import code
from handbook.raw import Data, Node
from speckit.operation import Operation

_LOCAL = re.compile(r"(?:.*)#/paths/([^/]+)/([^/]+)$")


def markdown(
    data: Data, response: Node, operations: Mapping[str, Operation], form: str, link: Callable[[str], str]
) -> Iterator[str]:
    """Yield a sentence and a table of the operations that an answer leads to; nothing where it leads nowhere.

    Args:
        link: Leads from the id of an operation to its page.
    """
    links = response.get("links")
    found = [raw.looked_up(data, each) for each in links.values()] if isinstance(links, Mapping) else []
    rows = [_row(each, operations, form, link) for each in found]
    if rows:
        yield "From this answer you can call:"
        yield prose.table(("Operation", "With", "Description"), rows)


def _row(
    node: Node, operations: Mapping[str, Operation], form: str, link: Callable[[str], str]
) -> tuple[str, str, str]:
    server = node.get("server")
    where = f"At {code(server.get('url', '/'), form)}." if isinstance(server, Mapping) else ""
    about = [prose.cell(node.get("description"), form), where]
    return (
        _target(node, operations, form, link),
        "<br>".join(_given(node, form)),
        " ".join(filter(None, about)),
    )


def _target(node: Node, operations: Mapping[str, Operation], form: str, link: Callable[[str], str]) -> str:
    named = node.get("operationId") or node.get("operationRef") or ""
    operation = operations.get(str(named)) or _referred(str(named), operations)
    if operation is None:
        return prose.link(prose.plain(named), named) if "://" in str(named) else code(named, form)
    words, page = prose.plain(title(operation)), link(operation.id)
    return f"[{words}]({page})" if page else words


def _referred(ref: str, operations: Mapping[str, Operation]) -> Operation | None:
    """Return the operation of this document that a reference leads to."""
    found = _LOCAL.match(ref)
    if found is None or not ref.startswith("#"):
        return None
    path = raw.unescaped(found[1])
    wanted = (path, found[2].upper())
    return next((each for each in operations.values() if (each.path, each.method.upper()) == wanted), None)


def _given(node: Node, form: str) -> Iterator[str]:
    parameters: Any = node.get("parameters")
    for name, value in parameters.items() if isinstance(parameters, Mapping) else ():
        yield f"{code(name, form)}: {runtime.words(value, form)}"
    if "requestBody" in node:
        body = node["requestBody"]
        said = runtime.words(body, form) if isinstance(body, str) else traits.written(body, form)
        yield f"the body: {said}"

"""Where an API is served, and who may call it: for the first page, and for that of each tag."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from handbook import access as accessing
from handbook import prose, raw, serving
from handbook.prose import code, listed
from handbook.raw import Data, Node
from speckit.operation import Operation

_MOST_FREE = 8
"""How many operations that need no authentication are named on the first page."""


def addresses(data: Data, asked: str, form: str, *, has_mock: bool) -> Iterator[str]:
    """Yield where the API is served, and where the samples ask it.

    Args:
        asked: Where that is; without it, where the document says.
        has_mock: Whether a mock server is spoken of.
    """
    servers = raw.servers(data)
    yield prose.heading(2, "Base URL")
    yield "\n".join(f"-   {_address(each, form)}" for each in servers)
    yield serving.explained(servers, asked or serving.asked(data), form, has_mock=has_mock)


def _address(server: Node, form: str) -> str:
    parts = [code(server.get("url", "/"), form), prose.cell(server.get("description"), form)]
    variables = server.get("variables")
    said = [_variable(name, each, form) for name, each in raw.pairs(variables)]
    where = ": ".join(filter(None, parts))
    return f"{_sentence(where)} {' '.join(said)}" if said else where


def _variable(name: str, variable: Any, form: str) -> str:
    node = variable if isinstance(variable, Mapping) else {}
    default = code(node.get("default", ""), form)
    choices = [code(each, form) for each in node.get("enum") or ()]
    what = f"one of {listed(choices, 'or')}, by default {default}" if choices else f"by default {default}"
    about = prose.cell(node.get("description"), form)
    return f"{code(name, form)} is {what}.{f' {_sentence(about)}' if about else ''}"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def access(
    data: Data, operations: Sequence[Operation], form: str, *, in_short: bool = False
) -> Iterator[str]:
    """Yield the schemes that any of the operations asks for, and which of them ask for none.

    Args:
        in_short: What only some of the operations ask for, and long lists of those that ask for nothing, are
            left to the pages of the tags.
    """
    yield prose.heading(2, "Authentication")
    names = dict.fromkeys(name for each in operations for way in each.security for name in way)
    said = [accessing.scheme_words(name, raw.scheme(data, name), form) for name in names]
    if not said:
        yield "No authentication is needed."
        return
    yield said[0] if len(said) == 1 else "\n".join(f"-   {each}" for each in said)
    yield "" if in_short else _scopes(data, operations, names, form)
    free = [code(f"{each.method} {each.path}", form) for each in operations if not any(each.security)]
    if free:
        is_long = in_short and len(free) > _MOST_FREE
        yield f"Not needed for {f'{len(free)} of the operations' if is_long else listed(free)}."
    optional = [each for each in operations if any(each.security) and not all(each.security)]
    if optional and len(optional) + len(free) == len(operations):
        yield "It is optional."


def _scopes(data: Data, operations: Sequence[Operation], names: Iterable[str], form: str) -> str:
    """Return what the scopes allow that these operations ask for; empty where the document does not say."""
    asked = {scope for each in operations for way in each.security for some in way.values() for scope in some}
    texts = [accessing.scope_texts(raw.scheme(data, name)).items() for name in names]
    known = {scope: about for found in texts for scope, about in found if about and scope in asked}
    rows = [(code(scope, form), prose.cell(about, form)) for scope, about in known.items()]
    return prose.table(("Scope", "Description"), rows) if rows else ""

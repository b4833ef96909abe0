"""What the tests of `diff` share: documents, and small changes to them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from speckit.document import load
from speckit.specification import Specification, specify
from toolkit.diff import Change, changes

GONE = object()
"""Stands for a part that is taken away."""

TODAY = date(2026, 11, 22)


def patched(data: Any, patches: dict[str, Any]) -> Any:
    """Return a copy of a document with other values at some pointers; what is on the way is made."""
    data = json.loads(json.dumps(data))
    for pointer, value in patches.items():
        keys = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
        node = data
        for key in keys[:-1]:
            node = node[int(key)] if isinstance(node, list) else node.setdefault(key, {})
        last = int(keys[-1]) if isinstance(node, list) else keys[-1]
        if value is GONE:
            del node[last]
        elif isinstance(node, list) and last == len(node):
            node.append(value)
        else:
            node[last] = value
    return data


def specified(data: Any, folder: Path, name: str) -> Specification:
    """Return a document, written into a file first so that lines can be told."""
    file = folder / f"{name}.json"
    file.write_text(json.dumps(data, indent=1), "utf-8")
    return specify(load(file, strict=True))


def compared(old: Any, new: Any, folder: Path) -> list[Change]:
    """Return the changes from one document to the other."""
    return changes(specified(old, folder, "old"), specified(new, folder, "new"), today=TODAY)


def rules(found: list[Change]) -> set[str]:
    """Return the ids of the rules that have judged."""
    return {each.rule.id for each in found}


def one_schema(schema: Any, side: str, version: str = "3.1.0", more: Any = None) -> dict[str, Any]:
    """Return a document with a schema in a request body, or in an answer."""
    content = {"application/json": {"schema": schema}}
    operation: dict[str, Any] = {"responses": {"200": {"description": "Done"}}}
    if side == "request":
        operation["requestBody"] = {"content": content}
    else:
        operation["responses"]["200"]["content"] = content
    return {
        "openapi": version,
        "info": {"title": "One", "version": "1"},
        "paths": {"/things": {"post": operation}},
        **({"components": {"schemas": more}} if more else {}),
    }

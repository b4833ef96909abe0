"""Writes samples into a document, as `x-codeSamples`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from speckit.operation import methods
from speckit.references import deref

KEY = "x-codeSamples"
"""The extension's name, registered at https://spec.openapis.org/registry/extension/x-codeSamples."""
_LANGUAGES = {"curl": "Shell"}
"""What a highlighter calls the language, where it is not the label."""


def written(data: Mapping[str, Any], made: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return the document `data` with the samples in its operations; what is unchanged is shared with it.

    Samples that people have written under other labels stay, and come first.

    Args:
        made: By operation id, the samples by label.
    """
    paths = {path: _item(data, path, item, made) for path, item in (data.get("paths") or {}).items()}
    return {**data, "paths": paths} if paths else dict(data)


def _item(data: Mapping[str, Any], path: str, node: Any, made: Mapping[str, Mapping[str, str]]) -> Any:
    # Two paths may share an item, but not the samples in it; so a reference gives way to what it names.
    item = deref(data, node)
    if not isinstance(item, Mapping):
        return node
    changed: dict[str, Any] = {}
    for method, where, found in methods(item):
        name = f"{method} {path}"
        if samples := made.get(name) or made.get(found.get("operationId", name)):
            shelf = changed if len(where) == 1 else changed.setdefault(str(where[0]), dict(item[where[0]]))
            shelf[str(where[-1])] = _operation(found, samples)
    return {**item, **changed} if changed else node


def _operation(operation: Mapping[str, Any], samples: Mapping[str, str]) -> dict[str, Any]:
    theirs = [each for each in operation.get(KEY, ()) if each.get("label", each.get("lang")) not in samples]
    ours = [
        {"lang": _LANGUAGES.get(label, label), "label": label, "source": source}
        for label, source in samples.items()
    ]
    return {**operation, KEY: [*theirs, *ours]}

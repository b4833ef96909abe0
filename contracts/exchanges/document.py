"""A document as the generator of requests gets it: only what it may vary, and nothing it cannot know."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from speckit.lifecycle import Lifecycle, Rule
from speckit.operation import Operation
from speckit.references import BUNDLED, deref
from speckit.specification import Specification

CONDITIONAL = frozenset({"if-match", "if-none-match", "if-modified-since", "if-unmodified-since"})
"""Headers that make a request depend on the resource; what is a right value, no schema says."""

Silent = frozenset[tuple[str, str]]
"""Places and names of parameters."""

_FILES = "x-files"
"""Where the files that the document refers to are put: the generator has another use for our own name."""
_KEPT_FIELDS = ("openapi", "info", "components", _FILES)
_KEPT_OF_OPERATION = ("operationId", "requestBody", "responses")


def projected(specification: Specification, operations: Iterable[Operation]) -> dict[str, Any]:
    """Return a document with `operations` alone, for the generator.

    Security is left out: the credential is added to every request, and a request without one is a probe
    of its own. Conditional headers, idempotency keys and cursors are left out too, for they mean something
    only between requests. A paging parameter may be anything where the document answers wrong values itself.
    """
    # A copy in plain JSON, which nobody else holds.
    text = json.dumps(specification.document.data, default=str)  # it has whole numbers of any size
    data = json.loads(text.replace(f'"#/{BUNDLED}/', f'"#/{_FILES}/'))
    if BUNDLED in data:
        data[_FILES] = data.pop(BUNDLED)
    paths: dict[str, Any] = {}
    for operation in operations:
        item = deref(data, data["paths"][operation.path])
        node = item[operation.method.lower()]
        kept = {key: node[key] for key in _KEPT_OF_OPERATION if key in node}
        parameters = _parameters(data, item, node, _silent(specification, operation))
        kept["parameters"] = [_loosened(each, _lenient(specification, operation)) for each in parameters]
        paths.setdefault(operation.path, {})[operation.method.lower()] = kept
    return {key: data[key] for key in _KEPT_FIELDS if key in data} | {"paths": paths}


def rule_of(specification: Specification, operation: Operation) -> tuple[Lifecycle | None, Rule | None]:
    """Return the lifecycle that an operation belongs to, and its rule there."""
    for lifecycle in specification.lifecycles.values():
        if operation.id in lifecycle.rules:
            return lifecycle, lifecycle.rules[operation.id]
    return None, None


def _silent(specification: Specification, operation: Operation) -> Silent:
    """Return the parameters that the generator does not get to see, their names in lower case."""
    _, rule = rule_of(specification, operation)
    headers = {*CONDITIONAL, "idempotency-key", rule.idempotency_header.lower() if rule else ""}
    paging = rule.paging if rule else None
    cursors = {("query", paging.param.lower())} if paging and paging.style in ("cursor", "after") else set()
    return frozenset({("header", name) for name in headers} | cursors)


def _lenient(specification: Specification, operation: Operation) -> frozenset[str]:
    _, rule = rule_of(specification, operation)
    paging = rule.paging if rule else None
    if paging is None or paging.out_of_range == "refuse":
        return frozenset()
    return frozenset({paging.param, paging.size})


def _parameters(
    data: Mapping[str, Any], item: Mapping[str, Any], node: Mapping[str, Any], silent: Silent
) -> list[dict[str, Any]]:
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for raw in (*item.get("parameters", ()), *node.get("parameters", ())):
        found = deref(data, raw)
        merged[found["in"], found["name"]] = found
    return [each for (place, name), each in merged.items() if (place, name.lower()) not in silent]


def _loosened(parameter: dict[str, Any], lenient: frozenset[str]) -> dict[str, Any]:
    if parameter["in"] != "query" or parameter["name"] not in lenient:
        return parameter
    return parameter | {"schema": {"anyOf": [{"type": "integer"}, {"type": "string"}]}}

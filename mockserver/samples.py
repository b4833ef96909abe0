"""Answers of operations outside every lifecycle: the document's own examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.answers import JSON, Reply
from mockserver.effects import documented_success
from mockserver.evaluation import Request
from mockserver.world import World
from speckit.operation import Operation
from speckit.pointer import ABSENT
from speckit.sample import example


class Sample:
    """Answers every request with the same documented example."""

    def __init__(self, operation: Operation, data: Mapping[str, Any]) -> None:
        status = documented_success(operation)
        response = operation.response(status)
        content = response.content if response else {}
        kind = next((kind for kind in content if "json" in kind), next(iter(content), JSON))
        body = example(data, content[kind]) if content else ABSENT
        self._reply = (status, body, kind)

    def __call__(self, _world: World, _request: Request) -> Reply:
        """Return the example."""
        status, body, kind = self._reply
        return Reply(status, body, (), kind)

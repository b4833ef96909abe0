"""What the control door tells: resources with all they hold, and messages with what became of them."""

from __future__ import annotations

from typing import Any

from mockserver.clock import shown
from mockserver.kind import Kind
from mockserver.outbox import Delivery
from mockserver.store import Resource


def reported(delivery: Delivery) -> dict[str, Any]:
    """Return what is told of a message and of what became of it."""
    message = delivery.message
    named = {"callback": message.name, "operation": message.operation}
    return {
        "number": delivery.number,
        "at": shown(message.moment),
        "principal": message.principal,
        "resource": message.resource,
        "id": message.id,
        **(named if message.operation else {"webhook": message.name}),
        "method": message.method,
        "url": message.url or None,
        "headers": dict(message.headers),
        "body": message.content.decode(),
        "state": delivery.state,
        "attempts": delivery.attempts,
        "status": delivery.status,
        "detail": delivery.detail or None,
    }


def told(resource: Resource) -> dict[str, Any]:
    """Return what is told of a resource: all that it holds, and where in its life it is."""
    kind: Kind = resource.store.kind
    return {
        "resource": kind.name,
        "id": resource.id,
        "state": resource.state or None,
        "scenario": resource.scenario or None,
        "due": None if resource.due is None else shown(resource.due),
        "fields": resource.fields,
    }

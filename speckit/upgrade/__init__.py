"""Upgrade a Swagger 2.0 document to OpenAPI 3.0, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from speckit.upgrade.components import Components
from speckit.upgrade.moves import Moves
from speckit.upgrade.names import component_names
from speckit.upgrade.paths import paths
from speckit.upgrade.security import required, scheme
from speckit.upgrade.servers import servers

__all__ = ["Moves", "upgrade"]

_KEPT = ("security", "tags", "externalDocs")


def upgrade(data: Mapping[str, Any]) -> tuple[dict[str, Any], Moves]:
    """Return `data` as OpenAPI 3.0.3, and where each part of it was written.

    Extensions stay as they are, parts that nothing has to change are shared with
    `data`, and what was brought in from other files becomes a component.

    Args:
        data: A Swagger 2.0 document, structurally sound, with every reference local.
    """
    moves = Moves()
    schemes = component_names(data.get("securityDefinitions", ()))
    components = Components(data, moves)
    made: dict[str, Any] = {"openapi": "3.0.3", "info": data["info"]}
    if found := servers(data):
        made["servers"] = found
    made |= {key: data[key] for key in _KEPT if key in data}
    if "security" in data:
        made["security"] = required(data["security"], schemes)
    made["paths"] = paths(data, components, schemes)
    if kept := components.finished() | _schemes(data, schemes, moves):
        made["components"] = kept
    moves.note(("openapi",), ("swagger",))
    moves.note(("servers",), ("host",) if "host" in data else ("basePath",))
    return made | _extensions(data), moves


def _schemes(data: Mapping[str, Any], names: Mapping[str, str], moves: Moves) -> dict[str, Any]:
    declared = data.get("securityDefinitions", {})
    for old, new in names.items():
        moves.note(("components", "securitySchemes", new), ("securityDefinitions", old))
    made = {names[name]: scheme(raw) for name, raw in declared.items()}
    return {"securitySchemes": made} if made else {}


def _extensions(data: Mapping[str, Any]) -> dict[str, Any]:
    # What the bundler brought in has found its place among the components.
    return {key: value for key, value in data.items() if key.startswith("x-") and key != "x-bundled"}

"""Paths and their operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from speckit.faults import Pointer
from speckit.references import deref
from speckit.upgrade.bodies import note_body, note_form, of_body, of_form
from speckit.upgrade.components import Components, Part
from speckit.upgrade.media import declared
from speckit.upgrade.schemas import pointer_of
from speckit.upgrade.security import required
from speckit.upgrade.servers import own_servers

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_IN_A_BODY = ("body", "formData")
_REPLACED = {"parameters", "responses", "consumes", "produces", "schemes", "security"}

Names = Mapping[str, str]


def paths(data: Mapping[str, Any], components: Components, schemes: Names) -> dict[str, Any]:
    """Return the paths of the document `data`.

    Args:
        schemes: The names of the security schemes, by those they had.
    """
    return {
        template: node if template.startswith("x-") else _Item(components, schemes, template, node).made()
        for template, node in data["paths"].items()
    }


class _Item:
    """One path, with what its operations share."""

    def __init__(
        self, components: Components, schemes: Names, template: str, node: Mapping[str, Any]
    ) -> None:
        self._components = components
        self._schemes = schemes
        self._now: Pointer = ("paths", template)
        is_reference = isinstance(node.get("$ref"), str)
        self._at = pointer_of(node["$ref"]) if is_reference else self._now
        self._raw = deref(components.source, node)
        components.moves.note(self._now, self._at)

    def made(self) -> dict[str, Any]:
        """Return the path item."""
        parts = self._parts(self._raw, self._at)
        made = {key: value for key, value in self._raw.items() if key.startswith("x-")}
        if plain := self._plain(parts, self._now):
            made["parameters"] = plain
        for method in _METHODS:
            if isinstance(operation := self._raw.get(method), dict):
                made[method] = self._operation(method, operation, [p for p in parts if _is_of_body(p)])
        return made

    def _parts(self, holder: Mapping[str, Any], at: Pointer) -> list[Part]:
        found = enumerate(holder.get("parameters", ()))
        return [self._components.part("parameters", node, (*at, "parameters", i)) for i, node in found]

    def _plain(self, parts: Sequence[Part], now: Pointer) -> list[dict[str, Any]]:
        """Return the parameters outside of bodies; shared ones stay references."""
        made: list[dict[str, Any]] = []
        for part in parts:
            if not _is_of_body(part):
                made.append(self._parameter(part, (*now, "parameters", len(made))))
        return made

    def _parameter(self, part: Part, now: Pointer) -> dict[str, Any]:
        if part.shared:
            self._components.moves.note(now, part.at)
            return {"$ref": f"#/components/parameters/{part.shared}"}
        return self._components.parameter(part, now)

    def _operation(self, method: str, raw: Mapping[str, Any], above: Sequence[Part]) -> dict[str, Any]:
        now, at = (*self._now, method), (*self._at, method)
        parts = self._parts(raw, at)
        made = {key: value for key, value in raw.items() if key not in _REPLACED}
        if plain := self._plain(parts, now):
            made["parameters"] = plain
        if body := self._body(raw, [*above, *filter(_is_of_body, parts)], (*now, "requestBody")):
            made["requestBody"] = body
        made["responses"] = self._responses(raw, now, at)
        if "security" in raw:
            made["security"] = required(raw["security"], self._schemes)
        if found := own_servers(self._components.source, raw):
            made["servers"] = found
        return made

    def _body(self, raw: Mapping[str, Any], parts: Sequence[Part], now: Pointer) -> dict[str, Any]:
        components = self._components
        types = declared(components.source, raw, "consumes")
        whole = [part for part in parts if part.raw["in"] == "body"]
        if whole:
            return self._whole_body(whole[-1], types, now)
        # By name: a field of the operation replaces that of the path.
        fields = {part.raw["name"]: part for part in parts}
        if not fields:
            return {}
        made = of_form([part.raw for part in fields.values()], types, components.schemas)
        note_form(components.moves, made, now, {name: part.at for name, part in fields.items()})
        return made

    def _whole_body(self, part: Part, types: list[str], now: Pointer) -> dict[str, Any]:
        if part.shared and types == declared(self._components.source, {}, "consumes"):
            return {"$ref": f"#/components/requestBodies/{part.shared}"}
        made = of_body(part.raw, types, self._components.schemas)
        note_body(self._components.moves, made, now, part.at)
        return made

    def _responses(self, raw: Mapping[str, Any], now: Pointer, at: Pointer) -> dict[str, Any]:
        types = declared(self._components.source, raw, "produces")
        made = {}
        for code, node in raw["responses"].items():
            end = ("responses", code)
            made[code] = (
                node if code.startswith("x-") else self._response(node, types, (*now, *end), (*at, *end))
            )
        return made

    def _response(
        self, node: Mapping[str, Any], types: list[str], now: Pointer, at: Pointer
    ) -> dict[str, Any]:
        part = self._components.part("responses", node, at)
        if part.shared and types == declared(self._components.source, {}, "produces"):
            return {"$ref": f"#/components/responses/{part.shared}"}
        return self._components.response(part, types, now)


def _is_of_body(part: Part) -> bool:
    return part.raw["in"] in _IN_A_BODY

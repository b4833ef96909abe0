"""The parameters, bodies and responses that operations share, and where any part was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from speckit.faults import Pointer
from speckit.references import deref
from speckit.upgrade.bodies import note_body, of_body
from speckit.upgrade.media import declared
from speckit.upgrade.moves import Moves
from speckit.upgrade.names import component_names
from speckit.upgrade.parameters import parameter
from speckit.upgrade.responses import note_response, response
from speckit.upgrade.schemas import Schemas, pointer_of


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the source document: what it is, where it was written, and its name if it is shared."""

    raw: Mapping[str, Any]
    at: Pointer
    shared: str = ""


class Components:
    """What operations refer to; it comes from the source document and its schemas."""

    def __init__(self, source: Mapping[str, Any], moves: Moves) -> None:
        self.source = source
        self.moves = moves
        self.schemas = Schemas(source, moves)
        kinds = ("parameters", "responses")
        self._names = {kind: component_names(source.get(kind, ())) for kind in kinds}

    def part(self, kind: str, node: Mapping[str, Any], at: Pointer) -> Part:
        """Return the parameter or response that stands at `at`, a reference followed.

        Args:
            kind: `parameters` or `responses`.
        """
        if not isinstance(node.get("$ref"), str):
            return Part(node, at)
        where = pointer_of(node["$ref"])
        name = self._names[kind].get(str(where[-1]), "") if where[:-1] == (kind,) else ""
        return Part(deref(self.source, node), where, name)

    def finished(self) -> dict[str, Any]:
        """Return all components but security schemes; the last thing to be asked for."""
        shelves = {
            "parameters": self._parameters(),
            "requestBodies": self._bodies(),
            "responses": self._responses(),
        }
        # Last: the others refer to schemas.
        found = {"schemas": self.schemas.components()} | shelves
        return {kind: made for kind, made in found.items() if made}

    def _parts(self, kind: str) -> list[tuple[str, Part]]:
        known = self.source.get(kind, {})
        return [(new, self.part(kind, known[old], (kind, old))) for old, new in self._names[kind].items()]

    def _parameters(self) -> dict[str, Any]:
        made = {}
        for name, part in self._parts("parameters"):
            if part.raw["in"] not in ("body", "formData"):
                made[name] = self.parameter(part, ("components", "parameters", name))
        return made

    def _bodies(self) -> dict[str, Any]:
        types = declared(self.source, {}, "consumes")
        made = {}
        for name, part in self._parts("parameters"):
            if part.raw["in"] == "body":
                now = ("components", "requestBodies", name)
                made[name] = of_body(part.raw, types, self.schemas)
                note_body(self.moves, made[name], now, part.at)
        return made

    def _responses(self) -> dict[str, Any]:
        types = declared(self.source, {}, "produces")
        return {
            name: self.response(part, types, ("components", "responses", name))
            for name, part in self._parts("responses")
        }

    def parameter(self, part: Part, now: Pointer) -> dict[str, Any]:
        """Return the parameter that `part` is, which stands at `now` in the upgraded document."""
        self.moves.note(now, part.at)
        self.moves.note((*now, "schema"), part.at)
        return parameter(part.raw, self.schemas)

    def response(self, part: Part, types: list[str], now: Pointer) -> dict[str, Any]:
        """Return the response that `part` is, which stands at `now` in the upgraded document."""
        made = response(self.source, part.raw, types, self.schemas)
        note_response(self.moves, made, now, part.at)
        return made

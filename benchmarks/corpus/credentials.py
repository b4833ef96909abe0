"""Credentials: what a request to one operation has to bring, as its own security requirements say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from speckit.references import deref

BASIC = "Basic Y29ycHVzOmNvcnB1cw=="
SECRET = "corpus"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What goes with a request, by place."""

    headers: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """The parameters that are credentials, in lower case."""
        return {name.lower() for place in (self.headers, self.params, self.cookies) for name in place}


class Requirements:
    """The security requirements of a document.

    One header Authorization for all its operations would be wrong for those that ask for another scheme.

    Args:
        served: The document as the server has it: one file, OpenAPI 3.
    """

    def __init__(self, served: Mapping[str, Any]) -> None:
        schemes = (served.get("components") or {}).get("securitySchemes") or {}
        self._schemes = {name: deref(dict(served), node) for name, node in schemes.items()}
        self._usual = served.get("security") or []

    def credentials(self, operation: Any) -> Credentials:
        """Return what the first way into `operation` of schemathesis asks for; nothing where none does."""
        ways = operation.definition.raw.get("security", self._usual) or [{}]
        found = Credentials()
        for name in ways[0]:
            self._add(found, self._schemes.get(name) or {})
        return found

    def _add(self, found: Credentials, scheme: Mapping[str, Any]) -> None:
        kind = scheme.get("type")
        if kind == "apiKey":
            places = {"header": found.headers, "query": found.params, "cookie": found.cookies}
            places[scheme["in"]][scheme["name"]] = SECRET
        elif kind in ("http", "oauth2", "openIdConnect"):
            word = str(scheme.get("scheme", "Bearer"))
            line = BASIC if word.lower() == "basic" else f"{word} {SECRET}"
            found.headers.setdefault("Authorization", line)

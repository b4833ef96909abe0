"""Security definitions as security schemes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_FLOWS = {
    "implicit": "implicit",
    "password": "password",
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
}
_OF_THE_FLOW = ("authorizationUrl", "tokenUrl", "scopes")


def scheme(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the security scheme that the definition `raw` is.

    >>> scheme({"type": "basic"})
    {'type': 'http', 'scheme': 'basic'}
    """
    if raw["type"] == "basic":
        return {**raw, "type": "http", "scheme": "basic"}
    if raw["type"] == "oauth2":
        return _oauth2(raw)
    return dict(raw)


def _oauth2(raw: Mapping[str, Any]) -> dict[str, Any]:
    made = {key: value for key, value in raw.items() if key not in (*_OF_THE_FLOW, "flow")}
    flow = {"scopes": {}} | {key: raw[key] for key in _OF_THE_FLOW if key in raw}
    return made | {"flows": {_FLOWS[raw["flow"]]: flow}}


def required(requirements: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return security requirements with the schemes under the names they have now."""
    return [{names.get(name, name): scopes for name, scopes in each.items()} for each in requirements]

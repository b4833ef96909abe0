"""Credentials in recorded traffic: who is behind a request, and how the secret is taken out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson

from contracts.recorded import credential_headers


class Keys:
    """Finds the credential in a request, and takes it out of one."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        schemes = data.get("components", {}).get("securitySchemes", {}).values()
        named = [
            (each.get("in"), str(each.get("name", ""))) for each in schemes if each.get("type") == "apiKey"
        ]
        self.headers = credential_headers(data) - {"cookie"}
        self.cookies = frozenset(name for place, name in named if place == "cookie")
        self.query = frozenset(name for place, name in named if place == "query")

    def held(self, headers: Mapping[str, str], url: str) -> str:
        """Return what tells this caller from another; empty where nothing does."""
        lower = {name.lower(): value for name, value in headers.items()}
        found = [("header", name, lower[name]) for name in sorted(self.headers & lower.keys())]
        found += [("cookie", *pair) for pair in _cookies(lower.get("cookie", "")) if pair[0] in self.cookies]
        found += [("query", *pair) for pair in parse_qsl(urlsplit(url).query) if pair[0] in self.query]
        return orjson.dumps(sorted(found)).decode() if found else ""

    def hidden(self, url: str, principal: str) -> str:
        """Return `url` with the name of the principal in place of its key."""
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        if not any(name in self.query for name, _ in pairs):
            return url
        shown = [(name, f"redacted-{principal}" if name in self.query else value) for name, value in pairs]
        return urlunsplit(parts._replace(query=urlencode(shown)))

    def header(self, name: str, value: str, principal: str) -> str:
        """Return the value of a credential header with the principal's name in place of the secret."""
        hidden = f"redacted-{principal}"
        if name.lower() == "cookie":
            pairs = _cookies(value)
            return "; ".join(f"{key}={hidden if key in self.cookies else part}" for key, part in pairs)
        scheme, _, secret = value.partition(" ")
        return f"{scheme} {hidden}" if secret else hidden


def _cookies(header: str) -> list[tuple[str, str]]:
    pairs = (part.strip().partition("=") for part in header.split(";") if part.strip())
    return [(name, value) for name, _, value in pairs]

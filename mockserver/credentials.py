"""Reads from a request who is asking, as the operation's security requirements say."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from mockserver.answers import Refused
from mockserver.parameters import query_texts
from mockserver.principals import Principal, Principals
from speckit.operation import Operation

Headers = Mapping[str, str]
Extract = Callable[[Headers, bytes], str | None]
"""Returns the credential in some headers and a query string, if it is there."""


class Gate:
    """Lets a request in as a principal, or refuses it."""

    def __init__(
        self, operation: Operation, schemes: Mapping[str, Any], principals: Principals, *, exact_case: bool
    ) -> None:
        self._principals = principals
        ways = [[_extractor(schemes[name], exact_case) for name in each] for each in operation.security]
        self._anonymous = not ways or [] in ways
        self._ways = [_together(way) for way in ways if way] or [_bearer(exact_case)]
        self._wanted = [_wanted(schemes[name]) for each in operation.security for name in each] or [
            "of yours"
        ]
        self.challenge = _challenge([schemes[name] for each in operation.security for name in each])

    def __call__(self, headers: Headers, query: bytes) -> Principal:
        """Return who is asking.

        Raises:
            Refused: there is no credential where one is needed, or it is nobody's.
        """
        for way in self._ways:
            if (credential := way(headers, query)) is not None:
                return self._known(credential)
        if self._anonymous:
            return self._principals.anonymous
        detail = f"The request names nobody; send a credential {' or '.join(self._wanted)}."
        raise Refused("unauthorized", detail)

    def _known(self, credential: str) -> Principal:
        found = self._principals.by_credential(credential)
        if found is None:
            raise Refused("unauthorized", "The credential is nobody's; use one of the listed principals'.")
        return found


def _together(way: list[Extract]) -> Extract:
    """Return what yields the first of several credentials, if all of them are there."""
    if len(way) == 1:
        return way[0]

    def extract(headers: Headers, query: bytes) -> str | None:
        credentials = [each(headers, query) for each in way]
        return None if None in credentials else credentials[0]

    return extract


def _extractor(scheme: Mapping[str, Any], exact_case: bool) -> Extract:
    kind, place, name = scheme.get("type"), scheme.get("in"), str(scheme.get("name", ""))
    if kind == "apiKey" and place == "cookie":
        return lambda headers, _query: cookie(headers.get("cookie", ""), name)
    if kind == "apiKey" and place == "query":
        return lambda _headers, query: next(iter(query_texts(query).get(name, [])), None)
    if kind == "apiKey":
        return lambda headers, _query: headers.get(name.lower()) or None
    if kind == "http" and str(scheme.get("scheme")).lower() == "basic":
        return _basic
    return _bearer(exact_case)


def _bearer(exact_case: bool) -> Extract:
    def extract(headers: Headers, _query: bytes) -> str | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        fits = scheme == "Bearer" or (not exact_case and scheme.lower() == "bearer")
        return (token.strip() or None) if fits else None

    return extract


def _basic(headers: Headers, _query: bytes) -> str | None:
    """Return the user name and password together (RFC 7617)."""
    scheme, _, text = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(text, validate=True).decode() or None
    except (binascii.Error, UnicodeDecodeError):
        return None


def cookie(header: str, name: str) -> str | None:
    """Return the cookie `name` out of a Cookie header; odd neighbours do not hide it."""
    for pair in header.split(";"):
        found, _, value = pair.strip().partition("=")
        if found == name:
            return value.strip('"') or None
    return None


def _wanted(scheme: Mapping[str, Any]) -> str:
    """Return where a credential goes, for people."""
    if scheme.get("type") == "apiKey":
        return f"in the {scheme.get('in')} as {scheme.get('name')}"
    word = "Basic" if str(scheme.get("scheme")).lower() == "basic" else "Bearer"
    return f"as Authorization: {word} ..."


def _challenge(schemes: list[Mapping[str, Any]]) -> str:
    """Return what a 401 says about how to be known (RFC 9110, section 11.6.1)."""
    is_basic = any(str(scheme.get("scheme")).lower() == "basic" for scheme in schemes)
    return 'Basic realm="understudy"' if is_basic else "Bearer"

"""The credential of a request: what the first of an operation's security requirements asks for."""

from __future__ import annotations

from dataclasses import dataclass

from handbook import raw
from handbook.access import CREDENTIAL, TOKEN
from handbook.samples.styles import Pair
from speckit.operation import Operation

PLACEHOLDER = CREDENTIAL
_AUTHORIZATION = "Authorization"
_TOKENS = ("oauth2", "openIdConnect")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where a credential goes; several schemes may ask for it at once."""

    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[Pair, ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    basic: tuple[str, str] | None = None


def credentials(data: raw.Data, operation: Operation, credential: str) -> Credentials:
    """Return how `credential` is sent; nowhere, where the first requirement is none or is unknown.

    Args:
        credential: For the scheme `basic`, a user name, or user name and password with a colon between.
    """
    wanted = operation.security[0] if operation.security else {}
    schemes = [raw.scheme(data, name) for name in wanted]
    keys = [(each.get("in"), str(each.get("name"))) for each in schemes if each.get("type") == "apiKey"]
    bearers = [
        (_AUTHORIZATION, f"{word} {_token(each, credential)}") for each in schemes if (word := _word(each))
    ]
    return Credentials(
        headers=(*bearers, *((name, credential) for place, name in keys if place == "header")),
        query=tuple(Pair(name, (credential,)) for place, name in keys if place == "query"),
        cookies=tuple((name, credential) for place, name in keys if place == "cookie"),
        basic=_basic(credential) if any(_scheme(each) == "basic" for each in schemes) else None,
    )


def _scheme(scheme: raw.Node) -> str:
    """Return the scheme of HTTP authentication, in lower case; empty for any other sort of scheme."""
    return str(scheme.get("scheme", "")).lower() if scheme.get("type") == "http" else ""


def _word(scheme: raw.Node) -> str:
    """Return what stands before the credential in `Authorization`; empty where it does not go there."""
    if scheme.get("type") in _TOKENS or _scheme(scheme) == "bearer":
        return "Bearer"
    return "" if _scheme(scheme) in ("", "basic") else str(scheme["scheme"])


def _token(scheme: raw.Node, credential: str) -> str:
    """Return what stands behind the word; what is to be replaced says what it is to be replaced by."""
    is_token = scheme.get("type") in _TOKENS
    return TOKEN if credential == PLACEHOLDER and is_token else credential


def _basic(credential: str) -> tuple[str, str]:
    if credential == PLACEHOLDER:
        return "YOUR_USERNAME", "YOUR_PASSWORD"
    user, _, password = credential.partition(":")
    return user, password

"""The credential of a request: what the first of an operation's security requirements asks for."""

from __future__ import annotations

from dataclasses import dataclass

from handbook import raw
from handbook.samples.styles import Pair
from speckit.operation import Operation

PLACEHOLDER = "YOUR_API_KEY"
_AUTHORIZATION = "Authorization"


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
    bearers = [(_AUTHORIZATION, f"{word} {credential}") for each in schemes if (word := _word(each))]
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
    if scheme.get("type") in ("oauth2", "openIdConnect") or _scheme(scheme) == "bearer":
        return "Bearer"
    return "" if _scheme(scheme) in ("", "basic") else str(scheme["scheme"])


def _basic(credential: str) -> tuple[str, str]:
    if credential == PLACEHOLDER:
        return "YOUR_USERNAME", "YOUR_PASSWORD"
    user, _, password = credential.partition(":")
    return user, password

"""Reads from a request who is asking, as the operation's security requirements say."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mockserver.answers import Refused
from mockserver.evaluation import Request
from mockserver.parameters.query import query_texts
from mockserver.principals import Principal, Principals
from speckit.conventions import governing
from speckit.operation import Operation
from speckit.references import deref
from speckit.specification import Specification

Headers = Mapping[str, str]
Extract = Callable[[Headers, bytes], str | None]
"""Returns the credential in some headers and a query string, if it is there."""

_PLACES = ("header", "query", "cookie")
MOST_KNOWN = 1024
"""How many credentials an operation remembers."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One security scheme of the document, as it is enforced.

    `words` are the authentication schemes that may stand before the credential in
    the header Authorization, in the document's case; none for a key of its own.
    `header` is the one that holds it, in lower case; empty where none does.
    """

    extract: Extract
    wanted: str
    words: tuple[str, ...] = ()
    header: str = "authorization"


class Gate:
    """Lets a request in as a principal, or refuses it.

    Args:
        operation: Its requirements are alternatives; the schemes of one are needed together.
        schemes: The document's security schemes by name.
        principals: Who has which credential.
        exact_case: The word before a token must be written just so.
    """

    def __init__(
        self, operation: Operation, schemes: Mapping[str, Any], principals: Principals, *, exact_case: bool
    ) -> None:
        self._principals = principals
        ways = [_enforced(requirement, schemes, exact_case) for requirement in operation.security]
        self._is_optional = not ways or [] in ways
        self._ways = [way for way in ways if way] or [[_token("Bearer", exact_case)]]
        self._extracts = [_together([each.extract for each in way]) for way in self._ways]
        self._words = list(dict.fromkeys(word for way in self._ways for each in way for word in each.words))
        self._telling = _telling(self._ways)
        self._known: dict[bytes | None, Principal] = {}
        self.challenge = ", ".join(map(_challenge, self._words or ["Bearer"]))

    @classmethod
    def of(cls, operation: Operation, specification: Specification, principals: Principals) -> Gate:
        """Return the gate of `operation`, as its document and the conventions for its path have it."""
        exact = governing(specification.conventions, operation.path).exact_case_scheme
        return cls(operation, declared(specification.document.data), principals, exact_case=exact)

    def __call__(self, request: Request, query: bytes) -> Principal:
        """Return who is asking.

        Raises:
            Refused: there is no credential where one is needed, or it is nobody's.
        """
        if self._telling is None:
            return self._admitted(request.headers, query)
        said = request.raw.get(self._telling)
        found = self._known.get(said)
        if found is None:
            found = self._known[said] = self._admitted(request.headers, query)
            if len(self._known) > MOST_KNOWN:
                del self._known[next(iter(self._known))]
        return found

    def _admitted(self, headers: Headers, query: bytes) -> Principal:
        is_unknown = False
        for extract in self._extracts:
            if (credential := extract(headers, query)) is not None:
                if (found := self._principals.by_credential(credential)) is not None:
                    return found
                is_unknown = True
        if is_unknown:
            raise Refused("unauthorized", "The credential is nobody's; use one of the listed principals'.")
        if self._is_optional:
            return self._principals.anonymous
        raise Refused("unauthorized", self._missing(headers, query))

    def _missing(self, headers: Headers, query: bytes) -> str:
        """Return what is wrong with a request that names nobody."""
        ways = " or ".join(" and ".join(each.wanted for each in way) for way in self._ways)
        return f"{self._problem(headers, query)}; send a credential {ways}."

    def _problem(self, headers: Headers, query: bytes) -> str:
        word, _, rest = headers.get("authorization", "").strip().partition(" ")
        if word and self._words:
            if word.lower() not in map(str.lower, self._words):
                return f"The header Authorization is not {' or '.join(self._words)} but {word[:40]}"
            if not rest.strip():
                return f"The header Authorization has nothing after {word}"
            if word.lower() == "basic" and _basic(headers, query) is None:
                return "What follows Basic is not user:password in Base64"
            if word not in self._words:
                return f"The header Authorization says {word}"
        there = [each for way in self._ways for each in way if each.extract(headers, query) is not None]
        return f"A credential {there[0].wanted} is not enough" if there else "The request names nobody"


def _telling(ways: list[list[Scheme]]) -> bytes | None:
    """Return the one header that says who is asking; None where there is more to look at."""
    headers = {each.header for way in ways for each in way}
    return headers.pop().encode("latin-1", "replace") or None if len(headers) == 1 else None


def declared(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the security schemes of the document `data` by name."""
    components = data.get("components") or {}
    return {name: deref(dict(data), node) for name, node in components.get("securitySchemes", {}).items()}


def unenforced(operations: Iterable[Operation], schemes: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each security scheme that operations ask for and nobody checks here."""
    names = dict.fromkeys(name for each in operations for way in each.security for name in way)
    return [
        f"The security scheme '{name}' is not enforced: {reason}."
        for name in names
        if (reason := _reason(schemes.get(name)))
    ]


def _reason(scheme: Any) -> str:
    """Return why a scheme is not enforced; empty for one that is."""
    if not isinstance(scheme, Mapping):
        return "the document does not declare it"
    kind = scheme.get("type")
    if kind == "mutualTLS":
        return "certificates of clients are not asked for"
    if kind == "apiKey" and not (scheme.get("in") in _PLACES and scheme.get("name")):
        return "its key has no name, or no place that is header, query or cookie"
    known = kind in ("apiKey", "oauth2", "openIdConnect") or (kind == "http" and scheme.get("scheme"))
    return "" if known else f"'{kind}' is no type of scheme"


def _enforced(requirement: Iterable[str], schemes: Mapping[str, Any], exact_case: bool) -> list[Scheme]:
    found = [_scheme(schemes[name], exact_case) for name in requirement if not _reason(schemes.get(name))]
    # A request has one header Authorization, with one credential in it (RFC 9110, section 11.6.2).
    tokens = [each for each in found if each.words]
    return [each for each in found if not each.words] + ([_any(tokens)] if tokens else [])


def _any(tokens: list[Scheme]) -> Scheme:
    """Return the scheme of which one credential in the header Authorization is enough."""
    if len(tokens) == 1:
        return tokens[0]
    extracts = [each.extract for each in tokens]
    return Scheme(
        lambda headers, query: next(filter(None, (extract(headers, query) for extract in extracts)), None),
        " or ".join(dict.fromkeys(each.wanted for each in tokens)),
        tuple(word for each in tokens for word in each.words),
    )


def _scheme(scheme: Mapping[str, Any], exact_case: bool) -> Scheme:
    kind, place, name = scheme["type"], scheme.get("in"), str(scheme.get("name", ""))
    if kind == "apiKey":
        header = {"header": name.lower(), "cookie": "cookie"}.get(str(place), "")
        return Scheme(_key(str(place), name), f"in the {place} as {name}", header=header)
    word = str(scheme.get("scheme", "bearer")) if kind == "http" else "Bearer"
    if word.lower() == "basic":
        return Scheme(_basic, "as Authorization: Basic ...", ("Basic",))
    return _token("Bearer" if word.lower() == "bearer" else word, exact_case)


def _key(place: str, name: str) -> Extract:
    """Return what finds an API key."""
    if place == "cookie":
        return lambda headers, _query: cookie(headers.get("cookie", ""), name)
    if place == "query":
        return lambda _headers, query: next(iter(query_texts(query).get(name, [])), None) or None
    header = name.lower()
    return lambda headers, _query: headers.get(header) or None


def _token(word: str, exact_case: bool) -> Scheme:
    """Return the scheme of a credential behind `word` in the header Authorization."""
    lower = word.lower()

    def extract(headers: Headers, _query: bytes) -> str | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        fits = scheme == word or (not exact_case and scheme.lower() == lower)
        return (token.strip() or None) if fits else None

    return Scheme(extract, f"as Authorization: {word} ...", (word,))


def _together(way: list[Extract]) -> Extract:
    """Return what yields the first of several credentials, if all of them are there."""
    if len(way) == 1:
        return way[0]

    def extract(headers: Headers, query: bytes) -> str | None:
        credentials = [each(headers, query) for each in way]
        return None if None in credentials else credentials[0]

    return extract


def _basic(headers: Headers, _query: bytes) -> str | None:
    """Return the user name and password together (RFC 7617)."""
    scheme, _, text = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(text.strip(), validate=True).decode() or None
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def cookie(header: str, name: str) -> str | None:
    """Return the cookie `name` out of a Cookie header; odd neighbours do not hide it."""
    for pair in header.split(";"):
        found, _, value = pair.strip().partition("=")
        if found == name:
            return value.strip('"') or None
    return None


def _challenge(word: str) -> str:
    """Return what a 401 says about one way to be known (RFC 9110, section 11.6.1)."""
    return 'Basic realm="understudy"' if word == "Basic" else word

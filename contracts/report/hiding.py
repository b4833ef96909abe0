"""What a report does not give away: credentials become names of shell variables."""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

import orjson

from contracts.report.manner import Manner

HIDDEN = "[hidden]"
_LONG = 8
"""A secret of so many characters is taken for itself even inside a word."""

Piece = tuple[str, str]
"""A part of a text: the name of a variable, or empty, and the part itself."""

Known = dict[tuple[str, str], str]
"""What a shell knows by the time a line is pasted: by path parameter and value, the name of a variable.

A value that has a variable wherever it stands is there with an empty parameter.
"""


def is_plain(value: str) -> bool:
    """Return whether `value` is itself in any text, as a long id or an entity tag (RFC 9110) is."""
    return value.endswith('"') or (len(value) >= _LONG and quote(value, safe="") == value)


class Hiding:
    """Finds secrets in texts and puts the names of their variables in their place."""

    def __init__(self, manner: Manner) -> None:
        self._is_on = not manner.shows_credentials
        secrets = manner.secrets if self._is_on else {}
        self._variables = {spelt: name for name, secret in secrets.items() for spelt in _spellings(secret)}
        self._pattern = _any_of(self._variables)
        self.names = tuple(secrets)

    def naming(self, known: Known) -> Hiding:
        """Return one that puts the variables of `known` in place of values too, wherever these may stand."""
        wider = copy.copy(self)
        sure = {value: name for (param, value), name in known.items() if not param}
        wider._variables = {**sure, **self._variables}
        patterns = [self._pattern.pattern] if self._pattern else []
        patterns += [f"(?<![A-Za-z0-9_-]){re.escape(value)}(?![A-Za-z0-9_-])" for value in sure]
        wider._pattern = re.compile("|".join(patterns)) if patterns else None
        return wider

    def pieces(self, text: str) -> list[Piece]:
        """Return `text` in its parts, each secret with the name of its variable."""
        found: list[Piece] = []
        end = 0
        for match in self._pattern.finditer(text) if self._pattern else ():
            found += [("", text[end : match.start()]), (self._variables[match[0]], match[0])]
            end = match.end()
        return [piece for piece in [*found, ("", text[end:])] if piece[1]]

    def text(self, text: str) -> str:
        """Return `text` with `$NAME` for each secret."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda match: f"${self._variables[match[0]]}", text)

    def value(self, value: Any) -> Any:
        """Return a JSON value with `$NAME` for each secret in it, at any depth."""
        if isinstance(value, str):
            return self.text(value.encode("utf-8", "backslashreplace").decode())
        if isinstance(value, Mapping):
            return {self.value(str(key)): self.value(item) for key, item in value.items()}
        return [self.value(item) for item in value] if isinstance(value, list | tuple | set) else value

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers of an answer; the cookies it sets are for the caller alone."""
        closed = ("set-cookie",) if self._is_on else ()
        return {
            self.value(name): HIDDEN if name.lower() in closed else self.value(value)
            for name, value in headers.items()
        }


def _spellings(secret: str) -> Iterable[str]:
    """Yield `secret` as headers, URLs, JSON and basic authentication (RFC 7617) write it."""
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield orjson.dumps(secret).decode()[1:-1]
    yield base64.b64encode(secret.encode()).decode()


def _any_of(secrets: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted(filter(None, secrets), key=lambda each: (-len(each), each))
    return re.compile("|".join(map(_found, longest_first))) if longest_first else None


def _found(secret: str) -> str:
    exact = re.escape(secret)
    return exact if len(secret) >= _LONG else f"(?<![A-Za-z0-9_]){exact}(?![A-Za-z0-9_])"

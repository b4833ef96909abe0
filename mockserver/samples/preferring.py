"""What a client prefers: the header Prefer (RFC 7240), or the same in the query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl
from urllib.request import parse_http_list

from werkzeug.http import parse_options_header

from mockserver.answers import PROBLEM, Reply
from mockserver.evaluation import Request

HEADER = "prefer"
RAW_HEADER = b"prefer"
APPLIED = "Preference-Applied"
_NAMES = ("code", "example", "dynamic")
_TRUE = ("true", "1", "")
_FALSE = ("false", "0")


@dataclass(frozen=True, slots=True)
class Preferences:
    """Which documented answer is wanted: a status, a named example, or data made up anew."""

    code: str = ""
    example: str = ""
    dynamic: bool = False

    def __bool__(self) -> bool:
        return bool(self.code or self.example or self.dynamic)

    def __str__(self) -> str:
        said = {"code": self.code, "example": self.example, "dynamic": "true" if self.dynamic else ""}
        return ", ".join(f"{name}={_word(value)}" for name, value in said.items() if value)


NONE = Preferences()


class Undocumented(Exception):
    """A client prefers what the document does not have; the message says what it has."""

    @property
    def reply(self) -> Reply:
        """The answer: a problem (RFC 9457), whatever the errors of the API itself are."""
        title = "The document has no such answer"
        body = {"type": "about:blank", "title": title, "status": 404, "detail": str(self)}
        return Reply(404, body, (), PROBLEM)


def preferred(header: str, query: bytes, declared: frozenset[str] = frozenset()) -> Preferences:
    """Return what the header Prefer and the query ask for; the header counts first.

    Args:
        declared: Query parameters of the document, which are its own.

    Raises:
        Undocumented: `dynamic` is neither true nor false.
    """
    said: dict[str, str] = {}
    for name, value in (*_spoken(header), *_asked(query, declared)):
        said.setdefault(name, value)
    return Preferences(said.get("code", ""), said.get("example", ""), _is_true(said.get("dynamic", "false")))


def _is_true(word: str) -> bool:
    if word.lower() not in (*_TRUE, *_FALSE):
        raise Undocumented(f"The preference 'dynamic' is '{word}'; send dynamic=true or dynamic=false.")
    return word.lower() in _TRUE


def without(header: str) -> str:
    """Return what a Prefer header says besides: preferences that are for the API."""
    return ", ".join(item for item in parse_http_list(header) if next(_pairs(item))[0] not in _NAMES)


def _spoken(header: str) -> Iterator[tuple[str, str]]:
    for item in parse_http_list(header):
        yield from ((name, value) for name, value in _pairs(item) if name in _NAMES)


def _pairs(item: str) -> Iterator[tuple[str, str]]:
    """Yield a preference and what follows it after semicolons, where many write the next one."""
    head, options = parse_options_header(item)
    name, _, value = head.partition("=")
    yield name.strip().lower(), _unquoted(value)
    yield from options.items()


def _asked(query: bytes, declared: frozenset[str]) -> Iterator[tuple[str, str]]:
    if b"__" not in query:
        return
    for key, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if key[:2] == "__" and key[2:] in _NAMES and key not in declared:
            yield key[2:], value


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return value


def _word(value: str) -> str:
    """Return `value` as a word of RFC 7240: a token, or a quoted string."""
    plain = value.replace("-", "").replace("_", "").replace(".", "")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return value if plain.isalnum() and plain.isascii() else f'"{escaped}"'


def take(request: Request, preferences: Preferences) -> None:
    """Take the preferences that are for the mock server out of the headers of `request`."""
    if not preferences or RAW_HEADER not in request.raw:
        return
    rest = without(request.headers[HEADER]).encode("latin-1")
    left = {name: value for name, value in request.raw.items() if name != RAW_HEADER}
    request.say({**left, RAW_HEADER: rest} if rest else left)


def plainly(preferences: Preferences) -> Preferences:
    """Return `preferences` without the wish for other data."""
    return replace(preferences, dynamic=False)

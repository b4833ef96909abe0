"""The requests of a finding as lines to paste one after another, with new ids taken from the answers."""

from __future__ import annotations

import json
import math
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from contracts.exchange import Exchange, text
from contracts.finding import Key, Ways
from contracts.report.curl import CUT, curl, quoted
from contracts.report.hiding import Hiding, Known, is_plain
from speckit import pointer
from speckit.lifecycle import Path
from speckit.pointer import ABSENT

LONG_SECONDS = 0.3
"""A shorter gap between two requests is no part of what happened."""
_MOST_LEAVES = 500
"""How much of an answer is looked through for an id."""
_READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Line:
    """What is pasted for one request: a command that lets time pass, or nothing, and the request."""

    wait: str
    curl: str


@dataclass(frozen=True, slots=True)
class _Taken:
    """A value that an answer gives and later requests need.

    Attributes:
        name: The variable for it.
        params: The path parameters that hold it later.
        code: Python that prints it, given the answer.
    """

    name: str
    value: str
    params: Iterable[str]
    code: str

    @property
    def known(self) -> Known:
        """What a shell knows that has it."""
        params = [*self.params, *([""] if is_plain(self.value) else [])]
        return {(param, self.value): self.name for param in params}


def lines(exchanges: Sequence[Exchange], hiding: Hiding, ways: Ways) -> list[Line]:
    """Return what is pasted for each of `exchanges`; together they do again what was done.

    The id of what a request makes is a variable (`$JOB_1`) that the shell takes
    from the answer, and so is an ETag that a later request names. Requests that
    raced are sent in the background.
    """
    paste = _Paste(hiding, ways)
    return [paste.line(exchanges, position) for position in range(len(exchanges))]


def distinct(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Return `exchanges` without what was read again, and the same, before anything was done."""
    kept: list[Exchange] = []
    seen: list[tuple[Any, ...]] = []
    for exchange in reversed(exchanges):
        is_reading = exchange.call.operation.method in _READING and not exchange.race
        same = (_asked(exchange), exchange.status, exchange.content)
        if is_reading and same in seen:
            continue
        seen = [*seen, same] if is_reading else []
        kept.append(exchange)
    return kept[::-1]


def _asked(exchange: Exchange) -> tuple[Any, ...]:
    call = exchange.call
    headers = tuple(sorted(call.headers.items()))
    return call.operation.method, exchange.url, call.principal, headers, call.content


class _Paste:
    """Lines as they are being made, and what the shell knows by then."""

    def __init__(self, hiding: Hiding, ways: Ways) -> None:
        self._hiding, self._ways = hiding, ways
        self._known: Known = {}
        self._counts: Counter[str] = Counter()

    def line(self, exchanges: Sequence[Exchange], position: int) -> Line:
        """Return the line of the exchange at `position`; they are asked for in their order."""
        exchange, later = exchanges[position], exchanges[position + 1 :]
        command = curl(exchange, self._hiding, self._known)
        wait = self._wait(exchanges[position - 1], exchange) if position else ""
        if exchange.race:
            is_last = not later or later[0].race != exchange.race
            return Line(wait, f"{command} &{' wait' if is_last else ''}")
        taken = [] if CUT in command else list(self._taken(exchange, later))
        for each in taken:
            self._known |= each.known
        return Line(wait, _capturing(command, taken))

    def _wait(self, before: Exchange, after: Exchange) -> str:
        """Return the command that lets as much time pass as passed between the two."""
        gap = after.before.slow - before.after.slow
        if gap < LONG_SECONDS or (after.race and after.race == before.race):
            return ""
        if not self._ways.clock_url:
            return f"sleep {math.ceil(gap * 10 - 0.01) / 10:g}"
        body = shlex.quote(json.dumps({"advance": f"PT{round(gap, 3):.12g}S"}))
        door = quoted(self._hiding.pieces(self._ways.clock_url))
        return f"curl -s -X POST --data-raw {body} -H 'Content-Type: application/json' {door}"

    def _taken(self, exchange: Exchange, later: Sequence[Exchange]) -> Iterator[_Taken]:
        """Yield what of the answer to `exchange` later requests need."""
        if exchange.is_success and exchange.call.operation.method not in _READING:
            yield from self._id(exchange, later)
        tag = exchange.headers.get("etag", "")
        if tag and ("", tag) not in self._known and any(tag in _sent(each) for each in later):
            yield _Taken(self._name("ETAG"), tag, (), _header("etag", r"(.*\S)"))

    def _id(self, exchange: Exchange, later: Sequence[Exchange]) -> Iterator[_Taken]:
        key = self._ways.keys.get(exchange.call.operation.id)
        named = _named(later) - _named([exchange]) - self._known.keys()
        name = _spelt(key.resource) if key else "ID"
        for value, code in _told(exchange, key):
            if params := sorted(param for param, text in named if text == value):
                yield _Taken(self._name(name), value, params, code)
                return

    def _name(self, kind: str) -> str:
        """Return a variable of its own."""
        while True:
            self._counts[kind] += 1
            name = f"{kind}_{self._counts[kind]}"
            if name not in self._hiding.names:
                return name


def _named(exchanges: Iterable[Exchange]) -> set[tuple[str, str]]:
    """Return what the paths of requests name: parameters and their values."""
    return {(param, text(value)) for each in exchanges for param, value in each.call.path.items()}


def _told(exchange: Exchange, key: Key | None) -> Iterator[tuple[str, str]]:
    """Yield what in an answer may be an id, with Python that prints it."""
    for where in key.places if key else [where for where, _ in _leaves(exchange.answer)]:
        value = pointer.read(exchange.answer, where)
        if isinstance(value, str | int):
            yield text(value), _member(exchange.answer, where, text(value))
    last = urlsplit(exchange.headers.get("location", "")).path.rstrip("/").rpartition("/")[2]
    yield unquote(last), _header("location", r"\S*/([^/?#\s]+)\S*")


def _capturing(command: str, taken: Sequence[_Taken]) -> str:
    """Return `command` so that it shows its answer and sets the variables."""
    if not taken:
        return command
    shown = f"{command} | tee /dev/stderr"
    if len(taken) == 1:
        return f"{taken[0].name}=$({shown} | python3 -c {shlex.quote(taken[0].code)})"
    told = 'printf "%s\\n" "$ANSWER"'
    sets = [f"{each.name}=$({told} | python3 -c {shlex.quote(each.code)})" for each in taken]
    return "; ".join([f"ANSWER=$({shown})", *sets])


def _member(answer: Any, where: Path, value: str) -> str:
    """Return Python that prints a member of the body that comes after the headers."""
    keys = ""
    for key in where:
        keys += f"[{int(key) if isinstance(answer, list) else _literal(key)}]"
        answer = pointer.read(answer, (key,))
    read = f'json.loads(re.split(r"\\r?\\n\\r?\\n", sys.stdin.read(), maxsplit=1)[1]){keys}'
    if quote(value, safe="") == value:
        return f"import json, re, sys; print({read})"
    return f'import json, re, sys, urllib.parse; print(urllib.parse.quote(str({read}), safe=""))'


def _literal(key: str) -> str:
    return json.dumps(key) if key.isascii() else ascii(key)


def _header(name: str, form: str) -> str:
    """Return Python that prints what a header holds."""
    return f'import re, sys; print(re.search(r"(?im)^{name}: *{form}\\s*$", sys.stdin.read())[1])'


def _sent(exchange: Exchange) -> str:
    """Return the headers of a request that name tags."""
    call = exchange.call
    return " ".join(value for name, value in call.headers.items() if name.lower().startswith("if-"))


def _spelt(resource: str) -> str:
    """Return the name of a resource as variables are spelt.

    >>> _spelt("HTTPJob")
    'HTTP_JOB'
    """
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+", "_", resource)
    return apart.strip("_").upper() or "ID"


def _leaves(value: Any) -> Iterable[tuple[Path, Any]]:
    """Return what stands by itself in an answer, the nearest to the top first."""
    found: list[tuple[Path, Any]] = [((), value)] if value is not ABSENT else []
    for where, part in found:
        if len(found) > _MOST_LEAVES:
            break
        if isinstance(part, dict):
            found += [((*where, key), each) for key, each in part.items()]
        elif isinstance(part, list):
            found += [((*where, str(number)), each) for number, each in enumerate(part)]
    return [each for each in found if isinstance(each[1], str | int) and not isinstance(each[1], bool)]

"""A series of calls on each document, in which everything happens that a fault may change."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from string import Template
from typing import Any

from starlette.types import ASGIApp

from tests.contracts.broken.documents import PRINCIPALS
from tests.contracts.broken.wire import HERE, Answer, Asked, Server

LINE = re.compile(
    r"(?P<who>\S+) (?P<method>[A-Z]+) (?P<target>\S+)(?P<headers>(?: \[[^\]]+\])*)"
    r"(?: (?P<body>(?!> ).+?))?(?: > (?P<kept>\S+))?"
)
CLOCK = "/_understudy/clock"


@dataclass(frozen=True)
class Step:
    """One line of a series: `alice POST /jobs [Name: value] {"a": 1} > id=/data/id`.

    Attributes:
        who: A principal's name, `-` for nobody, or the value of a header Authorization with `_` for blanks.
        kept: What is kept of the answer for later lines, `name=/pointer` or `name=Header`.
    """

    who: str
    method: str
    target: str
    headers: str = ""
    body: str | None = None
    kept: str | None = None


@dataclass(frozen=True)
class Told:
    """What came back for one line; `answer` None where the connection was lost."""

    line: str
    answer: Answer | None

    def __str__(self) -> str:
        if self.answer is None:
            return f"{self.line}\n    lost"
        return f"{self.line}\n    {self.answer.status} {self.answer.headers} {self.answer.content[:1500]!r}"


def lines(document: str) -> list[str]:
    """The lines of the series for a document."""
    text = (Path(__file__).parent / "calls" / f"{document}.txt").read_text()
    return [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")]


def run(app: ASGIApp, document: str) -> list[Told]:
    """Return all that `app` answers to the series for a document."""
    return replay(app, lines(document))


def replay(app: ASGIApp, script: list[str]) -> list[Told]:
    """Return all that `app` answers to the lines of `script`."""
    return asyncio.run(_Run(Server(app)).all(script))


class _Run:
    def __init__(self, server: Server) -> None:
        self._server = server
        self._names = {"long": "x" * 300}

    async def all(self, script: list[str]) -> list[Told]:
        told: list[Told] = []
        for is_race, group in groupby(script, key=lambda line: line.startswith("& ")):
            todo = [line.removeprefix("& ") for line in group]
            if is_race:
                told += await asyncio.gather(*map(self._one, todo))
            else:
                told += [await self._one(line) for line in todo]
        return told

    async def _one(self, line: str) -> Told:
        """Make one call; `+PT1S` moves the clock, and `12x ` before a line repeats it with $n counting."""
        if line.startswith("+"):
            line = f'- POST {CLOCK} {{"advance": "{line[1:]}"}}'
        if again := re.match(r"(\d+)x ", line):
            told = [await self._numbered(n, line[again.end() :]) for n in range(int(again[1]))]
            return told[-1]
        found = LINE.fullmatch(Template(line).safe_substitute(self._names))
        assert found, line
        step = Step(**found.groupdict())
        try:
            answer = await self._server.ask(_asked(step))
        except ConnectionError:
            return Told(line, None)
        for name, value in _kept(step, answer):
            self._names[name] = value
        return Told(line, answer)

    async def _numbered(self, number: int, line: str) -> Told:
        self._names["n"] = str(number)
        return await self._one(line)


def _asked(step: Step) -> Asked:
    path, _, query = step.target.partition("?")
    content = (step.body or "").encode()
    headers = {"host": "localhost", **_credential(step.who)}
    if step.body is not None:
        headers |= {"content-type": "application/json", "content-length": str(len(content))}
    for header in re.findall(r"\[([^\]]+)\]", step.headers):
        name, _, value = header.partition(": ")
        headers[name.lower()] = value
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {
        **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http"},
        **{"root_path": "", "client": HERE, "server": ("localhost", 80)},
        **{"method": step.method, "query_string": query.encode(), "headers": raw},
    }
    return Asked({**scope, "path": path}, content).at(path)


def _credential(who: str) -> dict[str, str]:
    if who == "-":
        return {}
    return PRINCIPALS.get(who) or {"Authorization": who.replace("_", " ")}


def _kept(step: Step, answer: Answer) -> Iterator[tuple[str, str]]:
    for each in (step.kept or "").split(",") if step.kept else ():
        name, _, where = each.partition("=")
        if not where.startswith("/"):
            yield name, answer.header(where)
            continue
        value = answer.json
        for part in where.split("/")[1:]:
            value = _part(value, part)
        yield name, str(value)


def _part(value: Any, name: str) -> Any:
    """A member, or an item counted from either end; None where there is none."""
    if isinstance(value, list):
        return value[int(name)] if value else None
    return value.get(name) if isinstance(value, dict) else None

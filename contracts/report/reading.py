"""A JSON report, read back so that its findings can be seen again."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from json import JSONDecodeError
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from contracts.exchange import Call, Exchange, Moment
from contracts.finding import Subject
from contracts.recorded import Verbatim
from speckit.faults import DocumentFaults, Fault, Place, Pointer
from speckit.misfit import exact
from speckit.operation import Operation
from speckit.pointer import ABSENT
from speckit.source import text_of

_SCHEMA = Path(__file__).parent / "report.schema.json"
_HINT = "Make one with: understudy verify URL --json FILE."


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """An exchange, its operation known by name.

    Attributes:
        number: Its place in its run.
        meant: The call without its operation and body, by the names of `Call`.
        target: Path and query as they were sent.
        body: A JSON value, form fields or bytes; ABSENT where there was none.
        content: The body as it was sent.
        sent: When, from the first exchange of its finding on.
        status: How it was answered.
    """

    number: int
    operation: str
    meant: Mapping[str, Any]
    target: str
    body: Any
    content: bytes
    url: str
    sent: Moment
    answered: Moment
    status: int
    headers: Mapping[str, str]
    answer: bytes
    race: int = 0

    @property
    def principal(self) -> str:
        """Who asked; empty for nobody."""
        name: str = self.meant["principal"]
        return name

    def call(self, operations: Mapping[str, Operation]) -> Call:
        """Return the call, to be made again byte by byte.

        Raises:
            KeyError: `operations` has none of that name.
        """
        operation = operations[self.operation]
        plain = Call(operation, body=self.body, **self.meant)
        if (plain.target, plain.content) == (self.target, self.content):
            return plain
        return Verbatim(
            operation, body=self.body, **self.meant, sent_target=self.target, sent_content=self.content
        )

    def exchange(self, operations: Mapping[str, Operation]) -> Exchange:
        """Return it as it was.

        Raises:
            KeyError: `operations` has none of its operation's name.
        """
        call = self.call(operations)
        return Exchange(
            self.number,
            call,
            self.url,
            self.sent,
            self.answered,
            self.status,
            self.headers,
            self.answer,
            race=self.race,
        )


@dataclass(frozen=True, slots=True)
class RecordedFinding:
    """A finding of an earlier run, with the exchanges that showed it.

    Attributes:
        is_confirmed: Whether it showed again when that run repeated it.
    """

    law: str
    subject: Subject
    promise: str
    place: str
    happened: str
    exchanges: tuple[RecordedExchange, ...]
    is_confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """What of an earlier run can be done again; `options` are those of the judgement."""

    url: str
    document: str
    seed: int
    options: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[RecordedFinding, ...] = ()


def read(file: Path) -> Record:
    """Return the run that the JSON report `file` tells of.

    Raises:
        DocumentFaults: it cannot be read, or is no such report.
    """
    try:
        data = orjson.loads(text_of(file))
    except JSONDecodeError as problem:
        why = f"This is not JSON: {problem.msg}."
        raise DocumentFaults([_fault(file, (), why, problem.lineno)]) from None
    _check(file, data)
    findings = tuple(map(_finding, data["findings"]))
    return Record(data["url"], data["document"], data["seed"], data["options"], findings)


def _check(file: Path, data: Any) -> None:
    if not isinstance(data, dict) or "version" not in data:
        raise DocumentFaults([_fault(file, (), "This is no report of understudy verify.")])
    errors = list(_validator().iter_errors(data))
    if errors:
        faults = [_fault(file, exact(data, each.instance_path), f"{each.message}.") for each in errors]
        raise DocumentFaults(faults)


@cache
def _validator() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(orjson.loads(_SCHEMA.read_bytes()), offline=True)


def _fault(file: Path, path: Pointer, message: str, line: int | None = None) -> Fault:
    return Fault(path, message, _HINT, Place(str(file), line))


def _finding(data: Mapping[str, Any]) -> RecordedFinding:
    return RecordedFinding(
        law=data["law"],
        subject=Subject(data["resource"], data["operation"]),
        promise=data["promise"],
        place=data["place"],
        happened=data["happened"],
        exchanges=tuple(map(_exchange, data["exchanges"])),
        is_confirmed=data["confirmed"],
    )


def _exchange(data: Mapping[str, Any]) -> RecordedExchange:
    call, request, answer = data["call"], data["request"], data["answer"]
    same = ("path", "query", "headers", "principal", "content_type", "aim", "about")
    return RecordedExchange(
        number=data["number"],
        operation=call["operation"],
        meant={name: call[name] for name in same} | {"is_sure": call["sure"]},
        target=call["target"],
        body=call["value"] if "value" in call else _content(call, ABSENT),
        content=_content(request, b""),
        url=request["url"],
        sent=_moment(data["sent"]),
        answered=_moment(data["answered"]),
        status=answer["status"],
        headers=answer["headers"],
        answer=_content(answer, b""),
        race=data["race"],
    )


def _moment(data: Mapping[str, float]) -> Moment:
    return Moment(data["least"], data["most"])


def _content(data: Mapping[str, Any], otherwise: Any) -> Any:
    if "text" in data:
        return data["text"].encode()
    return base64.b64decode(data["base64"]) if "base64" in data else otherwise

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

from contracts.exchange import Call
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
class RecordedCall:
    """A call, its operation known by name.

    Attributes:
        sent_seconds: When it was sent, from the first call of its finding on.
        target: Path and query as they were sent.
        body: A JSON value, form fields or bytes; ABSENT where there was none.
        content: The body as it was sent.
    """

    operation: str
    principal: str
    target: str
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    body: Any
    content: bytes
    content_type: str
    is_sure: bool
    sent_seconds: float

    def call(self, operations: Mapping[str, Operation]) -> Call:
        """Return the call, to be made again byte by byte.

        Raises:
            KeyError: `operations` has none of that name.
        """
        values: dict[str, Any] = {
            "operation": operations[self.operation],
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "body": self.body,
            "principal": self.principal,
            "content_type": self.content_type,
            "is_sure": self.is_sure,
        }
        plain = Call(**values)
        if (plain.target, plain.content) == (self.target, self.content):
            return plain
        return Verbatim(**values, sent_target=self.target, sent_content=self.content)


@dataclass(frozen=True, slots=True)
class RecordedFinding:
    """A finding of an earlier run, with what was asked for it."""

    law: str
    subject: Subject
    promise: str
    place: str
    happened: str
    calls: tuple[RecordedCall, ...]


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
        calls=tuple(map(_call, data["exchanges"])),
    )


def _call(exchange: Mapping[str, Any]) -> RecordedCall:
    data = exchange["call"]
    return RecordedCall(
        operation=data["operation"],
        principal=data["principal"],
        target=data["target"],
        path=data["path"],
        query=data["query"],
        headers=data["headers"],
        body=data["value"] if "value" in data else _content(data, ABSENT),
        content=_content(exchange["request"], b""),
        content_type=data["content_type"],
        is_sure=data["sure"],
        sent_seconds=exchange["sent"]["least"],
    )


def _content(data: Mapping[str, Any], otherwise: Any) -> Any:
    if "text" in data:
        return data["text"].encode()
    return base64.b64decode(data["base64"]) if "base64" in data else otherwise

"""Refusals in the shape that an operation documents for its errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import reduce
from operator import getitem
from typing import Any

import jsonschema_rs

from mockserver.answers import PROBLEM, Reply
from mockserver.evaluation import Frame
from mockserver.samples.answering import Documented, Prepared
from mockserver.samples.paring import pared
from speckit.conventions import KINDS
from speckit.scalars import PLAIN

TEXTS = ("message", "detail", "title", "error", "description", "reason", "msg")
"""Where people look for what went wrong; the first of them that is there is told it."""
_STATUSES = ("status", "statusCode", "status_code", "code")
_DEEPEST = 3

_BAD_INPUT = frozenset(
    {"malformedBody", "invalidBody", "invalidParameter", "malformedId", "unsupportedMediaType"}
)
_NOT_FOR_INPUT = frozenset({401, 403, 407, 408, 425, 429})
"""Statuses that say something else than that a request is wrong."""
_FITTING: Mapping[str, tuple[int, ...]] = {
    "malformedBody": (400, 422),
    "invalidBody": (400, 422),
    "invalidParameter": (400, 422),
    "malformedId": (400, 422),
}
"""Which documented statuses stand for a kind of error, the best first, where it is not just its usual one."""
_ELSE: Mapping[str, tuple[int, ...]] = {
    "unsupportedMediaType": (400, 422),
    "refused": (422, 400),
    "conflict": (422, 400),
    "idempotencyMismatch": (409, 400),
    "preconditionRequired": (412, 400),
    "payloadTooLarge": (400,),
    "overloaded": (429,),
}
"""And which do where neither those are documented, nor a range or the default."""


class Refusals:
    """The error answers of one operation, as far as it documents them."""

    def __init__(self, documented: Documented) -> None:
        self._documented = documented
        self._codes = documented.operation.responses.keys()
        self._prepared: dict[tuple[int, str], _Refusal] = {}

    def __call__(self, kind: str, frame: Frame) -> Reply | None:
        """Return the answer to an error of `kind`, told by the frame; None where the document has none."""
        status = self._status(kind)
        if status is None:
            return None
        key = (status, frame.request.headers.get("accept", ""))
        if key not in self._prepared:
            self._prepared[key] = self._prepare(*key)
        return self._prepared[key](frame)

    def _status(self, kind: str) -> int | None:
        usual = KINDS[kind][0]
        for status in _FITTING.get(kind, (usual,)):
            if str(status) in self._codes:
                return status
        if f"{usual // 100}XX" in self._codes or "default" in self._codes:
            return usual
        others = [status for status in _ELSE.get(kind, ()) if str(status) in self._codes]
        if kind in _BAD_INPUT:
            declared = sorted(int(code) for code in self._codes if code.isdigit() and code.startswith("4"))
            others += [status for status in declared if status not in _NOT_FOR_INPUT]
        return others[0] if others else None

    def _prepare(self, status: int, accept: str) -> _Refusal:
        documented = self._documented
        liked = accept if documented.accepts(status, accept) else ""
        # Between equals, the media type that is for telling what is wrong.
        wanted = PROBLEM if documented.offers(status, PROBLEM) and liked in ("", "*/*") else liked
        return _Refusal(documented, documented.prepared(status, wanted))


class _Refusal:
    """One error answer, with the place where it tells what went wrong."""

    def __init__(self, documented: Documented, prepared: Prepared) -> None:
        self._documented = documented
        self._prepared = prepared
        self._validator: jsonschema_rs.Validator | None = None
        if prepared.offer is not None and not isinstance(prepared.value, bytes):
            schema = prepared.offer.media.get("schema", {})
            self._validator = documented.maker.validator(schema, f"An error of {documented.operation.id}")
        plain = _plain(prepared.value) if prepared.is_made else ()
        self._slot = next(iter([*_slots(prepared.value, TEXTS, str), *plain]), None)
        self._prepared = self._pared()

    def _pared(self) -> Prepared:
        """Return the answer without what is only made up and need not be there, where it is made up."""
        prepared, maker = self._prepared, self._documented.maker
        offer = prepared.offer
        if offer is None or not isinstance(prepared.value, Mapping) or maker.is_shown(offer):
            return prepared
        kept = [*_slots(prepared.value, _STATUSES, int), *([self._slot] if self._slot else [])]
        value = pared(self._documented.data, offer.media.get("schema", {}), prepared.value, kept)
        if not self._fits(value):
            return prepared
        content, kind = self._documented.written(offer, value)
        return replace(prepared, value=value, content=content, content_type=kind)

    def __call__(self, frame: Frame) -> Reply:
        """Return the answer that tells the frame's error."""
        prepared = self._prepared
        if prepared.offer is None:
            problem = _problem(frame.error, prepared.status)
            body, kind = self._documented.told(problem, prepared.content_type)
            return Reply(prepared.status, body, prepared.headings(frame.request), kind)
        reply = prepared.reply(frame.request)
        value = self._telling(frame.error)
        if value is not None:
            reply.body, reply.content_type = self._documented.written(prepared.offer, value)
        return reply

    def _telling(self, error: Mapping[str, Any]) -> Any:
        """Return the body that tells `error`; None where none that tells it fits the schema."""
        return next((each for each in self._tellings(error) if self._fits(each)), None)

    def _tellings(self, error: Mapping[str, Any]) -> Iterator[Any]:
        prepared = self._prepared
        if prepared.offer is not None and (prepared.offer.kind == PROBLEM or prepared.value == {}):
            yield _problem(error, prepared.status)
        if self._slot is not None:
            told = _put(prepared.value, self._slot, error["detail"])
            if prepared.is_made:
                numbers = _slots(told, _STATUSES, int)
                yield reduce(lambda value, slot: _put(value, slot, prepared.status), list(numbers), told)
            yield told
        elif prepared.is_made and isinstance(prepared.value, str):
            yield error["detail"]

    def _fits(self, value: Any) -> bool:
        return self._validator is None or self._validator.is_valid(value)


def _problem(error: Mapping[str, Any], status: int) -> dict[str, Any]:
    """Return `error` as a problem (RFC 9457): the body where the document tells only the status."""
    return {"type": "about:blank", "title": error["title"], "status": status, "detail": error["detail"]}


def _slots(value: Any, names: tuple[str, ...], kind: type) -> Iterator[tuple[str | int, ...]]:
    """Yield where in `value` something of `kind` has one of `names`, what is nearest to the top first."""
    level: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    for _ in range(_DEEPEST):
        for path, node in level:
            if isinstance(node, Mapping):
                yield from ((*path, name) for name in names if type(node.get(name)) is kind)
        level = [((*path, key), part) for path, node in level for key, part in _inside(node)]


def _plain(value: Any) -> list[tuple[str | int, ...]]:
    """Return where a made-up object has texts of no particular form."""
    return [(name,) for name, part in value.items() if part == PLAIN] if isinstance(value, Mapping) else []


def _inside(node: Any) -> list[tuple[str | int, Any]]:
    if isinstance(node, Mapping):
        return list(node.items())
    return [(0, node[0])] if isinstance(node, list) and node else []


def _put(value: Any, path: tuple[str | int, ...], told: Any) -> Any:
    """Return `value` with `told` at `path`."""
    value = deepcopy(value)
    reduce(getitem, path[:-1], value)[path[-1]] = told
    return value

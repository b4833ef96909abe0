"""Refusals in the shape that an operation documents for its errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import jsonschema_rs

from mockserver.answers import PROBLEM, Reply
from mockserver.evaluation import Frame
from mockserver.samples.answering import Documented, Prepared
from mockserver.samples.borrowing import borrowing
from mockserver.samples.memory import Memory
from mockserver.samples.paring import pared
from speckit.operation import Operation
from speckit.refusal import refusal_status
from speckit.scalars import PLAIN
from speckit.wording import Place, inside, put

TEXTS = ("message", "detail", "title", "error", "error_description", "description", "reason", "msg")
"""Where people look for what went wrong; the first of them that is there is told it."""
_DEEPEST = 3


class Refusals:
    """The error answers of one operation, as far as it documents them.

    Args:
        documented: The operation.
        others: All operations of the document: where it has no word for an error, theirs is taken.
    """

    def __init__(self, documented: Documented, others: Iterable[Operation] = ()) -> None:
        self._documented = documented
        self._others = others
        self._lent: dict[int, Refusals | None] = {}
        self._codes = documented.operation.responses.keys()
        self._prepared: Memory[tuple[int, str, str], _Refusal] = Memory()

    def __call__(self, kind: str, frame: Frame) -> Reply | None:
        """Return the answer to an error of `kind`, told by the frame; None where the document has none."""
        status = refusal_status(self._codes, kind)
        if status is None:
            return None
        return self._told(status, kind, frame)

    def at(self, status: int, frame: Frame) -> Reply | None:
        """Return the answer with `status`, told by the frame, in the shape of another if it must be.

        None where the document tells of no error at all.
        """
        if self._documented.operation.response(status) is not None:
            return self._told(status, "", frame)
        if status not in self._lent:
            found = borrowing(self._documented.operation, self._others, status)
            self._lent[status] = Refusals(self._documented.like(found)) if found else None
        lent = self._lent[status]
        return lent.at(status, frame) if lent else None

    def _told(self, status: int, kind: str, frame: Frame) -> Reply:
        key = (status, frame.request.headers.get("accept", ""), kind)
        if key not in self._prepared:
            self._prepared[key] = self._prepare(*key)
        return self._prepared[key](frame)

    def _prepare(self, status: int, accept: str, kind: str) -> _Refusal:
        documented = self._documented
        liked = accept if documented.accepts(status, accept) else ""
        # Between equals, the media type that is for telling what is wrong.
        wanted = PROBLEM if documented.offers(status, PROBLEM) and liked in ("", "*/*") else liked
        return _Refusal(documented, documented.prepared(status, wanted, kind=kind), kind)


class _Refusal:
    """One error answer, with the place where it tells what went wrong."""

    def __init__(self, documented: Documented, prepared: Prepared, kind: str) -> None:
        self._documented = documented
        self._prepared = prepared
        self._validator: jsonschema_rs.Validator | None = None
        if prepared.offer is not None and not isinstance(prepared.value, bytes):
            schema = prepared.offer.media.get("schema", {})
            self._validator = documented.maker.validator(schema, f"An error of {documented.operation.id}")
        self._slot = self._telling_place(kind)
        self._prepared = self._pared(kind)

    def _telling_place(self, kind: str) -> Place | None:
        """Return where there is a text for people: rather one that does not tell the status already."""
        prepared = self._prepared
        plain = _plain(prepared.value) if prepared.is_made else ()
        slots = [*_slots(prepared.value), *plain]
        if prepared.offer is None or not slots:
            return None
        wording = self._documented.wording(prepared.offer)
        said = wording.said(prepared.value, prepared.status, kind)
        free = [each for each in slots if not (each in said and wording.is_word(each))]
        return next((each for each in free if each not in said), next(iter(free), None))

    def _pared(self, error: str) -> Prepared:
        """Return the answer without what is only made up and need not be there, where it is made up."""
        prepared, maker = self._prepared, self._documented.maker
        offer = prepared.offer
        if offer is None or not isinstance(prepared.value, Mapping) or maker.is_shown(offer):
            return prepared
        said = self._documented.wording(offer).said(prepared.value, prepared.status, error)
        kept = [*said, *([self._slot] if self._slot else [])]
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
            yield put(prepared.value, self._slot, error["detail"])
        elif prepared.is_made and isinstance(prepared.value, str):
            yield error["detail"]

    def _fits(self, value: Any) -> bool:
        return self._validator is None or self._validator.is_valid(value)


def _problem(error: Mapping[str, Any], status: int) -> dict[str, Any]:
    """Return `error` as a problem (RFC 9457): the body where the document tells only the status."""
    return {"type": "about:blank", "title": error["title"], "status": status, "detail": error["detail"]}


def _slots(value: Any) -> Iterator[Place]:
    """Yield where in `value` a text has a name of one that tells, what is nearest to the top first."""
    level: list[tuple[Place, Any]] = [((), value)]
    for _ in range(_DEEPEST):
        for path, node in level:
            if isinstance(node, Mapping):
                yield from ((*path, name) for name in TEXTS if type(node.get(name)) is str)
        level = [((*path, key), part) for path, node in level for key, part in inside(node)]


def _plain(value: Any) -> list[Place]:
    """Return where a made-up object has texts of no particular form."""
    return [(name,) for name, part in value.items() if part == PLAIN] if isinstance(value, Mapping) else []

"""Answers: what the document spells out, computed; and errors in each API's own shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from mockserver import evaluation
from mockserver.evaluation import Compute, Frame
from speckit.conventions import KINDS, Conventions
from speckit.lifecycle import Answer, Lifecycle, Rule
from speckit.pointer import ABSENT
from speckit.statuses import phrase

JSON = "application/json"
PROBLEM = "application/problem+json"
BODILESS = frozenset({204, 205, 304})
"""The statuses of answers without a body (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5)."""
FRAMING = frozenset({"connection", "content-length", "date", "transfer-encoding"})
"""Headers that only the server can know: where a message ends, and when it was sent."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
NEGOTIATED = ("Vary", "Accept")
"""The header of an answer that has another media type for another client (RFC 9110, section 12.5.5)."""


class Reply:
    """What goes back: a status, headers, and a body that is a JSON value, text or ABSENT."""

    __slots__ = ("body", "content_type", "headers", "status")

    def __init__(
        self,
        status: int,
        body: Any = ABSENT,
        headers: tuple[tuple[str, str], ...] = (),
        content_type: str = JSON,
    ) -> None:
        self.status = status
        self.body = body
        self.headers = headers
        self.content_type = content_type


def is_header(name: str) -> bool:
    """Return whether an answer may have a header called so (RFC 9110, section 5.1)."""
    return _TOKEN.fullmatch(name) is not None and name.lower() not in FRAMING


class Declared(Protocol):
    """The error answers that an operation documents, each told by a frame."""

    def __call__(self, kind: str, frame: Frame) -> Reply | None:
        """Return the answer to an error of `kind`; None where there is none."""

    def at(self, status: int, frame: Frame) -> Reply | None:
        """Return the answer with `status`; None where there is none."""


class Refused(Exception):
    """The request is answered with an error, and nothing has changed.

    Args:
        kind: One of the kinds of error in `speckit.conventions.KINDS`.
        detail: What was asked, what stands in the way, what would work.
        answer: The answer the document has for just this case, if any.
        frame: Where that answer looks things up.
        status: The status of the error where the case has no more than that of its own, else 0.
    """

    def __init__(
        self,
        kind: str,
        detail: str,
        answer: Answer | None = None,
        frame: Frame | None = None,
        status: int = 0,
    ) -> None:
        self.kind, self.detail, self.answer, self.frame = kind, detail, answer, frame
        self.status = status
        super().__init__(detail)

    def anew(self) -> Refused:
        """Return the same refusal, raised nowhere yet.

        Whoever collects refusals stands in the tracebacks of those they caught: a circle in memory, one for
        each request that does not fit, which only a search would find.
        """
        return Refused(self.kind, self.detail, self.answer, self.frame, self.status)


class Responder:
    """One answer of the document, compiled."""

    def __init__(self, answer: Answer, status: int, form: str) -> None:
        self.status = answer.status or status
        self._body = evaluation.compiled(answer.body, form) if answer.body is not None else None
        self._headers = [(name, evaluation.compiled(value, form)) for name, value in answer.headers]
        self._content_type = answer.content_type or JSON

    def __call__(self, frame: Frame) -> Reply:
        """Return the reply computed in `frame`."""
        body = ABSENT if self._body is None else self._body(frame)
        headers = _headers(self._headers, frame) if self._headers else ()
        return Reply(self.status, body, headers, self._content_type)


def _headers(headers: list[tuple[str, Compute]], frame: Frame) -> tuple[tuple[str, str], ...]:
    computed = ((name, compute(frame)) for name, compute in headers)
    return tuple((name, evaluation.shown(value)) for name, value in computed if value is not ABSENT)


class Catalogue:
    """Every error answer of one operation: its own, its resource's, its API's, its documented one, a problem.

    Args:
        declared: Has the answers that the document spells out for the operation, where it has no
            convention of its own for them.
    """

    def __init__(
        self,
        conventions: Conventions,
        lifecycle: Lifecycle | None = None,
        rule: Rule | None = None,
        declared: Declared | None = None,
    ) -> None:
        self._conventions = conventions
        self._declared = declared
        self._form = lifecycle.timestamps.format if lifecycle else "date-time"
        levels: list[Mapping[str, Answer]] = [conventions.answers]
        if lifecycle:
            levels.append(lifecycle.answers)
        if rule:
            levels.append(rule.answers)
        self._answers = {kind: answer for level in levels for kind, answer in level.items()}
        self._responders: dict[tuple[str, int], tuple[Answer | None, Responder]] = {}

    def reply(self, refused: Refused, frame: Frame) -> Reply:
        """Return the reply for `refused`, computed in its own frame or else in `frame`."""
        frame = refused.frame or frame
        if refused.status:
            return self.failing(refused.status, refused.detail, frame)
        responder = self._responder(refused.kind, refused.answer)
        frame.error = {
            "detail": refused.detail,
            "title": KINDS[refused.kind][1],
            "status": responder.status,
            "kind": refused.kind,
        }
        if self._declared and isinstance(responder, Problem):
            return self._declared(refused.kind, frame) or responder(frame)
        return responder(frame)

    def failing(self, status: int, detail: str, frame: Frame) -> Reply:
        """Return the error with `status`, whatever has brought it about.

        It is what the API has for a kind of error with this status, its errors' usual shape, what the
        operation documents for the status, or a problem.
        """
        kind, answer = self._with(status)
        frame.error = {"detail": detail, "title": phrase(status), "status": status, "kind": kind}
        if answer is not None:
            return Responder(replace(answer, status=status), status, self._form)(frame)
        documented = self._declared.at(status, frame) if self._declared else None
        return documented or Problem(status)(frame)

    def _with(self, status: int) -> tuple[str, Answer | None]:
        """Return a kind of error with `status`, if there is one, and the API's own answer to it, if any."""
        for kind in KINDS:
            answer, meant = self._resolve(kind, None)
            if status == ((answer and answer.status) or KINDS[meant][0]):
                return kind, answer
        return "internal", self._conventions.error

    def _responder(self, kind: str, answer: Answer | None) -> Responder:
        key = (kind, id(answer))
        if key not in self._responders:
            # The answer is kept beside its responder, so that its id stays its own.
            self._responders[key] = (answer, self._compile(kind, answer))
        return self._responders[key][1]

    def _compile(self, kind: str, answer: Answer | None) -> Responder:
        found, kind = self._resolve(kind, answer)
        status = KINDS[kind][0]
        if found is None:
            return Problem(status)
        return Responder(found, status, self._form)

    def _resolve(self, kind: str, answer: Answer | None) -> tuple[Answer | None, str]:
        """Return the answer the document has (given, the operation's, or the API's usual), and its kind."""
        found = answer or self._answers.get(kind) or self._conventions.error
        if found is not None and found.kind:
            return self._answers.get(found.kind) or self._conventions.error, found.kind
        return found, kind


class Problem(Responder):
    """The answer where the document is silent: a problem (RFC 9457)."""

    def __init__(self, status: int) -> None:
        super().__init__(Answer(), status, "date-time")

    def __call__(self, frame: Frame) -> Reply:
        """Return the problem that the frame's error describes."""
        error = frame.error
        body = {"type": "about:blank", **{key: error[key] for key in ("title", "status", "detail")}}
        return Reply(self.status, body, (), PROBLEM)

"""Takes a request in: its parameters and its body, read and held to the document."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mockserver.answers import Refused
from mockserver.bodies import BodyReader
from mockserver.evaluation import Request
from mockserver.parameters import Parameters
from mockserver.problems import together

_TYPE, _ENCODING = b"content-type", b"content-encoding"


class Intake:
    """Reads the requests of one operation; `body` is None where it has none."""

    def __init__(self, parameters: Parameters, body: BodyReader | None) -> None:
        self._parameters = parameters
        self._read_body = body.read if body is not None else None
        self._reads_path = parameters.reads_path
        self._checks_headers = parameters.checks_headers
        self.has_body = body is not None
        """Whether a request body is read."""

    def read(self, request: Request, query: bytes, content: bytes) -> None:
        """Put the values of a request in the place of its texts.

        Raises:
            Refused: something does not fit; all of it is told, with the kind of the first.
        """
        texts = request.path
        try:
            if self._reads_path:
                request.path = self._parameters.path(texts)
            request.query = self._parameters.query(query)
            if self._checks_headers:
                self._parameters.check_headers(request.headers)
            if self._read_body is not None:
                raw = request.raw
                request.body = self._read_body(content, raw.get(_TYPE), raw.get(_ENCODING))
        except Refused as first:
            raise self._everything(Request(texts, raw=request.raw), query, content) from first

    def _everything(self, request: Request, query: bytes, content: bytes) -> Refused:
        """Return the refusal of a request that does not fit: each part is read, whatever the others are."""
        steps: list[Callable[[], object]] = [
            lambda: self._parameters.path(request.path),
            lambda: self._parameters.query(query),
            lambda: self._parameters.check_headers(request.headers),
        ]
        if self._read_body is not None:
            kind, packing = request.raw.get(_TYPE), request.raw.get(_ENCODING)
            steps.append(partial(self._read_body, content, kind, packing))
        return together([refused for step in steps if (refused := _refusal(step)) is not None])


def _refusal(step: Callable[[], object]) -> Refused | None:
    try:
        step()
    except Refused as refused:
        return refused.anew()
    return None

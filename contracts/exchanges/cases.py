"""Generated requests, and what is wrong with the answers to them: the one room that knows schemathesis.

Of its Python interface the documented part is used: `openapi.from_dict`, `Config`, `as_strategy`, `Case`,
`validate_response`, `Response`, the checks. Three public names are used that its documentation does not
mention, for there is no documented way to these phases outside of pytest and its own command:
`iter_coverage_cases`, `get_strategies_from_examples` and `freeze_metadata`. Its engine is not used: that
has its own clients and limits, and repeats and shrinks what fails.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any
from urllib.parse import quote, unquote

import requests
import schemathesis
from hypothesis.errors import HypothesisException
from jsonschema_rs import ValidationError
from schemathesis import GenerationMode, checks
from schemathesis.errors import FailureGroup, SchemathesisError

from contracts.exchanges.document import projected
from contracts.exchanges.line import Unsendable
from speckit.drawing import drawn, nothing_left_behind
from speckit.operation import Operation
from speckit.pointer import ABSENT
from speckit.schema import Schemas
from speckit.specification import Specification

EXAMPLES, COVERAGE, FUZZING = "examples", "coverage", "fuzzing"

_BASE = "http://implementation.invalid"
_CONFORMANCE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("documented-status", ("status_code_conformance",)),
    ("documented-body", ("content_type_conformance", "response_schema_conformance")),
    ("documented-header", ("response_headers_conformance",)),
)
_REJECTION = (("invalid-refused", ("negative_data_rejection",)),)
_SETTINGS: Mapping[str, Any] = {
    "generation": {"deterministic": True, "with-security-parameters": False, "allow-x00": False},
    "phases": {"coverage": {"unexpected-methods": []}},
    "checks": {"negative_data_rejection": {"expected-statuses": ["4xx", "5xx"]}},
}
"""No credentials and no undeclared methods, which are probes of their own; no NUL, which databases refuse."""

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_PROBES = frozenset({"malformed_content_type", "unsupported_content_type", "unspecified_http_method"})
_UNSENT = frozenset(
    {"user-agent", "accept-encoding", "connection", "content-length", "x-schemathesis-testcaseid"}
)
_EXOTIC = re.compile(
    r"(?<![\w.])\d{17,}(?!\w)|(?<![\w.])\d[\d.]*[eE]\+?\d{3}(?!\w)|\b0\d{3}-\d\d-\d\dT|:60(?!\d)"
    r"|%2[fF]|%5[cC]|%00|\\u0000|form-data; name=\"\""
)
"""What fits a schema and good servers refuse all the same: beyond 64 bits, leap seconds, a slash in an id.

So it is with a part of a form that has no name.
"""
_UNGENERATED = (HypothesisException, SchemathesisError, ValidationError)

Failure = tuple[str, str]
"""The name of a law, and what happened."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is to be sent, with its path and query percent-encoded."""

    method: str
    target: str
    headers: Mapping[str, str]
    content: bytes
    prepared: requests.PreparedRequest


class Trial:
    """One generated request to one operation.

    Attributes:
        is_valid: It fits the document.
        has_valid_path: Its path does.
    """

    def __init__(self, operation: Operation, phase: str, case: schemathesis.Case[Any]) -> None:
        meta = case.meta
        assert meta is not None
        self.operation, self.phase = operation, phase
        self.is_valid = meta.generation.mode.is_positive
        # From here on what was generated is what it is: ids put in later leave it as valid as it was.
        case.freeze_metadata()
        self._case = case
        self._scenario = str(getattr(meta.phase.data, "scenario", ""))
        self._keywords = {keyword for each in meta.phase.data.mutations for keyword in each.keywords}
        self.has_valid_path = all(
            info.mode.is_positive for place, info in meta.components.items() if place.value == "path"
        )

    @property
    def is_probe(self) -> bool:
        """Whether only a crash counts."""
        return self._scenario in _PROBES or self._is_blurred

    @property
    def _is_blurred(self) -> bool:
        """Whether what is wrong with it can hardly be seen: parts of a form are texts, whatever they were."""
        return (self._case.media_type or "").split(";")[0] in _FORMS and self._wrong == {"body"}

    @property
    def is_wrong_in_body(self) -> bool:
        """Whether nothing is wrong with it but its body, which is JSON."""
        return self.body is not ABSENT and self._wrong == {"body"}

    @property
    def _wrong(self) -> set[str]:
        """The places where it does not fit."""
        components = self._case.meta.components if self._case.meta else {}
        return {place.value for place, info in components.items() if not info.mode.is_positive}

    @property
    def repeats(self) -> bool:
        """Whether it is wrong only by a query parameter that is there twice."""
        return self._scenario == "duplicate_parameter"

    @property
    def breaks_format(self) -> bool:
        """Whether it is wrong only by a `format`, which servers need not check (JSON Schema 2020-12, 7.2)."""
        return self._scenario == "invalid_format" or self._keywords == {"format"}

    @property
    def path(self) -> Mapping[str, str]:
        """The texts of the path parameters, decoded."""
        return {name: unquote(str(value)) for name, value in self._case.path_parameters.items()}

    @property
    def body(self) -> Any:
        """The JSON value of the body; ABSENT where it is none."""
        body = self._case.body
        is_json = self._case.media_type == "application/json" and isinstance(
            body, dict | list | str | int | float
        )
        return body if is_json else ABSENT

    def put(self, body: Any) -> None:
        """Put another JSON body in the place of its own, which is as valid as that."""
        self._case.body = body

    def request(self, path: Mapping[str, str]) -> Request:
        """Return the request with the path parameters `path`.

        Raises:
            Unsendable: No HTTP client can send it.
        """
        case = self._case
        if path != self.path:
            case.path_parameters = {name: quote(value, safe="") for name, value in path.items()}
        try:
            prepared = requests.Request(**case.as_transport_kwargs(base_url=_BASE)).prepare()
        except (*_UNGENERATED, requests.RequestException, ValueError, TypeError) as problem:
            raise Unsendable(str(problem)) from problem
        body = prepared.body or b""
        if not isinstance(body, str | bytes):
            raise Unsendable("its body is a stream")
        return Request(
            method=str(prepared.method),
            target=str(prepared.url)[len(_BASE) :] or "/",
            headers=_sent(prepared.headers),
            content=body.encode() if isinstance(body, str) else body,
            prepared=prepared,
        )

    def is_exotic(self, request: Request) -> bool:
        """Return whether good servers refuse the request although it is valid."""
        return bool(
            _EXOTIC.search(request.target) or _EXOTIC.search(request.content.decode("utf-8", "replace"))
        )

    def misfits(
        self, request: Request, status: int, headers: Mapping[str, str], content: bytes
    ) -> Iterator[Failure]:
        """Yield what in the answer is not as documented."""
        yield from self._failed(_CONFORMANCE, request, status, headers, content)

    def is_accepted(self, request: Request, status: int, headers: Mapping[str, str], content: bytes) -> bool:
        """Return whether the answer accepts data that does not fit."""
        return any(self._failed(_REJECTION, request, status, headers, content))

    def _failed(
        self,
        laws: Iterable[tuple[str, tuple[str, ...]]],
        request: Request,
        status: int,
        headers: Mapping[str, str],
        content: bytes,
    ) -> Iterator[Failure]:
        answer = schemathesis.Response(
            status_code=status,
            headers={name: [value] for name, value in headers.items()},
            content=content,
            request=request.prepared,
            elapsed=0.0,
            verify=False,
            encoding="utf-8",
        )
        if self._problems(answer, [name for _, names in laws for name in names]):
            for law, names in laws:
                yield from ((law, problem) for problem in self._problems(answer, names))

    def _problems(self, answer: schemathesis.Response, names: Iterable[str]) -> list[str]:
        try:
            self._case.validate_response(answer, checks=[getattr(checks, name) for name in names])
        except FailureGroup as group:
            return [_told(each) for each in group.exceptions]
        return []


class Cases:
    """What schemathesis generates for the operations of a specification, the same for the same seed.

    Everything is made before any of it is sent, so that no answer changes what is made.

    Attributes:
        problems: By operation id, why nothing or not everything could be generated.
    """

    def __init__(self, specification: Specification, operations: Iterable[Operation], seed: int) -> None:
        self._ours = {(each.method, each.path): each for each in operations}
        self._seed = seed
        self._schemas = Schemas(specification.document.data)
        config = schemathesis.Config.from_dict(dict(_SETTINGS))
        document = projected(specification, self._ours.values())
        self._schema = schemathesis.openapi.from_dict(document, config=config)
        self._theirs: dict[str, Any] = {}
        self._breakable: set[str] = set()
        self.problems = {each.id: "schemathesis cannot read it" for each in self._ours.values()}
        for result in self._schema.get_all_operations():
            # What cannot be read has no `ok`, and is missed when its turn comes.
            theirs = result.ok() if hasattr(result, "ok") else None
            if theirs is None:
                continue
            operation = self._ours[theirs.method.upper(), theirs.path]
            self._theirs[operation.id] = theirs
            del self.problems[operation.id]

    def fits(self, operation: Operation) -> Callable[[Any], bool]:
        """Return what tells whether a JSON body fits the operation."""
        schema = operation.body.schemas.get("application/json", {}) if operation.body else {}
        validator = self._schemas.validator_or_none(schema, operation.id)
        return (lambda _body: True) if validator is None else validator.is_valid

    def examples(self, operation: Operation) -> list[Trial]:
        """Return the examples of the document, or a simple valid request where it has none."""

        def made(theirs: Any) -> Iterator[Any]:
            strategies = theirs.get_strategies_from_examples() or [theirs.as_strategy()]
            return (case for strategy in strategies for case in drawn(strategy, 1, 0))

        return self._trials(operation, EXAMPLES, made)

    def coverage(self, operation: Operation, most: int) -> list[Trial]:
        """Return the boundaries of every schema, from both sides; no more than `most`."""

        def made(theirs: Any) -> Iterator[Any]:
            generation = self._schema.config.generation_for(operation=theirs, phase=COVERAGE)
            cases = self._schema.iter_coverage_cases(
                theirs, generation_modes=list(GenerationMode), generation_config=generation
            )
            return islice(cases, most)

        found = self._trials(operation, COVERAGE, made)
        if any(not (trial.is_valid or trial.is_probe) for trial in found):
            self._breakable.add(operation.id)
        return found

    def fuzzing(self, operation: Operation, count: int) -> list[Trial]:
        """Return up to `count` random requests, valid ones and others by turns.

        Where `coverage` has found no way to break the schemas, none is looked for: that takes a second.
        """

        def made(mode: GenerationMode) -> Callable[[Any], list[Any]]:
            return lambda theirs: drawn(theirs.as_strategy(generation_mode=mode), each, self._seed)

        modes = list(GenerationMode) if operation.id in self._breakable else [GenerationMode.POSITIVE]
        each = -(-count // len(modes))
        groups = [self._trials(operation, FUZZING, made(mode)) for mode in modes]
        turns = zip_longest(*groups)
        return [trial for turn in turns for trial in turn if trial is not None][:count]

    def _trials(self, operation: Operation, phase: str, made: Callable[[Any], Iterable[Any]]) -> list[Trial]:
        """Return all that is made of an operation; keep why nothing, or no more, can be."""
        theirs, found = self._theirs.get(operation.id), []
        try:
            with nothing_left_behind(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for case in made(theirs) if theirs else ():
                    found.append(Trial(operation, phase, case))
        except _UNGENERATED as problem:
            self.problems[operation.id] = (str(problem).splitlines() or [type(problem).__name__])[0]
        return found


def _sent(headers: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: value.decode("latin-1") if isinstance(value, bytes) else str(value)
        for name, value in headers.items()
        if name.lower() not in _UNSENT and (name.lower(), value) != ("accept", "*/*")
    }


def _told(failure: BaseException) -> str:
    """Return a failure in one line."""
    title, message = getattr(failure, "title", type(failure).__name__), getattr(failure, "message", "")
    return " ".join(f"{title}: {message}".split())[:500]

"""Plays one document as a process of its own and asks it what schemathesis makes of the file."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests
import schemathesis
from hypothesis.errors import HypothesisException
from jsonschema_rs import ValidationError
from schemathesis import GenerationMode, checks
from schemathesis.errors import FailureGroup, SchemathesisError

from benchmarks.corpus.credentials import Credentials, Requirements
from benchmarks.corpus.fairness import has_refusal, is_plainly_wrong, trimmed
from benchmarks.servers import UNDERSTUDY, running
from speckit.drawing import drawn

OF_EACH = 3
"""How many requests each operation gets, of those that fit and of those that do not."""
_MOST_MADE = 400
_DECLARED = (
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
)
_SETTINGS: dict[str, Any] = {
    "generation": {"deterministic": True, "with-security-parameters": False, "allow-x00": False},
    "phases": {"coverage": {"unexpected-methods": []}},
}
_UNGENERATED = (HypothesisException, SchemathesisError, ValidationError, LookupError)


@dataclass(frozen=True, slots=True)
class Line:
    """The way to one operation of the server."""

    url: str
    credentials: Credentials

    def answer(self, case: Any) -> requests.Response:
        """Return the answer to one request."""
        credentials = self.credentials
        options = case.as_transport_kwargs(base_url=self.url, headers=credentials.headers)
        options["cookies"] = {**(options.get("cookies") or {}), **credentials.cookies}
        prepared = requests.Request(**options).prepare()
        # Some queries come as one text, to be sent letter for letter.
        if more := urlencode(credentials.params):
            prepared.url = f"{prepared.url}{'&' if '?' in str(prepared.url) else '?'}{more}"
        with requests.Session() as session:
            return session.send(prepared, timeout=20, allow_redirects=False)


class Tally:
    """What was asked of one document, and what was not as declared."""

    def __init__(self) -> None:
        self.operations = self.asked = self.unasked = self.tried = self.answered = self.broken = (
            self.refused
        ) = 0
        self.failures: list[str] = []

    def told(self, started: float) -> dict[str, Any]:
        """Return all of it as JSON."""
        return vars(self) | {"seconds": time.monotonic() - started}


def judged(file: Path, folder: Path, most: int) -> dict[str, Any]:
    """Return what became of one document."""
    started = time.monotonic()
    tally = Tally()
    try:
        with running((*UNDERSTUDY, "--fence", str(folder), str(file))) as server:
            served = requests.get(f"{server.url}/_understudy/openapi.json", timeout=60).json()
            requirements = Requirements(served)
            found = _operations(file, served)
            tally.operations = len(found)
            for operation in _chosen(found, most):
                _ask(operation, Line(server.url, requirements.credentials(operation)), tally)
    except RuntimeError as problem:
        return {"refusal": _last_words(file, folder) or str(problem), "seconds": time.monotonic() - started}
    return tally.told(started)


def _last_words(file: Path, folder: Path) -> str:
    """Return what the server says of a document that it does not serve."""
    command = (*UNDERSTUDY, "--fence", str(folder), str(file))
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return " ".join(done.stderr.split())[-300:]


def _operations(file: Path, served: dict[str, Any]) -> list[Any]:
    """Return the operations of the file as schemathesis reads them; what it cannot read, as it is served."""
    own, others = _read(file), schemathesis.openapi.from_dict(served, config=_config())
    found = [result.ok() for result in own if hasattr(result, "ok")]
    known = {(each.method.upper(), each.path) for each in found}
    if own and len(found) == len(own):
        return found
    rest = [result.ok() for result in others.get_all_operations() if hasattr(result, "ok")]
    return found + [each for each in rest if (each.method.upper(), each.path) not in known]


def _read(file: Path) -> list[Any]:
    try:
        return list(schemathesis.openapi.from_path(file, config=_config()).get_all_operations())
    except Exception:
        # Whatever it stumbles over: the document as it is served is sound, and in one piece.
        return []


def _config() -> schemathesis.Config:
    return schemathesis.Config.from_dict(_SETTINGS)


def _chosen(found: list[Any], most: int) -> list[Any]:
    """Return as many operations as wanted, from all over a large document."""
    return found[:: max(1, -(-len(found) // most))]


def _ask(operation: Any, line: Line, tally: Tally) -> None:
    valid, broken = _cases(operation, line.credentials)
    tally.asked += bool(valid)
    tally.unasked += not valid
    for case in valid:
        tally.tried += 1
        problem = _problem(case, line, operation)
        tally.answered += not problem
        _note(tally, operation, case, problem)
    for case in broken:
        tally.broken += 1
        problem = _unrefused(case, line, operation)
        tally.refused += not problem
        _note(tally, operation, case, problem)


def _note(tally: Tally, operation: Any, case: Any, problem: str) -> None:
    label = f"{operation.method.upper()} {operation.path}: {problem}"
    if problem and not any(each.startswith(label[:120]) for each in tally.failures):
        tally.failures.append(label + f" <- {_curl(case)}")


def _curl(case: Any) -> str:
    try:
        return str(case.as_curl_command())[:300]
    except _UNGENERATED:
        return "a request that is no curl line"


def _cases(operation: Any, credentials: Credentials) -> tuple[list[Any], list[Any]]:
    """Return requests that fit the operation and requests that do not."""
    made: list[Any] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for case in _covering(operation):
                made.append(case)
        except _UNGENERATED:
            pass
        made = [case for case in made if trimmed(case, operation) and _is_sendable(case)]
        valid = [case for case in made if case.meta.generation.mode.is_positive]
        if not valid:
            drawn_ones = (case for case in _drawn(operation) if trimmed(case, operation))
            valid = [case for case in drawn_ones if _is_sendable(case)]
        wrong = [case for case in made if not case.meta.generation.mode.is_positive]
        broken = [case for case in wrong if is_plainly_wrong(case, operation, credentials)]
    return _spread(valid), _spread(broken)


def _is_sendable(case: Any) -> bool:
    """Return whether schemathesis can write the request: some media types it cannot."""
    try:
        case.as_transport_kwargs(base_url="http://localhost")
    except SchemathesisError:
        return False
    return True


def _covering(operation: Any) -> Iterable[Any]:
    schema = operation.schema
    generation = schema.config.generation_for(operation=operation, phase="coverage")
    cases = schema.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=generation
    )
    return islice(cases, _MOST_MADE)


def _drawn(operation: Any) -> list[Any]:
    try:
        return drawn(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), OF_EACH, 0)
    except _UNGENERATED:
        return []


def _spread(cases: list[Any]) -> list[Any]:
    """Return a few of `cases`, the first among them and the others from all over."""
    return cases[:: max(1, -(-len(cases) // OF_EACH))]


def _problem(case: Any, line: Line, operation: Any) -> str:
    """Return why the answer to a request that fits is not as declared; empty where it is."""
    try:
        response = line.answer(case)
    except (requests.RequestException, *_UNGENERATED) as problem:
        return f"unsent: {type(problem).__name__} {problem}"[:200]
    if not _documented(operation):
        # Where nothing is declared, nothing is broken but by a fault of the server's own.
        return "" if response.status_code < 500 else f"{response.status_code} {response.text[:200]}"
    if response.status_code >= 400 and any(str(code)[0] in "23d" for code in _documented(operation)):
        return f"fits and is refused: {response.status_code} {response.text[:200]}"
    return _misfit(case, response)


def _unrefused(case: Any, line: Line, operation: Any) -> str:
    """Return why the answer to a request that does not fit is no declared refusal; empty where it is."""
    try:
        response = line.answer(case)
    except (requests.RequestException, *_UNGENERATED):
        return ""
    if not 400 <= response.status_code < 500:
        what = getattr(case.meta.phase.data, "description", "")
        return f"does not fit and is answered: {response.status_code} ({what})"
    if has_refusal(_documented(operation)):
        return _misfit(case, response)
    return ""


def _documented(operation: Any) -> list[str]:
    return [str(code) for code in operation.definition.raw.get("responses", {})]


def _misfit(case: Any, response: Any) -> str:
    try:
        case.validate_response(response, checks=list(_DECLARED))
    except FailureGroup as group:
        return "; ".join(
            " ".join(f"{response.status_code} {getattr(each, 'message', each)}".split())[:200]
            for each in group.exceptions
            if not _is_text_of_a_choice(each)
        )
    return ""


def _is_text_of_a_choice(failure: Any) -> bool:
    """Return whether a header fails for being text, which all headers are.

    schemathesis makes a number of one whose schema is a number, but not of one whose `anyOf` has a number.
    """
    is_header = "header" in str(getattr(failure, "title", ""))
    path = list(getattr(failure, "schema_path", ()))
    return is_header and bool({"anyOf", "oneOf"} & set(path[:1])) and isinstance(failure.instance, str)


if __name__ == "__main__":
    print(json.dumps(judged(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))

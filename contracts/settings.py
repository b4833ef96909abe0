"""How to judge: what a run may do, and in whose name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from contracts.making import Provide
from contracts.wire import ANSWER_SECONDS


@dataclass(frozen=True, slots=True)
class Settings:
    """How to judge.

    Attributes:
        principals: By name, the headers by which each is known. The first is who the judge mostly is.
        roles: By name of a principal, the roles it has; a principal that is not listed has all of them.
        params: Values for what the API needs and does not create, by name of a parameter.
        max_seconds: Wall time after which no new attempt is begun.
        depth: How many steps of random walk follow; 0 for none.
        clock_url: Where the clock is read (GET) and moved (POST `{"advance": "PT1H"}`).
        provide: Sets up what the API itself cannot.
        is_strict: Notes count as findings.
        stops_early: The first finding ends the run.
        stops_at: Names of laws; the first finding of one of them ends the run.
        headers: Sent with every request.
        phases: The drivers at work, of `PHASES`; all of them where none is named.
        is_insecure: Certificates are not checked.
        excluded_laws: Names of laws that are not judged.
        excluded_operations: Ids of operations that are neither asked nor judged.
        answer_seconds: How long an answer may take, to its last byte.
        most_per_second: How many requests are sent in a second at most; 0 for as many as there are.
        nonce: What tells the idempotency keys of this run from those of all others; made anew where empty.
    """

    principals: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    max_seconds: float = 60.0
    max_requests: int = 5000
    depth: int = 0
    clock_url: str = ""
    provide: Provide | None = None
    is_strict: bool = False
    stops_early: bool = False
    stops_at: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    phases: tuple[str, ...] = ()
    is_insecure: bool = False
    excluded_laws: frozenset[str] = frozenset()
    excluded_operations: frozenset[str] = frozenset()
    answer_seconds: float = ANSWER_SECONDS
    most_per_second: float = 0.0
    nonce: str = ""


PHASES = ("matrix", "exchanges", "walk")
"""The drivers, in their order."""

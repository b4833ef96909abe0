"""What the command line of `understudy verify` asks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    url: str = ""
    document: str | None = None
    overlays: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    fence: str | None = None
    strict_document: bool = False
    allow_remote: bool = False
    principals: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    seed: int = 0
    depth: int = 0
    max_time: str = "60"
    max_requests: int = 5000
    clock_url: str = ""
    provider_url: str = ""
    provider: str = ""
    request_timeout: str = "10"
    rate: str = ""
    excluded_laws: tuple[str, ...] = ()
    excluded_operations: tuple[str, ...] = ()
    baseline: str | None = None
    write_baseline: str | None = None
    strict: bool = False
    strict_coverage: bool = False
    exitfirst: bool = False
    insecure: bool = False
    har: str | None = None
    replay: str | None = None
    form: str = "console"
    json: str | None = None
    junit: str | None = None
    html: str | None = None
    sarif: str | None = None
    show_credentials: bool = False

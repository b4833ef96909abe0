"""The six documents that broken and odd servers play, and who may ask them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from starlette.types import ASGIApp

from mockserver.app import Settings, build
from mockserver.clock import Clock, ManualClock
from mockserver.principals import Principal, Principals, principal
from speckit.document import load
from speckit.operation import Operation
from speckit.specification import Specification, specify
from tests.contracts.broken.wire import Routes

ROOT = Path(__file__).parents[3]
RENDLEY, KRAGLE, ALTERYX, OPENREPLAY, TAIPY = "rendley", "kragle", "alteryx", "openreplay", "taipy"
FARM = "render_farm"
DOCUMENTS = (RENDLEY, KRAGLE, ALTERYX, OPENREPLAY, TAIPY, FARM)

TOKENS = {"alice": "alice-key", "bob": "bob-key", "carol": "carol-key"}
"""The bearer token of each principal; carol has no role at all."""
UNROLED = frozenset({"carol"})
PRINCIPALS = {name: {"Authorization": f"Bearer {token}"} for name, token in TOKENS.items()}
"""The headers by which each is known, as a judge is told."""
_MIGHT = "-with-every-role"


@cache
def specification(document: str) -> Specification:
    """Return one of the six documents, read."""
    if document == FARM:
        return specify(load(ROOT / "examples" / "render_farm" / "openapi.yaml"))
    return specify(load(ROOT / "openapi.yaml"), only=[document])


def serving(
    document: str | Specification, clock: Clock | None = None, settings: Settings | None = None
) -> ASGIApp:
    """Return a correct server of a document that knows `TOKENS`, and nobody else."""
    read = specification(document) if isinstance(document, str) else document
    return build(read, clock=clock or ManualClock(), principals=Principals(_cast()), settings=settings)


def _cast() -> dict[str, Principal]:
    cast: dict[str, Principal] = {}
    for name, token in TOKENS.items():
        known = principal(name, () if name in UNROLED else None)
        cast |= {token: known, token + _MIGHT: principal(name)}
    return cast


def mighty(credential: str) -> str:
    """Return a credential of the same principal that has every role: no client knows it."""
    return credential + _MIGHT if credential.startswith("Bearer ") else credential


@cache
def routes(document: str) -> Routes:
    """Return what finds the operations of a document."""
    known = [(each.method, _pattern(each.path), each.id) for each in _concrete_first(specification(document))]

    def find(method: str, path: str) -> tuple[str, Mapping[str, str]]:
        wanted = "GET" if method == "HEAD" else method
        for verb, pattern, operation in known:
            if verb == wanted and (found := pattern.fullmatch(path)):
                return operation, {name: unquote(value) for name, value in found.groupdict().items()}
        return "", {}

    return find


def _concrete_first(read: Specification) -> list[Operation]:
    return sorted(read.operations.values(), key=lambda each: (each.path.count("{"), -len(each.path)))


def _pattern(path: str) -> re.Pattern[str]:
    text = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+?)", re.escape(path))
    return re.compile(text + "?" if path.endswith("/") else text)

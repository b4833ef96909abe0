"""An API whose lifecycles were inferred, being played in this process."""

from __future__ import annotations

from starlette.testclient import TestClient

from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from toolkit.drafting.whole import Drafted


def client_of(found: Drafted) -> TestClient:
    """Return a client of the API, every answer held to the document."""
    settings = Settings(checks_responses=True)
    return TestClient(build(found.specification, clock=ManualClock(), settings=settings))

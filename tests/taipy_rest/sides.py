"""The two sides of the comparison: the product, and its document with the overlay as it is played here."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
from harness import NO_TLS
from starlette.testclient import TestClient
from taipy_rest.environment import Product

from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from speckit.document import load
from speckit.schema import Schemas
from speckit.specification import Specification, specify

ROOT = Path(__file__).parents[2]
JOBS = "/api/v1/jobs/"
TASKS = {
    "my_config": "TASK_my_config_75750ed8-4e09-4e00-958d-e352ee426cc9",
    "gated": "TASK_gated_11111111-1111-4111-8111-111111111111",
    "failing": "TASK_failing_22222222-2222-4222-8222-222222222222",
}
"""Tasks of `product.py`; the first is in the document too."""
PATIENCE_SECONDS = 60
GLANCE_SECONDS = 0.05


def overlaid() -> Specification:
    """The document as the overlay says the product is."""
    overlay = ROOT / "overlays" / "taipy-rest-4.1.yaml"
    return specify(load(ROOT / "openapi.yaml", overlays=[overlay]), only=["taipy"])


class Documented:
    """Holds answers to the overlaid document: the status, the media type, and the schema."""

    def __init__(self, specification: Specification) -> None:
        self._schemas = Schemas(specification.document.data)
        # The path with the fewest parameters wins: /jobs/cancel/{id}/ before /jobs/{id}/.
        operations = sorted(specification.operations.values(), key=lambda each: each.path.count("{"))
        self._operations = [(re.compile(_pattern(each.path)), each) for each in operations]

    def __call__(self, answer: httpx.Response) -> None:
        """Fail if an operation of the document has given an answer that is not documented."""
        path = answer.request.url.raw_path.partition(b"?")[0].decode()
        method = answer.request.method.lower()
        known = [op for pattern, op in self._operations if pattern.fullmatch(path)]
        operation = next((op for op in known if op.method.lower() == method), None)
        if operation is None:
            return
        response = operation.response(answer.status_code)
        assert response is not None, f"{operation.id} documents no {answer.status_code}"
        media = answer.headers["Content-Type"].partition(";")[0]
        assert media in response.content, f"{operation.id} documents no {media} with {answer.status_code}"
        value = answer.json() if media == "application/json" else answer.text
        schema = response.content[media].get("schema", {})
        faults = [each.message for each in self._schemas.validator(schema).iter_errors(value)]
        assert faults == [], f"{operation.id} {answer.status_code}"


def _pattern(path: str) -> str:
    return re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + "?"


class Side:
    """One server, and the ways to bring a job of it into each status."""

    def __init__(self, http: httpx.Client, documented: Documented) -> None:
        self.http = http
        self._documented = documented

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Return the answer to one request, which the document must allow for."""
        answer = self.http.request(method, path, **options)
        answer.read()
        self._documented(answer)
        return answer

    def job(self, identity: str) -> Any:
        return self.ask("GET", f"{JOBS}{identity}/").json()["job"]

    def statuses(self) -> dict[str, str]:
        """Every job's status, without the prefix that Python prints."""
        return _statuses(self.ask("GET", JOBS))

    def create(self) -> str:
        identity: str = self.ask("POST", JOBS, params={"task_id": "my_config"}).json()["job"]["id"]
        return identity

    def submit(self, task: str = "my_config") -> str:
        """The id of the new job, which the answer does not tell."""
        before = self.statuses()
        self.ask("POST", f"/api/v1/tasks/submit/{TASKS[task]}/")
        (identity,) = self.added_to(before, 1)
        return identity

    def added_to(self, before: Mapping[str, str], count: int) -> list[str]:
        """The ids of the `count` jobs that are there now and were not `before`."""
        found = sorted(self.statuses().keys() - before.keys())
        assert len(found) == count
        return found

    def reach(self, status: str) -> str:
        """The id of a job that is in `status`, and stays there until `settle`."""
        raise NotImplementedError

    def settle(self) -> None:
        """Let what was started come to its end."""


class Played(Side):
    """Our server with the overlay; every test has a world of its own."""

    def __init__(self, app: Any, clock: ManualClock, token: str, documented: Documented) -> None:
        super().__init__(_client(app, token), documented)
        self._door, self._token, self._clock = _client(app, ""), token, clock

    def reach(self, status: str) -> str:
        wanted: dict[str, Any] = {"principal": self._token, "resource": "TaipyJob"}
        wanted["state"] = f"Status.{status}"
        if status == "FAILED":
            wanted["fields"] = {"stacktrace": ["ValueError: boom on purpose\n"]}
        answer = self._door.post("/_understudy/states", json=wanted)
        assert answer.status_code == 201, answer.text
        identity: str = answer.json()["id"]
        return identity

    def wait_for(self, identity: str, status: str) -> None:
        self._clock.set(self._clock.now() + 60_000_000)
        assert self.statuses()[identity] == status


class Real(Side):
    """The product, which all tests share. Its gated task runs until the gate is opened."""

    def __init__(self, product: Product, documented: Documented) -> None:
        super().__init__(httpx.Client(base_url=product.url, timeout=60, verify=NO_TLS), documented)
        self._gate = product.gate

    def reach(self, status: str) -> str:
        how = {
            "SUBMITTED": self.create,
            "BLOCKED": lambda: self.chain()[1],
            "PENDING": lambda: (self.reach("RUNNING"), self.submit())[1],
            "RUNNING": lambda: self._submitted("gated", "RUNNING"),
            "CANCELED": self._canceled,
            "FAILED": lambda: self._submitted("failing", "FAILED"),
            "COMPLETED": lambda: self._submitted("my_config", "COMPLETED"),
            "SKIPPED": self._skipped,
            "ABANDONED": self._abandoned,
        }
        identity = how[status]()
        assert self.statuses()[identity] == status
        return identity

    def wait_for(self, identity: str, status: str) -> None:
        self._wait(lambda jobs: jobs.get(identity) == status, f"{identity} is not {status}")

    def added_to(self, before: Mapping[str, str], count: int) -> list[str]:
        self._wait(lambda jobs: len(jobs.keys() - before.keys()) == count, f"there are no {count} new jobs")
        return super().added_to(before, count)

    def settle(self) -> None:
        """Let the worker finish, and leave no job behind: it reads a file or two of each for every list."""
        self._gate.touch()
        self._wait(lambda jobs: {"PENDING", "RUNNING"}.isdisjoint(jobs.values()), "the worker is not done")
        self._gate.unlink()
        for identity, status in self.statuses().items():
            if status in ("SUBMITTED", "BLOCKED"):
                self.ask("POST", f"{JOBS}cancel/{identity}/")
            self.ask("DELETE", f"{JOBS}{identity}/")

    def chain(self) -> tuple[str, str]:
        """Two jobs: the first runs, behind the gate, and the second waits for its result."""
        first, second = self._submit_scenario(self._scenario("chain"), 2)
        self.wait_for(first, "RUNNING")
        return first, second

    def _submitted(self, task: str, status: str) -> str:
        identity = self.submit(task)
        self.wait_for(identity, status)
        return identity

    def _canceled(self) -> str:
        identity = self.create()
        self.ask("POST", f"{JOBS}cancel/{identity}/")
        return identity

    def _abandoned(self) -> str:
        _, second = self._submit_scenario(self._scenario("failing_chain"), 2)
        self.wait_for(second, "ABANDONED")
        return second

    def _skipped(self) -> str:
        """Its result is there from the first time."""
        scenario = self._scenario("cached_scenario")
        (first,) = self._submit_scenario(scenario, 1)
        self.wait_for(first, "COMPLETED")
        (second,) = self._submit_scenario(scenario, 1)
        self.wait_for(second, "SKIPPED")
        return second

    def _scenario(self, config: str) -> str:
        answer = self.http.post("/api/v1/scenarios/", params={"config_id": config})
        assert answer.status_code == 201, answer.text
        identity: str = answer.json()["scenario"]["id"]
        return identity

    def _submit_scenario(self, identity: str, count: int) -> list[str]:
        before = self.statuses()
        answer = self.http.post(f"/api/v1/scenarios/submit/{identity}/")
        assert answer.status_code == 200, answer.text
        return self.added_to(before, count)

    def _wait(self, done: Callable[[dict[str, str]], bool], otherwise: str) -> None:
        """Look at the jobs' statuses until `done`: the product moves in its own time, and tells nobody.

        The list may be 404 or 500 while a file that it reads is being written; such a look does not count.
        """
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self.http.get(JOBS)
            if answer.status_code == 200 and done(_statuses(answer)):
                return
            assert time.monotonic() < end, otherwise
            time.sleep(GLANCE_SECONDS)


def _statuses(answer: httpx.Response) -> dict[str, str]:
    return {each["id"]: each["status"].removeprefix("Status.") for each in answer.json()}


def play(specification: Specification) -> tuple[Any, ManualClock]:
    """The overlaid document as an application, with its clock; every response is held to the document."""
    clock = ManualClock()
    return build(specification, clock=clock, settings=Settings(checks_responses=True)), clock


def _client(app: Any, token: str) -> TestClient:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return TestClient(app, base_url="http://localhost", headers=headers, client=("127.0.0.1", 1))

"""The released taipy-rest 4.1.1 with a few tasks, on loopback: run by the Python it is installed in.

What is not the product here is what it is given to do, and the order in which threads get its lock. It
keeps its entities in the current folder, which should be empty. With `TESTING` in the environment it tells
errors as its code means to, and otherwise every 400 and 404 of the API is a 500.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections import deque
from pathlib import Path

from taipy.common.config import Config
from taipy.core import Orchestrator
from taipy.core._orchestrator._orchestrator import _Orchestrator
from taipy.core.task._task_manager_factory import _TaskManagerFactory
from taipy.core.task.task import Task
from taipy.rest import Rest

GATE = Path("gate")
"""While this file is not there, a gated job runs."""

TASKS = {
    "my_config": "TASK_my_config_75750ed8-4e09-4e00-958d-e352ee426cc9",
    "my_task_config": "TASK_my_task_config_0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9",
    "gated": "TASK_gated_11111111-1111-4111-8111-111111111111",
    "failing": "TASK_failing_22222222-2222-4222-8222-222222222222",
}
"""Task configurations without data, and a task of each: the ids of the first two are in the document."""


def work(_: object = None) -> int:
    return 1


def wait_for_the_gate(_: object = None) -> int:
    while not GATE.exists():
        time.sleep(0.01)
    return 2


def fail(_: object = None) -> int:
    raise ValueError("boom on purpose")


FUNCTIONS = {"gated": wait_for_the_gate, "failing": fail}


def configure(workers: int) -> None:
    # It writes its files in place: who reads one meanwhile finds it empty, and usually gives up after 0.2 s.
    Config.configure_core(read_entity_retry=50)
    Config.configure_job_executions(mode="standalone", max_nb_of_workers=workers)
    for name in TASKS:
        Config.configure_task(name, FUNCTIONS.get(name, work))
    given = Config.configure_data_node("given", default_data=5)
    _configure_chain("chain", wait_for_the_gate, given)
    _configure_chain("failing_chain", fail, given)
    result = Config.configure_data_node("cached_result")
    cached = Config.configure_task("cached", work, [given], [result], skippable=True)
    Config.configure_scenario("cached_scenario", [cached])


def _configure_chain(name: str, function: object, given: object) -> None:
    """Two tasks, the second of which is blocked until the first has written its result."""
    middle, end = (Config.configure_data_node(f"{name}_{each}") for each in ("middle", "end"))
    first = Config.configure_task(f"{name}_first", function, [given], [middle])
    second = Config.configure_task(f"{name}_second", work, [middle], [end])
    Config.configure_scenario(name, [first, second])


class TurnLock:
    """A lock that is handed on in the order in which it was asked for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_held = False

    def __enter__(self) -> None:
        mine = threading.Lock()
        mine.acquire()
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return
            self._waiting.append(mine)
        mine.acquire()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_held = False


def plant() -> None:
    """Make the tasks: over HTTP they would get ids of their own."""
    tasks = _TaskManagerFactory._build_manager()
    for name, identity in TASKS.items():
        tasks._repository._save(Task(name, {}, FUNCTIONS.get(name, work), id=identity))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--workers", type=int, default=1, help="how many jobs run at a time")
    options = parser.parse_args()
    configure(options.workers)
    # Its dispatcher looks for work with the lock of all submissions in its hand, 0.1 s at a time, and takes
    # it again at once: with the usual lock who submits or cancels may wait for ten seconds, by chance.
    _Orchestrator.lock = TurnLock()
    Orchestrator().run()
    plant()
    Rest().run(host="127.0.0.1", port=options.port)

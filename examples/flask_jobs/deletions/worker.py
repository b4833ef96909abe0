"""The thread that starts jobs when their time has come and finishes them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from deletions.store import Jobs

LONGEST_NAP_SECONDS = 0.5
"""How long it sleeps at most: other processes may add jobs to the same file, and a clock may be moved."""


class Worker:
    """Runs what is due, again and again.

    Args:
        jobs: Where the jobs are.
        now: What time it is, in milliseconds since 1970.
    """

    def __init__(self, jobs: Jobs, now: Callable[[], int]) -> None:
        self._jobs, self._now = jobs, now
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, once the work in hand is done."""
        self._stopping.set()
        self._thread.join()

    def run_due(self) -> None:
        """Do what is due by now, in the thread that asks."""
        self._jobs.run_due(self._now())

    def _run(self) -> None:
        while not self._stopping.wait(self._nap_seconds()):
            self.run_due()

    def _nap_seconds(self) -> float:
        due = self._jobs.next_due()
        left = LONGEST_NAP_SECONDS if due is None else (due - self._now()) / 1000
        return min(max(left, 0), LONGEST_NAP_SECONDS)

"""Three bugs of the kind that real code has, to be switched on by name. Without one, nothing here is used."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

from deletions.store import DEFAULT_LIMIT, Jobs, NotCancellable, Project

AUDIT_SECONDS = 0.05


def tell_the_auditors(line: str) -> None:
    """Write a line to the audit log, which is on another machine and takes its time."""
    time.sleep(AUDIT_SECONDS)


class LostRace(Jobs):
    """Two that cancel a job at the same moment both find it open, and both are told that it was them.

    It looks before it writes, and the audit log, which wants to know what is
    about to happen, leaves plenty of time in between.
    """

    audit = staticmethod(tell_the_auditors)

    def cancel(self, project: Project, job_id: int, now: int) -> sqlite3.Row | None:
        job = self.get(project, job_id)
        if job is None:
            return None
        if job["status"] not in ("scheduled", "running"):
            raise NotCancellable(job["status"])
        self.audit(f"job {job_id} will be cancelled")
        with self._connection() as db:
            db.execute("UPDATE job SET status = 'cancelled', updated_at = ? WHERE id = ?", [now, job_id])
        return self.get(project, job_id)


class LatePage(Jobs):
    """The second page starts too late, unless pages are as long as they usually are."""

    @staticmethod
    def offset(page: int, limit: int) -> int:
        return (page - 1) * DEFAULT_LIMIT


class LateCancel(Jobs):
    """A job that was cancelled while it ran is completed all the same, once its time is over.

    It finishes whatever has started and not finished, and does not ask whether
    it still should.
    """

    FINISH = """
        UPDATE job SET
            status = CASE WHEN fails_with IS NULL THEN 'completed' ELSE 'failed' END,
            errors = fails_with,
            finished_at = started_at + :run,
            updated_at = started_at + :run
        WHERE finished_at IS NULL AND started_at + :run <= :now
    """


BUGS: dict[str, type[Jobs]] = {"lost-race": LostRace, "late-page": LatePage, "late-cancel": LateCancel}


def jobs_with(bugs: Iterable[str], database: str | Path) -> Jobs:
    """The jobs with these bugs, or with none.

    Raises:
        KeyError: there is no bug of that name.
    """
    kinds = [BUGS[name] for name in dict.fromkeys(bugs)]
    kind: type[Jobs] = type("BuggyJobs", tuple(kinds), {}) if kinds else Jobs
    return kind(database)

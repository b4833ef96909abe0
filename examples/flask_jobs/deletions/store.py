"""The deletion jobs in SQLite: a change of status is one statement that names the status it starts from."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECTS = {"3sWXSsqHgSKnE87YkNJK": 1, "7kQzLmPfRtVbXcWyHd2N": 2}
"""The id of each project by its key. Every account has the same two."""
DEFAULT_LIMIT, MOST_ON_A_PAGE = 50, 200
DAY_MS = 86_400_000
RUN_MS = 30_000
"""How long a deletion takes."""
LARGEST_INTEGER = 2**63 - 1

SCHEMA = """
CREATE TABLE IF NOT EXISTS job (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    account     TEXT NOT NULL,
    project     TEXT NOT NULL,
    user        TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('scheduled', 'running', 'completed', 'failed', 'cancelled')),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER,
    start_at    INTEGER NOT NULL,
    started_at  INTEGER,
    finished_at INTEGER,
    fails_with  TEXT,  -- how a test wants it to end
    errors      TEXT
);
CREATE INDEX IF NOT EXISTS pages ON job (account, project, id);
CREATE INDEX IF NOT EXISTS to_start ON job (start_at) WHERE status = 'scheduled';
CREATE INDEX IF NOT EXISTS to_finish ON job (started_at) WHERE finished_at IS NULL;
CREATE UNIQUE INDEX IF NOT EXISTS one_at_a_time ON job (account, project, user)
    WHERE status IN ('scheduled', 'running');
"""


class AlreadyScheduled(Exception):
    """A job for this user of this project is scheduled or running."""


class NotCancellable(Exception):
    """The job has ended; `status` says how."""

    def __init__(self, status: str) -> None:
        self.status = status
        super().__init__(status)


@dataclass(frozen=True)
class Project:
    """One project of one account: nobody sees beyond his own."""

    account: str
    key: str


class Jobs:
    """Every job there is. May be used by many threads at once; all times are milliseconds since 1970.

    Args:
        database: The file; it is made if it is not there.
    """

    START = """
        UPDATE job SET status = 'running', started_at = start_at, updated_at = start_at
        WHERE status = 'scheduled' AND start_at <= :now
    """
    FINISH = """
        UPDATE job SET
            status = CASE WHEN fails_with IS NULL THEN 'completed' ELSE 'failed' END,
            errors = fails_with,
            finished_at = started_at + :run,
            updated_at = started_at + :run
        WHERE status = 'running' AND started_at + :run <= :now
    """
    NEXT_DUE = """
        SELECT min(due) FROM (
            SELECT min(start_at) AS due FROM job WHERE status = 'scheduled'
            UNION ALL
            SELECT min(started_at) + :run FROM job WHERE status = 'running' AND finished_at IS NULL
        )
    """

    def __init__(self, database: str | Path) -> None:
        self._database = str(database)
        with self._connection() as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(SCHEMA)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own: every statement is a transaction, and waits its turn."""
        with closing(sqlite3.connect(self._database, timeout=30, isolation_level=None)) as db:
            db.row_factory = sqlite3.Row
            yield db

    def schedule(self, project: Project, user: str, now: int) -> sqlite3.Row:
        """Add a job that starts at the next midnight UTC.

        Raises:
            AlreadyScheduled: there is one for this user.
        """
        return self.add(project, user, status="scheduled", created_at=now, start_at=next_midnight(now))

    def add(self, project: Project, user: str, **columns: Any) -> sqlite3.Row:
        """Add a job as it is given.

        Raises:
            AlreadyScheduled: it would be the second of its user.
        """
        columns = {"account": project.account, "project": project.key, "user": user, **columns}
        names, marks = ", ".join(columns), ", ".join(f":{name}" for name in columns)
        with self._connection() as db:
            try:
                added = db.execute(f"INSERT INTO job ({names}) VALUES ({marks})", columns)
            except sqlite3.IntegrityError as problem:
                raise AlreadyScheduled from problem
            found: sqlite3.Row = db.execute("SELECT * FROM job WHERE id = ?", [added.lastrowid]).fetchone()
            return found

    def get(self, project: Project, job_id: int) -> sqlite3.Row | None:
        """The job, if it is one of this project."""
        with self._connection() as db:
            found: sqlite3.Row | None = db.execute(
                "SELECT * FROM job WHERE id = ? AND account = ? AND project = ?",
                [job_id, project.account, project.key],
            ).fetchone()
            return found

    def page(self, project: Project, page: int, limit: int) -> list[sqlite3.Row]:
        """The jobs of one page, the newest first."""
        with self._connection() as db:
            return db.execute(
                "SELECT * FROM job WHERE account = ? AND project = ? ORDER BY id DESC LIMIT ? OFFSET ?",
                [project.account, project.key, limit, min(self.offset(page, limit), LARGEST_INTEGER)],
            ).fetchall()

    @staticmethod
    def offset(page: int, limit: int) -> int:
        """How many jobs come before a page."""
        return (page - 1) * limit

    def cancel(self, project: Project, job_id: int, now: int) -> sqlite3.Row | None:
        """Cancel the job, and return it; None if there is no such job.

        Of two that try at the same moment one finds it as it was and the other
        does not: the status is asked and changed in one statement.

        Raises:
            NotCancellable: it has ended.
        """
        with self._connection() as db:
            changed = db.execute(
                """
                UPDATE job SET status = 'cancelled', updated_at = ?
                WHERE id = ? AND account = ? AND project = ? AND status IN ('scheduled', 'running')
                """,
                [now, job_id, project.account, project.key],
            ).rowcount
        job = self.get(project, job_id)
        if job is not None and not changed:
            raise NotCancellable(job["status"])
        return job

    def run_due(self, now: int) -> None:
        """Start what is to start by now, and finish what has run its time.

        A late worker changes nothing but when it is seen: the stamps say when it was due.
        """
        with self._connection() as db:
            db.execute(self.START, {"now": now})
            db.execute(self.FINISH, {"now": now, "run": RUN_MS})

    def next_due(self) -> int | None:
        """When there is something to start or to finish next."""
        with self._connection() as db:
            due: int | None = db.execute(self.NEXT_DUE, {"run": RUN_MS}).fetchone()[0]
            return due


def next_midnight(now: int) -> int:
    """The first midnight UTC after `now`."""
    return (now // DAY_MS + 1) * DAY_MS


def shown(job: sqlite3.Row) -> dict[str, Any]:
    """The job as clients see it."""
    return {
        "jobId": job["id"],
        "description": f"Delete user sessions of userId = {job['user']}",
        "status": job["status"],
        "projectId": PROJECTS[job["project"]],
        "action": "delete_user_data",
        "referenceId": job["user"],
        "createdAt": job["created_at"],
        "updatedAt": job["updated_at"],
        "startAt": job["start_at"],
        "errors": job["errors"],
    }

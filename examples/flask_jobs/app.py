"""OpenReplay's deletion jobs as a Flask application: schedule, list, read and cancel.

Run it with `python examples/flask_jobs/app.py --port 8081`; `--help` says what else it takes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import tempfile
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from deletions.bugs import BUGS, jobs_with
from deletions.hooks import Clock, hooks
from deletions.store import (
    DEFAULT_LIMIT,
    LARGEST_INTEGER,
    MOST_ON_A_PAGE,
    PROJECTS,
    AlreadyScheduled,
    Jobs,
    NotCancellable,
    Project,
    shown,
)
from deletions.worker import Worker
from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import BaseConverter
from werkzeug.serving import make_server

INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
HOST = re.compile("^https?://[^/?]*")
LONGEST_USER_ID = 256
ALREADY_SCHEDULED = "a deletion job for this user is already scheduled or running"


def create_app(
    database: str | Path = "jobs.sqlite3",
    now: Callable[[], float] = time.time,
    bugs: Iterable[str] = (),
    *,
    keys: Collection[str] = (),
    test_clock: bool = False,
) -> Flask:
    """Make the application. Its worker is `app.extensions["worker"]`, and is started by whoever runs it.

    Args:
        database: The file that keeps the jobs.
        now: The clock, in seconds since 1970.
        bugs: Names of what is to be wrong with it.
        keys: The API keys that are let in; without any, every key is an account of its own.
        test_clock: Whether the paths below /test/ are served.
    """
    app = Flask(__name__)
    app.url_map.merge_slashes = False
    app.url_map.converters["segment"] = Segment
    app.wsgi_app = RawPath(app.wsgi_app)  # type: ignore[method-assign]
    clock = Clock(now)
    jobs = jobs_with(bugs, database)
    worker = Worker(jobs, lambda: milliseconds(clock))
    app.extensions |= {"jobs": jobs, "worker": worker}
    app.config["API_KEYS"] = frozenset(keys)
    add_routes(app, jobs, lambda: milliseconds(clock))
    add_errors(app)
    if test_clock:
        app.register_blueprint(hooks(clock, jobs, worker, answer, account_of))
    return app


def add_routes(app: Flask, jobs: Jobs, now: Callable[[], int]) -> None:
    """Add the four operations."""

    @app.get("/public/<segment:project_key>/jobs")
    @authorised
    def list_jobs(project: Project) -> Response:
        limit = between(request.args.get("limit"), 1, MOST_ON_A_PAGE, otherwise=DEFAULT_LIMIT)
        page = between(request.args.get("page"), 1, LARGEST_INTEGER, otherwise=1)
        return answer({"data": [shown(job) for job in jobs.page(project, page, limit)]})

    @app.get("/public/<segment:project_key>/jobs/<segment:job_id>")
    @authorised
    def get_job(project: Project, job_id: str) -> Response:
        number = integer(job_id)
        if number is None:
            return malformed(job_id)
        job = jobs.get(project, number)
        return answer({"data": shown(job)}) if job else refuse("job not found", 404)

    @app.delete("/public/<segment:project_key>/jobs/<segment:job_id>")
    @authorised
    def cancel_job(project: Project, job_id: str) -> Response:
        number = integer(job_id)
        if number is None:
            return malformed(job_id)
        try:
            job = jobs.cancel(project, number, now())
        except NotCancellable as problem:
            been = "" if problem.status == "failed" else "been "
            return refuse(f"the requested job has already {been}{problem.status}", 400)
        return answer({"data": shown(job)}) if job else refuse("job not found", 404)

    @app.delete("/public/<segment:project_key>/users/<segment:user_id>")
    @authorised
    def delete_user(project: Project, user_id: str) -> Response:
        if len(user_id) > LONGEST_USER_ID:
            return refuse(f"invalid path param userID: must be 1 to {LONGEST_USER_ID} characters long", 400)
        try:
            return answer({"data": shown(jobs.schedule(project, user_id, now()))})
        except AlreadyScheduled:
            return refuse(ALREADY_SCHEDULED, 409)


def add_errors(app: Flask) -> None:
    """Give every error the form that clients know."""

    @app.errorhandler(404)
    def not_found(_problem: HTTPException) -> Response:
        return Response("404 page not found\n", 404, content_type="text/plain; charset=utf-8")

    @app.errorhandler(405)
    def wrong_method(problem: MethodNotAllowed) -> Response:
        return empty(405, Allow=", ".join(sorted(problem.valid_methods or ())))

    @app.errorhandler(HTTPException)
    def any_other(problem: HTTPException) -> Response:
        return refuse(problem.description or problem.name, problem.code or 500)


def authorised(view: Callable[..., Response]) -> Callable[..., Response]:
    """Call `view` with the project of the account that asks; who has none is answered with 401."""

    @wraps(view)
    def only_with_a_key(project_key: str, **values: str) -> Response:
        scheme, _, api_key = request.headers.get("Authorization", "").partition(" ")
        # An unknown project is answered like a wrong key: nobody learns which projects there are.
        if scheme != "Bearer" or not is_known(api_key.strip()) or project_key not in PROJECTS:
            return empty(401, WWW_Authenticate="Bearer")
        return view(Project(account_of(api_key.strip()), project_key), **values)

    return only_with_a_key


def is_known(api_key: str) -> bool:
    """Whether a key is let in."""
    known = current_app.config["API_KEYS"]
    return api_key in known if known else bool(api_key)


def account_of(api_key: str) -> str:
    """The account that a key belongs to. The key itself is not kept."""
    return hashlib.sha256(api_key.encode("utf-8", "surrogatepass")).hexdigest()


def answer(body: Any, status: int = 200) -> Response:
    """A response in JSON, with its members in the order they were written."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode(), status, content_type="application/json")


def refuse(error: str, status: int) -> Response:
    """A response that says what is wrong."""
    return answer({"error": error}, status)


def malformed(job_id: str) -> Response:
    """The response to an id that is no number."""
    return refuse(f'invalid path param jobID: strconv.Atoi: parsing "{job_id}": invalid syntax', 400)


def empty(status: int, **headers: str) -> Response:
    """A response without a body, hence without a content type."""
    response = Response(status=status)
    del response.headers["Content-Type"]
    response.headers.extend({name.replace("_", "-"): value for name, value in headers.items()})
    return response


def integer(text: str) -> int | None:
    """The number that `text` is, if it is one of 64 bits."""
    # More digits than that are none, and Python takes its time to read them.
    if not INTEGER.fullmatch(text) or len(text.lstrip("+-0")) > len(str(LARGEST_INTEGER)):
        return None
    number = int(text)
    return number if -LARGEST_INTEGER - 1 <= number <= LARGEST_INTEGER else None


def between(text: str | None, least: int, most: int, *, otherwise: int) -> int:
    """The number that `text` is, if it is one and within the bounds."""
    number = integer(text or "")
    return number if number is not None and least <= number <= most else otherwise


def milliseconds(clock: Callable[[], float]) -> int:
    """What the clock shows, in milliseconds since 1970."""
    return round(clock() * 1000)


class RawPath:
    """WSGI middleware: a slash or a percent sign that a client wrote with a percent sign stays so.

    The server has undone that when the application sees the path, and the user
    `a/b` would be two segments of it.
    """

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        path = HOST.sub("", environ["RAW_URI"]).partition("?")[0]
        segments = [unquote_to_bytes(segment) for segment in path.split("/")]
        environ["PATH_INFO"] = "/".join(map(escaped, segments))
        try:
            b"/".join(segments).decode()
        except UnicodeDecodeError:
            return refuse("the path is not UTF-8", 400)(environ, start_response)
        return self._app(environ, start_response)


def escaped(segment: bytes) -> str:
    """A segment for PATH_INFO, which holds bytes as if they were Latin-1."""
    return segment.replace(b"%", b"%25").replace(b"/", b"%2F").decode("latin-1")


class Segment(BaseConverter):
    """A segment of the path as the client meant it: the other half of `RawPath`."""

    def to_python(self, value: str) -> str:
        return unquote(value)


def main() -> None:
    """Serve on this machine until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free one  [default: 8081]")
    parser.add_argument("--database", help="a file that keeps the jobs  [default: one for this run]")
    parser.add_argument("--key", action="append", default=[], help="an API key  [default: any is one]")
    parser.add_argument("--bug", choices=sorted(BUGS), action="append", default=[], help="what is wrong")
    parser.add_argument("--test-clock", action="store_true", help="serve /test/clock and /test/states")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = options.database or Path(folder) / "jobs.sqlite3"
        app = create_app(database, bugs=options.bug, keys=options.key, test_clock=options.test_clock)
        server = make_server("127.0.0.1", options.port, app, threaded=True)
        app.extensions["worker"].start()
        print(f"http://127.0.0.1:{server.port}", flush=True)
        try:
            with suppress(KeyboardInterrupt):
                server.serve_forever()
        finally:
            server.server_close()
            app.extensions["worker"].stop()


if __name__ == "__main__":
    main()

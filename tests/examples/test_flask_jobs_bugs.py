"""The Flask application as a program, and its bugs: there when they are switched on, and only then."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
import yaml
from examples.flask_servers import EXAMPLE, PROJECT, START_SECONDS, flask_app, program, served, theirs
from harness import NO_TLS, ROOT

JOBS = f"{PROJECT}/jobs"
SCHEMATHESIS = Path(__file__).with_name("flask_jobs.schemathesis.toml")
PATIENCE_SECONDS = 30


def schedule(client, user):
    return client.delete(f"{PROJECT}/users/{user}").json()["data"]["jobId"]


def status(client, identity):
    return client.get(f"{JOBS}/{identity}").json()["data"]["status"]


@pytest.fixture
def with_bugs(tmp_path):
    """Starts the application with the named bugs, for the length of a `with`."""
    return lambda *bugs: theirs(tmp_path, bugs)


# ------------------------------------------------------------------------------------------- lost-race


def test_with_lost_race_two_that_look_before_either_writes_both_win(tmp_path):
    """The audit log keeps each waiting until the other has looked too."""
    app = flask_app(tmp_path, "lost-race")
    meeting = threading.Barrier(2)
    app.extensions["jobs"].audit = lambda _line: meeting.wait(PATIENCE_SECONDS)

    with served(app) as url:
        clients = [_client(url) for _ in range(2)]
        identity = schedule(clients[0], "kai")
        with ThreadPoolExecutor(2) as threads:
            statuses = [*threads.map(lambda each: each.delete(f"{JOBS}/{identity}").status_code, clients)]
        for each in clients:
            each.close()

    assert statuses == [200, 200]


def test_with_lost_race_one_after_the_other_is_refused_as_ever(with_bugs):
    """Which is why nobody has noticed."""
    with with_bugs("lost-race") as side:
        client = side.client("me")
        identity = schedule(client, "kai")

        assert [client.delete(f"{JOBS}/{identity}").status_code for _ in range(2)] == [200, 400]
        assert client.delete(f"{JOBS}/999999").status_code == 404


def test_without_it_one_of_many_wins_however_they_meet(with_bugs):
    with with_bugs() as side:
        clients = [side.client("me") for _ in range(8)]
        for number in range(5):
            identity = schedule(clients[0], f"user-{number}")
            start = threading.Barrier(8)

            def cancel(client, identity=identity, start=start):
                start.wait(PATIENCE_SECONDS)
                return client.delete(f"{JOBS}/{identity}").status_code

            with ThreadPoolExecutor(8) as threads:
                assert sorted(threads.map(cancel, clients)) == [200, *[400] * 7]


# ------------------------------------------------------------------------------------------- late-page


@pytest.mark.parametrize(("bugs", "skipped"), [((), 0), (("late-page",), 3)], ids=["right", "late-page"])
def test_with_late_page_the_second_page_leaves_jobs_out(with_bugs, bugs, skipped):
    with with_bugs(*bugs) as side:
        client = side.client("me")
        made = [schedule(client, f"user-{number}") for number in range(5)]

        pages = [client.get(f"{JOBS}?limit=2&page={page}").json()["data"] for page in (1, 2, 3)]

    shown = [each["jobId"] for page in pages for each in page]
    assert shown == made[::-1][: len(made) - skipped]


def test_with_late_page_pages_of_the_usual_length_are_right(with_bugs):
    """Which is why nobody has noticed."""
    with with_bugs("late-page") as side:
        client = side.client("me")
        made = [schedule(client, f"user-{number}") for number in range(51)]

        second = client.get(f"{JOBS}?page=2").json()["data"]

    assert [each["jobId"] for each in second] == made[:1]


# ----------------------------------------------------------------------------------------- late-cancel


@pytest.mark.parametrize(
    ("bugs", "end"), [((), "cancelled"), (("late-cancel",), "completed")], ids=["right", "late-cancel"]
)
def test_with_late_cancel_a_job_cancelled_while_it_ran_completes(with_bugs, bugs, end):
    with with_bugs(*bugs) as side:
        client = side.client("me")
        identity = side.put("me", "running")["id"]
        assert client.delete(f"{JOBS}/{identity}").json()["data"]["status"] == "cancelled"
        assert status(client, identity) == "cancelled"

        side.advance(31_000)

        assert status(client, identity) == end


def test_with_late_cancel_a_job_cancelled_before_it_ran_stays_cancelled(with_bugs):
    """Which is why nobody has noticed."""
    with with_bugs("late-cancel") as side:
        client = side.client("me")
        identity = schedule(client, "kai")
        client.delete(f"{JOBS}/{identity}")

        side.advance(3 * 86_400_000)

        assert status(client, identity) == "cancelled"


# -------------------------------------------------------------------------------- the program, the worker


def _client(url, token="me"):
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=url, headers=headers, timeout=30, verify=NO_TLS)


def test_an_unknown_bug_is_refused(tmp_path):
    with pytest.raises(KeyError):
        flask_app(tmp_path, "no-such-bug")


def test_the_worker_moves_jobs_by_itself(tmp_path):
    """Nobody has to look, and nobody has to call a door."""
    moment = START_SECONDS
    app = flask_app(tmp_path, now=lambda: moment)
    worker, client = app.extensions["worker"], app.test_client()
    made = client.delete(f"{PROJECT}/users/kai", headers={"Authorization": "Bearer me"}).json["data"]
    worker.start()
    seen = []

    try:
        for wanted, later in (("running", 86_400), ("completed", 30)):
            moment += later
            end = time.monotonic() + PATIENCE_SECONDS
            while not seen or seen[-1] != wanted:
                assert time.monotonic() < end
                path = f"{JOBS}/{made['jobId']}"
                job = client.get(path, headers={"Authorization": "Bearer me"}).json["data"]
                seen.append(job["status"])
    finally:
        worker.stop()

    assert list(dict.fromkeys(seen)) == ["scheduled", "running", "completed"]
    assert job["updatedAt"] == made["startAt"] + 30_000


def test_the_jobs_are_still_there_after_a_restart(tmp_path):
    first = flask_app(tmp_path).test_client()
    made = first.delete(f"{PROJECT}/users/kai", headers={"Authorization": "Bearer me"}).json["data"]

    second = flask_app(tmp_path).test_client()

    assert second.get(f"{JOBS}/{made['jobId']}", headers={"Authorization": "Bearer me"}).json["data"] == made


def test_with_keys_given_no_other_is_let_in(tmp_path):
    client = flask_app(tmp_path, keys=["mine"]).test_client()

    answers = [client.get(JOBS, headers={"Authorization": f"Bearer {key}"}) for key in ("mine", "yours")]

    assert [each.status_code for each in answers] == [200, 401]


def test_without_the_test_clock_there_is_no_door(tmp_path):
    app = program().create_app(tmp_path / "jobs.sqlite3")

    assert app.test_client().get("/test/clock").status_code == 404
    assert app.test_client().post("/test/states", json={}).status_code == 404


@pytest.mark.parametrize("duration", ["", "PT", "P", "1H", "PT1H ", "P1Y", "P1M", "-PT1H", "PTxS", None, 5])
def test_what_is_no_duration_does_not_move_the_clock(with_bugs, duration):
    with with_bugs() as side:
        before = side.now()
        answer = side.client(None).post("/test/clock", json={"advance": duration})

        assert (answer.status_code, side.now()) == (400, before)


@contextmanager
def started(folder, *options):
    """The URL of the program, which must end well when it is told to."""
    command = [sys.executable, EXAMPLE / "app.py", "--port", "0", "--test-clock", *options]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    watchdog = threading.Timer(PATIENCE_SECONDS, process.kill)
    watchdog.start()
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGINT)
        ended = process.wait(PATIENCE_SECONDS)
        process.stdout.close()
        watchdog.cancel()
    assert ended == 0


def test_it_runs_as_a_program(tmp_path):
    with started(tmp_path, "--bug", "late-page") as url, _client(url) as client:
        identity = schedule(client, "kai")
        assert status(client, identity) == "scheduled"
        client.post("/test/clock", json={"advance": "P1DT30S"})
        assert status(client, identity) == "completed"
        assert client.get(f"{JOBS}?limit=1&page=2").json() == {"data": []}

    assert list(tmp_path.iterdir()) == []


def test_the_readme_shows_what_can_be_run(tmp_path):
    """Every command but the one that starts the server, one after the other."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", (EXAMPLE / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    start, script = blocks[0], "".join(blocks[1:])
    assert start == "python examples/flask_jobs/app.py --port 8081 --test-clock\n"

    with started(tmp_path) as url:
        script = script.replace("http://127.0.0.1:8081", url).replace("curl -s ", "curl -sS -w '\\n' ")
        ran = subprocess.run(["sh", "-eu"], input=script, capture_output=True, text=True, timeout=60)

    assert (ran.returncode, ran.stderr) == (0, "")
    told = [json.loads(line) for line in ran.stdout.splitlines()]
    assert told[0] == {"data": told[1]["data"][0]}
    assert told[2]["data"]["status"] == "cancelled"
    assert told[3] == {"error": "the requested job has already been cancelled"}
    assert datetime.fromisoformat(told[5]["now"]) - datetime.fromisoformat(told[4]["now"]) >= timedelta(
        days=1
    )
    assert told[6]["fields"]["referenceId"] == "femi@example.com"


def test_the_readme_tells_of_every_bug():
    readme = (EXAMPLE / "README.md").read_text()

    assert re.findall(r"^\| `(\w[a-z-]+)` \|", readme, re.MULTILINE) == list(program().BUGS)


def test_it_imports_nothing_of_ours_and_does_not_read_the_document():
    """What it agrees on with the document, it agrees on by itself."""
    sources = [file.read_text() for file in EXAMPLE.rglob("*.py")]

    assert len(sources) > 4
    for name in ("understudy", "mockserver", "contracts", "speckit", "openapi", "yaml"):
        assert not [source for source in sources if name in source]


# --------------------------------------------------------------------------------------- schemathesis


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """What one run of everything over the four operations found."""
    folder = tmp_path_factory.mktemp("schemathesis")
    with served(flask_app(folder, keys=["st-token"])) as url:
        command = [
            Path(sys.executable).with_name("st"),
            *("--config-file", SCHEMATHESIS, "run", ROOT / "openapi.yaml", "--url", url),
            *("--include-tag", "openreplay", "--no-color"),
            *("--report", "json", "--report-json-path", folder / "report.json"),
        ]
        ran = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads((folder / "report.json").read_text())


def test_schemathesis_finds_nothing(report):
    assert report["failures"] == []
    assert report["errors"] == []


def test_schemathesis_has_tried_every_operation(report):
    paths = yaml.load((ROOT / "openapi.yaml").read_text(), Loader=yaml.CSafeLoader)["paths"]
    number = sum(
        "openreplay" in each.get("tags", ()) for path in paths.values() for each in _operations(path)
    )

    assert report["operations"]["tested"] == number == 4
    assert report["test_cases"]["generated"] > 100


def _operations(path):
    return [each for each in path.values() if isinstance(each, dict)]

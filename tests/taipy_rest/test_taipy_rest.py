"""What taipy-rest 4.1.1 does on the wire, and that the overlay says just that: both get the same requests."""

import re

import httpx
import pytest
from harness import NO_TLS
from taipy_rest.sides import JOBS, TASKS

STATUSES = [
    *("SUBMITTED", "BLOCKED", "PENDING", "RUNNING"),
    *("CANCELED", "FAILED", "COMPLETED", "SKIPPED", "ABANDONED"),
]
WAITING, FINISHED = STATUSES[:3], STATUSES[4:]
KEYS = ["id", "status", "force", "creation_date", "stacktrace"]
UUID4 = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
PAGE_TASK = TASKS["my_config"]
UNKNOWN = {
    "unknown": "JOB_my_config_00000000-0000-4000-8000-000000000000",
    "malformed": "nope",
    "a blank": "%20",
    "NUL": "%00",
    "two dots": "%2E%2E",
    "a line": "a%0Ab",
    "a pattern": "JOB_*",
    "a question mark": "%3F",
    "not ASCII": "%C3%BC",
    "a number": "-1",
    "a task": PAGE_TASK,
    "a word of the path": "cancel",
    "as long as can be": "a" * 250,
}
SHOWN = {"%20": " ", "%00": "\0", "%2E%2E": "..", "a%0Ab": "a\nb", "%3F": "?", "%C3%BC": "\u00fc"}
HTML = "text/html; charset=utf-8"


def told(answer):
    return answer.status_code, answer.json()


def message(text):
    return {"message": text}


def page(answer):
    """A page of the web server: status, media type and title."""
    title = re.search("<title>(.*)</title>", answer.text)
    return answer.status_code, answer.headers["Content-Type"], title and title[1]


# ------------------------------------------------------------------------------- reading, in every status


@pytest.mark.parametrize("status", STATUSES)
def test_a_job_is_shown_alike_in_every_status(side, status):
    """Five fields, a time without a zone, and lines in the stack trace if and only if it failed."""
    identity = side.reach(status)

    shown = side.job(identity)

    assert list(shown) == KEYS
    assert (shown["id"], shown["status"], shown["force"]) == (identity, f"Status.{status}", False)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?", shown["creation_date"])
    assert shown["stacktrace"] == (["ValueError: boom on purpose\n"] if status == "FAILED" else [])
    assert shown in side.ask("GET", JOBS).json()


@pytest.mark.parametrize("query", ["limit=1", "page=x", "status=Status.FAILED", "task_id=a&task_id=b"])
def test_the_list_is_a_bare_array_whatever_the_query(side, query):
    identity = side.create()

    listed = side.ask("GET", f"{JOBS}?{query}").json()

    assert isinstance(listed, list)
    assert listed == side.ask("GET", JOBS).json()
    assert identity in [each["id"] for each in listed]


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json;q=0"])
def test_the_answer_is_json_whatever_is_accepted(side, accept):
    answer = side.ask("GET", f"{JOBS}{side.create()}/", headers={"Accept": accept})

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


# ------------------------------------------------------------------- cancelling and deleting, in every status


@pytest.mark.parametrize("status", STATUSES)
def test_every_cancel_is_answered_with_200_and_a_message(side, status):
    """The page says 204. Only a job that has not begun is cancelled; nothing else about it changes."""
    identity = side.reach(status)
    before = side.job(identity)

    answer = side.ask("POST", f"{JOBS}cancel/{identity}/")

    change = {"status": "Status.CANCELED"} if status in WAITING else {}
    assert told(answer) == (200, message(f"Job {identity} was cancelled."))
    assert side.job(identity) == before | change


@pytest.mark.parametrize("status", FINISHED)
def test_a_finished_job_is_deleted_and_gone(side, status):
    identity = side.reach(status)

    answer = side.ask("DELETE", f"{JOBS}{identity}/")

    assert told(answer) == (200, message(f"Job {identity} was deleted."))
    gone = (404, message(f"Job: {identity} does not exist."))
    assert identity not in side.statuses()
    assert told(side.ask("GET", f"{JOBS}{identity}/")) == gone
    assert told(side.ask("DELETE", f"{JOBS}{identity}/")) == gone


@pytest.mark.parametrize("status", STATUSES[:4])
def test_an_unfinished_job_cannot_be_deleted(side, status):
    """Nobody handles its JobNotDeletedException, so the web server answers; the job is kept."""
    identity = side.reach(status)
    before = side.job(identity)

    answer = side.ask("DELETE", f"{JOBS}{identity}/")

    assert page(answer) == (500, HTML, "500 Internal Server Error")
    assert side.job(identity) == before


# ----------------------------------------------------------------------------------- creating and submitting


def test_a_created_job_stays_submitted_until_it_is_cancelled(side):
    answer = side.ask("POST", JOBS, params={"task_id": "my_config"})

    assert answer.status_code == 201
    assert list(answer.json()) == ["message", "job"]
    assert answer.json()["message"] == "Job was created."
    made = answer.json()["job"]
    assert (list(made), made["status"]) == (KEYS, "Status.SUBMITTED")
    assert re.fullmatch(f"JOB_{UUID4}", made["id"])
    side.submit()
    assert side.job(made["id"]) == made


@pytest.mark.parametrize(
    ("query", "status", "text"),
    [
        ("", 400, "Config id is missing."),
        ("?task_id=", 400, "Config id is missing."),
        ("?TASK_ID=my_config", 400, "Config id is missing."),
        ("?task_id=nope", 404, "Task config: nope does not exist."),
        ("?task_id=%20", 404, "Task config:   does not exist."),
        ("?task_id=x%26y", 404, "Task config: x&y does not exist."),
        ("?task_id=nope&task_id=my_config", 404, "Task config: nope does not exist."),
        (f"?task_id={PAGE_TASK}", 404, f"Task config: {PAGE_TASK} does not exist."),
        (f"?task_id={'a' * 300}", 404, f"Task config: {'a' * 300} does not exist."),
    ],
    ids=["none", "empty", "other case", "unknown", "blank", "escaped", "first counts", "page", "long"],
)
def test_a_job_needs_the_name_of_a_configuration(side, query, status, text):
    """The value that the page itself shows is the id of a task, and is not found."""
    before = side.statuses()

    assert told(side.ask("POST", JOBS + query)) == (status, message(text))
    assert side.statuses() == before


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("application/json", '{"task_id": "nope"}'),
        ("application/json", "{"),
        ("application/x-www-form-urlencoded", "task_id=nope"),
        ("text/plain", "nope"),
    ],
)
def test_a_body_is_ignored_whatever_it_is(side, kind, content):
    sent = {"content": content, "headers": {"Content-Type": kind}}

    assert side.ask("POST", f"{JOBS}?task_id=my_config", **sent).status_code == 201
    assert told(side.ask("POST", JOBS, **sent)) == (400, message("Config id is missing."))


def test_a_submitted_task_has_left_submitted_before_the_answer_and_completes(side):
    """The answer does not name the job, whose id carries the configuration."""
    identity = side.submit()

    assert side.statuses()[identity] in ("PENDING", "RUNNING", "COMPLETED")
    assert re.fullmatch(f"JOB_my_config_{UUID4}", identity)
    side.wait_for(identity, "COMPLETED")


def test_submitting_answers_with_a_message(side):
    answer = side.ask("POST", f"/api/v1/tasks/submit/{PAGE_TASK}/")

    assert told(answer) == (200, message(f"Task {PAGE_TASK} was submitted."))


# -------------------------------------------------------------------------------------- ids, slashes, methods


@pytest.mark.parametrize("identity", [pytest.param(text, id=name) for name, text in UNKNOWN.items()])
@pytest.mark.parametrize("slash", ["/", ""], ids=["slash", "none"])
def test_what_names_no_job_is_not_found(side, identity, slash):
    expected = (404, message(f"Job: {SHOWN.get(identity, identity)} does not exist."))

    answers = [
        side.ask("GET", f"{JOBS}{identity}{slash}"),
        side.ask("DELETE", f"{JOBS}{identity}{slash}"),
        side.ask("POST", f"{JOBS}cancel/{identity}{slash}"),
    ]

    assert [told(each) for each in answers] == [expected] * 3


@pytest.mark.parametrize(
    "identity", [pytest.param(text, id=name) for name, text in UNKNOWN.items() if name != "a task"]
)
def test_what_names_no_task_is_not_found(side, identity):
    expected = (404, message(f"Task: {SHOWN.get(identity, identity)} does not exist."))

    assert told(side.ask("POST", f"/api/v1/tasks/submit/{identity}/")) == expected


def test_a_path_without_its_slash_is_the_same_path(side):
    identity = side.create()

    assert side.ask("GET", JOBS.rstrip("/")).json() == side.ask("GET", JOBS).json()
    assert side.ask("GET", f"{JOBS}{identity}").json() == {"job": side.job(identity)}
    assert side.ask("POST", f"{JOBS}cancel/{identity}").status_code == 200
    assert side.ask("DELETE", f"{JOBS}{identity}").status_code == 200
    assert side.ask("POST", f"{JOBS.rstrip('/')}?task_id=my_config").status_code == 201


METHODS = [
    (JOBS, {"GET", "HEAD", "OPTIONS", "POST"}),
    (f"{JOBS}nope/", {"DELETE", "GET", "HEAD", "OPTIONS"}),
    (f"{JOBS}cancel/nope/", {"OPTIONS", "POST"}),
    ("/api/v1/tasks/submit/nope/", {"OPTIONS", "POST"}),
]


@pytest.mark.parametrize(("path", "allowed"), METHODS)
def test_a_wrong_method_is_405_and_told_what_there_is(side, path, allowed):
    for method in {"GET", "PUT", "PATCH", "DELETE", "POST"} - allowed:
        answer = side.ask(method, path)

        assert told(answer) == (405, message("The method is not allowed for the requested URL."))
        assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(("path", "allowed"), METHODS)
def test_options_is_200_and_tells_what_there_is(side, path, allowed):
    answer = side.ask("OPTIONS", path)

    assert (answer.status_code, answer.content) == (200, b"")
    assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(("path", "status"), [(JOBS, 200), (f"{JOBS}nope/", 404)])
def test_head_is_get_without_a_body(side, path, status):
    answer = side.ask("HEAD", path)

    assert (answer.status_code, answer.content) == (status, b"")
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/api/v1/nope/", f"{JOBS}nope/x/", "/api/v1/Jobs/"])
def test_an_unknown_path_is_a_page_of_the_web_server(side, path):
    assert page(side.ask("GET", path)) == (404, HTML, "404 Not Found")


def test_the_pages_of_the_web_server_are_the_same_to_the_letter(real, side):
    job = real.create(), side.create()
    texts = [
        (one.ask("DELETE", f"{JOBS}{identity}/").text, one.ask("GET", "/api/v1/nope").text)
        for one, identity in zip((real, side), job, strict=True)
    ]

    assert texts[0] == texts[1]


# ---------------------------------------------------------- what the overlay's description says is not played


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_without_the_slash_a_wrong_method_is_an_unknown_path(real, method):
    assert page(real.ask(method, "/api/v1/jobs")) == (404, HTML, "404 Not Found")


def test_an_id_too_long_for_the_name_of_a_file_is_a_fault(real):
    answer = real.http.get(f"{JOBS}{'a' * 251}/")

    assert page(answer) == (500, HTML, "500 Internal Server Error")


def test_the_configuration_of_all_others_is_a_fault(real):
    """Each kind of configuration has one called default, which has no function."""
    answer = real.http.post(JOBS, params={"task_id": "default"})

    assert page(answer) == (500, HTML, "500 Internal Server Error")


def test_a_slash_in_an_id_is_one_of_the_path(real):
    assert page(real.http.get(f"{JOBS}a%2Fb/")) == (404, HTML, "404 Not Found")


@pytest.mark.parametrize("header", ["Bearer nobody", "Basic eDp5", "nonsense"])
def test_a_token_means_nothing(real, header):
    identity = real.create()

    listed = real.ask("GET", JOBS, headers={"Authorization": header}).json()

    assert identity in [each["id"] for each in listed]


def test_to_cancel_a_running_job_abandons_those_that_wait_for_it(real):
    """It goes on all the same, but nobody uses its result."""
    first, second = real.chain()

    real.ask("POST", f"{JOBS}cancel/{first}/")

    assert [real.statuses()[each] for each in (first, second)] == ["RUNNING", "ABANDONED"]


@pytest.fixture
def plain(plain_product):
    with httpx.Client(base_url=plain_product.url, timeout=60, verify=NO_TLS) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{JOBS}nope/"),
        ("DELETE", f"{JOBS}nope/"),
        ("POST", f"{JOBS}cancel/nope/"),
        ("POST", JOBS),
        ("POST", f"{JOBS}?task_id=nope"),
        ("POST", "/api/v1/tasks/submit/nope/"),
    ],
)
def test_as_it_comes_the_product_answers_every_error_with_500(plain, method, path):
    """Its error handlers are passed by, unless exceptions propagate."""
    assert told(plain.request(method, path)) == (500, message("Internal Server Error"))


def test_as_it_comes_the_product_cannot_delete_an_unfinished_job_either(plain):
    made = plain.post(JOBS, params={"task_id": "my_config"}).json()["job"]["id"]

    assert told(plain.delete(f"{JOBS}{made}/")) == (500, message("Internal Server Error"))
    assert plain.get(f"{JOBS}{made}/").json()["job"]["status"] == "Status.SUBMITTED"

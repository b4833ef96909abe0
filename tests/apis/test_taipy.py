"""Taipy REST, /api/v1: jobs that wait for ever, jobs that run, a cancel without a body, slashes at will."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

JOBS = "/api/v1/jobs/"
PAGE_JOB = "JOB_my_task_config_75750ed8-4e09-4e00-958d-e352ee426cc9"
PAGE_TASK = "TASK_my_config_75750ed8-4e09-4e00-958d-e352ee426cc9"
OTHER_TASK = "TASK_my_task_config_0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"
BLOCKED, PENDING, RUNNING, CANCELED, FAILED, COMPLETED, SKIPPED, ABANDONED = (
    f"JOB_my_config_{number}f0c2a54-8f53-4d0a-9b2e-0a4f6f1c7d0{number}" for number in range(1, 9)
)
STATES = {
    PAGE_JOB: "Status.SUBMITTED",
    BLOCKED: "Status.BLOCKED",
    PENDING: "Status.PENDING",
    RUNNING: "Status.RUNNING",
    CANCELED: "Status.CANCELED",
    FAILED: "Status.FAILED",
    COMPLETED: "Status.COMPLETED",
    SKIPPED: "Status.SKIPPED",
    ABANDONED: "Status.ABANDONED",
}
WAITING, FINISHED = [PAGE_JOB, BLOCKED, PENDING], [CANCELED, FAILED, COMPLETED, SKIPPED, ABANDONED]
KEYS = ["id", "status", "force", "creation_date", "stacktrace"]
UUID4 = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def named(identities):
    """Parameters that are called by the state their job is in."""
    return [pytest.param(each, id=STATES[each].removeprefix("Status.")) for each in identities]


def job(api, identity):
    answer = api.get(f"{JOBS}{identity}/")
    assert answer.status_code == 200, answer.text
    return answer.json()["job"]


def told(answer):
    return answer.status_code, answer.json()


def unknown(identity):
    return 404, {"message": f"Job: {identity} does not exist."}


def create(api, config="my_config"):
    answer = api.post(JOBS, params={"task_id": config})
    assert answer.status_code == 201, answer.text
    return answer.json()["job"]


def cancel(api, identity):
    return api.post(f"{JOBS}cancel/{identity}/")


def submit(api, task=PAGE_TASK, scenario=""):
    """Submit a task, and return the id of the job that is in the list since."""
    before = {each["id"] for each in api.get(JOBS).json()}
    headers = {"Understudy-Scenario": scenario} if scenario else {}
    answer = api.post(f"/api/v1/tasks/submit/{task}/", headers=headers)
    assert told(answer) == (200, {"message": f"Task {task} was submitted."})
    (identity,) = {each["id"] for each in api.get(JOBS).json()} - before
    return identity


# ------------------------------------------------------------------------------------------------ reading


@pytest.mark.source("obs")
def test_a_job_has_five_fields_in_the_order_of_the_product(api):
    """The declared task_id and subscribers never go over the wire."""
    answer = api.get(f"{JOBS}{PAGE_JOB}/").json()

    assert list(answer) == ["job"]
    assert list(answer["job"]) == KEYS


@pytest.mark.source("seed", "obs")
def test_the_list_is_a_bare_array_of_the_jobs_themselves(api):
    """An array of all jobs, says the page; without an envelope and without pages."""
    listed = api.get(JOBS).json()

    assert isinstance(listed, list)
    assert listed == [job(api, each["id"]) for each in listed]
    assert [list(each) for each in listed] == [KEYS] * 9


@pytest.mark.source("src", "obs")
def test_every_status_is_in_a_new_world_and_written_as_python_shows_it(api):
    assert {each["id"]: each["status"] for each in api.get(JOBS).json()} == STATES


@pytest.mark.source("obs")
def test_a_stacktrace_is_a_list_and_only_a_failed_job_has_lines_in_it(api):
    traces = {each["id"]: each["stacktrace"] for each in api.get(JOBS).json()}

    assert traces.pop(FAILED) == ["ValueError: boom on purpose\n"]
    assert set(map(tuple, traces.values())) == {()}


@pytest.mark.source("obs")
@pytest.mark.parametrize(
    "query", ["limit=1", "page=2", "status=Status.FAILED", "task_id=my_config", "x=1&x=2", "limit=abc"]
)
def test_query_parameters_of_the_list_are_ignored(api, query):
    assert api.get(f"{JOBS}?{query}").content == api.get(JOBS).content


@pytest.mark.source("obs")
def test_a_creation_date_has_a_blank_no_zone_and_microseconds_unless_there_are_none(clock, door, api):
    """str(datetime), as Python writes it."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", create(api)["creation_date"])

    door("POST", "/clock", json={"advance": "PT0.218910S"})

    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.218910", create(api)["creation_date"])


@pytest.mark.source("obs")
@pytest.mark.parametrize("accept", ["application/json", "text/html", "application/xml"])
def test_the_answer_is_json_whatever_is_accepted(api, accept):
    answer = api.get(JOBS, headers={"Accept": accept})

    assert answer.headers["Content-Type"] == "application/json"


# ----------------------------------------------------------------------------------------------- creating


@pytest.mark.source("obs", "seed")
@pytest.mark.parametrize(
    "config",
    [
        *("my_config", "my_task_config"),
        pytest.param(PAGE_TASK, marks=pytest.mark.source("decision"), id="the value of the page"),
    ],
)
def test_creating_answers_with_a_message_and_the_submitted_job(api, config):
    answer = api.post(JOBS, params={"task_id": config})

    assert answer.status_code == 201
    assert list(answer.json()) == ["message", "job"]
    assert answer.json()["message"] == "Job was created."
    made = answer.json()["job"]
    assert list(made) == KEYS
    assert re.fullmatch(f"JOB_{UUID4}", made["id"])
    assert (made["status"], made["force"], made["stacktrace"]) == ("Status.SUBMITTED", False, [])
    assert job(api, made["id"]) == made
    assert made in api.get(JOBS).json()


@pytest.mark.source("obs")
@pytest.mark.parametrize("query", ["", "?task_id=", "?task_id", "?task=my_config", "?TASK_ID=my_config"])
def test_a_job_needs_a_configuration(api, unchanged, query):
    """Absent or empty: 400, in the handler's words."""
    with unchanged(JOBS):
        answer = api.post(JOBS.rstrip("/") + query)

    assert told(answer) == (400, {"message": "Config id is missing."})


@pytest.mark.source("seed")
@pytest.mark.parametrize("config", ["nobody", "MY_CONFIG", "TASK_my_config_0", PAGE_JOB, "0", " "])
def test_a_configuration_nobody_has_is_not_found(api, unchanged, config):
    """If the config does not exist, a 404 error is returned."""
    with unchanged(JOBS):
        answer = api.post(JOBS, params={"task_id": config})

    assert told(answer) == (404, {"message": f"Task config: {config} does not exist."})


@pytest.mark.source("obs")
@pytest.mark.parametrize("body", ['{"task_id": "nobody"}', "{broken", "\x00", "[]"])
@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_a_body_is_ignored_however_broken(api, body, kind):
    """The input is in the query."""
    answer = api.post(f"{JOBS}?task_id=my_config", content=body, headers={"Content-Type": kind})

    assert answer.status_code == 201


@pytest.mark.source("obs")
def test_of_two_configurations_the_first_counts(api):
    assert api.post(f"{JOBS}?task_id=my_config&task_id=nobody").status_code == 201
    assert api.post(f"{JOBS}?task_id=nobody&task_id=my_config").status_code == 404


@pytest.mark.source("obs")
def test_a_created_job_waits_for_ever(clock, api):
    """POST /jobs does not run anything: nothing enqueues the job."""
    made = create(api)

    clock.advance(100_000)

    assert job(api, made["id"]) == made


@pytest.mark.source("decision")
def test_a_task_nobody_has_cannot_be_submitted(api, unchanged):
    with unchanged(JOBS):
        answer = api.post("/api/v1/tasks/submit/TASK_nobody/")

    assert told(answer) == (404, {"message": "Task: TASK_nobody does not exist."})


# ----------------------------------------------------------------------------------------- the lifecycle


@pytest.mark.source("src", "obs")
@pytest.mark.parametrize(
    ("scenario", "end", "trace"),
    [("", "COMPLETED", []), ("failure", "FAILED", ["ValueError: boom on purpose\n"])],
    ids=["completes", "fails"],
)
def test_a_submitted_task_runs(clock, api, scenario, end, trace):
    """Submitted, pending, running and one of the two endings."""
    identity, born = submit(api, scenario=scenario), clock.now
    before = job(api, identity)

    seen = []
    for moment in (born + 0.999, born + 1, born + 1.999, born + 2, born + 6.999, born + 7, born + 100):
        clock.to(moment)
        seen.append(job(api, identity)["status"].removeprefix("Status."))

    assert seen == ["SUBMITTED", "PENDING", "PENDING", "RUNNING", "RUNNING", end, end]
    assert job(api, identity) == before | {"status": f"Status.{end}", "stacktrace": trace}


@pytest.mark.source("src", "obs")
@pytest.mark.parametrize(("task", "config"), [(PAGE_TASK, "my_config"), (OTHER_TASK, "my_task_config")])
def test_a_job_of_a_submission_has_its_configuration_in_its_id(api, task, config):
    """Like the ids on the page."""
    assert re.fullmatch(f"JOB_{config}_{UUID4}", submit(api, task))


@pytest.mark.source("obs")
@pytest.mark.parametrize("identity", named(WAITING))
def test_cancelling_stops_a_job_that_has_not_begun(clock, api, identity):
    """204 without a body, since HTTP forbids one; only the status changes."""
    before = job(api, identity)

    answer = cancel(api, identity)
    clock.advance(100)

    assert (answer.status_code, answer.content) == (204, b"")
    assert job(api, identity) == before | {"status": "Status.CANCELED"}


@pytest.mark.source("obs")
@pytest.mark.parametrize("waits", [0, 1], ids=["submitted", "pending"])
def test_a_submission_can_be_cancelled_before_it_runs(clock, api, waits):
    identity = submit(api)
    clock.advance(waits)

    cancel(api, identity)
    clock.advance(100)

    assert job(api, identity)["status"] == "Status.CANCELED"


@pytest.mark.source("obs")
@pytest.mark.parametrize("identity", named([RUNNING, *FINISHED]))
def test_cancelling_a_job_that_runs_or_has_finished_changes_nothing(api, unchanged, identity):
    """The answer is the same 204: the job exists, and that is all that is asked."""
    with unchanged(JOBS, f"{JOBS}{identity}/"):
        answer = cancel(api, identity)

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.source("obs")
def test_a_running_job_goes_on_and_completes_although_it_was_cancelled(clock, api):
    api.get(JOBS)
    cancel(api, RUNNING)

    clock.advance(4.999)
    assert job(api, RUNNING)["status"] == "Status.RUNNING"
    clock.advance(0.001)

    assert job(api, RUNNING)["status"] == "Status.COMPLETED"


@pytest.mark.source("seed", "decision")
@pytest.mark.parametrize("identity", named(STATES))
def test_a_job_is_deleted_in_whatever_status_it_is(api, identity):
    """The page lists no refusal; afterwards the job is nowhere."""
    answer = api.delete(f"{JOBS}{identity}/")

    assert told(answer) == (200, {"message": f"Job {identity} was deleted."})
    assert identity not in [each["id"] for each in api.get(JOBS).json()]
    assert told(api.get(f"{JOBS}{identity}/")) == unknown(identity)
    assert told(api.delete(f"{JOBS}{identity}/")) == unknown(identity)
    assert told(cancel(api, identity)) == unknown(identity)


@pytest.mark.source("src")
@pytest.mark.parametrize(
    ("identity", "moves", "end"),
    [
        pytest.param(PAGE_JOB, ["block"], "BLOCKED", id="inputs are missing"),
        pytest.param(PAGE_JOB, ["block", "unblock"], "PENDING", id="inputs get written"),
        pytest.param(BLOCKED, ["unblock"], "PENDING", id="a blocked job is let go"),
        pytest.param(BLOCKED, ["abandon"], "ABANDONED", id="what it waited for failed"),
        pytest.param(PENDING, ["skip"], "SKIPPED", id="the result was cached"),
    ],
)
def test_other_tasks_of_a_scenario_move_a_job(api, world, identity, moves, end):
    """No operation here causes it, so the control door plays the orchestrator."""
    before = job(api, identity)

    for move in moves:
        world.fire("TaipyJob", identity, move)

    assert job(api, identity) == before | {"status": f"Status.{end}"}


@pytest.mark.source("src")
def test_an_unblocked_job_runs(clock, api, world):
    world.fire("TaipyJob", BLOCKED, "unblock")

    clock.advance(1)
    assert job(api, BLOCKED)["status"] == "Status.RUNNING"
    clock.advance(5)

    assert job(api, BLOCKED)["status"] == "Status.COMPLETED"


@pytest.mark.source("src")
@pytest.mark.parametrize(
    ("identity", "move"),
    [
        pytest.param(identity, move, id=f"{move} {STATES[identity].removeprefix('Status.')}")
        for identity in FINISHED
        for move in ("unblock", "skip")
    ],
)
def test_a_finished_job_stays_finished(clock, api, world, identity, move):
    """Whatever happens around it, and however long it lies."""
    before = job(api, identity)

    with pytest.raises(AssertionError):
        world.fire("TaipyJob", identity, move)
    clock.advance(1000)

    assert job(api, identity) == before


@pytest.mark.source("decision")
def test_of_two_racing_deletes_one_wins(ask, token):
    clients = [ask(token), ask(token)]
    clients[0].get(JOBS)

    with ThreadPoolExecutor(2) as threads:
        statuses = [*threads.map(lambda client: client.delete(JOBS + COMPLETED).status_code, clients)]

    assert sorted(statuses) == [200, 404]


# ------------------------------------------------------------------------------- who asks, and for what

REQUESTS = [
    pytest.param("GET", JOBS, "TAIPY_READER", 200, id="list"),
    pytest.param("GET", f"{JOBS}{PAGE_JOB}/", "TAIPY_READER", 200, id="read"),
    pytest.param("POST", f"{JOBS}?task_id=my_config", "TAIPY_EDITOR", 201, id="create"),
    pytest.param("DELETE", f"{JOBS}{COMPLETED}/", "TAIPY_EDITOR", 200, id="delete"),
    pytest.param("POST", f"{JOBS}cancel/{RUNNING}/", "TAIPY_EXECUTOR", 204, id="cancel"),
    pytest.param("POST", f"/api/v1/tasks/submit/{PAGE_TASK}/", "TAIPY_EXECUTOR", 200, id="submit"),
]


@pytest.mark.source("seed")
@pytest.mark.parametrize("who", ["reader", "editor", "executor", "curator"])
@pytest.mark.parametrize(("method", "path", "role", "status"), REQUESTS)
def test_with_roles_each_operation_asks_for_its_own(closed, method, path, role, status, who):
    """READER reads, EDITOR creates and deletes, EXECUTOR runs and cancels; no role contains another."""
    answer = closed(f"{who}-token").request(method, path)

    if role == f"TAIPY_{who.upper()}":
        assert answer.status_code == status
    else:
        assert answer.status_code == 403
        assert list(answer.json()) == ["message"]


@pytest.mark.source("decision")
@pytest.mark.parametrize("token", [None, "nobody-knows-me"], ids=["no token", "an unknown one"])
@pytest.mark.parametrize(("method", "path", "role", "status"), REQUESTS)
def test_with_roles_nobody_in_particular_is_let_in(closed, method, path, role, status, token):
    """The document: 401 where the token is missing or unknown."""
    answer = closed(token).request(method, path)

    assert answer.status_code == 401
    assert list(answer.json()) == ["message"]


@pytest.mark.source("decision")
def test_without_a_token_all_share_one_world(ask, api):
    """The community edition knows no callers; a token makes a world apart."""
    one, other = ask(None), ask(None)

    made = create(one)

    assert job(other, made["id"]) == made
    assert told(api.get(f"{JOBS}{made['id']}/")) == unknown(made["id"])
    assert one.delete(f"{JOBS}{made['id']}/").status_code == 200


@pytest.mark.source("decision")
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_another_worlds_job_is_not_there(ask, api, token, unchanged, method):
    mine = create(api)["id"]

    with unchanged(JOBS):
        answer = ask(f"{token}-other").request(method, f"{JOBS}{mine}/")

    assert told(answer) == unknown(mine)


@pytest.mark.source("seed")
@pytest.mark.parametrize(
    "identity", ["JOB_nobody", "0", "abc", "%20", PAGE_JOB[4:], PAGE_JOB.lower(), PAGE_TASK]
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", JOBS), ("DELETE", JOBS), ("POST", f"{JOBS}cancel/")],
    ids=["read", "delete", "cancel"],
)
def test_an_id_nobody_has_is_not_found(api, unchanged, method, path, identity):
    """No job has the job_id identifier: 404, in the product's words."""
    with unchanged(JOBS):
        answer = api.request(method, f"{path}{identity}/")

    assert told(answer) == unknown(identity.replace("%20", " "))


@pytest.mark.source("obs")
@pytest.mark.parametrize("slash", ["", "/", "//"], ids=["without", "with", "with two"])
@pytest.mark.parametrize(("method", "path", "role", "status"), REQUESTS)
def test_a_slash_at_the_end_is_no_matter(api, method, path, role, status, slash):
    """Both forms work, and neither redirects."""
    path, mark, query = path.partition("?")

    answer = api.request(method, path.rstrip("/") + slash + mark + query)

    assert answer.status_code == status


@pytest.mark.source("obs", "decision")
@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", JOBS, "GET, HEAD, OPTIONS, POST"),
        ("DELETE", JOBS, "GET, HEAD, OPTIONS, POST"),
        ("PATCH", f"{JOBS}{PAGE_JOB}/", "DELETE, GET, HEAD, OPTIONS"),
        ("GET", f"{JOBS}cancel/{PAGE_JOB}/", "OPTIONS, POST"),
        ("GET", f"/api/v1/tasks/submit/{PAGE_TASK}/", "OPTIONS, POST"),
    ],
)
def test_a_method_the_path_has_not_is_405_in_the_products_words(api, unchanged, method, path, allow):
    with unchanged(JOBS):
        answer = api.request(method, path)

    assert told(answer) == (405, {"message": "The method is not allowed for the requested URL."})
    assert answer.headers["Allow"] == allow


@pytest.mark.source("decision")
@pytest.mark.parametrize(
    "path", ["/api/v1/", "/api/v1/nothing", f"{JOBS}{PAGE_JOB}/x/", "/api/v1/jobs/x/y/z/"]
)
def test_an_unknown_path_is_404(api, path):
    answer = api.get(path)

    assert answer.status_code == 404
    assert list(answer.json()) == ["message"]


@pytest.mark.source("decision")
def test_head_is_get_without_a_body_and_options_names_the_methods(api):
    head, get, options = (api.request(method, JOBS) for method in ("HEAD", "GET", "OPTIONS"))

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.content))
    assert options.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


# ------------------------------------------------------------------ the overlay: taipy-rest 4.1 as it runs


@pytest.fixture(scope="module")
def running_server(start):
    return start("--overlay", "overlays/taipy-rest-4.1.yaml")


@pytest.fixture
def product(running_server, token):
    """A client of a server with the overlay, in a world of its own."""
    with running_server.client(token) as client:
        yield client


@pytest.mark.source("obs")
@pytest.mark.parametrize("identity", named(STATES))
def test_the_product_answers_every_cancel_with_200_and_a_message(product, identity):
    """Two l's in cancelled, one in CANCELED, and no job; what happens is the same as without the overlay."""
    before = job(product, identity)

    answer = cancel(product, identity)

    change = {"status": "Status.CANCELED"} if identity in WAITING else {}
    assert told(answer) == (200, {"message": f"Job {identity} was cancelled."})
    assert job(product, identity) == before | change


@pytest.mark.source("obs")
@pytest.mark.parametrize("identity", named([*WAITING, RUNNING]))
def test_the_product_cannot_delete_a_job_that_has_not_finished(product, identity):
    """Nobody handles its JobNotDeletedException, hence the 500; the job is kept."""
    before = product.get(JOBS).json()

    answer = product.delete(f"{JOBS}{identity}/")

    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert "<title>500 Internal Server Error</title>" in answer.text
    assert product.get(JOBS).json() == before


@pytest.mark.source("obs")
@pytest.mark.parametrize("identity", named(FINISHED))
def test_the_product_deletes_a_finished_job(product, identity):
    answer = product.delete(f"{JOBS}{identity}/")

    assert told(answer) == (200, {"message": f"Job {identity} was deleted."})
    assert told(product.get(f"{JOBS}{identity}/")) == unknown(identity)


@pytest.mark.source("obs")
def test_to_delete_a_created_job_of_the_product_one_cancels_it_first(product):
    made = create(product)["id"]
    assert product.delete(f"{JOBS}{made}/").status_code == 500

    cancel(product, made)

    assert product.delete(f"{JOBS}{made}/").status_code == 200


@pytest.mark.source("obs")
def test_the_product_takes_configurations_only_not_the_value_of_its_own_page(product):
    answer = product.post(JOBS, params={"task_id": PAGE_TASK})

    assert told(answer) == (404, {"message": f"Task config: {PAGE_TASK} does not exist."})
    assert create(product, "my_config")["status"] == "Status.SUBMITTED"


@pytest.mark.source("obs")
def test_the_product_does_not_know_an_unknown_job_either(product):
    """With exceptions propagated, as the documentation intends."""
    answers = [product.delete(f"{JOBS}x/"), cancel(product, "x"), product.get(f"{JOBS}x/")]

    assert [told(answer) for answer in answers] == [unknown("x")] * 3

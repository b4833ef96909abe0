"""Kragle.io, /jobs: two booleans for a status, a deletion that waits, a code in every error."""

from concurrent.futures import ThreadPoolExecutor

import pytest

OURS = pytest.mark.source("decision")
JOBS = "/jobs"
KEYS = ["id", "name", "stack", "schedule", "next_run", "do_run", "do_del"]
UPDATED_KEYS = ["owner", *KEYS[1:]]
RESTING, RUNNING, DOOMED, CONDEMNED, ONE_TIME = 1, 4, 5, 6, 8
MINUTELY, DAILY = 2, 4
DAY, WEEK = 86_400, 604_800
NEW_YEAR_2040 = 2_208_988_800
NOT_YOURS = "does not exist, or does not belong to you and is not public"
FAULTS = {
    1: "You have made a bad request - Please check your query params and try again.",
    2: "Your request body contained invalid or inappropriate JSON - please check your request and try again.",
    3: "That user does not exist or the specified password is incorrect.",
    4: "Your json request payload is inappropriate for the requested operation.",
    6: "The specified object does not exist.",
    12: "The named Job already exists.",
    24: f"The specified Stack used in your Job {NOT_YOURS}.",
    25: f"The specified Schedule used in your Job {NOT_YOURS}.",
}


def fault(code, status=500):
    """What an error answer is: its status, its media type and its body, letter for letter."""
    return status, "application/json", {"code": code, "msg": FAULTS[code]}


def told(answer):
    return answer.status_code, answer.headers.get("Content-Type"), answer.json()


def job(api, identity):
    answer = api.get(f"{JOBS}/byid/{identity}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def put(api, identity, **changes):
    answer = api.put(f"{JOBS}/{identity}", json=changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


def create(api, **fields):
    answer = api.post(JOBS, json={"stack_id": 7, "schedule_id": 2} | fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def is_gone(api, identity):
    return told(api.get(f"{JOBS}/byid/{identity}")) == fault(6)


# ------------------------------------------------------------------------------------------------ reading


@pytest.mark.source("seed")
def test_a_job_has_the_documented_fields_in_the_documented_order(api):
    """The page shows seven fields and no envelope."""
    assert list(job(api, RUNNING)) == KEYS


@pytest.mark.source("src")
def test_a_job_is_found_by_id_and_by_name(api):
    """Both look-ups answer with the same job."""
    by_id, by_name = api.get(f"{JOBS}/byid/{RUNNING}"), api.get(f"{JOBS}/byname/nightly-report")

    assert by_id.status_code == by_name.status_code == 200
    assert by_id.content == by_name.content


@pytest.mark.source("seed")
def test_every_combination_of_the_two_flags_is_in_a_new_world(api, world):
    """The two booleans are all the status there is."""
    jobs = [each for page in (1, 2) for each in api.get(JOBS, params={"page": page}).json()["jobs"]]

    assert {(each["do_run"], each["do_del"]) for each in jobs} == {
        *((False, False), (True, False), (True, True), (False, True))
    }
    assert world.states("KragleJob") == {"inactive", "active", "doomed", "condemned"}


@pytest.mark.source("src")
def test_next_run_is_a_number_of_seconds_and_null_without_a_run_ahead(clock, api):
    """Kragle's timestamps are Unix seconds."""
    assert job(api, RUNNING)["next_run"] == clock.now + DAY
    assert job(api, RESTING)["next_run"] is None
    assert job(api, CONDEMNED)["next_run"] is None


@pytest.mark.source("src")
def test_a_name_is_found_as_it_is_now(api):
    """After a rename the old name is free, and the new one leads to the job."""
    put(api, RUNNING, name="morning report")

    assert told(api.get(f"{JOBS}/byname/nightly-report")) == fault(6)
    assert api.get(f"{JOBS}/byname/morning%20report").json()["id"] == RUNNING


@pytest.mark.source("src")
@pytest.mark.parametrize("name", ["nobody", "4", "null", "NIGHTLY-REPORT", "%20"])
def test_a_name_nobody_bears_is_fault_6(api, name):
    """A job without a name cannot be found by the word null, nor one by its number."""
    assert told(api.get(f"{JOBS}/byname/{name}")) == fault(6)


IDS = [
    *(pytest.param(text, 1, id=text) for text in ("abc", "1.5", "0x1", "%20", "1e3", "9223372036854775808")),
    *(pytest.param(text, 1, id=text) for text in ("12345678901234567890", "%D9%A1")),
    *(pytest.param(text, 6, id=text) for text in ("0", "-1", "999", "9223372036854775807")),
]


@pytest.mark.source("src", "decision")
@pytest.mark.parametrize(("identity", "code"), IDS)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/jobs/byid/"), ("PUT", "/jobs/"), ("DELETE", "/jobs/")],
    ids=["read", "update", "delete"],
)
def test_an_id_that_is_no_integer_is_fault_1_and_one_nobody_has_fault_6(
    api, unchanged, method, path, identity, code
):
    """There is no 404 in this API: the code tells a slip of the client from a job that is gone."""
    with unchanged(JOBS):
        answer = api.request(method, path + identity, json={} if method == "PUT" else None)

    assert told(answer) == fault(code)


@pytest.mark.source("decision")
def test_a_leading_plus_is_no_matter(api):
    """+4 is the integer 4."""
    assert api.get(f"{JOBS}/byid/+4").json() == job(api, 4)


# ------------------------------------------------------------------------------------------------- paging


@pytest.mark.source("seed")
def test_the_first_page_comes_by_default_with_ten_jobs_and_the_number_of_all(api):
    """`count` is the total and `pagesize` is always ten, on whatever page one is."""
    page = api.get(JOBS).json()

    assert list(page) == ["count", "pagesize", "page", "jobs"]
    assert [page[key] for key in list(page)[:3]] == [12, 10, 1]
    assert [each["id"] for each in page["jobs"]] == list(range(1, 11))
    assert page == api.get(JOBS, params={"page": 1}).json()


@pytest.mark.source("seed")
def test_listed_jobs_are_the_jobs_themselves(api):
    jobs = api.get(JOBS).json()["jobs"]

    assert jobs == [job(api, each["id"]) for each in jobs]
    assert [list(each) for each in jobs] == [KEYS] * 10


@pytest.mark.source("seed")
@pytest.mark.parametrize(
    ("query", "page", "ids"),
    [
        pytest.param("page=2", 2, [11, 12], id="the second page"),
        pytest.param("page=%2B2", 2, [11, 12], id="with a plus"),
        pytest.param("page=3", 3, [], id="behind the end", marks=OURS),
        pytest.param("page=9223372036854775807", 2**63 - 1, [], id="far behind the end", marks=OURS),
        pytest.param("page=2&page=1", 2, [11, 12], id="the first of two", marks=OURS),
        pytest.param("pagesize=3&page=2", 2, [11, 12], id="no other size"),
    ],
)
def test_a_page_echoes_its_number_and_counts_all_jobs(api, query, page, ids):
    answer = api.get(f"{JOBS}?{query}").json()

    assert [each["id"] for each in answer["jobs"]] == ids
    assert (answer["count"], answer["pagesize"], answer["page"]) == (12, 10, page)


@pytest.mark.source("src", "decision")
@pytest.mark.parametrize("path", [JOBS, "/schedules", "/blockstacks"])
@pytest.mark.parametrize("page", ["0", "-1", "abc", "1.5", "", "true", "12345678901234567890"])
def test_a_page_below_1_or_that_is_no_integer_is_fault_1(api, path, page):
    """Faults.md names the page that is no integer as its very example."""
    assert told(api.get(f"{path}?page={page}")) == fault(1)


@pytest.mark.source("decision")
def test_a_deleted_job_leaves_the_count(api):
    """Pages are cut after the deletion, so the next job moves up."""
    api.delete(f"{JOBS}/{RESTING}")

    page = api.get(JOBS).json()

    assert page["count"] == 11
    assert [each["id"] for each in page["jobs"]] == list(range(2, 12))


# ----------------------------------------------------------------------------------------------- creating


@pytest.mark.source("seed")
def test_creating_answers_with_nothing_but_the_id(api):
    """The success code is 200, and the job has to be read to be seen."""
    answer = api.post(JOBS, json={"stack_id": 7, "schedule_id": 2})

    assert answer.status_code == 200
    assert list(answer.json()) == ["id"]
    assert answer.json()["id"] > 12
    assert job(api, 13) == {
        **{"id": 13, "name": None, "stack": 7, "schedule": 2},
        **{"next_run": None, "do_run": False, "do_del": False},
    }


@pytest.mark.source("seed", "src")
def test_an_enabled_job_is_due_after_one_period(clock, api):
    """`enabled` in the request is `do_run` in the job, and brings a next run."""
    made = job(api, create(api, name="invoice-reminder", enabled=True))

    assert (made["name"], made["do_run"], made["do_del"]) == ("invoice-reminder", True, False)
    assert made["next_run"] == clock.now + 3600


@pytest.mark.source("src")
def test_an_enabled_one_time_job_is_due_at_its_timestamp(api):
    assert job(api, create(api, schedule_id=5, enabled=True))["next_run"] == NEW_YEAR_2040


@pytest.mark.source("seed")
def test_a_job_said_to_rest_rests(api):
    assert job(api, create(api, enabled=False))["do_run"] is False


@pytest.mark.source("decision")
def test_two_nameless_jobs_do_not_clash(api):
    """Having no name is not a name."""
    first, second = create(api), create(api, schedule_id=6)

    assert [job(api, each)["name"] for each in (first, second)] == [None, None]


@pytest.mark.source("seed")
def test_null_is_the_default_of_a_name_and_may_be_sent(api):
    """On a job that has one it takes the name away."""
    made = create(api, name=None)
    named = create(api, name="fleeting", schedule_id=6)

    assert job(api, made)["name"] is None
    assert api.put(f"/jobs/{named}", json={"name": None}).json()["name"] is None
    assert api.get("/jobs/byname/fleeting").json()["code"] == 6


JSON = "application/json"
BODIES = [
    pytest.param('{"schedule_id": "2"}', JSON, 4, id="text for an id"),
    pytest.param('{"schedule_id": true}', JSON, 4, id="boolean for an id"),
    pytest.param('{"schedule_id": 2.5}', JSON, 4, id="fraction for an id"),
    pytest.param('{"schedule_id": 99}', JSON, 25, id="unknown schedule"),
    pytest.param('{"stack_id": null}', JSON, 4, id="null for an id"),
    pytest.param('{"stack_id": 99}', JSON, 24, id="unknown stack"),
    pytest.param('{"enabled": 1}', JSON, 4, id="number for a boolean"),
    pytest.param('{"enabled": "true"}', JSON, 4, id="text for a boolean"),
    pytest.param('{"name": 5}', JSON, 4, id="number for a name"),
    pytest.param('{"name": "minute-mirror"}', JSON, 12, id="name taken"),
    pytest.param('{"do_run": true}', JSON, 4, id="a key only answers have"),
    pytest.param('{"stack": 7}', JSON, 4, id="the answer's word for stack_id"),
    pytest.param('{"id": 20}', JSON, 4, id="an id"),
    pytest.param('{"stack_id": 9, "schedule_id": 3}', JSON, 4, id="stack has a job on that schedule"),
    pytest.param('{"name": ', JSON, 2, id="broken JSON"),
    pytest.param("", JSON, 2, id="no body"),
    pytest.param("name=x", "application/x-www-form-urlencoded", 2, id="a form"),
    pytest.param(" " * 1_100_000, JSON, 2, id="too large"),
]


@pytest.mark.source("src", "decision")
@pytest.mark.parametrize(("content", "kind", "code"), BODIES)
def test_a_job_that_cannot_be_is_not_created(api, unchanged, content, kind, code):
    """Every refusal is a 500; the code says what was wrong with the body."""
    if content.startswith("{") and content.endswith("}"):
        given = {key: value for key, value in (("stack_id", 7), ("schedule_id", 2)) if key not in content}
        content = content[:-1] + "".join(f', "{key}": {value}' for key, value in given.items()) + "}"

    with unchanged(JOBS, f"{JOBS}?page=2"):
        answer = api.post(JOBS, content=content, headers={"Content-Type": kind})

    assert told(answer) == fault(code)


@pytest.mark.source("seed")
@pytest.mark.parametrize(
    "body", [{}, {"stack_id": 7}, {"schedule_id": 2}, {"name": "x"}], ids=["both", "schedule", "stack", "all"]
)
def test_a_job_without_what_is_required_is_not_created(api, unchanged, body):
    """`schedule_id` and `stack_id` are required."""
    with unchanged(JOBS, f"{JOBS}?page=2"):
        answer = api.post(JOBS, json=body)

    assert told(answer) == fault(4)


# ----------------------------------------------------------------------------------------------- updating


@pytest.mark.source("seed")
def test_an_update_answers_with_the_owner_instead_of_the_id(api):
    """So the page has it, and so it is in the Markdown it was made from."""
    updated = put(api, RUNNING, name="other")

    assert list(updated) == UPDATED_KEYS
    assert isinstance(updated["owner"], int)
    assert {**updated, "id": RUNNING} == job(api, RUNNING) | {"owner": updated["owner"]}


@pytest.mark.source("seed")
def test_the_owner_is_the_caller_whichever_job_is_updated(ask, api, token):
    """The owner will always be your user id."""
    mine = {put(api, each)["owner"] for each in (RESTING, RUNNING, DOOMED)}

    assert len(mine) == 1
    assert put(ask(f"{token}-other"), RESTING)["owner"] not in mine


@pytest.mark.source("seed")
@pytest.mark.parametrize("identity", [RESTING, RUNNING, DOOMED, CONDEMNED])
@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"name": "renamed"}, {"name": "renamed"}, id="name"),
        pytest.param({"stack_id": 8}, {"stack": 8}, id="stack"),
    ],
)
def test_what_is_not_passed_is_left_unchanged(api, identity, change, field):
    """Although the method is PUT, any optional parameter not passed stays as it was."""
    if identity in (RUNNING, CONDEMNED):
        api.delete(f"{JOBS}/{RESTING}")
        api.delete(f"{JOBS}/3")
    before = job(api, identity)

    put(api, identity, **change)

    assert job(api, identity) == before | field


@pytest.mark.source("src")
@pytest.mark.parametrize(("content", "kind", "code"), BODIES)
def test_an_update_that_cannot_be_changes_nothing(api, unchanged, content, kind, code):
    """A refused update leaves not even its valid half behind."""
    with unchanged(JOBS, f"{JOBS}/byid/{RUNNING}"):
        answer = api.put(f"{JOBS}/{RUNNING}", content=content, headers={"Content-Type": kind})

    assert told(answer) == fault(code)


@pytest.mark.source("src")
def test_a_job_may_keep_its_own_name_and_place(api, unchanged):
    """Sending back what was read is no clash with oneself."""
    with unchanged(JOBS):
        put(api, RESTING, name="welcome-mail", stack_id=8, schedule_id=1)


@pytest.mark.source("src")
def test_an_update_is_refused_whole(api, unchanged):
    """A good name beside an unknown stack is not kept."""
    with unchanged(f"{JOBS}/byid/{RESTING}"):
        answer = api.put(f"{JOBS}/{RESTING}", json={"name": "good", "enabled": True, "stack_id": 99})

    assert told(answer) == fault(24)


# ----------------------------------------------------------------------------------------- the lifecycle


@pytest.mark.source("seed")
def test_enabling_sets_a_next_run_and_disabling_takes_it_away(clock, api):
    """`enabled` toggles `do_run`."""
    before = job(api, RESTING)

    enabled = put(api, RESTING, enabled=True)
    assert (enabled["do_run"], enabled["next_run"]) == (True, clock.now + DAY)

    assert put(api, RESTING, enabled=False)["next_run"] is None
    assert job(api, RESTING) == before


@pytest.mark.source("decision")
def test_enabling_an_active_job_does_not_put_off_its_run(clock, api, unchanged):
    """A client that says it again must not keep the job from ever running."""
    api.get(JOBS)
    clock.advance(30)

    with unchanged(f"{JOBS}/byid/{MINUTELY}"):
        put(api, MINUTELY, enabled=True)


@pytest.mark.source("decision")
@pytest.mark.parametrize(
    "change", [{"enabled": False}, {"schedule_id": 3}, {"enabled": False, "schedule_id": 3}]
)
def test_a_resting_job_stays_at_rest_until_it_is_enabled(api, change):
    """Neither being told to rest nor another schedule gives it a next run."""
    rests = put(api, RESTING, **change)

    assert (rests["do_run"], rests["next_run"]) == (False, None)
    assert rests["schedule"] == change.get("schedule_id", 1)


@pytest.mark.source("decision")
def test_another_schedule_brings_another_next_run(clock, api):
    """The old next run belonged to the old schedule."""
    clock.advance(100)
    moved = put(api, RUNNING, schedule_id=2)

    assert (moved["schedule"], moved["do_run"]) == (2, True)
    assert moved["next_run"] == clock.now + 3600


@pytest.mark.source("src")
def test_a_recurring_job_runs_at_its_moment_and_is_due_again_one_period_later(clock, api):
    """next_run moves at next_run, not before."""
    due = job(api, MINUTELY)["next_run"]

    clock.just_before(due)
    assert job(api, MINUTELY)["next_run"] == due
    clock.to(due)

    assert job(api, MINUTELY)["next_run"] == due + 60
    assert job(api, MINUTELY)["do_run"] is True


@pytest.mark.source("src")
@pytest.mark.parametrize("periods", [1, 2, 3, 1000, 10_000])
def test_a_recurring_job_keeps_its_beat_however_long_nobody_looked(clock, api, periods):
    """next_run stays a whole number of periods from the first one, and lies ahead."""
    due = job(api, MINUTELY)["next_run"]

    clock.to(due + (periods - 1) * 60 + 59.999)

    assert job(api, MINUTELY)["next_run"] == due + periods * 60


@pytest.mark.source("src")
def test_a_one_time_job_executes_once_and_then_disables_itself(clock, api):
    """A schedule with `once` leaves nothing ahead."""
    before = job(api, ONE_TIME)
    assert (before["do_run"], before["next_run"]) == (True, clock.now + 3600)

    clock.just_before(before["next_run"])
    assert job(api, ONE_TIME) == before
    clock.to(before["next_run"])

    assert job(api, ONE_TIME) == before | {"do_run": False, "next_run": None}


@pytest.mark.source("src")
def test_a_one_time_job_with_a_timestamp_disables_itself_at_that_moment(start):
    """New year 2040 on a server of its own, since no clock goes back."""
    server = start()
    with server.client("anybody") as api:
        server.control("POST", "/clock", json={"set": "2039-12-31T23:59:59.999Z"})
        assert (job(api, 7)["do_run"], job(api, 7)["next_run"]) == (True, NEW_YEAR_2040)

        server.advance("PT0.001S")

        assert (job(api, 7)["do_run"], job(api, 7)["next_run"]) == (False, None)


@pytest.mark.source("src")
def test_a_spent_one_time_job_can_be_enabled_again(clock, api):
    api.get(JOBS)
    clock.advance(3600)

    again = put(api, ONE_TIME, enabled=True)

    assert (again["do_run"], again["next_run"]) == (True, clock.now + 3600)


@pytest.mark.source("seed")
@pytest.mark.parametrize("identity", [RESTING, 3, CONDEMNED])
def test_a_job_without_a_run_ahead_is_deleted_at_once(api, identity):
    """Otherwise, it will be deleted immediately."""
    answer = api.delete(f"{JOBS}/{identity}")

    assert (answer.status_code, answer.json()) == (200, {"deleted": identity})
    assert is_gone(api, identity)
    assert told(api.delete(f"{JOBS}/{identity}")) == fault(6)
    assert told(api.put(f"{JOBS}/{identity}", json={})) == fault(6)
    assert identity not in [each["id"] for each in api.get(JOBS).json()["jobs"]]


@pytest.mark.source("seed")
@pytest.mark.parametrize("identity", [MINUTELY, ONE_TIME, DAILY, 10], ids=["minute", "once", "day", "hour"])
def test_an_active_job_is_deleted_instead_of_its_next_run(clock, api, identity):
    """Queued for deletion it stays visible, and vanishes at its appointed time."""
    before = job(api, identity)

    answer = api.delete(f"{JOBS}/{identity}")

    assert (answer.status_code, answer.json()) == (200, {"queued_for_deletion": identity})
    assert job(api, identity) == before | {"do_del": True}
    clock.just_before(before["next_run"])
    assert job(api, identity) == before | {"do_del": True}
    assert job(api, identity) in api.get(JOBS).json()["jobs"]
    clock.to(before["next_run"])
    assert is_gone(api, identity)
    assert identity not in [each["id"] for each in api.get(JOBS).json()["jobs"]]


@pytest.mark.source("seed")
def test_the_doomed_job_of_a_new_world_goes_when_it_is_due(clock, api):
    due = job(api, DOOMED)["next_run"]
    assert due == clock.now + DAY

    clock.just_before(due)
    assert job(api, DOOMED)["do_del"] is True
    clock.to(due)

    assert is_gone(api, DOOMED)
    assert told(api.get(f"{JOBS}/byname/old-invoices")) == fault(6)


@pytest.mark.source("decision")
def test_deleting_again_says_again_that_it_is_queued(api, unchanged):
    """A client whose first answer was lost may ask again."""
    with unchanged(JOBS):
        answer = api.delete(f"{JOBS}/{DOOMED}")

    assert (answer.status_code, answer.json()) == (200, {"queued_for_deletion": DOOMED})


@pytest.mark.source("decision")
def test_to_be_rid_of_an_active_job_at_once_one_disables_it_first(api):
    """Without a run ahead there is nothing to wait for."""
    put(api, RUNNING, enabled=False)

    assert api.delete(f"{JOBS}/{RUNNING}").json() == {"deleted": RUNNING}
    assert is_gone(api, RUNNING)


@pytest.mark.source("decision")
def test_a_doomed_job_that_is_disabled_can_be_deleted_at_once(api):
    """PUT does not take the deletion back, but nothing is left to wait for."""
    shelved = put(api, DOOMED, enabled=False)
    assert (shelved["do_run"], shelved["do_del"], shelved["next_run"]) == (False, True, None)

    assert api.delete(f"{JOBS}/{DOOMED}").json() == {"deleted": DOOMED}
    assert is_gone(api, DOOMED)


@pytest.mark.source("decision")
def test_a_disabled_doomed_job_waits_until_it_is_enabled_or_deleted(clock, api):
    """Switched off it has no next run at which it could go."""
    put(api, DOOMED, enabled=False)

    clock.advance(2 * DAY)
    assert job(api, DOOMED)["do_del"] is True
    doomed = put(api, DOOMED, enabled=True)
    assert (doomed["do_run"], doomed["do_del"], doomed["next_run"]) == (True, True, clock.now + 60)
    clock.advance(60)

    assert is_gone(api, DOOMED)


@pytest.mark.source("decision")
def test_no_update_takes_a_deletion_back(clock, api):
    """The documentation names no way to do that."""
    due = job(api, DOOMED)["next_run"]

    assert put(api, DOOMED, name="spare me", enabled=True)["do_del"] is True
    clock.to(due)

    assert is_gone(api, DOOMED)


@pytest.mark.source("decision")
def test_the_name_of_a_deleted_job_is_free_again(api):
    api.delete(f"{JOBS}/{RESTING}")

    assert job(api, create(api, name="welcome-mail"))["name"] == "welcome-mail"


@pytest.mark.source("decision")
def test_of_two_racing_deletes_one_wins(ask, token):
    """One is told that it deleted the job, the other that there is none."""
    clients = [ask(token), ask(token)]
    clients[0].get(JOBS)

    with ThreadPoolExecutor(2) as threads:
        answers = [*threads.map(lambda client: client.delete(f"{JOBS}/{RESTING}"), clients)]

    assert sorted(answer.status_code for answer in answers) == [200, 500]
    assert {"deleted": RESTING} in [answer.json() for answer in answers]


@pytest.mark.source("src")
def test_of_two_racing_creates_with_one_name_one_wins(ask, token):
    """A name that is checked and then taken in two steps would be taken twice."""
    clients = [ask(token), ask(token)]
    bodies = [{"stack_id": 7, "schedule_id": each, "name": "twin"} for each in (2, 6)]

    with ThreadPoolExecutor(2) as threads:
        answers = [*threads.map(lambda c, body: c.post(JOBS, json=body), clients, bodies)]

    assert sorted(answer.status_code for answer in answers) == [200, 500]
    assert fault(12) in [told(answer) for answer in answers]


# ---------------------------------------------------------------------------------- schedules and stacks


@pytest.mark.source("src")
def test_schedules_are_open_to_everybody(ask):
    """They need no authentication, neither in the list nor one by one."""
    nobody = ask(None)

    page = nobody.get("/schedules").json()

    assert list(page) == ["count", "pagesize", "page", "schedules"]
    schedules = page["schedules"]
    assert page["count"] == len(schedules) == 6
    assert [nobody.get(f"/schedules/byid/{each['id']}").json() for each in schedules] == schedules
    assert {tuple(each) for each in schedules} == {("id", "name", "once", "config")}


@pytest.mark.source("src")
@pytest.mark.parametrize(("identity", "code"), IDS)
@pytest.mark.parametrize("path", ["/schedules/byid/", "/blockstacks/byid/"])
def test_a_schedule_or_stack_nobody_has_is_a_fault(api, path, identity, code):
    assert told(api.get(path + identity)) == fault(code)


@pytest.mark.source("src")
def test_a_stack_is_found_by_id_and_by_name(api):
    page = api.get("/blockstacks").json()

    assert (list(page), page["count"]) == (["count", "pagesize", "page", "stacks"], 3)
    for each in page["stacks"]:
        assert api.get(f"/blockstacks/byid/{each['id']}").json() == each
        assert api.get(f"/blockstacks/byname/{each['name']}").json() == each
    assert told(api.get("/blockstacks/byname/nobody")) == fault(6)


# ---------------------------------------------------------------------------------------------- who asks

REQUESTS = [
    pytest.param("GET", JOBS, None, id="list"),
    pytest.param("GET", "/jobs/byid/4", None, id="by id"),
    pytest.param("GET", "/jobs/byname/nightly-report", None, id="by name"),
    pytest.param("POST", JOBS, {"stack_id": 7, "schedule_id": 2}, id="create"),
    pytest.param("PUT", "/jobs/4", {"enabled": False}, id="update"),
    pytest.param("DELETE", "/jobs/4", None, id="delete"),
    pytest.param("GET", "/blockstacks", None, id="stacks"),
    pytest.param("GET", "/blockstacks/byid/7", None, id="stack by id"),
    pytest.param("GET", "/blockstacks/byname/invoices", None, id="stack by name"),
]


@pytest.mark.source("decision")
@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
def test_without_authentication_everything_is_forbidden(ask, closed, method, path, body):
    """403 is the one answer the documentation has for it; an unknown ticket is no better than none."""
    asked = [ask(None), closed(None), closed("nobody-knows-me")]

    answers = [told(client.request(method, path, json=body)) for client in asked]

    assert answers == [fault(3, status=403)] * 3


@pytest.mark.source("src")
def test_the_session_cookie_opens_the_same_world_as_the_token(ask, api, token):
    """A browser has the cookie, a script the token; both are the same user."""
    browser = ask(None, cookies={"auth_tkt": token})

    assert browser.delete(f"{JOBS}/{RESTING}").json() == {"deleted": RESTING}

    assert is_gone(api, RESTING)


@pytest.mark.source("src")
@pytest.mark.parametrize("cookies", [{"auth_tkt": ""}, {"session": "x"}], ids=["empty", "another"])
def test_another_cookie_is_no_ticket(ask, cookies):
    assert told(ask(None, cookies=cookies).get(JOBS)) == fault(3, status=403)


@pytest.mark.source("src")
def test_another_users_job_is_not_there_and_its_name_is_free(ask, api, token):
    """Jobs and their names belong to one user."""
    mine, other = create(api, name="mine"), ask(f"{token}-other")

    assert is_gone(other, mine)
    assert told(other.get(f"{JOBS}/byname/mine")) == fault(6)
    assert told(other.delete(f"{JOBS}/{mine}")) == fault(6)
    assert job(other, create(other, name="mine"))["name"] == "mine"


@pytest.mark.source("decision")
@pytest.mark.parametrize(
    "path", ["/jobs/", "/jobs/byid/4/", "/jobs/byid", "/schedules/", "/blockstacks/byname/"]
)
def test_a_path_with_a_slash_too_many_is_unknown(api, path):
    """Plain HTTP, in the shape of the API's errors."""
    answer = api.get(path)

    # A lone /jobs/byid is the path of a job whose id is no integer, and has no GET.
    assert answer.status_code == (405 if path == "/jobs/byid" else 404)
    assert list(answer.json()) == ["code", "msg"]


@pytest.mark.source("decision")
@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PATCH", JOBS, "GET, HEAD, OPTIONS, POST"),
        ("GET", "/jobs/4", "DELETE, OPTIONS, PUT"),
        ("DELETE", "/jobs/byid/4", "GET, HEAD, OPTIONS"),
        ("POST", "/schedules", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_the_path_has_not_is_405_and_says_which_it_has(api, unchanged, method, path, allow):
    with unchanged(JOBS):
        answer = api.request(method, path)

    assert answer.status_code == 405
    assert answer.headers["Allow"] == allow
    assert list(answer.json()) == ["code", "msg"]


@pytest.mark.source("decision")
def test_head_is_get_without_a_body_and_options_names_the_methods(api):
    head, get, options = (api.request(method, JOBS) for method in ("HEAD", "GET", "OPTIONS"))

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.content))
    assert (options.status_code, options.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")

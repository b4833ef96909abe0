"""A Flask application written by hand keeps every promise of the document: ours and it answer alike."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from examples.flask_servers import OTHER_PROJECT, PROJECT, ours, theirs

JOBS = f"{PROJECT}/jobs"
KEYS = [
    *("jobId", "description", "status", "projectId", "action"),
    *("referenceId", "createdAt", "updatedAt", "startAt", "errors"),
]
DAY, RUN = 86_400_000, 30_000
STATES = ["scheduled", "running", "completed", "failed", "cancelled"]
OPEN, ENDED = STATES[:2], STATES[2:]
NOT_FOUND = (404, {"error": "job not found"})
ALREADY_SCHEDULED = (409, {"error": "a deletion job for this user is already scheduled or running"})

_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=["ours", "flask"])
def side(request, tmp_path_factory):
    """Each of the two servers in turn, with a clock that only tests move."""
    if request.param == "ours":
        yield ours()
        return
    with theirs(tmp_path_factory.mktemp("flask-jobs")) as running:
        yield running


@pytest.fixture
def token():
    """An API key nobody has used yet."""
    return f"key-{next(_numbers)}"


@pytest.fixture
def api(side, token):
    return side.client(token)


def told(answer):
    return answer.status_code, answer.json()


def schedule(api, user, project=PROJECT):
    answer = api.delete(f"{project}/users/{user}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def job(api, identity):
    answer = api.get(f"{JOBS}/{identity}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def listed(api, query="", project=PROJECT):
    answer = api.get(f"{project}/jobs{query}")
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["data"]
    return answer.json()["data"]


def ids(api, query=""):
    return [each["jobId"] for each in listed(api, query)]


def malformed(text):
    return 400, {"error": f'invalid path param jobID: strconv.Atoi: parsing "{text}": invalid syntax'}


# ------------------------------------------------------------------------------------------- scheduling


def test_a_deletion_is_scheduled_for_the_next_midnight(side, api):
    now = side.now()

    made = schedule(api, "kai@example.com")

    assert list(made) == KEYS
    assert (made["startAt"] % DAY, 0 < made["startAt"] - now <= DAY) == (0, True)
    assert {key: made[key] for key in KEYS if key not in ("jobId", "startAt")} == {
        "description": "Delete user sessions of userId = kai@example.com",
        "status": "scheduled",
        "projectId": 1,
        "action": "delete_user_data",
        "referenceId": "kai@example.com",
        "createdAt": now,
        "updatedAt": None,
        "errors": None,
    }
    assert job(api, made["jobId"]) == made
    assert listed(api)[0] == made


def test_at_midnight_the_next_one_is_a_day_away(side, api):
    side.advance(DAY - side.now() % DAY)

    assert schedule(api, "kai")["startAt"] == side.now() + DAY


@pytest.mark.parametrize(
    ("user", "shown"),
    [
        *(("x", "x"), ("a" * 256, "a" * 256), ("J%C3%BCrgen", "J\u00fcrgen"), ("a%20b", "a b")),
        *(("a%2Fb", "a/b"), ("100%25", "100%"), ("%252F", "%2F"), ("%2E%2E", ".."), ("a%0Ab", "a\nb")),
        *(
            ("%00", "\0"),
            ("%22%5C", '"\\'),
            ("a+b", "a+b"),
            ("a%3Fb%23c", "a?b#c"),
            ("%F0%9F%98%80", "\U0001f600"),
        ),
    ],
)
def test_a_user_id_may_be_any_text(api, user, shown):
    made = schedule(api, user)

    assert made["referenceId"] == shown
    assert made["description"] == f"Delete user sessions of userId = {shown}"


@pytest.mark.parametrize("user", ["a" * 257, "a" * 1000, "%C3%BC" * 257])
def test_a_longer_user_id_is_refused(api, user):
    answer = api.delete(f"{PROJECT}/users/{user}")

    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert user[:9] not in [each["referenceId"][:9] for each in listed(api)]


def test_256_characters_are_counted_not_bytes(api):
    assert schedule(api, "%C3%BC" * 256)["referenceId"] == "\u00fc" * 256


@pytest.mark.parametrize("state", OPEN)
def test_one_deletion_of_a_user_at_a_time(side, api, token, state):
    side.put(token, state, referenceId="kim")
    before = listed(api)

    assert told(api.delete(f"{PROJECT}/users/kim")) == ALREADY_SCHEDULED
    assert listed(api) == before


@pytest.mark.parametrize("state", ENDED)
def test_after_it_has_ended_the_user_may_be_deleted_again(side, api, token, state):
    first = side.put(token, state, referenceId="kim")["id"]

    again = schedule(api, "kim")

    assert again["jobId"] != first
    assert told(api.delete(f"{PROJECT}/users/kim")) == ALREADY_SCHEDULED


def test_the_same_user_of_another_project_is_another_user(api):
    schedule(api, "kim")

    assert schedule(api, "kim", OTHER_PROJECT)["projectId"] == 2


def test_of_many_racing_deletions_of_a_user_one_wins(side, token):
    clients = [side.client(token) for _ in range(8)]

    with ThreadPoolExecutor(8) as threads:
        statuses = [*threads.map(lambda each: each.delete(f"{PROJECT}/users/twin").status_code, clients)]

    assert sorted(statuses) == [200, *[409] * 7]


# ---------------------------------------------------------------------------------------------- reading


@pytest.mark.parametrize("state", STATES)
def test_a_job_is_shown_in_every_state(side, api, token, state):
    start = side.now() + DAY
    fields = {
        "errors": "gone" if state == "failed" else None,
        "updatedAt": 1,
        "createdAt": 1,
        "startAt": start,
    }
    put = side.put(token, state, referenceId="kim", **fields)

    shown = job(api, put["id"])

    assert shown == {key: value for key, value in put["fields"].items() if key != "projectKey"} | {
        "status": state
    }
    assert {name: shown[name] for name in fields} == fields
    assert shown in listed(api)


@pytest.mark.parametrize(
    "text", ["abc", "1.5", "0x1", "%20", "1e3", "1_000", "1%20", "-", "+", "%D9%A1", "true", "--1", "1%2F2"]
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_id_that_is_no_integer_is_refused(api, method, text):
    shown = {"%20": " ", "1%20": "1 ", "%D9%A1": "\N{ARABIC-INDIC DIGIT ONE}", "1%2F2": "1/2"}.get(text, text)

    assert told(api.request(method, f"{JOBS}/{text}")) == malformed(shown)


@pytest.mark.parametrize("text", ["9223372036854775808", "-9223372036854775809", "1" * 5000])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_id_of_more_than_64_bits_is_refused(api, method, text):
    answer = api.request(method, f"{JOBS}/{text}")

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("invalid path param jobID")


@pytest.mark.parametrize("text", ["0", "-0", "-1", "+999999", "9223372036854775807", "-9223372036854775808"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_integer_that_names_no_job_is_not_found(api, method, text):
    assert told(api.request(method, f"{JOBS}/{text}")) == NOT_FOUND


def test_an_id_may_have_a_sign_and_zeros_before_it(api):
    made = schedule(api, "kai")

    for text in (f"+{made['jobId']}", f"%2B{made['jobId']}", f"00{made['jobId']}"):
        assert job(api, text) == made


def test_a_job_of_another_project_is_not_found(api):
    elsewhere = schedule(api, "kai", OTHER_PROJECT)["jobId"]

    assert told(api.get(f"{JOBS}/{elsewhere}")) == NOT_FOUND
    assert told(api.delete(f"{JOBS}/{elsewhere}")) == NOT_FOUND
    assert elsewhere not in ids(api)


def test_another_accounts_jobs_are_not_there(side, api, token):
    mine = schedule(api, "kai")["jobId"]
    other = side.client(f"{token}-other")

    assert told(other.get(f"{JOBS}/{mine}")) == NOT_FOUND
    assert told(other.delete(f"{JOBS}/{mine}")) == NOT_FOUND
    assert mine not in ids(other)
    assert schedule(other, "kai")["status"] == "scheduled"
    assert job(api, mine)["status"] == "scheduled"


# ---------------------------------------------------------------------------------------------- listing


@pytest.fixture
def seven(api):
    """An account with seven jobs more than it starts with, and the ids of all, the newest first."""
    made = [schedule(api, f"user-{number}")["jobId"] for number in range(7)]
    everything = ids(api, "?limit=200")
    assert everything[:7] == made[::-1]
    return everything


def test_the_newest_id_comes_first(api, seven):
    assert seven == sorted(seven, reverse=True)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_pages_are_disjoint_and_complete(api, seven, limit):
    pages = [ids(api, f"?limit={limit}&page={page}") for page in range(1, len(seven) + 2)]

    assert [each for page in pages for each in page] == seven
    assert pages[0] == seven[:limit]
    assert pages[-1] == []


@pytest.mark.parametrize("limit", ["0", "201", "-1", "abc", "1.5", "", "1e1", "9" * 30, "%2B%2B1"])
def test_a_limit_that_makes_no_sense_counts_as_50(api, seven, limit):
    assert ids(api, f"?limit={limit}") == seven


@pytest.mark.parametrize("page", ["0", "-1", "abc", "1.5", "", "9" * 30])
def test_a_page_that_makes_no_sense_counts_as_the_first(api, seven, page):
    assert ids(api, f"?limit=2&page={page}") == seven[:2]


@pytest.mark.parametrize("page", ["9999", "9223372036854775807"])
def test_a_page_past_the_end_is_empty(api, seven, page):
    assert ids(api, f"?limit=2&page={page}") == []


@pytest.mark.parametrize(
    ("query", "length"),
    [("?limit=2&limit=1", 2), ("?limit=abc&limit=1", 7), ("?limit=%2B2", 2), ("?limit=02", 2), ("?x=1", 7)],
)
def test_of_a_parameter_given_twice_the_first_counts(api, seven, query, length):
    assert ids(api, query)[:7] == seven[: min(length, 7)]


# ------------------------------------------------------------------------------------------ the lifecycle


def test_a_deletion_starts_at_midnight_and_completes(side, api):
    """scheduled until startAt, then running for 30 seconds; each move sets updatedAt."""
    made = schedule(api, "kai")
    start = made["startAt"]

    seen = []
    for moment in (start - 1, start, start + RUN - 1, start + RUN, start + DAY):
        side.advance(moment - side.now())
        seen.append([job(api, made["jobId"])[key] for key in ("status", "updatedAt")])

    assert seen == [
        ["scheduled", None],
        *[["running", start]] * 2,
        *[["completed", start + RUN]] * 2,
    ]
    assert job(api, made["jobId"]) == made | {"status": "completed", "updatedAt": start + RUN}


def test_what_was_due_long_ago_has_happened_when_it_was_due(side, api):
    made = schedule(api, "kai")

    side.advance(3 * DAY)

    assert job(api, made["jobId"])["updatedAt"] == made["startAt"] + RUN


def test_a_deletion_may_fail(side, api, token):
    made = side.put(token, "scheduled", "failure", referenceId="kai")

    side.advance(made["fields"]["startAt"] + RUN - side.now())

    assert job(api, made["id"]) == {key: value for key, value in made["fields"].items() if key in KEYS} | {
        "status": "failed",
        "updatedAt": made["fields"]["startAt"] + RUN,
        "errors": "could not reach the session store",
    }


@pytest.mark.parametrize("state", OPEN)
def test_cancelling_answers_with_the_cancelled_job(side, api, token, state):
    identity = side.put(token, state)["id"]
    before = job(api, identity)
    side.advance(10_000)

    answer = api.delete(f"{JOBS}/{identity}")

    after = before | {"status": "cancelled", "updatedAt": side.now()}
    assert told(answer) == (200, {"data": after})
    assert list(answer.json()["data"]) == KEYS
    assert job(api, identity) == after


@pytest.mark.parametrize("state", OPEN)
def test_a_cancelled_job_never_goes_on(side, api, token, state):
    identity = side.put(token, state)["id"]
    api.delete(f"{JOBS}/{identity}")
    cancelled = job(api, identity)

    side.advance(3 * DAY)

    assert job(api, identity) == cancelled


@pytest.mark.parametrize("state", ENDED)
def test_a_job_that_has_ended_cannot_be_cancelled(side, api, token, state):
    identity = side.put(token, state)["id"]
    before = job(api, identity)
    side.advance(10_000)

    answer = api.delete(f"{JOBS}/{identity}")

    been = "failed" if state == "failed" else f"been {state}"
    assert told(answer) == (400, {"error": f"the requested job has already {been}"})
    assert job(api, identity) == before


def test_cancelling_twice_is_an_error(api):
    identity = schedule(api, "kai")["jobId"]
    assert api.delete(f"{JOBS}/{identity}").status_code == 200

    again = api.delete(f"{JOBS}/{identity}")

    assert told(again) == (400, {"error": "the requested job has already been cancelled"})


def test_cancelling_at_the_moment_of_completion_is_too_late(side, api, token):
    identity = side.put(token, "running")["id"]
    side.advance(RUN)

    answer = api.delete(f"{JOBS}/{identity}")

    assert told(answer) == (400, {"error": "the requested job has already been completed"})


@pytest.mark.parametrize("state", OPEN)
def test_of_many_racing_cancels_one_wins(side, token, state):
    identity = side.put(token, state)["id"]
    clients = [side.client(token) for _ in range(8)]

    with ThreadPoolExecutor(8) as threads:
        statuses = [*threads.map(lambda each: each.delete(f"{JOBS}/{identity}").status_code, clients)]

    assert sorted(statuses) == [200, *[400] * 7]


# ------------------------------------------------------------------------------ who asks, and how, and where

REQUESTS = [("GET", "/jobs"), ("GET", "/jobs/1"), ("DELETE", "/jobs/1"), ("DELETE", "/users/kai")]


@pytest.mark.parametrize(("method", "tail"), REQUESTS)
@pytest.mark.parametrize("header", [None, "", "Bearer", "KEY", "bearer KEY", "BEARER KEY", "Basic KEY"])
def test_without_a_bearer_key_the_answer_is_401_and_empty(side, api, method, tail, header):
    headers = {} if header is None else {"Authorization": header}

    answer = side.client(None).request(method, PROJECT + tail, headers=headers)

    assert (answer.status_code, answer.content) == (401, b"")
    assert "Content-Type" not in answer.headers
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "tail"), REQUESTS)
def test_an_unknown_project_is_answered_like_a_wrong_key(api, method, tail):
    answer = api.request(method, "/public/no-such-project" + tail)

    assert (answer.status_code, answer.content) == (401, b"")
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        *(f"{JOBS}/", f"{JOBS}/1/", f"{JOBS}/1/x", PROJECT, "/public", "/public/", f"{PROJECT}/users/"),
        *(f"{PROJECT}/users/a/b", f"{PROJECT}/x", f"{PROJECT}//jobs", "/public//jobs", f"{PROJECT}/Jobs"),
    ],
)
@pytest.mark.parametrize("with_key", [True, False])
def test_an_unknown_path_is_plain_text_whoever_asks(side, api, path, with_key):
    answer = (api if with_key else side.client(None)).delete(path)

    assert (answer.status_code, answer.text) == (404, "404 page not found\n")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


METHODS = [
    (JOBS, {"GET", "HEAD", "OPTIONS"}),
    (f"{JOBS}/1", {"DELETE", "GET", "HEAD", "OPTIONS"}),
    (f"{PROJECT}/users/kai", {"DELETE", "OPTIONS"}),
]


@pytest.mark.parametrize(("path", "allowed"), METHODS)
def test_a_wrong_method_is_405_and_told_what_there_is(side, api, path, allowed):
    for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} - allowed:
        for client in (api, side.client(None)):
            answer = client.request(method, path)

            assert (answer.status_code, answer.content) == (405, b"")
            assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(("path", "allowed"), METHODS)
def test_options_is_200_and_empty(side, path, allowed):
    answer = side.client(None).options(path)

    assert (answer.status_code, answer.content) == (200, b"")
    assert set(answer.headers["Allow"].split(", ")) == allowed


def test_head_is_get_without_a_body(api):
    head, get = api.head(JOBS), api.get(JOBS)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.content))
    assert head.headers["Content-Type"] == get.headers["Content-Type"] == "application/json"


def test_a_path_that_is_no_text_is_refused(api):
    answer = api.delete(f"{PROJECT}/users/%FF")

    assert (answer.status_code, list(answer.json())) == (400, ["error"])


# ---------------------------------------------------------------------------------------- the door for tests


def test_the_clock_moves_on_and_tells_where_it_is(side):
    before = side.now()

    for duration, milliseconds in (("PT1H", 3_600_000), ("PT0.5S", 500), ("P1DT2M", DAY + 120_000)):
        now = side.control("POST", "/clock", json={"advance": duration})["now"]
        before += milliseconds
        assert side.now() == before
        assert now.endswith("Z")


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_put_and_described(side, token, state):
    told = side.put(token, state, referenceId="kim")

    assert (told["resource"], told["state"], told["scenario"]) == ("OpenReplayJob", state, None)
    assert (told["fields"]["jobId"], told["fields"]["referenceId"]) == (told["id"], "kim")
    assert told["fields"]["projectKey"] == "3sWXSsqHgSKnE87YkNJK"
    assert (told["due"] is None) == (state in ENDED)


@pytest.mark.parametrize(
    "wrong", [{"state": "nope"}, {"fields": {"nope": 1}}, {"scenario": "nope"}, {"resource": "Nope"}]
)
def test_what_cannot_be_put_is_refused(side, token, wrong):
    with pytest.raises(AssertionError):
        side.control("POST", "/states", json={"principal": token, "resource": "OpenReplayJob"} | wrong)

"""OpenReplay, /public/{projectKey}: deletions that wait for midnight, lenient pages, refusals with 400."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

PROJECT, OTHER_PROJECT = "/public/3sWXSsqHgSKnE87YkNJK", "/public/7kQzLmPfRtVbXcWyHd2N"
JOBS = f"{PROJECT}/jobs"
COMPLETED, FAILED, CANCELLED, RUNNING, SCHEDULED, ALSO_SCHEDULED = range(3447, 3453)
OTHERS = 3453
KEYS = [
    *("jobId", "description", "status", "projectId", "action"),
    *("referenceId", "createdAt", "updatedAt", "startAt", "errors"),
]
DAY_MS = 86_400_000
NOT_FOUND = {"error": "job not found"}
ALREADY_SCHEDULED = {"error": "a deletion job for this user is already scheduled or running"}


def job(api, identity):
    answer = api.get(f"{JOBS}/{identity}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def told(answer):
    return answer.status_code, answer.json()


def ids(answer):
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["data"]
    return [each["jobId"] for each in answer.json()["data"]]


def schedule(api, user, scenario="", project=PROJECT):
    headers = {"Understudy-Scenario": scenario} if scenario else {}
    answer = api.delete(f"{project}/users/{user}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def malformed(text):
    return {"error": f'invalid path param jobID: strconv.Atoi: parsing "{text}": invalid syntax'}


def milliseconds(clock):
    return round(clock.now * 1000)


# ------------------------------------------------------------------------------------------------ reading


@pytest.mark.source("seed")
def test_a_job_has_the_documented_fields_in_the_documented_order(api):
    answer = api.get(f"{JOBS}/{SCHEDULED}").json()

    assert list(answer) == ["data"]
    assert list(answer["data"]) == KEYS


@pytest.mark.source("seed")
def test_the_scheduled_job_of_the_page_is_there_as_the_page_shows_it(api):
    """Only its start differs: it lies ahead, or the job would have been done long ago."""
    found = job(api, SCHEDULED)

    del found["startAt"]
    assert found == {
        "jobId": 3451,
        "description": "Delete user sessions of userId = shekar@example.com",
        "status": "scheduled",
        "projectId": 1,
        "action": "delete_user_data",
        "referenceId": "shekar@example.com",
        "createdAt": 1623912955277,
        "updatedAt": None,
        "errors": None,
    }


@pytest.mark.source("seed")
def test_every_status_is_in_a_new_world(api, world):
    statuses = [job(api, each)["status"] for each in range(COMPLETED, ALSO_SCHEDULED + 1)]

    assert statuses == ["completed", "failed", "cancelled", "running", "scheduled", "scheduled"]
    assert world.states("OpenReplayJob") == set(statuses)


@pytest.mark.source("seed", "src")
def test_errors_are_one_text_or_null(api):
    """errors is a string, not a list, and only a failed job has any."""
    found = {each: job(api, each)["errors"] for each in range(COMPLETED, ALSO_SCHEDULED + 1)}

    assert isinstance(found.pop(FAILED), str)
    assert set(found.values()) == {None}


@pytest.mark.source("obs")
def test_a_body_is_json_without_a_newline_at_its_end(api):
    answer = api.get(f"{JOBS}/{SCHEDULED}")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.text.startswith('{"data":')
    assert answer.text.endswith("}")


MALFORMED = ["abc", "1.5", "0x1", "%20", "1e3", "1_000", "3451%20", "%D9%A1", "%2D", "true"]
ABSENT = ["0", "-1", "1", "9999", "-9223372036854775808", "9223372036854775807", str(OTHERS)]


@pytest.mark.source("obs")
@pytest.mark.parametrize("text", MALFORMED)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_id_that_is_no_integer_is_refused_with_the_words_of_go(api, unchanged, method, text):
    """The handler hands on what strconv.Atoi said."""
    with unchanged(JOBS):
        answer = api.request(method, f"{JOBS}/{text}")

    shown = {"%20": " ", "3451%20": "3451 ", "%D9%A1": "\N{ARABIC-INDIC DIGIT ONE}", "%2D": "-"}.get(
        text, text
    )
    assert told(answer) == (400, malformed(shown))


@pytest.mark.source("obs")
@pytest.mark.parametrize("text", ["9223372036854775808", "-9223372036854775809", "12345678901234567890"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_id_of_more_than_64_bits_is_refused(api, method, text):
    answer = api.request(method, f"{JOBS}/{text}")

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f'invalid path param jobID: strconv.Atoi: parsing "{text}": ')


@pytest.mark.source("obs")
@pytest.mark.parametrize("text", ABSENT)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_integer_that_names_no_job_of_this_project_is_not_found(api, unchanged, method, text):
    """Zero, negative ones and another project's job included."""
    with unchanged(JOBS, f"{OTHER_PROJECT}/jobs"):
        answer = api.request(method, f"{JOBS}/{text}")

    assert told(answer) == (404, NOT_FOUND)


@pytest.mark.source("obs")
@pytest.mark.parametrize("text", ["+3451", "%2B3451", "003451"])
def test_a_sign_and_zeros_in_front_are_no_matter(api, text):
    """So Go reads them."""
    assert api.get(f"{JOBS}/{text}").json()["data"] == job(api, SCHEDULED)


# ------------------------------------------------------------------------------------------------- paging

FIRST_ID, JOBS_OF_THE_CROWD = COMPLETED, 6 + 205


@pytest.fixture(scope="module")
def crowd(server):
    """A client whose project has 211 jobs, more than any page holds."""
    with server.client("crowd") as client:
        for number in range(205):
            schedule(client, f"user{number}")
        yield client


@pytest.fixture(scope="module")
def newest_first(crowd):
    """The ids of the crowd's jobs, the newest first."""
    found = [*ids(crowd.get(f"{JOBS}?limit=200")), *ids(crowd.get(f"{JOBS}?limit=200&page=2"))]
    assert len(found) == JOBS_OF_THE_CROWD
    assert found == sorted(found, reverse=True)
    return found


@pytest.mark.source("src", "obs")
def test_a_list_is_ordered_by_id_the_newest_first(api):
    """The page's example rises; the query of the product falls."""
    assert ids(api.get(JOBS)) == list(range(ALSO_SCHEDULED, COMPLETED - 1, -1))
    assert ids(api.get(f"{OTHER_PROJECT}/jobs")) == [OTHERS]


@pytest.mark.source("seed")
def test_listed_jobs_are_the_jobs_themselves(api):
    listed = api.get(JOBS).json()["data"]

    assert listed == [job(api, each["jobId"]) for each in listed]


@pytest.mark.source("seed")
@pytest.mark.parametrize(
    ("limit", "size"),
    [
        *(pytest.param(f"limit={each}", each, id=str(each)) for each in (1, 2, 49, 50, 51, 199, 200)),
        *(pytest.param(f"limit={each}", 50, id=str(each)) for each in (0, -1, 201, 1000)),
        pytest.param("", 50, id="none"),
    ],
)
def test_a_limit_outside_1_to_200_falls_back_to_50(crowd, newest_first, limit, size):
    assert ids(crowd.get(f"{JOBS}?{limit}")) == newest_first[:size]


@pytest.mark.source("obs")
@pytest.mark.parametrize(
    ("limit", "size"),
    [
        *(("limit=abc", 50), ("limit=1.5", 50), ("limit=", 50), ("limit", 50), ("limit=0x5", 50)),
        *(("limit=9223372036854775808", 50), ("limit=12345678901234567890", 50), ("limit=%205", 50)),
        *(("limit=%2B5", 5), ("limit=007", 7), ("limit=3&limit=7", 3), ("limit=abc&limit=7", 50)),
        *(("limit=0&limit=7", 50), ("Limit=5", 50), ("pagesize=5", 50)),
    ],
)
def test_a_limit_that_is_no_integer_falls_back_and_of_two_the_first_counts(crowd, newest_first, limit, size):
    """Nothing about a page can go wrong."""
    assert ids(crowd.get(f"{JOBS}?{limit}")) == newest_first[:size]


@pytest.mark.source("seed")
@pytest.mark.parametrize(
    ("page", "number"),
    [
        *(("page=1", 1), ("page=2", 2), ("page=5", 5), ("page=6", 6)),
        *(("page=0", 1), ("page=-1", 1), ("page=-9999", 1), ("", 1)),
        *(
            pytest.param(page, number, marks=pytest.mark.source("obs"))
            for page, number in (
                *(("page=abc", 1), ("page=1.5", 1), ("page=", 1), ("page=0x2", 1), ("page=%2B2", 2)),
                *(("page=2&page=3", 2), ("page=abc&page=3", 1)),
                *(("page=9223372036854775808", 1), ("page=12345678901234567890", 1)),
            )
        ),
    ],
)
def test_a_page_below_1_or_that_is_no_integer_is_the_first(crowd, newest_first, page, number):
    assert ids(crowd.get(f"{JOBS}?{page}&limit=40")) == newest_first[(number - 1) * 40 : number * 40]


@pytest.mark.source("obs")
@pytest.mark.parametrize(
    "query",
    [
        *("page=7&limit=40", "page=6", "page=1000000"),
        pytest.param("page=9223372036854775807", marks=pytest.mark.source("decision")),
    ],
)
def test_a_page_behind_the_end_is_empty(crowd, query):
    """And so it is where the product's own offset would overflow."""
    assert ids(crowd.get(f"{JOBS}?{query}")) == []


@pytest.mark.source("seed")
def test_completed_and_cancelled_jobs_stay_listed(clock, api):
    """Nothing deletes a job."""
    before = ids(api.get(JOBS))

    api.delete(f"{JOBS}/{SCHEDULED}")
    clock.advance(3 * 86_400)

    assert ids(api.get(JOBS)) == before


# ----------------------------------------------------------------------------------------------- creating


@pytest.mark.source("obs")
def test_a_deletion_is_scheduled_for_the_next_midnight(clock, api):
    """Until then it can be called off."""
    now = milliseconds(clock)

    made = schedule(api, "kai@example.com")

    assert list(made) == KEYS
    assert (made["startAt"] % DAY_MS, 0 < made["startAt"] - now <= DAY_MS) == (0, True)
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
    assert ids(api.get(JOBS))[0] == made["jobId"]


@pytest.mark.source("src")
def test_a_job_belongs_to_the_project_it_was_made_in(api):
    made = schedule(api, "kai@example.com", project=OTHER_PROJECT)

    assert made["projectId"] == 2
    assert ids(api.get(f"{OTHER_PROJECT}/jobs")) == [made["jobId"], OTHERS]
    assert told(api.get(f"{JOBS}/{made['jobId']}")) == (404, NOT_FOUND)


@pytest.mark.source("obs")
@pytest.mark.parametrize("user", ["shekar@example.com", "femi@example.com"], ids=["scheduled", "running"])
def test_one_deletion_of_a_user_at_a_time(api, unchanged, user):
    """A second one would have nothing to delete."""
    with unchanged(JOBS):
        answer = api.delete(f"{PROJECT}/users/{user}")

    assert told(answer) == (409, ALREADY_SCHEDULED)


@pytest.mark.source("obs")
@pytest.mark.parametrize(
    "user",
    ["ana@example.com", "luca@example.com", "noor@example.com"],
    ids=["completed", "failed", "cancelled"],
)
def test_after_a_deletion_has_ended_the_user_may_be_deleted_again(api, user):
    assert schedule(api, user)["status"] == "scheduled"


@pytest.mark.source("obs")
def test_a_deletion_that_was_called_off_may_be_scheduled_anew(api):
    api.delete(f"{JOBS}/{SCHEDULED}")

    again = schedule(api, "shekar@example.com")

    assert again["jobId"] != SCHEDULED
    assert told(api.delete(f"{PROJECT}/users/shekar@example.com")) == (409, ALREADY_SCHEDULED)


@pytest.mark.source("obs")
def test_the_same_user_of_another_project_is_another_user(api):
    assert schedule(api, "shekar@example.com", project=OTHER_PROJECT)["referenceId"] == "shekar@example.com"


@pytest.mark.source("src")
@pytest.mark.parametrize(
    ("user", "shown"), [("x", "x"), ("a" * 256, "a" * 256), ("a%2Fb", "a/b"), ("J%C3%BCrgen", "Jürgen")]
)
def test_a_user_id_may_be_any_text_of_up_to_256_characters(api, user, shown):
    assert schedule(api, user)["description"] == f"Delete user sessions of userId = {shown}"


@pytest.mark.source("src")
@pytest.mark.parametrize("length", [257, 1000])
def test_a_longer_user_id_is_refused(api, unchanged, length):
    with unchanged(JOBS):
        answer = api.delete(f"{PROJECT}/users/{'a' * length}")

    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]


# ----------------------------------------------------------------------------------------- the lifecycle


@pytest.mark.source("seed", "src")
@pytest.mark.parametrize(
    ("scenario", "end"), [("", "completed"), ("failure", "failed")], ids=["completes", "fails"]
)
def test_a_deletion_starts_at_midnight_and_ends(clock, api, scenario, end):
    """scheduled until startAt, then running, then one of the two endings; each move sets updatedAt."""
    made = schedule(api, "kai@example.com", scenario)
    start = made["startAt"] / 1000

    seen = []
    for moment in (start - 0.001, start, start + 29.999, start + 30, start + 99):
        clock.to(moment)
        seen.append([job(api, made["jobId"])[key] for key in ("status", "updatedAt")])

    started, ended = made["startAt"], made["startAt"] + 30_000
    assert seen == [["scheduled", None], *[["running", started]] * 2, *[[end, ended]] * 2]
    done = job(api, made["jobId"])
    assert isinstance(done["errors"], str) is (end == "failed")
    assert done == made | {key: done[key] for key in ("status", "updatedAt", "errors")}


@pytest.mark.source("seed")
@pytest.mark.parametrize("identity", [SCHEDULED, ALSO_SCHEDULED, RUNNING], ids=["first", "second", "running"])
def test_cancelling_answers_with_the_cancelled_job(clock, api, identity):
    """A job that hasn't started or is still in progress; only status and updatedAt change."""
    before = job(api, identity)
    clock.advance(10)

    answer = api.delete(f"{JOBS}/{identity}")

    after = before | {"status": "cancelled", "updatedAt": milliseconds(clock)}
    assert told(answer) == (200, {"data": after})
    assert list(answer.json()["data"]) == KEYS
    assert job(api, identity) == after


@pytest.mark.source("obs")
@pytest.mark.parametrize("identity", [SCHEDULED, RUNNING], ids=["scheduled", "running"])
def test_a_cancelled_job_never_starts(clock, api, identity):
    api.delete(f"{JOBS}/{identity}")
    cancelled = job(api, identity)

    clock.advance(3 * 86_400)

    assert job(api, identity) == cancelled


@pytest.mark.source("seed", "obs")
@pytest.mark.parametrize(
    ("identity", "text"),
    [
        pytest.param(CANCELLED, "the requested job has already been cancelled", id="cancelled"),
        pytest.param(COMPLETED, "the requested job has already been completed", id="completed"),
        pytest.param(
            FAILED,
            "the requested job has already failed",
            id="failed",
            marks=pytest.mark.source("decision"),
        ),
    ],
)
def test_a_job_that_has_ended_cannot_be_cancelled(api, unchanged, identity, text):
    """Job cannot be cancelled in its current state: 400, and the reason in words."""
    with unchanged(JOBS, f"{JOBS}/{identity}"):
        answer = api.delete(f"{JOBS}/{identity}")

    assert told(answer) == (400, {"error": text})


@pytest.mark.source("obs")
def test_cancelling_twice_is_an_error(api, unchanged):
    """Cancelling is not idempotent here."""
    assert api.delete(f"{JOBS}/{SCHEDULED}").status_code == 200

    with unchanged(JOBS):
        answer = api.delete(f"{JOBS}/{SCHEDULED}")

    assert told(answer) == (400, {"error": "the requested job has already been cancelled"})


@pytest.mark.source("obs")
def test_cancelling_at_the_moment_of_completion_is_too_late(clock, api):
    """The clock decides, not the moment somebody last looked."""
    assert job(api, RUNNING)["status"] == "running"
    clock.advance(30)

    answer = api.delete(f"{JOBS}/{RUNNING}")

    assert told(answer) == (400, {"error": "the requested job has already been completed"})


@pytest.mark.source("obs")
@pytest.mark.parametrize("identity", [SCHEDULED, RUNNING], ids=["scheduled", "running"])
def test_of_two_racing_cancels_one_wins(ask, token, identity):
    """One 200 and one 400: two clients cannot both have cancelled the job."""
    clients = [ask(token) for _ in range(8)]
    clients[0].get(JOBS)

    with ThreadPoolExecutor(8) as threads:
        statuses = [*threads.map(lambda client: client.delete(f"{JOBS}/{identity}").status_code, clients)]

    assert sorted(statuses) == [200, *[400] * 7]


@pytest.mark.source("obs")
def test_of_two_racing_deletions_of_a_user_one_wins(ask, token):
    clients = [ask(token), ask(token)]

    with ThreadPoolExecutor(2) as threads:
        statuses = [*threads.map(lambda client: client.delete(f"{PROJECT}/users/twin").status_code, clients)]

    assert sorted(statuses) == [200, 409]


# ------------------------------------------------------------------------------- who asks, and for what

REQUESTS = [
    pytest.param("GET", "/jobs", id="list"),
    pytest.param("GET", f"/jobs/{SCHEDULED}", id="read"),
    pytest.param("DELETE", f"/jobs/{SCHEDULED}", id="cancel"),
    pytest.param("DELETE", "/users/kai@example.com", id="delete user"),
]


@pytest.mark.source("obs")
@pytest.mark.parametrize(("method", "tail"), REQUESTS)
@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "KEY", "bearer KEY", "BEARER KEY", "Basic KEY"],
    ids=["none", "empty", "no key", "no scheme", "small letters", "capitals", "basic"],
)
def test_without_a_bearer_key_the_answer_is_401_and_empty(ask, token, unchanged, method, tail, header):
    """The word Bearer counts to the letter; there is no body, hence no media type."""
    headers = {} if header is None else {"Authorization": header.replace("KEY", token)}

    with unchanged(JOBS):
        answer = ask(None).request(method, PROJECT + tail, headers=headers)

    assert (answer.status_code, answer.content) == (401, b"")
    assert "Content-Type" not in answer.headers


@pytest.mark.source("obs")
@pytest.mark.parametrize(("method", "tail"), REQUESTS)
def test_an_unknown_project_and_an_unknown_key_are_answered_alike(api, closed, unchanged, method, tail):
    """Nobody learns which projects there are."""
    with unchanged(JOBS):
        answers = [
            api.request(method, "/public/no-such-project" + tail),
            closed("nobody-knows-me").request(method, PROJECT + tail),
        ]

    for answer in answers:
        assert (answer.status_code, answer.content) == (401, b"")
        assert "Content-Type" not in answer.headers


@pytest.mark.source("decision")
def test_another_organisations_job_is_not_found(ask, api, token, unchanged):
    mine = schedule(api, "kai@example.com")["jobId"]
    other = ask(f"{token}-other")

    with unchanged(JOBS):
        answers = [other.request(method, f"{JOBS}/{mine}") for method in ("GET", "DELETE")]

    assert [told(answer) for answer in answers] == [(404, NOT_FOUND)] * 2
    assert schedule(other, "kai@example.com")["status"] == "scheduled"


@pytest.mark.source("obs")
@pytest.mark.parametrize(
    "path",
    [f"{JOBS}/", f"{JOBS}/{SCHEDULED}/", PROJECT, "/public", "/public/", f"{PROJECT}/users/", f"{PROJECT}/x"],
)
@pytest.mark.parametrize("token_given", [True, False], ids=["with a key", "without"])
def test_an_unknown_path_is_plain_text_whoever_asks(ask, token, path, token_given):
    """Go's router answers before anybody looks at the key."""
    answer = ask(token if token_given else None).get(path)

    assert (answer.status_code, answer.text) == (404, "404 page not found\n")
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.source("obs", "decision")
@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", JOBS, "GET, HEAD, OPTIONS"),
        ("DELETE", JOBS, "GET, HEAD, OPTIONS"),
        ("PUT", f"{JOBS}/{SCHEDULED}", "DELETE, GET, HEAD, OPTIONS"),
        ("GET", f"{PROJECT}/users/kai", "DELETE, OPTIONS"),
    ],
)
def test_a_wrong_method_is_405_with_an_empty_body(api, ask, unchanged, method, path, allow):
    """The body is the product's; the Allow header is HTTP's, and ours."""
    with unchanged(JOBS):
        answers = [client.request(method, path) for client in (api, ask(None))]

    for answer in answers:
        assert (answer.status_code, answer.content) == (405, b"")
        assert answer.headers["Allow"] == allow


@pytest.mark.source("obs")
@pytest.mark.parametrize("path", [JOBS, f"{JOBS}/{SCHEDULED}", f"{PROJECT}/users/kai"])
def test_options_is_200_and_empty(ask, path):
    """Before a browser may send its key, it asks without one."""
    answer = ask(None).options(path)

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.source("decision")
def test_head_is_get_without_a_body(api):
    head, get = api.head(JOBS), api.get(JOBS)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.content))


# ------------------------------------------------------------------ the overlay: the product as it runs


@pytest.fixture(scope="module")
def running_server(start):
    return start("--overlay", "overlays/openreplay.yaml")


@pytest.fixture
def product(running_server, token):
    """A client of a server with the overlay, in a world of its own."""
    with running_server.client(token) as client:
        yield client


@pytest.mark.source("obs")
def test_the_product_lets_a_failed_job_be_cancelled_and_keeps_its_errors(running_server, product):
    """Its query only excludes what is completed or cancelled."""
    before = job(product, FAILED)

    answer = product.delete(f"{JOBS}/{FAILED}")

    now = running_server.control("GET", "/clock")["now"]
    moment = round(datetime.fromisoformat(now).astimezone(UTC).timestamp() * 1000)
    assert told(answer) == (200, {"data": before | {"status": "cancelled", "updatedAt": moment}})
    assert answer.json()["data"]["errors"]


@pytest.mark.source("obs")
@pytest.mark.parametrize(("identity", "word"), [(COMPLETED, "completed"), (CANCELLED, "cancelled")])
def test_the_product_refuses_what_is_completed_or_cancelled(product, identity, word):
    before = job(product, identity)

    answer = product.delete(f"{JOBS}/{identity}")

    assert told(answer) == (400, {"error": f"the requested job has already been {word}"})
    assert job(product, identity) == before


@pytest.mark.source("obs")
@pytest.mark.parametrize("identity", ["2147483648", "9999999999", "9223372036854775807"])
def test_the_product_fails_to_cancel_an_id_beyond_32_bits(product, identity):
    """Its database says so; reading such an id merely finds nothing."""
    text = f"failed to cancel job: {identity} is greater than maximum value for Int4"

    assert told(product.delete(f"{JOBS}/{identity}")) == (400, {"error": text})
    assert told(product.get(f"{JOBS}/{identity}")) == (404, NOT_FOUND)


@pytest.mark.source("obs")
def test_the_product_tells_other_wrong_ids_apart_as_ever(product):
    assert told(product.delete(f"{JOBS}/2147483647")) == (404, NOT_FOUND)
    assert told(product.delete(f"{JOBS}/abc")) == (400, malformed("abc"))
    assert told(product.delete(f"{JOBS}/-1")) == (404, NOT_FOUND)


@pytest.mark.source("obs")
def test_a_new_job_of_the_product_has_been_updated_when_it_was_created(product):
    """The column has a default, where the page shows null."""
    made = schedule(product, "kai@example.com")

    assert isinstance(made["updatedAt"], int)
    assert made["updatedAt"] == made["createdAt"]


@pytest.mark.source("obs")
@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 405), ("POST", 405), ("PUT", 405), ("OPTIONS", 200), ("GET", 200)]
)
def test_the_product_serves_only_the_methods_themselves_and_names_none(product, method, status):
    """HEAD is a wrong method there, and no answer has an Allow header."""
    answer = product.request(method, JOBS)

    assert answer.status_code == status
    assert "Allow" not in answer.headers
    assert bool(answer.content) is (method == "GET")


@pytest.mark.source("decision")
def test_timestamps_are_whole_milliseconds(api):
    for each in api.get(JOBS).json()["data"]:
        for key in ("createdAt", "startAt"):
            assert re.fullmatch(r"\d{13}", str(each[key]))


@pytest.mark.source("src")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "jobs/abc"),
        ("DELETE", "jobs/abc"),
        ("GET", "jobs/1"),
        ("GET", "jobs"),
        ("DELETE", "users/" + "x" * 300),
    ],
    ids=["malformed", "malformed to cancel", "an id", "the list", "a user too long"],
)
def test_an_unknown_project_key_is_looked_at_before_all_else(api, method, path):
    """It is a part of the credential: who has none is not told what an id looks like."""
    answer = api.request(method, f"/public/nope/{path}")

    assert (answer.status_code, answer.content) == (401, b"")

"""Rendley, /v1/jobs: filters with a default, a flag beside the status, cancelling without removing."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

JOBS = "/v1/jobs"
COMPLETED = "job_8f2c1d4e5a6b7c8d9e0f1a2b"
ACKNOWLEDGED = "job_1b7d3f5a9c8e7d6c5b4a3f2e"
FAILED = "job_2c8e4f6b0d9f8e7d6c5b4a3f"
CANCELED = "job_3d9f5a7c1e0a9f8e7d6c5b4a"
PROCESSING = "job_4e0a6b8d2f1b0a9f8e7d6c5b"
QUEUED = "job_5f1b7c9e3a2c1b0a9f8e7d6c"
STUDIO_NEWEST_FIRST = [QUEUED, PROCESSING, CANCELED, FAILED, ACKNOWLEDGED]
KEYS = [
    *("id", "type", "status", "input_data", "result_data", "error"),
    *("acknowledged", "source_type", "source_id"),
]
STATUSES = {"queued", "processing", "completed", "failed", "canceled"}
UNAUTHORIZED = {"error": {"code": "UNAUTHORIZED", "message": "invalid api key"}}


def job(api, identity):
    answer = api.get(f"{JOBS}/{identity}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["data"]]


def code(answer):
    """The code in an error body, which holds a code and a message and nothing else."""
    error = answer.json()
    assert list(error) == ["error"]
    assert list(error["error"]) == ["code", "message"]
    assert error["error"]["message"]
    return error["error"]["code"]


def export(api, **headers):
    return api.post("/v1/export", json={"project_id": "proj_5b1e"}, headers=headers).json()["data"]["job_id"]


# ------------------------------------------------------------------------------------------------ reading


@pytest.mark.source("seed", "src")
def test_a_job_has_the_documented_fields_in_the_documented_order(api):
    """People compare an answer with the page by eye."""
    found = api.get(f"{JOBS}/{COMPLETED}").json()

    assert list(found) == ["data"]
    assert list(found["data"]) == KEYS


@pytest.mark.source("seed")
def test_a_list_shows_jobs_as_reading_them_one_by_one_does(api):
    """A client may keep what it listed instead of reading each job again."""
    listed = api.get(JOBS).json()

    assert list(listed) == ["data"]
    assert listed["data"] == [job(api, each["id"]) for each in listed["data"]]
    assert [list(each) for each in listed["data"]] == [KEYS] * 5


@pytest.mark.source("src")
def test_every_status_is_in_a_new_world(api):
    """A client can be tried against every status without waiting for one."""
    jobs = [*api.get(JOBS).json()["data"], job(api, COMPLETED)]

    assert {each["status"] for each in jobs} == STATUSES


@pytest.mark.source("src")
@pytest.mark.parametrize(
    ("identity", "result", "error"),
    [
        pytest.param(COMPLETED, True, False, id="completed"),
        pytest.param(FAILED, False, True, id="failed"),
        pytest.param(CANCELED, False, False, id="canceled"),
        pytest.param(PROCESSING, False, False, id="processing"),
        pytest.param(QUEUED, False, False, id="queued"),
    ],
)
def test_result_and_error_are_null_until_the_job_has_one(api, identity, result, error):
    """The page types both as string; the product's own client knows them to be nullable."""
    found = job(api, identity)

    assert isinstance(found["result_data"], str) is result
    assert isinstance(found["error"], str) is error
    assert isinstance(json.loads(found["input_data"]), dict)


# ---------------------------------------------------------------------------------------------- filtering


@pytest.mark.source("seed")
def test_a_plain_list_shows_studio_jobs_only(api):
    """`source_type` defaults to studio, so what was started through the API is missing."""
    assert COMPLETED not in ids(api.get(JOBS))
    assert ids(api.get(JOBS, params={"source_type": "api"})) == [COMPLETED]


@pytest.mark.source("src")
def test_a_list_is_newest_first(api):
    """The one who looks wants to see what was just started."""
    assert ids(api.get(JOBS)) == STUDIO_NEWEST_FIRST

    first, second = export(api), export(api)

    assert ids(api.get(JOBS, params={"source_type": "api"})) == [second, first, COMPLETED]


@pytest.mark.source("seed")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("source_type=studio", STUDIO_NEWEST_FIRST, id="the default, said aloud"),
        pytest.param("project_id=proj_9d3c", [CANCELED, FAILED], id="by project"),
        pytest.param("project_id=nobody", [], id="by a project nobody has"),
        pytest.param("job_type=transcription", [ACKNOWLEDGED], id="by type"),
        pytest.param("job_type=export_video", [PROCESSING, FAILED], id="by a type that two have"),
        pytest.param("job_type=poem", [], id="by a type nobody has"),
        pytest.param("acknowledged=true", [ACKNOWLEDGED], id="acknowledged"),
        pytest.param("acknowledged=false", [QUEUED, PROCESSING, CANCELED, FAILED], id="not acknowledged"),
        pytest.param("source_id=proj_5b1e", [QUEUED, PROCESSING, ACKNOWLEDGED], id="by source"),
        pytest.param("source_type=api&source_id=proj_9d3c", [], id="two filters that no job passes"),
        pytest.param(
            "source_id=proj_5b1e&acknowledged=true&job_type=transcription",
            [ACKNOWLEDGED],
            id="three together",
        ),
        pytest.param("project_id=proj_5b1e&source_id=proj_9d3c", [], id="filters are joined by and"),
        pytest.param("source_type=phone", [], id="by a kind of source nobody knows"),
        pytest.param("page=2&limit=1&color=red", STUDIO_NEWEST_FIRST, id="unknown parameters are ignored"),
    ],
)
def test_every_filter_keeps_what_fits_and_all_of_them_are_joined_by_and(api, query, expected):
    assert ids(api.get(f"{JOBS}?{query}")) == expected


@pytest.mark.source("decision")
@pytest.mark.parametrize("value", ["maybe", "1", "yes", "", "null", "true%20"])
def test_a_flag_that_is_no_boolean_is_refused(api, value):
    """A typing error must not silently show the wrong jobs."""
    answer = api.get(f"{JOBS}?acknowledged={value}")

    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")


@pytest.mark.source("src")
def test_the_list_follows_the_flag(api):
    """An inbox that shows what is not acknowledged loses a job once somebody has seen to it."""
    assert QUEUED in ids(api.get(f"{JOBS}?acknowledged=false"))

    api.patch(f"{JOBS}/{QUEUED}", json={"acknowledged": True})

    assert QUEUED not in ids(api.get(f"{JOBS}?acknowledged=false"))
    assert QUEUED in ids(api.get(f"{JOBS}?acknowledged=true"))


# ----------------------------------------------------------------------------------------------- updating


@pytest.mark.source("decision")
@pytest.mark.parametrize("flag", [True, False], ids=["set", "cleared"])
@pytest.mark.parametrize("identity", [COMPLETED, ACKNOWLEDGED, FAILED, CANCELED, PROCESSING, QUEUED])
def test_the_flag_is_set_in_every_status_and_nothing_else_changes(api, identity, flag):
    """Whoever is shown an old job wants to tick it off as well."""
    before = job(api, identity)

    answer = api.patch(f"{JOBS}/{identity}", json={"acknowledged": flag})

    assert answer.json() == {"data": before | {"acknowledged": flag}}
    assert job(api, identity) == before | {"acknowledged": flag}


@pytest.mark.source("decision")
def test_an_empty_change_answers_with_the_job_and_changes_nothing(api, unchanged):
    """`acknowledged` is optional on the page, so an empty object is a fair request."""
    with unchanged(f"{JOBS}/{ACKNOWLEDGED}", JOBS):
        answer = api.patch(f"{JOBS}/{ACKNOWLEDGED}", json={})

    assert answer.status_code == 200
    assert answer.json()["data"]["acknowledged"] is True


@pytest.mark.source("decision")
@pytest.mark.parametrize(
    ("content", "kind", "status", "word"),
    [
        pytest.param('{"acknowledged": "yes"}', "application/json", 400, "BAD_REQUEST", id="text"),
        pytest.param('{"acknowledged": 1}', "application/json", 400, "BAD_REQUEST", id="number"),
        pytest.param('{"acknowledged": null}', "application/json", 400, "BAD_REQUEST", id="null"),
        pytest.param('{"status": "completed"}', "application/json", 400, "BAD_REQUEST", id="another field"),
        pytest.param('{"acknowledged": tru', "application/json", 400, "BAD_REQUEST", id="broken JSON"),
        pytest.param("[true]", "application/json", 400, "BAD_REQUEST", id="array"),
        pytest.param("acknowledged=true", "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE", id="no JSON"),
        pytest.param(" " * 1_100_000, "application/json", 413, "PAYLOAD_TOO_LARGE", id="too large"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_and_changes_nothing(
    api, unchanged, content, kind, status, word
):
    with unchanged(f"{JOBS}/{QUEUED}", JOBS):
        answer = api.patch(f"{JOBS}/{QUEUED}", content=content, headers={"Content-Type": kind})

    assert (answer.status_code, code(answer)) == (status, word)


# --------------------------------------------------------------------------------------- the lifecycle


@pytest.mark.source("src")
@pytest.mark.parametrize("identity", [QUEUED, PROCESSING], ids=["queued", "processing"])
def test_cancelling_ends_a_job_and_keeps_it_readable(api, identity):
    """DELETE is cancel: a poller must find out what became of its job."""
    before = job(api, identity)

    answer = api.delete(f"{JOBS}/{identity}")

    assert (answer.status_code, answer.json()) == (200, {"data": None})
    assert job(api, identity) == before | {"status": "canceled"}
    assert identity in ids(api.get(JOBS))


@pytest.mark.source("decision")
@pytest.mark.parametrize("identity", [COMPLETED, FAILED, CANCELED], ids=["completed", "failed", "canceled"])
def test_cancelling_a_job_that_has_ended_is_fine_and_changes_nothing(api, unchanged, identity):
    """A client may retry a cancel without fear: what has ended will not change again."""
    with unchanged(f"{JOBS}/{identity}", JOBS, f"{JOBS}?source_type=api"):
        answer = api.delete(f"{JOBS}/{identity}")

    assert (answer.status_code, answer.json()) == (200, {"data": None})


@pytest.mark.source("src")
def test_an_export_runs_from_queued_through_processing_to_completed(clock, api):
    """The path a polling client waits on, to the moment."""
    made = api.post("/v1/export", json={"project_id": "proj_5b1e"})
    identity = made.json()["data"]["job_id"]
    born, path = clock.now, f"{JOBS}/{identity}"
    assert made.json() == {"data": {"job_id": identity}}

    seen = [job(api, identity)["status"]]
    for move in (born + 2, born + 10):
        clock.just_before(move)
        seen.append(job(api, identity)["status"])
        clock.to(move)
        seen.append(job(api, identity)["status"])

    assert seen == ["queued", "queued", "processing", "processing", "completed"]
    done = api.get(path).json()["data"]
    assert set(json.loads(done["result_data"])) == {"storage_url", "media_id"}
    assert done["error"] is None


@pytest.mark.source("src")
def test_an_export_can_be_made_to_fail(clock, api):
    """`error` is there to be read when a job failed; a client has to be shown one."""
    identity = export(api, **{"Understudy-Scenario": "failure"})

    clock.advance(9.999)
    assert job(api, identity)["status"] == "processing"
    clock.advance(0.001)

    failed = job(api, identity)
    assert (failed["status"], failed["result_data"]) == ("failed", None)
    assert failed["error"]


@pytest.mark.source("src")
def test_a_new_export_comes_from_the_api_and_keeps_the_request(api):
    """`input_data` is the request that made the job, so that it can be made again."""
    request = {"project_id": "proj_77", "settings": {"codec": "vp8", "quality": "low"}}

    identity = api.post("/v1/export", json=request).json()["data"]["job_id"]

    made = job(api, identity)
    assert json.loads(made["input_data"]) == request
    assert [made[key] for key in KEYS[1:3] + KEYS[4:]] == [
        *("export_video", "queued", None, None, False, "api", "proj_77")
    ]


@pytest.mark.source("src")
@pytest.mark.parametrize("waits", [0, 2, 9.999], ids=["queued", "processing", "at the last moment"])
def test_a_canceled_export_stays_canceled(clock, api, waits):
    """Once canceled it will not change again, although its time to complete still comes."""
    identity = export(api)
    clock.advance(waits)

    api.delete(f"{JOBS}/{identity}")
    ended = job(api, identity)
    clock.advance(100)

    assert ended["status"] == "canceled"
    assert job(api, identity) == ended


@pytest.mark.source("src")
def test_cancelling_too_late_leaves_the_job_completed(clock, api):
    """The moment of completion decides, not the moment somebody last looked."""
    identity = export(api)
    clock.advance(10)

    api.delete(f"{JOBS}/{identity}")

    assert job(api, identity)["status"] == "completed"


@pytest.mark.source("src")
@pytest.mark.parametrize(
    ("content", "status", "word"),
    [
        pytest.param({}, 400, "BAD_REQUEST", id="nothing to export"),
        pytest.param({"project_id": "p", "project": {}}, 400, "BAD_REQUEST", id="two things to export"),
        pytest.param({"project_id": 5}, 400, "BAD_REQUEST", id="a number for a project"),
        pytest.param(
            {"project_id": "p", "settings": {"codec": "h265"}}, 400, "BAD_REQUEST", id="unknown codec"
        ),
        pytest.param(
            {"project_id": "p", "settings": {"target_resolution": "8K"}}, 400, "BAD_REQUEST", id="8K"
        ),
        pytest.param({"project_id": "p", "settings": {"quality": "best"}}, 400, "BAD_REQUEST", id="quality"),
    ],
)
def test_an_export_that_makes_no_sense_is_refused_and_makes_no_job(api, unchanged, content, status, word):
    with unchanged(f"{JOBS}?source_type=api"):
        answer = api.post("/v1/export", json=content)

    assert (answer.status_code, code(answer)) == (status, word)


@pytest.mark.source("decision")
@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        pytest.param("project_id=p", "application/x-www-form-urlencoded", 415, id="a form"),
        pytest.param(" " * 1_100_000, "application/json", 413, id="too large"),
    ],
)
def test_an_export_that_cannot_be_read_makes_no_job(api, unchanged, content, kind, status):
    with unchanged(f"{JOBS}?source_type=api"):
        answer = api.post("/v1/export", content=content, headers={"Content-Type": kind})

    assert answer.status_code == status
    assert code(answer)


@pytest.mark.source("decision")
def test_two_racing_cancels_both_succeed_and_the_job_is_canceled_once(ask, token, world):
    """Cancelling what has ended is no error, so neither of two impatient clients is told off."""
    clients = [ask(token), ask(token)]
    clients[0].get(JOBS)

    with ThreadPoolExecutor(2) as threads:
        statuses = [*threads.map(lambda client: client.delete(f"{JOBS}/{QUEUED}").status_code, clients)]

    assert statuses == [200, 200]
    assert world.state("RendleyJob", QUEUED) == "canceled"


# ------------------------------------------------------------------------------- who asks, and for what

REQUESTS = [
    pytest.param("GET", JOBS, None, id="list"),
    pytest.param("GET", f"{JOBS}/{QUEUED}", None, id="read"),
    pytest.param("PATCH", f"{JOBS}/{QUEUED}", {"acknowledged": True}, id="update"),
    pytest.param("DELETE", f"{JOBS}/{QUEUED}", None, id="cancel"),
    pytest.param("POST", "/v1/export", {"project_id": "p"}, id="export"),
]


@pytest.mark.source("src")
@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Basic abc"], ids=["none", "empty", "no key", "basic"]
)
def test_without_a_key_nothing_is_answered(ask, unchanged, method, path, body, header):
    """A key that is missing or malformed is 401, with the body the authentication page shows."""
    headers = {} if header is None else {"Authorization": header}

    with unchanged(JOBS):
        answer = ask(None).request(method, path, json=body, headers=headers)

    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)


@pytest.mark.source("src")
@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
def test_an_unknown_key_is_refused_where_keys_are_known(closed, method, path, body):
    """An invalid key is answered like a missing one."""
    answer = closed("nobody-knows-me").request(method, path, json=body)

    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)


@pytest.mark.source("seed")
@pytest.mark.parametrize(("method", "path", "body"), REQUESTS[1:4])
def test_another_users_job_is_not_there(ask, api, token, unchanged, method, path, body):
    """The page speaks of jobs owned by the authenticated user: others' do not exist."""
    mine = export(api)
    path = path.replace(QUEUED, mine)

    with unchanged(f"{JOBS}/{mine}"):
        answer = ask(f"{token}-other").request(method, path, json=body)

    assert (answer.status_code, code(answer)) == (404, "NOT_FOUND")


@pytest.mark.source("seed")
@pytest.mark.parametrize(
    "identity", ["unknown", "0", "-1", "%20", "a%2Fb", COMPLETED[:-1], COMPLETED.upper()]
)
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_unknown_id_is_not_found(api, unchanged, method, identity):
    """Any text may be an id; the page lists no 400 for one."""
    with unchanged(JOBS):
        answer = api.request(method, f"{JOBS}/{identity}", json={} if method == "PATCH" else None)

    assert (answer.status_code, code(answer)) == (404, "NOT_FOUND")


@pytest.mark.source("decision")
def test_a_cancel_in_one_world_leaves_the_other_alone(ask, api, token):
    """Two test suites with a key each never meet."""
    other = ask(f"{token}-other")

    api.delete(f"{JOBS}/{QUEUED}")

    assert job(api, QUEUED)["status"] == "canceled"
    assert job(other, QUEUED)["status"] == "queued"


@pytest.mark.source("decision")
@pytest.mark.parametrize("path", [f"{JOBS}/", f"{JOBS}/{QUEUED}/", "/v1", "/v1/none", "/v1/export/"])
def test_a_path_with_a_slash_too_many_is_unknown(api, path):
    """The page documents no such path; the answer is still in the API's own shape."""
    answer = api.get(path)

    assert (answer.status_code, code(answer)) == (404, "NOT_FOUND")


@pytest.mark.source("decision")
@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        pytest.param("POST", JOBS, "GET, HEAD, OPTIONS", id="no creating"),
        pytest.param("PUT", f"{JOBS}/{QUEUED}", "DELETE, GET, HEAD, OPTIONS, PATCH", id="no replacing"),
        pytest.param("GET", "/v1/export", "OPTIONS, POST", id="no listing of exports"),
    ],
)
def test_a_method_the_path_has_not_is_405_and_says_which_it_has(api, unchanged, method, path, allow):
    with unchanged(JOBS):
        answer = api.request(method, path)

    assert (answer.status_code, code(answer)) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["Allow"] == allow


@pytest.mark.source("decision")
def test_head_is_get_without_a_body_and_options_names_the_methods(api):
    """HTTP promises both, whatever the page leaves out."""
    head, get, options = (api.request(m, f"{JOBS}/{QUEUED}") for m in ("HEAD", "GET", "OPTIONS"))

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.content))
    assert (options.status_code, options.content) == (204, b"")
    assert options.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"


@pytest.mark.source("seed")
def test_an_update_may_have_no_body_at_all(api):
    """The page calls the flag optional, and marks nothing else as needed."""
    before = api.get(f"{JOBS}/{QUEUED}").json()

    answer = api.patch(f"{JOBS}/{QUEUED}")

    assert (answer.status_code, answer.json()) == (200, before)

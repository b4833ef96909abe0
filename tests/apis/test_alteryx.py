"""Alteryx Server V3, /webapi/v3: a phase and an outcome, messages for Curators only, a list by workflow."""

import re

import httpx
import pytest

COMPLETED = "66ebd18d3d6200007e000d8c"
FAILED = "66ebd18d3d6200007e000d8d"
CANCELLED = "66ebd18d3d6200007e000d8e"
RUNNING = "66ebd18d3d6200007e000d8f"
QUEUED = "66ebd18d3d6200007e000d90"
CREATED = "66ebd18d3d6200007e000d91"
WORKFLOW, OTHER_WORKFLOW = "66ebd0f23d6200007e000d11", "66ebd0f23d6200007e000d12"
OF_WORKFLOW = [COMPLETED, FAILED, RUNNING, QUEUED]
LIST = f"/webapi/v3/workflows/{WORKFLOW}/jobs"
KEYS = [
    *("id", "appId", "createDateTime", "status", "disposition", "outputs"),
    *("messages", "priority", "workerTag", "runWithE2"),
]
LISTED_KEYS = ["id", "createDate", "status", "priority", "workerTag", "runWithE2"]
MESSAGE_KEYS = ["status", "text", "toolId"]
UTC_MILLISECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
HEX_24 = re.compile(r"[0-9a-f]{24}")


def path(identity):
    return f"/webapi/v3/jobs/{identity}"


def job(api, identity):
    answer = api.get(path(identity))
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()]


def enqueue(api, scenario="", workflow=WORKFLOW, **body):
    headers = {"Understudy-Scenario": scenario} if scenario else {}
    answer = api.post(f"/webapi/v3/workflows/{workflow}/jobs", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def is_message(answer):
    """Whether the body is {"message": "..."}, the one shape of an error here."""
    body = answer.json()
    return list(body) == ["message"] and bool(body["message"])


# ------------------------------------------------------------------------------------------------ reading


@pytest.mark.source("seed")
def test_a_job_has_the_documented_fields_in_the_documented_order(api):
    """No envelope, and each part as the page shows it."""
    found = job(api, COMPLETED)

    assert list(found) == KEYS
    assert list(found["outputs"][0]) == ["id", "availableFormats", "fileName"]
    assert list(found["messages"][0]) == MESSAGE_KEYS


@pytest.mark.source("seed")
def test_the_job_of_the_page_has_the_time_of_the_page(api):
    """UTC with milliseconds, to the letter."""
    assert job(api, COMPLETED)["createDateTime"] == "2024-09-19T10:02:54.589Z"


@pytest.mark.source("src")
def test_every_status_and_disposition_is_in_a_new_world(api, world):
    """A failed run is Completed as well, with a disposition that says so."""
    found = [job(api, each) for each in (COMPLETED, FAILED, CANCELLED, RUNNING, QUEUED, CREATED)]

    assert [(each["status"], each["disposition"]) for each in found] == [
        *[("Completed", "Success"), ("Completed", "Error"), ("Cancelled", "None")],
        *[("Running", "None"), ("Queued", "None"), ("Created", "None")],
    ]
    assert len(world.states("AlteryxJob")) == 6


@pytest.mark.source("src")
@pytest.mark.parametrize("identity", [RUNNING, QUEUED, CREATED, CANCELLED])
def test_there_are_no_outputs_before_a_job_is_completed(api, identity):
    assert job(api, identity)["outputs"] == []


@pytest.mark.source("src")
@pytest.mark.parametrize("identity", [COMPLETED, FAILED, CANCELLED, RUNNING, QUEUED, CREATED])
def test_ids_are_object_ids_and_times_are_utc(api, identity):
    found = job(api, identity)

    assert HEX_24.fullmatch(found["id"])
    assert HEX_24.fullmatch(found["appId"])
    assert UTC_MILLISECONDS.fullmatch(found["createDateTime"])
    assert found["priority"] in ("Default", "Low", "Medium", "High", "Critical")


@pytest.mark.source("seed")
@pytest.mark.parametrize(
    "query",
    [
        *("", "includeMessages=true"),
        *(
            pytest.param(each, marks=pytest.mark.source("decision"))
            for each in ("includeMessages", "includeMessages=")
        ),
        *(
            pytest.param(each, marks=pytest.mark.source("obs"))
            for each in ("includeMessages=True", "includeMessages=TRUE")
        ),
    ],
)
def test_messages_come_unless_somebody_says_no(api, query):
    """Absent, without a value, and as Python writes it: all of them mean true."""
    answer = api.get(f"{path(COMPLETED)}?{query}")

    assert list(answer.json()) == KEYS


@pytest.mark.source("seed", "decision")
@pytest.mark.parametrize("value", ["false", pytest.param("False", marks=pytest.mark.source("obs")), "FALSE"])
@pytest.mark.parametrize("identity", [COMPLETED, FAILED, RUNNING, QUEUED])
def test_without_messages_the_object_is_reduced_by_them_alone(api, identity, value):
    """What is left is as it was, in its order."""
    whole = job(api, identity)

    reduced = api.get(path(identity), params={"includeMessages": value}).json()

    assert list(reduced) == [key for key in KEYS if key != "messages"]
    assert reduced == {key: whole[key] for key in reduced}


@pytest.mark.source("decision")
@pytest.mark.parametrize("value", ["1", "0", "yes", "null", "true%20", "true&includeMessages=false"])
def test_a_value_that_is_no_boolean_is_refused(api, value):
    """Ignoring it silently would hide a client's mistake."""
    answer = api.get(f"{path(COMPLETED)}?includeMessages={value}")

    assert answer.status_code == 400
    assert is_message(answer)


# ----------------------------------------------------------------------------------------------- messages


@pytest.mark.source("seed")
@pytest.mark.parametrize("identity", [COMPLETED, FAILED, CANCELLED, RUNNING, QUEUED, CREATED])
def test_the_messages_of_a_job_are_one_object(api, identity):
    """All messages, says the text; one object, shows the example, and so says the generated client."""
    answer = api.get(f"{path(identity)}/messages")

    assert answer.status_code == 200
    assert list(answer.json()) == MESSAGE_KEYS
    assert [type(value) for value in answer.json().values()] == [int, str, int]


@pytest.mark.source("seed")
def test_the_message_is_one_of_the_jobs_own(api):
    for identity in (COMPLETED, FAILED):
        assert api.get(f"{path(identity)}/messages").json() in job(api, identity)["messages"]


@pytest.mark.source("seed", "decision")
@pytest.mark.parametrize(
    ("token", "status"),
    [
        ("curator-token", 200),
        ("artisan-token", 401),
        ("editor-token", 401),
        ("nobody-knows-me", 401),
        (None, 401),
    ],
)
@pytest.mark.parametrize(
    "identity", [COMPLETED, "66ebd18d3d6200007e00ffff"], ids=["known job", "unknown job"]
)
def test_only_curators_read_messages(closed, identity, token, status):
    """401 is the only refusal the page has; who is no Curator does not even learn whether the job exists."""
    answer = closed(token).get(f"{path(identity)}/messages")

    if (identity, status) == (COMPLETED, 200):
        assert list(answer.json()) == MESSAGE_KEYS
    else:
        assert answer.status_code == (404 if status == 200 else 401)
        assert is_message(answer)


@pytest.mark.source("seed")
@pytest.mark.parametrize("token", ["curator-token", "artisan-token"])
def test_reading_a_job_takes_no_role(closed, token):
    """Users are able to see jobs run by them."""
    assert list(closed(token).get(path(COMPLETED)).json()) == KEYS
    assert closed(token).get(LIST).status_code == 200
    assert closed(token).post(LIST, json={}).status_code == 200


# --------------------------------------------------------------------------------------------------- list


@pytest.mark.source("src")
def test_the_list_of_a_workflow_is_a_bare_array_of_short_jobs(api):
    """createDate here is createDateTime there; the outcome is only in the job itself."""
    answer = api.get(LIST).json()

    assert [list(each) for each in answer] == [LISTED_KEYS] * 4
    for each in answer:
        whole = job(api, each["id"])
        assert each == {key: whole.get(key, whole["createDateTime"]) for key in LISTED_KEYS}


@pytest.mark.source("src")
def test_a_list_has_the_jobs_of_its_workflow_only(api):
    assert ids(api.get(LIST)) == OF_WORKFLOW
    assert ids(api.get(f"/webapi/v3/workflows/{OTHER_WORKFLOW}/jobs")) == [CANCELLED, CREATED]


@pytest.mark.source("src", "decision")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("offset=0", OF_WORKFLOW, id="from the start"),
        pytest.param("offset=1", OF_WORKFLOW[1:], id="skip one"),
        pytest.param("offset=4", [], id="skip all"),
        pytest.param("offset=999999", [], id="far behind the end"),
        pytest.param("offset=2147483647", [], id="as far as it goes"),
        pytest.param("limit=1", OF_WORKFLOW[:1], id="one"),
        pytest.param("limit=500", OF_WORKFLOW, id="as many as may"),
        pytest.param("offset=1&limit=2", OF_WORKFLOW[1:3], id="from the middle"),
        pytest.param("status=Completed", [COMPLETED, FAILED], id="completed"),
        pytest.param("status=Running", [RUNNING], id="running"),
        pytest.param("status=Queued", [QUEUED], id="queued"),
        pytest.param("status=Created", [], id="created"),
        pytest.param("status=Cancelled", [], id="cancelled"),
        pytest.param("resultCode=Success", [COMPLETED], id="succeeded"),
        pytest.param("resultCode=Error", [FAILED], id="failed"),
        pytest.param("resultCode=None", [RUNNING, QUEUED], id="no outcome yet"),
        pytest.param("status=Running&resultCode=Success", [], id="filters are joined by and"),
        pytest.param("status=Completed&offset=1", [FAILED], id="filtered, then cut"),
        pytest.param("sortField=id", OF_WORKFLOW, id="by id"),
        pytest.param("sortField=id&direction=asc", OF_WORKFLOW, id="by id rising"),
        pytest.param("sortField=id&direction=desc", OF_WORKFLOW[::-1], id="by id falling"),
        pytest.param("sortField=id&direction=desc&limit=1&offset=1", [RUNNING], id="sorted, then cut"),
        pytest.param("sortField=createDate&limit=2", [COMPLETED, FAILED], id="by date"),
        pytest.param("direction=desc&offset=2", [FAILED, COMPLETED], id="the default field, falling"),
        pytest.param("sortField=status", [COMPLETED, FAILED, QUEUED, RUNNING], id="by status"),
        pytest.param("sortField=status&direction=desc&limit=2", [RUNNING, QUEUED], id="by status falling"),
        pytest.param("sortField=priority&limit=1", [QUEUED], id="by priority"),
        pytest.param("color=red", OF_WORKFLOW, id="unknown parameters are ignored"),
    ],
)
def test_a_list_is_filtered_then_sorted_then_cut(api, query, expected):
    assert ids(api.get(f"{LIST}?{query}")) == expected


@pytest.mark.source("decision")
@pytest.mark.parametrize(
    "query",
    [
        *(
            "limit=0",
            "limit=501",
            "limit=-1",
            "limit=abc",
            "limit=1.5",
            "limit=",
            "limit=12345678901234567890",
        ),
        *(
            "offset=-1",
            "offset=abc",
            "offset=1.5",
            "offset=",
            "offset=2147483648",
            "offset=12345678901234567890",
        ),
        *("sortField=color", "sortField=", "direction=up", "direction=ASC", "direction="),
        *("status=completed", "status=Failed", "status=", "resultCode=Warning", "resultCode="),
        *("limit=1&limit=2", "offset=1&offset=1", "status=Queued&status=Running"),
    ],
)
def test_a_parameter_outside_its_bounds_is_refused(api, query):
    """The generated clients send whatever they are given; a wrong page is worse than an error."""
    answer = api.get(f"{LIST}?{query}")

    assert answer.status_code == 400
    assert is_message(answer)


@pytest.mark.source("src")
def test_the_list_follows_the_jobs(clock, api):
    """A job that was enqueued is at the end, since the order rises by date, and is found by its status."""
    api.get(LIST)
    clock.advance(100)
    new = enqueue(api)["id"]

    assert ids(api.get(LIST))[-1] == new
    assert ids(api.get(f"{LIST}?direction=desc"))[0] == new
    assert ids(api.get(f"{LIST}?status=Queued")) == [new]
    clock.advance(2)
    assert ids(api.get(f"{LIST}?status=Queued")) == []
    clock.advance(5)
    assert new in ids(api.get(f"{LIST}?resultCode=Success"))


# ------------------------------------------------------------------------------------------- the lifecycle


@pytest.mark.source("src")
def test_a_new_job_is_queued_without_outcome_outputs_or_messages(api):
    """As a real server answered: Queued, None, [] and []."""
    made = enqueue(api)

    assert list(made) == KEYS
    assert HEX_24.fullmatch(made["id"])
    assert UTC_MILLISECONDS.fullmatch(made["createDateTime"])
    assert [made[key] for key in ("appId", "status", "disposition", "outputs", "messages")] == [
        *(WORKFLOW, "Queued", "None", [], [])
    ]
    assert [made[key] for key in ("priority", "workerTag", "runWithE2")] == ["Default", None, True]
    assert job(api, made["id"]) == made


@pytest.mark.source("src")
def test_a_job_keeps_what_it_was_enqueued_with(api):
    made = enqueue(
        api,
        workflow=OTHER_WORKFLOW,
        workerTag="gpu",
        priority="High",
        credentialId="66ebcf773d6200007e000ca4",
        questions=[{"name": "Region", "value": "North"}],
        unheardOf="ignored",
    )

    assert [made[key] for key in ("appId", "workerTag", "priority", "runWithE2")] == [
        *(OTHER_WORKFLOW, "gpu", "High", False)
    ]


@pytest.mark.source("src")
@pytest.mark.parametrize(
    ("scenario", "disposition"), [("", "Success"), ("failure", "Error")], ids=["succeeds", "fails"]
)
def test_a_job_runs_from_queued_through_running_to_completed(clock, api, scenario, disposition):
    """Clients poll until Completed; only the disposition tells success from failure."""
    identity, born = enqueue(api, scenario)["id"], clock.now

    seen = []
    for moment in (born + 1.999, born + 2, born + 6.999, born + 7, born + 100):
        clock.to(moment)
        seen.append([job(api, identity)[key] for key in ("status", "disposition")])

    assert seen == [
        *[["Queued", "None"], ["Running", "None"], ["Running", "None"]],
        *[["Completed", disposition]] * 2,
    ]
    done = job(api, identity)
    assert bool(done["outputs"]) is (disposition == "Success")
    assert done["messages"]


@pytest.mark.source("src")
def test_a_created_job_is_queued_first(clock, api):
    """The whole path, from the one status no operation starts in."""
    api.get(LIST)
    born = clock.now

    seen = []
    for moment in (born + 1.999, born + 2, born + 3.999, born + 4, born + 8.999, born + 9):
        clock.to(moment)
        seen.append(job(api, CREATED)["status"])

    assert seen == ["Created", "Queued", "Queued", "Running", "Running", "Completed"]


@pytest.mark.source("src")
@pytest.mark.parametrize("identity", [CREATED, QUEUED, RUNNING], ids=["created", "queued", "running"])
def test_somebody_may_cancel_a_job_in_the_web_interface(clock, api, world, identity):
    """No operation does it, so a client has to be ready for a job that ends Cancelled by itself."""
    before = job(api, identity)

    world.fire("AlteryxJob", identity, "cancel")
    clock.advance(100)

    assert job(api, identity) == before | {"status": "Cancelled"}


@pytest.mark.source("src")
@pytest.mark.parametrize("identity", [COMPLETED, FAILED, CANCELLED], ids=["succeeded", "failed", "cancelled"])
def test_a_job_that_has_ended_cannot_be_cancelled(server, token, api, unchanged, identity):
    """Clients stop polling at Completed and Cancelled: nothing may follow."""
    move = {"principal": token, "resource": "AlteryxJob", "id": identity, "transition": "cancel"}

    with unchanged(path(identity), LIST):
        refused = api.post("/_understudy/transitions", json=move)

    assert refused.status_code == 409


@pytest.mark.source("src")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param('{"priority": "Urgent"}', 400, id="unknown priority"),
        pytest.param('{"priority": 0}', 400, id="the number of version 1"),
        pytest.param('{"workerTag": 5}', 400, id="number for a tag"),
        pytest.param('{"questions": "Region"}', 400, id="text for questions"),
        pytest.param("[]", 400, id="array"),
        pytest.param("{", 400, id="broken JSON"),
        pytest.param("", 400, id="no body"),
        pytest.param("priority=High", 415, id="a form", marks=pytest.mark.source("decision")),
        pytest.param(" " * 1_100_000, 413, id="too large", marks=pytest.mark.source("decision")),
    ],
)
def test_a_job_that_cannot_be_is_not_enqueued(api, unchanged, body, status):
    kind = "application/x-www-form-urlencoded" if status == 415 else "application/json"

    with unchanged(LIST):
        answer = api.post(LIST, content=body, headers={"Content-Type": kind})

    assert answer.status_code == status
    assert is_message(answer)


# ------------------------------------------------------------------------------- who asks, and for what

REQUESTS = [
    pytest.param("GET", path(COMPLETED), None, id="read"),
    pytest.param("GET", f"{path(COMPLETED)}/messages", None, id="messages"),
    pytest.param("GET", LIST, None, id="list"),
    pytest.param("POST", LIST, {}, id="enqueue"),
]


@pytest.mark.source("seed")
@pytest.mark.parametrize(("method", "target", "body"), REQUESTS)
def test_without_a_token_nothing_is_answered(ask, closed, unchanged, method, target, body):
    """A token that is missing, malformed or unknown is 401."""
    with unchanged(LIST):
        answers = [
            ask(None).request(method, target, json=body),
            ask(None).request(method, target, json=body, headers={"Authorization": "Basic YTpi"}),
            closed("nobody-knows-me").request(method, target, json=body),
        ]

    assert [answer.status_code for answer in answers] == [401] * 3
    assert all(map(is_message, answers))


@pytest.mark.source("obs")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_the_scheme_may_be_written_in_any_case(ask, api, token, scheme):
    """alteryx-server-py echoes the token type it was given, small letters included."""
    mine = enqueue(api)["id"]

    answer = ask(None).get(path(mine), headers={"Authorization": f"{scheme} {token}"})

    assert answer.json()["id"] == mine


@pytest.mark.source("seed")
@pytest.mark.parametrize(
    "identity",
    [
        *("66ebd18d3d6200007e00ffff", "0", "-1", "abc", "%20", COMPLETED.upper(), COMPLETED[:-1]),
        *(WORKFLOW, f"{COMPLETED}%2Fmessages"),
    ],
)
@pytest.mark.parametrize("tail", ["", "/messages"], ids=["job", "messages"])
def test_an_id_nobody_has_is_not_found(api, identity, tail):
    """A malformed id is an unknown one, since the page has no 400."""
    answer = api.get(path(identity) + tail)

    assert answer.status_code == 404
    assert is_message(answer)


@pytest.mark.source("src")
@pytest.mark.parametrize("identity", ["66ebd0f23d6200007e00ffff", "abc", COMPLETED])
@pytest.mark.parametrize(("method", "body"), [("GET", None), ("POST", {})], ids=["list", "enqueue"])
def test_a_workflow_nobody_has_is_not_found(api, unchanged, identity, method, body):
    with unchanged(LIST):
        answer = api.request(method, f"/webapi/v3/workflows/{identity}/jobs", json=body)

    assert answer.status_code == 404
    assert is_message(answer)


@pytest.mark.source("decision")
def test_another_users_job_is_not_found(ask, api, token):
    """Users are able to see jobs run by them; those of others are not there."""
    mine, other = enqueue(api)["id"], ask(f"{token}-other")

    assert [other.get(path(mine) + tail).status_code for tail in ("", "/messages")] == [404, 404]
    assert ids(other.get(LIST)) == OF_WORKFLOW


@pytest.mark.source("src", "decision")
@pytest.mark.parametrize(
    ("method", "target", "status", "allow"),
    [
        pytest.param("GET", "/webapi/v3/jobs", 404, None, id="no list of all jobs"),
        pytest.param("GET", "/webapi/v3/jobs/", 404, None, id="not with a slash either"),
        pytest.param("GET", f"{path(COMPLETED)}/", 404, None, id="no slash behind a job"),
        pytest.param("GET", f"{LIST}/", 404, None, id="no slash behind a list"),
        pytest.param("GET", f"{path(COMPLETED)}/output/Output", 404, None, id="no outputs in version 3"),
        pytest.param("DELETE", path(COMPLETED), 405, "GET, HEAD, OPTIONS", id="no deleting"),
        pytest.param("PUT", path(COMPLETED), 405, "GET, HEAD, OPTIONS", id="no cancelling"),
        pytest.param("DELETE", LIST, 405, "GET, HEAD, OPTIONS, POST", id="no deleting of all"),
    ],
)
def test_what_some_clients_guess_is_not_there(api, unchanged, method, target, status, allow):
    """The official description has none of these, although one Python client calls them."""
    with unchanged(LIST):
        answer = api.request(method, target)

    assert (answer.status_code, answer.headers.get("Allow")) == (status, allow)
    assert is_message(answer)


@pytest.mark.source("decision")
def test_head_is_get_without_a_body_and_options_names_the_methods(api):
    head, get, options = (api.request(method, path(COMPLETED)) for method in ("HEAD", "GET", "OPTIONS"))

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(get.content))
    assert (options.status_code, options.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.source("src")
@pytest.mark.parametrize("accept", ["application/json", "text/json", "application/xml", "*/*"])
def test_the_answer_is_json_whatever_is_accepted(api: httpx.Client, accept):
    """The product also speaks XML; here it is JSON."""
    answer = api.get(path(COMPLETED), headers={"Accept": accept})

    assert answer.headers["Content-Type"] == "application/json"

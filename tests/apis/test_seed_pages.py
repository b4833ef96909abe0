"""Every curl command of the five documentation pages, pasted into a shell."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.source("seed")

PAGES = Path(__file__).parents[3] / "shared" / "seeds"
PLACEHOLDER_ID = "job_5f1b7c9e3a2c1b0a9f8e7d6c"
HOSTS = ["https://api.rendley.com", "{BASE_URL}", "http://localhost:5000", "http://localhost"]

RENDLEY, ALTERYX, OPENREPLAY, TAIPY = (
    *("YOUR_API_KEY", "BearerTokenGoesHere", "{YOUR_ORGANIZATION_API_KEY}", "anonymous"),
)
RENDLEY_JOB = dict.fromkeys(
    (
        *("acknowledged", "error", "id", "input_data", "result_data"),
        *("source_id", "source_type", "status", "type"),
    ),
    ...,
)
ALTERYX_MESSAGE = dict.fromkeys(("status", "text", "toolId"), ...)
OPENREPLAY_JOB = dict.fromkeys(
    (
        *("jobId", "description", "status", "projectId", "action"),
        *("referenceId", "createdAt", "updatedAt", "startAt", "errors"),
    ),
    ...,
)
SHEKAR = OPENREPLAY_JOB | {
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
MEHDI = SHEKAR | {
    "jobId": 3452,
    "description": "Delete user sessions of userId = mehdi@example.com",
    "status": "cancelled",
    "referenceId": "mehdi@example.com",
    "createdAt": 1623912962910,
    "updatedAt": ...,
}
TAIPY_JOB = dict.fromkeys(("id", "status", "force", "creation_date", "stacktrace"), ...)
TAIPY_ID = "JOB_my_task_config_75750ed8-4e09-4e00-958d-e352ee426cc9"

# What one pastes, who that asks as, and what the page says comes back; `...` stands for any value.
COMMANDS = {
    "rendley list": (
        r"""curl "https://api.rendley.com/v1/jobs" \
-H "Authorization: Bearer YOUR_API_KEY" """,
        *(RENDLEY, 200, {"data": [RENDLEY_JOB]}),
    ),
    "rendley get": (
        r"""curl "https://api.rendley.com/v1/jobs/ID" \
-H "Authorization: Bearer YOUR_API_KEY" """,
        *(RENDLEY, 200, {"data": RENDLEY_JOB}),
    ),
    "rendley update": (
        r"""curl -X PATCH "https://api.rendley.com/v1/jobs/ID" \
-H "Authorization: Bearer YOUR_API_KEY" \
-H "Content-Type: application/json" \
-d '{
"acknowledged": true
}' """,
        *(RENDLEY, 200, {"data": RENDLEY_JOB | {"acknowledged": True}}),
    ),
    "rendley cancel": (
        r"""curl -X DELETE "https://api.rendley.com/v1/jobs/ID" \
-H "Authorization: Bearer YOUR_API_KEY" """,
        *(RENDLEY, 200, {"data": ...}),
    ),
    "alteryx job": (
        r"""curl -X 'GET' \
  'http://localhost/webapi/v3/jobs/66ebd18d3d6200007e000d8c?includeMessages=true' \
  -H 'accept: application/json' \
  -H 'authorization: Bearer BearerTokenGoesHere'""",
        ALTERYX,
        200,
        {
            "id": "66ebd18d3d6200007e000d8c",
            "appId": ...,
            "createDateTime": "2024-09-19T10:02:54.589Z",
            "status": ...,
            "disposition": ...,
            "outputs": [{"id": ..., "availableFormats": [...], "fileName": ...}],
            "messages": [ALTERYX_MESSAGE],
            "priority": "Default",
            "workerTag": ...,
            "runWithE2": True,
        },
    ),
    "alteryx messages": (
        r"""curl -X 'GET' \
  'http://localhost/webapi/v3/jobs/66ebd18d3d6200007e000d8c/messages' \
  -H 'accept: application/json' \
  -H 'authorization: Bearer BearerTokenGoesHere'""",
        *(ALTERYX, 200, ALTERYX_MESSAGE),
    ),
    "openreplay list": (
        r"""curl -X GET \
'{BASE_URL}/public/3sWXSsqHgSKnE87YkNJK/jobs?limit=50&page=1' \
-H 'Authorization: Bearer {YOUR_ORGANIZATION_API_KEY}'""",
        *(OPENREPLAY, 200, {"data": [OPENREPLAY_JOB]}),
    ),
    "openreplay get": (
        r"""curl -X GET \
{BASE_URL}/public/3sWXSsqHgSKnE87YkNJK/jobs/3451 \
-H 'Authorization: Bearer {YOUR_ORGANIZATION_API_KEY}'""",
        *(OPENREPLAY, 200, {"data": SHEKAR}),
    ),
    "openreplay cancel": (
        r"""curl -X DELETE \
{BASE_URL}/public/3sWXSsqHgSKnE87YkNJK/jobs/3452 \
-H 'Authorization: Bearer {YOUR_ORGANIZATION_API_KEY}'""",
        *(OPENREPLAY, 200, {"data": MEHDI}),
    ),
    "taipy list": ("curl -X GET http://localhost:5000/api/v1/jobs", TAIPY, 200, [TAIPY_JOB]),
    "taipy create": (
        "curl -X POST http://localhost:5000/api/v1/jobs"
        "?task_id=TASK_my_config_75750ed8-4e09-4e00-958d-e352ee426cc9",
        *(TAIPY, 201, {"message": "Job was created.", "job": TAIPY_JOB}),
    ),
    "taipy cancel": (f"curl -X POST http://localhost:5000/api/v1/jobs/cancel/{TAIPY_ID}", TAIPY, 204, None),
    "taipy delete": (
        f"curl -X DELETE http://localhost:5000/api/v1/jobs/{TAIPY_ID}",
        *(TAIPY, 200, {"message": f"Job {TAIPY_ID} was deleted."}),
    ),
    "taipy get": (
        f"curl -X GET http://localhost:5000/api/v1/jobs/{TAIPY_ID}",
        *(TAIPY, 200, {"job": TAIPY_JOB | {"id": TAIPY_ID}}),
    ),
}


def looks_like(answer, expected):
    """Whether an answer has the keys and the given values of the example; of a list, each of its items."""
    if expected is ...:
        return True
    if isinstance(expected, dict):
        same_keys = isinstance(answer, dict) and answer.keys() == expected.keys()
        return same_keys and all(looks_like(answer[key], value) for key, value in expected.items())
    if isinstance(expected, list):
        return bool(answer) and all(looks_like(each, expected[0]) for each in answer)
    return answer == expected


def pasted(command, url):
    """The command as a reader runs it here: another host, an id that exists, the rest to the letter."""
    for host in HOSTS:
        command = command.replace(host, url)
    return re.sub(r"\bID\b", PLACEHOLDER_ID, command)


@pytest.fixture
def shell(tmp_path):
    """Runs a command line; a curl in it also says the status, by way of its settings file."""
    (tmp_path / ".curlrc").write_text('silent\nshow-error\nwrite-out = "\\n%{http_code}"\n')
    settings = {**os.environ, "CURL_HOME": str(tmp_path), "NO_PROXY": "*"}

    def run(line):
        ran = subprocess.run(line, shell=True, capture_output=True, text=True, env=settings, cwd=tmp_path)
        assert (ran.returncode, ran.stderr) == (0, "")
        body, _, status = ran.stdout.rpartition("\n")
        return int(status), json.loads(body) if body else None

    return run


@pytest.mark.parametrize(
    ("command", "caller", "status", "example"),
    [pytest.param(*row, id=name) for name, row in COMMANDS.items()],
)
def test_a_command_of_the_page_works_as_it_stands(server, door, shell, command, caller, status, example):
    """The first thing a reader does is to paste the command; a placeholder is as good as any key."""
    door("POST", "/reset", json={"principal": caller})

    seen, body = shell(pasted(command, server.url))

    assert seen == status
    assert looks_like(body, example), body


@pytest.mark.skipif(not PAGES.exists(), reason="the pages are no part of the repository")
def test_no_command_of_the_pages_is_left_out():
    """And none of the table is made up: each stands on a page, whatever its line breaks."""
    commands = [" ".join(row[0].split()) for row in COMMANDS.values()]
    pages = [" ".join(page.read_text().split()) for page in sorted(PAGES.glob("*.txt"))]
    assert len(pages) == 5

    found = [match.start() for page in pages for match in re.finditer("curl", page)]
    longest = [
        max((each for each in commands if page.startswith(each, match.start())), key=len, default="")
        for page in pages
        for match in re.finditer("curl", page)
    ]

    assert len(found) == len(commands)
    assert sorted(longest) == sorted(commands)

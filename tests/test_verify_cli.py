"""`understudy verify`: what it says of itself, what it hands to the judge, what it writes, how it ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner, Result
from harness import ROOT
from judgements import SECRET, finding, judgement, sequence

import contracts.verdict
import understudy.verify
from contracts.finding import LEFT_OUT, Judgement, Subject, Tally
from contracts.report.json import json as as_json
from contracts.report.manner import Manner
from contracts.report.progress import Progress, Spoken
from speckit.document import load
from speckit.specification import Specification, specify
from understudy.cli import main
from understudy.options import Options
from understudy.principals import Principals, credentials
from understudy.provider import ProviderFailed, from_url
from understudy.verify import seconds

URL = "http://127.0.0.1:9"
LAMPS = ROOT / "tests" / "data" / "lamps.yaml"
PAGE = (ROOT / "docs" / "reference" / "verify.md").read_text()


class Judge:
    """Stands in for the judge: keeps what it was handed, and returns what it is told to."""

    def __init__(self) -> None:
        self.result: Judgement | BaseException = judgement(findings=(), notes=())
        self.events: list[Progress] = []
        self.calls: list[SimpleNamespace] = []

    def judge(self, specification: Any, target: str, settings: Any, *, watch: Any) -> Judgement:
        return self._judged("judge", specification, settings, watch, target=target)

    def replay(
        self, specification: Any, target: str, findings: Any, settings: Any, *, watch: Any
    ) -> Judgement:
        return self._judged("replay", specification, settings, watch, target=target, findings=findings)

    def judge_recorded(self, specification: Any, exchanges: Any, settings: Any) -> Judgement:
        return self._judged("judge_recorded", specification, settings, None, exchanges=exchanges)

    def _judged(self, what: str, specification: Any, settings: Any, watch: Any, **rest: Any) -> Judgement:
        self.calls.append(SimpleNamespace(what=what, specification=specification, settings=settings, **rest))
        for event in self.events:
            watch(event)
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result

    def interrupted(self, *_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    @property
    def settings(self) -> Any:
        return self.calls[-1].settings


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Judge:
    standing_in = Judge()
    for name in ("judge", "replay", "judge_recorded"):
        monkeypatch.setattr(contracts.verdict, name, getattr(standing_in, name), raising=False)
    return standing_in


def verify(*arguments: str, url: str = URL, **environment: str) -> Result:
    """Run the command in this process; a traceback is a failure of the test."""
    own = [] if {"--document", "--only", "--replay"} & set(arguments) else ["--document", str(LAMPS)]
    ran = CliRunner(env=environment).invoke(main, ["verify", *([url] if url else []), *own, *arguments])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    assert "Traceback" not in ran.output
    return ran


def refused(*arguments: str, **options: str) -> str:
    """Return what is said on stderr to wrong use: status 2, nothing on stdout."""
    ran = verify(*arguments, **options)
    assert (ran.exit_code, ran.stdout) == (2, "")
    return ran.stderr


# ---------------------------------------------------------------- help and page


def options() -> dict[str, click.Option]:
    return {each.opts[0]: each for each in main.commands["verify"].params if isinstance(each, click.Option)}


def test_the_page_and_the_help_have_the_same_options():
    """An option that only one of them knows is lost to half of the readers."""
    rows = set(re.findall(r"^\| `(--[a-z-]+)", PAGE, re.MULTILINE))

    assert rows == set(options())


def test_the_page_tells_the_defaults_that_hold():
    for name, option in options().items():
        if option.show_default:
            (row,) = re.findall(rf"^\| `{name}\b.*$", PAGE, re.MULTILINE)
            assert f"`{option.default}`" in row, name


def test_the_phases_are_those_of_the_judge():
    assert tuple(options()["--phase"].type.choices) == contracts.verdict.PHASES


def test_the_help_has_a_chapter_for_each_question():
    """Thirty options in one column are read by nobody."""
    told = CliRunner().invoke(main, ["verify", "--help"], terminal_width=100).stdout

    chapters = re.findall(r"^(\w[^\n]+):\n  --", told, re.MULTILINE)
    assert chapters == [
        "What is promised",
        "Who asks",
        "How it is judged",
        "What the API cannot do itself",
        "Instead of asking anew",
        "How it is told",
    ]
    assert max(map(len, told.splitlines())) <= 100


def test_the_page_has_every_exit_status():
    for status in range(3):
        assert re.search(rf"^\| {status} \|", PAGE, re.MULTILINE)


def test_the_workflow_shown_is_one():
    """It is copied as it stands: valid YAML, options there are, and every report kept."""
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    workflow = yaml.load(block, Loader=yaml.CSafeLoader)
    steps = workflow["jobs"]["contract"]["steps"]
    script = "\n".join(step.get("run", "") for step in steps)

    assert workflow[True] == ["push", "pull_request"], "YAML 1.1 reads the key `on` as true"
    command = script[script.index("understudy verify") :]
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", command)) <= set(options())
    kept = next(step for step in steps if "upload-artifact" in step.get("uses", ""))
    assert kept["if"] == "always()"
    for file in re.findall(r"--(?:json|junit|html) (\S+)", command):
        assert file.partition("/")[0] in kept["with"]["path"]


def test_every_key_of_the_json_report_is_on_the_page():
    written = json.loads(as_json(judgement(), Manner()))

    assert {key for key in written if f"`{key}`" not in PAGE} == set()


# ---------------------------------------------------------------- what the judge is handed


def test_without_options_the_shipped_document_is_judged_as_alice_and_bob(judge):
    """And the report says so, for a server may well know neither."""
    ran = verify("--only", "taipy")

    assert ran.exit_code == 0
    (call,) = judge.calls
    assert (call.what, call.target) == ("judge", URL)
    assert set(call.specification.lifecycles) == {"TaipyTaskConfig", "TaipyTask", "TaipyJob"}
    assert call.settings == contracts.verdict.Settings(
        principals={name: {"Authorization": f"Bearer {name}"} for name in ("alice", "bob")}
    )
    assert "No --principal was given: asked as alice and bob" in ran.stdout


def test_what_is_not_given_is_as_the_judge_has_it(monkeypatch):
    """The defaults of the command line are those of the settings."""
    asked: list[Options] = []
    monkeypatch.setattr(understudy.verify, "run", lambda options: asked.append(options) or 0)
    CliRunner().invoke(main, ["verify"])

    ours, theirs = asked[0], contracts.verdict.Settings()
    assert ours == Options()
    assert seconds(ours.max_time) == theirs.max_seconds
    assert (ours.seed, ours.depth, ours.max_requests) == (theirs.seed, theirs.depth, theirs.max_requests)


SETTINGS = [
    (["--seed", "7"], "seed", 7),
    (["--depth", "200"], "depth", 200),
    (["--max-time", "90"], "max_seconds", 90.0),
    (["--max-time", "0.5"], "max_seconds", 0.5),
    (["--max-time", "PT1M30S"], "max_seconds", 90.0),
    (["--max-requests", "9"], "max_requests", 9),
    (["--clock-url", "http://h/clock"], "clock_url", "http://h/clock"),
    (
        ["--only", "kragle", "--param", "job_id=b=c", "--param", "stack_id=1"],
        "params",
        {"job_id": "b=c", "stack_id": "1"},
    ),
    (["--role", "bob=x", "--role", "bob=y"], "roles", {"bob": frozenset({"x", "y"})}),
    (["--strict"], "is_strict", True),
    (["--exitfirst"], "stops_early", True),
    (["--insecure"], "is_insecure", True),
    (["--request-timeout", "PT1M"], "answer_seconds", 60.0),
    (["--rate", "20/s"], "most_per_second", 20.0),
    (["--rate", "90/m"], "most_per_second", 1.5),
    (["--exclude-law", "ordered"], "excluded_laws", frozenset({"ordered"})),
    (
        ["--only", "taipy", "--exclude-operation", "getTaipyJob"],
        "excluded_operations",
        frozenset({"getTaipyJob"}),
    ),
    (["--header", "X-A: b: c", "--header", "X-B:"], "headers", {"X-A": "b: c", "X-B": ""}),
    (["--phase", "matrix", "--phase", "walk", "--depth", "1"], "phases", ("matrix", "walk")),
]


@pytest.mark.parametrize(
    ("arguments", "name", "value"), SETTINGS, ids=[" ".join(arguments) for arguments, _, _ in SETTINGS]
)
def test_each_option_reaches_the_judge(judge, arguments, name, value):
    verify(*arguments)

    assert getattr(judge.settings, name) == value


def test_the_base_of_a_url_may_end_in_a_slash(judge):
    verify(url="https://example.com/base/")

    assert judge.calls[0].target == "https://example.com/base"


def test_a_document_of_ones_own_is_overlaid_and_fenced(judge, tmp_path):
    """As for serve: the same words mean the same thing."""
    (tmp_path / "api.yaml").write_text(yaml.dump(lamps({})))
    (tmp_path / "more.yaml").write_text(
        "overlay: 1.0.0\ninfo: {title: t, version: '1'}\n"
        "actions: [{target: $.info, update: {title: Overlaid}}]\n"
    )

    verify("--document", str(tmp_path / "api.yaml"), "--overlay", str(tmp_path / "more.yaml"))

    assert judge.calls[0].specification.document.data["info"]["title"] == "Overlaid"


# ---------------------------------------------------------------- who asks


def lamps(schemes: Mapping[str, Any], *security: Any) -> dict[str, Any]:
    """A document with one operation for each of `security`."""
    paths = {
        f"/lamps{number}": {
            "get": {
                "operationId": f"get{number}",
                "security": each,
                "responses": {"200": {"description": "."}},
            }
        }
        for number, each in enumerate(security or [[]])
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lamps", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": dict(schemes)},
    }


SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "Basic"},
    "oauth": {"type": "oauth2", "flows": {}},
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "second": {"type": "apiKey", "in": "cookie", "name": "csrf"},
}


def specification(folder: Path, *security: Any) -> Specification:
    file = folder / "lamps.json"
    file.write_text(json.dumps(lamps(SCHEMES, *security)))
    return specify(load(file))


BEARER = {"Authorization": "Bearer u:p"}


@pytest.mark.parametrize(
    ("security", "sent"),
    [
        ([[]], BEARER),
        ([[{"bearer": []}]], BEARER),
        ([[{"oauth": ["read"]}]], BEARER),
        ([[{"basic": []}]], {"Authorization": "Basic dTpw"}),
        ([[{"header": []}]], {"X-Key": "u:p"}),
        ([[{"cookie": []}]], {"Cookie": "sid=u:p"}),
        ([[{"cookie": [], "second": []}]], {"Cookie": "sid=u:p; csrf=u:p"}),
        ([[{"header": [], "bearer": []}]], {"X-Key": "u:p", **BEARER}),
        ([[{"cookie": []}, {"bearer": []}]], BEARER),
        ([[{"cookie": []}], [{"bearer": []}, {"cookie": []}]], {"Cookie": "sid=u:p"}),
        ([[{"query": []}, {"header": []}]], {"X-Key": "u:p"}),
        ([[{}, {"header": []}]], {"X-Key": "u:p"}),
        ([[{"header": []}], [{"bearer": []}]], {"X-Key": "u:p", **BEARER}),
    ],
    ids=str,
)
def test_a_token_is_sent_as_the_document_asks(tmp_path, security, sent):
    """One set of headers that makes its owner known to every operation, and no more than that."""
    assert credentials(specification(tmp_path, *security), "u:p") == sent


@pytest.mark.parametrize(
    ("security", "why"),
    [
        ([[{"query": []}]], r"get0 wants its key in the query \('key'\).*--only TAG"),
        ([[{"bearer": []}], [{"basic": []}]], "get1 wants to know the caller.*Judge them apart"),
        ([[{"bearer": [], "basic": []}]], "get0 wants to know the caller"),
    ],
    ids=str,
)
def test_what_cannot_be_sent_is_said(tmp_path, security, why):
    with pytest.raises(click.UsageError, match=why):
        credentials(specification(tmp_path, *security), "u:p")


@pytest.mark.parametrize("name", ["idempotency-key", "If-Match"])
def test_a_header_that_the_judge_makes_itself_is_refused(judge, name):
    """The same key with every request would make them all one."""
    workshop = str(LAMPS.parents[1] / "contracts" / "data" / "workshop.yaml")
    ran = verify("--document", workshop, "--header", f"{name}: fixed")

    assert ran.exit_code == 2
    assert "the judge makes that header itself" in ran.output


def test_a_user_without_a_password_has_an_empty_one(tmp_path):
    """RFC 7617: what is encoded has a colon in it."""
    assert credentials(specification(tmp_path, [{"basic": []}]), "u") == {"Authorization": "Basic dTo="}


def test_principals_are_who_they_are_said_to_be(judge):
    verify("--principal", "carol=t=1", "--principal", "dave", TOKEN_DAVE="from-outside")

    assert judge.settings.principals == {
        "carol": {"Authorization": "Bearer t=1"},
        "dave": {"Authorization": "Bearer from-outside"},
    }
    assert list(judge.settings.principals) == ["carol", "dave"]


def sent(credential: str) -> Judgement:
    return judgement(findings=(finding(exchanges=sequence({"Authorization": f"Bearer {credential}"})),))


def test_tokens_are_variables_in_every_report(judge, tmp_path):
    judge.result = sent(SECRET)
    files = {form: tmp_path / f"report.{form}" for form in ("json", "junit", "html")}
    written = [word for form, file in files.items() for word in (f"--{form}", str(file))]

    ran = verify("--principal", f"alice={SECRET}", *written)

    for told in (ran.output, *(file.read_text() for file in files.values())):
        assert SECRET not in told
        assert "${TOKEN_ALICE}" in told


def test_tokens_are_shown_on_request(judge):
    judge.result = sent(SECRET)

    ran = verify("--principal", f"alice={SECRET}", "--show-credentials")

    assert f"'Authorization: Bearer {SECRET}'" in ran.stdout


def test_a_token_that_is_a_name_is_no_secret(judge):
    """Commands can then be pasted as they are."""
    judge.result = sent("alice")

    assert "-H 'Authorization: Bearer alice'" in verify().stdout


def test_headers_whose_name_says_so_are_secret_too(judge):
    judge.result = judgement(
        findings=(finding(exchanges=sequence({"X-Api-Key": "k3y-of-all", "X-Tenant": "five-tenants"})),)
    )

    told = verify("--header", "X-Api-Key: k3y-of-all", "--header", "X-Tenant: five-tenants")

    assert "k3y-of-all" not in told.output
    assert '"X-Api-Key: ${HEADER_X_API_KEY}"' in told.stdout
    assert "'X-Tenant: five-tenants'" in told.stdout


# ---------------------------------------------------------------- provider


class Door(BaseHTTPRequestHandler):
    """A provider: knows lamps, and principals by token or by the name `known`."""

    asked: list[Any]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(body)
        status, answer = self.answer(body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def answer(self, body: Any) -> tuple[int, bytes]:
        if body["resource"] == "Odd":
            return 200, b"[]"
        if body["state"] == "taken":
            return 409, b'{"detail": "Another lamp has this name."}'
        if body["resource"] != "Lamp" or body["principal"] == "t0ken":
            return 404, b"{}"
        return 201, json.dumps({"id": "l1", "state": body["state"], "fields": {"id": "l1"}}).encode()

    def log_message(self, *_: Any) -> None:
        """Say nothing on stderr."""


@pytest.fixture
def door() -> Iterator[tuple[str, list[Any]]]:
    asked: list[Any] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Asked", (Door,), {"asked": asked}))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/states", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_provider_is_asked_as_the_control_door_is(judge, door):
    """By the token first, then by the name: a server may know a principal by either."""
    url, asked = door
    verify("--provider-url", url, "--principal", "known=t0ken")

    made = judge.settings.provide("known", "Lamp", "lit", {"room": 1})

    assert made == {"id": "l1"}
    assert asked == [
        {"principal": name, "resource": "Lamp", "state": "lit", "fields": {"room": 1}}
        for name in ("t0ken", "known")
    ]


def test_what_a_provider_refuses_is_told_once(door, capsys):
    """Not an error: the judge then says what it could not judge."""
    provide = from_url(door[0], Principals({"alice": "alice"}))

    assert [provide("alice", "Sun", "up", {}) for _ in range(2)] == [None, None]
    assert capsys.readouterr().err == f"{door[0]} does not provide Sun in state 'up': 404\n"


def test_what_a_provider_says_stands_in_the_way_is_quoted(door, capsys):
    """Whoever runs the judge can mend it only if told. The principal was known: nobody else is asked for."""
    url, asked = door
    provide = from_url(url, Principals({"alice": "s3cr3t"}))

    assert provide("alice", "Lamp", "taken", {}) is None
    assert capsys.readouterr().err == (
        f"{url} does not provide Lamp in state 'taken': 409, Another lamp has this name.\n"
    )
    assert [each["principal"] for each in asked] == ["s3cr3t"]


def test_a_provider_that_answers_nonsense_or_nothing_ends_the_run(judge, door):
    """Wrong use, so it is told: silence would look like a promise that cannot be judged."""
    with pytest.raises(ProviderFailed, match="without 'fields'"):
        from_url(door[0], Principals({}))("alice", "Odd", "", {})
    with pytest.raises(ProviderFailed, match=r"--provider-url http://127\.0\.0\.1:9/ does not answer"):
        from_url("http://127.0.0.1:9/", Principals({}))("alice", "Lamp", "", {})
    judge.result = ProviderFailed("--provider-url x does not answer: no")
    assert "Error: --provider-url x does not answer" in refused()


HELPERS = """
def make(principal, resource, state, fields):
    if state == "broken":
        raise RuntimeError("out of lamps")
    if state == "by name":
        return {"id": principal} if principal == "known" else None
    return {"list": [], "none": None}.get(state, {"id": principal + resource})

word = "no function"
"""


@pytest.fixture
def helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "lamp_helpers.py").write_text(HELPERS)
    (tmp_path / "lamp_trouble.py").write_text("1 / 0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    sys.modules.pop("lamp_helpers", None)


@pytest.mark.usefixtures("helpers")
def test_a_provider_may_be_a_function_of_ones_own(judge):
    """Looked up from the folder one is in."""
    verify("--provider", "lamp_helpers:make")
    provide: Callable[..., Any] = judge.settings.provide

    assert provide("alice", "Lamp", "lit", {}) == {"id": "aliceLamp"}
    assert provide("alice", "Lamp", "none", {}) is None
    with pytest.raises(ProviderFailed, match=r"failed for Lamp 'broken'\. RuntimeError: out of lamps"):
        provide("alice", "Lamp", "broken", {})
    with pytest.raises(ProviderFailed, match="returned list"):
        provide("alice", "Lamp", "list", {})


@pytest.mark.usefixtures("helpers")
def test_a_function_is_asked_as_a_url_is(judge, capsys):
    """By the token first, then by the name; what it declines is told once."""
    verify("--provider", "lamp_helpers:make", "--principal", "known=t0ken")
    provide: Callable[..., Any] = judge.settings.provide

    assert provide("known", "Lamp", "lit", {}) == {"id": "t0kenLamp"}
    assert provide("known", "Lamp", "by name", {}) == {"id": "known"}
    assert [provide("known", "Lamp", "none", {}) for _ in range(2)] == [None, None]
    assert capsys.readouterr().err == (
        "--provider lamp_helpers:make does not provide Lamp in state 'none'.\n"
    )


@pytest.mark.usefixtures("helpers")
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("lamp_helpers", "not of the form MODULE:FUNCTION"),
        ("lamp_helpers:", "not of the form MODULE:FUNCTION"),
        ("lamp_helpers:nothing", "'lamp_helpers' has no function 'nothing'"),
        ("lamp_helpers:word", "'lamp_helpers' has no function 'word'"),
        ("no_such_module:make", "ModuleNotFoundError"),
        ("lamp_trouble:make", "ZeroDivisionError"),
    ],
)
def test_a_provider_that_is_not_there_is_wrong_use(judge, name, why):
    assert why in refused("--provider", name)
    assert judge.calls == []


# ---------------------------------------------------------------- recorded traffic, replay


def recorded(folder: Path) -> str:
    entry = {
        "startedDateTime": "2026-01-01T00:00:00Z",
        "time": 5,
        "request": {
            "method": "GET",
            "url": "http://h/lamps",
            "headers": [{"name": "Authorization", "value": f"Bearer {SECRET}"}],
        },
        "response": {
            "status": 200,
            "headers": [{"name": "Content-Type", "value": "application/json"}],
            "content": {"text": "[]", "mimeType": "application/json"},
        },
    }
    file = folder / "traffic.har"
    file.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    return str(file)


def test_recorded_traffic_is_judged_and_keeps_its_secrets(judge, tmp_path):
    """A file from a browser holds real credentials."""
    judge.result = sent(SECRET)

    ran = verify("--har", recorded(tmp_path), url="")

    (call,) = judge.calls
    assert call.what == "judge_recorded"
    assert [(each.call.operation.path, each.status) for each in call.exchanges] == [("/lamps", 200)]
    assert SECRET not in ran.output
    assert "No --principal" not in ran.stdout


def test_recorded_traffic_of_another_server_says_where_it_went(judge, tmp_path):
    """'Nothing could be judged' sends people looking in the wrong place."""
    said = refused("--har", recorded(tmp_path), url="http://other:1")

    assert "None of its 1 entries went to http://other:1. They went to http://h (1)." in said
    assert judge.calls == []


def test_recorded_traffic_without_an_entry_says_so(judge, tmp_path):
    (tmp_path / "traffic.har").write_text('{"log": {"entries": []}}')

    assert "It has no entries." in refused("--har", str(tmp_path / "traffic.har"), url="")
    assert judge.calls == []


def test_recorded_traffic_of_another_api_says_so(judge, tmp_path):
    file = Path(recorded(tmp_path))
    file.write_text(file.read_text().replace("/lamps", "/nowhere"))

    assert "None of its 1 entries has an answer to an operation of the document." in refused(
        "--har", str(file), url=""
    )


def report(folder: Path, **changes: Any) -> str:
    """A report of a run that was held to the lamps, asked as alice."""
    file = folder / "report.json"
    known = {"document": str(LAMPS), **changes}
    file.write_bytes(as_json(replace(judgement(), **known), Manner()))
    return str(file)


def test_a_replay_holds_to_the_document_of_the_report(judge, tmp_path):
    """What broke a promise of one document is no promise of another."""
    options = {"only": ["kragle"], "params": {"job_id": "5"}}
    verify("--replay", report(tmp_path, document=str(ROOT / "openapi.yaml"), options=options), url="")

    (call,) = judge.calls
    assert set(call.specification.lifecycles) == {"KragleSchedule", "KragleStack", "KragleJob"}
    assert call.settings.params == {"job_id": "5"}


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"principals": 5}, "options/principals"),
        ({"roles": [1]}, "options/roles/0"),
        ({"only": "kragle"}, "options/only"),
        ({"overlays": [1]}, "options/overlays/0"),
        ({"fence": 7}, "options/fence"),
        ({"params": ["job_id"]}, "options/params"),
        ({"depth": "far"}, "options/depth"),
    ],
)
def test_a_report_with_options_that_mean_nothing_is_refused(judge, tmp_path, options, where):
    """Somebody has written in it: it is told where."""
    said = refused("--replay", report(tmp_path, options=options))

    assert f"{where}: " in said
    assert judge.calls == []


def test_a_replay_says_which_document_is_missing(judge, tmp_path):
    said = refused("--replay", report(tmp_path, document=str(tmp_path / "gone.yaml")))

    assert "gone.yaml', which is not there. Name it with --document FILE." in said
    assert judge.calls == []


@pytest.mark.parametrize("given", [[], ["--principal", "bob=b"]], ids=["nobody", "somebody else"])
def test_a_replay_says_which_principals_are_missing(judge, tmp_path, given):
    """A report holds no tokens; with wrong ones nothing would break as it did."""
    said = refused("--replay", report(tmp_path, options={"principals": ["alice", "bob"]}), *given)

    assert "Add --principal alice=TOKEN." in said
    assert judge.calls == []


def test_a_replay_takes_tokens_from_the_environment(judge, tmp_path):
    """The names are in the report."""
    file = report(tmp_path, options={"principals": ["alice"], "roles": ["alice=guest", "bob=guest"]})
    verify("--replay", file, TOKEN_ALICE="t0ken")

    assert list(judge.settings.principals) == ["alice"]
    assert "t0ken" in str(judge.settings.principals)
    assert judge.settings.roles == {"alice": frozenset({"guest"})}


def test_a_report_keeps_who_was_asked_as_and_no_token(judge, tmp_path):
    """It is what --replay reads."""
    file = tmp_path / "kept.json"
    verify("--principal", f"zoe={SECRET}", "--role", "zoe=guest", "--json", str(file))

    kept = json.loads(file.read_text())["options"]
    assert (kept["principals"], kept["roles"]) == (["zoe"], ["zoe=guest"])
    assert SECRET not in file.read_text()


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [({"tried": 1}, 0), ({"reason": "nobody else asks"}, 2), ({"tried": 1, "broken": 1}, 1)],
    ids=["kept", "not judged", "broken"],
)
def test_strict_coverage_wants_everything_judged(judge, verdicts, status):
    """As the tests of the plugin have it."""
    kept = Tally("known-state", Subject("Lamp", "getLamp"), tried=1)
    other = Tally("isolation", Subject("Lamp", "getLamp"), **verdicts)
    found = (finding(law="isolation"),) if status == 1 else ()
    judge.result = judgement(findings=found, notes=(), tallies=(kept, other))

    ran = verify("--strict-coverage")

    assert ran.exit_code == status
    assert ("1 promise not judged (--strict-coverage)." in ran.stderr) is (status == 2)
    assert verify().exit_code == (1 if status == 1 else 0)


def test_a_replay_goes_where_the_report_came_from_or_where_it_is_told(judge, tmp_path):
    verify("--replay", report(tmp_path), url="")
    verify("--replay", report(tmp_path))

    assert [(call.what, call.target) for call in judge.calls] == [
        ("replay", "http://127.0.0.1:8080"),
        ("replay", URL),
    ]
    assert [each.law for each in judge.calls[0].findings] == ["final-is-final"]


# ---------------------------------------------------------------- what is known, what is left out


def test_what_is_written_as_a_baseline_is_known_from_then_on(judge, tmp_path):
    """What is new makes the run fail, what is known does not, and what is gone is told."""
    file = str(tmp_path / "known.json")
    judge.result = judgement()

    assert verify().exit_code == 1
    assert verify("--write-baseline", file).exit_code == 0
    known = verify("--baseline", file)
    again = verify("--baseline", file, "--format", "json")

    assert known.exit_code == 0
    assert "KNOWN 1 of " in known.stdout
    assert "BROKEN" not in known.stdout
    assert all(each["known"] for each in json.loads(again.stdout)["findings"])
    judge.result = replace(judgement(), findings=())
    assert json.loads(verify("--baseline", file, "--format", "json").stdout)["gone"] != []


@pytest.mark.parametrize("content", [None, "no JSON", "{}", '{"version": 2, "findings": []}', "[]"])
def test_a_file_that_is_no_baseline_is_wrong_use(judge, tmp_path, content):
    file = tmp_path / "known.json"
    if content is not None:
        file.write_text(content)

    assert "Make one with --write-baseline FILE." in refused("--baseline", str(file))
    assert judge.calls == []


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--exclude-law", "orderd"], "there is no law 'orderd'."),
        (["--exclude-operation", "getJobb"], "--exclude-operation getJobb: there is no operation 'getJobb'."),
        (["--rate", "fast"], "--rate 'fast' is no rate. Write 20/s"),
        (["--rate", "0/s"], "--rate '0/s' is no rate"),
        (["--request-timeout", "0"], "--request-timeout '0' is no time"),
        (["--write-baseline", "no/such/folder/known.json"], "'no/such/folder/known.json' cannot be written"),
    ],
)
def test_what_cannot_be_left_out_is_wrong_use(judge, arguments, why):
    assert why in refused(*arguments)
    assert judge.calls == []


def test_what_was_left_out_on_purpose_is_no_gap(judge):
    (tally,) = [Tally("ordered", Subject("Job", "listJobs"), reason=LEFT_OUT)]
    kept = Tally("listed", Subject("Job", "listJobs"), tried=1)
    judge.result = replace(judgement(findings=(), notes=()), tallies=[kept, tally])

    assert verify("--strict-coverage").exit_code == 0


def test_a_report_keeps_what_makes_the_same_run_again(judge, tmp_path):
    """Of headers their names: a value may be a secret."""
    ran = verify(
        *(
            "--format",
            "json",
            "--provider-url",
            "http://h/states",
            "--clock-url",
            "http://h/clock",
            "--strict",
        ),
        *(
            "--max-time",
            "90",
            "--max-requests",
            "70",
            "--header",
            "X-Key: s3cr3t",
            "--exclude-law",
            "ordered",
        ),
    )

    told = json.loads(ran.stdout)["options"]
    assert told["provider_url"] == "http://h/states"
    assert told["clock_url"] == "http://h/clock"
    assert (told["strict"], told["max_time"], told["max_requests"]) == (True, "90", 70)
    assert (told["headers"], told["excluded_laws"]) == (["X-Key"], ["ordered"])
    assert "s3cr3t" not in ran.stdout


@pytest.mark.parametrize(("url", "clock"), [("", "http://h/clock"), ("http://127.0.0.1:7", "")])
def test_a_replay_takes_the_clock_beside_the_server(judge, tmp_path, url, clock):
    """Another server has another clock."""
    verify("--replay", report(tmp_path, options={"clock_url": "http://h/clock", "depth": 9}), url=url)

    assert (judge.settings.clock_url, judge.settings.depth) == (clock, 9)


# ---------------------------------------------------------------- reports


def test_stdout_has_the_report_and_stderr_the_progress(judge):
    judge.events = [Progress("matrix", 0, 0.0, 0), Progress("walk", 12, 1.0, 1)]

    ran = verify("--format", "json")

    assert json.loads(ran.stdout)["version"] == 1
    assert ran.stderr == (
        "matrix begins\nwalk begins after 12 requests, 1.0 s, 1 finding\nended after 1,812 requests, 9.4 s\n"
    )


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("console", "http://"),
        ("json", "{\n"),
        ("junit", "<?xml "),
        ("html", "<!doctype html>"),
        ("sarif", "{\n"),
    ],
)
def test_each_form_can_be_had_on_stdout_and_in_a_file(judge, tmp_path, form, start):
    told = verify("--format", form).stdout
    assert told.startswith(start)

    if form != "console":
        file = tmp_path / "report"
        beside = verify(f"--{form}", str(file))
        assert file.read_text() == told
        assert beside.stdout.startswith("http://")


def test_resources_stand_in_the_documents_order(judge):
    tallies = [Tally("listed", Subject(name, "x"), tried=1) for name in ("Lamp", "Room")]
    judge.result = judgement(tallies=tallies)

    told = verify().stdout

    assert told.index("Room ") < told.index("Lamp ")


def test_a_terminal_that_knows_no_unicode_is_no_reason_to_fail(tmp_path):
    """What it cannot show is written out."""
    ran = stand_in(tmp_path, "judgement(document='☃.yaml')", PYTHONIOENCODING="ascii")

    assert (ran.returncode, ran.stderr) == (1, "")
    assert "\\u2603.yaml" in ran.stdout


def test_whoever_reads_may_go_away(tmp_path):
    """`understudy verify ... | head -1`, without a word from Python."""
    ran = stand_in(tmp_path, "judgement(notes=judgement().notes * 2_000)", pipe="head -n 1")

    assert (ran.stdout, ran.stderr) == ("http://127.0.0.1:8080\n", "")


def stand_in(
    folder: Path, result: str, *, before: str = "", pipe: str = "cat", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own, with a judge that does `before` and returns `result`."""
    script = folder / "run.py"
    script.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(ROOT / 'tests')!r})\n"
        "import contracts.verdict, understudy.cli\n"
        "from judgements import judgement\n"
        "def judge(*_, watch):\n"
        f"    {before or 'pass'}\n"
        f"    return {result}\n"
        "contracts.verdict.judge = judge\n"
        f"sys.argv = ['understudy', 'verify', {URL!r}, '--document', {str(LAMPS)!r}]\n"
        "understudy.cli.main()\n"
    )
    command = f"set -o pipefail; {sys.executable} {script} | {pipe}"
    return subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        cwd=ROOT,
    )


# ---------------------------------------------------------------- with a server, and without


@pytest.fixture
def token_of_its_own(server, token) -> list[str]:
    """What names a principal with a world nobody has touched, and the doors of the server."""
    door = f"{server.url}/_understudy"
    return ["--principal", f"x={token}", "--clock-url", f"{door}/clock", "--provider-url", f"{door}/states"]


def test_a_server_is_judged_from_the_command_line(server, token_of_its_own, tmp_path):
    """From the options to the files, with nothing that stands in."""
    file = tmp_path / "report.json"
    command = [sys.executable, "-m", "understudy", "verify", server.url, "--only", "openreplay"]
    command += ["--phase", "matrix", "--json", str(file), *token_of_its_own]

    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT)

    told = json.loads(file.read_text())
    assert ran.returncode == told["exit_status"] == 0, ran.stdout
    assert told["requests"] > 50
    assert ran.stdout.splitlines()[-1].startswith("0 promises broken, ")
    assert ran.stderr.startswith("matrix begins after 1 request, ")


def test_where_nobody_listens_nothing_is_judged():
    """Port 9 takes no connections: a sentence, and a 2."""
    ran = verify("--only", "openreplay")

    assert ran.exit_code == 2
    assert ran.stdout.startswith("Ended early: ")
    assert "refused" in ran.stdout
    assert len(ran.stdout.splitlines()) <= 2, "not the list of all that was not judged"


# ---------------------------------------------------------------- the end


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (judgement(findings=()), 0),
        (judgement(), 1),
        (judgement(ended="Connection refused."), 2),
        (judgement(findings=(), tallies=()), 2),
    ],
    ids=["kept", "broken", "ended", "nothing"],
)
def test_the_exit_status_is_the_verdict(judge, result, status):
    """Findings are told even of a run that ended early."""
    judge.result = result

    ran = verify()

    assert ran.exit_code == status
    assert ("BROKEN" in ran.stdout) == bool(result.findings)


def test_a_crash_of_the_judge_is_no_verdict(judge):
    """Python's own status for it is 1, which would say that a promise is broken."""
    judge.result = ZeroDivisionError("of all things")

    said = refused()

    assert (
        "says nothing about the implementation. ZeroDivisionError: of all things (test_verify_cli.py:" in said
    )


@pytest.mark.parametrize("where", ["while it reads", "while it judges"])
def test_an_interrupt_before_the_beginning_says_so(judge, monkeypatch, where):
    """Status 2: the usual one of an interrupted command is 1."""
    if where == "while it reads":
        monkeypatch.setattr(understudy.verify, "specified", judge.interrupted)
    judge.result = KeyboardInterrupt()

    assert "Interrupted before there was anything to report." in refused()


WRONG = {
    "no URL": ([], "", "Name the URL to judge, as in: understudy verify http://127.0.0.1:8080"),
    "no scheme": ([], "localhost:8080", "Write it like http://127.0.0.1:8080."),
    "other scheme": ([], "ftp://h", "Write it like http://127.0.0.1:8080."),
    "no host": ([], "http://", "Write it like http://127.0.0.1:8080."),
    "no port": ([], "http://h:x", "Write it like http://127.0.0.1:8080."),
    "odd host": ([], "http://[::1", "Write it like http://127.0.0.1:8080."),
    "password": ([], "http://a:b@h", "--principal alice=USER:PASSWORD"),
    "query": ([], "http://h/?a=1", "Leave out what follows '?' or '#'."),
    "clock": (["--clock-url", "h"], URL, "--clock-url 'h' is no URL."),
    "provider URL": (["--provider-url", "h"], URL, "--provider-url 'h' is no URL."),
    "two providers": (["--provider", "a:b", "--provider-url", URL], URL, "Choose one."),
    "har and replay": (["--har", "a", "--replay", "b"], URL, "Choose one."),
    "walk": (["--phase", "walk"], URL, "add --depth 200."),
    "phase": (["--phase", "run"], URL, "'matrix', 'exchanges', 'walk'"),
    "format": (["--format", "pdf"], URL, "'console', 'json', 'junit', 'html'"),
    "time": (["--max-time", "soon"], URL, "Write seconds, 90, or a duration, PT1M30S."),
    "no time": (["--max-time", "0"], URL, "Write seconds, 90, or a duration, PT1M30S."),
    "all time": (["--max-time", "inf"], URL, "Write seconds, 90, or a duration, PT1M30S."),
    "no number": (["--max-time", "nan"], URL, "Write seconds, 90, or a duration, PT1M30S."),
    "odd duration": (["--max-time", "P1M"], URL, "Write seconds, 90, or a duration, PT1M30S."),
    "requests": (["--max-requests", "0"], URL, "x>=1"),
    "depth": (["--depth", "-1"], URL, "x>=0"),
    "param": (["--param", "a"], URL, "--param 'a' is not of the form NAME=VALUE."),
    "empty param": (["--param", "=a"], URL, "is not of the form NAME=VALUE."),
    "no such param": (["--only", "kragle", "--param", "job_idd=1"], URL, "Did you mean 'job_id'?"),
    "role": (["--role", "alice"], URL, "is not of the form PRINCIPAL=ROLE."),
    "role of nobody": (["--role", "alcie=x"], URL, "Did you mean 'alice'?"),
    "header": (["--header", "X-A"], URL, "Write --header 'X-Tenant: 5'."),
    "odd header": (["--header", "X A: b"], URL, "Write --header 'X-Tenant: 5'."),
    "header of two lines": (["--header", "X: a\nY: b"], URL, "Write --header 'X-Tenant: 5'."),
    "name": (["--principal", "=t"], URL, "Write --principal alice=TOKEN."),
    "odd name": (["--principal", "a b=t"], URL, "Write --principal alice=TOKEN."),
    "two names": (["--principal", "a=1", "--principal", "a=2"], URL, "--principal a is given twice."),
    "no token": (["--principal", "zoe"], URL, "Write --principal zoe=TOKEN, or set TOKEN_ZOE."),
    "empty token": (["--principal", "zoe="], URL, "--principal zoe has no token."),
    "odd token": (["--principal", "a=\nb"], URL, "holds a character that no header can"),
    "folder": (["--json", "."], URL, "--json '.' cannot be written"),
    "nowhere": (["--html", "/no/such/folder/a"], URL, "--html '/no/such/folder/a' cannot be written"),
    "tag": (["--only", "taipi"], URL, "Did you mean 'taipy'?"),
    "document": (["--document", "no.yaml"], URL, "no.yaml: There is no such file."),
    "overlay": (["--overlay", "no.yaml"], URL, "no.yaml: There is no such file."),
    "har": (["--har", "no.har"], URL, "no.har"),
    "replay": (["--replay", "no.json"], URL, "no.json: There is no such file."),
    "option": (["--sed", "1"], URL, "--seed"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_told_with_what_would_work(judge, name):
    """Status 2, one sentence, nothing sent."""
    arguments, url, sentence = WRONG[name]

    said = refused(*arguments, url=url)

    assert sentence in re.sub(r"\s+", " ", said)
    assert judge.calls == []


def test_a_fault_of_the_document_is_told_with_its_line(judge, tmp_path):
    """Nothing could be judged, so it is a 2 and not a 1."""
    document = lamps({})
    document["x-resource-lifecycles"] = {"Lamp": {"identity": {"feild": "/id"}}}
    file = tmp_path / "lamps.yaml"
    file.write_text(yaml.dump(document))

    said = refused("--document", str(file))

    assert re.search(rf"{file}:\d+, x-resource-lifecycles/Lamp/identity", said)
    assert judge.calls == []


def test_a_report_that_cannot_be_written_is_no_success(judge, tmp_path, monkeypatch):
    """The folder went away, or the disk is full."""
    file = tmp_path / "there" / "report.json"
    file.parent.mkdir()
    judge.events = [Progress("matrix", 0, 0.0, 0)]

    def remove(*_: Any) -> None:
        file.parent.rmdir()

    monkeypatch.setattr(Spoken, "__call__", remove)

    assert f"'{file}' cannot be written: No such file or directory." in refused("--json", str(file))

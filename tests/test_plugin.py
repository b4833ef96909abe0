"""The pytest plugin: each promise of a document is a test of the suite it is used in."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree

import httpx2
import pytest
import yaml
from harness import NO_TLS, ROOT, Server
from test_documentation import blocks

# Pytester forgets what a run has imported. These are known before, and are not made a second time.
import contracts.exchanges
import mockserver.app
import understudy.plugin_items
from understudy.plugin_outcome import Outcome, shared

pytest_plugins = ["pytester"]

GUIDE = "docs/guides/pytest.md"
PRELOADED = (contracts.exchanges, mockserver.app, understudy.plugin_items)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")

IS_INSTALLED = any(each.value == "understudy.plugin" for each in entry_points(group="pytest11"))
"""Whether the package was installed with its entry point, as anybody but a developer has it."""
LOADING = () if IS_INSTALLED else ("-p", "understudy.plugin")

ASKING = ("--understudy-document=lamps.yaml", "--understudy-principal=me=me")
QUICK = """
    from dataclasses import replace
    import pytest

    @pytest.fixture(scope="session")
    def understudy_settings(understudy_settings):
        return replace(understudy_settings, phases=("matrix",))
"""
"""Only the first part of the judgement, which is enough where the tests are about the plugin."""

PLAYED = """
    from pathlib import Path
    from mockserver.app import build
    from speckit.document import load
    from speckit.specification import specify

    def app():
        return build(specify(load(Path("lamps.yaml"))))

    def careless():
        inner = app()

        async def asgi(scope, receive, send):
            async def sending(message):
                if message.get("status") == 409:
                    message = {**message, "status": 200}
                await send(message)

            await inner(scope, receive, sending)

        return asgi

    async def waiting():
        return app()

    def odd(one):
        return one

    made = app()
"""


def named_blocks() -> dict[str, str]:
    """Every block of the guide that is a file, by its name."""
    found = {}
    for language in ("yaml", "python", "toml"):
        for block in blocks(GUIDE, language):
            found[block.partition("\n")[0].removeprefix("# ")] = block
    return found


FILES = named_blocks()
COMMANDS = [line[2:] for block in blocks(GUIDE, "console") for line in block.splitlines()]


@pytest.fixture(scope="module", autouse=True)
def _all_of_httpx2():
    """The same for what the client brings along with its first request, to a port where nobody is."""
    with suppress(httpx2.HTTPError), httpx2.Client(verify=NO_TLS) as client:
        client.get("http://127.0.0.1:9")


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A suite with the lamps of the guide, a test of its own, and as strict as can be."""
    (pytester.path / "lamps.yaml").write_text(FILES["lamps.yaml"], "utf-8")
    pytester.makepyfile(lamps=FILES["lamps.py"], flask_lamps=FILES["flask_lamps.py"], played=PLAYED)
    pytester.makepyfile(test_own="def test_own(): pass")
    pytester.makeconftest(QUICK)
    pytester.makeini("[pytest]\nfilterwarnings = error\naddopts = --strict-markers --strict-config")
    return pytester


@pytest.fixture
def run(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., pytest.RunResult]:
    """Run the suite with arguments, in this process."""
    monkeypatch.chdir(suite.path)

    def run(*arguments: str, document: bool = True) -> pytest.RunResult:
        asking = ASKING if document else ()
        return suite.runpytest_inprocess(*LOADING, "-p", "no:cacheprovider", *asking, *arguments)

    return run


# Not in use


def test_it_does_nothing_unless_it_is_asked_to(run):
    """A suite that has the package installed for another reason notices nothing."""
    result = run("-q", "--co", document=False)

    assert result.ret == 0
    assert result.stdout.str().splitlines()[0] == "test_own.py::test_own"
    assert "understudy::" not in result.stdout.str()


def test_it_brings_nothing_along_unless_it_is_asked_to():
    """Loading a plugin is paid for by every run of every suite."""
    script = "import sys, pytest, understudy.plugin; print(*sorted(sys.modules))"

    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    heavy = {"contracts", "mockserver", "click", "yaml", "jsonschema_rs", "schemathesis", "starlette"}
    assert not heavy & set(loaded.stdout.split())


def test_a_document_in_the_settings_alone_asks_for_nothing(suite, run):
    """The URL may be given now and then."""
    suite.makeini("[pytest]\nunderstudy_document = lamps.yaml")

    result = run("-q", document=False)

    assert result.ret == 0
    result.assert_outcomes(passed=1)


def test_a_document_on_the_command_line_wants_something_to_judge(run):
    """A run that was meant to judge and judges nothing looks like one that has found nothing."""
    result = run("-q")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "add --understudy-url URL or --understudy-app MODULE:ATTR" in result.stderr.str()


def test_the_package_says_that_it_is_a_plugin():
    """pytest finds plugins by this entry point."""
    assert '[project.entry-points.pytest11]\nunderstudy = "understudy.plugin"\n' in (
        ROOT / "pyproject.toml"
    ).read_text("utf-8")


# Collecting


def test_tests_are_collected_without_asking_anybody(run):
    """An editor lists the tests of a server that is not up."""
    result = run("-q", "--co", "--understudy-url=http://127.0.0.1:9")

    lines = result.stdout.str().splitlines()
    assert result.ret == 0
    assert lines[0] == "test_own.py::test_own"
    assert "understudy::judgement" in lines
    assert "understudy::Lamp::breakLamp::trigger-refused" in lines
    assert "understudy::Lamp::listLamps::listed" in lines
    assert not any(
        line.endswith(("etag-follows", "history-true", "sorted", "credential-needed")) for line in lines
    )


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (("-k", "trigger-refused"), 1),
        (("-m", "understudy", "-k", "breakLamp and trigger"), 3),
        (("understudy::Lamp::breakLamp::trigger-refused",), 1),
        (("understudy::Lamp::breakLamp::trigger-refused", "test_own.py"), 2),
        (("understudy::judgement",), 1),
        (("-m", "not understudy"), 1),
    ],
)
def test_tests_can_be_chosen_as_any_other(run, arguments, count):
    """By words, by the mark, and by the node id that a failure is told with."""
    result = run("-q", "--co", "--understudy-app=played:app", *arguments)

    assert result.ret == 0
    assert sum("::" in line for line in result.stdout.str().splitlines()) == count


def test_a_node_id_that_there_is_not_is_told(run):
    """A test that was asked for and silently not run would be taken for passed."""
    result = run("--understudy-app=played:app", "understudy::Lamp::breakLamp::triger-refused")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "not found: understudy::Lamp::breakLamp::triger-refused" in result.stderr.str()


@pytest.mark.parametrize(("place", "is_there"), [("", True), ("test_own.py", False), (".", True)])
def test_a_run_of_one_file_does_without_what_only_the_settings_ask_for(suite, run, place, is_there):
    """Who runs one file while working on it does not want to wait for a judgement."""
    given = {"app": "played:app", "document": "lamps.yaml", "principal": "me=me"}
    suite.makeini("\n".join(["[pytest]", *(f"understudy_{name} = {value}" for name, value in given.items())]))

    result = run("-q", "--co", *([place] if place else []), document=False)

    assert ("understudy::judgement" in result.stdout.str()) is is_there


# Judging


@pytest.mark.parametrize("app", ["played:app", "played:made", "lamps:create_app", "flask_lamps:create_app"])
def test_a_sound_application_passes(run, app):
    """ASGI or WSGI, made already or by a function: nothing fails, and what was judged is most of it."""
    result = run(f"--understudy-app={app}")

    outcomes = result.parseoutcomes()
    assert result.ret == 0, result.stdout.str()
    assert outcomes["passed"] > 40
    assert "failed" not in outcomes
    assert "warnings" not in outcomes


def test_a_broken_promise_fails_its_test_and_no_other(run):
    """With the promise, its place, what happened and commands to paste; without a traceback."""
    result = run("--understudy-app=played:careless")

    told = result.stdout.str()
    failed = set(re.findall(r"FAILED (\S+)", told))
    assert result.ret == 1
    laws = ("trigger-refused", "one-winner", "documented-body")
    assert failed == {f"understudy::Lamp::breakLamp::{law}" for law in laws}
    assert "Promised: A trigger that the state does not allow is answered as the document says." in told
    assert re.search(r"Place:    lamps\.yaml:\d+ x-resource-lifecycles/Lamp/operations/breakLamp", told)
    assert re.search(r"^  curl -s -i -X POST .*/break$", told, re.MULTILINE)
    assert "Traceback" not in told
    assert "plugin_items.py:" not in told.split("short test summary")[0]


def test_what_was_not_judged_is_skipped_with_the_reason(run):
    """Nobody may take for kept what nobody has tried; where coverage is strict, a gap is a failure."""
    arguments = ("--understudy-app=played:app", "--understudy-max-requests=1", "-rs")

    lenient, strict = run(*arguments), run(*arguments, "--understudy-strict-coverage")

    assert lenient.ret == 0
    why = "1 requests were used up (--understudy-max-requests)"
    assert re.search(rf"SKIPPED \[\d+\] \S+: not judged: {re.escape(why)}", lenient.stdout.str())
    assert strict.ret == 1
    assert strict.parseoutcomes()["failed"] > 20
    assert f"Not judged: {why}\nPlace:    lamps.yaml:" in strict.stdout.str()


def test_coverage_can_be_strict_and_whole(run):
    """What could only have shown in passing is no gap: a sound server can pass."""
    result = run(
        "--understudy-app=played:app", "--understudy-strict-coverage", "--understudy-principal=you=you"
    )

    assert result.ret == 0, result.stdout.str()


def test_the_report_has_the_place_and_the_promise(suite, run):
    """A report is read where the document is not at hand."""
    run("--understudy-app=played:app", "--junitxml=report.xml", "-k", "trigger-refused")

    case = next(ElementTree.parse(suite.path / "report.xml").getroot().iter("testcase"))
    properties = {each.get("name"): each.get("value") for each in case.iter("property")}
    assert case.get("classname") == "understudy.Lamp.breakLamp"
    assert re.fullmatch(r"lamps\.yaml:\d+ x-resource-lifecycles/\S+", properties["place"])
    assert properties["promise"].startswith("A trigger that the state does not allow")


def test_a_server_is_judged_at_its_url(suite, run):
    """With nothing left open behind it, in a suite that makes errors of warnings."""
    running = Server("lamps.yaml", "--clock", "manual", cwd=suite.path)
    try:
        result = run(
            f"--understudy-url={running.url}",
            f"--understudy-clock-url={running.url}/_understudy/clock",
            f"--understudy-provider-url={running.url}/_understudy/states",
        )
    finally:
        running.stop()

    assert result.ret == 0, result.stdout.str()
    assert result.parseoutcomes()["passed"] > 40


def test_tokens_are_not_shown(run):
    """The output of a test run is kept by others."""
    result = run("--understudy-app=played:careless", "--understudy-principal=you=s3cr3t-t0ken", "-rA")

    told = result.stdout.str()
    assert "s3cr3t-t0ken" not in told
    assert result.ret == 1


def test_the_variables_that_are_needed_are_those_that_are_used(run):
    """One secret has one name."""
    asking = ("--understudy-document=lamps.yaml", "--understudy-principal=you=s3cr3t-t0ken")
    result = run("--understudy-app=played:careless", *asking, document=False)

    told = result.stdout.str()
    assert "s3cr3t-t0ken" not in told
    assert set(re.findall(r"export (\w+)=", told)) == {"TOKEN_YOU"}
    assert set(re.findall(r"\$\{?(TOKEN_\w+)", told)) == {"TOKEN_YOU"}


# Fixtures


def test_fixtures_of_the_suite_count(suite, run):
    """What no option can say is said in Python, beside the suite's other fixtures."""
    folder = suite.mkdir("checks")
    (folder / "test_more.py").write_text("def test_more(): pass")
    (folder / "conftest.py").write_text(FILES["conftest.py"] + "\n\n" + AUTOMATIC)
    suite.makeconftest("")

    result = run("-rA", "-s")

    told = result.stdout.str()
    assert result.ret == 0, told
    assert "PASSED understudy::Lamp::breakLamp::trigger-refused" in told
    assert "SEEN understudy breakLamp" in told


AUTOMATIC = """
@pytest.fixture(autouse=True, scope="module")
def automatic(request):
    assert request.module is not None


@pytest.fixture(autouse=True)
def seen(request):
    if request.node.name == "trigger-refused":
        print("SEEN", request.node.nodeid.replace("::", " ").rsplit(" ", 1)[0].replace("Lamp ", ""))
"""


def test_states_can_be_provided(suite, run):
    """What the API cannot do is done by the suite, which knows the application from inside."""
    suite.makeconftest(PROVIDING)

    result = run("-k", "provided or judgement or found-again")

    assert result.ret == 0, result.stdout.str()
    assert (suite.path / "asked.txt").read_text() == "me Lamp"


PROVIDING = """
    import pathlib
    from dataclasses import replace
    import pytest
    from lamps import create_app

    @pytest.fixture
    def understudy_app():
        return create_app()

    @pytest.fixture(scope="session")
    def understudy_provide():
        def provide(principal, resource, state, fields):
            pathlib.Path("asked.txt").write_text(f"{principal} {resource}")

        return provide

    @pytest.fixture(scope="session")
    def understudy_settings(understudy_settings, understudy_provide):
        assert understudy_settings.provide is understudy_provide
        understudy_provide("me", "Lamp", "lit", {})
        return replace(understudy_settings, phases=("matrix",))
"""


def test_fixtures_in_two_places_are_refused(suite, run):
    """Which of them counts would be a matter of luck."""
    for name in ("one", "two"):
        (suite.mkdir(name) / "conftest.py").write_text(FILES["conftest.py"])
        (suite.path / name / f"test_{name}.py").write_text("def test_it(): pass")

    result = run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "both have fixtures for understudy" in result.stderr.str()


@pytest.mark.parametrize(
    ("body", "told", "status"),
    [
        (
            "raise RuntimeError('no database')",
            "It could not be begun. RuntimeError: no database (conftest.py:6)",
            1,
        ),
        ("pytest.fail('broken pipe')", "broken pipe", 1),
        ("return None", "An object of NoneType is no application", 1),
        ("pytest.skip('not here')", "not here", 0),
    ],
)
def test_a_fixture_that_fails_is_told_once(suite, run, body, told, status):
    """Hundreds of tests with the same error would hide what is wrong."""
    suite.makeconftest(f"import pytest\n\n\n@pytest.fixture\ndef understudy_app():\n    {body}\n")

    result = run("-rs")

    outcomes = result.parseoutcomes()
    assert result.ret == status
    assert told in result.stdout.str()
    assert outcomes.get("failed", 0) == status
    assert outcomes["passed"] == 1
    assert "Traceback" not in result.stdout.str()


# What goes wrong


def test_nobody_listening_is_one_failure(run):
    """The suite's own tests still run, and still count."""
    result = run("--understudy-url=http://127.0.0.1:9")

    told = result.stdout.str()
    result.assert_outcomes(passed=1, failed=1, skipped=result.parseoutcomes()["skipped"])
    assert "FAILED understudy::judgement" in told
    assert "nobody listens there" in told
    assert "Traceback" not in told


def test_what_stood_in_the_way_is_told_by_whoever_runs(run):
    """A run of some tests must not be green because nothing was judged."""
    result = run("--understudy-url=http://127.0.0.1:9", "-k", "breakLamp and trigger")

    result.assert_outcomes(failed=1, skipped=2, deselected=result.parseoutcomes()["deselected"])
    assert "nobody listens there" in result.stdout.str()


def test_faults_of_the_document_are_one_failure(suite, run):
    """With file and line, and without a traceback."""
    (suite.path / "lamps.yaml").write_text(FILES["lamps.yaml"].replace("role: list", "role: lisst"), "utf-8")

    result = run("--understudy-app=played:app")

    told = result.stdout.str()
    result.assert_outcomes(passed=1, failed=1)
    assert "FAILED understudy::document" in told
    assert re.search(r"lamps\.yaml:\d+, x-resource-lifecycles/Lamp/operations/listLamps/role: 'lisst'", told)
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("app", "told"),
    [
        ("nowhere:app", "ModuleNotFoundError: No module named 'nowhere'"),
        ("played:nothing", "has no attribute 'nothing'"),
        ("played:waiting", "waiting makes the application with await"),
        ("played:odd", "odd is no application: ASGI takes (scope, receive, send)"),
        ("played:PLAYED", "has no attribute 'PLAYED'"),
    ],
)
def test_what_is_no_application_is_one_failure(run, app, told):
    """It says what was looked for and what would do."""
    result = run(f"--understudy-app={app}")

    assert result.ret == 1
    assert told in result.stdout.str()
    assert result.parseoutcomes()["failed"] == 1
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("--understudy-app=lamps", "is not of the form MODULE:ATTR"),
        ("--understudy-url=lamps", "'lamps' is no URL"),
        ("--understudy-clock-url=lamps", "--understudy-clock-url 'lamps' is no URL"),
        ("--understudy-max-time=soon", "--understudy-max-time 'soon' is no time"),
        ("--understudy-seed=one", "--understudy-seed 'one' is no whole number"),
        ("--understudy-max-requests=0", "is no whole number from 1 on"),
        ("--understudy-param=x", "--understudy-param 'x' is not of the form NAME=VALUE"),
        ("--understudy-principal=a/b=c", "--understudy-principal 'a/b' is no name"),
    ],
)
def test_wrong_use_is_told_before_anything_runs(run, argument, told):
    """As with pytest's own options: exit status 4 and a sentence."""
    is_aimed = argument.startswith(("--understudy-app", "--understudy-url"))
    aim = () if is_aimed else ("--understudy-app=played:app",)

    result = run(*aim, argument)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told in result.stderr.str()


def test_url_and_application_contradict_each_other(run):
    """Whoever names both means one of them."""
    result = run("--understudy-app=played:app", "--understudy-url=http://127.0.0.1:9")

    assert result.ret == pytest.ExitCode.USAGE_ERROR


# Several processes


def test_one_process_judges_for_all(tmp_path):
    """Under pytest-xdist two judgements of one server would get in each other's way."""
    makings: list[int] = []

    def make() -> Outcome:
        makings.append(1)
        time.sleep(0.2)
        return Outcome(kept=["Lamp::getLamp::no-crash"], reasons={"a": "b"}, summary="once")

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(shared, make, tmp_path / "outcome.sqlite", 30.0) for _ in range(4)]
        found = [each.result() for each in asked]

    assert len(makings) == 1
    assert [(each.kept, each.reasons, each.summary) for each in found] == [
        (["Lamp::getLamp::no-crash"], {"a": "b"}, "once")
    ] * 4


def test_a_process_that_dies_holds_up_nobody(tmp_path):
    """The next one judges in its place."""

    def die() -> Outcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shared(die, tmp_path / "outcome.sqlite", 30.0)

    assert (
        shared(lambda: Outcome(summary="after all"), tmp_path / "outcome.sqlite", 1.0).summary == "after all"
    )


# The guide


@pytest.fixture(scope="module")
def lamps_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that plays the document of the guide."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "lamps.yaml").write_text(FILES["lamps.yaml"], "utf-8")
    running = Server("lamps.yaml", cwd=folder)
    yield running.url
    running.stop()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_guide_does_what_it_says(tmp_path, lamps_url, command):
    """A reader pastes them, in a folder with the files of the page."""
    needed = {"pytest": ["pyproject.toml"], "pytest --understudy-document=lamps.yaml": ["conftest.py"]}
    files = ["lamps.yaml", "lamps.py", "flask_lamps.py", *needed.get(command, [])]

    done = shown(tmp_path, command.replace("http://127.0.0.1:8080", lamps_url), files)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "understudy" in done.stdout or "understudy" in command
    assert re.search(r"\d+ passed|\d+ tests collected|\d+/\d+ tests collected", done.stdout)


def shown(
    folder: Path, command: str, files: list[str], changes: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    """What comes of a command in a folder with files of the guide."""
    for name in files:
        (folder / name).write_text(changes.get(name, FILES[name]), "utf-8")
    program, *arguments = shlex.split(command)
    assert program == "pytest"
    return subprocess.run(
        [sys.executable, "-m", "pytest", *LOADING, *arguments],
        cwd=folder,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_broken_promise_of_the_guide_looks_as_shown(tmp_path):
    """A reader compares what they see with the page."""
    careless = FILES["lamps.py"].replace(
        '        if lamp["state"] == "broken":\n            return Response(status_code=409)\n', ""
    )
    command = "pytest --understudy-app=lamps:create_app " + " ".join(ASKING)

    done = shown(tmp_path, command, ["lamps.yaml", "lamps.py"], {"lamps.py": careless})

    lines = [line.rstrip() for line in UUID.sub("ID", done.stdout).splitlines()]
    expected = [line for block in blocks(GUIDE, "text") for line in block.splitlines()]
    assert done.returncode == 1
    assert [each for each in expected if not any(line.startswith(each) for line in lines)] == []


def test_the_workflow_of_the_guide_is_sound():
    """YAML reads `on` as it likes; the command is one of those that were run."""
    workflow: dict[Any, Any] = yaml.safe_load(FILES[".github/workflows/promises.yml"])

    (job,) = workflow["jobs"].values()
    (command,) = [step["run"] for step in job["steps"] if step.get("run", "").startswith("pytest")]
    assert set(workflow) == {"name", True, "jobs"}
    assert job["runs-on"] == "ubuntu-latest"
    assert command.removesuffix(" --junitxml=report.xml") in COMMANDS
    assert all(("uses" in step) != ("run" in step) for step in job["steps"])


def test_every_option_stands_in_the_guide(run):
    """The page is the reference of the options, too."""
    listed = set(re.findall(r"^  (--understudy-[a-z-]+)", run("--help").stdout.str(), re.MULTILINE))

    page = (ROOT / GUIDE).read_text("utf-8")

    assert len(listed) == 16
    assert {
        f"--understudy-{name}" for name in re.findall(r"^\| `--understudy-([a-z-]+)`", page, re.MULTILINE)
    } == listed

"""The command: what it says of itself, what it prints, what each option does, how it ends."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
import yaml
from harness import ROOT, Server
from shop import shop

from understudy.cli import main
from understudy.serve import Options, application
from understudy.shipped import specified

TAGS = ("rendley", "kragle", "alteryx", "openreplay", "taipy")
SECONDS_TO_END = 5
PATIENCE_SECONDS = 10


def run(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run `understudy` to its end."""
    command = [sys.executable, "-m", "understudy", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=cwd)


def operations(*tags: str) -> list[tuple[str, str, str]]:
    """Return method, path and operationId of the shipped document's operations, in its order."""
    paths = yaml.load((ROOT / "openapi.yaml").read_text(), Loader=yaml.CSafeLoader)["paths"]
    return [
        (method.upper(), path, operation["operationId"])
        for path, item in paths.items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "operationId" in operation
        if not tags or set(tags) & set(operation["tags"])
    ]


def listed(server: Server) -> set[tuple[str, ...]]:
    """Return the operations in a server's greeting."""
    lines = (tuple(line.split()) for line in server.greeting)
    return {words for words in lines if len(words) == 3 and words[1].startswith("/")}


# ---------------------------------------------------------------- help


def options_of(command: click.Command) -> dict[str, click.Option]:
    return {max(each.opts, key=len): each for each in command.params if isinstance(each, click.Option)}


def test_help_names_every_command():
    """The first thing anybody types."""
    ran = run("--help")

    assert ran.returncode == 0
    assert ran.stderr == ""
    for name, command in main.commands.items():
        assert re.search(rf"^  {name}\b", ran.stdout, re.MULTILINE), name
        assert command.help
    assert "Exit status" in ran.stdout


@pytest.mark.parametrize("name", main.commands)
def test_every_option_of_every_command_is_described(name):
    """One sentence each, and what it is without being given."""
    ran = run(name, "--help")

    assert ran.returncode == 0
    for opt, option in options_of(main.commands[name]).items():
        assert option.help, opt
        assert opt in ran.stdout
    assert "Exit status" in ran.stdout
    assert "Example" in ran.stdout


def test_the_readme_shows_only_options_there_are():
    """An option that was renamed would stay in the README for years."""
    known = {opt for command in main.commands.values() for opt in options_of(command)} | {
        "--help",
        "--version",
    }

    shown = re.findall(r"(?<![\w-])--[a-z][a-z-]+", (ROOT / "README.md").read_text())

    assert shown
    assert set(shown) - known == set()


def test_version_is_the_packages():
    """What goes into a bug report."""
    ran = run("--version")

    assert (ran.returncode, ran.stdout) == (0, f"understudy, version {version('understudy')}\n")


@pytest.mark.parametrize("arguments", [["perform"], ["serve", "--prot", "1"]])
def test_a_word_the_command_does_not_know_is_wrong_use(arguments):
    """Status 2, and a line that says how to find the right word."""
    ran = run(*arguments)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "--help" in ran.stderr


# ---------------------------------------------------------------- the greeting


def test_the_greeting_has_a_line_for_every_operation(server):
    """What can be asked is read off the terminal."""
    assert listed(server) == set(operations())


def test_the_url_stands_on_a_line_of_its_own_and_last(server):
    """A script takes the last line of the greeting, and the server answers by then."""
    assert server.greeting[-1] == server.url
    assert httpx.get(f"{server.url}/_understudy/health").status_code == 200


def test_everything_in_the_greeting_can_be_tried(server):
    """The links lead somewhere, and the shell takes the curl line as it is printed."""
    said = dict(
        line.split(maxsplit=1) for line in server.greeting if line.startswith(("document", "to click", "try"))
    )

    tried = subprocess.run(["sh", "-c", said["try"]], capture_output=True, text=True, timeout=30)

    assert json.loads(tried.stdout)["data"]
    assert httpx.get(said["document"]).status_code == 200
    assert httpx.get(said["to"].removeprefix("click").strip()).status_code == 200


# ---------------------------------------------------------------- what to play


@pytest.mark.parametrize("tag", TAGS)
def test_one_api_alone_can_be_played(tag):
    """The others' paths are then nobody's."""
    server = Server("--only", tag, "--check-responses", "--clock", "manual")
    with server.client("a") as client:
        answers = {
            path: client.get(path).status_code
            for method, path, _ in operations()
            if method == "GET" and "{" not in path
        }
    tried = subprocess.run(
        ["sh", "-c", server.greeting[-3].removeprefix("try")], capture_output=True, timeout=30
    )
    assert server.stop() == 0

    own = {path for _, path, _ in operations(tag)}
    assert listed(server) == set(operations(tag))
    assert answers == {path: 200 if path in own else 404 for path in answers}
    assert json.loads(tried.stdout)
    assert server.errors == []


def test_two_apis_can_be_played_together():
    """The option may be repeated."""
    server = Server("--only", "kragle", "--only", "taipy")
    server.stop()

    assert listed(server) == set(operations("kragle", "taipy"))


def test_it_plays_from_any_folder(tmp_path):
    """The default document and the overlays come along."""
    server = Server("--overlay", "taipy-rest-4.1.yaml", "--only", "taipy", cwd=tmp_path)
    with server.client(None) as client:
        listed_jobs = client.get("/api/v1/jobs/")
    assert server.stop() == 0

    assert listed_jobs.status_code == 200
    assert list(tmp_path.iterdir()) == []


BARE = {
    "openapi": "3.1.0",
    "info": {"title": "Lamps", "version": "1"},
    "paths": {
        "/lamps/{lampId}": {
            "get": {
                "parameters": [
                    {"name": "lampId", "in": "path", "required": True, "schema": {"type": "string"}}
                ],
                "responses": {
                    "200": {
                        "description": "A lamp.",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {"lit": {"type": ["boolean", "null"]}},
                                },
                                "example": {"lit": None},
                            }
                        },
                    }
                },
            }
        }
    },
}


def test_a_document_without_lifecycles_is_answered_from_its_examples(tmp_path):
    """JSON, OpenAPI 3.1, no operationId: the document most people have."""
    (tmp_path / "lamps.json").write_text(json.dumps(BARE))

    server = Server("lamps.json", "--check-responses", cwd=tmp_path)
    with server.client(None) as client:
        lamp = client.get("/lamps/1")
    assert server.stop() == 0

    assert (lamp.status_code, lamp.json()) == (200, {"lit": None})
    assert "Lamps (lamps.json)" in server.greeting
    assert server.errors == []


def test_what_to_try_has_its_parameters_filled_in(tmp_path):
    """A document may have nothing that is read without knowing an id."""
    lamp = BARE["paths"]["/lamps/{lampId}"]["get"]
    cold = {"name": "cold", "in": "query", "required": True, "schema": {"type": "string", "example": "a&b"}}
    paths = {"/lamps/{lampId}": {"get": {**lamp, "parameters": [*lamp["parameters"], cold]}}}
    (tmp_path / "lamps.json").write_text(json.dumps({**BARE, "paths": paths}))

    server = Server("lamps.json", cwd=tmp_path)
    (proposed,) = (line.removeprefix("try") for line in server.greeting if line.startswith("try"))
    tried = subprocess.run(["sh", "-c", proposed], capture_output=True, text=True, timeout=30)
    assert server.stop() == 0

    assert json.loads(tried.stdout) == {"lit": None}
    assert proposed.strip() == f"curl -s '{server.url}/lamps/YOUR_LAMP_ID?cold=a%26b'"


# ---------------------------------------------------------------- seed, clock, log


def first_ids(*arguments: str) -> list[Any]:
    server = Server("--clock", "manual", *arguments)
    with server.client("a") as client:
        made = client.post("/v1/export", json={"project_id": "p"}).json()
        run_ = client.post("/webapi/v3/workflows/66ebd0f23d6200007e000d11/jobs", json={}).json()["id"]
    server.stop()
    return [made, run_]


def test_the_same_seed_gives_the_same_ids_and_another_gives_others():
    """So that a recorded test stays true, and two runs can be told apart if they must."""
    assert first_ids() == first_ids("--seed", "0")
    assert all(one != other for one, other in zip(first_ids(), first_ids("--seed", "1"), strict=True))


def test_a_manual_clock_has_no_speed():
    """The two contradict each other, and the sentence says what each is for."""
    ran = run("serve", "--clock", "manual", "--speed", "60")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "/_understudy/clock" in ran.stderr


def test_ten_minutes_pass_in_a_second():
    """What takes the product a while must not take a test as long."""
    server = Server("--speed", "600")
    seen = set()
    with server.client("a") as client:
        job = client.post("/v1/export", json={"project_id": "p"}).json()["data"]["job_id"]
        before = client.get("/jobs/byid/2").json()["next_run"]
        started = time.monotonic()
        while seen != {"completed"} and time.monotonic() < started + PATIENCE_SECONDS:
            seen = {client.get(f"/v1/jobs/{job}").json()["data"]["status"]}
        took = time.monotonic() - started
        time.sleep(max(0, 0.5 - took))
        after = client.get("/jobs/byid/2").json()["next_run"]
    server.stop()

    assert seen == {"completed"}
    assert took < 1
    assert after > before


def test_requests_are_logged_when_asked_for():
    """To stderr, so that stdout stays the greeting."""
    quiet, loud = Server(), Server("--log-requests")
    for server in (quiet, loud):
        with server.client("secret-token") as client:
            client.get("/v1/jobs/none")
        server.stop()

    assert quiet.errors == []
    assert any("GET /v1/jobs/none" in line and "404" in line for line in loud.errors)
    assert "secret-token" not in "".join(loud.errors)


def test_a_body_may_be_allowed_to_be_larger():
    """Or smaller: the limit is the caller's to choose."""
    server = Server("--body-limit", "30")
    with server.client("a") as client:
        sizes = [
            client.post("/v1/export", content=b'{"project_id":"' + b"p" * n + b'"}').status_code
            for n in (13, 14)
        ]
    server.stop()

    assert sizes == [200, 413]


# ---------------------------------------------------------------- the end


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_it_ends_when_told_even_with_a_connection_open(how):
    """A browser keeps its connection open for minutes; Ctrl-C is not to wait for that."""
    server = Server()
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with server.client("a") as client, socket.create_connection(address) as silent:
        client.get("/v1/jobs")
        silent.sendall(b"GET /v1/jobs HT")
        started = time.monotonic()
        status = server.stop(how)
        took = time.monotonic() - started

    assert status == 0
    assert took < SECONDS_TO_END
    assert server.errors == []


@pytest.mark.parametrize("options", [[], ["--watch"]], ids=["", "watch"])
def test_it_ends_even_while_a_client_does_not_read(tmp_path, options):
    """Its answers fill the connection, and whoever writes more waits: also what says that it ends."""
    server = Server(str(shop(tmp_path)), *options)
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        deaf.connect(address)
        deaf.sendall(b"GET /_understudy/ui/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        assert deaf.recv(1, socket.MSG_PEEK)  # they are being answered
        status = server.stop(signal.SIGTERM)

    assert status == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_it_ends_even_while_a_body_is_on_its_way(how):
    """A client that has fallen asleep half-way through."""
    server = Server()
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with socket.create_connection(address) as slow:
        slow.sendall(
            b"POST /v1/export HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\n"
            b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
        time.sleep(0.2)
        started = time.monotonic()
        status = server.stop(how)
        took = time.monotonic() - started

    assert status == 0
    assert took < SECONDS_TO_END
    assert "Traceback" not in "".join(server.errors)


def test_it_can_be_started_again_on_the_same_port_at_once():
    """Edit, Ctrl-C, start again: the port must not be kept by the last one's connections."""
    first = Server()
    port = first.url.rpartition(":")[2]
    with first.client("a") as client:
        client.get("/v1/jobs")
        first.stop()

    second = Server("--port", port)
    second.stop()

    assert second.url == first.url


def test_its_greeting_may_go_unread():
    """`understudy serve | head -1` closes the pipe; the server is there all the same."""
    command = f"{sys.executable} -m understudy serve --port 0 --only taipy & echo $! >&2; exit"
    with subprocess.Popen(
        ["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as shell:
        assert shell.stdout is not None
        assert shell.stderr is not None
        shell.stdout.close()
        pid = int(shell.stderr.readline())
        time.sleep(3)
        subprocess.run(["kill", "-INT", str(pid)], check=True)
        said = shell.stderr.read()

    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        ("[Curator, TAIPY_READER]", ""),
        ("[Curatr]", "Warning: no operation asks for the role Curatr. "),
        ("[Curator, Boss, Admin]", "Warning: no operation asks for the roles Admin, Boss."),
    ],
)
def test_a_role_that_no_operation_asks_for_is_told(tmp_path, capsys, roles, told):
    """It is refused nothing and given nothing: somebody has misspelt one, or means another document."""
    file = tmp_path / "principals.yaml"
    file.write_text(f"principals: [{{name: a, token: t, roles: {roles}}}]")

    application(specified(None), Options(principals=str(file)))
    heard = capsys.readouterr().err

    assert heard.startswith(told)
    assert bool(heard) == bool(told)

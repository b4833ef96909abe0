"""What a report shows can be pasted into a shell, and does again what was done."""

from __future__ import annotations

import html
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import uvicorn
from judgements import CREATE, READ, SWITCH, exchange, finding, judgement

from contracts import verdict
from contracts.exchange import Exchange
from contracts.finding import Judgement, Key, Ways
from contracts.report.console import console
from contracts.report.hiding import Hiding
from contracts.report.junit import junit
from contracts.report.manner import Manner
from contracts.report.page import page
from contracts.report.pasting import distinct, lines
from contracts.report.telling import Teller
from contracts.report.ways import ways
from contracts.settings import Settings as Judging
from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from speckit.document import load
from speckit.operation import Operation
from speckit.specification import Specification, specify
from tests.contracts.broken.wire import Answer, Asked, Between, Server

PRESS = specify(load(Path(__file__).parents[1] / "data" / "press.yaml"))
FARM = specify(load(Path(__file__).parents[3] / "examples/render_farm/openapi.yaml"))
TOKENS = {"alice": "s3cr3t-of-alice", "bob": "s3cr3t-of-bob"}
MANNER = Manner(secrets={f"TOKEN_{name.upper()}": token for name, token in TOKENS.items()})
PLAIN = Manner()


async def completes_after_all(asked: Asked, server: Server) -> Answer:
    """Show a cancelled job as printed once the work would have been done."""
    answer, now = await server.ask(asked), await server.now(asked)
    notes = server.notes[asked.path.split("/")[2] if asked.path.count("/") > 1 else ""]
    if asked.path.endswith("/cancel") and answer.is_success:
        notes.setdefault("cancelled", now)
    if asked.method == "GET" and now >= notes.get("cancelled", now) + 7 and answer.is_success:
        for job in answer.shown("status"):
            job["status"] = job["status"].replace("cancelled", "printed")
    return answer


@pytest.fixture
def broken() -> Iterator[str]:
    """The URL of a press that completes what was cancelled, its clock moved by hand."""
    app = Between(build(PRESS, clock=ManualClock(), settings=Settings()), completes_after_all)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def judged(url: str) -> Judgement:
    settings = Judging(
        principals={name: {"Authorization": f"Bearer {token}"} for name, token in TOKENS.items()},
        clock_url=f"{url}/_understudy/clock",
        phases=("matrix",),
        stops_early=True,
    )
    return replace(verdict.judge(PRESS, url, settings), ways=ways(PRESS, settings.clock_url))


def commands_of_console(found: Judgement) -> list[str]:
    told = console(found, MANNER).splitlines()
    return [line.strip() for line in told if re.match(r"  (curl|sleep|[A-Z0-9_]+=\$\()", line)]


def commands_of_page(found: Judgement) -> list[str]:
    return [
        html.unescape(each)
        for each in re.findall(r"<pre><code>(.*?)</code></pre>", page(found, MANNER), re.S)
    ]


def commands_of_junit(found: Judgement) -> list[str]:
    (failure,) = ElementTree.fromstring(junit(found, MANNER)).iter("failure")
    told = (failure.text or "").splitlines()
    return [line for line in told if re.match(r"(curl|sleep|[A-Z0-9_]+=\$\()", line)]


def pasted(commands: list[str]) -> str:
    """Return what a shell shows for `commands`."""
    known = {f"TOKEN_{name.upper()}": token for name, token in TOKENS.items()}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", "\n".join(commands)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**known, "PATH": path},
    )
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def test_pasted_lines_show_the_fault_again(broken: str) -> None:
    """The id is the new one's, and the clock is moved in between: from every form of the report."""
    found = judged(broken)
    (told,) = found.findings
    assert (told.law, told.is_confirmed) == ("final-is-final", True)
    old = told.exchanges[0].answer["id"]

    for commands in (commands_of_console(found), commands_of_page(found), commands_of_junit(found)):
        shown = pasted(commands)

        assert old not in "\n".join(commands) + shown
        assert any("/_understudy/clock" in command for command in commands)
        assert re.search(r'"status":\s*"cancelled"', shown)
        assert re.findall(r'"status":\s*"(\w+)"', shown)[-1] == "printed"


# Line by line


def pasting(*exchanges: Exchange, manner: Manner = PLAIN, known: Ways | None = None) -> list[str]:
    return [
        command
        for line in lines(exchanges, Hiding(manner), known or Ways())
        for command in (line.wait, line.curl)
        if command
    ]


def sent(script: list[str], *answers: str) -> list[str]:
    """Return the last words that a shell hands to curl, which answers with `answers` in turn."""
    told = "\n".join(f"{number}) printf '%s' {answer} ;;" for number, answer in enumerate(answers, 1))
    curl = f"""count=$(mktemp)
        curl() {{ echo >> "$count"; echo "${{@: -1}}" >&3; case $(wc -l < "$count") in {told} esac; }}"""
    ran = subprocess.run(
        ["bash", "-c", "exec 3>&1 >/dev/null\n" + "\n".join([curl, *script])],
        capture_output=True,
        text=True,
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


LAMPS = Ways(keys={"createLamp": Key("DeskLamp", (("lamp", "id"), ("id",)))})


@pytest.mark.parametrize(
    ("made", "answer", "asked"),
    [
        ({"answer": {"id": 18, "n": 18}}, '{"id": 19}', "/lamps/19"),
        ({"answer": {"lamp": {"id": "a1b2c3d4"}}}, '{"lamp": {"id": "e5"}}', "/lamps/e5"),
        ({"answer": {"id": "a/b"}}, '{"id": "c/d"}', "/lamps/c%2Fd"),
        ({"headers": {"location": "/v1/lamps/a1?x=y"}}, "", "/lamps/l2"),
    ],
    ids=["a number", "inside", "to be quoted", "by its Location"],
)
def test_the_id_is_taken_from_the_answer(made: dict[str, object], answer: str, asked: str) -> None:
    """Wherever the judge has seen it: another time it is another one."""
    headers = r"$'HTTP/1.1 201 Created\r\nLocation: /v1/lamps/l2?x=y\r\n\r\n"
    old = {"18": 18, "l": "a1b2c3d4", "q": "a/b", "h": "a1"}
    kind = "h" if not answer else "18" if "19" in answer else "q" if "/" in answer else "l"
    create = exchange(CREATE, path={"room": "18"}, body={}, status=201, **made)  # type: ignore[arg-type]
    script = pasting(create, exchange(READ, path={"id": old[kind]}), known=LAMPS)

    urls = sent(script, f"{headers}{answer}'", "''")

    assert "$DESK_LAMP_1" in script[1] or "${DESK_LAMP_1}" in script[1]
    assert urls == ["http://127.0.0.1:8080/rooms/18/lamps", f"http://127.0.0.1:8080{asked}"]


def test_an_etag_and_an_id_are_taken_from_one_answer() -> None:
    create = exchange(
        CREATE, path={"room": "h"}, body={}, status=201, answer={"id": "l1"}, headers={"etag": '"v1"'}
    )
    change = exchange(SWITCH, path={"id": "l1"}, headers={"If-Match": '"v1"'})
    script = pasting(create, replace(change, call=replace(change.call, headers={"If-Match": '"v1"'})))

    urls = sent(script, r"""$'HTTP/1.1 201 Created\r\nETag: "v2"\r\n\r\n{"id":"a\\u0062\\n"}'""", "''")

    assert "${ETAG_1}" in script[1]
    assert urls[1].endswith("/lamps/ab/switch")


def test_ids_in_bodies_and_queries_are_those_too() -> None:
    create = exchange(CREATE, path={"room": "h"}, body={}, status=201, answer={"id": "a1b2c3d4e5"})
    read = exchange(READ, path={"id": "a1b2c3d4e5"})
    several = exchange(
        Operation("stop", "POST", "/stop"), body={"ids": ["a1b2c3d4e5"]}, query={"id": "a1b2c3d4e5"}
    )

    *_, last = pasting(create, several, read)[1:2]

    assert "a1b2c3d4e5" not in last
    assert last.count("ID_1") == 2


def test_what_was_not_made_here_is_named_as_it_was() -> None:
    """An id that no answer gave is somebody else's, or nobody's."""
    assert (
        pasting(exchange(READ, path={"id": "18"}, answer={"id": "18"}), exchange(READ, path={"id": "18"}))
        == ["curl -s -i http://127.0.0.1:8080/lamps/18"] * 2
    )


def test_a_variable_of_an_id_is_none_of_a_credential() -> None:
    manner = Manner(secrets={"ID_1": "s3cr3t-of-alice"})
    create = exchange(CREATE, path={"room": "h"}, status=201, answer={"id": "l1"})

    assert pasting(create, exchange(READ, path={"id": "l1"}), manner=manner)[0].startswith("ID_2=$(")


@pytest.mark.parametrize(
    ("url", "wait"),
    [
        ("", "sleep 6.8"),
        (
            "http://127.0.0.1:8080/clock",
            """curl -s -X POST --data-raw '{"advance": "PT6.745S"}' """
            "-H 'Content-Type: application/json' http://127.0.0.1:8080/clock",
        ),
    ],
)
def test_what_was_waited_for_is_waited_for_again(url: str, wait: str) -> None:
    """Else nothing of what moves by time shows; a moment between two requests is none."""
    read = exchange(READ, path={"id": "18"})
    times = [
        replace(each, number=n) for n, each in enumerate([read, exchange(READ, path={"id": "18"}, at=0.2)])
    ]

    told = pasting(*times, exchange(READ, path={"id": "18"}, at=6.955), known=Ways(url))

    assert [each for each in told if "lamps" not in each] == [wait]
    assert told[2] == wait


def test_requests_that_raced_race_again() -> None:
    raced = [replace(exchange(SWITCH, path={"id": "18"}), race=3, number=n) for n in (1, 2)]

    told = pasting(*raced, exchange(READ, path={"id": "18"}))

    assert [each.rpartition("switch")[2] for each in told[:2]] == [" &", " & wait"]


@pytest.mark.parametrize(
    ("specification", "operation", "key"),
    [
        (PRESS, "createJob", Key("Job", (("id",),))),
        (FARM, "createRender", Key("Render", (("id",),))),
    ],
)
def test_where_an_id_stands_is_read_from_the_lifecycle(
    specification: Specification, operation: str, key: Key
) -> None:
    assert ways(specification).keys[operation] == key


# What is left out, and what is said where nothing came


def test_a_finding_that_was_not_repeated_shows_no_reading_twice() -> None:
    """The same question with the same answer, and nothing in between, is no evidence."""
    read = exchange(READ, path={"id": "l1"}, answer={"state": "lit"})
    other = exchange(READ, path={"id": "l2"}, answer={"state": "lit"})
    dark = exchange(READ, path={"id": "l1"}, answer={"state": "dark"})
    switch = exchange(SWITCH, path={"id": "l1"}, status=204)

    assert distinct([read, read, other, read]) == [other, read]
    assert distinct([read, dark, read]) == [dark, read]
    assert distinct([read, switch, read]) == [read, switch, read]
    assert distinct([switch, switch]) == [switch, switch]
    seen = finding(exchanges=(read, read, read), is_confirmed=False)
    assert len(Teller(Hiding(PLAIN)).shown(seen)) == 1
    assert len(Teller(Hiding(PLAIN)).shown(replace(seen, is_confirmed=True))) == 3


def test_where_nothing_came_that_is_said() -> None:
    """There is no status 0."""
    lost = replace(exchange(status=0), after=replace(exchange(at=10.0).before))

    assert [step.answer for step in Teller(Hiding(PLAIN)).steps([lost])] == ["no answer after 10.0 s"]
    assert "no answer after 10.0 s" in console(judgement(findings=(finding(exchanges=(lost,)),)), PLAIN)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"is_confirmed": True}, "Confirmed: the same again when repeated. Seen 3 times."),
        (
            {"is_confirmed": False, "doubt": "It could not be repeated: why."},
            "It could not be repeated: why. Seen 3 times.",
        ),
        ({"is_confirmed": False}, "Seen 3 times."),
    ],
)
def test_what_came_of_repeating_is_said_where_something_was_repeated(
    changes: dict[str, object], said: str
) -> None:
    """Nobody can repeat what was recorded: to call it unconfirmed would make a fluke of it."""
    assert Teller(Hiding(PLAIN)).seen(finding(**changes)) == said


def test_two_things_with_the_same_number_are_two() -> None:
    """The room 18 is not the lamp 18, although both are called 18."""
    create = exchange(CREATE, path={"room": 18}, body={}, status=201, answer={"id": 18})
    both = exchange(Operation("look", "GET", "/rooms/{room}/lamps/{lamp}"), path={"room": 18, "lamp": 18})

    told = pasting(create, both, known=LAMPS)

    assert told[1].endswith('/rooms/18/lamps/${DESK_LAMP_1}"')

"""`understudy serve --watch`: whoever edits a file gets the new answer from the same server."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from click.testing import CliRunner
from harness import ROOT, Server
from receiver import receiving

from speckit.noting import noted, stamp
from speckit.source import text_of
from understudy import watching
from understudy.cli import main

PATIENCE_SECONDS = 60
SECONDS_TO_END = 10
BROKEN = "openapi: 4.0.0\n"
REFUSED = [
    "1 fault:",
    "lamps.yaml:1, openapi: OpenAPI version '4.0.0' is not known. Write 3.0.x, 3.1.x or 3.2.x, in full and "
    "in quotes.",
    "Changed: lamps.yaml. Still serving what was there before.",
]
LAMPS = """\
openapi: 3.1.0
info: {title: Lamps, version: '1'}
paths:
  /about:
    get:
      operationId: about
      responses: {'200': {description: It., content: {application/json: {example: first}}}}
  /lamps:
    post:
      operationId: addLamp
      security: [{key: []}]
      responses: {'201': {description: There., content: {application/json: {}}}}
  /lamps/{lampId}:
    parameters: [{name: lampId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getLamp
      security: [{key: []}]
      responses: {'200': {description: It., content: {application/json: {}}}, '404': {description: None.}}
components:
  securitySchemes:
    key: {type: http, scheme: bearer}
x-resource-lifecycles:
  Lamp:
    identity: {param: lampId, field: /id, generate: $random.hex24}
    initially: {id: $id, made: $now}
    operations:
      addLamp: {role: create, success: {status: 201, body: $resource}}
      getLamp: {role: get}
"""


def lamps(about: str) -> str:
    return LAMPS.replace("example: first", f"example: {about}")


def served(line: str, file: str = "lamps.yaml") -> str:
    return f"{line}: {file}. Serving lamps.yaml as it is now; all worlds start anew."


class Desk:
    """A folder in which somebody edits files, and the server that watches them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server: Server

    def write(self, text: str, name: str = "lamps.yaml") -> None:
        (self.folder / name).write_text(text)

    def serve(self, *options: str) -> None:
        self.server = Server("lamps.yaml", "--watch", *options, cwd=self.folder)

    @property
    def said(self) -> list[str]:
        return [line.rstrip("\n") for line in self.server.errors]

    def about(self) -> str:
        with self.server.client(None) as client:
            return client.get("/about").json()

    def until(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < end, self.said
            time.sleep(0.01)

    def hears(self, line: str, times: int = 1) -> None:
        """Wait until the server has said a line so often."""
        self.until(lambda: self.said.count(line) >= times)


@pytest.fixture
def desk(tmp_path) -> Iterator[Desk]:
    """With a document on it."""
    desk = Desk(tmp_path)
    desk.write(LAMPS)
    yield desk
    if hasattr(desk, "server") and desk.server.process.poll() is None:
        assert desk.server.stop() == 0


def address(client: httpx.Client) -> object:
    """Return what tells one connection of a client from another."""
    return client.get("/about").extensions["network_stream"].get_extra_info("client_addr")


# ---------------------------------------------------------------- what is served


def test_an_edited_document_is_served_by_the_same_server(desk):
    """The URL stays, and so does the connection of whoever asks; the worlds do not."""
    desk.serve("--check-responses")
    with desk.server.client("alice") as client:
        made = client.post("/lamps").json()
        before = client.get(f"/lamps/{made['id']}").status_code
        own = address(client)
        desk.write(lamps("second"))
        desk.until(lambda: client.get("/about").json() == "second")
        after = client.get(f"/lamps/{made['id']}").status_code
        assert address(client) == own

    desk.hears(served("Changed"))
    assert (before, after) == (200, 404)
    paths = desk.server.control("GET", "/openapi.json")["paths"]
    assert "'second'" in str(paths["/about"])
    assert desk.said == [served("Changed")]


def test_a_manual_clock_keeps_its_moment(desk):
    """What is made after the edit is made in the same hour."""
    desk.serve("--clock", "manual")
    desk.server.advance("PT1H")
    desk.write(lamps("second"))
    desk.hears(served("Changed"))

    with desk.server.client("alice") as client:
        made = client.post("/lamps").json()

    assert desk.server.control("GET", "/clock") == {"now": "2026-01-01T01:00:00.000Z", "manual": True}
    assert made["made"] == "2026-01-01T01:00:00.000Z"


def test_mistakes_are_told_and_what_was_there_stays_until_they_are_mended(desk):
    """The same words as at the start."""
    desk.serve()
    desk.write(BROKEN)
    desk.hears(REFUSED[-1])
    meanwhile = desk.about()
    desk.write(lamps("second"))
    desk.hears(served("Mended"))
    desk.write(BROKEN)
    desk.hears(REFUSED[-1], 2)
    (desk.folder / "lamps.yaml").unlink()
    desk.write(lamps("third"))
    desk.hears(served("Mended"), 2)

    assert (meanwhile, desk.about()) == ("first", "third")
    assert desk.said == [*REFUSED, served("Mended"), *REFUSED, served("Mended")]


def test_a_file_that_is_gone_is_told_and_served_when_it_is_back(desk):
    """It was away for longer than an editor takes."""
    desk.serve()
    (desk.folder / "lamps.yaml").unlink()
    desk.hears("Error: lamps.yaml: There is no such file.")
    meanwhile = desk.about()
    desk.write(lamps("second"))
    desk.hears(served("Mended"))

    assert (meanwhile, desk.about()) == ("first", "second")


def test_an_edit_by_rename_is_an_edit(desk):
    """As editors do it: the new file is written beside the old one, and takes its name."""
    desk.serve()
    for about in ("second", "third"):
        desk.write(lamps(about), "lamps.yaml~")
        (desk.folder / "lamps.yaml~").rename(desk.folder / "lamps.yaml")
        desk.until(lambda about=about: desk.about() == about)

    desk.hears(served("Changed"), 2)
    assert desk.said == [served("Changed")] * 2


def test_a_link_that_leads_elsewhere_is_an_edit(desk):
    """As a file is mounted by those who run containers."""
    (desk.folder / "there").mkdir()
    desk.write(lamps("second"), "there/new.yaml")
    (desk.folder / "lamps.yaml").rename(desk.folder / "old.yaml")
    (desk.folder / "lamps.yaml").symlink_to("old.yaml")
    desk.serve()
    (desk.folder / "next").symlink_to("there/new.yaml")
    (desk.folder / "next").rename(desk.folder / "lamps.yaml")
    desk.until(lambda: desk.about() == "second")
    desk.write(lamps("third"), "there/new.yaml")
    desk.until(lambda: desk.about() == "third")


HOOK = "HOOKS = {'about': lambda request, world: (200, 'NAME', {})}\n"
OVERLAY = """\
overlay: 1.0.0
info: {title: Another, version: '1'}
actions:
  - target: $.paths['/about'].get.responses['200'].content['application/json']
    update: {example: NAME}
"""


@pytest.mark.parametrize(("option", "name", "text"), [("hook", "h.py", HOOK), ("overlay", "o.yaml", OVERLAY)])
def test_other_files_are_watched_too(desk, option, name, text):
    """Also twice within a second, which a cache of compiled Python would not notice."""
    desk.write(text.replace("NAME", "one"), name)
    desk.serve(f"--{option}", name)
    seen = [desk.about()]
    for number, about in enumerate(("two", "six"), 1):
        desk.write(text.replace("NAME", about), name)
        desk.hears(served("Changed", name), number)
        seen.append(desk.about())

    assert seen == ["one", "two", "six"]


def test_a_hook_that_is_wrong_changes_nothing(desk):
    """Not even one that wants to end the process."""
    desk.write(HOOK, "h.py")
    desk.serve("--hook", "h.py")
    desk.write("import sys\nsys.exit(3)\n", "h.py")
    desk.hears("Changed: h.py. Still serving what was there before.")

    assert desk.said[:2] == ["1 fault:", "h.py:2: It cannot be run: SystemExit(3)."]
    assert desk.about() == "NAME"


def test_a_fault_of_ours_changes_nothing_and_leaves_its_traceback(desk):
    """Whoever mends it has to see where it came from; whoever edits has the old answers meanwhile."""
    desk.write(HOOK, "h.py")
    desk.serve("--hook", "h.py")
    desk.write(f"import mockserver.app\nmockserver.app.Kind = None\n{HOOK}", "h.py")
    desk.hears("Changed: h.py. Still serving what was there before.")

    wrong = "TypeError: 'NoneType' object is not callable"
    start = desk.said.index("Traceback (most recent call last):")
    assert any("mockserver/app.py" in line for line in desk.said[start:])
    assert desk.said[-3:-1] == [wrong, f"Error: it cannot be served: {wrong}"]
    assert desk.about() == "NAME"


def test_so_are_the_principals(desk):
    """Somebody new may ask without a restart."""
    desk.write("principals: [{name: alice, token: old}]\n", "who.yaml")
    desk.serve("--principals", "who.yaml")
    with desk.server.client("new") as client:
        before = client.post("/lamps").status_code
        desk.write("principals: [{name: alice, token: new}]\n", "who.yaml")
        desk.hears(served("Changed", "who.yaml"))
        after = client.post("/lamps").status_code

    assert (before, after) == (401, 201)


def parts(name: str) -> str:
    return LAMPS.replace("{example: first}", f"{{$ref: '{name}.yaml'}}")


def test_the_files_that_are_watched_are_those_that_are_used(desk):
    """One that is referred to only now, also before it is there; and no longer one that is not."""
    desk.write("example: one\n", "one.yaml")
    desk.write(parts("one"))
    desk.serve()
    seen = [desk.about()]
    desk.write(parts("two"))
    desk.hears(served("Changed"))
    desk.write("example: two\n", "two.yaml")
    desk.hears(served("Changed", "two.yaml"))
    seen.append(desk.about())
    desk.write("example: three\n", "one.yaml")
    desk.write("example: four\n", "two.yaml")
    desk.hears(served("Changed", "two.yaml"), 2)
    seen.append(desk.about())

    assert seen == ["one", "two", "four"]
    assert not any("one.yaml" in line for line in desk.said)


NOTES = """\
openapi: 3.1.0
info: {title: Notes, version: '1'}
paths:
  /notes:
    get:
      responses:
        '200': {description: All., content: {application/json: {schema: {$ref: '#/components/schemas/All'}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
      responses:
        '201': {description: It., content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
  /notes/{noteId}:
    get:
      parameters: [{name: noteId, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: It., content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
        '404': {description: None.}
components:
  schemas:
    All: {type: array, items: {$ref: '#/components/schemas/Note'}}
    Note: {type: object, properties: {id: {type: string, readOnly: true}, text: {type: string}}}
"""


def test_what_crud_remembers_starts_anew(desk):
    """It is made for the new document."""
    desk.write(NOTES)
    desk.serve("--crud")
    found = []
    with desk.server.client(None) as client:
        for number in (1, 2):
            made = client.post("/notes", json={"text": "it"}).json()["id"]
            found.append(client.get(f"/notes/{made}").status_code)
            desk.write(NOTES.replace("version: '1'", f"version: '1.{number}'"))
            desk.hears(served("Changed"), number)
            found.append(client.get(f"/notes/{made}").status_code)

    assert found == [200, 404, 200, 404]


# ---------------------------------------------------------------- in between


def test_a_request_under_way_ends_as_it_began(desk):
    """Its body comes when the document has changed already."""
    desk.serve()
    host, _, port = desk.server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as slow:
        slow.sendall(
            b"POST /lamps HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{"
        )
        # Whoever asks later is answered, so the first request has arrived.
        desk.about()
        desk.write(lamps("second").replace("'201'", "'202'").replace("status: 201", "status: 202"))
        desk.until(lambda: desk.about() == "second")
        slow.sendall(b"}")
        answer = slow.makefile("rb").readline()
    with desk.server.client("a") as client:
        later = client.post("/lamps").status_code

    assert answer.startswith(b"HTTP/1.1 201 ")
    assert later == 202


def test_messages_of_what_was_served_before_are_given_up(desk):
    """Nobody is told of worlds that are no more; the log says how many messages were lost."""
    text = (ROOT / "tests" / "mockserver" / "data" / "sending.yaml").read_text()
    desk.write(text)
    desk.serve("--speed", "1000")
    with receiving() as receiver:
        receiver.may_answer.clear()
        with desk.server.client("alice") as client:
            client.post("/prints", json={"name": "poster", "tell": {"done": receiver.url}})
            assert receiver.came.wait(PATIENCE_SECONDS)
            desk.write(f"{text}\n# edited\n")
            desk.until(lambda: any("1 messages to others were not sent" in line for line in desk.said))
            desk.hears(served("Changed"))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_it_ends_when_told_while_it_is_reading(desk, how):
    """Reading may take long, and here never ends."""
    desk.write(HOOK, "h.py")
    desk.serve("--hook", "h.py")
    desk.write("import pathlib, time\npathlib.Path('begun').touch()\ntime.sleep(600)\n", "h.py")
    desk.until(lambda: (desk.folder / "begun").exists())
    meanwhile = desk.about()
    started = time.monotonic()
    status = desk.server.stop(how)

    assert (meanwhile, status) == ("NAME", 0)
    assert time.monotonic() - started < SECONDS_TO_END
    assert desk.said == []


class Busy:
    """A file that is another each time it is looked at, for a while."""

    def __init__(self, monkeypatch, *stamps: object) -> None:
        self.stamps = itertools.chain(stamps, itertools.repeat(stamps[-1]))
        self.reads: list[object] = []
        monkeypatch.setattr(watching, "stamp", lambda _file: next(self.stamps))
        monkeypatch.setattr(watching, "LOOK_SECONDS", 0.01)
        monkeypatch.setattr(watching, "QUIET_SECONDS", 0.001)

    def read(self) -> SimpleNamespace:
        self.reads.append(next(self.stamps))
        return SimpleNamespace()

    async def watched(self, tmp_path: Path) -> None:
        has_changed = asyncio.Event()

        async def replace(_served: object) -> None:
            has_changed.set()

        watch = watching.Watch(self.read, {tmp_path / "a.yaml": "old"}, "a.yaml")
        watch.begin(replace)
        await asyncio.wait_for(has_changed.wait(), PATIENCE_SECONDS)
        await watch.end()


def test_what_an_editor_writes_in_a_moment_is_read_once(tmp_path, monkeypatch):
    """Emptied, written in parts, written again: it is read when it rests."""
    busy = Busy(monkeypatch, "old", "old", "empty", "half", "whole", "again")

    asyncio.run(busy.watched(tmp_path))

    assert busy.reads == ["again"]


def test_a_file_that_is_away_for_a_moment_is_waited_for(tmp_path, monkeypatch):
    """It is gone for some looks, which are alike."""
    busy = Busy(monkeypatch, "old", None, None, None, None, "new")

    asyncio.run(busy.watched(tmp_path))

    assert busy.reads == ["new"]


def test_a_file_that_never_rests_is_read_all_the_same(tmp_path, monkeypatch):
    """Somebody may be writing it for ever."""
    monkeypatch.setattr(watching, "AWAY_SECONDS", 0.05)
    busy = Busy(monkeypatch, "old", *range(10_000))

    asyncio.run(busy.watched(tmp_path))

    assert len(busy.reads) >= 1


def test_what_cannot_begin_to_be_served_is_told(tmp_path, monkeypatch, capsys, caplog):
    """Whatever it is, the next edit is noticed."""
    busy = Busy(monkeypatch, "old", "odd", "odd", "odd", "odd", "odd", "odd", "new")
    file = tmp_path / "a.yaml"
    has_changed = asyncio.Event()
    monkeypatch.chdir(tmp_path)

    async def replace(_served: object) -> None:
        if len(busy.reads) < 2:
            raise LookupError("no room")
        has_changed.set()

    async def watched() -> None:
        watch = watching.Watch(busy.read, {file: "old"}, "a.yaml")
        watch.begin(replace)
        await asyncio.wait_for(has_changed.wait(), PATIENCE_SECONDS)
        await watch.end()

    asyncio.run(watched())

    assert capsys.readouterr().err.startswith(
        "Error: it cannot be served: LookupError: no room\n"
        "Changed: a.yaml. Still serving what was there before.\n"
    )
    assert "Traceback" in caplog.text
    assert "LookupError: no room" in caplog.text


def test_where_nothing_tells_of_changes_they_are_looked_for(desk, tmp_path):
    """A folder that others mount tells of nothing; the time of a file says it all the same."""
    there = tmp_path / "mounted"
    there.mkdir()
    desk.write(parts("mounted/one"))
    desk.write("example: one\n", "mounted/one.yaml")
    desk.serve()
    there.rename(tmp_path / "away")
    there.mkdir()
    desk.write("example: two\n", "mounted/one.yaml")
    desk.until(lambda: desk.about() == "two")
    desk.write("example: three\n", "mounted/one.yaml")
    desk.until(lambda: desk.about() == "three")


# ---------------------------------------------------------------- what is noted


def test_a_file_is_noted_as_it_was_before_it_was_read(tmp_path):
    """So that who writes it meanwhile is noticed."""
    file = tmp_path / "a.yaml"
    file.write_text("a")
    with noted() as files:
        text_of(file)
        before = stamp(file)
        file.write_text("ab")
        text_of(file)
    text_of(ROOT / "openapi.yaml")

    assert dict(files) == {file: before}
    assert before != stamp(file)


def test_a_file_that_may_be_read_again_is_another(tmp_path):
    """Its time and size stay."""
    file = tmp_path / "a.yaml"
    file.touch(mode=0o000)
    before = stamp(file)
    file.chmod(0o600)

    assert before != stamp(file)
    assert stamp(tmp_path / "none") is None


# ---------------------------------------------------------------- wrong use, and what it costs


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-"], "--watch is for files, and standard input comes once. Name a file."),
        (["https://example.com/a.yaml"], "--watch is for files, and 'https://example.com/a.yaml' is fetched"),
        (["https://example.com/a.yaml", "--allow-remote"], "Download it and name the file."),
    ],
)
def test_what_is_no_file_cannot_be_watched(arguments, said):
    ran = CliRunner().invoke(main, ["serve", "--watch", *arguments], input="")

    assert ran.exit_code == 2
    assert said in ran.stderr


def test_a_faulty_document_ends_it_at_the_start(desk):
    """There is nothing that could be served meanwhile."""
    desk.write(BROKEN)
    ran = subprocess.run(
        [sys.executable, "-m", "understudy", "serve", "lamps.yaml", "--watch", "--port", "0"],
        cwd=desk.folder,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (ran.returncode, ran.stdout, ran.stderr.splitlines()) == (1, "", REFUSED[:2])


def test_only_who_watches_waits_for_the_watcher():
    """Starting is what is waited for most often."""
    program = "import json, sys; import understudy.serve; print(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, cwd=ROOT, check=True)

    # Nor `watchfiles`, were it not for uvicorn.
    assert "understudy.watching" not in json.loads(ran.stdout)


def test_what_was_served_before_is_let_go(desk):
    """A day of edits must not fill the memory: the number of open files and of threads stays."""
    desk.serve()
    place = Path("/proc") / str(desk.server.process.pid)
    if not place.exists():
        pytest.skip("This machine does not tell what a process has open.")
    counts = []
    for number in range(1, 9):
        desk.write(lamps(f"edit-{number}"))
        desk.hears(served("Changed"), number)
        counts.append(len(os.listdir(place / "fd")))

    assert max(counts) <= min(counts) + 6

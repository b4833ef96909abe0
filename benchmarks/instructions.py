"""Instructions per request beside those of a bare application: the same figures however busy the machine is.

Both are asked through uvicorn's own protocol, in one process under valgrind's callgrind, sixteen
requests at a time. What the kernel does for a request is not in them, nor the socket: those
are the same for both, so that the ratio on a wire is somewhat better.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from benchmarks.bare import constant
from benchmarks.servers import ROOT, TOKEN, environment, headers
from benchmarks.speed import PROJECT, REQUESTS, Request
from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from mockserver.direct import direct
from mockserver.wire import Wholly, in_parts
from understudy.shipped import specified
from understudy.wholly import wholly

AT_ONCE = 16
TIMES = 40
"""How many times so many requests are sent for one figure, after some that warm them up."""
_DATE = (b"date", b"Sun, 22 Nov 2026 12:00:00 GMT")


def measure(_options: argparse.Namespace) -> Iterator[str]:
    """Yield the table, line by line. It takes a minute or two.

    Raises:
        SystemExit: valgrind is not there.
    """
    if shutil.which("valgrind") is None:
        raise SystemExit("valgrind is needed (Debian: apt install valgrind).")
    yield "| request | understudy | in two pieces | bare | ratio | bound |"
    yield "|---" * 6 + "|"
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder, "counted")
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={written}"]
        command += [sys.executable, "-m", "benchmarks.instructions", str(written)]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(PYTHONHASHSEED="0"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        with process.stdout:
            yield from (line.rstrip() for line in process.stdout)
        if process.wait():
            raise SystemExit("The measurement broke off; run `python -m benchmarks.instructions` to see why.")


class Wire(asyncio.Transport):
    """The server's end of a connection; what it writes is kept until somebody takes it."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 40_000), "sockname": ("127.0.0.1", 8000)})
        self._parts: list[bytes] = []

    def write(self, data: Any) -> None:
        self._parts.append(bytes(data))

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        """Nothing is read here."""

    def resume_reading(self) -> None:
        """Nothing is read here."""


class Asked:
    """An application behind as many connections as are asked at once."""

    def __init__(self, application: Any, loop: asyncio.AbstractEventLoop) -> None:
        config = uvicorn.Config(
            application,
            interface="asgi3",
            http="httptools",
            lifespan="off",
            ws="none",
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=3600,
        )
        config.load()
        state = ServerState()
        state.default_headers = [_DATE]
        self._loop = loop
        self._wires = [Wire() for _ in range(AT_ONCE)]
        self._protocols = [HttpToolsProtocol(config, state, {}, loop) for _ in self._wires]
        for protocol, wire in zip(self._protocols, self._wires, strict=True):
            protocol.connection_made(wire)

    def ask(self, content: bytes) -> bytes:
        """Send `content` on every connection; return the answer to the last one."""
        self._loop.run_until_complete(self._exchange(content))
        return [wire.taken() for wire in self._wires][-1]

    async def _exchange(self, content: bytes) -> None:
        for protocol in self._protocols:
            protocol.data_received(content)
        for _ in range(3):
            await asyncio.sleep(0)


class Counter:
    """Reads callgrind's count, which writes it to files that begin with `written`."""

    def __init__(self, written: Path) -> None:
        self._written = written

    def per_call(self, call: Callable[[], object]) -> float:
        """Return how many instructions one call takes, without what is done once."""
        for _ in range(3):
            call()
        few, many = self._counted(call, 2), self._counted(call, TIMES + 2)
        return (many - few) / TIMES

    def _counted(self, call: Callable[[], object], times: int) -> int:
        gc.collect()
        gc.disable()
        self._tell("--zero")
        for _ in range(times):
            call()
        self._tell("--dump=benchmark")
        gc.enable()
        return self._total()

    def _tell(self, order: str) -> None:
        subprocess.run(["callgrind_control", order, str(os.getpid())], check=True, capture_output=True)

    def _total(self) -> int:
        found = sorted(self._written.parent.glob(f"{self._written.name}.*"))
        text = found[-1].read_text()
        for file in found:
            file.unlink()
        totals = next(line for line in text.splitlines() if line.startswith(("totals:", "summary:")))
        return int(totals.split()[1])


def served(loop: asyncio.AbstractEventLoop, sends: Wholly) -> Asked:
    """Return our server, whose answers are sent by `sends` where that can."""
    application = build(specified(None), clock=ManualClock(), settings=Settings(wholly=sends))
    return Asked(direct(application.middleware), loop)


def wired(request: Request, token: str) -> bytes:
    """Return `request` as a client sends it."""
    body = (request.body or "").encode()
    fields = {"Host": "127.0.0.1:8000", **headers(request.body, token)}
    if request.method == "POST":
        fields["Content-Length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{request.method} {request.path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def parrot(answer: bytes) -> Any:
    """Return the bare application that gives `answer`, whose date the server writes anew."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    pairs = [line.split(b": ", 1) for line in lines]
    kept = [(name.lower(), value) for name, value in pairs if name.lower() != b"date"]
    return constant(int(status.split()[1]), kept, body)


def main() -> None:
    """Print the lines of the table; to be run under callgrind."""
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    counter = Counter(Path(sys.argv[1]))
    ours, parted = served(loop, wholly()), served(loop, in_parts)
    for each in (ours, parted):
        for number in range(60):
            each.ask(wired(Request("", 0, "DELETE", f"{PROJECT}/users/user{number}"), TOKEN))
        made = each.ask(wired(Request("", 0, "POST", "/api/v1/jobs/?task_id=my_config"), TOKEN))
    taipy = made.partition(b'"id":"')[2].partition(b'"')[0].decode()
    gc.freeze()
    for request in REQUESTS:
        # Each POST has a world of its own: it starts with the seeds only.
        token = TOKEN if request.method == "GET" else request.name
        path = request.path.format(taipy=taipy)
        content = wired(Request(request.name, request.at_least, request.method, path, request.body), token)
        bare = Asked(parrot(ours.ask(content)), loop)
        one, two, other = (
            counter.per_call(partial(each.ask, content)) / AT_ONCE for each in (ours, parted, bare)
        )
        ratio = other / one
        bound = f">= {request.at_least}" if ratio >= request.at_least else f">= {request.at_least} MISSED"
        print(
            f"| {request.name} | {one:,.0f} | {two:,.0f} | {other:,.0f} | {ratio:.2f} | {bound} |", flush=True
        )


if __name__ == "__main__":
    main()

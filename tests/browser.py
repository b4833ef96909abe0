"""A real browser for the tests, driven from outside: headless Chromium and its DevTools protocol."""

from __future__ import annotations

import base64
import itertools
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

SECONDS = 30
"""How long anything may take: to start, to load, to become true."""
_LISTENING = re.compile(r"DevTools listening on (ws://\S+)")
_EVALUATED_UNTIL = """new Promise((found, lost) => {
  const end = Date.now() + %d;
  const look = () => {
    let value;
    try { value = %s; } catch (problem) { value = null; }
    if (value) found(typeof value === "object" ? true : value);
    else if (Date.now() > end) lost(new Error("never true: " + %s));
    else setTimeout(look, 20);
  };
  look();
})"""


@contextmanager
def browsing() -> Iterator[Browser]:
    """Yield a browser, which is ended afterwards. No host but this machine has an address for it."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("There is no Chromium; install the Debian package 'chromium'.")
    with ExitStack() as ends:
        # Its processes may write for a moment after they were told to end.
        profile = tempfile.mkdtemp(prefix="chromium-")
        ends.callback(shutil.rmtree, profile, ignore_errors=True)
        command = [
            program,
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *("--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb"),
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            *("--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"),
        ]
        process = ends.enter_context(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        ends.callback(process.terminate)
        socket = ends.enter_context(
            connect(_address(process), max_size=None, open_timeout=SECONDS, proxy=None)
        )
        yield Browser(socket)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    for line in process.stderr:
        if found := _LISTENING.search(line):
            return found[1]
    raise RuntimeError("Chromium ended without a word.")


class Browser:
    """Chromium with one tab.

    Attributes:
        requests: Every URL that was asked for since the last `open`.
        complaints: What went to the console as a warning or an error since then, and what was thrown.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._loaded = False
        self._session = ""
        [target] = [each for each in self._ask("Target.getTargets")["targetInfos"] if each["type"] == "page"]
        attached = self._ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._ask(f"{domain}.enable")

    def open(self, url: str) -> None:
        """Go to a page, and wait until it has been loaded."""
        self._go("about:blank")
        self.requests.clear()
        self.complaints.clear()
        self._go(url)

    def follow(self, expression: str) -> None:
        """Evaluate what leads to another page, and wait until that has been loaded."""
        self._loaded = False
        self.evaluate(expression)
        self._wait()

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression in JavaScript, or what its promise comes to."""
        answer = self._ask(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True, userGesture=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, expression: str) -> Any:
        """Wait until an expression in JavaScript is true; return its value, if that is no object."""
        return self.evaluate(_EVALUATED_UNTIL % (SECONDS * 1000, expression, json.dumps(expression)))

    def resize(self, width: int, height: int) -> None:
        """Make the window so large; narrow ones are a phone's."""
        self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def prefer(self, scheme: str) -> None:
        """Have the system prefer `light` or `dark`."""
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self._ask("Emulation.setEmulatedMedia", features=features)

    def type(self, text: str) -> None:
        """Type into whatever has the focus."""
        self._ask("Input.insertText", text=text)

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        for kind in ("keyDown", "keyUp"):
            self._ask("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    def picture(self, path: Path) -> None:
        """Write what the window shows as a PNG."""
        path.write_bytes(base64.b64decode(self._ask("Page.captureScreenshot", format="png")["data"]))

    def _go(self, url: str) -> None:
        self._loaded = False
        self._ask("Page.navigate", url=url)
        self._wait()

    def _wait(self) -> None:
        while not self._loaded:
            self._take(lambda _message: True)

    def _ask(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        answer = self._take(lambda each: each.get("id") == number)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def _take(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Take note of messages up to the one that is wanted, and return that."""
        while True:
            message: dict[str, Any] = json.loads(self._socket.recv(timeout=SECONDS * 2))
            self._note(message.get("method", ""), message.get("params", {}))
            if wanted(message):
                return message

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.complaints.append(json.dumps(params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")

"""Taipy REST as it is released: installed into an environment of its own, and run as a process."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import IO

HERE = Path(__file__).parent
LOCK = HERE / "requirements.lock"
"""Made by `uv pip compile --universal --python-version 3.11 --generate-hashes` from `taipy-rest==4.1.1`."""
PYTHONS = (sys.executable, "python3.12", "python3.11", "python3")
"""Where to look for a Python: the product declares 3.9 to 3.12, and the lock starts at 3.11."""
SUITABLE = "import sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 13))"
URL = re.compile(r"http://127\.0\.0\.1:\d+")
START_SECONDS = 120
INSTALL_SECONDS = 900
TRY_SECONDS = 30


class Unavailable(Exception):
    """The product cannot be installed or started here; the message says what is needed."""


def install(place: Path) -> Path:
    """Return the Python of an environment in `place` with the product in it: made once, then kept.

    Raises:
        Unavailable: there is no suitable Python, or no package registry.
    """
    with (place / "lock").open("w") as lock:
        # Tests may run in several processes, and each would make it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _installed(place)


def _installed(place: Path) -> Path:
    stamp, python = place / "installed", place / "venv" / "bin" / "python"
    wanted = sha256(LOCK.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted and _runs(str(python)):
        return python
    stamp.unlink(missing_ok=True)
    shutil.rmtree(place / "venv", ignore_errors=True)
    _run(_suitable_python(), "-m", "venv", str(place / "venv"))
    # The lock is complete, and pip would look for extras that it does not name.
    options = ("-q", "--disable-pip-version-check", "--no-deps", "--require-hashes", "-r", str(LOCK))
    _run(str(python), "-m", "pip", "install", *options)
    # Written last, so that an installation that was interrupted is made anew.
    stamp.write_text(wanted)
    return python


def _suitable_python() -> str:
    for each in PYTHONS:
        if _runs(each):
            return each
    raise Unavailable(
        "taipy-rest 4.1.1 runs on Python 3.9 to 3.12, and its lock here needs 3.11 or 3.12; none was found. "
        "Put python3.12 on PATH."
    )


def _runs(python: str) -> bool:
    """Whether `python` starts and is suitable; a name on PATH may be a shim for nothing."""
    try:
        ran = subprocess.run([python, "-c", SUITABLE], capture_output=True, timeout=TRY_SECONDS)
    except OSError:
        return False
    return ran.returncode == 0


def _run(*command: str) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    if ran.returncode:
        raise Unavailable(
            f"taipy-rest 4.1.1 cannot be installed; this needs a package registry.\n{ran.stderr}"
        )


class Product:
    """The product as a process group, with its entities in `folder`. Its URL is known once it listens.

    Args:
        python: What `install` returned.
        folder: An empty folder of its own.
        propagates: Whether it tells its errors as its code means to (`TESTING`), not each as a 500.
        workers: How many jobs run at a time.

    Raises:
        Unavailable: it did not start.
    """

    def __init__(self, python: Path, folder: Path, *, propagates: bool = True, workers: int = 1) -> None:
        command = [str(python), "-u", str(HERE / "product.py"), "--port", "0", "--workers", str(workers)]
        environment = {name: value for name, value in os.environ.items() if name != "TESTING"}
        environment |= {"TZ": "UTC"} | ({"TESTING": "1"} if propagates else {})
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        self.gate = folder / "gate"
        self.log: list[str] = []
        self.url = self._await_url()
        # A pipe that nobody empties would stop the product one day.
        self._drainer = threading.Thread(target=self._drain, daemon=True)
        self._drainer.start()

    @property
    def _stderr(self) -> IO[str]:
        assert self._process.stderr is not None
        return self._process.stderr

    def _drain(self) -> None:
        self.log.extend(self._stderr)

    def _await_url(self) -> str:
        watchdog = threading.Timer(START_SECONDS, self._kill)
        watchdog.start()
        try:
            for line in self._stderr:
                self.log.append(line)
                if found := URL.search(line):
                    return found[0]
        finally:
            watchdog.cancel()
        self._kill()
        raise Unavailable("".join(self.log[-20:]) or "The product ended without a word.")

    def stop(self) -> None:
        """End it and all its workers."""
        self._kill()
        self._drainer.join()
        self._stderr.close()

    def _kill(self) -> None:
        """End the whole group: a worker outlives the process that made it."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

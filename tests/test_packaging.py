"""The wheel, as a stranger installs it: complete, and able to serve from an empty folder."""

import os
import re
import signal
import site
import subprocess
import sys
import threading
import time
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SECONDS_TO_START = 30


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel of this checkout, built without asking any index."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--wheel-dir", str(folder)]
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*build, *offline], check=True, cwd=folder)
    [built] = folder.glob("understudy-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The `understudy` command of a new environment: it has the wheel, and borrows the rest from ours."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True, cwd=home)
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True)
    # Listed, not `addsitedir`: the .pth of our own editable install must not bring the checkout along.
    Path(packages.stdout.strip(), "borrowed.pth").write_text("\n".join(site.getsitepackages()), "utf-8")
    return home / "bin" / "understudy"


@pytest.fixture
def empty(tmp_path):
    """A folder with nothing in it, and no word of the checkout in the environment."""
    return {"cwd": tmp_path, "env": {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}}


def test_the_wheel_carries_the_documents(wheel):
    """`understudy serve` without arguments plays the shipped document, wherever it is started."""
    names = set(zipfile.ZipFile(wheel).namelist())
    overlays = {f"understudy/documents/overlays/{path.name}" for path in (ROOT / "overlays").glob("*.yaml")}

    assert {"understudy/documents/openapi.yaml", *overlays} <= names


def test_the_wheel_carries_every_module_and_nothing_else(wheel):
    """Tests, benchmarks and examples would become top-level packages of whoever installs it."""
    names = zipfile.ZipFile(wheel).namelist()
    ours = ("understudy", "mockserver", "contracts", "handbook", "toolkit", "speckit")
    sources = {
        str(path.relative_to(ROOT))
        for package in ours
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert sources <= set(names)
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == set(ours)


def test_the_wheel_says_that_it_is_typed(wheel):
    """Without the marker a type checker sees nothing of it."""
    names = set(zipfile.ZipFile(wheel).namelist())

    assert {
        f"{package}/py.typed"
        for package in ("understudy", "mockserver", "contracts", "handbook", "toolkit", "speckit")
    } <= names


def test_the_installed_code_is_the_wheels(installed, empty):
    """Else the tests here would say nothing about the wheel."""
    program = (
        "import understudy, mockserver, contracts, handbook, toolkit, speckit; print(understudy.__file__)"
    )
    ran = subprocess.run(
        [installed.with_name("python"), "-c", program], check=True, capture_output=True, text=True, **empty
    )

    assert Path(ran.stdout.strip()).is_relative_to(installed.parents[1])


def test_it_serves_from_an_empty_folder_and_stops_when_told(installed, empty):
    """The first five minutes of a stranger: install, serve, look, Ctrl-C."""
    server = subprocess.Popen(
        [installed, "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **empty,
    )
    try:
        with urllib.request.urlopen(f"{printed_url(server)}/_understudy/health", timeout=10) as answer:
            status = answer.status
        server.send_signal(signal.SIGINT)
        rest, _ = server.communicate(timeout=10)
    finally:
        server.kill()
        server.communicate()

    assert status == 200
    assert server.returncode == 0, rest


def printed_url(server: subprocess.Popen[str]) -> str:
    """The URL that has a line of its own in what `server` says, without its last slash."""
    # A thread that closes the pipe's other end: `readline` on a silent server has no timeout of its own.
    watchdog = threading.Timer(SECONDS_TO_START, server.kill)
    watchdog.start()
    said = []
    started = time.monotonic()
    try:
        for line in server.stdout:
            said.append(line)
            if found := re.fullmatch(r"(https?://\S+?)/?", line.strip()):
                return found[1]
    finally:
        watchdog.cancel()
    waited_seconds = time.monotonic() - started
    raise AssertionError(f"No URL on a line of its own within {waited_seconds:.0f} s:\n{''.join(said)}")

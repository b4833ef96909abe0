"""`understudy serve` shows the documentation of what it serves, and every page leads to where it is tried."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import pytest
from browser import browsing
from harness import NO_TLS, Server

from mockserver.framework import AsyncApp
from understudy.live import Live
from understudy.serve import Options, application, read

CANCEL = "/_understudy/docs/openreplay/cancel-open-replay-job.html"
LAMPS = """
openapi: 3.1.0
info: {title: Lamps, version: "1"}
tags: [{name: all lamps & more}]
paths:
  /lamps:
    get: {tags: [all lamps & more], operationId: list lamps, responses: {"200": {description: All}}}
  /bulbs:
    get: {tags: [bulbs], operationId: listBulbs, responses: {"200": {description: All}}}
"""


@pytest.fixture(scope="module")
def lamps(tmp_path_factory):
    """A server of its own, whose temporary files are in a folder of its own."""
    place = tmp_path_factory.mktemp("lamps")
    (place / "lamps.yaml").write_text(LAMPS)
    (place / "tmp").mkdir()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TMPDIR", str(place / "tmp"))
        running = Server("lamps.yaml", "--only", "all lamps & more", cwd=place)
    running.place = place
    yield running
    if running.process.poll() is None:
        running.stop()


def test_nothing_is_made_before_somebody_asks(lamps):
    """Most servers are never read."""
    assert list((lamps.place / "tmp").iterdir()) == []


def test_the_pages_are_of_what_is_served(lamps):
    """Its own URL in the samples, and no operation that is not played."""
    with lamps.client(None) as client:
        first = client.get("/_understudy/docs/")
        page = client.get("/_understudy/docs/all-lamps-more/list-lamps.html")

    assert first.status_code == 200
    assert first.headers["content-type"] == "text/html; charset=utf-8"
    assert "all lamps &amp; more" in first.text
    assert "bulbs" not in first.text
    assert f"{lamps.url}/lamps" in page.text


def test_an_operation_can_be_tried_from_its_page(lamps):
    """The link opens Swagger UI at that operation, whatever its tag is called."""
    shown = "document.querySelector('.opblock.is-open .opblock-summary-path')"
    with browsing() as browser:
        browser.open(f"{lamps.url}/_understudy/docs/all-lamps-more/list-lamps.html")
        browser.follow("document.querySelector('.endpoint > a').click()")
        browser.until(shown)
        opened = browser.evaluate(f"{shown}.innerText")
        path = browser.evaluate("location.pathname")

    assert path == "/_understudy/ui/"
    assert opened.replace("\u200b", "") == "/lamps"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/_understudy/docs", 307),
        ("HEAD", "/_understudy/docs/", 200),
        ("GET", "/_understudy/docs/search.json", 200),
        ("GET", "/_understudy/docs/gone.html", 404),
        ("GET", "/_understudy/docs/..%2f..%2fetc/passwd", 404),
        ("GET", "/_understudy/docs/../../openapi.json", 404),
        ("POST", "/_understudy/docs/", 404),
        ("GET", "/_understudy/docsandmore", 404),
    ],
)
def test_only_files_of_the_site_are_served(lamps, method, path, status):
    """A folder is opened to whoever can reach the port, and nothing around it."""
    with lamps.client(None) as client:
        answer = client.request(method, path)

    assert answer.status_code == status
    assert status != 404 or answer.headers["content-type"] == "application/problem+json"


def test_a_page_is_never_taken_from_a_cache_unasked(lamps):
    """The next server at this port may have other pages, and another one may ask from elsewhere."""
    with lamps.client(None) as client:
        first = client.get("/_understudy/docs/", headers={"Origin": "http://localhost:3000"})
        again = client.get("/_understudy/docs/", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"] == "no-cache"
    assert first.headers.get_list("vary") == ["Origin"]
    assert again.status_code == 304


def test_the_greeting_says_where_to_read(lamps):
    """Nobody looks for what nobody tells."""
    assert f"to read     {lamps.url}/_understudy/docs/" in lamps.greeting


def test_they_go_when_the_server_goes(lamps):
    """The last test of this server: it must leave no folder behind."""
    assert list((lamps.place / "tmp").iterdir()) != []

    status = lamps.stop(signal.SIGTERM)

    assert status == 0, "".join(lamps.errors)
    assert list((lamps.place / "tmp").iterdir()) == []


def lamps_app(tmp_path: Path) -> tuple[AsyncApp, Live]:
    (tmp_path / "lamps.yaml").write_text(LAMPS)
    options = Options(document=str(tmp_path / "lamps.yaml"))
    specification = read(options)
    live = Live(specification)
    return application(specification, options, live), live


def test_pages_that_cannot_be_made_say_why(tmp_path, monkeypatch):
    """The rest of the server goes on."""
    app, live = lamps_app(tmp_path)
    monkeypatch.setattr("sys.executable", "/bin/false")

    with app.test_client() as client:
        refused = client.get("/_understudy/docs/")
        served = client.get("/lamps")
    live.close()

    assert refused.status_code == 500
    assert "could not be made" in refused.json()["detail"]
    assert served.status_code == 200


def test_a_server_without_pages_has_none(tmp_path):
    """Whoever builds the application alone hands in nothing to read."""
    (tmp_path / "lamps.yaml").write_text(LAMPS)
    options = Options(document=str(tmp_path / "lamps.yaml"))

    with application(read(options), options).test_client() as client:
        answer = client.get("/_understudy/docs/")

    assert answer.status_code == 404
    assert "/_understudy/docs/" not in answer.json()["detail"].partition(";")[2]


def test_the_five_apis_can_be_read_and_tried(server):
    """The documentation of the document that comes with the package."""
    page = httpx.get(f"{server.url}{CANCEL}", timeout=60, verify=NO_TLS)

    assert page.status_code == 200
    assert "/_understudy/ui/#/openreplay/cancelOpenReplayJob" in page.text

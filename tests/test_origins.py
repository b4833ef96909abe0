"""Which web pages may call, and what the others are told."""

from __future__ import annotations

from collections.abc import Iterator

import click
import httpx
import pytest
from browser import browsing
from harness import NO_TLS, Server
from shop import shop

from understudy.serve import Options, run

LOCAL = "http://localhost:3000"
NAMED = "https://app.example.com"
STRANGE = "https://evil.example"
CREDENTIALS = "access-control-allow-credentials"
ALLOWED = "access-control-allow-origin"


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Server]:
    running = Server(str(shop(tmp_path_factory.mktemp("shop"))), "--origin", NAMED)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def open_to_all(tmp_path_factory) -> Iterator[Server]:
    running = Server(str(shop(tmp_path_factory.mktemp("shop"))), "--origin", "*", "--origin", NAMED)
    yield running
    assert running.stop() == 0


def asked(server: Server, origin: str, path: str = "/orders") -> httpx.Response:
    with server.client("a") as client:
        return client.get(path, headers={"origin": origin})


def preflight(server: Server, origin: str, method: str = "PATCH", headers: str = "") -> httpx.Response:
    wanted = {"access-control-request-method": method}
    if headers:
        wanted["access-control-request-headers"] = headers
    url = f"{server.url}/orders"
    return httpx.options(url, headers={"origin": origin, **wanted}, timeout=30, verify=NO_TLS)


@pytest.mark.parametrize("origin", [LOCAL, "https://127.0.0.1", "http://[::1]:5173", NAMED])
def test_pages_of_this_machine_and_those_named_may_call(served, origin):
    """With cookies too: a browser then reads `*` as a plain star, so everything is said by name."""
    answer = asked(served, origin)
    allowed = preflight(served, origin, "PURGE", "authorization,x-odd")

    assert (answer.headers[ALLOWED], answer.headers[CREDENTIALS]) == (origin, "true")
    assert allowed.status_code == 200
    assert (allowed.headers[ALLOWED], allowed.headers[CREDENTIALS]) == (origin, "true")
    assert allowed.headers["access-control-allow-methods"] == "PURGE"
    assert allowed.headers["access-control-allow-headers"] == "authorization,x-odd"


def test_a_browser_sends_and_reads_with_credentials(served, open_to_all):
    """What decides is what a browser makes of the headers."""
    headers = '{"X-Shop-Key": "a", "Content-Type": "application/json"}'
    init = f'{{method: "POST", credentials: "include", body: "{{}}", headers: {headers}}}'
    with browsing() as browser:
        browser.open(f"{open_to_all.url}/_understudy/ui/")
        found = browser.evaluate(
            f'fetch("{served.url}/orders", {init}).then(a => [a.status, a.headers.get("location")])'
        )

    assert found[0] == 201
    assert found[1].startswith("/orders/")


def test_a_page_can_read_the_headers_of_the_answer(served):
    with served.client("a") as client:
        answer = client.post("/orders", json={}, headers={"origin": LOCAL})

    assert answer.headers["access-control-expose-headers"] == "location"


def test_answers_to_pages_are_for_those_pages(served):
    """A cache must not give them to others."""
    answer = asked(served, LOCAL)

    assert answer.headers.get_list("vary") == ["Origin"]
    assert "Origin" in preflight(served, LOCAL).headers["vary"]


def test_an_error_can_be_read_by_a_page_too(served):
    """A page that sees only 'CORS error' tells its developer nothing."""
    answer = asked(served, LOCAL, "/nowhere")

    assert (answer.status_code, answer.headers[ALLOWED]) == (404, LOCAL)


@pytest.mark.parametrize(
    "origin", [STRANGE, "null", "http://localhost.example.com", "http://localhost:x", "http://192.0.2.2:7890"]
)
def test_pages_from_elsewhere_may_not(served, origin):
    """No site on the web reads what a developer is mocking."""
    answer = asked(served, origin)

    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origin", ["http://192.0.2.2:7890", "null"])
def test_a_refused_preflight_says_which_origin_and_what_lets_it_in(served, origin):
    answer = preflight(served, origin)

    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert f"of the origin {origin} " in answer.json()["detail"]
    assert f"--origin {origin} " in answer.json()["detail"]


def test_the_log_says_once_who_was_kept_out(tmp_path):
    running = Server(str(shop(tmp_path)))

    for _ in range(2):
        preflight(running, STRANGE)
        asked(running, STRANGE)
        asked(running, "https://other.example")
        asked(running, LOCAL)
        asked(running, STRANGE, "/_understudy/clock")
    running.stop()

    assert len(running.errors) == 2
    assert f"--origin {STRANGE} " in running.errors[0]


def test_the_log_has_an_end(tmp_path):
    running = Server(str(shop(tmp_path)))

    for number in range(150):
        asked(running, f"https://{number}.example")
    running.stop()

    assert len(running.errors) == 100


def test_a_page_of_this_very_server_is_no_stranger(tmp_path):
    """Browsers send an origin with each POST, even to where the page is from."""
    running = Server(str(shop(tmp_path)))

    with running.client("a") as client:
        headers = {"host": "my.machine:8080", "origin": "http://my.machine:8080"}
        assert client.post("/orders", json={}, headers=headers).status_code == 201
    running.stop()

    assert running.errors == []


def test_any_origin_may_be_let_in_but_without_credentials(open_to_all):
    """With them, any web site could act as whoever uses the browser."""
    for answer in (asked(open_to_all, STRANGE), preflight(open_to_all, STRANGE)):
        assert answer.is_success
        assert answer.headers[ALLOWED] == "*"
        assert CREDENTIALS not in answer.headers


def test_where_any_may_call_those_named_keep_their_credentials(open_to_all):
    assert asked(open_to_all, NAMED).headers[CREDENTIALS] == "true"
    assert asked(open_to_all, LOCAL).headers[CREDENTIALS] == "true"


def test_where_any_may_call_the_control_door_stays_shut(open_to_all):
    assert asked(open_to_all, STRANGE, "/_understudy/clock").status_code == 403


@pytest.mark.parametrize("option", ["null", "*"])
def test_pages_without_an_origin_may_be_let_in(tmp_path, option):
    """Files, and frames in a sandbox; any site can make one, so without credentials."""
    running = Server(str(shop(tmp_path)), "--origin", option)

    answers = [asked(running, "null"), preflight(running, "null")]
    strange = asked(running, STRANGE)
    running.stop()

    assert [each.headers[ALLOWED] for each in answers] == ["null", "null"]
    assert all(CREDENTIALS not in each.headers for each in answers)
    assert strange.headers.get(ALLOWED) == ("*" if option == "*" else None)


@pytest.mark.parametrize("origin", ["app.example.com", "https://a.example/", "https://*.example.com", ""])
def test_what_is_no_origin_is_wrong_use(tmp_path, origin):
    with pytest.raises(click.UsageError, match=r"is no origin\. Write it like https://app.example.com:3000"):
        run(Options(str(shop(tmp_path)), origins=(origin,)))


def test_an_origin_may_be_that_of_an_app(tmp_path):
    running = Server(str(shop(tmp_path)), "--origin", "capacitor://localhost")

    answer = asked(running, "capacitor://localhost")
    running.stop()

    assert answer.headers[ALLOWED] == "capacitor://localhost"


def test_what_an_answer_says_for_itself_is_said_once(tmp_path):
    """A browser takes two headers of one kind for none, and a cache needs all names of Vary."""
    file = tmp_path / "hooks.py"
    said = {"Vary": "X-Shop", "Access-Control-Allow-Origin": "*"}
    file.write_text(f"HOOKS = {{'listOrders': lambda request, world: (200, [], {said!r})}}")
    running = Server(str(shop(tmp_path)), "--hook", str(file))
    try:
        answer = asked(running, LOCAL)
    finally:
        assert running.stop() == 0

    assert answer.headers.get_list(ALLOWED) == [LOCAL]
    assert answer.headers.get_list("vary") == ["Origin, X-Shop"]

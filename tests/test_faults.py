"""Answers that go wrong on purpose, slow servers, and the journal: over real connections."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import click
import httpx
import pytest
from harness import NO_TLS, Server
from shop import shop

from understudy.serve import Options, run


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Server]:
    file = shop(tmp_path_factory.mktemp("shop"))
    running = Server(str(file), "--journal", "20", "--check-responses")
    yield running
    assert running.stop() == 0
    assert running.errors == []


@pytest.fixture
def door(served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{served.url}/_understudy", timeout=30, verify=NO_TLS) as client:
        client.post("/reset")
        yield client
        client.post("/reset")


@pytest.fixture
def alice(served) -> Iterator[httpx.Client]:
    with served.client("alice") as client:
        yield client


def fault(door: httpx.Client, **rule: Any) -> dict[str, Any]:
    answer = door.post("/faults", json=rule)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def statuses(client: httpx.Client, count: int, path: str = "/orders") -> list[int]:
    return [client.get(path).status_code for _ in range(count)]


# ---------------------------------------------------------------- which requests


def test_the_next_few_requests_fail_and_then_all_is_well(door, alice):
    """What a retry is for."""
    made = fault(door, operation="listOrders", status=503, times=2)

    assert (made["number"], made["used"], made["left"]) == (1, 0, 2)
    assert statuses(alice, 4) == [503, 503, 200, 200]
    [told] = door.get("/faults").json()["faults"]
    assert (told["used"], told["left"]) == (2, 0)


def test_without_a_number_of_times_it_lasts_until_it_is_taken_back(door, alice):
    fault(door, operation="listOrders", status=500)

    assert statuses(alice, 3) == [500] * 3
    assert door.delete("/faults").json() == {"taken_back": 1}
    assert statuses(alice, 1) == [200]
    assert door.get("/faults").json() == {"faults": [], "count": 0}


def test_each_third_request_fails(door, alice):
    fault(door, status=502, every=3)

    assert statuses(alice, 7) == [200, 200, 502, 200, 200, 502, 200]


def test_other_operations_are_not_concerned(door, alice):
    fault(door, operation="listOrders", status=503)

    assert alice.get("/health").status_code == 204


def test_all_operations_may_be_concerned_whoever_asks(door, served):
    fault(door, status=503)

    with served.client(None) as nobody:
        assert (statuses(nobody, 1), statuses(nobody, 1, "/health")) == ([503], [503])
        assert nobody.get("/nowhere").status_code == 404


def test_the_requests_of_one_principal_fail(door, alice, served):
    fault(door, operation="listOrders", principal="alice", status=503)

    with served.client("bob") as bob, served.client(None) as nobody:
        assert (statuses(alice, 1), statuses(bob, 1), statuses(nobody, 1)) == ([503], [200], [401])


def test_the_first_rule_that_answers_counts_and_others_wait(door, alice):
    fault(door, operation="listOrders", status=500, times=1)
    fault(door, status=429, times=1)

    assert statuses(alice, 3) == [500, 429, 200]


def test_some_of_the_rules_are_taken_back(door, alice):
    fault(door, operation="listOrders", status=500)
    number = fault(door, operation="getOrder", status=500)["number"]
    fault(door, operation="health", status=500)

    assert door.delete("/faults", params={"number": number}).json() == {"taken_back": 1}
    assert door.delete("/faults", params={"operation": "listOrders"}).json() == {"taken_back": 1}
    assert [each["operation"] for each in door.get("/faults").json()["faults"]] == ["health"]


@pytest.mark.parametrize("delay", ["PT2S", "PT0.25S", "PT0.000015S", "PT59.999999S", "PT3599.999999S"])
def test_a_delay_is_told_as_it_can_be_given_again(door, delay):
    assert fault(door, operation="health", delay=delay)["delay"] == delay


@pytest.mark.parametrize("asked", ["operation", "principal", "number"])
def test_an_empty_word_in_the_query_takes_nothing_back(door, alice, asked):
    """As where a shell knows no such variable: that is not meant to be everything."""
    fault(door, operation="listOrders", principal="alice", status=500)

    door.delete("/faults", params={asked: ""})

    assert statuses(alice, 1) == [500]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/faults"), ("DELETE", "/faults"), ("GET", "/requests"), ("DELETE", "/requests")],
)
def test_an_operation_that_is_not_there_is_no_filter(door, method, path):
    """A slip of the pen would pass for a list of nothing, and a rule stay in force."""
    answer = door.request(method, path, params={"operation": "listOrder"})

    assert (answer.status_code, "Did you mean 'listOrders'?" in answer.json()["detail"]) == (400, True)


def test_a_rule_for_all_operations_is_found_by_its_word(door):
    fault(door, status=503)

    assert door.get("/faults", params={"operation": "*"}).json()["count"] == 1


def test_a_principal_that_nobody_is_is_no_filter(tmp_path):
    """Where principals are listed; elsewhere anybody may come."""
    people = tmp_path / "people.yaml"
    people.write_text("principals: [{name: alice, token: secret}]")
    server = Server("--principals", str(people), "--journal", "10")

    with httpx.Client(base_url=f"{server.url}/_understudy") as door:
        known = door.get("/requests", params={"principal": "alice"})
        unknown = [door.get(path, params={"principal": "carol"}) for path in ("/requests", "/faults")]
    server.stop()

    assert known.status_code == 200
    assert {(each.status_code, each.json()["detail"]) for each in unknown} == {
        (404, "There is no principal 'carol'.")
    }


def test_a_reset_takes_rules_back_of_all_or_of_one(door, alice):
    fault(door, status=503, principal="alice")
    fault(door, status=503, principal="bob")

    door.post("/reset", json={"principal": "bob"})
    assert [each["principal"] for each in door.get("/faults").json()["faults"]] == ["alice"]
    door.post("/reset")
    assert statuses(alice, 1) == [200]


# ---------------------------------------------------------------- in which way


def test_nothing_has_changed_where_the_answer_is_a_fault(door, alice):
    fault(door, operation="createOrder", status=500, times=1)

    assert alice.post("/orders", json={"note": "x"}).status_code == 500
    assert alice.get("/orders").json() == []
    assert alice.post("/orders", json={"note": "x"}).status_code == 201


def test_a_documented_status_has_its_documented_body_and_headers(door, alice):
    fault(door, operation="listOrders", status=503, times=1)

    answer = alice.get("/orders")

    assert answer.headers["retry-after"] == "30"
    assert set(answer.json()) == {"code", "message"}
    assert "on purpose" in answer.json()["message"]
    assert answer.headers["understudy-fault"] == "1"


def test_other_headers_may_be_asked_for(door, alice):
    fault(door, status=503, times=1, headers={"retry-after": 1, "X-Trace": "abc"})

    answer = alice.get("/orders")

    assert answer.headers.get_list("retry-after") == ["1"]
    assert answer.headers["x-trace"] == "abc"


@pytest.mark.parametrize("path", ["/orders", "/orders/none", "/health"])
def test_an_undocumented_status_has_the_shape_of_the_errors_there_are(door, alice, path):
    """An error boundary reads the API's own shape; where an operation has none, its neighbours do."""
    fault(door, status=418)

    answer = alice.get(path)

    assert answer.status_code == 418
    assert set(answer.json()) == {"code", "message"}


def test_where_the_errors_of_an_api_have_a_shape_a_fault_has_it(server, token):
    """By its conventions, whatever the status: this one says its errors in one member."""
    rule = {"operation": "listOpenReplayJobs", "principal": token, "status": 418}
    with server.client(token) as client:
        client.post("/_understudy/faults", json=rule)
        answer = client.get("/public/3sWXSsqHgSKnE87YkNJK/jobs")
        client.delete("/_understudy/faults", params={"principal": token})

    assert answer.status_code == 418
    assert set(answer.json()) == {"error"}


def test_a_401_says_how_to_be_known(door, alice):
    fault(door, status=401, times=1)

    assert alice.get("/orders").headers["www-authenticate"] == "Bearer"


def test_head_has_no_body(door, alice):
    fault(door, status=503, times=1)

    answer = alice.head("/orders")

    assert (answer.status_code, answer.content) == (503, b"")


def test_an_answer_waits(door, alice):
    fault(door, operation="listOrders", delay="PT0.3S", times=1)

    started = time.monotonic()
    assert alice.get("/orders").json() == []
    slow = time.monotonic() - started
    alice.get("/orders")

    assert 0.3 <= slow < time.monotonic() - started + 0.3
    assert time.monotonic() - started < slow + 0.3


def test_a_fault_may_be_slow_as_well(door, alice):
    fault(door, delay="PT0.2S")
    fault(door, status=503, delay="PT0.2S")

    started = time.monotonic()

    assert alice.get("/orders").status_code == 503
    assert time.monotonic() - started >= 0.4


@pytest.mark.parametrize("size", [10, 900_000, 3_000_000])
def test_a_connection_breaks_off_without_an_answer(door, alice, size):
    """Whatever of the request has come by then."""
    fault(door, drop=True, times=1)

    with pytest.raises(httpx.TransportError, match=r"without sending a response|[Rr]eset|[Bb]roken"):
        alice.post("/orders", json={"note": "x" * size})

    assert alice.get("/orders").json() == []


def test_a_connection_that_breaks_off_may_be_that_of_a_proxy(door, served, alice):
    """Behind one the address of the client is not that of the connection."""
    fault(door, drop=True, times=1)

    with pytest.raises(httpx.TransportError, match=r"without sending a response|[Rr]eset"):
        alice.get("/orders", headers={"x-forwarded-for": "192.0.2.7"})


def test_a_connection_breaks_off_with_a_request_behind(door, served):
    """That one was sent before the answer to the first, and none of the two gets any."""
    fault(door, operation="getOrder", drop=True, times=1)
    one, other = (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer alice\r\n\r\n".encode()
        for path in ("/orders/1", "/orders")
    )
    address = urlsplit(served.url)

    with socket.create_connection((address.hostname, address.port), timeout=30) as line:
        line.sendall(one + other)
        with suppress(ConnectionResetError):
            assert line.recv(4096) == b""


# ---------------------------------------------------------------- what is no rule


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({}, "A fault has a 'status', a 'delay' or 'drop': true"),
        ({"operation": "listOrder", "status": 503}, "Did you mean 'listOrders'?"),
        ({"operation": 5, "status": 503}, "'operation' is a text."),
        ({"status": 200}, "'status' is a whole number from 400 to 599."),
        ({"status": True}, "'status' is a whole number from 400 to 599."),
        ({"status": 503, "times": 0}, "'times' is a whole number from 1 to"),
        ({"status": 503, "every": 1.5}, "'every' is a whole number from 1 to"),
        ({"status": 503, "drop": True}, "send one"),
        ({"drop": 1}, "'drop' is true or false."),
        ({"delay": "2s"}, "Write it like PT5S"),
        ({"delay": "PT2H"}, "an hour at most"),
        ({"delay": "PT1S", "headers": {"a": "b"}}, "'headers' go with a 'status'"),
        ({"status": 503, "headers": ["a"]}, "an object of names and texts"),
        ({"status": 503, "headers": {"a b": "c"}}, "'a b' is no header"),
        ({"status": 503, "headers": {"content-type": "c"}}, "'content-type' is no header"),
        ({"status": 503, "headers": {"Date": "yesterday"}}, "'Date' is no header"),
        ({"status": 503, "headers": {"a": "b\r\nc: d"}}, "plain characters"),
        ({"status": 503, "tmes": 1}, "Did you mean 'times'?"),
    ],
)
def test_what_is_no_rule_is_refused(door, rule, told):
    answer = door.post("/faults", json=rule)

    assert answer.status_code == 400
    assert told in answer.json()["detail"]
    assert door.get("/faults").json()["count"] == 0


def test_there_are_as_many_rules_as_may_be(door):
    for _ in range(1000):
        last = door.post("/faults", json={"operation": "health", "status": 503})

    assert last.status_code == 201
    assert door.post("/faults", json={"status": 503}).status_code == 503


def test_a_principal_that_nobody_is_has_no_faults(tmp_path):
    (tmp_path / "who.yaml").write_text("principals: [{name: alice, token: secret}]")
    running = Server(str(shop(tmp_path)), "--principals", str(tmp_path / "who.yaml"))

    with running.client("secret") as alice:
        alice.post("/_understudy/faults", json={"principal": "alice", "status": 503})
        unknown = alice.post("/_understudy/faults", json={"principal": "secret", "status": 503})
        met = alice.get("/orders")
    running.stop()

    assert (unknown.status_code, met.status_code) == (404, 503)


# ---------------------------------------------------------------- a slow server


def test_every_answer_of_the_api_waits(tmp_path):
    running = Server(str(shop(tmp_path)), "--delay", "PT0.3S")

    with running.client("alice") as client:
        started = time.monotonic()
        client.get("/_understudy/health")
        quick = time.monotonic() - started
        client.get("/orders")
        slow = time.monotonic() - started - quick
    running.stop()

    assert quick < 0.3 <= slow


@pytest.mark.parametrize(("said", "told"), [("2s", "Write it like PT5S"), ("PT2H", "an hour at most")])
def test_what_is_no_delay_is_wrong_use(tmp_path, said, told):
    with pytest.raises(click.UsageError, match=told):
        run(Options(str(shop(tmp_path)), delay=said))


def test_it_ends_while_an_answer_waits(tmp_path):
    running = Server(str(shop(tmp_path)), "--delay", "PT1H")

    with running.client("alice") as client, pytest.raises(httpx.ReadTimeout):
        client.get("/orders", timeout=0.2)

    assert running.stop() == 0


# ---------------------------------------------------------------- the journal


def test_the_journal_lists_what_was_asked_and_how_it_was_answered(door, alice):
    alice.post("/orders?x=1", json={"note": "x"})

    listed = door.get("/requests").json()

    assert listed["count"] == 1
    [entry] = listed["requests"]
    assert (entry["method"], entry["path"], entry["query"]) == ("POST", "/orders", "x=1")
    assert (entry["operation"], entry["principal"], entry["status"]) == ("createOrder", "alice", 201)
    assert (entry["body"], entry["size"]) == ('{"note":"x"}', 12)
    assert entry["headers"]["content-type"] == "application/json"
    assert entry["at"].endswith("Z")
    assert entry["milliseconds"] >= 0


def test_the_journal_has_what_leads_nowhere_too_but_not_the_door(door, served):
    with served.client(None) as nobody:
        nobody.get("/nowhere")
        nobody.get("/orders")

    listed = door.get("/requests").json()["requests"]

    assert [(each["operation"], each["status"]) for each in listed] == [(None, 404), ("listOrders", 401)]
    assert [each["principal"] for each in listed] == [None, None]


def test_the_journal_has_what_went_wrong_on_purpose(door, alice):
    """How often a client tries again, and whether with the same key."""
    fault(door, operation="createOrder", status=503, times=1)
    fault(door, operation="createOrder", drop=True, times=1)

    alice.post("/orders", json={"note": "x"})
    with pytest.raises(httpx.TransportError):
        alice.post("/orders", json={"note": "y"})

    listed = door.get("/requests", params={"operation": "createOrder"}).json()["requests"]
    assert [(each["status"], each["body"]) for each in listed] == [
        (503, '{"note":"x"}'),
        (None, '{"note":"y"}'),
    ]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"operation": "listOrders"}, 2),
        ({"principal": "alice"}, 2),
        ({"operation": "listOrders", "principal": "bob"}, 1),
        ({"status": "204"}, 1),
        ({"principal": "nobody"}, 0),
    ],
)
def test_the_journal_is_asked_for_some_of_it(door, alice, served, asked, count):
    with served.client("bob") as bob:
        alice.get("/orders")
        bob.get("/orders")
        alice.post("/orders", json={})
        bob.get("/health")

    assert door.get("/requests", params=asked).json()["count"] == count
    assert door.delete("/requests", params=asked).json() == {"forgotten": count}
    assert door.get("/requests").json()["count"] == 4 - count


def test_the_journal_keeps_the_last_and_is_emptied(door, alice):
    for number in range(25):
        alice.get(f"/orders?n={number}")

    listed = door.get("/requests").json()["requests"]

    assert [each["query"] for each in listed] == [f"n={number}" for number in range(5, 25)]
    assert door.delete("/requests").json() == {"forgotten": 20}
    assert door.get("/requests").json() == {"requests": [], "count": 0}


def test_a_reset_of_one_empties_the_journal_of_theirs(door, alice, served):
    with served.client("bob") as bob:
        alice.get("/orders")
        bob.get("/orders")

    door.post("/reset", json={"principal": "alice"})

    assert [each["principal"] for each in door.get("/requests").json()["requests"]] == ["bob"]


def test_the_journal_shows_no_credentials(door, served):
    with served.client(None) as client:
        client.get("/orders", headers={"X-Shop-Key": "hidden-1", "Cookie": "a=hidden-2; b=hidden-3"})
        client.get("/orders?api_key=hidden-4&x=1", headers={"Authorization": "Bearer hidden-5"})
        client.get("/orders", headers={"Authorization": "hidden-6", "Proxy-Authorization": "Basic hidden-7"})

    listed = door.get("/requests").json()["requests"]

    shown = [{key: value for key, value in each.items() if key != "principal"} for each in listed]
    assert "hidden" not in str(shown)
    assert shown[0]["headers"]["cookie"] == "a=***; b=***"
    assert shown[1]["query"] == "api_key=***&x=1"
    assert shown[1]["headers"]["authorization"] == "Bearer ***"


def test_the_journal_keeps_the_beginning_of_a_long_body(door, alice):
    alice.post("/orders", json={"note": "x" * 20_000})

    [entry] = door.get("/requests").json()["requests"]

    assert (len(entry["body"]), entry["size"]) == (8192, 20_011)


def test_without_a_journal_one_hears_how_to_have_one(tmp_path):
    running = Server(str(shop(tmp_path)))

    answers = [
        httpx.request(method, f"{running.url}/_understudy/requests", verify=NO_TLS)
        for method in ("GET", "DELETE")
    ]
    running.stop()

    assert [each.status_code for each in answers] == [409, 409]
    assert "--journal 1000" in answers[0].json()["detail"]

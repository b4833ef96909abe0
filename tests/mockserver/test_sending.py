"""Callbacks and webhooks: sent when a state is entered or a transition made, and only to who may get them."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
import yaml
from harness import Server
from receiver import receiving

from mockserver.announcing import encoded
from mockserver.app import Settings
from mockserver.outbox import MOST_BYTES, MOST_WAITING, Message, Outbox
from mockserver.sending import allowed
from speckit.document import load
from speckit.pointer import ABSENT
from speckit.specification import specify

ROOT = Path(__file__).parents[2]
SHOP = Path(__file__).parent / "data" / "sending.yaml"
NAME = "print.changed"


@pytest.fixture(scope="module")
def server():
    """The print shop with a manual clock; nobody gave its webhook a URL."""
    server = Server(str(SHOP), "--clock", "manual", "--check-responses")
    yield server
    assert server.stop() == 0


@pytest.fixture
def client(server, token):
    with server.client(token) as client:
        yield client


def ordered(client, name="poster", scenario="", **tell):
    answer = client.post(
        "/prints",
        json={"name": name, "tell": tell, "secret": "s3cret"},
        headers={"Understudy-Scenario": scenario} if scenario else {},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def sent(server, token, **wanted):
    """What the control door says was sent; it answers when nothing is on its way."""
    return server.control("GET", "/sent", params={"principal": token, **wanted})["sent"]


def callbacks(server, token):
    return [each for each in sent(server, token) if "callback" in each]


def test_whoever_asked_is_called_back_when_time_has_passed(server, client, token):
    """A test of a client's receiver needs no poll in between: moving the clock is enough."""
    with receiving() as receiver:
        made = ordered(client, done=f"{receiver.url}/thanks?for=it")
        assert receiver.requests == []

        server.advance("PT2S")
        (told,) = callbacks(server, token)

    (came,) = receiver.requests
    assert (came.method, came.path) == ("PUT", "/thanks?for=it")
    assert came.headers["content-type"] == "application/json"
    assert came.headers["host"] == receiver.url.removeprefix("http://")
    assert came.body == {"event": "printed", "data": {"id": made, "name": "poster", "status": "printed"}}
    assert (told["state"], told["status"], told["attempts"]) == ("sent", 204, 1)
    assert (told["callback"], told["operation"]) == ("printed", "createPrint")


def test_the_url_is_that_of_the_request_that_made_the_resource(server, client, token):
    with receiving() as one, receiving() as other:
        first, second = ordered(client, done=one.url), ordered(client, done=other.url)
        server.advance("PT2S")
        assert len(callbacks(server, token)) == 2

    assert [each.body["data"]["id"] for each in one.requests] == [first]
    assert [each.body["data"]["id"] for each in other.requests] == [second]


def test_whoever_asked_for_nothing_is_told_nothing(server, client, token):
    ordered(client)
    ordered(client, scenario="jam", done="http://127.0.0.1:9")

    server.advance("PT2S")

    assert [each["callback"] for each in callbacks(server, token)] == ["jammed"]


def test_a_transition_sends_what_its_body_says_without_hidden_fields(server, client, token):
    with receiving() as receiver:
        made = ordered(client, scenario="jam", failed=f"{receiver.url}/no")
        server.advance("PT1S")
        callbacks(server, token)

    (came,) = receiver.requests
    assert came.path == "/no?print=failed"
    assert came.body == {"why": "paper", "print": {"id": made, "name": "poster", "status": "jammed"}}


@pytest.mark.parametrize(
    ("statuses", "state", "attempts"),
    [([503, 204], "sent", 2), ([500], "failed", 3), ([404], "failed", 1), ([302], "failed", 1)],
)
def test_it_is_tried_again_as_often_as_declared_where_that_may_help(
    server, client, token, statuses, state, attempts
):
    with receiving(*statuses) as receiver:
        ordered(client, scenario="jam", failed=receiver.url)
        server.advance("PT1S")
        (told,) = callbacks(server, token)

    assert (told["state"], told["attempts"], len(receiver.requests)) == (state, attempts, attempts)
    assert not any(each.path == "/elsewhere" for each in receiver.requests)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://192.0.2.1:9/x", "--allow-callbacks 192.0.2.1"),
        ("http://[2001:db8::1]/x", "this machine only"),
        ("http://0.0.0.0:9/x", "this machine only"),
        ("http://[::ffff:192.0.2.1]/x", "this machine only"),
        ("http://no-such-host.invalid/x", "--allow-callbacks no-such-host.invalid"),
        ("ftp://127.0.0.1/x", "none that messages go to"),
        ("http://user:secret@127.0.0.1/x", "none that messages go to"),
        ("http://127.0.0.1:99999/x", "no number up to 65535"),
        ("nonsense", "none that messages go to"),
    ],
)
def test_nothing_goes_where_it_may_not(server, client, token, url, why):
    ordered(client, done=url)
    server.advance("PT2S")

    (told,) = callbacks(server, token)

    assert (told["state"], told["attempts"]) == ("unsent", 0)
    assert why in told["detail"]


def test_the_log_says_once_for_each_host_how_to_let_messages_out():
    """Whoever waits for a callback looks there first; with --log-requests it tells of each message."""
    server = Server(str(SHOP), "--clock", "manual", "--log-requests")
    with receiving() as receiver, server.client("alice") as client:
        gone = receiver.url
        for url in ("http://192.0.2.1:9/a", "http://192.0.2.1:9/b", "http://192.0.2.2/x", receiver.url):
            ordered(client, done=url)
        server.advance("PT2S")
        sent(server, "alice")
    with server.client("alice") as client:
        ordered(client, done=gone)
        server.advance("PT2S")
        sent(server, "alice")

    assert server.stop() == 0
    hints = [each.strip() for each in server.errors if each.startswith("A message is not sent")]
    assert [each.rpartition("--allow-callbacks ")[2] for each in hints] == [
        f"192.0.2.{number} to let it." for number in (1, 2)
    ]
    told = [each for each in server.errors if each.startswith("The message printed is ")]
    assert [each.split()[4] for each in told] == ["unsent.", "unsent.", "unsent.", "sent.", "failed."]
    assert "It was answered 204." in told[3]
    assert "Nobody answers at 127.0.0.1" in told[4]
    assert f"The message {NAME} is unsent." in "\n".join(server.errors)


def test_the_log_warns_of_messages_that_may_not_go_out_without_being_asked():
    server = Server(str(SHOP), "--clock", "manual")
    with server.client("alice") as client:
        ordered(client, done="http://192.0.2.1:9/a")
        server.advance("PT2S")
        sent(server, "alice")

    assert server.stop() == 0
    (only,) = server.errors
    assert "--allow-callbacks 192.0.2.1" in only


def test_nobody_there_is_told_as_that(server, client, token):
    with receiving() as receiver:
        gone = receiver.url
    ordered(client, done=gone)
    server.advance("PT2S")

    (told,) = callbacks(server, token)

    assert (told["state"], told["status"]) == ("failed", None)
    assert "Nobody answers at 127.0.0.1" in told["detail"]


def test_a_webhook_without_a_url_is_listed_and_not_sent(server, client, token):
    """So a document may declare webhooks, and whoever plays it need not have a receiver."""
    made = ordered(client, name="quiet")
    server.advance("PT2S")
    client.delete(f"/prints/{made}")

    first, last = sent(server, token)

    assert (first["webhook"], first["state"], first["url"]) == (NAME, "unsent", None)
    assert f"--webhook {NAME}=URL" in first["detail"]
    assert last["body"] == f'{{"gone":"{made}","was":"printed"}}'


def test_no_request_waits_for_who_is_told(server, client, token):
    with receiving() as receiver:
        receiver.may_answer.clear()
        ordered(client, done=receiver.url)
        server.advance("PT2S")
        assert receiver.came.wait(20)

        assert client.get(f"/prints/{ordered(client)}").status_code == 200
        receiver.may_answer.set()

        assert [each["state"] for each in callbacks(server, token)] == ["sent"]


def test_a_reset_forgets_what_was_sent(server, client, token):
    ordered(client)
    assert sent(server, token)

    server.control("POST", "/reset", json={"principal": token})

    assert sent(server, token) == []


def test_in_one_world_messages_are_the_worlds():
    """Whoever asks at the door; who made the resource, or that nobody did, is told with each."""
    server = Server(str(SHOP), "--clock", "manual", "--one-world")
    with receiving() as receiver, server.client("alice") as client:
        made = ordered(client, done=receiver.url)
        server.advance("PT2S")
        client.delete(f"/prints/{made}")
        told = sent(server, "bob")
    alone = sent(server, "bob", resource="Print")
    reset = server.control("POST", "/reset", json={"principal": "bob"})
    left = server.control("GET", "/sent")

    assert server.stop() == 0
    assert [each["principal"] for each in told] == ["alice", "everybody", "everybody", "alice"]
    assert alone == told
    assert (reset["reset"], left["principal"], left["count"]) == (1, None, 0)


def played(*arguments):
    """What one life of two prints sends to a server of its own, without what depends on its port."""
    with receiving() as receiver:
        server = Server(str(SHOP), "--webhook", f"{NAME}={receiver.url}/hook", *arguments)
        try:
            with server.client("alice") as client:
                first, second = ordered(client, done=receiver.url), ordered(client)
                server.advance("PT5S")
                client.delete(f"/prints/{first}")
                told = server.control("GET", "/sent")["sent"]
        finally:
            server.stop()
    came = [
        (each.method, each.path, each.body, each.headers.get("x-signature")) for each in receiver.requests
    ]
    return came, [(each["number"], each["at"], each["id"]) for each in told], first, second


def test_messages_come_in_the_order_of_what_happened_and_are_the_same_again():
    came, told, first, second = played("--clock", "manual")

    assert came == [
        ("POST", "/hook", {"to": "queued", "id": first, "at": "2026-01-01T00:00:00.000Z"}, None),
        ("POST", "/hook", {"to": "queued", "id": second, "at": "2026-01-01T00:00:00.000Z"}, None),
        (
            "PUT",
            "/",
            {"event": "printed", "data": {"id": first, "name": "poster", "status": "printed"}},
            None,
        ),
        ("POST", "/hook", {"to": "printed", "id": first, "at": "2026-01-01T00:00:02.000Z"}, "for s3cret"),
        ("POST", "/hook", {"to": "printed", "id": second, "at": "2026-01-01T00:00:02.000Z"}, "for s3cret"),
        ("POST", "/hook", {"gone": first, "was": "printed"}, None),
    ]
    assert [number for number, _, _ in told] == [1, 2, 3, 4, 5, 6]
    assert played("--clock", "manual") == (came, told, first, second)


def test_with_a_real_clock_nobody_has_to_look():
    """The callback is what saves a client from polling."""
    with receiving() as receiver:
        server = Server(str(SHOP), "--speed", "20")
        try:
            with server.client("alice") as client:
                made = ordered(client, done=receiver.url)
            assert receiver.came.wait(20)
        finally:
            server.stop()

    assert receiver.requests[0].body["data"]["id"] == made


def test_a_server_that_ends_gives_up_what_waits_and_says_so():
    with receiving() as receiver:
        server = Server(str(SHOP), "--clock", "manual", "--webhook", f"{NAME}={receiver.url}")
        receiver.may_answer.clear()
        with server.client("alice") as client:
            ordered(client)
            ordered(client)
        assert receiver.came.wait(20)

        assert server.stop(signal.SIGTERM) == 0

    assert "2 messages to others were not sent: the server ends." in "".join(server.errors)
    assert len(receiver.requests) == 1


JOBS = {
    "openapi": "3.1.0",
    "info": {"title": "Jobs", "version": "1"},
    "paths": {
        "/jobs": {
            "post": {
                "operationId": "createJob",
                "parameters": [{"name": "tell", "in": "query", "schema": {"type": "string"}}],
                "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
                "responses": {"201": {"description": "Made.", "content": {"application/json": {}}}},
                "callbacks": {"finished": {"$request.query.tell": {"post": {"responses": {}}}}},
            }
        }
    },
    "webhooks": {"job.changed": {"post": {"responses": {}}}},
}
"""A document around the example of the reference page."""


def test_the_example_of_the_reference_page_does_what_it_says(tmp_path):
    page = (ROOT / "docs" / "reference" / "lifecycles.md").read_text()
    section = page.partition("### Telling others")[2]
    example = yaml.safe_load(section.partition("```yaml\n")[2].partition("```")[0])
    usual = {
        "identity": {"field": "/id", "generate": "$sequence"},
        "operations": {"createJob": {"role": "create"}},
    }
    file = tmp_path / "jobs.json"
    file.write_text(json.dumps(JOBS | {"x-resource-lifecycles": {"Job": usual | example}}))

    with receiving() as receiver:
        hook = f"job.changed={receiver.url}/hook"
        server = Server(str(file), "--clock", "manual", "--webhook", hook)
        try:
            with server.client("alice") as client:
                answer = client.post("/jobs", json={"name": "a"}, params={"tell": f"{receiver.url}/mine"})
                assert answer.status_code == 201, answer.text
            server.advance("PT5S")
            assert [each["state"] for each in server.control("GET", "/sent")["sent"]] == ["sent"] * 3
        finally:
            server.stop()

    assert [(each.path, each.headers.get("x-attempt")) for each in receiver.requests] == [
        ("/hook", None),
        ("/mine", "1"),
        ("/hook", None),
    ]
    assert receiver.requests[1].body == {"job": {"id": 1, "name": "a", "status": "done"}}


def test_an_application_without_a_server_sends_too(play):
    """A test client may run each request in a loop of its own, which ends with it."""
    with receiving() as receiver:
        address = {NAME: receiver.url}
        playing = play(specify(load(SHOP)), Settings(webhooks=address))
        with playing.client("alice") as client:
            ordered(client)
            told = client.get("/_understudy/sent").json()["sent"]
        apart = play(specify(load(SHOP)), Settings(webhooks=address))
        ordered(apart.client("alice"))
        ordered(apart.client("alice"))
        ended = apart.door("GET", "/sent")["sent"]

    assert [each["state"] for each in told] == ["sent"]
    assert {each["state"] for each in ended} <= {"sent", "dropped"}


def test_others_get_messages_once_they_are_named():
    open_to = allowed(["Hooks.Example.com", "10.0.0.0/8", "192.0.2.7"])

    assert open_to.admits("anything", "10.1.2.3")
    assert open_to.admits("hooks.example.com", "203.0.113.9")
    assert open_to.admits("anything", "192.0.2.7")
    assert open_to.admits("anything", "::1")
    assert not open_to.admits("example.com", "203.0.113.9")
    assert not allowed([]).admits("localhost", "203.0.113.9"), "it is the address that counts"


def test_no_name_server_is_asked_for_a_host_that_gets_nothing():
    """Whoever chooses a callback must not be able to make this machine ask around."""
    assert not allowed(["example.com"]).resolves("other.example.com")
    assert allowed(["example.com"]).resolves("EXAMPLE.com")
    assert allowed(["10.0.0.0/8"]).resolves("inside")
    assert all(allowed([]).resolves(each) for each in ("localhost", "a.localhost", "192.0.2.1", "::1"))


def test_whatever_a_template_yields_can_be_sent():
    assert encoded({"n": 2**70}) == b'{"n": 1180591620717411303424}'
    assert encoded("a=1&b=2") == b"a=1&b=2"
    assert encoded(ABSENT) == b""


def message(moment=0, **given):
    usual = {
        "world": "alice",
        "principal": "alice",
        "resource": "Print",
        "id": "p1",
        "name": "x",
        "operation": "",
        "method": "POST",
    }
    return Message(
        **{**usual, "moment": moment, "url": "http://127.0.0.1", "headers": (), "content": b"", **given}
    )


def test_the_outbox_holds_so_much_and_no_more():
    """A receiver that hangs must not fill the memory of the server."""
    outbox = Outbox()

    for _ in range(MOST_WAITING + 1):
        outbox.put(message())
    outbox.put(message(content=b"x" * (MOST_BYTES + 1)))

    assert len(outbox) == MOST_WAITING
    assert [each.state for each in outbox][-2:] == ["dropped", "unsent"]


def test_moves_of_several_worlds_are_told_in_the_order_of_their_moments():
    outbox = Outbox()

    with outbox.in_order():
        for moment in (5, 10, 7):
            outbox.put(message(moment))

    assert [each.message.moment for each in outbox] == [5, 7, 10]

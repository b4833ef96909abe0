"""What operations outside every lifecycle answer, over HTTP, with every response held to the document."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mockserver.app import Settings
from speckit.document import load
from speckit.specification import specify
from tests.mockserver.conftest import Playing

PLAIN = Path(__file__).parent / "data" / "plain.yaml"


def playing(seed=0):
    return Playing(specify(load(PLAIN)), Settings(seed=seed))


@pytest.fixture(scope="module")
def client():
    return playing().client("someone")


HALL = {"id": 0, "name": "string"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/halls", 200),
        ("GET", "/odd", 200),
        ("GET", "/old", 302),
        ("POST", "/odd", 418),
        ("GET", "/unsaid", 200),
        ("DELETE", "/halls/1", 204),
    ],
)
def test_the_answer_is_the_lowest_success_or_else_what_there_is(client, method, path, status):
    """As in Prism: 2xx, 2XX, default; then 3xx, then whatever is documented."""
    assert client.request(method, path).status_code == status


def test_what_never_has_content_has_none(client):
    """RFC 9110: a 204 with a body breaks the connection for some clients, whatever the document says."""
    assert client.delete("/halls/1").content == b""
    assert client.get("/old").headers["location"] == "/halls"
    assert client.head("/halls").content == b""
    assert int(client.head("/halls").headers["content-length"]) == len(client.get("/halls").content)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/csv"),
        ("application/xml, */*", "application/xml"),
        ("application/json;q=0.1, application/xml;q=0.9", "application/xml"),
        ("application/json;q=0, */*;q=0.1", "text/csv"),
        ("application/json; charset=utf-8", "application/json"),
        ("text/html, application/*;q=0.5", "application/json"),
    ],
)
def test_the_media_type_is_the_one_the_client_likes_best(client, accept, kind):
    headers = {"Accept": accept} if accept else {"Accept": ""}

    answer = client.get("/halls", headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)


def test_a_cache_learns_what_the_answer_depends_on(client):
    """Also a page of another origin's: the middleware for those has its own idea of this header."""
    assert client.get("/halls").headers.get_list("vary") == ["Origin, Accept"]
    page = client.get("/halls", headers={"Origin": "http://localhost:3000"})
    assert page.headers.get_list("vary") == ["Origin, Accept"]
    assert client.get("/old").headers.get_list("vary") == ["Origin"]


def test_each_media_type_is_written_as_such(client):
    def body(path, accept):
        return client.get(path, headers={"Accept": accept})

    assert body("/halls", "application/json").json() == [HALL]
    assert body("/halls", "text/csv").text == "id,name\r\n0,string\r\n"
    assert ElementTree.fromstring(body("/halls", "text/xml, application/xml").text)[0].attrib == {"id": "0"}
    assert body("/plan", "text/plain").text == "aaa-00"
    assert body("/plan", "text/event-stream").text == "data: open\n\n"
    assert body("/plan", "application/jsonl").text == "3\n"
    assert body("/plan", "application/pdf").content.startswith(b"%PDF")
    picture = body("/plan", "image/gif")
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/gif", b"GIF8")
    assert body("/plan", "image/*").content.startswith(b"\x89PNG")


def test_a_client_that_accepts_nothing_there_is_learns_what_there_is(client):
    answer = client.get("/halls", headers={"Accept": "image/png"})

    assert answer.status_code == 406
    assert "application/json, text/csv, application/xml" in answer.json()["detail"]


def test_the_same_request_has_the_same_answer_byte_for_byte():
    first, second = playing(seed=3).client("a"), playing(seed=3).client("b")

    assert first.get("/halls").content == second.get("/halls").content == first.get("/halls").content


def test_dynamic_answers_differ_by_number_and_seed_and_by_nothing_else():
    """Two runs of a test suite see the same data; two requests do not."""

    def three(seed, token):
        client = playing(seed).client(token)
        return [client.get("/halls", headers={"Prefer": "dynamic=true"}).text for _ in range(3)]

    assert len(set(three(1, "a"))) == 3
    assert three(1, "a") == three(1, "b") != three(2, "a")


def test_dynamic_answers_start_again_after_a_reset():
    """A reset makes the server as it was at the start."""
    server = playing()

    before = server.client("a").get("/halls?__dynamic=true").text
    server.door("POST", "/reset")

    assert server.client("a").get("/halls?__dynamic=true").text == before


@pytest.mark.parametrize(
    ("prefer", "accept", "status", "body"),
    [
        ("code=404", "", 404, {"code": 404, "message": "string"}),
        ("code=503", "", 503, {"code": 7, "message": "It went wrong."}),
        ("example=west", "", 200, {"id": 2, "name": "West"}),
        ("code=200, example=west", "", 200, {"id": 2, "name": "West"}),
        ('code="200"; example="west"', "", 200, {"id": 2, "name": "West"}),
        ("respond-async, code=200, wait=10", "", 200, {"id": 1, "name": "East"}),
        ("respond-async", "", 200, {"id": 1, "name": "East"}),
    ],
)
def test_a_client_may_prefer_a_status_or_an_example(client, prefer, accept, status, body):
    answer = client.get("/halls/1", headers={"Prefer": prefer, "Accept": accept})

    assert (answer.status_code, answer.json()) == (status, body)


def test_what_was_preferred_and_done_is_told(client):
    """RFC 7240, section 3."""
    answer = client.get("/halls/1", headers={"Prefer": "example=west; code=200"})

    assert answer.headers["preference-applied"] == "code=200, example=west"
    assert "preference-applied" not in client.get("/halls/1").headers
    assert "preference-applied" not in client.get("/halls/1", headers={"Prefer": "wait=1"}).headers


def test_the_query_may_say_it_too_unless_the_document_has_a_parameter_of_that_name(client):
    assert client.get("/halls/1?__code=404").status_code == 404
    assert client.get("/halls/1?__example=west").json()["name"] == "West"
    assert client.get("/halls/1?__code=404", headers={"Prefer": "code=200"}).status_code == 200
    assert client.get("/odd?__code=404").status_code == 200


def test_an_example_is_found_in_the_media_type_that_has_it(client):
    answer = client.get("/halls/1", headers={"Prefer": "example=markup", "Accept": "*/*"})

    assert answer.headers["content-type"] == "application/xml"
    assert answer.text == '<hall id="3"><name>South</name></hall>'


@pytest.mark.parametrize(
    ("path", "prefer", "told"),
    [
        ("/halls", "code=404", "listHalls has no response 404; it has 500, 203, 201, 200."),
        ("/halls", "code=many", "listHalls has no response many"),
        ("/halls", "code=99", "listHalls has no response 99"),
        ("/halls/1", "example=north", "no example 'north'; it has east, west, wrong, markup."),
        ("/halls", "example=east", "no example 'east'; it has none with a name."),
        ("/unsaid", "code=200", "getUnsaid has no response 200; it has no response."),
        ("/halls/1", "dynamic=yes", "The preference 'dynamic' is 'yes'; send dynamic=true or dynamic=false."),
        ("/halls/1?__dynamic=on", "", "send dynamic=true or dynamic=false"),
    ],
)
def test_what_the_document_does_not_have_is_told_with_what_it_has(client, path, prefer, told):
    answer = client.get(path, headers={"Prefer": prefer})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert told in answer.json()["detail"]


def test_an_example_that_breaks_its_schema_is_mended_and_said_to_be_wrong(caplog):
    """A client that checks what it gets must not fail because of the document's author."""
    client = playing().client("a")

    answer = client.put("/halls/1", json={"name": "x"})

    assert answer.json() == {"id": 0, "name": "string"}
    told = "The example of nameHall, 200 application/json breaks its schema, at /:"
    assert sum(told in message for message in caplog.messages) == 1
    client.put("/halls/1", json={"name": "x"})
    assert sum(told in message for message in caplog.messages) == 1


def test_what_is_only_for_requests_is_left_out(client):
    assert client.get("/odd").json() == {"key": "00000000-0000-4000-8000-000000000000"}


def test_headers_are_sent_as_documented(client):
    answer = client.post("/halls", json={"id": 4, "name": "New"})

    assert answer.headers["location"] == "http://localhost/halls/0"
    assert (answer.headers["x-limit"], answer.headers["x-kinds"]) == ("5", "a,b")
    assert answer.headers["link"] == '</halls>; rel="self"'
    assert int(answer.headers["content-length"]) == len(answer.content)


class TestRefusals:
    """Errors come as the operation documents them, and tell what is wrong where that says so."""

    def test_a_wrong_body_is_answered_with_the_documented_error(self, client):
        answer = client.post("/halls", json={"id": "one"})

        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
        assert answer.json()["code"] == 400
        assert '"name" is a required property' in answer.json()["message"]

    def test_an_example_keeps_all_but_its_message(self, client):
        answer = client.get("/halls/one")

        assert (answer.status_code, answer.json()["code"]) == (400, 7)
        assert "hallId" in answer.json()["message"]

    def test_a_message_too_long_for_its_schema_is_left_to_the_example(self, client):
        """A body that fits counts more than what it tells."""
        answer = client.get(f"/halls/{'x' * 400}")

        assert answer.json() == {"code": 7, "message": "It went wrong."}

    def test_a_range_is_as_good_and_a_problem_is_told_in_full(self, client):
        answer = client.post("/halls", json={"id": 1, "name": "a"}, headers={"Accept": "text/html"})

        assert (answer.status_code, answer.headers["content-type"]) == (406, "application/problem+json")
        assert answer.json()["status"] == 406
        assert "Accept is text/html" in answer.json()["detail"]

    def test_a_status_without_a_body_is_told_as_a_problem(self, client):
        """The document says which status; somebody still wants to know why."""
        answer = client.post("/halls", content="a", headers={"Content-Type": "text/plain"})

        assert (answer.status_code, answer.headers["content-type"]) == (415, "application/problem+json")
        assert "application/json" in answer.json()["detail"]

    def test_a_request_is_wrong_as_best_the_document_can_say_it(self, client):
        """There is no 400 nor 422; a 401 would say something else."""
        answer = client.put("/halls/1", json={})

        assert (answer.status_code, answer.headers["content-type"]) == (409, "text/plain")
        assert '"name" is a required property' in answer.text

    def test_an_error_is_in_the_media_type_the_client_accepts_if_it_can_be(self):
        client = playing().client("a", Prefer="code=404")

        assert client.get("/halls/1").headers["content-type"] == "application/json"
        xml = client.get("/halls/1", headers={"Accept": "application/xml"})
        assert xml.headers["content-type"] == "application/xml"
        assert ElementTree.fromstring(xml.text).findtext("message") == "string"

    def test_a_text_of_another_name_tells_it_where_no_example_says_what_it_is_for(self, client):
        assert "floor" in client.get("/plan?floor=top").json()["told"]

    def test_swagger_says_the_media_type_even_without_a_body(self, tmp_path):
        """Its `produces` holds for every response, and clients hold servers to it."""
        document = {
            "swagger": "2.0",
            "info": {"title": "Old", "version": "1"},
            "produces": ["application/xml", "application/json"],
            "paths": {
                "/lamps/{id}": {
                    "delete": {
                        "parameters": [{"name": "id", "in": "path", "required": True, "type": "integer"}],
                        "responses": {"200": {"description": "Gone"}, "400": {"description": "Wrong"}},
                    }
                }
            },
        }
        (tmp_path / "old.json").write_text(json.dumps(document))
        old = Playing(specify(load(tmp_path / "old.json"))).client("a")

        gone, wrong = old.delete("/lamps/1"), old.delete("/lamps/one")

        assert (gone.status_code, gone.content, gone.headers["content-type"]) == (
            200,
            b"",
            "application/json",
        )
        assert (wrong.status_code, wrong.headers["content-type"]) == (400, "application/json")
        assert "integer" in wrong.json()["detail"]

    def test_a_document_that_says_nothing_has_problems(self, client):
        answer = client.get("/nowhere")

        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


class TestAlive:
    """Operations with a lifecycle answer by it, unless a documented answer is asked for."""

    def test_a_documented_answer_can_be_forced_and_nothing_has_changed(self, farm):
        render = farm.create()["id"]
        before = farm.phase(render)

        forced = farm.http.post(f"/renders/{render}:cancel", headers={"Prefer": "code=409"})

        assert (forced.status_code, forced.headers["preference-applied"]) == (409, "code=409")
        assert farm.phase(render) == before

    def test_preferences_of_the_api_itself_and_dynamic_data_leave_it_alone(self, farm):
        render = farm.create()["id"]

        for prefer in ("respond-async, wait=10", "dynamic=true", "return=minimal"):
            answer = farm.http.get(f"/renders/{render}", headers={"Prefer": prefer})
            assert (answer.status_code, answer.json()["id"]) == (200, render)
            assert "preference-applied" not in answer.headers

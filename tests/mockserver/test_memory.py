"""However many ways of asking clients find, no more than so many are remembered."""

from __future__ import annotations

import pytest

from mockserver.evaluation import Frame, Request
from mockserver.samples.answering import Documented
from mockserver.samples.memory import MOST, Memory
from mockserver.samples.negotiating import Negotiated
from mockserver.samples.refusing import Refusals
from speckit.schema import Schemas

PROBLEM = {"type": "object", "properties": {"detail": {"type": "string"}}}
JSON = "application/json"


def asking(accept: str) -> Frame:
    return Frame(Request(raw={b"accept": accept.encode()}), 0, {})


@pytest.fixture
def documented(small):
    """One operation that fails in JSON, and is well in whatever is liked, or in XML."""

    def read(kind: str) -> Documented:
        contents = {"200": {kind: {}, JSON: {}}, "404": {JSON: {"schema": PROBLEM}}}
        responses = {code: {"description": "So.", "content": content} for code, content in contents.items()}
        data = small(paths={"/n": {"get": {"operationId": "n", "responses": responses}}})
        return Documented(data.operations["n"], data.document.data, Schemas(data.document.data))

    return read


def test_what_was_set_first_is_forgotten_first():
    memory: Memory[int, int] = Memory()

    for number in range(MOST + 2):
        memory[number] = number
    memory[MOST] = -1

    assert list(memory) == list(range(2, MOST + 2))
    assert memory[MOST] == -1


def test_refusals_are_not_kept_for_every_accept_header(documented):
    """Each is a compiled schema: a client that counts in its header must not fill the memory."""
    refusals = Refusals(documented(JSON))

    for number in range(MOST + 50):
        frame = asking(f"{JSON};v={number}, */*")
        frame.error = {"title": "Not Found", "status": 404, "detail": "There is none."}
        reply = refusals("notFound", frame)

        assert reply is not None
        assert reply.body == b'{"detail":"There is none."}'
    assert len(refusals._prepared) == MOST


def test_answers_in_any_media_type_are_not_kept_for_every_one(documented):
    """Where the document has a range of media types, what is in it is named by the client."""
    answers = documented("*/*")

    for number in range(MOST + 50):
        assert answers.prepared(200, f"text/x{number}").content_type == f"text/x{number}"
    assert len(answers._prepared) == MOST


def test_what_is_answered_in_is_not_kept_for_every_accept_header(documented):
    negotiated = Negotiated(documented("application/xml"))

    for number in range(MOST + 50):
        negotiated.check(asking(f"application/xml, text/x{number}").request)
    assert len(negotiated._chosen) == MOST

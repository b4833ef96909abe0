"""`speckit.wording`: what errors say for machines is what their status says."""

from __future__ import annotations

import pytest

from speckit.conventions import KINDS
from speckit.statuses import phrase, ranked

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
CODES = ["bad_request", "unauthorized", "not_found", "conflict", "out_of_space"]


def words(*listed):
    return {"type": "string", "enum": list(listed)}


def problem(**members):
    return {"type": "object", "required": list(members), "properties": members}


ERROR = problem(code=words(*CODES), message=TEXT)


def document(small, error, *statuses, **more):
    """One operation that documents `error` for `statuses`."""
    content = {"application/json": {"schema": error, **more}}
    parameter = {"name": "n", "in": "query", "schema": NUMBER}
    responses = {code: {"description": "Wrong.", "content": content} for code in statuses}
    get = {"parameters": [parameter], "responses": {"204": {"description": "Fine."}, **responses}}
    return small(paths={"/n": {"get": get}}, components={"schemas": {"Error": error}})


@pytest.fixture
def wished(small, play):
    """The body for `Prefer: code`, by default documented for just that status."""

    def wish(error, status, documented="", **more):
        client = play(document(small, error, documented or str(status), **more)).client()
        answer = client.get("/n", headers={"Prefer": f"code={status}"})
        assert answer.status_code == status
        return answer.json()

    return wish


@pytest.mark.parametrize(
    ("status", "listed", "word"),
    [
        (400, CODES, "bad_request"),
        (401, CODES, "unauthorized"),
        (404, CODES, "not_found"),
        (404, ["OTHER", "JOB_NOT_FOUND"], "JOB_NOT_FOUND"),
        (404, ["other", "notFound"], "notFound"),
        (404, ["Other", "Not Found"], "Not Found"),
        (
            404,
            ["https://example.com/other", "https://example.com/not-found"],
            "https://example.com/not-found",
        ),
        (404, ["400", "404"], "404"),
        (400, ["not_found", "validation_error"], "validation_error"),
        (401, ["INVALID_ARGUMENT", "UNAUTHENTICATED"], "UNAUTHENTICATED"),
        (409, CODES, "conflict"),
        (409, ["invalid_request", "already_exists"], "already_exists"),
        (413, ["not_found", "request_too_large"], "request_too_large"),
        (413, ["not_found", "bad_request"], "bad_request"),
        (415, ["a", "unsupported_media_type"], "unsupported_media_type"),
        (422, ["bad_request", "unprocessable"], "unprocessable"),
        (429, ["a", "rate_limited"], "rate_limited"),
        (500, ["a", "server_error"], "server_error"),
        (503, ["a", "internal"], "internal"),
        (404, ["red", "green"], "red"),
    ],
)
def test_of_the_words_that_a_code_can_be_it_is_the_one_for_the_status(wished, status, listed, word):
    body = wished(problem(code=words(*listed), message=TEXT), status)

    assert body["code"] == word


@pytest.mark.parametrize(
    ("error", "right"),
    [
        (problem(error=problem(type=words("other", "not_found"), status=NUMBER)), ("not_found", 404)),
        (problem(errors={"type": "array", "minItems": 1, "items": problem(code=words(*CODES))}), "not_found"),
        (problem(code={"anyOf": [words(*CODES), TEXT]}), "not_found"),
        (problem(code={"type": "string", "examples": CODES}), "not_found"),
        (problem(statusCode=NUMBER, message=TEXT, error=TEXT), "Not Found"),
        (problem(code={"type": "integer", "enum": [400, 404]}), 404),
        (problem(title=TEXT, detail=TEXT), "Not Found"),
        ({"oneOf": [problem(code={"const": "bad", "type": "string"}, message=TEXT), ERROR]}, "not_found"),
    ],
)
def test_wherever_it_stands(wished, error, right):
    told = str(wished(error, 404))

    assert all(str(each) in told for each in (right if isinstance(right, tuple) else (right,)))


def test_both_at_once_where_a_word_goes_with_a_number(wished):
    """No single change fits, for each branch has a word and a number of its own."""
    branches = [
        problem(code={"const": word}, status={"const": status})
        for word, status in (("bad_request", 400), ("not_found", 404))
    ]

    assert wished({"oneOf": branches}, 404) == {"code": "not_found", "status": 404}


@pytest.mark.parametrize(
    "error",
    [
        problem(code={"type": "integer", "maximum": 99}),
        problem(code={"type": "integer", "example": 40017}),
        problem(status=words("error", "fail")),
        problem(color=words("red", "not_found")),
    ],
)
def test_what_is_not_about_the_status_stays(wished, error):
    assert wished(error, 404) == wished(error, 409)


def test_an_example_for_just_this_status_stays(wished):
    example = {"code": "out_of_space", "message": "Full."}

    assert wished(ERROR, 404, example=example) == example
    assert wished(ERROR, 404, "4XX", example=example) == {**example, "code": "not_found"}


def test_an_example_of_any_status_keeps_a_number_of_its_own(wished):
    error = problem(code=NUMBER, status=NUMBER)

    assert wished(error, 404, "default", example={"code": 17, "status": 500}) == {"code": 17, "status": 404}


def test_an_example_asked_for_by_name_is_as_it_stands(small, play):
    example = {"code": "out_of_space", "message": "Full."}
    client = play(document(small, ERROR, "default", examples={"full": {"value": example}})).client()

    assert client.get("/n", headers={"Prefer": "code=404, example=full"}).json() == example


def test_other_data_says_its_status_too(small, play):
    client = play(document(small, ERROR, "404")).client()
    wish = {"Prefer": "code=404, dynamic=true"}

    assert {client.get("/n", headers=wish).json()["code"] for _ in range(9)} == {"not_found"}


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (ERROR, {"code": "bad_request", "message": "told"}),
        ({**ERROR, "required": ["message"]}, {"code": "bad_request", "message": "told"}),
        (problem(error=words("other", "invalid"), error_description=TEXT), "error_description"),
        (problem(error=words("other", "invalid"), because=TEXT), "because"),
        (problem(statusCode=NUMBER, error=TEXT, message=TEXT), "message"),
        (problem(title=TEXT, msg=TEXT), "msg"),
        (problem(error=TEXT), "error"),
    ],
)
def test_a_refusal_tells_people_in_a_text_of_its_own(small, play, error, left):
    body = play(document(small, error, "400")).client().get("/n?n=x").json()
    told = "The query parameter 'n' is 'x', which is not of type integer."

    if isinstance(left, str):
        assert body[left] == told
        assert [each for each in body.values() if each in ("invalid", 400, "Bad Request")] or left == "error"
    else:
        assert body == {name: told if each == "told" else each for name, each in left.items()}


def test_what_is_wrong_counts_more_than_the_status(small, play):
    error = problem(code=words("bad_request", "invalid_parameter"), message=TEXT)

    assert play(document(small, error, "400")).client().get("/n?n=x").json()["code"] == "invalid_parameter"


def test_the_same_status_has_the_word_for_its_reason():
    listed = [ranked(409, kind)[0][0] for kind in ("refused", "conflict")]

    assert listed == ["invalidstate", "conflict"]
    assert ranked(400, "payloadTooLarge")[1][0] == "payloadtoolarge"
    assert all(words for kind in KINDS for words in ranked(KINDS[kind][0], kind)[2:])


@pytest.mark.parametrize(
    ("status", "words"), [(404, "Not Found"), (413, "Content Too Large"), (422, "Unprocessable Content")]
)
def test_phrases_are_those_of_the_standard(status, words):
    assert phrase(status) == words


def test_a_status_of_nobodys_has_a_phrase():
    assert phrase(499) == "Error"

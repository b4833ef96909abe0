"""`mockserver.straying`: what a path that leads nowhere may have meant."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import pytest

from mockserver import straying
from mockserver.routing import Router
from mockserver.straying import Signpost, base_path
from speckit.document import Document
from speckit.operation import Operation
from speckit.specification import specify
from tests.mockserver.conftest import Playing

PATHS = ("/pets", "/pets/{id}", "/pets/{id}/photo", "/orders/")
SERVERS = [
    {"url": "/api/v3/"},
    {"url": "https://pets.example/{part}/v1", "variables": {"part": {"default": "eu"}}},
    {"url": "https://pets.example"},
    {"url": "http://[broken/api"},
]
OR = " or start the server with --base-path"


def signpost(servers=SERVERS, base=""):
    router = Router([Operation(path, "GET", path) for path in PATHS], ())
    return Signpost(router, PATHS, {"servers": servers}, base)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            "/api/v3/pets/1",
            f" The base path /api/v3 of `servers` is left out here; ask /pets/1,{OR} /api/v3.",
        ),
        ("/eu/v1/pets", f" The base path /eu/v1 of `servers` is left out here; ask /pets,{OR} /eu/v1."),
        ("/api/v3", ""),
        ("/api/v3/nothing", ""),
        ("/api/v30/pets", ""),
        ("/pets/", " Did you mean /pets?"),
        ("/orders", " Did you mean /orders/?"),
        ("/pet/1", " Did you mean /pets/1?"),
        ("/pets/1/foto", " Did you mean /pets/1/photo?"),
        ("/cars", ""),
        ("/", ""),
        ("/pet/" + "1" * 600, ""),
    ],
)
def test_it_says_which_path_would_work(path, said):
    """Only what leads somewhere is proposed."""
    assert signpost()(path) == said


def test_in_a_large_document_few_paths_are_looked_at_closely(monkeypatch):
    """A path that leads nowhere must not keep other requests waiting for a tenth of a second."""
    seen = []

    def close_matches(path, possible, *limits):
        seen.extend(possible)
        return get_close_matches(path, seen, *limits)

    monkeypatch.setattr(straying, "get_close_matches", close_matches)
    paths = [f"/v1/kind{number}/{{id}}/part{number}/{{no}}" for number in range(800)]
    large = Signpost(Router([Operation(path, "GET", path) for path in paths], ()), paths, {})

    assert large("/v1/kin777/some-id/part777/1") == " Did you mean /v1/kind777/some-id/part777/1?"
    assert len(seen) <= 50


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/pets/1", " The base path /v1 comes once; ask /v1/pets/1."),
        ("/pet/1", " Did you mean /v1/pets/1?"),
        ("/api/v3/pets/1", ""),
    ],
)
def test_below_a_base_path_it_says_the_whole_path(path, said):
    """What a client is to ask, not what the document has."""
    assert signpost(base="/v1")(path) == said


@pytest.mark.parametrize(
    ("servers", "path"),
    [
        (SERVERS, "/api/v3"),
        ([{"url": "https://a.example"}, {"url": "/v2"}], ""),
        ([{"url": "/v2/"}], "/v2"),
        ([{"url": "https://a.example/{v}", "variables": {"v": {"default": "v9"}}}], "/v9"),
        ([], ""),
        (None, ""),
    ],
)
def test_the_first_server_has_a_path(servers, path):
    assert base_path({"servers": servers}) == path


def test_a_document_without_servers_has_no_base_path():
    assert signpost(None)("/api/v3/pets/1") == ""


def test_the_answer_to_a_path_that_is_not_there_says_what_would_work():
    """A client that has the base path of the API in its configuration learns it here."""
    paths = {"/pets/{id}": {"get": {"responses": {"204": {"description": "Gone."}}}}}
    data = {"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "paths": paths, "servers": SERVERS}
    client = Playing(specify(Document(data, Path("pets.yaml")))).client("someone")

    answer = client.get("/api/v3/pets/%C3%A4")

    assert answer.status_code == 404
    assert answer.json()["detail"] == (
        "There is no path /api/v3/pets/ä in the document."
        f" The base path /api/v3 of `servers` is left out here; ask /pets/%C3%A4,{OR} /api/v3."
    )

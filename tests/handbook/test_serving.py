"""Where samples ask, and how a page connects that with what the document says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from handbook import serving
from handbook.page import MARKDOWN
from speckit.document import load


@pytest.mark.parametrize(
    ("urls", "asked"),
    [
        (["http://a.example/v1", "https://a.example/v1"], "https://a.example/v1"),
        (["ws://a.example", "http://a.example", "https://a.example"], "https://a.example"),
        (["http://a.example/v1", "https://b.example/v1"], "http://a.example/v1"),
        (["http://a.example"], "http://a.example"),
        (["//a.example/v1/"], "https://a.example/v1"),
        (["/v1"], "http://localhost:8080/v1"),
        (["/"], "http://localhost:8080"),
        ([], "http://localhost:8080"),
    ],
)
def test_samples_ask_the_first_server_and_safely_where_they_can(urls: list[str], asked: str) -> None:
    """Whoever pastes a sample sends a credential."""
    assert serving.asked({"servers": [{"url": url} for url in urls]}) == asked


def test_swagger_that_offers_both_is_asked_by_https(tmp_path: Path) -> None:
    swagger: dict[str, Any] = {
        "swagger": "2.0",
        "info": {"title": "A", "version": "1"},
        "host": "a.example",
        "basePath": "/v1",
        "schemes": ["http", "https"],
        "paths": {"/a": {"get": {"responses": {"200": {"description": "It."}}}}},
    }
    file = tmp_path / "a.yaml"
    file.write_text(yaml.safe_dump(swagger))

    assert serving.asked(load(file).data) == "https://a.example/v1"


@pytest.mark.parametrize(
    ("urls", "where", "said"),
    [
        (["https://a.example/"], "https://a.example", ""),
        (["/v1"], "http://localhost:8080/v1", "A URL without a host begins where the API is served. "),
        (
            ["/v1"],
            "http://localhost:8080/v1",
            "`http://localhost:8080/v1`, where `understudy serve` answers.",
        ),
        (["/v1"], "https://b.example", "The samples ask `https://b.example`."),
        (
            ["http://a.example", "https://a.example"],
            "https://a.example",
            "The samples ask `https://a.example`.",
        ),
        (
            [],
            "http://localhost:8080",
            "The document names no server. The samples ask `http://localhost:8080`, ",
        ),
    ],
)
def test_a_sentence_connects_the_servers_with_the_samples(urls: list[str], where: str, said: str) -> None:
    """A reader who sees `/` and is told to ask localhost would wonder."""
    told = serving.explained([{"url": url} for url in urls], where, MARKDOWN)

    assert said in told
    assert bool(said) == bool(told)

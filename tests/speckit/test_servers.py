"""`speckit.servers`: where a document says that its API is served."""

import pytest

from speckit.servers import filled, path

STAGE = {"stage": {"default": "live"}}


@pytest.mark.parametrize(
    ("url", "variables", "found"),
    [
        ("https://example.com/{stage}/{stage}", STAGE, "https://example.com/live/live"),
        ("https://example.com/{stage}", {"stage": {"default": ""}}, "https://example.com/"),
        ("https://example.com/{stage}", {"stage": {}}, "https://example.com/stage"),
        ("https://example.com/{stage}", {}, "https://example.com/{stage}"),
        ("https://example.com/{stage}", None, "https://example.com/{stage}"),
        ("/{a}/{b}", {"a": {"default": "{b}"}, "b": {"default": "{a}"}}, "/{b}/{a}"),
    ],
)
def test_variables_are_at_their_defaults(url, variables, found):
    """Also where the document says less than OpenAPI asks for; what a default has in braces is text."""
    assert filled({"url": url, "variables": variables}) == found


def test_a_server_without_a_url_has_none():
    assert filled({}) == ""


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://example.com/{stage}/v3/", "/live/v3"),
        ("/v3", "/v3"),
        ("//example.com/v3", "/v3"),
        ("https://example.com", ""),
        ("http://[x/v3", ""),
    ],
)
def test_a_server_has_a_path(url, found):
    """One that no client could read has none, and nobody stumbles over it."""
    assert path({"url": url, "variables": STAGE}) == found

"""Requests to documents of others, written as their clients write them."""

from __future__ import annotations

from functools import cache

import pytest
from real_documents import SPECS
from starlette.testclient import TestClient

from mockserver.app import build
from mockserver.clock import ManualClock
from speckit.document import load
from speckit.specification import specify

README = "readme-oas/3.0/yaml"
STYLES = f"{README}/parameters-style.yaml"
PAYMENTS = "stripe/openapi/spec3.json"
HUB = "github/cache/api.github.com.json"
MODELS = "openai/openapi.yaml"
AZURE = "azure-url/swagger/url.json"
HEADERS = "azure-header/swagger/header.json"
FORM = {"content-type": "application/x-www-form-urlencoded"}
BEARER = {"authorization": "Bearer t"}
PNG = ("a.png", b"\x89PNG\xff", "image/png")


@cache
def client(file):
    """A client of a document of the corpus."""
    if not (SPECS / file).exists():
        pytest.skip(f"{file} is not there; UNDERSTUDY_CORPUS names the folder of the corpus.")
    played = build(specify(load(SPECS / file)), clock=ManualClock())
    return TestClient(played, base_url="http://localhost", raise_server_exceptions=True)


def ask(file, method, path, **options):
    """The answer to one request, made with a token."""
    http = client(file)
    http.cookies.clear()
    headers = BEARER | options.pop("headers", {})
    return http.request(method, path, headers=headers, **options)


STYLE = "/anything"
SOUND = [
    (STYLES, "GET", "/cookies", {"headers": {"cookie": "primitive=a; array=b; array=c; name=d"}}),
    (
        STYLES,
        "POST",
        f"{STYLE}/headers/simple",
        {"headers": {"primitive": "a", "array": "b,c", "object": "name=d"}},
    ),
    (STYLES, "POST", f"{STYLE}/path/matrix/;primitive=a/;array=b;array=c/;name=d;description=e", {}),
    (STYLES, "POST", f"{STYLE}/path/label/.a/.b.c/.name=d.description=e", {}),
    (STYLES, "POST", f"{STYLE}/path/simple/a/b,c/name=d,description=e", {}),
    (STYLES, "POST", f"{STYLE}/query/form?primitive=a&array=b&array=c&name=d", {}),
    (STYLES, "GET", f"{STYLE}/query/pipeDelimited?array=b|c&object=name|d", {}),
    (STYLES, "GET", f"{STYLE}/query/deepObject?object[name]=d", {}),
    (
        f"{README}/file-uploads.yaml",
        "POST",
        f"{STYLE}/image-png",
        {"content": PNG[1], "headers": {"content-type": "image/png"}},
    ),
    (
        f"{README}/file-uploads.yaml",
        "PUT",
        f"{STYLE}/multipart-formdata",
        {"files": [("filename", PNG), ("filename", PNG)]},
    ),
    (PAYMENTS, "GET", "/v1/customers?created[gte]=5&limit=3&expand[]=data.sources", {}),
    (PAYMENTS, "GET", "/v1/customers?created=5", {}),
    (
        *(PAYMENTS, "POST", "/v1/customers"),
        {
            "content": "email=a%40b.c&metadata[order]=5&address[line1]=x&expand[]=subscriptions"
            "&invoice_settings[custom_fields][0][name]=n&invoice_settings[custom_fields][0][value]=v",
            "headers": FORM,
        },
    ),
    (
        PAYMENTS,
        "POST",
        "/v1/subscriptions",
        {"data": {"customer": "c", "items[0][quantity]": "2", "trial_end": "now"}},
    ),
    (PAYMENTS, "POST", "/v1/files", {"data": {"purpose": "dispute_evidence"}, "files": {"file": PNG}}),
    (HUB, "GET", "/repos/a/b/issues?labels=x,y&state=open&per_page=5", {}),
    (HUB, "POST", "/repos/a/b/issues", {"json": {"title": "x", "labels": ["a", {"name": "b"}]}}),
    (HUB, "GET", "/repos/a/b/compare/main...dev", {}),
    (HUB, "DELETE", "/repos/a/b/contents/x", {"json": {"message": "m", "sha": "s"}}),
    (HUB, "POST", "/markdown/raw", {"content": "# x", "headers": {"content-type": "text/plain"}}),
    (MODELS, "POST", "/files", {"data": {"purpose": "batch"}, "files": {"file": ("a.jsonl", b"{}\n{}")}}),
    (
        MODELS,
        "POST",
        "/files",
        {"data": {"purpose": "batch"}, "files": {"file": ("a.json", b"{", "application/json")}},
    ),
    (
        MODELS,
        "POST",
        "/images/edits",
        {"data": {"prompt": "x", "n": "2"}, "files": [("image[]", PNG), ("image[]", PNG)]},
    ),
    (
        *(MODELS, "POST", "/audio/transcriptions"),
        {
            "data": {"model": "whisper-1", "timestamp_granularities[]": ["word"], "temperature": "0.5"},
            "files": {"file": PNG},
        },
    ),
    (MODELS, "GET", "/organization/costs?start_time=1&group_by=project_id&group_by=line_item", {}),
    (AZURE, "GET", "/paths/bool/true/true", {}),
    (AZURE, "GET", "/paths/float/1.034E+20/103400000000000000000", {}),
    (AZURE, "GET", "/paths/string/empty/", {}),
    (AZURE, "GET", "/paths/enum/green%20color/green%20color", {}),
    (
        AZURE,
        "GET",
        "/queries/string/unicode/",
        {"params": {"stringQuery": "\u554a\u9f44\u4e02\u72db\u72dc\uf9f1\uf92c\uf9f1\ufa0c\ufa29"}},
    ),
    (HEADERS, "POST", "/header/param/prim/bool", {"headers": {"scenario": "true", "value": "false"}}),
]


@pytest.mark.parametrize(("file", "method", "path", "options"), SOUND, ids=lambda each: str(each)[-50:])
def test_a_request_as_a_client_writes_it_is_taken(file, method, path, options):
    answer = ask(file, method, path, **options)

    assert answer.status_code < 400, answer.text


WRONG = [
    (
        STYLES,
        "GET",
        f"{STYLE}/path/matrix/;primitive=a/b/;name=d",
        {},
        ["is not written", "array", "semicolon"],
    ),
    (PAYMENTS, "GET", "/v1/customers?created[gte]=soon&limit=x", {}, ["at gte", "'limit' is 'x'"]),
    (
        *(PAYMENTS, "POST", "/v1/subscriptions"),
        {"data": {"customer": "c", "items[0][quantity]": "two", "trial_end": "later"}},
        ["items/0/quantity", "trial_end"],
    ),
    (
        PAYMENTS,
        "POST",
        "/v1/payment_intents",
        {"json": {"amount": 1}},
        ["send application/x-www-form-urlencoded"],
    ),
    (
        *(HUB, "GET", "/repos/a/b/issues?state=ajar&per_page=x&since=yesterday"),
        *({}, ["'state' does not fit", "'since' does not fit", "'per_page' is 'x'"]),
    ),
    (HUB, "DELETE", "/repos/a/b/contents/x", {"json": {"message": "m"}}, ['"sha\\" is a required']),
    (
        *(MODELS, "POST", "/audio/transcriptions"),
        {
            "data": {"model": "m", "timestamp_granularities[]": ["nope"], "temperature": "hot"},
            "files": {"file": PNG},
        },
        ["at temperature", "at timestamp_granularities/0"],
    ),
    (MODELS, "POST", "/files", {"data": {"purpose": "batch"}}, ["send multipart/form-data"]),
    (
        MODELS,
        "POST",
        "/chat/completions",
        {"json": {"model": "m", "messages": [{"role": "user", "content": 5}]}},
        ["messages/0/content"],
    ),
    (AZURE, "GET", "/paths/bool/true/false", {}, ["boolPath"]),
    (
        HEADERS,
        "POST",
        "/header/param/prim/integer",
        {"headers": {"value": "x"}},
        ["'scenario' is required", "'value' is 'x'"],
    ),
]


@pytest.mark.parametrize(
    ("file", "method", "path", "options", "told"), WRONG, ids=lambda each: str(each)[-50:]
)
def test_a_request_that_does_not_fit_is_told_everything(file, method, path, options, told):
    answer = ask(file, method, path, **options)

    assert 400 <= answer.status_code < 500
    assert [each for each in told if each not in answer.text] == []

"""`mockserver.credentials`: which credentials open an operation, and what is said where none does."""

from __future__ import annotations

from base64 import b64encode

import pytest

from mockserver.answers import Refused
from mockserver.credentials import Gate, declared, unenforced
from mockserver.evaluation import Request
from mockserver.principals import Principals, principal
from speckit.operation import Operation

DATA = {
    "components": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "Bearer"},
            "basic": {"type": "http", "scheme": "basic"},
            "digest": {"type": "http", "scheme": "digest"},
            "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "query": {"type": "apiKey", "in": "query", "name": "key"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "sid"},
            "oauth": {"type": "oauth2", "flows": {}},
            "open": {"type": "openIdConnect", "openIdConnectUrl": "https://example.com"},
            "again": {"$ref": "#/components/securitySchemes/bearer"},
            "tls": {"type": "mutualTLS"},
            "odd": {"type": "scheme"},
            "lost": {"type": "apiKey", "in": "body", "name": "k"},
        }
    }
}
SCHEMES = declared(DATA)


def basic(text):
    return {"authorization": f"Basic {b64encode(text.encode()).decode()}"}


def operation(*requirements):
    security = tuple({name: () for name in each.split("+") if name} for each in requirements)
    return Operation("op", "GET", "/", security=security)


def gate(*requirements, principals=None, exact_case=False):
    """The gate of an operation that asks for one of `requirements`, each `"a+b"` for both."""
    return Gate(operation(*requirements), SCHEMES, principals or Principals(), exact_case=exact_case)


def who(asked, headers=None, query="", **options):
    """Who is let in; or the kind of the refusal, and its words."""
    try:
        raw = {name.encode(): value.encode("latin-1") for name, value in (headers or {}).items()}
        return gate(*asked, **options)(Request(raw=raw), query.encode()).name
    except Refused as refused:
        return f"{refused.kind}: {refused.detail}"


BEARER = {"authorization": "Bearer t1"}


@pytest.mark.parametrize(
    ("asked", "headers", "query", "name"),
    [
        (["bearer"], BEARER, "", "t1"),
        (["bearer"], {"authorization": "bearer t1"}, "", "t1"),
        (["again"], BEARER, "", "t1"),
        (["oauth"], BEARER, "", "t1"),
        (["open"], BEARER, "", "t1"),
        (["digest"], {"authorization": "Digest username=a"}, "", "username=a"),
        (["basic"], basic("ann:secret"), "", "ann:secret"),
        (["header"], {"x-key": "k1"}, "", "k1"),
        (["query"], {}, "a=b&key=k%201", "k 1"),
        (["cookie"], {"cookie": "a=b; sid=s1"}, "", "s1"),
        (["bearer", "header"], {"x-key": "k1"}, "", "k1"),
        (["header+query"], {"x-key": "k1"}, "key=k2", "k1"),
        (["header+basic+oauth"], BEARER | {"x-key": "k1"}, "", "k1"),
        (["basic+bearer"], basic("a:b"), "", "a:b"),
        (["header+query", "bearer"], BEARER | {"x-key": "k1"}, "", "t1"),
        (["bearer", ""], {}, "", "anonymous"),
        (["bearer", ""], BEARER, "", "t1"),
        ([], {}, "", "anonymous"),
        ([], BEARER, "", "t1"),
        (["tls"], {}, "", "anonymous"),
        (["tls+bearer"], BEARER, "", "t1"),
        (["nowhere"], {}, "", "anonymous"),
        (["odd", "lost"], {}, "", "anonymous"),
    ],
)
def test_a_credential_is_found_where_the_document_has_it(asked, headers, query, name):
    assert who(asked, headers, query) == name


@pytest.mark.parametrize(
    ("asked", "headers", "query", "detail"),
    [
        (["bearer"], {}, "", "The request names nobody; send a credential as Authorization: Bearer ...."),
        (["tls+bearer"], {}, "", "The request names nobody"),
        (
            ["header+query", "basic"],
            {},
            "",
            "in the header as X-Key and in the query as key or as Authorization",
        ),
        (["bearer"], basic("a:b"), "", "The header Authorization is not Bearer but Basic"),
        (["basic"], BEARER, "", "The header Authorization is not Basic but Bearer"),
        (["bearer"], {"authorization": "Bearer"}, "", "has nothing after Bearer"),
        (["bearer"], {"authorization": "x" * 500}, "", "but " + "x" * 40 + ";"),
        (["basic"], {"authorization": "Basic !"}, "", "is not user:password in Base64"),
        (["basic"], {"authorization": "Basic \xe4"}, "", "is not user:password in Base64"),
        (["header+query"], {"x-key": "k"}, "", "A credential in the header as X-Key is not enough"),
        (["header"], {"x-key": ""}, "", "The request names nobody"),
        (["query"], {}, "key=", "The request names nobody"),
    ],
)
def test_what_is_wrong_with_a_credential_is_told(asked, headers, query, detail):
    told = who(asked, headers, query)

    assert told.startswith("unauthorized: ")
    assert detail in told


def test_the_word_before_a_token_may_have_to_be_just_so():
    assert who(["bearer"], BEARER, exact_case=True) == "t1"
    told = who(["bearer"], {"authorization": "bearer t1"}, exact_case=True)
    assert "says bearer" in told
    assert "send a credential as Authorization: Bearer" in told


def test_of_several_credentials_one_that_is_known_counts():
    known = Principals({"k1": principal("alice")})

    assert who(["bearer", "header"], BEARER | {"x-key": "k1"}, principals=known) == "alice"
    assert "is nobody's" in who(["bearer", "header"], BEARER | {"x-key": "k2"}, principals=known)
    assert "is nobody's" in who(["bearer", ""], BEARER, principals=known)


@pytest.mark.parametrize(
    ("asked", "challenge"),
    [
        (["bearer"], "Bearer"),
        (["oauth", "bearer"], "Bearer"),
        (["basic"], 'Basic realm="understudy"'),
        (["bearer", "basic"], 'Bearer, Basic realm="understudy"'),
        (["digest"], "digest"),
        (["header"], "Bearer"),
        ([], "Bearer"),
    ],
)
def test_a_refusal_says_how_to_be_known(asked, challenge):
    """RFC 9110: a 401 has a challenge for each way in; a key of an API's own has no name there."""
    assert gate(*asked).challenge == challenge


def test_what_nobody_checks_is_told():
    told = unenforced([operation("tls+bearer", "odd"), operation("lost", "nowhere", "tls")], SCHEMES)

    assert told == [
        "The security scheme 'tls' is not enforced: certificates of clients are not asked for.",
        "The security scheme 'odd' is not enforced: 'scheme' is no type of scheme.",
        "The security scheme 'lost' is not enforced: its key has no name, or no place that is header, "
        "query or cookie.",
        "The security scheme 'nowhere' is not enforced: the document does not declare it.",
    ]

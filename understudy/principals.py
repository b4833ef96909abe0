"""Who asks, and the headers by which a document wants each of them to be known."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import click

from contracts.exchange import Exchange
from contracts.report.manner import variables
from speckit.expression import sources
from speckit.faults import did_you_mean
from speckit.operation import Operation
from speckit.references import deref
from speckit.specification import Specification

DEFAULT = ("alice", "bob")
"""Who asks if nobody is named; a name is the token too."""

Headers = dict[str, str]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_FIELD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.1
_SECRET_FIELD = re.compile(r"auth|cookie|key|password|secret|session|token", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Principals:
    """Who asks: names to tokens, the first one most of the time."""

    tokens: Mapping[str, str]
    is_default: bool = False

    @property
    def secrets(self) -> dict[str, str]:
        """The tokens nobody else may see, by the name of a shell variable; one that is a name is none."""
        named = variables("TOKEN", self.tokens)
        return {named[name]: token for name, token in self.tokens.items() if token != name}


def principals(given: Sequence[str]) -> Principals:
    """Return who asks by the values of `--principal`; `alice` and `bob` where there are none.

    `NAME` alone takes the token from the environment, so that it does not show in the list of processes.

    Raises:
        click.UsageError: a value is not `NAME=TOKEN`, or there is no such token.
    """
    if not given:
        return Principals({name: name for name in DEFAULT}, is_default=True)
    names = [value.partition("=")[0] for value in given]
    for name in names:
        if not _NAME.fullmatch(name):
            raise click.UsageError(f"--principal '{name}' is no name. Write --principal alice=TOKEN.")
        if names.count(name) > 1:
            raise click.UsageError(f"--principal {name} is given twice. Give each name once.")
    kept = variables("TOKEN", names)
    return Principals({name: _token(value, kept[name]) for name, value in zip(names, given, strict=True)})


def has_token(name: str, names: Iterable[str]) -> bool:
    """Return whether the environment holds the token of one of `names`."""
    return bool(os.environ.get(variables("TOKEN", names)[name]))


def _token(value: str, variable: str) -> str:
    name, equals, token = value.partition("=")
    found = token if equals else os.environ.get(variable, "")
    if not found:
        raise click.UsageError(
            f"--principal {name} has no token. Write --principal {name}=TOKEN, or set {variable}."
        )
    if not found.isprintable() or not found.isascii():
        raise click.UsageError(
            f"The token of {name} holds a character that no header can. Is it the right one?"
        )
    return found


def roles(given: Iterable[str], known: Principals) -> dict[str, frozenset[str]]:
    """Return the roles by principal, of the values of `--role`.

    Raises:
        click.UsageError: a value is not `PRINCIPAL=ROLE`, or names nobody who asks.
    """
    found: dict[str, frozenset[str]] = {}
    for name, role in pairs("role", given, "PRINCIPAL=ROLE"):
        if name not in known.tokens:
            raise click.UsageError(
                f"--role {name}={role}: nobody called '{name}' asks. {did_you_mean(name, known.tokens)}"
            )
        found[name] = found.get(name, frozenset()) | {role}
    return found


def check_params(given: Iterable[str], specification: Specification) -> None:
    """Refuse values for what no operation has.

    Raises:
        click.UsageError: there is one.
    """
    names = set(_parameters(specification))
    for name, value in pairs("param", given, "NAME=VALUE"):
        if name not in names:
            raise click.UsageError(
                f"--param {name}={value}: no operation has a parameter '{name}'. "
                f"{did_you_mean(name, names)}".rstrip()
            )


def check_headers(given: Iterable[str], specification: Specification) -> None:
    """Refuse headers that the judge makes itself, each time another.

    Raises:
        click.UsageError: there is one.
    """
    rules = [rule for known in specification.lifecycles.values() for rule in known.rules.values()]
    made = {rule.idempotency_header.lower() for rule in rules}
    if any(known.etag for known in specification.lifecycles.values()):
        made |= {"if-match", "if-none-match"}
    for name in given:
        if name.lower() in made:
            raise click.UsageError(
                f"--header '{name}': the judge makes that header itself, another for each request that is to "
                "have one; the same with every request would make different requests one. Leave it out."
            )


def _parameters(specification: Specification) -> Iterator[str]:
    """Yield every name that a value may be given for: of a parameter, or of a member that names a parent."""
    for operation in specification.operations.values():
        yield from (each.name for each in operation.parameters)
    for lifecycle in specification.lifecycles.values():
        yield from (parent.param for parent in lifecycle.parents.values() if parent.param)
        rules = lifecycle.rules.values()
        changed = [template for rule in rules for _, template in rule.change]
        for template in [*(template for _, template in lifecycle.initially), *changed]:
            asked = (each for each in sources(template) if each.kind == "request.body" and each.pointer)
            yield from (str(each.pointer[-1]) for each in asked)


def headers(given: Iterable[str]) -> Headers:
    """Return headers by name, of the values of `--header`.

    Raises:
        click.UsageError: a value is not `NAME: VALUE`.
    """
    found: Headers = {}
    for line in given:
        name, colon, value = line.partition(":")
        if not colon or not _FIELD.fullmatch(name) or not value.strip().isprintable():
            raise click.UsageError(f"--header '{line}' is no header. Write --header 'X-Tenant: 5'.")
        found[name] = value.strip()
    return found


def secret_headers(given: Mapping[str, str]) -> dict[str, str]:
    """Return the values of those headers whose name says that they are secret, by shell variable."""
    named = variables("HEADER", given)
    return {named[name]: value for name, value in given.items() if value and _SECRET_FIELD.search(name)}


def recorded_secrets(exchanges: Iterable[Exchange], specification: Specification) -> dict[str, str]:
    """Return the credentials that recorded traffic holds, by shell variable."""
    schemes = _schemes(specification.document.data).values()
    in_query = {scheme["name"] for scheme in schemes if scheme.get("in") == "query"}
    found: dict[str, str] = {}
    for exchange in exchanges:
        queried = (value for name, value in parse_qsl(urlsplit(exchange.url).query) if name in in_query)
        for secret in (*_parts(exchange.credential), *queried):
            found.setdefault(secret, exchange.call.principal or "nobody")
    named = variables("TOKEN", [f"{name} {number}" for number, name in enumerate(found.values(), 1)])
    return dict(zip(named.values(), found, strict=True))


def _parts(credential: Mapping[str, str]) -> Iterator[str]:
    """Yield what is secret in headers: a scheme's word and the names of cookies are not."""
    for name, value in credential.items():
        if name.lower() == "cookie":
            yield from filter(None, (part.partition("=")[2].strip() for part in value.split(";")))
        else:
            yield value.split(" ", 1)[-1]


def pairs(option: str, given: Iterable[str], form: str) -> list[tuple[str, str]]:
    """Return the two sides of each value, which is written `form`.

    Raises:
        click.UsageError: one is not.
    """
    found = []
    for value in given:
        name, equals, rest = value.partition("=")
        if not equals or not name or not rest:
            raise click.UsageError(f"--{option} '{value}' is not of the form {form}.")
        found.append((name, rest))
    return found


def credentials(specification: Specification, token: str) -> Headers:
    """Return the headers that make whoever has `token` known to every operation.

    Of several ways that an operation leaves open, one that is sent already is
    taken, else a bearer token, else the first. Where the document asks for
    nothing, a bearer token is sent.

    Raises:
        click.UsageError: an operation asks for what no header can carry, or two contradict each other.
    """
    schemes = _schemes(specification.document.data)
    sent: Headers = {}
    for operation in specification.operations.values():
        sent |= _chosen(operation, schemes, token, sent)
    return sent or _bearer(token)


def _schemes(data: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    listed = data.get("components", {}).get("securitySchemes", {})
    return {name: deref(data, node) for name, node in listed.items()}


def _chosen(
    operation: Operation, schemes: Mapping[str, Mapping[str, Any]], token: str, sent: Headers
) -> Headers:
    """Return the headers of the way that adds the least to `sent`."""
    asked = [requirement for requirement in operation.security if requirement]
    ways = [
        way
        for requirement in asked
        if (way := _way([schemes[name] for name in requirement], token)) is not None
        if all(sent.get(name, value) == value for name, value in way.items())
    ]
    if asked and not ways:
        raise click.UsageError(_impossible(operation, schemes))
    return min(ways, key=lambda way: (len(way.keys() - sent), way != _bearer(token)), default={})


def _way(schemes: Sequence[Mapping[str, Any]], token: str) -> Headers | None:
    """Return the headers that all `schemes` together ask for; None where that cannot be."""
    found: Headers = {}
    for scheme in schemes:
        header = _header(scheme, token)
        if header is None:
            return None
        (name, value), *_ = header.items()
        if name == "Cookie" and name in found:
            value = f"{found[name]}; {value}"
        elif found.get(name, value) != value:
            return None
        found[name] = value
    return found


def _header(scheme: Mapping[str, Any], token: str) -> Headers | None:
    """Return what one security scheme asks for (OpenAPI 3.1, section 4.8.27); None where it is no header."""
    match scheme.get("type"), str(scheme.get("in") or scheme.get("scheme")).lower():
        case "apiKey", "header":
            return {scheme["name"]: token}
        case "apiKey", "cookie":
            return {"Cookie": f"{scheme['name']}={token}"}
        case ("apiKey", _) | ("mutualTLS", _):
            return None
        case "http", "basic":
            user = token if ":" in token else f"{token}:"
            return {"Authorization": f"Basic {base64.b64encode(user.encode()).decode()}"}
    return _bearer(token)


def _bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def _impossible(operation: Operation, schemes: Mapping[str, Mapping[str, Any]]) -> str:
    wanted = [schemes[name] for requirement in operation.security for name in requirement]
    query = next((scheme["name"] for scheme in wanted if scheme.get("in") == "query"), None)
    if query is not None:
        return (
            f"{operation.id} wants its key in the query ('{query}'), and who asks is told by headers. "
            "Let the document allow a header too, or judge the other operations with --only TAG."
        )
    return (
        f"{operation.id} wants to know the caller in a way that cannot be sent together with what the other "
        "operations want. Judge them apart, with --only TAG."
    )

"""Who may call an operation, and where the credential goes, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from handbook import prose, raw
from handbook.prose import code, listed
from handbook.raw import Data, Node
from speckit.operation import Operation

CREDENTIAL = "YOUR_API_KEY"
TOKEN = "YOUR_ACCESS_TOKEN"
"""What the reader is to replace: a key that they have, and a token that they have to get first."""
_PLACES = {"header": "the header", "cookie": "the cookie", "query": "the query parameter"}
_ADDRESSES = {
    "authorizationUrl": "authorise at",
    "tokenUrl": "get a token at",
    "refreshUrl": "renew it at",
    "deviceAuthorizationUrl": "show the device's code at",
}


def markdown(
    data: Data, operation: Operation, form: str, *, roles: Sequence[str] = (), forbidden: int | None = None
) -> str:
    """Return what a caller needs.

    Args:
        roles: The roles of which one is needed.
        forbidden: The status for a caller who has none of them.
    """
    ways = [each for each in operation.security if each]
    parts = [_lead(operation, len(ways))]
    described = [_way(data, each, form) for each in ways]
    parts += described if len(described) < 2 else ["\n".join(f"-   {each}" for each in described)]
    if roles:
        parts.append(_roles(roles, forbidden, form))
    return "\n\n".join(filter(None, parts))


def _lead(operation: Operation, ways: int) -> str:
    if not ways:
        return "No authentication is needed."
    if len(operation.security) > ways:
        return (
            "Authentication is optional. With it, a request carries:"
            if ways == 1
            else ("Authentication is optional. With it, a request carries one of these:")
        )
    return "" if ways == 1 else "A request carries one of these:"


def _way(data: Data, requirement: Mapping[str, Sequence[str]], form: str) -> str:
    """Return all schemes that are needed together."""
    said = [scheme_words(name, raw.scheme(data, name), form, scopes) for name, scopes in requirement.items()]
    return " **And:** ".join(said)


def scheme_words(name: str, scheme: Node, form: str, scopes: Sequence[str] = ()) -> str:
    """Return where the credential goes, and what the document says of the scheme, on one line."""
    parts = [_placed(name, scheme, form)]
    if scopes:
        described = scope_texts(scheme)
        named = [_scope(each, described.get(each), form) for each in scopes]
        parts.append(f"Scope{'s' if len(scopes) > 1 else ''}: {listed(named)}.")
    parts += [prose.cell(scheme.get("description"), form), *_flows(scheme, form)]
    return " ".join(filter(None, parts))


def scope_texts(scheme: Node) -> dict[str, str]:
    """Return what each scope of a scheme allows, by its name; empty where there are none."""
    flows = scheme.get("flows")
    found = flows.values() if isinstance(flows, Mapping) else ()
    scopes = [flow.get("scopes") for flow in found if isinstance(flow, Mapping)]
    return {str(k): str(v or "") for each in scopes if isinstance(each, Mapping) for k, v in each.items()}


def _scope(name: str, about: str | None, form: str) -> str:
    words = prose.cell(about, form).rstrip(".")
    return f"{code(name, form)} ({words})" if words else code(name, form)


def _placed(name: str, scheme: Node, form: str) -> str:
    kind, word = scheme.get("type"), str(scheme.get("scheme", "")).lower()
    if kind == "apiKey":
        return _key(scheme, form)
    if kind == "http" and word == "basic":
        header = code("Authorization: Basic …", form)
        return f"User name and password: {header}, where `…` is `user:password` in Base64."
    if kind == "http" and word not in ("", "bearer"):
        return f"The header {code(f'Authorization: {word.capitalize()} …', form)}."
    if kind == "mutualTLS":
        return "A client certificate (mutual TLS)."
    if kind in ("http", "oauth2", "openIdConnect"):
        what = {"oauth2": "An OAuth 2.0 access token", "openIdConnect": "An OpenID Connect token"}
        token = TOKEN if kind in what else CREDENTIAL
        return f"{what.get(kind, 'A bearer token')}: {code(f'Authorization: Bearer {token}', form)}."
    return f"The scheme {code(name, form)}."


def _key(scheme: Node, form: str) -> str:
    place, name = scheme.get("in"), scheme.get("name", "")
    shown = {"header": f"{name}: {CREDENTIAL}", "cookie": f"Cookie: {name}={CREDENTIAL}"}
    text = shown.get(str(place), f"?{name}={CREDENTIAL}")
    return (
        f"A key in {_PLACES.get(str(place), 'the query parameter')} {code(name, form)}: {code(text, form)}."
    )


def _flows(scheme: Node, form: str) -> Iterator[str]:
    if address := scheme.get("openIdConnectUrl"):
        yield f"Discovery: {prose.link(prose.plain(address), address)}."
    flows = scheme.get("flows")
    for name, flow in flows.items() if isinstance(flows, Mapping) else ():
        if isinstance(flow, Mapping):
            steps = [
                f"{words} {prose.link(prose.plain(flow[key]), flow[key])}"
                for key, words in _ADDRESSES.items()
                if flow.get(key)
            ]
            yield f"Flow {code(name, form)}: {listed(steps)}." if steps else f"Flow {code(name, form)}."


def _roles(roles: Sequence[str], forbidden: int | None, form: str) -> str:
    needed = listed([code(each, form) for each in roles], "or")
    word = "the role" if len(roles) == 1 else "one of the roles"
    refused = f" Without it the answer is `{forbidden}`." if forbidden else ""
    return f"The caller needs {word} {needed}.{refused}"

"""Who puts a resource into being where the API itself cannot: a URL, or a function."""

from __future__ import annotations

import importlib
import os
import ssl
import sys
from collections.abc import Callable, Mapping
from typing import Any

import click
import httpx2

from contracts.verdict import Provide
from understudy.principals import Principals

_SECONDS = 30.0
_CONFLICT = 409
_MOST_SAID = 200
"""How many characters of a refusal are told."""


class ProviderFailed(Exception):
    """Whoever sets things up did not answer as agreed."""


def from_url(url: str, principals: Principals, *, verify: bool = True) -> Provide:
    """Return what asks `url` as the control door is asked: `{"principal", "resource", "state", "fields"}`.

    An answer in the 200s holds the resource's `fields`; any other means that
    it cannot be done, and is told on stderr once, with what it says. The principal
    is named by its token and, where that is refused, by its name; not after
    409, which says that the principal is known and something is in the way.

    Raises:
        ProviderFailed: when called: nobody answers, or the answer is no such object.
    """
    told: set[tuple[str, str, int]] = set()
    trusted = _trusted(verify)

    def provide(
        principal: str, resource: str, state: str, fields: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        asked = {"resource": resource, "state": state, "fields": dict(fields)}
        token = principals.tokens.get(principal, principal)
        for name in dict.fromkeys([token, principal]):
            answer = _post(url, trusted, {"principal": name, **asked})
            if answer.is_success:
                return _fields(answer, url)
            if answer.status_code == _CONFLICT:
                break
        if (resource, state, answer.status_code) not in told:
            told.add((resource, state, answer.status_code))
            why = ", ".join(filter(None, [str(answer.status_code), _said(answer).replace(token, principal)]))
            click.echo(f"{url} does not provide {resource} in state '{state}': {why}", err=True)
        return None

    return provide


def _said(answer: httpx2.Response) -> str:
    """Return what a refusal says in words: the detail of a problem (RFC 9457), or the text itself."""
    try:
        body = answer.json()
    except ValueError:
        body = answer.text
    if isinstance(body, dict):
        body = next((body[name] for name in ("detail", "title", "message", "error") if name in body), "")
    plain = " ".join(body.split()) if isinstance(body, str) else ""
    return "".join(filter(str.isprintable, plain))[:_MOST_SAID]


def _trusted(verify: bool) -> ssl.SSLContext:
    """Return which certificates are trusted; made once, for it takes longer than a request."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _post(url: str, trusted: ssl.SSLContext, body: Mapping[str, Any]) -> httpx2.Response:
    try:
        return httpx2.post(url, json=body, timeout=_SECONDS, verify=trusted)
    except httpx2.HTTPError as problem:
        why = str(problem) or type(problem).__name__
        raise ProviderFailed(f"--provider-url {url} does not answer: {why}") from None


def _fields(answer: httpx2.Response, url: str) -> Mapping[str, Any]:
    try:
        fields = answer.json()["fields"]
    except (ValueError, TypeError, KeyError):
        fields = None
    if not isinstance(fields, dict):
        raise ProviderFailed(f"--provider-url {url} answered without 'fields', the resource's own.")
    return fields


def from_function(name: str, principals: Principals) -> Provide:
    """Return the function `MODULE:FUNCTION`, looked up from the current folder as well.

    It is asked as a URL is: the principal is named by its token and, where that gives None, by its name.

    Raises:
        click.UsageError: there is none.
    """
    module, colon, attribute = name.partition(":")
    if not colon or not module or not attribute:
        raise click.UsageError(f"--provider '{name}' is not of the form MODULE:FUNCTION.")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        function = getattr(importlib.import_module(module), attribute, None)
    except Exception as problem:  # the module is somebody else's, and may fail as it likes
        why = f"{type(problem).__name__}: {problem}"
        raise click.UsageError(f"--provider {name}: '{module}' cannot be imported. {why}") from None
    if not callable(function):
        raise click.UsageError(f"--provider {name}: '{module}' has no function '{attribute}'.")
    return _by_token(_guarded(function, name), name, principals)


def _by_token(function: Provide, name: str, principals: Principals) -> Provide:
    told: set[tuple[str, str]] = set()

    def provide(
        principal: str, resource: str, state: str, fields: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        for known_as in dict.fromkeys([principals.tokens.get(principal, principal), principal]):
            if (made := function(known_as, resource, state, fields)) is not None:
                return made
        if (resource, state) not in told:
            told.add((resource, state))
            click.echo(f"--provider {name} does not provide {resource} in state '{state}'.", err=True)
        return None

    return provide


def _guarded(function: Callable[..., Any], name: str) -> Provide:
    def provide(
        principal: str, resource: str, state: str, fields: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        try:
            made = function(principal, resource, state, fields)
        except Exception as problem:  # the function is somebody else's, and may fail as it likes
            why = f"{type(problem).__name__}: {problem}"
            raise ProviderFailed(f"--provider {name} failed for {resource} '{state}'. {why}") from problem
        if made is not None and not isinstance(made, Mapping):
            raise ProviderFailed(f"--provider {name} returned {type(made).__name__}, not a mapping or None.")
        return made

    return provide

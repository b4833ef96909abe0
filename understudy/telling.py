"""The options of `understudy serve` that say where webhooks go, and who may get messages."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

import click

from mockserver.announcing import all_notices
from mockserver.sending import Allowed, allowed
from speckit.faults import did_you_mean
from speckit.specification import Specification


def addresses(given: Iterable[str], specification: Specification) -> dict[str, str]:
    """Return the URL of each webhook that was given one as `NAME=URL`.

    Raises:
        click.UsageError: it is written wrongly, or nothing sends that webhook.
    """
    notices = (each for life in specification.lifecycles.values() for each in all_notices(life))
    known = list(dict.fromkeys(each.name for each in notices if not each.operation))
    found = {}
    for text in given:
        name, _, url = text.partition("=")
        if not _is_url(url):
            raise click.UsageError(f"--webhook '{text}': write it like NAME=http://localhost:9000/hooks.")
        if name not in known:
            hint = did_you_mean(name, known) or "A state or transition has to say 'sends: {webhook: NAME}'."
            raise click.UsageError(f"--webhook {name}: nothing in the document sends it. {hint}")
        found[name] = url
    return found


def admitted(named: Iterable[str]) -> Allowed:
    """Return whom messages may be sent to.

    Raises:
        click.UsageError: what is named is neither a host nor a network.
    """
    try:
        return allowed(named)
    except ValueError as problem:
        hint = "Write it like hooks.example.com, 10.0.0.7 or 10.0.0.0/8."
        raise click.UsageError(f"--allow-callbacks: {problem} {hint}") from problem


def _is_url(text: str) -> bool:
    try:
        url = urlsplit(text)
    except ValueError:
        return False
    return url.scheme in ("http", "https") and bool(url.hostname)

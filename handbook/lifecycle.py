"""The page that explains how a resource lives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from handbook import prose, words
from handbook.living import fields, moves, operations, outcomes, promises, states
from handbook.living.subject import Subject, subject
from speckit.specification import Specification

__all__ = ["markdown"]


def markdown(
    specification: Specification,
    name: str,
    *,
    form: str,
    link_operation: Callable[[str], str],
    link_webhook: Callable[[str], str] | None = None,
    has_mock: bool = True,
) -> str:
    """Return the page of the resource called `name`.

    Args:
        specification: What the document says.
        name: A resource of it.
        form: What the page is written for: `SITE` or `MARKDOWN`.
        link_operation: The URL of an operation, relative to this page; empty where it has none.
        link_webhook: The same for a webhook.
        has_mock: Whether it tells what is true of a mock server alone.

    Raises:
        KeyError: the document has no such resource.
    """
    found = subject(specification, name, form, link_operation, hooks=link_webhook, has_mock=has_mock)
    return "\n\n".join(filter(None, _parts(found))) + "\n"


def _parts(found: Subject) -> Iterator[str]:
    yield prose.heading(1, words.text(found.lifecycle.name))
    yield prose.block(found.raw.get("description", ""), found.form)
    yield _bullets(promises.identity(found))
    if found.lifecycle.states:
        yield prose.heading(2, "How it lives")
        yield states.picture(found)
        yield from _section("What each operation does in each state", outcomes.table(found))
        yield from _section("What happens by itself", moves.automatic(found))
        yield from _section("Other ways it may go", _bullets(promises.scenarios(found)), promises.CHOSEN)
        yield prose.heading(2, "States")
        yield from states.sections(found)
    if found.lifecycle.rules:
        yield prose.heading(2, "Operations")
        yield from operations.sections(found)
    yield from _section("Fields", fields.table(found), fields.times(found))
    yield from _section("Views", fields.views(found))
    yield from _section("What always holds", _bullets(promises.lasting(found)))
    yield from _section("Errors", promises.answers(found))
    yield from _section("There from the start", promises.seeds(found), promises.SEEDED)


def _section(title: str, *parts: str) -> Iterator[str]:
    """Yield a heading and what stands under it; nothing where the first part has nothing to say."""
    if parts[0]:
        yield prose.heading(2, title)
        yield from parts


def _bullets(said: Iterable[str]) -> str:
    return "\n".join(f"- {each}" for each in said)

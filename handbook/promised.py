"""A document without what is true of a mock server of it alone, for pages about the API itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from speckit.lifecycle import After, Lifecycle, Transition
from speckit.specification import CONVENTIONS, LIFECYCLES, Specification

SOME_TIME = After()
"""Says that a transition happens by itself, not when."""


def promised(specification: Specification) -> Specification:
    """Return what is left without a mock server: no times, scenarios and seeds, nor how it makes ids.

    A time that a field of the resource tells stays.
    """
    lifecycles = {name: _lifecycle(each) for name, each in specification.lifecycles.items()}
    return replace(specification, lifecycles=lifecycles)


def published(data: dict[str, Any]) -> dict[str, Any]:
    """Return the document `data` without the two extensions that a mock server reads."""
    return {key: value for key, value in data.items() if key not in (LIFECYCLES, CONVENTIONS)}


def _lifecycle(found: Lifecycle) -> Lifecycle:
    return replace(
        found,
        identity=replace(found.identity, generate=None),
        scenarios={},
        transitions=tuple(map(_transition, found.transitions)),
        seeds=(),
    )


def _transition(found: Transition) -> Transition:
    is_told = found.after is None or found.after.until is not None
    return replace(
        found,
        after=found.after if is_told else SOME_TIME,
        every=None if isinstance(found.every, int) else found.every,
        scenario="",
    )

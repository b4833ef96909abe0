"""The search for garbage, kept away from what stays."""

from __future__ import annotations

import gc

EVERY = 200_000
"""After how many new objects a search takes place: a tenth of a second of work."""


def lasting() -> None:
    """Take whatever is there for good, and later whatever a search finds in use.

    Requests leave no circles of objects behind, and worlds that are reset are taken apart: a search is there
    for what nobody thought of. Jobs are no garbage, and looking through a million of them takes seconds. So
    each object is looked at once.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(EVERY)
    if _keep not in gc.callbacks:
        gc.callbacks.append(_keep)
    gc.enable()


def replaced() -> None:
    """Let go of what was served before, which is full of circles, and take the rest for good."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _keep(phase: str, _told: dict[str, int]) -> None:
    if phase == "stop":
        gc.freeze()

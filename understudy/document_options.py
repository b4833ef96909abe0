"""The options that say how a command reads its document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

Decorator = Callable[[Any], Any]

overlay_option: Decorator = click.option(
    "--overlay", "overlays", multiple=True, metavar="FILE", help="Apply an OpenAPI Overlay; may be repeated."
)

_FENCE = click.option(
    "--fence", metavar="FOLDER", help="The folder references may not leave [default: the document's]."
)
_STRICT = click.option(
    "--strict-document",
    is_flag=True,
    help="Refuse a document with any fault, also one that can be used all the same.",
)
_REMOTE = click.option(
    "--allow-remote",
    is_flag=True,
    help="Fetch what is referred to by http and https, once; never from private addresses.",
)


def reading_options(command: Any) -> Any:
    """Give `command` the options about what is read, and how strictly."""
    return _FENCE(_STRICT(_REMOTE(command)))


def reaching_options(command: Any) -> Any:
    """Give `command` the options about what may be read, where every fault is told anyway."""
    return _FENCE(_REMOTE(command))

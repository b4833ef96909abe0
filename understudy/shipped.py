"""What a command reads: the documents that come with the package, or those it names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from speckit.document import load
from speckit.specification import Specification, specify

_INSTALLED = Path(__file__).parent / "documents"
_CHECKOUT = Path(__file__).parent.parent


def folder() -> Path:
    """Return the folder of `openapi.yaml` and `overlays/`: inside an installed package, or the checkout."""
    return _CHECKOUT if (_CHECKOUT / "openapi.yaml").is_file() else _INSTALLED


def default_document() -> Path:
    """Return the document of the five job APIs."""
    return folder() / "openapi.yaml"


def overlay(name: str) -> Path:
    """Return the overlay file `name`: as it stands, or else the one that comes with the package."""
    given = Path(name)
    ours = folder() / "overlays" / given.name
    return ours if not given.exists() and given.parent.name in ("", "overlays") and ours.is_file() else given


def specified(
    document: str | None, *, overlays: Iterable[str] = (), only: Iterable[str] = (), fence: str | None = None
) -> Specification:
    """Return the document that a command names, overlaid and narrowed.

    Args:
        document: A file; without it, the document that comes with the package.
        overlays: Files, or names of overlays that come with the package.
        only: Tags.
        fence: The folder that references may not leave; without it, the document's.

    Raises:
        DocumentFaults: it has mistakes.
    """
    source = default_document() if document is None else Path(document)
    inside = Path(fence) if fence else None
    return specify(load(source, overlays=[overlay(name) for name in overlays], fence=inside), only=only)

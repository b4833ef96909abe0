"""Where the documents are that come with the package."""

from __future__ import annotations

from pathlib import Path

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

"""What Zensical is told about a book: a configuration file for its site."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from handbook.page import Book, Page, Section

STYLE = "assets/understudy/pages.css"
BEHAVIOUR = "assets/understudy/pages.js"
WORKER = "assets/understudy/iframe-worker.js"
"""Where our own files are in the site; the last lets search work from a folder, too."""

HOME = "Overview"
"""What the first page of all is called; its title is the site's."""

_FEATURES = (
    "content.code.copy",
    "content.tabs.link",
    "navigation.footer",
    "navigation.indexes",
    "navigation.prune",
    "navigation.top",
    "search.highlight",
    "toc.follow",
)
# Only what pages are written in. The others would turn (c), 1/2, :name: or a bare URL in a description
# into something that its author did not write.
_EXTENSIONS: Mapping[str, Mapping[str, Any]] = {
    "admonition": {},
    "attr_list": {},
    "md_in_html": {},
    "sane_lists": {},
    "toc": {"permalink": True, "permalink_title": "Link to this heading", "toc_depth": 3},
    "pymdownx.details": {},
    "pymdownx.highlight": {"pygments_lang_class": True},
    "pymdownx.superfences": {},
    "pymdownx.tabbed": {"alternate_style": True},
}
_PALETTE = (
    {
        "media": "(prefers-color-scheme)",
        "toggle": {"icon": "lucide/sun-moon", "name": "Follow the system; switch to light"},
    },
    {
        "media": "(prefers-color-scheme: light)",
        "scheme": "default",
        "toggle": {"icon": "lucide/sun", "name": "Light; switch to dark"},
    },
    {
        "media": "(prefers-color-scheme: dark)",
        "scheme": "slate",
        "toggle": {"icon": "lucide/moon", "name": "Dark; follow the system"},
    },
)


def configuration(book: Book, *, name: str) -> str:
    """Return the configuration as TOML: pages are in `docs`, templates in `overrides`, the site in `site`."""
    project = {
        "site_name": escape(name),
        "use_directory_urls": False,
        "extra_css": [STYLE],
        "extra_javascript": [BEHAVIOUR],
        "nav": _entries(book.whole),
        "theme": {
            "custom_dir": "overrides",
            "font": False,
            "features": list(_FEATURES),
            "palette": list(_PALETTE),
        },
        "plugins": {"search": {}, "offline": {}},
        "extra": {"generator": False, "polyfills": [{"path": WORKER}]},
        "markdown_extensions": _EXTENSIONS,
        # Links are looked at once the pages are there, in a tenth of the time.
        "validation": False,
    }
    return "[project]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in project.items())


def _entries(section: Section) -> list[dict[str, Any]]:
    """Return the navigation: for each page its path, for each section its entries."""
    return [
        {_title(each, section): each.path if isinstance(each, Page) else _entries(each)}
        for each in section.entries
    ]


def _title(entry: Page | Section, section: Section) -> str:
    """Return what an entry is called, as HTML; the first page of a section stands for it."""
    if not isinstance(entry, Page) or not entry.path.endswith("index.md"):
        return escape(entry.title)
    return escape(section.title) if "/" in entry.path else HOME


def _toml(value: Any) -> str:
    """Return a value as TOML, on one line.

    >>> _toml({"a b": [True, "c"]})
    '{"a b" = [true, "c"]}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_toml(str(key))} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    # A string of JSON is one of TOML, but for this one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

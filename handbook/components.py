"""Where the schemas of a big document are explained: once, on pages of their own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from handbook.page import SITE
from handbook.raw import Data
from speckit.operation import methods
from speckit.same import Same

MOST_OPERATIONS = 200
"""A document with more is big: several operations share a page, and its schemas are told apart from them."""
PER_PAGE = 40
FOLDER = "schemas"
UP = "../"
"""The way from any page of a big book to its root: all are one folder deep."""


def is_big(data: Data) -> bool:
    """Return whether a document has so many operations that its book is made differently."""
    paths = data.get("paths") or {}
    items = [item for item in paths.values() if isinstance(item, Mapping)]
    return sum(1 for item in items for _ in methods(item)) > MOST_OPERATIONS


def named(data: Data) -> Mapping[str, Any]:
    """Return the schemas that a document has by name."""
    found = (data.get("components") or {}).get("schemas")
    return found if isinstance(found, Mapping) else {}


def homes(data: Data, form: str) -> Mapping[str, str]:
    """Return where each named schema is explained, by its name; empty for a document that is not big."""
    return _homes(Same(data), form)


@lru_cache(4)
def _homes(data: Same, form: str) -> Mapping[str, str]:
    if not is_big(data.value):
        return {}
    names = sorted(named(data.value), key=lambda name: (str(name).lower(), str(name)))
    anchors = file_names(names)
    return {
        name: f"{FOLDER}/{_file(number)}#{anchors[name] if form == SITE else slug(str(name))}"
        for number, name in enumerate(names)
    }


def _file(number: int) -> str:
    page = number // PER_PAGE
    return f"{FOLDER}{f'-{page + 1}' if page else ''}.md"


def file_names(names: Iterable[Any], reserved: Iterable[str] = ()) -> dict[Any, str]:
    """Return a name for a file, or an anchor, for each of `names`, no two the same nor one of `reserved`.

    >>> file_names(["cancelAJob", "cancel a job", "/"])
    {'cancelAJob': 'cancel-a-job', 'cancel a job': 'cancel-a-job-2', '/': 'page'}
    """
    found: dict[Any, str] = {}
    taken: set[str] = {"index", *reserved}
    for name in names:
        words = re.sub(r"([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])", r"\1\2-", plain_letters(str(name)))
        plain = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "page"
        number = 1
        while (file := plain if number == 1 else f"{plain}-{number}") in taken:
            number += 1
        taken.add(file)
        found[name] = file
    return found


def plain_letters(text: str) -> str:
    """Return `text` with letters that have marks as those without.

    >>> plain_letters("getHäh")
    'getHah'
    """
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


def slug(heading: str) -> str:
    """Return the anchor that most renderers of Markdown give to a heading.

    >>> slug("Cancel a job (v2)")
    'cancel-a-job-v2'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")

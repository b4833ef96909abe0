"""What is wrong with a document, where, and what would work instead."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

Pointer = tuple[str | int, ...]
"""A path inside a document: mapping keys and list indexes, outermost first."""

_SHORT = 20
"""Up to so many names are all told; of more, the nearest."""

_SHOWN = 8

_VOWEL = re.compile(r"(?!us[aei]|uni|ur[il]|eu|one)[aeiou]", re.IGNORECASE)
"""A word that begins as it sounds with a vowel, so far as its letters tell."""

_LONGEST = 300
"""Up to so many characters of a key are told."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; `line` counts from 1, and is None where the whole file is meant."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        """Return `file:line`, the form editors and terminals turn into a link."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Origin:
    """The part of a document at `at` was written in `file`, at `there`, not in the document itself."""

    at: Pointer
    file: Path
    there: Pointer


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a document.

    Attributes:
        path: Where in the document; empty for the document as a whole.
        message: What was asked, and what stands in the way.
        hint: What would work.
        place: The line a person has to change, once it has been looked up.
        outcome: What comes of it where the document is used all the same.
    """

    path: Pointer
    message: str
    hint: str = ""
    place: Place | None = None
    outcome: str = ""

    def __str__(self) -> str:
        """Return the fault on one line.

        >>> str(Fault(("paths", "/jobs", "get"), "'respones' is not a field here.", "Remove it."))
        "paths/~1jobs/get: 'respones' is not a field here. Remove it."
        """
        where = written(self.path)
        if self.place is not None:
            is_whole = self.place.line is None and not self.path
            where = str(self.place) if is_whole else f"{self.place}, {where}"
        return " ".join(part for part in (f"{where}:", self.message, self.hint, self.outcome) if part)


class DocumentFaults(Exception):
    """The document cannot be used as it stands; `faults` says why."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep `faults` in the order given."""
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Return a line that counts the faults, then one line for each."""
        count = len(self.faults)
        return "\n".join([f"{count} {'fault' if count == 1 else 'faults'}:", *map(str, self.faults)])


class NoFile(DocumentFaults):
    """What is named is no file that can be read: it is not there, is a folder, or is closed to the reader."""


def written(path: Pointer) -> str:
    """Return `path` as people read it: segments joined by `/`, a `/` inside one written `~1`.

    >>> written(("paths", "/jobs", "parameters", 0))
    'paths/~1jobs/parameters/0'
    >>> written(())
    '(root)'
    """
    return "/".join(_segment(str(segment)) for segment in path) or "(root)"


def _segment(text: str) -> str:
    short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
    return short.replace("~", "~0").replace("/", "~1")


def an(noun: str) -> str:
    """Return `noun` with its article.

    >>> an("Job"), an("Export"), an("User"), an("Upload")
    ('a Job', 'an Export', 'a User', 'an Upload')
    """
    return f"an {noun}" if _VOWEL.match(noun) else f"a {noun}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a sentence naming what is `known`, and another if one of it resembles `word`.

    A long list is cut to the names nearest to `word`.

    >>> did_you_mean("haltd", ["queued", "halted"])
    "Known: queued, halted. Did you mean 'halted'?"
    """
    names = list(dict.fromkeys(known))
    if not names:
        return ""
    near = get_close_matches(word, names, n=_SHOWN, cutoff=0.6)
    guess = f" Did you mean '{near[0]}'?" if near else ""
    return f"Known: {_listed(word, names)}.{guess}"


def _listed(word: str, names: list[str]) -> str:
    if len(names) <= _SHORT:
        return ", ".join(names)
    nearest = get_close_matches(word, names, n=_SHOWN, cutoff=0.0)
    return f"{', '.join(nearest)} and {len(names) - len(nearest)} more"

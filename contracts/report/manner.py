"""How a judgement is told: in which order, and what is kept back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from contracts.finding import Subject


@dataclass(frozen=True, slots=True)
class Manner:
    """How a judgement is told, beside what it says.

    Attributes:
        secrets: What is not shown, by the name of the shell variable that stands for it.
        shows_credentials: Secrets are shown after all.
        resources: Their order in the document.
        operations: Theirs.
        promises: Every law with what it is held to, for reports that tell of those, too, for which nothing
            happened that would have shown them broken.
        remarks: What the reader should know before anything else, a sentence each.
    """

    secrets: Mapping[str, str] = field(default_factory=dict)
    shows_credentials: bool = False
    resources: Sequence[str] = ()
    operations: Sequence[str] = ()
    promises: Sequence[tuple[str, Subject]] = ()
    remarks: Sequence[str] = ()


def variables(kind: str, names: Iterable[str]) -> dict[str, str]:
    """Return a shell variable for each of `names`, no two the same.

    >>> variables("TOKEN", ["alice", "build-bot", "build.bot"])
    {'alice': 'TOKEN_ALICE', 'build-bot': 'TOKEN_BUILD_BOT', 'build.bot': 'TOKEN_BUILD_BOT_2'}
    """
    found: dict[str, str] = {}
    for name in names:
        plain = f"{kind}_{re.sub('[^A-Za-z0-9]', '_', name).upper()}"
        numbered = (f"{plain}_{number}" for number in count(2))
        found[name] = next(each for each in chain([plain], numbered) if each not in found.values())
    return found

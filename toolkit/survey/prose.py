"""Prose: what the description of an operation says of the states in which it does something."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n|\n\s*[*-] ")
_QUOTED = re.compile(r"[`'\"]([\w -]+)[`'\"]")


@dataclass(frozen=True, slots=True)
class Told:
    """What a description tells: states, and the sentence that names them.

    Attributes:
        only: The states in which alone the operation has an effect.
        idle: Those in which it has none, and refuses nothing.
        again: Those from which it begins anew.
    """

    only: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    sentence: str = ""


def told(said: str, states: Iterable[str]) -> Told:
    """Return what the description `said` tells of `states`, quoted as they are written.

    >>> told("This has an effect only if it is `queued` or `running`.", ["queued", "running", "done"]).only
    ('queued', 'running')
    """
    known = list(states)
    found: dict[str, tuple[str, ...]] = {}
    sentence = ""
    for each in _SENTENCE.split(said):
        named = tuple(dict.fromkeys(word for word in _QUOTED.findall(each) if word in known))
        kind = _kind(" ".join(each.lower().split()))
        if named and kind and kind not in found:
            found[kind] = named
            sentence = sentence or " ".join(each.split())
    return Told(**found, sentence=sentence)


def _kind(sentence: str) -> str:
    if "no effect" in sentence or "does nothing" in sentence:
        return "idle"
    if re.search(r"\bonly\b.*\b(if|when|while|in|for)\b", sentence) or "must be in" in sentence:
        return "only"
    if re.search(r"\b(restarts?|re-?runs?|starts? again|begins? again|same applies)\b", sentence):
        return "again"
    return ""

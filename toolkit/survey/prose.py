"""Prose: what the description of an operation says of the states in which it does something."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n|\n\s*[*-] ")
_QUOTED = re.compile(r"[`'\"]([\w -]+)[`'\"]")

_DENIAL = re.compile(r"\b(?:not|never|cannot|can't|isn't|unless|except)\b", re.IGNORECASE)
"""What turns a sentence round; where it stands twice nobody here can tell what is meant."""


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


def barred(said: str, states: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """Return the states in which a description says that an operation is not for them, and the sentence.

    >>> barred("Removes a job that is not running.", ["queued", "running"])
    (('running',), 'Removes a job that is not running.')
    """
    known = {each.lower(): each for each in states}
    for sentence in map(" ".join, (each.split() for each in _SENTENCE.split(said))):
        denials = list(_DENIAL.finditer(sentence))
        tail = sentence[denials[0].end() :] if len(denials) == 1 else ""
        named = dict.fromkeys(word for word in re.findall(r"[\w-]+", tail.lower()) if word in known)
        if named:
            return tuple(known[word] for word in named), sentence
    return (), ""


def _kind(sentence: str) -> str:
    if "no effect" in sentence or "does nothing" in sentence:
        return "idle"
    if re.search(r"\bonly\b.*\b(if|when|while|in|for)\b", sentence) or "must be in" in sentence:
        return "only"
    if re.search(r"\b(restarts?|re-?runs?|starts? again|begins? again|same applies)\b", sentence):
        return "again"
    return ""

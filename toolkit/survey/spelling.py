"""Spelling: names of all habits cut into plain lower-case words."""

from __future__ import annotations

import re

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BREAK = re.compile(r"[^A-Za-z0-9]+")


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name, in lower case.

    >>> words("RUNTIME_STATE_X"), words("cancelBatchJob"), words("TESTask")
    (('runtime', 'state', 'x'), ('cancel', 'batch', 'job'), ('tes', 'task'))
    """
    pieces = (_HUMP.split(part) for part in _BREAK.split(name) if part)
    return tuple(word.lower() for piece in pieces for word in piece if word)


def plain(name: str) -> str:
    """Return the words of a name without anything between them.

    >>> plain("job_id") == plain("jobID") == plain("jobId")
    True
    """
    return "".join(words(name))


def singular(word: str) -> str:
    """Return the singular of an English plural, as far as its end shows it.

    >>> [singular(each) for each in ("jobs", "batches", "policies", "status", "boxes", "process")]
    ['job', 'batch', 'policy', 'status', 'box', 'process']
    """
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def title(name: str) -> str:
    """Return a name as resources are called.

    >>> title("fine_tuning-jobs")
    'FineTuningJobs'
    """
    return "".join(word[:1].upper() + word[1:] for word in words(name))

"""Texts that match a regular expression, made up."""

from __future__ import annotations

import re
from functools import lru_cache

import jsonschema_rs

_TRIES = (2, 24)
"""How many texts are drawn: a few, and if none has the right length, more."""


@lru_cache(maxsize=1024)
def matching(pattern: str, shortest: int = 0, longest: int | None = None, number: int = 0) -> str | None:
    r"""Return a text that `pattern` finds itself in; None where none is found soon.

    Args:
        shortest, longest: How many characters it has.
        number: Another number is another text; 0 is the simplest.

    >>> matching(r"^[a-z]{3}-\d{4}$")
    'aaa-0000'
    """
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None
    candidates = (text for count in _TRIES for text in _drawn(compiled, count, number))
    fitting = (_stretched(text, pattern, shortest) for text in candidates)
    return next((t for t in fitting if len(t) >= shortest and (longest is None or len(t) <= longest)), None)


def _drawn(compiled: re.Pattern[str], count: int, number: int) -> list[str]:
    # Reading Hypothesis takes a moment, which a document without patterns need not wait for.
    from hypothesis import strategies
    from hypothesis.errors import HypothesisException

    from speckit.drawing import drawn

    # The whole text has to match: to Python, `$` may come before the end of the last line.
    for alphabet in (strategies.characters(min_codepoint=0x20, max_codepoint=0x7E), None):
        try:
            strategy = strategies.from_regex(compiled, fullmatch=True, alphabet=alphabet)
            found = drawn(strategy, count, number)
        except (HypothesisException, re.error, OverflowError, RecursionError):
            continue
        if found:
            return found if not number else found[1:] + found[:1]
    return []


def matches(pattern: str, text: str) -> bool:
    """Return whether `pattern` finds itself in `text`, as JSON Schema means it.

    The engine is the validator's: unlike that of Python it gives up on an expression that would take ages.
    """
    validator = _validator(pattern)
    return validator is not None and validator.is_valid(text)


@lru_cache(maxsize=1024)
def _validator(pattern: str) -> jsonschema_rs.Validator | None:
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except (ValueError, TypeError):
        return None


def _stretched(text: str, pattern: str, shortest: int) -> str:
    """Return `text`, with one of its characters repeated where it is too short and that fits."""
    missing = shortest - len(text)
    for at in range(len(text)) if 0 < missing < 10_000 else ():
        longer = text[:at] + text[at] * missing + text[at:]
        if matches(pattern, longer):
            return longer
    return text

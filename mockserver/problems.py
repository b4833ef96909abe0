"""All that is wrong with one request, told together and in bounded length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import jsonschema_rs

from mockserver.answers import Refused
from mockserver.choices import misfit

MOST = 10
"""How many problems of one request are told."""
LONGEST = 300
"""How many characters one problem may take: a message of the validator quotes the value, however long."""
LARGE = 16_384
"""From how many bytes on only the first misfit of a value is looked for."""


def together(refusals: Sequence[Refused]) -> Refused:
    """Return a new refusal that tells all of `refusals`; its kind is that of the first."""
    told = refusals[0].anew()
    told.detail = sentences(refusal.detail for refusal in refusals)
    return told


def sentences(problems: Iterable[str], between: str = " ") -> str:
    """Return the first few problems as one text, and how many more there are."""
    told = list(problems)
    more = f"{between}And {len(told) - MOST} more." if len(told) > MOST else ""
    return between.join(told[:MOST]) + more


def misfits(validator: jsonschema_rs.Validator, value: Any, *, size: int = 0) -> Iterable[tuple[str, str]]:
    """Yield where `value` breaks its schema, as `a/0/b`, and how.

    Args:
        size: How many bytes the value came in; that of a parameter is counted in items.
    """
    if isinstance(value, list | dict):
        size = max(size, 16 * len(value))
    for error in _errors(validator, value, size):
        path, message = misfit(error)
        yield "/".join(map(str, path)), shortened(message)


def _errors(
    validator: jsonschema_rs.Validator, value: Any, size: int
) -> Iterable[jsonschema_rs.ValidationError]:
    if size <= LARGE:
        return validator.iter_errors(value)
    try:
        validator.validate(value)
    except jsonschema_rs.ValidationError as error:
        return [error]
    return []


def shortened(text: str) -> str:
    """Return `text`, its middle left out where it is long."""
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 100]} ... {text[-90:]}"

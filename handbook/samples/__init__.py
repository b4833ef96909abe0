"""Code samples: for each operation a request that works, in the languages that people paste."""

from __future__ import annotations

from handbook.samples.credentials import PLACEHOLDER
from handbook.samples.curl import curl
from handbook.samples.javascript import javascript
from handbook.samples.making import made
from handbook.samples.python import python
from handbook.samples.writing import written
from speckit.operation import Operation
from speckit.specification import Specification

__all__ = ["samples", "written"]


def samples(
    specification: Specification, operation: Operation, *, base_url: str, credential: str = PLACEHOLDER
) -> dict[str, str]:
    """Return code that calls `operation`, by the name of the language; each ends with a line break.

    A method that a language cannot send has no sample in it: `fetch` knows no TRACE.

    Args:
        base_url: What stands before the path, such as `https://api.example.com/v1`.
        credential: What the reader is to replace by a credential of their own; `user:password` where the
            operation wants both.
    """
    request = made(specification, operation, base_url=base_url, credential=credential)
    texts = {"curl": curl(request), "Python": python(request), "JavaScript": javascript(request)}
    return {language: text for language, text in texts.items() if text}

"""The actions of an Overlay that document an answer to requests that are wrong, where there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from speckit.document import Document
from speckit.faults import DocumentFaults
from speckit.source import text_of
from toolkit.infer.writing import quoted, scalar

_WHY = """\
  # guessed: the document lists no answer for some requests that are wrong. Each server has
  # one; without these lines a judge would report it as undocumented."""
_ELSEWHERE = """\
  # left out: {count} written in other files, where no action reaches, with operations that list no answer
  # for some requests that are wrong. A judge reports those. Infer from what `understudy bundle` writes."""
_SWAGGER = re.compile(r"""^[\s{]{0,4}["']?swagger["']?\s*:""", re.MULTILINE)


def actions(document: Document, found: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield the lines of the actions for the operations `found`, one action for each path.

    An Overlay is applied before references are followed, so paths that are elsewhere are left as they are.
    """
    items = document.data["paths"]
    here = {
        path: [each for each in methods if _is_here(items[path], each)] for path, methods in found.items()
    }
    if count := elsewhere(document, found):
        yield from _ELSEWHERE.format(count="a path" if count == 1 else f"{count} paths").splitlines()
    if any(here.values()):
        yield from _WHY.splitlines()
    status = "default" if _is_swagger(document) else "4XX"
    for path, methods in here.items():
        if methods:
            target = f"$.paths[{quoted(path)}][{','.join(map(quoted, methods))}].responses"
            yield f"  - target: {scalar(target)}"
            yield f"    update: {{{status}: {{description: The request is refused.}}}}"


def elsewhere(document: Document, found: Mapping[str, list[str]]) -> int:
    """Return how many paths of the operations `found` are written in other files."""
    return sum(
        not any(_is_here(document.data["paths"][path], each) for each in methods)
        for path, methods in found.items()
    )


def _is_here(item: Any, method: str) -> bool:
    operation = item.get(method) if isinstance(item, Mapping) else None
    return isinstance(operation, Mapping) and "responses" in operation


def _is_swagger(document: Document) -> bool:
    """Return whether the document was written as Swagger 2.0, which knows no ranges of statuses."""
    try:
        return _SWAGGER.search(text_of(document.source)) is not None
    except DocumentFaults:
        return False

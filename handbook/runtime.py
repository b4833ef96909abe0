"""Runtime expressions of OpenAPI in words: what links and callbacks take from a request and its answer."""

from __future__ import annotations

import re
from typing import Any

from handbook import traits
from handbook.prose import code

_WHOLE = {
    "$url": "the URL of the request",
    "$method": "the method of the request",
    "$statusCode": "the status of the answer",
    "$request.body": "the request body",
    "$response.body": "the answer",
}
_NAMED = {
    "$request.path": "the path parameter {}",
    "$request.query": "the query parameter {}",
    "$request.header": "the header {} of the request",
    "$response.header": "the header {} of the answer",
}
_INSIDE = re.compile(r"\{(\$[^{}]*)\}")


def words(value: Any, form: str) -> str:
    """Return what a value of a link comes from: an expression in words, anything else as it is."""
    if not isinstance(value, str) or not value.startswith("$"):
        return traits.written(value, form)
    whole, _, pointer = value.partition("#")
    if whole in _WHOLE:
        return f"{_field(pointer, form)}{_WHOLE[whole]}"
    for start, said in _NAMED.items():
        if value.startswith(f"{start}."):
            return said.format(code(value.removeprefix(f"{start}."), form))
    return code(value, form)


def parts(template: str, form: str) -> list[str]:
    """Return what each expression inside a text stands for, once each.

    >>> parts("{$request.body#/url}/done", "markdown")
    ['`$request.body#/url` is `url` of the request body']
    """
    found = dict.fromkeys(_INSIDE.findall(template))
    whole = [template] if template.startswith("$") and not found else []
    return [f"{code(each, form)} is {words(each, form)}" for each in (*found, *whole)]


def _field(pointer: str, form: str) -> str:
    if not pointer.strip("/"):
        return ""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.lstrip("/").split("/")]
    return f"{code('.'.join(steps), form)} of "

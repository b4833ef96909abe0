"""Where a document says that its API is served."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

_VARIABLE = re.compile(r"\{([^{}]+)\}")


def filled(server: Mapping[str, Any]) -> str:
    """Return the URL of a Server Object, its variables at their defaults; empty where it has none.

    A variable without a default becomes its name, and what is no variable stays as it is.

    >>> filled({"url": "https://{region}.example.com/v1", "variables": {"region": {"default": "eu"}}})
    'https://eu.example.com/v1'
    """
    variables = server.get("variables") or {}

    def value(found: re.Match[str]) -> str:
        name = found[1]
        return str(variables[name].get("default", name)) if name in variables else found[0]

    return _VARIABLE.sub(value, str(server.get("url", "")))


def path(server: Mapping[str, Any]) -> str:
    """Return the path of a Server Object's URL, without a slash at its end.

    It is empty for none, and where the URL cannot be read.

    >>> path({"url": "https://example.com/v1/"})
    '/v1'
    """
    try:
        return urlsplit(filled(server)).path.rstrip("/")
    except ValueError:
        return ""

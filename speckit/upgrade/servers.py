"""`host`, `basePath` and `schemes` as servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def servers(data: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the servers that the document `data` names; none where it names neither host nor path.

    >>> servers({"host": "example.com", "basePath": "/v1", "schemes": ["https"]})
    [{'url': 'https://example.com/v1'}]
    """
    host, base = data.get("host"), data.get("basePath", "").rstrip("/")
    if host is None:
        return [{"url": base}] if base else []
    # Without schemes the one that the document was fetched by is meant.
    starts = [f"{scheme}:" for scheme in data.get("schemes", ())] or [""]
    return [{"url": f"{start}//{host}{base}"} for start in starts]


def own_servers(data: Mapping[str, Any], operation: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the servers of an operation with schemes of its own, else none."""
    schemes = operation.get("schemes")
    return servers({**data, "schemes": schemes}) if schemes and "host" in data else []

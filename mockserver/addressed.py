"""The document as it is served: with the address of this server in it, and no other."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import orjson
import yaml

from mockserver.framework import Scope
from mockserver.wire import headers_of

_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_PLACE = "http://this-server.invalid"
"""Stands for the address until somebody asks: the document is written once, by whatever name it is asked."""


class Addressed:
    """A document in both its forms; each is made when first asked for, then kept.

    Whatever servers it names, those who read it here are led here: a client that is
    made of it, or a page to try it, must not reach anything but this server.

    Args:
        data: The document.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    def json(self, url: str) -> bytes:
        """Return the document as JSON, with `url` as its only server."""
        return self._json.replace(_PLACE.encode(), url.encode())

    def yaml(self, url: str) -> bytes:
        """Return the document as YAML, with `url` as its only server."""
        return self._yaml.replace(_PLACE.encode(), url.encode())

    @cached_property
    def _json(self) -> bytes:
        data = _moved(self._data)
        try:
            return orjson.dumps(data)
        except TypeError:  # a number of more than 64 bits
            return json.dumps(data, ensure_ascii=False).encode()

    @cached_property
    def _yaml(self) -> bytes:
        data = _moved(self._data)
        return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)).encode()


def url_of(scope: Scope) -> str:
    """Return the address under which a request reached this server (RFC 9110, section 7.2)."""
    scheme = scope.get("scheme", "http")
    host = headers_of(scope).get(b"host", b"").decode("latin-1")
    if not _HOST.fullmatch(host):
        name, port = scope.get("server") or ("localhost", 80)
        host = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
    return f"{scheme}://{host}"


def _moved(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return `data` as if it were served at one place."""
    first = [key for key in ("openapi", "info", "servers") if key == "servers" or key in data]
    order = list(data) if "servers" in data else [*first, *data]
    here: dict[str, Any] = {"servers": [{"url": _PLACE}]}
    if isinstance(data.get("paths"), Mapping):
        here["paths"] = {path: _without(item) for path, item in data["paths"].items()}
    return {key: here[key] if key in here else data[key] for key in order}


def _without(item: Any) -> Any:
    """Return a path item without servers of its own, or of its operations."""
    if not isinstance(item, Mapping):
        return item
    return {key: _bare(value) for key, value in item.items() if key != "servers"}


def _bare(part: Any) -> Any:
    is_there = isinstance(part, Mapping) and "servers" in part
    return {key: value for key, value in part.items() if key != "servers"} if is_there else part

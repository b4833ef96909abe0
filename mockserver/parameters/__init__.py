"""Reads the parameters of a request: from text to values, checked against their schemas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from mockserver.answers import Refused
from mockserver.parameters.query import Query, query_texts
from mockserver.parameters.reader import Reader
from mockserver.parameters.styles import cookies
from mockserver.problems import together
from speckit.operation import Operation, Parameter
from speckit.pointer import ABSENT
from speckit.schema import Schemas

LONGEST = 512
"""How many bytes a query string may have to be remembered."""

IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Headers that media types and security schemes describe, and no parameter (OpenAPI 3.2, section 4.12.2)."""


class Parameters:
    """Reads all parameters of one operation."""

    def __init__(
        self,
        operation: Operation,
        schemas: Schemas,
        *,
        lenient: frozenset[str] = frozenset(),
        ids: frozenset[str] = frozenset(),
        first_wins: bool = False,
    ) -> None:
        declared = [each for each in operation.parameters if not _is_ignored(each)]
        others = frozenset(each.name for each in declared if each.place in ("query", "cookie"))
        # What a path has in its own query is there as often as a client writes it besides.
        fixed = dict(parse_qsl(operation.path.partition("?")[2], keep_blank_values=True))
        readers = [
            Reader(
                each,
                schemas,
                is_lenient=each.name in lenient,
                is_id=each.place == "path" and each.name in ids,
                first_wins=(first_wins or each.name in fixed) and each.place == "query",
                others=others,
            )
            for each in declared
        ]
        # A path always has all its parameters, so one that may be any text needs no reading.
        self._path = [reader for reader in readers if reader.place == "path" and not reader.takes_any]
        quick = [reader.quick for reader in self._path]
        self._quick = [each for each in quick if each] if all(quick) else None
        self._query = [reader for reader in readers if reader.place == "query"]
        self._whole = [reader for reader in readers if reader.place == "querystring"]
        self._headers = [(each.name.lower(), each) for each in readers if each.place == "header"]
        self._cookies = [reader for reader in readers if reader.place == "cookie"]
        self._absent = _defaults([*self._query, *self._whole])
        self.reads_path = bool(self._path)
        """Whether a value in the path is anything but its text."""
        self.checks_headers = bool(self._headers or self._cookies)
        """Whether headers and cookies have to be looked at."""
        # Clients ask again and again for the same few lists.
        self._remembered = lru_cache(maxsize=256)(self._read_query)
        requires_query = any(each.parameter.required for each in (*self._query, *self._whole))
        self.usual_query = None if requires_query else self._absent
        """The values of a request without a query; None where it needs one."""

    def path(self, raw: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the path parameters; one that cannot be read keeps its text for the error answer.

        Raises:
            Refused: some of them do not fit.
        """
        values: dict[str, Any] = dict(raw)
        return values if self._quickly(values) else self._thoroughly(raw)

    def _quickly(self, values: dict[str, Any]) -> bool:
        """Put values in the place of texts, and return whether that was all there was to do."""
        if self._quick is None:
            return False
        for name, parse, validator in self._quick:
            if (text := values.get(name)) is not None:
                values[name] = value = parse(text)
                if value is ABSENT or not (validator is None or validator.is_valid(value)):
                    return False
        return True

    def _thoroughly(self, raw: Mapping[str, str]) -> Mapping[str, Any]:
        values: dict[str, Any] = dict(raw)
        readers = [reader for reader in self._path if reader.name in raw]
        values.update(_all((reader.name, reader, raw[reader.name]) for reader in readers))
        return values

    def query(self, raw: bytes) -> Mapping[str, Any]:
        """Return the query parameters, defaults included; undeclared ones are left out.

        What is returned is remembered, and not to be changed.

        Raises:
            Refused: the query cannot be read, or some of them do not fit.
        """
        if not raw and self.usual_query is not None:
            return self.usual_query
        # A long one would take up more than it saves.
        return (self._read_query if len(raw) > LONGEST else self._remembered)(raw)

    def _read_query(self, raw: bytes) -> Mapping[str, Any]:
        query = Query(query_texts(raw), raw)
        sources = [(each.name, each, query) for each in self._query]
        return _all([*sources, *((each.name, each, raw) for each in self._whole)])

    def check_headers(self, headers: Mapping[str, str]) -> None:
        """Check the declared header and cookie parameters.

        Raises:
            Refused: some are missing or do not fit.
        """
        if self._headers:
            _all((name, reader, headers.get(name)) for name, reader in self._headers)
        if self._cookies:
            header = headers.get("cookie", "")
            _all((each.name, each, _cookies(header, each.parameter.style)) for each in self._cookies)


def _is_ignored(parameter: Parameter) -> bool:
    return parameter.place == "header" and parameter.name.lower() in IGNORED_HEADERS


def _defaults(readers: list[Reader]) -> dict[str, Any]:
    defaults = {each.name: each.read(None) for each in readers if not each.parameter.required}
    return {name: value for name, value in defaults.items() if value is not ABSENT}


def _cookies(header: str, style: str) -> Mapping[str, list[str]]:
    # The style `cookie` leaves a value as it is (OpenAPI 3.2, section 4.12.3.1).
    return cookies(header, decodes=style != "cookie")


def _all(sources: Iterable[tuple[str, Reader, Any]]) -> dict[str, Any]:
    """Return the values of all parameters that were sent, or refuse with everything that is wrong."""
    values: dict[str, Any] = {}
    refusals: list[Refused] = []
    for name, reader, source in sources:
        try:
            value = reader.read(source)
        except Refused as refused:
            refusals.append(refused.anew())
        else:
            if value is not ABSENT:
                values[name] = value
    if refusals:
        raise together(refusals)
    return values

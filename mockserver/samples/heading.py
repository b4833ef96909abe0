"""The headers of a documented response, with values made from their schemas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from mockserver.answers import FRAMING
from mockserver.evaluation import Request
from mockserver.samples.writing import as_json
from speckit.operation import Operation, Response
from speckit.pointer import ABSENT
from speckit.references import deref
from speckit.sample import Making

Headers = tuple[tuple[str, str], ...]
Heading = Callable[[Request], str]

_OWN = FRAMING | frozenset(
    {
        *(
            "content-type",
            "content-encoding",
            "keep-alive",
            "trailer",
            "upgrade",
            "vary",
            "preference-applied",
        ),
        *("access-control-allow-origin", "access-control-allow-credentials"),
    }
)
"""What is said of the message itself, which is not as the document has it."""
_USUAL = {
    "etag": '"1"',
    "retry-after": "1",
    "set-cookie": "name=value",
    "www-authenticate": "Bearer",
    "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
    "expires": "Thu, 01 Jan 2026 00:00:00 GMT",
    "cache-control": "no-cache",
}
"""Headers with a form of their own, which a schema seldom tells."""
_IDS = ("id", "uuid", "name", "key", "slug")


class Headings:
    """The headers of one response."""

    def __init__(
        self, operation: Operation, status: int, response: Response, data: Mapping[str, Any], body: Any
    ) -> None:
        self._operation = operation
        self._data = data
        self._is_new = operation.method == "POST" and status in (201, 202)
        self._id = _id_of(body)
        found = ((name, self._heading(name, node)) for name, node in response.headers.items())
        given = [(_cased(name), value) for name, value in found if value is not None]
        self._fixed = tuple((name, value) for name, value in given if isinstance(value, str))
        self._computed = [(name, value) for name, value in given if not isinstance(value, str)]

    def __call__(self, request: Request) -> Headers:
        """Return the headers of the answer to `request`."""
        if not self._computed:
            return self._fixed
        return (*self._fixed, *((name, compute(request)) for name, compute in self._computed))

    def _heading(self, name: str, node: Mapping[str, Any]) -> str | Heading | None:
        """Return the value of the header `name`, or what computes it; None for one that is not sent."""
        if name in _OWN:
            return None
        schema = deref(dict(self._data), node.get("schema") or _content(node).get("schema") or {})
        given = _given(self._data, node)
        if given is ABSENT and not schema.keys() & {"example", "examples", "default", "enum", "const"}:
            if name in ("location", "content-location"):
                return lambda request: self._address(request, schema)
            if name == "link":
                return lambda request: f'<{self._place(request)}>; rel="self"'
            if name in _USUAL and schema.get("type", "string") == "string" and "format" not in schema:
                return _USUAL[name]
        value = Making(self._data).value(schema, ()) if given is ABSENT else given
        return _line(value, is_json="content" in node)

    def _address(self, request: Request, schema: Mapping[str, Any]) -> str:
        """Return where what was made is found."""
        place = self._place(request)
        if self._is_new:
            place = f"{place.rstrip('/')}/{quote(str(self._id), safe='')}"
        host = request.headers.get("host", "localhost")
        return f"http://{host}{place}" if schema.get("format") in ("uri", "url", "iri") else place

    def _place(self, request: Request) -> str:
        path = self._operation.path
        for name, value in request.path.items():
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        return path


def _content(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return next(iter((node.get("content") or {}).values()), {})


def _given(data: Mapping[str, Any], node: Mapping[str, Any]) -> Any:
    """Return the example of a header object; ABSENT where it has none."""
    for each in (node, _content(node)):
        if "example" in each:
            return each["example"]
        for named in (each.get("examples") or {}).values():
            named = deref(dict(data), named)
            if "value" in named:
                return named["value"]
    return ABSENT


def _line(value: Any, *, is_json: bool) -> str:
    """Return `value` in the style `simple`, the only one that headers have."""
    if is_json:
        return as_json(value).decode()
    if isinstance(value, Mapping):
        return ",".join(f"{name},{_word(each)}" for name, each in value.items())
    return ",".join(map(_word, value)) if isinstance(value, list) else _word(value)


def _word(value: Any) -> str:
    return value if isinstance(value, str) else as_json(value).decode()


def _id_of(body: Any) -> Any:
    """Return what tells the resource in `body` from others, or 1."""
    if not isinstance(body, Mapping):
        return 1
    named = next((name for name in body if str(name).lower().endswith("id")), None)
    found = next((body[name] for name in (*_IDS, named) if name in body), 1)
    return found if isinstance(found, str | int) else 1


def _cased(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))

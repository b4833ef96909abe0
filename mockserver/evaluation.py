"""Compiles templates and guards into functions of a frame: the values at hand while one request is served."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from mockserver import combining
from mockserver.combining import shown as shown
from speckit import expression, pointer, timing
from speckit.expression import Template
from speckit.lifecycle import Condition, Guard
from speckit.pointer import ABSENT

NOTHING: Mapping[str, Any] = {}
NO_HEADERS: Mapping[bytes, bytes] = {}
_EVER = timing.LATEST - timing.EARLIEST


class Request:
    """What a request says, parsed: parameters by name, and the body (ABSENT where there is none).

    `raw` are the headers as they came, by lower-case name.
    """

    __slots__ = ("_headers", "body", "path", "query", "raw")

    def __init__(
        self,
        path: Mapping[str, Any] = NOTHING,
        query: Mapping[str, Any] = NOTHING,
        raw: Mapping[bytes, bytes] = NO_HEADERS,
        body: Any = ABSENT,
    ) -> None:
        self.path = path
        self.query = query
        self.raw = raw
        self.body = body
        self._headers: Mapping[str, str] | None = None

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers as text, by lower-case name; made when somebody first asks."""
        if self._headers is None:
            self._headers = {n.decode("latin-1"): v.decode("latin-1") for n, v in self.raw.items()}
        return self._headers

    def say(self, raw: Mapping[bytes, bytes]) -> None:
        """Have `raw` as its headers from now on."""
        self.raw, self._headers = raw, None


IDLE = Request()
"""What moves by themselves are asked with: nobody asks."""


class Draws(Protocol):
    """Where new ids come from."""

    def sequence(self) -> int:
        """Return the next number."""

    def digits(self, serial: int, moment: int, number: int) -> str:
        """Return at least 32 hexadecimal digits, always the same for the same arguments."""


class Parents(Protocol):
    """Where the parents of a resource are found."""

    def parent_of(self, frame: Frame, name: str, *, bared: bool = False) -> Any:
        """Return the fields of the parent `name` of the frame's resource, or ABSENT."""


class Frame:
    """Everything an expression may look up. Fields not set for a purpose are absent there.

    `fields` are all that the resource holds, whatever of it `resource` shows, and `kind` is what it is;
    `found` holds the parents that were looked up before, by their name; `origin` is the
    resource that a new one takes the place of. `drawn` counts the random values drawn for the
    resource with the number `serial`.
    """

    __slots__ = (
        "drawn",
        "draws",
        "error",
        "fields",
        "found",
        "id",
        "kind",
        "list",
        "now",
        "origin",
        "parents",
        "principal",
        "request",
        "resource",
        "scenario",
        "serial",
        "state",
    )

    def __init__(self, request: Request, now: int, principal: Mapping[str, Any]) -> None:
        self.request = request
        self.now = now
        self.principal = principal
        self.found: dict[str, Any] = {}
        self.resource: Any = ABSENT
        self.state: Any = ABSENT
        self.id: Any = ABSENT
        self.scenario: Mapping[str, Any] = NOTHING
        self.list: Mapping[str, Any] = NOTHING
        self.error: Mapping[str, Any] = NOTHING
        self.origin: Any = ABSENT
        self.kind: Any = None
        self.fields: Any = NOTHING
        self.parents: Parents | None = None
        self.draws: Draws | None = None
        self.serial = self.drawn = 0

    def parent(self, name: str, *, bared: bool = False) -> Any:
        """Return the fields of the resource's parent `name`, or ABSENT; `bared` of those that are hidden."""
        return ABSENT if self.parents is None else self.parents.parent_of(self, name, bared=bared)


Compute = Callable[[Frame], Any]
Test = Callable[[Frame], bool]


def compiled(template: Template, form: str = "date-time") -> Compute:
    """Return the function that computes `template`; times are written in the format `form`."""
    match template:
        case expression.Constant(value):
            return lambda _frame: value
        case expression.Source():
            return _source(template, form)
        case expression.Text(parts):
            return combining.text([p if isinstance(p, str) else compiled(p, form) for p in parts])
        case expression.Members(items):
            return combining.members([(key, compiled(item, form)) for key, item in items])
        case expression.Items(items):
            return combining.items(_each(items, form))
        case expression.First(
            (expression.Source("request.body", _, (key,)), expression.Constant(value)), False
        ):
            return _part(key, value)
        case expression.First(options, skips_null):
            return combining.first(_each(options, form), skips_null=skips_null)
        case expression.Encoded(value):
            return combining.encoded(compiled(value, form))
        case expression.Decoded(text):
            return combining.decoded(compiled(text, form))
        case expression.Moment():
            return _moment(template, form)
        case expression.Choice(when, then, other):
            alternative = None if other is None else compiled(other, form)
            return combining.choice(holds(when, form), compiled(then, form), alternative)
        case expression.Part(whole, steps):
            return combining.part(compiled(whole, form), _each(steps, form))
        case expression.Sum(terms):
            return combining.total(_each(terms, form))


def _each(templates: Iterable[Template], form: str) -> list[Compute]:
    return [compiled(each, form) for each in templates]


def holds(guard: Guard, form: str = "date-time") -> Test:
    """Return the function that tells whether all conditions of `guard` hold."""
    if not guard:
        return lambda _frame: True
    tests = [(compiled(source, form), _condition(condition)) for source, condition in guard]
    if len(tests) == 1:
        return _one(*tests[0])
    return lambda frame: all(test(compute(frame)) for compute, test in tests)


def _one(compute: Compute, test: Callable[[Any], bool]) -> Test:
    return lambda frame: test(compute(frame))


def _condition(condition: Condition) -> Callable[[Any], bool]:
    kind, other = condition.kind, condition.value
    if kind == "present":
        return lambda value: (value is not ABSENT) is other
    if kind == "in":
        return lambda value: any(same(value, each) for each in other)
    if kind == "not":
        return lambda value: not same(value, other)
    if kind in ("contains", "lacks"):
        return lambda value: (isinstance(value, str | list) and other in value) is (kind == "contains")
    return lambda value: same(value, other)


def same(value: Any, other: Any) -> bool:
    """Return whether two JSON values are equal; true is not 1, however deep inside."""
    if value != other:
        return False
    if isinstance(value, dict):
        return all(same(part, other[key]) for key, part in value.items())
    if isinstance(value, list):
        return all(map(same, value, other))
    return isinstance(value, bool) == isinstance(other, bool)


def _source(source: expression.Source, form: str) -> Compute:
    look_up = _LOOK_UPS[source.kind](source, form)
    path = source.pointer
    if not path or source.kind == "parent":
        return look_up
    if len(path) == 1:
        member = _MEMBERS.get(source.kind)
        return member(path[0]) if member else _member(look_up, path[0])
    return lambda frame: pointer.read(look_up(frame), path)


def _field(key: str) -> Compute:
    """Return what reads a field of the resource: the most frequent expression of all."""

    def field(frame: Frame) -> Any:
        resource = frame.resource
        return resource.get(key, ABSENT) if resource.__class__ is dict else pointer.read(resource, (key,))

    return field


def _part(key: str, default: Any = ABSENT) -> Compute:
    """Return what reads a member of the request's body, or else `default`: what new resources are made of."""

    def part(frame: Frame) -> Any:
        body = frame.request.body
        if body.__class__ is dict:
            return body.get(key, default)
        value = pointer.read(body, (key,))
        return default if value is ABSENT else value

    return part


_MEMBERS: Mapping[str, Callable[[str], Compute]] = {"resource": _field, "request.body": _part}


def _member(look_up: Compute, key: str) -> Compute:
    def member(frame: Frame) -> Any:
        value = look_up(frame)
        return value.get(key, ABSENT) if isinstance(value, dict) else pointer.read(value, (key,))

    return member


def _parent(source: expression.Source, _form: str) -> Compute:
    name, path = source.name, source.pointer
    if not path:
        return lambda frame: frame.parent(name, bared=True)
    if len(path) != 1:
        return lambda frame: pointer.read(frame.parent(name), path)
    (key,) = path

    def member(frame: Frame) -> Any:
        fields = ABSENT if frame.parents is None else frame.parents.parent_of(frame, name)
        return fields.get(key, ABSENT) if fields.__class__ is dict else pointer.read(fields, path)

    return member


def _query(source: expression.Source, _form: str) -> Compute:
    name = source.name
    return lambda frame: frame.request.query.get(name, ABSENT)


def _header(source: expression.Source, _form: str) -> Compute:
    name = source.name.lower()
    return lambda frame: frame.request.headers.get(name, ABSENT)


def _path(source: expression.Source, _form: str) -> Compute:
    name = source.name
    return lambda frame: frame.request.path.get(name, ABSENT)


def _server(_source: expression.Source, _form: str) -> Compute:
    """Return what says where the server is: as the request found it, or if nobody asks as it was started."""

    def server(frame: Frame) -> Any:
        raw = frame.request.raw
        host = raw.get(b"host")
        if not host:
            return ABSENT if frame.kind is None else frame.kind.address()
        scheme = "https" if raw.get(b"x-forwarded-proto") == b"https" else "http"
        return f"{scheme}://{host.decode('latin-1')}{raw.get(b'x-forwarded-prefix', b'').decode('latin-1')}"

    return server


def _now(_source: expression.Source, form: str) -> Compute:
    write = timing.renderer(form)
    return lambda frame: write(frame.now)


def _hex(source: expression.Source, _form: str) -> Compute:
    length = int(source.name)

    def drawn(frame: Frame) -> Any:
        if frame.draws is None:
            return ABSENT
        frame.drawn += 1
        return frame.draws.digits(frame.serial, frame.now, frame.drawn)[:length]

    return drawn


def _uuid(_source: expression.Source, form: str) -> Compute:
    digits = _hex(expression.Source("random.hex", "32"), form)
    return lambda frame: ABSENT if frame.draws is None else as_uuid(digits(frame))


def _sequence(_source: expression.Source, _form: str) -> Compute:
    return lambda frame: ABSENT if frame.draws is None else frame.draws.sequence()


def as_uuid(digits: str) -> str:
    """Return 32 hexadecimal digits as a UUID of version 4 (RFC 9562, section 5.4)."""
    variant = _VARIANTS[digits[16]]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


_LOOK_UPS: Mapping[str, Callable[[expression.Source, str], Compute]] = {
    "request.path": _path,
    "request.query": _query,
    "request.header": _header,
    "request.body": lambda _s, _f: lambda frame: frame.request.body,
    "resource": lambda _s, _f: lambda frame: frame.resource,
    "origin": lambda _s, _f: lambda frame: frame.origin,
    "parent": _parent,
    "scenario": lambda _s, _f: lambda frame: frame.scenario,
    "principal": lambda _s, _f: lambda frame: frame.principal,
    "list": lambda _s, _f: lambda frame: frame.list,
    "error": lambda _s, _f: lambda frame: frame.error,
    "server": _server,
    "state": lambda _s, _f: lambda frame: frame.state,
    "id": lambda _s, _f: lambda frame: frame.id,
    "now": _now,
    "sequence": _sequence,
    "random.uuid": _uuid,
    "random.hex": _hex,
    "absent": lambda _s, _f: lambda _frame: ABSENT,
}


def _moment(moment: expression.Moment, form: str) -> Compute:
    base, later = _instant(moment.base, form), _later(moment.plus, form)

    def compute(frame: Frame) -> Any:
        start, plus = base(frame), later(frame)
        if start is None or plus is None:
            return ABSENT
        when = max(timing.EARLIEST, min(start + plus, timing.LATEST))
        when = min(timing.next_full(when, moment.next), timing.LATEST) if moment.next else when
        return timing.render(when, form)

    return compute


def _instant(template: Template, form: str) -> Callable[[Frame], int | None]:
    if template == expression.Source("now"):
        return lambda frame: frame.now
    compute = compiled(template, form)
    return lambda frame: timing.parse(compute(frame), form)


def _later(plus: int | Template, form: str) -> Callable[[Frame], int | None]:
    if isinstance(plus, int):
        return lambda _frame: plus
    compute = compiled(plus, form)
    return lambda frame: microseconds(compute(frame))


def microseconds(seconds: Any) -> int | None:
    """Return a number of seconds in microseconds, or None for anything that is no number.

    More than there is between the first moment and the last is as much.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return int(max(-_EVER, min(seconds * timing.SECOND, _EVER)))

"""Lists: how they are cut into pages, narrowed and ordered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from speckit.lifecycle import Path
from speckit.operation import Operation, Parameter, parted
from toolkit.survey.forms import Form
from toolkit.survey.spelling import plain, words
from toolkit.survey.stamps import Stamps
from toolkit.survey.vocabulary import PAGES, SIZES, WINDOWS

_BOUNDS = {
    **dict.fromkeys(("since", "from", "gte", "min"), "from"),
    **dict.fromkeys(("until", "to", "lte", "max"), "to"),
    **dict.fromkeys(("after", "gt"), "after"),
    **dict.fromkeys(("before", "lt"), "before"),
}
"""The last word of a parameter that bounds a time, and how it is compared."""
_SCALARS = ("string", "integer", "number", "boolean", "")


@dataclass(frozen=True, slots=True)
class Paged:
    """How a list is cut: the style, its parameter, and that of the size with its default and bounds."""

    style: str
    param: str
    size: str = ""
    default: int | None = None
    min: int | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A query parameter that keeps those whose field matches, and why that is thought."""

    param: str
    field: Path
    match: str
    default: Any
    is_sure: bool


def paged(data: Mapping[str, Any], operation: Operation) -> Paged | None:
    """Return how `operation` cuts its list into pages; None where it has no parameter for the place."""
    queries = [each for each in operation.parameters if each.place == "query"]
    size = _named(queries, SIZES)
    for first, last in WINDOWS if size is None else ():
        start, end = _named(queries, (first,)), _named(queries, (last,))
        if start and end and _fits(data, "offset", start) and _fits(data, "offset", end):
            return Paged("range", start.name, end.name)
    for style, names in PAGES.items():
        place = _named([each for each in queries if each is not size], names)
        if place is not None and _fits(data, style, place):
            return _with_size(data, style, place, size)
    return None


def size_alone(data: Mapping[str, Any], operation: Operation) -> Paged | None:
    """Return the length of a page where a list has a parameter for that, and none for the place."""
    size = _named([each for each in operation.parameters if each.place == "query"], SIZES)
    return None if size is None else _with_size(data, "first", size, size)


def _named(queries: list[Parameter], names: tuple[str, ...]) -> Parameter | None:
    spelled = {plain(each.name): each for each in reversed(queries)}
    return next((spelled[name] for name in names if name in spelled), None)


def _fits(data: Mapping[str, Any], style: str, place: Parameter) -> bool:
    """Return whether a parameter's type allows a style: a page is a number, an id is no time."""
    form = Form(data, place.schema)
    if style in ("page", "offset"):
        return form.kind in ("integer", "number") or (form.kind == "" and style == "page")
    return form.kind in ("string", "") and not form.format.startswith("date")


def _with_size(data: Mapping[str, Any], style: str, place: Parameter, size: Parameter | None) -> Paged:
    if size is None:
        return Paged(style, place.name)
    whole = Form(data, size.schema).whole
    return Paged(
        style,
        place.name,
        size.name,
        _natural(whole, "default"),
        _natural(whole, "minimum"),
        _natural(whole, "maximum"),
    )


def _natural(whole: Mapping[str, Any], key: str) -> int | None:
    found = whole.get(key)
    return (
        int(found) if isinstance(found, int | float) and not isinstance(found, bool) and found >= 0 else None
    )


def narrowed(
    data: Mapping[str, Any], operation: Operation, item: Form, stamps: Stamps, used: frozenset[str]
) -> Iterator[Narrowed]:
    """Yield the filters of a list: query parameters whose names are those of fields.

    Args:
        used: Parameters that are something else, such as the page.
    """
    for each in _asking(operation):
        if each.name not in used:
            form = Form(data, each.schema)
            if found := _by_time(each, form, stamps) or _by_field(each, form, item) or _by_prefix(each, item):
                yield found


def _asking(operation: Operation) -> Iterator[Parameter]:
    """Yield each query parameter, and after it the members of one that is an object."""
    for each in operation.parameters:
        if each.place == "query":
            yield each
            named = (operation.query(f"{each.name}[{member}]") for member in each.members)
            yield from (member for member in named if member is not None)


def _by_time(parameter: Parameter, form: Form, stamps: Stamps) -> Narrowed | None:
    """Return the filter that `created_after` and its like are."""
    spelled = words(parameter.name)
    match = next((_BOUNDS[word] for word in reversed(spelled) if word in _BOUNDS), "")
    is_time = form.format == "date-time" or form.kind in ("integer", "string")
    about = "".join(word for word in spelled if word not in _BOUNDS)
    known = {
        "created": stamps.created,
        "updated": stamps.updated,
        "started": stamps.started,
        "ended": stamps.ended,
    }
    for name, field in known.items():
        if field and match and is_time and (about in (name, plain(field[-1])) or about.startswith(name)):
            return Narrowed(parameter.name, field, match, form.whole.get("default"), False)
    if match and not about and stamps.created and form.format == "date-time":
        return Narrowed(parameter.name, stamps.created, match, form.whole.get("default"), False)
    return None


def _by_field(parameter: Parameter, form: Form, item: Form) -> Narrowed | None:
    for name in (plain(parameter.name), plain(parameter.name).removesuffix("s"), *_tails(parameter.name)):
        for path, member in _scalars(item):
            if plain(path[-1]) == name and _comparable(form, member):
                match = "any" if form.kind == "array" else "equals"
                is_sure = path[-1] == parted(parameter.name)[-1] and len(path) == 1
                return Narrowed(parameter.name, path, match, _default(parameter, member), is_sure)
    return None


def _default(parameter: Parameter, member: Form) -> Any:
    """Return what counts where a client does not ask; that of a schema the field has, too, is the field's."""
    return None if member.stands_for(parameter.schema) else parameter.schema.get("default")


def _tails(name: str) -> tuple[str, ...]:
    """Return what a parameter like `filter[status]` or `job_status` may mean."""
    *above, last = parted(name)
    spelled = words(name)
    if above:
        return (plain(last),)
    return (spelled[-1],) if len(spelled) > 1 and spelled[0] in ("filter", "by", "with") else ()


def _by_prefix(parameter: Parameter, item: Form) -> Narrowed | None:
    spelled = words(parameter.name)
    if len(spelled) > 1 and spelled[-1] == "prefix":
        for name, member in item.members.items():
            if plain(name) == "".join(spelled[:-1]) and member.kind == "string":
                return Narrowed(parameter.name, (name,), "prefix", None, True)
    return None


def _scalars(item: Form) -> Iterator[tuple[Path, Form]]:
    for name, member in item.members.items():
        if member.kind in _SCALARS:
            yield (name,), member
    for name, member in item.members.items():
        if member.kind == "object":
            yield from (
                ((name, below), each) for below, each in member.members.items() if each.kind in _SCALARS
            )


def _comparable(form: Form, member: Form) -> bool:
    asked = form.items if form.kind == "array" else form
    if asked.words and member.words and not set(asked.words) & set(member.words):
        return False
    if asked.words and not member.words and len(asked.words) < 2:
        return False
    kind = asked.kind
    return (
        kind in ("", member.kind)
        or member.kind == ""
        or {kind, member.kind} <= {"string", "integer", "number"}
    )


@dataclass(frozen=True, slots=True)
class Sorted:
    """How a client chooses the order of a list.

    Attributes:
        param: The query parameter.
        fields: What each of its words sorts by, and whether the highest come first.
        direction: The parameter that turns it round with `desc`; empty where there is none.
    """

    param: str
    fields: Mapping[str, tuple[Path, bool]]
    direction: str = ""


def sorted_by(data: Mapping[str, Any], operation: Operation, item: Form) -> Sorted | None:
    """Return how clients order a list; None where a word has no field: nobody can say what it does."""
    queries = [each for each in operation.parameters if each.place == "query"]
    param = _named(queries, ("sort", "sortby", "orderby", "sortfield"))
    if param is None or not (allowed := Form(data, param.schema).words):
        return None
    known = {plain(path[-1]): path for path, _ in reversed(list(_scalars(item)))}
    fields = {word: found for word in allowed if (found := _ordering(word, known))}
    if len(fields) < len(allowed):
        return None
    direction = _named(queries, ("direction", "order", "sortorder", "sortdirection", "sortdir"))
    has_words = direction is not None and set(Form(data, direction.schema).words) == {"asc", "desc"}
    return Sorted(param.name, fields, direction.name if direction and has_words else "")


def _ordering(word: str, known: Mapping[str, Path]) -> tuple[Path, bool] | None:
    """Return the field that a word such as `-name`, `name:desc` or `NameAsc` sorts by, and if downwards."""
    if plain(word) in known:
        return known[plain(word)], word.startswith("-")
    spelled = words(word)
    field = known.get("".join(spelled[:-1]))
    return (field, _WAYS[spelled[-1]]) if field and spelled[-1] in _WAYS else None


_WAYS = {"asc": False, "ascending": False, "desc": True, "descending": True}
"""The last word of one that sorts, and whether the highest come first."""

"""Listing: the answer of a list, its pages, filters and order."""

from __future__ import annotations

import copy
from typing import Any

from speckit import pointer
from speckit.lifecycle import Path
from speckit.operation import Parameter
from speckit.pointer import ABSENT
from speckit.sample import Making
from toolkit.drafting.draft import Draft
from toolkit.drafting.fields import Fields
from toolkit.drafting.ground import computed, is_literal, literal
from toolkit.drafting.shown import capital, shown_as
from toolkit.survey import lists, replies
from toolkit.survey.acting import Act
from toolkit.survey.forms import Form
from toolkit.survey.replies import Reply
from toolkit.survey.spelling import plain

_TOTALS = (
    "total",
    "totalcount",
    "totalitems",
    "totalresults",
    "totalelements",
    "totalsize",
    "count",
    "itemcount",
)
_MORE = ("hasmore", "more", "hasnext", "hasnextpage")
_NEXT = ("next", "nextcursor", "nextpagetoken", "nexttoken", "cursor", "continue", "endcursor", "nextpage")
_USUAL_PAGE = 20
_SIZES = ("limit", "perpage", "pagesize", "size")


def listed(fields: Fields, draft: Draft, act: Act) -> dict[str, Any] | None:
    """Return the rule of a list; None where no answer is found that fits."""
    found = replies.replies(fields.ground.data, act.operation)
    reply = next((each for each in found if each.form and replies.listed(each.form) is not None), None)
    if reply is None or reply.form is None:
        return None
    pages = _pages(fields, act)
    place = ("operations", act.operation.id)
    rule: dict[str, Any] = {"role": "list"}
    if not _show(fields, draft, act, reply.form, rule, pages):
        return None
    if counts := _counts(reply):
        rule["success"] = rule.get("success", {}) | counts
    _narrow(fields, draft, act, rule, pages)
    if pages is not None:
        rule["paging"] = _written(pages, _fixed(reply.form)) | _outside(pages)
        names = list(dict.fromkeys(filter(None, (pages.param, pages.size))))
        draft.guess((*place, "paging"), f"by the name{'s' * (len(names) > 1)} of {' and '.join(names)}")
    if unread := _unread(act, rule):
        draft.unread[act.operation.id] = (*unread, *draft.unread.get(act.operation.id, ()))
        draft.guess(
            (*place, "#left"), f"not read, for nothing says what they ask of which field: {', '.join(unread)}"
        )
    return rule


def _unread(act: Act, rule: dict[str, Any]) -> tuple[str, ...]:
    """Return the query parameters that change nothing of a list."""
    sort = rule.get("sort", {})
    used = {*rule.get("filters", ()), *rule.get("paging", {}).values(), sort.get("param")}
    used |= {sort["direction"]} if isinstance(sort.get("direction"), str) else set()
    told = (_named(each, rule) for each in act.operation.parameters if each.place == "query")
    return tuple(name for names in told for name in names if name not in used)


def _named(parameter: Parameter, rule: dict[str, Any]) -> list[str]:
    """Return the names by which filters may ask: of an object its members, where one of them is one."""
    inside = [f"{parameter.name}[{member}]" for member in parameter.members]
    return inside if set(inside) & set(rule.get("filters", ())) else [parameter.name]


def _counts(reply: Reply) -> dict[str, Any]:
    """Return the headers of a list that tell how many there are."""
    names = [name for name in reply.headers if plain(name).removeprefix("x") in _TOTALS]
    return {"headers": {capital(name): "{$list#/total}" for name in names}} if names else {}


def parted(fields: Fields, draft: Draft, act: Act) -> dict[str, Any] | None:
    """Return the rule of a list of parts that one resource has, such as its events; None where none fits."""
    found = replies.replies(fields.ground.data, act.operation)
    reply = next((each for each in found if each.form and replies.listed(each.form) is not None), None)
    if reply is None or reply.form is None:
        return None
    path = replies.listed(reply.form) or ()
    sample = fields.ground.sample(replies.at(reply.form, path).items)
    pages = _pages(fields, act)
    rule: dict[str, Any] = {"role": "parts", "of": pointer.render((act.part,))}
    if not isinstance(sample, dict) or not is_literal(sample):
        return None
    if path:
        envelope = _envelope(fields, reply.form, path)
        if envelope is None:
            return None
        rule["success"] = {"body": _body(reply.form, path, envelope, pages)}
    if not _is_whole(fields, reply.form, rule):
        return None
    _keep(fields, draft, act.part, literal([sample]))
    if pages is not None and (pages.style != "after" or _has_key(sample)):
        rule["paging"] = _written(pages, _fixed(reply.form)) | _outside(pages)
    return rule


def _has_key(sample: dict[str, Any]) -> bool:
    return isinstance(sample.get("id"), str | int)


def _keep(fields: Fields, draft: Draft, name: str, value: Any) -> None:
    """Let the server hold `value` under a name that the resource does not show."""
    if name not in fields.templates:
        fields.templates = {**fields.templates, name: value}
        draft.raw["initially"] = fields.templates
        draft.raw["hidden"] = [*draft.raw.get("hidden", []), pointer.render((name,))]


def _pages(fields: Fields, act: Act) -> lists.Paged | None:
    data = fields.ground.data
    return lists.paged(data, act.operation) or lists.size_alone(data, act.operation)


def _outside(pages: lists.Paged) -> dict[str, str]:
    """Return what a length does that the parameter's schema allows, and that makes no page."""
    is_bounded = pages.min is not None and pages.max is not None
    return {} if is_bounded or not pages.size or pages.style == "range" else {"outOfRange": "clamp"}


def _fixed(form: Form) -> int:
    """Return the length of pages that an answer shows, where a client has no say."""
    found = [part for name, part in form.members.items() if plain(name) in _SIZES]
    said = [value for part in found for value in (*part.examples, *map(part.whole.get, ("const", "maximum")))]
    said += [value for part in found for value in part.whole.get("enum", ())]
    return next((each for each in said if isinstance(each, int) and each > 0), _USUAL_PAGE)


def _written(pages: lists.Paged, fixed: int) -> dict[str, Any]:
    raw: dict[str, Any] = {"style": pages.style}
    if pages.style == "range":
        return raw | {"start": pages.param, "end": pages.size}
    if pages.style != "first":
        raw[pages.style] = pages.param
    raw |= {"size": pages.size} if pages.size else {"fixed": fixed}
    if not pages.size:
        return raw
    bounds = {"default": pages.default, "min": pages.min, "max": pages.max}
    return raw | {
        name: value for name, value in bounds.items() if value is not None and (value or name == "min")
    }


def _show(
    fields: Fields, draft: Draft, act: Act, form: Form, rule: dict[str, Any], pages: lists.Paged | None
) -> bool:
    """Put the answer into `rule`, and a view of less where items may not have all; say whether it fits."""
    path = replies.listed(form) or ()
    items = replies.at(form, path).items
    view = _view(fields, items)
    if view is None:
        return False
    if view:
        name = _called(draft, view)
        draft.raw.setdefault("views", {})[name] = view
        rule["view"] = name
    if path:
        sample = _envelope(fields, form, path)
        if sample is None:
            return False
        rule["success"] = {"body": _body(form, path, sample, pages)}
    return _is_whole(fields, form, rule)


def _envelope(fields: Fields, form: Form, path: Path) -> dict[str, Any] | None:
    """Return an example of the answer of a list with nothing in it; None where there is none."""
    made = Making(fields.ground.data, "writeOnly").value(form.schema, ())
    if not isinstance(made, dict):
        return None
    made = copy.deepcopy(made)
    pointer.write(made, path, [])
    found = fields.ground.pruned(made, form)
    return found if isinstance(found, dict) and is_literal(found) else None


def _called(draft: Draft, view: dict[str, Any]) -> str:
    """Return the name of a view of items, a new one where another has it."""
    views = draft.raw.get("views", {})
    names = ("item", *(f"item{number}" for number in range(2, 100)))
    return next(each for each in names if views.get(each, view) == view)


def _view(fields: Fields, items: Form) -> dict[str, Any] | None:
    """Return how an item of a list is shown; empty for the whole of it, None where it cannot be one."""
    if all(fields.ground.fits(each, items) for each in fields.instances()):
        return {}
    only = [name for name in fields.templates if name in items.members]
    short = [{name: each[name] for name in only if name in each} for each in fields.instances()]
    if only and all(fields.ground.fits(each, items) for each in short):
        return {"only": [pointer.render((name,)) for name in only]}
    body = shown_as(fields, items)
    return {"body": body} if isinstance(body, dict) else None


def _body(form: Form, path: Path, sample: dict[str, Any], pages: lists.Paged | None) -> dict[str, Any]:
    """Return the envelope of a list: items at `path`, counts where names say so, else the example."""
    head, *rest = path
    body: dict[str, Any] = {}
    for name, member in form.members.items():
        if name == head:
            inner = sample.get(name)
            body[name] = "$list#/items" if not rest else _body(member, tuple(rest), inner or {}, pages)
        elif (value := _fact(name, member, pages)) is not ABSENT:
            body[name] = value
        elif name in sample and (name in form.required or member.words or _has_facts(member, pages)):
            body[name] = _nested(member, sample[name], pages)
    return body


def _nested(form: Form, value: Any, pages: lists.Paged | None) -> Any:
    if form.kind == "array" and "minItems" not in form.whole:
        return []
    if not isinstance(value, dict):
        return literal(value)
    facts = {name: _fact(name, member, pages) for name, member in form.members.items()}
    return {
        name: facts[name] if facts.get(name, ABSENT) is not ABSENT else literal(part)
        for name, part in value.items()
    }


def _has_facts(form: Form, pages: lists.Paged | None) -> bool:
    return any(_fact(name, member, pages) is not ABSENT for name, member in form.members.items())


def _fact(name: str, form: Form, pages: lists.Paged | None) -> Any:
    """Return what a member beside the items tells of the list; ABSENT where its name says nothing."""
    spelled, style = plain(name), pages.style if pages else ""
    is_number = form.kind in ("integer", "number")
    if spelled in _TOTALS and is_number:
        return "$list#/total"
    if spelled in _MORE and form.kind == "boolean":
        return "$list#/more"
    if (
        spelled in _NEXT
        and style in ("cursor", "after")
        and form.kind in ("string", "")
        and form.format != "uri"
    ):
        return _or_nothing("$list#/next", form)
    if spelled in ("page", "currentpage", "pagenumber") and style == "page" and is_number:
        return "$list#/page"
    if spelled == "offset" and style == "offset" and is_number:
        return "$list#/offset"
    if spelled in _SIZES and pages and is_number:
        return "$list#/size"
    if spelled in ("firstid", "lastid") and style == "after":
        return _or_nothing(f"$list#/{spelled.removesuffix('id')}", form)
    return ABSENT


def _or_nothing(source: str, form: Form) -> Any:
    """Return the template of a place in a list; where there is none, it is null, else an empty text."""
    return {"$first": [source, None]} if form.is_nullable else {"$some": [source, ""]}


def _is_whole(fields: Fields, form: Form, rule: dict[str, Any]) -> bool:
    """Return whether a list with nothing in it fits; that its items do has been seen."""
    body = rule.get("success", {}).get("body", "$list#/items")
    for facts in fields.facts():
        facts.list = {
            "items": [],
            "total": 1,
            "count": 0,
            "page": 1,
            "offset": 0,
            "size": _fixed(form),
            "more": False,
        }
        if not fields.ground.fits(computed(body, facts), form):
            return False
    return True


def _keeps_nothing(fields: Fields, found: lists.Narrowed) -> bool:
    """Return whether a filter's default is a state that nothing is ever in."""
    state = fields.resource.state
    is_noise = state is not None and found.field == state.field and found.default in state.noise
    return found.default == [] or is_noise


def _narrow(fields: Fields, draft: Draft, act: Act, rule: dict[str, Any], pages: lists.Paged | None) -> None:
    data, item = fields.ground.data, fields.resource.item
    used = frozenset((pages.param, pages.size)) if pages else frozenset()
    filters: dict[str, Any] = {}
    for each in lists.narrowed(data, act.operation, item, fields.resource.stamps, used):
        if each.field[0] not in fields.templates or _keeps_nothing(fields, each):
            continue
        field = pointer.render(each.field)
        more = ({"match": each.match} if each.match != "equals" else {}) | (
            {"default": each.default} if each.default is not None else {}
        )
        filters[each.param] = {"field": field, **more} if more else field
        draft.note(("operations", act.operation.id, "filters", each.param), f"its name is that of {field}",
                   is_sure=each.is_sure)  # fmt: skip
    if filters:
        rule["filters"] = filters
    if ordered := lists.sorted_by(data, act.operation, item):
        rule["sort"] = _sort(ordered)
        place = ("operations", act.operation.id, "sort")
        draft.guess(place, f"by the name of {ordered.param}, and its words")


def _sort(found: lists.Sorted) -> dict[str, Any]:
    raw: dict[str, Any] = {"param": found.param}
    if found.direction:
        raw["direction"] = found.direction
    fields = {word: "-" * down + pointer.render(path) for word, (path, down) in found.fields.items()}
    return raw | {"fields": fields}

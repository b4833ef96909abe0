"""Seeding: what is there from the start: what the document shows, and what no operation could make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from speckit import pointer
from speckit.expression import sources, template
from speckit.pointer import ABSENT
from toolkit.drafting.draft import Draft
from toolkit.drafting.fields import Fields
from toolkit.drafting.ground import is_literal, literal
from toolkit.drafting.line import Line
from toolkit.survey import replies
from toolkit.survey.forms import Form

_MOST = 20


def seed(draft: Draft, fields: Fields, found: Line | None) -> None:
    """Let something be there from the start: one in each state that no operation leads to.

    Where no operation makes any, one in each state; below something else, none, for nobody knows below which.
    """
    roles = {rule["role"] for rule in draft.raw["operations"].values()}
    if "create" in roles:
        seeds: list[dict[str, Any]] = [{"state": each, "set": {}} for each in _unreached(draft, found)]
    elif _is_held(draft, fields):
        draft.held = fields.resource.above.resource if fields.resource.above else ""
        return
    elif not (first := _first(draft, fields)):
        return
    else:
        states = list(draft.raw.get("state", {}).get("states", ()))
        seeds = [{"state": name, "set": {}} for name in states] or [{"set": {}}]
        seeds[0] |= {"set": first} if "generate" not in draft.raw["identity"] or _shown_ids(fields) else {}
        seeds = seeds if "generate" in draft.raw["identity"] else seeds[:1]
        draft.guess(("seed",), "no operation makes one, so some are there from the start")
    if seeds:
        draft.raw["seed"] = [{**each, "set": _whole(draft, fields, each["set"])} for each in seeds]


def _is_held(draft: Draft, fields: Fields) -> bool:
    """Return whether one is always below something else, and nobody knows below which."""
    return bool(draft.raw.get("parents")) and fields.resource.above is not None


def _references(draft: Draft) -> set[str]:
    """Return the fields that hold what one is below."""
    return {pointer.parse(each["field"])[0] for each in draft.raw.get("parents", {}).values()}


def _whole(draft: Draft, fields: Fields, given: dict[str, Any]) -> dict[str, Any]:
    """Return `given` with what a request would say and the schema requires, as the document shows it."""
    if fields.fits_seeded(given):
        return given
    item = fields.resource.item
    sample = fields.ground.sample(item, fields.resource.shown)
    known = {name: literal(value) for name, value in sample.items() if is_literal(value)} if sample else {}
    asked = (name for name in fields.templates if _is_asked(fields, name))
    said = {name: known[name] for name in asked if name in known.keys() - given.keys() - _references(draft)}
    needed = {name: value for name, value in said.items() if name in item.required}
    tries = ({**given, **needed}, {**given, **said})
    return next((each for each in tries if fields.fits_seeded(each)), given)


def _is_asked(fields: Fields, name: str) -> bool:
    """Return whether a field comes from the request that makes one."""
    return any(source.kind.startswith("request") for source in sources(template(fields.templates[name])))


def _unreached(draft: Draft, found: Line | None) -> Iterator[str]:
    reached = {each["to"] for each in draft.raw.get("transitions", ())}
    if found is not None:
        yield from (w.value for w in found.way if w.value != found.first.value and w.value not in reached)


def _first(draft: Draft, fields: Fields) -> dict[str, Any]:
    """Return the fields of the first seed: its id as the document shows one, else as paths allow it."""
    identity = fields.resource.identity
    ids = [*_shown_ids(fields), *_path_ids(fields), *_told_ids(fields)]
    if ids and len(identity.field) == 1:
        return {identity.field[0]: literal(ids[0])}
    return {identity.field[0]: "$id"} if "generate" in draft.raw["identity"] else {}


def _shown_ids(fields: Fields) -> list[Any]:
    found = pointer.read(fields.resource.shown, fields.resource.identity.field)
    return [found] if _is_id(fields, found) else []


def _path_ids(fields: Fields) -> Iterator[Any]:
    for act in fields.resource.acting("get"):
        parameter = act.operation.parameter("path", fields.resource.param)
        found = fields.ground.sample(Form(fields.ground.data, parameter.schema)) if parameter else ABSENT
        if _is_id(fields, found):
            yield found


def _told_ids(fields: Fields) -> Iterator[Any]:
    """Yield an id as the schema of its field tells it."""
    form = fields.resource.identity.form
    if form is not None and _is_id(fields, found := fields.ground.sample(form)):
        yield found


def _is_id(fields: Fields, found: Any) -> bool:
    identity = fields.resource.identity
    if not isinstance(found, int if identity.is_integer else str) or isinstance(found, bool):
        return False
    return is_literal(found) and (identity.form is None or fields.ground.fits(found, identity.form))


def shown(draft: Draft, fields: Fields) -> None:
    """Let what the document shows as examples be there from the start, where their ids are clear."""
    field = fields.resource.identity.field
    if _is_held(draft, fields) or len(field) > 1:
        return
    references = _references(draft)
    seeds: dict[str, Any] = {}
    for each in _examples(fields):
        key = each.get(field[0])
        given = {name: literal(value) for name, value in each.items() if name in fields.templates}
        is_alone = all(each.get(name) is None for name in references)
        if is_alone and _is_id(fields, key) and is_literal(each) and len(seeds) < _MOST:
            seeds.setdefault(repr(key), given)
    if seeds:
        state = {"state": draft.raw["state"]["initial"]} if "state" in draft.raw else {}
        draft.raw["seed"] = [{**state, "set": given} for given in seeds.values()]


def _examples(fields: Fields) -> Iterator[Mapping[str, Any]]:
    """Yield the whole examples of one, those in lists first, that its schema allows."""
    for act in fields.resource.acting("list"):
        for reply in replies.replies(fields.ground.data, act.operation)[:1]:
            path = replies.listed(reply.form) if reply.form else None
            found = pointer.read(reply.shown, path) if path is not None else None
            yield from filter(lambda each: _is_whole(fields, each), found if isinstance(found, list) else ())
    if _is_whole(fields, fields.resource.shown):
        yield fields.resource.shown


def _is_whole(fields: Fields, each: Any) -> bool:
    return isinstance(each, Mapping) and fields.ground.fits(each, fields.resource.item)

"""Drafts one lifecycle: who it is, what it holds, how it lives, and what each operation does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from speckit import pointer
from speckit.pointer import ABSENT
from toolkit.drafting import fields as holding
from toolkit.drafting.conditions import conditional, once
from toolkit.drafting.draft import Draft
from toolkit.drafting.emptying import anew, empty, fill
from toolkit.drafting.fields import Fields, begins_later
from toolkit.drafting.ground import Ground, is_constant
from toolkit.drafting.line import Line, add, lay, line, rest
from toolkit.drafting.listing import listed, parted
from toolkit.drafting.seeding import seed, shown
from toolkit.drafting.shown import part, success, text
from toolkit.drafting.taking import Taken, reset, taken, wider
from toolkit.drafting.triggers import pull, remove, replaced
from toolkit.survey import replies
from toolkit.survey.acting import Act
from toolkit.survey.forms import Form
from toolkit.survey.identity import alternate
from toolkit.survey.resources import Resource
from toolkit.survey.spelling import plain
from toolkit.survey.vocabulary import RESULTS

NO_IDS = (
    "nobody can tell how new ids look that its paths allow: say it with 'generate' in 'identity', "
    "as in exp_{$random.hex8}, and add the operation"
)
_KEPT = "kept"
"""The one state of a resource that can be removed and shows none."""


def drafted(
    ground: Ground, resource: Resource, known: Mapping[str, Resource], *, lives: bool = True
) -> Draft | None:
    """Return a lifecycle of `resource`; None where nothing that fits its schema can be made up.

    Args:
        known: All resources by name.
        lives: Whether its states are wanted, where it has some; if not, the document's examples are there
            from the start.
    """
    resource = resource if lives else replace(resource, acts=_remembered(resource))
    found = line(resource, _example_state(ground, resource)) if lives else None
    draft = Draft(resource.name, {"identity": _identity(resource)})
    fields = holding.drafted(ground, resource, draft, found.first.value if found else "")
    if fields is None:
        return None
    fields.emptied = empty(fields)
    draft.raw["initially"] = fields.templates
    _parents(draft, resource, known)
    _live(draft, fields, found)
    _operate(draft, fields, found)
    _hide(draft, fields)
    conditional(draft, fields)
    seed(draft, fields, found)
    if not lives:
        shown(draft, fields)
    return _in_order(draft) if draft.raw["operations"] else None


def _remembered(resource: Resource) -> tuple[Act, ...]:
    """Return what operations do to a resource that is just kept: nothing is asked of it."""
    return tuple(each for each in resource.acts if each.role not in ("trigger", "other"))


def _hide(draft: Draft, fields: Fields) -> None:
    """Keep what is only sent out of answers."""
    paths = fields.ground.unshown(fields.resource.item)
    if found := [pointer.render(path) for path in paths if path[0] in fields.templates]:
        draft.raw["hidden"] = [*draft.raw.get("hidden", []), *found]
        draft.note(("hidden",), f"the schema says writeOnly of {', '.join(found)}")


def _identity(resource: Resource) -> dict[str, Any]:
    found = resource.identity
    raw: dict[str, Any] = {"param": resource.param} if resource.param else {}
    raw["field"] = pointer.render(found.field)
    if found.is_integer:
        raw["type"] = "integer"
    others = {
        each: alternate(resource.item, each, resource.name, found.field) for each in resource.params[1:]
    }
    if others:
        raw["alternates"] = [{"param": each, "field": pointer.render(path)} for each, path in others.items()]
    return raw


def _example_state(ground: Ground, resource: Resource) -> Any:
    """Return the state in the example of what a create answers."""
    if resource.state is None:
        return None
    for act in resource.acting("create"):
        for reply in replies.replies(ground.data, act.operation):
            for path in ((), resource.envelope):
                found = pointer.read(reply.shown, (*path, *resource.state.field))
                if isinstance(found, str):
                    return found
    return None


def _parents(draft: Draft, resource: Resource, known: Mapping[str, Resource]) -> None:
    """Put it below the resources that its paths name, where those can be there."""
    for each in filter(None, (resource.above, *resource.beside)):
        above = known.get(each.resource)
        if above is None or not _can_be(above):
            continue
        field = resource.refers_by(each.param)
        if field is None:
            field = (f"above_{plain(each.param)}",)
            draft.raw["hidden"] = [*draft.raw.get("hidden", []), pointer.render(field)]
        name = above.name[:1].lower() + above.name[1:]
        draft.raw.setdefault("parents", {})[name] = {
            "resource": above.name,
            "param": each.param,
            "field": pointer.render(field),
        }
    if "parents" in draft.raw:
        names = " and ".join(each["resource"] for each in draft.raw["parents"].values())
        draft.guess(("parents",), f"its path begins with that of {names}")


def _can_be(above: Resource) -> bool:
    return bool(above.acting("create")) or above.shown is not None or bool(above.acting("get", "list"))


def _live(draft: Draft, fields: Fields, found: Line | None) -> None:
    if found is not None:
        lay(draft, found)
        _scenarios(draft)
        _enter(draft, fields, found)
        fill(draft, fields, found)
    elif fields.resource.acting("remove", "replace", "clear") or _unmoving(fields.resource):
        draft.raw["state"] = {"initial": _KEPT, "states": {_KEPT: {"category": "resting"}}}
        draft.raw["transitions"] = []
        draft.note(("state",), "it shows no state; it is there until it is removed")


def _scenarios(draft: Draft) -> None:
    names = dict.fromkeys(each["scenario"] for each in draft.raw["transitions"] if "scenario" in each)
    if names:
        draft.raw["scenarios"] = {name: {} for name in names}
        draft.guess(
            ("scenarios",),
            "other ends than the usual one: a client chooses by the header Understudy-Scenario",
        )


def _enter(draft: Draft, fields: Fields, found: Line) -> None:
    """Let times be written when a state is entered."""
    stamps = fields.resource.stamps
    entered: dict[str, str] = {}
    for stem, path in stamps.others.items():
        word = next((each for each in found.states.words if plain(each.value) == stem), None)
        if word and begins_later(fields, path):
            entered[word.value] = pointer.render(path)
    if stamps.started and found.working and begins_later(fields, stamps.started):
        entered.setdefault(found.working[0].value, pointer.render(stamps.started))
    if stamps.ended and begins_later(fields, stamps.ended):
        for word in found.ends:
            entered.setdefault(word.value, pointer.render(stamps.ended))
    states = draft.raw["state"]["states"]
    entered = {state: path for state, path in entered.items() if state in states}
    if entered:
        draft.raw.setdefault("timestamps", {"format": stamps.format})["entered"] = entered
        draft.guess(("timestamps", "entered"), "by the names of the fields")
    draft.raw["initially"] = fields.templates


def _operate(draft: Draft, fields: Fields, found: Line | None) -> None:
    """Add what each operation does; those for which no fitting answer is found are left to the examples."""
    draft.raw["operations"] = {}
    draft.raw.setdefault("transitions", [])
    for act in fields.resource.acts:
        rule = _rule(draft, fields, act, found)
        if rule is None:
            draft.left.setdefault(act.operation.id, "no answer could be made up that fits what it documents")
        else:
            draft.raw["operations"][act.operation.id] = rule
            patched = "; a JSON Patch it cannot apply" if replies.is_patched(act.operation) else ""
            draft.note(
                ("operations", act.operation.id), act.why + patched, is_sure=act.is_sure and not patched
            )
    if found is not None:
        pull(draft, fields.resource, found)
        for act in fields.resource.acting("other"):
            draft.drop(act.operation.id, "no known word says what it does")
        anew(draft, found)
        rest(draft)
    else:
        for act in fields.resource.acting("remove"):
            if act.operation.id in draft.raw["operations"]:
                remove(draft, act)
        _stay(draft, fields.resource)
    for act in fields.resource.acting("replace", "clear"):
        replaced(draft, act)
    _prune(draft)
    if found is None and not draft.raw["transitions"]:
        draft.raw.pop("state", None)


def _unmoving(resource: Resource) -> list[Act]:
    """Return what asks something of a resource that shows no state."""
    asked = resource.acting("trigger", "other") if resource.state is None else []
    return [act for act in asked if act.operation.method != "DELETE"]


def _stay(draft: Draft, resource: Resource) -> None:
    """Let what is asked of something without a state leave it as it is, where nothing but it is answered."""
    for act in _unmoving(resource):
        rule = draft.raw["operations"].get(act.operation.id)
        if rule is not None and "body" not in rule.get("success", {}):
            why = f"{act.why}; it shows no state that this could change"
            add(draft, why, act.verb or act.part, _KEPT, _KEPT, trigger=act.operation.id)
    kept = {each.get("trigger") for each in draft.raw["transitions"]}
    for act in resource.acting("trigger", "other"):
        if act.operation.id not in kept:
            draft.drop(act.operation.id, "it has no state that this could change")


def _prune(draft: Draft) -> None:
    """Take out transitions whose operation has none of our rules."""
    operations = draft.raw["operations"]
    for each in list(draft.raw["transitions"]):
        trigger = each.get("trigger", "$external")
        if isinstance(trigger, str) and not trigger.startswith("$") and trigger not in operations:
            draft.drop(trigger, draft.left.get(trigger, "it is left to the examples"))


def _rule(draft: Draft, fields: Fields, act: Act, found: Line | None) -> dict[str, Any] | None:
    if act.role == "list":
        return listed(fields, draft, act)
    if act.role == "part":
        return _parts(draft, fields, act) or _part(draft, fields, act, found)
    if act.role in ("create", "replace") and not _has_ids(draft, fields, act):
        draft.left[act.operation.id] = NO_IDS
        return None
    if (
        act.role == "update"
        and replies.is_patched(act.operation)
        and not replies.sent(fields.ground.data, act.operation)
    ):
        draft.left[act.operation.id] = "a JSON Patch is all that it takes, and no lifecycle can apply one"
        return None
    answer = success(fields, act)
    if answer is None:
        return None
    rule: dict[str, Any] = {
        "role": {"remove": "trigger", "other": "trigger", "clear": "batch"}.get(act.role, act.role)
    }
    if act.role == "create" and act.part:
        rule["id"] = f"$request.path.{act.part}"
    if (act.role == "update" or act.verb == "upsert") and (change := _change(fields, draft, act)):
        rule["change"] = change
    elif act.verb == "upsert":
        # Without a change it would be refused where it is there already.
        rule["change"] = {pointer.render(fields.resource.identity.field): "$id"}
        draft.guess(("operations", act.operation.id, "change"), "what is there already stays as it is")
    if act.role in ("create", "replace"):
        rule |= once(draft, act)
    return rule | ({"success": answer} if answer else {})


def _parts(draft: Draft, fields: Fields, act: Act) -> dict[str, Any] | None:
    """Return the rule of a list that each resource has of its own, such as its events."""
    return None if plain(act.part) in RESULTS else parted(fields, draft, act)


def _part(draft: Draft, fields: Fields, act: Act, found: Line | None) -> dict[str, Any] | None:
    """Return the rule of a part of the resource: there always, or of a result once that is there."""
    body = part(fields, act)
    said = _as_text(fields, act) if body is ABSENT else None
    if body is ABSENT and said is None:
        return None
    rule: dict[str, Any] = {"role": "get", **({"success": said} if said else {})}
    if said is None and body != "$resource":
        draft.raw.setdefault("views", {})[act.part] = {"body": body}
        rule["view"] = act.part
    if found is not None and found.end is not None and plain(act.part) in RESULTS:
        rule["available"] = {"in": [found.end.value]}
        draft.guess(("operations", act.operation.id, "available"), "results are there when the work is done")
    return rule


def _as_text(fields: Fields, act: Act) -> dict[str, Any] | None:
    """Return the answer of a part of the resource that is a text; None where it is none."""
    found = replies.replies(fields.ground.data, act.operation)[:1]
    return next((text(fields, each, act) for each in found if each.media and each.form is None), None)


def _change(fields: Fields, draft: Draft, act: Act) -> dict[str, Any]:
    """Return what a change writes; a PUT empties what its body leaves out, where the schema knows how."""
    body = replies.sent(fields.ground.data, act.operation)
    found = dict(_changes(fields, draft, body)) if body else {}
    items, is_whole = fields.resource.item.members, act.operation.method == "PUT"
    optional = [name for name in found if is_whole and body and name not in body.required]
    empty = {name: value for name in optional if (value := reset(items[name])) is not ABSENT}
    notes = ["a PUT replaces: what it leaves out is null or its default"] if is_whole and found else []
    if stay := [name for name in optional if name not in empty]:
        notes.append(f"what has neither stays as it was: {', '.join(stay)}")
    if wide := [name for name, each in found.items() if not each.is_sure]:
        notes.append(wider(wide))
    if notes:
        draft.guess(("operations", act.operation.id, "change"), "; ".join(notes))
    return {
        pointer.render((name,)): each.or_else(empty[name]) if name in empty else each.alone()
        for name, each in found.items()
    }


def _changes(fields: Fields, draft: Draft, body: Form) -> Iterator[tuple[str, Taken]]:
    """Yield the fields that a body changes, and what each gets from it."""
    resource = fields.resource
    own = {resource.identity.field[0], *(path[0] for path in resource.stamps.fields())}
    own |= {resource.state.field[0]} if resource.state and fields.first else set()
    for name, form in body.members.items():
        item = resource.item.members.get(name)
        if item is None or name in own or item.is_read_only:
            continue
        found = taken(name, item, form)
        if found is None or (name not in fields.templates and not begins_later(fields, (name,))):
            draft.untaken.append(name)
        else:
            yield name, found


def _has_ids(draft: Draft, fields: Fields, act: Act) -> bool:
    """Return whether something says where the id of a new resource comes from."""
    name = fields.resource.identity.field[0]
    return (
        bool(act.part) or "generate" in draft.raw["identity"] or not is_constant(fields.templates.get(name))
    )


_ORDER = (
    *("description", "identity", "parents", "initially", "hidden", "views", "timestamps", "etag"),
    *("scenarios", "state", "transitions", "operations", "seed"),
)


def _in_order(draft: Draft) -> Draft:
    """Return `draft` with its parts in the order of the reference, empty ones left out."""
    draft.raw = {key: draft.raw[key] for key in _ORDER if draft.raw.get(key)}
    return draft

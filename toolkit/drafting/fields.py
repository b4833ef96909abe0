"""Fields: what a new resource holds, each value tried against the schema before it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from speckit import pointer, timing
from speckit.lifecycle import Path
from speckit.pointer import ABSENT
from toolkit.drafting.draft import Draft
from toolkit.drafting.ground import Facts, Ground, computed, is_constant, is_literal, literal
from toolkit.drafting.saying import addressed
from toolkit.drafting.taking import Taken, taken, wider
from toolkit.survey import replies
from toolkit.survey.forms import Form
from toolkit.survey.generating import New, patterned
from toolkit.survey.resources import Resource
from toolkit.survey.spelling import plain

_NOW = 1_767_225_600 * timing.SECOND


@dataclass(slots=True)
class Fields:
    """The fields of one resource: templates by name, and what they yield for requests that are tried.

    Attributes:
        requests: Bodies that creates are tried with: the least one, and a full one.
        paths: Path parameters that creates are tried with.
        start: The first number where new ids count.
        emptied: What is empty at first, and the value that fits once it is there.
    """

    ground: Ground
    resource: Resource
    templates: dict[str, Any]
    generate: str
    first: str
    requests: tuple[Any, ...]
    paths: dict[str, Any]
    start: int = 1
    emptied: dict[str, Any] = field(default_factory=dict)

    def instances(self, templates: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the resource as each of the requests would make it."""
        return [self._instance(templates or self.templates, body) for body in self.requests]

    def fits_seeded(self, given: dict[str, Any]) -> bool:
        """Return whether one that no request makes fits its schema, with what is `given`."""
        return self.ground.fits(self._instance({**self.templates, **given}, ABSENT), self.resource.item)

    def facts(self) -> list[Facts]:
        """Return what answers may look up, once for each of the requests."""
        path = self.resource.identity.field
        return [
            Facts(resource=each, id=pointer.read(each, path), state=self.first, path=self.paths)
            for each in self.instances()
        ]

    def try_out(self, name: str, value: Any) -> bool:
        """Let the field `name` be `value` where all that comes of it fits the schema; say whether it does."""
        tried = {**self.templates, name: value}
        if all(self.ground.fits(each, self.resource.item) for each in self.instances(tried)):
            self.templates = tried
            return True
        return False

    def try_at(self, path: Path, value: Any) -> bool:
        """Do what `try_out` does for a field inside others."""
        if len(path) == 1:
            return self.try_out(path[0], value)
        outer = self.templates.get(path[0])
        inner = dict(outer) if isinstance(outer, dict) else {}
        pointer.write(inner, path[1:], value)
        return self.try_out(path[0], inner)

    def _instance(self, templates: dict[str, Any], body: Any) -> dict[str, Any]:
        form = self.resource.stamps.format
        now = timing.render(_NOW, form)
        facts = Facts(id=self.made(), state=self.first, now=now, body=body, path=self.paths)
        facts.resource = {}
        for name, template in templates.items():
            if (value := computed(template, facts)) is not ABSENT:
                facts.resource[name] = value
        return dict(facts.resource)

    def made(self) -> Any:
        """Return an id as new ones are; ABSENT where the server makes none."""
        return computed(self.generate, Facts(sequence=self.start)) if self.generate else ABSENT


def drafted(ground: Ground, resource: Resource, draft: Draft, first: str) -> Fields | None:
    """Return the fields of a new resource; None where no value is found that fits its schema.

    Args:
        draft: Receives `identity/generate`, `initially`, `timestamps`, and why they are so.
        first: The word of its first state; empty where it has none.
    """
    sample = ground.sample(resource.item, resource.shown)
    if not isinstance(sample, dict):
        return None
    sample = {name: value for name, value in sample.items() if is_literal(value)}
    if not ground.fits(sample, resource.item):
        return None
    linked = {name: addressed(value, name) for name, value in sample.items()}
    sample = linked if ground.fits(linked, resource.item) else sample
    templates = {name: literal(value) for name, value in _ordered(sample, resource.item)}
    requests, paths = tuple(_requests(ground, resource)), dict(_paths(ground, resource))
    fields = Fields(ground, resource, templates, "", first, requests, paths)
    _identify(fields, draft)
    _enter(fields)
    _take(fields, draft)
    _place(fields)
    _stamp(fields, draft)
    draft.raw["initially"] = fields.templates
    return fields


def _ordered(sample: dict[str, Any], item: Form) -> Iterator[tuple[str, Any]]:
    """Yield the members of `sample` in the order of the schema."""
    yield from ((name, sample[name]) for name in item.members if name in sample)
    yield from ((name, value) for name, value in sample.items() if name not in item.members)


def _requests(ground: Ground, resource: Resource) -> Iterator[Any]:
    bodies = [
        form
        for act in resource.acting("create", "replace")
        if (form := replies.sent(ground.data, act.operation))
    ]
    for form in bodies:
        yield ground.least(form)
        yield ground.full(form)
    if not bodies:
        yield ABSENT


def _paths(ground: Ground, resource: Resource) -> Iterator[tuple[str, Any]]:
    for act in resource.acting("create", "replace"):
        for each in act.operation.parameters:
            if each.place == "path":
                yield each.name, ground.sample(Form(ground.data, each.schema))


def _identify(fields: Fields, draft: Draft) -> None:
    """Find a way to make ids that the schema allows."""
    identity = fields.resource.identity
    name, shown = identity.field[0], identity.form is not None
    if not shown:
        fields.generate, fields.start = identity.generate[0].expression, 1
        fields.templates = {name: "$id", **fields.templates}
        draft.raw["hidden"] = [pointer.render(identity.field)]
    elif not any(_makes(fields, new) for new in _ways(fields)):
        fields.generate = ""
        return
    if fields.start != 1:
        draft.raw["identity"]["start"] = fields.start
    draft.raw["identity"]["generate"] = fields.generate
    draft.note(("identity",), f"{identity.why}; how new ids look is ours", is_sure=identity.is_sure)


def _ways(fields: Fields) -> Iterator[New]:
    """Yield how ids may be made: as they are shown, then as paths want them."""
    yield from fields.resource.identity.generate
    for form in _addresses(fields):
        yield from patterned(form)


def _makes(fields: Fields, new: New) -> bool:
    """Return whether ids made so fit where they are shown, and where paths have them."""
    fields.generate, fields.start = new.expression, new.start
    made = fields.made()
    return all(fields.ground.fits(made, form) for form in _addresses(fields)) and fields.try_at(
        fields.resource.identity.field, "$id"
    )


def _addresses(fields: Fields) -> Iterator[Form]:
    """Yield what the paths of operations allow as an id."""
    for act in fields.resource.acting("get", "update", "remove"):
        for each in act.operation.parameters:
            if each.place == "path" and each.name in fields.resource.params:
                yield Form(fields.ground.data, each.schema)


def _enter(fields: Fields) -> None:
    state = fields.resource.state
    if state is not None and fields.first:
        fields.try_at(state.field, "$state")


def _take(fields: Fields, draft: Draft) -> None:
    """Let fields be what the body of a create says, where names agree and the schema takes every value."""
    for act in fields.resource.acting("create", "replace"):
        body = replies.sent(fields.ground.data, act.operation)
        for name, form in fields.resource.item.members.items() if body else ():
            if _is_ours(fields, name):
                continue
            if body and (name in body.members or _is_same(form, body)):
                _take_one(fields, draft, name, body)
        if body and (wish := _given_id(fields, body)):
            draft.guess(("initially", fields.resource.identity.field[0]), wish)
            draft.raw["identity"].pop("generate", None)
    _tell(fields, draft)


def _tell(fields: Fields, draft: Draft) -> None:
    """Note which fields get more than their schemas allow, and which get nothing of what is sent."""
    if wide := [name for name in dict.fromkeys(draft.wider) if not is_constant(fields.templates.get(name))]:
        draft.guess(("initially",), wider(wide))
    draft.untaken = [name for name in dict.fromkeys(draft.untaken) if is_constant(fields.templates.get(name))]
    if draft.untaken:
        names = ", ".join(draft.untaken)
        draft.guess(("initially", "#left"), f"not taken from the body, where they look otherwise: {names}")


def _is_same(form: Form, body: Form) -> bool:
    return bool(form.name) and form.name == body.name


def _is_ours(fields: Fields, name: str) -> bool:
    """Return whether the server alone writes a field."""
    resource = fields.resource
    own = [resource.identity.field, *(resource.stamps.fields())]
    own += [resource.state.field] if resource.state and fields.first else []
    return (name,) in own or resource.item.members[name].is_read_only


def _take_one(fields: Fields, draft: Draft, name: str, body: Form) -> None:
    form, inside = fields.resource.item.members[name], body.members.get(name)
    found = Taken("$request.body") if inside is None else taken(name, form, inside)
    is_sent = inside is None or name in body.required
    if found is None or not _try_taken(fields, name, found, inside, is_sent=is_sent):
        draft.untaken.append(name)
    elif not found.is_sure:
        draft.wider.append(name)


def _try_taken(fields: Fields, name: str, found: Taken, given: Form | None, *, is_sent: bool) -> bool:
    """Let a field be what the body says; return whether that fits.

    Args:
        given: The member of the body; None where the body is the field.
        is_sent: Whether each body has it.
    """
    form = fields.resource.item.members[name]
    if is_sent and not found.skips_null:
        return fields.try_out(name, found.alone())
    said = [each.whole["default"] for each in (given, form) if each and "default" in each.whole]
    if any(fields.try_out(name, found.or_else(literal(each))) for each in said):
        return True
    if name not in fields.resource.item.required:
        return fields.try_out(name, found.alone())
    return any(fields.try_out(name, found.or_else(each)) for each in _empty(fields, name, form))


def _empty(fields: Fields, name: str, form: Form) -> Iterator[Any]:
    """Yield what stands for a field that has to be there and that nobody says, the emptiest first."""
    if form.is_nullable:
        yield None
    yield from {"array": ([],), "object": ({},)}.get(form.kind, ())
    yield fields.templates.get(name)


def _given_id(fields: Fields, body: Form) -> str:
    """Let a client choose the id where the body has it; return why, empty where it has not."""
    identity = fields.resource.identity
    name = identity.field[0]
    given = body.members.get(name) if len(identity.field) == 1 and identity.form else None
    if given is None or given.is_read_only or identity.form is None or not identity.form.takes(given):
        return ""
    source = f"$request.body#{pointer.render((name,))}"
    is_free = name not in body.required and bool(fields.generate)
    if fields.try_out(name, {"$first": [source, fields.generate]} if is_free else source):
        fields.generate = ""
        return "clients choose the id, for the body has it"
    return ""


def _place(fields: Fields) -> None:
    """Let fields be what the path of a create says of what is above."""
    for param in fields.paths:
        for name in fields.resource.item.members if param not in fields.resource.params else ():
            if plain(name) == plain(param) and not _is_ours(fields, name):
                fields.try_out(name, f"$request.path.{param}")


def _stamp(fields: Fields, draft: Draft) -> None:
    """Let the fields with times begin as they should, and be kept up to date."""
    stamps, raw = fields.resource.stamps, {}
    if stamps.created and fields.try_at(stamps.created, "$now"):
        raw["created"] = pointer.render(stamps.created)
    if stamps.updated and _begins(fields, stamps.updated, at_once=True):
        raw["updated"] = pointer.render(stamps.updated)
    if raw:
        draft.raw["timestamps"] = {"format": stamps.format, **raw}
        draft.guess(("timestamps",), f"by the names and types of {', '.join(raw.values())}")


def begins_later(fields: Fields, path: Path) -> bool:
    """Let a field be empty at first; return whether its schema allows that."""
    return _begins(fields, path, at_once=False)


def _begins(fields: Fields, path: Path, *, at_once: bool) -> bool:
    if at_once and fields.try_at(path, "$now"):
        return True
    if fields.try_at(path, None):
        return True
    return not at_once and fields.try_at(path, "$absent")

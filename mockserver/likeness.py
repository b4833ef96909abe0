"""How the document shows resources of one kind: what is put by hand is filled from it, and held to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import getitem
from typing import Any

import jsonschema_rs

from mockserver.answers import Refused
from mockserver.choices import misfit
from mockserver.coining import Places
from mockserver.kind import Kind
from mockserver.past import Past
from mockserver.problems import sentences, shortened
from mockserver.samples.choosing import Offer, is_json, offers
from mockserver.samples.making import LEAVES, Maker
from mockserver.world import World
from speckit import expression
from speckit.checks.showing import body_of, is_reshaped
from speckit.expression import Members, Source, Template
from speckit.lifecycle import Lifecycle, Path, Rule, Success, ViewChoice
from speckit.operation import Operation
from speckit.sample import Making
from speckit.schema import Schemas, is_barred
from speckit.specification import Specification

_SHOWING = ("get", "list", "create", "update", "trigger", "replace")
"""The roles of operations that may show a resource by itself, the likeliest first."""

Way = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Showing:
    """An answer with the resource in it.

    Attributes:
        operation: Its id.
        view: How it shows the resource.
        offer: The media type it is in.
        way: Where in it the resource is.
    """

    operation: str
    view: ViewChoice
    offer: Offer
    way: Way


class Likeness:
    """What resources of one kind look like.

    Args:
        kind: What they are.
        showing: Where the document shows one.
        schemas: Those of the document.
    """

    def __init__(self, kind: Kind, showing: Showing, schemas: Schemas) -> None:
        self._kind = kind
        self._showing = showing
        self._view = kind.view(showing.view)
        self._maker = Maker(schemas.data, schemas)
        self._making = Making(schemas.data, LEAVES)
        where = f"{showing.operation}, {showing.offer.kind}"
        self._whole = showing.offer.media.get("schema", {})
        self._schema, _ = self._making.inside(self._whole, showing.way)
        self._validator = self._maker.validator(self._schema, where)
        self._where = where
        self._above = {
            each.field[0]: each for each in kind.lifecycle.parents.values() if len(each.field) == 1
        }
        self._needs = {name: _needs(kind.lifecycle, name) for name, _ in kind.lifecycle.initially}

    def completed(
        self,
        world: World,
        plain: Mapping[str, Any],
        fields: Mapping[str, Any],
        parents: Mapping[str, Any],
        *,
        past: Past | None,
        scenario: str,
    ) -> dict[str, Any]:
        """Return `plain` with what the document requires of a resource, and nobody gave.

        Args:
            world: Where the resource would be made.
            plain: What it would hold.
            fields: What it will hold, for somebody said so.
            parents: By the field that names it, the id of a parent there is.
            past: How it would have come to where it is; None where it would start.
            scenario: Which end it would take.

        Raises:
            Refused: what somebody said does not fit, or the parent that is required is not there.
        """
        held, tried = dict(plain), set[str]()
        while True:
            misfits = list(self._misfits(world, {**held, **fields}, past, scenario))
            _refuse(misfits, fields, self._showing.operation)
            lacking = self._lacking(misfits) - tried
            if not lacking:
                return held
            tried |= lacking
            held |= {name: self._usual(name, parents) for name in sorted(lacking)}

    def _lacking(self, misfits: list[tuple[Way, str]]) -> set[str]:
        """Return the fields that a request would bring and that may mend `misfits`."""
        tops = {str(path[0]) if path else "" for path, _ in misfits}
        if "" in tops:
            return set().union(*self._needs.values()) & self._sample.keys() - self._above.keys()
        return set().union(*(self._needs.get(name, ()) for name in tops))

    def _misfits(
        self, world: World, given: dict[str, Any], past: Past | None, scenario: str
    ) -> Iterator[tuple[Way, str]]:
        """Yield where the resource that would be made of `given` is not as the document has it, and how."""
        if self._validator is None:
            return
        for error in self._validator.iter_errors(self._seen(world, deepcopy(given), past, scenario)):
            lacks = getattr(error.kind, "property", None)
            if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required) and lacks:
                yield (*error.instance_path, lacks), error.message
            elif not is_barred(error):
                yield misfit(error)

    def _seen(self, world: World, given: dict[str, Any], past: Past | None, scenario: str) -> Any:
        """Return what the document shows of the resource that would be made of `given`."""
        kind, frame = self._kind, world.frame()
        fields = world.draft(kind, frame, given, kind.birth)
        frame.scenario = kind.lifecycle.scenarios.get(scenario or world.scenario, {})
        first = past.first if past else kind.first(frame)
        world.enter(kind, frame, given, fields, first, kind.birth)
        if past:
            past.live(frame, fields)
        frame.resource = fields
        return self._view(frame)

    def _usual(self, name: str, parents: Mapping[str, Any]) -> Any:
        """Return what a resource holds in the field `name`, by the document.

        Raises:
            Refused: that is a parent, and there is none.
        """
        parent = self._above.get(name)
        if parent is None:
            inner, _ = self._making.inside(self._schema, (name,))
            return self._sample[name] if name in self._sample else self._making.value(inner, ())
        if name not in parents:
            needed = " or ".join(parent.resources)
            raise Refused("conflict", f"{self._kind.name} needs {needed}, and there is none; put one first.")
        return parents[name]

    def inside(self, path: Path) -> Any:
        """Return the schema of what the document shows at `path` of one."""
        return self._making.inside(self._schema, path)[0]

    @cached_property
    def _sample(self) -> Mapping[str, Any]:
        """A resource as the document has it, or made up: an example if there is one."""
        offer = self._showing.offer
        made = self._maker.body(offer.kind, offer.media, self._where)
        try:
            found = reduce(getitem, self._showing.way, made)
        except (LookupError, TypeError):
            found = None
        return found if isinstance(found, Mapping) else {}


class Likenesses:
    """The likenesses of all kinds, each made when it is first asked for."""

    def __init__(self, specification: Specification, schemas: Schemas) -> None:
        self._operations = specification.operations
        self._schemas = schemas
        self._known: dict[str, Likeness | None] = {}

    def of(self, kind: Kind) -> Likeness | None:
        """Return what resources of `kind` look like; None where the document does not show one by itself."""
        if kind.name not in self._known:
            showing = next(showings(kind.lifecycle, self._operations), None)
            found = None if showing is None else Likeness(kind, showing, self._schemas)
            self._known[kind.name] = found
        return self._known[kind.name]

    def places(self, kind: Kind, kinds: Iterable[Kind]) -> Places:
        """Return where an id of `kind` stands: in paths, in itself, and in those of `kinds` below it."""
        places = self._places(kind, kind.lifecycle.identity.param, kind.identity)
        for each in kinds:
            for parent, _ in each.parents.values():
                if kind.name in parent.resources:
                    places += self._places(each, parent.param, parent.field)
        return Places(self._schemas, places)

    def _places(self, kind: Kind, param: str, field: Path) -> list[Any]:
        """Return the schemas of the path parameter `param` and of `field`, where `kind` has them."""
        operations = map(self._operations.get, kind.lifecycle.rules)
        named = (each.parameter("path", param) for each in operations if each)
        likeness = self.of(kind)
        shown = likeness.inside(field) if likeness else {}
        # What is barred there is hidden: it says nothing of the id.
        return [*(each.schema for each in named if each), *([shown] if isinstance(shown, Mapping) else ())]


def showings(lifecycle: Lifecycle, operations: Mapping[str, Operation]) -> Iterator[Showing]:
    """Yield where the document shows a resource by itself, the likeliest first."""
    rules = [each for each in lifecycle.rules.values() if each.role in _SHOWING]
    for rule in sorted(rules, key=lambda each: (_SHOWING.index(each.role), bool(each.available_in))):
        operation = operations.get(rule.operation)
        for success in rule.success if operation else ():
            assert operation is not None
            yield from _showing(lifecycle, rule, success, operation)


def _showing(lifecycle: Lifecycle, rule: Rule, success: Success, operation: Operation) -> Iterator[Showing]:
    response = operation.response(success.status or operation.success)
    way = _way(body_of(rule, success))
    if response is None or way is None or is_reshaped(lifecycle, rule, success):
        return
    view = ViewChoice(success.view) if success.view else ViewChoice(rule.view.default)
    for kind, media in offers(response):
        if is_json(kind) and "schema" in media:
            yield Showing(operation.id, view, Offer(kind, kind, media), way)


def _way(body: Template) -> Way | None:
    """Return where `body` has the whole resource, or the first of several; None where it has none."""
    match body:
        case Source("resource", _, ()):
            return ()
        case Source("list", _, ("items",)):
            return (0,)
        case Members(members):
            ways = ((name, _way(value)) for name, value in members)
            return next(((name, *way) for name, way in ways if way is not None), None)
    return None


def _needs(lifecycle: Lifecycle, name: str, seen: frozenset[str] = frozenset()) -> set[str]:
    """Return the fields that a request brings and that the field `name` is computed from."""
    found: set[str] = set()
    for source in expression.sources(dict(lifecycle.initially).get(name, expression.Constant(None))):
        if source.kind.startswith("request."):
            found.add(name)
        elif source.kind == "parent" and source.name in lifecycle.parents:
            found.add(lifecycle.parents[source.name].field[0])
        elif source.kind == "resource" and source.pointer and source.pointer[0] not in seen:
            found |= _needs(lifecycle, str(source.pointer[0]), seen | {name})
    return found


def is_asked(template: Template) -> bool:
    """Return whether `template` looks something up that a request brings."""
    return any(source.kind.startswith("request.") for source in expression.sources(template))


def _refuse(misfits: list[tuple[Way, str]], fields: Mapping[str, Any], operation: str) -> None:
    """Refuse `fields` that do not fit.

    Raises:
        Refused: some of `misfits` are in them.
    """
    told = [
        f"'fields' does not fit what {operation} shows at /{'/'.join(map(str, path))}: {shortened(why)}."
        for path, why in misfits
        if path and path[0] in fields
    ]
    if told:
        raise Refused("invalidBody", sentences(told))

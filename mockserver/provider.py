"""Provider states: puts a resource in a given state into a world, as if requests had led there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import count, islice, product
from typing import Any

from mockserver.answers import Refused
from mockserver.breaches import Breach, WrongId
from mockserver.coining import coined
from mockserver.effects import refusal
from mockserver.kind import Kind
from mockserver.likeness import Likenesses, is_asked
from mockserver.past import Past
from mockserver.store import Resource, Store
from mockserver.world import World
from speckit import expression, pointer
from speckit.faults import did_you_mean
from speckit.lifecycle import EXTERNAL, Transition, Unique
from speckit.pointer import ABSENT

MOST_TRIES = 1000
"""How many combinations of texts and parents are tried to find one that is free."""


def put(
    world: World,
    kind: Kind,
    *,
    state: str,
    scenario: str,
    fields: Mapping[str, Any],
    likenesses: Likenesses | None = None,
) -> Resource:
    """Return a new resource of `kind` in `state`.

    It is as if it had come there: made in a first state, and moved along the
    shortest way. Fields that are not given are filled as the document says. Those
    that a request would bring are taken from the kind's first seed, varied where
    two resources may not share them, or else made to fit where the document shows one.

    Args:
        world: Where it goes.
        kind: What it is.
        state: A state of its lifecycle; empty for the initial one.
        scenario: Which end it will take; empty for the usual one.
        fields: What it holds, by its own field names.
        likenesses: What resources look like, as far as the document shows any.

    Raises:
        Refused: a name is unknown, a field does not fit, the id is taken or has to be given, a parent is
            missing, or nothing is free.
    """
    _known(state, kind.lifecycle.states, "state", kind)
    _known(scenario, kind.lifecycle.scenarios, "scenario", kind)
    for name in fields:
        _known(name, kind.birth.blank, "field", kind)
    shown = kind.lifecycle.state_field
    if shown and pointer.read(fields, shown) is not pointer.ABSENT:
        raise Refused("invalidBody", f"'{shown[-1]}' follows from the state; give 'state' instead.")
    if pointer.read(fields, kind.identity) == "":
        raise Refused("invalidBody", f"The id of a {kind.name} is not empty: no path would lead to it.")
    past = Past(kind, state, scenario or world.scenario, fields) if state else None
    store, plain = world.stores[kind.name], _plain(world, kind)
    if _is_chosen(kind) and kind.identity[0] not in fields:
        plain[kind.identity[0]] = _coined(world, kind, plain.get(kind.identity[0], ABSENT), likenesses)
    if likenesses is not None and (likeness := likenesses.of(kind)) is not None:
        there = _first_parents(world, kind)
        plain = likeness.completed(world, plain, fields, there, past=past, scenario=scenario)
    given = {**_setting(world, kind, store, plain, state, fields), **fields}
    try:
        return world.create(store, world.frame(), given, scenario=scenario, past=past)
    except WrongId as problem:
        raise (_idless(kind) if problem.key is ABSENT else plainly(problem)) from problem
    except Breach as problem:
        raise plainly(problem) from problem


def external(world: World, resource: Resource, name: str) -> Transition:
    """Return the external transition `name` that `resource` can make now.

    Raises:
        Refused: there is none of that name, or it cannot be made as things are.
    """
    kind: Kind = resource.store.kind
    named = [each for each in kind.lifecycle.transitions if each.name == name]
    moves = [each for each in named if EXTERNAL in each.triggers]
    if not moves:
        raise _not_external(kind, name, is_known=bool(named))
    starting = [each for each in moves if resource.state in each.starts]
    guard = kind.guard(world.frame_of(resource))
    found = next((each for each in starting if guard(each.when)), None)
    if found is None:
        starts = " or ".join(dict.fromkeys(start for each in moves for start in each.starts))
        why = "its 'when' does not hold" if starting else f"'{name}' starts from {starts}"
        raise Refused("refused", f"{kind.name} {resource.id} is {resource.state}; {why}.")
    return found


def _not_external(kind: Kind, name: str, *, is_known: bool) -> Refused:
    """Return what to say where `name` is no external transition of `kind`."""
    names = [each.name for each in kind.lifecycle.transitions if EXTERNAL in each.triggers]
    known = did_you_mean(name, names) or f"{kind.name} has no external ones."
    if is_known:
        told = f"'{name}' of {kind.name} is not external: operations or time are its cause. {known}"
        return Refused("refused", told)
    return Refused("invalidBody", f"'{name}' is not an external transition of {kind.name}. {known}")


def plainly(problem: Breach) -> Refused:
    """Return what the world refuses in the control door's own words, not in those the document has for it.

    Who stands at this door is no client of the API: 409 is a conflict here, whatever the API makes of it.
    """
    told = refusal(problem)
    return Refused(told.kind, told.detail)


def _known(name: str, names: Any, what: str, kind: Kind) -> None:
    if name and name not in names:
        known = did_you_mean(name, names) or f"It has no {what}s."
        raise Refused("invalidBody", f"'{name}' is not a {what} of {kind.name}. {known}")


def _plain(world: World, kind: Kind) -> dict[str, Any]:
    """Return the fields a request would have brought, as the first seed has them."""
    seed: dict[str, Any] = next((compute(world.frame()) for _, compute in kind.seeds), {})
    asked = {name for name, template in kind.lifecycle.initially if is_asked(template)}
    asked |= {parent.field[0] for parent in kind.lifecycle.parents.values() if parent.param}
    return {name: value for name, value in seed.items() if name in asked}


def _coined(world: World, kind: Kind, usual: Any, likenesses: Likenesses | None) -> Any:
    """Return an id for what nobody makes ids for.

    Raises:
        Refused: none is found.
    """
    kinds = [each.kind for each in world.stores.values()]
    places = likenesses.places(kind, kinds) if likenesses else None
    if (found := coined(kind, world.stores[kind.name], usual, places)) is ABSENT:
        raise _idless(kind)
    return found


def _idless(kind: Kind) -> Refused:
    example: Any = 1 if kind.id_type is int else "..."
    for name in reversed(kind.identity):
        example = {name: example}
    told = json.dumps({"fields": example})
    return Refused("invalidBody", f"The id of this {kind.name} cannot be made up; give it, such as {told}.")


def _first_parents(world: World, kind: Kind) -> dict[str, Any]:
    """Return by field the id of the first resource that may stand there, where there is one."""
    fields = {parent.field[0]: len(parent.field) for parent in kind.lifecycle.parents.values()}
    found = {name: _ids(world, kind, name)[:1] for name, depth in fields.items() if depth == 1}
    return {name: ids[0] for name, ids in found.items() if ids}


def _setting(
    world: World, kind: Kind, store: Store, plain: dict[str, Any], state: str, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the `plain` fields, or others, so that they clash with no other resource.

    Where nothing is free, they are as different from the usual ones as can be.
    """
    candidate = plain
    for candidate in islice(_varied(world, kind, plain, len(store)), MOST_TRIES):
        if _is_free(store, {**candidate, **fields}, state):
            break
    return candidate


def _is_free(store: Store, fields: dict[str, Any], state: str) -> bool:
    key = pointer.read(fields, store.kind.identity)
    return store.clash(fields, state, None) is None and store.find(key) is None


def _is_chosen(kind: Kind) -> bool:
    """Return whether nobody makes the id, which has a field of its own."""
    if kind.lifecycle.identity.generate is not None or len(kind.identity) > 1:
        return False
    template = dict(kind.lifecycle.initially).get(kind.identity[0])
    return template in (None, expression.Source("id")) or is_asked(template)


def _varied(world: World, kind: Kind, plain: dict[str, Any], number: int) -> Iterator[dict[str, Any]]:
    """Yield `plain`, then with other texts and other parents in what must be unique."""
    yield plain
    names = _texts(kind, plain)
    parents = {name: _ids(world, kind, name) for name in _parents(kind, plain)}
    for suffix in count(number) if names else (number,):
        texts = {name: f"{plain[name]}-{suffix}" for name in names}
        for chosen in product(*parents.values()):
            yield {**plain, **texts, **dict(zip(parents, chosen, strict=True))}


def _unique_fields(kind: Kind) -> set[str]:
    uniques: tuple[Unique, ...] = kind.lifecycle.unique
    chosen = {kind.identity[0]} if _is_chosen(kind) else set()
    return {path[0] for unique in uniques for path in unique.fields} - chosen


def _texts(kind: Kind, plain: Mapping[str, Any]) -> list[str]:
    parents = {parent.field[0] for parent in kind.lifecycle.parents.values()}
    names = sorted(_unique_fields(kind) - parents)
    return [name for name in names if isinstance(plain.get(name), str)]


def _parents(kind: Kind, plain: Mapping[str, Any]) -> list[str]:
    shared = _unique_fields(kind)
    fields = [parent.field[0] for parent in kind.lifecycle.parents.values()]
    return [name for name in fields if name in shared and name in plain]


def _ids(world: World, kind: Kind, field: str) -> list[Any]:
    """Return the ids of all that may stand in the parent field `field`."""
    parents = [parent for parent in kind.lifecycle.parents.values() if parent.field[0] == field]
    names = [name for parent in parents for name in parent.resources]
    return [resource.id for name in names for resource in islice(world.stores[name], MOST_TRIES)]

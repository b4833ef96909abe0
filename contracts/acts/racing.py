"""Tries requests that are on their way at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from contracts.acts.living import changed_body, release, subject
from contracts.acts.scene import Scene, Try
from contracts.bench import Binding
from contracts.exchange import Call, Exchange
from contracts.observed import Track
from contracts.onetime import keyed
from contracts.stage import Attempt, Later
from speckit.lifecycle import Transition

_RUNNERS = 4
_HEATS = 2


def attempts(scene: Scene) -> Iterator[Try]:
    """Yield the races that only one can win, and those that all win."""
    for binding in scene.bindings("trigger", "update"):
        for transition in scene.nature.lifecycle.transitions:
            if binding.operation.id in transition.triggers and _is_decisive(scene, binding, transition):
                law = (("one-winner", binding.subject),)
                name = f"race: {binding.operation.id} ({transition.name})"
                yield Try(name, _triggered(scene, binding, transition), law)
    for binding in scene.bindings("create"):
        if scene.may(binding, scene.owner):
            laws = (("unique-id", binding.subject), ("found-again", binding.subject))
            yield Try(f"race: {binding.operation.id}", _created(scene, binding), laws)
            law = (("one-winner", binding.subject),)
            if scene.nature.lifecycle.unique:
                name = f"race: the same {binding.operation.id}"
                yield Try(name, _same(scene, binding, is_keyed=False), law)
            if binding.rule.idempotency_header:
                name = f"race: the same key for {binding.operation.id}"
                yield Try(name, _same(scene, binding, is_keyed=True), law)
    if scene.nature.lifecycle.etag:
        for binding in scene.bindings("update"):
            if binding.operation.body is not None and scene.may(binding, scene.owner):
                law = (("one-winner", binding.subject),)
                yield Try(f"race: {binding.operation.id} on one condition", _conditional(scene, binding), law)


def _is_decisive(scene: Scene, binding: Binding, transition: Transition) -> bool:
    """Return whether a second trigger is refused once the first has won."""
    if transition.when or not scene.may(binding, scene.owner):
        return False
    if transition.ends == "$removed":
        return True
    again = scene.nature.triggered(transition.ends, binding.operation.id)
    if again or binding.rule.role == "update":
        return False
    for each in binding.rule.otherwise:
        if not each.states or transition.ends in each.states:
            return each.effect == "refused" and each.documented
    return True


def _triggered(scene: Scene, binding: Binding, transition: Transition) -> Attempt:
    for _ in range(_HEATS):
        track = yield from scene.maker.reach(scene.owner, scene.nature, transition.starts[0])
        call = scene.maker.call_on(binding, track)
        raced = scene.client.race([call] * _RUNNERS, "one-winner")
        if _was_run(scene, binding, raced):
            scene.docket.hold("one-winner", binding.subject, True)
        scene.read(track)
        release(scene, track)


def _created(scene: Scene, binding: Binding) -> Attempt:
    """Make several at once: each has an id of its own, and all are there."""
    yield from scene.maker.born(binding, scene.owner)
    calls = list(_apart(scene, binding))
    made = []
    if len(calls) > 1 and binding.anatomy.tells_id:
        raced = scene.client.race(calls, "")
        tracks = scene.observer.ledger.of(scene.owner, scene.nature.name)
        sightings = [binding.anatomy.sighting(each) for each in raced if each.is_success]
        made = [tracks[s.id] for s in sightings if s is not None and s.id in tracks]
        for track in made:
            scene.read(track)
        for each in scene.bindings("list"):
            if scene.may(each, scene.owner):
                scene.walk(each, scene.owner)
    for track in made:
        release(scene, track)


def _apart(scene: Scene, binding: Binding) -> Iterator[Call]:
    """Yield creations that do not clash, with each other neither."""
    if scene.nature.lifecycle.unique and not _is_freshened(scene, binding):
        return
    for _ in range(_RUNNERS):
        call = scene.inputs.create(binding, scene.owner)
        if scene.observer.creates.clash(binding, call) is None:
            yield replace(call, is_sure=False)


def _is_freshened(scene: Scene, binding: Binding) -> bool:
    """Return whether two creations in a row differ by themselves in what must be unique."""
    fields = {path for unique in scene.nature.lifecycle.unique for path in unique.fields}
    parents = {parent.field for parent in scene.nature.lifecycle.parents.values()}
    return not fields <= parents


def _conditional(scene: Scene, binding: Binding) -> Attempt:
    """Change the same version several times at once: one change is made, the others come too late."""
    for _ in range(_HEATS):
        track = yield from subject(scene)
        scene.read(track)
        call = scene.maker.call_on(binding, track, body=changed_body(scene, binding, track), is_sure=False)
        raced = scene.client.race([call] * _RUNNERS, "one-winner")
        if not _was_run(scene, binding, raced):
            return
        wins = [each for each in raced if each.is_success]
        said = f"{len(wins)} of {len(raced)} changes on the condition of one and the same ETag were made."
        scene.docket.hold("one-winner", binding.subject, len(wins) <= 1, said, raced, "condition")
        scene.read(track)


def _same(scene: Scene, binding: Binding, *, is_keyed: bool) -> Attempt:
    """Make the same several times at once: one is made."""
    for _ in range(_HEATS):
        while (call := scene.maker.free_call(binding, scene.owner)) is None:
            yield Later()
        if is_keyed:
            call = replace(call, headers=keyed(scene.inputs, binding))
        calls = [call, *_alike(scene, binding, call)]
        runners = [replace(calls[number % len(calls)], is_sure=False) for number in range(_RUNNERS)]
        raced = scene.client.race(runners, "one-winner")
        if _was_run(scene, binding, raced):
            _hold(scene, binding, raced, is_keyed=is_keyed)


def _was_run(scene: Scene, binding: Binding, raced: list[Exchange]) -> bool:
    """Return whether at least two of those who raced came so far as to be looked at."""
    if sum(not scene.docket.is_held_off(each) for each in raced) > 1:
        return True
    scene.docket.pass_over(
        "one-winner", binding.subject, "the server took no two requests at once (429, 503)"
    )
    return False


def _alike(scene: Scene, binding: Binding, call: Call) -> Iterator[Call]:
    """Yield creations that share with `call` what must be unique, and have other parents where they may."""
    for unique in scene.nature.lifecycle.unique:
        parents = scene.nature.lifecycle.parents
        places = {
            n: scene.inputs.place(binding, n) for n, p in parents.items() if p.field not in unique.fields
        }
        named = {
            n: place for n, place in places.items() if place is not None and place.kind == "request.body"
        }
        keys = [scene.inputs.candidates(binding, name, scene.owner)[:12] for name in named]
        found = 0
        for chosen in product(*keys) if named else ():
            other = call
            for place, key in zip(named.values(), chosen, strict=True):
                other = scene.inputs.put(other, place, key)
            if other != call and scene.observer.creates.clash(binding, other) is None:
                yield other
                found += 1
            if found == _RUNNERS - 1:
                break


def _hold(scene: Scene, binding: Binding, raced: list[Exchange], *, is_keyed: bool) -> None:
    """Hold a race of equal creations to one resource made."""
    sightings = [binding.anatomy.sighting(each) for each in raced if each.is_success]
    ids = {sighting.id for sighting in sightings if sighting is not None}
    clash = bool(scene.nature.lifecycle.unique)
    is_one = len(ids) <= 1 if is_keyed or clash else True
    said = f"{len(ids)} were made: {', '.join(map(str, sorted(ids, key=str)))}."
    scene.docket.hold("one-winner", binding.subject, is_one, said, raced)
    tracks = scene.observer.ledger.of(scene.owner, scene.nature.name)
    for key in ids:
        track: Track | None = tracks.get(key)
        if track is not None:
            scene.read(track)
            release(scene, track)

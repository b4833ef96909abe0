"""Tries every operation in every state, every way to be made, and every move by time."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

from contracts.acts.scene import Scene, Try
from contracts.bench import Binding
from contracts.finding import Subject
from contracts.inputs import Variant
from contracts.matching import showing
from contracts.observed import Track
from contracts.planning import members_for
from contracts.stage import Attempt, CannotTry, Later, Wait
from speckit.expression import sources
from speckit.lifecycle import Path, Transition
from speckit.pointer import ABSENT
from speckit.timing import SECOND

_MOST_WAITS = 8
"""How often an attempt waits, or makes another resource, to find room for a change."""
_TRIGGER_LAWS = ("trigger-works", "trigger-moves", "trigger-refused", "refusal-changes-nothing")


def attempts(scene: Scene) -> Iterator[Try]:
    """Yield every attempt on how the resource lives and is changed."""
    yield from _variants(scene)
    yield from _in_states(scene)


def _variants(scene: Scene) -> Iterator[Try]:
    for binding in scene.bindings("create"):
        if scene.may(binding, scene.owner):
            for variant in scene.maker.variants(binding, scene.owner):
                yield Try(f"make a {scene.nature.name}: {variant.name}", _made(scene, binding, variant))


def _made(scene: Scene, binding: Binding, variant: Variant) -> Attempt:
    """Make a resource, and read it in every way there is."""
    track = yield from scene.maker.born(binding, scene.owner, variant)
    read_every_way(scene, track)


def read_every_way(scene: Scene, track: Track) -> None:
    """Read a resource by each operation that shows it, in each view, and find it in the lists."""
    for binding in scene.bindings("get", "parts"):
        if not _is_named(binding, track) or not scene.may(binding, track.principal):
            continue
        for query in (*_views(scene, binding), *_pages(binding)):
            scene.send(binding, track, query=query)
    scene.read(track)


def _is_named(binding: Binding, track: Track) -> bool:
    """Return whether the resource has the key by which the operation finds it."""
    identity = track.nature.lifecycle.identity
    if binding.operation.parameter("path", identity.param):
        return True
    paths = [path for param, path in identity.alternates if binding.operation.parameter("path", param)]
    return any(isinstance(track.look(path), str | int) for path in paths)


def _views(scene: Scene, binding: Binding) -> Iterator[dict[str, Any]]:
    """Yield the queries that choose each view."""
    choice = binding.rule.view
    yield {}
    if choice.by is not None and choice.by.kind == "request.query":
        parameter = binding.operation.parameter("query", choice.by.name)
        for word in choice.views:
            yield {choice.by.name: _word(word, parameter.schema if parameter else {})}
        for each in scene.inputs.others(parameter.schema, ABSENT) if parameter else ():
            if each not in choice.views:
                yield {choice.by.name: each}


def _pages(binding: Binding) -> Iterator[dict[str, Any]]:
    """Yield the query for the shortest page of parts."""
    paging = binding.rule.paging
    if binding.rule.role == "parts" and paging is not None and paging.size and paging.style != "range":
        yield {paging.size: max(1, paging.min)}


def _word(word: str, schema: Mapping[str, Any]) -> Any:
    return word == "true" if schema.get("type") == "boolean" else word


def release(scene: Scene, track: Track) -> None:
    """Remove a resource, where operations alone can do so."""
    if scene.nature.lifecycle.states:
        scene.maker.release(track)


def _in_states(scene: Scene) -> Iterator[Try]:
    changing = [b for b in scene.bindings("update", "trigger", "replace") if scene.may(b, scene.owner)]
    gated = [b for b in scene.bindings("get", "parts") if b.rule.available_in]
    for state in scene.nature.lifecycle.states or ("",):
        for binding in changing:
            for members in _bodies(scene, binding, state):
                laws = tuple((law, binding.subject) for law in _TRIGGER_LAWS)
                name = f"{binding.operation.id} where a {scene.nature.name} is '{state}'"
                yield Try(name, _changed(scene, binding, state, members), laws)
        if gated or not changing:
            laws = tuple(("available-in-state", binding.subject) for binding in gated)
            yield Try(f"read a {scene.nature.name} that is '{state}'", _looked_at(scene, state), laws)


def _bodies(scene: Scene, binding: Binding, state: str) -> list[Mapping[Path, Any]]:
    """Return what the body of a change may name: in most states a few, in one that takes it everything."""
    if binding.operation.body is None:
        return [{}]
    moves = [t for t in scene.nature.lifecycle.transitions if binding.operation.id in t.triggers]
    guarded = [(state in t.starts, members) for t in moves if (members := members_for(t))]
    found = [members for starts_here, members in guarded if starts_here] or [m for _, m in guarded[:1]]
    asked: list[Mapping[Path, Any]] = [
        {source.pointer: ABSENT}
        for _, template in binding.rule.change
        for source in sources(template)
        if source.kind == "request.body" and source.pointer
    ]
    if len(asked) > 1:
        asked.append({path: ABSENT for each in asked for path in each})
    is_partial = binding.rule.role == "update" and not scene.inputs.schema(binding.operation).get("required")
    if state != _most_open(scene, binding):
        return [*found, *asked[:1]] or [{}]
    return [*found, *asked, {}] if is_partial else [*found, *asked] or [{}]


def _most_open(scene: Scene, binding: Binding) -> str:
    """Return a state in which the operation is not refused; first those that do not pass by themselves."""
    closed = {s for each in binding.rule.otherwise for s in each.states or scene.nature.lifecycle.states}
    states = [state for state in scene.nature.lifecycle.states if state not in closed]
    resting = [state for state in states if not scene.nature.timed(state)]
    return next(iter(resting or states or scene.nature.lifecycle.states), "")


def _changed(scene: Scene, binding: Binding, state: str, members: Mapping[Path, Any]) -> Attempt:
    """Bring a resource into a state, try one change on it, and look at what came of it."""
    companion = (yield from subject(scene)) if _wants_company(scene, state) else None
    track = yield from brought(scene, state)
    bystander = companion or _bystander(scene, track)
    _look(scene, track, bystander)
    for wait in range(_MOST_WAITS):
        named = {p: _value(scene, binding, track, p) if v is ABSENT else v for p, v in members.items()}
        if len(named) > 1 or None not in named.values():
            break
        if wait < _MOST_WAITS // 2:
            yield Later()
            continue
        # What would be another value is taken where this one is: one made elsewhere may have room.
        track = yield from brought(scene, state)
        _look(scene, track, bystander)
    named = {path: value for path, value in named.items() if value is not None}
    while len(named) > 1 and not _is_free(scene, binding, track, named):
        named.popitem()
    before = {path: _current(binding, track, path) for path, v in members.items() if v is ABSENT}
    pending = [scene.maker.deadline(track, each) for each in scene.nature.timed(state)]
    scene.send(binding, track, body=_body(scene, binding, named))
    _look(scene, track, bystander)
    back = {path: value for path, value in before.items() if isinstance(value, bool) and path in named}
    if back and not track.is_gone:
        scene.send(binding, track, body=_body(scene, binding, back))
        scene.read(track)
    if state not in track.belief and not track.is_gone and binding.rule.role == "trigger":
        yield from _outlived(scene, track, max((due for due in pending if due is not None), default=None))


def _outlived(scene: Scene, track: Track, due: float | None) -> Attempt:
    """Look again once that would have happened by itself which a change has prevented."""
    clock = scene.client.clock
    if due is None or (not clock.is_movable and due - clock.now().slow > scene.client.budget.left):
        return
    yield Wait(due + scene.observer.bench.tolerance.late + 0.01)
    if not track.is_gone:
        scene.read(track)


def _wants_company(scene: Scene, state: str) -> bool:
    """Return whether to make another one first, to which nothing may happen."""
    makers = [b for b in scene.bindings("create") if scene.may(b, scene.owner)]
    return bool(makers) and state == next(iter(scene.nature.lifecycle.states), "")


def _bystander(scene: Scene, track: Track) -> Track | None:
    """Return the resource that was made right before this one, if it lives."""
    tracks = scene.observer.ledger.of(scene.owner, scene.nature.name).values()
    older = [t for t in tracks if t.is_own and not t.is_gone and t.birth_order < track.birth_order]
    return max(older, key=lambda each: each.birth_order, default=None)


def _look(scene: Scene, track: Track, bystander: Track | None) -> None:
    """Read a resource by every key, and one that nothing was done to."""
    reader = scene.maker.reader(scene.nature)
    for each in scene.bindings("get"):
        is_plain = not each.rule.available_in and _is_named(each, track)
        if each is not reader and is_plain and scene.may(each, track.principal):
            scene.send(each, track)
    scene.read(track)
    if bystander:
        scene.read(bystander)


def _body(scene: Scene, binding: Binding, members: Mapping[Path, Any]) -> Any:
    return scene.inputs.changing(binding, members) if binding.operation.body else ABSENT


def _current(binding: Binding, track: Track, path: Path) -> Any:
    """Return what a member of an update is called, and holds, in the resource."""
    field = next((f for f, t in binding.rule.change if any(s.pointer == path for s in sources(t))), path)
    return track.look(field)


def _value(scene: Scene, binding: Binding, track: Track, path: Path) -> Any:
    """Return a value for a member of an update other than what is there; None where all are taken."""
    for parent in scene.nature.lifecycle.parents:
        place = scene.inputs.place(binding, parent)
        if place is not None and place.pointer == path:
            mine = track.look(scene.nature.lifecycle.parents[parent].field)
            keys = scene.inputs.candidates(binding, parent, track.principal)
            return next((k for k in keys if k != mine and _is_free(scene, binding, track, {path: k})), None)
    schema = scene.inputs.members(binding.operation).get(path[0], {})
    current = _current(binding, track, path)
    return next(
        iter(scene.inputs.others(schema, current if isinstance(current, str | int | bool) else ABSENT)),
        current,
    )


def changed_body(scene: Scene, binding: Binding, track: Track) -> Any:
    """Return a body that changes something, where the operation takes one."""
    if binding.operation.body is None:
        return ABSENT
    asked = [s.pointer for _, template in binding.rule.change for s in sources(template) if s.pointer]
    for path in asked:
        value = _value(scene, binding, track, path)
        if value is not None:
            return scene.inputs.changing(binding, {path: value})
    return ABSENT


def subject(scene: Scene) -> Generator[Wait | Later, None, Track]:
    """Make a resource to try on, in whatever state it starts.

    Raises:
        CannotTry: none can be made.
    """
    for binding in scene.bindings("create"):
        if scene.may(binding, scene.owner):
            return (yield from scene.maker.born(binding, scene.owner))
    for state in scene.nature.lifecycle.states:
        return (yield from scene.maker.reach(scene.owner, scene.nature, state))
    raise CannotTry("no operation makes one")


def _is_free(scene: Scene, binding: Binding, track: Track, members: Mapping[Path, Any]) -> bool:
    """Return whether an update to `members` would clash with nothing known."""
    call = scene.inputs.on(binding, track, body=scene.inputs.changing(binding, members))
    return scene.observer.creates.clash(binding, call, None, track) is None


def brought(scene: Scene, state: str) -> Any:
    """Make a resource in `state`; return its track."""
    if state:
        return (yield from scene.maker.reach(scene.owner, scene.nature, state))
    track = yield from subject(scene)
    scene.read(track)
    return track


def _looked_at(scene: Scene, state: str) -> Attempt:
    track = yield from brought(scene, state)
    scene.read(track)
    read_every_way(scene, track)


# Time


def timed(scene: Scene) -> Iterator[Try]:
    """Yield the attempts on moves by time: they come first, to wait while the others run."""
    for state in scene.nature.lifecycle.states:
        moves = [each for each in scene.nature.timed(state) if not each.scenario]
        if not scene.is_scarce and any(each.ends != state for each in moves):
            lists = _lists(scene)
            laws = tuple(("list-agrees", binding.subject) for binding in lists)
            name = f"list a {scene.nature.name} that was '{state}' before it is read"
            if lists:
                yield Try(name, _listed_first(scene, state), laws)
        for transition in moves:
            subject = next(scene.subjects("get"), Subject(scene.nature.name, ""))
            name = f"{transition.name}: a {scene.nature.name} that is '{state}' is left alone"
            on_time = (("move-on-time", subject), ("not-too-early", subject))
            yield Try(name, _left_alone(scene, state, transition), on_time)


def _lists(scene: Scene) -> list[Binding]:
    """Return the lists that can be held to what a read shows."""
    if scene.maker.reader(scene.nature) is None:
        return []
    return [binding for binding in scene.bindings("list") if scene.may(binding, scene.owner)]


def _left_alone(scene: Scene, state: str, transition: Transition) -> Attempt:
    """Watch a move by time: not before its time, and then at its time."""
    track = yield from brought(scene, state)
    read_every_way(scene, track)
    latest = scene.maker.deadline(track, transition)
    if latest is not None and transition.ends != state:
        start = scene.client.clock.now().slow
        span = latest - start
        for moment in sorted((start + span * 0.5, latest - max(span * 0.01, min(1.0, span * 0.3)))):
            yield Wait(moment)
            scene.read(track)
    if scene.is_scarce and transition.ends != state:
        yield from _listed_moved(scene, track, state)  # There is no other to be listed first.
    yield from scene.maker.wait(track, transition)
    if transition.ends == state and latest is not None:
        yield Wait(latest + scene.observer.bench.tolerance.late + 0.5)
    read_every_way(scene, track)
    for binding in scene.bindings("list"):
        if scene.may(binding, scene.owner):
            scene.walk(binding, scene.owner, scope_of(scene, binding, track))
    if not track.is_gone and track.belief:
        yield Wait(scene.client.clock.now().slow + _longest(scene) * 0.5)
        read_every_way(scene, track)


def _listed_first(scene: Scene, state: str) -> Attempt:
    """Leave one alone that is read only once it was listed."""
    track = yield from brought(scene, state)
    yield from _listed_moved(scene, track, state)
    scene.read(track)


def _listed_moved(scene: Scene, track: Track, state: str) -> Attempt:
    """List what time has moved before it is read: a list must know of the move by itself."""
    moves = [t for t in scene.nature.timed(state) if t.ends != state and track.holds(t) is not False]
    dues = [due for each in moves if (due := scene.maker.deadline(track, each)) is not None]
    if not dues:
        return
    yield Wait(min(dues) + scene.observer.bench.tolerance.late + 0.01)
    for binding in _lists(scene):
        scope, usual = scope_of(scene, binding, track), showing(binding, [track])
        # Filters first: one that looks at what is stored is mended by the list that moves it.
        then = _by_state(scene, binding, [each.ends for each in moves])
        for query in (*_by_state(scene, binding, [state]), {}, *then):
            scene.walk(binding, scene.owner, scope, **{**usual, **query})


def _by_state(scene: Scene, binding: Binding, states: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield queries that ask for resources in each of `states`."""
    lifecycle = scene.nature.lifecycle
    values = dict.fromkeys(lifecycle.states[state].value for state in states if state in lifecycle.states)
    for each in binding.rule.filters:
        parameter = binding.operation.query(each.param)
        if each.field == lifecycle.state_field and parameter is not None:
            yield from ({each.param: v} for v in values if scene.inputs.is_valid(parameter.schema, v))


def scope_of(scene: Scene, binding: Binding, track: Track) -> dict[str, Any]:
    """Return the parents of a resource by path parameter of a list."""
    found = {}
    for name in binding.rule.scope:
        parent = scene.nature.lifecycle.parents[name]
        key = track.look(parent.field)
        if isinstance(key, str | int):
            found[parent.param] = key
    return found


def _longest(scene: Scene) -> float:
    """Return the longest declared duration, in seconds, up to a minute."""
    durations = [t.after.duration for t in scene.nature.lifecycle.transitions if t.after and t.after.duration]
    return min(max(durations, default=0) / SECOND, 60.0)

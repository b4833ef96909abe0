"""Tries who may ask, and for what: credentials, roles, other principals, ids and parents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from contracts.acts.living import read_every_way, scope_of, subject
from contracts.acts.scene import Scene, Try
from contracts.bench import Binding
from contracts.exchange import Call, text
from contracts.inputs import PLAIN
from contracts.matching import showing, value_of
from contracts.observed import Track
from contracts.onetime import keyed
from contracts.reckoning import has_hole
from contracts.stage import Attempt
from speckit.conventions import governing
from speckit.pointer import ABSENT


def attempts(scene: Scene) -> Iterator[Try]:
    """Yield every attempt on who may ask for what."""
    every = tuple(scene.subjects())
    for binding in scene.bindings("create", "update"):
        if binding.operation.body is not None and scene.may(binding, scene.owner):
            name = f"{binding.operation.id} with a charset"
            yield Try(name, _with_charset(scene, binding), (("valid-accepted", binding.subject),))
    yield Try("ask without a credential", _nobody(scene), tuple(("credential-needed", s) for s in every))
    yield from _without_role(scene)
    on_one = tuple(b.subject for b in scene.on_one())
    yield Try("ask for what there is not", _missing(scene), tuple(("missing-answer", s) for s in on_one))
    if scene.nature.lifecycle.parents:
        yield from _parents(scene)
    if scene.other:
        yield Try("ask for what is another's", _foreign(scene), tuple(("isolation", s) for s in every))
    else:
        for subject in every:
            scene.docket.pass_over("isolation", subject, "only one principal is known (--principal)")
    if scene.nature.lifecycle.unique:
        yield from _taken(scene)


def _one(scene: Scene) -> Any:
    """Make a resource to try on."""
    if scene.nature.lifecycle.states or any(scene.may(b, scene.owner) for b in scene.bindings("create")):
        track = yield from subject(scene)
        scene.read(track)
        return track
    tracks = scene.observer.ledger.of(scene.owner, scene.nature.name).values()
    return next((track for track in tracks if not track.is_gone), None)


def _nobody(scene: Scene) -> Attempt:
    """Ask without a credential, and with one that nobody has."""
    track = yield from _one(scene)
    for binding in scene.bindings():
        is_open = not binding.operation.security or any(not each for each in binding.operation.security)
        if is_open or (track is None and binding.rule.role not in ("create", "list")):
            continue
        shown = track
        if binding.rule.available_in and track is not None and track.is_own:
            shown = yield from scene.maker.reach(scene.owner, scene.nature, binding.rule.available_in[0])
        call = replace(_call(scene, binding, shown), principal="", is_sure=False)
        scene.client.send(call)
        for headers in _wrong_schemes(scene, binding):
            scene.client.send(replace(call, headers={**call.headers, **headers}))
    if track is not None:
        scene.read(track)


def _wrong_schemes(scene: Scene, binding: Binding) -> Iterator[dict[str, str]]:
    """Yield the owner's credential under a scheme that the document does not have (RFC 9110, 11.1)."""
    given = scene.client.credentials.get(scene.owner, {}).get("Authorization", "")
    scheme, blank, token = given.partition(" ")
    if not blank or scheme.lower() != "bearer":
        return
    yield {"Authorization": f"Token {token}"}
    if governing(scene.observer.specification.conventions, binding.operation.path).exact_case_scheme:
        yield {"Authorization": f"{scheme.swapcase()} {token}"}


def _with_charset(scene: Scene, binding: Binding) -> Attempt:
    """Send a media type with a parameter, as many clients do (RFC 9110, 8.3.1)."""
    if binding.rule.role == "create":
        kind = f"{scene.inputs.body(binding.operation)[1]}; charset=utf-8"
        yield from scene.maker.born(binding, scene.owner, content_type=kind)
        return
    track = yield from _one(scene)
    if track is not None and track.is_own:
        call = scene.maker.call_on(binding, track)
        scene.client.send(replace(call, content_type=f"{call.content_type}; charset=utf-8", is_sure=False))


def _call(scene: Scene, binding: Binding, track: Track | None) -> Call:
    if binding.rule.role == "create" or track is None:
        return scene.inputs.create(binding, scene.owner)
    if binding.rule.role == "list":
        return scene.inputs.listing(binding, scene.owner)
    return scene.inputs.on(binding, track)


def _without_role(scene: Scene) -> Iterator[Try]:
    for binding in scene.bindings():
        if not binding.rule.roles:
            continue
        lacking = next((name for name in scene.roles if not scene.may(binding, name)), None)
        if lacking is None:
            reason = f"no principal is known to lack the role {' or '.join(binding.rule.roles)} (--role)"
            scene.docket.pass_over("role-needed", binding.subject, reason)
        else:
            law = (("role-needed", binding.subject),)
            yield Try(f"{binding.operation.id} without its role", _lacking(scene, binding, lacking), law)


def _lacking(scene: Scene, binding: Binding, principal: str) -> Attempt:
    track = yield from _one(scene)
    call = _call(scene, binding, track)
    scene.client.send(replace(call, principal=principal, is_sure=False))
    if track is not None:
        scene.read(track)


def _missing(scene: Scene) -> Attempt:
    """Ask for ids that there are not, and that cannot be."""
    track = yield from _one(scene)
    if track is None:
        return
    for binding in scene.on_one():
        for key, aim in _no_ids(scene, binding, track):
            call = scene.inputs.on(binding, track)
            name = _key_parameter(scene, binding)
            scene.client.send(replace(call, path={**call.path, name: key}, aim=aim))
    scene.read(track)


def _key_parameter(scene: Scene, binding: Binding) -> str:
    identity = scene.nature.lifecycle.identity
    if binding.operation.parameter("path", identity.param):
        return identity.param
    return next(param for param, _ in identity.alternates if binding.operation.parameter("path", param))


def _no_ids(scene: Scene, binding: Binding, track: Track) -> Iterator[tuple[Any, str]]:
    """Yield ids that fit the document and are nobody's, and some that do not fit."""
    identity = scene.nature.lifecycle.identity
    name = _key_parameter(scene, binding)
    parameter = binding.operation.parameter("path", name)
    schema = parameter.schema if parameter else {}
    if name == identity.param and identity.type == "integer":
        yield 2**31 - 1 - scene.inputs.number(), "missing"
        if schema.get("type") == "integer":
            yield "no-number", "malformed"
        return
    known = _known(track, name)
    number = f"{scene.inputs.number():x}"
    nobody = known[: max(1, len(known) - len(number))] + number
    yield nobody if scene.inputs.is_valid(schema, nobody) else scene.inputs.fresh(known, schema), "missing"


def _known(track: Track, param: str) -> str:
    """Return what a path parameter is for a resource; some word where that is not known."""
    identity = track.nature.lifecycle.identity
    paths = {identity.param: identity.field, **dict(identity.alternates)}
    value = track.id if param == identity.param else track.look(paths[param])
    return "none" if has_hole(value) or value is ABSENT or value is None else text(value)


def _parents(scene: Scene) -> Iterator[Try]:
    for binding in scene.bindings("create", "update"):
        for parent in scene.nature.lifecycle.parents:
            place = scene.inputs.place(binding, parent)
            if place is not None and (binding.rule.role == "create" or place.pointer):
                law = (("missing-parent", binding.subject),)
                name = f"{binding.operation.id} with a {parent} that there is not"
                yield Try(name, _orphan(scene, binding, parent), law)
    for binding in scene.bindings():
        if binding.rule.scope and binding.rule.role != "create":
            laws = (("missing-parent", binding.subject), ("scope-kept", binding.subject))
            yield Try(f"{binding.operation.id} below another parent", _below(scene, binding), laws)


def _orphan(scene: Scene, binding: Binding, parent: str) -> Attempt:
    """Name a parent that does not exist."""
    track = (yield from _one(scene)) if binding.rule.role == "update" else None
    place = scene.inputs.place(binding, parent)
    keys = scene.inputs.candidates(binding, parent, scene.owner)
    if not keys or place is None:
        return
    nobody: Any = (
        10**6 + scene.inputs.number() if isinstance(keys[0], int) else f"{keys[0]}{scene.inputs.number()}"
    )
    if place.kind == "request.path" and not isinstance(nobody, int):
        nobody = _no_parent(scene, binding, place.name, keys[0])
    if nobody is None:
        return
    if track is None:
        call = scene.inputs.create(binding, scene.owner, replace(PLAIN, parents={parent: nobody}))
    else:
        call = scene.inputs.on(binding, track, body=scene.inputs.changing(binding, {place.pointer: nobody}))
    if track is None:
        scene.client.send(replace(call, aim="parent", about=parent))
    else:
        scene.client.send(replace(call, headers=scene.maker.call_on(binding, track).headers))
        scene.read(track)


def _below(scene: Scene, binding: Binding) -> Attempt:
    """Ask below a parent that there is not, and below one that is not the resource's."""
    track = yield from _one(scene)
    if track is None:
        return
    lifecycle = scene.nature.lifecycle
    for name in binding.rule.scope:
        parent = lifecycle.parents[name]
        mine = track.look(parent.field)
        if has_hole(mine) or mine is ABSENT:
            continue
        call = _call(scene, binding, track)
        if (nobody := _no_parent(scene, binding, parent.param, mine)) is not None:
            path = {**call.path, parent.param: nobody}
            scene.client.send(replace(call, path=path, aim="parent", about=name))
        for key in scene.inputs.candidates(binding, name, scene.owner):
            if text(key) != text(mine):
                elsewhere = replace(call, path={**call.path, parent.param: key})
                if binding.rule.role == "list":
                    scene.walk(binding, scene.owner, {parent.param: key})
                else:
                    scene.client.send(replace(elsewhere, is_sure=True))
                break
    scene.read(track)
    if binding.rule.role == "list":
        scene.walk(binding, scene.owner, scope_of(scene, binding, track))


def _no_parent(scene: Scene, binding: Binding, param: str, mine: Any) -> Any:
    """Return an id that no parent has; None where the document allows none."""
    parameter = binding.operation.parameter("path", param)
    nobody = f"{mine}{scene.inputs.number()}"
    if parameter is None or scene.inputs.is_valid(parameter.schema, nobody):
        return nobody
    fresh = scene.inputs.fresh(mine, parameter.schema)
    return None if fresh == mine else fresh


def _foreign(scene: Scene) -> Attempt:
    """Have somebody else try everything on what is not theirs."""
    for binding in scene.bindings("list"):
        if scene.may(binding, scene.other):
            scene.walk(binding, scene.other)
    track = yield from _one(scene)
    if track is None or not track.is_own:
        return
    read_every_way(scene, track)
    for binding in scene.on_one():
        if scene.may(binding, scene.other):
            headers = scene.maker.call_on(binding, track).headers
            scene.client.send(scene.inputs.on(binding, track, scene.other, headers=headers, is_sure=True))
    for binding in scene.bindings("list"):
        if scene.may(binding, scene.other):
            scope = scope_of(scene, binding, track)
            scene.walk(binding, scene.other, scope)
            usual = showing(binding, [track])
            for each in binding.rule.filters:
                value = value_of(track, each.field, {})
                if isinstance(value, str | int) and value != "":
                    scene.walk(binding, scene.other, scope, **{**usual, each.param: value})
    read_every_way(scene, track)


def _taken(scene: Scene) -> Iterator[Try]:
    for binding in scene.bindings("create"):
        if scene.may(binding, scene.owner):
            law = (("unique-fields", binding.subject),)
            yield Try(f"{binding.operation.id} with values that are taken", _doubled(scene, binding), law)


def _doubled(scene: Scene, binding: Binding) -> Attempt:
    """Make the same twice; once the first has let go of it, once more."""
    track = yield from scene.maker.born(binding, scene.owner)
    scene.read(track)
    if track.call is None:
        return
    scene.client.send(replace(track.call, is_sure=True, headers=keyed(scene.inputs, binding)))
    scene.read(track)
    if scene.other and scene.may(binding, scene.other):
        headers = keyed(scene.inputs, binding)
        scene.maker.made(binding, replace(track.call, principal=scene.other, headers=headers))

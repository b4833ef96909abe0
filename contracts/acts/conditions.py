"""Tries what a request may ask besides: idempotency keys, conditions by ETag, and Location."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from contracts.acts.living import brought, changed_body, subject
from contracts.acts.scene import Scene, Try
from contracts.bench import Binding
from contracts.onetime import keyed
from contracts.stage import Attempt, Wait
from speckit import pointer
from speckit.pointer import ABSENT
from speckit.timing import SECOND

_PATIENCE_SECONDS = 5.0
"""How long a key is waited for that was used before, where time cannot be moved."""


def attempts(scene: Scene) -> Iterator[Try]:
    """Yield the attempts on keys and conditions."""
    for binding in scene.bindings("create"):
        if binding.rule.idempotency_header and scene.may(binding, scene.owner):
            laws = ("idempotent-replay", "key-reuse-refused", "key-per-principal")
            name = f"{binding.operation.id} with a key"
            yield Try(name, _keyed(scene, binding), tuple((law, binding.subject) for law in laws))
    if scene.nature.lifecycle.etag and scene.maker.reader(scene.nature):
        yield from _conditional(scene)


def _keyed(scene: Scene, binding: Binding) -> Attempt:
    """Send a creation twice with one key, then another one with it, then as somebody else."""
    track = yield from scene.maker.born(binding, scene.owner, headers=keyed(scene.inputs, binding))
    scene.read(track)
    call = track.call
    if call is None:
        return
    scene.client.send(call)
    yield from _later(scene)
    scene.client.send(call)
    if (other := _other_body(scene, binding, call.body)) is not ABSENT:
        scene.client.send(replace(call, body=other, is_sure=False))
    scene.read(track)
    for each in scene.bindings("list"):
        if scene.may(each, scene.owner):
            scene.walk(each, scene.owner)
    if scene.other and scene.may(binding, scene.other):
        scene.client.send(replace(call, principal=scene.other, is_sure=False))


def _later(scene: Scene) -> Attempt:
    """Let the resource move by itself, where that does not take long."""
    durations = [t.after.duration for t in scene.nature.lifecycle.transitions if t.after and t.after.duration]
    shortest = min(durations, default=0) / SECOND
    if shortest and (scene.client.clock.is_movable or shortest < _PATIENCE_SECONDS):
        yield Wait(scene.client.clock.now().slow + shortest + 0.2)


def _other_body(scene: Scene, binding: Binding, body: Any) -> Any:
    """Return a body that fits too and says something else."""
    for name, schema in scene.inputs.members(binding.operation).items():
        current = pointer.read(body, (name,)) if isinstance(body, dict) else ABSENT
        if isinstance(current, str | int | bool):
            for value in scene.inputs.others(schema, current):
                return {**body, name: value}
    return ABSENT


def _conditional(scene: Scene) -> Iterator[Try]:
    reader = scene.maker.reader(scene.nature)
    assert reader is not None
    yield Try("read on a condition", _unmodified(scene, reader), (("not-modified", reader.subject),))
    etag = scene.nature.lifecycle.etag
    for binding in scene.bindings("update", "trigger"):
        if scene.may(binding, scene.owner):
            name = f"{binding.operation.id} on a condition"
            yield Try(name, _stale(scene, binding), (("precondition-kept", binding.subject),))
            if etag and etag.required:
                law = (("precondition-required", binding.subject),)
                yield Try(f"{binding.operation.id} without a condition", _unconditional(scene, binding), law)


def _unmodified(scene: Scene, reader: Binding) -> Attempt:
    """Read with the ETag at hand: 304; with another: 200."""
    track = yield from subject(scene)
    first = scene.send(reader, track)
    tag = first.headers.get("etag", "")
    again = scene.client.send(scene.inputs.on(reader, track, headers={"If-None-Match": tag}, is_sure=True))
    untouched = scene.client.send(scene.inputs.on(reader, track, is_sure=True))
    if tag and untouched.headers.get("etag") == tag:
        said = f"The ETag is {tag} still; the answer to If-None-Match is {again.status}, not 304."
        scene.docket.hold("not-modified", reader.subject, again.status == 304, said, [first, again], "200")
    other = scene.client.send(
        scene.inputs.on(reader, track, headers={"If-None-Match": '"other"'}, is_sure=True)
    )
    said = f"If-None-Match names another ETag; the answer is {other.status}, not 200."
    scene.docket.hold("not-modified", reader.subject, other.status == 200, said, [first, other], "other")


def _stale(scene: Scene, binding: Binding) -> Attempt:
    """Change on the condition that the resource is as it never was: nothing may happen."""
    track = yield from brought(scene, _open(scene, binding))
    scene.read(track)
    body = changed_body(scene, binding, track)
    call = scene.inputs.on(binding, track, headers={"If-Match": '"never-given"'}, body=body)
    scene.client.send(replace(call, aim="stale"))
    scene.read(track)


def _open(scene: Scene, binding: Binding) -> str:
    """Return a state in which only its condition keeps a trigger from working; empty for any state."""
    lifecycle = scene.nature.lifecycle
    starts = [s for t in lifecycle.transitions if binding.operation.id in t.triggers for s in t.starts]
    first = {state for _, state in lifecycle.initial}
    return "" if not starts or first & set(starts) else starts[0]


def _unconditional(scene: Scene, binding: Binding) -> Attempt:
    track = yield from subject(scene)
    scene.read(track)
    scene.client.send(scene.inputs.on(binding, track, body=changed_body(scene, binding, track)))
    scene.read(track)

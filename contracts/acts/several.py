"""Tries what is about more than one: making again what is there, and moving several at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contracts.acts.living import brought, scope_of
from contracts.acts.scene import Scene, Try
from contracts.bench import Binding
from contracts.stage import Attempt
from contracts.values import telling
from speckit.lifecycle import Path


def attempts(scene: Scene) -> Iterator[Try]:
    """Yield the attempts that are about more than one resource."""
    yield from _again(scene)
    yield from _otherwise(scene)
    yield from _batches(scene)


def _again(scene: Scene) -> Iterator[Try]:
    """Yield the attempts to make what is there already, where that changes it."""
    for binding in scene.bindings("create"):
        if binding.rule.change and scene.may(binding, scene.owner):
            yield Try(f"{binding.operation.id} for what is there", _made_again(scene, binding))


def _otherwise(scene: Scene) -> Iterator[Try]:
    """Yield the attempts to make something without the header by which the answer tells what was made."""
    for binding in scene.bindings("create"):
        if telling(binding.rule) and scene.may(binding, scene.owner):
            law = (("answer-as-declared", binding.subject),)
            yield Try(f"{binding.operation.id} without a preference", _unpreferred(scene, binding), law)


def _unpreferred(scene: Scene, binding: Binding) -> Attempt:
    call = scene.maker.free_call(binding, scene.owner)
    if call is not None:
        left = {name: value for name, value in call.headers.items() if name not in telling(binding.rule)}
        scene.client.send(replace(call, headers=left))
    yield from ()


def _made_again(scene: Scene, binding: Binding) -> Attempt:
    track = yield from scene.maker.born(binding, scene.owner)
    scene.read(track)
    if track.call is not None:
        for _ in range(2):
            scene.client.send(replace(track.call, is_sure=True))
            scene.read(track)


def _batches(scene: Scene) -> Iterator[Try]:
    """Yield the attempts to move several at once; only what is named, for the rest may be somebody's."""
    for binding in scene.bindings("batch"):
        source = binding.rule.ids
        if source is None or source.kind != "request.body" or not source.pointer:
            reason = "it is about everything there is, and not only what was made to try on"
            scene.docket.pass_over("trigger-works", binding.subject, reason)
        elif scene.may(binding, scene.owner):
            for state in scene.nature.lifecycle.states:
                laws = (("trigger-works", binding.subject),)
                name = f"{binding.operation.id} where a {scene.nature.name} is '{state}'"
                yield Try(name, _batched(scene, binding, state, source.pointer), laws)


def _batched(scene: Scene, binding: Binding, state: str, place: Path) -> Attempt:
    """Name one that is in a state, and one that there is not, and look at what came of it."""
    track = yield from brought(scene, state)
    scene.read(track)
    nobody = scene.inputs.fresh(track.id, {})
    call = scene.inputs.listing(binding, scene.owner, scope_of(scene, binding, track))
    body = scene.inputs.changing(binding, {place: [track.id, nobody]})
    kind = scene.inputs.body(binding.operation)[1]
    scene.client.send(replace(call, body=body, content_type=kind))
    scene.read(track)

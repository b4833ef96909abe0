"""What each step of a walk does: requests on what the judge has made, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from contracts.acts.living import scope_of
from contracts.acts.scene import Scene
from contracts.bench import Binding
from contracts.client import Client
from contracts.exchange import Call
from contracts.inputs import PLAIN, Inputs
from contracts.making import Maker
from contracts.observed import Track
from contracts.walk.bodies import Bodies, is_sendable
from contracts.walk.lists import query
from contracts.walk.steps import AGAIN, CHANGE, CREATE, FOREIGN, LIST, LOOK, RACE, READ, WAIT, Step
from contracts.walk.time import Patience
from speckit import pointer
from speckit.pointer import ABSENT

_MOST_ALIVE = 8
"""How many resources of a kind are kept at a time: lists stay short, and steps meet on the same ones."""
_MOST_KEYS = 20
_RUNNERS = 3

Act = Callable[[Scene, Binding, Any, Random], None]


class Acts:
    """Takes steps."""

    def __init__(self, client: Client, inputs: Inputs, maker: Maker) -> None:
        self._client = client
        self._inputs = inputs
        self._maker = maker
        self._bodies = Bodies(inputs)
        self._patience = Patience(client, maker)
        self._keyed: dict[str, list[Call]] = {}
        self._mine: dict[str, list[Track]] = {}
        self._acts: Mapping[str, Act] = {
            CREATE: self._create,
            READ: self._read,
            CHANGE: self._change,
            LIST: self._list,
            AGAIN: self._again,
            FOREIGN: self._foreign,
            RACE: self._race,
        }

    def take(self, step: Step) -> None:
        """Take one step; one that there is nothing for is left out.

        Raises:
            OutOfBudget: the time or the requests are used up.
        """
        move, dice = step.move, step.dice()
        if move.kind == WAIT:
            self._patience.wait(self._alive(move.scene), dice)
        elif move.kind == LOOK:
            self._look(move.scene)
        elif move.binding is not None and move.scene.may(move.binding, move.scene.owner):
            self._acts[move.kind](move.scene, move.binding, step.body, dice)

    def look_back(self, scenes: Iterable[Scene]) -> None:
        """Read all that was made and every list; then remove what can be removed, and forget it."""
        for scene in scenes:
            self._look(scene)
            for track in self._mine.pop(scene.nature.name, []):
                if scene.nature.lifecycle.states:
                    self._maker.release(track)
                if track.is_own and not track.is_spoiled:
                    scene.read(track)
        self._keyed.clear()

    def _own(self, scene: Scene) -> list[Track]:
        """Return what this walk has made, also what has ended."""
        return [t for t in self._mine.get(scene.nature.name, ()) if t.is_own and not t.is_spoiled]

    def _alive(self, scene: Scene) -> list[Track]:
        return [track for track in self._own(scene) if not track.is_gone]

    def _one(self, scene: Scene, dice: Random) -> Track | None:
        """Return something to act on, now and then something that is gone."""
        tracks = self._own(scene) if dice.random() < 0.15 else self._alive(scene)
        return dice.choice(tracks) if tracks else None

    # Steps

    def _create(self, scene: Scene, binding: Binding, body: Any, dice: Random) -> None:
        if len(self._alive(scene)) >= _MOST_ALIVE:
            return
        call = self._new(scene, binding, body, dice)
        header = binding.rule.idempotency_header
        if call is not None and header and dice.random() < 0.5:
            call = replace(call, headers={**call.headers, header: f"walk-{self._inputs.number()}"})
        if call is None:
            return
        track, exchange = self._maker.made(binding, call)
        if track is not None:
            self._mine.setdefault(scene.nature.name, []).append(track)
        if exchange.is_success and header in call.headers:
            self._keyed.setdefault(binding.operation.id, []).append(call)
            del self._keyed[binding.operation.id][:-_MOST_KEYS]

    def _new(self, scene: Scene, binding: Binding, body: Any, dice: Random) -> Call | None:
        """Return a creation: mostly with a random body, else one of those the document tells apart."""
        variant = self._bodies.variant(binding, scene.owner, body, dice) if dice.random() < 0.7 else None
        if variant is None:
            variant = dice.choice([PLAIN, *self._maker.variants(binding, scene.owner)])
            return self._maker.free_call(binding, scene.owner, variant)
        call = self._inputs.create(binding, scene.owner, variant)
        if self._is_sound(binding, call.body, call.content_type):
            return call
        return self._maker.free_call(binding, scene.owner)

    def _read(self, scene: Scene, binding: Binding, _body: Any, dice: Random) -> None:
        track = self._one(scene, dice)
        if track is None or not is_named(binding, track):
            return
        choice = binding.rule.view
        asked: dict[str, Any] = {}
        if choice.by is not None and choice.by.kind == "request.query" and choice.views:
            parameter = binding.operation.parameter("query", choice.by.name)
            words = self._inputs.others(parameter.schema, ABSENT) if parameter else []
            asked = dice.choice([{}, *({choice.by.name: word} for word in words)])
        scene.send(binding, track, query=asked)

    def _change(self, scene: Scene, binding: Binding, body: Any, dice: Random) -> None:
        track = self._one(scene, dice)
        if track is not None and is_named(binding, track):
            self._client.send(self._changing(binding, track, body, dice))
            if dice.random() < 0.3:
                scene.read(track)

    def _changing(self, binding: Binding, track: Track, body: Any, dice: Random) -> Call:
        """Return a change, mostly with a random body where it takes one."""
        made = self._bodies.changing(binding, track, body, dice) if dice.random() < 0.8 else ABSENT
        call = self._maker.call_on(binding, track)
        if made is ABSENT or not self._is_sound(binding, made, call.content_type):
            return call
        return replace(call, body=made, is_sure=False)

    def _is_sound(self, binding: Binding, body: Any, content_type: str) -> bool:
        """Return whether a body fits the document, and means the same to every server."""
        schema = self._inputs.schema(binding.operation)
        return self._inputs.is_valid(schema, body) and is_sendable(body, content_type)

    def _list(self, scene: Scene, binding: Binding, _body: Any, dice: Random) -> None:
        tracks = self._alive(scene)
        scope = scope_of(scene, binding, dice.choice(tracks)) if tracks else {}
        asked = query(self._inputs, binding, self._own(scene), dice)
        principal = scene.other if scene.other and dice.random() < 0.2 else scene.owner
        if scene.may(binding, principal):
            scene.walk(binding, principal, scope, **asked)

    def _again(self, scene: Scene, binding: Binding, _body: Any, dice: Random) -> None:
        """Send a creation with a key once more: as it was, with another body, or as somebody else."""
        if not (calls := self._keyed.get(binding.operation.id)):
            return
        call = dice.choice(calls)
        kind = dice.randrange(4)
        if kind == 0 and scene.other and scene.may(binding, scene.other):
            self._client.send(replace(call, principal=scene.other, is_sure=False))
        elif kind == 1 and (other := self._other(binding, call.body)) is not ABSENT:
            self._client.send(replace(call, body=other, is_sure=False))
        else:
            self._client.send(call)

    def _other(self, binding: Binding, body: Any) -> Any:
        """Return a body that fits too and says something else."""
        for name, schema in self._inputs.members(binding.operation).items():
            current = pointer.read(body, (name,)) if isinstance(body, dict) else ABSENT
            if isinstance(current, str | int | bool):
                for value in self._inputs.others(schema, current):
                    return {**body, name: value}
        return ABSENT

    def _foreign(self, scene: Scene, binding: Binding, _body: Any, dice: Random) -> None:
        """Try an operation on what is another's.

        Where ids are numbers, somebody else may have one that is the same: that is left alone.
        """
        track = self._one(scene, dice)
        if track is None or not scene.other or not scene.may(binding, scene.other):
            return
        is_readable = binding.rule.role == "get" and bool(scene.bindings("list"))
        if is_named(binding, track) and (isinstance(track.id, str) or is_readable):
            headers = self._maker.call_on(binding, track).headers
            self._client.send(self._inputs.on(binding, track, scene.other, headers=headers))
            scene.read(track)

    def _race(self, scene: Scene, binding: Binding, _body: Any, dice: Random) -> None:
        track = dice.choice(self._alive(scene) or [None])
        if track is not None and is_named(binding, track):
            scene.read(track)
            self._client.race([self._maker.call_on(binding, track)] * _RUNNERS, "one-winner")
            scene.read(track)

    def _look(self, scene: Scene) -> None:
        """Read everything that was made, and every list."""
        for track in self._own(scene):
            scene.read(track)
        for binding in scene.bindings("list"):
            if scene.may(binding, scene.owner):
                scene.walk(binding, scene.owner)


def is_named(binding: Binding, track: Track) -> bool:
    """Return whether the resource has the key by which the operation finds it."""
    identity = binding.nature.lifecycle.identity
    if binding.operation.parameter("path", identity.param):
        return True
    paths = [path for param, path in identity.alternates if binding.operation.parameter("path", param)]
    return any(isinstance(key := track.look(path), str | int) and key != "" for path in paths)

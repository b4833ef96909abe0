"""What every attempt of the deterministic driver works with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from contracts.bench import Binding
from contracts.client import Client
from contracts.docket import Docket
from contracts.exchange import Call, Exchange
from contracts.finding import Subject
from contracts.inputs import PLAIN, Inputs, Variant
from contracts.making import Maker
from contracts.matching import next_page
from contracts.nature import Nature
from contracts.observed import Track
from contracts.observer import Observer
from contracts.stage import Attempt

_MOST_PAGES = 25


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt, and the laws that go unjudged if it cannot be made."""

    name: str
    attempt: Attempt
    laws: tuple[tuple[str, Subject], ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """One resource, and those who ask.

    Attributes:
        owner: Who makes what is tried on.
        other: Somebody who must see nothing of it; empty where nobody else is known.
        roles: By principal, the roles it has; one that is not listed has all of them.
    """

    nature: Nature
    observer: Observer
    client: Client
    inputs: Inputs
    maker: Maker
    owner: str
    other: str
    roles: Mapping[str, frozenset[str]]

    @property
    def docket(self) -> Docket:
        """Where trials are counted."""
        return self.observer.docket

    @property
    def is_scarce(self) -> bool:
        """Whether there can be no more of them than their parents have room for."""
        parents = {parent.field for parent in self.nature.lifecycle.parents.values()}
        return any(set(unique.fields) <= parents for unique in self.nature.lifecycle.unique)

    def bindings(self, *roles: str) -> list[Binding]:
        """Return the resource's operations that have one of `roles`, or all of them."""
        every = [b for b in self.observer.bindings.values() if b.nature is self.nature]
        return [b for b in every if not roles or b.rule.role in roles]

    def on_one(self) -> list[Binding]:
        """Return the operations on one resource."""
        return self.bindings("get", "parts", "replace", "update", "trigger")

    def may(self, binding: Binding, principal: str) -> bool:
        """Return whether `principal` has a role that the operation needs."""
        mine = self.roles.get(principal)
        return mine is None or not binding.rule.roles or bool(mine & set(binding.rule.roles))

    def send(self, binding: Binding, track: Track, **changes: object) -> Exchange:
        """Send a sound call to an operation on one resource."""
        return self.client.send(self.maker.call_on(binding, track, **changes))

    def read(self, track: Track) -> Exchange | None:
        """Read a resource once."""
        return self.maker.read(track)

    def walk(
        self, binding: Binding, principal: str, scope: Mapping[str, object] | None = None, /, **query: object
    ) -> list[Exchange]:
        """Read every page of a list; where there are several, the first again: has anything changed?

        A list below a parent of which none is known is left alone.
        """
        if any(self._is_nowhere(binding, name, principal, scope or {}) for name in binding.rule.scope):
            self.docket.pass_over("listed", binding.subject, "no parent is known that it could be below")
            return []
        first = asking(self.inputs.listing(binding, principal, scope), query)
        pages = [self.client.send(first)]
        paging = binding.rule.paging
        for number in range(1, _MOST_PAGES) if paging else ():
            following = next_page(binding, pages[-1], number)
            if following is None or following == pages[-1].call.query.get(paging.param if paging else ""):
                break
            assert paging is not None
            pages.append(self.client.send(asking(first, {paging.param: following})))
            if _only_repeats(binding, pages):
                break
        if len(pages) > 1:
            pages.append(self.client.send(first))
        return pages

    def _is_nowhere(self, binding: Binding, parent: str, principal: str, scope: Mapping[str, object]) -> bool:
        param = self.nature.lifecycle.parents[parent].param
        return param not in scope and not self.inputs.candidates(binding, parent, principal)

    def subjects(self, *roles: str) -> Iterator[Subject]:
        """Yield the operations of the resource as subjects."""
        yield from (binding.subject for binding in self.bindings(*roles))


def scenes(
    observer: Observer,
    client: Client,
    inputs: Inputs,
    maker: Maker,
    principals: Sequence[str],
    roles: Mapping[str, frozenset[str]],
) -> list[Scene]:
    """Return a scene for every resource that has operations.

    Of the principals the first makes what is tried on, and the second must see nothing of it; where
    two have every role, these two.
    """
    able = [name for name in principals if name not in roles]
    owner, other = (*(able if len(able) > 1 else principals), "", "")[:2]
    return [
        Scene(nature, observer, client, inputs, maker, owner, other, roles)
        for nature in observer.natures.values()
        if any(binding.nature is nature for binding in observer.bindings.values())
    ]


def adopt(every: Iterable[Scene]) -> None:
    """Read every list once: what is there already is somebody's."""
    for scene in every:
        for binding in scene.bindings("list"):
            for principal in filter(None, (scene.owner, scene.other)):
                if scene.may(binding, principal):
                    scene.walk(binding, principal)


def made(scene: Scene, binding: Binding, variant: Variant = PLAIN) -> Attempt:
    """Make a resource, and read it."""
    scene.read((yield from scene.maker.born(binding, scene.owner, variant)))


def _only_repeats(binding: Binding, pages: Sequence[Exchange]) -> bool:
    """Return whether the last page holds nothing but what those before it have shown."""
    *before, last = [[s.id for s in binding.anatomy.sightings(page) or ()] for page in pages]
    return bool(last) and all(any(each in ids for ids in before) for each in last)


def asking(call: Call, query: Mapping[str, object]) -> Call:
    """Return a sound call like `call` with `query` besides."""
    return replace(call, query={**call.query, **query}, is_sure=True)

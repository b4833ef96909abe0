"""Tries lists: pages, their bounds, filters and orders, over resources that the judge made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, islice, takewhile
from typing import Any

from contracts.acts.living import release, scope_of
from contracts.acts.scene import Scene, Try, asking
from contracts.bench import Binding
from contracts.exchange import Call, text
from contracts.matching import fits_all, showing, together, values_held
from contracts.observed import Track
from contracts.stage import Attempt, CannotTry
from speckit.expression import sources
from speckit.lifecycle import Filter, Sort

_LAWS = ("listed", "list-agrees", "filter-exact", "page-size", "page-bounds", "pages-join", "total-true")
_QUERY = "?"
"""Among the parents in a path, the query that every walk has besides."""
_MOST_MADE = 12
_MOST_PAIRS = 10


def attempts(scene: Scene) -> Iterator[Try]:
    """Yield the attempts on each list of the resource."""
    for binding in scene.bindings("list"):
        if scene.may(binding, scene.owner):
            laws = tuple((law, binding.subject) for law in _LAWS)
            yield Try(f"list with {binding.operation.id}", _listed(scene, binding), laws)


def _listed(scene: Scene, binding: Binding) -> Attempt:
    """Make a few resources of every sort, and read the list in every way."""
    tracks: list[Track] = []
    for create in scene.bindings("create"):
        if scene.may(create, scene.owner):
            tracks += yield from _several(scene, create)
    scope = scope_of(scene, binding, tracks[0]) if tracks else {}
    scene.walk(binding, scene.owner, scope)
    scope |= {_QUERY: showing(binding, tracks)}
    _walk(scene, binding, scope)
    for track in tracks:
        scene.read(track)
    _filtered_pages(scene, binding, tracks, scope)
    _pages(scene, binding, scope)
    _updated(scene, binding, tracks, scope)
    _bounds(scene, binding, scope)
    for each in binding.rule.filters:
        _filtered(scene, binding, each, tracks, scope)
    _combined(scene, binding, tracks, scope)
    _sorted(scene, binding, scope)
    if tracks:
        _after_removal(scene, binding, tracks.pop(), scope)
    for track in tracks:
        release(scene, track)


def _several(scene: Scene, create: Binding) -> Any:
    made: list[Track] = []
    variants = scene.maker.variants(create, scene.owner)
    for number in range(_MOST_MADE):
        variant = variants[number % len(variants)]
        if made and scene.maker.free_call(create, scene.owner, variant) is None:
            break
        try:
            made.append((yield from scene.maker.born(create, scene.owner, variant)))
        except CannotTry:
            if number >= 2 * len(variants):
                break
        scene.read(made[-1]) if made else None
    return made


def _pages(scene: Scene, binding: Binding, scope: dict[str, Any]) -> None:
    """Walk the list with pages of several lengths."""
    paging = binding.rule.paging
    if paging is None or not paging.size:
        return
    for size in dict.fromkeys((max(1, paging.min), 3, 5, paging.max or 0)):
        if size >= paging.min and (paging.max is None or size <= paging.max) and size:
            _walk(scene, binding, scope, **{paging.size: size})


def _filtered_pages(scene: Scene, binding: Binding, tracks: list[Track], scope: dict[str, Any]) -> None:
    """Walk what a filter leaves, in pages of half of it: as soon as it was made, while it is still so."""
    paging = binding.rule.paging
    for each in binding.rule.filters if paging else ():
        value, count = _widest(each, tracks)
        if paging is None or count < 2 or not _may_ask(scene, binding, each, value):
            continue
        half = max(paging.min, count // 2)
        if paging.size and (paging.max is None or half <= paging.max):
            _walk(scene, binding, scope, **{each.param: value, paging.size: half})


def _widest(each: Filter, tracks: list[Track]) -> tuple[Any, int]:
    """Return the value that most resources fit, and how many do."""
    values = values_held(each, tracks)
    if each.match == "prefix" and (start := _beginning([text(value) for value in values])):
        values.append(start)
    counts = [sum(fits_all([(each, text(value))], t, {}) is True for t in tracks) for value in values]
    return max(zip(values, counts, strict=True), key=lambda pair: pair[1], default=(None, 0))


def _beginning(texts: list[str]) -> str:
    """Return what all `texts` begin with."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    return "".join(letters[0] for letters in alike)


def _may_ask(scene: Scene, binding: Binding, each: Filter, value: Any) -> bool:
    parameter = binding.operation.query(each.param)
    return parameter is None or scene.inputs.is_valid(parameter.schema, value)


def _bounds(scene: Scene, binding: Binding, scope: dict[str, Any]) -> None:
    """Ask for lengths and pages outside the bounds, and for a page after the last."""
    paging = binding.rule.paging
    if paging is None:
        return
    call = scene.inputs.listing(binding, scene.owner, {k: v for k, v in scope.items() if k != _QUERY})
    call = asking(call, scope[_QUERY])
    queries: list[dict[str, Any]] = []
    if paging.size:
        queries += [{paging.size: paging.min - 1}, {paging.size: -5}]
        queries += [{paging.size: paging.max + 1}, {paging.size: paging.max * 10}] if paging.max else []
    if paging.style == "page":
        queries += [{paging.param: 0}, {paging.param: -1}, {paging.param: 10_000}]
    elif paging.style == "offset":
        queries += [{paging.param: -1}, {paging.param: 100_000}]
    for query in queries:
        is_declared = _is_declared(binding, query)
        scene.client.send(asking(call, query) if is_declared else _unsure(asking(call, query)))


def _is_declared(binding: Binding, query: dict[str, Any]) -> bool:
    """Return whether the lifecycle itself says what becomes of a value outside the bounds."""
    paging = binding.rule.paging
    return paging is not None and (
        paging.out_of_range != "refuse" or set(query) <= {paging.size, paging.param}
    )


def _unsure(call: Call) -> Call:
    return replace(call, is_sure=False)


def _filtered(
    scene: Scene, binding: Binding, each: Filter, tracks: list[Track], scope: dict[str, Any]
) -> None:
    values = values_held(each, [*tracks, *_all_seen(scene)])
    if not values:
        reason = f"no resource has a value that '{each.param}' could be asked for"
        scene.docket.pass_over("filter-exact", binding.subject, reason)
        return
    for value in values:
        _walk(scene, binding, scope, **{each.param: value})
    paging = binding.rule.paging
    if paging is not None and paging.size:
        _walk(scene, binding, scope, **{each.param: values[-1], paging.size: max(paging.min, 2)})
    if each.match == "any" and len(values) > 1:
        _walk(scene, binding, scope, **{each.param: together(binding, each, values[:2])})
    parameter = binding.operation.query(each.param)
    for word in dict(each.matches) if each.by is not None and each.by.kind == "request.query" else ():
        for part in (values[0], *_parts(values[0])):
            _walk(scene, binding, scope, **{each.param: part, each.by.name if each.by else "": word})
    for part in _parts(values[0]) if parameter else ():
        if scene.inputs.is_valid(parameter.schema if parameter else {}, part):
            _walk(scene, binding, scope, **{each.param: part})
    if each.match in ("from", "to") and isinstance(values[0], int):
        for value in (values[0] - 1, values[0] + 1):
            _walk(scene, binding, scope, **{each.param: value})


def _parts(value: Any) -> tuple[str, ...]:
    """Return texts that are like `value` and are not it: its beginning, its end, its other case."""
    if not isinstance(value, str) or len(value) < 4 or value[:4].isdigit():
        return ()
    return value[:-2], value[2:], value.swapcase()


def _walk(scene: Scene, binding: Binding, scope: dict[str, Any], **query: Any) -> None:
    """Read a whole list, what a default would hide included."""
    path = {name: value for name, value in scope.items() if name != _QUERY}
    scene.walk(binding, scene.owner, path, **{**scope.get(_QUERY, {}), **query})


def _updated(scene: Scene, binding: Binding, tracks: list[Track], scope: dict[str, Any]) -> None:
    """Change what is filtered by, and ask for what it was and what it is."""
    for update in scene.bindings("update") if tracks else ():
        track = next((t for t in reversed(tracks) if t.is_own and not t.is_gone), None)
        for each in binding.rule.filters:
            place = next((s for p, t in update.rule.change if p == each.field for s in sources(t)), None)
            if (
                track is None
                or place is None
                or place.kind != "request.body"
                or not scene.may(update, scene.owner)
            ):
                continue
            before = track.look(each.field)
            schema = scene.inputs.members(update.operation).get(place.pointer[0], {})
            for value in scene.inputs.others(schema, before)[:1]:
                scene.read(track)
                if isinstance(before, str | int):
                    _walk(scene, binding, scope, **{each.param: before})
                body = scene.inputs.changing(update, {place.pointer: value})
                scene.send(update, track, body=body)
                scene.read(track)
                for asked_for in (before, value):
                    if isinstance(asked_for, str | int):
                        _walk(scene, binding, scope, **{each.param: asked_for})


def _all_seen(scene: Scene) -> list[Track]:
    """Return what was seen in any way, those of other people last."""
    tracks = scene.observer.ledger.of(scene.owner, scene.nature.name).values()
    return sorted((track for track in tracks if not track.is_gone), key=lambda track: not track.is_own)


def _combined(scene: Scene, binding: Binding, tracks: list[Track], scope: dict[str, Any]) -> None:
    """Ask for two filters at once."""
    pairs = [(each, values_held(each, tracks)) for each in binding.rule.filters]
    pairs = [(each, values) for each, values in pairs if values]
    for (one, mine), (other, theirs) in islice(combinations(pairs, 2), _MOST_PAIRS):
        for query in (
            {one.param: mine[0], other.param: theirs[-1]},
            {one.param: mine[-1], other.param: theirs[0]},
        ):
            _walk(scene, binding, scope, **query)
        nobody = _nobody(scene, binding, other)
        if nobody is not None:
            _walk(scene, binding, scope, **{one.param: mine[0], other.param: nobody})


def _nobody(scene: Scene, binding: Binding, each: Filter) -> Any:
    """Return a value that no resource has; None where the document allows none."""
    parameter = binding.operation.query(each.param)
    value = f"nobody{scene.inputs.number()}"
    is_text = parameter is not None and each.match in ("equals", "prefix")
    return value if is_text and parameter and scene.inputs.is_valid(parameter.schema, value) else None


def _sorted(scene: Scene, binding: Binding, scope: dict[str, Any]) -> None:
    sort = binding.rule.sort
    if sort is None:
        return
    directions = [{}, *({sort.direction: word} for word in _ways(scene, binding, sort))]
    if not sort.param:
        for direction in directions:
            _walk(scene, binding, scope, **direction)
    for word in sort.fields:
        for direction in directions:
            _walk(scene, binding, scope, **{sort.param: word, **direction})


def _ways(scene: Scene, binding: Binding, sort: Sort) -> list[str]:
    """Return the words that turn an order round, and one that does not."""
    parameter = binding.operation.parameter("query", sort.direction)
    if parameter is None:
        return []
    others = [each for each in ("asc", *parameter.schema.get("enum", ())) if each != sort.descending]
    valid = [each for each in others if scene.inputs.is_valid(parameter.schema, each)]
    return [*valid[:1], sort.descending]


def _after_removal(scene: Scene, binding: Binding, track: Track, scope: dict[str, Any]) -> None:
    """Remove one and look again."""
    release(scene, track)
    _walk(scene, binding, scope)

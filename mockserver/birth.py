"""Birth: the fields that a new resource begins with, computed in the order they need each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from mockserver import evaluation
from mockserver.evaluation import Compute, Frame
from speckit import expression, pointer
from speckit.expression import Template
from speckit.lifecycle import Lifecycle, Path
from speckit.pointer import ABSENT

STATE = expression.Source("state")
Link = tuple[str, Path]
"""A parent, and where its id is inside the field that holds it."""


class Birth:
    """What a new resource holds: its fields computed in the order they need each other.

    The order on the wire is the document's; the order of computing follows the
    `$resource`, `$parent` and `$id` that a field's template looks up.
    """

    def __init__(self, lifecycle: Lifecycle, new_id: Template | None = None) -> None:
        form = lifecycle.timestamps.format
        links = _links(lifecycle)
        templates = dict(lifecycle.initially)
        self.blank = {k: ABSENT if k in links else _fixed(template) for k, template in lifecycle.initially}
        """Every field in the order of the wire: its value where the document spells it out, else ABSENT."""
        for key in links:
            self.blank.setdefault(key, ABSENT)
            templates.setdefault(key, expression.GONE)
        self.open = tuple(key for key, value in self.blank.items() if value is ABSENT)
        """The fields that may come to nothing."""
        self._identity = lifecycle.identity.field[0]
        self._is_top = len(lifecycle.identity.field) == 1
        self._read_identity = pointer.reader(lifecycle.identity.field)
        needs = {key: self._needs(lifecycle, template) for key, template in templates.items()}
        generate = new_id or lifecycle.identity.generate
        needs.setdefault(self._identity, {}).update(self._needs(lifecycle, generate) if generate else {})
        steps = [
            (k, _linked(evaluation.compiled(templates[k], form), links.get(k, ())))
            for k in _ordered(needs)
            if k in templates
            if k == self._identity or (self.blank[k] is ABSENT and templates[k] != STATE)
        ]
        at = next((i for i, (key, _) in enumerate(steps) if key == self._identity), len(steps))
        self._before, self._after = steps[:at], steps[at:]
        self._generate = evaluation.compiled(generate, form) if generate and at < len(steps) else _nothing

    def fill(self, frame: Frame, fields: dict[str, Any]) -> None:
        """Compute into `fields` every field that it does not hold yet; the frame gets the id."""
        for key, compute in self._before:
            if fields[key] is ABSENT:
                fields[key] = compute(frame)
        known = fields.get(self._identity, ABSENT) if self._is_top else self._read_identity(fields)
        frame.id = self._generate(frame) if known is ABSENT else known
        for key, compute in self._after:
            if fields[key] is ABSENT:
                fields[key] = compute(frame)
        if frame.id is ABSENT:
            frame.id = self._read_identity(fields)

    def _needs(self, lifecycle: Lifecycle, template: Template) -> dict[str, None]:
        """Return the fields that must be known before `template` can be computed, in its own order."""
        found: dict[str, None] = {}
        for source in expression.sources(template):
            if source.kind == "resource" and source.pointer:
                found[source.pointer[0]] = None
            elif source.kind == "parent" and source.name in lifecycle.parents:
                found[lifecycle.parents[source.name].field[0]] = None
            elif source.kind == "id":
                found[self._identity] = None
        return found


def _links(lifecycle: Lifecycle) -> dict[str, list[Link]]:
    """Return the parents whose ids are inside an object, by the field that the object is."""
    found: dict[str, list[Link]] = defaultdict(list)
    for name, parent in lifecycle.parents.items():
        if len(parent.field) > 1:
            found[parent.field[0]].append((name, parent.field[1:]))
    return dict(found)


def _linked(compute: Compute, links: Sequence[Link]) -> Compute:
    """Return `compute`, whose object gets the ids of the parents that the frame has found."""
    if not links:
        return compute

    def linked(frame: Frame) -> Any:
        made = compute(frame)
        for name, path in links:
            if (parent := frame.found.get(name)) is not None:
                made = dict(made) if isinstance(made, dict) else {}
                pointer.write(made, path, parent.id)
        return made

    return linked


def _nothing(_frame: Frame) -> Any:
    return ABSENT


def _fixed(template: Template) -> Any:
    return template.value if isinstance(template, expression.Constant) else ABSENT


def _ordered(needs: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the keys so that each comes after what it needs, otherwise in their own order."""
    graph = {key: [need for need in wanted if need != key] for key, wanted in needs.items()}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError:
        return list(needs)

"""How many of the times at which a move recurs have to be made one by one. Pure.

Each of them counts. But where the last one writes all that those before it
wrote, from what none of them changed, it alone comes to the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from speckit import expression, pointer, timing
from speckit.expression import Encoded, First, Items, Members, Moment, Source, Template, Text
from speckit.lifecycle import Guard, Lifecycle, Path, Transition

MOST_REPEATED = 10_000
"""How many times are made one by one at most; of more, the last."""


class Recurrence:
    """A transition that recurs: the field with its next time, and what tells one of its times from the next.

    `kept` is how many have to be made one by one, of many that nothing else comes between.
    """

    def __init__(self, lifecycle: Lifecycle, transition: Transition, most_entries: int) -> None:
        assert transition.after is not None
        assert transition.after.until is not None
        self._path, self._form = transition.after.until.pointer, lifecycle.timestamps.format
        assignments = (*lifecycle.states[transition.ends].set, *transition.set)
        self._written = tuple(self._writes(lifecycle, transition, assignments))
        templates = [template for _, template in assignments]
        is_even = all(self._is_sure(each) and not self._rests_on_itself(each) for each in templates)
        self.kept = 1
        if lifecycle.history is not None:
            is_even = is_even and self._is_sure(lifecycle.history.entry)
            self.kept = most_entries
        is_told = transition.makes or transition.sends or lifecycle.states[transition.ends].sends
        bound = [path for each in lifecycle.unique for path in each.fields]
        bound += [parent.field for parent in lifecycle.parents.values()]
        if is_told or not is_even or any(map(self._is_written, bound)) or not self._is_steady(transition):
            self.kept = MOST_REPEATED

    def put_off(self, fields: dict[str, Any], until: int) -> None:
        """Write into `fields` when it happens next."""
        pointer.write(fields, self._path, timing.render(min(until, timing.LATEST), self._form))

    def spares(self, move: Transition) -> bool:
        """Return whether nothing that decides on `move`, and when, is another from one time to the next."""
        until = move.after.until if move.after is not None else None
        return self.spares_guard(move.when) and self._lasts(until)

    def spares_guard(self, guard: Guard) -> bool:
        """Return whether `guard` holds at one time if it held at the one before."""
        return all(self._lasts(source) for source, _ in guard)

    def _is_steady(self, transition: Transition) -> bool:
        return self.spares_guard(transition.when) and self._lasts(transition.every)

    def _writes(
        self, lifecycle: Lifecycle, transition: Transition, assignments: tuple[tuple[Path, Template], ...]
    ) -> Iterator[Path]:
        yield self._path
        yield from (path for path, _ in assignments)
        times = lifecycle.timestamps
        yield from filter(None, (times.updated, times.entered.get(transition.ends)))
        if lifecycle.history is not None:
            yield lifecycle.history.field

    def _is_written(self, path: Path) -> bool:
        return any(path[: len(each)] == each[: len(path)] for each in self._written)

    def _rests_on_itself(self, template: Template) -> bool:
        """Return whether `template` looks up what is written each time."""
        return any(s.kind == "resource" and self._is_written(s.pointer) for s in expression.sources(template))

    def _lasts(self, template: Template | int | None) -> bool:
        """Return whether `template` yields the same every time."""
        if template is None or isinstance(template, int):
            return True
        kinds = [source.kind for source in expression.sources(template)]
        is_fleeting = any(each in ("now", "sequence") or each.startswith("random") for each in kinds)
        return not is_fleeting and not self._rests_on_itself(template)

    def _is_sure(self, template: Template | int) -> bool:
        """Return whether `template` yields something every time, or never; and uses up no number."""
        if self._lasts(template):
            return True
        match template:
            case Source(kind):
                return kind != "sequence"
            case Text(parts):
                return all(self._is_sure(part) for part in parts if isinstance(part, Source))
            case Members(items):
                return all(self._is_sure(item) for _, item in items)
            case Items(items) | First(items, False):
                return all(map(self._is_sure, items))
            case Encoded(inner):
                return self._is_sure(inner)
            case Moment(base, plus, _):
                return self._is_sure(base) and self._lasts(plus)
        return False

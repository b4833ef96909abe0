"""The sheet on which comparisons write down what they find."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from speckit.faults import Pointer
from toolkit.diff.change import Change, Rule

_Key = tuple[str, str, Pointer, Pointer]


@dataclass(slots=True)
class Sheet:
    """Collects changes; what several operations share is one change with several subjects."""

    rules: Mapping[str, Rule]
    _found: dict[_Key, dict[str, None]] = field(default_factory=dict)

    def add(self, rule: str, what: str, subjects: str | Iterable[str], old: Pointer, new: Pointer) -> None:
        """Write down a change that `rule` judges."""
        names = [subjects] if isinstance(subjects, str) else subjects
        self._found.setdefault((rule, what, old, new), {}).update(dict.fromkeys(names))

    def changes(self) -> list[Change]:
        """Return what was written down, in the order of finding."""
        return [
            Change(self.rules[rule], what, tuple(subjects), old, new)
            for (rule, what, old, new), subjects in self._found.items()
        ]

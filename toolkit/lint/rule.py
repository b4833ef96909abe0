"""Rules: what each is called, how much it matters, why, and how it is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from speckit.faults import Fault
from toolkit.lint.matter import Life, Matter

Check = Callable[[Matter], Iterable[Fault]]
LifeCheck = Callable[[Life], Iterable[Fault]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is looked for.

    Attributes:
        name: In lower case, with hyphens; never changed, for configurations name it.
        severity: `error`, `warning` or `info`, where nobody sets another.
        summary: What it finds, in one sentence.
        why: What goes wrong otherwise.
        source: Where it is written, if anywhere.
        check: Yields a fault for each place.
    """

    name: str
    severity: str
    summary: str
    why: str
    source: str
    check: Check


def rule(name: str, severity: str, *, why: str, source: str = "") -> Callable[[Check], Rule]:
    """Make a rule of a check on a whole document; its docstring is the summary."""

    def made(check: Check) -> Rule:
        return Rule(name, severity, _summary(check), why, source, check)

    return made


def life_rule(name: str, severity: str, *, why: str, source: str = "") -> Callable[[LifeCheck], Rule]:
    """Make a rule of a check on one lifecycle; its docstring is the summary."""

    def made(check: LifeCheck) -> Rule:
        def each(matter: Matter) -> Iterator[Fault]:
            for life in matter.lives:
                yield from check(life)

        return Rule(name, severity, _summary(check), why, source, each)

    return made


def told_rule(name: str, summary: str, *, why: str) -> Rule:
    """Return the rule for faults that the readers of documents tell of by themselves."""
    return Rule(name, "error", summary, why, "", lambda matter: matter.told.get(name, ()))


def _summary(check: Callable[..., object]) -> str:
    return (check.__doc__ or "").strip().splitlines()[0]

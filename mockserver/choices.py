"""What is told of a value that fits none of several schemas: the misfit of the one that was meant."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from speckit.schema import worded

_FIXED = (ValidationErrorKind.Enum, ValidationErrorKind.Constant)
_NULL = ["null"]
MOST = 3
"""How many schemas are told of where none was meant more than the others."""
LONGEST = 200
"""How many characters that may take."""

DEEPEST = 50
"""How many choices may lie in each other before what is inside of them is no longer told apart."""

Misfit = tuple[tuple[str | int, ...], str]
"""Where a value does not fit, and how."""


def misfit(error: ValidationError) -> Misfit:
    """Return the misfit that says most: below a choice of schemas, that of the schema that was meant."""
    return _Error(error).misfit


class _Error:
    """An error of the validator with those of the schemas to choose from; each is judged once."""

    def __init__(self, error: ValidationError, depth: int = 0) -> None:
        self.kind = error.kind
        self.path: tuple[str | int, ...] = tuple(error.instance_path)
        self.is_fixed = isinstance(self.kind, _FIXED)
        self._error = error
        context = getattr(self.kind, "context", None) if depth < DEEPEST else None
        self.branches = [[_Error(each, depth + 1) for each in branch] for branch in context or () if branch]

    @property
    def instance(self) -> Any:
        """The value that does not fit."""
        return self._error.instance

    @cached_property
    def misfit(self) -> Misfit:
        """The misfit that says most."""
        branches = self.branches
        if not branches or isinstance(self.kind, ValidationErrorKind.OneOfMultipleValid):
            return self.path, worded(self._error)
        near = [branch for branch in branches if not self._is_for_others(branch)]
        meant = [branch for branch in near if not any(each.is_fixed for each in branch)]
        if len(meant) == 1:
            return _furthest(meant[0])
        near = near or branches
        found = _shared(meant or near) or _merged(near)
        if found:
            return found
        furthest = _furthest(max(meant or near, key=_likelihood))
        return furthest if len(furthest[0]) > len(self.path) else self._listed()

    def _is_for_others(self, branch: Branch) -> bool:
        """Return whether `branch` is for values of another type than the one told of, or for fixed ones."""
        here = (each for each in branch if each.path == self.path)
        return any(isinstance(each.kind, ValidationErrorKind.Type) or each.is_fixed for each in here)

    def _listed(self) -> Misfit:
        """Return what each of the schemas has against the value, as far as it is short."""
        telling = [each for each in self.branches if getattr(each[0].kind, "types", None) != _NULL]
        told = list(dict.fromkeys(branch[0].misfit[1] for branch in telling or self.branches))
        reasons = "; ".join(told)
        if len(told) == 1:
            return self.path, reasons
        text = f"it fits none of the {len(self.branches)} schemas that are allowed here"
        is_short = len(told) <= MOST and len(reasons) <= LONGEST
        return self.path, f"{text}: {reasons}" if is_short else text


Branch = list[_Error]


def _furthest(branch: Branch) -> Misfit:
    """Return the misfit of `branch` that is furthest inside the value."""
    return max((each.misfit for each in branch), key=lambda each: len(each[0]))


def _likelihood(branch: Branch) -> tuple[int, int]:
    return len(_furthest(branch)[0]), -len(branch)


def _shared(branches: list[Branch]) -> Misfit | None:
    """Return the first misfit that all `branches` have; None where there is none."""
    first, *others = [[each.misfit for each in branch] for branch in branches]
    return next((each for each in first if all(each in other for other in others)), None)


def _merged(branches: list[Branch]) -> Misfit | None:
    """Return that a value is none of those that `branches` ask for in one place; None where there is none."""
    fixed = [{each.path: each for each in branch if each.is_fixed} for branch in branches]
    path = next((path for path in fixed[0] if all(path in each for each in fixed)), None)
    if path is None:
        return None
    values = [each for found in fixed for each in _values(found[path].kind)]
    return path, _none_of(fixed[0][path].instance, values)


def _values(kind: Any) -> list[Any]:
    return list(kind.options) if isinstance(kind, ValidationErrorKind.Enum) else [kind.expected_value]


def _none_of(value: Any, values: list[Any]) -> str:
    """Return that `value` is none of `values`."""
    unique = [each for at, each in enumerate(values) if each not in values[:at]]
    return worded(next(Draft202012Validator({"enum": unique}).iter_errors(value)))

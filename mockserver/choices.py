"""What is told of a value that fits none of several schemas: the misfit of the one that was meant."""

from __future__ import annotations

from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from speckit.schema import is_barred

_FIXED = (ValidationErrorKind.Enum, ValidationErrorKind.Constant)
_NULL = ["null"]
MOST = 3
"""How many schemas are told of where none was meant more than the others."""
LONGEST = 200
"""How many characters that may take."""

Misfit = tuple[tuple[str | int, ...], str]
"""Where a value does not fit, and how."""
Branch = list[ValidationError]


def misfit(error: ValidationError) -> Misfit:
    """Return the misfit that says most: below a choice of schemas, that of the schema that was meant."""
    branches = [branch for branch in getattr(error.kind, "context", None) or () if branch]
    if not branches or isinstance(error.kind, ValidationErrorKind.OneOfMultipleValid):
        return _own(error)
    near = [branch for branch in branches if not _is_for_others(error, branch)]
    meant = [branch for branch in near if not any(_is_fixed(each) for each in branch)]
    if len(meant) == 1:
        return _furthest(meant[0])
    near = near or branches
    found = _shared(meant or near) or _merged(near)
    if found:
        return found
    furthest = _furthest(max(meant or near, key=_likelihood))
    return furthest if len(furthest[0]) > len(error.instance_path) else _listed(error, branches)


def _own(error: ValidationError) -> Misfit:
    return tuple(error.instance_path), "it is writeOnly" if is_barred(error) else error.message


def _is_fixed(error: ValidationError) -> bool:
    return isinstance(error.kind, _FIXED)


def _is_for_others(error: ValidationError, branch: Branch) -> bool:
    """Return whether `branch` is for values of another type than the one told of, or for fixed ones."""
    here = (each for each in branch if list(each.instance_path) == list(error.instance_path))
    return any(isinstance(each.kind, ValidationErrorKind.Type) or _is_fixed(each) for each in here)


def _furthest(branch: Branch) -> Misfit:
    """Return the misfit of `branch` that is furthest inside the value."""
    return max(map(misfit, branch), key=lambda each: len(each[0]))


def _likelihood(branch: Branch) -> tuple[int, int]:
    return len(_furthest(branch)[0]), -len(branch)


def _shared(branches: list[Branch]) -> Misfit | None:
    """Return the first misfit that all `branches` have; None where there is none."""
    first, *others = [list(map(misfit, branch)) for branch in branches]
    return next((each for each in first if all(each in other for other in others)), None)


def _merged(branches: list[Branch]) -> Misfit | None:
    """Return that a value is none of those that `branches` ask for in one place; None where there is none."""
    fixed = [{tuple(each.instance_path): each for each in branch if _is_fixed(each)} for branch in branches]
    path = next((path for path in fixed[0] if all(path in each for each in fixed)), None)
    if path is None:
        return None
    values = [each for found in fixed for each in _values(found[path].kind)]
    return path, _none_of(fixed[0][path].instance, values)


def _values(kind: Any) -> list[Any]:
    return list(kind.options) if isinstance(kind, ValidationErrorKind.Enum) else [kind.expected_value]


def _none_of(value: Any, values: list[Any]) -> str:
    """Return that `value` is none of `values`, in the validator's words."""
    unique = [each for at, each in enumerate(values) if each not in values[:at]]
    return next(Draft202012Validator({"enum": unique}).iter_errors(value)).message


def _listed(error: ValidationError, branches: list[Branch]) -> Misfit:
    """Return what each of the schemas has against the value, as far as it is short."""
    telling = [branch for branch in branches if getattr(branch[0].kind, "types", None) != _NULL] or branches
    told = list(dict.fromkeys(misfit(branch[0])[1] for branch in telling))
    path, reasons = tuple(error.instance_path), "; ".join(told)
    if len(told) == 1:
        return path, reasons
    text = f"it fits none of the {len(branches)} schemas that are allowed here"
    is_short = len(told) <= MOST and len(reasons) <= LONGEST
    return path, f"{text}: {reasons}" if is_short else text

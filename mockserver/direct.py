"""Objects that are called for every request, called without a detour."""

from __future__ import annotations

from collections.abc import Callable
from types import MethodType
from typing import Any, TypeVar, cast

Call = TypeVar("Call", bound=Callable[..., Any])


def direct(call: Call) -> Call:
    """Return `call`, or where it is an object with `__call__` that method of it: it does the same.

    CPython runs a method in the loop it is in, and an object by way of C and a loop of its own,
    which costs as much as a short method itself.
    """
    called: Any = call
    is_object = isinstance(called.__call__, MethodType)
    return cast(Call, called.__call__ if is_object else call)

"""Objects that are called: the method is called in their place, and does the same."""

from __future__ import annotations

from functools import partial
from types import MethodType

import pytest

from mockserver.direct import direct


class Called:
    def __init__(self, word: str) -> None:
        self.word = word

    def __call__(self, more: str = "") -> str:
        return self.word + more


class Heir(Called):
    """Has its `__call__` from the class before it."""


@pytest.mark.parametrize("made", [Called("a"), Heir("a")])
def test_an_object_is_called_by_its_method(made):
    assert isinstance(direct(made), MethodType)
    assert direct(made)("b") == made("b") == "ab"


@pytest.mark.parametrize("call", [str.upper, partial(str.upper), len, Called("a").__call__, Called])
def test_what_is_called_at_once_already_stays_as_it_is(call):
    """Functions, methods, classes and what is written in C have no detour."""
    assert direct(call) is call

"""What docstrings show is run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

PACKAGES = ["speckit", "mockserver", "contracts", "toolkit", "handbook", "understudy"]


def modules(package: str) -> Iterator[ModuleType]:
    """Every module of a package; one that runs when it is read is left out."""
    root = importlib.import_module(package)
    yield root
    for found in pkgutil.walk_packages(root.__path__, f"{package}."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


@pytest.mark.parametrize("package", PACKAGES)
def test_examples_in_docstrings_hold(package):
    """A reader believes an example before the sentence above it."""
    results = {each.__name__: doctest.testmod(each) for each in modules(package)}

    assert [name for name, result in results.items() if result.failed] == []


def test_an_example_that_is_wrong_is_seen():
    """This would be a test of nothing if no example were found."""
    from speckit import annotating

    assert doctest.testmod(annotating).attempted > 1

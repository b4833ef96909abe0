"""The real Taipy REST for these tests: installed once, then kept; started for each run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from taipy_rest.environment import Product, Unavailable, install
from taipy_rest.sides import Documented, Played, Real, Side, overlaid, play

from mockserver.clock import ManualClock
from speckit.specification import Specification


@pytest.fixture(scope="session")
def taipy_python(request: pytest.FixtureRequest) -> Path:
    """The Python that the product is installed for."""
    try:
        return install(Path(request.config.cache.mkdir("taipy-rest")))
    except Unavailable as problem:
        pytest.fail(str(problem))


@pytest.fixture(scope="session")
def product(taipy_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with one worker, telling its errors as its code means to."""
    running = Product(taipy_python, tmp_path_factory.mktemp("taipy-rest"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def plain_product(taipy_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product as it comes."""
    running = Product(taipy_python, tmp_path_factory.mktemp("taipy-rest-plain"), propagates=False)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def specification() -> Specification:
    """The document with the overlay."""
    return overlaid()


@pytest.fixture(scope="session")
def documented(specification: Specification) -> Documented:
    """Holds every answer of either side to the document."""
    return Documented(specification)


@pytest.fixture(scope="session")
def played(specification: Specification) -> tuple[Any, ManualClock]:
    """The overlaid document as an application, and its clock."""
    return play(specification)


@pytest.fixture
def real(product: Product, documented: Documented) -> Iterator[Real]:
    """The product; what a test has started ends with it."""
    side = Real(product, documented)
    yield side
    side.settle()
    side.http.close()


@pytest.fixture(params=["product", "ours"])
def side(request: pytest.FixtureRequest) -> Side:
    """Each of the two servers in turn: whatever a test expects, it expects of both."""
    if request.param == "product":
        return request.getfixturevalue("real")
    app, clock = request.getfixturevalue("played")
    return Played(app, clock, request.getfixturevalue("token"), request.getfixturevalue("documented"))

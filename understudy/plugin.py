"""The pytest plugin: each promise of a document is a test of the suite it is used in.

It does nothing, and brings nothing along, unless a run says what is to be judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from understudy.plugin_options import Wanted, add_options, check, chosen, wanted

if TYPE_CHECKING:
    from contracts.verdict import Provide, Settings
    from understudy.plugin_collecting import Collecting
    from understudy.plugin_judging import Judging

COLLECTING = pytest.StashKey["Collecting"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Begin, where something is to be judged.

    Raises:
        pytest.UsageError: an option makes no sense.
    """
    config.addinivalue_line("markers", "understudy: a promise of an OpenAPI document.")
    options = wanted(config)
    is_named = bool(options.text("url") or options.text("app"))
    # A fixture may be what names the application: whether there is one shows when tests are collected.
    if not is_named and not options.text("document"):
        return
    check(options)
    collecting = _collecting(options)
    config.stash[COLLECTING] = collecting
    config.pluginmanager.register(collecting, "understudy-collecting")
    if is_named:
        collecting.begin()


def _collecting(options: Wanted) -> Collecting:
    """Return what takes part in the collection."""
    # Here, not above: a suite in which nothing is judged need not wait for it.
    from understudy import plugin_collecting

    mine, is_alone = chosen(options.config)
    return plugin_collecting.Collecting(options, mine, is_alone=is_alone)


@pytest.fixture(scope="session")
def understudy_app(pytestconfig: pytest.Config) -> object:
    """The application to judge in this process, ASGI or WSGI, or a function that makes one."""
    return _judging(pytestconfig).app()


@pytest.fixture(scope="session")
def understudy_principals(pytestconfig: pytest.Config) -> Mapping[str, Mapping[str, str]]:
    """By the name of each who asks, the headers by which the API knows them; the first asks most."""
    return _judging(pytestconfig).principals()


@pytest.fixture(scope="session")
def understudy_provide(pytestconfig: pytest.Config) -> Provide | None:
    """A function that sets up what the API cannot: (principal, resource, state, fields) -> fields or None."""
    return _judging(pytestconfig).provide()


@pytest.fixture(scope="session")
def understudy_settings(
    pytestconfig: pytest.Config,
    understudy_principals: Mapping[str, Mapping[str, str]],
    understudy_provide: Provide | None,
) -> Settings:
    """How it is judged, as `contracts.verdict.Settings`."""
    return _judging(pytestconfig).settings(understudy_principals, understudy_provide)


def _judging(config: pytest.Config) -> Judging:
    """Return what this run judges.

    Raises:
        pytest.UsageError: nothing.
    """
    collecting = config.stash.get(COLLECTING, None)
    if collecting is None:
        raise pytest.UsageError("Nothing is judged: give --understudy-url or --understudy-app.")
    return collecting.judging

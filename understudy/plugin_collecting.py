"""Puts the tests of a document among those of the suite, where the suite's fixtures can be seen."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from understudy.plugin_options import OWN, Wanted

if TYPE_CHECKING:
    from understudy.plugin_judging import Judging

FIXTURES = ("understudy_app", "understudy_principals", "understudy_provide", "understudy_settings")
"""What a suite may say of its own."""


class Collecting:
    """Takes part in the collection of one test run.

    Args:
        mine: The node ids that were asked for; all of them where there are none.
    """

    def __init__(self, options: Wanted, mine: list[str], *, is_alone: bool) -> None:
        self._options = options
        self._mine = mine
        self._is_alone = is_alone
        self._owners: dict[str, list[Path | None]] = {name: [] for name in FIXTURES}
        self._directories: dict[Path, pytest.Directory] = {}

    @cached_property
    def judging(self) -> Judging:
        """What is judged.

        Raises:
            pytest.UsageError: an option makes no sense.
        """
        # Here, not above: a suite in which nothing is judged need not wait for it.
        from understudy.plugin_judging import Judging

        return Judging(self._options)

    def begin(self) -> None:
        """Hold the options against each other now, not when the tests are collected.

        Raises:
            pytest.UsageError: an option makes no sense.
        """
        _ = self.judging

    def pytest_plugin_registered(self, plugin: object, plugin_name: str) -> None:
        """Remember where the suite has fixtures for us."""
        if not isinstance(plugin, ModuleType) or plugin.__name__ == "understudy.plugin":
            return
        is_conftest = plugin_name.endswith("conftest.py")
        for name in FIXTURES:
            if name in vars(plugin):
                self._owners[name].append(Path(plugin_name).parent if is_conftest else None)

    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        """Remember the folders, of which fixtures hang."""
        if isinstance(collector, pytest.Directory):
            self._directories.setdefault(collector.path, collector)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Add the tests, after those of the suite.

        Raises:
            pytest.UsageError: a test was asked for that there is not, or an option makes no sense.
        """
        if not self._is_asked(config):
            return
        from understudy.plugin_items import Promises

        found = list(session.genitems(Promises.made(self._home(session), self.judging)))
        if self._mine:
            found = self._chosen(found)
        if self._is_alone:
            items.clear()
        items.extend(found)

    def pytest_report_header(self) -> str | None:
        """Say what is judged."""
        what = self._options.text("url") or self._options.text("app")
        return f"understudy: {what}" if what else None

    def _is_asked(self, config: pytest.Config) -> bool:
        """Return whether there is something to judge, and this run is not about something else.

        Raises:
            pytest.UsageError: it is about judging, and there is nothing to judge.
        """
        is_named = self._options.text("url") or self._options.text("app")
        if not is_named and not self._owners["understudy_app"]:
            self._refuse_without_aim()
            return False
        if self._mine or any(map(self._options.is_on_command_line, ("url", "app", "document"))):
            return True
        is_narrow = config.args_source is pytest.Config.ArgsSource.ARGS
        return not is_narrow or any(Path(each).is_dir() for each in config.args)

    def _refuse_without_aim(self) -> None:
        """In the settings file a document may stand for the runs that judge; with the command it is meant.

        Raises:
            pytest.UsageError: it was given with the command, and nothing to hold it against.
        """
        if self._mine or self._options.is_on_command_line("document"):
            raise pytest.UsageError(
                "Nothing says what is judged: add --understudy-url URL or --understudy-app MODULE:ATTR, "
                "or a fixture 'understudy_app'."
            )

    def _home(self, session: pytest.Session) -> pytest.Collector:
        """Return the folder whose fixtures the tests see: the one of the suite's own for us.

        Raises:
            pytest.UsageError: there are several that do not see each other.
        """
        found = {folder for owners in self._owners.values() for folder in owners if folder is not None}
        folders = sorted(found, key=lambda each: (len(each.parts), each))
        if not folders:
            return session
        deepest = folders[-1]
        for other in folders:
            if other != deepest and other not in deepest.parents:
                raise pytest.UsageError(
                    f"{deepest} and {other} both have fixtures for understudy, in conftest.py. "
                    "Keep them in one of the two."
                )
        return self._directories.get(deepest, session)

    def _chosen(self, found: list[pytest.Item]) -> list[pytest.Item]:
        for each in self._mine:
            if not any(_is_in(item, each) for item in found):
                raise pytest.UsageError(f"not found: {each}")
        return [item for item in found if any(_is_in(item, each) for each in self._mine)]


def _is_in(item: pytest.Item, asked: str) -> bool:
    return asked == OWN or item.nodeid == asked or item.nodeid.startswith(f"{asked}::")

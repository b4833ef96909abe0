"""The tests: one for each promise of a document, and one for the judgement as a whole."""

from __future__ import annotations

import os
import re
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from contracts.applicable import Pair
from contracts.laws import LAWS
from contracts.report.digest import named
from speckit.faults import DocumentFaults
from understudy.plugin_judging import Judging
from understudy.plugin_options import OWN
from understudy.plugin_outcome import Outcome, key

WHOLE = "judgement"
"""The name of the test that tells whether the judgement came to its end."""

_PLACE = re.compile(r"(?P<file>.*?):(?P<line>\d+) ")


class Promises(pytest.Module):
    """All tests of one document. They stand like those of a module, so that every fixture is at home."""

    judging: Judging

    @classmethod
    def made(cls, parent: pytest.Collector, judging: Judging) -> Promises:
        """Return the collector of all tests, below `parent`."""
        made: Promises = cls.from_parent(parent, path=parent.path, name=OWN, nodeid=OWN)
        made.obj = types.ModuleType(OWN)
        made.judging = judging
        made.add_marker("understudy")
        return made

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Yield the test of the whole, and the tests of each resource; of a faulty document its faults."""
        try:
            promises = self.judging.promises
        except DocumentFaults as faults:
            told = str(faults)
            yield _test(self, "document", lambda _request: pytest.fail(told, pytrace=False))
            return
        yield _test(self, WHOLE, self._whole)
        for resource in dict.fromkeys(subject.resource for _, subject in promises):
            mine = [pair for pair in promises if pair[1].resource == resource]
            yield Group.made(self, named(resource), self.judging, mine, is_operation=False)

    def _whole(self, request: pytest.FixtureRequest) -> None:
        """Hold the judgement to having come to its end."""
        outcome = self.judging.outcome(request)
        print(*filter(None, [outcome.summary, *outcome.notes]), sep="\n")
        if outcome.skipped:
            pytest.skip(outcome.skipped)
        if outcome.problem or outcome.strays:
            pytest.fail("\n\n".join(filter(None, [outcome.problem, *outcome.strays])), pytrace=False)


class Group(pytest.Collector):
    """The tests of one resource, or of one of its operations."""

    judging: Judging
    promises: Sequence[Pair]
    is_operation: bool

    @classmethod
    def made(
        cls,
        parent: pytest.Collector,
        name: str,
        judging: Judging,
        promises: Sequence[Pair],
        *,
        is_operation: bool,
    ) -> Group:
        """Return the collector of `promises`."""
        made: Group = cls.from_parent(parent, name=name)
        made.judging, made.promises, made.is_operation = judging, promises, is_operation
        return made

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Yield the operations of a resource, or the tests of an operation."""
        for operation in dict.fromkeys(subject.operation for _, subject in self.promises):
            mine = [pair for pair in self.promises if pair[1].operation == operation]
            if operation and not self.is_operation:
                yield Group.made(self, operation, self.judging, mine, is_operation=True)
            else:
                yield from (Promise.held(self, self.judging, pair) for pair in mine)


class Promise(pytest.Function):
    """The test of one promise: a law, held to an operation."""

    judging: Judging
    promise: Pair

    @classmethod
    def held(cls, parent: pytest.Collector, judging: Judging, promise: Pair) -> Promise:
        """Return the test of `promise`."""
        made: Promise = _test(parent, promise[0], lambda request: request.node.hold(request), cls)
        made.judging, made.promise = judging, promise
        return made

    def hold(self, request: pytest.FixtureRequest) -> None:
        """Pass if the promise was kept, fail if it was broken, skip if it was not judged."""
        law, _ = self.promise
        name = key(*self.promise)
        if not self.user_properties:
            self.user_properties += [("place", self._place), ("promise", LAWS[law].promise)]
        outcome = self.judging.outcome(request)
        if told := outcome.broken.get(name):
            pytest.fail(told, pytrace=False)
        if name not in outcome.kept:
            self._unjudged(outcome, name)

    def _unjudged(self, outcome: Outcome, name: str) -> None:
        """Say that the promise was not judged, and what stood in the way if no other test tells it."""
        whole = f"{OWN}::{WHOLE}"
        is_told = self.judging.is_problem_told or any(each.nodeid == whole for each in self.session.items)
        if outcome.problem and not is_told:
            self.judging.is_problem_told = True
            pytest.fail(outcome.problem, pytrace=False)
        reason = outcome.reason(name)
        if self.judging.options.has("strict-coverage") and outcome.is_gap(name):
            pytest.fail(f"Not judged: {reason}\nPlace:    {self._place}", pytrace=False)
        pytest.skip(f"not judged: {reason}")

    @property
    def _place(self) -> str:
        return self.judging.place(self.promise)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Return the line of the document, so that a click leads there."""
        found = _PLACE.match(self._place)
        line = int(found["line"]) - 1 if found else None
        return (found["file"] if found else self.path), line, key(*self.promise).replace("::", ".")


def _test(
    parent: pytest.Collector,
    name: str,
    run: Callable[[pytest.FixtureRequest], None],
    kind: Any = pytest.Function,
) -> Any:
    """Return a test that calls `run`; the name of its parameter is that of a fixture of pytest."""

    def test(request: pytest.FixtureRequest) -> None:
        run(request)

    return kind.from_parent(parent, name=name, callobj=test)

"""The judgement behind the tests: put together from options and fixtures, made when the first test asks."""

from __future__ import annotations

import base64
import binascii
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any

import click
import pytest

from contracts import verdict
from contracts.applicable import Pair, applicable
from contracts.docket import Docket
from contracts.report.manner import Manner, variables
from contracts.verdict import Provide, Settings
from speckit.document import load
from speckit.specification import Specification, specify
from understudy import principals as asking
from understudy import provider
from understudy.plugin_application import NoApplication, named, told, way_into
from understudy.plugin_options import Wanted, in_our_words
from understudy.plugin_outcome import Outcome, key, outcome, shared
from understudy.shipped import default_document, overlay

_SPARE_SECONDS = 300.0
"""How much longer than a judgement may take another process waits for it."""

Known = Mapping[str, Mapping[str, str]]


class Judging:
    """What is judged by one test run, and how.

    Raises:
        pytest.UsageError: an option makes no sense.
    """

    def __init__(self, options: Wanted) -> None:
        self.options = options
        self._outcome: Outcome | None = None
        self.is_problem_told = False
        try:
            self._known = asking.principals(options.many("principal"))
            self._params = dict(asking.pairs("param", options.many("param"), "NAME=VALUE"))
        except click.UsageError as problem:
            raise pytest.UsageError(in_our_words(problem.message)) from None

    @cached_property
    def specification(self) -> Specification:
        """What is promised.

        Raises:
            DocumentFaults: the document has mistakes.
        """
        source = Path(self.options.file("document") or default_document())
        overlays = [overlay(name) for name in self.options.files("overlay")]
        return specify(load(source, overlays=overlays), only=self.options.many("only"))

    @cached_property
    def promises(self) -> list[Pair]:
        """Every law with what it is held to, a test each."""
        return applicable(self.specification)

    @cached_property
    def _docket(self) -> Docket:
        return Docket(self.specification)

    def place(self, promise: Pair) -> str:
        """Return where the document makes a promise, as `file:line path`."""
        return self._docket.place(*promise)

    # What the fixtures are without the suite's own

    def app(self) -> object:
        """Return the application that the options name; None where they name none."""
        name = self.options.text("app")
        return named(name) if name else None

    def principals(self) -> dict[str, dict[str, str]]:
        """Return the headers of everybody whom the options name.

        Raises:
            click.UsageError: an operation asks for what no header can carry.
        """
        tokens = self._known.tokens
        return {name: asking.credentials(self.specification, token) for name, token in tokens.items()}

    def provide(self) -> Provide | None:
        """Return what asks the URL that the options name; None where they name none."""
        url = self.options.text("provider-url")
        return provider.from_url(url, self._known) if url else None

    def settings(self, principals: Known, provide: Provide | None) -> Settings:
        """Return how it is judged by the options.

        Raises:
            click.UsageError: a role is given to nobody.
        """
        options = self.options
        everybody = asking.Principals({name: name for name in principals})
        return Settings(
            principals=principals,
            roles=asking.roles(options.many("role"), everybody),
            params=self._params,
            seed=options.number("seed", 0),
            max_seconds=options.seconds("max-time", 60.0),
            max_requests=options.number("max-requests", 5000, least=1),
            depth=options.number("depth", 0),
            clock_url=options.text("clock-url"),
            provide=provide,
            is_strict=options.has("strict"),
        )

    # The judgement

    def outcome(self, request: pytest.FixtureRequest) -> Outcome:
        """Return what the judgement came to; it is made when this is asked for the first time."""
        if self._outcome is None:
            file, wait_seconds = (
                _common_file(request),
                self.options.seconds("max-time", 60.0) + _SPARE_SECONDS,
            )
            self._outcome = shared(lambda: self._judged(request), file, wait_seconds)
        return self._outcome

    def _judged(self, request: pytest.FixtureRequest) -> Outcome:
        """Judge; whatever goes wrong in what is not ours is an outcome too."""
        try:
            settings: Settings = request.getfixturevalue("understudy_settings")
            target, near = self._target(request)
        except pytest.skip.Exception as reason:
            return Outcome(skipped=str(reason))
        except click.UsageError as problem:
            return Outcome(problem=in_our_words(problem.message))
        except NoApplication as problem:
            return Outcome(problem=str(problem))
        except (Exception, pytest.fail.Exception) as problem:  # fixtures are the suite's, and may fail
            return Outcome(problem=f"It could not be begun. {told(problem)}")
        try:
            with near:
                return self._outcome_of(target, settings)
        except provider.ProviderFailed as problem:
            return Outcome(problem=str(problem))
        except Exception as problem:  # a crash is no verdict
            said = "The judge failed, which says nothing about the implementation."
            return Outcome(problem=f"{said} {told(problem)}")

    def _target(self, request: pytest.FixtureRequest) -> tuple[Any, Any]:
        """Return what is judged, and what has to be closed afterwards."""
        if url := self.options.text("url"):
            return url.rstrip("/"), nullcontext()
        wire = way_into(request.getfixturevalue("understudy_app"))
        return wire, closing(wire)

    def _outcome_of(self, target: Any, settings: Settings) -> Outcome:
        with warnings.catch_warnings():
            # The suite may have made errors of warnings; here they would be taken for the server's failures.
            warnings.simplefilter("default")
            judgement = verdict.judge(self.specification, target, settings)
        manner = Manner(
            secrets=_secrets(settings.principals, self._known.secrets),
            resources=tuple(self.specification.lifecycles),
            operations=tuple(self.specification.operations),
        )
        return outcome(judgement, manner, {key(*each) for each in self.promises})


def _secrets(principals: Known, tokens: Mapping[str, str]) -> dict[str, str]:
    """Return what nobody else may see, each by one shell variable.

    Args:
        principals: The headers by which each is known.
        tokens: Those of the options, by their variables.
    """
    found: dict[str, str] = {}
    for name, headers in principals.items():
        for secret in asking.secret_headers(headers).values():
            found.update((part, name) for part in _parts(secret) if part != name)
    others = {secret: name for secret, name in found.items() if secret not in tokens.values()}
    named_as = variables("TOKEN", [f"{name} {number}" for number, name in enumerate(others.values(), 1)])
    return {**dict(zip(named_as.values(), others, strict=True)), **tokens}


def _parts(header: str) -> Iterator[str]:
    """Yield what is secret in the value of a header, in basic authentication what it encodes as well."""
    scheme, _, value = header.rpartition(" ")
    if scheme.lower() == "basic":
        try:
            yield base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            yield value
    else:
        yield value


def _common_file(request: pytest.FixtureRequest) -> Path | None:
    """Return a file that all processes of the run know (pytest-xdist); None where this is the only one."""
    worker: Any = getattr(request.config, "workerinput", None)
    if worker is None:
        return None
    folder: Path = request.getfixturevalue("tmp_path_factory").getbasetemp().parent
    return folder / f"understudy-{worker['testrunuid']}.sqlite"

"""What a pytest run asks of the plugin, from the command line and from the settings file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from understudy import values

TEXT, MANY, FLAG = "string", "linelist", "bool"

OWN = "understudy"
"""The name that every node id of the plugin begins with."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option: `--understudy-NAME` on the command line, `understudy_NAME` in the settings file."""

    name: str
    kind: str
    help: str
    metavar: str = ""

    @property
    def key(self) -> str:
        """The name in a settings file, and of the value that was parsed."""
        return f"understudy_{self.name.replace('-', '_')}"


OPTIONS = (
    Option("url", TEXT, "Judge the server at this URL.", "URL"),
    Option("app", TEXT, "Judge this application, or what this makes one, in process.", "MODULE:ATTR"),
    Option("document", TEXT, "What is promised, an OpenAPI document.", "FILE"),
    Option("overlay", MANY, "Apply an OpenAPI Overlay; may be repeated.", "FILE"),
    Option("only", MANY, "Judge only the operations with this tag; may be repeated.", "TAG"),
    Option("principal", MANY, "Who asks; may be repeated [default: alice=alice, bob=bob].", "NAME[=TOKEN]"),
    Option("role", MANY, "A role that a principal has; may be repeated.", "PRINCIPAL=ROLE"),
    Option("param", MANY, "A value for what the API needs and cannot make; may be repeated.", "NAME=VALUE"),
    Option("seed", TEXT, "What is random is made from it [default: 0].", "NUMBER"),
    Option("max-time", TEXT, "No new attempt after so long [default: 60].", "SECONDS"),
    Option("max-requests", TEXT, "No more requests than that [default: 5000].", "NUMBER"),
    Option("depth", TEXT, "How many steps the random walk has [default: 0].", "NUMBER"),
    Option("clock-url", TEXT, "Where its clock is read and moved.", "URL"),
    Option("provider-url", TEXT, "Who sets up what the API cannot.", "URL"),
    Option("strict", FLAG, "Where the document is silent, that is a finding too."),
    Option("strict-coverage", FLAG, "A promise that was not judged is a failure."),
)


def add_options(parser: pytest.Parser) -> None:
    """Declare every option, for the command line and for the settings file."""
    group = parser.getgroup("understudy", "hold a server to its OpenAPI document")
    for option in OPTIONS:
        parser.addini(option.key, option.help, type=option.kind, default=None)  # type: ignore[arg-type]
        if option.kind == FLAG:
            group.addoption(_flag(option), action="store_true", default=None, help=option.help)
        else:
            action = "append" if option.kind == MANY else "store"
            group.addoption(
                _flag(option), action=action, default=None, metavar=option.metavar, help=option.help
            )


def _flag(option: Option) -> str:
    return f"--understudy-{option.name}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of one run, and where each of them was given."""

    config: pytest.Config
    values: Mapping[str, Any]

    def text(self, name: str, default: str = "") -> str:
        """Return the value of an option that is given once."""
        value = self.values[name]
        return default if value is None else str(value)

    def many(self, name: str) -> list[str]:
        """Return the values of an option that may be repeated."""
        return list(self.values[name] or ())

    def has(self, name: str) -> bool:
        """Return whether a flag is set."""
        return bool(self.values[name])

    def number(self, name: str, default: int, least: int = 0) -> int:
        """Return a whole number.

        Raises:
            pytest.UsageError: it is none, or below `least`.
        """
        told = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,18}", told) or int(told) < least:
            raise pytest.UsageError(f"--understudy-{name} '{told}' is no whole number from {least} on.")
        return int(told)

    def seconds(self, name: str, default: float) -> float:
        """Return a time that is given in seconds, or as an ISO 8601 duration.

        Raises:
            pytest.UsageError: it is neither, or not above 0.
        """
        told = self.text(name, str(default))
        found = values.seconds(told)
        if found is None:
            raise pytest.UsageError(
                f"--understudy-{name} '{told}' is no time. Write seconds, 90, or a duration, PT1M30S."
            )
        return found

    def file(self, name: str) -> str:
        """Return the file that an option names, or an empty text."""
        return self._found(name, self.text(name)) if self.text(name) else ""

    def files(self, name: str) -> list[str]:
        """Return the files that an option names."""
        return [self._found(name, each) for each in self.many(name)]

    def is_on_command_line(self, name: str) -> bool:
        """Return whether the option is given with the command, and not by the settings file."""
        return self.config.getoption(_key(name), None) is not None

    def _found(self, name: str, told: str) -> str:
        """Return a file as seen from the current folder; in a settings file it is seen from there."""
        settings = self.config.inipath
        if self.is_on_command_line(name) or settings is None or not (settings.parent / told).exists():
            return told
        try:
            return os.path.relpath(settings.parent / told)
        except ValueError:  # on another drive
            return str(settings.parent / told)


def _key(name: str) -> str:
    return f"understudy_{name.replace('-', '_')}"


def wanted(config: pytest.Config) -> Wanted:
    """Return the options of a run; those of the command line count before those of the settings file."""
    values = {}
    for option in OPTIONS:
        given = config.getoption(option.key, None)
        values[option.name] = config.getini(option.key) if given is None else given
    return Wanted(config, values)


def check(options: Wanted) -> None:
    """Hold the options against each other, before anything is collected.

    Raises:
        pytest.UsageError: an option makes no sense, or two contradict each other.
    """
    if options.text("url") and options.text("app"):
        raise pytest.UsageError("--understudy-url and --understudy-app both say what is judged. Choose one.")
    module, colon, attribute = options.text("app", "module:attribute").partition(":")
    if not (module and colon and attribute):
        raise pytest.UsageError(f"--understudy-app '{options.text('app')}' is not of the form MODULE:ATTR.")
    for name in ("url", "clock-url", "provider-url"):
        _check_url(name, options.text(name))
    options.seconds("max-time", 60.0)
    options.number("seed", 0)
    options.number("depth", 0)
    options.number("max-requests", 5000, least=1)


def _check_url(name: str, url: str) -> None:
    """Refuse what is no URL of a server."""
    if url and not values.is_url(url):
        raise pytest.UsageError(
            f"--understudy-{name} '{url}' is no URL. Write it like http://127.0.0.1:8080."
        )


def in_our_words(message: str) -> str:
    """Return a message of the command with the options as they are called here.

    >>> in_our_words("only one principal is known (--principal)")
    'only one principal is known (--understudy-principal)'
    """
    return re.sub(r"(?<![\w-])--(?=[a-z])", "--understudy-", message)


def chosen(config: pytest.Config) -> tuple[list[str], bool]:
    """Take the plugin's own node ids out of what pytest is to collect; return them, and whether that was all.

    `pytest understudy::Job::cancelJob` names no file, so pytest itself could not
    find it. Where nothing else is named, pytest looks where it looks without
    arguments: fixtures of the suite may be needed.
    """
    mine = [each for each in config.args if _is_own(each, config.invocation_params.dir)]
    rest = [each for each in config.args if each not in mine]
    if mine:
        config.args[:] = rest or _usual(config)
    return mine, bool(mine) and not rest


def _is_own(argument: str, folder: Path) -> bool:
    return argument.startswith(f"{OWN}::") or (argument == OWN and not (folder / OWN).exists())


def _usual(config: pytest.Config) -> Sequence[str]:
    """Return what pytest collects where it is told nothing."""
    folder = config.invocation_params.dir
    places = config.getini("testpaths") if folder == config.rootpath else []
    found = [str(each) for place in places for each in sorted(folder.glob(place))]
    return found or [str(folder)]

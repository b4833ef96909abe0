"""Configuration: what a file beside the document says about rules."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import Any

from speckit.faults import did_you_mean
from toolkit.lint.finding import LEVELS, Finding
from toolkit.lint.rules import BY_NAME
from toolkit.lint.told import UNREADABLE

OWN = "understudy.toml"
SHARED = "pyproject.toml"
"""The files that are looked for, the first of the two first."""

_KEYS = ("strict", "rules", "ignore")
_IGNORE_KEYS = ("rules", "path", "operation", "file")


class ConfigurationError(Exception):
    """A configuration says what means nothing; the message says what would."""


class NoConfiguration(ConfigurationError):
    """There is no such file, or it cannot be read."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """Findings that are not to be heard: those that all of it fits. An empty text fits everything.

    Attributes:
        rules: Names of rules; all of them where there are none.
        path: A pattern for the path in the document, as in `paths/~1jobs/**`.
        operation: A pattern for the operation.
        file: A pattern for the file, or for the end of its path.
    """

    rules: tuple[str, ...] = ()
    path: str = ""
    operation: str = ""
    file: str = ""

    def fits(self, finding: Finding) -> bool:
        """Return whether `finding` is one of those."""
        return (
            (not self.rules or finding.rule in self.rules)
            and (not self.path or _within(finding.pointer, self.path))
            and (not self.operation or fnmatchcase(finding.operation, self.operation))
            and (not self.file or _is_file(finding.place.file, self.file))
        )


@dataclass(frozen=True, slots=True)
class Configuration:
    """What is set: severities by rule, what is ignored, and whether warnings count."""

    severities: Mapping[str, str] = field(default_factory=dict)
    ignores: tuple[Ignore, ...] = ()
    is_strict: bool = False

    def ignores_finding(self, finding: Finding) -> bool:
        """Return whether `finding` is not to be heard."""
        return any(each.fits(finding) for each in self.ignores)


def found_from(folder: Path) -> Configuration:
    """Return the configuration nearest to `folder`, upwards; an empty one where there is none.

    Raises:
        NoConfiguration: it cannot be read.
        ConfigurationError: it says what means nothing.
    """
    for each in (folder, *folder.parents):
        if (each / OWN).is_file():
            return read(each / OWN)
        if (each / SHARED).is_file() and (raw := _table(each / SHARED)) is not None:
            return _configuration(raw, each / SHARED)
    return Configuration()


def read(file: Path) -> Configuration:
    """Return the configuration in `file`: the table `lint`, in a `pyproject.toml` `tool.understudy.lint`.

    Raises:
        NoConfiguration: it cannot be read.
        ConfigurationError: it says what means nothing.
    """
    return _configuration(_table(file) or {}, file)


def _table(file: Path) -> Any:
    """Return the table about lint in a TOML file; None where it has none."""
    try:
        whole = tomllib.loads(file.read_text("utf-8"))
    except OSError as problem:
        why = f"{file} cannot be read: {problem.strerror}. Name a TOML file that is there."
        raise NoConfiguration(why) from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file} is not UTF-8. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as problem:
        raise ConfigurationError(f"{file} is not TOML: {problem}. Correct that line.") from None
    where = str(file)
    if file.name == SHARED:
        where = f"{file}, tool.understudy"
        tools = whole.get("tool", {})
        whole = tools.get("understudy", {}) if isinstance(tools, dict) else {}
    _check_keys(whole, ("lint",), where)
    return whole.get("lint")


def _configuration(raw: Any, file: Path) -> Configuration:
    _check_keys(raw, _KEYS, f"{file}, lint")
    rules = raw.get("rules", {})
    if not isinstance(rules, dict):
        raise ConfigurationError(f"{file}, lint.rules: a table is needed. Write 'missing-404 = \"off\"'.")
    strict = raw.get("strict", False)
    if not isinstance(strict, bool):
        raise ConfigurationError(f"{file}, lint.strict: {strict!r} is neither true nor false.")
    ignores = raw.get("ignore", [])
    listed = ignores if isinstance(ignores, list) else [ignores]
    where = f"{file}, lint.rules"
    return Configuration(
        {check_settable(name, where): check_level(level, name, where) for name, level in rules.items()},
        tuple(_ignore(each, f"{file}, lint.ignore") for each in listed),
        strict,
    )


def _ignore(raw: Any, where: str) -> Ignore:
    _check_keys(raw, _IGNORE_KEYS, where)
    rules = raw.get("rules", [])
    listed = rules if isinstance(rules, list) else [rules]
    texts = {key: raw.get(key, "") for key in ("path", "operation", "file")}
    for key, value in texts.items():
        if not isinstance(value, str):
            raise ConfigurationError(f"{where}: '{key}' is a text, and {value!r} is none.")
    if not raw:
        raise ConfigurationError(f"{where}: nothing is said. Give it {', '.join(_IGNORE_KEYS)}.")
    return Ignore(tuple(check_settable(name, where) for name in listed), **texts)


def _check_keys(raw: Any, known: Iterable[str], where: str) -> None:
    if not isinstance(raw, dict):
        raise ConfigurationError(f"{where}: a table is needed, and {raw!r} is none.")
    for key in raw:
        if key not in known:
            raise ConfigurationError(f"{where}: '{key}' is not a key. {did_you_mean(key, known)}")


def check_rule(name: Any, where: str) -> str:
    """Return `name`, the name of a rule.

    Raises:
        ConfigurationError: there is no such rule.
    """
    if isinstance(name, str) and name in BY_NAME:
        return name
    near = get_close_matches(str(name), BY_NAME, n=1)
    guess = f"Did you mean '{near[0]}'? " if near else ""
    known = f"'understudy lint --list-rules' lists all {len(BY_NAME)}."
    raise ConfigurationError(f"{where}: '{name}' is not a rule. {guess}{known}")


def check_settable(name: Any, where: str) -> str:
    """Return `name`, the name of a rule that can be switched off, or be less than an error.

    Raises:
        ConfigurationError: there is no such rule, or it is always told.
    """
    if name == UNREADABLE:
        why = "nothing else can be looked for in such a document."
        raise ConfigurationError(f"{where}: '{name}' is always an error, for {why} Leave it out here.")
    return check_rule(name, where)


def check_level(level: Any, rule: str, where: str) -> str:
    """Return `level`, what a rule can be set to.

    Raises:
        ConfigurationError: it cannot be set to that.
    """
    if level in LEVELS:
        return str(level)
    raise ConfigurationError(f"{where}: '{rule}' cannot be {level!r}. {did_you_mean(str(level), LEVELS)}")


def _within(pointer: str, pattern: str) -> bool:
    """Return whether a path, or a part of the document above it, fits a pattern.

    >>> _within("paths/~1jobs/get/responses", "paths/~1jobs/*")
    True
    """
    return fnmatchcase(pointer, pattern) or fnmatchcase(pointer, f"{pattern}/*")


def _is_file(file: str, pattern: str) -> bool:
    path = PurePath(file)
    is_path = bool(PurePath(pattern).parts)  # "." is none, and no file is called so
    return fnmatchcase(path.as_posix(), pattern) or (is_path and path.match(pattern))

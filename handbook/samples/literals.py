"""Values as source code: JSON, Python and JavaScript, on one line where it fits."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

WIDTH = 88
"""How many characters a line has at most, if it can be helped."""
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_EXACT = 2**53
"""Up to here JavaScript has every whole number (ECMA-262, Number.MAX_SAFE_INTEGER)."""


@dataclass(frozen=True, slots=True)
class Language:
    """How a language writes values.

    Attributes:
        indent: What each level is moved in by.
        padding: What stands inside the braces of an object on one line.
        trailing: What follows the last member of an object or list on lines of its own.
    """

    null: str
    true: str
    false: str
    indent: str
    padding: str
    trailing: str
    text: Callable[[str], str]
    key: Callable[[str], str]


def quoted(text: str) -> str:
    """Return `text` between double quotes, as JSON and JavaScript read it."""
    return f'"{"".join(_ESCAPES.get(c) or (c if c.isprintable() else _units(c)) for c in text)}"'


def _units(character: str) -> str:
    raw = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{raw[i : i + 4]}" for i in range(0, len(raw), 4))


def _python_text(text: str) -> str:
    return f'"{"".join(_ESCAPES.get(c) or (c if c.isprintable() else _point(c)) for c in text)}"'


def _point(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _javascript_key(name: str) -> str:
    if name == "__proto__":
        return '["__proto__"]'  # computed, or else it would set the prototype
    return name if _NAME.fullmatch(name) else quoted(name)


JSON = Language("null", "true", "false", "  ", "", "", quoted, quoted)
PYTHON = Language("None", "True", "False", "    ", "", ",", _python_text, _python_text)
JAVASCRIPT = Language("null", "true", "false", "  ", " ", ",", quoted, _javascript_key)


def literal(value: Any, language: Language, *, margin: str = "", used: int = 0) -> str:
    """Return `value` as source code.

    Args:
        margin: How far in the line begins that the value stands in.
        used: How many characters of that line are taken.
    """
    flat = _flat(value, language)
    if len(flat) + used <= WIDTH or not isinstance(value, Mapping | list) or not value:
        return flat
    inner = margin + language.indent
    if isinstance(value, list):
        lines = [literal(each, language, margin=inner, used=len(inner) + 1) for each in value]
        return _block("[", lines, "]", language, margin)
    keys = {name: f"{language.key(str(name))}: " for name in value}
    lines = [
        keys[name] + literal(each, language, margin=inner, used=len(inner + keys[name]) + 1)
        for name, each in value.items()
    ]
    return _block("{", lines, "}", language, margin)


def _block(opening: str, lines: Iterable[str], closing: str, language: Language, margin: str) -> str:
    inner = f"\n{margin}{language.indent}"
    return f"{opening}{inner}{f',{inner}'.join(lines)}{language.trailing}\n{margin}{closing}"


def _flat(value: Any, language: Language) -> str:
    if isinstance(value, Mapping):
        members = ", ".join(f"{language.key(str(k))}: {_flat(v, language)}" for k, v in value.items())
        return f"{{{language.padding}{members}{language.padding}}}" if members else "{}"
    if isinstance(value, list):
        return f"[{', '.join(_flat(each, language) for each in value)}]"
    if isinstance(value, bool) or value is None:
        return {True: language.true, False: language.false, None: language.null}[value]
    if isinstance(value, float) and not math.isfinite(value):
        return language.null
    return repr(value) if isinstance(value, int | float) else language.text(str(value))


def is_exact(value: Any) -> bool:
    """Return whether JavaScript has all the numbers in `value`."""
    if isinstance(value, Mapping | list):
        return all(map(is_exact, value.values() if isinstance(value, Mapping) else value))
    return not isinstance(value, int) or abs(value) < _EXACT


def call(name: str, arguments: list[str], language: Language, *, prefix: str = "") -> str:
    """Return a call of the function `name`: on one line where it fits, else one line for each argument.

    Arguments that have lines of their own are written for a margin of one indent.
    """
    flat = f"{name}({', '.join(arguments)})"
    if "\n" not in flat and len(prefix) + len(flat) <= WIDTH:
        return prefix + flat
    return prefix + name + _block("(", arguments, ")", language, "")

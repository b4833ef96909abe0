"""New ids: the expressions that make them, by type, format, pattern and example."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

from speckit.patterns import matches
from toolkit.survey.forms import Form

_PREFIXED = re.compile(r"([A-Za-z]+[_-])([A-Za-z0-9]{3,})")
_HEX = re.compile(r"[0-9a-f]{8,32}")
_TOKEN = re.compile(
    r"""(?: (?P<class> \[\^?\]?(?:\\.|[^\]\\])*\] | \\[dw] )
          | \\(?P<escaped>[^A-Za-z0-9]) | (?P<plain>[^\\()|^$?*+{}\[\].]) )
        (?: (?P<many>[+*]) | \{(?P<least>\d{1,3})(?P<comma>,(?P<most>\d{1,3})?)?\} )?""",
    re.VERBOSE,
)
_SHORTEST, _USUAL, _LONGEST = 8, 12, 32
"""How many digits new ids have at least, where nobody says how many, and what one expression makes."""
_LONGEST_NUMBER = 15


@dataclass(frozen=True, slots=True)
class New:
    """How new ids are made: an expression, and the first number where it counts."""

    expression: str
    start: int = 1


def generators(form: Form, shown: Iterable[Any] = ()) -> tuple[New, ...]:
    """Return how new ids may be made that fit `form` and are like those `shown`, the likeliest first."""
    if form.kind in ("integer", "number"):
        least = form.whole.get("minimum")
        return tuple(dict.fromkeys((New("$sequence"), New("$sequence", least if type(least) is int else 1))))
    if form.format == "uuid":
        return (New("$random.uuid"),)
    likely = [expression for each in shown if isinstance(each, str) for expression in _like(each)]
    usual = ("$random.uuid", "$random.hex24", "$random.hex12", "$random.hex8")
    return tuple(dict.fromkeys((*map(New, likely), *patterned(form), *map(New, usual))))


def _like(example: str) -> Iterator[str]:
    if match := _PREFIXED.fullmatch(example):
        yield f"{match[1]}{{$random.hex{min(max(len(match[2]), _SHORTEST), _LONGEST)}}}"
        yield f"{match[1]}{{$random.hex24}}"
    if _HEX.fullmatch(example):
        yield f"$random.hex{len(example)}"


def patterned(form: Form) -> Iterator[New]:
    """Yield how ids are made that fit the `pattern` of `form`: fixed text, and classes that digits fit."""
    pattern = form.whole.get("pattern")
    pieces = _pieces(pattern) if isinstance(pattern, str) else None
    if pieces and (made := _hex(pieces) or _counting(pieces)):
        yield made


@dataclass(frozen=True, slots=True)
class _Piece:
    """Fixed text, or `least` to `most` characters that each fit the class `fits`."""

    text: str = ""
    fits: str = ""
    least: int = 1
    most: int = 1

    def takes(self, characters: str) -> bool:
        """Return whether each of `characters` is one of the class."""
        return bool(self.fits) and matches(f"^(?:{self.fits})*$", characters)

    def plain(self) -> str:
        """Return the plainest text that fits; empty where none of the usual characters does."""
        usual = (each for each in ascii_lowercase + ascii_uppercase + digits if self.takes(each))
        return self.text if not self.fits else next(usual, "") * max(self.least, 1)


def _pieces(pattern: str) -> list[_Piece] | None:
    """Return what `pattern` consists of; None where it has more than fixed text and classes."""
    text, at = pattern.removeprefix("^").removesuffix("$"), 0
    found: list[_Piece] = []
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        found.append(_piece(match))
        at = match.end()
    return found


def _piece(match: re.Match[str]) -> _Piece:
    least, most = int(match["least"] or 1), int(match["least"] or 1)
    if match["many"] or match["comma"]:
        least = 0 if match["many"] == "*" else least
        most = int(match["most"]) if match["most"] else max(least, _LONGEST)
    if match["class"]:
        return _Piece(fits=match["class"], least=least, most=most)
    return _Piece(text=(match["escaped"] or match["plain"]) * max(least, 1))


def _hex(pieces: list[_Piece]) -> New | None:
    """Return ids of random hexadecimal digits, where enough of them fit."""
    sizes = [min(each.most, max(each.least, _USUAL)) * each.takes("0123456789abcdef") for each in pieces]
    if sum(sizes) < _SHORTEST:
        return None
    parts = [_digits(size) if size else each.plain() for each, size in zip(pieces, sizes, strict=True)]
    return New(_expression("".join(parts)))


def _digits(size: int) -> str:
    sizes = [_LONGEST] * (size // _LONGEST) + ([size % _LONGEST] if size % _LONGEST else [])
    return "".join(f"{{$random.hex{each}}}" for each in sizes)


def _counting(pieces: list[_Piece]) -> New | None:
    """Return ids that count in the last class that decimal digits fit, as many as there have to be."""
    at = next((i for i in reversed(range(len(pieces))) if pieces[i].takes(digits)), None)
    if at is None:
        return None
    least = max(pieces[at].least, 1)
    count = "0" * (least - _LONGEST_NUMBER) + "{$sequence}"
    parts = [count if i == at else each.plain() for i, each in enumerate(pieces)]
    return New(_expression("".join(parts)), 10 ** (min(least, _LONGEST_NUMBER) - 1))


def _expression(text: str) -> str:
    """Return a template that is one expression without the braces."""
    is_alone = text.startswith("{$") and text.count("{") == 1 and text.endswith("}")
    return text[1:-1] if is_alone else text

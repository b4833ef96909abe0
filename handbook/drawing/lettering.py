"""How wide a text is, nearly, and where a long one may be broken."""

from __future__ import annotations

import re

STATE_SIZE, LABEL_SIZE = 13.5, 12.0
"""The sizes of letters in the drawing, in its units."""

_NARROW = frozenset("iljtfrI.,:;'|!()[]/ -1")
_WIDE = frozenset("mwMW@%…—")
_BREAK = re.compile(r"(?<=[._\-/: ])|(?<=[a-z0-9])(?=[A-Z])")


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of `text` in a common sans-serif face; a little too much rather than too little."""
    return sum(map(_share, text)) * size * (1.1 if bold else 1.0)


def _share(letter: str) -> float:
    """Return the width of one letter as a share of the size of the face."""
    if letter in _NARROW:
        return 0.36
    if letter in _WIDE:
        return 0.9
    if ord(letter) > 0x2E80:
        return 1.05
    return 0.7 if letter.isupper() else 0.58


def lines(text: str, size: float, most: float, *, bold: bool = False) -> tuple[str, ...]:
    """Return `text` in lines no wider than `most`, broken where words end; a longer word is cut."""
    done: list[str] = []
    for piece in _BREAK.split(" ".join(text.split())):
        if done and width((done[-1] + piece).rstrip(), size, bold=bold) <= most:
            done[-1] += piece
        else:
            done.append(piece)
    return tuple(_cut(line.strip(), size, most, bold) for line in done if line.strip()) or ("",)


def _cut(line: str, size: float, most: float, bold: bool) -> str:
    if width(line, size, bold=bold) <= most:
        return line
    while len(line) > 1 and width(line + "…", size, bold=bold) > most:
        line = line[:-1]
    return line + "…"

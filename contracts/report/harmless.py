"""Text from anywhere, made fit to be shown anywhere."""

from __future__ import annotations

import re

# Controls, marks that turn the reading direction or cannot be seen, line separators, halves of pairs, tags.
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def harmless(text: str) -> str:
    r"""Return `text` on one line, everything that a terminal, a page or a parser might act on written out.

    >>> harmless("a\x1b[31m\nb")
    'a\\x1b[31m\\nb'
    """
    return _HARMFUL.sub(_written_out, text)


def lines(text: str) -> str:
    """Return `text` made harmless line by line: its line feeds stay."""
    return "\n".join(harmless(line) for line in text.split("\n"))


def decoded(content: bytes) -> str:
    r"""Return `content` as text; a byte that is no UTF-8 is written `\xff`."""
    return content.decode("utf-8", "backslashreplace")


def shortened(text: str, limit: int) -> str:
    """Return `limit` characters of `text`, two thirds of them from its beginning, and how much is left out.

    What comes last is kept: a list's total stands after its items.
    """
    if len(text) <= limit:
        return text
    end = limit // 3
    return f"{text[: limit - end]} [cut: {len(text) - limit:,} characters] {text[len(text) - end :]}"


def _written_out(found: re.Match[str]) -> str:
    # Two digits would be a byte to a shell, four are a character.
    number = ord(found[0])
    return f"\\u{number:04x}" if 0x7F < number < 0x100 else found[0].encode("unicode-escape").decode()

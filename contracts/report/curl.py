"""Exchanges as commands to paste into a shell."""

from __future__ import annotations

import base64
import binascii
import re
import shlex

from contracts.exchange import Call, Exchange
from contracts.report.harmless import harmless
from contracts.report.hiding import Hiding, Piece
from speckit.pointer import ABSENT

LONGEST = 2000
"""How many characters of one argument are shown."""

_BASIC = "Authorization: Basic "
_BYTE = re.compile("[\udc80-\udcff]")
"""How Python holds a byte that is no text (PEP 383)."""
_NOT_IN_DOUBLE_QUOTES = re.compile(r'["$`\\!]')


def curl(exchange: Exchange, hiding: Hiding) -> str:
    """Return the command that sends the request of `exchange` again, on one line.

    Secrets are variables in it (`$TOKEN_ALICE`). An argument longer than
    `LONGEST` is cut; a comment then says so.
    """
    arguments = [hiding.pieces(each) for each in _arguments(exchange)]
    line = " ".join(_quoted(_cut(pieces)) for pieces in arguments)
    most = max(sum(len(part) for _, part in pieces) for pieces in arguments)
    return line if most <= LONGEST else f"{line}  # cut: one argument has {most:,} characters"


def exports(hiding: Hiding) -> list[str]:
    """Return the commands that set the variables, without their values."""
    return [f"export {name}=..." for name in hiding.names]


def _arguments(exchange: Exchange) -> list[str]:
    """Return the words of the command; a byte that is no UTF-8 is a lone surrogate in them."""
    call = exchange.call
    words = ["curl", "-s", *_method(call)]
    headers = {**exchange.credential, **call.headers}
    if call.body is not ABSENT:
        headers["Content-Type"] = call.content_type
        # Not --data: that would read a file where the body begins with '@'.
        words += ["--data-raw", call.content.decode("utf-8", "surrogateescape")]
    for name, value in headers.items():
        words += _header(f"{name}: {value}")
    # Braces and brackets are a range to curl, unless -g says that they are not.
    return [*words, *(["-g"] if re.search(r"[][{}]", exchange.url) else []), exchange.url]


def _method(call: Call) -> list[str]:
    """Return the options for the method; curl would wait for the body of an answer to -X HEAD."""
    method = call.operation.method
    if method == "HEAD":
        return ["-I"]
    return ["-i", *(["-X", method] if method != "GET" or call.content else [])]


def _header(line: str) -> list[str]:
    """Return the option for a header; basic authentication has its own, which encodes by itself."""
    user = _user(line)
    return ["-H", line] if user is None else ["-u", user]


def _user(header: str) -> str | None:
    """Return `user:password` of a header with basic authentication (RFC 7617)."""
    if not header.startswith(_BASIC):
        return None
    try:
        return base64.b64decode(header.removeprefix(_BASIC), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _cut(pieces: list[Piece]) -> list[Piece]:
    """Return as much of `pieces` as is shown; a secret is shown as its variable or not at all."""
    left = LONGEST
    shown: list[Piece] = []
    for variable, part in pieces:
        if left > 0:
            shown.append((variable, part if variable else part[:left]))
        left -= len(part)
    return shown


def _quoted(pieces: list[Piece]) -> str:
    """Return one argument as a shell takes it: variables are expanded, and nothing else is."""
    literal = "".join(part for variable, part in pieces if not variable)
    if all(not variable for variable, _ in pieces):
        return _literal(literal)
    if harmless(literal) == literal and not _NOT_IN_DOUBLE_QUOTES.search(literal):
        return f'"{"".join(f"${{{variable}}}" if variable else part for variable, part in pieces)}"'
    return "".join(f'"${variable}"' if variable else _literal(part) for variable, part in pieces)


def _literal(text: str) -> str:
    """Return `text` quoted; what a terminal would act on is written out (`$'...'`, POSIX.1-2024)."""
    if harmless(text) == text:
        return shlex.quote(text)
    safe = text.replace("\\", "\\\\").replace("'", "\\'")
    safe = _BYTE.sub(lambda byte: f"\\x{ord(byte[0]) - 0xDC00:02x}", safe)
    return f"$'{harmless(safe)}'"

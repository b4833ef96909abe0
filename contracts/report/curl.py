"""Exchanges as commands to paste into a shell."""

from __future__ import annotations

import base64
import binascii
import re
import shlex
from urllib.parse import quote

from contracts.exchange import Call, Exchange, text
from contracts.report.harmless import harmless
from contracts.report.hiding import Hiding, Known, Piece
from speckit.pointer import ABSENT

LONGEST = 2000
"""How many characters of one argument are shown."""
CUT = "  # cut: "
"""What follows a command that is not whole."""

_BASIC = "Authorization: Basic "
_BYTE = re.compile("[\udc80-\udcff]")
"""How Python holds a byte that is no text (PEP 383)."""
_NOT_IN_DOUBLE_QUOTES = re.compile(r'["$`\\!]')


def curl(exchange: Exchange, hiding: Hiding, known: Known | None = None) -> str:
    """Return the command that sends the request of `exchange` again, on one line.

    Secrets are variables in it (`$TOKEN_ALICE`), and so is what the shell knows
    already. An argument longer than `LONGEST` is cut; a comment then says so.
    """
    wider = hiding.naming(known) if known else hiding
    arguments = [wider.pieces(each) for each in _arguments(exchange)]
    arguments.append(
        [
            p
            for name, part in _url(exchange, known or {})
            for p in ([(name, part)] if name else wider.pieces(part))
        ]
    )
    line = " ".join(quoted(_cut(pieces)) for pieces in arguments)
    most = max(sum(len(part) for _, part in pieces) for pieces in arguments)
    return line if most <= LONGEST else f"{line}{CUT}one argument has {most:,} characters"


def exports(hiding: Hiding) -> list[str]:
    """Return the commands that set the variables, without their values."""
    return [f"export {name}=..." for name in hiding.names]


def _arguments(exchange: Exchange) -> list[str]:
    """Return the words of the command but the URL; a byte that is no UTF-8 is a lone surrogate in them."""
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
    return [*words, *(["-g"] if re.search(r"[][{}]", exchange.url) else [])]


def _url(exchange: Exchange, known: Known) -> list[Piece]:
    """Return the URL in its parts, where its path names what is known with the variable."""
    call = exchange.call
    path, mark, query = call.target.partition("?")
    parts = [_part(call, part, known) for part in re.split(r"(\{[^{}]*\})", call.operation.path)]
    if "".join(part for _, part in parts) != path or not exchange.url.endswith(call.target):
        return [("", exchange.url)]
    return [("", exchange.url.removesuffix(call.target)), *parts, ("", mark + query)]


def _part(call: Call, part: str, known: Known) -> Piece:
    """Return a part of a path: what stands for a parameter, or the part as it is."""
    name = part[1:-1] if part.startswith("{") else ""
    if name not in call.path:
        return "", part
    value = text(call.path[name])
    return known.get((name, value), ""), quote(value, safe="")


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


def quoted(pieces: list[Piece]) -> str:
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

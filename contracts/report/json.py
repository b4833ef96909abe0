"""A judgement as one JSON document, from which every finding can be seen again."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from json import dumps
from typing import Any

import orjson

from contracts.exchange import Exchange, Moment
from contracts.finding import BROKEN, KEPT, UNJUDGED, Finding, Judgement, Note, Subject, Tally, Ways
from contracts.report.digest import digest, group
from contracts.report.hiding import Hiding
from contracts.report.manner import Manner
from contracts.report.pasting import Line, lines
from speckit.pointer import ABSENT

VERSION = 1
"""Counts the changes to this form that a reader has to know of."""

WHOLE = 1 << 20
"""An answer of up to so many characters is kept whole."""

Json = dict[str, Any]


def json(judgement: Judgement, manner: Manner) -> bytes:
    """Return `judgement` as a JSON document; `report.schema.json` says what is in it."""
    hiding = Hiding(manner)
    found = digest(judgement, manner)
    writer = _Writer(hiding, judgement.ways)
    whole: Json = {
        "version": VERSION,
        "url": judgement.url,
        "document": judgement.document,
        "seed": judgement.seed,
        "options": judgement.options,
        "remarks": list(manner.remarks),
        "variables": list(hiding.names),
        "exit_status": judgement.exit_status,
        "ended": judgement.ended,
        "seconds": round(judgement.seconds, 3),
        "requests": judgement.requests,
        "sum": {
            "broken": found.count(BROKEN),
            "kept": found.count(KEPT),
            "not_judged": found.count(UNJUDGED),
        },
        "findings": [writer.finding(each) for each in found.findings],
        "gone": list(judgement.gone),
        "notes": [writer.note(each) for each in found.notes],
        "laws": [_tally(each) for each in found.tallies],
    }
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    told = hiding.value(whole)
    try:
        return orjson.dumps(told, default=str, option=options)
    except TypeError:  # a whole number that takes more than 64 bits
        return f"{dumps(told, default=str, indent=2)}\n".encode()


class _Writer:
    """Writes what has exchanges in it."""

    def __init__(self, hiding: Hiding, ways: Ways) -> None:
        self._hiding = hiding
        self._ways = ways

    def finding(self, finding: Finding) -> Json:
        return {
            "law": finding.law,
            "group": group(finding.law),
            **_subject(finding.subject),
            "promise": finding.promise,
            "place": finding.place,
            "happened": finding.happened,
            "confirmed": finding.is_confirmed,
            "doubt": finding.doubt,
            "cause": finding.cause,
            "known": finding.is_known,
            "count": finding.count,
            "exchanges": self._exchanges(finding.exchanges),
        }

    def note(self, note: Note) -> Json:
        return {
            "law": note.law,
            "group": group(note.law),
            **_subject(note.subject),
            "message": note.message,
            "count": note.count,
            "exchanges": self._exchanges(note.exchanges),
        }

    def _exchanges(self, exchanges: Sequence[Exchange]) -> list[Json]:
        pasted = lines(exchanges, self._hiding, self._ways)
        start = exchanges[0].before if exchanges else Moment(0.0, 0.0)
        return [self._exchange(each, start, line) for each, line in zip(exchanges, pasted, strict=True)]

    def _exchange(self, exchange: Exchange, start: Moment, line: Line) -> Json:
        return {
            "number": exchange.number,
            "phase": exchange.phase,
            "race": exchange.race,
            "sent": _since(start, exchange.before),
            "answered": _since(start, exchange.after),
            "call": self._call(exchange),
            "request": {
                "method": exchange.call.operation.method,
                "url": exchange.url,
                "headers": _sent(exchange),
                **self._body(exchange.call.content),
            },
            "answer": {
                "status": exchange.status,
                "headers": self._hiding.headers(exchange.headers),
                **self._body(exchange.content, WHOLE),
            },
            "wait": line.wait,
            "curl": line.curl,
        }

    def _call(self, exchange: Exchange) -> Json:
        call = exchange.call
        told: Json = {
            "operation": call.operation.id,
            "principal": call.principal,
            "target": call.target,
            "path": call.path,
            "query": call.query,
            "headers": call.headers,
            "content_type": call.content_type,
            "sure": call.is_sure,
            "aim": call.aim,
            "about": call.about,
        }
        if call.body is ABSENT:
            return told
        return told | ({"value": call.body} if not isinstance(call.body, bytes) else self._body(call.body))

    def _body(self, content: bytes, limit: int | None = None) -> Json:
        """Return a body as text, or in base 64 where it is none; `bytes` is its true size."""
        text = self._hiding.text(content.decode("utf-8", "surrogateescape"))
        told: Json = {"bytes": len(content)}
        if limit is not None and len(text) > limit:
            told["cut"] = True
        shown = text[:limit]
        try:
            shown.encode()
        except UnicodeEncodeError:
            sent = shown.encode("utf-8", "surrogateescape")
            return told | {"base64": base64.b64encode(sent).decode()}
        return told | {"text": shown}


def _tally(tally: Tally) -> Json:
    return {
        "law": tally.law,
        "group": group(tally.law),
        **_subject(tally.subject),
        "verdict": tally.verdict,
        "tried": tally.tried,
        "broken": tally.broken,
        "reason": tally.reason,
    }


def _subject(subject: Subject) -> Json:
    return {"resource": subject.resource, "operation": subject.operation}


def _since(start: Moment, moment: Moment) -> Json:
    """Return the seconds from `start` on: the least and the most that passed for the server."""
    return {"least": round(moment.slow - start.slow, 6), "most": round(moment.fast - start.fast, 6)}


def _sent(exchange: Exchange) -> Mapping[str, str]:
    """Return the headers that make the request what it is; those every client adds are left out."""
    body = {} if exchange.call.body is ABSENT else {"Content-Type": exchange.call.content_type}
    return {**exchange.credential, **exchange.call.headers, **body}

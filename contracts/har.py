"""Recorded traffic as exchanges, and exchanges as recorded traffic: HTTP Archive (HAR) 1.2."""

from __future__ import annotations

import base64
import binascii
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

import orjson

from contracts.exchange import Exchange, Moment
from contracts.keys import Keys
from contracts.recorded import Recorder
from speckit.specification import Specification

log = logging.getLogger("understudy")

MOST_BYTES = 200_000_000
"""How large a file is read, unless the caller says otherwise."""
MOST_ENTRIES = 100_000
"""How many entries are read, unless the caller says otherwise."""
_MOST_PLACES = 3
"""How many places are named that requests went to."""

_SECRET_ANSWERS = ("set-cookie", "www-authenticate", "authentication-info")
_PORTS: Mapping[str, int] = {"http": 80, "https": 443}


class HarFault(Exception):
    """The file is no recorded traffic that can be read.

    Attributes:
        file: Which file.
        entry: Which of its entries, counted from 0; None where the whole file is meant.
    """

    def __init__(self, file: Path, problem: str, hint: str, entry: int | None = None) -> None:
        self.file, self.entry, self.problem, self.hint = file, entry, problem, hint
        where = f"{file}" if entry is None else f"{file}, entry {entry}"
        super().__init__(f"{where}: {problem} {hint}".rstrip())


def read(
    path: Path,
    specification: Specification,
    *,
    base_url: str = "",
    most_bytes: int = MOST_BYTES,
    most_entries: int = MOST_ENTRIES,
) -> list[Exchange]:
    """Return the exchanges of a HAR file that are to the document's operations, in the order of time.

    Left out are entries to other hosts or paths, those answered from a browser's cache or not at all,
    those whose answer was not kept, and repetitions of the same entry. Each credential is a principal of
    its own, p1, p2 and so on. Where no entry has any, as in files that a browser has cleaned, all are
    one principal's.

    Args:
        base_url: Where the implementation is; entries to other hosts or outside its path are left out.
            Without it the host does not matter.

    Raises:
        HarFault: It cannot be read, is larger than allowed, or is no HAR file.
    """
    entries = _entries(path, most_bytes, most_entries)
    reading = _Reading(path, specification, base_url)
    seen: set[bytes] = set()
    found: list[Exchange] = []
    for index, raw in enumerate(entries):
        entry = reading.entry(index, raw)
        if entry is None or entry.mark in seen:
            continue
        seen.add(entry.mark)
        found += filter(None, [reading.exchange(entry)])
    return reading.named(sorted(found, key=lambda each: (each.before.fast, each.after.fast)))


def nothing(path: Path, base_url: str = "") -> HarFault:
    """Return why a HAR file that can be read has nothing to judge: it is empty, or is about something else.

    Raises:
        HarFault: It cannot be read after all.
    """
    entries = _entries(path, MOST_BYTES, MOST_ENTRIES)
    if not entries:
        return HarFault(path, "It has no entries.", "Record some traffic first.")
    places = Counter(_origin(str(each["request"]["url"])) for each in entries)
    if base_url and not any(_is_below(each["request"]["url"], urlsplit(base_url)) for each in entries):
        went = ", ".join(f"{place} ({number})" for place, number in places.most_common(_MOST_PLACES))
        told = f"None of its {len(entries)} entries went to {base_url}. They went to {went}."
        return HarFault(path, told, "Name one of these, or no URL.")
    told = f"None of its {len(entries)} entries has an answer to an operation of the document."
    return HarFault(path, told, "Is it the right document, and was the traffic saved with its content?")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _is_below(url: str, base: SplitResult) -> bool:
    """Return whether `url` is at `base` or below it."""
    parts, path = urlsplit(url), base.path.rstrip("/")
    return _place(parts) == _place(base) and (parts.path == path or parts.path.startswith(path + "/"))


def _entries(path: Path, most_bytes: int, most_entries: int) -> list[Any]:
    try:
        size = path.stat().st_size
        if size > most_bytes:
            raise HarFault(path, f"It has {size} bytes; {most_bytes} are read.", "Record less at a time.")
        log_node = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))["log"]
        entries = log_node["entries"]
    except OSError as problem:
        raise HarFault(path, f"It cannot be read ({problem.strerror}).", "Give the path of a file.") from None
    except orjson.JSONDecodeError as problem:
        raise HarFault(path, f"It is no JSON, or ends too early ({problem}).", "Save it again.") from None
    except (KeyError, TypeError):
        entries = None
    if not isinstance(entries, list):
        raise HarFault(path, "It is no HAR file: log/entries is missing.", "Save the traffic 'as HAR'.")
    if len(entries) > most_entries:
        problem_text = f"It has {len(entries)} entries; {most_entries} are read."
        raise HarFault(path, problem_text, "Record less at a time.")
    return entries


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry in plain words; `mark` is the same for a repetition of it."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes
    status: int
    answer_headers: Mapping[str, str]
    answer: bytes
    start: float
    end: float
    mark: bytes


class _Reading:
    """Turns the entries of one file into exchanges."""

    def __init__(self, path: Path, specification: Specification, base_url: str) -> None:
        self._path = path
        self._base = urlsplit(base_url) if base_url else None
        self._recorder = Recorder(specification, base_url)
        self._keys = Keys(specification.document.data)

    def entry(self, index: int, raw: Any) -> _Entry | None:
        """Return an entry; None where it tells nothing of this implementation.

        Raises:
            HarFault: It lacks what every entry has.
        """
        try:
            request, response = raw["request"], raw["response"]
            if not self._is_here(request["url"]) or not response["status"] or raw.get("_fromCache"):
                return None
            answer = _answer(response)
            if answer is None:
                log.warning("%s, entry %d: its answer was not kept, so it is left out", self._path, index)
                return None
            return self._read(raw, request, response, answer)
        except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as problem:
            told = f"It is not as HAR 1.2 has it ({type(problem).__name__}: {problem})."
            raise HarFault(
                self._path, told, "Save the traffic again, or take the entry out.", index
            ) from None

    def exchange(self, entry: _Entry) -> Exchange | None:
        """Return the exchange of an entry; None where it is to no operation."""
        before, after = (Moment(moment, moment) for moment in (entry.start, entry.end))
        return self._recorder.exchange(
            1,
            entry.method,
            entry.url,
            entry.headers,
            entry.content,
            entry.status,
            entry.answer_headers,
            entry.answer,
            before,
            after,
            self._keys.held(entry.headers, entry.url),
            "recorded",
        )

    def named(self, exchanges: list[Exchange]) -> list[Exchange]:
        """Return the exchanges, numbered, and their principals with a short name in place of a secret."""
        secrets = dict.fromkeys(each.call.principal for each in exchanges if each.call.principal)
        names = {secret: f"p{number}" for number, secret in enumerate(secrets, 1)}
        usual = "" if names else "p1"
        return [
            replace(
                each, number=number, call=replace(each.call, principal=names.get(each.call.principal, usual))
            )
            for number, each in enumerate(exchanges, 1)
        ]

    def _is_here(self, url: str) -> bool:
        return self._base is None or _is_below(url, self._base)

    def _read(
        self, raw: Mapping[str, Any], request: Mapping[str, Any], response: Mapping[str, Any], answer: bytes
    ) -> _Entry:
        start = _seconds(raw["startedDateTime"])
        content, media = _sent(request)
        headers = _headers(request)
        headers |= {"content-type": media} if media and not _has(headers, "content-type") else {}
        if request.get("cookies") and not _has(headers, "cookie"):
            headers["cookie"] = "; ".join(f"{each['name']}={each['value']}" for each in request["cookies"])
        told = [raw["startedDateTime"], request["method"], request["url"], response["status"]]
        return _Entry(
            method=str(request["method"]),
            url=str(request["url"]),
            headers=headers,
            content=content,
            status=int(response["status"]),
            answer_headers={name.lower(): value for name, value in _headers(response).items()},
            answer=answer,
            start=start,
            end=start + _took(raw),
            mark=orjson.dumps([told, content.hex(), answer.hex()]),
        )


def _place(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _has(headers: Mapping[str, str], name: str) -> bool:
    return any(each.lower() == name for each in headers)


def _headers(node: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of a message, those that come twice joined, without those of HTTP/2 itself."""
    joined: dict[str, str] = {}
    spelt: dict[str, str] = {}
    for each in node.get("headers") or ():
        name, value = str(each["name"]), str(each["value"])
        if name.startswith(":"):
            continue
        key = spelt.setdefault(name.lower(), name)
        between = "; " if name.lower() == "cookie" else ", "
        joined[key] = f"{joined[key]}{between}{value}" if key in joined else value
    return joined


def _sent(request: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return the body of a request and its media type."""
    data = request.get("postData") or {}
    media, text = str(data.get("mimeType") or ""), data.get("text")
    if "base64" in (data.get("encoding"), data.get("_encoding")):
        return base64.b64decode(text or "", validate=True), media
    if not text and data.get("params"):
        fields = [(each["name"], each.get("value") or "") for each in data["params"]]
        return urlencode(fields).encode(), media
    return str(text or "").encode("utf-8", "surrogatepass"), media


def _answer(response: Mapping[str, Any]) -> bytes | None:
    """Return the body of an answer; None where there was one that was not kept."""
    content = response.get("content") or {}
    text = content.get("text")
    if response["status"] in (204, 304):
        return b""
    if text is None:
        size = max(content.get("size") or 0, response.get("bodySize") or 0)
        return None if size > 0 else b""
    if content.get("encoding") == "base64":
        return base64.b64decode(text, validate=True)
    return str(text).encode("utf-8", "surrogatepass")


def _seconds(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _took(raw: Mapping[str, Any]) -> float:
    """Return how many seconds an entry took."""
    time = raw.get("time")
    if time is None or time < 0:
        timings = (raw.get("timings") or {}).values()
        time = sum(each for each in timings if isinstance(each, int | float) and each > 0)
    return float(time) / 1000


def write(
    path: Path,
    exchanges: Iterable[Exchange],
    specification: Specification,
    *,
    shows_credentials: bool = False,
) -> None:
    """Write `exchanges` as a HAR file, from which `read` makes the same exchanges again.

    Unless `shows_credentials`, a credential is replaced by the name of its principal, and the
    cookies that answers set are left out.
    """
    keys = None if shows_credentials else Keys(specification.document.data)
    creator = {"name": "understudy", "version": "1"}
    entries = [_written(each, keys) for each in exchanges]
    path.write_bytes(orjson.dumps({"log": {"version": "1.2", "creator": creator, "entries": entries}}))


def _written(exchange: Exchange, keys: Keys | None) -> dict[str, Any]:
    milliseconds = (exchange.after.fast - exchange.before.fast) * 1000
    return {
        "startedDateTime": datetime.fromtimestamp(exchange.before.fast, UTC).isoformat(),
        "time": milliseconds,
        "request": _request(exchange, keys),
        "response": _response(exchange, keys),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "_principal": exchange.call.principal,
        "_phase": exchange.phase,
    }


def _request(exchange: Exchange, keys: Keys | None) -> dict[str, Any]:
    call, content = exchange.call, exchange.call.content
    url = keys.hidden(exchange.url, call.principal) if keys else exchange.url
    shown = {
        name: keys.header(name, value, call.principal) if keys else value
        for name, value in exchange.credential.items()
    }
    headers = shown | dict(call.headers)
    if content and call.content_type:
        headers["Content-Type"] = call.content_type
    request = {
        "method": call.operation.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": list(_pairs(headers.items())),
        "queryString": list(_pairs(parse_qsl(urlsplit(url).query, keep_blank_values=True))),
        "headersSize": -1,
        "bodySize": len(content),
    }
    if content:
        request["postData"] = {"mimeType": call.content_type, "params": [], **_text(content)}
    return request


def _response(exchange: Exchange, keys: Keys | None) -> dict[str, Any]:
    hidden = _SECRET_ANSWERS if keys else ()
    shown = {name: value for name, value in exchange.headers.items() if name not in hidden}
    known = {each.value: each.phrase for each in HTTPStatus}
    media = exchange.headers.get("content-type", "")
    return {
        "status": exchange.status,
        "statusText": known.get(exchange.status, ""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": list(_pairs(shown.items())),
        "content": {"size": len(exchange.content), "mimeType": media, **_text(exchange.content)},
        "redirectURL": exchange.headers.get("location", ""),
        "headersSize": -1,
        "bodySize": len(exchange.content),
    }


def _pairs(items: Iterable[tuple[str, str]]) -> Iterator[dict[str, str]]:
    return ({"name": name, "value": value} for name, value in items)


def _text(content: bytes) -> dict[str, str]:
    """Return a body as HAR holds it: text, or base64 where it is none."""
    try:
        return {"text": content.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(content).decode(), "encoding": "base64"}

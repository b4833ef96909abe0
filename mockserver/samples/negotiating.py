"""Answers of living resources in XML, where the document offers it and Accept likes it better than JSON."""

from __future__ import annotations

import orjson

from mockserver.answers import NEGOTIATED, Refused, Reply
from mockserver.evaluation import Request
from mockserver.samples.answering import Documented
from mockserver.samples.choosing import Offer, accepted, is_json, offers, success
from mockserver.samples.memory import Memory
from mockserver.xml import is_xml
from speckit.operation import Operation
from speckit.pointer import ABSENT


class Negotiated:
    """Puts the answers of one operation, which are JSON, into the media type that a client likes best.

    Of other media types than JSON and XML nobody can tell how they hold a resource: those stay JSON.
    """

    def __init__(self, documented: Documented) -> None:
        self._documented = documented
        self._success = success(documented.operation)
        self._chosen: Memory[tuple[int, str], Offer | None] = Memory()

    def check(self, request: Request) -> None:
        """Compare Accept with what the operation answers in, before anything changes.

        Raises:
            Refused: It likes none of that.
        """
        accept = request.headers.get("accept", "")
        if self._offer(self._success, accept) is None:
            response = self._documented.operation.response(self._success)
            there = ", ".join(kind for kind, _ in offers(response)) if response else ""
            raise Refused("notAcceptable", f"Accept is {accept}; what there is is {there}.")

    def __call__(self, reply: Reply, request: Request) -> Reply:
        """Return `reply` as the request accepts it."""
        offer = self._offer(reply.status, request.headers.get("accept", ""))
        if offer is None or reply.body is ABSENT:
            return reply
        headers = (*reply.headers, NEGOTIATED)
        if not is_xml(offer.kind):
            return Reply(reply.status, reply.body, headers, reply.content_type)
        # A list may hold items that are JSON already.
        text = reply.body if isinstance(reply.body, bytes) else orjson.dumps(reply.body)
        body, kind = self._documented.written(offer, orjson.loads(text))
        return Reply(reply.status, body, headers, kind)

    def _offer(self, status: int, accept: str) -> Offer | None:
        key = (status, accept)
        if key not in self._chosen:
            response = self._documented.operation.response(status)
            self._chosen[key] = accepted(offers(response), accept) if response else None
        return self._chosen[key]


def negotiated(documented: Documented) -> Negotiated | None:
    """Return what puts the answers of an operation into XML; None where it documents no JSON or no XML."""
    return Negotiated(documented) if _has_both(documented.operation) else None


def _has_both(operation: Operation) -> bool:
    response = operation.response(success(operation))
    kinds = response.content if response else {}
    return any(map(is_json, kinds)) and any(map(is_xml, kinds))

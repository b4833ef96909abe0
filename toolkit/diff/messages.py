"""How two operations differ in what travels: parameters, bodies and answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from toolkit.diff.endpoints import Endpoint, endpoints
from toolkit.diff.media import compare_schemas, content, is_covered
from toolkit.diff.node import Node
from toolkit.diff.parameters import compare_parameters
from toolkit.diff.responses import compare_responses
from toolkit.diff.schema_rules import REQUEST, RESPONSE
from toolkit.diff.schemas import Schemas
from toolkit.diff.sheet import Sheet


@dataclass(slots=True)
class Messages:
    """Compares what operations send and get; schemas are compared all together, at the end."""

    sheet: Sheet
    schemas: Schemas

    def called(self, old: Endpoint, new: Endpoint) -> None:
        """Write down how an operation that clients call differs."""
        compare_parameters(old, new, self.sheet, self.schemas)
        self._bodies(old, new)
        compare_responses(old.operation, new.operation, new.name, self.sheet, self.schemas)
        self.sent(old.operation, new.operation, "callback", new.name)

    def sent(self, old: Node, new: Node, kind: str, subject: str) -> None:
        """Write down how webhooks, or the callbacks of an operation, differ.

        Args:
            old: The document, or the operation; likewise `new`.
            kind: `webhook` or `callback`.
            subject: Whose they are; empty for the document.
        """
        ones, others = dict(old.children(f"{kind}s")), dict(new.children(f"{kind}s"))
        for name in dict.fromkeys((*ones, *others)):
            where = f"{subject}, {kind} '{name}'" if subject else f"{kind} '{name}'"
            if name not in others:
                place = (*new.pointer, f"{kind}s")
                self.sheet.add(
                    f"{kind}-removed", f"The {kind} '{name}' is gone.", where, ones[name].pointer, place
                )
            elif name not in ones:
                place = (*old.pointer, f"{kind}s")
                self.sheet.add(
                    f"{kind}-added", f"The {kind} '{name}' is new.", where, place, others[name].pointer
                )
            else:
                self._sent(ones[name], others[name], kind, where)

    def _sent(self, old: Node, new: Node, kind: str, where: str) -> None:
        ones, others = (dict(_requests(each, kind)) for each in (old, new))
        for key, one in ones.items():
            if key in others:
                self._pushed(one.operation, others[key].operation, where)

    def _pushed(self, old: Node, new: Node, where: str) -> None:
        # Here the client is asked, and answers: what is a request to the API is an answer to it.
        one, other = (each.child("requestBody").followed() for each in (old, new))
        self._media(one, other, where, RESPONSE)
        answers = dict(new.children("responses"))
        for status, answer in old.children("responses"):
            if status in answers:
                self._media(answer.followed(), answers[status].followed(), where, REQUEST)

    def _media(self, old: Node, new: Node, where: str, side: str) -> None:
        others = dict(new.children("content"))
        for kind, one in old.children("content"):
            if kind in others:
                compare_schemas(one, others[kind], self.schemas, side, where)

    def _bodies(self, old: Endpoint, new: Endpoint) -> None:
        one, other = (each.operation.child("requestBody").followed() for each in (old, new))
        places = (one.pointer, other.pointer)
        needed = other.get("required") is True
        if one.value is None and other.value is not None:
            rule = "required-request-body-added" if needed else "request-body-added"
            self.sheet.add(rule, f"{new.name} takes a body.", new.name, *places)
        elif one.value is not None and other.value is None:
            self.sheet.add("request-body-removed", f"{new.name} takes no body any more.", new.name, *places)
        elif needed != (one.get("required") is True):
            word = "required" if needed else "optional"
            self.sheet.add(f"request-body-became-{word}", f"The body is {word}.", new.name, *places)
        if one.value is not None and other.value is not None:
            self._contents(one, other, new.name)

    def _contents(self, old: Node, new: Node, name: str) -> None:
        ones, others = dict(content(old)), dict(content(new))
        places = ((*old.pointer, "content"), (*new.pointer, "content"))
        for kind, one in ones.items():
            if kind in others:
                compare_schemas(one, others[kind], self.schemas, REQUEST, f"{name}, body")
                self._encoding(one, others[kind], name)
            elif not is_covered(kind, others):
                what = f"The body may be {kind} no more."
                self.sheet.add("request-media-type-removed", what, name, one.pointer, places[1])
        for kind in (each for each in others if not is_covered(each, ones)):
            what = f"The body may be {kind}."
            self.sheet.add("request-media-type-added", what, name, places[0], others[kind].pointer)

    def _encoding(self, old: Node, new: Node, name: str) -> None:
        one, other = old.child("encoding"), new.child("encoding")
        if (one.value or {}) != (other.value or {}):
            what = "The encoding of its parts is another."
            self.sheet.add("request-encoding-changed", what, name, one.pointer, other.pointer)


def _requests(node: Node, kind: str) -> Iterator[tuple[tuple[str, str], Endpoint]]:
    """Yield what is sent: a webhook is a path item, a callback maps expressions to path items."""
    found = node.followed()
    items = [("", found)] if kind == "webhook" else list(found.members())
    for url, item in items:
        if not str(url).startswith("x-"):
            yield from (((str(url), each.method), each) for each in endpoints(str(url), item))

"""The documented answers of one operation: each prepared when first asked for, then looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from mockserver.answers import BODILESS, NEGOTIATED, PROBLEM, Refused, Reply
from mockserver.evaluation import Request
from mockserver.samples.choosing import Offer, accepted, documented, is_json, offers, success
from mockserver.samples.heading import Headers, Headings
from mockserver.samples.making import Maker
from mockserver.samples.memory import Memory
from mockserver.samples.preferring import APPLIED, NONE, Preferences, Undocumented, plainly
from mockserver.samples.writing import file_of, sequential, written
from mockserver.world import World
from speckit.operation import Operation, Response
from speckit.pointer import ABSENT
from speckit.schema import Schemas
from speckit.wording import ERRORS, Wording

_SILENT = Response({}, {})


@dataclass(frozen=True, slots=True)
class Prepared:
    """One answer, ready to be sent.

    Attributes:
        value: The body before it was written; ABSENT where there is none.
        content_type: What Content-Type says: also without a body, where Swagger 2.0 declares it.
        offer: The media type it is in; None where there is no body.
        is_made: It is no example of the document.
        varying: The header that tells of other media types, where there are any.
    """

    status: int
    value: Any
    content: Any
    content_type: str
    headings: Headings
    offer: Offer | None
    is_made: bool
    varying: Headers = ()

    def reply(self, request: Request, more: Headers = ()) -> Reply:
        """Return the answer to `request`."""
        headers = (*self.headings(request), *more, *self.varying)
        if self.content is ABSENT and self.content_type:
            headers = (*headers, ("Content-Type", self.content_type))
        return Reply(self.status, self.content, headers, self.content_type)


class Documented:
    """Answers one operation from the document alone.

    Args:
        data: The document.
        seed: What data made up by chance depends on, besides the operation and the number of the request.
        is_dynamic: Whether data is made up anew for every request that does not choose.
    """

    def __init__(
        self,
        operation: Operation,
        data: Mapping[str, Any],
        schemas: Schemas,
        *,
        seed: int = 0,
        is_dynamic: bool = False,
    ) -> None:
        self.operation = operation
        self.data = data
        self.maker = Maker(data, schemas)
        self._schemas = schemas
        self._seed = seed
        self._is_dynamic = is_dynamic
        self._success = success(operation)
        self._chosen: Memory[tuple[str, Preferences], Prepared] = Memory()
        self._prepared: Memory[tuple[int, str, str, str], Prepared] = Memory()
        self._numbers: WeakKeyDictionary[World, int] = WeakKeyDictionary()

    def answer(self, world: World, request: Request, preferences: Preferences = NONE) -> Reply:
        """Return the answer to `request` that fits its Accept header and what it prefers.

        Raises:
            Refused: The client accepts none of the media types there are.
            Undocumented: It prefers an answer that the document does not have.
        """
        prepared = self._choose(request.headers.get("accept", ""), plainly(preferences))
        if preferences.dynamic or (self._is_dynamic and not preferences):
            prepared = self._another(world, prepared)
        return prepared.reply(request, ((APPLIED, str(preferences)),) if preferences else ())

    def _choose(self, accept: str, preferences: Preferences) -> Prepared:
        key = (accept, preferences)
        if key not in self._chosen:
            self._chosen[key] = self.prepared(self._status(preferences), accept, preferences.example)
        return self._chosen[key]

    def _status(self, preferences: Preferences) -> int:
        if not preferences.code:
            return self._success
        status = documented(self.operation, preferences.code)
        if status is None:
            there = ", ".join(self.operation.responses) or "no response"
            raise Undocumented(f"{self.operation.id} has no response {preferences.code}; it has {there}.")
        return status

    def prepared(self, status: int, accept: str, example: str = "", kind: str = "") -> Prepared:
        """Return the answer with `status` in the media type that `accept` likes best.

        Args:
            example: The name of the example that it is to be, exactly as it stands.
            kind: The kind of error that it is to tell, if it is known.

        Raises:
            Refused: It likes none.
        """
        response = self.operation.response(status) or _SILENT
        found = offers(response)
        if not found or status in BODILESS:
            return self._remembered(status, response, None)
        if example:
            found = self._with_example(found, example)
        offer = accepted(found, accept)
        if offer is None:
            kinds = ", ".join(kind for kind, _ in found)
            raise Refused("notAcceptable", f"Accept is {accept}; what there is is {kinds}.")
        return self._remembered(status, response, offer, example, kind)

    def like(self, operation: Operation) -> Documented:
        """Return what answers another operation of the same document."""
        return Documented(operation, self.data, self._schemas, seed=self._seed)

    def accepts(self, status: int, accept: str) -> bool:
        """Return whether `accept` likes any media type of the response with `status`."""
        response = self.operation.response(status) or _SILENT
        return accepted(offers(response), accept) is not None

    def offers(self, status: int, kind: str) -> bool:
        """Return whether the response with `status` is documented in the media type `kind`."""
        return kind in (self.operation.response(status) or _SILENT).content

    def _with_example(self, found: list[tuple[str, Any]], name: str) -> list[tuple[str, Any]]:
        there = {kind: self.maker.examples(kind, media) for kind, media in found}
        having = [(kind, media) for kind, media in found if name in there[kind]]
        if not having:
            names = ", ".join(dict.fromkeys(n for each in there.values() for n in each if n))
            raise Undocumented(
                f"This response has no example '{name}'; it has {names or 'none with a name'}."
            )
        return having

    def _remembered(
        self, status: int, response: Response, offer: Offer | None, example: str = "", kind: str = ""
    ) -> Prepared:
        key = (status, offer.kind if offer else "", example, kind)
        if key not in self._prepared:
            self._prepared[key] = self._prepare(status, response, offer, example, kind)
        return self._prepared[key]

    def _prepare(
        self, status: int, response: Response, offer: Offer | None, example: str, error: str
    ) -> Prepared:
        if offer is None:
            headings = Headings(self.operation, status, response, self.data, ABSENT)
            kind = next(iter(sorted(response.produces, key=lambda each: not is_json(each))), "")
            return Prepared(status, ABSENT, ABSENT, kind, headings, None, True)
        examples = self.maker.examples(offer.kind, offer.media)
        if example:
            return self._ready(status, response, offer, examples[example], is_made=False)
        where = f"{self.operation.id}, {status} {offer.kind}"
        value = self.maker.body(offer.kind, _as_sent(offer), where)
        is_made = all(value is not each for each in examples.values())
        value = self._worded(status, offer, value, examples.values(), error)
        if not examples and not self.maker.is_told(offer.media) and (file := file_of(offer.kind)):
            value = file
        return self._ready(status, response, offer, value, is_made=is_made)

    def _another(self, world: World, prepared: Prepared) -> Prepared:
        """Return `prepared` with other data, by the number of the request in its world."""
        number = self._numbers[world] = self._numbers.get(world, 0) + 1
        offer = prepared.offer
        if offer is None or isinstance(prepared.value, bytes):
            return prepared
        seed = f"{self._seed}:{self.operation.id}:{prepared.status}:{number}"
        value = self.maker.another(offer.kind, _as_sent(offer), seed)
        value = self._worded(prepared.status, offer, value)
        response = self.operation.response(prepared.status) or _SILENT
        return self._ready(prepared.status, response, offer, value, is_made=True)

    def _worded(
        self, status: int, offer: Offer, value: Any, examples: Iterable[Any] = (), error: str = ""
    ) -> Any:
        """Return the body of an error with its status in it; what is an example for just this one stays."""
        if status < ERRORS or not isinstance(value, dict | list):
            return value
        is_exact = str(status) in self.operation.responses
        return self.wording(offer).told(value, status, error, examples, is_exact=is_exact)

    def wording(self, offer: Offer) -> Wording:
        """Return what knows how bodies in the media type of `offer` tell a status."""
        schema = offer.media.get("schema", {})
        validator = self.maker.validator(schema, f"An error of {self.operation.id}")
        return Wording(self.data, schema, validator.is_valid if validator else _anything)

    def _ready(self, status: int, response: Response, offer: Offer, value: Any, *, is_made: bool) -> Prepared:
        content, kind = self.written(offer, value)
        headings = Headings(self.operation, status, response, self.data, value)
        varying = (NEGOTIATED,) if len(response.content) > 1 or "*" in offer.key else ()
        return Prepared(status, value, content, kind, headings, offer, is_made, varying)

    def told(self, problem: dict[str, Any], kind: str) -> tuple[Any, str]:
        """Return `problem` in the media type `kind`, or as a problem document where it is empty."""
        return written(kind, problem, {}, self.data) if kind else (problem, PROBLEM)

    def written(self, offer: Offer, value: Any) -> tuple[bytes, str]:
        """Return `value` as bytes in the media type of `offer`, and that."""
        return written(offer.kind, value, offer.media.get("schema", {}), self.data)


def _anything(_value: Any) -> bool:
    return True


def _as_sent(offer: Offer) -> Mapping[str, Any]:
    """Return the media type object; one for a row of items as one for a list of them."""
    media = offer.media
    if "itemSchema" not in media or not sequential(offer.kind):
        return media
    rest = {key: value for key, value in media.items() if key != "itemSchema"}
    return {**rest, "schema": {"type": "array", "items": media["itemSchema"], "minItems": 1}}

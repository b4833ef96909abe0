"""The laws: what a document promises, each with a name and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Law:
    """One promise. `name` is its anchor in the reference; `group` the chapter it stands in."""

    name: str
    group: str
    promise: str


LAWS: Mapping[str, Law] = {
    name: Law(name, group, promise)
    for group, laws in {
        "answers": {
            "documented-status": "Every answer has a status that the document lists for the operation.",
            "documented-body": "Every answer has a documented media type and fits its schema.",
            "documented-header": "Every answer carries the headers that the document requires.",
            "answer-as-declared": "An answer that the lifecycle spells out holds what it spells out.",
            "no-crash": "The server answers whatever it is sent, and never with a failure of its own.",
            "valid-accepted": "A request that fits the document is accepted.",
            "invalid-refused": "A request that does not fit the document is refused.",
            "method-not-allowed": "A method that a path does not have is answered with 405 and Allow.",
            "missing-answer": "A resource that does not exist is answered as the document says.",
            "missing-parent": "A reference to a parent that does not exist is answered as the document says.",
        },
        "access": {
            "credential-needed": "Without a credential the answer is the documented one.",
            "role-needed": "A caller without the role that an operation needs is refused.",
            "isolation": "Another principal sees nothing of a resource and changes nothing.",
        },
        "states": {
            "known-state": "A resource is in one of the declared states.",
            "initial-state": "A new resource is in the state that the document says it starts in.",
            "possible-move": "A resource moves only as declared.",
            "not-too-early": "A move by time does not happen before its time.",
            "move-on-time": "A move by time happens when it is due.",
            "final-is-final": "A resource that has ended stays as it ended.",
            "trigger-works": "A trigger that the state allows is accepted.",
            "trigger-moves": "After an accepted trigger the resource is where the trigger leads.",
            "trigger-refused": "A trigger that the state does not allow is answered as the document says.",
            "refusal-changes-nothing": "What is refused, or has no effect, leaves everything as it was.",
            "gone-is-gone": "A resource that was removed is found no more, by its id or in a list.",
            "available-in-state": "What is there only in some states is there in those, and in no other.",
            "state-sets-fields": "In each state the fields hold what the document says of it.",
            "history-true": "The history of a resource tells the states it went through, in their order.",
        },
        "integrity": {
            "create-keeps-input": "A new resource holds what was sent, as the document maps it.",
            "update-keeps-input": "After an update the resource holds what was sent.",
            "update-touches-no-more": "An update changes what it names and nothing else.",
            "reading-changes-nothing": "Reading changes nothing.",
            "others-untouched": "A request to one resource changes no other.",
            "unique-id": "No id is given twice.",
            "unique-fields": "What the document declares unique is held by one resource at a time.",
            "found-again": "A resource that was made can be read until it is removed.",
            "alternate-key": "A resource is the same by whatever key it is found.",
            "view-shows": "A view shows the fields that it is declared to show.",
            "hidden-stays-hidden": "A field that is declared hidden is not shown.",
            "timestamp-format": "Times are written in the declared format.",
            "timestamp-order": "Times come in the order of what they tell, and agree with each other.",
            "timestamp-when-due": "A time is told once it has come, and not before.",
        },
        "lists": {
            "listed": "A list holds every resource that belongs to it.",
            "listed-once": "A list holds no resource twice.",
            "list-agrees": "A list shows a resource as reading it does.",
            "scope-kept": "A list below a parent holds the resources of that parent alone.",
            "filter-exact": "A filtered list holds all that fits the filter, and nothing else.",
            "page-size": "A page holds as many as were asked for, and the last one the rest.",
            "page-bounds": "A page or a size outside the bounds is answered as declared.",
            "pages-join": "The pages of a list, put together, are the list.",
            "total-true": "What a list tells of itself (total, count, page, size, next) is true.",
            "ordered": "A list is in the declared order.",
            "sorted": "A list is in the order that was asked for.",
        },
        "requests": {
            "location-leads": "A Location leads to the resource that was made.",
            "etag-follows": "An ETag changes when the resource does, and stays when it stays.",
            "precondition-kept": "A change on a condition that does not hold is refused.",
            "not-modified": "A conditional read answers 304 where nothing has changed.",
            "precondition-required": "A change without the required condition is refused.",
            "idempotent-replay": "The same request with the same key gets the same answer and makes nothing.",
            "key-reuse-refused": "A key that was used for another request is refused.",
            "key-per-principal": "The keys of one principal mean nothing to another.",
            "one-winner": "Of requests that race and cannot all win, one wins.",
        },
    }.items()
    for name, promise in laws.items()
}
"""Every law by its name."""

DOCUMENTED = frozenset({"documented-status", "documented-body", "documented-header"})
"""Laws that hold for every answer, also for that of a gate before the server."""


def is_of_answers(law: str) -> bool:
    """Return whether a law is about an answer by itself: its status is what tells one breach from another."""
    return law == "no-crash" or law in DOCUMENTED

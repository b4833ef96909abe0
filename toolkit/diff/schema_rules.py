"""How schemas differ, and what each difference means in a request and in a response."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from toolkit.diff.change import BREAKING, MAYBE, SAFE, Rule

REQUEST = "request"
"""What the client sends: parameters and request bodies."""

RESPONSE = "response"
"""What the client gets: response bodies and headers, and what is sent to its webhooks."""

NARROWER, WIDER, OTHER, UNKNOWN = "narrower", "wider", "other", "unknown"

_VERDICTS = {
    (REQUEST, NARROWER): (BREAKING, "so a request that was fine may be refused."),
    (REQUEST, WIDER): (SAFE, "and every request that was fine still is."),
    (REQUEST, OTHER): (BREAKING, "so a request that was fine may be refused."),
    (REQUEST, UNKNOWN): (MAYBE, "and which requests it refuses now cannot be told."),
    (RESPONSE, NARROWER): (SAFE, "and whatever comes is still as it was documented."),
    (RESPONSE, WIDER): (BREAKING, "so a client may get what it was never told of."),
    (RESPONSE, OTHER): (BREAKING, "so a client may get what it was never told of."),
    (RESPONSE, UNKNOWN): (MAYBE, "and whether a client gets what it was never told of cannot be told."),
}

_BOUNDS = {
    "minimum": ("The smallest number allowed", "raised", "lowered"),
    "maximum": ("The biggest number allowed", "lowered", "raised"),
    "min-length": ("The shortest text allowed", "raised", "lowered"),
    "max-length": ("The longest text allowed", "lowered", "raised"),
    "min-items": ("The least number of items", "raised", "lowered"),
    "max-items": ("The greatest number of items", "lowered", "raised"),
    "min-properties": ("The least number of properties", "raised", "lowered"),
    "max-properties": ("The greatest number of properties", "lowered", "raised"),
}

_KINDS = {
    "type-changed": (OTHER, "The value has another type"),
    "type-narrowed": (NARROWER, "Fewer types are allowed"),
    "type-widened": (WIDER, "More types are allowed"),
    "null-forbidden": (NARROWER, "Null is allowed no more"),
    "null-allowed": (WIDER, "Null is allowed"),
    "enum-value-removed": (NARROWER, "A value is no longer one of those allowed"),
    "enum-value-added": (WIDER, "There is a new value among those allowed"),
    "became-enum": (NARROWER, "Only some values are allowed, where any was"),
    "enum-opened": (WIDER, "Any value is allowed, where only some were"),
    **{
        f"{name}-{tighter}": (NARROWER, f"{what} is {tighter}, or new")
        for name, (what, tighter, _) in _BOUNDS.items()
    },
    **{
        f"{name}-{looser}": (WIDER, f"{what} is {looser}, or gone")
        for name, (what, _, looser) in _BOUNDS.items()
    },
    "pattern-added": (NARROWER, "Texts must match a pattern"),
    "pattern-removed": (WIDER, "Texts need not match a pattern any more"),
    "pattern-changed": (UNKNOWN, "Texts must match another pattern"),
    "format-added": (NARROWER, "Values must have a format"),
    "format-removed": (WIDER, "Values need not have a format any more"),
    "format-changed": (OTHER, "Values have another format"),
    "multiple-added": (NARROWER, "Numbers must be multiples of another"),
    "multiple-removed": (WIDER, "Numbers need not be multiples of another any more"),
    "multiple-changed": (OTHER, "Numbers must be multiples of something else"),
    "items-must-differ": (NARROWER, "Items must differ from each other"),
    "items-may-repeat": (WIDER, "Items may be the same"),
    "alternative-removed": (NARROWER, "One of several forms is allowed no more"),
    "alternative-added": (WIDER, "There is a new one among several forms"),
    "alternatives-changed": (UNKNOWN, "The form is chosen in another way"),
    "discriminator-changed": (UNKNOWN, "Another property tells the forms apart"),
    "additional-properties-closed": (NARROWER, "Properties that are not named are shut out"),
    "additional-properties-opened": (WIDER, "Properties that are not named are let in"),
    "schema-closed": (NARROWER, "No value at all is allowed"),
    "schema-opened": (WIDER, "There may be a value, where there was none"),
    "constraint-added": (NARROWER, "There is another condition"),
    "constraint-removed": (WIDER, "A condition is gone"),
    "constraint-changed": (UNKNOWN, "A condition is another"),
}

_OWN = {
    REQUEST: (
        ("property-added", SAFE, "Nobody has to send it."),
        ("required-property-added", BREAKING,
         "Requests without it are refused, and old clients do not know it."),
        ("property-removed", MAYBE,
         "A client that sends it is refused or not heard; which, the document leaves open."),
        ("property-shut-out", BREAKING,
         "It is gone, and properties that are not named are shut out, so a request with it is refused."),
        ("property-became-required", BREAKING, "Requests without it were fine, and are refused."),
        ("property-became-optional", SAFE, "Requests with it are still fine."),
        ("property-became-read-only", MAYBE,
         "A client that sends it is refused or not heard; which, the document leaves open."),
        ("property-no-longer-read-only", SAFE, "It may be sent, and need not."),
        ("required-property-no-longer-read-only", BREAKING, "It must be sent now, and old clients do not."),
        ("property-deprecated", SAFE, "It still works; what will become of it is announced."),
        ("default-changed", MAYBE, "A request that leaves it out now means something else."),
    ),
    RESPONSE: (
        ("property-added", SAFE, "Clients ignore what they do not know."),
        ("property-let-in", MAYBE,
         "Properties that are not named were shut out, so a client that checks answers refuses it."),
        ("property-removed", MAYBE, "It was never promised, but a client that reads it finds nothing."),
        ("required-property-removed", BREAKING, "Clients could rely on it, and it is gone."),
        ("property-became-required", SAFE, "It is there whenever it was."),
        ("property-became-optional", BREAKING, "Clients could rely on it, and it may be missing."),
        ("property-became-write-only", BREAKING, "It is shown no more."),
        ("property-no-longer-write-only", SAFE, "It is shown; clients ignore what they do not know."),
        ("property-deprecated", SAFE, "It is still there; what will become of it is announced."),
        ("default-changed", SAFE, "What a server answers does not depend on it."),
    ),
}  # fmt: skip


def schema_rules() -> Iterator[Rule]:
    """Yield the rules for differences of schemas, of both directions."""
    for side in (REQUEST, RESPONSE):
        group = f"Schemas of a {side}"
        for kind, verdict, reason in _OWN[side]:
            yield Rule(f"{side}-{kind}", group, verdict, reason)
        for kind, (effect, what) in _KINDS.items():
            verdict, consequence = _VERDICTS[side, effect]
            yield Rule(f"{side}-{kind}", group, verdict, f"{what}, {consequence}")


BOUND_KINDS: Mapping[str, tuple[str, str]] = {
    name: (tighter, looser) for name, (_, tighter, looser) in _BOUNDS.items()
}
"""By bound, the words for one that is tighter and for one that is looser."""

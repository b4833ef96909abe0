"""What differs between two documents outside of schemas and lifecycles, and what it means."""

from __future__ import annotations

from collections.abc import Iterator

from toolkit.diff.change import BREAKING, MAYBE, SAFE, Rule

_GROUPS = {
    "Operations": (
        ("operation-added", SAFE, "Nobody calls it yet."),
        ("operation-removed", BREAKING, "Clients that call it fail, and nothing had announced it."),
        ("deprecated-operation-removed", MAYBE,
         "It was announced, but without a day: whether clients have gone cannot be told."),
        ("operation-removed-before-sunset", BREAKING,
         "Clients were told they could call it until a later day."),
        ("operation-removed-after-sunset", SAFE, "The day that was announced has passed."),
        ("operation-deprecated", SAFE, "It still works; what will become of it is announced."),
        ("operation-sunset-earlier", BREAKING, "Clients were told they could call it until a later day."),
        ("operation-sunset-later", SAFE, "Clients have more time than they were told."),
        ("operation-id-changed", MAYBE,
         "It travels nowhere, but generated clients name their functions by it."),
        ("server-added", SAFE, "Clients may stay where they are."),
        ("server-removed", MAYBE,
         "Clients that ask there may find nobody; the document does not say whether it is gone."),
        ("webhook-added", SAFE, "It is sent to those who ask for it."),
        ("webhook-removed", BREAKING, "Clients that wait for it wait for ever."),
        ("callback-added", SAFE, "It is sent to those who ask for it."),
        ("callback-removed", BREAKING, "Clients that wait for it wait for ever."),
    ),
    "Parameters": (
        ("parameter-added", SAFE, "Nobody has to send it."),
        ("required-parameter-added", BREAKING,
         "Requests without it are refused, and old clients do not know it."),
        ("parameter-removed", MAYBE,
         "A client that sends it is refused or not heard; which, the document leaves open."),
        ("parameter-became-required", BREAKING, "Requests without it were fine, and are refused."),
        ("parameter-became-optional", SAFE, "Requests with it are still fine."),
        ("parameter-style-changed", BREAKING,
         "The same value is written in another way, so what clients send is read wrongly."),
        ("parameter-media-type-changed", BREAKING,
         "The value is written in another format, so what clients send cannot be read."),
        ("parameter-empty-value-refused", BREAKING,
         "It could be sent without a value, and such requests are refused."),
        ("parameter-empty-value-allowed", SAFE, "Requests with a value are still fine."),
        ("parameter-deprecated", SAFE, "It still works; what will become of it is announced."),
    ),
    "Request bodies": (
        ("request-body-added", SAFE, "Nobody has to send one."),
        ("required-request-body-added", BREAKING, "Requests without one were fine, and are refused."),
        ("request-body-removed", BREAKING, "What clients say in it is not heard any more."),
        ("request-body-became-required", BREAKING, "Requests without one were fine, and are refused."),
        ("request-body-became-optional", SAFE, "Requests with one are still fine."),
        ("request-media-type-added", SAFE, "Clients may send what they did."),
        ("request-media-type-removed", BREAKING, "Clients that send it are refused."),
        ("request-encoding-changed", MAYBE,
         "Parts of the body are written in another way; whether the old one is still read cannot be told."),
    ),
    "Responses": (
        ("success-status-added", MAYBE,
         "A client that expects one status for success may take another for a failure."),
        ("success-status-removed", BREAKING, "Clients that wait for this status never get it."),
        ("error-status-added", SAFE,
         "Clients treat a status they do not know as any other of its class (RFC 9110, section 15)."),
        ("error-status-removed", MAYBE, "A client that reacts to it may get something else instead."),
        ("default-response-added", SAFE, "It describes what was left open."),
        ("default-response-removed", MAYBE, "What it described is left open, and may be anything."),
        ("response-media-type-added", SAFE, "Clients get what they ask for by Accept."),
        ("response-media-type-removed", BREAKING, "Clients that ask for it, or can read nothing else, fail."),
        ("response-header-added", SAFE, "Clients ignore what they do not know."),
        ("response-header-removed", MAYBE,
         "It was never promised, but a client that reads it finds nothing."),
        ("required-response-header-removed", BREAKING, "Clients could rely on it, and it is gone."),
        ("response-header-became-required", SAFE, "It is there whenever it was."),
        ("response-header-became-optional", BREAKING, "Clients could rely on it, and it may be missing."),
        ("response-link-added", SAFE, "Clients ignore what they do not know."),
        ("response-link-removed", MAYBE, "It travels nowhere, but tools that follow links lose a way."),
    ),
    "Security": (
        ("security-added", BREAKING, "Anybody could call it, and now a credential is needed."),
        ("security-removed", SAFE, "A credential is needed no more, and does no harm."),
        ("security-alternative-added", SAFE, "Clients may use the credentials they have."),
        ("security-alternative-removed", BREAKING, "Clients with these credentials are refused."),
        ("security-scope-added", BREAKING, "Clients whose token lacks the scope are refused."),
        ("security-scope-removed", SAFE, "A token with more scopes than needed is still good."),
        ("security-scheme-changed", BREAKING,
         "The credential is sent in another place or way, and clients send it as before."),
        ("oauth-flow-removed", BREAKING, "Clients that get their tokens by it get none."),
        ("oauth-flow-added", SAFE, "Clients may get their tokens as before."),
        ("oauth-url-changed", MAYBE, "Clients that know the old address may find nobody there."),
        ("oauth-scope-withdrawn", BREAKING, "Clients that ask for the scope are refused a token."),
    ),
}  # fmt: skip


def document_rules() -> Iterator[Rule]:
    """Yield the rules for what a document says of operations, apart from schemas and lifecycles."""
    for group, rules in _GROUPS.items():
        yield from (Rule(name, group, verdict, reason) for name, verdict, reason in rules)

"""Conditions: requests that count only once, or only while nothing has changed."""

from __future__ import annotations

from typing import Any

from toolkit.drafting.draft import Draft
from toolkit.drafting.fields import Fields
from toolkit.survey import replies
from toolkit.survey.acting import Act
from toolkit.survey.spelling import plain

_ASKING = ("if-match", "if-none-match")


def conditional(draft: Draft, fields: Fields) -> None:
    """Let changes be conditional where the document has an `ETag`, or a header that names one."""
    acts = fields.resource.acting("create", "get", "update", "trigger", "remove", "replace")
    places = [act.operation.id for act in acts if _has_tag(fields, act)]
    if places and fields.resource.acting("get"):
        is_required = any("428" in act.operation.responses for act in acts)
        draft.raw["etag"] = {"required": is_required}
        draft.note(("etag",), f"ETag, If-Match or If-None-Match is documented at {', '.join(places)}")


def _has_tag(fields: Fields, act: Act) -> bool:
    asks = any(each.place == "header" and each.name.lower() in _ASKING for each in act.operation.parameters)
    found = replies.replies(fields.ground.data, act.operation)
    return asks or any("etag" in map(str.lower, each.headers) for each in found)


def once(draft: Draft, act: Act) -> dict[str, Any]:
    """Return what a rule says of a header with a key that makes a request count once; else nothing."""
    for each in act.operation.parameters:
        if each.place == "header" and "idempot" in plain(each.name):
            draft.note(("operations", act.operation.id, "idempotency"), "so its header is called")
            return {"idempotency": {"header": each.name}}
    return {}

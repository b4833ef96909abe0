"""Acts: what each operation does to the resource whose path it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from speckit.operation import Operation
from toolkit.survey import replies
from toolkit.survey.routes import Group, Route, verb
from toolkit.survey.spelling import plain, words
from toolkit.survey.vocabulary import RESULTS, SEARCHES

_WRITES = ("PUT", "PATCH")


@dataclass(frozen=True, slots=True)
class Act:
    """What one operation does to a resource.

    Attributes:
        role: `create`, `get`, `list`, `update`, `replace`, `remove`, `trigger`, `part`, or `other` for a POST
            that sends nothing and asks for something that no known word says.
        verb: What a trigger asks for, in one word for all spellings; `upsert` for a create that may change
            instead.
        part: The word of the part that is shown, or of what else is asked; of a create, the path parameter
            with the new id.
        why: Why that is thought.
        is_sure: Whether method and path say so.
        said: The operation's description.
    """

    operation: Operation
    role: str
    why: str
    is_sure: bool = True
    verb: str = ""
    part: str = ""
    said: str = ""


def acted(group: Group, data: Mapping[str, Any]) -> Iterator[Act]:
    """Yield what the operations of a collection do."""
    for each in group.whole:
        yield from _on_whole(each, data)
    has_maker = any(makes(each) for each in group.whole)
    for each in group.item:
        yield from _on_item(each, data, has_maker=has_maker)
    for word, each in group.below:
        yield from _below(word, each, data)


def _on_whole(each: Route, data: Mapping[str, Any]) -> Iterator[Act]:
    method = each.operation.method
    lists = [
        reply.form and replies.listed(reply.form) is not None
        for reply in replies.replies(data, each.operation)
    ]
    if method == "GET" and any(lists):
        yield Act(each.operation, "list", "GET on a collection, answered with several")
    elif method == "POST" and not _is_search(each, any(lists)):
        asked = "upsert" if _is_upsert(each) else ""
        yield Act(each.operation, "create", "POST on a collection", verb=asked)
    elif method in _WRITES and _is_upsert(each):
        yield Act(each.operation, "create", f"{method} on a collection, called so", False, "upsert")
    elif method == "DELETE" and each.operation.body is None:
        yield Act(each.operation, "clear", "DELETE on a collection", False, "delete")


def _is_upsert(each: Route) -> bool:
    """Return whether an operation makes something, or changes it where it is there already."""
    said = f"{' '.join(words(each.operation.id))} {each.operation.summary}".lower()
    return any(phrase in said for phrase in ("or update", "or updates", "upsert", "or replace"))


def _is_search(each: Route, answers_with_several: bool | None) -> bool:
    """Return whether a POST asks for some of what there is, and makes nothing."""
    said = {*words(each.operation.id if " " not in each.operation.id else ""), *words(each.shape[-1])}
    return bool(said & SEARCHES) and bool(answers_with_several)


def _on_item(each: Route, data: Mapping[str, Any], *, has_maker: bool) -> Iterator[Act]:
    method = each.operation.method
    asked, word = verb(each)
    if method == "GET":
        yield Act(each.operation, "get", "GET on one of a collection")
    elif method in ("PUT", "POST") and (_is_upsert(each) or (method == "PUT" and not has_maker)):
        yield Act(
            each.operation,
            "create",
            f"{method} on one of a collection, which makes it where it is not",
            False,
            "upsert",
            part=each.params[-1],
        )
    elif method in _WRITES:
        yield Act(each.operation, "update", f"{method} on one of a collection")
    elif method == "DELETE" and asked not in ("", "delete"):
        yield Act(each.operation, "trigger", f"DELETE, but it is called '{word}'", False, asked)
    elif method == "DELETE":
        yield Act(each.operation, "remove", "DELETE on one of a collection", verb="delete")
    elif method == "POST" and asked and each.operation.body is None:
        yield Act(each.operation, "trigger", f"POST on one of a collection, called '{word}'", False, asked)
    elif method == "POST" and words(each.operation.id)[:1] == ("replace",):
        yield Act(each.operation, "replace", "POST on one of a collection, called 'replace'", False)
    elif method == "POST" and replies.sent(data, each.operation) is not None:
        yield Act(each.operation, "update", "POST with a body on one of a collection", False)


def _below(word: str, each: Route, data: Mapping[str, Any]) -> Iterator[Act]:
    method = each.operation.method
    asked, spelled = verb(each, word)
    if method in ("POST", "PUT", "PATCH", "DELETE") and asked and (asked != "delete" or spelled == word):
        is_sure = plain(word).startswith(spelled)
        yield Act(each.operation, "trigger", f"{method} with the verb '{spelled}'", is_sure, asked)
    elif method == "GET":
        part = f"GET on '{word}' of one"
        yield Act(
            each.operation, "part", part, plain(word) in RESULTS or word in ("status", "state"), part=word
        )
    elif method == "POST" and each.operation.body is None:
        yield Act(each.operation, "other", f"POST on '{word}' of one, which sends nothing", False, part=word)


def makes(each: Route) -> bool:
    """Return whether an operation adds to a collection."""
    return each.operation.method == "POST"

"""How a resource differs in what it is: its id, its parents, its fields, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterable

from speckit.lifecycle import Parent, Path, Unique
from speckit.pointer import render
from toolkit.diff.living.pair import Pair


def compare_resource(pair: Pair) -> None:
    """Write down how a resource differs, apart from its states and operations."""
    for compare in (_identity, _parents, _fields, _views, _times, _history, _etag, _uniqueness):
        compare(pair)


def _identity(pair: Pair) -> None:
    old, new = pair.old.identity, pair.new.identity
    if old.field != new.field:
        what = f"The id is at {render(new.field)}, not at {render(old.field)}."
        pair.add("identity-field-changed", what, ("identity", "field"))
    if old.type != new.type:
        pair.add(
            "identity-type-changed", f"The id is of type {new.type}, not {old.type}.", ("identity", "type")
        )
    elif old.generate != new.generate:
        pair.add("identity-form-changed", "New ids are made in another way.", ("identity", "generate"))
    ones, others = {path for _, path in old.alternates}, {path for _, path in new.alternates}
    for path in sorted(ones - others):
        pair.add(
            "identity-alternate-removed",
            f"{render(path)} does not name it any more.",
            ("identity", "alternates"),
        )
    for path in sorted(others - ones):
        pair.add("identity-alternate-added", f"{render(path)} names it, too.", ("identity", "alternates"))


def _parents(pair: Pair) -> None:
    ones, others = _by_field(pair.old.parents.values()), _by_field(pair.new.parents.values())
    for field, one in ones.items():
        if field not in others:
            pair.add("parent-removed", f"It needs no '{one.name}'.", ("parents", one.name), ("parents",))
        elif pair.known(one.resources) != others[field].resources:
            what = f"It stands below another resource: {' or '.join(others[field].resources)}."
            pair.add("parent-changed", what, ("parents", one.name), ("parents", others[field].name))
    for field, other in others.items():
        if field not in ones:
            pair.add("parent-added", f"It needs a '{other.name}'.", ("parents",), ("parents", other.name))


def _by_field(parents: Iterable[Parent]) -> dict[Path, Parent]:
    return {each.field: each for each in parents}


def _fields(pair: Pair) -> None:
    for path in (each for each in pair.new.hidden if each not in pair.old.hidden):
        if path[0] in dict(pair.old.initially):
            pair.add("field-hidden", f"{render(path)} is not shown.", ("initially", path[0]), ("hidden",))
    for path in (each for each in pair.old.hidden if each not in pair.new.hidden):
        if path[0] in dict(pair.new.initially):
            pair.add("field-shown", f"{render(path)} is shown.", ("hidden",), ("initially", path[0]))
    unseen = {path[0] for path in (*pair.old.hidden, *pair.new.hidden) if len(path) == 1}
    one, other = ({n: v for n, v in each.initially if n not in unseen} for each in (pair.old, pair.new))
    for name in dict.fromkeys((*one, *other)):
        if name not in other:
            pair.add("initial-field-removed", f"'{name}' is not there at first.", ("initially", name))
        elif name not in one:
            pair.add("initial-field-added", f"'{name}' is there at first.", ("initially", name))
        elif one[name] != other[name]:
            pair.add("initial-field-changed", f"'{name}' begins with another value.", ("initially", name))


def _views(pair: Pair) -> None:
    for name, view in pair.old.views.items():
        if name in pair.new.views and view != pair.new.views[name]:
            pair.add("view-changed", f"The view '{name}' shows it in another way.", ("views", name))


def _times(pair: Pair) -> None:
    old, new = pair.old.timestamps, pair.new.timestamps
    if old.format != new.format:
        what = f"Times are written as {new.format}, not {old.format}."
        pair.add("timestamp-format-changed", what, ("timestamps", "format"))
    ones = {
        "created": old.created,
        "updated": old.updated,
        **{pair.state(k) or k: v for k, v in old.entered.items()},
    }
    others = {"created": new.created, "updated": new.updated, **new.entered}
    for name in dict.fromkeys((*ones, *others)):
        one, other = ones.get(name), others.get(name)
        if one and one != other:
            what = f"{render(one)} does not tell the time of '{name}' any more."
            pair.add("timestamp-withdrawn", what, ("timestamps",))
        if other and one != other:
            pair.add("timestamp-added", f"{render(other)} tells the time of '{name}'.", ("timestamps",))


def _history(pair: Pair) -> None:
    old, new = pair.old.history, pair.new.history
    if old and (not new or old.field != new.field):
        pair.add("history-withdrawn", f"{render(old.field)} is not kept any more.", ("history",))
    if new and (not old or old.field != new.field):
        pair.add("history-added", f"{render(new.field)} tells what has happened.", ("history",))
    elif old and new and old.entry != new.entry:
        pair.add("history-changed", "Its entries are made in another way.", ("history", "entry"))


def _etag(pair: Pair) -> None:
    old, new = pair.old.etag, pair.new.etag
    if old and not new:
        pair.add("etag-withdrawn", "It has no ETag any more.", ("etag",))
    needs = bool(new and new.required)
    if needs and not (old and old.required):
        pair.add("etag-became-required", "A change needs If-Match.", ("etag",))
    elif new and not old:
        pair.add("etag-added", "It has an ETag.", ("etag",))
    elif new and old and old.required and not needs:
        pair.add("etag-became-optional", "A change needs no If-Match.", ("etag",))


def _uniqueness(pair: Pair) -> None:
    ones, others = ({frozenset(u.fields): u for u in each.unique} for each in (pair.old, pair.new))
    for fields in dict.fromkeys((*ones, *others)):
        one, other = ones.get(fields), others.get(fields)
        rule, word = _kept(pair, one, other)
        if rule:
            names = ", ".join(sorted(map(render, fields)))
            pair.add(rule, f"That no two share {names} {word}.", ("unique",))


def _kept(pair: Pair, old: Unique | None, new: Unique | None) -> tuple[str, str]:
    if old is None:
        return "unique-added", "is new"
    if new is None:
        return "unique-withdrawn", "is not asked any more"
    was = set(pair.now(old.states or pair.old.states))
    now = set(new.states or pair.new.states) & set(pair.states.values())
    if now - was:
        return "unique-widened", "holds in more states"
    return ("unique-narrowed", "holds in fewer states") if was - now else ("", "")

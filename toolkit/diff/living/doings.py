"""How an operation differs in what it does, and in who may call it."""

from __future__ import annotations

from speckit.pointer import render
from toolkit.diff.living.pair import Deed


def compare_doings(deed: Deed) -> None:
    """Write down how what an operation does to its resource differs."""
    if deed.old.role != deed.new.role:
        deed.add("role-changed", f"It is a {deed.new.role}, and was a {deed.old.role}.", "role")
        return
    for compare in (_roles, _idempotency, _writes, _making, _others):
        compare(deed)


def _roles(deed: Deed) -> None:
    one, other = set(deed.old.roles), set(deed.new.roles)
    lost = other and (not one or one - other)
    if lost:
        what = f"One of these roles is needed: {', '.join(sorted(other))}."
        deed.add("roles-narrowed", what, "roles")
    elif one != other:
        what = f"More callers may: {', '.join(sorted(other)) or 'all'}."
        deed.add("roles-widened", what, "roles")


def _idempotency(deed: Deed) -> None:
    one, other = deed.old.idempotency_header, deed.new.idempotency_header
    if one == other:
        return
    if not other:
        deed.add("idempotency-withdrawn", f"The header '{one}' has no meaning any more.", "idempotency")
    elif one:
        what = f"The key is in the header '{other}', not '{one}'."
        deed.add("idempotency-header-changed", what, "idempotency")
    else:
        deed.add("idempotency-added", f"The header '{other}' makes it safe to ask again.", "idempotency")


def _writes(deed: Deed) -> None:
    one, other = dict(deed.old.change), dict(deed.new.change)
    for path in {**one, **other}:
        name = render(path)
        if path not in other:
            deed.add("write-withdrawn", f"It does not write {name} any more.", "change", name)
        elif path not in one:
            deed.add("write-added", f"It writes {name}.", "change", name)
        elif one[path] != other[path]:
            deed.add("write-changed", f"It writes {name} in another way.", "change", name)


def _making(deed: Deed) -> None:
    if (deed.old.set, deed.old.id) != (deed.new.set, deed.new.id):
        deed.add("creation-changed", "It fills in other fields, or another id.", "set")
    before = deed.pair.known(deed.old.makes)
    for name in (each for each in before if each not in deed.new.makes):
        deed.add("offspring-withdrawn", f"It makes no '{name}' any more.", "makes")
    for name in (each for each in deed.new.makes if each not in before):
        deed.add("offspring-added", f"It makes a '{name}', too.", "makes")


def _others(deed: Deed) -> None:
    if deed.old.ids != deed.new.ids:
        deed.add("batch-changed", f"It is for those at {deed.new.ids or 'all places'}.", "ids")
    if deed.old.of != deed.new.of:
        deed.add("parts-changed", f"It shows {render(deed.new.of)}, not {render(deed.old.of)}.", "of")

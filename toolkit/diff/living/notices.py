"""How what a resource sends to those who asked to be told differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from speckit.faults import Pointer
from speckit.lifecycle import Notice
from toolkit.diff.living.guards import compared
from toolkit.diff.living.pair import Pair

_Key = tuple[str, str]
"""The operation, empty for a webhook, and the name."""

_Sent = dict[_Key, list[tuple[int, Notice]]]
"""By what is sent: where it stands in the list, and how it is sent."""

_PARTS: Mapping[str, Callable[[Notice], Any]] = {
    "another body": lambda notice: (notice.body, notice.view),
    "other headers": lambda notice: notice.headers,
    "another number of retries": lambda notice: notice.retries,
}


def compare_notices(pair: Pair) -> None:
    """Write down what is sent no more, anew, or otherwise, by states and transitions that there still are."""
    for name, state in pair.old.states.items():
        if (now := pair.states.get(name)) is not None:
            at = (("state", "states", name), ("state", "states", now))
            _compare(pair, f"when '{now}' is entered", at, state.sends, pair.new.states[now].sends)
    others = {each.name: (number, each) for number, each in enumerate(pair.new.transitions)}
    for number, one in enumerate(pair.old.transitions):
        if one.name in others:
            there, other = others[one.name]
            where = (("transitions", number), ("transitions", there))
            _compare(pair, f"by '{one.name}'", where, one.sends, other.sends)


def _compare(
    pair: Pair,
    moment: str,
    places: tuple[Pointer, Pointer],
    old: Sequence[Notice],
    new: Sequence[Notice],
) -> None:
    ones, others = _sent(old, pair.operations), _sent(new, {})
    one_at, other_at = ((*place, "sends") for place in places)
    fresh = {key: other for key, other in others.items() if key not in ones}
    for key, one in ones.items():
        here = (*one_at, one[0][0])
        if key in others:
            for rule, what in _changes(one, others[key]):
                there = (*other_at, others[key][0][0])
                pair.add(rule, f"{_called(key)}, sent {moment}, {what}.", here, there)
        elif (instead := next((each for each in fresh if each[0] == key[0]), None)) is not None:
            what = f"{_called(instead)} is sent {moment}, not {_called(key, starts=False)}."
            pair.add("notice-replaced", what, here, (*other_at, fresh.pop(instead)[0][0]))
        else:
            what = f"{_called(key)} is not sent {moment} any more."
            pair.add("notice-withdrawn", what, here, other_at)
    for key, other in fresh.items():
        pair.add("notice-added", f"{_called(key)} is sent {moment}.", one_at, (*other_at, other[0][0]))


def _sent(notices: Sequence[Notice], operations: Mapping[str, str]) -> _Sent:
    found: _Sent = {}
    for number, each in enumerate(notices):
        key = (operations.get(each.operation, each.operation), each.name)
        found.setdefault(key, []).append((number, each))
    return found


def _called(key: _Key, *, starts: bool = True) -> str:
    operation, name = key
    article = "The" if starts else "the"
    return f"{article} callback '{name}' of {operation}" if operation else f"{article} webhook '{name}'"


def _changes(old: list[tuple[int, Notice]], new: list[tuple[int, Notice]]) -> list[tuple[str, str]]:
    ones, others = [each for _, each in old], [each for _, each in new]
    found = []
    if compared([each.when for each in ones], [each.when for each in others]):
        found.append(("notice-condition-changed", "depends on other conditions"))
    if parts := [name for name, read in _PARTS.items() if [*map(read, ones)] != [*map(read, others)]]:
        found.append(("notice-changed", f"has {' and '.join(parts)}"))
    return found

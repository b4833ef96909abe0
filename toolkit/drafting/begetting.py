"""Begetting: what no operation makes comes about when the work of what it is below is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from toolkit.drafting.draft import Draft
from toolkit.drafting.line import one

_NONE = (
    "nothing makes one, and none is there from the start: say what does with 'makes' in a transition or an "
    "operation of {above}, or write a 'seed'"
)


def beget(drafts: Iterable[Draft]) -> None:
    """Let what is below another one, and nothing makes, come about with its good end; else note that."""
    known = {each.name: each for each in drafts}
    for draft in known.values():
        if draft.held and not _begotten(known, draft):
            draft.guess(("#left",), _NONE.format(above=draft.held))


def _begotten(known: Mapping[str, Draft], draft: Draft) -> bool:
    above = known.get(draft.held)
    if above is None or "generate" not in draft.raw["identity"]:
        return False
    for index, raw in enumerate(above.raw.get("transitions", ())):
        if raw["name"] == "finish" and "after" in raw:
            made = raw.get("makes", [])
            raw["makes"] = one([*([made] if isinstance(made, str) else made), draft.name])
            note = above.notes["transitions", index].text
            above.guess(("transitions", index), f"{note}; by no operation comes any {draft.name}, so by this")
            return True
    return False


def unbegotten(drafts: Mapping[str, Draft], name: str) -> None:
    """Let nothing make `name`, which is gone."""
    for draft in drafts.values():
        for raw in draft.raw.get("transitions", ()):
            made = raw.get("makes", [])
            left = [each for each in ([made] if isinstance(made, str) else made) if each != name]
            if left:
                raw["makes"] = one(left)
            else:
                raw.pop("makes", None)

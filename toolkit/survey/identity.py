"""Identity: which field tells one resource from another, and where new ids come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from speckit import pointer
from speckit.lifecycle import Path
from toolkit.survey.forms import Form
from toolkit.survey.generating import New, generators
from toolkit.survey.spelling import plain, singular, words

_USUAL = ("id", "uuid", "guid", "gid", "uid", "identifier", "key", "slug", "name", "number", "code")


@dataclass(frozen=True, slots=True)
class Identified:
    """Which field is the id.

    Attributes:
        field: Where it is; a field of our own where the document shows none.
        form: What it looks like; None where it is not shown.
        generate: How new ids may be made, the likeliest first.
        is_integer: Whether ids are whole numbers.
        why: Why this field.
        is_sure: Whether its name says so.
    """

    field: Path
    form: Form | None
    generate: tuple[New, ...]
    is_integer: bool
    why: str
    is_sure: bool


def identified(item: Form, param: str, noun: str, shown: Any = None) -> Identified:
    """Return the identity of `item`, which paths name by `param` and call `noun`.

    Args:
        shown: An example of the whole.
    """
    for path, form in _candidates(item, param, noun):
        is_same = plain(path[-1]) == plain(param)
        why = f"'{path[-1]}' is what the path calls {{{param}}}" if param else f"'{path[-1]}' is a usual name"
        is_integer = form.kind in ("integer", "number")
        made = generators(form, (pointer.read(shown, path), *form.examples))
        return Identified(path, form, made, is_integer, why, is_same or path[-1] == "id")
    why = "no field of it looks like its id, so the server keeps one that is not shown"
    return Identified(("id",), None, (New("$random.uuid"),), False, why, False)


def _candidates(item: Form, param: str, noun: str) -> Iterator[tuple[Path, Form]]:
    names = {plain(name): name for name in item.members if item.members[name].kind in _KINDS}
    known = (*_spellings(param, noun), "id", f"{plain(singular(noun))}id", *_only(names.values(), noun))
    for wanted in dict.fromkeys((*known, *_USUAL)):
        if wanted in names:
            yield (names[wanted],), item.members[names[wanted]]
        elif wanted == "id":
            yield from _nested(item)


def _only(names: Iterable[str], noun: str) -> list[str]:
    """Return the only name that ends in an id, plain, if it begins as `noun`: `payout_id` of payouts."""
    found = [name for name in names if len(words(name)) > 1 and words(name)[-1] == "id"]
    own = words(singular(noun))
    return [plain(name) for name in found if len(found) == 1 and own and words(name)[: len(own)] == own]


_KINDS = ("string", "integer", "number", "")


def _nested(item: Form) -> Iterator[tuple[Path, Form]]:
    for outer in ("metadata", "meta"):
        held = item.members.get(outer)
        for name in ("id", "uid", "uuid") if held else ():
            if held and name in held.members and held.members[name].kind in _KINDS:
                yield (outer, name), held.members[name]


def _spellings(param: str, noun: str) -> Iterator[str]:
    """Yield what the field may be called that a path calls `param`: `job_name` of a job is its `name`."""
    yield plain(param)
    spelled, own = words(param), words(singular(noun))
    if own and spelled[: len(own)] == own:
        yield "".join(spelled[len(own) :])
    if len(spelled) > 1:
        yield spelled[-1]


def alternate(item: Form, param: str, noun: str, usual: Path) -> Path:
    """Return the field that `param`, another name in paths, stands for: `usual` where nothing else fits."""
    spelled = {plain(name): name for name in item.members}
    wanted = [name for name in _spellings(param, noun) if name != "id"]
    return next(((spelled[name],) for name in wanted if name in spelled), usual)

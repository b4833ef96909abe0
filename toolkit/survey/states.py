"""States: where a resource shows its state, and what the words for it mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from speckit.lifecycle import Path
from toolkit.survey.forms import Form
from toolkit.survey.spelling import plain, words
from toolkit.survey.vocabulary import ENDS_READY, STATE_FIELDS, STATES, Meaning

_CODE = re.compile(r"`\"?([A-Za-z][\w .-]*?)\"?`|'([A-Za-z][\w-]*)'|\"([A-Za-z][\w-]*)\"")
_STEMMED = 4
_AT_MOST_DEEP = 2
_KNOWN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Word:
    """One value of a state, what it means, and why that is thought."""

    value: str
    meaning: Meaning
    why: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Stateful:
    """Where the state is: the field, the words it may have, and whether the document lists them.

    `noise` are values that name no state, such as `UNKNOWN`.
    """

    field: Path
    words: tuple[Word, ...]
    noise: tuple[str, ...]
    is_listed: bool
    why: str
    description: str

    def having(self, category: str, outcome: str | None = None) -> list[Word]:
        """Return the words of a category, in the order of the usual way; only those of `outcome` if given."""
        found = [each for each in self.words if each.meaning.category == category]
        found = [each for each in found if outcome is None or each.meaning.outcome == outcome]
        return sorted(found, key=lambda each: each.meaning.rank)


def stateful(item: Form, settable: frozenset[str]) -> Stateful | None:
    """Return where `item` shows its state; None where no field looks like one.

    Args:
        item: The resource.
        settable: The fields that a client sends when it makes one: what it chooses itself is no state.
    """
    candidates = sorted(_candidates(item, ()), key=lambda pair: (len(pair[0]), _preference(pair[0][-1])))
    for path, form in candidates:
        if path[0] in settable and not form.is_read_only:
            continue
        found = _read(path, form)
        if found is not None and _is_life(found):
            return found
    return None


def _candidates(form: Form, path: Path) -> Iterator[tuple[Path, Form]]:
    for name, member in form.members.items():
        here = (*path, name)
        last = words(name)[-1:] or ("",)
        if last[0] in STATE_FIELDS and member.kind in ("string", ""):
            yield here, member
        elif member.kind == "object" and len(here) < _AT_MOST_DEEP:
            yield from _candidates(member, here)


def _preference(name: str) -> tuple[int, int]:
    spelled = words(name)
    return len(spelled), STATE_FIELDS.index(spelled[-1])


def _read(path: Path, form: Form) -> Stateful | None:
    values, is_listed = (form.words, True) if len(form.words) > 1 else (_told(form), False)
    shared = _shared_words(values)
    read = _settled([_word(value, shared, values) for value in values])
    known = tuple(each for each in read if each.meaning.category)
    noise = tuple(each.value for each in read if not each.meaning.category)
    if len(known) < 2:
        return None
    source = "its enum lists them" if is_listed else "its description or example names them"
    return Stateful(path, known, noise, is_listed, f"'{path[-1]}' is the state: {source}", form.description)


def _settled(read: list[Word]) -> list[Word]:
    """Return `read` with `ready` as the good end, where something works on it and nothing else is one."""
    works = any(each.meaning.category == "active" for each in read)
    if not works or any(each.meaning.outcome == "success" for each in read):
        return read
    end = Meaning("resting", "success", 80)
    return [
        replace(each, meaning=end, why=f"{each.why}, and nothing else is a good end", is_sure=False)
        if words(each.value)[-1:] and words(each.value)[-1] in ENDS_READY
        else each
        for each in read
    ]


def _told(form: Form) -> tuple[str, ...]:
    """Return the words for states that the description and the examples of a free text name."""
    quoted = ("".join(match) for match in _CODE.findall(form.description))
    shown = [each for each in form.examples if isinstance(each, str)]
    return tuple(dict.fromkeys(each for each in (*quoted, *shown) if _looked_up(words(each))))


def _shared_words(values: Iterable[str]) -> int:
    """Return how many first words all values share: the prefix of `STATE_RUNNING`, `STATE_DONE`."""
    cut = [words(value) for value in values]
    least = min((len(each) for each in cut), default=0)
    return next((i for i in range(least) if len({each[i] for each in cut}) > 1), 0) if len(cut) > 1 else 0


def _word(value: str, shared: int, others: tuple[str, ...]) -> Word:
    spelled = words(value)[shared:] or words(value)
    if found := _looked_up(spelled):
        meaning, matched, is_exact = found
        return Word(value, meaning, f"the word '{matched}'", is_exact)
    if ending := _by_ending(spelled, others):
        return _guessed(value, ending)
    return Word(value, Meaning("resting", "", 55), "no known word, so it stays until somebody acts", False)


def _guessed(value: str, meaning: Meaning) -> Word:
    """Return a word understood by its ending alone."""
    return Word(value, meaning, f"its ending, as in '{value}'", False)


def _looked_up(spelled: tuple[str, ...]) -> tuple[Meaning, str, bool] | None:
    """Return the meaning of a name: of all its words, else of the last of them that is known."""
    for start in range(len(spelled)):
        tail = " ".join(spelled[start:])
        if tail in STATES:
            return STATES[tail], tail, start == 0
    for word in spelled[:1]:
        if word in STATES:
            return STATES[word], word, False
    return None


def _by_ending(spelled: tuple[str, ...], others: tuple[str, ...]) -> Meaning | None:
    """Return what `pinning` and `pinned` say of each other: being done, and done."""
    last = spelled[-1]
    stem = _stem(last)
    if last.endswith("ing") and len(last) > _STEMMED:
        return Meaning("active", "", 40)
    working = {
        _stem(words(each)[-1]) for each in others if words(each)[-1:] and words(each)[-1].endswith("ing")
    }
    if last.endswith("ed") and stem in working:
        return Meaning("final", "success", 80)
    return None


def _stem(word: str) -> str:
    return word.removesuffix("ing").removesuffix("ed").removesuffix("e")[:_STEMMED]


def _is_life(found: Stateful) -> bool:
    """Return whether the words tell of something that goes on and ends."""
    is_known = sum(not each.why.startswith("no known") for each in found.words) / len(found.words)
    moving = any(each.meaning.category in ("pending", "active") for each in found.words)
    ending = any(each.meaning.category in ("final", "transient") for each in found.words)
    resting = sum(each.meaning.category == "resting" and each.is_sure for each in found.words)
    return is_known >= _KNOWN_SHARE and moving and (ending or resting > 0)


def named(found: Stateful, *names: str) -> Word | None:
    """Return the first of the words that is spelled like one of `names`."""
    wanted = set(map(plain, names))
    return next((each for each in found.words if plain(each.value) in wanted), None)

"""Ids made up for what nobody makes ids for: such as fit wherever the document shows or names them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, count, islice
from random import Random
from typing import Any

from mockserver.kind import Kind
from mockserver.store import Store
from speckit.pointer import ABSENT
from speckit.sample import Making
from speckit.schema import Schemas

MOST_TRIES = 1000
"""How many ids of one shape are tried."""
_MOST_SHAPES = 24
_MOST_COUNTED = 4
"""How many of the last characters count the ids of one shape."""
_TAIL = re.compile(rf"[0-9A-Za-z]{{1,{_MOST_COUNTED}}}\Z")


class Places:
    """Where ids of one kind stand, and what they have to be like there.

    Args:
        schemas: Those of the document.
        places: The schema of each place.
    """

    def __init__(self, schemas: Schemas, places: Sequence[Any]) -> None:
        self._data = schemas.data
        self._places = places
        found = (schemas.validator_or_none(each, "An id") for each in places)
        self._validators = [each for each in found if each is not None]

    def fits(self, key: Any) -> bool:
        """Return whether `key` may stand in all of them."""
        return all(each.is_valid(key) for each in self._validators)

    def shapes(self) -> Iterator[Any]:
        """Yield values made for all of them, the likeliest first."""
        if not self._places:
            return
        schema = {"allOf": list(self._places)}
        yield Making(self._data).value(schema, ())
        for number in range(_MOST_SHAPES):
            yield Making(self._data, heeds=False, random=Random(number)).value(schema, ())


def coined(kind: Kind, store: Store, usual: Any, places: Places | None) -> Any:
    """Return an id of `kind` that fits and is free; ABSENT where none is found.

    Args:
        kind: Whose id it is.
        store: Where it has to be free.
        usual: What a request would bring; ABSENT where it brings none.
        places: Where it will stand; None where nothing is known of that.
    """
    texts, numbers = _texts(kind, store, usual, places), _numbers(kind, store, places)
    for each in numbers if kind.id_type is int else texts:
        is_typed = each.__class__ is kind.id_type and each != ""
        if is_typed and store.find(each) is None and (places is None or places.fits(each)):
            return each
    return ABSENT


def _numbers(kind: Kind, store: Store, places: Places | None) -> Iterator[int]:
    """Yield the numbers after the last one there is, then such as are made to fit, and those after them."""
    last = max((each.id for each in store), default=0)
    yield from islice(count(max(kind.sequence_start, last + 1)), MOST_TRIES)
    for shape in places.shapes() if places else ():
        if shape.__class__ is int:
            yield from range(shape, shape + MOST_TRIES)


def _texts(kind: Kind, store: Store, usual: Any, places: Places | None) -> Iterator[str]:
    """Yield the usual text and counted ones, then such as are like those there are, or made to fit."""
    plain = usual if isinstance(usual, str) else kind.name.lower()
    yield plain
    yield from (f"{plain}-{number}" for number in islice(count(max(len(store), 1)), MOST_TRIES))
    known = (each.id for each in islice(store, _MOST_SHAPES))
    for shape in chain(known, places.shapes() if places else ()):
        if isinstance(shape, str):
            yield shape
            yield from _counted(shape)


def _counted(shape: str) -> Iterator[str]:
    """Yield texts like `shape` with a number in place of its last characters, then with one before it.

    >>> next(_counted("66ebd0f2"))
    '66eb0001'
    """
    if tail := _TAIL.search(shape):
        size = len(tail[0])
        yield from (f"{shape[:-size]}{number:0{size}d}" for number in range(1, min(10**size, MOST_TRIES)))
    yield from (f"{number}{shape}" for number in range(1, MOST_TRIES))

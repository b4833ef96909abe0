"""New ids, the same for the same seed, principal and moment."""

from __future__ import annotations

from collections import defaultdict
from hashlib import blake2b


class Sequences:
    """Counters for integer ids, one per resource, shared by all worlds as a database's are.

    Two principals therefore never get the same number, and another's job is
    unknown rather than one's own.
    """

    def __init__(self) -> None:
        self._last: dict[str, int] = defaultdict(int)

    def next(self, name: str, start: int) -> int:
        """Return the next number of the counter `name`, at least `start`."""
        self._last[name] = max(self._last[name] + 1, start)
        return self._last[name]

    def last(self, name: str) -> int:
        """Return the number given last."""
        return self._last[name]

    def rewind(self, name: str, last: int) -> None:
        """Take back the numbers after `last`: what is refused uses up none."""
        self._last[name] = last

    def reset(self) -> None:
        """Start every counter again."""
        self._last.clear()


class Pool:
    """What all resources of one kind in one world draw from."""

    def __init__(self, world: bytes, name: str, sequences: Sequences, start: int) -> None:
        self._name = name
        self._sequences = sequences
        self._start = start
        self._keyed = blake2b(key=world, digest_size=32)

    def sequence(self) -> int:
        """Return the next number of the kind's counter."""
        return self._sequences.next(self._name, self._start)

    def digits(self, serial: int, moment: int, number: int) -> str:
        """Return 64 hexadecimal digits, always the same for the same resource, moment and number."""
        drawn = self._keyed.copy()
        drawn.update(f"{self._name}/{serial}/{moment}/{number}".encode())
        return drawn.hexdigest()


MOST_DRAWN = 1000
"""How many random values one change of a resource may need."""


class Drawing:
    """Draws what a change of a resource needs at one moment: numbers in order, random digits."""

    __slots__ = ("_drawn", "_moment", "_pool", "_serial")

    def __init__(self, pool: Pool, serial: int, moment: int, version: int = 0) -> None:
        self._pool = pool
        self._serial = serial
        self._moment = moment
        # A resource may change more than once at one moment.
        self._drawn = version * MOST_DRAWN

    def sequence(self) -> int:
        """Return the next number of the resource's counter."""
        return self._pool.sequence()

    def digits(self) -> str:
        """Return 64 hexadecimal digits nobody can guess from the ones before."""
        self._drawn += 1
        return self._pool.digits(self._serial, self._moment, self._drawn)


def world_key(seed: int, principal: str) -> bytes:
    """Return the key from which all random digits of one principal's world come."""
    return blake2b(f"{seed}/{principal}".encode(), digest_size=32).digest()

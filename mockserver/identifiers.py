"""New ids, the same for the same seed, principal and moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from hashlib import blake2b


class Sequences:
    """Counters for integer ids, one per resource, shared by all worlds as a database's are.

    Two principals therefore never get the same number, and another's job is
    unknown rather than one's own.
    """

    def __init__(self) -> None:
        self.given: dict[str, int] = defaultdict(int)
        """The number given last, by the name of its counter."""

    def next(self, name: str, start: int) -> int:
        """Return the next number of the counter `name`, at least `start`."""
        self.given[name] = max(self.given[name] + 1, start)
        return self.given[name]

    def rewind(self, name: str, last: int) -> None:
        """Take back the numbers after `last`: what is refused uses up none."""
        self.given[name] = last

    def reset(self) -> None:
        """Start every counter again."""
        self.given.clear()


class Pool:
    """What all resources of one kind in one world draw from.

    Args:
        world: The key of the world.
        name: The kind.
        sequences: Where its counter is.
        start: The first number.
        known: Returns the resource with an id, or None: a number that somebody chose is passed over.
    """

    def __init__(
        self, world: bytes, name: str, sequences: Sequences, start: int, known: Callable[[int], object]
    ) -> None:
        self._known = known
        self._name = name
        self._sequences = sequences
        self._start = start
        # What all have in common is taken in once.
        self._keyed = blake2b(f"{name}/".encode(), key=world, digest_size=32)

    def sequence(self) -> int:
        """Return the next number of the kind's counter."""
        number = self._sequences.next(self._name, self._start)
        while self._known(number) is not None:
            number = self._sequences.next(self._name, self._start)
        return number

    def digits(self, serial: int, moment: int, number: int) -> str:
        """Return 64 hexadecimal digits, always the same for the same arguments, that nobody can guess.

        Args:
            serial: The number of the resource they are for.
            moment: When, in microseconds since the Unix epoch.
            number: Which of several drawn at that moment.
        """
        drawn = self._keyed.copy()
        drawn.update(b"%d/%d/%d" % (serial, moment, number))
        return drawn.hexdigest()


MOST_DRAWN = 1000
"""How many random values one change of a resource may need; it may change more than once at one moment."""


def world_key(seed: int, principal: str) -> bytes:
    """Return the key from which all random digits of one principal's world come."""
    return blake2b(f"{seed}/{principal}".encode(), digest_size=32).digest()

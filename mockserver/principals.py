"""Who is asking: credentials, roles, and which world they open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from speckit.faults import DocumentFaults, Fault, Place, Pointer, did_you_mean
from speckit.source import read

ANONYMOUS = "anonymous"
EVERYBODY = "everybody"
"""What the one world is called where all have the same."""


@dataclass(frozen=True, slots=True)
class Principal:
    """One caller.

    Attributes:
        name: What it is called.
        roles: What it may; None for every role there is.
        facts: What is said of it where it asks.
        world: The name of the world in which it asks: its own, or one that others have too.
        hosts: What is said of that world where nobody asks: as of a principal with its name.
    """

    name: str
    roles: frozenset[str] | None
    facts: Mapping[str, Any]
    world: str
    hosts: Mapping[str, Any]

    def may(self, roles: Iterable[str]) -> bool:
        """Return whether one of `roles` is among the caller's, or none is asked for."""
        wanted = tuple(roles)
        return not wanted or self.roles is None or not self.roles.isdisjoint(wanted)


def principal(name: str, roles: Iterable[str] | None = None, number: int | None = None) -> Principal:
    """Return the caller `name` in a world of its own, with a number that is the same wherever the name is."""
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=4).digest()
    fixed = int.from_bytes(digest, "big") >> 1 if number is None else number
    facts = {"name": name, "id": fixed}
    return Principal(name, None if roles is None else frozenset(roles), facts, name, facts)


def _within(guest: Principal, host: Principal) -> Principal:
    """Return `guest` as it asks in the world that is called like `host`."""
    return replace(guest, world=host.name, hosts=host.facts)


@lru_cache(maxsize=1024)
def _anybody(credential: str) -> Principal:
    """Return the caller that `credential` is, where every credential is somebody."""
    return principal(credential)


@lru_cache(maxsize=1024)
def _together(credential: str) -> Principal:
    """Return the caller that `credential` is, where all of them have one world."""
    return _within(principal(credential), principal(EVERYBODY))


class Principals:
    """Tells callers apart by their credential.

    Without a list of principals every credential is a caller of its own, who
    has every role; with one, only the credentials in it are known. With `one_world`
    all of them ask in the same world.
    """

    def __init__(self, known: Mapping[str, Principal] | None = None, *, one_world: bool = False) -> None:
        nobody = principal(ANONYMOUS) if known is None else principal(ANONYMOUS, roles=())
        # By the name, for it may have a token besides.
        anonymous = next((each for each in (known or {}).values() if each.name == ANONYMOUS), nobody)
        if one_world:
            host = principal(EVERYBODY)
            known = None if known is None else {key: _within(each, host) for key, each in known.items()}
            anonymous = _within(anonymous, host)
        self.anonymous = anonymous
        self._known = known
        self._anybody = _together if one_world else _anybody
        self.share = one_world or any(each.world != each.name for each in (known or {}).values())
        """Whether several of them may be in one world."""

    @property
    def roles(self) -> list[str]:
        """The roles that somebody in the list has, each once and in their order."""
        known = (self._known or {}).values()
        return sorted({role for each in known for role in each.roles or ()})

    def by_credential(self, credential: str) -> Principal | None:
        """Return the caller with `credential`, or None if nobody has it."""
        if self._known is not None:
            return self._known.get(credential)
        return self._anybody(credential)

    def named(self, name: str) -> Principal | None:
        """Return the caller called `name`; without a list, the one whose credential it is."""
        if name == ANONYMOUS:
            return self.anonymous
        if self._known is None:
            return self._anybody(name)
        return next((each for each in self._known.values() if each.name == name), None)


def load(file: Path, *, one_world: bool = False) -> Principals:
    """Return the principals listed in `file` (YAML or JSON).

    The file holds `principals`, a list of `{name, token, roles, id, world}`; `roles`,
    `id` and `world` may be left out, and the name `anonymous` needs no token.

    Args:
        file: Where they are listed.
        one_world: All have the same world, whatever is said there.

    Raises:
        DocumentFaults: the file cannot be read or does not hold that.
    """
    data = read(file)
    entries = data.get("principals") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        message = "A file of principals holds a list under 'principals'."
        raise DocumentFaults(
            [Fault((), message, "Write: principals: [{name: ..., token: ...}]", Place(str(file), None))]
        )
    faults = [fault for i, entry in enumerate(entries) for fault in _faults(entry, ("principals", i), file)]
    faults += _repeated(entries, file) if not faults else []
    if faults:
        raise DocumentFaults(faults)
    listed = {entry["name"]: _principal(entry) for entry in entries}
    known = {str(entry.get("token") or ""): _at_home(entry, listed) for entry in entries}
    return Principals(known, one_world=one_world)


def _principal(entry: Mapping[str, Any]) -> Principal:
    return principal(entry["name"], entry.get("roles", ()), entry.get("id"))


def _at_home(entry: Mapping[str, Any], listed: Mapping[str, Principal]) -> Principal:
    """Return the principal in the world that its entry names: somebody's who is listed, or another one."""
    guest, world = listed[entry["name"]], entry.get("world")
    return guest if world is None else _within(guest, listed.get(world) or principal(world))


def _faults(entry: Any, at: Pointer, file: Path) -> Iterable[Fault]:
    place = Place(str(file), None)
    if not isinstance(entry, dict):
        yield Fault(at, "A principal is a mapping.", "Write {name: alice, token: secret, roles: []}.", place)
        return
    known = ("name", "token", "roles", "id", "world")
    for key in entry:
        if key not in known:
            yield Fault((*at, key), f"'{key}' is nothing a principal has.", did_you_mean(key, known), place)
    if not isinstance(entry.get("name"), str) or not entry["name"]:
        yield Fault(at, "A principal needs a name.", "Add name: alice.", place)
    yield from _token_faults(entry, at, place)
    roles = entry.get("roles", [])
    if not isinstance(roles, list) or not all(isinstance(each, str) for each in roles):
        yield Fault((*at, "roles"), "Roles are a list of texts.", "Write roles: [Curator].", place)
    if isinstance(entry.get("id", 0), bool) or not isinstance(entry.get("id", 0), int):
        yield Fault((*at, "id"), "An id is a whole number.", "Write id: 12.", place)
    if not isinstance(entry.get("world", "w"), str) or not entry.get("world", "w"):
        yield Fault((*at, "world"), "A world is called by a text.", "Write world: shop.", place)


def _token_faults(entry: Mapping[str, Any], at: Pointer, place: Place) -> Iterable[Fault]:
    """Yield what is wrong with a token: an empty one would be that of whoever sends none."""
    token = entry.get("token")
    is_left_out = token in (None, "") and entry.get("name") == ANONYMOUS
    if not is_left_out and (not isinstance(token, str) or not token):
        yield Fault(at, "A principal needs a token, as text.", "Add token: 'secret'.", place)


def _repeated(entries: list[Mapping[str, Any]], file: Path) -> list[Fault]:
    found: list[Fault] = []
    for what in ("name", "token"):
        seen: set[str] = set()
        for i, entry in enumerate(entries):
            if (value := entry.get(what)) in seen and value is not None:
                message = f"Another principal has the {what} '{value}' already."
                found.append(
                    Fault(
                        ("principals", i, what), message, "Each needs one of its own.", Place(str(file), None)
                    )
                )
            seen.add(str(value))
    return found

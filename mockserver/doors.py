"""Desks behind the control door, each with one path; and how orders are read there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from mockserver.answers import Refused, Reply
from mockserver.bodies import parse_json
from speckit.faults import did_you_mean

Order = Mapping[str, Any]
Action = Callable[[Order], Reply]
"""Answers an order: the body of a POST, the query of all others."""


class Desk:
    """One path below `/_understudy/`.

    Args:
        path: As it stands behind `/_understudy`.
        actions: What is done, by method.
        filters: What the query may name.
        forget: Called with the name of a principal whose world is reset, or with None when everything is.
    """

    def __init__(
        self,
        path: str,
        actions: Mapping[str, Action],
        filters: tuple[str, ...],
        forget: Callable[[str | None], None],
    ) -> None:
        self._path = path
        self._actions = actions
        self._filters = filters
        self.forget = forget

    @property
    def path(self) -> str:
        """Where it is, as it stands behind `/_understudy`."""
        return self._path

    @property
    def methods(self) -> list[str]:
        """What can be done at it."""
        return list(self._actions)

    def act(self, method: str, query: bytes, content: bytes) -> Reply:
        """Return the reply to a request that has been let in.

        Raises:
            Refused: it asks for something that is not there or cannot be.
        """
        asked = asked_in(query)
        only(asked, *(() if method == "POST" else self._filters))
        return self._actions[method](body_in(content) if method == "POST" else asked)


@dataclass(frozen=True, slots=True)
class Names:
    """What an order may name; what is not there is refused, for it would be taken for what has had no effect.

    Attributes:
        operations: The ids of those there are.
        is_principal: Whether a principal has a name.
    """

    operations: Collection[str]
    is_principal: Callable[[str], bool]

    def operation(self, said: Order) -> str | None:
        """Return the operation that is named; None where none is.

        Raises:
            Refused: there is no such operation.
        """
        if "operation" not in said:
            return None
        name = needed(said, "operation")
        if name not in self.operations:
            known = did_you_mean(name, sorted(self.operations)) or "There are none."
            raise Refused("invalidBody", f"There is no operation '{name}'. {known}")
        return name

    def principal(self, said: Order) -> str | None:
        """Return the principal that is named; None where none is.

        Raises:
            Refused: there is no such principal.
        """
        if "principal" not in said:
            return None
        name = needed(said, "principal")
        if not self.is_principal(name):
            raise Refused("notFound", f"There is no principal '{name}'.")
        return name


def asked_in(query: bytes) -> dict[str, str]:
    """Return what a query says, by name; of what it says more than once, the first.

    Args:
        query: What follows the path, as it came. What is empty in it is said all the same: it must not
            pass for what asks for everything.
    """
    said = parse_qs(query.decode("ascii", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in said.items()}


def body_in(content: bytes) -> dict[str, Any]:
    """Return the JSON object that is the body of a request; an empty one where there is no body.

    Raises:
        Refused: it is something else.
    """
    body = parse_json(content) if content else {}
    if not isinstance(body, dict):
        raise Refused("invalidBody", "The body is a JSON object.")
    return body


def only(said: Order, *known: str) -> None:
    """Refuse an order that says what nobody reads.

    Raises:
        Refused: it does.
    """
    for name in said:
        if name not in known:
            hint = did_you_mean(name, known) or "It takes nothing."
            raise Refused("invalidBody", f"'{name}' is nothing this takes. {hint}")


def number(said: Order, name: str, low: int, high: int) -> int | None:
    """Return the whole number called `name`; None where nothing is said.

    Raises:
        Refused: it is no whole number from `low` to `high`.
    """
    value = said.get(name)
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        value = int(value)
    if value is None or (type(value) is int and low <= value <= high):
        return value
    raise Refused("invalidBody", f"'{name}' is a whole number from {low} to {high}.")


def text(said: Order, name: str) -> str | None:
    """Return the text called `name`; None where nothing is said.

    Raises:
        Refused: it is no text.
    """
    value = said.get(name)
    if value is None or isinstance(value, str):
        return value
    raise Refused("invalidBody", f"'{name}' is a text.")


def needed(said: Order, name: str) -> str:
    """Return the text called `name`.

    Raises:
        Refused: nothing is said, or it is no text, or an empty one.
    """
    value = said.get(name)
    if isinstance(value, str) and value:
        return value
    raise Refused("invalidBody", f"'{name}' is needed, as text.")

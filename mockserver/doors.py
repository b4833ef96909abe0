"""Desks behind the control door, each with one path; and how orders are read there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
            raise Refused("invalidBody", f"'{name}' is nothing this takes. {did_you_mean(name, known)}")


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

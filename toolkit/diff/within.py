"""Which schema a change is in, in words: the name of a component, and the way to the property."""

from __future__ import annotations

from collections.abc import Iterator

from speckit.faults import Pointer

_STEPS = {"items": "[]", "additionalProperties": ".*"}


def within(what: str, pointer: Pointer) -> str:
    """Return the sentence `what` with the schema that stands at `pointer` named before it.

    A property that the sentence names is not named again; nor is anything where there is nothing to name.

    >>> within("The property 'a' is gone.", ("components", "schemas", "Job", "properties", "b", "properties"))
    "In Job.b: the property 'a' is gone."
    """
    name, rest = _begun(pointer)
    if len(rest) > 1 and rest[-2] == "properties" and f"'{rest[-1]}'" in what:
        rest = rest[:-2]
    place = f"{name}{''.join(_steps(rest))}".removeprefix(".")
    return f"In {place}: {what[:1].lower()}{what[1:]}" if place else what


def _begun(pointer: Pointer) -> tuple[str, Pointer]:
    """Return the component that the pointer leads into, and the rest of the way inside of a schema."""
    if pointer[:2] == ("components", "schemas") and len(pointer) > 2:
        return str(pointer[2]), pointer[3:]
    return "", pointer[pointer.index("schema") + 1 :] if "schema" in pointer else ()


def _steps(pointer: Pointer) -> Iterator[str]:
    waiting = iter(pointer)
    for key in waiting:
        if key == "properties":
            name = next(waiting, None)
            yield "" if name is None else f".{name}"
        elif isinstance(key, str):
            yield _STEPS.get(key, "")

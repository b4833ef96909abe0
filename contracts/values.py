"""Values that are like another one, and not it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from speckit.lifecycle import Rule


def freshened(value: Any, number: int) -> Iterator[Any]:
    """Yield values like `value` that hold `number`, the likeliest to fit first."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int):
        yield number
        yield number % 50 + 1
    elif isinstance(value, str):
        name, at, domain = value.partition("@")
        yield f"{name}-{number}{at}{domain}"
        yield f"{value[: max(0, len(value) - len(str(number)))]}{number}"
        yield f"00000000-0000-4000-8000-{number:012d}"
        yield f"2026-01-01T00:{number // 60 % 60:02d}:{number % 60:02d}Z"


def is_nameable(text: str) -> bool:
    """Return whether a path can name `text`: it is neither empty nor a step, and has no slash in it.

    Such segments are resolved on the way (RFC 3986, 5.2.4), and what leads there then is another path.
    """
    return text not in ("", ".", "..") and not {"/", "\\"} & set(text)


def typed(value: str, kind: str) -> Any:
    """Return a text that a person has given as a value of the type `kind`; as it is where it is none."""
    if kind == "integer":
        try:
            return int(value)
        except ValueError:
            return value
    return value == "true" if kind == "boolean" else value


def types(schema: Mapping[str, Any]) -> Iterable[str]:
    """Return the types that `schema` allows."""
    kinds = schema.get("type", ())
    return [kinds] if isinstance(kinds, str) else kinds


def telling(rule: Rule) -> dict[str, str]:
    """Return the headers by which a creation gets its first answer of success, which tells what was made."""
    found: dict[str, str] = {}
    for source, condition in rule.success[0].when:
        if source.kind == "request.header" and condition.kind in ("equals", "contains"):
            found[source.name] = str(condition.value)
    return found

"""Taking: what a field gets from a request body, and how sure it is that it may have all that is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from speckit import pointer
from speckit.pointer import ABSENT
from toolkit.drafting.ground import literal
from toolkit.survey.forms import Form


@dataclass(frozen=True, slots=True)
class Taken:
    """A value that a body gives.

    Attributes:
        source: The expression that yields it.
        skips_null: Whether null is passed over, for the field may not be null.
        is_sure: Whether every other value fits the field.
    """

    source: str
    skips_null: bool = False
    is_sure: bool = True

    def alone(self) -> Any:
        """Return the template that yields nothing where the body does not say."""
        return {"$some": [self.source]} if self.skips_null else self.source

    def or_else(self, template: Any) -> Any:
        """Return the template that yields what `template` does where the body does not say."""
        if self.skips_null:
            return {"$some": [self.source, *(() if template is None else (template,))]}
        return {"$first": [self.source, template]}


def taken(name: str, field: Form, given: Form) -> Taken | None:
    """Return what the field `name` gets from a member of the body; None where its type is another."""
    source = f"$request.body#{pointer.render((name,))}"
    skips_null = given.is_nullable and not field.is_nullable
    if field.takes(given):
        return Taken(source)
    if field.takes_unless_null(given):
        return Taken(source, skips_null)
    return Taken(source, skips_null, is_sure=False) if field.is_like(given) else None


def reset(field: Form) -> Any:
    """Return the template of a field that a request leaves out: its default, or null, or ABSENT."""
    if "default" in field.whole:
        return literal(field.whole["default"])
    return None if field.is_nullable else ABSENT


def wider(names: list[str]) -> str:
    """Return the note on fields that get all that clients send, be it wider than their schemas."""
    return f"bodies may have values that answers may not; they are shown as sent: {', '.join(names)}"

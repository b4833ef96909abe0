"""The errors of an API in its own shape: which status and body each kind of them has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from speckit.conventions import KINDS, Conventions, governing
from speckit.expression import (
    Choice,
    Constant,
    Decoded,
    Encoded,
    First,
    Items,
    Members,
    Moment,
    Part,
    Source,
    Sum,
    Template,
    Text,
)
from speckit.lifecycle import Answer, Lifecycle, Rule
from speckit.operation import Operation
from speckit.refusal import refusal_status
from speckit.specification import Specification

PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Errors:
    """What an operation answers to each kind of error.

    It knows nothing where the document says nothing: no lifecycle, and no conventions for the path. Where
    these do not say it, the responses of the operation do.
    """

    conventions: Conventions
    lifecycle: Lifecycle | None = None
    rule: Rule | None = None
    operation: Operation | None = None

    @property
    def is_known(self) -> bool:
        """Whether the document says how errors are answered."""
        return bool(self.conventions.name) or self.rule is not None

    def answer(self, kind: str, own: Answer | None = None) -> tuple[int, Answer | None]:
        """Return the status for a kind of error, and the answer if the document spells it out.

        Args:
            own: The answer for just this case, if there is one.
        """
        found, kind = self._resolved(kind, own)
        status = KINDS[kind][0]
        if found is None and self.operation is not None:
            status = refusal_status(self.operation.responses, kind) or status
        return (found.status or status, found) if found else (status, None)

    def declared(self, status: int) -> tuple[str, Any] | None:
        """Return the media type and the schema that the operation documents for an error; None for neither.

        That is what comes where no answer is spelled out.
        """
        response = self.operation.response(status) if self.operation else None
        kinds = sorted(response.content, key=lambda kind: "json" not in kind) if response else []
        if response is None or not kinds:
            return None
        kind = PROBLEM if PROBLEM in kinds else kinds[0]
        return kind, response.content[kind].get("schema") or {}

    def status(self, kind: str, own: Answer | None = None) -> int:
        """Return the status alone."""
        return self.answer(kind, own)[0]

    def _resolved(self, kind: str, own: Answer | None) -> tuple[Answer | None, str]:
        known = self._known()
        found = own or known.get(kind) or self.conventions.error
        if found is not None and found.kind:
            return known.get(found.kind) or self.conventions.error, found.kind
        return found, kind

    def _known(self) -> Mapping[str, Answer]:
        levels: list[Mapping[str, Answer]] = [self.conventions.answers]
        levels += [self.lifecycle.answers] if self.lifecycle else []
        levels += [self.rule.answers] if self.rule else []
        return {kind: answer for level in levels for kind, answer in level.items()}


def errors_of(specification: Specification, operation: Operation) -> Errors:
    """Return the errors of `operation`."""
    lifecycle = resource_of(specification, operation)
    rule = lifecycle.rules[operation.id] if lifecycle else None
    return Errors(governing(specification.conventions, operation.path), lifecycle, rule, operation)


def resource_of(specification: Specification, operation: Operation) -> Lifecycle | None:
    """Return the lifecycle that has a rule for `operation`, if any has."""
    return next((each for each in specification.lifecycles.values() if operation.id in each.rules), None)


def body_text(answer: Answer | None) -> str:
    """Return a body as JSON or text, with `<name>` for what is filled in; empty without one."""
    if answer is None or answer.body is None:
        return ""
    body = filled(answer.body)
    if isinstance(body, str) and answer.content_type and "json" not in answer.content_type:
        return body.rstrip()
    return json.dumps(body, ensure_ascii=False, default=str)


def filled(template: Template) -> Any:
    """Return a template as a value, with `<name>` for whatever only a running server knows."""
    match template:
        case Constant():
            return template.value
        case Source():
            return f"<{_name(template)}>"
        case Text():
            return "".join(part if isinstance(part, str) else f"<{_name(part)}>" for part in template.parts)
        case Members():
            return {name: filled(value) for name, value in template.items}
        case Items():
            return [filled(value) for value in template.items]
        case First():
            return filled(template.options[0]) if template.options else None
        case Encoded():
            return json.dumps(filled(template.value), ensure_ascii=False, default=str)
        case Moment():
            return "<time>"
        case Choice(_, then, _):
            return filled(then)
        case Part() | Sum() | Decoded():
            return "<value>"


def _name(source: Source) -> str:
    """Return the word for a value that is looked up: the last one its expression has."""
    return (source.pointer[-1] if source.pointer else "") or source.name or source.kind.rpartition(".")[2]

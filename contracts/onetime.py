"""Idempotency keys: a server may remember those of earlier runs for days, so each run has its own."""

from __future__ import annotations

import secrets
import uuid

from contracts.bench import Binding
from contracts.inputs import Inputs


def new_nonce() -> str:
    """Return a text that no other run has."""
    return secrets.token_hex(4)


def keyed(inputs: Inputs, binding: Binding) -> dict[str, str]:
    """Return the header with a key that was never used; none where the operation has no such header."""
    header = binding.rule.idempotency_header
    if not header:
        return {}
    key = f"key-{inputs.nonce}-{inputs.number()}"
    parameter = binding.operation.parameter("header", header)
    schema = parameter.schema if parameter else {}
    if schema.get("format") == "uuid" or not inputs.is_valid(schema, key):
        key = str(uuid.uuid5(uuid.NAMESPACE_URL, key))
    return {header: key}

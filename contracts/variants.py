"""Every way to fill in a request that the document tells apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.bench import Binding
from contracts.exchange import text
from contracts.inputs import PLAIN, Inputs, Variant
from contracts.nature import Nature
from contracts.values import types
from speckit.expression import Source, sources
from speckit.lifecycle import Lifecycle
from speckit.pointer import ABSENT

_MOST_MEMBERS = 12


def guards(lifecycle: Lifecycle) -> Iterator[tuple[Source, Any]]:
    """Yield each expression that a guard asks about, with a value that makes it hold."""
    every = [guard for guard, _ in lifecycle.initial] + [t.when for t in lifecycle.transitions]
    for guard in every:
        for source, condition in guard:
            if condition.kind == "equals":
                yield source, condition.value
            elif condition.kind == "in":
                yield from ((source, each) for each in condition.value)
            elif condition.kind == "present" and condition.value is False:
                yield source, ABSENT


def variants(inputs: Inputs, binding: Binding, nature: Nature, principal: str) -> list[Variant]:
    """Return every way to make a resource that the document tells apart."""
    members = inputs.members(binding.operation)
    found = [PLAIN, Variant("with what is required", is_minimal=True)]
    for source, value in guards(nature.lifecycle):
        asked = _asked(nature, source)
        if asked is not None and asked.pointer and asked.pointer[0] in members:
            found.append(Variant(f"{asked} {_said(value)}", {asked.pointer: value}))
        if source.kind == "parent" and source.name in nature.lifecycle.parents:
            found += [
                Variant(f"{source.name} {key}", parents={source.name: key})
                for key in inputs.candidates(binding, source.name, principal)[:8]
                if inputs.place(binding, source.name)
            ]
    found += _with_and_without(inputs, binding)
    found.append(Variant("with long texts", is_long=True))
    places = [inputs.place(binding, name) for name in nature.lifecycle.parents]
    named = {place.pointer[0] for place in places if place is not None and place.pointer}
    found += _at_bounds({name: schema for name, schema in members.items() if name not in named})
    for name, schema in members.items():
        if "enum" in schema or "boolean" in types(schema):
            found += [Variant(f"{name} {_said(v)}", {(name,): v}) for v in inputs.others(schema, ABSENT)]
    unique = {(repr(v.members), repr(v.parents), v.is_minimal): v for v in found}
    return list(unique.values())


def _at_bounds(members: Mapping[str, Mapping[str, Any]]) -> Iterator[Variant]:
    """Yield variants with numbers at the bounds that the document gives them."""
    for name, schema in members.items():
        for bound in ("minimum", "maximum"):
            if isinstance(schema.get(bound), int) and "integer" in types(schema):
                yield Variant(f"{name} at its {bound}", {(name,): schema[bound]})


def _with_and_without(inputs: Inputs, binding: Binding) -> Iterator[Variant]:
    """Yield variants that leave out what is optional, or put in what the example does not have."""
    body, _ = inputs.body(binding.operation)
    required = inputs.schema(binding.operation).get("required", ())
    for name, schema in list(inputs.members(binding.operation).items())[:_MOST_MEMBERS]:
        if isinstance(body, dict) and name in body:
            if name not in required:
                yield Variant(f"without {name}", {(name,): ABSENT})
        elif isinstance(body, dict):
            yield Variant(f"with {name}", {(name,): inputs.made_up(schema)})


def _asked(nature: Nature, source: Source) -> Source | None:
    """Return the part of the request's body that decides what `source` is."""
    if source.kind == "request.body":
        return source
    if source.kind != "resource":
        return None
    template = nature.slots.get(nature.slot(source.pointer))
    return next((s for s in sources(template) if s.kind == "request.body"), None) if template else None


def _said(value: Any) -> str:
    return "left out" if value is ABSENT else text(value)

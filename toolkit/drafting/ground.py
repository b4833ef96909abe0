"""The ground a draft stands on: examples that surely fit, and templates computed as a server would."""

from __future__ import annotations

import copy
import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs

from speckit import expression, pointer
from speckit.marks import Path, marked, strip
from speckit.pointer import ABSENT
from speckit.sample import Making
from speckit.schema import SchemaError, Schemas
from toolkit.survey.forms import Form

ONLY_SENT = "writeOnly"
"""The mark of what no answer shows."""
_PRUNINGS = 40
_MOST_VALIDATORS = 24
_log = logging.getLogger("understudy")


@dataclass(slots=True)
class Facts:
    """What a template may look up while it is tried."""

    resource: Any = ABSENT
    id: Any = ABSENT
    state: Any = ABSENT
    now: Any = ABSENT
    body: Any = ABSENT
    path: Mapping[str, Any] = field(default_factory=dict)
    list: Mapping[str, Any] = field(default_factory=dict)
    sequence: int = 1


class Ground:
    """One document's schemas, compiled when first asked for."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self._schemas = Schemas(data)
        self._validators: OrderedDict[Any, tuple[Any, jsonschema_rs.Validator | None]] = OrderedDict()

    def fits(self, value: Any, form: Form) -> bool:
        """Return whether `value` is one that `form` allows; so it is where that cannot be told."""
        validator = self._validator(form)
        return validator is None or validator.is_valid(value)

    def sample(self, form: Form, shown: Any = None) -> Any:
        """Return a value that `form` allows, like the one `shown` if that is one; ABSENT if none is found."""
        if shown is not None and self.fits(shown, form):
            return self._bared(shown, form)
        return self.pruned(Making(self.data, ONLY_SENT).value(form.schema, ()), form)

    def unshown(self, form: Form) -> tuple[Path, ...]:
        """Return where `form` has what clients send and no answer shows."""
        return marked(self.data, form.schema, ONLY_SENT)

    def _bared(self, value: Any, form: Form) -> Any:
        paths = self.unshown(form)
        value = copy.deepcopy(value) if paths else value
        for path in paths:
            strip(value, path)
        return value

    def pruned(self, value: Any, form: Form) -> Any:
        """Return `value` without the parts that `form` does not allow; ABSENT where it needs them."""
        validator = self._validator(form)
        value = copy.deepcopy(value)
        for _ in range(_PRUNINGS):
            error = next(validator.iter_errors(value), None) if validator else None
            if error is None:
                return value
            if not _cut(value, tuple(error.instance_path)):
                break
        return ABSENT

    def least(self, form: Form) -> Any:
        """Return a request body with nothing in it that may be left out."""
        return self._least(form, leaves="readOnly")

    def full(self, form: Form) -> Any:
        """Return a request body with all that may be in it.

        It is not held to the schema, which may require of answers what no request has.
        """
        return Making(self.data, "readOnly").value(form.schema, ())

    def _least(self, form: Form, leaves: str = ONLY_SENT) -> Any:
        value = Making(self.data, leaves).value(form.schema, ())
        if not isinstance(value, dict):
            return value
        return {name: part for name, part in value.items() if name in form.required}

    def _validator(self, form: Form) -> jsonschema_rs.Validator | None:
        key = _key(form.schema)
        if key not in self._validators:
            # In a large document each holds half of all schemas: those of the resource at hand are enough.
            if len(self._validators) >= _MOST_VALIDATORS:
                self._validators.popitem(last=False)
            self._validators[key] = (form.schema, self._compiled(form.schema))
        self._validators.move_to_end(key)
        return self._validators[key][1]

    def _compiled(self, schema: Any) -> jsonschema_rs.Validator | None:
        try:
            return self._schemas.validator(schema, leaves=ONLY_SENT)
        except (SchemaError, LookupError) as problem:
            _log.debug("a schema is not tried: %s", problem)
            return None


def _key(schema: Any) -> Any:
    """Return what the same schema has in every place: the reference that it is, or its place."""
    is_reference = isinstance(schema, Mapping) and set(schema) == {"$ref"}
    return schema["$ref"] if is_reference else id(schema)


def _cut(value: Any, path: tuple[str | int, ...]) -> bool:
    """Take the member at `path` out of `value`, or what is around it; say whether that is possible."""
    for depth in range(len(path), 0, -1):
        holder = value
        try:
            for key in path[: depth - 1]:
                holder = holder[key]
            del holder[path[depth - 1]]
        except (KeyError, IndexError, TypeError):
            continue
        return True
    if isinstance(value, dict) and value:
        value.popitem()
        return True
    return False


def computed(raw: Any, facts: Facts) -> Any:
    """Return what the template `raw` yields; ABSENT where it yields nothing."""
    return _computed(expression.template(raw), facts)


def _computed(template: expression.Template, facts: Facts) -> Any:
    match template:
        case expression.Constant(value):
            return value
        case expression.Source():
            return _looked_up(template, facts)
        case expression.Text(parts):
            found = [each if isinstance(each, str) else _looked_up(each, facts) for each in parts]
            return "".join("" if each is ABSENT else str(each) for each in found)
        case expression.Members(items):
            members = {name: _computed(part, facts) for name, part in items}
            return {name: value for name, value in members.items() if value is not ABSENT}
        case expression.Items(items):
            return [value for part in items if (value := _computed(part, facts)) is not ABSENT]
        case expression.First(options, skips_null):
            return _first([_computed(each, facts) for each in options], skips_null=skips_null)
    return ABSENT


def _first(values: list[Any], *, skips_null: bool) -> Any:
    there = (each for each in values if each is not ABSENT and not (skips_null and each is None))
    return next(there, ABSENT)


_UUID = "01234567-89ab-4def-8123-456789abcdef"
_DIGITS = "0123456789abcdef0123456789abcdef"


def _looked_up(source: expression.Source, facts: Facts) -> Any:
    plain = {"id": facts.id, "state": facts.state, "now": facts.now, "random.uuid": _UUID}
    plain |= {"sequence": facts.sequence, "server": "http://localhost"}
    if source.kind in plain and not source.pointer:
        return plain[source.kind]
    if source.kind == "random.hex":
        return _DIGITS[: int(source.name)]
    if source.kind == "request.path":
        return facts.path.get(source.name, ABSENT)
    trees = {"resource": facts.resource, "request.body": facts.body, "list": facts.list}
    return pointer.read(trees.get(source.kind, ABSENT), source.pointer)


def literal(value: Any) -> Any:
    """Return the template that yields `value` as it is, whatever its texts look like."""
    if isinstance(value, str):
        return f"${value}" if value.startswith("$") else value
    if isinstance(value, list):
        return [literal(each) for each in value]
    if isinstance(value, dict):
        return {name: literal(part) for name, part in value.items()}
    return value


def is_literal(value: Any) -> bool:
    """Return whether `value` can be written as a template: nothing in it would be filled in or computed."""
    if isinstance(value, str):
        return "{$" not in value
    if isinstance(value, list):
        return all(map(is_literal, value))
    if isinstance(value, dict):
        is_operator = len(value) == 1 and next(iter(value)).startswith("$")
        return not is_operator and all(map(is_literal, value.values()))
    return True


def is_constant(template: Any) -> bool:
    """Return whether a template yields the same whatever is asked."""
    return isinstance(expression.template(template), expression.Constant)

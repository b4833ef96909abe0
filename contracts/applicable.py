"""Which laws a document gives every operation to keep, read from the document alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from contracts.anatomy import places
from contracts.bench import Binding, bindings
from contracts.catalogue import Catalogue
from contracts.finding import Subject, Tally
from contracts.laws import LAWS
from contracts.nature import Nature
from speckit.expression import Source, sources
from speckit.lifecycle import EXTERNAL, REMOVED, Answer, Rule, Success, Transition
from speckit.operation import Operation
from speckit.specification import Specification

Pair = tuple[str, Subject]
"""The name of a law, and what it is held to."""

_OF_ONE = ("get", "parts", "replace", "update", "trigger")
_CHANGING = ("update", "trigger")
_MAKING = ("create", "replace")
_TIMES = ("timestamp-format", "timestamp-order", "timestamp-when-due")
_LIST_PARTS = ("total", "count", "page", "offset", "size", "more", "first", "last")
"""What a list may tell of itself, beside its items and what comes next."""


def applicable(specification: Specification) -> list[Pair]:
    """Return every law with each operation that it is held to, without asking anybody.

    It stands in the order of the document: resource by resource, operation by
    operation, and the laws in the order of `LAWS`. A judgement tries no other
    pair; how many of these it comes to depends on what can be set up.
    """
    natures = {name: Nature(each) for name, each in specification.lifecycles.items()}
    bound = bindings(specification, natures)
    firsts = {each.path: each.id for each in reversed(list(specification.operations.values()))}
    free = [each for name, each in specification.operations.items() if name not in bound]
    found: dict[Subject, set[str]] = {}
    for nature in natures.values():
        for binding in (each for each in bound.values() if each.nature is nature):
            one = _Bound(nature, binding, _rules(nature, bound))
            found[binding.subject] = {*_of_the_answer(binding.operation, firsts), *one.laws()}
        found |= _without_reader(nature, bound)
    found |= {Subject("", each.id): set(_of_the_answer(each, firsts)) for each in free}
    return [(law, subject) for subject, laws in found.items() for law in LAWS if law in laws]


def unreached(specification: Specification, tallies: Iterable[Tally], ended: str = "") -> list[Tally]:
    """Return a tally for every law and operation that a judgement never came to.

    Args:
        tallies: Those there are.
        ended: Why the judgement ended early. Where it did not, only those are unreached whose operation
            was not asked at all: of the others nothing happened that would have shown them broken.
    """
    known = list(tallies)
    met = {(each.law, each.subject) for each in known}
    asked = set() if ended else {each.subject for each in known if each.tried}
    return [
        Tally(law, subject, reason=ended)
        for law, subject in applicable(specification)
        if (law, subject) not in met and subject not in asked
    ]


def _rules(nature: Nature, bound: Mapping[str, Binding]) -> list[Rule]:
    """Return the rules of a resource whose operations are there."""
    return [each.rule for each in bound.values() if each.nature is nature]


def _without_reader(nature: Nature, bound: Mapping[str, Binding]) -> dict[Subject, set[str]]:
    """Return the laws on moves by time as the resource's own, where no operation reads one."""
    rules = _rules(nature, bound)
    is_timed = any(each.after and not each.scenario for each in nature.lifecycle.transitions)
    if not rules or not is_timed or any(rule.role == "get" for rule in rules):
        return {}
    return {Subject(nature.name, ""): {"move-on-time", "not-too-early"}}


def _of_the_answer(operation: Operation, firsts: Mapping[str, str]) -> Iterator[str]:
    """Yield the laws that need no lifecycle."""
    yield from ("documented-status", "documented-body", "documented-header", "no-crash", "valid-accepted")
    if operation.parameters or operation.body is not None:
        yield "invalid-refused"
    if firsts[operation.path] == operation.id:
        yield "method-not-allowed"
    if operation.security and all(operation.security):
        yield "credential-needed"


@dataclass(frozen=True, slots=True)
class _Bound:
    """One operation of a resource, with all the rules of that resource."""

    nature: Nature
    binding: Binding
    rules: list[Rule]

    @property
    def rule(self) -> Rule:
        return self.binding.rule

    def laws(self) -> Iterator[str]:
        """Yield the laws that the lifecycle gives the operation to keep."""
        yield "isolation"
        yield from ("role-needed",) if self.rule.roles else ()
        yield from ("answer-as-declared",) if _spells_out(self) else ()
        yield from ("missing-parent",) if self._names_parent() else ()
        yield from _ROLES[self.rule.role](self)
        if _shows_state(self):
            yield from _of_states(self)
        if _shows_fields(self):
            yield from _of_fields(self)
        if self.rule.role in ("get", *_MAKING) or _shows_fields(self):
            yield from _of_any_sight(self)

    def is_followed(self) -> bool:
        """Return whether what the operation shows may have been made and changed by others before."""
        return self.rule.role not in _MAKING or bool(self.rule.change)

    def changes(self) -> list[Rule]:
        """Return the rules of the resource that change one."""
        roles = (*_CHANGING, "replace", "batch")
        return [each for each in self.rules if each.role in roles or (each.role == "create" and each.change)]

    def moves(self) -> list[Transition]:
        """Return the moves that this operation causes."""
        return [t for t in self.nature.lifecycle.transitions if self.rule.operation in t.triggers]

    def _names_parent(self) -> bool:
        if self.rule.role not in (*_MAKING, "update"):
            return bool(self.rule.scope)
        return bool(self.rule.scope) or any(map(self._asks_for, self.nature.lifecycle.parents))

    def _asks_for(self, parent: str) -> bool:
        """Return whether a request says which parent is meant."""
        field = self.nature.lifecycle.parents[parent].field
        template = self.nature.slots.get(field)
        if self.rule.role not in _MAKING:
            template = dict(self.rule.change).get(field)
        asked = sources(template) if template is not None else ()
        return any(each.kind.startswith("request.") for each in asked)


# By role


def _of_create(one: _Bound) -> Iterator[str]:
    yield from ("unique-id", "found-again")
    if one.nature.lifecycle.unique:
        yield "unique-fields"
    yield from _of_location(one)
    if one.rule.idempotency_header:
        yield from ("idempotent-replay", "key-reuse-refused", "key-per-principal")
    if one.nature.lifecycle.unique or one.rule.idempotency_header:
        yield "one-winner"


def _of_get(one: _Bound) -> Iterator[str]:
    yield from _of_one(one)
    if not one.binding.operation.parameter("path", one.nature.lifecycle.identity.param):
        yield "alternate-key"
    if one.rule.available_in:
        yield "available-in-state"
    if one.nature.lifecycle.etag:
        yield from ("etag-follows", "not-modified")


def _of_parts(one: _Bound) -> Iterator[str]:
    yield from ("missing-answer", "gone-is-gone", "found-again", "listed-once", "answer-as-declared")
    yield from ("scope-kept",) if one.rule.scope else ()
    yield from ("available-in-state",) if one.rule.available_in else ()
    yield from ("page-size", "page-bounds") if one.rule.paging else ()
    yield from _of_totals(one)


def _of_replace(one: _Bound) -> Iterator[str]:
    yield from _of_create(one)
    yield from _of_one(one)
    yield from ("trigger-works", "trigger-refused")


def _of_batch(_one: _Bound) -> Iterator[str]:
    yield "trigger-works"


def _of_change(one: _Bound) -> Iterator[str]:
    yield from _of_one(one)
    yield from ("trigger-refused", "refusal-changes-nothing")
    if one.moves():
        yield from ("trigger-works", "trigger-moves")
    if one.rule.change and one.nature.lifecycle.unique:
        yield "unique-fields"
    is_conditional = one.nature.lifecycle.etag is not None and one.rule.role == "update"
    if is_conditional or any(_is_decisive(one, transition) for transition in one.moves()):
        yield "one-winner"
    if etag := one.nature.lifecycle.etag:
        yield from ("precondition-kept", "precondition-required")[: 1 + etag.required]


def _of_location(one: _Bound) -> Iterator[str]:
    if any(name.lower() == "location" for success in one.rule.success for name, _ in success.headers):
        yield "location-leads"


def _of_one(one: _Bound) -> Iterator[str]:
    yield from ("missing-answer", "gone-is-gone", "found-again")
    yield from _of_location(one)
    if one.rule.scope:
        yield "scope-kept"


def _of_list(one: _Bound) -> Iterator[str]:
    rule = one.rule
    yield from ("listed", "listed-once", "list-agrees", "gone-is-gone", "ordered")
    yield from ("scope-kept",) if rule.scope else ()
    yield from ("filter-exact",) if rule.filters or rule.states else ()
    yield from ("sorted",) if rule.sort else ()
    yield from ("page-size", "page-bounds", "pages-join") if rule.paging else ()
    yield from _of_totals(one)


def _of_totals(one: _Bound) -> Iterator[str]:
    body = one.rule.success[0].body
    parts = {source.pointer for _, source in places(body) if source.kind == "list"} if body else set()
    yield from ("total-true",) if any((name,) in parts for name in _LIST_PARTS) else ()


_ROLES: Mapping[str, Callable[[_Bound], Iterator[str]]] = {
    "create": _of_create,
    "replace": _of_replace,
    "get": _of_get,
    "list": _of_list,
    "parts": _of_parts,
    "update": _of_change,
    "trigger": _of_change,
    "batch": _of_batch,
}


def _is_decisive(one: _Bound, transition: Transition) -> bool:
    """Return whether of two requests for a move the second is refused."""
    if transition.when:
        return False
    if transition.ends == REMOVED:
        return True
    if one.rule.role == "update" or one.nature.triggered(transition.ends, one.rule.operation):
        return False
    for each in one.rule.otherwise:
        if not each.states or transition.ends in each.states:
            return each.effect == "refused" and each.documented
    return True


# What answers spell out


def _spells_out(one: _Bound) -> bool:
    """Return whether the document says more of an answer than its schema does."""
    if one.rule.role == "list" or any(_says_more(success) for success in one.rule.success):
        return True
    catalogue = one.binding.catalogue
    declared = [catalogue.declared(kind, answer) for kind, answer in _errors(one, catalogue)]
    return any(each.body is not None and each.is_spelled_out for each in declared)


def _says_more(success: Success) -> bool:
    other = [name for name, _ in success.headers if name.lower() != "location"]
    return success.body is not None or bool(other)


def _errors(one: _Bound, catalogue: Catalogue) -> Iterator[tuple[str, Answer | None]]:
    """Yield the errors that the operation may be answered with on purpose."""
    rule, lifecycle = one.rule, one.nature.lifecycle
    yield from (("notFound", parent.missing) for parent in lifecycle.parents.values())
    if rule.role in _OF_ONE:
        yield from (("notFound", None), ("malformedId", None))
    if rule.role in _CHANGING:
        yield from (("refused", None), *(("refused", each.answer) for each in rule.otherwise))
    if rule.available_in:
        yield from (("refused", None), *(("refused", each.answer) for each in rule.unavailable))
    if rule.role == "create" or rule.change:
        yield from (("conflict", unique.conflict) for unique in lifecycle.unique)
    if rule.idempotency_header:
        yield "idempotencyMismatch", None
    if lifecycle.etag and rule.role in _CHANGING:
        yield from (("preconditionFailed", None), ("preconditionRequired", None))


# What answers show


def _shows_fields(one: _Bound) -> bool:
    """Return whether an answer of success shows the resource."""
    if one.rule.role in ("parts", "batch"):
        return False
    if one.rule.role in _CHANGING and all(t.ends == REMOVED for t in one.moves()) and one.moves():
        return False
    return any(_is_shown(one, success, ("resource",)) for success in one.rule.success)


def _shows_state(one: _Bound) -> bool:
    """Return whether an answer of success tells the state of the resource."""
    if not one.nature.lifecycle.states:
        return False
    if one.rule.role in ("get", *_MAKING):
        return any(_is_shown(one, success, ("resource", "state")) for success in one.rule.success)
    return _shows_fields(one)


def _is_shown(one: _Bound, success: Success, kinds: tuple[str, ...]) -> bool:
    if success.content_type:
        return False
    if success.body is None:
        return any(each.content for code, each in one.binding.operation.responses.items() if code < "3")
    found = {source for _, source in places(success.body)}
    if one.rule.role == "list":
        return Source("list", pointer=("items",)) in found
    return any(Source(kind) in found for kind in kinds)


def _of_any_sight(one: _Bound) -> Iterator[str]:
    """Yield the laws that are judged whenever an answer is about a resource, whatever it shows of it."""
    if one.nature.times:
        yield from _TIMES
    if any(transition.every for transition in one.nature.lifecycle.transitions):
        yield "move-on-time"
    if one.rule.role in _MAKING and one.nature.deadlines:
        # When it moves next is taken for known before the rest of a new resource is looked at.
        yield from ("others-untouched", "reading-changes-nothing")


def _of_states(one: _Bound) -> Iterator[str]:
    """Yield the laws that are judged wherever a state is seen."""
    lifecycle = one.nature.lifecycle
    yield from ("known-state", "possible-move")
    if any(rule.role == "create" for rule in one.rules) and one.rule.role not in _CHANGING:
        yield "initial-state"
    if any(each.after or EXTERNAL in each.triggers for each in lifecycle.transitions):
        yield "not-too-early"
    if any(each.after for each in lifecycle.transitions):
        yield "move-on-time"
    if one.is_followed():
        yield from _of_states_followed(one)


def _of_states_followed(one: _Bound) -> Iterator[str]:
    lifecycle = one.nature.lifecycle
    yield "gone-is-gone"
    if any(state.is_final for state in lifecycle.states.values()):
        yield "final-is-final"
    if one.changes():
        yield "refusal-changes-nothing"
    if any(rule.operation in t.triggers for rule in one.changes() for t in lifecycle.transitions):
        yield "trigger-moves"


def _of_fields(one: _Bound) -> Iterator[str]:
    """Yield the laws that are judged wherever fields are seen."""
    lifecycle = one.nature.lifecycle
    times = lifecycle.timestamps
    has_times = bool(times.created or times.updated or times.entered)
    yield from _TIMES if has_times else ()
    yield from ("hidden-stays-hidden",) if lifecycle.hidden else ()
    yield from ("view-shows",) if lifecycle.views or one.is_followed() else ()
    yield from ("history-true",) if lifecycle.history else ()
    yield from ("create-keeps-input",) if any(rule.role == "create" for rule in one.rules) else ()
    if one.rule.role != "list":
        yield from ("state-sets-fields",) if one.nature.machine_written else ()
    if one.is_followed() and (one.rule.role != "list" or has_times):
        yield from _of_fields_followed(one)


def _of_fields_followed(one: _Bound) -> Iterator[str]:
    """Yield the laws on what may have changed since it was seen last."""
    changes = one.changes()
    yield from ("refusal-changes-nothing",) if changes or one.rule.scope else ()
    yield from ("update-touches-no-more",) if any(r.role == "update" or r.change for r in changes) else ()
    yield from ("state-sets-fields",) if changes else ()
    if one.rule.role != "list":
        yield from ("update-keeps-input",) if any(rule.change for rule in changes) else ()
    if one.rule.role not in _CHANGING:
        yield from ("reading-changes-nothing", "others-untouched")

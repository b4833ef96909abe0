"""A lifecycle compiled for playing: everything a document decides about one resource, decided once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockserver import evaluation
from mockserver.announcing import Notices, Post, all_notices
from mockserver.assigning import assigned
from mockserver.birth import Birth
from mockserver.evaluation import Compute, Frame
from mockserver.machine import Machine
from mockserver.recurring import Recurrence
from mockserver.store import Layout
from speckit import expression, pointer, timing
from speckit.expression import Template
from speckit.lifecycle import Guard, History, Lifecycle, Path, Rule, State, Transition, View, ViewChoice
from speckit.pointer import ABSENT

Assign = Callable[[Frame, dict[str, Any]], None]
Address = Callable[[], str]
"""Returns the URL that all paths of the document are below, without a slash at its end."""

UNCHANGED: Assign = assigned((), "")
MOST_ENTRIES = 1000
"""How many entries a history keeps, of more the last."""


class Move:
    """A transition, ready to be made.

    `delay` is set where a move by time depends on nothing but when its state was
    entered: then nobody has to look at the resource to know the moment. `recurrence` is
    set where it recurs.
    """

    __slots__ = ("assign", "delay", "every", "holds", "is_polled", "recurrence", "transition", "until")

    def __init__(self, lifecycle: Lifecycle, transition: Transition, form: str) -> None:
        self.transition = transition
        self.holds = evaluation.holds(transition.when, form)
        self.assign = assigned(transition.set, form)
        after = transition.after
        self.is_polled = after is not None and after.polls > 0
        self.until = evaluation.compiled(after.until, form) if after and after.until else None
        self.delay = after.duration if after and not (transition.when or after.until or after.polls) else None
        self.every = _period(transition.every, form)
        is_recurring = transition.every is not None
        self.recurrence = Recurrence(lifecycle, transition, MOST_ENTRIES) if is_recurring else None


class Ahead:
    """The moves that a resource makes by itself in one state.

    `sure` is the first of them and how long it waits, where that is so whatever the resource holds.
    """

    __slots__ = ("moves", "sure")

    def __init__(self, moves: list[Move]) -> None:
        self.moves = moves
        waits = [(each.delay, each) for each in moves if not each.is_polled]
        sure = [(delay, each) for delay, each in waits if delay is not None]
        self.sure = min(sure, key=lambda pair: pair[0]) if sure and len(sure) == len(waits) else None


class Kind:
    """One lifecycle, compiled. Shared by all worlds, changed by none.

    `address` says where the server is, for what happens while nobody asks.
    """

    def __init__(
        self, lifecycle: Lifecycle, post: Post | None = None, address: Address = lambda: "http://localhost"
    ) -> None:
        self.address = address
        self.name = lifecycle.name
        self.lifecycle = lifecycle
        self.form = lifecycle.timestamps.format
        self.machine = Machine(lifecycle)
        self.layout = _layout(lifecycle)
        self.history = Recorder(lifecycle.history, self.form) if lifecycle.history else None
        self.identity = lifecycle.identity.field
        self.read_identity = pointer.reader(self.identity)
        self.id_key = self.identity[0] if len(self.identity) == 1 else ""
        """The field that is the id; empty where that is inside of another one."""
        self.id_type = int if lifecycle.identity.type == "integer" else str
        self.sequence_start = _sequence_start(lifecycle)
        self.moves = {id(each): Move(lifecycle, each, self.form) for each in lifecycle.transitions}
        self.birth = Birth(lifecycle)
        self.seeds = [(seed, evaluation.compiled(seed.set, self.form)) for seed in lifecycle.seeds]
        self.plain = self._view(View(""))
        self.bared = _without(lifecycle.hidden)
        self.polled = frozenset(
            start
            for each in lifecycle.transitions
            if each.after and each.after.polls
            for start in each.starts
        )
        self._views = {name: self._view(view) for name, view in lifecycle.views.items()}
        self._guards = {id(guard): evaluation.holds(guard, self.form) for guard, _ in lifecycle.initial}
        self._guards |= {id(move.transition.when): move.holds for move in self.moves.values()}
        self.parents = {
            name: (parent, pointer.reader(parent.field)) for name, parent in lifecycle.parents.items()
        }
        """Each parent with the function that reads its id out of a resource's fields."""
        self.is_bound = bool(self.parents or lifecycle.unique)
        """Whether its fields have to fit those of other resources."""
        self._ahead: dict[tuple[str, str], Ahead] = {}
        guard, state = lifecycle.initial[0] if lifecycle.initial else (None, "")
        self.start = "" if guard else state
        """The state in which every new resource starts; empty where that depends on it."""
        self.words = {"": ABSENT} | {name: state.value for name, state in lifecycle.states.items()}
        """What the wire says for each state; ABSENT for a resource without one."""
        self.enter = {"": UNCHANGED} | {n: self._entering(state) for n, state in lifecycle.states.items()}
        """Writes into fields what being in each state means."""
        is_told = post is not None and any(all_notices(lifecycle))
        self.notices = Notices(lifecycle, self.view, post) if post and is_told else None

    def guard(self, frame: Frame) -> Callable[[Guard], bool]:
        """Return the function the machine asks whether a guard holds in `frame`."""
        return lambda guard: not guard or self._guards[id(guard)](frame)

    def first(self, frame: Frame) -> str:
        """Return the state a new resource starts in; empty where it has none."""
        return self.start or self.machine.initial(self.guard(frame))

    def ahead(self, state: str, scenario: str) -> Ahead:
        """Return what happens by itself in `state` to a resource that lives by `scenario`."""
        known = self._ahead.get((state, scenario))
        if known is None:
            moves = [self.moves[id(each)] for each in self.machine.automatic(state, scenario)]
            known = self._ahead[state, scenario] = Ahead(moves)
        return known

    def make(self, transition: Transition, frame: Frame, fields: dict[str, Any]) -> None:
        """Write into `fields` what it means to make `transition`; the frame gets the state it ends in."""
        move = self.moves[id(transition)]
        again = 0 if move.recurrence is None else frame.now + move.every(frame)
        frame.state = self.words[transition.ends]
        self.enter[transition.ends](frame, fields)
        move.assign(frame, fields)
        if move.recurrence is not None:
            move.recurrence.put_off(fields, again)
        if self.history is not None:
            self.history.enter(frame, fields)

    def touch(self, now: int, fields: dict[str, Any]) -> None:
        """Write into `fields` that they have changed."""
        if path := self.lifecycle.timestamps.updated:
            pointer.write(fields, path, timing.render(now, self.form))

    def view(self, choice: ViewChoice) -> Compute:
        """Return the function that shows a frame's resource as `choice` says."""
        plain = self._views.get(choice.default, self.plain)
        if choice.by is None:
            return plain
        chosen = evaluation.compiled(choice.by, self.form)
        views = {word: self._views[name] for word, name in choice.views.items()}
        return lambda frame: views.get(_word(chosen(frame)), plain)(frame)

    def _entering(self, state: State) -> Assign:
        entered = self.lifecycle.timestamps.entered.get(state.name)
        stamp = ((entered, expression.Source("now")),) if entered else ()
        field = self.lifecycle.state_field
        shown = ((field, expression.Constant(state.value)),) if field else ()
        return assigned((*shown, *stamp, *state.set), self.form)

    def _view(self, view: View) -> Compute:
        if view.body is not None:
            return evaluation.compiled(view.body, self.form)
        left_out = view.left_out(self.lifecycle.hidden)
        bared = _without(left_out)
        if view.only:
            return _only(view.only, bared)
        return (lambda frame: bared(frame.resource)) if left_out else _whole


class Recorder:
    """Writes the history of the resources of one kind."""

    def __init__(self, history: History, form: str) -> None:
        self._field = history.field
        self._entry = evaluation.compiled(history.entry, form)

    def begin(self, frame: Frame, fields: dict[str, Any], given: Mapping[str, Any]) -> None:
        """Enter the first state into `fields`, unless `given` tells how it came there."""
        if pointer.read(given, self._field) is ABSENT:
            self.enter(frame, fields)

    def enter(self, frame: Frame, fields: dict[str, Any]) -> None:
        """Enter the state of `frame` into `fields`; the list that was there stays as it is."""
        entry, before = self._entry(frame), pointer.read(fields, self._field)
        if entry is not ABSENT:
            known = before if isinstance(before, list) else []
            pointer.write(fields, self._field, [*known, entry][-MOST_ENTRIES:])


def _whole(frame: Frame) -> Any:
    return frame.resource


def _sequence_start(lifecycle: Lifecycle) -> int:
    """Return the first number for a new id: above every seeded one."""
    seeded = [_constant(seed.set, lifecycle.identity.field) for seed in lifecycle.seeds]
    return max([lifecycle.identity.start, *(n + 1 for n in seeded if isinstance(n, int))])


def _constant(template: Template | None, path: Path) -> Any:
    """Return what the document spells out at `path` of a template; None where it has to be computed."""
    for segment in path:
        if isinstance(template, expression.Constant):
            break
        members = dict(template.items) if isinstance(template, expression.Members) else {}
        template, path = members.get(segment), path[1:]
    return pointer.read(template.value, path) if isinstance(template, expression.Constant) else None


def _period(every: Template | int | None, form: str) -> Callable[[Frame], int]:
    """Return what says after how long a move recurs: a second at least."""
    if not isinstance(every, int):
        compute = evaluation.compiled(expression.GONE if every is None else every, form)
        return lambda frame: max(evaluation.microseconds(compute(frame)) or 0, timing.SECOND)
    period = max(every, timing.SECOND)
    return lambda _frame: period


def _layout(lifecycle: Lifecycle) -> Layout:
    """Return what lists need from the start; a filter's index comes with its first use."""
    lists = [rule for rule in lifecycle.rules.values() if rule.role == "list"]
    return Layout(
        order=lists[0].order.field if lists else (),
        identity=lifecycle.identity.field,
        alternates=[path for _, path in lifecycle.identity.alternates],
        indexes=list(dict.fromkeys(filter(None, (scope_paths(lifecycle, rule) for rule in lists)))),
        unique=lifecycle.unique,
    )


def scope_paths(lifecycle: Lifecycle, rule: Rule) -> tuple[Path, ...]:
    """Return the fields that hold the parents which the path of a list names."""
    return tuple(lifecycle.parents[name].field for name in rule.scope)


def _word(value: Any) -> str:
    return "" if value is ABSENT else evaluation.shown(value)


def _without(paths: tuple[Path, ...]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return the function that leaves `paths` out of a resource's fields."""
    keys = [path[0] for path in paths if len(path) == 1]
    deep = [path for path in paths if len(path) > 1]
    # In an array or a map `*` stands for every item.
    starred = [path for path in deep if "*" in path]
    deep = [path for path in deep if "*" not in path]

    def without(resource: dict[str, Any]) -> dict[str, Any]:
        fields = resource.copy()
        for key in keys:
            fields.pop(key, None)
        for path in deep:
            pointer.remove(fields, path)
        for path in starred:
            fields = _stripped(fields, path)
        return fields

    def without_keys(resource: dict[str, Any]) -> dict[str, Any]:
        fields = resource.copy()
        for key in keys:
            fields.pop(key, None)
        return fields

    if not paths:
        return lambda resource: resource
    return without_keys if len(keys) == len(paths) else without


def _stripped(value: Any, path: Path) -> Any:
    """Return a copy of `value` without what `path` leads to; `*` stands for every item or member."""
    head, *below = path
    if isinstance(value, list):
        return [_stripped(each, tuple(below)) for each in value] if head == "*" and below else value
    if not isinstance(value, dict):
        return value
    met = value.keys() if head == "*" else value.keys() & {head}
    if not below:
        return {key: part for key, part in value.items() if key not in met}
    return {key: _stripped(part, tuple(below)) if key in met else part for key, part in value.items()}


def _only(paths: tuple[Path, ...], bared: Callable[[dict[str, Any]], dict[str, Any]]) -> Compute:
    def only(frame: Frame) -> dict[str, Any]:
        fields, there = dict[str, Any](), bared(frame.resource)
        for path in paths:
            if (value := pointer.read(there, path)) is not ABSENT:
                pointer.write(fields, path, value)
        return fields

    return only

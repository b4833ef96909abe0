"""The vocabulary `x-resource-lifecycles` as frozen values: what a reader of documents works with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from speckit.expression import Condition as Condition
from speckit.expression import Guard as Guard
from speckit.expression import Source, Template
from speckit.expression import disjoint as disjoint

REMOVED = "$removed"
"""The target of a transition after which the resource is gone."""

EXTERNAL = "$external"
"""The trigger of a transition that no operation of the API can cause (a person in another program)."""

CREATED = "$created"
"""Stands for the making of a resource where an answer says after what it is given."""

Path = tuple[str, ...]
"""An unescaped JSON Pointer into a resource."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response the document spells out.

    `status` None leaves it to the success or error it stands for; `kind` names
    an answer of `x-api-conventions` instead.
    """

    status: int | None = None
    body: Template | None = None
    headers: tuple[tuple[str, Template], ...] = ()
    content_type: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Success(Answer):
    """The answer of an operation that did what it does; `on` limits it to transitions, `when` by a guard."""

    view: str = ""
    on: tuple[str, ...] = ()
    when: Guard = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """What is sent to whoever asked to be told: the callback `name` of `operation`, or a webhook.

    Without `operation` it is the webhook. `retries` says how often a failed delivery is tried again.
    """

    name: str
    operation: str = ""
    when: Guard = ()
    view: str = ""
    headers: tuple[tuple[str, Template], ...] = ()
    body: Template | None = None
    retries: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """One state: its category, its outcome, and what it does to the fields."""

    name: str
    category: str
    outcome: str = ""
    value: Any = None
    set: tuple[tuple[Path, Template], ...] = ()
    description: str = ""
    sends: tuple[Notice, ...] = ()

    @property
    def is_final(self) -> bool:
        """Whether no way leads out, except to be gone."""
        return self.category == "final"


@dataclass(frozen=True, slots=True)
class After:
    """When a transition happens by itself: after microseconds, at a time, or after some looks."""

    duration: int | None = None
    until: Source | None = None
    polls: int = 0


@dataclass(frozen=True, slots=True)
class Transition:
    """One way from some states to another, caused by operations or by time."""

    name: str
    starts: tuple[str, ...]
    ends: str
    triggers: tuple[str, ...] = ()
    after: After | None = None
    every: Template | int | None = None
    when: Guard = ()
    scenario: str = ""
    set: tuple[tuple[Path, Template], ...] = ()
    makes: tuple[str, ...] = ()
    sends: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """How a resource is told from others, and how new ids come about."""

    field: Path
    param: str = ""
    type: str = "string"
    generate: Template | None = None
    start: int = 1
    alternates: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True, slots=True)
class Parent:
    """A resource that must exist for this one to; `param` scopes the operations that have it."""

    name: str
    resources: tuple[str, ...]
    field: Path
    param: str = ""
    missing: Answer | None = None


@dataclass(frozen=True, slots=True)
class View:
    """How a resource is shown: fields left out, hidden ones shown, only some, or another body."""

    name: str
    omit: tuple[Path, ...] = ()
    show: tuple[Path, ...] = ()
    only: tuple[Path, ...] = ()
    body: Template | None = None

    def left_out(self, hidden: Iterable[Path]) -> tuple[Path, ...]:
        """Return which fields it leaves out: those it says, and those `hidden` that it does not name itself.

        >>> View("short", only=(("id",), ("note",))).left_out([("note",), ("secret",)])
        (('secret',),)
        """
        named = {*self.show, *(each[:size] for each in self.only for size in range(1, len(each) + 1))}
        return (*(path for path in hidden if path not in named), *self.omit)


@dataclass(frozen=True, slots=True)
class ViewChoice:
    """Which view an operation shows: always `default`, or as the value of `by` says."""

    default: str = ""
    by: Source | None = None
    views: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Timestamps:
    """The format of the API's times, and the fields kept up to date by themselves."""

    format: str = "date-time"
    created: Path | None = None
    updated: Path | None = None
    entered: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """The array field that gets an `entry` each time the resource enters a state, oldest first."""

    field: Path
    entry: Template


@dataclass(frozen=True, slots=True)
class Unique:
    """Fields whose values, taken together, no two resources share (while in some states)."""

    fields: tuple[Path, ...]
    states: tuple[str, ...] = ()
    conflict: Answer | None = None


@dataclass(frozen=True, slots=True)
class ETag:
    """Optimistic concurrency by ETag and If-Match (RFC 9110, section 13)."""

    required: bool = False


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What an operation does in states it is not for: refuse, or have no effect; a read then shows it so.

    Without `states` it is for all that are left.
    """

    states: tuple[str, ...]
    effect: str
    documented: bool
    answer: Answer
    when: Guard = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter that narrows a list; without it, `default` does.

    `match` says how values are compared, or `by` whose value chooses among `matches`;
    on a `scale` words are compared by their places. `is_time` says that moments
    are compared, which follows from the schemas and the time stamps.
    """

    param: str
    field: Path
    default: Any = None
    match: str = "equals"
    by: Source | None = None
    matches: tuple[tuple[str, str], ...] = ()
    scale: tuple[str, ...] = ()
    is_time: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """By what a list is ordered: a field, or the order of creation (`field` empty).

    `is_declared` tells an order that the document promises from the one it leaves open.
    """

    field: Path = ()
    descending: bool = False
    is_declared: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    """The query parameters by which a client chooses the order.

    `fields` are the orders by the words of `param`. Without `param` the usual one is only
    turned round; `descending` is the word of `direction` for that.
    """

    param: str
    direction: str
    fields: Mapping[str, Order]
    descending: str = "desc"


@dataclass(frozen=True, slots=True)
class Paging:
    """How a list is cut into pages.

    `param` is the page, the offset, the cursor or the id that the page comes after;
    `size` the parameter for the length of a page. `default` None means: everything.
    Of a range they are its start and its end. `key` is the field with the id of an
    item, where the list is of parts.
    """

    style: str
    param: str
    size: str = ""
    default: int | None = None
    min: int = 1
    max: int | None = None
    out_of_range: str = "refuse"
    key: Path = ("id",)


@dataclass(frozen=True, slots=True)
class Rule:
    """What one operation does to the resource; `scope` names the parents its path names.

    `states` limits a list, `of` is the array whose items a list of parts shows, and `ids` tells
    which resources a batch is for; `makes` names the resources that come about with a new one.
    """

    operation: str
    role: str
    scope: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    view: ViewChoice = ViewChoice()
    success: tuple[Success, ...] = (Success(),)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    otherwise: tuple[Otherwise, ...] = ()
    available_in: tuple[str, ...] = ()
    unavailable: tuple[Otherwise, ...] = ()
    states: tuple[str, ...] = ()
    of: Path = ()
    ids: Source | None = None
    makes: tuple[str, ...] = ()
    set: Template | None = None
    id: Template | None = None
    idempotency_header: str = ""
    change: tuple[tuple[Path, Template], ...] = ()
    order: Order = Order()
    sort: Sort | None = None
    paging: Paging | None = None
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Seed:
    """A resource every new world starts with."""

    set: Template
    state: str = ""
    scenario: str = ""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """All the document says of one resource between requests."""

    name: str
    identity: Identity
    parents: Mapping[str, Parent] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    initially: tuple[tuple[str, Template], ...] = ()
    hidden: tuple[Path, ...] = ()
    views: Mapping[str, View] = field(default_factory=dict)
    timestamps: Timestamps = Timestamps()
    history: History | None = None
    etag: ETag | None = None
    unique: tuple[Unique, ...] = ()
    scenarios: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    state_field: Path | None = None
    initial: tuple[tuple[Guard, str], ...] = ()
    states: Mapping[str, State] = field(default_factory=dict)
    transitions: tuple[Transition, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    seeds: tuple[Seed, ...] = ()

"""Turns the raw `x-resource-lifecycles` of a document into frozen values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from speckit import expression, pointer, timing
from speckit.expression import Source, Template
from speckit.faults import Fault, Pointer
from speckit.lifecycle import (
    After,
    Answer,
    ETag,
    Filter,
    Guard,
    History,
    Identity,
    Lifecycle,
    Notice,
    Order,
    Otherwise,
    Paging,
    Parent,
    Path,
    Rule,
    Seed,
    Sort,
    State,
    Success,
    Timestamps,
    Transition,
    Unique,
    View,
    ViewChoice,
)

Raw = Mapping[str, Any]


_UNREAD = Source("state")
"""Stands for what could not be read: it may have any value, so that nothing more is told of it."""


@dataclass(slots=True)
class Reader:
    """Reads one part of the vocabulary after another and keeps the faults it meets.

    The structure of what it reads has been checked against the vocabulary's
    JSON Schema; what is left to find here are texts that mean nothing:
    expressions and durations.
    """

    faults: list[Fault] = field(default_factory=list)

    def lifecycle(self, name: str, raw: Raw, at: Pointer) -> Lifecycle:
        """Return the lifecycle `raw` found at `at` in the document."""
        state = raw.get("state", {})
        return Lifecycle(
            name=name,
            identity=self._identity(raw["identity"], (*at, "identity"), counted=_is_counted(raw)),
            parents=self._each(raw, "parents", at, self._parent),
            answers=self.answers(raw, at),
            initially=self._members(raw.get("initially", {}), (*at, "initially")),
            hidden=_paths(raw, "hidden"),
            views=self._each(raw, "views", at, self._view),
            timestamps=_timestamps(raw.get("timestamps", {})),
            history=self._history(raw["history"], (*at, "history")) if "history" in raw else None,
            etag=ETag(raw["etag"].get("required", False)) if "etag" in raw else None,
            unique=tuple(self._unique(u, (*at, "unique", i)) for i, u in enumerate(raw.get("unique", ()))),
            scenarios=raw.get("scenarios", {}),
            state_field=_path(state, "field"),
            initial=self._initial(state.get("initial", []), (*at, "state", "initial")),
            states=self._each(state, "states", (*at, "state"), self._state),
            transitions=tuple(self._transitions(raw, at)),
            rules=self._each(raw, "operations", at, self._rule),
            seeds=tuple(self._seed(seed, (*at, "seed", i)) for i, seed in enumerate(raw.get("seed", ()))),
        )

    def template(self, value: Any, at: Pointer) -> Template:
        """Return `value` as a template; a wrong one is a fault."""
        return self._try(expression.template, value, at) or _UNREAD

    def source(self, value: Any, at: Pointer) -> Source:
        """Return `value` as a single expression; a wrong one is a fault."""
        return self._try(expression.source, value, at) or _UNREAD

    def answer(self, raw: Raw, key: str, at: Pointer) -> Answer | None:
        """Return the answer spelled out (or named) under `key`, if any."""
        if key not in raw:
            return None
        value = raw[key]
        if isinstance(value, str):
            return Answer(kind=value)
        return Answer(**self._answer(value, (*at, key)))

    def answers(self, raw: Raw, at: Pointer) -> dict[str, Answer]:
        """Return the answers `raw` overrides, by their kind."""
        kinds = raw.get("answers", {})
        return {kind: self.answer(kinds, kind, (*at, "answers")) or Answer() for kind in kinds}

    def _try(self, read: Callable[[Any], Any], value: Any, at: Pointer) -> Any:
        try:
            return read(value)
        except ValueError as problem:
            self.faults.append(Fault(at, str(problem)))
            return None

    def _each(
        self, raw: Raw, key: str, at: Pointer, read: Callable[[str, Any, Pointer], Any]
    ) -> dict[str, Any]:
        return {name: read(name, value, (*at, key, name)) for name, value in raw.get(key, {}).items()}

    def _answer(self, raw: Raw, at: Pointer) -> dict[str, Any]:
        headers = raw.get("headers", {})
        return {
            "status": raw.get("status"),
            "body": self.template(raw["body"], (*at, "body")) if "body" in raw else None,
            "headers": self._members(headers, (*at, "headers")),
            "content_type": raw.get("contentType", ""),
        }

    def _members(self, raw: Raw, at: Pointer) -> tuple[tuple[str, Template], ...]:
        return tuple((key, self.template(value, (*at, key))) for key, value in raw.items())

    def _assignments(self, raw: Raw, key: str, at: Pointer) -> tuple[tuple[Path, Template], ...]:
        members = self._members(raw.get(key, {}), (*at, key))
        return tuple((pointer.parse(name), value) for name, value in members)

    def _guard(self, raw: Raw, at: Pointer) -> Guard:
        conditions = raw.get("when", {}).items()
        return tuple(
            (self.source(text, (*at, "when", text)), expression.condition(c)) for text, c in conditions
        )

    def _identity(self, raw: Raw, at: Pointer, *, counted: bool) -> Identity:
        generate = raw.get("generate")
        return Identity(
            field=pointer.parse(raw["field"]),
            param=raw.get("param", ""),
            type=raw.get("type", "integer" if generate == "$sequence" or counted else "string"),
            generate=self.template(generate, (*at, "generate")) if generate else None,
            start=raw.get("start", 1),
            alternates=tuple(
                (a.get("param", ""), pointer.parse(a["field"])) for a in raw.get("alternates", ())
            ),
        )

    def _parent(self, name: str, raw: Raw, at: Pointer) -> Parent:
        missing = self.answer(raw, "missing", at)
        return Parent(
            name, _names(raw["resource"]), pointer.parse(raw["field"]), raw.get("param", ""), missing
        )

    def _view(self, name: str, raw: Raw, at: Pointer) -> View:
        body = self.template(raw["body"], (*at, "body")) if "body" in raw else None
        return View(name, _paths(raw, "omit"), _paths(raw, "show"), _paths(raw, "only"), body)

    def _history(self, raw: Raw, at: Pointer) -> History:
        return History(pointer.parse(raw["field"]), self.template(raw["entry"], (*at, "entry")))

    def _unique(self, raw: Raw, at: Pointer) -> Unique:
        return Unique(_paths(raw, "fields"), tuple(raw.get("while", ())), self.answer(raw, "conflict", at))

    def _initial(self, raw: str | list[Raw], at: Pointer) -> tuple[tuple[Guard, str], ...]:
        if isinstance(raw, str):
            return (((), raw),)
        return tuple((self._guard(choice, (*at, i)), choice["then"]) for i, choice in enumerate(raw))

    def _state(self, name: str, raw: Raw, at: Pointer) -> State:
        return State(
            name=name,
            category=raw["category"],
            outcome=raw.get("outcome", ""),
            value=raw.get("value", name),
            set=self._assignments(raw, "set", at),
            description=raw.get("description", ""),
            sends=self._notices(raw.get("sends", ()), (*at, "sends")),
        )

    def _transitions(self, raw: Raw, at: Pointer) -> list[Transition]:
        every = tuple(raw.get("state", {}).get("states", {}))
        items = enumerate(raw.get("transitions", ()))
        return [self._transition(item, every, (*at, "transitions", i)) for i, item in items]

    def _transition(self, raw: Raw, every: tuple[str, ...], at: Pointer) -> Transition:
        return Transition(
            name=raw["name"],
            starts=every if raw["from"] == "*" else _names(raw["from"]),
            ends=raw["to"],
            triggers=_names(raw.get("trigger", ())),
            after=self._after(raw["after"], (*at, "after")) if "after" in raw else None,
            every=self._every(raw["every"], (*at, "every")) if "every" in raw else None,
            when=self._guard(raw, at),
            scenario=raw.get("scenario", ""),
            set=self._assignments(raw, "set", at),
            makes=_names(raw.get("makes", ())),
            sends=self._notices(raw.get("sends", ()), (*at, "sends")),
        )

    def _notices(self, raw: Raw | list[Raw], at: Pointer) -> tuple[Notice, ...]:
        if isinstance(raw, Mapping):
            return (self._notice(raw, at),)
        return tuple(self._notice(each, (*at, i)) for i, each in enumerate(raw))

    def _notice(self, raw: Raw, at: Pointer) -> Notice:
        callback = raw.get("callback", {})
        return Notice(
            name=callback["name"] if callback else raw["webhook"],
            operation=callback.get("operation", ""),
            when=self._guard(raw, at),
            view=raw.get("view", ""),
            headers=self._members(raw.get("headers", {}), (*at, "headers")),
            body=self.template(raw["body"], (*at, "body")) if "body" in raw else None,
            retries=raw.get("retries", 0),
        )

    def _after(self, raw: Raw, at: Pointer) -> After:
        if "duration" in raw:
            return After(duration=self._try(timing.duration, raw["duration"], (*at, "duration")) or 0)
        if "until" in raw:
            return After(until=self.source(raw["until"], (*at, "until")))
        return After(polls=raw["polls"])

    def _every(self, raw: str, at: Pointer) -> Template | int:
        if raw.startswith("$"):
            return self.template(raw, at)
        return self._try(timing.duration, raw, at) or timing.SECOND

    def _rule(self, operation: str, raw: Raw, at: Pointer) -> Rule:
        available = raw.get("available", {})
        idempotency = raw.get("idempotency", {})
        return Rule(
            operation=operation,
            role=raw["role"],
            roles=tuple(raw.get("roles", ())),
            view=self._view_choice(raw.get("view", ""), (*at, "view")),
            success=self._successes(raw.get("success", {}), (*at, "success")),
            answers=self.answers(raw, at),
            otherwise=tuple(
                self._otherwise(o, (*at, "otherwise", i)) for i, o in enumerate(raw.get("otherwise", ()))
            ),
            available_in=tuple(available.get("in", ())),
            unavailable=self._unavailable(available.get("otherwise", ()), (*at, "available", "otherwise")),
            states=_names(raw.get("in", ())),
            of=_path(raw, "of") or (),
            ids=self.source(raw["ids"], (*at, "ids")) if "ids" in raw else None,
            makes=_names(raw.get("makes", ())),
            set=self.template(raw["set"], (*at, "set")) if "set" in raw else None,
            id=self.template(raw["id"], (*at, "id")) if "id" in raw else None,
            idempotency_header=idempotency.get("header", "").lower(),
            change=self._assignments(raw, "change", at),
            order=_order(raw.get("order")),
            sort=_sort(raw.get("sort")),
            paging=_paging(raw.get("paging")),
            filters=tuple(
                self._filter(param, value, (*at, "filters", param))
                for param, value in raw.get("filters", {}).items()
            ),
        )

    def _successes(self, raw: Raw | list[Raw], at: Pointer) -> tuple[Success, ...]:
        if isinstance(raw, list):
            return tuple(self._success(each, (*at, i)) for i, each in enumerate(raw))
        return (self._success(raw, at),)

    def _success(self, raw: Raw, at: Pointer) -> Success:
        return Success(
            **self._answer(raw, at),
            view=raw.get("view", ""),
            on=_names(raw.get("on", ())),
            when=self._guard(raw, at),
        )

    def _otherwise(self, raw: Raw, at: Pointer) -> Otherwise:
        return Otherwise(
            states=_names(raw.get("in", ())),
            effect=raw.get("effect", "refused"),
            documented=raw.get("documented", True),
            answer=Answer(**self._answer(raw, at)),
            when=self._guard(raw, at),
        )

    def _unavailable(self, raw: str | Raw | list[Raw], at: Pointer) -> tuple[Otherwise, ...]:
        """Return what is answered where something is not there: one answer for all, or a list by state."""
        if isinstance(raw, str):
            return (Otherwise((), "refused", documented=True, answer=Answer(kind=raw)),)
        if isinstance(raw, Mapping):
            return (self._otherwise(raw, at),)
        return tuple(self._otherwise(each, (*at, i)) for i, each in enumerate(raw))

    def _view_choice(self, raw: str | Raw, at: Pointer) -> ViewChoice:
        if isinstance(raw, str):
            return ViewChoice(raw)
        return ViewChoice(raw.get("default", ""), self.source(raw["by"], (*at, "by")), raw["views"])

    def _filter(self, param: str, raw: str | Raw, at: Pointer) -> Filter:
        if isinstance(raw, str):
            return Filter(param, pointer.parse(raw))
        match = raw.get("match", "equals")
        chosen = match if isinstance(match, dict) else {}
        return Filter(
            param=param,
            field=pointer.parse(raw["field"]),
            default=raw.get("default"),
            match=chosen.get("default", "equals") if chosen else match,
            by=self.source(chosen["by"], (*at, "match", "by")) if chosen else None,
            matches=tuple(chosen.get("matches", {}).items()),
            scale=tuple(raw.get("scale", ())),
        )

    def _seed(self, raw: Raw, at: Pointer) -> Seed:
        return Seed(
            self.template(raw.get("set", {}), (*at, "set")), raw.get("state", ""), raw.get("scenario", "")
        )


def _is_counted(raw: Raw) -> bool:
    """Return whether the ids of the seeds are whole numbers."""
    path = pointer.parse(raw["identity"]["field"])
    ids = [pointer.read(seed.get("set", {}), path) for seed in raw.get("seed", ())]
    return any(isinstance(each, int) and not isinstance(each, bool) for each in ids)


def _names(raw: str | list[str] | tuple[()]) -> tuple[str, ...]:
    return (raw,) if isinstance(raw, str) else tuple(raw)


def _path(raw: Raw, key: str) -> Path | None:
    return pointer.parse(raw[key]) if key in raw else None


def _paths(raw: Raw, key: str) -> tuple[Path, ...]:
    return tuple(map(pointer.parse, raw.get(key, ())))


def _timestamps(raw: Raw) -> Timestamps:
    entered = {state: pointer.parse(text) for state, text in raw.get("entered", {}).items()}
    return Timestamps(raw.get("format", "date-time"), _path(raw, "created"), _path(raw, "updated"), entered)


def _order(raw: str | None) -> Order:
    if raw is None:
        return Order()
    text = raw.removeprefix("-")
    return Order(() if text == "created" else pointer.parse(text), raw.startswith("-"), is_declared=True)


def _sort(raw: Raw | None) -> Sort | None:
    if raw is None:
        return None
    fields = {word: _order(text) for word, text in raw.get("fields", {}).items()}
    direction = raw.get("direction", "")
    if isinstance(direction, str):
        return Sort(raw.get("param", ""), direction, fields)
    return Sort(raw.get("param", ""), direction["param"], fields, direction["descending"])


def _paging(raw: Raw | None) -> Paging | None:
    if raw is None:
        return None
    fixed, default = raw.get("fixed"), raw.get("default")
    return Paging(
        style=raw["style"],
        param=raw.get("start" if raw["style"] == "range" else raw["style"], ""),
        size=raw.get("end" if raw["style"] == "range" else "size", ""),
        default=fixed or default,
        min=raw.get("min", 1),
        max=fixed or raw.get("max"),
        out_of_range=raw.get("outOfRange", "refuse"),
        key=_path(raw, "key") or ("id",),
    )

"""Rules about transitions, and about what a lifecycle declares and never uses."""

from __future__ import annotations

from collections.abc import Iterator

from speckit import pointer
from speckit.expression import GONE, Constant
from speckit.faults import Fault, an
from speckit.lifecycle import Lifecycle, Rule, Success, Transition
from speckit.operation import Operation
from toolkit.lint.finding import INFO, WARNING
from toolkit.lint.matter import Life, first_success, mentions
from toolkit.lint.rule import life_rule

_SAFE = ("GET", "HEAD", "OPTIONS", "TRACE", "QUERY")
_NEVER = (Constant(None), GONE)


@life_rule(
    "move-by-looks",
    INFO,
    why="It moves when somebody looks, and never if nobody does: no time can be promised or judged.",
)
def by_looks(life: Life) -> Iterator[Fault]:
    """A transition by itself has no deadline: it waits for looks."""
    for index, each in enumerate(life.lifecycle.transitions):
        if each.after is not None and each.after.polls:
            message = f"'{each.name}' waits for {each.after.polls} looks, so it has no deadline."
            hint = "Write 'after: {duration: PT5S}', or 'until' with the field that tells when."
            yield life.fault(("transitions", index, "after"), message, hint)


@life_rule(
    "until-never-set",
    WARNING,
    why="Without a time in the field it does not happen at all.",
)
def never_set(life: Life) -> Iterator[Fault]:
    """A transition waits for the time in a field that nothing ever writes."""
    begins = dict(life.lifecycle.initially)
    later = written(life)
    for index, each in enumerate(life.lifecycle.transitions):
        until = each.after.until if each.after else None
        if until is None or until.kind != "resource" or not until.pointer:
            continue
        field = until.pointer[0]
        if begins.get(field) in _NEVER and field not in later:
            message = (
                f"'{each.name}' waits for the time in '{pointer.render(until.pointer)}', and nothing sets it."
            )
            hint = "Set it in 'initially' or in the 'set' of the state that it leaves."
            yield life.fault(("transitions", index, "after"), message, hint)


def written(life: Life) -> set[str]:
    """Return the top fields that anything writes after the resource was made, or while it is."""
    lifecycle = life.lifecycle
    stamps = lifecycle.timestamps
    paths = [path for state in lifecycle.states.values() for path, _ in state.set]
    paths += [path for each in lifecycle.transitions for path, _ in each.set]
    paths += [path for rule in lifecycle.rules.values() for path, _ in rule.change]
    paths += [path for path in (stamps.created, stamps.updated, *stamps.entered.values()) if path]
    given = [each.get("set", {}) for each in life.subject.raw.get("operations", {}).values()]
    given += [each.get("set", {}) for each in life.subject.raw.get("seed", ())]
    return {path[0] for path in paths} | {name for each in given for name in each}


@life_rule(
    "done-too-soon",
    WARNING,
    why="200 and 204 say that it is done; who believes it does not look again, and it may end elsewhere.",
    source="RFC 9110, sections 15.3.3 and 15.3.5",
)
def too_soon(life: Life) -> Iterator[Fault]:
    """A call that only begins something is answered 200 or 204, without a word of the state."""
    for operation, rule, _ in life.rules("trigger", "batch"):
        caused = [t for t in life.lifecycle.transitions if operation.id in t.triggers]
        passing = [t for t in caused if _is_transient(life.lifecycle, t)]
        for success in rule.success:
            meant = [t for t in passing if not success.on or t.name in success.on]
            status = first_success(operation, success)
            if meant and _sounds_done(life, operation, rule, success, status):
                message = f"{operation.id} answers {status} when the {life.name} is only '{meant[0].ends}'."
                hint = "Answer 202, or show the state in the body."
                yield Fault(life.subject.at("operations", operation.id), message, hint)
                break


def _is_transient(lifecycle: Lifecycle, transition: Transition) -> bool:
    state = lifecycle.states.get(transition.ends)
    return state is not None and state.category == "transient"


def _sounds_done(life: Life, operation: Operation, rule: Rule, success: Success, status: int | None) -> bool:
    """Return whether an answer says that all is done, and does not show what is not."""
    if status not in (200, 204):
        return False
    raw = life.subject.raw["operations"][operation.id].get("success", {})
    body = [each.get("body") for each in (raw if isinstance(raw, list) else [raw])]
    response = operation.response(status)
    shows = status == 200 and response is not None and bool(response.content)
    return not shows or (success.body is not None and not mentions(body, "$state", "$resource", "$list"))


@life_rule(
    "unsafe-method",
    WARNING,
    why="Caches, crawlers and clients that try again send safe methods as often as they like.",
    source="RFC 9110, section 9.2.1",
)
def unsafe(life: Life) -> Iterator[Fault]:
    """An operation that changes something has a method that promises not to."""
    for operation, rule, _ in life.rules("create", "replace", "update", "trigger", "batch"):
        if operation.method in _SAFE:
            message = f"{operation.id} has the role {rule.role}, and {operation.method} is a safe method."
            yield Fault(life.at(operation), message, "Use POST, or the role get.")


@life_rule(
    "nobody-can-look",
    WARNING,
    why="Who has made one has no way to learn what became of it.",
    source="AIP-151 (long-running operations)",
)
def no_look(life: Life) -> Iterator[Fault]:
    """Resources with states can be made, and no operation shows them."""
    makers = [operation.id for operation, _, _ in life.rules("create", "replace")]
    if life.lifecycle.states and makers and not any(True for _ in life.rules("get", "list")):
        message = f"{makers[0]} makes {an(life.name)}, and no operation gets or lists one."
        yield life.fault(("operations",), message, "Add an operation with the role get.")


@life_rule(
    "unused-view",
    WARNING,
    why="Nobody sees it; most often an operation was to show it, and shows all instead.",
)
def unused_view(life: Life) -> Iterator[Fault]:
    """No operation shows a view."""
    shown: set[str] = set()
    for rule in life.lifecycle.rules.values():
        shown |= {rule.view.default, *rule.view.views.values(), *(each.view for each in rule.success)}
    for name in life.lifecycle.views:
        if name not in shown:
            message = f"No operation shows the view '{name}'."
            yield life.fault(("views", name), message, f"Write 'view: {name}' in an operation, or remove it.")


@life_rule(
    "unused-parent",
    WARNING,
    why="The relation is declared and does nothing: no path names it, and no field holds it.",
)
def unused_parent(life: Life) -> Iterator[Fault]:
    """A parent is in no path of the resource's operations, in no field and in no expression."""
    begins = dict(life.lifecycle.initially)
    params = {p.name for each in life.subject.own() for p in each.parameters if p.place == "path"}
    for name, parent in life.lifecycle.parents.items():
        is_held = begins.get(parent.field[0]) not in (None, *_NEVER) or parent.field[0] in written(life)
        told = {key: each for key, each in life.subject.raw.items() if key != "parents"}
        if parent.param not in params and not is_held and not mentions(told, f"$parent.{name}"):
            message = f"Nothing makes use of the parent '{name}'."
            hint = f"Let 'initially' fill '{pointer.render(parent.field)}', or remove the parent."
            yield life.fault(("parents", name), message, hint)

"""Resources: what a document has that can be made, read, listed, changed, moved and removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from speckit import pointer
from speckit.lifecycle import Path
from speckit.operation import Operation
from toolkit.survey import replies
from toolkit.survey.acting import Act, acted, makes
from toolkit.survey.forms import Form
from toolkit.survey.identity import Identified, identified
from toolkit.survey.routes import Group, Route, Shape, groups
from toolkit.survey.spelling import plain, singular, title, words
from toolkit.survey.stamps import Stamps, stamps
from toolkit.survey.states import Stateful, stateful
from toolkit.survey.vocabulary import SEARCHES

_BEGINS = ("start",)


@dataclass(frozen=True, slots=True)
class Above:
    """The resource below whose path another one is, and the path parameter that names it."""

    resource: str
    param: str


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of thing that the document has.

    Attributes:
        path: The path of its collection.
        param: The path parameter with its id; empty where no path has one.
        params: All names of that parameter.
        envelope: Where it stands in the answer of the operation that shows it.
        shown: The example of one that the document gives, else None.
        settable: The fields that clients send when they make one.
        above: The resource it lives under, if that is one, too.
        beside: Others under which it is made and listed, though it is at a path of its own.
        holders: Path parameters above it that name no resource.
    """

    name: str
    path: str
    param: str
    params: tuple[str, ...]
    item: Form
    envelope: Path
    shown: Any
    identity: Identified
    stamps: Stamps
    state: Stateful | None
    settable: frozenset[str]
    acts: tuple[Act, ...]
    above: Above | None
    holders: tuple[str, ...]
    beside: tuple[Above, ...] = ()

    def refers_by(self, param: str) -> Path | None:
        """Return the field that is called as the path parameter of what is above; None where none is."""
        for name, form in self.item.members.items():
            is_other = (name,) != self.identity.field and form.kind in ("string", "integer")
            if is_other and plain(name) == plain(param):
                return (name,)
        return None

    def acting(self, *roles: str) -> list[Act]:
        """Return what operations do that have one of `roles`."""
        return [each for each in self.acts if each.role in roles]


def survey(data: Mapping[str, Any], operations: Mapping[str, Operation]) -> tuple[Resource, ...]:
    """Return the resources of a document, in the order of its paths.

    Args:
        data: The document.
        operations: Those to look at.
    """
    found = groups(operations.values())
    named = _resources(data, found)
    if empty := frozenset(found.keys() - named.keys()):
        named = _resources(data, groups(operations.values(), without=empty))
    united = _united(list(named.values()))
    taken = {act.operation.id for each in united for act in each.acts if not _may_make_another(each, act)}
    left = [_loose(data, each) for each in operations.values() if each.id not in taken]
    order = {name: place for place, name in enumerate(operations)}
    whole = _without_makers([_with_others(data, each, left) for each in united])
    return tuple(sorted(whole, key=lambda each: min(order[act.operation.id] for act in each.acts)))


def _resources(data: Mapping[str, Any], found: Mapping[Shape, Group]) -> dict[Shape, Resource]:
    named: dict[Shape, Resource] = {}
    for shape, group in sorted(found.items(), key=lambda pair: len(pair[0])):
        if resource := _resource(data, group, named):
            named[shape] = resource
    return named


def _may_make_another(resource: Resource, act: Act) -> bool:
    """Return whether `start` or `execute` below something without a state may make something else.

    So may what asks for something that no known word says.
    """
    begins = act.role == "trigger" and act.verb in _BEGINS and resource.state is None
    return begins or act.role == "other"


def _without_makers(found: list[Resource]) -> list[Resource]:
    """Return `found` without triggers that turned out to make something else."""
    makers = {act.operation.id for each in found for act in each.acting("create")}
    kept = [
        replace(
            each,
            acts=tuple(act for act in each.acts if act.role == "create" or act.operation.id not in makers),
        )
        for each in found
    ]
    return [each for each in kept if each.acts]


def _united(found: list[Resource]) -> list[Resource]:
    """Return `found` with collections of the same thing below other paths taken into one."""
    homes = {each.item.name: each for each in found if each.item.name and each.param}
    strays = [each for each in found if not each.param and each.item.name in homes]
    kept = [each for each in found if each not in strays]
    taken = {name: [each for each in strays if each.item.name == name] for name in homes}
    return [
        _uniting(each, taken[each.item.name]) if homes.get(each.item.name) is each else each for each in kept
    ]


def _uniting(home: Resource, strays: list[Resource]) -> Resource:
    """Return `home` with what `strays` do, each below what it is below."""
    beside = {each.above.resource: each.above for each in strays if each.above and _is_below(home, each)}
    return replace(
        home,
        acts=(*home.acts, *(act for each in strays for act in each.acts)),
        beside=tuple(beside.values()),
    )


def _is_below(home: Resource, stray: Resource) -> bool:
    """Return whether what `stray` lists is that of its parent alone: one shows whose it is, or is made there.

    Where others make it, and it does not show whose it is, nobody could tell.
    """
    above = stray.above
    if above is None or above.resource == home.name or (home.above and home.above.resource == above.resource):
        return False
    return home.refers_by(above.param) is not None or bool(
        stray.acting("create") and not home.acting("create")
    )


def _resource(data: Mapping[str, Any], group: Group, known: Mapping[Shape, Resource]) -> Resource | None:
    found = _item(data, group)
    acts = tuple(replace(each, said=_said(data, each.operation)) for each in acted(group, data))
    if found is None or not {"create", "get", "list"} & {each.role for each in acts}:
        return None
    item, envelope, shown = found
    params = tuple(dict.fromkeys(_params(group)))
    body = next(
        filter(None, (replies.sent(data, each.operation) for each in group.whole if makes(each))), None
    )
    settable = frozenset(body.members) if body else frozenset()
    # Where one schema serves both ways, that a client could send a state says nothing.
    is_shared = body is not None and bool(body.name) and body.name == item.name
    state = stateful(item, frozenset() if is_shared else settable)
    above = known.get(group.shape[:-2]) if len(group.shape) > 2 and group.shape[-2] == "{}" else None
    route = (group.whole or group.item)[0]
    outer = route.params[: group.shape.count("{}")]
    return Resource(
        name=_name(item, group, {each.name for each in known.values()}),
        path=_path(route, group),
        param=params[0] if params else "",
        params=params,
        item=item,
        envelope=envelope,
        shown=shown,
        identity=identified(item, params[0] if params else "", group.word, shown),
        stamps=stamps(item, frozenset(plain(each.value) for each in (state.words if state else ())), shown),
        state=state,
        settable=settable,
        acts=acts,
        above=Above(above.name, outer[-1]) if above and outer else None,
        holders=outer[:-1] if above else outer,
    )


def _said(data: Mapping[str, Any], operation: Operation) -> str:
    """Return the description of an operation, as far as it stands where the path does."""
    found = pointer.read(data, ("paths", operation.path, operation.method.lower(), "description"))
    return found if isinstance(found, str) else ""


def _path(route: Route, group: Group) -> str:
    return "/" + "/".join(route.operation.path.strip("/").split("/")[: len(group.shape)])


def _params(group: Group) -> Iterator[str]:
    depth = group.shape.count("{}")
    shown = sorted(group.item, key=lambda each: each.operation.method != "GET")
    yield from (each.params[depth] for each in shown)
    yield from (each.params[depth] for _, each in group.below if len(each.params) > depth)


def _name(item: Form, group: Group, taken: set[str]) -> str:
    """Return what a resource is called: as its schema, else as its path, with more of the path if taken."""
    plain_words = [title(singular(each)) for each in group.shape if each != "{}" and each]
    candidates = [title(item.name), *("".join(plain_words[-n:]) for n in range(1, len(plain_words) + 1))]
    free = (each for each in candidates if each and each not in taken)
    return next(free, f"{''.join(plain_words) or 'Resource'}{len(taken)}")


def _item(data: Mapping[str, Any], group: Group) -> tuple[Form, Path, Any] | None:
    """Return what one of a collection looks like, where it stands in an answer, and an example of it."""
    in_list = _in_list(data, group)
    params = [plain(name) for name in _params(group)]

    def is_it(form: Form) -> bool:
        if in_list is not None and in_list.name and form.name == in_list.name:
            return True
        names = {plain(name) for name in form.members}
        return bool(names & {*params, "id", "uuid", "name", "status", "state"}) or len(names) > 3

    def has_id(form: Form) -> bool:
        return bool({plain(name) for name in form.members} & {*params, "id"})

    for each in (group.method("GET"), *(each for each in group.whole if makes(each)), group.method("PUT")):
        for reply in replies.replies(data, each.operation) if each else ():
            if reply.form and (path := replies.inner(reply.form, is_it, has_id)) is not None:
                found = replies.at(reply.form, path)
                if found.members and (each is group.method("GET") or len(found.members) > 2):
                    shown = pointer.read(reply.shown, path) if path else reply.shown
                    return found, path, shown if isinstance(shown, Mapping) else None
    return (in_list, (), None) if in_list is not None else None


def _in_list(data: Mapping[str, Any], group: Group) -> Form | None:
    for each in group.whole:
        for reply in replies.replies(data, each.operation) if each.operation.method == "GET" else ():
            if reply.form and (path := replies.listed(reply.form)) is not None:
                return replies.at(reply.form, path).items
    return None


@dataclass(frozen=True, slots=True)
class _Loose:
    """An operation of no resource yet, with the components that it answers with: whole, inside, in a list."""

    operation: Operation
    whole: frozenset[str]
    inside: frozenset[str]
    items: frozenset[str]


def _loose(data: Mapping[str, Any], operation: Operation) -> _Loose:
    forms = [reply.form for reply in replies.replies(data, operation) if reply.form]
    lists = (replies.at(form, path).items for form in forms if (path := replies.listed(form)) is not None)
    return _Loose(
        operation,
        frozenset(form.name for form in forms if form.name),
        frozenset(part.name for form in forms for part in form.members.values() if part.name),
        frozenset(form.name for form in lists if form.name),
    )


def _with_others(data: Mapping[str, Any], resource: Resource, left: list[_Loose]) -> Resource:
    """Return `resource` with operations under other paths that make or list it, as their answers show.

    What they take is taken out of `left`.
    """
    if not resource.item.name:
        return resource
    makers = [_loose(data, act.operation) for act in resource.acting("create")]
    answers = frozenset(name for each in makers for name in each.whole)
    found = {each.operation.id: act for each in left if (act := _elsewhere(each, resource, answers))}
    left[:] = [each for each in left if each.operation.id not in found]
    return replace(resource, acts=(*resource.acts, *found.values()))


def _elsewhere(each: _Loose, resource: Resource, answers: frozenset[str]) -> Act | None:
    """Return what an operation under another path does to `resource`; None where nothing says so."""
    name, operation = resource.item.name, each.operation
    if operation.method == "POST" and not SEARCHES.isdisjoint(words(operation.path.rpartition("/")[2])):
        return None
    if any(operation.parameter("path", param) for param in resource.params):
        return None
    if operation.method == "POST" and (name in each.whole | each.inside or each.whole & answers):
        is_new = bool(each.whole & answers) or not resource.acting("create")
        return Act(operation, "create", f"POST that answers with a {name}", False) if is_new else None
    is_open = not any(parameter.place == "path" for parameter in operation.parameters)
    if operation.method == "GET" and is_open and name in each.items:
        return Act(operation, "list", f"GET that answers with several {name}", False)
    return None

"""Apply an OpenAPI Overlay: changes to a document that nobody here owns.

Overlay Specification 1.0 and 1.1, targets in JSONPath (RFC 9535).
"""

import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonpath import JSONPathEnvironment, JSONPathError

from speckit.faults import DocumentFaults, Fault, Origin, Pointer, did_you_mean, written
from speckit.position import origin_of

_FIELDS = ("target", "description", "update", "remove", "copy")
_ROOT = ("overlay", "info", "extends", "actions")
_UNNAMED = Path("overlay.yaml")
_PATHS = JSONPathEnvironment(strict=True)


def apply(
    data: dict[str, Any], overlay: Any, *, source: Path = _UNNAMED, origins: list[Origin] | None = None
) -> dict[str, Any]:
    """Return `data` with the actions of `overlay` applied in order; `data` is left as it was.

    Args:
        source: The overlay's own file.
        origins: Receives where each part that the overlay added was written.

    Raises:
        DocumentFaults: The overlay is malformed, or an action cannot be done.
            Paths of these faults lead into the overlay, not the document.
    """
    faults = list(_malformed(overlay))
    if faults:
        raise DocumentFaults(faults)
    run = _Run(copy.deepcopy(data), source, str(overlay["overlay"]), [] if origins is None else origins)
    for index, action in enumerate(overlay["actions"]):
        run.act(("actions", index), action)
    return run.data


def _malformed(overlay: Any) -> Iterator[Fault]:
    if not isinstance(overlay, dict) or "overlay" not in overlay:
        yield Fault((), "This is not an overlay: the field 'overlay' is missing.", "Add 'overlay: 1.0.0'.")
        return
    version = overlay["overlay"]
    if not isinstance(version, str) or not version.startswith(("1.0.", "1.1.")):
        yield Fault(("overlay",), f"Overlay version {version!r} is unknown.", "Versions are 1.0.0 and 1.1.0.")
    yield from _unknown((), overlay, _ROOT)
    yield from _no_text((), overlay, ("extends",))
    yield from _malformed_info(overlay.get("info"))
    actions = overlay.get("actions")
    if not isinstance(actions, list) or not actions:
        yield Fault(("actions",), "An overlay needs a list of actions, and there is none.")
        return
    for index, action in enumerate(actions):
        yield from _malformed_action(("actions", index), action)
        if (first := actions.index(action)) < index:
            yield Fault(
                ("actions", index), f"The action is there already: actions/{first}.", "Keep one of them."
            )


def _malformed_info(info: Any) -> Iterator[Fault]:
    fields = info if isinstance(info, dict) else {}
    for field in ("title", "version"):
        if field not in fields:
            yield Fault(("info",), f"An overlay says its {field}, and 'info/{field}' is missing.")
    yield from _unknown(("info",), fields, ("title", "version", "description"))
    yield from _no_text(("info",), fields, ("title", "version", "description"))


def _unknown(path: Pointer, node: dict[str, Any], known: tuple[str, ...]) -> Iterator[Fault]:
    what = "of 'info'" if path == ("info",) else "of an action" if path else "of an overlay"
    for field in node:
        if field not in known and not field.startswith("x-"):
            message = f"'{field}' is not a field {what}."
            yield Fault((*path, field), message, did_you_mean(field, known))


def _no_text(path: Pointer, node: dict[str, Any], fields: tuple[str, ...]) -> Iterator[Fault]:
    for field in fields:
        if field in node and not isinstance(node[field], str):
            hint = "Put it in quotes." if isinstance(node[field], int | float) else ""
            yield Fault((*path, field), f"'{field}' is text, and this is not.", hint)


def _malformed_action(path: Pointer, action: Any) -> Iterator[Fault]:
    if not isinstance(action, dict):
        yield Fault(path, "An action is a mapping, and this is not.", "Give 'target' and 'update'.")
        return
    yield from _unknown(path, action, _FIELDS)
    yield from _no_text(path, action, ("description",))
    for field in ("target", "copy"):
        if field in action:
            yield from _malformed_path((*path, field), action[field])
    if not isinstance(action.get("remove", False), bool):
        yield Fault((*path, "remove"), "'remove' is true or false, and this is neither.")
    if "target" not in action:
        yield Fault(path, "The action has no 'target'.", "Name what it changes, as in 'target: $.info'.")
    if not action.get("remove") and "update" in action and "copy" in action:
        yield Fault(path, "The action says two things to do.", "Give 'update' or 'copy', each in an action.")


def _malformed_path(path: Pointer, query: Any) -> Iterator[Fault]:
    if not isinstance(query, str):
        yield Fault(path, f"'{path[-1]}' is a JSONPath, and this is not text.")
        return
    try:
        _compiled(query)
    except (JSONPathError, RecursionError) as error:
        why = error.args[0] if error.args else "nested too deeply"
        yield Fault(path, f"'{query}' is not a JSONPath: {why}.", "For example: $.paths['/jobs'].get")


@cache
def _compiled(query: str) -> Any:
    """Return a JSONPath (RFC 9535), compiled.

    Raises:
        JSONPathError: It is none.
    """
    return _PATHS.compile(query)


class _Run:
    """One overlay at work on one copy of a document."""

    def __init__(self, data: dict[str, Any], source: Path, version: str, origins: list[Origin]) -> None:
        self.data, self.source, self.version, self.origins = data, source, version, origins

    def act(self, path: Pointer, action: dict[str, Any]) -> None:
        targets = self._select((*path, "target"), action["target"])
        if action.get("remove"):
            self._remove(path, targets)
            return
        if "update" not in action and "copy" not in action:
            return
        value, there = action.get("update"), (*path, "update")
        if "copy" in action:
            value, there = self._copied(path, action["copy"]), (*path, "copy")
        for target in targets:
            self._update(target, value, there)

    def _select(self, path: Pointer, query: str) -> list[Pointer]:
        compiled = _compiled(query)
        try:
            found = [match.parts for match in compiled.finditer(self.data)]
        except (JSONPathError, RecursionError) as error:
            message = (
                f"'{query}' cannot be looked up: {error.args[0] if error.args else 'nested too deeply'}."
            )
            raise _refused(path, message, "Write it in simpler words.") from None
        # What may select many may select none; a single node that is named is meant to be there.
        if not found and (compiled.singular_query() or path[-1] == "copy"):
            raise _refused(path, f"'{query}' selects nothing in the document.", self._nearest(query))
        return list(dict.fromkeys(found))

    def _nearest(self, query: str) -> str:
        """Return what there is where the query first leaves the document."""
        node: Any = self.data
        for name in _names(query):
            if not isinstance(node, dict):
                break
            if name not in node:
                return f"There is no '{name}'. {did_you_mean(name, node)}"
            node = node[name]
        return "Remove the action, or correct its target."

    def _copied(self, path: Pointer, query: str) -> Any:
        found = self._select((*path, "copy"), query)
        if len(found) > 1:
            raise _refused((*path, "copy"), f"'{query}' selects {len(found)} nodes, and one can be copied.")
        return self._at(found[0])

    def _at(self, pointer: Pointer) -> Any:
        node: Any = self.data
        for segment in pointer:
            node = node[segment]
        return node

    def _remove(self, path: Pointer, targets: list[Pointer]) -> None:
        # From the end, so that the indexes of the others stay true; a child goes before its parent.
        for target in sorted(targets, key=_order, reverse=True):
            if not target:
                raise _refused(
                    (*path, "target"), "The document itself cannot be removed.", "Name a part of it."
                )
            holder = self._at(target[:-1])
            self._forget(target, holder)
            del holder[target[-1]]

    def _forget(self, target: Pointer, holder: Any) -> None:
        """Keep the origins true once `target` has gone: later items of a list move up by one."""
        parent, end = target[:-1], len(target)
        first = int(target[-1]) if isinstance(holder, list) else 0
        later = range(first + 1, len(holder)) if isinstance(holder, list) else range(0)
        moving = {(*parent, i): (*parent, i - 1) for i in later}
        moved = [Origin(new, *_written_at(self.origins, old)) for old, new in moving.items()]
        for o in self.origins:
            if o.at[:end] in moving and len(o.at) > end:
                moved.append(Origin((*moving[o.at[:end]], *o.at[end:]), o.file, o.there))
        kept = [o for o in self.origins if o.at[:end] not in moving and o.at[:end] != target]
        self.origins[:] = kept + moved

    def _update(self, target: Pointer, value: Any, there: Pointer) -> None:
        node = self._at(target)
        if isinstance(node, dict) and isinstance(value, dict):
            self._merge(target, node, value, there)
        elif isinstance(node, list):
            # 1.0 appends the value as one item; 1.1 concatenates when it is a list.
            several = isinstance(value, list) and self.version.startswith("1.1.")
            self._append(target, node, value if several else [value], there, several)
        elif target and not isinstance(node, dict) and not isinstance(value, dict | list):
            self._put(target, value, there)
        else:
            self._incompatible(target, node, value, there)

    def _merge(self, target: Pointer, node: dict[str, Any], value: dict[str, Any], there: Pointer) -> None:
        for key, new in value.items():
            at, where = (*target, key), (*there, key)
            old = node.get(key)
            if key not in node:
                self._put(at, new, where)
            elif isinstance(old, dict) and isinstance(new, dict):
                self._merge(at, old, new, where)
            elif isinstance(old, list) and isinstance(new, list):
                self._append(at, old, new, where, True)
            elif isinstance(old, dict | list) or isinstance(new, dict | list):
                self._incompatible(at, old, new, where)
            else:
                self._put(at, new, where)

    def _append(
        self, target: Pointer, node: list[Any], items: list[Any], there: Pointer, several: bool
    ) -> None:
        for index, item in enumerate(copy.deepcopy(items)):
            self.origins.append(
                Origin((*target, len(node)), self.source, (*there, index) if several else there)
            )
            node.append(item)

    def _put(self, target: Pointer, value: Any, there: Pointer) -> None:
        self._at(target[:-1])[target[-1]] = copy.deepcopy(value)
        self.origins.append(Origin(target, self.source, there))

    def _incompatible(self, target: Pointer, old: Any, new: Any, there: Pointer) -> None:
        message = f"{_kind(new)} cannot be merged into {_kind(old)} at {written(target)}."
        raise _refused(there, message, "Remove what is there in an action before this one.")


def _written_at(origins: list[Origin], pointer: Pointer) -> tuple[Path, Pointer]:
    origin = origin_of(origins, pointer)
    return (origin.file, origin.there) if origin else (Path(), pointer)


def _names(query: str) -> Iterator[str]:
    """Yield the plain names a query starts with."""
    try:
        segments = _compiled(query).segments
    except (JSONPathError, AttributeError):
        return
    for segment in segments:
        name = getattr(segment.selectors[0], "name", None) if len(segment.selectors) == 1 else None
        if not isinstance(name, str) or type(segment).__name__ != "JSONPathChildSegment":
            return
        yield name


def _order(pointer: Pointer) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, s, "") if isinstance(s, int) else (1, 0, s) for s in pointer)


def _kind(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return "a plain value"


def _refused(path: Pointer, message: str, hint: str = "") -> DocumentFaults:
    return DocumentFaults([Fault(path, message, hint)])

"""Find the `$ref`s of a document that stands alone, and follow them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from speckit.faults import Fault, Pointer, did_you_mean

Reference = tuple[Pointer, dict[str, Any], str]
"""Where a reference stands, the mapping that holds it, and its text."""

BUNDLED = "x-bundled"
NOWHERE = f"#/{BUNDLED}//"
"""What a reference becomes that is not followed; it is told already."""

LONGEST_CHAIN = 100
"""How many references may follow each other."""

_NESTED = (dict, list)
_Way = tuple[Any, ...]
_ENTRY = "an entry of examples"
_PAYLOADS = frozenset({"example", "default", "enum", "const"})
_SCHEMA_MAPS = {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
_COMPONENTS = {"schemas", "requestBodies", "securitySchemes", "pathItems", "mediaTypes"}
_OTHER_MAPS = {BUNDLED, "parameters", "headers", "links", "webhooks", "content", "encoding", "examples"}
_CLOSED = {"paths", "responses", "callbacks"}
_MAPS = _SCHEMA_MAPS | _COMPONENTS | _OTHER_MAPS | _CLOSED
# Maps whose names are free: there 'x-rate' is a header or a property, not an extension.
_FREE = _MAPS - _CLOSED


def resolve(data: Any, ref: str) -> Any:
    """Return the node a local reference names, further references on the way followed.

    Raises:
        LookupError: The reference is not local, names nothing, or never ends.

    >>> resolve({"paths": {"/jobs": {"get": 1}}}, "#/paths/~1jobs")
    {'get': 1}
    """
    return _resolved(data, ref, iter(range(LONGEST_CHAIN)))


def deref(data: Any, node: Any) -> Any:
    """Return what `node` refers to, or `node` itself where it is no reference.

    Raises:
        LookupError: As `resolve` does.
    """
    ref = node.get("$ref") if isinstance(node, dict) else None
    return resolve(data, ref) if isinstance(ref, str) else node


def deref_or_none(data: Any, node: Any) -> Any:
    """Return what `deref` does; None for a reference that leads nowhere, which other checks tell."""
    try:
        return deref(data, node)
    except LookupError:
        return None


def references(root: Any) -> Iterator[Reference]:
    """Yield every reference below `root`: where it stands, the mapping that holds it, and its text.

    A property that happens to be called `$ref`, payloads and extensions hold none.
    """
    # A way is the key and the way of what is above: most nodes hold no reference, and need no pointer.
    stack: list[tuple[_Way, Any, str]] = [((), root, "")]
    seen: set[tuple[int, bool]] = set()
    while stack:
        way, node, name = stack.pop()
        mark = (id(node), name in _MAPS)
        if mark in seen:  # an alias of YAML: the same mapping in two places
            continue
        seen.add(mark)
        if type(node) is list:
            stack += [((i, way), item, "") for i, item in enumerate(node) if type(item) in _NESTED]
        elif type(node) is dict:
            ref = node.get("$ref")
            # In a map a name `$ref` has a mapping below it, so text is a reference, allowed there or not.
            if type(ref) is str:
                yield _pointer(way), node, ref
            _stack_children(stack, way, node, name)


def _pointer(way: _Way) -> Pointer:
    path: list[str | int] = []
    while way:
        key, way = way
        path.append(key)
    return tuple(reversed(path))


def _stack_children(stack: list[tuple[_Way, Any, str]], way: _Way, node: dict[str, Any], name: str) -> None:
    if name == _ENTRY:
        return
    is_map, is_free = name in _MAPS, name in _FREE
    for key, child in node.items():
        if type(child) not in _NESTED:
            continue
        if name == "examples":
            stack.append(((key, way), child, _ENTRY))
        elif is_map:
            if is_free or not key.startswith("x-"):
                stack.append(((key, way), child, ""))
        elif not _is_payload(key, child):
            stack.append(((key, way), child, key))


def _is_payload(key: str, child: Any) -> bool:
    # Examples in a list are values of a schema; in a mapping they are objects of OpenAPI.
    if key == "examples":
        return isinstance(child, list)
    return key in _PAYLOADS or (key.startswith("x-") and key != BUNDLED)


def short(ref: str) -> str:
    """Return a reference as a sentence can hold it."""
    return ref if len(ref) <= 120 else f"{ref[:117]}..."


def dangling(data: dict[str, Any], found: Iterable[Reference] | None = None) -> Iterator[Fault]:
    """Yield a fault for each local reference that names nothing, at the mapping that holds it.

    Args:
        found: The references there are, where somebody has looked for them already.
    """
    known: dict[str, tuple[str, str] | None] = {}
    for path, holder, _ in references(data) if found is None else found:
        ref = holder["$ref"]
        if not ref.startswith("#") or ref == NOWHERE:
            continue
        if ref not in known:
            known[ref] = _why_dangling(data, ref)
        if why := known[ref]:
            yield Fault(path, *why)


def _why_dangling(data: Any, ref: str) -> tuple[str, str] | None:
    try:
        resolve(data, ref)
    except _Missing as missing:
        return f"'{short(ref)}' names nothing: {missing}", missing.hint
    except LookupError as error:
        return str(error), ""
    return None


class _Missing(LookupError):
    def __init__(self, why: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(why)

    def __str__(self) -> str:
        return str(self.args[0])


def _resolved(data: Any, ref: str, left: Iterator[int]) -> Any:
    """Return what `ref` leads to; `left` has an item for each reference that may still be followed."""
    if next(left, None) is None:
        raise LookupError(f"'{short(ref)}' leads on through more than {LONGEST_CHAIN} references.")
    node = data
    for segment in _segments(ref):
        if isinstance(node, dict) and segment not in node and isinstance(node.get("$ref"), str):
            node = _resolved(data, node["$ref"], left)
        node = _step(node, segment)
    further = node.get("$ref") if isinstance(node, dict) else None
    return _resolved(data, further, left) if isinstance(further, str) else node


def _segments(ref: str) -> list[str]:
    if not ref.startswith("#"):
        raise LookupError(f"'{short(ref)}' is not a reference into this document.")
    fragment = unquote(ref[1:])
    if fragment and not fragment.startswith("/"):
        raise _Missing("no schema has it as an '$anchor'.", "Write the whole path: '#/components/...'.")
    return [part.replace("~1", "/").replace("~0", "~") for part in fragment.split("/")[1:]]


def _step(node: Any, segment: str) -> Any:
    if isinstance(node, dict):
        if segment in node:
            return node[segment]
        raise _Missing(f"there is no '{segment}'.", did_you_mean(segment, node))
    if isinstance(node, list):
        if segment.isascii() and segment.isdigit() and int(segment[:9]) < len(node):
            return node[int(segment)]
        raise _Missing(f"a list of {len(node)} has no item '{segment}'.")
    raise _Missing(f"'{segment}' is asked of a plain value.")

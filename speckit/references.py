"""Follow `$ref`s inside a fence, and bring what they name into one document.

Nothing is ever fetched: a reference names a node of this document, or of a file inside the fence.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from speckit.faults import DocumentFaults, Fault, Origin, Pointer, did_you_mean
from speckit.source import read

BUNDLED = "x-bundled"
_CHAIN = 100
_ENTRY = "an entry of examples"
_PAYLOADS = frozenset({"example", "default", "enum", "const"})
_SCHEMA_MAPS = {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
_COMPONENTS = {"schemas", "requestBodies", "securitySchemes", "pathItems", "mediaTypes"}
_OTHER_MAPS = {BUNDLED, "parameters", "headers", "links", "webhooks", "content", "encoding", "examples"}
_CLOSED = {"paths", "responses", "callbacks"}
_MAPS = _SCHEMA_MAPS | _COMPONENTS | _OTHER_MAPS | _CLOSED
# Maps whose names are free: there 'x-rate' is a header or a property, not an extension.
_FREE = _MAPS - _CLOSED


@dataclass(frozen=True)
class Bundle:
    """A document that stands alone, where its parts came from, and what could not be brought in."""

    data: dict[str, Any]
    origins: tuple[Origin, ...]
    faults: tuple[Fault, ...]


def bundle(data: dict[str, Any], source: Path, fence: Path) -> dict[str, Any]:
    """Return `data` with every reference local: `#/...`.

    Files referred to are put under `x-bundled`, whole, so that files which
    refer to each other work. The data passed in is left as it was.

    Args:
        source: The file `data` was read from; references are relative to it.
        fence: The folder no reference may leave, symbolic links followed.

    Raises:
        DocumentFaults: A reference is remote, leaves the fence, or names nothing.
    """
    result = gather(data, source, fence)
    if result.faults:
        raise DocumentFaults(result.faults)
    return result.data


def gather(data: dict[str, Any], source: Path, fence: Path) -> Bundle:
    """Return what `bundle` does, with faults and origins as values."""
    if any(not ref.startswith("#") for _, _, ref in references(data)):
        data = copy.deepcopy(data)
    gatherer = _Gatherer(data, source, fence.resolve())
    gatherer.visit(data, source, ())
    faults = [*gatherer.faults, *_dangling(data)]
    return Bundle(data, tuple(gatherer.origins), tuple(faults))


def resolve(data: Any, ref: str) -> Any:
    """Return the node a local reference names, further references on the way followed.

    Raises:
        LookupError: The reference is not local, names nothing, or never ends.

    >>> resolve({"paths": {"/jobs": {"get": 1}}}, "#/paths/~1jobs")
    {'get': 1}
    """
    return _resolved(data, ref, _CHAIN)


def deref(data: Any, node: Any) -> Any:
    """Return what `node` refers to, or `node` itself where it is no reference.

    Raises:
        LookupError: As `resolve` does.
    """
    ref = node.get("$ref") if isinstance(node, dict) else None
    return resolve(data, ref) if isinstance(ref, str) else node


def references(root: Any) -> Iterator[tuple[Pointer, dict[str, Any], str]]:
    """Yield every reference below `root`: where it stands, the mapping that holds it, and its text.

    A property that happens to be called `$ref`, payloads and extensions hold none.
    """
    stack: list[tuple[Pointer, Any, str]] = [((), root, "")]
    seen: set[tuple[int, bool]] = set()
    while stack:
        path, node, name = stack.pop()
        is_map = name in _MAPS
        if (id(node), is_map) in seen:  # an alias of YAML: the same mapping in two places
            continue
        seen.add((id(node), is_map))
        if isinstance(node, list):
            stack += [((*path, i), item, "") for i, item in enumerate(node) if isinstance(item, dict | list)]
            continue
        if not isinstance(node, dict):
            continue
        ref = node.get("$ref")
        if isinstance(ref, str) and not is_map:
            yield path, node, ref
        stack += [((*path, key), child, below) for key, child, below in _children(node, name)]


def _children(node: dict[str, Any], name: str) -> Iterator[tuple[str, Any, str]]:
    if name == _ENTRY:
        return
    for key, child in node.items():
        if not isinstance(child, dict | list):
            continue
        if name == "examples":
            yield key, child, _ENTRY
        elif name in _MAPS:
            if name in _FREE or not key.startswith("x-"):
                yield key, child, ""
        elif not _is_payload(key, child):
            yield key, child, key


def _is_payload(key: str, child: Any) -> bool:
    # Examples in a list are values of a schema; in a mapping they are objects of OpenAPI.
    if key == "examples":
        return isinstance(child, list)
    return key in _PAYLOADS or (key.startswith("x-") and key != BUNDLED)


@dataclass
class _Gatherer:
    """Brings files in, one after another, and makes the references to them local."""

    root: dict[str, Any]
    source: Path
    fence: Path
    origins: list[Origin] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    homes: dict[Path, Pointer] = field(default_factory=dict)
    unread: set[Path] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.homes[self.source.resolve()] = ()

    def visit(self, node: Any, file: Path, home: Pointer) -> None:
        """Make the references below `node` local; it was read from `file` and now stands at `home`."""
        waiting = [(node, file, home)]
        while waiting:
            node, file, home = waiting.pop()
            for path, holder, ref in list(references(node)):
                self._localise((*home, *path), holder, ref, file, home, waiting)

    def _localise(
        self, path: Pointer, holder: dict[str, Any], ref: str, file: Path, home: Pointer, waiting: list[Any]
    ) -> None:
        name, _, fragment = ref.partition("#")
        refusal = _refusal(ref)
        if refusal:
            self.faults.append(Fault(path, f"'{_short(ref)}' {refusal[0]}", refusal[1]))
            holder["$ref"] = "#"
        elif not name:
            if home:
                holder["$ref"] = _reference(home, fragment)
        elif target := self._inside(path, name, file):
            there = self._home(path, name, target, waiting)
            holder["$ref"] = "#" if there is None else _reference(there, fragment)
        else:
            holder["$ref"] = "#"

    def _inside(self, path: Pointer, name: str, file: Path) -> Path | None:
        try:
            target = (file.parent / unquote(name)).resolve()
        except (OSError, ValueError, RuntimeError) as error:
            self.faults.append(Fault(path, f"'{_short(name)}' is not the name of a file: {error}."))
            return None
        if target.is_relative_to(self.fence):
            return target
        message = f"'{_short(name)}' leads to {target}, outside {self.fence}, and files are only read inside."
        self.faults.append(Fault(path, message, "Move the file inside, or widen the fence."))
        return None

    def _home(self, path: Pointer, name: str, target: Path, waiting: list[Any]) -> Pointer | None:
        if target not in self.homes and target not in self.unread:
            try:
                self._bring_in(target, waiting)
            except DocumentFaults as refusal:
                self.unread.add(target)
                whys = (f"'{_short(name)}' cannot be brought in: {f.message}" for f in refusal.faults)
                self.faults += [
                    Fault(path, why, f.hint, f.place) for why, f in zip(whys, refusal.faults, strict=True)
                ]
        return self.homes.get(target)

    def _bring_in(self, target: Path, waiting: list[Any]) -> None:
        node = read(target)
        shelf = self.root.setdefault(BUNDLED, {})
        if not isinstance(shelf, dict):
            message = f"'{BUNDLED}' is no mapping, and files are kept there."
            raise DocumentFaults([Fault((BUNDLED,), message, "Remove it.")])
        slug = _slug(target.stem, shelf)
        shelf[slug] = node
        self.homes[target] = (BUNDLED, slug)
        self.origins.append(Origin((BUNDLED, slug), target, ()))
        waiting.append((node, target, (BUNDLED, slug)))


def _refusal(ref: str) -> tuple[str, str] | None:
    """Return why a reference is not even looked at, and what would work."""
    try:
        scheme, host, *_ = urlsplit(ref)
    except ValueError:
        return "is not a reference.", "Write '#/components/...' or the name of a file beside this one."
    if len(scheme) > 1 or host or ref.startswith("//"):
        return "is remote, and nothing is fetched.", "Save it beside this document and refer to that file."
    return None


def _slug(stem: str, taken: dict[str, Any]) -> str:
    slug = base = re.sub(r"[^A-Za-z0-9_.-]+", "-", stem) or "file"
    number = 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _reference(home: Pointer, fragment: str) -> str:
    return "#" + "".join(f"/{segment}" for segment in home) + fragment


def _short(ref: str) -> str:
    return ref if len(ref) <= 120 else f"{ref[:117]}..."


def _dangling(data: dict[str, Any]) -> Iterator[Fault]:
    known: dict[str, tuple[str, str] | None] = {}
    for path, _, ref in references(data):
        if not ref.startswith("#"):
            continue
        if ref not in known:
            known[ref] = _why_dangling(data, ref)
        if why := known[ref]:
            yield Fault(path, *why)


def _why_dangling(data: Any, ref: str) -> tuple[str, str] | None:
    try:
        resolve(data, ref)
    except _Missing as missing:
        return f"'{_short(ref)}' names nothing: {missing}", missing.hint
    except LookupError as error:
        return str(error), ""
    return None


class _Missing(LookupError):
    def __init__(self, why: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(why)

    def __str__(self) -> str:
        return str(self.args[0])


def _resolved(data: Any, ref: str, left: int) -> Any:
    if not left:
        raise LookupError(f"'{_short(ref)}' leads on through more than {_CHAIN} references.")
    node = data
    for segment in _segments(ref):
        if isinstance(node, dict) and segment not in node and isinstance(node.get("$ref"), str):
            node = _resolved(data, node["$ref"], left - 1)
        node = _step(node, segment)
    further = node.get("$ref") if isinstance(node, dict) else None
    return _resolved(data, further, left - 1) if isinstance(further, str) else node


def _segments(ref: str) -> list[str]:
    if not ref.startswith("#"):
        raise LookupError(f"'{_short(ref)}' is not a reference into this document.")
    fragment = unquote(ref[1:])
    if fragment and not fragment.startswith("/"):
        raise _Missing("names of anchors are not looked up.", "Write the whole path: '#/components/...'.")
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

"""Bring what the `$ref`s of a document name into the document, from files inside a fence.

Nothing is fetched unless that is allowed: a reference names a node of this document, or of such a file.
"""

from __future__ import annotations

import copy
import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from speckit.faults import DocumentFaults, Fault, Origin, Pointer
from speckit.pointer import render
from speckit.references import BUNDLED, NOWHERE, Reference, dangling, references, short
from speckit.remote import Remote, is_url
from speckit.source import read

_ANCHORS = ("$anchor", "$dynamicAnchor")
_NOT_FETCHED = "is remote, and nothing is fetched."
_WITH_REMOTE = "Save it beside this document and refer to that file, or add --allow-remote."
_SAVED = "Save it beside this document and refer to that file."


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
    result = gather(copy.deepcopy(data), source, fence)
    if result.faults:
        raise DocumentFaults(result.faults)
    return result.data


def gather(data: dict[str, Any], source: Path, fence: Path, remote: Remote | None = None) -> Bundle:
    """Change `data` as `bundle` does; return it with faults and origins as values.

    Args:
        remote: What may be fetched; nothing without it.
    """
    gatherer = _Gatherer(data, source, fence.resolve(), remote)
    gatherer.visit(data, source, ())
    gatherer.name_variants()
    faults = [*gatherer.faults, *dangling(data, gatherer.found)]
    return Bundle(data, tuple(gatherer.origins), tuple(faults))


class _Refused(Exception):
    """A reference is not followed: why, and what would work."""


@dataclass
class _Gatherer:
    """Brings files in, one after another, and makes the references to them local."""

    root: dict[str, Any]
    source: Path
    fence: Path
    remote: Remote | None
    origins: list[Origin] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    homes: dict[Path, Pointer] = field(default_factory=dict)
    found: list[Reference] = field(default_factory=list)
    unread: dict[Path, tuple[Fault, ...]] = field(default_factory=dict)
    selves: dict[str, Path] = field(default_factory=dict)
    inside: dict[tuple[Path, str], Path] = field(default_factory=dict)
    anchors: dict[Pointer, dict[str, Pointer]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._settle(self.root, self.source.resolve(), ())

    def _settle(self, node: Any, file: Path, home: Pointer) -> None:
        self.homes[file] = home
        # OpenAPI 3.2: the URL a document goes by, wherever it was found.
        if isinstance(node, dict) and isinstance(node.get("$self"), str):
            self.selves[node["$self"].partition("#")[0]] = file

    def visit(self, node: Any, file: Path, home: Pointer) -> None:
        """Make the references below `node` local; it was read from `file` and now stands at `home`."""
        waiting = [(node, file, home)]
        while waiting:
            node, file, home = waiting.pop()
            for path, holder, ref in references(node):
                here = (*home, *path)
                self._localise(here, holder, ref, file, home, waiting)
                self.found.append((here, holder, ref))

    def name_variants(self) -> None:
        """Make those references local by which a discriminator names its variants in other files.

        They are texts among names, so only what has been read anyway is taken for a file.
        """
        for file, home in list(self.homes.items()) if len(self.homes) > 1 else ():
            for mapping in _mappings(self._standing(home)):
                for value, ref in mapping.items():
                    mapping[value] = self._variant(str(ref), file)

    def _variant(self, ref: str, file: Path) -> str:
        name, _, fragment = ref.partition("#")
        base = self.remote.urls.get(file, "") if self.remote else ""
        if not name:
            there: Pointer | None = self.homes[file]
        elif base or is_url(name):
            there = self._homes_by_url().get(urljoin(base, name))
        else:
            try:
                there = self.homes.get(self._inside(name, file))
            except _Refused:
                return ref
        if there is None or not (name or fragment):
            return ref
        return _reference(there, self._fragment(there, fragment))

    def _localise(
        self, path: Pointer, holder: dict[str, Any], ref: str, file: Path, home: Pointer, waiting: list[Any]
    ) -> None:
        name, _, fragment = ref.partition("#")
        try:
            there = home if not name else self._home(path, name, self._target(name, file), waiting)
        except _Refused as refusal:
            self.faults.append(Fault(path, f"'{short(ref)}' {refusal.args[0]}", refusal.args[1]))
            there = None
        if there is None:
            holder["$ref"] = NOWHERE
        elif there or not ref.startswith("#/"):
            holder["$ref"] = _reference(there, self._fragment(there, fragment))

    def _standing(self, home: Pointer) -> Any:
        node: Any = self.root
        for segment in home:
            node = node[segment]
        return node

    def _fragment(self, home: Pointer, fragment: str) -> str:
        """Return where in its file a fragment leads, which may be the name of an anchor."""
        if not fragment or fragment.startswith("/"):
            return fragment
        if home not in self.anchors:
            self.anchors[home] = dict(_anchors(self._standing(home)))
        found = self.anchors[home].get(unquote(fragment))
        return fragment if found is None else render(tuple(map(str, found)))

    def _target(self, name: str, file: Path) -> Path:
        """Return the file that a reference in `file` names.

        Raises:
            _Refused: It is not to be read.
        """
        base = self.remote.urls.get(file, "") if self.remote else ""
        try:
            scheme, host, *_ = urlsplit(name)
        except ValueError:
            raise _Refused("is not a reference.", "Write '#/components/...' or the name of a file.") from None
        if base or len(scheme) > 1 or host or name.startswith("//"):
            return self._fetched(urljoin(base, name))
        return self._inside(name, file)

    def _fetched(self, url: str) -> Path:
        if url in self.selves:
            return self.selves[url]
        if not is_url(url):
            raise _Refused(_NOT_FETCHED, _SAVED)
        if self.remote is None:
            raise _Refused(_NOT_FETCHED, _WITH_REMOTE)
        try:
            return self.remote.fetch(url)
        except DocumentFaults as refusal:
            [fault] = refusal.faults
            raise _Refused(f"is not brought in. {fault.message}", fault.hint) from None

    def _homes_by_url(self) -> dict[str, Pointer]:
        urls = self.remote.urls if self.remote else {}
        return {url: self.homes[file] for file, url in urls.items() if file in self.homes}

    def _inside(self, name: str, file: Path) -> Path:
        key = (file.parent, name)
        if key not in self.inside:
            self.inside[key] = self._looked_up(name, file)
        return self.inside[key]

    def _looked_up(self, name: str, file: Path) -> Path:
        try:
            target = (file.parent / unquote(name)).resolve()
        except (OSError, ValueError, RuntimeError) as error:
            raise _Refused(f"is not the name of a file: {error}.", "") from None
        if target.is_relative_to(self.fence):
            return target
        why = f"leads to {target}, outside {self.fence}, and files are only read inside."
        raise _Refused(why, _way_over(self.fence, target))

    def _home(self, path: Pointer, name: str, target: Path, waiting: list[Any]) -> Pointer | None:
        if target not in self.homes and target not in self.unread:
            try:
                self._bring_in(target, waiting)
            except DocumentFaults as refusal:
                self.unread[target] = refusal.faults
        self.faults += [_not_brought_in(path, name, fault) for fault in self.unread.get(target, ())]
        return self.homes.get(target)

    def _bring_in(self, target: Path, waiting: list[Any]) -> None:
        node = read(target)
        shelf = self.root.setdefault(BUNDLED, {})
        if not isinstance(shelf, dict):
            message = f"'{BUNDLED}' is no mapping, and files are kept there."
            raise DocumentFaults([Fault((BUNDLED,), message, "Remove it.")])
        slug = _slug(self._stem(target), shelf)
        shelf[slug] = node
        self._settle(node, target, (BUNDLED, slug))
        self.origins.append(Origin((BUNDLED, slug), target, ()))
        waiting.append((node, target, (BUNDLED, slug)))

    def _stem(self, target: Path) -> str:
        url = self.remote.urls.get(target) if self.remote else None
        return Path(urlsplit(url).path).stem if url else target.stem


def _mappings(root: Any) -> Iterator[dict[str, Any]]:
    """Yield the maps from values to schemas of the discriminators below `root`."""
    waiting = [root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        found = node.get("discriminator") if isinstance(node, dict) else None
        if isinstance(found, dict) and isinstance(found.get("mapping"), dict):
            yield found["mapping"]
        waiting += [
            each
            for each in (node.values() if isinstance(node, dict) else node)
            if isinstance(each, dict | list)
        ]


def _anchors(root: Any) -> Iterator[tuple[str, Pointer]]:
    """Yield the anchors of the schemas below `root`, and where they stand."""
    waiting: list[tuple[Any, Pointer]] = [(root, ())]
    seen: set[int] = set()
    while waiting:
        node, path = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, dict):
            yield from ((node[key], path) for key in _ANCHORS if isinstance(node.get(key), str))
        below = node.items() if isinstance(node, dict) else enumerate(node)
        waiting += [(child, (*path, key)) for key, child in below if isinstance(child, dict | list)]


def _not_brought_in(path: Pointer, name: str, fault: Fault) -> Fault:
    message = f"'{short(name)}' cannot be brought in: {fault.message}"
    # What is wrong with the file as a whole is told where it is referred to.
    place = fault.place if fault.place and fault.place.line else None
    return Fault(path, message, fault.hint, place)


def _way_over(fence: Path, target: Path) -> str:
    common = os.path.commonpath([fence, target]) if fence.anchor == target.anchor else fence.anchor
    if common == fence.anchor:
        return "Move the file inside the fence."
    return f"Move the file inside, or add --fence {shlex.quote(common)} to read it."


def _slug(stem: str, taken: dict[str, Any]) -> str:
    slug = base = re.sub(r"[^A-Za-z0-9_.-]+", "-", stem) or "file"
    number = 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug


def _reference(home: Pointer, fragment: str) -> str:
    return "#" + "".join(f"/{segment}" for segment in home) + fragment

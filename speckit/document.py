"""Load an OpenAPI or Swagger document, ready to be played, judged or explained."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from speckit.faults import DocumentFaults, Fault, Origin, Place, Pointer
from speckit.gathering import gather
from speckit.mending import Beyond, Mended, mend
from speckit.operation import methods
from speckit.position import Lines, line_of, origin_of, outline
from speckit.references import deref
from speckit.remote import Remote
from speckit.source import read
from speckit.structure import MOST_FAULTS, structural_faults
from speckit.upgrade import Moves, upgrade

_PARTS = ("paths", "webhooks", "components", "definitions")
"""Without one of them there is nothing to use."""


@dataclass(frozen=True)
class Document:
    """An OpenAPI document with its overlays applied and every reference local.

    Attributes:
        data: The document; never changed after loading. Swagger 2.0 has become OpenAPI 3.0, and
            what its faults are about has been left out or filled in: its form is sound.
        source: The file it was read from.
    """

    data: dict[str, Any]
    source: Path
    _origins: tuple[Origin, ...] = field(default=(), repr=False, compare=False)
    _mended: Mended = field(default=Mended((), ()), repr=False, compare=False)
    _urls: Mapping[Path, str] = field(default_factory=dict, repr=False, compare=False)
    _moves: Moves = field(default_factory=Moves, repr=False, compare=False)
    _lines: dict[Path, Lines] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The file it was read from, or its URL if it was fetched."""
        return self._urls.get(self.source, str(self.source))

    @property
    def files(self) -> frozenset[Path]:
        """The file it was read from, and those that parts of it were written in."""
        return frozenset({self.source, *(each.file for each in self._origins if each.file != Path())})

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the document as it was written, with places, and what comes of it."""
        return self.first_faults(len(self._mended.faults))

    @property
    def fault_count(self) -> int:
        """How many faults it has; quicker than counting them with their places."""
        return len(self._mended.faults)

    def first_faults(self, most: int) -> tuple[Fault, ...]:
        """Return at most so many of its faults."""
        written = replace(self, _moves=Moves())
        return written.located(self._mended.faults[:most])

    def place(self, pointer: Pointer) -> Place:
        """Return the file and line of `pointer`, or of the deepest part of it that exists.

        Files are read again, with positions, the first time this is asked.
        """
        pointer = self._moves.before(pointer)
        # Where a part stands is where it is referred to; what is in it was written elsewhere.
        copied = (each for each in self._mended.copied if len(each.at) < len(pointer))
        origin = origin_of((*self._origins, *copied), pointer)
        file = self.source
        if origin is not None:
            pointer = origin.there
            file = self.source if origin.file == Path() else origin.file
        return Place(self._shown(file), line_of(self._outline(file), pointer))

    def located(self, faults: Iterable[Fault]) -> tuple[Fault, ...]:
        """Return `faults` with their places, as the document was written, sorted by file, line and path."""
        placed = {
            f if f.place else replace(f, place=self.place(f.path), path=self._moves.before(f.path))
            for f in faults
        }
        return tuple(sorted(placed, key=_reading_order))

    def _outline(self, file: Path) -> Lines:
        if file not in self._lines:
            self._lines[file] = outline(file)
        return self._lines[file]

    def _shown(self, file: Path) -> str:
        """Return `file` as the person who named the document would write it."""
        if file in self._urls:
            return self._urls[file]
        if not file.is_absolute() or self.source.is_absolute():
            return str(file)
        return os.path.relpath(file)


def load(
    source: Path,
    *,
    overlays: Sequence[Path] = (),
    fence: Path | None = None,
    strict: bool = False,
    remote: Remote | None = None,
) -> Document:
    """Return the document in `source`, with `overlays` applied in order.

    Faults that leave something to be used are kept in the document.

    Args:
        fence: The folder that references may not leave; the document's own by default.
        strict: Every fault counts.
        remote: What may be fetched; without it nothing is. `source` may be a file that it has fetched.

    Raises:
        DocumentFaults: It cannot be read, or nothing of it can be used; with `strict`, it is
            no sound Swagger 2.0 or OpenAPI 3 document.
    """
    data = read(source)
    _refuse(source, _not_openapi(data))
    origins: list[Origin] = []
    for overlay in overlays:
        data = _overlaid(data, overlay, origins)
    bundle = gather(data, source, fence or source.parent, remote)
    document = Document(bundle.data, source, (*origins, *bundle.origins), _urls=remote.urls if remote else {})
    if strict:
        _refuse_all(document, [*bundle.faults, *structural_faults(bundle.data)])
    else:
        document = _mended(document, bundle.faults)
    return _upgraded(document) if "swagger" in bundle.data else document


def _refuse_all(document: Document, faults: list[Fault]) -> None:
    if faults:
        raise DocumentFaults(document.located(faults))


def _mended(document: Document, loose: Sequence[Fault]) -> Document:
    """Return what can be used of a document.

    Raises:
        DocumentFaults: That is nothing.
    """
    data = document.data
    if not any(isinstance(data.get(part), dict) for part in _PARTS):
        _refuse_all(document, structural_faults(data))
    try:
        mended = mend(data, loose, document._origins)
    except Beyond:
        _refuse_all(document, structural_faults(data))
        raise
    document = replace(document, _mended=mended)
    faults = [replace(each, outcome="") for each in mended.faults[:MOST_FAULTS]]
    if any(each.path[:1] == ("paths",) for each in faults) and not _has_operations(data):
        _refuse_all(document, faults)
    return document


def _has_operations(data: dict[str, Any]) -> bool:
    items = (deref(data, item) for item in (data.get("paths") or {}).values())
    return any(True for item in items for _ in methods(item if isinstance(item, dict) else {}))


def _upgraded(document: Document) -> Document:
    data, moves = upgrade(document.data)
    return replace(document, data=data, _moves=moves)


def _overlaid(data: dict[str, Any], overlay: Path, origins: list[Origin]) -> dict[str, Any]:
    # Here, not above: JSONPath takes longer to import than all the rest, and few documents have overlays.
    from speckit.overlay import apply

    content = read(overlay)
    try:
        return apply(data, content, source=overlay, origins=origins)
    except DocumentFaults as refusal:
        # A path into the overlay is looked up as if the overlay were the document.
        raise DocumentFaults(Document({}, overlay).located(refusal.faults)) from None


def _refuse(source: Path, faults: list[Fault]) -> None:
    if faults:
        raise DocumentFaults(Document({}, source).located(faults))


def _not_openapi(data: Any) -> list[Fault]:
    """Return why `data` is no OpenAPI document that can be played."""
    if not isinstance(data, dict):
        return [Fault((), "A document is a mapping, and this is not.", "Start with 'openapi: 3.1.0'.")]
    if "swagger" in data:
        return _not_swagger(data["swagger"])
    if "openapi" not in data:
        message = "This is no OpenAPI document: the field 'openapi' is missing."
        return [Fault((), message, "Add 'openapi: 3.1.0'.")]
    version = data["openapi"]
    if isinstance(version, str) and re.fullmatch(r"3\.[012]\.\d+(-.+)?", version):
        return []
    message = f"OpenAPI version {version!r} is not known."
    return [Fault(("openapi",), message, "Write 3.0.x, 3.1.x or 3.2.x, in full and in quotes.")]


def _not_swagger(version: Any) -> list[Fault]:
    if version == "2.0":
        return []
    message = f"Swagger version {version!r} is not known."
    return [Fault(("swagger",), message, "Write '2.0', in quotes; versions before it are not read.")]


def _reading_order(fault: Fault) -> tuple[str, int, list[str], str]:
    place = fault.place or Place("")
    return place.file, place.line or 0, [str(part) for part in fault.path], fault.message

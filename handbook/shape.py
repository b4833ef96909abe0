"""A schema made readable: a sentence, and a table of its fields down to where it would get long."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from handbook import components, conditions, prose, raw, traits, variants
from handbook.face import Face, Faces
from handbook.page import SITE
from handbook.prose import code, listed
from handbook.raw import Data, Node
from handbook.variants import MOST_NAMED, Member, some, step
from speckit.inheritance import Heir
from speckit.same import Same

MOST_ROWS = 120
"""How many fields of one schema are listed."""
LEVELS = 3
"""How many levels of fields the first table has; deeper ones have a second one, folded away on the site."""
DEEPEST = 6
_TITLES = ("Field", "Type", "Required", "Description")


def markdown(schema: Any, data: Data, *, form: str, limit: int = MOST_ROWS) -> str:
    """Return a description of `schema`.

    Args:
        data: The document that its references lead into.
        form: What the page is written for.
        limit: How many fields are listed at most, those nearest to the root first.
    """
    return shapes(data, form).text(schema, limit)


def shapes(data: Data, form: str) -> Shapes:
    """Return what describes the schemas of `data`; the same again for the same document."""
    return _shapes(Same(data), form)


@lru_cache(4)
def _shapes(data: Same, form: str) -> Shapes:
    return Shapes(data.value, form)


@dataclass(slots=True, eq=False)
class Row:
    """A field on its way into the table.

    Attributes:
        path: Its dotted name, as in `data[].id`.
        way: The names of the components it lies in.
        below: The fields it has itself, as far as they are listed.
        is_cut: Whether it has more that are not.
        is_late: Whether its own fields come after those of all others.
        parts: What it is in each variant, where they differ about it.
    """

    path: str
    face: Face
    is_required: bool = False
    note: str = ""
    depth: int = 0
    way: frozenset[str] = frozenset()
    below: list[Row] = field(default_factory=list)
    is_cut: bool = False
    is_late: bool = False
    parts: tuple[tuple[str, Face], ...] = ()


class Shapes:
    """Describes the schemas of one document, each of its parts once."""

    def __init__(self, data: Data, form: str) -> None:
        self.faces = Faces(data)
        self.form = form
        self._homes = components.homes(data, form)
        self._cells: dict[int, tuple[Face, str, str]] = {}
        self._untold = ""
        self._siblings: dict[str, Shapes] = {}

    def without(self, untold: str) -> Shapes:
        """Return what describes the same schemas where a keyword goes without saying.

        Args:
            untold: `readOnly` of an answer, `writeOnly` of a request.
        """
        if untold not in self._siblings:
            sibling = self._siblings[untold] = copy(self)
            sibling._untold, sibling._cells, sibling._siblings = untold, {}, {}
        return self._siblings[untold]

    def text(self, schema: Any, limit: int = MOST_ROWS, *, is_home: bool = False) -> str:
        """Return the sentence and the tables for `schema`.

        Args:
            is_home: This is where its fields are explained, should it have such a place.
        """
        face = self.faces.of(schema)
        if not is_home and (elsewhere := self._elsewhere(self._names(face))):
            return f"{self._words(face)} {elsewhere}"
        if len(face.variants) > 1 and not face.fields and self._is_of_objects(face) and not self._homes:
            return "\n\n".join(self._alternatives(face, limit))
        return "\n\n".join(filter(None, [self.lead(face), self._tables(face, limit)]))

    def lead(self, face: Face) -> str:
        """Return the sentence about the value as a whole."""
        words = traits.type_words(face, self.faces, self.form)
        if face.is_object and face.name:
            words += ", an object"
        elif face.is_object and self._is_open(face):
            words = "An object with any fields"
        elif face.name and face.variants and not face.fields:
            words = f"{code(face.name, self.form)}: {words}"
        words += "" if face.fields or face.is_array else " without fields" if face.others is False else ""
        said = list(self._said(face))
        about = prose.block(face.keys.get("description"), self.form, below=5)
        lead = " ".join([f"{words[0].upper()}{words[1:]}.", *said])
        return "\n\n".join(filter(None, (lead, about, chosen(face.keys, self.form))))

    def _words(self, face: Face) -> str:
        words = traits.type_words(face, self.faces, self.form)
        return f"{words[0].upper()}{words[1:]}."

    def _elsewhere(self, names: Iterable[str]) -> str:
        """Return where the fields of components are explained, if not here."""
        known = [name for name in sorted(names) if name in self._homes]
        links = [f"[{prose.plain(name)}]({components.UP}{self._homes[name]})" for name in known[:MOST_NAMED]]
        more = [f"{len(known) - MOST_NAMED} others"] if len(known) > MOST_NAMED else []
        return f"Fields: {listed([*links, *more])}." if links else ""

    def cell(self, face: Face) -> tuple[str, str]:
        """Return the type of a value and all that is said of it, for a table."""
        known = self._cells.get(id(face))
        if known is None:
            kind = traits.type_words(face, self.faces, self.form)
            about = prose.cell(face.keys.get("description"), self.form)
            said = " ".join(self._said(face))
            parts = (about, said, chosen(face.keys, self.form))
            known = (face, kind, "<br>".join(filter(None, parts)))
            self._cells[id(face)] = known
        return known[1], known[2]

    def _said(self, face: Face) -> Iterator[str]:
        """Yield what is asked of a value, and of the items where it is a list."""
        yield from traits.sentences(face, self.form, self._untold)
        yield from variants.also(face, self.faces, self.form)
        yield from variants.sentences(face, self.faces, self.form)
        yield from conditions.sentences(face, self.faces, self.form)
        if face.is_array and not face.first:
            items = self.faces.of(face.items)
            yield from traits.item_sentences(items, self.form)
            yield from self._of_items(items)
            yield from self._telling(items)
        elif not face.is_object and not face.first:
            yield from traits.example_sentence(face.keys, self.form)
        yield from self._telling(face)

    def _of_items(self, items: Face) -> Iterator[str]:
        """Yield what is asked of the items of a list that are one of several variants, or on a condition."""
        for found in (variants.sentences, conditions.sentences):
            for said in found(items, self.faces, self.form):
                yield f"Each item{',' if said.startswith('As ') else ':'} {variants.lowered(said)}"

    def _telling(self, face: Face) -> Iterator[str]:
        """Yield what tells the variants apart, where the document says so."""
        discriminator = face.keys.get("discriminator")
        if not isinstance(discriminator, dict) or "propertyName" not in discriminator:
            return
        which = code(discriminator["propertyName"], self.form)
        mapping = discriminator.get("mapping")
        pairs = mapping.items() if isinstance(mapping, dict) else ()
        told = [f"{code(key, self.form)} for {code(_last(name), self.form)}" for key, name in pairs]
        if face.own and not face.heirs:
            yield f"{which} is {code(face.own.value, self.form)}."
        elif face.heirs:
            yield f"{which} tells which: {self._heirs(face.heirs)}."
        else:
            yield f"{which} tells which: {', '.join(told)}." if told else f"{which} tells which it is."
        if usual := discriminator.get("defaultMapping"):
            yield f"Without it: {code(_last(usual), self.form)}."

    def _heirs(self, heirs: tuple[Heir, ...]) -> str:
        """Return the heirs of a base by what tells them apart, which most often is their name."""
        if all(each.value == each.name for each in heirs):
            return some([code(each.name, self.form) for each in heirs], "or")
        told = [f"{code(each.value, self.form)} for {code(each.name, self.form)}" for each in heirs]
        return some(told, "or")

    def _is_open(self, face: Face) -> bool:
        return not face.fields and (face.others is True or "additionalProperties" not in face.keys)

    def _is_of_objects(self, face: Face) -> bool:
        return all(self.faces.of(each).fields for each in face.variants)

    def _alternatives(self, face: Face, limit: int) -> Iterator[str]:
        """Yield a table for each variant, the rows shared out among them."""
        if about := prose.block(face.keys.get("description"), self.form, below=5):
            yield about
        word = "At least one" if "anyOf" in face.keys else "One"
        name = f"{code(face.name, self.form)}: " if face.name else ""
        lead = f"{name}{word if not name else word.lower()} of these {len(face.variants)}."
        yield " ".join([lead, *self._said(face)])
        most = max(1, limit // 10)
        for number, variant in enumerate(face.variants[:most], 1):
            each = self.faces.of(variant)
            yield f"**{variants.heading(each, number, self.form)}**"
            yield self._tables(each, max(1, limit // min(most, len(face.variants))))
        if len(face.variants) > most:
            yield f"{len(face.variants) - most} more are not listed."

    def _tables(self, face: Face, limit: int) -> str:
        """Return the fields below `face`: one table, and the deeper ones apart."""
        rows, left = self._grown(face, limit)
        ordered = list(_ordered(rows))
        first = [row for row in ordered if row.depth < LEVELS]
        deeper = [row for row in ordered if row.depth >= LEVELS]
        if not first:
            return ""
        parts = [self._table(first)]
        if deeper and self.form == SITE:
            title = f"<summary>Deeper fields ({len(deeper)})</summary>"
            parts.append(f'<details markdown="1">\n{title}\n\n{self._table(deeper)}\n\n</details>')
        elif deeper:
            parts += [f"Deeper fields ({len(deeper)}):", self._table(deeper)]
        cut = [row for row in ordered if row.is_cut]
        parts += [*self._missing(left), *self._cut(cut)]
        return "\n\n".join(parts)

    def _missing(self, left: int) -> Iterator[str]:
        if left:
            yield f"{left} more {'field is' if left == 1 else 'fields are'} not listed."

    def _cut(self, rows: list[Row]) -> Iterator[str]:
        if not rows:
            return
        yield f"Not listed: the fields of {some([code(row.path, self.form) for row in rows])}."

    def _grown(self, face: Face, limit: int) -> tuple[list[Row], int]:
        """Return the fields of the root, grown until the table is full, and how many are left out."""
        root = Row("", face, depth=-1, way=frozenset({face.name} if face.name else ()))
        members = list(self._members(face))
        root.below = [self._row(root, member) for member in members[:limit]]
        room = limit - len(root.below)
        waiting = deque(root.below)
        later: deque[Row] = deque()
        while waiting or later:
            row = (waiting or later).popleft()
            if not row.is_late and self._is_mixed(row.face):
                # What may also be a plain value, such as an id, is looked into when all else has been.
                row.is_late = True
                later.append(row)
                continue
            room -= self._grow(row, room)
            waiting.extend(row.below)
        return root.below, len(members) - len(root.below)

    def _grow(self, row: Row, room: int) -> int:
        """Give `row` its fields, if they all fit in, and return how many those are."""
        found = [] if row.note else list(self._members(row.face))
        if len(found) > room or row.depth + 1 >= DEEPEST:
            row.is_cut = bool(found)
            return 0
        row.below = [self._row(row, member) for member in found]
        return len(found)

    def _is_mixed(self, face: Face) -> bool:
        return bool(face.variants) and not all(self.faces.of(each).fields for each in face.variants)

    def _row(self, above: Row, member: Member) -> Row:
        path = f"{above.path}{member.suffix}" if above.path else member.suffix.lstrip(".")
        names = self._names(member.face)
        way = above.way | ({member.within} if member.within else set())
        again = [code(each, self.form) for each in sorted(names & way)]
        note = f"The fields of {listed(again)} are listed above." if again else ""
        note = self._elsewhere(names) or note
        face = self._noted(member) if member.note else member.face
        depth = above.depth + 1
        return Row(path, face, member.is_required, note, depth, way | names, parts=member.parts)

    def _noted(self, member: Member) -> Face:
        """Return the face of a field that only some variants have, which its description says."""
        face = member.face
        about = f"{member.note} {face.keys.get('description') or ''}".strip()
        return replace(face, keys={**face.keys, "description": about})

    def _names(self, face: Face) -> frozenset[str]:
        """Return the components whose fields would come next below `face`."""
        inner = self._inner(face)[1]
        names = {inner.name} if inner.name and inner.is_object else set()
        for variant in inner.variants:
            each = self._inner(self.faces.of(variant))[1]
            names |= {each.name} if each.name and each.is_object else set()
        return frozenset(names)

    def _inner(self, face: Face) -> tuple[str, Face]:
        """Return what lies in a list of lists, or in a map, and what to write for the way there."""
        suffix = ""
        for _ in range(DEEPEST):
            if face.is_array and not face.fields and not face.first:
                suffix, face = f"{suffix}[]", self.faces.of(face.items)
            elif face.is_object and not face.fields and isinstance(face.others, dict):
                suffix, face = f"{suffix}.*", self.faces.of(face.others)
            else:
                break
        return suffix, face

    def _members(self, face: Face) -> Iterator[Member]:
        """Yield the fields that come next below `face`."""
        suffix, inner = self._inner(face)
        for name, schema in inner.fields.items():
            yield Member(f"{suffix}.{step(name)}", self.faces.of(schema), name in inner.required)
        for number, schema in enumerate(inner.first):
            is_needed = number < (inner.keys.get("minItems") or 0)
            yield Member(f"{suffix}[{number}]", self.faces.of(schema), is_needed)
        if inner.first and inner.items:
            yield Member(f"{suffix}[]", self.faces.of(inner.items), False, "Each one after these.")
        if isinstance(inner.others, dict) and inner.fields:
            yield Member(f"{suffix}.*", self.faces.of(inner.others), False)
        yield from variants.members(inner, suffix, self.faces, self.form)

    def _apart(self, row: Row) -> Iterator[str]:
        """Yield what is said of a field, then what differs between the variants that have it."""
        yield prose.cell(row.face.keys.get("description"), self.form)
        cells = [(names, *self.cell(face)) for names, face in row.parts]
        are_alike = len({kind for _, kind, _ in cells}) == 1
        for names, kind, about in cells:
            said = " ".join(filter(None, ["" if are_alike else f"{kind}.", about]))
            yield f"In {names}: {said}" if said else ""

    def _table(self, rows: list[Row]) -> str:
        return prose.table(_TITLES, (self._cells_of(row) for row in rows))

    def _cells_of(self, row: Row) -> tuple[str, str, str, str]:
        kind, about = self.cell(row.face)
        told = self._apart(row) if row.parts else [about]
        about = "<br>".join(filter(None, (*told, row.note)))
        return code(row.path, self.form), kind, "yes" if row.is_required else "no", about


def chosen(node: Node, form: str) -> str:
    """Return, for a cell, what the document's authors chose where their source is silent."""
    said = node.get(raw.OURS)
    return f"*Chosen here:* {prose.cell(said, form)}" if isinstance(said, str) else ""


def _ordered(rows: list[Row]) -> Iterator[Row]:
    for row in rows:
        yield row
        yield from _ordered(row.below)


def _last(name: object) -> str:
    return str(name).rsplit("/", 1)[-1]

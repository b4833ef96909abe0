"""All pages about a document, in their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import dirname, relpath
from typing import Any

import yaml

from handbook import components, front, lifecycle, operation, overview, prose, raw, shape
from handbook.components import file_names, is_big, slug
from handbook.front import Entry
from handbook.page import SITE, Book, Page, Section
from handbook.samples import samples, written
from speckit.operation import Operation
from speckit.specification import Specification

OPERATIONS_PER_PAGE = 25
OTHERS = "Operations"
"""What those are called that have no tag."""
DOCUMENT = "openapi.yaml"
HERE = "http://localhost:8080"
"""Where an API is thought to be if its document does not say."""


def book(
    specification: Specification,
    *,
    form: str = SITE,
    base_url: str = "",
    name: str = "",
    more: Sequence[Section] = (),
) -> Book:
    """Return the book about a document.

    Args:
        form: What its pages are written for: the site, or plain Markdown.
        base_url: Where the samples ask; without it, where the document says that it is served.
        name: What the book is called; without it, what the document is called.
        more: Pages of others, which come after those of the document.
    """
    return _Author(specification, form, base_url, name).book(more)


@dataclass(slots=True)
class _Author:
    """Writes the pages of one document: what several of them need is worked out once."""

    specification: Specification
    form: str
    base_url: str
    name: str
    groups: dict[str, list[Operation]] = field(init=False)
    folders: dict[str, str] = field(init=False)
    places: dict[str, str] = field(init=False)
    homes: dict[str, str] = field(init=False)
    made: dict[str, Mapping[str, str]] = field(init=False)
    is_big: bool = field(init=False)

    def __post_init__(self) -> None:
        data = self.specification.document.data
        self.is_big = is_big(data)
        self.groups = _grouped(self.specification)
        self.folders = file_names(self.groups, [components.FOLDER] if self.is_big else [])
        self.places = dict(self._places())
        self.homes = dict(self._homes())
        self.made = {
            each.id: samples(self.specification, each, base_url=self.base_url or _server(data, each))
            for each in self.specification.operations.values()
        }

    def book(self, more: Sequence[Section]) -> Book:
        """Return everything."""
        data = self.specification.document.data
        title = self.name or str(data.get("info", {}).get("title", "")) or "API"
        tags = tuple(self._section(tag) for tag in self.groups)
        schemas = tuple(_schemas(data, self.form))
        whole = Section(title, (self._front(title), *tags, *schemas, *more))
        bundled = yaml.dump(written(data, self.made), Dumper=_DUMPER, sort_keys=False, allow_unicode=True)
        return Book(whole, {DOCUMENT: bundled.encode()})

    def _front(self, title: str) -> Page:
        entries = [
            Entry(tag, f"{self.folders[tag]}/index.md", len(found)) for tag, found in self.groups.items()
        ]
        return Page(
            "index.md",
            title,
            front.markdown(self.specification, title, entries, document=DOCUMENT, form=self.form),
        )

    # Where things are

    def _places(self) -> Iterator[tuple[str, str]]:
        """Yield where each operation is explained: a path, and an anchor where it shares its page."""
        for tag, operations in self.groups.items():
            names = file_names((each.id for each in operations), ["operations"])
            for number, each in enumerate(operations):
                path = f"{self.folders[tag]}/{names[each.id]}.md"
                if self.is_big:
                    page = self._shared(tag, number // OPERATIONS_PER_PAGE)
                    path = f"{page}#{names[each.id] if self.form == SITE else slug(operation.title(each))}"
                yield each.id, path

    def _shared(self, tag: str, number: int) -> str:
        return f"{self.folders[tag]}/operations{f'-{number + 1}' if number else ''}.md"

    def _homes(self) -> Iterator[tuple[str, str]]:
        """Yield where the lifecycle of each resource is explained: beside its operations."""
        tags = _tags(self.specification, self.groups)
        names = file_names(self.specification.lifecycles)
        taken = set(self.places.values())
        for name in self.specification.lifecycles:
            tag = tags.get(name) or next(iter(self.groups))
            path = f"{self.folders[tag]}/{names[name]}.md"
            yield name, path if path not in taken else f"{self.folders[tag]}/{names[name]}-lifecycle.md"

    def _from(self, page: str, places: Mapping[str, str]) -> Callable[[str], str]:
        """Return what gives the link from a page to one of `places`; empty where there is none."""
        return lambda name: _link(page, places[name]) if name in places else ""

    # Pages

    def _section(self, tag: str) -> Section:
        path = f"{self.folders[tag]}/index.md"
        text = overview.markdown(
            self.specification,
            tag,
            form=self.form,
            link_operation=self._from(path, self.places),
            link_resource=self._from(path, self.homes),
            operations=self.groups[tag],
        )
        pages = [Page(path, "Overview", text), *self._lives(tag), *self._operations(tag)]
        return Section(tag, tuple(pages))

    def _lives(self, tag: str) -> Iterator[Page]:
        folder = self.folders[tag]
        for name, path in self.homes.items():
            if dirname(path) == folder:
                text = lifecycle.markdown(
                    self.specification, name, form=self.form, link_operation=self._from(path, self.places)
                )
                yield Page(path, name, text)

    def _operations(self, tag: str) -> Iterator[Page]:
        operations = self.groups[tag]
        if not self.is_big:
            for each in operations:
                path = self.places[each.id]
                yield Page(path, each.summary or each.id, self._operation(path, each, 1))
            return
        for start in range(0, len(operations), OPERATIONS_PER_PAGE):
            some = operations[start : start + OPERATIONS_PER_PAGE]
            path = self.places[some[0].id].partition("#")[0]
            is_whole = len(operations) <= OPERATIONS_PER_PAGE
            title = "Operations" if is_whole else f"{some[0].id} to {some[-1].id}"
            texts = [self._operation(path, each, 2) for each in some]
            yield Page(path, title, "\n".join([f"# {tag}: {title}\n", *texts]))

    def _operation(self, path: str, each: Operation, level: int) -> str:
        return operation.markdown(
            self.specification,
            each,
            form=self.form,
            samples=self.made[each.id],
            level=level,
            anchor=self.places[each.id].partition("#")[2],
            link=self._from(path, self.homes),
        )


def _schemas(data: dict[str, Any], form: str) -> Iterator[Section]:
    """Yield the pages of the schemas of a big document."""
    pages: dict[str, list[str]] = {}
    first: dict[str, str] = {}
    schemas, described = components.named(data), shape.shapes(data, form)
    for name, place in components.homes(data, form).items():
        path, _, anchor = place.partition("#")
        heading = f"## {prose.plain(name)}" + (f" {{ #{anchor} }}" if form == SITE else "")
        text = described.text(schemas[name], is_home=True)
        pages.setdefault(path, []).append(f"{heading}\n\n{text}\n")
        first.setdefault(path, name)
    if pages:
        titles = {path: f"Schemas from {first[path]}" for path in pages}
        yield Section(
            "Schemas",
            tuple(
                Page(path, titles[path], "\n".join([f"# {prose.plain(titles[path])}\n", *texts]))
                for path, texts in pages.items()
            ),
        )


def _tags(specification: Specification, groups: Mapping[str, Sequence[Operation]]) -> dict[str, str]:
    """Return the tag of each resource: of its first operation, else of what belongs to it."""
    operations = {each.id: tag for tag, found in groups.items() for each in found}
    tags: dict[str, str] = {}
    for name, life in specification.lifecycles.items():
        tag = next((operations[rule] for rule in life.rules if rule in operations), "")
        above = [each for parent in life.parents.values() for each in parent.resources] if tag else []
        tags |= {name: tag} if tag else {}
        tags |= {each: tag for each in above if each not in tags}
    return tags


def _server(data: dict[str, Any], operation: Operation) -> str:
    """Return where an operation is served: the first URL, its variables filled in.

    One without a host is on this machine.
    """
    first = next(iter(raw.own_servers(data, operation) or raw.servers(data)), {})
    url = str(first.get("url", ""))
    for name, variable in (first.get("variables") or {}).items():
        url = url.replace(f"{{{name}}}", str(variable.get("default", name)))
    return (url if "://" in url else f"{HERE}/{url.lstrip('/')}").rstrip("/")


def _link(page: str, place: str) -> str:
    """Return how to get from one page to another place."""
    path, _, anchor = place.partition("#")
    found = relpath(path, dirname(page) or ".")
    return f"{found}#{anchor}" if anchor else found


def _grouped(specification: Specification) -> dict[str, list[Operation]]:
    """Return the operations by their first tag, tags in the order of the document.

    Where a big document has no tags, what its paths begin with takes their place.
    """
    data = specification.document.data
    tags = [str(tag.get("name", "")) for tag in data.get("tags") or []]
    found: dict[str, list[Operation]] = {tag: [] for tag in tags}
    of_path = is_big(data) and not any(each.tags for each in specification.operations.values())
    for each in specification.operations.values():
        otherwise = _first_word(each.path) if of_path else OTHERS
        found.setdefault(each.tags[0] if each.tags else otherwise, []).append(each)
    return {tag: operations for tag, operations in found.items() if operations}


def _first_word(path: str) -> str:
    """Return the first part of a path that says what it is about.

    >>> _first_word("/v1/charges/{id}")
    'charges'
    """
    parts = [part for part in path.split("/") if part and not _VERSION.fullmatch(part) and "{" not in part]
    return parts[0] if parts else OTHERS


_VERSION = re.compile(r"v?[0-9][0-9.]*|api|rest", re.IGNORECASE)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

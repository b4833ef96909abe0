"""All pages about a document, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from posixpath import dirname, relpath
from typing import Any

import yaml

from handbook import components, front, grouping, lifecycle, operation, overview, prose, raw, serving, shape
from handbook.components import file_names, is_big, slug
from handbook.front import Entry
from handbook.incoming import Incoming, webhooks
from handbook.naming import tag_title
from handbook.naming import title as operation_title
from handbook.overview import Around
from handbook.page import SITE, Book, Page, Section
from handbook.promised import promised, published
from handbook.samples import samples, written
from speckit.operation import Operation
from speckit.specification import Specification

OPERATIONS_PER_PAGE = 25
DOCUMENT = "openapi.yaml"
HOOKS = "Webhooks"
"""What those are called that belong to no tag."""


def book(
    specification: Specification,
    *,
    form: str = SITE,
    base_url: str = "",
    name: str = "",
    more: Sequence[Section] = (),
    only: Sequence[str] = (),
    has_mock: bool = True,
) -> Book:
    """Return the book about a document.

    Args:
        form: What its pages are written for: the site, or plain Markdown.
        base_url: Where the samples ask; without it, where the document says that it is served.
        name: What the book is called; without it, what the document is called.
        more: Pages of others, which come after those of the document.
        only: Tags; where any are given, webhooks with other tags are left out, as operations are already,
            and other tags of what is left have no place.
        has_mock: Whether the pages tell what is true of a mock server of the document alone.
    """
    told = specification if has_mock else promised(specification)
    return _Author(told, form, base_url, name, tuple(only), has_mock).book(more)


@dataclass(frozen=True, slots=True)
class _Part:
    """An operation or a webhook: where it is explained, its names, and what writes it at a level."""

    place: str
    title: str
    name: str
    text: Callable[[str, int], str]


@dataclass(slots=True)
class _Author:
    """Writes the pages of one document: what several of them need is worked out once."""

    specification: Specification
    form: str
    base_url: str
    name: str
    only: tuple[str, ...]
    has_mock: bool
    groups: dict[str, list[Operation]] = field(init=False)
    listed: dict[str, list[Operation]] = field(init=False)
    folders: dict[str, str] = field(init=False)
    hooks: dict[str, list[Incoming]] = field(init=False)
    places: dict[str, str] = field(init=False)
    hook_places: dict[int, str] = field(init=False)
    homes: dict[str, str] = field(init=False)
    made: dict[str, Mapping[str, str]] = field(init=False)
    is_big: bool = field(init=False)

    def __post_init__(self) -> None:
        data = self.specification.document.data
        self.is_big = is_big(data)
        self.groups = grouping.grouped(self.specification, self.only)
        self.listed = grouping.listed(self.specification, self.groups, self.only)
        self.hooks = grouping.hooked(webhooks(data, self.only), self.groups)
        taken = [components.FOLDER] if self.is_big else []
        self.folders = file_names([*self.groups, HOOKS], taken)
        self.places = dict(self._places())
        self.hook_places = dict(self._hook_places())
        self.homes = dict(self._homes())
        self.made = {
            each.id: samples(self.specification, each, base_url=self._asked(each)) for each in self._every()
        }

    def _every(self) -> Iterable[Operation]:
        return self.specification.operations.values()

    def book(self, more: Sequence[Section]) -> Book:
        """Return everything."""
        data = self.specification.document.data
        title = self.name or str(data.get("info", {}).get("title", "")) or "API"
        tops = [tag for tag in self.groups if not grouping.parent(data, tag, self.groups)]
        tags = tuple(self._section(tag) for tag in tops)
        schemas = tuple(_schemas(data, self.form))
        whole = Section(title, (self._front(title), *tags, *self._others(), *schemas, *more))
        told = data if self.has_mock else published(data)
        bundled = yaml.dump(written(told, self.made), Dumper=_DUMPER, sort_keys=False, allow_unicode=True)
        return Book(whole, {DOCUMENT: bundled.encode()})

    def _front(self, title: str) -> Page:
        data = self.specification.document.data
        entries = [
            Entry(tag_title(data, tag), f"{self.folders[tag]}/index.md", len(found), _about(data, tag))
            for tag, found in self.listed.items()
        ]
        if hooks := self.hooks.get(""):
            entries.append(Entry(HOOKS, f"{self.folders[HOOKS]}/index.md", len(hooks), overview.SENT))
        return Page(
            "index.md",
            title,
            front.markdown(
                self.specification,
                title,
                entries,
                document=DOCUMENT,
                form=self.form,
                asked=self._asked(),
                has_mock=self.has_mock,
            ),
        )

    # Where things are

    def _asked(self, each: Operation | None = None) -> str:
        """Return where the samples ask."""
        return self.base_url or serving.asked(self.specification.document.data, each)

    def _places(self) -> Iterator[tuple[str, str]]:
        """Yield where each operation is explained: a path, and an anchor where it shares its page."""
        for tag, operations in self.groups.items():
            names = file_names((each.id for each in operations), ["operations"])
            for number, each in enumerate(operations):
                place = self._place(tag, "operations", number, names[each.id], operation_title(each))
                yield each.id, place

    def _hook_places(self) -> Iterator[tuple[int, str]]:
        """Yield the same for each webhook, by its identity: a name may be that of several."""
        for tag, found in self.hooks.items():
            taken = [place.rpartition("/")[2].removesuffix(".md") for place in self.places.values()]
            names = file_names((each.key for each in found), [*taken, "webhooks"])
            for number, each in enumerate(found):
                yield id(each), self._place(tag or HOOKS, "webhooks", number, names[each.key], each.title)

    def _place(self, tag: str, shared: str, number: int, name: str, title: str) -> str:
        if not self.is_big:
            return f"{self.folders[tag]}/{name}.md"
        page = number // OPERATIONS_PER_PAGE
        path = f"{self.folders[tag]}/{shared}{f'-{page + 1}' if page else ''}.md"
        return f"{path}#{name if self.form == SITE else slug(title)}"

    def _homes(self) -> Iterator[tuple[str, str]]:
        """Yield where the lifecycle of each resource is explained: beside its operations."""
        tags = _tags(self.specification, self.groups)
        names = file_names(self.specification.lifecycles)
        taken = {*self.places.values(), *self.hook_places.values()}
        for name in self.specification.lifecycles:
            tag = tags.get(name) or next(iter(self.groups))
            path = f"{self.folders[tag]}/{names[name]}.md"
            yield name, path if path not in taken else f"{self.folders[tag]}/{names[name]}-lifecycle.md"

    def _from(self, page: str, places: Mapping[str, str]) -> Callable[[str], str]:
        """Return what gives the link from a page to one of `places`; empty where there is none."""
        return lambda name: _link(page, places[name]) if name in places else ""

    # Pages

    def _section(self, tag: str) -> Section:
        data = self.specification.document.data
        path = f"{self.folders[tag]}/index.md"
        text = overview.markdown(
            self.specification,
            tag,
            form=self.form,
            link_operation=self._from(path, self.places),
            link_resource=self._from(path, self.homes),
            operations=self.listed[tag],
            around=self._around(tag, path),
            asked=self._asked(),
            has_mock=self.has_mock,
        )
        below = [self._section(each) for each in self._below(tag)]
        pages = [Page(path, "Overview", text), *self._lives(tag), *self._operations(tag), *self._hooked(tag)]
        return Section(tag_title(data, tag), (*pages, *below))

    def _below(self, tag: str) -> list[str]:
        data = self.specification.document.data
        return [each for each in self.groups if grouping.parent(data, each, self.groups) == tag]

    def _around(self, tag: str, path: str) -> Around:
        above = grouping.parent(self.specification.document.data, tag, self.groups)
        below = [self._tag_link(path, each) for each in self._below(tag)]
        return Around(self._ways(tag, path), self._tag_link(path, above) if above else "", below)

    def _tag_link(self, page: str, tag: str) -> str:
        words = prose.plain(tag_title(self.specification.document.data, tag))
        return f"[{words}]({_link(page, f'{self.folders[tag]}/index.md')})"

    def _ways(self, tag: str, path: str) -> list[tuple[Incoming, str]]:
        return [(each, _link(path, self.hook_places[id(each)])) for each in self.hooks.get(tag, ())]

    def _others(self) -> Iterator[Section]:
        """Yield the webhooks that belong to no tag."""
        if self.hooks.get(""):
            path = f"{self.folders[HOOKS]}/index.md"
            text = "\n\n".join(overview.webhooks(self._ways("", path), 1)) + "\n"
            yield Section(HOOKS, (Page(path, "Overview", text), *self._hooked("")))

    def _lives(self, tag: str) -> Iterator[Page]:
        folder = self.folders[tag]
        for name, path in self.homes.items():
            if dirname(path) == folder:
                text = lifecycle.markdown(
                    self.specification,
                    name,
                    form=self.form,
                    link_operation=self._from(path, self.places),
                    link_webhook=self._hooks_from(path),
                    has_mock=self.has_mock,
                )
                yield Page(path, name, text)

    def _operations(self, tag: str) -> Iterator[Page]:
        parts = [
            _Part(self.places[each.id], operation_title(each), each.id, partial(self._operation, each))
            for each in self.groups[tag]
        ]
        return self._bound(tag, "Operations", parts)

    def _hooked(self, tag: str) -> Iterator[Page]:
        parts = [
            _Part(self.hook_places[id(each)], each.title, each.name, partial(self._webhook, each))
            for each in self.hooks.get(tag, ())
        ]
        return self._bound(tag or HOOKS, "Webhooks", parts)

    def _bound(self, tag: str, what: str, parts: Sequence[_Part]) -> Iterator[Page]:
        """Yield a page for each of `parts`; in a big book, several share one."""
        if not self.is_big:
            yield from (Page(each.place, each.title, each.text(each.place, 1)) for each in parts)
            return
        for start in range(0, len(parts), OPERATIONS_PER_PAGE):
            some = parts[start : start + OPERATIONS_PER_PAGE]
            path = some[0].place.partition("#")[0]
            is_whole = len(parts) <= OPERATIONS_PER_PAGE
            title = what if is_whole else f"{some[0].name} to {some[-1].name}"
            texts = [each.text(path, 2) for each in some]
            yield Page(path, title, "\n".join([f"# {tag}: {title}\n", *texts]))

    def _operation(self, each: Operation, path: str, level: int) -> str:
        return operation.markdown(
            self.specification,
            each,
            form=self.form,
            samples=self.made[each.id],
            level=level,
            anchor=self.places[each.id].partition("#")[2],
            link=self._from(path, self.homes),
            link_operation=self._from(path, self.places),
            asked=self._asked(each),
            has_mock=self.has_mock,
        )

    def _webhook(self, each: Incoming, path: str, level: int) -> str:
        anchor = self.hook_places[id(each)].partition("#")[2]
        link = self._from(path, self.homes)
        return operation.webhook(
            self.specification, each, form=self.form, level=level, anchor=anchor, link=link
        )

    def _hooks_from(self, page: str) -> Callable[[str], str]:
        """Return what gives the link from a page to a webhook by its name; empty where there is none."""
        every = (each for found in self.hooks.values() for each in found)
        return self._from(page, {each.name: self.hook_places[id(each)] for each in every})


def _about(data: dict[str, Any], tag: str) -> str:
    """Return what the document says of a tag, where its summary is not what it is called."""
    return str(raw.tag_object(data, tag).get("description") or "")


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


def _link(page: str, place: str) -> str:
    """Return how to get from one page to another place."""
    path, _, anchor = place.partition("#")
    found = relpath(path, dirname(page) or ".")
    return f"{found}#{anchor}" if anchor else found


_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

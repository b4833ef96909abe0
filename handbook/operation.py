"""The page of one operation: how to call it, and all that may come back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Any

from handbook import access, content, effect, following, incoming, parameters, prose, raw, serving
from handbook.content import ERROR_ROWS, REQUEST, Contents
from handbook.errors import Errors, errors_of
from handbook.incoming import Incoming
from handbook.naming import tag_title, title
from handbook.page import SITE
from handbook.prose import code
from handbook.raw import Data, Node
from handbook.seen import Seen
from handbook.sending import Sending
from handbook.shape import MOST_ROWS, Shapes, shapes
from handbook.status import status_title
from speckit.operation import Operation
from speckit.same import Same
from speckit.specification import Specification

_LANGUAGES = {"curl": "bash", "python": "python", "javascript": "javascript"}

Link = Callable[[str], str]


def markdown(
    specification: Specification,
    operation: Operation,
    *,
    form: str,
    samples: Mapping[str, str],
    level: int = 1,
    link: Link | None = None,
    link_operation: Link | None = None,
    anchor: str = "",
    asked: str = "",
    has_mock: bool = True,
) -> str:
    """Return the page, or the part of a page, about `operation`.

    Args:
        form: What the page is written for.
        samples: Code that calls it, by language.
        level: The level of its heading.
        link: Leads from the name of a resource to the page about its lifecycle; empty for one without.
        link_operation: Leads from the id of an operation to its page.
        anchor: What links to the heading end in, where the page has several operations (site only).
        asked: Where the samples ask; without it, where the document says.
        has_mock: Whether it tells what is true of a mock server alone.
    """
    links = (link or _nowhere, link_operation or _nowhere)
    return _Page(specification, operation, form, samples, level, links, anchor, asked, has_mock).text()


def webhook(
    specification: Specification,
    each: Incoming,
    *,
    form: str,
    level: int = 1,
    anchor: str = "",
    link: Link | None = None,
) -> str:
    """Return the page, or the part of a page, about a webhook.

    Args:
        form: What the page is written for.
        level: The level of its heading.
        anchor: What links to the heading end in, where the page has several (site only).
        link: Leads from the name of a resource to the page about its lifecycle; empty for one without.
    """
    data = specification.document.data
    described = shapes(data, form)
    contents = Contents(each.data, described, _made(Same(data), form))
    sending = Sending(specification, each.name, "", link or _nowhere)
    told = incoming.markdown(each, described, contents, level, sending)
    parts = [_heading(each.title, level, anchor, form), *told]
    return "\n\n".join(filter(None, parts)) + "\n"


def _heading(words: str, level: int, anchor: str, form: str) -> str:
    where = f" {{ #{anchor} }}" if anchor and form == SITE else ""
    return f"{prose.heading(level, prose.plain(words))}{where}"


def _nowhere(_name: str) -> str:
    return ""


@lru_cache(4)
def _made(data: Same, form: str) -> dict[int, tuple[Any, str]]:
    """Return where the examples made from the schemas of a document are kept."""
    return {}


class _Page:
    """Writes one page from top to bottom."""

    def __init__(
        self,
        specification: Specification,
        operation: Operation,
        form: str,
        samples: Mapping[str, str],
        level: int,
        links: tuple[Link, Link],
        anchor: str,
        asked: str,
        has_mock: bool,
    ) -> None:
        self.specification = specification
        self.operations = specification.operations
        self.data: Data = specification.document.data
        self.operation = operation
        self.form = form
        self.samples = samples
        self.level = level
        self.link, self.link_operation = links
        self.anchor = anchor
        self.asked = asked
        self.has_mock = has_mock
        self.node = raw.operation_object(self.data, operation)
        self.errors: Errors = errors_of(specification, operation)
        self.shapes: Shapes = shapes(self.data, form)
        self.contents = Contents(self.data, self.shapes, _made(Same(self.data), form))
        self.seen = Seen(specification, operation)

    def text(self) -> str:
        """Return all of it, ending with a line break."""
        parts = [
            *self.head(),
            *self.access(),
            *parameters.markdown(self.data, self.operation, self.errors, self.shapes, self.level + 1),
            *self.body(),
            *self.code(),
            *self.effect(),
            *self.responses(),
            *self.callbacks(),
            *self.lifecycle(),
        ]
        return "\n\n".join(filter(None, parts)) + "\n"

    def heading(self, text: str, depth: int = 1) -> str:
        """Return a heading so far below that of the operation."""
        return prose.heading(self.level + depth, text)

    def head(self) -> Iterator[str]:
        """Yield the heading, how it is called, and what the document says of it."""
        yield _heading(title(self.operation), self.level, self.anchor, self.form)
        yield f"**`{self.operation.method}`** {code(self.operation.path, self.form)}"
        if own := raw.own_servers(self.data, self.operation):
            yield f"Served at {prose.listed([code(each.get('url', '/'), self.form) for each in own])}."
            asked = self.asked or serving.asked(self.data, self.operation)
            yield serving.explained(own, asked, self.form, has_mock=self.has_mock)
        name = self.node.get("operationId")
        if name == self.operation.id and name != title(self.operation):
            yield f"Operation ID: {code(name, self.form)}"
        yield self.marks()
        if self.node.get("deprecated") is True:
            yield self._deprecated()
        described = self.node.get("description") or raw.path_item(self.data, self.operation).get(
            "description"
        )
        yield prose.block(described, self.form, below=self.level)
        yield from self._chosen(self.node)
        yield source(self.node)

    def marks(self) -> str:
        """Return the tags that say what it is like, not where it belongs."""
        marks = [each for each in self.operation.tags if not raw.is_place(self.data, each)]
        nodes = [raw.tag_object(self.data, each) for each in marks]
        return " ".join(
            f"{prose.plain(str(node['kind']).capitalize())}: {prose.plain(tag_title(self.data, tag))}."
            for tag, node in zip(marks, nodes, strict=True)
        )

    def _deprecated(self) -> str:
        words = "It may go away; do not begin to use it."
        return f'!!! warning "Deprecated"\n\n    {words}' if self.form == SITE else f"**Deprecated.** {words}"

    def _chosen(self, node: Node) -> Iterator[str]:
        """Yield what the document says its own authors have chosen where their source is silent."""
        if isinstance(said := node.get(raw.OURS), str):
            words = prose.block(said, self.form, below=self.level)
            is_site = self.form == SITE
            yield (
                f'!!! note "Chosen here"\n\n{prose.indented(words)}'
                if is_site
                else f"**Chosen here:** {words}"
            )

    def access(self) -> Iterator[str]:
        """Yield who may call it."""
        yield self.heading("Authentication")
        roles = self.errors.rule.roles if self.errors.rule else ()
        forbidden = self.errors.status("forbidden") if roles else None
        yield access.markdown(self.data, self.operation, self.form, roles=roles, forbidden=forbidden)

    def body(self) -> Iterator[str]:
        """Yield what a request carries."""
        node = raw.request_body(self.data, self.operation)
        if not node:
            return
        yield self.heading("Request body")
        yield "Required." if node.get("required") else "Optional."
        if about := prose.block(node.get("description"), self.form, below=self.level + 1):
            yield about
        yield from self._chosen(node)
        yield from self.contents.markdown(node.get("content") or {}, REQUEST, MOST_ROWS)
        if self.errors.is_known and (wrong := self._wrong_bodies()):
            yield wrong

    def _wrong_bodies(self) -> str:
        """Return how a wrong body is refused."""
        unread, unfit = (self.errors.status(kind) for kind in ("malformedBody", "invalidBody"))
        if unread == unfit:
            return f"One that cannot be read, or does not fit, is refused with `{unread}`."
        return f"One that cannot be read is refused with `{unread}`, one that does not fit with `{unfit}`."

    def code(self) -> Iterator[str]:
        """Yield the samples."""
        if not self.samples:
            return
        yield self.heading("Code samples")
        blocks = [
            (label, prose.fence(text, _LANGUAGES.get(label.lower(), label.lower())))
            for label, text in self.samples.items()
        ]
        if self.form == SITE:
            yield content.tabs(blocks)
        else:
            yield from (part for label, text in blocks for part in (f"**{prose.plain(label)}**", text))

    def effect(self) -> Iterator[str]:
        """Yield what it does in each state."""
        if said := effect.markdown(self.operation, self.errors, self.form):
            yield self.heading("What it does")
            yield said

    def responses(self) -> Iterator[str]:
        """Yield every answer that is documented."""
        found = raw.responses(self.data, self.operation)
        if found:
            yield self.heading("Responses")
        for status, node in found.items():
            yield self.heading(status_title(status), 2)
            yield from self._response(status, node)

    def _response(self, status: str, node: Node) -> Iterator[str]:
        yield prose.block(node.get("description") or node.get("summary"), self.form, below=self.level + 2)
        yield from self._chosen(node)
        yield parameters.headers(node.get("headers") or {}, self.data, self.shapes)
        limit = MOST_ROWS if status[0] in "123" else ERROR_ROWS
        body = node.get("content") or {}
        if not body:
            yield "The answer has no body."
        yield from self.contents.markdown(body, f"`{status}`", limit, partial(self.seen.example, status))
        yield from following.markdown(self.data, node, self.operations, self.form, self.link_operation)

    def callbacks(self) -> Iterator[str]:
        """Yield what the API sends to the caller later."""
        found = list(incoming.callbacks(self.data, self.node))
        if found:
            yield self.heading("Callbacks")
        for each in found:
            yield self.heading(code(each.name, self.form), 2)
            sending = Sending(self.specification, each.name, self.operation.id, self.link)
            yield from incoming.markdown(each, self.shapes, self.contents, self.level + 2, sending)

    def lifecycle(self) -> Iterator[str]:
        """Yield the way to the page about the resource."""
        name = self.errors.lifecycle.name if self.errors.lifecycle else ""
        where = self.link(name) if name else ""
        if where:
            yield self.heading("Lifecycle")
            told = f"[its states and what moves it]({where})"
            yield f"How {code(name, self.form)} lives between requests: {told}."


def source(node: Node) -> str:
    """Return where the document says that there is more to read."""
    found = node.get("externalDocs")
    if not isinstance(found, Mapping) or not found.get("url"):
        return ""
    words = prose.plain(found.get("description") or found["url"])
    return f"More: {prose.link(words, found['url'])}"

"""The page of one API: where it is, who may call it, what it can do, and how it says no."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from handbook import prose, raw, reaching
from handbook.errors import PROBLEM, Errors, body_text, errors_of
from handbook.incoming import Incoming
from handbook.naming import tag_title, title
from handbook.operation import Link, source
from handbook.prose import code, listed
from handbook.raw import Data, Node
from speckit.conventions import KINDS, Conventions, governing
from speckit.lifecycle import Lifecycle
from speckit.operation import Operation
from speckit.specification import Specification

SENT = "What the API sends to an address of yours, without being asked each time."
"""What webhooks are."""
_APART = "What stands in several lines is answered by each operation as its own page documents it."


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds the operations of a tag.

    Attributes:
        hooks: Webhooks with this tag, each with the way to its page.
        above: A link to the tag that this one is part of.
        below: Links to the tags that are part of this one.
    """

    hooks: Sequence[tuple[Incoming, str]] = ()
    above: str = ""
    below: Sequence[str] = ()


def markdown(
    specification: Specification,
    tag: str,
    *,
    form: str,
    link_operation: Link,
    link_resource: Link,
    operations: Sequence[Operation],
    around: Around | None = None,
    asked: str = "",
    has_mock: bool = True,
) -> str:
    """Return the page about operations that belong together.

    Args:
        tag: What they have in common, which the document may describe.
        link_operation: Leads from the id of an operation to its page.
        link_resource: Leads from the name of a resource to the page about its lifecycle.
        operations: Which they are.
        around: What else there is to know of: webhooks, and other tags.
        asked: Where the samples ask; without it, where the document says.
        has_mock: Whether it tells what is true of a mock server alone.
    """
    around = around or Around()
    data = specification.document.data
    node = raw.tag_object(data, tag)
    parts = [
        *_head(node, tag_title(data, tag), form),
        f"Part of {around.above}." if around.above else "",
        *_below(around.below),
        *(reaching.addresses(data, asked, form, has_mock=has_mock) if operations else ()),
        *(reaching.access(data, operations, form) if operations else ()),
        *_operations(operations, data, form, link_operation),
        *webhooks(around.hooks),
        *_resources(specification, operations, form, link_resource),
        *_errors(specification, operations, form),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def webhooks(hooks: Sequence[tuple[Incoming, str]], level: int = 2) -> Iterator[str]:
    """Yield a table of webhooks, each with the way to its page; nothing where there are none."""
    if hooks:
        yield prose.heading(level, "Webhooks")
        yield SENT
        rows = [(f"`{each.operation.method}`", f"[{prose.plain(each.title)}]({way})") for each, way in hooks]
        yield prose.table(("Method", "What is sent"), rows)


def _below(links: Sequence[str]) -> Iterator[str]:
    """Yield the tags below this one."""
    if links:
        yield prose.heading(2, "Parts")
        yield "\n".join(f"-   {each}" for each in links)


def _head(node: Node, name: str, form: str) -> Iterator[str]:
    yield prose.heading(1, prose.plain(name))
    yield prose.block(node.get("description"), form)
    if isinstance(said := node.get(raw.OURS), str):
        yield f"*Chosen here:* {prose.block(said, form)}"
    if more := source(node):
        yield f"{more}."


def _operations(operations: Sequence[Operation], data: Data, form: str, link: Link) -> Iterator[str]:
    if not operations:
        return
    yield prose.heading(2, "Operations")
    rows = [_operation(each, data, form, link) for each in operations]
    yield prose.table(("Method", "Path", "What it does"), rows)


def _operation(operation: Operation, data: Data, form: str, link: Link) -> tuple[str, str, str]:
    words, where = prose.plain(title(operation)), link(operation.id)
    is_old = raw.operation_object(data, operation).get("deprecated") is True
    what = f"[{words}]({where})" if where else words
    return f"`{operation.method}`", code(operation.path, form), f"{what} (deprecated)" if is_old else what


def _resources(
    specification: Specification, operations: Sequence[Operation], form: str, link: Link
) -> Iterator[str]:
    """Yield what lives behind the operations."""
    ids = {each.id for each in operations}
    living = [each for each in specification.lifecycles.values() if ids & each.rules.keys()]
    if living:
        yield prose.heading(2, "Resources")
        texts = raw.lifecycle_texts(specification.document.data)
        yield "\n".join(f"-   {_resource(each, texts.get(each.name, ''), form, link)}" for each in living)


def _resource(lifecycle: Lifecycle, about: str, form: str, link: Link) -> str:
    where = link(lifecycle.name)
    name = code(lifecycle.name, form)
    states = [code(each, form) for each in lifecycle.states]
    parts = [
        f"[{name}]({where})" if where else name,
        prose.cell(about, form),
        f"Its states are {listed(states)}." if states else "",
    ]
    return f"{parts[0]}: {' '.join(filter(None, parts[1:]))}".rstrip(": ")


def _errors(specification: Specification, operations: Sequence[Operation], form: str) -> Iterator[str]:
    """Yield how each API below the tag says no; nothing where the document does not say."""
    ruled = {name for each in specification.lifecycles.values() for name in each.rules}
    governed = [(each, governing(specification.conventions, each.path)) for each in operations]
    known = list({each.name: each for one, each in governed if each.name or one.id in ruled}.values())
    if not known:
        return
    yield prose.heading(2, "Errors")
    texts = raw.convention_texts(specification.document.data)
    for each in known:
        if len(known) > 1:
            paths = listed([code(path, form) for path in each.paths])
            yield prose.heading(3, f"Below {paths}" if paths else "Elsewhere")
        yield prose.block(texts.get(each.name), form, below=2)
        yield _table(specification, each, [one for one, its in governed if its.name == each.name], form)
        yield " ".join(_habits(each))


def _possible(lifecycle: Lifecycle | None, operation: Operation) -> list[str]:
    """Return the kinds of error that a caller of an operation can cause, whatever the state."""
    rule = lifecycle.rules[operation.id] if lifecycle else None
    etag = lifecycle.etag if lifecycle else None
    has_body = operation.body is not None
    possible = {
        **dict.fromkeys(("malformedBody", "invalidBody"), has_body),
        "invalidParameter": bool(operation.parameters),
        "malformedId": lifecycle is not None and lifecycle.identity.type == "integer",
        "unauthorized": any(operation.security),
        "forbidden": rule is not None and bool(rule.roles),
        "notFound": any(each.place == "path" for each in operation.parameters),
        "conflict": lifecycle is not None and any(not unique.conflict for unique in lifecycle.unique),
        "preconditionFailed": etag is not None,
        **dict.fromkeys(("payloadTooLarge", "unsupportedMediaType"), has_body),
        "idempotencyMismatch": rule is not None and bool(rule.idempotency_header),
        "preconditionRequired": etag is not None and etag.required,
    }
    return [kind for kind, is_possible in possible.items() if is_possible]


def _table(
    specification: Specification, conventions: Conventions, operations: Sequence[Operation], form: str
) -> str:
    """Return status and body by kind of error; kinds that are answered alike share a line."""
    common = Errors(conventions)
    alike: dict[tuple[int, str], set[str]] = {}
    for kind in ("unknownPath", "methodNotAllowed"):
        alike.setdefault(_answered(common, kind, form), set()).add(kind)
    for operation in operations:
        own = errors_of(specification, operation)
        for kind in _possible(own.lifecycle, operation):
            is_common = common.answer(kind)[1] is not None
            alike.setdefault(_answered(common if is_common else own, kind, form), set()).add(kind)
    rows = [(_causes(kinds), f"`{status}`", body) for (status, body), kinds in sorted(alike.items())]
    table = prose.table(("What is wrong", "Status", "Body"), rows)
    told = [kind for kinds in alike.values() for kind in kinds]
    return table if len(set(told)) == len(told) else f"{table}\n\n{_APART}"


def _causes(kinds: set[str]) -> str:
    return "<br>".join(f"{KINDS[each][1]}." for each in KINDS if each in kinds)


def _answered(errors: Errors, kind: str, form: str) -> tuple[int, str]:
    """Return the status of a kind of error, and its body in words."""
    status, answer = errors.answer(kind)
    if answer is not None:
        text = body_text(answer)
        return status, code(text, form) if text else "none"
    if (found := errors.declared(status)) is None:
        return status, f"A problem (RFC 9457), {code(PROBLEM, form)}"
    media, schema = found
    ref = schema.get("$ref") if isinstance(schema, Mapping) else None
    what = code(raw.component(ref), form) if isinstance(ref, str) else "As the operation documents it"
    return status, f"{what}, {code(media, form)}"


def _habits(conventions: Conventions) -> Iterator[str]:
    """Yield what else the paths have in common."""
    if conventions.ignores_trailing_slash:
        yield "A slash too many or too few at the end of a path does not matter."
    if conventions.first_query_wins:
        yield "Of a query parameter given twice the first counts."
    else:
        yield "A query parameter given twice that is no list is refused."
    if conventions.exact_case_scheme:
        yield "The word `Bearer` is written just so."
    if not conventions.serves_head:
        yield "`HEAD` is refused."

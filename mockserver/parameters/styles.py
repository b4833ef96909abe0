"""The styles of parameters (OpenAPI 3.2, section 4.12.2.5): which texts of a request belong to one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, unquote_plus

from mockserver.parameters.query import Query, Texts
from mockserver.parameters.shape import Shape
from mockserver.parameters.values import Tree

Pick = Callable[[Any], Tree | None]
"""Returns what was sent for a parameter; None where it was not sent."""

_DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|"}


class Unreadable(ValueError):
    """What was sent is not written as the style says; the message goes on from the parameter's name."""


@dataclass(frozen=True, slots=True)
class Style:
    """How one parameter is written.

    `repeated` says what counts where it is sent more often than once: the
    "first", the "last", or nothing. `others` are the names of all parameters
    beside it: an object that is spread over a query has what is left.
    """

    name: str
    style: str
    explode: bool
    shape: Shape
    repeated: str = ""
    others: frozenset[str] = frozenset()

    def delimited(self, text: str, delimiter: str = ",") -> Tree:
        """Return the items or members in `text`, or `text` itself where neither can be meant."""
        if self.shape.is_list and (not self.shape.is_plain or delimiter in text):
            return text.split(delimiter) if text else []
        if self.shape.is_object and (not self.shape.is_plain or delimiter in text):
            return _members(text.split(delimiter) if text else [], self.explode)
        return text


def _members(parts: list[str], explode: bool) -> dict[str, Tree]:
    """Return the members of an object: `R=1,G=2` where it is exploded, else `R,1,G,2`."""
    if explode:
        if not all("=" in part for part in parts):
            raise Unreadable("is not written as name=value,name=value")
        return {name: value for name, _, value in (part.partition("=") for part in parts)}
    if len(parts) % 2:
        raise Unreadable("does not have a value for each name; write name,value,name,value")
    return dict(zip(parts[::2], parts[1::2], strict=True))


# One text: paths and headers


def in_path(style: Style) -> Callable[[str], Tree]:
    """Return what reads the text of a path parameter."""
    return {"label": _label(style), "matrix": _matrix(style)}.get(style.style, style.delimited)


def _label(style: Style) -> Callable[[str], Tree]:
    def read(text: str) -> Tree:
        if not text.startswith("."):
            raise Unreadable(f"is '{text}', which does not begin with a dot")
        rest = text[1:]
        is_comma = not style.explode and "," in rest
        return style.delimited(rest, "," if is_comma else ".")

    return read


def _matrix(style: Style) -> Callable[[str], Tree]:
    def read(text: str) -> Tree:
        if not text.startswith(";"):
            raise Unreadable(f"is '{text}', which does not begin with a semicolon")
        parts = text[1:].split(";")
        if style.explode and style.shape.is_object and not style.shape.is_plain:
            return _members(parts, explode=True)
        pairs = [part.partition("=") for part in parts]
        if any(name != style.name for name, _, _ in pairs):
            raise Unreadable(f"is '{text}', which is not written as ;{style.name}=...")
        values = [value for _, _, value in pairs]
        return values if style.explode and style.shape.is_list else style.delimited(values[0])

    return read


def in_header(style: Style) -> Callable[[str], Tree]:
    """Return what reads the text of a header."""

    def read(text: str) -> Tree:
        tree = style.delimited(text)
        if isinstance(tree, dict):
            return {name.strip(): value.strip() for name, value in tree.items()}
        return [item.strip() for item in tree] if isinstance(tree, list) else text

    return read


# Many texts by name: queries, forms, cookies


def in_query(style: Style) -> Callable[[Query], Tree | None]:
    """Return what finds a parameter in a query string or a form."""
    if style.style == "deepObject":
        return lambda query: _deep(style, query)
    if style.explode:
        return lambda query: _exploded(style, query)
    return lambda query: _joined(style, query)


def _deep(style: Style, query: Query) -> Tree | None:
    if style.name in query.nested:
        tree: Tree = query.nested[style.name]
        return tree
    return _repeated(style, query.texts)


def _exploded(style: Style, query: Query) -> Tree | None:
    found = _repeated(style, query.texts)
    if found is None and (style.shape.is_object or style.shape.is_list):
        # Brackets are another style, but what many clients send without being told so.
        found = query.nested.get(style.name)
    return _spread(style, query.texts) if found is None and style.shape.is_object else found


def _repeated(style: Style, texts: Texts) -> Tree | None:
    """Return the texts of a parameter that is there once for each item, or once at all."""
    found = texts.get(style.name)
    if found is None:
        return None
    return found if style.shape.is_list else once(style, found)


def once(style: Style, texts: list[str]) -> str:
    """Return the one text of a parameter that is sent once.

    Raises:
        Unreadable: it is there more often.
    """
    if len(texts) > 1 and not style.repeated:
        is_list = style.shape.is_list and not style.explode
        raise Unreadable(
            f"is there {len(texts)} times; send it once{', its items joined' if is_list else ''}"
        )
    return texts[-1] if style.repeated == "last" else texts[0]


def _spread(style: Style, texts: Texts) -> Tree | None:
    """Return the members of an object that are parameters themselves: those it names, or all left."""
    additional = style.shape.additional
    takes_any = additional not in (None, False) or (additional is None and not style.shape.properties)
    members: dict[str, Any] = {}
    for name, several in texts.items():
        if name in style.shape.properties or (takes_any and name not in style.others):
            members[name] = several if len(several) > 1 else several[0]
    return members or None


def _joined(style: Style, query: Query) -> Tree | None:
    if style.name not in query.texts:
        return None
    text = once(style, query.texts[style.name])
    if not (style.shape.is_list or style.shape.is_object):
        return text
    delimiter = _DELIMITERS.get(style.style, ",")
    sent = query.sent(style.name)
    if delimiter == " " or delimiter not in sent:
        # Most clients encode a comma between items as they do one inside: then each of them parts.
        return style.delimited(text, delimiter)
    tree = style.delimited(sent, delimiter)
    if isinstance(tree, dict):
        return {unquote_plus(name): unquote_plus(value) for name, value in tree.items()}
    return [unquote_plus(item) for item in tree] if isinstance(tree, list) else text


def in_cookie(style: Style) -> Callable[[Texts], Tree | None]:
    """Return what finds a parameter among the cookies."""

    joined = replace(style, explode=False)

    def read(cookies: Texts) -> Tree | None:
        if style.explode:
            found = _repeated(style, cookies)
            if found is None:
                return _spread(style, cookies) if style.shape.is_object else None
            first, *more = cookies[style.name]
            # One cookie for all of it is another way to write it: a comma is no part of a cookie (RFC 6265).
            return found if more else (style if "=" in first else joined).delimited(first)
        several = cookies.get(style.name)
        return None if several is None else style.delimited(once(style, several))

    return read


def cookies(header: str, *, decodes: bool) -> Texts:
    """Return the cookies in a Cookie header by name; odd neighbours do not hide one.

    Args:
        decodes: Percent signs stand for bytes, as the style `form` writes them.
    """
    texts: Texts = {}
    # An exploded list in the style `form` is written as `a=1&a=2`, which is one cookie to a browser.
    for pair in header.replace("&", ";").split(";"):
        name, is_pair, value = pair.strip().partition("=")
        if is_pair:
            value = value.strip('"')
            texts.setdefault(name, []).append(unquote(value) if decodes else value)
    return texts


PLACES: Mapping[str, Callable[[Style], Pick]] = {
    "path": in_path,
    "query": in_query,
    "header": in_header,
    "cookie": in_cookie,
}

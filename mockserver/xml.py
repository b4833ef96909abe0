"""XML by the XML Objects of a document: values written as elements, and elements read as values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from mockserver.answers import Refused
from speckit.references import deref

DEEPEST = 100
"""How deep the elements of a body may be nested."""

Schema = Mapping[str, Any]

_COMPOSED = ("allOf", "oneOf", "anyOf")
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_NO_NAME = re.compile(r"[^\w.-]")
_NO_TEXT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_PARTS = 200
_SHOWN = 80
"""How many characters of a wrong name are told."""


class Markup:
    """How the values of one schema look as XML.

    Args:
        schema: The schema of a body.
        data: The document that its references lead into.
        root: The name of the root element where neither the schema nor its component has one.
    """

    def __init__(self, schema: Any, data: Mapping[str, Any], root: str = "root") -> None:
        self._shape = _Shape(schema, data)
        self._root = self._shape.name or self._shape.component or root

    def read(self, content: bytes) -> Any:
        """Return the value in `content`, its texts read as the schema says.

        Raises:
            Refused: it is not XML, has a document type (where entities would be), is nested too deep, or
                its root has another name than the one in the schema's XML Object.
        """
        root = parsed(content)
        self._check_root(_local(root.tag))
        return _value(self._shape, root, self._shape.component)

    def _check_root(self, sent: str) -> None:
        """Hold the name of the root to the XML Object; a component's own name is no promise."""
        shape = self._shape
        is_bare = "array" in shape.kinds and shape.node != "element"
        wanted = _qualified(shape, shape.name).rpartition(":")[2]
        if shape.name and not is_bare and sent != wanted:
            detail = f"The root element of the body is {sent[:_SHOWN]}, not {wanted}; send <{wanted}>."
            raise Refused("invalidBody", detail)

    def write(self, value: Any) -> bytes:
        """Return `value` as an XML document."""
        element = _element(self._shape, value, self._root)
        text = ElementTree.tostring(element, encoding="unicode")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode("utf-8", "replace")


def is_xml(kind: str) -> bool:
    """Return whether the media type `kind` is XML (RFC 7303)."""
    base = kind.split(";")[0].strip().lower()
    return base in ("application/xml", "text/xml") or base.endswith("+xml")


def parsed(content: bytes) -> Element:
    """Return the root element of `content`.

    Raises:
        Refused: it is not XML, has a document type, or is nested too deep.
    """
    parser = ElementTree.XMLParser(target=_Builder())
    try:
        parser.feed(content)
        root: Element = parser.close()
    except (ElementTree.ParseError, ValueError, LookupError) as problem:
        raise Refused("malformedBody", f"The body is not XML: {problem}.") from problem
    return root


class _Builder(ElementTree.TreeBuilder):
    """Builds a tree of bounded depth; whatever could declare an entity ends it."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        raise Refused("malformedBody", "The body has a document type; send XML without <!DOCTYPE>.")

    def start(self, tag: Any, attributes: Any) -> Element:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Refused("malformedBody", f"The body is nested deeper than {DEEPEST} levels.")
        return super().start(tag, attributes)

    def end(self, tag: Any) -> Element:
        self._depth -= 1
        return super().end(tag)


class _Shape:
    """How the values of one schema look as XML; what is inside is found when first needed."""

    def __init__(self, schema: Any, data: Mapping[str, Any]) -> None:
        self._data = data
        ref = schema.get("$ref") if isinstance(schema, Mapping) else None
        self.component = str(ref).rpartition("/")[2] if ref else ""
        self._parts = list(_parts(schema, data, _MOST_PARTS))
        own: Schema = schema if isinstance(schema, Mapping) else {}
        resolved = deref(dict(data), own) if ref else own
        self.xml: Schema = {**(resolved.get("xml") or {}), **(own.get("xml") or {})}
        self._own = resolved
        self.name: str = self.xml.get("name") or ""
        self.kinds = _kinds(self._parts)

    @cached_property
    def node(self) -> str:
        """Which kind of node it is: element, attribute, text, cdata or none (OpenAPI 3.2, section 4.26)."""
        if "nodeType" in self.xml:
            return str(self.xml["nodeType"])
        if self.xml.get("attribute"):
            return "attribute"
        if self.xml.get("x-ms-text"):
            return "text"
        return "none" if "array" in self.kinds and not self.xml.get("wrapped") else "element"

    @cached_property
    def members(self) -> dict[str, _Shape]:
        """The members of an object."""
        found = (each.get("properties") or {} for each in self._parts)
        return {name: _Shape(part, self._data) for members in found for name, part in members.items()}

    @cached_property
    def required(self) -> frozenset[str]:
        """The members that have to be there."""
        return frozenset(name for each in self._parts for name in each.get("required", ()))

    @cached_property
    def item(self) -> _Shape:
        """What stands in an array."""
        return _Shape(next((each["items"] for each in self._parts if "items" in each), {}), self._data)

    @cached_property
    def rest(self) -> _Shape:
        """What members have that are not declared."""
        found = (each["additionalProperties"] for each in self._parts if "additionalProperties" in each)
        return _Shape(next(found, {}), self._data)


def _parts(schema: Any, data: Mapping[str, Any], left: int) -> Iterator[Schema]:
    """Yield the schemas that make up `schema`: what it refers to, and what it is composed of."""
    waiting, seen = [schema], set[int]()
    while waiting and len(seen) < left:
        part = waiting.pop(0)
        if not isinstance(part, Mapping) or id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        if isinstance(part.get("$ref"), str):
            waiting.append(deref(dict(data), part))
        waiting.extend(each for key in _COMPOSED for each in part.get(key) or ())


def _kinds(parts: list[Schema]) -> frozenset[str]:
    kinds: set[str] = set()
    for part in parts:
        declared = part.get("type")
        kinds.update(declared if isinstance(declared, list) else [declared] if declared else [])
        kinds.update(["object"] if "properties" in part else [])
        kinds.update(["null"] if part.get("nullable") else [])
    return frozenset(kinds)


def _element(shape: _Shape, value: Any, name: str) -> Element:
    """Return `value` as an element."""
    element = Element(_qualified(shape, name))
    _declare(element, shape)
    _fill(element, shape, value)
    return element


def _fill(element: Element, shape: _Shape, value: Any) -> None:
    if value is None:
        element.set("xmlns:xsi", _NIL[1:].partition("}")[0])
        element.set("xsi:nil", "true")
    elif isinstance(value, Mapping):
        for key, part in value.items():
            _place(element, shape.members.get(key) or shape.rest, str(key), part)
    elif isinstance(value, list):
        item = shape.item
        fallback = shape.name or item.component or "item"
        element.extend([_element(item, each, item.name or fallback) for each in value])
    else:
        element.text = _text(value)


def _place(element: Element, shape: _Shape, key: str, value: Any) -> None:
    """Put the member `key` into `element`, in the way its XML Object says."""
    if shape.node == "attribute":
        _declare(element, shape)
        element.set(_qualified(shape, shape.name or key), _text(value))
    elif shape.node in ("text", "cdata"):
        element.text = (element.text or "") + _text(value)
    elif isinstance(value, list):
        _place_list(element, shape, key, value)
    elif shape.node == "none" and isinstance(value, Mapping):
        _fill(element, shape, value)
    else:
        element.append(_element(shape, value, shape.name or key))


def _place_list(element: Element, shape: _Shape, key: str, values: list[Any]) -> None:
    parent = element
    if shape.node == "element":
        parent = Element(_qualified(shape, shape.name or key))
        _declare(parent, shape)
        element.append(parent)
    name = _item_name(shape, key)
    parent.extend([_element(shape.item, each, name) for each in values])


def _item_name(shape: _Shape, key: str) -> str:
    """Return what the items of an array are called; the array's own name is only that of its wrapper."""
    wrapper = shape.name if shape.node == "element" else ""
    return shape.item.name or wrapper or key


def _qualified(shape: _Shape, name: str) -> str:
    clean = _NO_NAME.sub("_", name) or "_"
    clean = clean if clean[0].isalpha() or clean[0] == "_" else f"_{clean}"
    prefix = shape.xml.get("prefix")
    return f"{_NO_NAME.sub('_', prefix)}:{clean}" if prefix else clean


def _declare(element: Element, shape: _Shape) -> None:
    """Declare the namespace of `shape` on `element`; a prefix without one is given its own name for it."""
    prefix, namespace = shape.xml.get("prefix"), shape.xml.get("namespace")
    if prefix:
        element.set(f"xmlns:{_NO_NAME.sub('_', prefix)}", namespace or f"urn:{_NO_NAME.sub('_', prefix)}")
    elif namespace and shape.node != "attribute":
        element.set("xmlns", namespace)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else _NO_TEXT.sub("", str(value))


def _value(shape: _Shape, element: Element, name: str = "") -> Any:
    """Return what `element` says, as `shape` reads it."""
    if element.get(_NIL) in ("true", "1"):
        return None
    if "array" in shape.kinds:
        return [_value(shape.item, child) for child in element]
    if "object" in shape.kinds or (len(element) and not shape.kinds - {"null"}):
        return _object(shape, element)
    return _read(shape.kinds, element.text or "")


def _object(shape: _Shape, element: Element) -> dict[str, Any]:
    children: dict[str, list[Element]] = {}
    for child in element:
        children.setdefault(_local(child.tag), []).append(child)
    attributes = {_local(name): text for name, text in element.attrib.items()}
    found = _members(shape, element, children, attributes)
    for tag, several in children.items():
        values = [_value(shape.rest, each) for each in several]
        found.setdefault(tag, values if len(values) > 1 else values[0])
    return found


def _members(
    shape: _Shape, element: Element, children: dict[str, list[Element]], attributes: Mapping[str, str]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, member in shape.members.items():
        found.update(_member(shape, key, member, element, children, attributes))
    return found


def _member(
    shape: _Shape,
    key: str,
    member: _Shape,
    element: Element,
    children: dict[str, list[Element]],
    attributes: Mapping[str, str],
) -> dict[str, Any]:
    """Return the member `key` by its name, where it is there; the children it takes are taken out."""
    if member.node == "attribute":
        name = member.name or key
        return {key: _read(member.kinds, attributes[name])} if name in attributes else {}
    if member.node in ("text", "cdata"):
        return {key: _read(member.kinds, element.text or "")} if element.text is not None else {}
    if "array" in member.kinds and member.node == "none":
        several = children.pop(_item_name(member, key), [])
        is_there = several or key in shape.required
        return {key: [_value(member.item, each) for each in several]} if is_there else {}
    if member.node == "none":
        inside = _members(member, element, children, attributes)
        return {key: inside} if inside else {}
    several = children.pop(member.name or key, [])
    values = [_value(member, each) for each in several]
    return {key: values[0] if len(values) == 1 else values} if values else {}


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _read(kinds: frozenset[str], text: str) -> Any:
    """Return what `text` stands for; what cannot be read so stays text, for the schema to refuse."""
    plain = text.strip()
    if "integer" in kinds and re.fullmatch(r"[+-]?\d{1,400}", plain):
        return int(plain)
    if "number" in kinds and re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", plain):
        return int(plain) if re.fullmatch(r"[+-]?\d{1,400}", plain) else float(plain)
    if "boolean" in kinds and plain in ("true", "false", "1", "0"):
        return plain in ("true", "1")
    if "null" in kinds and not plain and "string" not in kinds:
        return None
    return text

"""What a document says of an operation beyond what can be played: its texts, examples and addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from speckit.operation import Operation, methods
from speckit.references import deref_or_none
from speckit.specification import CONVENTIONS, LIFECYCLES

OURS = "x-ours"
"""Says, in a sentence, what the authors of a document chose where their source settles nothing."""

Node = Mapping[str, Any]
Data = dict[str, Any]


def looked_up(data: Data, node: Any) -> Node:
    """Return what `node` refers to, or itself; empty where there is nothing."""
    found = deref_or_none(data, node)
    return found if isinstance(found, Mapping) else {}


def pairs(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield the members of an object by name; nothing for what is none."""
    yield from ((str(name), value) for name, value in node.items()) if isinstance(node, Mapping) else ()


def path_item(data: Data, operation: Operation) -> Node:
    """Return the object of the operation's path."""
    return looked_up(data, (data.get("paths") or {}).get(operation.path))


def operation_object(data: Data, operation: Operation) -> Node:
    """Return the operation as the document has it."""
    found = (node for method, _, node in methods(path_item(data, operation)) if method == operation.method)
    return looked_up(data, next(found, None))


def parameters(data: Data, operation: Operation) -> list[Node]:
    """Return the parameters of the path, overridden by those of the operation."""
    levels = (path_item(data, operation), operation_object(data, operation))
    nodes = [looked_up(data, node) for level in levels for node in level.get("parameters") or ()]
    return list({(node.get("in"), node.get("name")): node for node in nodes}.values())


def parameter_schema(node: Node) -> Any:
    """Return the schema of a parameter or header, wherever it stands."""
    media: Node = next(iter((node.get("content") or {}).values()), {})
    return node.get("schema") or media.get("schema") or {}


def request_body(data: Data, operation: Operation) -> Node:
    """Return the request body; empty where there is none."""
    return looked_up(data, operation_object(data, operation).get("requestBody") or {})


def responses(data: Data, operation: Operation) -> dict[str, Node]:
    """Return the responses by status, `default` last."""
    found = operation_object(data, operation).get("responses") or {}
    read = {
        str(status): looked_up(data, node)
        for status, node in found.items()
        if not str(status).startswith("x-")
    }
    return dict(sorted(read.items(), key=lambda each: (each[0] == "default", each[0].upper())))


def examples(data: Data, node: Node) -> Iterator[tuple[str, Any]]:
    """Yield the examples of a media type, parameter or header: a title, which may be empty, and a value."""
    if "example" in node:
        yield "", node["example"]
        return
    for name, entry in (node.get("examples") or {}).items():
        found = looked_up(data, entry)
        for key in ("value", "dataValue", "serializedValue"):
            if key in found:
                yield str(found.get("summary") or name), found[key]
                break


def tag_objects(data: Data) -> list[Node]:
    """Return what the document says of its tags, in its order."""
    return [tag for tag in data.get("tags") or () if isinstance(tag, Mapping)]


def tag_object(data: Data, name: str) -> Node:
    """Return what the document says of a tag; empty where it says nothing."""
    return next((tag for tag in tag_objects(data) if tag.get("name") == name), {})


def is_place(data: Data, tag: str) -> bool:
    """Return whether a tag says where an operation belongs; others say what it is like (OpenAPI 3.2)."""
    return tag_object(data, tag).get("kind") in (None, "", "nav")


def own_servers(data: Data, operation: Operation) -> list[Node]:
    """Return the servers that an operation, or its path, has instead of those of the document."""
    for node in (operation_object(data, operation), path_item(data, operation)):
        if found := servers(node):
            return found
    return []


def servers(data: Node) -> list[Node]:
    """Return where the document says that it is served."""
    return [server for server in data.get("servers") or () if isinstance(server, Mapping)]


def scheme(data: Data, name: str) -> Node:
    """Return a security scheme by its name; empty where it is not declared."""
    components = data.get("components") or {}
    return looked_up(data, (components.get("securitySchemes") or {}).get(name))


def lifecycle_texts(data: Data) -> dict[str, str]:
    """Return what the document says of its resources, by their names."""
    return _descriptions(data.get(LIFECYCLES))


def convention_texts(data: Data) -> dict[str, str]:
    """Return what the document says of its APIs, by the names of their conventions."""
    return _descriptions(data.get(CONVENTIONS))


def _descriptions(extension: Any) -> dict[str, str]:
    entries = extension.items() if isinstance(extension, Mapping) else ()
    return {name: str(each.get("description") or "") for name, each in entries if isinstance(each, Mapping)}


def component(ref: str) -> str:
    """Return what a reference is called, by its last part.

    >>> component("#/components/schemas/a~1b")
    'a/b'
    """
    return unescaped(ref.rsplit("/", 1)[-1])


def unescaped(step: str) -> str:
    """Return one step of a reference as the key that it names.

    >>> unescaped("~1a~1%7Bb%7D")
    '/a/{b}'
    """
    return unquote(step).replace("~1", "/").replace("~0", "~")

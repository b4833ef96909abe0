"""What is sent or answered: for each media type its schema and its examples."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from handbook import prose, raw
from handbook.page import SITE
from handbook.prose import code
from handbook.raw import Data, Node
from handbook.shape import Shapes
from speckit.sample import Making
from speckit.schema import SchemaError, Schemas
from speckit.wording import ERRORS, Wording

Shown = Callable[[Any], tuple[str, Any] | None]
"""Returns, for the schema of an answer, the state of the resource and the body that shows it."""

_LONGEST_MADE = 60
"""How many lines an example may have that the document does not give, but its schema allows."""
_LONGEST = 400
_LONG = 4
"""From how many lines on a schema is not told twice."""
_MOST_EXAMPLES = 12
REQUEST = "the request body"
"""What the page calls what is sent."""
ERROR_ROWS = 20
"""How many fields of the schema of an error are listed."""


class Contents:
    """Writes the contents of one operation's page; a schema that was there already is named, not repeated."""

    def __init__(self, data: Data, shapes: Shapes, made: dict[int, tuple[Any, str]]) -> None:
        self._data = data
        self._shapes = shapes
        self._form = shapes.form
        self._made = made
        self._seen: dict[str, str] = {}

    def markdown(
        self, content: Mapping[str, Any], place: str, limit: int, shown: Shown | None = None
    ) -> Iterator[str]:
        """Yield what each media type holds.

        Args:
            place: What the page calls this place, for what comes again below.
            limit: How many fields are listed.
            shown: Has a better example than one made from the schema alone.
        """
        leaves = "readOnly" if place == REQUEST else "writeOnly"
        told: dict[str, str] = {}
        for kind, entry in content.items():
            media, name = raw.looked_up(self._data, entry), code(kind, self._form)
            text = self._schema(media, place, limit)
            examples = "\n\n".join(self._examples(str(kind), media, (leaves, _error(place)), shown))
            yield f"{name}: {self._again(text, media, told[text]) if text in told else text}"
            yield "" if examples in told else examples
            told = {text: name, examples: name, **told}

    def _again(self, text: str, media: Node, first: str) -> str:
        """Return what takes the place of a long `text` that was there for the media type `first`."""
        if text.count("\n") < _LONG:
            return text
        return f"{self._shapes.lead(self._shapes.faces.of(media['schema']))} The fields are those of {first}."

    def _schema(self, media: Node, place: str, limit: int) -> str:
        shapes = self._shapes.without("writeOnly" if place == REQUEST else "readOnly")
        if "schema" not in media:
            return shapes.text(media["itemSchema"], limit) if "itemSchema" in media else "anything."
        text = shapes.text(media["schema"], limit)
        if text.count("\n") < _LONG:
            return text
        first = self._seen.setdefault(text, place)
        if first == place:
            return text
        return f"{shapes.lead(shapes.faces.of(media['schema']))} The fields are those of {first}."

    def _examples(
        self, kind: str, media: Node, making: tuple[str, int], shown: Shown | None
    ) -> Iterator[str]:
        found = list(raw.examples(self._data, media))[:_MOST_EXAMPLES]
        blocks = [(title, _fenced(value, kind)) for title, value in found]
        if len(blocks) > 1 and self._form == SITE:
            yield tabs(
                [(title or f"Example {number}", text) for number, (title, text) in enumerate(blocks, 1)]
            )
            return
        for title, text in blocks:
            yield f"**{prose.plain(title) or 'Example'}**"
            yield text
        if blocks:
            return
        if shown and _is_json(kind) and (living := self._living(kind, media, shown)):
            yield from living
        elif made := self._made_up(kind, media, making):
            yield "**Example**, made from the schema"
            yield made

    def _living(self, kind: str, media: Node, shown: Shown) -> list[str]:
        """Return the example of a resource that lives, if it is short, below what it is an example of."""
        try:
            found = shown(media.get("schema") or {})
        except (LookupError, TypeError, ValueError, AttributeError, SchemaError):
            return []
        state, value = found or ("", None)
        text = _fenced(value, kind)
        if value in (None, {}, []) or text.count("\n") > _LONGEST_MADE:
            return []
        words = f"of one that is {code(state, self._form)}" if state else "as it is when it is new"
        return [f"**Example**, {words}", text]

    def _made_up(self, kind: str, media: Node, making: tuple[str, int]) -> str:
        """Return a value that the schema allows, if it is short; the same again for the same schema.

        Args:
            making: What it leaves out, and of which status it is the error; 0 for none.
        """
        schema = media.get("schema")
        if not schema or not _is_json(kind) or not isinstance(schema, dict):
            return ""
        key = schema.get("$ref") if set(schema) == {"$ref"} else None
        place = hash((key or id(schema), making))
        known = self._made.get(place)
        if known is None:
            known = self._made[place] = (schema, self._example(schema, kind, *making))
        return known[1]

    def _example(self, schema: Node, kind: str, leaves: str, error: int) -> str:
        try:
            value = Making(self._data, leaves).value(schema, ())
            value = Wording(self._data, schema, self._fits(schema)).told(value, error) if error else value
        except (LookupError, TypeError, ValueError, AttributeError, SchemaError):
            return ""
        text = _fenced(value, kind)
        return text if value not in (None, {}, []) and text.count("\n") <= _LONGEST_MADE else ""

    def _fits(self, schema: Node) -> Callable[[Any], bool]:
        """Return whether an answer fits `schema`, which is compiled when somebody asks."""
        return lambda value: Schemas(self._data).validator(schema, leaves="writeOnly").is_valid(value)


def _error(place: str) -> int:
    """Return the status of an error that the page calls `place`; 0 for anything else."""
    status = place.strip("`")
    return int(status) if status.isdecimal() and int(status) >= ERRORS else 0


def tabs(blocks: list[tuple[str, str]]) -> str:
    """Return blocks as tabs of the site."""
    return "\n\n".join(f'=== "{_title(title)}"\n\n{prose.indented(text)}' for title, text in blocks)


def _title(text: str) -> str:
    """Return the title of a tab, in which a quotation mark would be its end."""
    return prose.plain(text).replace('"', "&quot;")


def _fenced(value: Any, kind: str) -> str:
    is_text = isinstance(value, str) and not _is_json(kind)
    text = value if is_text else json.dumps(value, indent=2, ensure_ascii=False, default=str)
    lines = text.split("\n")
    if len(lines) > _LONGEST:
        lines = [*lines[:_LONGEST], "…"]
    return prose.fence("\n".join(lines), _language(kind, is_text))


def _language(kind: str, is_text: bool) -> str:
    if not is_text:
        return "json"
    return next((each for each in ("json", "xml", "yaml", "html") if each in kind), "text")


def _is_json(kind: str) -> bool:
    return "json" in kind.lower() or kind in ("*/*", "")

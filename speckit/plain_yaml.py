"""YAML as data: what YAML 1.2 means, which is what JSON means, within limits."""

import math
import re
from typing import Any

import yaml

DEEPEST = 200
MOST_NODES = 1_000_000
"""How many parts a document may have; of the largest that are published none has a third of them."""

MOST_KEYS = 50_000
"""How many entries one mapping may have: no API has so many paths."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]{1,400}|0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TAG = "tag:yaml.org,2002:"
_PLAIN_TAGS = (None, "!", f"{_TAG}map", f"{_TAG}seq")
_MERGE = object()


class Unreadable(Exception):
    """The text is no data; `troubles` are line, message and hint."""

    def __init__(self, *troubles: tuple[int | None, str, str]) -> None:
        self.troubles = troubles
        super().__init__(troubles)


def too_deep(line: int | None) -> Unreadable:
    """Return the refusal of data nested too deeply."""
    return Unreadable((line, f"The document is nested deeper than {DEEPEST} levels.", ""))


def too_large(line: int | None, *, is_aliased: bool = False) -> Unreadable:
    """Return the refusal of data with too many parts."""
    if is_aliased:
        why = f"Aliases make the document larger than {MOST_NODES:,} nodes."
        return Unreadable((line, why, "Use $ref in place of nested aliases."))
    why = f"The document has more than {MOST_NODES:,} nodes."
    return Unreadable((line, why, "Split it, and serve the parts."))


def too_long(line: int | None) -> Unreadable:
    """Return the refusal of a mapping with too many entries."""
    return Unreadable((line, f"A mapping has more than {MOST_KEYS:,} entries.", "Split the document."))


def data(text: str) -> Any:
    """Return the data in the YAML `text`, every key a string.

    Raises:
        Unreadable: It is not YAML, is too large or too deep, or holds what is not data.
    """
    if text.count("\n") > 2 * MOST_NODES:
        raise too_large(None)
    return _Building(text).data()


def _plain(text: str) -> Any:
    """Return what unquoted text means in YAML 1.2, which is what it means in JSON.

    >>> _plain("12"), _plain("1.5"), _plain("true"), _plain("2024-01-01"), _plain("yes")
    (12, 1.5, True, '2024-01-01', 'yes')
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return int(text, 0 if text[1:2] in "ox" and text[1:2] else 10)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


class _Frame:
    """A mapping or list being filled."""

    __slots__ = ("anchor", "height", "key", "merged", "size", "value")

    def __init__(self, value: Any, anchor: str | None) -> None:
        self.value, self.anchor = value, anchor
        self.key: Any = None
        self.size, self.height = 1, 1
        self.merged: list[Any] = []


class _Building:
    """Builds data from the events of one YAML text, in one pass and without recursion."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stack: list[_Frame] = [_Frame([], None)]
        self.anchors: dict[str, tuple[Any, int, int]] = {}
        self.troubles: list[tuple[int | None, str, str]] = []

    def data(self) -> Any:
        """Return the data, or raise Unreadable."""
        try:
            self._run(_LOADER(self.text))
        except yaml.MarkedYAMLError as error:
            raise _syntax(error, self.text) from None
        except yaml.reader.ReaderError as error:
            line = self.text.count("\n", 0, error.position) + 1
            raise Unreadable((line, "YAML forbids the control character here.", "Remove it.")) from None
        if self.troubles:
            raise Unreadable(*self.troubles)
        return self._only_document()

    def _run(self, loader: Any) -> None:
        acts = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
        }
        next_event = loader.get_event
        while not isinstance(event := next_event(), yaml.StreamEndEvent):
            act = acts.get(type(event))
            if act is not None:
                act(event)

    def _only_document(self) -> Any:
        documents = self.stack[0].value
        if not documents or documents == [None]:
            raise Unreadable((None, "The file is empty.", ""))
        if len(documents) > 1:
            raise Unreadable(
                (None, f"There are {len(documents)} YAML documents here.", "Split them at '---'.")
            )
        return documents[0]

    def _scalar(self, event: Any) -> None:
        frame = self.stack[-1]
        if frame.key is None and type(frame.value) is dict:
            self._key(frame, event.value, event)
            return
        text = event.value
        if event.tag is None or event.tag == "!":
            value = _plain(text) if event.implicit[0] else text
        else:
            value = self._tagged(event)
        if event.anchor:
            self.anchors[event.anchor] = (value, 1, 0)
        self._add(frame, value, 1, 0, event)

    def _tagged(self, event: Any) -> Any:
        kind = event.tag.removeprefix(_TAG)
        value = _plain(event.value)
        if kind == "str":
            return event.value
        if kind == "float" and isinstance(value, int):
            return float(value)
        if kind in ("int", "float", "bool", "null"):
            return value
        raise _no_tag(event)

    def _key(self, frame: _Frame, key: str, event: Any) -> None:
        if event.anchor:
            self.anchors[event.anchor] = (key, 1, 0)
        if key == "<<" and event.implicit[0]:
            frame.key = _MERGE
            return
        if key in frame.value:
            why = f"The key '{key}' is given twice in one mapping."
            self.troubles.append((_at(event), why, "Keep one of them."))
        frame.key = key

    def _start(self, event: Any) -> None:
        frame = self.stack[-1]
        if frame.key is None and type(frame.value) is dict:
            hint = "Put it in quotes if it is text such as '{{ name }}'."
            raise Unreadable((_at(event), "A key is a mapping or a list, and keys are text.", hint))
        if event.tag not in _PLAIN_TAGS:
            raise _no_tag(event)
        if len(self.stack) > DEEPEST:
            raise too_deep(_at(event))
        self.stack.append(_Frame({} if type(event) is yaml.MappingStartEvent else [], event.anchor))

    def _end(self, event: Any) -> None:
        frame = self.stack.pop()
        if frame.merged:
            frame.value = _merged(frame.value, frame.merged)
        if frame.anchor:
            self.anchors[frame.anchor] = (frame.value, frame.size, frame.height)
        self._add(self.stack[-1], frame.value, frame.size, frame.height, event)

    def _alias(self, event: Any) -> None:
        frame = self.stack[-1]
        if event.anchor not in self.anchors:
            hint = "An anchor comes before its alias, and does not contain it."
            raise Unreadable((_at(event), f"The alias '*{event.anchor}' has no anchor.", hint))
        value, size, height = self.anchors[event.anchor]
        if len(self.stack) - 1 + height > DEEPEST:
            raise too_deep(_at(event))
        if frame.key is None and type(frame.value) is dict:
            why = f"The alias '*{event.anchor}' stands as a key."
            raise Unreadable((_at(event), why, "Write the key itself."))
        self._add(frame, value, size, height, event)

    def _add(self, frame: _Frame, value: Any, size: int, height: int, event: Any) -> None:
        frame.size += size
        if frame.size > MOST_NODES:
            raise too_large(_at(event), is_aliased=bool(self.anchors))
        if height >= frame.height:
            frame.height = height + 1
        if type(frame.value) is list:
            frame.value.append(value)
            return
        if frame.key is _MERGE:
            self._merge(frame, value, event)
        else:
            frame.value[frame.key] = value
            if len(frame.value) > MOST_KEYS:
                raise too_long(_at(event))
        frame.key = None

    def _merge(self, frame: _Frame, value: Any, event: Any) -> None:
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, dict) for part in parts):
            why = "'<<' merges mappings, and this is none."
            raise Unreadable((_at(event), why, "Quote it to make it a key."))
        frame.merged += parts


def _merged(own: dict[str, Any], parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return `own` completed from `parts`, of which the first to have a key wins."""
    value: dict[str, Any] = {}
    for part in reversed(parts):
        value.update(part)
    return {**value, **own}


def _no_tag(event: Any) -> Unreadable:
    return Unreadable((_at(event), f"The tag '{event.tag}' is not read.", "Write plain YAML."))


def _at(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _syntax(error: Any, text: str) -> Unreadable:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else None
    lines = text.splitlines()
    here = lines[line - 1] if line and line <= len(lines) else ""
    hint = "Indent with blanks, not with a tab." if re.match(r" *\t", here) else ""
    context = f" {error.context}" if error.context else ""
    return Unreadable((line, f"This is not YAML: {error.problem or 'it cannot be parsed'}{context}.", hint))

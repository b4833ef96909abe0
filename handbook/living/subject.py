"""The resource a page is about, and how the page names what belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from handbook import prose, words
from handbook.drawing.picture import anchors
from handbook.errors import Errors
from handbook.naming import title
from handbook.page import SITE
from speckit.conventions import governing
from speckit.lifecycle import EXTERNAL, REMOVED, Answer, Lifecycle, Rule
from speckit.operation import Operation
from speckit.specification import LIFECYCLES, Specification


@dataclass(frozen=True, slots=True)
class Subject:
    """A resource, with all that its page may look up.

    Attributes:
        raw: Its entry in the document: descriptions are for people and stand nowhere else.
        places: By state, the id of its section.
        sections: By operation on the resource, the id of its section.
        has_mock: Whether the page tells what is true of a mock server alone.
    """

    specification: Specification
    lifecycle: Lifecycle
    form: str
    link: Callable[[str], str]
    raw: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    sections: Mapping[str, str] = field(default_factory=dict)
    has_mock: bool = True
    hooks: Callable[[str], str] | None = None

    def anchor(self, place: str) -> str:
        """Return what gives a heading the id `place`, where headings can have one."""
        return f" {{ #{place} }}" if self.form == SITE else ""

    def operation(self, name: str) -> str:
        """Return what navigation calls an operation, as a link to its page if it has one."""
        found = self.specification.operations.get(name)
        called = words.text(title(found)) if found and title(found) != name else words.code(name)
        target = self.link(name) if found else ""
        return f"[{called}]({target})" if target else called

    def heading(self, name: str, between: str = " ") -> str:
        """Return the same with the id of the operation behind it, unless that is what it is called."""
        called = self.operation(name)
        return called if words.code(name) in called else f"{called}{between}{words.code(name)}"

    def operations(self, names: Iterable[str], word: str = "and") -> str:
        """Return the names of several operations."""
        return words.listed(map(self.operation, names), word)

    def webhook(self, name: str) -> str:
        """Return the name of a webhook, as a link to its page if it has one."""
        target = self.hooks(name) if self.hooks else ""
        return f"[{words.code(name)}]({target})" if target else words.code(name)

    def state(self, name: str) -> str:
        """Return the name of a state, as a link to its section where the page has anchors."""
        if name == REMOVED:
            return "gone"
        shown = words.code(name)
        return f"[{shown}](#{self.places[name]})" if self.form == SITE and name in self.places else shown

    def states(self, names: Iterable[str], word: str = "or") -> str:
        """Return the names of several states: any state where these are all."""
        found = list(dict.fromkeys(names))
        if len(found) > 1 and len(found) == len(self.lifecycle.states):
            return "any state"
        return words.listed(map(self.state, found), word)

    def cause(self, triggers: tuple[str, ...]) -> str:
        """Return what causes a move that does not happen by itself."""
        return "outside the API" if triggers == (EXTERNAL,) else self.operations(triggers, "or")

    def errors(self, rule: Rule | None = None) -> Errors:
        """Return what one operation of the resource, or any, answers to errors."""
        operation = self.of(rule) if rule else next(map(self.of, self.lifecycle.rules.values()), None)
        path = operation.path if operation else ""
        return Errors(governing(self.specification.conventions, path), self.lifecycle, rule, operation)

    def of(self, rule: Rule) -> Operation | None:
        """Return the operation of a rule."""
        return self.specification.operations.get(rule.operation)

    def refusal(self, kind: str, rule: Rule | None = None, own: Answer | None = None) -> str:
        """Return the error answer of a kind in words: its status, and its body if the document has it."""
        status, answer = self.errors(rule).answer(kind, own)
        return words.answer(status, answer)

    def success(self, rule: Rule) -> int:
        """Return the first status in the 200s that the operation documents, else 200."""
        operation = self.of(rule)
        return operation.success if operation else 200

    def said(self, *keys: str | int) -> str:
        """Return the description that stands below `keys` in the entry of the resource; empty without one."""
        return prose.cell(self.below(*keys, "description"), self.form)

    def below(self, *keys: str | int) -> Any:
        """Return what stands below `keys` in the entry of the resource; an empty text where nothing does."""
        node: Any = self.raw
        for key in keys:
            try:
                node = node[key]
            except (KeyError, IndexError, TypeError):
                return ""
        return node


def subject(
    specification: Specification,
    name: str,
    form: str,
    link: Callable[[str], str],
    *,
    hooks: Callable[[str], str] | None = None,
    has_mock: bool = True,
) -> Subject:
    """Return the resource called `name`, ready to be written about.

    Args:
        link: Leads from the id of an operation to its page; empty for one without.
        hooks: The same for the name of a webhook.
        has_mock: Whether the page tells what is true of a mock server alone.

    Raises:
        KeyError: the document has no such resource.
    """
    found = specification.lifecycles[name]
    raw = specification.document.data.get(LIFECYCLES, {}).get(name, {})
    sections = words.places("operation", found.rules)
    return Subject(specification, found, form, link, raw, anchors(found), sections, has_mock, hooks)

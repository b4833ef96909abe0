"""How two documents differ in the credentials that operations ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from speckit.faults import Pointer
from toolkit.diff.endpoints import Endpoint
from toolkit.diff.node import Node
from toolkit.diff.sheet import Sheet

_WIRE = ("type", "in", "name", "scheme")
"""What a client must know of a scheme to send a credential."""

Need = Mapping[str, frozenset[str]]
"""One way to be let in: by scheme, the scopes that are needed."""


@dataclass(slots=True)
class Security:
    """Compares what operations ask for; a scheme that only has another name is the same."""

    old: Node
    new: Node
    sheet: Sheet
    _names: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        ones, others = dict(_schemes(self.old)), dict(_schemes(self.new))
        free = {name: node for name, node in ones.items() if name not in others}
        self._names = {
            name: next((known for known, one in free.items() if _wire(one) == _wire(node)), name)
            for name, node in others.items()
            if name not in ones
        }

    def operation(self, old: Endpoint, new: Endpoint) -> None:
        """Write down how an operation's needs differ."""
        (one, at), (other, there) = _needs(old, {}), _needs(new, self._names)
        places = (at, there)
        if _is_free(one) and not _is_free(other):
            self.sheet.add("security-added", f"{_said(other)} is needed.", new.name, *places)
        elif not _is_free(one) and _is_free(other):
            self.sheet.add("security-removed", "No credential is needed.", new.name, *places)
        else:
            for rule, what in _ways(one, other):
                self.sheet.add(rule, what, new.name, *places)

    def schemes(self) -> None:
        """Write down how the schemes of both documents differ."""
        known = {self._names.get(name, name): node for name, node in _schemes(self.new)}
        for name, one in _schemes(self.old):
            if name in known:
                other = known[name]
                for rule, what in (*_sent(one, other), *_flows(one, other)):
                    self.sheet.add(
                        rule, f"{name}: {what}", f"security scheme '{name}'", one.pointer, other.pointer
                    )


def _schemes(document: Node) -> Iterator[tuple[str, Node]]:
    for name, node in document.child("components").children("securitySchemes"):
        yield str(name), node.followed()


def _wire(scheme: Node) -> tuple[str, ...]:
    words = tuple(str(scheme.get(word) or "") for word in _WIRE)
    return (*words[:3], words[3].lower())


def _needs(endpoint: Endpoint, names: Mapping[str, str]) -> tuple[list[Need], Pointer]:
    own = endpoint.operation.child("security")
    found = own if own.value is not None else Node(own.root, (), own.root).child("security")
    # No list at all, and an empty one, say the same as one way that needs nothing.
    raw: list[Mapping[str, Any]] = found.value or [{}]
    return [_need(each, names) for each in raw], found.pointer


def _need(raw: Mapping[str, Any], names: Mapping[str, str]) -> Need:
    return {names.get(name, name): frozenset(map(str, scopes or ())) for name, scopes in raw.items()}


def _is_free(needs: list[Need]) -> bool:
    """Return whether one of the ways needs nothing."""
    return any(not each for each in needs)


def _satisfies(need: Need, have: Need) -> bool:
    """Return whether a client that could do what `have` says can do what `need` says."""
    return all(name in have and scopes <= have[name] for name, scopes in need.items())


def _ways(old: list[Need], new: list[Need]) -> Iterator[tuple[str, str]]:
    for one in old:
        if not any(_satisfies(each, one) for each in new):
            same = next((each for each in new if each.keys() == one.keys()), None)
            if same is None:
                yield "security-alternative-removed", f"{_said([one])} is not enough."
            else:
                more = sorted(scope for name in same for scope in same[name] - one[name])
                yield "security-scope-added", f"The scope {', '.join(more)} is needed."
    for other in new:
        if not any(_satisfies(one, other) for one in old):
            same = next((each for each in old if each.keys() == other.keys()), None)
            if same is None:
                yield "security-alternative-added", f"{_said([other])} is enough."
            elif less := sorted(scope for name in same for scope in same[name] - other[name]):
                yield "security-scope-removed", f"The scope {', '.join(less)} is not needed."


def _said(needs: list[Need]) -> str:
    return " or ".join(" with ".join(sorted(each)) for each in needs if each) or "Nothing"


def _sent(old: Node, new: Node) -> Iterator[tuple[str, str]]:
    for word, was, now in zip(_WIRE, _wire(old), _wire(new), strict=True):
        if was != now:
            yield "security-scheme-changed", f"'{word}' was '{was}' and is '{now}'."


def _flows(old: Node, new: Node) -> Iterator[tuple[str, str]]:
    ones, others = dict(old.children("flows")), dict(new.children("flows"))
    for name in (each for each in ones if each not in others):
        yield "oauth-flow-removed", f"The flow '{name}' is gone."
    for name in (each for each in others if each not in ones):
        yield "oauth-flow-added", f"The flow '{name}' is new."
    for name in (each for each in ones if each in others):
        yield from _flow(ones[name], others[name])
    yield from _urls(old, new, ("openIdConnectUrl",))


def _flow(old: Node, new: Node) -> Iterator[tuple[str, str]]:
    yield from _urls(old, new, ("authorizationUrl", "tokenUrl", "refreshUrl", "deviceAuthorizationUrl"))
    gone = [name for name in old.get("scopes") or () if name not in (new.get("scopes") or ())]
    yield from (("oauth-scope-withdrawn", f"The scope '{name}' is gone.") for name in gone)


def _urls(old: Node, new: Node, words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for word in words:
        was, now = old.get(word), new.get(word)
        if was != now:
            yield "oauth-url-changed", f"'{word}' was {was or 'nothing'} and is {now or 'nothing'}."

"""How two schemas differ in the forms they let choose among: `oneOf` and `anyOf`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from toolkit.diff.constraints import Difference
from toolkit.diff.properties import Compared
from toolkit.diff.schema import Schema

_ALIKE = 0.5
"""So much of their properties two unnamed objects have in common to be taken for the same form."""

Pairs = list[tuple[Schema, Schema]]


def alternatives(old: Schema, new: Schema) -> Compared:
    """Compare the alternatives of two schemas; a schema without any is the only form of itself."""
    if not old.groups and not new.groups:
        return Compared((), ())
    if len(old.groups) + len(new.groups) == 1:
        return _wrapped(old, new)
    if len(old.groups) == len(new.groups):
        groups = [_group(old, new, *both) for both in zip(old.groups, new.groups, strict=True)]
    else:
        said = f"There were {len(old.groups)} choices, and are {len(new.groups)}."
        groups = [Compared((Difference("alternatives-changed", said, old.pointer, new.pointer),), ())]
    found = tuple(each for group in groups for each in group.differences)
    return Compared(
        (*found, *_discriminator(old, new)), tuple(pair for group in groups for pair in group.pairs)
    )


def _group(old: Schema, new: Schema, ones: Sequence[Schema], others: Sequence[Schema]) -> Compared:
    pairs = _matched(ones, others)
    left = [each for each in ones if not any(each is one for one, _ in pairs)]
    more = [each for each in others if not any(each is other for _, other in pairs)]
    gone = [
        Difference("alternative-removed", f"{_called(each)} is gone.", each.nodes[0].pointer, new.pointer)
        for each in left
    ]
    added = [
        Difference("alternative-added", f"{_called(each)} is new.", old.pointer, each.nodes[0].pointer)
        for each in more
    ]
    return Compared((*gone, *added), tuple(pairs))


def _wrapped(old: Schema, new: Schema) -> Compared:
    """Compare a schema that has a choice with one that has none, which may be one of the forms."""
    was_choice = bool(old.groups)
    single, choice = (new, old) if was_choice else (old, new)
    if _is_bare(single) or choice.properties:
        kind, said = _opened(was_choice)
        return Compared((Difference(kind, said, old.pointer, new.pointer),), ())
    forms = choice.groups[0]
    if not any(each.pointer == single.pointer or each.names & single.names for each in forms):
        said = "It has one form on one side and a choice on the other."
        return Compared(
            (Difference("alternatives-changed", said, old.pointer, new.pointer),), (), is_whole=True
        )
    found = _group(old, new, *((forms, [single]) if was_choice else ([single], forms)))
    return replace(found, is_whole=True)


def _opened(was_choice: bool) -> tuple[str, str]:
    if was_choice:
        return "constraint-removed", "It need not be one of several forms any more."
    return "constraint-added", "It must be one of several forms."


def _is_bare(schema: Schema) -> bool:
    return schema.types is None and schema.enum is None and not schema.properties


def _matched(ones: Sequence[Schema], others: Sequence[Schema]) -> Pairs:
    """Return which forms belong together: of one name, written alike, or else the most similar."""
    pairs: Pairs = []
    left, right = list(ones), list(others)
    for is_same in (_same_name, _same_text, _similar):
        for one in tuple(left):
            other = next((each for each in right if is_same(one, each)), None)
            if other is not None:
                pairs.append((one, other))
                left.remove(one)
                right.remove(other)
    return pairs


def _same_name(one: Schema, other: Schema) -> bool:
    return bool(one.names & other.names) or bool(one.names and one.pointer == other.pointer)


def _same_text(one: Schema, other: Schema) -> bool:
    return [each.value for each in one.nodes] == [each.value for each in other.nodes]


def _similar(one: Schema, other: Schema) -> bool:
    """Return whether two forms, not both named, have the same type and mostly the same properties."""
    if (one.names and other.names) or one.types != other.types:
        return False
    mine, theirs = set(one.properties), set(other.properties)
    together = len(mine | theirs)
    return not together or len(mine & theirs) / together >= _ALIKE


def _called(schema: Schema) -> str:
    name = next(iter(sorted(schema.names)), "").rsplit("/", 1)[-1]
    title = next(map(str, schema.said("title")), "")
    kinds = " or ".join(sorted(schema.types or ())) or "any value"
    return f"The form '{name or title}'" if name or title else f"The form without a name ({kinds})"


def _discriminator(old: Schema, new: Schema) -> Iterator[Difference]:
    one, other = old.said("discriminator")[:1], new.said("discriminator")[:1]
    if [_words(each) for each in one] != [_words(each) for each in other]:
        said = "What tells its forms apart is another."
        yield Difference("discriminator-changed", said, old.at("discriminator"), new.at("discriminator"))


def _words(discriminator: object) -> object:
    """Return the property of a discriminator; to add one of its values is to add a form."""
    return discriminator.get("propertyName") if isinstance(discriminator, dict) else discriminator

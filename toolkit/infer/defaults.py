"""The actions of an Overlay that take defaults out of filters that have them from a field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from toolkit.drafting.undefaulting import Undone
from toolkit.infer.writing import quoted, scalar, written


def actions(found: Sequence[Undone]) -> Iterator[str]:
    """Yield the lines of the actions: a parameter is taken out, and put back without its default."""
    for each in found:
        yield f"  # guessed: '{each.name}' has the schema of a field, and the default is that of the field."
        yield "  # As that of a filter it would leave most out of a list that nobody has narrowed."
        place = f"$.paths[{quoted(each.path)}][{quoted(each.method)}]"
        if each.is_own:
            said = f"@['$ref'] == {quoted(each.ref)}" if each.ref else f"@.name == {quoted(each.name)}"
            yield f"  - target: {scalar(f'{place}.parameters[?{said}]')}"
            yield "    remove: true"
        yield f"  - target: {scalar(place)}"
        yield "    update:"
        yield from written({"parameters": [each.node]}, {}, " " * 6)

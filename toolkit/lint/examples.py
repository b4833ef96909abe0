"""The rule that examples fit their schemas."""

from __future__ import annotations

from collections.abc import Iterator

from speckit.faults import Fault
from toolkit.lint.compiled import Compiled
from toolkit.lint.finding import ERROR
from toolkit.lint.matter import Matter
from toolkit.lint.positions import REQUEST, RESPONSE, Example, examples
from toolkit.lint.rule import rule


@rule(
    "example-breaks-schema",
    ERROR,
    why="It is what people copy first, and what is answered where no lifecycle says more.",
    source="OpenAPI 3.1, section 4.8.14.1: examples should match the schema",
)
def broken(matter: Matter) -> Iterator[Fault]:
    """An example of a media type, a parameter, a header or a schema does not fit its schema."""
    compiled = Compiled(matter.schemas)
    for each in examples(matter.data):
        if _is_comparable(each) and (problem := _problem(compiled, each)):
            hint = "Correct the example, or the schema."
            if isinstance(each.value, str) and "json" in each.media:
                hint = "Write the example as data, not as a text that holds JSON."
            yield Fault(each.path, f"The example does not fit its schema: {problem}", hint)


def _is_comparable(each: Example) -> bool:
    """Return whether an example stands for a value, and not for a text in another notation."""
    return not each.media or "json" in each.media or not isinstance(each.value, str)


def _problem(compiled: Compiled, each: Example) -> str:
    """Return why an example does not fit; empty where it does, or the schema cannot tell.

    Where the direction is open it is enough that it fits in one of the two.
    """
    said = [
        compiled.misfit(each.schema, each.value, leaves)
        for leaves in ((each.leaves,) if each.leaves else (REQUEST, RESPONSE))
    ]
    return said[0] if all(said) else ""

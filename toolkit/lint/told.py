"""Rules for what the readers of documents tell by themselves: such a fault breaks a promise."""

from __future__ import annotations

from toolkit.lint.rule import told_rule

UNREADABLE = "unreadable-document"
"""The rule that nobody can switch off: where it finds something, there is nothing else to look at."""

RULES = (
    told_rule(
        UNREADABLE,
        "The document cannot be read, or nothing of it can be used.",
        why="Every command refuses it.",
    ),
    told_rule(
        "document-form",
        "The document is not what its OpenAPI version asks for.",
        why="What is wrong is left out or filled in, so what is played is not what was meant.",
    ),
    told_rule(
        "document-reference",
        "A reference leads nowhere, or to what has no use there.",
        why="Nothing is read there: of a schema, everything fits.",
    ),
    told_rule(
        "extension-name",
        "A key at the root of the document nearly is one of the two extensions.",
        why="Nobody reads it, so all that is below it says nothing.",
    ),
    told_rule(
        "conventions",
        "What x-api-conventions says has mistakes.",
        why="Errors would be answered in another shape than the API has.",
    ),
    told_rule(
        "lifecycle-form",
        "A lifecycle has a key or a value that the vocabulary does not have.",
        why="A word that nobody reads promises what nobody keeps.",
    ),
    told_rule(
        "lifecycle-expression",
        "An expression, a guard or a duration means nothing.",
        why="There would be no value when a request asks for one.",
    ),
    told_rule(
        "unreachable-state",
        "No way leads to a state: neither a first state, nor a seed, nor a transition from one.",
        why="Either a transition is missing, or a name is wrong, or the state should go.",
    ),
    told_rule(
        "lifecycle-states",
        "A state is not declared, or a final one is left.",
        why="Who has seen the end believes that it is the end.",
    ),
    told_rule(
        "lifecycle-transitions",
        "Transitions overlap, go round in circles, or name what is not there.",
        why="Nobody could say which of them happens, or when.",
    ),
    told_rule(
        "lifecycle-operations",
        "An operation does not exist, or cannot do what it is to do.",
        why="A call would find no resource, or nothing to make one of.",
    ),
    told_rule(
        "lifecycle-roles",
        "A key is given to an operation whose role has no use for it.",
        why="Whoever wrote it believes that it does something.",
    ),
    told_rule(
        "lifecycle-fields",
        "A pointer leads into a field that the resource does not have.",
        why="What is written there is never shown, and what is read is never there.",
    ),
    told_rule(
        "lifecycle-history",
        "A history cannot be kept as it is declared.",
        why="Entries would have no place, or say nothing of the state.",
    ),
    told_rule(
        "lifecycle-lookups",
        "An expression looks at what is not there.",
        why="It would always yield nothing; mostly a name is misspelt.",
    ),
    told_rule(
        "lifecycle-answers",
        "An answer is of no kind, or has a status that is not documented.",
        why="The server would answer what its own document does not allow.",
    ),
    told_rule(
        "lifecycle-lists",
        "Paging, filters or order of a list do not agree with its parameters.",
        why="Clients ask as the parameters say, and would get something else.",
    ),
    told_rule(
        "lifecycle-values",
        "A value of the lifecycle does not fit the enum or the type of its field in an answer.",
        why="Clients that check answers would refuse it.",
    ),
)
"""One for each reader."""

"""The ways between states in words: what causes them, when, and what they write."""

from __future__ import annotations

from handbook import prose, words
from handbook.drawing.graph import due
from handbook.living.notices import sends
from handbook.living.subject import Subject
from speckit.lifecycle import EXTERNAL, REMOVED, Transition


def movement(subject: Subject, end: str, start: str = "") -> str:
    """Return where a move leads."""
    if end == REMOVED:
        return "it is gone"
    return "it stays here" if end == start else f"to {subject.state(end)}"


def how(subject: Subject, each: Transition) -> str:
    """Return what causes a move, when, and on what conditions."""
    if each.after is not None:
        said = f"by itself {words.when(each.after, due(subject.lifecycle, each))}"
    elif each.triggers == (EXTERNAL,):
        said = "caused outside the API"
    else:
        said = f"by {subject.cause(each.triggers)}"
    only = [f"in the scenario {words.code(each.scenario)}"] if each.scenario else []
    only += [f"if {words.guard(each.when)}"] if each.when else []
    return ", ".join([said, *only])


def every(each: Transition) -> str:
    """Return how often a move recurs; empty for one that does not."""
    if each.every is None:
        return ""
    if isinstance(each.every, int):
        return f"every {words.duration(each.every)}"
    return f"every {words.template(each.every)} (seconds)"


def automatic(subject: Subject) -> str:
    """Return what happens by itself, or outside the API, as a table; empty where nothing does."""
    numbered = [
        (number, each)
        for number, each in enumerate(subject.lifecycle.transitions)
        if each.after is not None or each.triggers == (EXTERNAL,)
    ]
    titles = ("Move", "From", "To", "When", "Only if", "Writes")
    rows = [_row(subject, number, each) for number, each in numbered]
    if not rows:
        return ""
    kept = [index for index in range(len(titles)) if any(row[index] for row in rows)]
    return prose.table([titles[i] for i in kept], [[row[i] for i in kept] for row in rows])


def _row(subject: Subject, number: int, each: Transition) -> list[str]:
    when = "caused outside the API"
    if each.after is not None:
        when = words.when(each.after, due(subject.lifecycle, each))
    only = [f"scenario {words.code(each.scenario)}"] if each.scenario else []
    only += [words.guard(each.when)] if each.when else []
    said = subject.said("transitions", number)
    return [
        words.text(each.name) + (f"<br>{said}" if said else ""),
        subject.states(each.starts),
        subject.state(each.ends),
        ", then ".join(filter(None, [when, every(each)])),
        "<br>".join(only),
        "; ".join(
            filter(None, [writes(each), makes(each), sends(subject, each.sends, "transitions", number)])
        ),
    ]


def writes(each: Transition) -> str:
    """Return the fields a move sets, beside those of the state it enters."""
    return words.listed(f"{words.path(field)}: {words.template(made)}" for field, made in each.set)


def makes(each: Transition) -> str:
    """Return which resources come about with a move, as in makes a `Task`; empty where none do."""
    made = words.listed(f"{words.article(name)} {words.code(name)}" for name in each.makes)
    return f"makes {made}" if made else ""

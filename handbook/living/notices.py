"""What is sent to whoever asked to be told, in words."""

from __future__ import annotations

from collections.abc import Iterator

from handbook import words
from handbook.living.subject import Subject
from speckit.lifecycle import Notice


def sends(subject: Subject, notices: tuple[Notice, ...], *keys: str | int) -> str:
    """Return what a state or a transition sends, as in sends the webhook `job.done`; empty where nothing.

    Args:
        notices: What it sends.
        keys: Where the state or the transition stands in the entry of the resource.
    """
    raw = subject.below(*keys, "sends")
    place = (lambda number: (number,)) if isinstance(raw, list) else (lambda _number: ())
    said = [
        _sent(subject, each, subject.said(*keys, "sends", *place(number)))
        for number, each in enumerate(notices)
    ]
    return f"sends {words.listed(said)}" if said else ""


def _sent(subject: Subject, each: Notice, description: str) -> str:
    name = words.code(each.name) if each.operation else subject.webhook(each.name)
    who = f"the callback {name} of {subject.operation(each.operation)}"
    told = ", ".join([who if each.operation else f"the webhook {name}", *_how(each)])
    return f"{told} ({description})" if description else told


def _how(each: Notice) -> Iterator[str]:
    if each.when:
        yield f"if {words.guard(each.when)}"
    if each.body is not None:
        yield f"with {words.template(each.body)}"
    if each.view:
        yield f"in the view {words.code(each.view)}"
    if each.headers:
        headers = [f"{words.code(name)}: {words.template(value)}" for name, value in each.headers]
        yield f"headers {words.listed(headers)}"
    if each.retries:
        yield f"tried again {each.retries} times"

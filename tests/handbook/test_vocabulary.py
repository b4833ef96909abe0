"""Everything the vocabulary can say has its words on a lifecycle page, key by key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from handbook import lifecycle
from handbook.page import MARKDOWN
from speckit.document import load
from speckit.specification import Specification, specify

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "speckit" / "vocabulary" / "x-resource-lifecycles.schema.json"
DOCUMENTS = {
    "jobs": ROOT / "openapi.yaml",
    "farm": ROOT / "examples" / "render_farm" / "openapi.yaml",
    "rest": Path(__file__).parent / "data" / "rest.yaml",
    "press": Path(__file__).parent / "data" / "press.yaml",
    "shop": ROOT / "tests" / "mockserver" / "data" / "sending.yaml",
}

COVERED: dict[str, tuple[str, str, str]] = {
    "condition.present": ("jobs", "KragleJob", "`schedule_id` of the request body is given"),
    "condition.in": ("rest", "Lamp", "`mood` of the request body is `warm` or `cold`"),
    "condition.not": ("farm", "Render", "if `rehearse_failure` is not `true`"),
    "answer.status": ("jobs", "KragleJob", "Where there is no such one: `500` with"),
    "answer.body": ("jobs", "OpenReplayJob", '`{"error": "job not found"}`'),
    "answer.headers": ("rest", "Lamp", "headers `Retry-After`: `60`"),
    "answer.contentType": ("farm", "Render", "as `application/problem+json`"),
    "answer.description": ("rest", "Lamp", "There is one switch for each."),
    "success.status": ("farm", "Render", "- Answers `303`"),
    "success.body": ("jobs", "RendleyJob", '- Answers `200` with `{"data": "<resource>"}`.'),
    "success.headers": ("farm", "Frame", "headers `Location`: `/frames/<id>`"),
    "success.contentType": ("farm", "Render", "as `text/plain; charset=utf-8`"),
    "success.description": ("rest", "Lamp", "Nobody waits for the filament."),
    "success.view": ("jobs", "KragleJob", "in the view `updated`"),
    "success.on": ("farm", "Render", "Answers after *clear* `202`"),
    "lifecycle.description": ("farm", "Render", "A scene on its way to being a picture."),
    "lifecycle.identity": ("farm", "Render", "It is known by `id`"),
    "lifecycle.identity.param": ("farm", "Render", "which paths name in `render_id`"),
    "lifecycle.identity.field": ("jobs", "OpenReplayJob", "It is known by `jobId`"),
    "lifecycle.identity.type": ("farm", "Scene", "`id`, a whole number"),
    "lifecycle.identity.type=string": ("farm", "Render", "`id`, a text"),
    "lifecycle.identity.type=integer": ("farm", "Scene", "`id`, a whole number"),
    "lifecycle.identity.generate": ("farm", "Render", "A new one gets `rnd_<12 hex digits>`."),
    "lifecycle.identity.start": ("jobs", "OpenReplayJob", "A new one gets the next number, from 3451 on."),
    "lifecycle.identity.alternates": ("farm", "Scene", "`slug` names one, too"),
    "lifecycle.identity.alternates.param": ("jobs", "KragleStack", "too, which paths name in `stack_name`"),
    "lifecycle.identity.alternates.field": ("jobs", "KragleStack", "`name` names one, too"),
    "lifecycle.parents": ("farm", "Render", "`project` is the id of its project"),
    "lifecycle.parents.resource": ("jobs", "TaipyJob", "(`TaipyTaskConfig` or `TaipyTask`)"),
    "lifecycle.parents.field": ("jobs", "KragleJob", "`schedule` is the id of its schedule"),
    "lifecycle.parents.param": ("farm", "Render", "Paths with `project_id` see only its own."),
    "lifecycle.parents.missing": ("farm", "Frame", "Where there is no such one: `422` with"),
    "lifecycle.answers": ("jobs", "TaipyJob", "| There is no such resource (`notFound`) | `404` with"),
    "lifecycle.initially": (
        "farm",
        "Render",
        "| `engine` | `engine` of the request body; `path_tracer` as without it |",
    ),
    "lifecycle.hidden": ("jobs", "KragleJob", "`owner`<br>(hidden)"),
    "lifecycle.views": ("farm", "Render", "| View | Shows | Used by |"),
    "lifecycle.views.omit": ("farm", "Scene", "| `card` | without `camera` |"),
    "lifecycle.views.show": ("farm", "Render", "with the hidden `machine.serial`"),
    "lifecycle.views.only": ("farm", "Render", "only `id`, `name` and `state`"),
    "lifecycle.views.body": ("farm", "Render", '| `events` | `{"render": "<id>", "events": "<events>"}` |'),
    "lifecycle.timestamps": ("farm", "Render", "Times are "),
    "lifecycle.timestamps.format": ("farm", "Frame", "Times are seconds since 1970"),
    "lifecycle.timestamps.format=date-time": ("jobs", "AlteryxJob", "Times are RFC 3339 in UTC"),
    "lifecycle.timestamps.format=date-time-local": (
        "jobs",
        "TaipyJob",
        "Times are date and time without a zone",
    ),
    "lifecycle.timestamps.format=epoch-s": ("farm", "Frame", "Times are seconds since 1970"),
    "lifecycle.timestamps.format=epoch-ms": ("jobs", "OpenReplayJob", "Times are milliseconds since 1970"),
    "lifecycle.timestamps.created": (
        "farm",
        "Frame",
        "| `created` | the time of the request | the time it was made |",
    ),
    "lifecycle.timestamps.updated": ("farm", "Frame", "| `changed` | `null` | the time of its last change |"),
    "lifecycle.timestamps.entered": ("farm", "Frame", "`drawn_at` is the time it entered this state."),
    "lifecycle.history": ("farm", "Render", "`events` remembers each state it entered, oldest first"),
    "lifecycle.history.field": ("farm", "Render", "| an entry with each state it enters"),
    "lifecycle.history.entry": ("farm", "Render", 'the last thousand: `{"state": "<state>", "at": "<now>"}`'),
    "lifecycle.etag": ("farm", "Render", "Each answer with one has an `ETag`."),
    "lifecycle.etag.required": ("farm", "Scene", "A change without `If-Match` gets `428`"),
    "lifecycle.unique": ("jobs", "KragleJob", "No two have the same `name`; else `500`"),
    "lifecycle.unique.fields": ("jobs", "KragleJob", "No two have the same `stack` and `schedule` together"),
    "lifecycle.unique.while": (
        "farm",
        "Render",
        "while they are `queued`, `running` or `paused`; else `409`",
    ),
    "lifecycle.unique.conflict": ("jobs", "KragleJob", "The named Job already exists."),
    "lifecycle.scenarios": (
        "jobs",
        "OpenReplayJob",
        '- `failure`: fail to `failed`, with `{"errors": "could not',
    ),
    "lifecycle.state": ("farm", "Render", "## States"),
    "lifecycle.state.field": ("farm", "Render", "| `state` | its state | shows the state |"),
    "lifecycle.state.initial": ("farm", "Frame", "- The new one is `waiting`."),
    "lifecycle.state.initial.when": (
        "farm",
        "Render",
        "The new one is `draft` if `draft` of the request body is `true`.",
    ),
    "lifecycle.state.initial.then": ("farm", "Render", "Otherwise it is `queued`."),
    "lifecycle.state.states": ("farm", "Render", "### `cancelling`"),
    "lifecycle.state.states.category": (
        "farm",
        "Render",
        "- Resting. It stays until somebody does something.",
    ),
    "lifecycle.state.states.category=pending": (
        "farm",
        "Render",
        "- Pending. It waits, and will go on by itself.",
    ),
    "lifecycle.state.states.category=active": ("farm", "Render", "- Active. It is being worked on."),
    "lifecycle.state.states.category=resting": ("farm", "Render", "- Resting. It stays"),
    "lifecycle.state.states.category=transient": ("farm", "Render", "- Transient. It is on its way out"),
    "lifecycle.state.states.category=final": ("farm", "Render", "- Final. It has ended."),
    "lifecycle.state.states.outcome": ("farm", "Render", "This is success."),
    "lifecycle.state.states.outcome=success": ("farm", "Render", "This is success."),
    "lifecycle.state.states.outcome=failure": ("farm", "Render", "This is failure."),
    "lifecycle.state.states.outcome=cancelled": ("farm", "Render", "It was cancelled."),
    "lifecycle.state.states.outcome=expired": ("rest", "Lamp", "Its time ran out."),
    "lifecycle.state.states.description": ("farm", "Render", "Waits for a machine."),
    "lifecycle.state.states.value": ("farm", "Frame", "`code` shows `2`."),
    "lifecycle.state.states.set": ("farm", "Render", "On entering it: `error` becomes `null`"),
    "lifecycle.transitions": ("farm", "Render", "## What happens by itself"),
    "lifecycle.transitions.name": ("farm", "Render", "(*withdraw*)"),
    "lifecycle.transitions.description": ("farm", "Render", "One that is still at work is not disturbed"),
    "lifecycle.transitions.from": ("farm", "Render", "*withdraw*: from `draft`, `queued` or `paused`"),
    "lifecycle.transitions.to": ("farm", "Render", "*purge*: from any state to gone"),
    "lifecycle.transitions.trigger": (
        "jobs",
        "AlteryxJob",
        "| cancel | `Created`, `Queued` or `Running` | `Cancelled` | caused outside the API |",
    ),
    "lifecycle.transitions.after": ("farm", "Render", "| start | `queued` | `running` | after 1 s |"),
    "lifecycle.transitions.after.duration": ("jobs", "OpenReplayJob", "after 30 s"),
    "lifecycle.transitions.after.until": (
        "jobs",
        "OpenReplayJob",
        "at the time in `startAt` (the next midnight (UTC)",
    ),
    "lifecycle.transitions.after.polls": ("farm", "Frame", "at the 2nd look at it in this state"),
    "lifecycle.transitions.every": (
        "jobs",
        "KragleJob",
        "then every `config.period` of its schedule (seconds)",
    ),
    "lifecycle.transitions.when": ("jobs", "KragleJob", "`once` of its schedule is `false`"),
    "lifecycle.transitions.scenario": (
        "jobs",
        "RendleyJob",
        "by itself after 8 s, in the scenario `failure` (*fail*)",
    ),
    "lifecycle.transitions.set": ("farm", "Render", "; writes `expires_at`: "),
    "lifecycle.operations": ("farm", "Render", "## Operations"),
    "lifecycle.seed": ("farm", "Render", "## There from the start"),
    "lifecycle.seed.state": ("farm", "Render", "| `rnd_0000000000a2` | `failed` |"),
    "lifecycle.seed.scenario": ("rest", "Lamp", "| `kitchen` | `on` | `blown` |"),
    "lifecycle.seed.description": ("farm", "Render", "One to try again."),
    "operation.role": ("farm", "Render", "`POST /projects/{project_id}/renders`"),
    "operation.role=create": ("farm", "Render", "- Makes one. "),
    "operation.role=get": ("farm", "Render", "- Shows one. "),
    "operation.role=list": ("farm", "Render", "- Lists them. "),
    "operation.role=update": ("farm", "Render", "- Changes one. "),
    "operation.role=trigger": ("farm", "Render", "- Acts on one. "),
    "operation.roles": ("farm", "Render", "For callers with the role `operator`; others get `403`"),
    "operation.view": ("farm", "Render", "with the resource in the view `events`"),
    "operation.view.by": ("farm", "Render", "; the query parameter `view` chooses the view: "),
    "operation.view.default": ("rest", "Lamp", "in the view `short`; the query parameter `view` chooses"),
    "operation.view.views": ("farm", "Render", "`diagnostics` where it is `diagnostics`"),
    "operation.success": ("farm", "Render", "- Otherwise answers `204` without a body."),
    "operation.answers": ("rest", "Lamp", "- There is no such resource (`notFound`): `410`"),
    "operation.otherwise": ("farm", "Render", "- In any other state: refused, `409`"),
    "operation.otherwise.status": ("farm", "Render", "In `cancelling`: no effect, `202`"),
    "operation.otherwise.body": ("jobs", "OpenReplayJob", "the requested job has already failed"),
    "operation.otherwise.headers": ("farm", "Render", "`202` with the resource, headers `Retry-After`: `1`"),
    "operation.otherwise.contentType": ("rest", "Lamp", "no effect, `200` with `It is off.` as `text/plain`"),
    "operation.otherwise.description": ("rest", "Lamp", "Switching twice does no harm."),
    "operation.otherwise.in": ("farm", "Render", "In `deleting`: no effect"),
    "operation.otherwise.effect": ("farm", "Frame", "In `drawn`: refused, `409`"),
    "operation.otherwise.effect=refused": ("farm", "Frame", "In `drawn`: refused, `409`"),
    "operation.otherwise.effect=none": ("farm", "Frame", "In `struck`: no effect, `200`"),
    "operation.otherwise.documented": ("jobs", "RendleyJob", "The API's own documentation is silent here."),
    "operation.available": ("farm", "Render", "Is there in `succeeded` only; otherwise `409`"),
    "operation.available.in": ("farm", "Render", "Is there in `cancelled`, `succeeded` or `failed` only"),
    "operation.available.otherwise": ("farm", "Render", "There is no result"),
    "operation.set": ("rest", "Lamp", '- Sets `{"room": "hall"}`.'),
    "operation.id": ("jobs", "TaipyJob", "The id it gives is `JOB_<task.config_id>_<uuid>`."),
    "operation.idempotency": ("farm", "Render", "it makes one only once"),
    "operation.idempotency.header": ("farm", "Render", "With `Idempotency-Key` it makes"),
    "operation.change": ("jobs", "RendleyJob", "Writes `acknowledged` (`acknowledged` of the request body)."),
    "operation.order": ("jobs", "OpenReplayJob", "Ordered by `jobId`, highest first."),
    "operation.sort": ("farm", "Scene", "`sort` chooses another order: `title`, `slug` or `frames`."),
    "operation.sort.param": ("jobs", "AlteryxJob", "`sortField` chooses another order"),
    "operation.sort.direction": ("farm", "Scene", "`direction` set to `desc` turns that order round."),
    "operation.sort.fields": ("jobs", "AlteryxJob", "`createDate` (by `createDateTime`)"),
    "operation.paging": ("farm", "Scene", "In pages, "),
    "operation.paging.style": ("farm", "Scene", "In pages, by offset"),
    "operation.paging.style=page": ("farm", "Frame", "In pages, by number"),
    "operation.paging.style=offset": ("farm", "Scene", "In pages, by offset"),
    "operation.paging.style=cursor": ("farm", "Render", "In pages, by cursor"),
    "operation.paging.page": ("farm", "Frame", "`page` is the page, from 1, which is the default."),
    "operation.paging.offset": ("farm", "Scene", "`offset` says how many to skip, from 0"),
    "operation.paging.cursor": ("farm", "Render", "without `after` the first page"),
    "operation.paging.size": ("farm", "Scene", "`limit` is the length of a page"),
    "operation.paging.fixed": ("farm", "Frame", "A page has 5 items at most; the client has no say."),
    "operation.paging.default": ("farm", "Scene", "10 as without it"),
    "operation.paging.min": ("jobs", "OpenReplayJob", "from 1 to 200"),
    "operation.paging.max": ("jobs", "OpenReplayJob", "from 1 to 200"),
    "operation.paging.outOfRange": ("farm", "Scene", "outside its bounds is refused: `400`"),
    "operation.paging.outOfRange=refuse": (
        "farm",
        "Scene",
        "A value of `limit` or `offset` outside its bounds is refused",
    ),
    "operation.paging.outOfRange=default": (
        "jobs",
        "OpenReplayJob",
        "outside its bounds counts as the default.",
    ),
    "operation.paging.outOfRange=clamp": (
        "farm",
        "Render",
        "outside its bounds counts as the nearest bound.",
    ),
    "operation.filters": ("farm", "Render", "Several filters narrow the list together."),
    "operation.filters.field": (
        "jobs",
        "RendleyJob",
        "`job_type` keeps those whose `type` is the one asked for.",
    ),
    "operation.filters.default": ("jobs", "RendleyJob", "is the one asked for; `studio` as without it."),
    "operation.filters.match": ("farm", "Render", "keeps those whose `name` starts with the one asked for."),
    "match=equals": ("farm", "Render", "whose `engine` is the one asked for."),
    "match=any": ("farm", "Render", "is one of those asked for, separated by commas."),
    "match=prefix": ("farm", "Render", "starts with the one asked for."),
    "match=from": ("farm", "Render", "is not below the one asked for."),
    "match=to": ("farm", "Render", "is not above the one asked for."),
    "match=after": ("press", "Print", "`since` keeps those whose `created` is above the one asked for."),
    "match=before": ("press", "Print", "`until` keeps those whose `created` is below the one asked for."),
    "match=contains": ("press", "Print", "`part` keeps those whose `name` contains the one asked for."),
    "match=includes": ("press", "Print", "whose `labels` has everything in it that is asked for."),
    "match=equals-any-case": (
        "press",
        "Print",
        "`same` keeps those whose `name` is the one asked for, in capitals or not.",
    ),
    "match=prefix-any-case": (
        "press",
        "Print",
        "`start` keeps those whose `name` starts with the one asked for, in capitals",
    ),
    "match=contains-any-case": (
        "press",
        "Print",
        "`like` keeps those whose `name` contains the one asked for, in capitals",
    ),
    "condition.contains": ("press", "Print", "if the header `Prefer` contains `quiet`"),
    "condition.lacks": ("press", "Print", "if the query parameter `force` does not contain `no`"),
    "lifecycle.timestamps.format=date-time-s": ("press", "Print", "in whole seconds"),
    "lifecycle.transitions.makes": ("press", "Print", "makes a `Sheet`"),
    "operation.available.otherwise.in": ("press", "Print", "- In `failed`: refused, `424`"),
    "operation.available.otherwise.status": ("press", "Print", "refused, `424`"),
    "operation.available.otherwise.body": ("press", "Print", '`424` with `{"error": "jam"}`'),
    "operation.available.otherwise.headers": ("press", "Print", "headers `Retry-After`: `9`"),
    "operation.available.otherwise.contentType": ("press", "Print", "with `Half of it.` as `text/plain`"),
    "operation.available.otherwise.description": ("press", "Print", "The press is opened by hand."),
    "operation.available.otherwise.documented": (
        "press",
        "Print",
        '`404` with `{"error": "stopped"}`. The API\'s own documentation is silent',
    ),
    "operation.available.otherwise.effect": ("press", "Print", "`true`: shown so, `200`"),
    "operation.available.otherwise.effect=none": ("press", "Print", "`true`: shown so, `200`"),
    "operation.available.otherwise.effect=refused": ("press", "Print", "- In `stopped`: refused"),
    "operation.available.otherwise.when": (
        "press",
        "Print",
        "- In `running`, if the query parameter `partial` is `true`:",
    ),
    "operation.filters.match.by": ("press", "Print", "unless the query parameter `match` asks for"),
    "operation.filters.match.default": ("press", "Print", "`name` is the one asked for, unless"),
    "operation.filters.match.matches": (
        "press",
        "Print",
        "`part` (it contains the one asked for) or `start`",
    ),
    "operation.filters.scale": ("press", "Print", "in the order `low`, `high`"),
    "operation.ids": ("press", "Print", "- `ids` of the request body names them;"),
    "operation.in": ("press", "Print", "- Only those in `queued` or `running`."),
    "operation.makes": ("press", "Print", "- With it comes about a `Sheet`."),
    "operation.of": ("press", "Print", "- The items are those of `notes`;"),
    "operation.otherwise.when": ("press", "Print", "- In `running`, if the query parameter `force`"),
    "operation.paging.after": ("press", "Print", "`after` is the id of the item that a page comes after"),
    "operation.paging.start": ("press", "Sheet", "from the place `_start`"),
    "operation.paging.end": ("press", "Sheet", "up to the one before `_end`"),
    "operation.paging.style=after": ("press", "Print", "In pages, by id"),
    "operation.paging.style=range": ("press", "Sheet", "A part of it: "),
    "operation.paging.style=first": ("press", "Sheet", "Only its beginning is shown."),
    "operation.role=batch": ("press", "Print", "- Acts on several at once. "),
    "operation.role=parts": ("press", "Print", "- Lists what is in one. "),
    "operation.role=replace": ("press", "Print", "- Makes one in the place of another. "),
    "operation.sort.direction.param": ("press", "Print", "`order` set to"),
    "operation.sort.direction.descending": ("press", "Print", "set to `DESC` turns the order round."),
    "lifecycle.state.states.sends": ("shop", "Print", "Once it is there, the API sends the webhook"),
    "lifecycle.transitions.sends": ("shop", "Print", "to gone; sends the webhook `print.changed`"),
    "notice.callback": ("shop", "Print", "sends the callback `printed`"),
    "notice.callback.operation": ("shop", "Print", "the callback `printed` of `createPrint`"),
    "notice.callback.name": ("shop", "Print", "the callback `jammed` of"),
    "notice.webhook": ("shop", "Print", "the webhook `print.changed`"),
    "notice.when": ("shop", "Print", "`print.changed`, if `name` is not `quiet`"),
    "notice.view": ("shop", "Print", "in the view `signed`"),
    "notice.headers": ("shop", "Print", "headers `X-Signature`: `for <secret>`"),
    "notice.body": ("shop", "Print", 'with `{"why": '),
    "notice.retries": ("shop", "Print", "tried again 2 times"),
    "notice.description": ("shop", "Print", "The press is opened by hand."),
    "success.when": ("press", "Print", "- Answers after making one, if the header `Prefer`"),
}
"""By key of the vocabulary, and by value where a key has a few: a document, a resource, words on its page."""

LEFT_OUT = {
    "operation.paging.key": "The id of an item has one name in the whole answer, which its schema shows.",
    "lifecycle.seed.set": "The id, the state and the reason tell which one it is; a GET shows the rest.",
}
"""By key of the vocabulary: why no page has words for it."""


@cache
def _specification(document: Path) -> Specification:
    return specify(load(document))


@cache
def _page(document: Path, resource: str) -> str:
    return lifecycle.markdown(
        _specification(document), resource, form=MARKDOWN, link_operation=lambda operation: f"{operation}.md"
    )


def _keys(node: Any, at: str) -> Iterator[str]:
    """Yield every key a part of the vocabulary may have, and the values of those that have a few."""
    for option in node.get("anyOf", ()):
        yield from _keys(option, at)
    yield from (f"{at}={value}" for value in node.get("enum", ()))
    for each in (node.get("items"), node.get("additionalProperties")):
        yield from _keys(each, at) if isinstance(each, dict) else ()
    for name, each in node.get("properties", {}).items():
        yield f"{at}.{name}"
        yield from _keys(each, f"{at}.{name}")


def _vocabulary() -> list[str]:
    parts = json.loads(SCHEMA.read_text())["$defs"]
    return [key for name, part in parts.items() for key in _keys(part, name)]


def test_every_key_of_the_vocabulary_has_its_words_or_a_reason() -> None:
    """A new key needs a sentence on the page, and a line above."""
    assert len(_vocabulary()) > 150
    assert set(_vocabulary()) == set(COVERED) | set(LEFT_OUT)
    assert not set(COVERED) & set(LEFT_OUT)


@pytest.mark.parametrize("key", COVERED)
def test_a_key_has_its_words(key: str) -> None:
    document, resource, said = COVERED[key]

    page = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", _page(DOCUMENTS[document], resource))

    assert said in page

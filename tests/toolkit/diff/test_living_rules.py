"""Every rule about lifecycles, by the smallest change of a document that shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from document_pairs import GONE, compared, patched, rules
from living_document import BASE

from toolkit.diff import RULES

JOB = "/x-resource-lifecycles/Job"
STATES, MOVES, DOES = f"{JOB}/state/states", f"{JOB}/transitions", f"{JOB}/operations"
LIST, SHARED = f"{DOES}/listJobs", "/x-api-conventions/jobs"
CANCEL = f"{MOVES}/3"


def moves(number: int, **values: Any) -> dict[str, Any]:
    """Change one of the transitions."""
    return {f"{MOVES}/{number}/{key}": value for key, value in values.items()}


def another(**move: Any) -> dict[str, Any]:
    """Add a transition."""
    return {f"{MOVES}/6": {"name": "another", **move}}


CLOSED = {
    "/paths/~1jobs~1{jobId}/get/responses/200/content/application~1json/schema": {
        "type": "object",
        "properties": {
            "status": {"type": "string", "enum": ["queued", "running", "held", "done", "stopped", "lost"]}
        },
    }
}
LOST = {
    f"{STATES}/lost": {"category": "final"},
    **another(**{"from": "running", "to": "lost", "trigger": "$external"}),
}

MESSAGE = {"post": {"responses": {"200": {"description": "Thanks"}}}}
TOLD = {
    "/webhooks": {"job.changed": MESSAGE, "job.done": MESSAGE},
    "/paths/~1jobs/post/callbacks": {"finished": {"{$request.body#/url}": MESSAGE}},
}
WEBHOOK = {"webhook": "job.changed"}
CALLBACK = {"callback": {"operation": "createJob", "name": "finished"}}


def sends(what: Any, where: str = f"{STATES}/done") -> dict[str, Any]:
    """Have a state, or a transition, send something."""
    return {**TOLD, f"{where}/sends": what}


# What a change is called, what it is called the other way round, the old side and the new one.
PAIRS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("resource-added", "resource-removed", {"/x-resource-lifecycles/Report": GONE}, {}),
    (
        "identity-type-changed",
        "identity-type-changed",
        {},
        {f"{JOB}/identity": {"param": "jobId", "field": "/id", "generate": "$sequence"}},
    ),
    (
        "identity-form-changed",
        "identity-form-changed",
        {},
        {f"{JOB}/identity/generate": "job_{$random.hex12}"},
    ),
    ("identity-field-changed", "identity-field-changed", {}, {f"{JOB}/identity/field": "/code"}),
    (
        "identity-alternate-added",
        "identity-alternate-removed",
        {},
        {f"{JOB}/identity/alternates": [{"param": "jobId", "field": "/name"}]},
    ),
    ("parent-added", "parent-removed", {"/x-resource-lifecycles/Report/parents": GONE}, {}),
    (
        "parent-changed",
        "parent-changed",
        {},
        {"/x-resource-lifecycles/Report/parents/job/resource": ["Job", "Report"]},
    ),
    ("field-shown", "field-hidden", {}, {f"{JOB}/hidden": GONE}),
    ("initial-field-added", "initial-field-removed", {}, {f"{JOB}/initially/more": 1}),
    ("initial-field-changed", "initial-field-changed", {}, {f"{JOB}/initially/code": "z"}),
    ("view-changed", "view-changed", {}, {f"{JOB}/views/brief/only": ["/id", "/name"]}),
    ("timestamp-format-changed", "timestamp-format-changed", {}, {f"{JOB}/timestamps/format": "epoch-s"}),
    ("timestamp-added", "timestamp-withdrawn", {}, {f"{JOB}/timestamps/updated": "/changed"}),
    ("history-added", "history-withdrawn", {f"{JOB}/history": GONE}, {}),
    ("history-changed", "history-changed", {}, {f"{JOB}/history/entry": {"state": "$state", "at": "$now"}}),
    ("etag-added", "etag-withdrawn", {f"{JOB}/etag": GONE}, {}),
    ("etag-became-required", "etag-became-optional", {}, {f"{JOB}/etag/required": True}),
    ("unique-added", "unique-withdrawn", {f"{JOB}/unique": GONE}, {}),
    ("unique-widened", "unique-narrowed", {}, {f"{JOB}/unique/0/while": ["queued", "running", "held"]}),
    ("state-renamed", "state-renamed", {}, {f"{STATES}/held/value": "on-hold"}),
    ("state-field-changed", "state-field-changed", {}, {f"{JOB}/state/field": "/code"}),
    ("state-category-changed", "state-category-changed", {}, {f"{STATES}/running/category": "transient"}),
    ("state-outcome-changed", "state-outcome-changed", {}, {f"{STATES}/stopped/outcome": "failure"}),
    ("state-fields-changed", "state-fields-changed", {}, {f"{STATES}/running/set": {"/code": "c"}}),
    (
        "state-became-final",
        "state-final-no-more",
        {f"{STATES}/stopped": {"category": "resting", "outcome": "cancelled"}},
        {},
    ),
    (
        "initial-state-changed",
        "initial-state-changed",
        {},
        {
            f"{JOB}/state/initial": [
                {"when": {"$request.body#/hold": True}, "then": "held"},
                {"then": "queued"},
            ]
        },
    ),
    (
        "transition-added",
        "transition-withdrawn",
        {},
        {
            CANCEL: {
                "name": "cancel",
                "from": ["queued", "running", "held"],
                "to": "stopped",
                "trigger": ["cancelJob", "cancelJobs"],
            }
        },
    ),
    ("transition-ends-elsewhere", "transition-ends-elsewhere", {}, moves(3, to="done")),
    (
        "transition-may-end-elsewhere",
        "transition-ends-elsewhere",
        {},
        another(
            **{"from": "queued", "to": "done", "trigger": "updateJob", "when": {"$request.body#/hold": False}}
        ),
    ),
    (
        "guard-widened",
        "guard-narrowed",
        {f"{MOVES}/4/when": {"$request.body#/hold": True, "$request.body#/name": "a"}},
        {},
    ),
    ("guard-changed", "guard-changed", {}, {f"{MOVES}/4/when": {"$request.body#/name": "hold"}}),
    (
        "progress-withdrawn",
        "timed-transition-added",
        another(**{"from": "held", "to": "stopped", "after": {"duration": "PT1H"}}),
        {},
    ),
    (
        "timed-transition-added",
        "timed-transition-withdrawn",
        {},
        another(**{"from": "running", "to": "stopped", "after": {"duration": "PT20S"}}),
    ),
    (
        "removal-added",
        "removal-withdrawn",
        {},
        another(**{"from": "stopped", "to": "$removed", "after": {"duration": "PT1H"}}),
    ),
    ("retention-longer", "retention-shorter", {}, moves(2, after={"duration": "PT2H"})),
    ("deadline-longer", "deadline-shorter", {}, moves(1, after={"duration": "PT20S"})),
    ("timing-changed", "timing-changed", {}, moves(1, after={"polls": 2})),
    (
        "external-transition-added",
        "external-transition-withdrawn",
        {},
        another(**{"from": "running", "to": "held", "trigger": "$external"}),
    ),
    ("transition-fields-changed", "transition-fields-changed", {}, moves(1, set={"/code": "z"})),
    ("offspring-added", "offspring-withdrawn", {}, moves(1, makes="Report")),
    ("offspring-added", "offspring-withdrawn", {}, {f"{DOES}/createJob/makes": "Report"}),
    ("notice-added", "notice-withdrawn", TOLD, sends(WEBHOOK)),
    ("notice-added", "notice-withdrawn", TOLD, sends(CALLBACK, CANCEL)),
    ("notice-added", "notice-withdrawn", sends(WEBHOOK), sends([CALLBACK, WEBHOOK])),
    ("notice-replaced", "notice-replaced", sends(WEBHOOK), sends({"webhook": "job.done"})),
    ("notice-changed", "notice-changed", sends(WEBHOOK), sends({**WEBHOOK, "body": {"id": "$id"}})),
    ("notice-changed", "notice-changed", sends(WEBHOOK), sends({**WEBHOOK, "view": "brief"})),
    ("notice-changed", "notice-changed", sends(CALLBACK), sends({**CALLBACK, "headers": {"X-Id": "$id"}})),
    ("notice-changed", "notice-changed", sends(CALLBACK, CANCEL), sends({**CALLBACK, "retries": 2}, CANCEL)),
    (
        "notice-condition-changed",
        "notice-condition-changed",
        sends(WEBHOOK),
        sends({**WEBHOOK, "when": {"$resource#/code": "a"}}),
    ),
    ("success-status-changed", "success-status-changed", {}, {f"{DOES}/cancelJob/success/status": 204}),
    (
        "success-body-changed",
        "success-body-changed",
        {},
        {f"{DOES}/getJob/success": {"body": {"job": "$resource"}}},
    ),
    (
        "success-media-type-changed",
        "success-media-type-changed",
        {},
        {f"{DOES}/cancelJob/success/contentType": "application/xml"},
    ),
    ("success-header-withdrawn", "success-header-added", {}, {f"{DOES}/createJob/success/headers": GONE}),
    (
        "success-cases-changed",
        "success-cases-changed",
        {},
        {
            f"{DOES}/createJob/success": [
                {"when": {"$request.body#/now": True}, "status": 202},
                {"status": 201},
            ]
        },
    ),
    ("refusal-status-changed", "refusal-status-changed", {}, {f"{DOES}/cancelJob/otherwise/1/status": 400}),
    (
        "refusal-body-changed",
        "refusal-body-changed",
        {},
        {f"{DOES}/cancelJob/otherwise/1/body": {"error": "Never."}},
    ),
    (
        "no-effect-status-changed",
        "no-effect-status-changed",
        {},
        {f"{DOES}/cancelJob/otherwise/0/status": 204},
    ),
    (
        "no-effect-body-changed",
        "no-effect-body-changed",
        {},
        {f"{DOES}/cancelJob/otherwise/0/body": {"done": True}},
    ),
    (
        "refusal-added",
        "refusal-dropped",
        {},
        {f"{DOES}/cancelJob/otherwise/0": {"in": "held", "effect": "refused", "status": 409}},
    ),
    (
        "refusal-cases-changed",
        "refusal-cases-changed",
        {},
        {f"{DOES}/cancelJob/otherwise/0/when": {"$resource#/code": "a"}},
    ),
    ("error-status-changed", "error-status-changed", {}, {f"{SHARED}/answers/malformedBody/status": 409}),
    ("error-body-changed", "error-body-changed", {}, {f"{JOB}/answers/notFound/body": {"error": "Nothing."}}),
    (
        "error-body-changed",
        "error-body-changed",
        {},
        {f"{SHARED}/answers/malformedBody/body": {"error": "Worse"}},
    ),
    (
        "availability-widened",
        "availability-narrowed",
        {},
        {f"{DOES}/getJobLog/available/in": ["running", "done", "held"]},
    ),
    (
        "refusal-body-changed",
        "refusal-body-changed",
        {},
        {f"{DOES}/getJobLog/available/otherwise/body": {"error": "Be patient."}},
    ),
    ("role-changed", "role-changed", {}, {f"{DOES}/updateJob/role": "trigger"}),
    ("operation-left-lifecycle", "operation-joined-lifecycle", {}, {f"{DOES}/listEvents": GONE}),
    ("roles-widened", "roles-narrowed", {}, {f"{DOES}/createJob/roles": ["user", "admin", "guest"]}),
    ("roles-widened", "roles-narrowed", {}, {f"{DOES}/createJob/roles": GONE}),
    ("idempotency-withdrawn", "idempotency-added", {}, {f"{DOES}/createJob/idempotency": GONE}),
    (
        "idempotency-header-changed",
        "idempotency-header-changed",
        {},
        {f"{DOES}/createJob/idempotency/header": "Other-Key"},
    ),
    ("write-added", "write-withdrawn", {}, {f"{DOES}/updateJob/change/~1code": "$request.body#/code"}),
    ("write-changed", "write-changed", {}, {f"{DOES}/updateJob/change/~1name": "$request.body#/title"}),
    ("creation-changed", "creation-changed", {}, {f"{DOES}/createJob/set": {"code": "z"}}),
    ("batch-changed", "batch-changed", {}, {f"{DOES}/cancelJobs/ids": "$request.body#/jobs"}),
    ("parts-changed", "parts-changed", {}, {f"{DOES}/listEvents/of": "/lines"}),
    ("list-became-paged", "list-unpaged", {f"{LIST}/paging": GONE}, {}),
    (
        "paging-style-changed",
        "paging-style-changed",
        {},
        {f"{LIST}/paging/style": "offset", f"{LIST}/paging/page": GONE, f"{LIST}/paging/offset": "start"},
    ),
    ("paging-parameter-changed", "paging-parameter-changed", {}, {f"{LIST}/paging/page": "start"}),
    ("paging-parameter-changed", "paging-parameter-changed", {}, {f"{LIST}/paging/size": "size"}),
    ("page-length-changed", "page-length-changed", {}, {f"{LIST}/paging/default": 10}),
    ("page-bounds-widened", "page-bounds-narrowed", {}, {f"{LIST}/paging/max": 200}),
    (
        "page-bounds-clamped",
        "page-bounds-widened",
        {f"{LIST}/paging/outOfRange": "clamp"},
        {f"{LIST}/paging/outOfRange": "clamp", f"{LIST}/paging/max": 50},
    ),
    ("out-of-range-changed", "out-of-range-refused", {}, {f"{LIST}/paging/outOfRange": "clamp"}),
    ("filter-removed", "filter-added", {}, {f"{LIST}/filters/status": GONE}),
    (
        "filter-default-changed",
        "filter-default-changed",
        {},
        {f"{LIST}/filters/name/default": "a", "/paths/~1jobs/get/parameters/5/schema/default": "a"},
    ),
    ("filter-field-changed", "filter-field-changed", {}, {f"{LIST}/filters/name/field": "/code"}),
    ("filter-match-changed", "filter-match-changed", {}, {f"{LIST}/filters/name/match": "contains"}),
    ("order-changed", "order-changed", {}, {f"{LIST}/order": "/name"}),
    ("order-withdrawn", "order-promised", {}, {f"{LIST}/order": GONE}),
    ("sort-withdrawn", "sort-added", {}, {f"{LIST}/sort": GONE}),
    ("sort-withdrawn", "sort-added", {}, {f"{LIST}/sort/fields/code": GONE}),
    ("sort-withdrawn", "sort-withdrawn", {}, {f"{LIST}/sort/fields/code": "-/code"}),
    ("sort-changed", "sort-changed", {}, {f"{LIST}/sort/direction": "size"}),
    ("list-states-narrowed", "list-states-widened", {}, {f"{LIST}/in": ["queued", "running"]}),
    ("convention-relaxed", "trailing-slash-refused", {}, {f"{SHARED}/trailingSlash": "ignore"}),
    ("convention-relaxed", "repeated-query-refused", {}, {f"{SHARED}/repeatedQuery": "first"}),
    ("scheme-spelling-refused", "convention-relaxed", {}, {f"{SHARED}/scheme": "exact-case"}),
    ("head-refused", "convention-relaxed", {}, {f"{SHARED}/head": "refuse"}),
    ("allow-withdrawn", "convention-relaxed", {}, {f"{SHARED}/allow": False}),
    ("options-changed", "options-changed", {}, {f"{SHARED}/options": {"status": 200}}),
]

BESIDES = {"filter-default-changed": {"request-default-changed"}}
"""What cannot change alone: a default is in the parameter's schema, too."""

NEEDS_A_STATE = {"state-added", "state-added-to-closed-list", "state-removed", "final-state-removed"}
"""Rules with tests of their own, below."""

CASES = [
    *((forth, old, new) for forth, _, old, new in PAIRS),
    *((back, new, old) for _, back, old, new in PAIRS),
]


@pytest.mark.parametrize(("rule", "old", "new"), CASES)
def test_a_difference_of_lives_is_judged_by_its_rule(tmp_path, rule, old, new):
    found = compared(patched(BASE, old), patched(BASE, new), tmp_path)

    assert rules(found) == {rule, *BESIDES.get(rule, ())}


def test_every_rule_about_lifecycles_is_shown():
    """A rule that nothing shows is one that nothing keeps."""
    about = {rule.id for rule in RULES.values() if rule.group.startswith("Lifecycles")}

    assert {rule for rule, _, _ in CASES} | NEEDS_A_STATE == about


# States come and go with the ways to them.


def told(old: dict[str, Any], new: dict[str, Any], folder: Path) -> set[str]:
    """Return the rules of the changes that have to do with states."""
    found = compared(patched(BASE, old), patched(BASE, new), folder)
    return {each.rule.id for each in found if "state" in each.rule.id}


def test_a_new_state_breaks_only_those_who_were_told_all_of_them(tmp_path):
    """An enum in the answer is a promise; a plain text is not."""
    assert told({}, LOST, tmp_path) == {"state-added"}
    assert told(CLOSED, {**CLOSED, **LOST}, tmp_path) == {"state-added-to-closed-list"}


def test_a_state_that_is_gone_breaks_those_who_wait_for_the_end(tmp_path):
    assert told(LOST, {}, tmp_path) == {"final-state-removed"}
    resting = {**LOST, f"{STATES}/lost": {"category": "resting"}}
    assert told(resting, {}, tmp_path) == {"state-removed"}


def test_a_state_that_looks_the_same_is_the_same(tmp_path):
    """Its name in the lifecycle travels nowhere."""
    new = yaml.safe_load(yaml.safe_dump(BASE).replace("held", "parked"))
    new["x-resource-lifecycles"]["Job"]["state"]["states"]["parked"]["value"] = "held"

    assert compared(BASE, new, tmp_path) == []


def test_an_operation_may_be_called_otherwise(tmp_path):
    """Rules, triggers and filters follow the operation, not its name."""
    new = yaml.safe_load(yaml.safe_dump(BASE).replace("cancelJob", "endJob"))

    assert rules(compared(BASE, new, tmp_path)) == {"operation-id-changed"}


def test_a_resource_may_be_called_otherwise(tmp_path):
    """Its name travels nowhere; it is known by its operations."""
    new = yaml.safe_load(yaml.safe_dump(BASE, sort_keys=False))
    lives = new["x-resource-lifecycles"]
    lives["Task"] = lives.pop("Job")
    lives["Report"]["parents"]["job"]["resource"] = "Task"

    assert compared(BASE, new, tmp_path) == []


def test_one_callback_for_one_webhook_is_not_the_same_to_anybody(tmp_path):
    """Who asked for the callback is not who is configured for the webhook."""
    found = compared(patched(BASE, sends(CALLBACK)), patched(BASE, sends(WEBHOOK)), tmp_path)

    assert [each.rule.id for each in found] == ["notice-withdrawn", "notice-added"]
    assert found[0].what.startswith("The callback 'finished' of createJob is not sent when 'done' is entered")
    assert found[1].what == "The webhook 'job.changed' is sent when 'done' is entered."


def test_the_order_in_which_notices_are_listed_is_nothing_to_clients(tmp_path):
    one, other = ([CALLBACK, WEBHOOK], [WEBHOOK, CALLBACK])

    assert compared(patched(BASE, sends(one)), patched(BASE, sends(other)), tmp_path) == []


def test_a_change_says_where_in_both_documents(tmp_path):
    [found] = compared(BASE, patched(BASE, moves(1, after={"duration": "PT20S"})), tmp_path)

    assert found.what == "From 'running' it goes to 'done' after 20 s, not 10 s."
    assert found.old == found.new == ("x-resource-lifecycles", "Job", "transitions", 1)
    assert found.old_place is not None
    assert found.old_place.line

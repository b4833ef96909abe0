"""`mockserver.evaluation`: what templates and guards come to."""

from __future__ import annotations

import re

import pytest

from mockserver.assigning import assigned
from mockserver.clock import START
from mockserver.evaluation import Frame, Request, as_uuid, compiled, holds, microseconds, shown
from speckit.expression import source, template
from speckit.lifecycle import Condition
from speckit.pointer import ABSENT


class Counting:
    """Draws that a test can foretell."""

    def __init__(self):
        self.last = 0

    def sequence(self):
        self.last += 1
        return self.last

    def digits(self, serial, moment, number):
        return "0123456789abcdef" * 4


class Farms:
    """The parents there are: one farm."""

    def parent_of(self, frame, name, *, bared=False):
        return {"farm": {"name": "North"}}.get(name)


def frame(**more):
    request = Request(
        path={"jobId": "j/1"},
        query={"limit": 5, "deep": False},
        raw={b"x-agent": b"curl"},
        body={"name": "n", "none": None, "list": [{"a": 1}, 2], "zero": 0},
    )
    made = Frame(request, START, {"name": "ann", "id": 7, "roles": ["r"]})
    made.resource = {"id": "r1", "deep": {"er": [1, 2]}, "at": "2026-01-01T10:20:30.000Z"}
    made.state, made.id = 2, "r1"
    made.scenario = {"why": "fire"}
    made.list = {"items": [1], "total": 1}
    made.error = {"detail": "no"}
    made.parents = Farms()
    made.draws = Counting()
    for name, value in more.items():
        setattr(made, name, value)
    return made


def value(raw, form="date-time", **more):
    return compiled(template(raw), form)(frame(**more))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("plain", "plain"),
        (None, None),
        (1.5, 1.5),
        ("$request.path.jobId", "j/1"),
        ("$request.query.limit", 5),
        ("$request.query.deep", False),
        ("$request.query.other", ABSENT),
        ("$request.header.X-Agent", "curl"),
        ("$request.header.X-Other", ABSENT),
        ("$request.body#/list/0/a", 1),
        ("$request.body#/none", None),
        ("$request.body#/name/deeper", ABSENT),
        ("$request.body#/list/7", ABSENT),
        ("$resource#/deep/er/1", 2),
        ("$parent.farm#/name", "North"),
        ("$parent.other#/name", ABSENT),
        ("$scenario#/why", "fire"),
        ("$principal#/name", "ann"),
        ("$principal#/roles/0", "r"),
        ("$list#/total", 1),
        ("$error#/detail", "no"),
        ("$state", 2),
        ("$id", "r1"),
        ("$now", "2026-01-01T00:00:00.000Z"),
        ("$sequence", 1),
        ("$random.hex5", "01234"),
        ("$$now", "$now"),
        ("$$5", "$5"),
        ("{$id}-{$state}", "r1-2"),
        ("<{$request.body#/zero}{$request.body#/other}{$request.body#/none}>", "<0null>"),
        ("{$request.body#/list}", '[{"a":1},2]'),
        ("{braces} and {$id}", "{braces} and r1"),
        ({"a": "$id", "b": "$request.body#/other", "c": 1}, {"a": "r1", "c": 1}),
        ({"a": "$request.body#/other"}, {}),
        (["$id", "$request.body#/other", None], ["r1", None]),
        ({"$first": ["$request.body#/other", "$request.body#/none", 1]}, None),
        ({"$first": ["$request.body#/other"]}, ABSENT),
        ({"$json": {"a": ["$id"]}}, '{"a":["r1"]}'),
        ({"$json": "$request.body#/other"}, ABSENT),
        ({"deep": {"$json": "$request.query.deep"}}, {"deep": "false"}),
    ],
    ids=str,
)
def test_a_template_yields_what_it_says(raw, expected):
    assert value(raw) == expected or value(raw) is expected


@pytest.mark.parametrize("raw", ["$sequence", "$random.hex5", "$random.uuid"])
def test_what_is_drawn_for_a_resource_is_absent_where_there_is_none(raw):
    """Around a list, and in most errors: an answer without it is better than none."""
    nobody = Frame(Request(), START, {})

    assert compiled(template({"a": raw, "b": f"<{{{raw}}}>"}), "date-time")(nobody) == {"b": "<>"}


@pytest.mark.parametrize(
    ("form", "now"),
    [
        ("date-time", "2026-01-01T00:00:00.000Z"),
        ("date-time-local", "2026-01-01 00:00:00"),
        ("epoch-s", 1767225600),
        ("epoch-ms", 1767225600000),
    ],
)
def test_times_are_written_as_the_resource_has_them(form, now):
    assert value("$now", form) == now


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("$now", "2026-01-01T00:00:00.000Z"),
        ({"of": "$now", "plus": "PT90S"}, "2026-01-01T00:01:30.000Z"),
        ({"of": "$now", "plus": "$request.query.limit"}, "2026-01-01T00:00:05.000Z"),
        ({"of": "$now", "next": "midnight"}, "2026-01-02T00:00:00.000Z"),
        ({"of": "$now", "plus": "PT1S", "next": "hour"}, "2026-01-01T01:00:00.000Z"),
        ({"of": "$resource#/at", "next": "minute"}, "2026-01-01T10:21:00.000Z"),
        ({"of": "2026-03-29T03:30:00+02:00"}, "2026-03-29T01:30:00.000Z"),
        ({"of": "$resource#/id"}, ABSENT),
        ({"of": "$request.body#/other"}, ABSENT),
        ({"of": "$now", "plus": "$request.body#/name"}, ABSENT),
        ({"of": "$now", "plus": "$request.query.deep"}, ABSENT),
    ],
    ids=str,
)
def test_time_is_moved_on(raw, expected):
    assert value({"$time": raw}) == expected


@pytest.mark.parametrize("seconds", [1e18, -1e18, -1e12, 10**30])
def test_a_time_no_calendar_has_is_no_reason_to_fall_over(seconds):
    """Clients send such numbers, and the server must answer."""
    written = value(
        {"$time": {"of": "$now", "plus": "$request.body#/by"}}, request=Request(body={"by": seconds})
    )

    assert written is ABSENT or re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", written)


def test_parts_that_need_nothing_are_computed_once():
    """A constant of the document is the same object each time: who changes it copies it first."""
    compute = compiled(template({"a": [1, {"b": 2}]}))

    assert compute(frame()) is compute(frame())


@pytest.mark.parametrize(
    ("condition", "matching", "other"),
    [
        (Condition("equals", 1), [1, 1.0], [True, "1", None, ABSENT]),
        (Condition("equals", True), [True], [1, "true", ABSENT]),
        (Condition("equals", None), [None], [ABSENT, 0, False]),
        (Condition("not", "a"), ["b", None, ABSENT], ["a"]),
        (Condition("in", ["a", 0]), ["a", 0], ["b", False, None, ABSENT]),
        (Condition("present", True), [None, 0, "a"], [ABSENT]),
        (Condition("present", False), [ABSENT], [None, 0]),
    ],
    ids=str,
)
def test_a_condition_holds_for_what_it_names_and_for_nothing_else(condition, matching, other):
    """True is not 1, null is not nothing."""
    test = holds(((source("$state"), condition),))

    assert [each for each in matching if not test(frame(state=each))] == []
    assert [each for each in other if test(frame(state=each))] == []


def test_all_conditions_of_a_guard_must_hold():
    guard = ((source("$state"), Condition("equals", 2)), (source("$id"), Condition("equals", "other")))

    assert holds(guard[:1])(frame())
    assert not holds(guard)(frame())
    assert holds(())(frame())


def test_an_assignment_of_nothing_changes_nothing():
    fields = {"deep": {"er": 1}, "name": "old"}
    shared = fields["deep"]
    assign = assigned(
        (
            (("name",), template("$request.body#/other")),
            (("deep", "new"), template("$id")),
            (("made", "on", "the way"), template(1)),
        ),
        "date-time",
    )

    assign(frame(), fields)

    assert fields == {"deep": {"er": 1, "new": "r1"}, "name": "old", "made": {"on": {"the way": 1}}}
    assert shared == {"er": 1}


def test_an_assignment_of_absent_itself_takes_away():
    """Nothing is written where there is nothing, and what others share stays theirs."""
    fields = {"deep": {"er": 1, "more": 2}, "name": "old", "kept": None}
    shared = fields["deep"]
    paths = (("deep", "er"), ("name",), ("never",), ("never", "there"), ("kept", "below"))
    assign = assigned(tuple((path, template("$absent")) for path in paths), "date-time")

    assign(frame(), fields)

    assert fields == {"deep": {"more": 2}, "kept": None}
    assert shared == {"er": 1, "more": 2}


def test_a_uuid_is_of_version_4():
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", as_uuid("f" * 64))
    assert as_uuid("f" * 64)[14] == "4"
    assert as_uuid("f" * 64)[19] in "89ab"


@pytest.mark.parametrize(
    ("value", "text"), [("a", "a"), (1, "1"), (True, "true"), (None, "null"), ([1], "[1]"), (ABSENT, "")]
)
def test_values_inside_text_are_written_as_json(value, text):
    assert shown(value) == text


@pytest.mark.parametrize(("seconds", "expected"), [(2, 2_000_000), (0.5, 500_000), (True, None), ("2", None)])
def test_a_number_of_seconds(seconds, expected):
    assert microseconds(seconds) == expected

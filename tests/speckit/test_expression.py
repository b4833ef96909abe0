"""Templates and expressions: what a text means, and what it is told when it means nothing."""

import pytest

from speckit import expression
from speckit.expression import (
    SOURCES,
    Choice,
    Condition,
    Constant,
    Decoded,
    Encoded,
    ExpressionError,
    First,
    Items,
    Members,
    Moment,
    Part,
    Source,
    Sum,
    Text,
    source,
    sources,
    template,
)

ID = Source("id")
HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("text", "kind", "name", "pointer"),
    [
        ("$request.path.jobId", "request.path", "jobId", ()),
        ("$request.query.filter[name]", "request.query", "filter[name]", ()),
        ("$request.header.If-Match", "request.header", "If-Match", ()),
        ("$request.body", "request.body", "", ()),
        ("$request.body#/a~1b/0", "request.body", "", ("a/b", "0")),
        ("$resource#/status", "resource", "", ("status",)),
        ("$parent.project#/name", "parent", "project", ("name",)),
        ("$scenario#/error", "scenario", "", ("error",)),
        ("$principal#/id", "principal", "", ("id",)),
        ("$list#/total", "list", "", ("total",)),
        ("$error#/detail", "error", "", ("detail",)),
        ("$state", "state", "", ()),
        ("$id", "id", "", ()),
        ("$now", "now", "", ()),
        ("$server", "server", "", ()),
        ("$sequence", "sequence", "", ()),
        ("$random.uuid", "random.uuid", "", ()),
        ("$random.hex24", "random.hex", "24", ()),
        ("$origin#/name", "origin", "", ("name",)),
        ("$absent", "absent", "", ()),
    ],
)
def test_every_source_is_read_and_written_back(text, kind, name, pointer):
    found = source(text)

    assert found == Source(kind, name, pointer)
    assert str(found) == text


def test_no_source_is_forgotten_above():
    """A source that is added needs its line there."""
    mark = next(m for m in test_every_source_is_read_and_written_back.pytestmark if m.name == "parametrize")

    assert {kind for _, kind, _, _ in mark.args[1]} == set(SOURCES)


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ("plain", Constant("plain")),
        ("costs $5", Constant("costs $5")),
        ("$$5", Constant("$5")),
        ("$id", ID),
        ("job_{$id}", Text(("job_", ID))),
        ("{$id}{$state}", Text((ID, Source("state")))),
        ("{id}", Constant("{id}")),
        (None, Constant(None)),
        (7, Constant(7)),
        ([1, {"a": 2}], Constant([1, {"a": 2}])),
        ({}, Constant({})),
        ([1, "$id"], Items((Constant(1), ID))),
        ({"a": "$id", "b": 1}, Members((("a", ID), ("b", Constant(1))))),
        ({"$first": ["$id", None]}, First((ID, Constant(None)))),
        ({"$some": ["$id"]}, First((ID,), skips_null=True)),
        ({"$if": {"when": {"$id": 1}, "then": "$state"}},
         Choice(((ID, Condition("equals", 1)),), Source("state"))),
        ({"$if": {"when": {"$id": {"contains": "a"}}, "then": 1, "else": 2}},
         Choice(((ID, Condition("contains", "a")),), Constant(1), Constant(2))),
        ({"$at": ["$resource#/logs", -1]}, Part(Source("resource", "", ("logs",)), (Constant(-1),))),
        ({"$add": ["$id", 1]}, Sum((ID, Constant(1)))),
        ({"$parse": "$id"}, Decoded(ID)),
        ({"$json": {"a": 1}}, Encoded(Constant({"a": 1}))),
        ({"$time": "$now"}, Moment(Source("now"))),
        ({"$time": {"of": "$now", "plus": "PT1H"}}, Moment(Source("now"), HOUR)),
        ({"$time": {"of": "$now", "plus": "$request.body#/delay"}},
         Moment(Source("now"), Source("request.body", "", ("delay",)))),
        ({"$time": {"of": "$now", "next": "midnight"}}, Moment(Source("now"), 0, "midnight")),
    ],
)  # fmt: skip
def test_a_template_is_read(value, meaning):
    assert template(value) == meaning


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("$nothing", "Expressions are $request.path.NAME"),
        ("$request", "is not an expression"),
        ("$request.body/name", "is not an expression"),
        ("$request.query", "needs a name after a dot"),
        ("$parent#/name", "needs a name after a dot"),
        ("$state.name", "takes no name"),
        ("$now#/year", "takes no pointer"),
        ("$request.path.id#/x", "takes no pointer"),
        ("$random.hex", "needs a number, as in $random.hex24"),
        ("x {$nothing}", "is not an expression"),
        ("exp_{$random.hex12", "'{$random.hex12' is no whole expression"),
        ("/exports/{$id/log", "as in '{$id}'"),
        ("It is {$state.", "as in '{$state}'"),
        ("{$id {$state}", "'{$id ' is no whole expression"),
        ("{$id}{$", "'{$' is no whole expression"),
        ("{$}", "'{$}' is no whole expression"),
        ({"a": ["{$resource#/a{b}"]}, "as in '{$resource#/a}'"),
        ({"$frist": [1]}, "Operators are $first, $some, $if"),
        ({"$first": "$id"}, "'$first' takes a list of 1 or more"),
        ({"$at": ["$resource"]}, "'$at' takes a list of 2 or more"),
        ({"$add": 1}, "'$add' takes a list of 2 or more"),
        ({"$if": {"then": 1}}, "$if takes 'when' and 'then'"),
        ({"$if": {"when": {"$id": 1}, "then": 1, "otherwise": 2}}, "may take 'else'"),
        ({"$if": {"when": "$id", "then": 1}}, "is a map from expressions to conditions"),
        ({"$if": {"when": {"id": 1}, "then": 1}}, "'id' is not an expression"),
        ({"$if": {"when": {"$id": {"above": 1}}, "then": 1}}, "one of {not: ...}, {in: ...}"),
        ({"$time": {"plus": "PT1H"}}, "$time takes 'of'"),
        ({"$time": {"of": "$now", "minus": "PT1H"}}, "$time takes 'of'"),
        ({"$time": {"of": "$now", "next": "week"}}, "one of midnight, hour, minute"),
        ({"$time": {"of": "$now", "plus": "1h"}}, "is not a duration"),
        ([{"a": "$nothing"}], "is not an expression"),
    ],
)
def test_what_means_nothing_says_what_would(value, says):
    with pytest.raises(ExpressionError) as refusal:
        template(value)

    assert says in str(refusal.value)


def test_every_source_inside_a_template_is_found_in_order():
    value = {
        "a": "$id",
        "b": ["x {$state}", {"$first": ["$now", {"$json": "$sequence"}]}],
        "c": {"$time": {"of": "$resource#/at", "plus": "$request.body#/delay"}},
        "d": {"$time": {"of": "$principal#/at", "plus": "PT1S"}},
        "e": {"$if": {"when": {"$request.header.Prefer": "x"}, "then": "$error", "else": "$list"}},
        "f": {"$at": [{"$parse": "$origin"}, {"$add": ["$random.uuid", 1]}]},
    }

    found = [each.kind for each in sources(template(value))]

    assert found[:7] == ["id", "state", "now", "sequence", "resource", "request.body", "principal"]
    assert found[7:] == ["request.header", "error", "list", "origin", "random.uuid"]


def test_operators_are_the_ones_that_are_named():
    assert all(operator in str(told(operator)) for operator in expression.OPERATORS)


def told(operator):
    """What is said of an operator that is given nothing it could work with."""
    try:
        return template({operator: []}) and operator
    except ExpressionError as refusal:
        return refusal

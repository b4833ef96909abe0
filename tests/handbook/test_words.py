"""Words: what a document computes, as people say it, and nothing that breaks a page."""

import markdown
import pytest

from handbook import words
from speckit import expression
from speckit.expression import template
from speckit.lifecycle import After, Answer, Condition
from speckit.timing import duration

NASTY = [
    "a|b",
    "a`b",
    "<b>bold</b>",
    "*a* _b_",
    "line\nbreak",
    "[x](javascript:alert(1))",
    "# a",
    "&amp;",
    "a\\|b",
]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("PT5S", "5 s"),
        ("PT0.25S", "0.25 s"),
        ("PT1M30S", "1 min 30 s"),
        ("PT90M", "1 h 30 min"),
        ("P1D", "1 day"),
        ("P1W", "7 days"),
        ("P2DT3H", "2 days 3 h"),
        ("PT61.5S", "1 min 1.5 s"),
    ],
)
def test_a_duration_is_said_in_the_units_people_use(text: str, said: str) -> None:
    assert words.duration(duration(text)) == said


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (After(duration=5_000_000), "after 5 s"),
        (After(duration=0), "at once"),
        (After(polls=1), "at the 1st look at it in this state"),
        (After(polls=12), "at the 12th look at it in this state"),
        (After(until=expression.source("$resource#/due")), "at the time in `due`"),
        (After(until=expression.source("$parent.plan#/ends")), "at the time in `ends` of its plan"),
    ],
)
def test_a_move_by_time_says_when(after: After, said: str) -> None:
    assert words.when(after) == said


def test_a_time_that_is_the_next_midnight_is_called_so() -> None:
    """A reader wants to know the moment, not only the field that holds it."""
    made = template({"$time": {"of": "$now", "next": "midnight"}})
    after = After(until=expression.source("$resource#/due"))

    assert words.when(after, made) == (
        "at the time in `due` (the next midnight (UTC) after the time of the request)"
    )
    assert words.brief_when(after, made) == "at next midnight"
    assert words.brief_when(after, template("$now")) == "at due"


@pytest.mark.parametrize(
    ("condition", "said", "briefly"),
    [
        (Condition("equals", "high"), "is `high`", "is high"),
        (Condition("equals", True), "is `true`", "is true"),
        (Condition("not", None), "is not `null`", "is not null"),
        (Condition("in", ["low", 3]), "is `low` or `3`", "is low or 3"),
        (Condition("present", True), "is given", "is given"),
        (Condition("present", False), "is not given", "is not given"),
    ],
)
def test_a_guard_says_what_must_hold(condition: Condition, said: str, briefly: str) -> None:
    guard = ((expression.source("$request.body#/job/priority"), condition),)

    assert words.guard(guard) == f"`job.priority` of the request body {said}"
    assert words.brief_guard(guard) == f"priority {briefly}"


def test_conditions_that_must_hold_together_are_joined() -> None:
    one = (expression.source("$request.query.a"), Condition("equals", 1))
    other = (expression.source("$parent.plan#/b"), Condition("present", True))

    assert words.guard((one, other)) == "the query parameter `a` is `1` and `b` of its plan is given"
    assert words.brief_guard((one, other)) == "a is 1 and plan.b is given"
    assert words.guard(()) == ""


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("plain", "`plain`"),
        ("", '""'),
        (None, "`null`"),
        ({"a": [1, True]}, '`{"a": [1, true]}`'),
        ("$request.path.id", "the path parameter `id`"),
        ("$request.header.X-Key", "the header `X-Key`"),
        ("$request.body", "the request body"),
        ("$resource#/a/b", "`a.b`"),
        ("$resource#/a.b", "`/a.b`"),
        ("$principal#/id", "`id` of the caller"),
        ("$scenario#/why", "`why` of the data of its scenario"),
        ("$error#/detail", "`detail` of the error"),
        ("$list#/items", "`items` of the list"),
        ("$state", "its state"),
        ("$sequence", "the next number"),
        ("$random.uuid", "a new UUID"),
        ("$random.hex8", "8 random hexadecimal digits"),
        ("/jobs/{$id}", "`/jobs/<id>`"),
        ("job_{$random.hex24}", "`job_<24 hex digits>`"),
        ("$$5", "`$5`"),
        ({"$first": ["$request.body#/n", 3]}, "`n` of the request body; `3` as without it"),
        ({"$first": ["$request.body#/n", "$id"]}, "`n` of the request body, or else its id"),
        ({"$first": ["$id"]}, "its id"),
        ({"$json": {"a": "$id"}}, '`{"a": "<id>"}`, written as JSON'),
        ({"$time": "$now"}, "the time of the request"),
        ({"$time": {"of": "$now", "plus": "PT2H"}}, "2 h after the time of the request"),
        (
            {"$time": {"of": "$now", "plus": "$resource#/ttl"}},
            "the time of the request plus `ttl` in seconds",
        ),
        ({"$time": {"of": "$now", "next": "hour"}}, "the next full hour (UTC) after the time of the request"),
        (
            {"id": "$id", "at": {"$time": "$now"}, "x": {"$first": ["$state"]}},
            '`{"id": "<id>", "at": "<now>", "x": "<state>"}`',
        ),
        (["$id", "a{$id}", {"$json": "$id"}], '`["<id>", "a<id>", "\\"<id>\\""]`'),
    ],
)
def test_a_template_says_what_it_yields(made: object, said: str) -> None:
    assert words.template(template(made)) == said


def test_an_answer_says_status_body_type_and_headers() -> None:
    spelled = Answer(
        409,
        template({"error": "It is {$state}."}),
        (("Retry-After", template(5)), ("Location", template("/jobs/{$id}"))),
        "application/problem+json",
    )

    assert words.answer(500, spelled) == (
        '`409` with `{"error": "It is <state>."}` as `application/problem+json`, '
        "headers `Retry-After`: `5` and `Location`: `/jobs/<id>`"
    )
    assert words.answer(204) == "`204`"
    assert words.answer(404, Answer()) == "`404`"


def test_a_long_value_is_cut() -> None:
    said = words.value("x" * 1000)

    assert len(said) < 300
    assert said.endswith("…`")


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("shown", [words.text, words.code, words.value])
def test_no_text_breaks_out_of_a_table(nasty: str, shown: object) -> None:
    """A name of the document is shown letter for letter, in one cell, and is never live HTML."""
    assert callable(shown)

    page = markdown.markdown(f"| a | b |\n| --- | --- |\n| {shown(nasty)} | end |", extensions=["tables"])

    assert page.count("<td>") == 2
    assert "<td>end</td>" in page
    assert "<b>" not in page
    assert "<a " not in page


def test_a_name_becomes_part_of_an_anchor() -> None:
    assert words.kebab("Status.RUNNING") == "status-running"
    assert words.kebab("HTTPError_code 2") == "http-error-code-2"
    assert words.kebab("läuft") == "läuft"
    assert words.kebab("***") == ""


def test_no_two_sections_have_the_same_anchor() -> None:
    places = words.places("state", ["a b", "a-b", "***", "A_B", "a b 2"])

    assert len(set(places.values())) == 5
    assert places["a b"] == "state-a-b"
    assert places["***"] == "state-3"

"""What a person reads at the end of a run."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from judgements import MANNER, exchange, finding, hostile_judgement, judgement, sequence

from contracts.finding import Note, Subject, Tally
from contracts.report.console import SHOWN, WIDTH, console
from contracts.report.manner import Manner

WHOLE = """\
http://127.0.0.1:8080
held to lamps.yaml

Resource       Laws       Kept  Broken  Not judged  Tried
Room           integrity     -       -           1      -
Lamp           answers       2       -           -  1,057
               states        -       1           1      9
               lists         1       -           -     12
(no resource)  answers       1       -           -      2

BROKEN 1 of 1  final-is-final  Lamp, getLamp
  Promised  A lamp that is broken stays broken.
            lamps.yaml:41 x-resource-lifecycles/Lamp/state/states/broken
  Happened  It was "broken", then "lit".
  Confirmed: the same again when repeated. Seen 3 times.

  alice  +0.000 s
  ID_1=$(curl -s -i -X POST --data-raw '{"name":"Bob'"'"'s lamp"}' -H 'Content-Type: application/json' \
http://127.0.0.1:8080/rooms/hall%202/lamps | tee /dev/stderr | \
python3 -c 'import json, re, sys; print(json.loads(re.split(r"\\r?\\n\\r?\\n", sys.stdin.read(), \
maxsplit=1)[1])["id"])')
    201 application/json
    location: /lamps/l1
    {"id":"l1","state":"lit"}

  alice  +0.500 s
  sleep 0.5
  curl -s -i -X POST "http://127.0.0.1:8080/lamps/${ID_1}/switch"
    204

  alice  +2.250 s
  sleep 1.8
  curl -s -i "http://127.0.0.1:8080/lamps/${ID_1}?view=full"
    200 application/json
    {"id":"l1","state":"lit"}

Notes: where the document is silent
  no-crash  Room, listRooms
    It took 3 s to answer.
  trigger-refused  Lamp, switchLamp
    The document does not say how. (2 times)

Not judged
  Nothing creates a room; give --param room. (1)
    Room  unique-id  createRoom
  No lamp was ever lit. (1)
    Lamp  trigger-moves  switchLamp

1 promise broken, 4 kept, 2 not judged; 1,812 requests in 9.4 s; seed 7
"""


def test_a_report_is_read_from_top_to_bottom():
    """The table, each finding with all it takes to see it again, what stays open, and the sum last."""
    assert console(judgement(), MANNER) == WHOLE


def test_the_order_is_the_documents_whatever_came_first():
    """Two runs can be compared line by line."""
    mixed = judgement(tallies=tuple(reversed(judgement().tallies)), notes=tuple(reversed(judgement().notes)))

    assert console(mixed, MANNER) == WHOLE


def test_without_a_document_order_resources_stand_as_they_came():
    lines = console(judgement(), Manner()).splitlines()

    assert [line.split()[0] for line in lines if re.search(r"(answers|integrity) ", line)] == [
        "Lamp",
        "Room",
        "(no",
    ]


def test_a_command_is_never_wrapped():
    """What was broken over two lines cannot be pasted."""
    long = exchange(path={"id": "x" * 300})

    told = console(judgement(findings=(finding(exchanges=(long,)),)), MANNER)

    assert f"  curl -s -i {long.url}" in told.splitlines()


def test_everything_but_commands_fits_the_width():
    wordy = finding(happened="word " * 100, exchanges=(exchange(content=b"y" * 500),))

    lines = console(judgement(findings=(wordy,)), MANNER).splitlines()

    assert max(len(line) for line in lines if "curl" not in line) <= WIDTH


def test_a_long_body_is_cut_with_a_mark():
    """A megabyte is no evidence; how much is missing is said, and what comes last is there."""
    body = b'{"lamps": [' + b"y" * 1_000_000 + b'], "total": 1}'
    told = console(judgement(findings=(finding(exchanges=(exchange(content=body),)),)), MANNER)

    assert "[cut: 999,425 characters]" in re.sub(r"\n\s*", " ", told)
    assert told.count("y") < SHOWN + 200
    assert '"total": 1}' in told


def test_there_is_no_colour_unless_it_is_wanted(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)

    assert "\x1b" not in console(judgement(), MANNER)
    assert "\x1b[1;31m" in console(judgement(), MANNER, is_coloured=True)


def test_no_color_is_respected(monkeypatch):
    """https://no-color.org"""
    monkeypatch.setenv("NO_COLOR", "1")

    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", console(judgement(), MANNER, is_coloured=True))


def test_what_a_server_says_does_nothing_to_the_terminal():
    """Escapes would clear the screen, move the cursor or turn the text round."""
    told = console(hostile_judgement(), MANNER)

    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", told)
    assert "\\x1b[2J" in told
    assert "[red]b[/red] :smile:" in told, "no mark-up of ours either"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ended": "Connection refused."}, "Ended early: Connection refused."),
        ({"findings": (), "tallies": ()}, "Nothing could be judged."),
    ],
)
def test_a_run_that_says_nothing_says_so(changes, said):
    """Else no findings would look like good news."""
    lines = console(judgement(**changes), MANNER).splitlines()

    assert said == lines[-2]


def test_where_nothing_was_tried_only_the_reason_is_told():
    """A list of every promise that was not judged would hide it."""
    untried = [replace(each, tried=0, broken=0, reason="Nobody listens.") for each in judgement().tallies]
    result = judgement(ended="Nobody listens.", findings=(), notes=(), tallies=untried)

    assert console(result, MANNER) == "Ended early: Nobody listens.\n"


def test_an_empty_judgement_is_told_in_a_few_lines():
    empty = judgement(findings=(), notes=(), tallies=(), requests=0, seconds=0.0)

    assert console(empty, MANNER).splitlines() == [
        "http://127.0.0.1:8080",
        "held to lamps.yaml",
        "",
        "Nothing could be judged.",
        "0 promises broken, 0 kept, 0 not judged; 0 requests in 0.0 s; seed 7",
    ]


def test_a_finding_counts_even_if_nobody_tallied_it():
    """A replay finds, and tallies nothing."""
    told = console(judgement(tallies=(), findings=(finding(),)), MANNER)

    assert "1 promise broken, 0 kept" in told


def test_more_findings_than_promises_are_counted_beside_them():
    """One promise may be broken in several states."""
    told = console(judgement(findings=(finding(), finding(happened="Again."))), MANNER)

    assert told.splitlines()[-1].startswith("1 promise broken (2 findings), 4 kept")


def test_notes_of_one_law_and_operation_stand_together():
    notes = tuple(Note("listed", Subject("Lamp", "x"), message) for message in ("One.", "Two."))

    assert "\n  listed  Lamp, x\n    One.\n    Two.\n" in console(judgement(notes=notes), MANNER)


def test_tallies_of_one_promise_are_one():
    """Two drivers may each have tried it."""
    subject = Subject("Lamp", "getLamp")
    twice = (Tally("listed", subject, reason="Not yet."), Tally("listed", subject, tried=2))

    told = console(judgement(findings=(), notes=(), tallies=twice), MANNER)

    assert "0 promises broken, 1 kept, 0 not judged" in told
    assert "Not yet." not in told


def test_who_asked_without_a_name_was_nobody():
    """That is what a law about credentials is seen by."""
    told = console(judgement(findings=(finding(exchanges=(exchange(principal=""),)),)), MANNER)

    assert "  nobody  +0.000 s" in told


def test_the_credentials_that_commands_need_are_named_before_them():
    manner = Manner(secrets={"TOKEN_ALICE": "s3cr3t-of-alice"}, remarks=("One thing first.",))
    sent = sequence({"Authorization": "Bearer s3cr3t-of-alice"})

    told = console(judgement(findings=(finding(exchanges=sent),)), manner)

    assert told.index("One thing first.") < told.index("export TOKEN_ALICE=...") < told.index("curl")
    assert 'curl -s -i -H "Authorization: Bearer ${TOKEN_ALICE}"' in told

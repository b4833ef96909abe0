"""What is seen while a run is under way."""

from __future__ import annotations

import io

import pytest

from contracts.report.progress import Progress, Redrawn, Spoken, shown_on

ERASE = "\r\x1b[2K"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def seen(watch_on, stream, *events):
    with watch_on(stream) as watch:
        for event in events:
            watch(event)
    return stream.getvalue()


def test_a_terminal_has_one_line_that_is_drawn_again_and_gone_at_the_end():
    told = seen(
        shown_on,
        Terminal(),
        Progress("matrix", 1, 0.0, 0, "createLamp"),
        Progress("matrix", 1200, 4.5, 2, "switchLamp"),
    )

    assert told.split(ERASE) == [
        "",
        "matrix: 1 request, 0.0 s  createLamp",
        "matrix: 1,200 requests, 4.5 s, 2 findings  switchLamp",
        "",
    ]


def test_a_line_is_not_drawn_more_often_than_can_be_read():
    """Thousands of requests a second would otherwise be slowed down by their own progress."""
    events = [Progress("matrix", n, n / 1000, 0) for n in range(1000)]

    assert 5 < seen(Redrawn, Terminal(), *events).count("matrix") < 15


def test_a_new_phase_is_drawn_at_once():
    told = seen(Redrawn, Terminal(), Progress("matrix", 1, 0.0, 0), Progress("walk", 2, 0.01, 0))

    assert "walk: 2 requests, 0.0 s" in told


def test_a_line_never_wraps(monkeypatch):
    """A wrapped line cannot be erased."""
    monkeypatch.setenv("COLUMNS", "40")

    told = seen(Redrawn, Terminal(), Progress("matrix", 1, 0.0, 0, "x" * 100))

    assert max(map(len, told.split(ERASE))) == 39


def test_a_log_has_a_line_for_each_phase():
    told = seen(
        shown_on,
        io.StringIO(),
        Progress("matrix", 0, 0.0, 0),
        Progress("matrix", 50, 1.0, 0),
        Progress("walk", 100, 2.0, 1),
    )

    assert told == "matrix begins\nwalk begins after 100 requests, 2.0 s, 1 finding\n"


def test_a_log_ends_with_a_total():
    """The line of a phase is about what was before it, and must not be read as what came of it."""
    stream = io.StringIO()
    with shown_on(stream) as watch:
        watch.total(9, 9.0, 9)
        watch(Progress("matrix", 0, 0.0, 0))
        watch.total(120, 3.0, 2)

    assert stream.getvalue() == "matrix begins\nended after 120 requests, 3.0 s, 2 findings\n"


@pytest.mark.parametrize("watch_on", [Redrawn, Spoken])
def test_what_is_tried_does_nothing_to_the_terminal(watch_on):
    told = seen(watch_on, Terminal(), Progress("\x1b[2J\n", 1, 0.0, 0, "\x1b[2J\n"))

    assert "\\x1b[2J\\n" in told

"""Durations and timestamps: whole microseconds inside, the API's own writing outside."""

from datetime import UTC, datetime

import pytest

from speckit.timing import LATEST, SECOND, duration, next_full, parse, render

NOON = int(datetime(2024, 2, 29, 12, tzinfo=UTC).timestamp()) * SECOND
FORMATS = ("date-time", "date-time-local", "epoch-s", "epoch-ms")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT5S", 5), ("PT0S", 0), ("PT0.25S", 0.25), ("PT1H30M", 5400),
     ("P2D", 172_800), ("P1W", 604_800), ("P1DT1S", 86_401)],
)  # fmt: skip
def test_a_duration_is_read(text, seconds):
    assert duration(text) == seconds * SECOND


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "5s", "PT5", "P1M", "P1Y", "-PT5S", "PT1.5H", "pt5s", "PT5S "]
)
def test_what_is_no_duration_says_how_one_looks(text):
    with pytest.raises(ValueError, match="Write it like PT5S, PT1H30M or P2D"):
        duration(text)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("date-time", "2024-02-29T12:00:00.123Z"),
        ("date-time-local", "2024-02-29 12:00:00.123456"),
        ("epoch-s", 1_709_208_000),
        ("epoch-ms", 1_709_208_000_123),
    ],
)
def test_a_moment_is_written_as_the_api_does(form, written):
    assert render(NOON + 123_456, form) == written


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_written_is_read_again(form):
    assert parse(render(NOON, form), form) == NOON


@pytest.mark.parametrize("form", FORMATS)
def test_the_last_moment_can_be_written(form):
    """A clock set too far forward stops there, and does not break the server."""
    assert parse(render(LATEST, form), form) == LATEST


@pytest.mark.parametrize("value", [None, True, "soon", "", [], {}])
def test_what_is_no_moment_is_none(value):
    assert parse(value, "date-time") is None


def test_a_time_without_a_zone_is_utc():
    assert parse("2024-02-29 12:00:00", "date-time-local") == NOON
    assert parse("2024-02-29T13:00:00+01:00", "date-time") == NOON


@pytest.mark.parametrize(("unit", "hours"), [("midnight", 12), ("hour", 1), ("minute", 1 / 60)])
def test_the_next_full_unit_lies_ahead(unit, hours):
    """At midnight the next midnight is a day away: a job scheduled then must not start at once."""
    assert next_full(NOON, unit) == NOON + hours * 3600 * SECOND

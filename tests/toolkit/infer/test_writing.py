"""Writing: whatever stands in a document is read again as it was."""

from __future__ import annotations

import pytest
import yaml

from speckit.source import read
from toolkit.drafting.draft import Note
from toolkit.infer.writing import flowing, written

VALUES = [
    *(
        "on",
        "Off",
        "null",
        "~",
        "",
        " ",
        "1",
        "1.5",
        "1e3",
        "0x1f",
        "0o17",
        "2026-01-01",
        "12:30",
        "- a",
        "a: b",
    ),
    *(
        "#x",
        "a #b",
        "it's",
        '"',
        "\\",
        "tab\there",
        "two\nlines",
        "ünï",
        "{$id}",
        "[a]",
        "!tag",
        "&a",
        "*",
        "%",
        "@",
    ),
    *(
        "$request.body#/name",
        "/jobs/{id}",
        "$.paths['/a']",
        "yes",
        "=",
        "<<",
        "a,b",
        "{a: b}",
        "y",
        "\u2028",
        "?",
    ),
    *(None, True, 1, -2.5, [], {}, [1, "a"], {"on": "off", "a b": [None, {"x": "y"}]}),
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_read_as_it_was(value, tmp_path):
    """By two readers, for they disagree on what a plain word is."""
    text = f"key: {flowing(value)}\n"
    (tmp_path / "x.yaml").write_text(text, "utf-8")

    assert yaml.safe_load(text) == {"key": value}
    assert read(tmp_path / "x.yaml") == {"key": value}


def test_a_comment_stands_above_what_it_is_about():
    value = {"a": {"b": 1, "c": [{"d": 2}]}, "e": 3}
    notes = {("a", "c", 0): Note("a hunch", is_sure=False), ("e",): Note("known")}

    assert list(written(value, notes)) == [
        "a:",
        "  b: 1",
        "  c:",
        "    # guessed: a hunch",
        "    - {d: 2}",
        "# sure: known",
        "e: 3",
    ]


def test_long_parts_are_broken_and_still_the_same():
    value = {"deep": {f"key{number}": [{"text": "x" * 60, "more": ["y" * 60]}] for number in range(3)}}

    lines = list(written(value, {}))

    assert len(lines) > 9
    assert yaml.safe_load("\n".join(lines)) == value

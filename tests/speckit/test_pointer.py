"""JSON Pointers: read and written without ever failing on what a client sent."""

import pytest

from speckit.pointer import ABSENT, parse, read, remove, render, write

DATA = {"a": {"b": [10, {"c": None}]}, "": 1, "x/y": 2, "m~n": 3}


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", ()),
        ("/", ("",)),
        ("/a/b", ("a", "b")),
        ("/x~1y", ("x/y",)),
        ("/m~0n", ("m~n",)),
        ("/~01", ("~1",)),
    ],
)
def test_a_pointer_is_read_and_written_back(text, segments):
    assert parse(text) == segments
    assert render(segments) == text


def test_a_pointer_starts_with_a_slash():
    with pytest.raises(ValueError, match="does not start with '/'"):
        parse("a/b")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", DATA),
        ("/a/b/0", 10),
        ("/a/b/1/c", None),
        ("/", 1),
        ("/x~1y", 2),
        ("/a/x", ABSENT),
        ("/a/b/2", ABSENT),
        ("/a/b/-1", ABSENT),
        ("/a/b/-", ABSENT),
        ("/a/b/1²", ABSENT),
        ("/a/b/0/c", ABSENT),
    ],
)
def test_what_is_not_there_is_absent(text, value):
    assert read(DATA, parse(text)) == value


def test_absent_is_not_null():
    assert read({"a": None}, ("a",)) is None
    assert not ABSENT
    assert repr(ABSENT) == "ABSENT"


def test_writing_makes_objects_on_the_way():
    target = {"a": 1}

    write(target, ("a", "b", "c"), 2)

    assert target == {"a": {"b": {"c": 2}}}


def test_writing_leaves_a_shared_object_as_it_was():
    """Two resources made from one seed share its objects until one of them changes."""
    shared = {"b": {"c": 1}}
    target = {"a": shared}

    write(target, ("a", "b", "c"), 2)

    assert shared == {"b": {"c": 1}}
    assert target == {"a": {"b": {"c": 2}}}


def test_removing_leaves_a_shared_object_as_it_was():
    shared = {"b": 1, "c": 2}
    target = {"a": shared}

    remove(target, ("a", "b"))

    assert shared == {"b": 1, "c": 2}
    assert target == {"a": {"c": 2}}


@pytest.mark.parametrize("segments", [("x",), ("a", "x"), ("a", "b", "0"), ("", "x")])
def test_removing_what_is_not_there_changes_nothing(segments):
    target = {"a": {"b": [1]}, "": 1}

    remove(target, segments)

    assert target == {"a": {"b": [1]}, "": 1}

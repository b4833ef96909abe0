"""What takes long is told while it does, and long lists are told in short."""

from __future__ import annotations

from threading import Event

import click

from understudy.patience import announced, few


def test_what_takes_long_is_told(monkeypatch):
    told, said = Event(), []
    monkeypatch.setattr(click, "echo", lambda line, **_: (said.append(line), told.set()))

    with announced("Looking ...", after=0):
        assert told.wait(10)

    assert said == ["Looking ..."]


def test_what_is_quick_is_not(capsys):
    with announced("Looking ...", after=60):
        pass

    assert capsys.readouterr().err == ""


def test_long_lists_are_told_in_short():
    assert few(["a", "b"]) == "a, b"
    assert few([str(number) for number in range(10)]) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"

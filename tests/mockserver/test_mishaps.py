"""`mockserver.mishaps`: which operations the rules concern."""

from __future__ import annotations

import json

import pytest

from mockserver.doors import Names
from mockserver.mishaps import Mishaps

OPERATIONS = ["listOrders", "getOrder", "health"]


@pytest.fixture
def mishaps():
    return Mishaps(Names(OPERATIONS, lambda _name: True))


def add(mishaps, **rule):
    mishaps.desk().act("POST", b"", json.dumps({"status": 503, **rule}).encode())


def concerned(mishaps):
    return [name for name in OPERATIONS if name in mishaps.concerned()]


def test_without_rules_no_operation_is_concerned(mishaps):
    assert concerned(mishaps) == []


def test_operations_are_concerned_while_a_rule_for_them_is_left(mishaps):
    """All others are answered as if there were no rules, and as fast."""
    add(mishaps, operation="listOrders", times=1)
    add(mishaps, operation="health")

    before = concerned(mishaps)
    mishaps.met("listOrders", lambda: None)

    assert (before, concerned(mishaps)) == (["listOrders", "health"], ["health"])


def test_a_rule_for_all_concerns_all(mishaps):
    add(mishaps)

    assert concerned(mishaps) == OPERATIONS

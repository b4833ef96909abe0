"""Overlays: applied in order, without a silent failure."""

import copy

import pytest

from speckit.faults import DocumentFaults
from speckit.overlay import apply
from speckit.position import origin_of

DATA = {"info": {"title": "Jobs"}, "tags": ["a", "b", "c"], "paths": {"/jobs": {"get": {"tags": ["x"]}}}}


def overlay(*actions, version="1.0.0"):
    return {"overlay": version, "info": {"title": "t", "version": "1"}, "actions": list(actions)}


def applied(*actions, version="1.0.0"):
    return apply(DATA, overlay(*actions, version=version))


def refusal(*actions, version="1.0.0"):
    with pytest.raises(DocumentFaults) as caught:
        applied(*actions, version=version)
    return str(caught.value)


def test_objects_are_merged_lists_joined_and_plain_values_replaced():
    update = {"info": {"title": "New", "version": "1"}, "tags": ["d"]}

    result = applied({"target": "$", "update": update})

    assert result["info"] == {"title": "New", "version": "1"}
    assert result["tags"] == ["a", "b", "c", "d"]


def test_the_document_passed_in_is_left_as_it_was():
    before = copy.deepcopy(DATA)

    applied({"target": "$.paths.*.get", "update": {"tags": ["y"]}}, {"target": "$.info", "remove": True})

    assert before == DATA


@pytest.mark.parametrize(("version", "last"), [("1.0.0", [["d"]]), ("1.1.0", ["d"])])
def test_a_list_is_one_item_in_1_0_and_several_in_1_1(version, last):
    assert applied({"target": "$.tags", "update": ["d"]}, version=version)["tags"][3:] == last


def test_actions_see_what_the_one_before_left():
    result = applied({"target": "$.paths", "remove": True}, {"target": "$", "update": {"paths": {}}})

    assert result["paths"] == {}


def test_several_items_of_a_list_are_removed():
    assert applied({"target": "$.tags[?@ != 'b']", "remove": True})["tags"] == ["b"]


def test_a_node_is_copied():
    result = applied({"target": "$.info", "copy": "$.paths['/jobs'].get"}, version="1.1.0")

    assert result["info"] == {"title": "Jobs", "tags": ["x"]}


@pytest.mark.parametrize(
    ("action", "says"),
    [
        ({"target": "$.pahts", "remove": True}, "Did you mean 'paths'?"),
        ({"target": "$.paths[", "remove": True}, "is not a JSONPath"),
        ({"target": "", "remove": True}, "is not a JSONPath"),
        ({"target": "$", "remove": True}, "cannot be removed"),
        ({"target": 7, "remove": True}, "is a JSONPath"),
        ({"remove": True}, "no 'target'"),
        ({"target": "$.info", "update": {}, "copy": "$.info"}, "two things to do"),
        ({"target": "info", "remove": True}, "is not a JSONPath"),
        ({"target": "$.info", "copy": "$.infos"}, "selects nothing"),
        ({"target": "$.info", "copy": "$..infos"}, "selects nothing"),
        ({"target": "$", "updat": {}}, "Did you mean 'update'?"),
        ({"target": "$.info", "remove": "yes"}, "true or false"),
        ({"target": "$.info", "update": 3}, "cannot be merged"),
        ({"target": "$", "update": {"info": []}}, "cannot be merged"),
        ({"target": "$.info", "copy": "$.tags[*]"}, "one can be copied"),
        ("text", "is a mapping"),
    ],
)
def test_what_cannot_be_done_is_a_fault(action, says):
    assert says in refusal(action)


def test_the_same_action_twice_is_a_fault():
    with pytest.raises(DocumentFaults) as caught:
        apply(DATA, overlay({"target": "$.info", "update": {}}, {"target": "$.info", "update": {}}))

    assert "there already: actions/0" in str(caught.value)


@pytest.mark.parametrize(
    "action",
    [
        {"target": "$"},
        {"target": "$.info", "description": "only a word"},
        {"target": "$.tags[?@ == 'none']", "remove": True},
        {"target": "$..nowhere", "update": {"a": 1}},
    ],
)
def test_what_may_select_many_may_select_none(action):
    """The specification lets such an action succeed; only a node that is named has to be there."""
    assert applied(action) == DATA


def test_what_is_removed_is_not_updated_too():
    assert "tags" not in applied({"target": "$.tags", "remove": True, "update": "x"})


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([], "not an overlay"),
        ({"openapi": "3.1.0"}, "not an overlay"),
        ({"overlay": "2.0.0", "info": {}, "actions": []}, "unknown"),
        ({"overlay": 1.0}, "unknown"),
        ({"overlay": "1.0.0"}, "info/title"),
        ({"overlay": "1.0.0"}, "list of actions"),
    ],
)
def test_what_is_no_overlay_is_a_fault(content, says):
    with pytest.raises(DocumentFaults) as caught:
        apply(DATA, content)

    assert says in str(caught.value)


def test_origins_stay_true_when_items_move_up():
    origins = []
    content = overlay({"target": "$.tags", "update": "d"}, {"target": "$.tags[0]", "remove": True})

    result = apply(DATA, content, origins=origins)

    assert result["tags"] == ["b", "c", "d"]
    assert origin_of(origins, ("tags", 0)).there == ("tags", 1)
    assert origin_of(origins, ("tags", 2)).there == ("actions", 0, "update")

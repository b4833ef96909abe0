"""What a document says is sent: read, and refused where it cannot be."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import pytest

from speckit import outgoing
from speckit.document import Document, load
from speckit.faults import DocumentFaults
from speckit.specification import specify

SHOP = Path(__file__).parents[1] / "mockserver" / "data" / "sending.yaml"
DATA = load(SHOP).data


def changed(*path, to):
    """The shop's document with another value at `path` of its one resource."""
    data = deepcopy(DATA)
    node = data["x-resource-lifecycles"]["Print"]
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = to
    return data


def faults(data):
    with pytest.raises(DocumentFaults) as refusal:
        specify(Document(data, SHOP))
    return [str(fault) for fault in refusal.value.faults]


def test_what_is_sent_is_read_from_states_and_transitions():
    life = specify(load(SHOP)).lifecycles["Print"]

    (queued,) = life.states["queued"].sends
    callback, webhook = life.states["printed"].sends
    jam = next(each for each in life.transitions if each.name == "jam")

    assert (queued.name, queued.operation, queued.retries) == ("print.changed", "", 0)
    assert (callback.name, callback.operation, callback.body) == ("printed", "createPrint", None)
    assert (webhook.view, [name for name, _ in webhook.headers]) == ("signed", ["X-Signature", "X-Nothing"])
    assert jam.sends[0].retries == 2


SENDS = ("state", "states", "queued", "sends")


@pytest.mark.parametrize(
    ("sends", "said"),
    [
        ({"callback": {"operation": "createPrint", "name": "print"}}, "Did you mean 'printed'?"),
        ({"callback": {"operation": "createPrints", "name": "printed"}}, "Did you mean 'createPrint'?"),
        ({"callback": {"operation": "cancelPrint", "name": "printed"}}, "has the role trigger, and makes no"),
        ({"webhook": "print.change"}, "Did you mean 'print.changed'?"),
        ({"webhook": "print.changed", "view": "signd"}, "Did you mean 'signed'?"),
        ({"webhook": "print.changed", "body": {"a": "$resource#/nam"}}, "Did you mean 'name'?"),
        ({"webhook": "print.changed", "headers": {"A": "$parent.shop#/id"}}, "'shop' is not a parent"),
        ([{"webhook": "print.changed", "when": {"$resource#/nme": 1}}], "Did you mean 'name'?"),
        ({"webhook": "print.changed", "retries": 11}, "11 is greater than the maximum of 10"),
        ({"webhook": "print.changed", "bdy": {}}, "Did you mean 'body'?"),
        ({"body": {}}, "Either 'callback' or 'webhook' says who is told"),
        ([{"webhook": "a", "callback": {"operation": "b", "name": "c"}}], "and only one"),
    ],
)
def test_what_cannot_be_sent_is_told_at_the_start(sends, said):
    (fault,) = faults(changed(*SENDS, to=sends))

    assert said in fault


@pytest.mark.parametrize(
    ("callback", "said"),
    [
        ({"{$response.body#/url}": {"post": {}}}, "'$response.body#/url' is not an expression"),
        ({"http://localhost/{$state}": {"post": {}}}, "'$state' is no part of a request"),
        ({"{$request.body#/url}": {}}, "says neither where it goes nor how"),
    ],
)
def test_a_callback_whose_url_cannot_be_told_is_refused(callback, said):
    data = deepcopy(DATA)
    data["paths"]["/prints"]["post"]["callbacks"]["printed"] = callback

    (fault,) = faults(data)

    assert said in fault


def test_a_webhook_without_a_method_is_refused():
    data = deepcopy(DATA)
    data["webhooks"]["print.changed"] = {}

    assert all("The webhook 'print.changed' has no method." in fault for fault in faults(data))


def test_webhooks_of_older_documents_are_found():
    """OpenAPI 3.0 has none; many documents write them below `x-webhooks`."""
    assert list(outgoing.webhooks({"x-webhooks": {"a": {}}, "openapi": "3.0.3"})) == ["a"]


def test_the_same_callback_may_have_several_urls():
    found = outgoing.called_back({}, {"{$request.body#/a}": {"post": {}}, "{$request.body#/b}": {"put": {}}})

    assert [each.method for each in found] == ["POST", "PUT"]

"""`readOnly`, `writeOnly` and discriminators at any depth: what is taken, shown and refused."""

from __future__ import annotations

import json

import pytest

from mockserver.answers import Refused, Reply
from mockserver.bodies import BodyReader
from mockserver.conformance import Conformance
from mockserver.samples.making import Maker
from speckit.marks import marked, strip
from speckit.operation import Body, Operation, Response
from speckit.schema import Schemas

JSON = "application/json"
SCHEMAS = {
    "Card": {
        "type": "object",
        "required": ["method"],
        "properties": {
            "method": {"type": "string"},
            "token": {"type": "string", "writeOnly": True},
            "last4": {"type": "string", "readOnly": True},
        },
    },
    "Invoice": {
        "type": "object",
        "required": ["method", "vat"],
        "properties": {"method": {"type": "string"}, "vat": {"type": "string"}},
    },
    "Payment": {
        "oneOf": [{"$ref": "#/components/schemas/Card"}, {"$ref": "#/components/schemas/Invoice"}],
        "discriminator": {
            "propertyName": "method",
            "mapping": {
                "card": "#/components/schemas/Card",
                "invoice": "Invoice",
            },
        },
    },
    "Order": {
        "type": "object",
        "required": ["id", "items"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["sku", "price"],
                    "properties": {"sku": {"type": "string"}, "price": {"type": "number", "readOnly": True}},
                },
            },
            "payment": {"$ref": "#/components/schemas/Payment"},
            "secret": {"type": "string", "writeOnly": True},
            "parts": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Order"}},
        },
    },
}
DATA = {"openapi": "3.0.3", "components": {"schemas": SCHEMAS}}
ORDER = {"$ref": "#/components/schemas/Order"}
PAYMENT = {"$ref": "#/components/schemas/Payment"}


def read(value, schema=ORDER):
    body = Body(True, {JSON: schema})
    return BodyReader(body, Schemas(DATA)).read(json.dumps(value).encode(), JSON.encode())


def complaint(value, schema=ORDER):
    operation = Operation("get", "GET", "/", responses={"200": Response({JSON: {"schema": schema}}, {})})
    return Conformance(operation, Schemas(DATA), DATA).problem(Reply(200, value))


def test_what_only_the_server_writes_is_passed_over_at_any_depth():
    taken = read(
        {
            "id": 5,
            "items": [{"sku": "a", "price": 3}, {"sku": "b"}],
            "payment": {"method": "card", "token": "t", "last4": "1234"},
        }
    )

    assert taken == {"items": [{"sku": "a"}, {"sku": "b"}], "payment": {"method": "card", "token": "t"}}


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"id": 1, "items": [], "secret": "x"}, "secret"),
        ({"id": 1, "items": [], "payment": {"method": "card", "token": "t"}}, "payment/token"),
        (
            {"id": 1, "items": [], "parts": {"a": {"id": 2, "items": [], "secret": "x"}}},
            "parts/a/secret",
        ),
    ],
)
def test_an_answer_with_what_is_only_sent_is_told(value, where):
    assert f"breaks its schema at {where}: it is writeOnly." in complaint(value)


def test_an_answer_without_it_is_no_problem_though_it_is_required():
    user = {"required": ["password"], "properties": {"password": {"type": "string", "writeOnly": True}}}

    assert complaint({}, user) == ""


def test_an_example_is_shown_without_what_is_only_sent():
    maker = Maker(DATA, Schemas(DATA))
    shown = {"id": 1, "items": [], "secret": "x", "payment": {"method": "card", "token": "t"}}

    body = maker.body(JSON, {"schema": ORDER, "example": shown}, "a response")

    assert body == {"id": 1, "items": [], "payment": {"method": "card"}}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"method": "invoice"}, '"vat" is a required property'),
        ({"method": "paypal"}, 'at method: "paypal" is not one of "card", "Card"'),
    ],
)
def test_the_discriminator_tells_which_branch_a_body_is_held_to(value, told):
    with pytest.raises(Refused) as refused:
        read(value, PAYMENT)

    assert told in refused.value.detail


@pytest.mark.parametrize(
    "value",
    [
        {"method": "card"},
        {"method": "Card"},
        {"method": "invoice", "vat": "DE1"},
        {"method": "Invoice", "vat": "DE1"},
    ],
)
def test_a_value_of_the_mapping_or_a_name_of_a_branch_is_taken_and_shown(value):
    assert read(value, PAYMENT) == value
    assert complaint(value, PAYMENT) == ""


@pytest.mark.parametrize(
    ("discriminator", "good", "bad"),
    [
        ({"mapping": {"card": "Card"}, "defaultMapping": "Invoice"}, [{"vat": "1", "method": "x"}], []),
        ({"mapping": {"card": "Card"}, "defaultMapping": "Invoice"}, [], [{"method": "x"}]),
        ({}, [{"method": "Card"}], [{"method": "card"}]),
        ({"mapping": {"gold": "GoldCard"}}, [{"method": "gold"}], [{"method": "silver"}]),
        ({"mapping": None}, [{"method": "Card"}], []),
    ],
)
def test_what_no_mapping_names_is_told_by_name_or_is_the_default(discriminator, good, bad):
    schema = {**SCHEMAS["Payment"], "discriminator": {"propertyName": "method", **discriminator}}
    validator = Schemas(DATA).validator(schema, leaves="readOnly")

    assert [value for value in good if not validator.is_valid(value)] == []
    assert [value for value in bad if validator.is_valid(value)] == []


def test_a_branch_that_says_itself_what_its_tag_is_stays_as_it_is():
    own = {"type": "object", "properties": {"kind": {"type": "string", "enum": ["a"]}}}
    data = {"openapi": "3.1.0", "components": {"schemas": {"Own": own}}}
    schema = {"anyOf": [{"$ref": "#/components/schemas/Own"}], "discriminator": {"propertyName": "kind"}}

    assert Schemas(data).validator(schema, leaves="readOnly").is_valid({"kind": "a"})


def test_what_one_branch_marks_and_another_does_not_stays():
    both = {
        "oneOf": [
            {"properties": {"x": {"readOnly": True}}},
            {"properties": {"x": {"type": "string"}, "y": {"readOnly": True}}},
        ]
    }

    assert marked({}, both, "readOnly") == (("y",),)


def test_a_schema_that_goes_into_itself_has_marks_of_its_own_too():
    assert ("parts", "*", "items", "*", "price") not in marked(DATA, ORDER, "readOnly")
    assert ("items", "*", "price") in marked(DATA, ORDER, "readOnly")


def test_what_is_not_there_is_not_taken_away():
    value = {"a": 1, "b": [{"c": 2}]}
    for path in (("a", "x"), ("b", "c"), ("x", "*"), ("b", "*", "d")):
        strip(value, path)

    assert value == {"a": 1, "b": [{"c": 2}]}

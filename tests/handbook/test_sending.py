"""What a page says of a webhook or a callback that a lifecycle sends: when, and what it carries."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from handbook.book import book
from handbook.page import MARKDOWN
from speckit.document import Document
from speckit.specification import specify

REF = {"$ref": "#/components/schemas/Order"}
ORDER = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "state": {"enum": ["open", "paid", "sent"]},
        "tracking": {"type": ["string", "null"]},
        "callback_url": {"type": "string", "format": "uri"},
    },
}
EVENT = {"type": "object", "properties": {"event": {"enum": ["paid", "sent"]}, "order": REF}}


def content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def hook(schema: dict[str, Any]) -> dict[str, Any]:
    return {"post": {"requestBody": content(schema), "responses": {"204": {"description": "Noted."}}}}


LIFE = {
    "identity": {"field": "/id", "generate": "ord_{$random.hex8}"},
    "initially": {"id": "$id", "state": "$state", "tracking": None},
    "state": {
        "field": "/state",
        "initial": "open",
        "states": {
            "open": {"category": "pending"},
            "paid": {"category": "pending", "sends": {"callback": {"operation": "order", "name": "changed"}}},
            "sent": {
                "category": "final",
                "outcome": "success",
                "set": {"/tracking": "T1"},
                "sends": {"webhook": "left", "body": {"event": "sent", "order": "$resource"}},
            },
        },
    },
    "transitions": [
        {"name": "pay", "from": "open", "to": "paid", "after": {"duration": "PT1S"}},
        {
            "name": "send",
            "from": "paid",
            "to": "sent",
            "after": {"duration": "PT1S"},
            "sends": {"callback": {"operation": "order", "name": "changed"}},
        },
    ],
    "operations": {"order": {"role": "create"}},
}
DATA: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "paths": {
        "/orders": {
            "post": {
                "operationId": "order",
                "tags": ["orders"],
                "requestBody": content(REF),
                "responses": {"201": {"description": "Ordered.", **content(REF)}},
                "callbacks": {"changed": {"{$request.body#/callback_url}": hook(REF)}},
            }
        }
    },
    "webhooks": {"left": hook(EVENT)},
    "components": {"schemas": {"Order": ORDER}},
    "x-resource-lifecycles": {"Order": LIFE},
}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    made = book(specify(Document(DATA, Path("openapi.yaml"))), form=MARKDOWN)
    return {page.path: page.text for page in made.whole.pages()}


def example(text: str) -> tuple[str, Any]:
    """The first example after the beginning of `text`: what it is of, and its value."""
    found = re.search(r"\*\*Example\*\*, ([^\n]*)\n\n```json\n(.*?)```", text, re.DOTALL)
    assert found
    return found[1], json.loads(found[2])


def test_a_webhook_says_when_it_is_sent(pages: dict[str, str]) -> None:
    """That is what a reader of its page comes for."""
    told = pages["webhooks/left.md"].split("## When it is sent\n\n")[1].split("\n\n")[0]

    body = '{"event": "sent", "order": "<resource>"}'
    assert told == f"-   Once an [`Order`](../orders/order-lifecycle.md) is `sent`, with `{body}`."


def test_its_example_is_what_is_then_sent(pages: dict[str, str]) -> None:
    """An event that says it is over, with a resource that has just begun, helps nobody."""
    title, value = example(pages["webhooks/left.md"])

    assert title == "of one that is `sent`"
    assert value["event"] == "sent"
    assert (value["order"]["state"], value["order"]["tracking"]) == ("sent", "T1")


def test_the_page_of_the_resource_leads_to_the_webhook(pages: dict[str, str]) -> None:
    assert "sends the webhook [`left`](../webhooks/left.md)" in pages["orders/order-lifecycle.md"]


def test_a_callback_says_when_it_is_sent_too(pages: dict[str, str]) -> None:
    told = pages["orders/order.md"].split("## Callbacks")[1]

    assert "-   Once an [`Order`](order-lifecycle.md) is `paid`.\n" in told
    assert "-   When an [`Order`](order-lifecycle.md) goes from `paid` to `sent` (*send*).\n" in told
    assert example(told)[0] == "of one that is `paid`"

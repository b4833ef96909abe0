"""Whole numbers that take more than 64 bits: JSON has them, and few libraries do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from contracts import verdict
from contracts.finding import Judgement
from contracts.reckoning import differs
from contracts.report.json import json as as_json
from contracts.report.manner import Manner
from contracts.wire import Application
from mockserver.app import build
from mockserver.clock import ManualClock
from speckit.document import Document, load
from speckit.specification import specify

LARGE = 10**29
DOCUMENT = f"""
openapi: 3.1.0
info: {{title: Stars, version: '1'}}
paths:
  /stars:
    post:
      operationId: makeStar
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [atoms]
              properties:
                atoms: {{type: integer, example: {LARGE}}}
                kind: {{enum: [dwarf], example: dwarf}}
      responses:
        '201': {{description: Made, content: {{application/json: {{schema: &star {{type: object}}}}}}}}
        '400': {{description: No}}
  /stars/{{id}}:
    parameters: [{{name: id, in: path, required: true, schema: {{type: string}}}}]
    get:
      operationId: getStar
      responses:
        '200': {{description: One, content: {{application/json: {{schema: *star}}}}}}
        '404': {{description: Nothing}}
x-resource-lifecycles:
  Star:
    identity: {{param: id, field: /id, generate: $random.hex8}}
    initially: {{id: $id, atoms: $request.body#/atoms}}
    operations: {{makeStar: {{role: create}}, getStar: {{role: get}}}}
"""
PEOPLE = {"alice": {"Authorization": "Bearer alice"}}


def judged(played: str) -> Judgement:
    """What is said of a server that plays one document, held to the one above."""
    promised, other = (
        specify(Document(yaml.safe_load(text), Path("stars.yaml"))) for text in (DOCUMENT, played)
    )
    server = Application(build(other, clock=ManualClock()))
    judgement = verdict.judge(promised, server, verdict.Settings(principals=PEOPLE))
    server.close()
    return judgement


def test_examples_with_large_numbers_are_sent_and_found_again() -> None:
    assert [(each.law, each.happened) for each in judged(DOCUMENT).findings] == []


def test_a_report_tells_what_was_sent() -> None:
    judgement = judged(DOCUMENT.replace("atoms: $request.body#/atoms", "atoms: 5"))

    told = json.loads(as_json(judgement, Manner()))

    assert {each["law"] for each in told["findings"]} == {"create-keeps-input"}
    sent = [each["call"].get("value", {}) for each in told["findings"][0]["exchanges"]]
    assert LARGE in [each.get("atoms") for each in sent]


@pytest.mark.parametrize(
    ("expected", "actual", "is_other"),
    [
        (LARGE, float(LARGE), False),
        (LARGE, 2.0 * LARGE, True),
        (10**400, 1.0, True),
        (7, 7.0, False),
        (7, 7.000001, True),
    ],
)
def test_a_large_number_may_come_back_rounded(expected: int, actual: float, is_other: bool) -> None:
    """RFC 8259, section 6: as doubles have it."""
    assert differs(expected, actual) is is_other


def test_a_large_number_in_the_wrong_place_is_a_fault_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "stars.yaml").write_text(DOCUMENT.replace("description: No}", f"description: {LARGE}}}"))

    faults = load(tmp_path / "stars.yaml").first_faults(9)

    assert [each.message for each in faults] == [f"{LARGE} is not of type string."]

"""What broke stands beside the line that promised it."""

from __future__ import annotations

from dataclasses import replace

import jsonschema_rs
import orjson
from judgements import HOSTILE, SECRET, finding, judgement

from contracts.laws import LAWS
from contracts.report.annotations import github, sarif
from contracts.report.manner import Manner
from tests.sarif import SARIF

PLACE = "my api.yaml:52 paths/lamps/get"


def result(**changes: object) -> dict[str, object]:
    one = replace(judgement(), findings=[finding(place=PLACE, **changes)])
    (found,) = orjson.loads(sarif(one, Manner()))["runs"][0]["results"]
    return dict(found)


def test_sarif_has_the_form_of_its_standard() -> None:
    for made in (judgement(), replace(judgement(), ended="Nobody is there.")):
        log = orjson.loads(sarif(made, Manner()))

        dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema", **SARIF}
        jsonschema_rs.validator_for(dialect, validate_formats=True).validate(log)
        (run,) = log["runs"]
        rules = run["tool"]["driver"]["rules"]
        assert [each["id"] for each in rules] == list(LAWS)
        assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
        assert run["invocations"][0]["executionSuccessful"] is not bool(made.ended)


def test_a_finding_has_the_line_that_promises_and_a_mark_that_stays() -> None:
    told = result(happened="Lamp l1 is lit.", cause="200 /state")

    assert told["locations"] == [
        {
            "physicalLocation": {"artifactLocation": {"uri": "my%20api.yaml"}, "region": {"startLine": 52}},
            "logicalLocations": [{"fullyQualifiedName": "/paths/lamps/get"}],
        }
    ]
    same = result(happened="Lamp l2 is lit.", cause="200 /state")
    other = result(happened="Lamp l1 is lit.", cause="404 /state")
    assert told["partialFingerprints"] == same["partialFingerprints"] != other["partialFingerprints"]
    assert (told["level"], result(is_known=True)["level"]) == ("error", "note")
    assert result(is_known=True)["baselineState"] == "unchanged"


def test_github_gets_a_command_for_each_finding() -> None:
    one = finding(place=PLACE, happened="It is 50 %.")
    lines = github(replace(judgement(), findings=[one, replace(one, is_known=True)]), Manner()).splitlines()

    assert [each.partition(" ")[0] for each in lines[:2]] == ["::error", "::notice"]
    assert lines[0].startswith("::error file=my api.yaml,line=52,title=")
    assert "It is 50 %25." in lines[0]
    assert "not judged;" in lines[-1]
    ended = github(replace(judgement(), ended="Nobody is there."), Manner())
    assert "::error title=Ended early::Nobody is there." in ended


def test_what_is_secret_or_does_harm_stays_so() -> None:
    hostile = replace(judgement(), findings=[finding(place=PLACE, happened=f"{HOSTILE} {SECRET}")])

    for told in (github, sarif):
        text = told(hostile, Manner(secrets={"TOKEN_ALICE": SECRET}))
        assert SECRET not in text
        assert "\x1b" not in text
        assert "\\u001b" not in text

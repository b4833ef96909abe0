"""JUnit XML as the three readers take it: Jenkins by its schema, GitLab by unique names, GitHub by counts."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from judgements import MANNER, NOTES, finding, hostile_judgement, judgement, secret_judgement

from contracts.finding import Subject
from contracts.report.junit import junit
from contracts.report.manner import Manner

# What junit-10.xsd of Jenkins' xunit plugin allows: per element its attributes, the ones it must have
# with a `!`, and its children.
KNOWN = {
    "testsuites": ("name time tests failures errors", "testsuite"),
    "testsuite": (
        "name! tests! failures! errors! group time skipped timestamp hostname id package file log url",
        "testsuite properties testcase system-out system-err",
    ),
    "properties": ("", "property"),
    "property": ("name! value!", ""),
    "testcase": ("name! time classname group", "skipped error failure system-out system-err"),
    "failure": ("type message", ""),
    "error": ("type message", ""),
    "skipped": ("type message", ""),
    "system-out": ("", ""),
}
SECONDS = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")
ALL = {
    "plain": judgement(),
    "hostile": hostile_judgement(),
    "secret": secret_judgement(),
    "empty": judgement(findings=(), notes=(), tallies=(), seconds=0.0),
    "long": judgement(seconds=12345.678),
    "twice": judgement(findings=(finding(), finding(happened="Again."))),
}


def parsed(judged):
    return ElementTree.fromstring(junit(judged, MANNER))


@pytest.mark.parametrize("name", ALL)
def test_jenkins_knows_every_element_and_attribute(name):
    for element in parsed(ALL[name]).iter():
        attributes, children = (text.split() for text in KNOWN[element.tag])
        assert {each.tag for each in element} <= set(children), element.tag
        assert set(element.attrib) <= {each.rstrip("!") for each in attributes}, element.tag
        assert {each[:-1] for each in attributes if each.endswith("!")} <= set(element.attrib), element.tag
        assert SECONDS.fullmatch(element.get("time", "0"))


@pytest.mark.parametrize("name", ALL)
def test_no_two_cases_have_one_name(name):
    """GitLab takes class name and name for the case, and leaves out the second of a kind."""
    names = [(case.get("classname"), case.get("name")) for case in parsed(ALL[name]).iter("testcase")]

    assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize("name", ALL)
def test_the_counts_are_those_of_the_cases(name):
    root = parsed(ALL[name])

    for element in (root, *root):
        cases = list(element.iter("testcase"))
        assert element.get("tests") == str(len(cases))
        for what, tag in (("failures", "failure"), ("errors", "error")):
            assert element.get(what) == str(sum(case.find(tag) is not None for case in cases))


@pytest.mark.parametrize("name", ALL)
def test_every_character_is_one_that_xml_has(name):
    """A parser refuses the whole file for one that it has not (XML 1.0, section 2.2)."""
    assert not re.search(
        "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", junit(ALL[name], MANNER).decode()
    )


def test_there_is_a_suite_for_each_resource_in_the_documents_order():
    suites = parsed(judgement()).findall("testsuite")

    assert [suite.get("name") for suite in suites] == ["Room", "Lamp", "(no resource)"]
    assert {each.get("name"): each.get("value") for each in suites[0].iter("property")} == {
        "url": "http://127.0.0.1:8080",
        "document": "lamps.yaml",
        "seed": "7",
    }


def test_each_law_and_operation_passes_fails_or_is_skipped():
    cases = {case.get("name"): case for case in parsed(judgement()).iter("testcase")}

    assert list(cases["listed listLamps"]) == []
    assert cases["trigger-moves switchLamp"].find("skipped").get("message") == "No lamp was ever lit."
    failure = cases["final-is-final getLamp"].find("failure")
    assert failure.get("type") == "final-is-final"
    assert failure.get("message") == 'It was "broken", then "lit".'
    assert "lamps.yaml:41" in failure.text
    assert 'sleep 1.8\ncurl -s -i "http://127.0.0.1:8080/lamps/${ID_1}?view=full"\n200 application/json' in (
        failure.text
    )


def test_findings_of_one_law_share_its_case():
    (failure,) = parsed(ALL["twice"]).iter("failure")

    assert "It was" in failure.text
    assert "Happened: Again." in failure.text


def test_a_note_fails_nothing():
    (out,) = parsed(judgement(notes=NOTES[:1])).iter("system-out")

    assert out.text == "trigger-refused switchLamp: The document does not say how."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ended": "Connection refused."}, "Connection refused."),
        ({"tallies": (), "findings": ()}, "Nothing could be judged."),
    ],
)
def test_a_run_that_did_not_come_to_its_end_is_an_error(changes, message):
    """A file without failures would read as success."""
    (error,) = parsed(judgement(**changes)).iter("error")

    assert error.get("message") == message


def test_a_broken_tally_without_a_finding_fails_all_the_same():
    broken = [tally for tally in judgement().tallies if tally.broken]

    (failure,) = parsed(judgement(findings=(), tallies=broken)).iter("failure")

    assert failure.get("message") == "Broken 3 of 9 times."


def test_a_finding_that_is_about_no_resource_has_its_suite():
    stray = finding(subject=Subject("", "health"))

    suite = parsed(judgement(findings=(stray,), tallies=())).find("testsuite")

    assert suite.get("name") == "(no resource)"
    assert suite.find("testcase").get("classname") == "(no resource)"


def test_the_cases_are_the_same_in_every_run() -> None:
    """What nothing happened to is skipped with the reason; what is known makes nobody fail."""
    untried = ("ordered", Subject("Lamp", "listLamps"))
    known = replace(judgement(), findings=[finding(is_known=True)])

    root = ElementTree.fromstring(
        junit(known, Manner(promises=[untried, ("listed", Subject("Lamp", "listLamps"))]))
    )

    cases = {each.get("name"): each for each in root.iter("testcase")}
    (skipped,) = cases["ordered listLamps"]
    assert skipped.get("message") == "Nothing happened that would have shown it broken."
    assert len(cases["listed listLamps"]) == 0
    (told,) = cases["final-is-final getLamp"]
    assert told.tag == "skipped"
    assert "Known, in the baseline: " in str(told.get("message"))
    assert root.get("failures") == "0"

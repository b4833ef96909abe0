"""A judgement as JUnit XML, as Jenkins, GitHub actions and GitLab read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from contracts.finding import BROKEN, UNJUDGED, Finding, Judgement, Note, Tally
from contracts.report.digest import Digest, digest, named
from contracts.report.hiding import Hiding
from contracts.report.manner import Manner
from contracts.report.telling import Teller

_UNTRIED = "Nothing happened that would have shown it broken."
RUN = "run"
"""The suite that tells of the run itself, where it did not come to its end."""


def junit(judgement: Judgement, manner: Manner) -> bytes:
    """Return `judgement` as an XML file: a suite for each resource, a case for each law and operation.

    Only elements and attributes that the xunit plugin of Jenkins (`junit-10.xsd`)
    knows are used. A case is named so that no two are the same: GitLab reads
    only the first of those that are.
    """
    teller = Teller(Hiding(manner), ways=judgement.ways)
    found = digest(replace(judgement, tallies=_with_untried(judgement, manner)), manner)
    root = Element("testsuites", name="understudy verify", time=f"{judgement.seconds:.3f}")
    for resource in dict.fromkeys(tally.subject.resource for tally in found.tallies):
        root.append(_suite(resource, judgement, found, teller))
    if judgement.exit_status == 2:
        root.append(_unfinished(judgement, teller))
    _count(root)
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _with_untried(judgement: Judgement, manner: Manner) -> list[Tally]:
    """Return the tallies, and one for each promise that has none: the cases are the same in every run."""
    told: list[Tally | Finding] = [*judgement.tallies, *judgement.findings]
    met = {(each.law, each.subject) for each in told}
    untried = [Tally(*pair, reason=_UNTRIED) for pair in manner.promises if pair not in met]
    return [*judgement.tallies, *untried]


def _suite(resource: str, judgement: Judgement, found: Digest, teller: Teller) -> Element:
    suite = _begun(teller.plain(named(resource)), judgement, teller)
    for tally in found.tallies:
        if tally.subject.resource == resource:
            suite.append(_case(tally, found.findings, teller))
    notes = [note for note in found.notes if note.subject.resource == resource]
    if notes:
        SubElement(suite, "system-out").text = "\n".join(_noted(note, teller) for note in notes)
    return suite


def _begun(name: str, judgement: Judgement, teller: Teller) -> Element:
    suite = Element("testsuite", name=name)
    properties = SubElement(suite, "properties")
    facts = {"url": judgement.url, "document": judgement.document, "seed": str(judgement.seed)}
    for key, value in facts.items():
        SubElement(properties, "property", name=key, value=teller.plain(value))
    return suite


def _case(tally: Tally, findings: Sequence[Finding], teller: Teller) -> Element:
    subject = tally.subject
    name = f"{tally.law} {subject.operation}".rstrip()
    case = Element("testcase", name=teller.plain(name), classname=teller.plain(named(subject.resource)))
    if tally.verdict == BROKEN:
        own = [each for each in findings if (each.law, each.subject) == (tally.law, subject)]
        message = own[0].happened if own else f"Broken {tally.broken} of {tally.tried} times."
        if own and all(each.is_known for each in own):
            SubElement(case, "skipped", message=teller.plain(f"Known, in the baseline: {message}"))
            return case
        failure = SubElement(case, "failure", type=tally.law, message=teller.plain(message))
        failure.text = "\n\n".join(map(teller.text, own)) or message
    elif tally.verdict == UNJUDGED:
        SubElement(case, "skipped", message=teller.plain(tally.reason or "No request came to it."))
    return case


def _noted(note: Note, teller: Teller) -> str:
    return f"{note.law} {teller.plain(note.subject.operation)}: {teller.plain(note.message)}"


def _unfinished(judgement: Judgement, teller: Teller) -> Element:
    suite = _begun(RUN, judgement, teller)
    case = SubElement(suite, "testcase", name="the run comes to its end", classname=RUN)
    reason = judgement.ended or "Nothing could be judged."
    SubElement(case, "error", type="ended", message=teller.plain(reason))
    return suite


def _count(root: Element) -> None:
    """Write how many cases there are of each kind on every suite, and on the whole."""
    for element in (*root, root):
        cases = list(element.iter("testcase"))
        element.set("tests", str(len(cases)))
        for what, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            if element is not root or kind != "skipped":
                element.set(what, str(sum(case.find(kind) is not None for case in cases)))

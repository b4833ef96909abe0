"""The page about lint: every rule is on it, and its snippets show what each rule is about."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from click.testing import CliRunner
from harness import ROOT

from speckit import pointer
from speckit.document import load
from speckit.faults import DocumentFaults
from toolkit.lint.configuration import found_from
from toolkit.lint.linting import Findings, lint, refused
from toolkit.lint.rules import BY_NAME, RULES
from toolkit.lint.telling import FORMS
from understudy.lint import lint as command

PAGE = (ROOT / "docs" / "reference" / "lint.md").read_text("utf-8")
SECTIONS = dict(
    re.findall(r"^#### (\S+)\n(.*?)(?=^#|\Z)", re.sub(r"^# ", " # ", PAGE, flags=re.M), re.M | re.S)
)
DOCUMENT = PAGE.split("\n## The document\n")[1].split("```yaml\n")[1].split("```")[0]
CONFIGURATIONS = re.findall(r"```toml\n# (\S+)\n(.*?)```", PAGE, re.S)


def snippets(rule: str) -> dict[str, tuple[str, Any]]:
    """Of a rule, the path and the value of its bad and of its good snippet."""
    found = re.findall(r"```yaml\n ?# (bad|good)(?:, in (\S+))?\n(.*?)```", SECTIONS[rule], re.S)
    return {kind: (where, yaml.safe_load(text)) for kind, where, text in found}


def changed(target: Any, patch: Any) -> Any:
    """What a JSON Merge Patch (RFC 7396) makes of `target`."""
    if not isinstance(patch, Mapping):
        return patch
    whole = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            whole.pop(key, None)
        else:
            whole[key] = changed(whole.get(key), value)
    return whole


def linted(folder: Path, where: str = "", patch: Any = None) -> Findings:
    """What there is to say of the page's document with a snippet in it."""
    for segment in reversed(pointer.parse(f"/{where}") if where else ()):
        patch = {segment: patch}
    file = folder / "jobs.yaml"
    file.write_text(yaml.safe_dump(changed(yaml.safe_load(DOCUMENT), patch or {}), sort_keys=False), "utf-8")
    try:
        return lint(load(file))
    except DocumentFaults as faults:
        return refused(str(file), faults)


def test_the_page_has_exactly_the_rules_in_their_order():
    assert list(SECTIONS) == [each.name for each in RULES]


@pytest.mark.parametrize("name", BY_NAME)
def test_the_page_says_of_a_rule_what_the_rule_says_of_itself(name):
    rule = BY_NAME[name]
    said = " ".join(SECTIONS[name].split())

    assert said.startswith(f"`{rule.severity}` {rule.summary} {rule.why}")
    assert not rule.source or f"See {rule.source}." in said


def test_nothing_is_found_in_the_document_of_the_page(tmp_path):
    """Else no snippet could show anything."""
    assert linted(tmp_path).found == ()


@pytest.mark.parametrize("name", BY_NAME)
def test_a_rule_finds_fault_with_its_bad_snippet(tmp_path, name):
    findings = linted(tmp_path, *snippets(name)["bad"])

    found = [each for each in findings.found if each.rule == name]
    assert found
    assert all(each.severity == BY_NAME[name].severity for each in found)
    assert all(each.place.file.endswith("jobs.yaml") and each.message for each in found)


@pytest.mark.parametrize("name", BY_NAME)
def test_nothing_at_all_is_found_in_a_good_snippet(tmp_path, name):
    assert linted(tmp_path, *snippets(name)["good"]).found == ()


@pytest.mark.parametrize("name", BY_NAME)
def test_a_rule_that_is_switched_off_is_quiet(tmp_path, name):
    """All but the one without which there is nothing to look at."""
    if name != "unreadable-document":
        linted(tmp_path, *snippets(name)["bad"])

        findings = lint(load(tmp_path / "jobs.yaml"), severities={name: "off"})

        assert name not in {each.rule for each in findings.found}


@pytest.mark.parametrize(("file", "text"), CONFIGURATIONS)
def test_every_configuration_shown_is_one(tmp_path, file, text):
    (tmp_path / file).write_text(text, "utf-8")

    found = found_from(tmp_path)

    assert tomllib.loads(text)
    assert found.severities
    assert found.is_strict == ("strict = true" in text)


def test_the_findings_shown_are_those_of_the_document_without_a_404(tmp_path, monkeypatch):
    text = DOCUMENT.replace('        "404": {description: No such job}\n  /jobs/{id}/c', "  /jobs/{id}/c")
    (tmp_path / "jobs.yaml").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)

    findings = lint(load(Path("jobs.yaml")))

    shown = [block.strip() for block in re.findall(r"```text\n(.*?)```", PAGE, re.S)]
    assert shown == [click.unstyle(FORMS["console"](findings)), FORMS["github"](findings).splitlines()[0]]


def test_every_option_is_on_the_page():
    """And no other: the table is what people read instead of --help."""
    table = PAGE.split("| Option | Does |")[1].split("\n\n")[0]
    options = {flag for each in command.params if isinstance(each, click.Option) for flag in each.opts}

    assert set(re.findall(r"`(--[a-z-]+)", table)) == options
    assert CliRunner().invoke(command, ["--help"]).exit_code == 0

"""The command and its forms: configuration, exit statuses, and texts that other programs read."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from click.testing import CliRunner, Result

from speckit.faults import Place
from tests.sarif import SARIF
from toolkit.lint.finding import Finding
from toolkit.lint.forms import console, github, json_form, sarif
from toolkit.lint.linting import Findings
from toolkit.lint.rules import BY_NAME, RULES
from toolkit.lint.told import UNREADABLE
from understudy.cli import main

DOCUMENT = """
openapi: 3.1.0
info: {title: Jobs, version: "1"}
security: [{key: []}]
paths:
  /jobs/{id}:
    get:
      operationId: getJob
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: A job
          content:
            application/json:
              schema: {type: object, properties: {id: {type: string, example: 7}, name: {type: string}}}
components: {securitySchemes: {key: {type: http, scheme: bearer}}}
"""
ALL = f"'understudy lint --list-rules' lists all {len(RULES)}."
RULES_FOUND = ["missing-401", "missing-404", "example-breaks-schema"]
ODD = Finding(
    "missing-404",
    "warning",
    "50 % of\n'jobs', lost: all",
    "",
    ("paths", "/a,b", "get"),
    Place("my folder/api:1,2.yaml", 3),
    "getJob",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the document in it."""
    (tmp_path / "api.yaml").write_text(DOCUMENT, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["lint", "api.yaml", *arguments])


def rules(result: Result) -> list[str]:
    return [each["rule"] for each in json.loads(result.stdout)["findings"]]


def test_console_tells_place_severity_rule_hint_and_path(folder):
    result = asked()

    assert result.exit_code == 1
    assert result.output.splitlines()[-5:] == [
        "api.yaml:15: error example-breaks-schema: The example does not fit its schema: "
        '7 is not of type "string".',
        "    Correct the example, or the schema.",
        "    at paths/~1jobs~1{id}/get/responses/200/content/application~1json/schema/properties/id/example",
        "",
        "api.yaml: 1 error, 2 warnings.",
    ]


def test_json_has_the_same_keys_every_time(folder):
    whole = json.loads(asked("--format", "json").stdout)

    assert whole["summary"] == {"error": 1, "warning": 2, "info": 0, "ignored": 0}
    assert whole["findings"][1] == {
        "rule": "missing-404",
        "severity": "warning",
        "message": "getJob is about one Job, and documents no 404.",
        "hint": "Document what comes back where there is none. 4XX or default will do, too.",
        "file": "api.yaml",
        "line": 10,
        "path": "paths/~1jobs~1{id}/get/responses",
        "operation": "getJob",
    }


def test_sarif_has_the_form_of_its_standard(folder):
    log = json.loads(asked("--format", "sarif").stdout)

    jsonschema_rs.validator_for(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **SARIF}, validate_formats=True
    ).validate(log)
    (run,) = log["runs"]
    listed = run["tool"]["driver"]["rules"]
    assert [each["id"] for each in listed] == [each.name for each in RULES]
    assert all(listed[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    assert [each["ruleId"] for each in run["results"]] == RULES_FOUND
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "api.yaml"}, "region": {"startLine": 10}}


def test_sarif_says_how_to_switch_off_what_can_be(folder):
    (run,) = json.loads(asked("--format", "sarif").stdout)["runs"]
    helps = {each["id"]: each["help"]["text"] for each in run["tool"]["driver"]["rules"]}

    assert {name for name, text in helps.items() if "Switch it off" not in text} == {UNREADABLE}


def test_a_fingerprint_survives_lines_above_it(folder):
    """Code scanning would else tell the same finding as a new one."""
    before = json.loads(asked("--format", "sarif").stdout)["runs"][0]["results"]
    (folder / "api.yaml").write_text(f"# A word\n{DOCUMENT}", "utf-8")

    after = json.loads(asked("--format", "sarif").stdout)["runs"][0]["results"]

    assert [each["partialFingerprints"] for each in before] == [each["partialFingerprints"] for each in after]
    assert len({str(each["partialFingerprints"]) for each in after}) == 3


def test_github_gets_a_command_for_each_finding(folder):
    lines = asked("--format", "github").output.splitlines()

    assert lines[0].startswith("::warning file=api.yaml,line=10,title=missing-401::getJob needs credentials")
    assert [each.split(" ")[0] for each in lines] == ["::warning", "::warning", "::error", "api.yaml:"]


def test_what_would_break_a_form_is_written_as_the_form_wants_it():
    odd = Findings("api.yaml", (ODD,))

    assert github.told(odd).splitlines()[0] == (
        "::warning file=my folder/api%3A1%2C2.yaml,line=3,title=missing-404::"
        "50 %25 of%0A'jobs', lost: all (paths/~1a,b/get)"
    )
    uri = json.loads(sarif.told(odd))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert uri["artifactLocation"]["uri"] == "my%20folder/api%3A1%2C2.yaml"
    assert json.loads(json_form.told(odd))["findings"][0]["message"] == ODD.message


def test_one_of_a_kind_is_told_in_the_singular():
    assert console.summary(Findings("a", (ODD,), 2)) == "a: 1 warning. 2 left out as configured."
    assert console.summary(Findings("a", ())) == "a: nothing found."


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ((), 1),
        (("--ignore", "example-breaks-schema"), 0),
        (("--ignore", "example-breaks-schema", "--strict"), 1),
        (("--severity", "example-breaks-schema=warning"), 0),
        (("--severity", "missing-401=error", "--rule", "missing-401"), 1),
        (("--rule", "missing-404"), 0),
        (("--rule", "missing-404", "--strict"), 1),
        (("--rule", "missing-404", "--rule", "example-breaks-schema"), 1),
    ],
)
def test_the_exit_status_follows_from_what_is_left(folder, options, status):
    assert asked(*options).exit_code == status


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('[lint.rules]\nmissing-401 = "off"', ["missing-404", "example-breaks-schema"]),
        ('[[lint.ignore]]\nrules = "missing-401"', ["missing-404", "example-breaks-schema"]),
        ('[[lint.ignore]]\noperation = "get*"', []),
        ('[[lint.ignore]]\noperation = "list*"', RULES_FOUND),
        ('[[lint.ignore]]\npath = "paths/~1jobs~1{id}/get/responses/200"', ["missing-401", "missing-404"]),
        ('[[lint.ignore]]\npath = "paths/~1jobs~1{id}/get/responses"', []),
        ('[[lint.ignore]]\nfile = "*.yaml"', []),
        ('[[lint.ignore]]\nfile = "other.yaml"', RULES_FOUND),
        ('[[lint.ignore]]\nfile = "."', RULES_FOUND),
        ('[[lint.ignore]]\nrules = ["missing-404"]\nfile = "other.yaml"', RULES_FOUND),
        ("", RULES_FOUND),
    ],
)
def test_a_configuration_beside_the_document_counts(folder, text, left):
    (folder / "understudy.toml").write_text(text, "utf-8")

    assert rules(asked("--format", "json")) == left


@pytest.mark.parametrize("text", ["[tool.understudy.lnt]\nstrict = true", "[tool]\nunderstudy = 7"])
def test_a_shared_file_says_of_us_only_what_there_is(folder, text):
    (folder / "pyproject.toml").write_text(text, "utf-8")

    result = asked()

    assert result.exit_code == 1
    assert "pyproject.toml, tool.understudy: " in result.output


def test_the_nearest_configuration_counts(folder):
    (folder / "pyproject.toml").write_text('[tool.understudy.lint.rules]\nmissing-401 = "off"', "utf-8")
    below = folder / "docs"
    below.mkdir()
    (below / "api.yaml").write_text(DOCUMENT, "utf-8")
    (below / "pyproject.toml").write_text("[tool.other]\nx = 1", "utf-8")
    runner = CliRunner()

    far = runner.invoke(main, ["lint", "docs/api.yaml", "--format", "json"])
    (below / "understudy.toml").write_text('[lint.rules]\nmissing-404 = "off"', "utf-8")
    near = runner.invoke(main, ["lint", "docs/api.yaml", "--format", "json"])

    assert rules(far) == ["missing-404", "example-breaks-schema"]
    assert rules(near) == ["missing-401", "example-breaks-schema"]


def test_the_command_line_wins_over_the_configuration(folder):
    (folder / "own.toml").write_text('[lint]\nstrict = true\nrules = {missing-401 = "off"}', "utf-8")

    result = asked("--config", "own.toml", "--severity", "missing-401=info", "--format", "json")

    first = json.loads(result.stdout)["findings"][0]
    assert (first["rule"], first["severity"]) == ("missing-401", "info")
    assert asked("--config", "own.toml", "--rule", "missing-404").exit_code == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[lint.rules]\nmising-404 = 'off'", "Did you mean 'missing-404'?"),
        ("[lint.rules]\nmissing-404 = 'of'", "Did you mean 'off'?"),
        ("[lint.rules]\nmissing-404 = 7", "'missing-404' cannot be 7."),
        ("[lint]\nrules = []", "a table is needed"),
        ("[lint]\nstrikt = true", "Did you mean 'strict'?"),
        ("[lint]\nstrict = 'yes'", "neither true nor false"),
        ("[[lint.ignore]]\nrules = ['missing-40']", "'missing-40' is not a rule."),
        ("[[lint.ignore]]\nrule = 'missing-404'", "Did you mean 'rules'?"),
        ("[[lint.ignore]]\npath = 7", "'path' is a text"),
        ("[[lint.ignore]]", "nothing is said"),
        ("[lint]\nignore = 7", "a table is needed"),
        ("[[lint.ignore]]\nrules = [['missing-404']]", "is not a rule."),
        ("[lint.rules]\nunreadable-document = 'off'", "'unreadable-document' is always an error"),
        ("[[lint.ignore]]\nrules = 'unreadable-document'", "'unreadable-document' is always an error"),
        ("[lnt.rules]\nmissing-404 = 'off'", "'lnt' is not a key. Known: lint. Did you mean 'lint'?"),
        ("lint = 7", "a table is needed"),
        ("lint", "is not TOML"),
    ],
)
def test_a_configuration_that_means_nothing_is_refused(folder, text, said):
    (folder / "understudy.toml").write_text(text, "utf-8")

    result = asked()

    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.output
    assert "understudy.toml" in result.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--severity", "missing-404"), "Write missing-404=warning, for one."),
        (("--severity", "missing-403=loud"), "Known: error, warning, info, off."),
        (("--severity", "mising-403=off"), "Did you mean 'missing-403'?"),
        (("--rule", "x"), f"--rule: 'x' is not a rule. {ALL}"),
        (("--rule", "missing-04"), f"'missing-04' is not a rule. Did you mean 'missing-404'? {ALL}"),
        (("--severity", "unreadable-document=off"), "'unreadable-document' is always an error"),
        (("--ignore", "unreadable-document"), "'unreadable-document' is always an error"),
        (("--ignore", "unused-vew"), "Did you mean 'unused-view'?"),
        (("--explain", "unused-vew"), "Did you mean 'unused-view'?"),
        (("--config", "nowhere.toml"), "nowhere.toml cannot be read"),
        (("--format", "xml"), "'xml' is not one of"),
    ],
)
def test_wrong_use_is_told_with_what_would_work(folder, options, said):
    result = asked(*options)

    assert result.exit_code == 2
    assert said in result.output


def test_a_url_is_not_fetched_unasked(folder):
    result = CliRunner().invoke(main, ["lint", "https://example.com/openapi.yaml"])

    assert result.exit_code == 2
    assert "--allow-remote" in result.output


@pytest.mark.parametrize("text", ["[1", "a: 1", "openapi: '9.0'", ""])
@pytest.mark.parametrize("options", [(), ("--rule", "missing-404")])
def test_a_document_that_cannot_be_read_is_an_error_whatever_is_looked_for(folder, text, options):
    (folder / "api.yaml").write_text(text, "utf-8")

    result = asked("--format", "json", *options)

    assert result.exit_code == 1
    assert set(rules(result)) == {"unreadable-document"}


def test_a_file_that_is_not_there_is_wrong_use(folder):
    result = CliRunner().invoke(main, ["lint", "nowhere.yaml"])

    assert (result.exit_code, result.stdout) == (2, "")
    assert "nowhere.yaml: There is no such file." in result.output
    assert "(root)" not in result.output


def test_all_rules_are_listed_and_each_is_explained(folder):
    listed = asked("--list-rules")

    assert [each.split()[0] for each in listed.output.splitlines()] == list(BY_NAME)
    for name, rule in BY_NAME.items():
        told = asked("--explain", name)
        assert ("To keep it quiet" in told.output) is (name != UNREADABLE)
        assert told.exit_code == 0
        assert rule.why in told.output
        assert rule.source in told.output


def test_every_rule_says_why_and_has_a_name_that_stays():
    for rule in RULES:
        assert rule.name == rule.name.lower().replace("_", "-")
        assert rule.summary.endswith(".")
        assert rule.why.endswith(".")
        assert rule.severity in ("error", "warning", "info")
    assert len(BY_NAME) == len(RULES)

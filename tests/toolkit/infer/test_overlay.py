"""The Overlay: it is accepted, played and the same every time, and says why each part is as it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from harness import ROOT
from starlette.testclient import TestClient

from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from speckit import timing
from speckit.document import load
from speckit.specification import Specification, specify
from toolkit.drafting.whole import Drafted
from understudy.cli import main
from understudy.infer import summary

GUIDE = ROOT / "docs/guides/bring-your-own.md"


@pytest.fixture
def prints(tmp_path: Path) -> Path:
    """The document of the guide."""
    block = re.search(r"^```yaml\n(.*?)^```", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert block is not None
    file = tmp_path / "prints.yaml"
    file.write_text(block[1], "utf-8")
    return file


def inferred(document: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["infer", str(document), *arguments])


def with_overlay(document: Path, text: str) -> Specification:
    overlay = document.with_name("lifecycles.yaml")
    overlay.write_text(text, "utf-8")
    return specify(load(document, overlays=[overlay]))


def lifecycles(text: str) -> dict[str, Any]:
    actions = yaml.safe_load(text)["actions"]
    found: dict[str, Any] = actions[-1]["update"]["x-resource-lifecycles"]
    return found


def test_what_it_writes_is_accepted_as_it_is(prints):
    specification = with_overlay(prints, inferred(prints).stdout)

    print_ = specification.lifecycles["Print"]
    assert list(print_.states) == ["queued", "printing", "printed", "jammed", "cancelled"]
    assert {name: rule.role for name, rule in print_.rules.items()} == {
        "listPrints": "list",
        "createPrint": "create",
        "getPrint": "get",
        "cancelPrint": "trigger",
    }


def test_it_is_the_same_every_time(prints):
    assert inferred(prints).stdout == inferred(prints).stdout


def test_every_guess_says_why(prints):
    text = inferred(prints).stdout

    assert "# guessed: final, success by its ending, as in 'printed'\n" in text
    assert "# sure: 'status' is the state: its enum lists them\n" in text
    assert "# guessed: of the errors it documents, 409 is the likeliest" in text


def test_the_summary_is_not_in_the_file(prints, tmp_path):
    done = inferred(prints, "-o", str(tmp_path / "out.yaml"))

    assert (done.exit_code, done.stdout) == (0, "")
    assert "1 resource, 4 operations; with states: Print." in done.stderr
    assert yaml.safe_load((tmp_path / "out.yaml").read_text("utf-8"))["extends"] == "prints.yaml"


def test_the_summary_counts_what_the_file_says(tmp_path):
    """The guess about errors is one, and is no part of a lifecycle."""
    document = tmp_path / "notes.yaml"
    document.write_text(NOTES, "utf-8")
    done = inferred(document)

    assert (done.stdout.count("# sure: "), done.stdout.count("# guessed: ")) == (5, 2), done.stdout
    assert "5 decisions are sure and 2 are guesses: look for" in done.stderr


def test_one_is_not_told_as_many():
    text = "# guessed: is it\n  # sure: it is"

    assert "1 decision is sure and 1 is a guess: look for" in "".join(
        summary(Drafted((), (), (), Specification(None, {}, {}, ())), text)
    )


def test_wider_bodies_filters_and_pages_have_comments(tmp_path):
    document = tmp_path / "texts.yaml"
    document.write_text(TEXTS, "utf-8")
    text = inferred(document).stdout

    assert "# guessed: bodies may have values that answers may not; they are shown as sent: text\n" in text
    assert "# guessed: not taken from the body, where they look otherwise: size\n" in text
    assert "# guessed: not read, for nothing says what they ask of which field: q\n" in text
    assert "# guessed: by the name of limit\n" in text
    assert "# guessed: by the name of sort, and its words\n" in text
    made = lifecycles(text)["Text"]
    assert made["initially"] == {"id": "$id", "text": "$request.body#/text", "size": 0}
    assert made["operations"]["GET /texts"]["sort"] == {
        "param": "sort",
        "fields": {"text": "/text", "-text": "-/text", "size:desc": "-/size"},
    }


def test_a_json_patch_alone_is_left_to_the_examples(tmp_path):
    document = tmp_path / "texts.yaml"
    document.write_text(TEXTS, "utf-8")
    done = inferred(document)

    assert "# left out: PATCH /texts/{id}, because a JSON Patch is all that it takes" in done.stdout
    assert "PATCH /texts/{id}" not in lifecycles(done.stdout)["Text"]["operations"]


def test_a_trigger_whose_answer_cannot_be_made_up_is_left_to_the_examples(prints):
    """Nothing fits this schema; the life of the others goes on."""
    text = prints.read_text("utf-8")
    head, cancel, rest = text.partition("/prints/{print_id}/cancel:")
    ref = "{$ref: '#/components/schemas/Print'}"
    assert ref in rest
    never = "{type: object, required: [never], properties: {never: {enum: []}}}"
    prints.write_text(head + cancel + rest.replace(ref, never, 1), "utf-8")

    done = inferred(prints)

    assert done.exit_code == 0
    assert "# left out: cancelPrint, because no answer could be made up" in done.stdout
    assert "getPrint" in with_overlay(prints, done.stdout).lifecycles["Print"].rules


def test_the_life_it_guessed_is_played(prints):
    """Every answer is held to the document."""
    clock = ManualClock()
    specification = with_overlay(prints, inferred(prints).stdout)
    client = TestClient(build(specification, clock=clock, settings=Settings(checks_responses=True)))
    made = client.post("/prints", json={"document": "https://example.com/a.pdf", "copies": 3})
    there = f"/prints/{made.json()['id']}"

    assert (made.status_code, made.json()["status"], made.json()["copies"]) == (201, "queued", 3)
    clock.set(clock.now() + timing.duration("PT2S"))
    assert client.get("/prints", params={"status": "printing"}).json()["total"] == 1
    clock.set(clock.now() + timing.duration("PT5S"))
    assert client.get(there).json()["status"] == "printed"
    assert client.get(there).json()["finished_at"] is not None
    assert client.post(f"{there}/cancel").status_code == 409
    assert client.get("/prints/prt_nobody").status_code == 404


def test_a_resource_without_a_state_is_kept_and_removed(tmp_path):
    document = tmp_path / "notes.yaml"
    document.write_text(NOTES, "utf-8")

    note = lifecycles(inferred(document).stdout)["Note"]

    assert note["state"] == {"initial": "kept", "states": {"kept": {"category": "resting"}}}
    assert note["transitions"] == [
        {"name": "delete", "from": "*", "to": "$removed", "trigger": "DELETE /notes/{id}"}
    ]


def test_an_operation_without_documented_errors_gets_one(tmp_path):
    """Else every 404 would be a finding of the judge."""
    document = tmp_path / "notes.yaml"
    document.write_text(NOTES, "utf-8")
    text = inferred(document).stdout

    assert "- target: '$.paths[''/notes/{id}''][''get'',''delete''].responses'" in text
    assert with_overlay(document, text).operations["GET /notes/{id}"].response(404) is not None


def test_what_has_a_lifecycle_already_is_left_alone(prints):
    first = inferred(prints).stdout
    overlay = prints.with_name("first.yaml")
    overlay.write_text(first, "utf-8")

    again = inferred(prints, "--overlay", str(overlay))

    assert again.exit_code == 1
    assert f"Print has a lifecycle already in {prints}." in again.stderr
    assert "No resource was found" not in again.stderr


def test_nothing_found_says_what_was_looked_for(tmp_path):
    document = tmp_path / "ping.yaml"
    document.write_text(
        "openapi: 3.1.0\ninfo: {title: P, version: '1'}\npaths: {/ping: {get: {responses: {}}}}\n"
    )

    done = inferred(document)

    assert done.exit_code == 1
    assert "Looked for: a path that ends in an id, as in /jobs/{id}" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["-o", "no such folder/out.yaml"], 2, "cannot be written: No such file or directory"),
        (["--only", "printz"], 1, "No operation has the tag 'printz'"),
        (["--overlay", "nowhere.yaml"], 2, "There is no such file"),
    ],
)
def test_wrong_use_says_what_would_be_right(prints, arguments, status, told):
    done = inferred(prints, *arguments)

    assert (done.exit_code, told in done.stderr) == (status, True), done.stderr


NOTES = """
openapi: 3.1.0
info: {title: Notes, version: '1'}
paths:
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        '200': {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
    delete: {responses: {'204': {description: Gone.}}}
components:
  schemas:
    Note: {type: object, required: [id, text], properties: {id: {type: integer}, text: {type: string}}}
"""

TEXTS = """
openapi: 3.1.0
info: {title: Texts, version: '1'}
paths:
  /texts:
    get:
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
        - {name: q, in: query, schema: {type: string}}
        - {name: sort, in: query, schema: {type: string, enum: [text, -text, "size:desc"]}}
      responses:
        '200':
          description: All.
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Text'}}}}
    post:
      requestBody:
        content:
          application/json:
            schema: {type: object, required: [text], properties: {text: {type: string}, size: {type: string}}}
      responses:
        '201': {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Text'}}}}
  /texts/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      responses:
        '200': {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Text'}}}}
    patch:
      requestBody: {content: {application/json-patch+json: {schema: {type: array, items: {type: object}}}}}
      responses:
        '200': {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Text'}}}}
components:
  schemas:
    Text:
      type: object
      required: [id, text]
      properties: {id: {type: string}, text: {type: string, maxLength: 40}, size: {type: integer}}
"""


def test_paths_in_other_files_are_told_with_the_way_out(tmp_path):
    """No action reaches them, so it does not say that lines follow, and no judge is content."""
    document = tmp_path / "notes.yaml"
    whole = yaml.safe_load(NOTES)
    (path,) = whole["paths"]
    part = yaml.safe_dump(whole["paths"][path]).replace("'#/", "'notes.yaml#/")
    (tmp_path / "part.yaml").write_text(part, "utf-8")
    whole["paths"] = {path: {"$ref": "part.yaml"}}
    document.write_text(yaml.safe_dump(whole), "utf-8")

    done = inferred(document)

    assert "without these lines" not in done.stdout
    assert "Infer from what `understudy bundle` writes" in done.stdout
    assert "1 path in other files: " in done.stderr

    bundled = tmp_path / "bundled.yaml"
    CliRunner().invoke(main, ["bundle", str(document), "-o", str(bundled)])
    assert "other files" not in inferred(bundled).output

"""Where commands write: nothing that somebody has made is lost unasked."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from speckit.document import load
from understudy.cli import main

NOTES = """
openapi: 3.1.0
info: {title: Notes, version: '1'}
paths:
  /notes:
    get:
      responses:
        '200':
          description: All.
          content: {application/json: {schema: {type: array, items: {$ref: 'models.yaml#/Note'}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: 'models.yaml#/Note'}}}}
      responses:
        '201': {description: Made., content: {application/json: {schema: {$ref: 'models.yaml#/Note'}}}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        '200': {description: One., content: {application/json: {schema: {$ref: 'models.yaml#/Note'}}}}
"""
MODELS = """
Note: {type: object, required: [id, text], properties: {id: {type: integer}, text: {type: string}}}
"""
OVERLAY = """
overlay: 1.0.0
info: {title: Another title, version: '1'}
actions: [{target: $.info, update: {title: Other notes}}]
"""
FILES = {"notes.yaml": NOTES, "models.yaml": MODELS, "title.yaml": OVERLAY}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a document, a file that it refers to, and an Overlay."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def run(place: Path, *arguments: str) -> Result:
    with chdir(place):
        return CliRunner().invoke(main, arguments, catch_exceptions=False)


def test_what_was_corrected_is_not_written_over(place):
    assert run(place, "infer", "notes.yaml", "-o", "lives.yaml").exit_code == 0
    (place / "lives.yaml").write_text("# corrected\n", "utf-8")

    again = run(place, "infer", "notes.yaml", "-o", "lives.yaml")

    assert again.exit_code == 2
    assert "'lives.yaml' is there already" in again.stderr
    assert "--force" in again.stderr
    assert (place / "lives.yaml").read_text("utf-8") == "# corrected\n"


def test_what_was_corrected_is_written_over_by_force(place):
    (place / "lives.yaml").write_text("# corrected\n", "utf-8")

    assert run(place, "infer", "notes.yaml", "-o", "lives.yaml", "--force").exit_code == 0
    assert yaml.safe_load((place / "lives.yaml").read_text("utf-8"))["overlay"]


@pytest.mark.parametrize("output", [*FILES, "./notes.yaml", "link.yaml"])
def test_a_bundle_does_not_replace_what_it_is_made_of(place, output):
    """Neither the document, nor what it refers to, nor an Overlay, by whatever name."""
    (place / "link.yaml").symlink_to(place / "notes.yaml")

    done = run(place, "bundle", "notes.yaml", "--overlay", "title.yaml", "-o", output)

    assert done.exit_code == 2
    assert f"'{output}' is read for this, and would be lost." in done.stderr
    assert {name: (place / name).read_text("utf-8") for name in FILES} == FILES


def test_a_bundle_replaces_anything_else_and_by_force_all(place):
    assert run(place, "bundle", "notes.yaml", "-o", "one.yaml").exit_code == 0
    assert run(place, "bundle", "notes.yaml", "-o", "one.yaml").exit_code == 0
    assert run(place, "bundle", "notes.yaml", "-o", "notes.yaml", "--force").exit_code == 0

    assert (place / "notes.yaml").read_text("utf-8") == (place / "one.yaml").read_text("utf-8")


@pytest.mark.parametrize("url", ["foo", "ftp://example.com", "https://"])
def test_samples_ask_a_url(place, url):
    done = run(place, "bundle", "notes.yaml", "--code-samples", "--base-url", url)

    assert done.exit_code == 2
    assert f"--base-url '{url}' is no URL. Write it like https://" in done.stderr


def test_a_document_knows_the_files_it_is_made_of(place):
    found = load(place / "notes.yaml", overlays=[place / "title.yaml"]).files

    assert {each.name for each in found} == set(FILES)

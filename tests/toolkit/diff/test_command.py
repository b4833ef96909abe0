"""`understudy diff` as somebody types it."""

from __future__ import annotations

import json
import subprocess
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from document_pairs import GONE, one_schema, patched
from living_document import BASE

from understudy.cli import main

JOB = "/x-resource-lifecycles/Job"
SAFE = {"/paths/~1jobs/get/deprecated": True}
MAYBE = {f"{JOB}/transitions/1/after/duration": "PT1M"}
BREAKING = {"/paths/~1jobs/get/parameters/0/required": True}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with an old document."""
    write(tmp_path / "old.json", BASE)
    return tmp_path


def write(file: Path, data: Any) -> None:
    file.write_text(json.dumps(data, indent=1), "utf-8")


def diff(place: Path, *arguments: str) -> Result:
    """Run the command in a folder, in this process."""
    with chdir(place):
        return CliRunner().invoke(main, ["diff", *arguments], catch_exceptions=False)


@pytest.mark.parametrize(
    ("patches", "fail_on", "status"),
    [
        ({}, "maybe", 0),
        (SAFE, "maybe", 0),
        (MAYBE, "breaking", 0),
        (MAYBE, "maybe", 1),
        (BREAKING, "breaking", 1),
        (BREAKING, "none", 0),
    ],
)
def test_the_exit_status_says_whether_a_client_breaks(place, patches, fail_on, status):
    write(place / "new.json", patched(BASE, patches))

    done = diff(place, "old.json", "new.json", "--fail-on", fail_on)

    assert done.exit_code == status
    assert done.stderr == ""


def test_people_are_told_what_where_and_why(place):
    write(place / "new.json", patched(BASE, MAYBE))

    lines = diff(place, "old.json", "new.json").stdout.splitlines()

    assert lines[0] == "maybe     Job: From 'running' it goes to 'done' after 60 s, not 10 s."
    assert lines[1].strip().startswith("It takes longer than clients were told")
    assert lines[1].endswith("[deadline-longer]")
    assert lines[2].strip().startswith("old.json:")
    assert lines[3] == "0 breaking, 1 maybe, 0 safe"


def test_what_is_gone_is_told_once_and_with_a_place_that_there_is(place):
    """In the new document the nearest thing above it is named, and nothing that is not there."""
    write(place / "new.json", patched(BASE, {"/paths/~1jobs/get": GONE, f"{JOB}/operations/listJobs": GONE}))

    said = diff(place, "old.json", "new.json").stdout
    told = json.loads(diff(place, "old.json", "new.json", "--format", "json").stdout)

    assert said.splitlines()[0] == "breaking  GET /jobs: The operation is gone."
    assert "paths/~1jobs/get -> new.json:" in said
    gone = told["changes"][0]
    assert (gone["old"]["path"], gone["new"]["path"]) == ("paths/~1jobs/get", "paths/~1jobs")
    lines = (place / "new.json").read_text("utf-8").splitlines()
    assert '"/jobs":' in lines[gone["new"]["line"] - 1]


def test_both_documents_are_told_what_is_wrong_with_them(place):
    for name in ("old.json", "new.json"):
        (place / name).write_text("[", "utf-8")

    done = diff(place, "old.json", "new.json")

    assert done.exit_code == 1
    assert done.stderr.splitlines()[0] == "2 faults:"
    assert [line.split(":")[0] for line in done.stderr.splitlines()[1:]] == ["old.json", "new.json"]


def test_programs_are_told_the_same(place):
    write(place / "new.json", patched(BASE, {**MAYBE, **BREAKING}))

    told = json.loads(diff(place, "old.json", "new.json", "--format", "json").stdout)

    assert told["summary"] == {"breaking": 1, "maybe": 1, "safe": 0}
    worst = told["changes"][0]
    assert worst["rule"] == "parameter-became-required"
    assert worst["subjects"] == ["GET /jobs"]
    assert worst["new"]["file"] == "new.json"
    assert worst["new"]["line"] > 1


def test_a_review_is_told_by_annotations(place):
    write(place / "new.json", patched(BASE, {**MAYBE, **BREAKING, **SAFE}))

    lines = diff(place, "old.json", "new.json", "--format", "github").stdout.splitlines()

    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice"]
    assert "file=new.json,line=" in lines[0]
    assert "title=parameter-became-required" in lines[0]


def test_a_page_is_told_by_verdicts(place):
    write(place / "new.json", patched(BASE, {**MAYBE, **BREAKING}))

    told = diff(place, "old.json", "new.json", "--format", "markdown").stdout

    assert told.index("## Breaking") < told.index("## Maybe")
    assert "## Safe" not in told


def test_what_a_document_says_stays_text_on_a_page_and_in_an_annotation(place):
    """A value in an enum must not become markup, nor another annotation."""
    evil = "<b>|*\n::error::no"
    write(place / "old.json", one_schema({"enum": ["a"]}, "response"))
    write(place / "new.json", one_schema({"enum": ["a", evil]}, "response"))

    page = diff(place, "old.json", "new.json", "--format", "markdown").stdout
    annotations = diff(place, "old.json", "new.json", "--format", "github").stdout

    assert "<b>" not in page.replace("\\<b\\>", "")
    assert len(annotations.splitlines()) == 1


def test_overlays_apply_to_both_or_to_one(place):
    """The lifecycle of a document of somebody else is an overlay."""
    bare = {key: value for key, value in BASE.items() if not key.startswith("x-")}
    write(place / "bare.json", bare)
    action = {"target": "$", "update": {key: BASE[key] for key in BASE if key.startswith("x-")}}
    write(
        place / "life.json",
        {"overlay": "1.0.0", "info": {"title": "Life", "version": "1"}, "actions": [action]},
    )

    both = diff(place, "bare.json", "bare.json", "--overlay", "life.json")
    one = diff(place, "bare.json", "bare.json", "--new-overlay", "life.json")
    same = diff(place, "bare.json", "old.json", "--old-overlay", "life.json")

    assert both.stdout == same.stdout == "Nothing has changed for clients.\n"
    assert "[resource-added]" in one.stdout


def committed(place: Path, folder: str) -> None:
    """Make a repository of a place, with a commit of one of its folders."""
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", folder], [*who, "commit", "-q", "-m", "Begun"]):
        subprocess.run(["git", *command], cwd=place, check=True, capture_output=True)


@pytest.fixture
def repository(place: Path) -> Path:
    """The folder as a repository: the old document is committed, in a folder, with a part in another file."""
    part = {"type": "object", "properties": {"a": {"type": "string"}}}
    (place / "api").mkdir()
    write(place / "api/part.json", part)
    write(place / "api/openapi.json", one_schema({"$ref": "part.json"}, "response"))
    committed(place, "api")
    write(place / "api/part.json", {"type": "object", "properties": {"a": {"type": "integer"}}})
    return place


def test_a_document_may_come_from_a_commit_with_the_files_beside_it(repository):
    done = diff(repository, "git:HEAD:api/openapi.json", "api/openapi.json")

    assert done.exit_code == 1
    assert "[response-type-changed]" in done.stdout
    assert "git:HEAD:api/part.json:" in done.stdout
    assert "api/part.json:" in done.stdout


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("git:HEAD", "does not say which file"),
        ("git::api/openapi.json", "does not say which file"),
        ("git:--output=x:api/openapi.json", "does not say which file"),
        ("git:nowhere:api/openapi.json", "is not there"),
        ("git:HEAD:api/none.json", "is not there"),
        ("git:HEAD:../openapi.json", "is not there"),
    ],
)
def test_a_commit_that_is_not_there_is_wrong_use(repository, name, why):
    done = diff(repository, name, "api/openapi.json")

    assert done.exit_code == 2
    assert why in done.stderr
    assert "git:main:openapi.yaml" in done.stderr


def test_an_overlay_may_come_from_a_commit_too(place):
    """A lifecycle that lies beside its document is as old as that."""
    action = {"target": "$", "update": {"info": {"description": "Old."}}}
    (place / "api").mkdir()
    write(place / "api/openapi.json", one_schema({"type": "object"}, "response"))
    write(
        place / "api/words.json",
        {"overlay": "1.0.0", "info": {"title": "W", "version": "1"}, "actions": [action]},
    )
    committed(place, "api")
    (place / "api/words.json").unlink()

    both = diff(
        place, "git:HEAD:api/openapi.json", "api/openapi.json", "--overlay", "git:HEAD:api/words.json"
    )
    old = diff(
        place, "git:HEAD:api/openapi.json", "api/openapi.json", "--old-overlay", "git:HEAD:api/words.json"
    )
    gone = diff(
        place, "git:HEAD:api/openapi.json", "api/openapi.json", "--old-overlay", "git:HEAD:api/no.json"
    )

    assert both.stdout == old.stdout == "Nothing has changed for clients.\n"
    assert gone.exit_code == 2
    assert "'git:HEAD:api/no.json' is not there: HEAD has no api/no.json." in gone.stderr


def test_a_fault_in_a_commit_is_told_where_it_was(place):
    """Nobody knows the folder into which it was put to be read."""
    (place / "api").mkdir()
    write(place / "api/openapi.json", {"openapi": "3.1.0", "paths": 5})
    committed(place, "api")

    done = diff(place, "git:HEAD:api/openapi.json", "git:HEAD:api/openapi.json")

    assert done.exit_code == 1
    assert "git:HEAD:api/openapi.json:" in done.stderr
    assert "/tmp" not in done.stderr


@pytest.mark.parametrize(
    "name", ["git:HEAD:api/openapi.json", "git:HEAD:./openapi.json", "git:HEAD:openapi.json"]
)
def test_a_path_is_seen_from_the_root_or_from_here(repository, name):
    """Git itself sees it from the root; who stands in a folder names what lies there."""
    done = diff(repository / "api", name, "openapi.json")

    assert "git:HEAD:api/part.json:" in done.stdout


def test_links_that_lead_out_of_a_commit_are_left_out(repository):
    """Nothing may be read there; what is asked for has no part in it."""
    for name, target in (("absolute", "/etc/hostname"), ("upwards", "../../../elsewhere")):
        (repository / "api" / name).symlink_to(target)
    committed(repository, "api")

    done = diff(repository, "git:HEAD:api/openapi.json", "api/openapi.json")
    link = diff(repository, "git:HEAD:api/absolute", "api/openapi.json")

    assert done.exit_code == 0
    assert link.exit_code == 2
    assert "api/absolute is no file in HEAD" in link.stderr


def test_a_file_that_was_not_committed_says_so(repository):
    """It is there, and git does not know it."""
    (repository / "new").mkdir()
    write(repository / "new/openapi.json", {})

    inside = diff(repository, "git:HEAD:new/openapi.json", "api/openapi.json")
    outside = diff(Path("/"), "git:HEAD:new/openapi.json", "api/openapi.json")

    assert (inside.exit_code, outside.exit_code) == (2, 2)
    assert "The file is here, and was not committed then." in inside.stderr
    assert "the current folder is in no git repository" in outside.stderr


def test_a_document_of_which_nothing_can_be_used_is_a_fault(place):
    (place / "broken.yaml").write_text("openapi: 3.1.0\npaths: 7\n")

    done = diff(place, "broken.yaml", "old.json")

    assert (done.exit_code, done.stdout) == (1, "")
    assert "faults:" in done.stderr or "1 fault:" in done.stderr


def test_a_document_that_is_not_there_is_wrong_use(place):
    done = diff(place, "old.json", "none.json")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "none.json: There is no such file." in done.stderr


def test_two_documents_are_asked_for(place):
    done = diff(place, "old.json")

    assert done.exit_code == 2
    assert "Missing argument 'NEW'" in done.stderr

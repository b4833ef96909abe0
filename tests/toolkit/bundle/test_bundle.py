"""A bundled document stands alone, says the same, and tells other tools how calls follow each other."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from harness import ROOT, Server
from openapi_spec_validator import validate

from speckit import pointer
from speckit.document import load
from speckit.specification import Specification, specify
from toolkit.bundle import as_text, bundled
from understudy.cli import main

PAGE = ROOT / "docs" / "reference" / "bundle.md"
FARM = """
openapi: 3.1.0
info: {title: Farm, version: "1"}
paths:
  /animals: {$ref: paths/animals.yaml}
  /animals/{id}:
    get:
      operationId: getAnimal
      parameters: [{$ref: "shared.yaml#/params/id"}]
      responses: {"200": {$ref: "shared.yaml#/answers/animal"}}
components:
  schemas: {$ref: models/index.yaml}
"""
FILES = {
    "openapi.yaml": FARM,
    "paths/animals.yaml": """
post:
  operationId: addAnimal
  requestBody: {content: {application/json: {schema: {$ref: "../models/index.yaml#/Animal"}}}}
  responses: {"201": {$ref: "../shared.yaml#/answers/animal"}}
""",
    "shared.yaml": """
params: {id: {name: id, in: path, required: true, schema: {type: string}}}
answers:
  animal:
    description: One
    content:
      application/json:
        schema: {$ref: models/index.yaml#/Animal}
        examples: {cow: {$ref: "#/cows/one"}}
cows: {one: {value: {kind: cow}}}
""",
    "models/index.yaml": """
Animal:
  oneOf: [{$ref: cow.yaml}, {$ref: "dog.yaml#/Dog"}]
  discriminator: {propertyName: kind, mapping: {cow: cow.yaml, dog: "dog.yaml#/Dog"}}
""",
    "models/cow.yaml": """
type: object
properties: {kind: {type: string}, calves: {type: array, items: {$ref: '#'}}}
""",
    "models/dog.yaml": """
Dog: {type: object, properties: {kind: {type: string}, friend: {$ref: 'index.yaml#/Animal'}}}
""",
}
JOBS = """
openapi: 3.0.3
info: {title: Jobs, version: "1"}
paths:
  /jobs:
    post:
      operationId: addJob
      responses:
        "201":
          description: Made
          headers: {X-Id: {schema: {type: string}}}
          links: {mine: {operationId: getJob}}
  /jobs/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getJob
      responses: {"200": {description: One, content: {application/json: {schema: {type: object}}}}}
    delete: {responses: {"204": {description: Gone}}}
x-resource-lifecycles:
  Job:
    identity: {param: id, field: /id, generate: $random.uuid}
    initially: {id: $id, status: $state}
    state: {field: /status, initial: open, states: {open: {category: resting}}}
    transitions: [{name: go, from: '*', to: $removed, trigger: "DELETE /jobs/{id}"}]
    operations:
      addJob: {role: create, success: {status: 201, headers: {X-Id: $id}}}
      getJob: {role: get}
      DELETE /jobs/{id}: {role: trigger}
"""


@pytest.fixture(scope="module")
def five() -> Specification:
    """The five job APIs."""
    return specify(load(ROOT / "openapi.yaml"))


@pytest.fixture
def farm(tmp_path) -> dict[str, Any]:
    """A document of several files, bundled."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return bundled(specify(load(tmp_path / "openapi.yaml")))


def run(*arguments: str | Path) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(main, ["bundle", *map(str, arguments)], catch_exceptions=False)


def links(data: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    """Yield the links of a document: operation, status, name, and the link."""
    for item in data["paths"].values():
        for operation in item.values():
            for status, response in (
                operation.get("responses", {}).items() if "responses" in operation else ()
            ):
                for name, link in response.get("links", {}).items():
                    yield operation.get("operationId", ""), status, name, link


def references(node: Any) -> Iterator[str]:
    """Yield the texts of all references."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and isinstance(node.get("$ref"), str):
        yield node["$ref"]
    for child in children:
        yield from references(child)


def test_several_files_become_one(farm):
    """Everything shared is a component once, under its own name; path items stand where they are used."""
    assert list(farm["components"]["schemas"]) == ["Animal", "cow", "Dog"]
    assert list(farm["components"]["responses"]) == ["animal"]
    assert list(farm["components"]["parameters"]) == ["id"]
    assert farm["components"]["examples"] == {"one": {"value": {"kind": "cow"}}}
    assert farm["paths"]["/animals"]["post"]["operationId"] == "addAnimal"
    assert "x-bundled" not in farm
    assert all(each.startswith("#/components/") for each in references(farm))
    validate(farm)


def test_its_references_lead_to_what_they_led_to(farm):
    """Also those of a discriminator, and those in a circle."""
    animal = farm["components"]["schemas"]["Animal"]
    cow, dog = ({"$ref": f"#/components/schemas/{name}"} for name in ("cow", "Dog"))

    assert animal["oneOf"] == [cow, dog]
    assert animal["discriminator"]["mapping"] == {"cow": cow["$ref"], "dog": dog["$ref"]}
    assert farm["components"]["schemas"]["cow"]["properties"]["calves"]["items"] == cow
    assert farm["components"]["schemas"]["Dog"]["properties"]["friend"] == {
        "$ref": "#/components/schemas/Animal"
    }


def test_the_five_are_valid_and_the_same(five):
    """What is written can be read again; only links have come to it."""
    data = bundled(five)
    validate(data)
    assert yaml.load(as_text(data, "yaml"), Loader=yaml.CSafeLoader) == data
    assert json.loads(as_text(data, "json")) == data

    plain = bundled(five, linked=False)
    assert plain == five.document.data
    for item in data["paths"].values():
        for operation in item.values():
            for response in operation["responses"].values() if "responses" in operation else ():
                response.pop("links", None)
    assert data == plain


def test_every_resource_that_is_shown_is_linked(five):
    """Whatever makes or shows a job leads to what can be done with it."""
    found = {(source, name): link["parameters"] for source, _, name, link in links(bundled(five))}

    assert found["createKragleJob", "deleteKragleJob"] == {"job_id": "$response.body#/id"}
    assert found["exportRendleyVideo", "getRendleyJob"] == {"id": "$response.body#/data/job_id"}
    assert found["deleteOpenReplayUser", "cancelOpenReplayJob"] == {
        "projectKey": "$request.path.projectKey",
        "jobId": "$response.body#/data/jobId",
    }
    assert found["listTaipyJobs", "getTaipyJob"] == {"job_id": "$response.body#/0/id"}
    assert found["cancelTaipyJob", "getTaipyJob"] == {"job_id": "$request.path.job_id"}
    # Its answer leaves the id out, so the request tells it.
    assert found["updateKragleJob", "getKragleJobById"] == {"job_id": "$request.path.job_id"}
    assert not [source for source, _ in found if source == "deleteTaipyJob"]


def test_every_link_fits_its_operation(five):
    """It names path parameters that are there, all of them, and an operation that exists."""
    for _, _, _, link in links(bundled(five)):
        target = five.operations[link["operationId"]]
        assert set(link["parameters"]) == {each.name for each in target.parameters if each.place == "path"}


def test_links_from_headers_and_to_operations_without_an_id(tmp_path):
    """A link of the document's own stays; where there is no operationId, a reference names the operation."""
    (tmp_path / "jobs.yaml").write_text(JOBS)
    data = bundled(specify(load(tmp_path / "jobs.yaml")))

    found = data["paths"]["/jobs"]["post"]["responses"]["201"]["links"]
    assert found["mine"] == {"operationId": "getJob"}
    assert found["getJob"] == {"operationId": "getJob", "parameters": {"id": "$response.header.X-Id"}}
    erase = found["DELETE-jobs-id"]
    assert pointer.read(data, pointer.parse(erase["operationRef"][1:]))["responses"].keys() == {"204"}
    assert "links" not in data["paths"]["/jobs/{id}"]["delete"]["responses"]["204"]
    validate(data)


def test_it_writes_a_file_as_its_name_says(tmp_path):
    """JSON for `.json`, YAML for all else."""
    assert run("-o", tmp_path / "one.json").exit_code == 0
    assert run("-o", tmp_path / "one.txt").exit_code == 0

    data = json.loads((tmp_path / "one.json").read_text())
    assert data == yaml.load((tmp_path / "one.txt").read_text(), Loader=yaml.CSafeLoader)


def test_samples_are_written_where_they_are_asked_for(tmp_path):
    """They ask where `--base-url` says."""
    ran = run(
        ROOT / "openapi.yaml", "--code-samples", "--base-url", "https://jobs.example.com", "--format", "json"
    )

    first = json.loads(ran.stdout)["paths"]["/v1/jobs"]["get"]["x-codeSamples"]
    assert [each["label"] for each in first] == ["curl", "Python", "JavaScript"]
    assert "https://jobs.example.com/v1/jobs" in first[0]["source"]


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["missing.yaml"], 2, "missing.yaml: There is no such file."),
        (["-o", "no/such/folder/x.yaml"], 2, "'no/such/folder/x.yaml' cannot be written"),
        (["https://example.com/api.yaml"], 2, "add --allow-remote"),
        (["--format", "toml"], 2, "'toml' is not one of"),
    ],
)
def test_wrong_use_is_told(arguments, status, told):
    """In a sentence, with the exit status for it."""
    ran = run(*arguments)

    assert ran.exit_code == status
    assert told in ran.output


def test_schemathesis_chains_calls_by_the_links(tmp_path):
    """It has nothing but the links to know which id goes where, and finds nothing wrong."""
    run("-o", tmp_path / "bundled.yaml")
    data = ROOT / "tests" / "data"
    server = Server(
        *("--clock", "manual", "--check-responses"),
        *("--principals", str(data / "schemathesis-principals.yaml")),
    )
    try:
        ran = subprocess.run(
            [
                *(Path(sys.executable).with_name("st"), "--config-file", data / "schemathesis.toml"),
                *("run", tmp_path / "bundled.yaml", "--url", server.url, "--phases", "stateful"),
                *("--max-examples", "60", "--no-color"),
                *("--report", "json", "--report-json-path", tmp_path / "report.json"),
            ],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=300,
        )
    finally:
        server.stop()

    assert ran.returncode == 0, ran.stdout + ran.stderr
    covered = re.search(r"API Links:\s+(\d+) covered / (\d+) selected", ran.stdout)
    assert covered, ran.stdout
    assert int(covered[2]) > 50, ran.stdout
    assert int(covered[1]) > 7, ran.stdout


def test_the_page_shows_what_is_written(five):
    """The options are those of the command, and the link is there."""
    page = PAGE.read_text()
    shown = set(re.findall(r"`(--[a-z-]+)", page))
    known = {name for each in main.commands["bundle"].params for name in (*each.opts, *each.secondary_opts)}
    assert shown <= known
    assert known - {"--links"} <= shown | {"-o", "document"}

    where, text = re.findall(r"```yaml\n# bundled(\S+)\n(.*?)```", page, re.DOTALL)[0]
    found = pointer.read(bundled(five), pointer.parse(where))
    for name, link in yaml.safe_load(text).items():
        assert found[name] == link

"""Lint on documents of its own: what is found beyond the page's snippets, where, and what is kept quiet."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from harness import ROOT
from real_documents import SPECS

from speckit.document import load
from speckit.specification import specify
from toolkit.lint.linting import Findings, lint
from understudy.cli import main

PETS = """
openapi: 3.1.0
info: {title: Pets, version: "1"}
paths:
  /pets:
    get:
      operationId: listPets
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
      responses:
        "200":
          description: Pets
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/Pet"}}
              example: [{id: 1, name: Rex}, {id: two, name: Tom}]
    post:
      operationId: createPet
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Pet"}
            examples: {without an id: {value: {name: Rex}}}
      responses:
        "201": {description: A pet, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
  /pets/{id}:
    get:
      operationId: getPet
      security: [{key: []}]
      parameters: [{name: id, in: path, required: true, schema: {type: integer}, example: first}]
      responses:
        "200": {description: A pet, content: {application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
  schemas:
    Pet:
      type: object
      required: [id, name]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string}
        secret: {type: string, writeOnly: true}
"""


def found(folder: Path, text: str, **options: Any) -> Findings:
    file = folder / "openapi.yaml"
    file.write_text(text, "utf-8")
    return lint(load(file, **options))


def told(findings: Findings) -> list[tuple[str, int]]:
    """Rule and line of each finding."""
    return [(each.rule, each.line) for each in findings.found]


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["lint", *arguments])


def line(text: str, part: str) -> int:
    return next(number for number, each in enumerate(text.splitlines(), 1) if part in each)


def test_a_plain_document_is_looked_at_too(tmp_path):
    """Most documents have no lifecycle on the day somebody tries this."""
    findings = found(tmp_path, PETS)

    assert told(findings) == [
        ("list-without-bounds", line(PETS, "name: limit")),
        ("example-breaks-schema", line(PETS, "id: two")),
        ("example-breaks-schema", line(PETS, "example: first")),
        ("missing-401", line(PETS, "example: first") + 1),
        ("missing-404", line(PETS, "example: first") + 1),
    ]


def test_an_example_of_a_request_may_leave_out_what_only_answers_have(tmp_path):
    """`readOnly` may be required and still is not sent; the answer's example has to have it."""
    text = PETS.replace("id: two, name: Tom", "name: Tom")

    findings = found(tmp_path, text)

    broken = [each.message for each in findings.found if each.rule == "example-breaks-schema"]
    assert len(broken) == 2
    assert '"id" is a required property' in broken[0]


def test_an_operation_that_needs_no_credentials_needs_no_401(tmp_path):
    findings = found(tmp_path, PETS.replace("security: [{key: []}]", "security: [{key: []}, {}]"))

    assert "missing-401" not in {each.rule for each in findings.found}


@pytest.mark.parametrize("code", ["'404'", "4XX", "default"])
def test_a_range_or_a_default_documents_a_404_too(tmp_path, code):
    text = PETS.replace(
        '      responses:\n        "200": {description: A pet,',
        f'      responses:\n        {code}: {{description: None}}\n        "200": {{description: A pet,',
    )

    assert "missing-404" not in {each.rule for each in found(tmp_path, text).found}


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        ("operationId: getPet", "operationId: getPet\n      x-understudy-ignore: missing-404", 1),
        (
            "operationId: getPet",
            "operationId: getPet\n      x-understudy-ignore: [missing-404, missing-401]",
            2,
        ),
        ("  /pets/{id}:", "  /pets/{id}:\n    x-understudy-ignore: [missing-404, example-breaks-schema]", 2),
        ("info:", "x-understudy-ignore: [list-without-bounds]\ninfo:", 1),
        ("operationId: listPets", "operationId: listPets\n      x-understudy-ignore: [missing-404]", 0),
    ],
)
def test_what_is_marked_in_the_document_is_quiet_there_and_below(tmp_path, before, after, left):
    findings = found(tmp_path, PETS.replace(before, after))

    assert findings.ignored == left
    assert len(findings.found) == 5 - left


def test_a_mark_in_a_component_is_quiet_where_it_is_used(tmp_path):
    """The example stands in the component, whoever refers to it."""
    text = PETS.replace(
        "name: {type: string}", "name: {type: string, example: 7, x-understudy-ignore: example-breaks-schema}"
    )

    assert found(tmp_path, text).ignored == 1


@pytest.mark.parametrize("value", ["7", "{a: b}", "[[]]", "null", "''"])
def test_a_mark_without_a_name_is_no_trouble(tmp_path, value):
    findings = found(tmp_path, PETS.replace("info:", f"x-understudy-ignore: {value}\ninfo:"))

    assert len(findings.found) - ("unknown-ignore" in {each.rule for each in findings.found}) == 5


def test_one_faulty_lifecycle_does_not_keep_others_from_being_looked_at(tmp_path):
    """People mend one thing at a time, and want to see what is left."""
    text = (
        PETS
        + """
x-resource-lifecycles:
  Pet:
    identity: {param: id, field: /id}
    initially: {id: $sequence, name: $request.body#/name}
    operations: {createPet: {role: create}, getPet: {role: get}, listPets: {role: lists}}
  Owner:
    identity: {field: /id}
    initially: {id: $id}
    state: {initial: new, states: {new: {category: final}}}
"""
    )

    rules = {each.rule for each in found(tmp_path, text).found}

    assert {"lifecycle-form", "final-without-outcome", "example-breaks-schema"} <= rules
    assert "stray-operation" not in rules


@pytest.mark.parametrize(
    "extension",
    [
        "[]",
        "7",
        "{Pet: 7}",
        "{Pet: []}",
        "{Pet: {identity: {field: /id}, operations: []}}",
        "{Pet: null}",
        "null",
    ],
)
def test_no_form_of_an_extension_ends_in_a_traceback(tmp_path, extension):
    findings = found(tmp_path, f"{PETS}\nx-resource-lifecycles: {extension}\n")

    assert "lifecycle-form" in {each.rule for each in findings.found}
    assert not findings.is_fine()


def test_every_fault_of_the_document_is_told_not_only_the_first(tmp_path):
    wrong = "".join(
        f"  /p{number}: {{get: {{operationId: o{number}, respones: {{}}}}}}\n" for number in range(70)
    )

    findings = found(tmp_path, f"openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n{wrong}")

    assert {each.line for each in findings.found if each.rule == "document-form"} == set(range(4, 74))


def test_the_place_of_a_finding_in_an_overlay_is_in_the_overlay(tmp_path):
    """That is the file that a person has to change."""
    overlay = tmp_path / "lives.yaml"
    overlay.write_text(
        yaml.safe_dump(
            {
                "overlay": "1.0.0",
                "info": {"title": "Lives", "version": "1"},
                "actions": [
                    {
                        "target": "$",
                        "update": {
                            "x-resource-lifecycles": {
                                "Pet": {
                                    "identity": {"param": "id", "field": "/id"},
                                    "state": {"initial": "new", "states": {"new": {"category": "final"}}},
                                    "initially": {"id": "$sequence"},
                                    "operations": {"createPet": {"role": "create"}},
                                }
                            }
                        },
                    }
                ],
            }
        ),
        "utf-8",
    )

    findings = found(tmp_path, PETS, overlays=[overlay])

    (late,) = [each for each in findings.found if each.rule == "final-without-outcome"]
    assert late.place.file == str(overlay)
    assert late.line == line(overlay.read_text("utf-8"), "new:")


def test_the_places_of_a_swagger_document_are_those_of_the_file(tmp_path):
    """It is upgraded before anybody looks at it, and nobody has seen that."""
    text = """
swagger: "2.0"
info: {title: Pets, version: "1"}
produces: [application/json]
paths:
  /pets/{id}:
    get:
      operationId: getPet
      parameters: [{name: id, in: path, required: true, type: integer}]
      responses:
        200: {description: A pet, schema: {$ref: "#/definitions/Pet"}}
definitions:
  Pet:
    type: object
    properties:
      id: {type: integer}
      name: {type: string, example: 7}
"""

    findings = found(tmp_path, text)

    assert ("example-breaks-schema", line(text, "example: 7")) in told(findings)
    assert ("missing-404", line(text, "responses:")) in told(findings)
    assert any(each.pointer == "definitions/Pet/properties/name/example" for each in findings.found)


def test_an_example_in_another_file_is_told_where_it_is_written(tmp_path):
    (tmp_path / "models.yaml").write_text(
        "Pet: {type: object, properties: {name: {type: string, example: 7}}}\n"
    )
    text = PETS.split("components:")[0].replace("#/components/schemas/Pet", "models.yaml#/Pet")
    text = text.replace("      security: [{key: []}]\n", "")

    findings = found(tmp_path, text)

    places = [(each.place.file, each.line) for each in findings.found if "Pet" in each.pointer]
    assert places == [(str(tmp_path / "models.yaml"), 1)]


def test_the_shipped_document_and_its_overlays_are_clean():
    """Warnings count here: who starts from our document starts from a sound one."""
    overlays = sorted((ROOT / "overlays").glob("*.yaml"))

    for overlay in ((), *(("--overlay", str(each)) for each in overlays)):
        result = asked("--strict", *overlay)
        assert (result.exit_code, result.output.count("\n")) == (0, 1), result.output
    assert overlays


def test_the_same_document_gives_the_same_text():
    text = str(ROOT / "examples" / "render_farm" / "openapi.yaml")

    assert asked(text, "--format", "sarif").output == asked(text, "--format", "sarif").output


def specimens() -> list[str]:
    index = ROOT.parent / "shared" / "corpus" / "index.csv"
    if not index.is_file():
        return []
    with index.open(encoding="utf-8") as lines:
        return sorted(each["file"].removeprefix("specs/") for each in csv.DictReader(lines))


@pytest.mark.parametrize("name", ["dkron-v2", "ga4gh-tes", "museum", "petstore3", "shotstack", "openeo"])
def test_real_documents_are_linted_without_a_traceback(name):
    files = [each for each in specimens() if each.startswith(f"{name}/")]
    if not files or not (SPECS / files[0]).is_file():
        pytest.skip("UNDERSTUDY_CORPUS names the folder of the corpus.")

    findings = lint(load(SPECS / files[0], fence=SPECS / name))

    assert all(each.message and each.line for each in findings.found)


def test_a_mark_inside_a_lifecycle_is_quiet_and_no_fault(tmp_path):
    """The document is still played: keys that start with x- are for others."""
    text = f"""{PETS}
x-resource-lifecycles:
  Pet:
    identity: {{param: id, field: /id, generate: $sequence}}
    initially: {{id: $id, name: $request.body#/name}}
    state:
      x-understudy-ignore: final-without-outcome
      initial: new
      states: {{new: {{category: final, x-origin: shelter}}}}
    operations: {{createPet: {{role: create}}, getPet: {{role: get}}, listPets: {{role: list}}}}
"""

    findings = found(tmp_path, text)

    assert findings.ignored == 1
    assert not {each.rule for each in findings.found} & {"lifecycle-form", "final-without-outcome"}
    assert specify(load(tmp_path / "openapi.yaml")).lifecycles


def test_states_that_their_fields_tell_apart_need_not_be_shown(tmp_path):
    text = """
x-resource-lifecycles:
  Pet:
    identity: {param: id, field: /id, generate: $sequence}
    initially: {id: $id, name: $request.body#/name}
    state:
      initial: new
      states: {new: {category: resting}, old: {category: resting, set: {/name: SET}}}
    transitions: [{name: age, from: new, to: old, trigger: $external}]
    operations: {createPet: {role: create}, getPet: {role: get}, listPets: {role: list}}
"""

    named = found(tmp_path, PETS + text.replace("SET", "Old"))
    alike = found(tmp_path, PETS + text.replace(", set: {/name: SET}", ""))

    assert "state-never-shown" not in {each.rule for each in named.found}
    assert "state-never-shown" in {each.rule for each in alike.found}


@pytest.mark.parametrize(
    ("otherwise", "responses", "is_told"),
    [
        ("", "", True),
        ("", '"409": {description: No},', False),
        ("", '"422": {description: No},', False),
        ("", "default: {description: No},", False),
        (", otherwise: [{effect: none, status: 200}]", "", False),
        (", otherwise: [{in: old, effect: none, status: 200}]", "", False),
        (", otherwise: [{in: new, effect: none, status: 200}]", "", True),
    ],
)
def test_a_trigger_needs_a_refusal_for_the_states_it_does_not_start_from(
    tmp_path, otherwise, responses, is_told
):
    text = PETS.replace(
        "components:\n",
        f"""  /pets/{{id}}/age:
    post:
      operationId: agePet
      parameters: [{{name: id, in: path, required: true, schema: {{type: integer}}}}]
      responses: {{{responses} "200": {{description: Done}}, "404": {{description: None}}}}
components:
""",
    )
    text += f"""
x-resource-lifecycles:
  Pet:
    identity: {{param: id, field: /id, generate: $sequence}}
    initially: {{id: $id, name: $request.body#/name}}
    state: {{initial: new, states: {{new: {{category: resting}}, old: {{category: resting}}}}}}
    transitions: [{{name: age, from: new, to: old, trigger: agePet}}]
    operations: {{createPet: {{role: create}}, getPet: {{role: get}}, agePet: {{role: trigger{otherwise}}}}}
"""

    messages = [each.message for each in found(tmp_path, text).found if each.rule == "refusal-undocumented"]

    assert messages == (
        ["agePet does nothing in 'old', and documents no answer that says so."] if is_told else []
    )

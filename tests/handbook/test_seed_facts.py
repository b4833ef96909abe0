"""Everything that the five APIs' own pages say of an endpoint is on the page that is built for it.

`facts.yaml` lists it, page by page. A fact is looked for where a reader would: a type in its row of its
table, a status under its heading, an example as JSON.
"""

import json
import re
from pathlib import Path

import pytest
import yaml

from handbook import operation, overview
from handbook.page import SITE
from speckit.document import load
from speckit.specification import specify

OPENAPI = Path(__file__).parents[2] / "openapi.yaml"
FACTS = yaml.safe_load(Path(__file__).with_name("facts.yaml").read_text("utf-8"))
SPECIFICATION = specify(load(OPENAPI))
CALLS = {f"{each.method} {each.path}": each for each in SPECIFICATION.operations.values()}
EXPECTED = [pytest.param(tag, each, id=each["call"]) for tag in FACTS for each in FACTS[tag]["calls"]]


class Reader:
    """Reads one page as somebody would who looks for something on it."""

    def __init__(self, call):
        self.text = operation.markdown(SPECIFICATION, CALLS[call], form=SITE, samples={})
        parts = re.split(r"^(#+ .*)$", self.text, flags=re.MULTILINE)
        self.sections = dict(zip(parts[1::2], parts[2::2], strict=True))

    def section(self, start):
        found = [text for title, text in self.sections.items() if title.lstrip("# ").startswith(start)]
        assert found, f"there is no section '{start}' in:\n{self.text}"
        return found[0]

    @property
    def top(self):
        title, text = next(iter(self.sections.items()))
        return f"{title}\n{text}"


def rows(section):
    """Return the rows of all tables of a section by their first cell."""
    lines = [line[2:-2].split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {cells[0].strip("`"): cells for cells in lines}


def examples(section):
    plain = re.sub(r"^ {4}", "", section, flags=re.MULTILINE) if "===" in section else section
    return [json.loads(text) for text in re.findall(r"```json\n(.*?)\n```", plain, flags=re.DOTALL)]


def holds(whole, part):
    """Return whether `part` is in `whole`, whatever else is there."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(k in whole and holds(whole[k], v) for k, v in part.items())
    if isinstance(part, list):
        return isinstance(whole, list) and all(any(holds(each, one) for each in whole) for one in part)
    return whole == part and type(whole) is type(part)


def assert_in(words, text):
    text = re.sub(r"\\([\W_])", r"\1", text)  # as it is read once it is rendered
    for each in words:
        assert each in text, f"'{each}' is not in:\n{text}"


@pytest.mark.parametrize("tag", FACTS)
def test_the_overview_has_the_facts_of_the_whole_page(tag):
    operations = [each for each in SPECIFICATION.operations.values() if tag in each.tags]
    text = overview.markdown(
        SPECIFICATION, tag, form=SITE, link_operation=str, link_resource=str, operations=operations
    )

    assert_in(FACTS[tag]["overview"], text)
    for each in FACTS[tag]["calls"]:
        method, path = each["call"].split(" ")
        assert f"| `{method}` | `{path}` |" in text


@pytest.mark.parametrize(("tag", "fact"), EXPECTED)
def test_method_path_summary_and_credential_are_there(tag, fact):
    page = Reader(fact["call"])
    method, path = fact["call"].split(" ")

    assert f"**`{method}`** `{path}`" in page.top
    assert CALLS[fact["call"]].tags == (tag,)
    assert_in(fact["summary"], page.top)
    assert_in(fact.get("security", ()), page.section("Authentication"))


@pytest.mark.parametrize(
    ("tag", "fact"), [each for each in EXPECTED if each.values[1].keys() & {"path", "query"}]
)
def test_each_parameter_has_its_type_default_and_bounds(tag, fact):
    page = Reader(fact["call"])

    for place in ("path", "query"):
        for name, (kind, required, default, *words) in fact.get(place, {}).items():
            row = rows(page.section(f"{place.capitalize()} parameters"))[name]
            assert row[1].split(" ")[0] == kind
            assert row[2:4] == [required, default]
            assert_in(words, row[4])


@pytest.mark.parametrize(("tag", "fact"), [each for each in EXPECTED if "body" in each.values[1]])
def test_each_field_of_the_request_body_is_there(tag, fact):
    section = Reader(fact["call"]).section("Request body")
    found = rows(section)

    assert f"`{fact['media']}`" in section
    for name, (kind, required, *words) in fact["body"].items():
        assert found[name][1].split(" ")[0] == kind
        assert found[name][2] == required
        assert_in(words, found[name][3])
    assert set(fact["body"]) == set(found)
    if "sent" in fact:
        assert any(holds(each, fact["sent"]) for each in examples(section))
    for name in fact.get("without", ()):
        assert any(name not in each for each in examples(section))


@pytest.mark.parametrize(("tag", "fact"), EXPECTED)
def test_each_status_has_its_fields_and_its_example(tag, fact):
    page = Reader(fact["call"])

    for status, said in fact["responses"].items():
        section = page.section(f"{status} {said['phrase']}")
        found = rows(section)
        for name, kind in said.get("fields", {}).items():
            assert name in found, f"{name} is not among {list(found)}"
            assert kind in found[name][1]
        assert_in(said.get("words", ()), section)
        if "example" in said:
            assert any(holds(each, said["example"]) for each in examples(section)), section


def test_the_name_that_a_job_does_not_get_is_null():
    """The page of Kragle says: name, default None."""
    shown = examples(Reader("GET /jobs/byid/{job_id}").section("200 OK"))

    assert any(each["name"] is None for each in shown)

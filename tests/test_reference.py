"""The reference pages say everything, and what they show is true."""

import re
from pathlib import Path

import orjson
import pytest

from speckit.conventions import KINDS
from speckit.expression import CALENDAR, OPERATORS, SOURCES
from speckit.form import form_faults
from speckit.plain_yaml import data
from speckit.source import read

ROOT = Path(__file__).parents[1]
PAGES = {
    "x-resource-lifecycles": ROOT / "docs" / "reference" / "lifecycles.md",
    "x-api-conventions": ROOT / "docs" / "reference" / "conventions.md",
}
NEEDED = {"x-resource-lifecycles": {"identity": {"field": "/id"}}, "x-api-conventions": {"paths": ["/"]}}
"""What an entry cannot do without, added where an example leaves it out."""
SHIPPED = read(ROOT / "openapi.yaml")


def schema(extension):
    return orjson.loads((ROOT / "speckit" / "vocabulary" / f"{extension}.schema.json").read_bytes())


def words(node):
    """Every name of a property, and every value of an enum, in a JSON Schema."""
    if isinstance(node, dict):
        yield from node["properties"] if isinstance(node.get("properties"), dict) else ()
        yield from (word for word in node.get("enum", ()) if isinstance(word, str))
    for below in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from words(below)


def examples():
    for extension, page in PAGES.items():
        for text in re.findall(r"^```yaml\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE):
            yield extension, text


def example(text):
    """Where an example belongs, from its first line, and what it holds."""
    first, _, rest = text.partition("\n")
    return first.removeprefix("# ").split("/"), data(rest)


def is_part(part, whole):
    """Whether everything in `part` is in `whole`: items of lists in any place, members under their key."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and is_part(value, whole[key]) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return all(any(is_part(item, other) for other in whole) for item in part)
    return part == whole


def known(name):
    return any(name in SHIPPED[extension] for extension in PAGES)


ALL = list(examples())
SHOWN = [(extension, text) for extension, text in ALL if known(example(text)[0][1])]


@pytest.mark.parametrize("extension", PAGES)
def test_every_word_of_a_vocabulary_is_explained(extension):
    """A key that is missing here can only be found in the source."""
    page = PAGES[extension].read_text()

    assert {word for word in words(schema(extension)) if f"`{word}`" not in page} == set()


def test_every_expression_is_explained():
    page = PAGES["x-resource-lifecycles"].read_text()

    assert {kind for kind in SOURCES if f"| `${kind}" not in page} == set()
    assert {operator for operator in OPERATORS if f"| `{{{operator}:" not in page} == set()
    assert {unit for unit in CALENDAR if f"`{unit}`" not in page} == set()


def test_every_kind_of_error_is_listed_with_its_status():
    page = PAGES["x-api-conventions"].read_text()

    assert {kind for kind, (status, _) in KINDS.items() if f"| `{kind}` | {status} |" not in page} == set()


@pytest.mark.parametrize(("extension", "text"), ALL)
def test_every_example_has_the_form_of_the_vocabulary(extension, text):
    path, value = example(text)

    for key in reversed(path[2:]):
        value = {"initial": "any", key: value} if key == "states" else {key: value}
    assert path[0] == extension
    assert form_faults(extension, {path[1]: {**NEEDED[extension], **value}}) == []


@pytest.mark.parametrize(("extension", "text"), SHOWN)
def test_every_example_of_an_api_is_cut_out_of_the_shipped_document(extension, text):
    """An example that the document has left behind would teach what is no longer so."""
    path, value = example(text)

    whole = SHIPPED
    for key in path:
        whole = whole[key]
    assert is_part(value, whole)


def test_most_examples_are_of_the_shipped_document():
    """The rule above would be worth nothing if no example fell under it."""
    assert len(SHOWN) > len(ALL) / 2

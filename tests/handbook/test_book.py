"""The book as a whole: where its pages are, and that they lead to each other."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from handbook import site
from handbook.book import book
from handbook.page import MARKDOWN, SITE, Book, Section
from speckit.document import Document, load
from speckit.specification import Specification, specify

ROOT = Path(__file__).parents[2]
DOCUMENTS = {"five APIs": ROOT / "openapi.yaml", "render farm": ROOT / "examples/render_farm/openapi.yaml"}
LINK = re.compile(r'(?:\]\(|href=")([^)#":\s]*)(#[^)"\s]+)?[)"]')
FENCED = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)


def specified(data: dict[str, Any], tmp_path: Path) -> Specification:
    file = tmp_path / "some.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False))
    return specify(load(file))


def document(*operations: tuple[str, str, list[str]]) -> dict[str, Any]:
    """A document of GET operations: path, id, tags."""
    paths = {
        path: {"get": {"operationId": name, "tags": tags, "responses": {"200": {"description": "It."}}}}
        for path, name, tags in operations
    }
    return {"openapi": "3.0.3", "info": {"title": "Some", "version": "1"}, "paths": paths}


def links(text: str) -> list[str]:
    """Where the links of a page lead, but for those to other hosts."""
    return [target for target, _ in LINK.findall(FENCED.sub("", text)) if target]


def paths(made: Book) -> list[str]:
    return [page.path for page in made.whole.pages()]


@pytest.mark.parametrize("form", [SITE, MARKDOWN])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_between_pages_leads_to_a_page(name: str, form: str) -> None:
    """A page that cannot be found may as well not be there."""
    made = book(specify(load(DOCUMENTS[name])), form=form)
    known = {*paths(made), *made.files}

    found = [
        (page.path, target)
        for page in made.whole.pages()
        for target in links(page.text)
        if posixpath.normpath(posixpath.join(posixpath.dirname(page.path), target)) not in known
    ]

    assert found == []
    assert sum(len(links(page.text)) for page in made.whole.pages()) > 100


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_operation_and_every_resource_has_a_page(name: str) -> None:
    specification = specify(load(DOCUMENTS[name]))
    made = book(specification)

    assert len(paths(made)) == len(set(paths(made)))
    assert paths(made)[0] == "index.md"
    for each in specification.operations.values():
        assert any(f"`{each.path}`" in page.text for page in made.whole.pages()), each.id


def test_a_resource_without_operations_stands_with_what_belongs_to_it() -> None:
    """Nobody looks for a workflow among the jobs of somebody else."""
    made = book(specify(load(DOCUMENTS["five APIs"])))

    assert "alteryx/alteryx-workflow.md" in paths(made)
    assert "openreplay/open-replay-project.md" in paths(made)


def test_the_document_in_it_has_the_samples() -> None:
    data = yaml.safe_load(book(specify(load(DOCUMENTS["five APIs"]))).files["openapi.yaml"])

    samples = data["paths"]["/v1/jobs"]["get"]["x-codeSamples"]
    assert [each["lang"] for each in samples] == ["Shell", "Python", "JavaScript"]
    assert data["info"] == load(DOCUMENTS["five APIs"]).data["info"]


def test_names_that_look_alike_get_pages_of_their_own(tmp_path: Path) -> None:
    made = book(specified(document(("/a", "getJob", ["Jobs"]), ("/b", "get_job", ["jobs"])), tmp_path))

    assert sorted(paths(made)) == [
        "index.md",
        "jobs-2/get-job.md",
        "jobs-2/index.md",
        "jobs/get-job.md",
        "jobs/index.md",
    ]


def test_an_operation_with_two_tags_is_listed_below_both(tmp_path: Path) -> None:
    """Who looks below the second should not think that there is nothing."""
    data = document(("/a", "one", ["A", "B"]), ("/b", "two", ["B", "C"]))
    data["tags"] = [{"name": "A"}, {"name": "B", "description": "The second."}]
    specification = specified(data, tmp_path)
    pages = {page.path: page.text for page in book(specification).whole.pages()}

    assert list(pages) == ["index.md", "a/index.md", "a/one.md", "b/index.md", "b/two.md", "c/index.md"]
    assert "The second." in pages["b/index.md"]
    assert "[one](../a/one.md)" in pages["b/index.md"]
    assert "[two](../b/two.md)" in pages["c/index.md"]
    assert "| [B](b/index.md) | 2 |" in pages["index.md"]


def test_where_one_tag_is_wanted_others_have_no_place(tmp_path: Path) -> None:
    specification = specified(document(("/a", "one", ["A", "B"])), tmp_path)

    assert paths(book(specification, only=["B"])) == ["index.md", "b/index.md", "b/one.md"]


def test_an_operation_is_found_by_the_name_that_generated_clients_give_it(tmp_path: Path) -> None:
    data = document(("/a", "getThing", ["x"]), ("/b", "getOther", ["x"]), ("/c", "", ["x"]))
    data["paths"]["/a"]["get"]["summary"] = "Look at it"
    del data["paths"]["/c"]["get"]["operationId"]
    pages = {page.path: page for page in book(specified(data, tmp_path)).whole.pages()}

    assert "\n\nOperation ID: `getThing`\n" in pages["x/get-thing.md"].text
    assert pages["x/get-other.md"].text.startswith("# getOther\n"), "where it has no other name"
    assert "Operation ID" not in pages["x/get-other.md"].text
    assert pages["x/get-other.md"].title == "getOther", "navigation and heading say the same"
    assert "Operation ID" not in pages["x/get-c.md"].text, "the document gives it none"


def test_names_of_files_and_placeholders_are_words(tmp_path: Path) -> None:
    data = document(("/a/{häh}", "getAVeryLongHähHTTPName", ["x"]))
    data["info"]["version"] = "2.3.0"
    data["paths"]["/a/{häh}"]["parameters"] = [
        {"name": "häh", "in": "path", "required": True, "schema": {"type": "string"}}
    ]
    pages = {page.path: page.text for page in book(specified(data, tmp_path), form=MARKDOWN).whole.pages()}

    assert "x/get-a-very-long-hah-http-name.md" in pages
    assert "/a/YOUR_HAH" in pages["x/get-a-very-long-hah-http-name.md"]
    assert "\nVersion 2.3.0.\n" in pages["index.md"]


def test_without_tags_operations_stand_together(tmp_path: Path) -> None:
    made = book(specified(document(("/a", "one", []), ("/b", "", [])), tmp_path))

    assert [section.title for section in made.whole.entries[1:]] == ["Operations"]


def test_samples_ask_where_they_are_told_to_or_where_the_document_says(tmp_path: Path) -> None:
    data = document(("/a", "one", ["x"]))
    data["servers"] = [{"url": "https://{place}.example/v1/", "variables": {"place": {"default": "eu"}}}]
    specification = specified(data, tmp_path)
    relative = specified({**data, "servers": [{"url": "/v1"}]}, tmp_path)

    assert "https://eu.example/v1/a" in text(book(specification))
    assert "http://h:1/a" in text(book(specification, base_url="http://h:1"))
    assert "http://localhost:8080/v1/a" in text(book(relative))


def text(made: Book) -> str:
    return "\n".join(page.text for page in made.whole.pages())


def test_the_same_document_makes_the_same_bytes() -> None:
    specification = specify(load(DOCUMENTS["render farm"]))

    assert book(specification) == book(
        specify(Document(specification.document.data, specification.document.source))
    )


def test_samples_ask_the_servers_that_an_operation_has_of_its_own(tmp_path: Path) -> None:
    """Uploads often have a host of their own."""
    data = document(("/a", "one", ["x"]), ("/b", "two", ["x"]))
    data["servers"] = [{"url": "https://api.example"}]
    data["paths"]["/a"]["servers"] = [{"url": "https://uploads.example"}]
    pages = {page.path: page.text for page in book(specified(data, tmp_path)).whole.pages()}

    assert "https://uploads.example/a" in pages["x/one.md"]
    assert "Served at `https://uploads.example`." in pages["x/one.md"]
    assert "https://api.example/b" in pages["x/two.md"]


def test_an_example_has_only_what_goes_its_way(tmp_path: Path) -> None:
    """A password is sent and never shown; an id is shown and never sent."""
    data = document(("/a", "one", ["x"]))
    schema = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "name": {"type": "string", "example": "Ann"},
            "password": {"type": "string", "writeOnly": True, "example": "hush"},
        },
    }
    content = {"application/json": {"schema": schema}}
    data["paths"]["/a"]["post"] = {
        "operationId": "make",
        "tags": ["x"],
        "requestBody": {"content": content},
        "responses": {"201": {"description": "Made.", "content": content}},
    }
    page = next(p.text for p in book(specified(data, tmp_path)).whole.pages() if p.path == "x/make.md")
    asked, answered = page.split("## Responses")

    assert '"password": "hush"' in asked
    assert '"id": 0' not in asked
    assert '"id": 0' in answered
    assert 'hush"\n' not in answered


def test_what_is_in_the_folder_besides_stays(tmp_path: Path) -> None:
    """A CNAME, say, without which the site loses its name."""
    made = book(specified(document(("/a", "one", ["x"]), ("/b", "two", ["x"])), tmp_path), form=MARKDOWN)
    fewer = book(specified(document(("/a", "one", ["x"])), tmp_path), form=MARKDOWN)
    folder = tmp_path / "pages"
    site.markdown(made, folder)
    (folder / "CNAME").write_text("docs.example")
    (folder / "x" / "mine.txt").write_text("mine")

    site.markdown(fewer, folder)

    assert (folder / "CNAME").read_text() == "docs.example"
    assert (folder / "x" / "mine.txt").read_text() == "mine"
    assert not (folder / "x" / "two.md").exists()


def test_the_first_page_says_who_is_behind_the_api(tmp_path: Path) -> None:
    data = document(("/a", "one", ["x"]))
    data["info"] |= {
        "contact": {"name": "The farm", "email": "farm@example.com"},
        "license": {"name": "MIT", "url": "https://example.com/mit"},
        "termsOfService": "https://example.com/terms",
    }
    data["externalDocs"] = {"url": "https://example.com/more", "description": "The long story"}

    first = next(book(specified(data, tmp_path)).whole.pages()).text

    assert "Contact: [The farm](mailto:farm@example.com)." in first
    assert "Licence: [MIT](https://example.com/mit)." in first
    assert "[Terms of service](https://example.com/terms)." in first
    assert "More: [The long story](https://example.com/more)." in first


KENNEL = Path(__file__).parent / "data" / "kennel.yaml"


@pytest.mark.parametrize("form", [SITE, MARKDOWN])
def test_tags_below_a_tag_are_sections_of_its_section(form: str) -> None:
    """OpenAPI 3.2 lets tags have parents; one without operations leads to those below it."""
    made = book(specify(load(KENNEL)), form=form)
    pages = {page.path: page.text for page in made.whole.pages()}

    (animals,) = [each for each in made.whole.entries if each.title == "Animals"]
    assert isinstance(animals, Section)
    assert [each.title for each in animals.entries] == ["Overview", "Pets"]
    assert "[Pets](../pets/index.md)" in pages["animals/index.md"]
    assert "Part of [Animals](../animals/index.md)." in pages["pets/index.md"]


def test_a_tag_that_says_what_an_operation_is_like_is_no_place_for_it() -> None:
    pages = {page.path: page.text for page in book(specify(load(KENNEL))).whole.pages()}

    assert "Badge: Beta." in pages["pets/search-pets.md"]
    assert not [path for path in pages if path.startswith("beta/")]


def test_tags_above_each_other_are_both_at_the_top(tmp_path: Path) -> None:
    """Nobody may hang a reader in a circle."""
    data = document(("/a", "one", ["x"]), ("/b", "two", ["y"]))
    data["tags"] = [
        {"name": "x", "parent": "y"},
        {"name": "y", "parent": "x"},
        {"name": "z", "parent": "gone"},
    ]

    made = book(specify(Document(data, tmp_path / "openapi.yaml")))

    assert [each.title for each in made.whole.entries[1:]] == ["x", "y"]


def test_the_first_page_says_where_the_api_is_and_who_may_call_it(tmp_path: Path) -> None:
    """Both are asked for before anybody knows which tag to open."""
    data = document(*((f"/{n}", f"get{n}", ["x"]) for n in range(10)))
    data["servers"] = [{"url": "https://api.example.com/v2", "description": "Production"}]
    data["security"] = [{"key": []}]
    scheme = {"type": "http", "scheme": "bearer", "description": "From the console."}
    data["components"] = {"securitySchemes": {"key": scheme}}
    for number in range(9):
        data["paths"][f"/{number}"]["get"]["security"] = []
    contact = {"name": "API team", "email": "api@example.com", "url": "https://example.com"}
    data["info"]["contact"] = contact

    first = next(book(specified(data, tmp_path)).whole.pages()).text

    assert "## Base URL\n\n-   `https://api.example.com/v2`: Production\n" in first
    assert "From the console." in first.split("## Authentication")[1]
    assert "Not needed for 9 of the operations." in first
    assert "Contact: [API team](https://example.com), [api@example.com](mailto:api@example.com)." in first


def test_the_first_page_says_what_each_tag_is_about() -> None:
    first = next(book(specify(load(KENNEL))).whole.pages()).text

    assert "| [Animals](animals/index.md) | 0 | Everything that barks. |" in first
    assert "More of it." not in first, "the first paragraph is enough here"


def test_methods_that_are_new_in_openapi_have_pages_and_samples() -> None:
    made = book(specify(load(KENNEL)))
    pages = {page.path: page.text for page in made.whole.pages()}
    item = yaml.safe_load(made.files["openapi.yaml"])["paths"]["/pets"]

    assert "**`QUERY`** `/pets`" in pages["pets/search-pets.md"]
    assert "curl --request COPY" in pages["pets/copy-pets.md"]
    assert "--request QUERY" in item["query"]["x-codeSamples"][0]["source"]
    assert "--request COPY" in item["additionalOperations"]["COPY"]["x-codeSamples"][0]["source"]

"""References: followed inside the fence, refused outside, never fetched."""

import pytest

from speckit.document import load
from speckit.faults import DocumentFaults
from speckit.gathering import bundle
from speckit.references import deref, references, resolve


def bundled(tmp_path, data, fence=None):
    return bundle(data, tmp_path / "openapi.yaml", fence or tmp_path)


def refusal(tmp_path, ref):
    with pytest.raises(DocumentFaults) as caught:
        bundled(tmp_path, {"components": {"schemas": {"Job": {"$ref": ref}}}})
    return str(caught.value)


@pytest.mark.parametrize(
    "ref",
    [
        "http://a.test/x.yaml",
        "https://a.test/x",
        "ftp://a.test/x",
        "file:///etc/passwd",
        "//a.test/x",
        "urn:a:b",
    ],
)
def test_nothing_is_fetched(tmp_path, ref):
    assert "is remote, and nothing is fetched" in refusal(tmp_path, ref)


@pytest.mark.parametrize("ref", ["../x.yaml", "/etc/passwd", "%2e%2e/x.yaml", "a/../../x.yaml#/a"])
def test_the_fence_is_not_left(tmp_path, ref):
    assert "outside" in refusal(tmp_path, ref)


def test_a_symbolic_link_does_not_lead_over_the_fence(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.yaml").write_text("a: 1")
    (inside / "link.yaml").symlink_to(tmp_path / "secret.yaml")

    assert "outside" in refusal(inside, "link.yaml")


@pytest.mark.parametrize("ref", ["\0", "none.yaml", ".", "http://[", "x" * 5000])
def test_a_name_that_is_no_file_is_a_fault(tmp_path, ref):
    assert "1 fault" in refusal(tmp_path, ref)


def test_a_dangling_reference_names_the_nearest(tmp_path):
    assert "Did you mean 'Job'?" in refusal(tmp_path, "#/components/schemas/Jbo")


def test_a_reference_to_itself_ends_in_a_fault(tmp_path):
    assert "100 references" in refusal(tmp_path, "#/components/schemas/Job")


def test_files_that_refer_to_each_other_are_bundled(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "type: object\nproperties:\n  b: {$ref: 'b.yaml#/B'}\n  me: {$ref: '#'}\n"
    )
    (tmp_path / "b.yaml").write_text(
        "B: {properties: {a: {$ref: ./a.yaml}, home: {$ref: 'openapi.yaml#/components'}}}\n"
    )
    data = {"components": {"schemas": {"A": {"$ref": "a.yaml"}}}}

    result = bundled(tmp_path, data)

    assert all(ref.startswith("#") for _, _, ref in references(result))
    assert resolve(result, "#/components/schemas/A/properties/b/properties/a/type") == "object"
    assert resolve(result, "#/x-bundled/b/B/properties/home") is result["components"]
    assert data == {"components": {"schemas": {"A": {"$ref": "a.yaml"}}}}


def test_a_fault_in_another_file_is_placed_there(tmp_path):
    (tmp_path / "openapi.yaml").write_text(
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\ncomponents: {schemas: {A: {$ref: a.yaml}}}\n"
    )
    (tmp_path / "a.yaml").write_text("type: object\nproperties:\n  x: {$ref: '#/nowhere'}\n")

    with pytest.raises(DocumentFaults) as caught:
        load(tmp_path / "openapi.yaml", strict=True)

    assert "a.yaml:3" in str(caught.value)


def test_what_only_looks_like_a_reference_is_left_alone(tmp_path):
    data = {
        "properties": {"$ref": {"type": "string"}, "example": {"type": "string"}},
        "example": {"$ref": "http://a.test"},
        "default": {"$ref": "nowhere"},
        "enum": [{"$ref": "nowhere"}],
        "const": {"$ref": "nowhere"},
        "examples": {"one": {"value": {"$ref": "nowhere"}}},
        "x-more": {"$ref": "nowhere"},
    }

    assert bundled(tmp_path, data) == data


def test_names_of_properties_and_responses_are_not_keywords():
    node = {"$ref": "#/a"}
    data = {
        "properties": {"default": node, "x-a": {"$ref": "#/b"}},
        "responses": {"default": {"$ref": "#/c"}},
    }

    assert sorted(ref for _, _, ref in references(data)) == ["#/a", "#/b", "#/c"]


def test_segments_are_unescaped_and_decoded():
    assert resolve({"a/b": {"c d": {"~": [1, 2]}}}, "#/a~1b/c%20d/~0/1") == 2


def test_a_node_without_a_reference_is_itself():
    assert deref({}, {"type": "string"}) == {"type": "string"}


def test_a_file_of_plain_text_is_bundled(tmp_path):
    (tmp_path / "a.yaml").write_text("just text")

    assert resolve(bundled(tmp_path, {"paths": {"/a": {"$ref": "a.yaml"}}}), "#/paths/~1a") == "just text"


@pytest.mark.parametrize("ref", ["#/a/9", "#/a/x", "#/b", "#anchor", "other.yaml", "#/a/0/z"])
def test_what_cannot_be_resolved_is_a_lookup_error(ref):
    with pytest.raises(LookupError):
        resolve({"a": [1]}, ref)

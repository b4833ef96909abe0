"""Loading: what is read, and that whatever is wrong is a fault with a line."""

import pytest

from speckit.document import load
from speckit.faults import DocumentFaults
from speckit.source import read

HEAD = "openapi: 3.1.0\ninfo: {title: Jobs, version: '1'}\n"


@pytest.fixture
def write(tmp_path):
    def write(text, name="openapi.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refusal(path, **options):
    with pytest.raises(DocumentFaults) as caught:
        load(path, **options)
    return str(caught.value)


def test_a_sound_document_is_loaded(write):
    assert load(write(HEAD + "paths: {}\n")).data["paths"] == {}


def test_keys_are_text_and_timestamps_stay_text(write):
    data = read(
        write("200: ok\ntrue: 1\nday: 2024-01-01\nanswer: yes\nsix: 06\nhex: 0x10\nhalf: .5\nnone: ~\n")
    )

    assert data == {"200": "ok", "true": 1, "day": "2024-01-01", "answer": "yes", "six": 6, "hex": 16,
                    "half": 0.5, "none": None}  # fmt: skip


def test_templates_in_text_are_left_untouched(write):
    """A document is data: nothing in it is ever rendered."""
    assert read(write("a: '{{ 7 * 7 }}'\nb: x {{ name }}\n")) == {"a": "{{ 7 * 7 }}", "b": "x {{ name }}"}


def test_merge_keys_are_completed_by_the_mapping_itself(write):
    assert read(write("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n"))["b"] == {"x": 1, "y": 3}


BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
)
CHAIN = "a0: &a0 {x: 1}\n" + "".join(f"a{i}: &a{i} {{x: *a{i - 1}}}\n" for i in range(1, 400))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The file is empty"),
        ("# only a comment\n", "The file is empty"),
        (b"a: \xff\xfe", "not UTF-8"),
        (b"a: 1\n\nb: \xff", "openapi.yaml:3"),
        ("a:\n\tb: 1\n", "not with a tab"),
        ("a: [1\nb: 2\n", "not YAML"),
        ("a: \x01\n", "control character"),
        ("a: 1\nb: 2\na: 3\n", "openapi.yaml:3, (root): The key 'a' is given twice"),
        ("200: 1\n'200': 2\n", "given twice"),
        ("a: {{ name }}\n", "in quotes"),
        ("a: !!python/object:os.system x\n", "tag"),
        ("a: &a [*a]\n", "no anchor"),
        ("a: 1\n---\na: 2\n", "2 YAML documents"),
        ("[" * 300 + "]" * 300, "deeper than 200"),
        ("[" * 100_000, "deeper than 200"),
        (BOMB, "1,000,000 nodes"),
        (CHAIN, "deeper than 200"),
        ("- a\n", "is a mapping"),
        ("swagger: '1.2'\n", "'1.2' is not known"),
        ("swagger: 2.0\n", "in quotes"),
        ("info: {}\n", "'openapi' is missing"),
        ("openapi: 3.1\n", "in quotes"),
        ("openapi: 4.0.0\n", "not known"),
    ],
)
def test_what_cannot_be_read_is_a_fault(write, text, says):
    assert says in refusal(write(text))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a": 1,\n}', "openapi.json:1, (root): This is not JSON: trailing comma"),
        ("", "empty"),
        ("[" * 100_000, "JSON"),
        ('{"a": ' * 300 + "1" + "}" * 300, "deeper than 200"),
        ('{"a": NaN}', "not JSON"),
    ],
)
def test_what_is_not_json_is_a_fault(write, text, says):
    assert says in refusal(write(text, "openapi.json"))


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path):
    assert "no such file" in refusal(tmp_path / "none.yaml")
    assert "a folder" in refusal(tmp_path)


def test_a_pointer_has_the_line_of_its_deepest_part(write):
    document = load(
        write(HEAD + "paths:\n  /jobs:\n    get:\n      responses: {default: {description: ok}}\n")
    )

    assert document.place(("paths", "/jobs", "get")).line == 5
    assert document.place(("paths", "/jobs", "get", "nowhere")).line == 5


def test_json_has_lines_too(write):
    text = (
        '{\n"openapi": "3.1.0",\n"info": {"title": "\\ud83d\\ude00", "version": "1"},\n"paths": {\n"/a": {}}}'
    )

    assert load(write(text, "openapi.json")).place(("paths", "/a")).line == 5


def test_faults_come_in_reading_order(write):
    text = HEAD + "paths:\n  b: {}\n  a: {}\n"

    assert refusal(write(text)).index("'b'") < refusal(write(text)).index("'a'")


def test_what_an_overlay_added_is_placed_in_the_overlay(write):
    overlay = write(
        "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n"
        "- target: $.paths\n  update:\n    /new:\n      get: {responses: {default: {description: ok}}}\n",
        "more.yaml",
    )

    document = load(write(HEAD + "paths: {}\n"), overlays=[overlay])

    place = document.place(("paths", "/new", "get"))
    assert (place.file, place.line) == (str(overlay), 7)


def test_an_overlay_that_does_nothing_names_its_own_line(write):
    overlay = write(
        "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n- target: $.pahts\n  remove: true\n",
        "o.yaml",
    )

    said = refusal(write(HEAD + "paths: {}\n"), overlays=[overlay])

    assert "o.yaml:4" in said
    assert "Did you mean 'paths'?" in said

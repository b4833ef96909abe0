"""What the OpenAPI Initiative holds readers to: its own examples, sound and unsound, and overlays applied."""

import pytest
from real_documents import SPECS

from speckit.document import load
from speckit.faults import DocumentFaults
from speckit.overlay import apply
from speckit.source import read

OVERLAYS = SPECS / "overlay-compliant-sets"
MISSING = pytest.mark.skipif(
    not OVERLAYS.is_dir(), reason="UNDERSTUDY_CORPUS names the folder of the corpus."
)
APPLIED = sorted((OVERLAYS / "compliant-sets").glob("*"))
FORMS = sorted((OVERLAYS / "tests").glob("v1.[01]/*/*.yaml"))
DOCUMENTS = sorted(SPECS.glob("oai-schema-suite-3[12]/tests/schema/*/*.yaml"))

NOT_SEEN = {
    "parameter-object-header-name.yaml": "the schema that is installed is older than the rule",
}
"""What is wrong and not found, and why."""

NOT_FETCHED = {"security-scheme-object-examples.yaml"}
"""What refers to a file on the network."""


def name(path):
    return "/".join(path.parts[-3:])


def test_the_suites_are_there_as_a_whole():
    if not OVERLAYS.is_dir():
        pytest.skip("UNDERSTUDY_CORPUS names the folder of the corpus.")

    assert (len(APPLIED), len(FORMS) > 30, len(DOCUMENTS) > 60) == (5, True, True)


@MISSING
@pytest.mark.parametrize("folder", APPLIED, ids=name)
def test_an_overlay_makes_what_it_should(folder):
    made = apply(read(folder / "openapi.yaml"), read(folder / "overlay.yaml"))

    assert made == read(folder / "output.yaml")


@MISSING
@pytest.mark.parametrize("file", FORMS, ids=name)
def test_an_overlay_has_the_form_of_its_version_or_is_refused(file):
    """Applied to an empty document, where only targets that are named can be missing."""
    try:
        apply({"info": {}, "paths": {"/foo": {}, "/bar": {}}}, read(file))
        faults = []
    except DocumentFaults as refusal:
        faults = [each for each in refusal.faults if "selects nothing" not in each.message]

    assert bool(faults) == (file.parent.name == "fail"), [str(each) for each in faults]


@MISSING
@pytest.mark.parametrize("file", [each for each in DOCUMENTS if each.name not in NOT_SEEN], ids=name)
def test_a_document_has_the_form_of_its_version_or_is_refused(file):
    try:
        load(file, strict=True)
        faults = []
    except DocumentFaults as refusal:
        faults = [str(each) for each in refusal.faults]

    expected = file.parent.name == "fail" or file.name in NOT_FETCHED
    assert bool(faults) == expected, faults


@MISSING
@pytest.mark.parametrize("file", [each for each in DOCUMENTS if each.parent.name == "pass"], ids=name)
def test_a_sound_document_loses_nothing_to_tolerance(file):
    """Mending is for what is wrong: what is right comes out as it was written."""
    document = load(file)

    assert document.fault_count == (file.name in NOT_FETCHED)
    if not document.fault_count:
        assert document.data == read(file)

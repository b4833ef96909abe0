"""Faults say where, what and what would work."""

from speckit.faults import DocumentFaults, Fault, Place, did_you_mean


def test_a_located_fault_starts_with_its_file_and_line():
    fault = Fault(
        ("x-resource-lifecycles", "Job", 3), "'haltd' is no state.", "Use halted.", Place("a.yaml", 4)
    )

    assert str(fault) == "a.yaml:4, x-resource-lifecycles/Job/3: 'haltd' is no state. Use halted."


def test_a_fault_without_a_place_starts_with_its_path():
    assert str(Fault(("paths", "/jobs"), "Wrong.")) == "paths/~1jobs: Wrong."


def test_the_root_of_a_document_has_a_name():
    assert str(Fault((), "Wrong.")) == "(root): Wrong."
    assert str(Fault((), "Wrong.", place=Place("jobs.yaml", 3))) == "jobs.yaml:3, (root): Wrong."
    assert str(Fault((), "Not there.", place=Place("jobs.yaml"))) == "jobs.yaml: Not there."


def test_document_faults_are_counted_before_they_are_listed():
    assert (
        str(DocumentFaults([Fault((), "One."), Fault((), "Two.")])) == "2 faults:\n(root): One.\n(root): Two."
    )


def test_a_near_name_is_suggested():
    assert did_you_mean("haltd", ["queued", "halted"]).endswith("Did you mean 'halted'?")


def test_a_long_list_is_cut_to_the_nearest_names():
    hint = did_you_mean("name7", [f"name{i}" for i in range(100)])

    assert hint.count(",") == 7
    assert "and 92 more" in hint


def test_nothing_known_is_nothing_said():
    assert did_you_mean("a", []) == ""

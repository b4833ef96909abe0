"""A finding is known again by what is the same in every run."""

from __future__ import annotations

from dataclasses import replace

import orjson

from contracts.finding import Finding, Judgement, Subject, Tally
from contracts.report.baseline import Known, compared, known_as, read, written

LIST, GET = Subject("Job", "listJobs"), Subject("Job", "getJob")


def found(law: str, subject: Subject, cause: str, happened: str = "Job j1 is wrong.") -> Finding:
    return Finding(law, subject, "It is right.", "a.yaml:1 x", happened, (), cause=cause)


def run(*findings: Finding, tried: tuple[tuple[str, Subject], ...] = ()) -> Judgement:
    broken = [Tally(each.law, each.subject, tried=1, broken=1) for each in findings]
    return Judgement(
        "a.yaml", "http://h", findings=findings, tallies=[*broken, *(Tally(*pair, tried=1) for pair in tried)]
    )


def test_ids_and_sentences_make_no_difference() -> None:
    """The next run makes other resources."""
    one = found("documented-body", GET, "409 /error", "Job job_1f is running.")
    other = found("documented-body", GET, "409 /error", "Job job_2e is done.")

    judgement = compared(run(other), read(written(run(one))))

    assert [each.is_known for each in judgement.findings] == [True]
    assert judgement.exit_status == 0
    assert b"job_1f" not in written(run(one))


def test_another_place_or_status_is_another_finding() -> None:
    known = read(written(run(found("documented-body", GET, "409 /error"))))

    for cause in ("404 /error", "409 /code"):
        assert compared(run(found("documented-body", GET, cause)), known).exit_status == 1
    assert known_as(found("x", GET, "409/error/7 is none")).cause == "409/error/# is none"
    assert known_as(found("x", GET, "id job-7 409")) == Known("x", "Job", "getJob", "id # 409")


def test_what_was_tried_and_is_kept_is_gone() -> None:
    """What was not tried may be there still."""
    known = read(written(run(found("ordered", LIST, ""), found("isolation", GET, ""))))

    judgement = compared(run(tried=(("ordered", LIST),)), known)

    assert judgement.gone == ["ordered  Job, listJobs"]
    assert judgement.exit_status == 0


def test_a_baseline_that_is_written_again_keeps_what_was_not_judged() -> None:
    """Half of a run would make the other half red."""
    before = read(written(run(found("ordered", LIST, ""), found("isolation", GET, ""))))

    after = written(run(found("unique-id", LIST, ""), tried=(("ordered", LIST),)), before)

    assert {each["law"] for each in orjson.loads(after)["findings"]} == {"isolation", "unique-id"}


def test_one_that_is_new_counts_beside_others() -> None:
    known = read(written(run(found("ordered", LIST, ""))))

    judgement = compared(run(found("ordered", LIST, ""), found("isolation", GET, "")), known)

    assert [each.is_known for each in judgement.findings] == [True, False]
    assert judgement.exit_status == 1
    assert replace(judgement, ended="It broke off.").exit_status == 2

"""Answers of a shape that the document does not have."""

from __future__ import annotations

from tests.contracts.broken.documents import ALTERYX, FARM, KRAGLE, OPENREPLAY, RENDLEY, TAIPY
from tests.contracts.broken.fault import answering
from tests.contracts.broken.parts import jobs
from tests.contracts.broken.wire import Answer, Asked


@answering(RENDLEY, "documented-body", "A flag is written as text where one job is read.", of="getRendleyJob")
def flag_as_text(answer: Answer, _asked: Asked) -> None:
    for job in answer.shown("acknowledged"):
        job["acknowledged"] = str(job["acknowledged"]).lower()


@answering(RENDLEY, "documented-body", "A job that came with a project of its own has a null as its source.")
def null_for_empty(answer: Answer, _asked: Asked) -> None:
    for job in answer.shown("source_id"):
        job["source_id"] = job["source_id"] or None


@answering(
    KRAGLE, "documented-body", "Lists hold 0 and 1 for booleans, as the database does.", of="listKragleJobs"
)
def numbers_for_flags(answer: Answer, _asked: Asked) -> None:
    for job in answer.shown("do_del"):
        job["do_run"], job["do_del"] = int(job["do_run"]), int(job["do_del"])


@answering(KRAGLE, "documented-body", "A job without a next run has no such member at all.")
def nulls_left_out(answer: Answer, _asked: Asked) -> None:
    for job in answer.shown("next_run"):
        if job["next_run"] is None:
            del job["next_run"]


@answering(ALTERYX, "documented-body", "A job without outputs has null instead of an empty array.")
def null_for_no_outputs(answer: Answer, _asked: Asked) -> None:
    for job in answer.shown("outputs"):
        job["outputs"] = job["outputs"] or None


@answering(ALTERYX, "documented-body", "What does not exist is told as plain text.", on=404)
def error_as_text(answer: Answer, _asked: Asked) -> None:
    answer.write(str(answer.json["message"]).encode())
    answer.put("content-type", "text/plain; charset=utf-8")


@answering(OPENREPLAY, "documented-body", "Lists write ids as text.", of="listOpenReplayJobs")
def ids_as_text(answer: Answer, _asked: Asked) -> None:
    for job in answer.shown("jobId"):
        job["jobId"] = str(job["jobId"])


@answering(OPENREPLAY, "known-state", "A job that is read is 'canceled', in one L.", of="getOpenReplayJob")
def other_spelling(answer: Answer, asked: Asked) -> None:
    for _, job in jobs(asked, answer):
        job["status"] = job["status"].replace("cancelled", "canceled")


@answering(TAIPY, "documented-body", "A job that has not failed has null for a stack trace.")
def null_for_no_trace(answer: Answer, _asked: Asked) -> None:
    for job in answer.shown("stacktrace"):
        job["stacktrace"] = job["stacktrace"] or None


@answering(TAIPY, "known-state", "Lists shorten the states to their last word.", of="listTaipyJobs")
def states_cut_short(answer: Answer, asked: Asked) -> None:
    for _, job in jobs(asked, answer):
        job["status"] = job["status"].removeprefix("Status.")


@answering(FARM, "documented-body", "A refusal is a problem by its body and not by its media type.", on=409)
def problem_as_json(answer: Answer, _asked: Asked) -> None:
    answer.put("content-type", "application/json")


@answering(FARM, "documented-body", "Projects have a member that their schema shuts out.", of="listProjects")
def member_too_many(answer: Answer, _asked: Asked) -> None:
    for project in answer.shown("region"):
        project["owner"] = None


@answering(
    FARM, "documented-body", "A scene that is found by its slug has its number as text.", of="getSceneBySlug"
)
def number_as_text(answer: Answer, _asked: Asked) -> None:
    for scene in answer.shown("slug"):
        scene["id"] = str(scene["id"])

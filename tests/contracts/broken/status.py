"""Answers that are not the documented ones."""

from __future__ import annotations

from tests.contracts.broken.documents import ALTERYX, FARM, KRAGLE, OPENREPLAY, RENDLEY, TAIPY
from tests.contracts.broken.fault import answering, asking, fault
from tests.contracts.broken.wire import Answer, Asked, Server

JSON = "application/json"


@answering(RENDLEY, "documented-status", "A created job is answered with 201.", of="exportRendleyVideo")
def created_for_ok(answer: Answer, _asked: Asked) -> None:
    answer.status = 201


@answering(
    RENDLEY, "missing-answer", "A job that does not exist is a null with 200.", of="getRendleyJob", on=404
)
def missing_is_null(answer: Answer, _asked: Asked) -> None:
    answer.become(200, {"data": None})


@fault(RENDLEY, "valid-accepted", "A media type with a charset is refused.", of="updateRendleyJob")
async def charset_refused(asked: Asked, server: Server) -> Answer:
    if asked.headers.get("content-type", JSON) == JSON:
        return await server.ask(asked)
    return await server.ask(asked.saying(content_type="text/plain"))


@fault(RENDLEY, "valid-accepted", "An update that names nothing is refused.", of="updateRendleyJob")
async def empty_update_refused(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.is_success and asked.json == {}:
        answer.become(400, {"error": {"code": "BAD_REQUEST", "message": "There is nothing to change."}})
    return answer


@answering(KRAGLE, "missing-answer", "A job that does not exist is a 404.", of="getKragleJobById", on=500)
def missing_is_404(answer: Answer, _asked: Asked) -> None:
    if answer.json["code"] == 6:
        answer.status = 404


@answering(KRAGLE, "missing-parent", "A stack that does not exist is told as the schedule.", on=500)
def wrong_parent_blamed(answer: Answer, _asked: Asked) -> None:
    if answer.json["code"] == 24:
        answer.json["code"] = 25


@fault(KRAGLE, "valid-accepted", "A job without a name is refused.", of="createKragleJob")
async def name_demanded(asked: Asked, server: Server) -> Answer:
    if isinstance(asked.json, dict) and "name" not in asked.json:
        return await server.ask(asked.holding({**asked.json, "name": ""}))
    return await server.ask(asked)


@answering(
    ALTERYX,
    "missing-parent",
    "A workflow that nobody knows has no jobs.",
    of="listAlteryxWorkflowJobs",
    on=404,
)
def unknown_parent_is_empty(answer: Answer, _asked: Asked) -> None:
    answer.become(200, [])


@answering(ALTERYX, "credential-needed", "Who says nothing of himself is answered with 403.", on=401)
def forbidden_for_unauthorized(answer: Answer, asked: Asked) -> None:
    if not asked.credential:
        answer.status = 403


@answering(OPENREPLAY, "answer-as-declared", "Every refused cancel says the job was completed.", on=400)
def wrong_reason(answer: Answer, _asked: Asked) -> None:
    answer.json["error"] = answer.json["error"].replace("already been cancelled", "already been completed")


@fault(OPENREPLAY, "missing-parent", "A project that nobody knows is a 404.", of="getOpenReplayJob")
async def unknown_project_is_404(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if (
        answer.status == 401
        and (await server.ask(asked.reading("/public/3sWXSsqHgSKnE87YkNJK/jobs"))).is_success
    ):
        answer.become(404, {"error": "project not found"}).put("www-authenticate", None)
    return answer


@answering(OPENREPLAY, "missing-answer", "An id that is no number is one that does not exist.", on=400)
def malformed_is_missing(answer: Answer, _asked: Asked) -> None:
    if "invalid syntax" in answer.json["error"]:
        answer.become(404, {"error": "job not found"})


@answering(TAIPY, "documented-status", "A cancel is answered with 200 and a message.", of="cancelTaipyJob")
def ok_for_no_content(answer: Answer, asked: Asked) -> None:
    answer.become(200, {"message": f"Job {asked.id} was canceled."})


@answering(
    TAIPY, "missing-answer", "A cancel of what does not exist is a success.", of="cancelTaipyJob", on=404
)
def missing_is_done(answer: Answer, _asked: Asked) -> None:
    answer.become(204).put("content-length", None)


@fault(
    TAIPY, "missing-parent", "A job can be made of a configuration that does not exist.", of="createTaipyJob"
)
async def unknown_parent_taken(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    return answer if answer.status != 404 else await server.ask(asked.asking(task_id="my_config"))


@answering(TAIPY, "answer-as-declared", "What was deleted is not named.", of="deleteTaipyJob")
def nothing_named(answer: Answer, _asked: Asked) -> None:
    answer.json["message"] = "Job was deleted."


@asking(TAIPY, "valid-accepted", "A task's id is not taken for a configuration.", of="createTaipyJob")
def documented_value_refused(asked: Asked) -> Asked:
    known = asked.query.get("task_id", "")
    return asked.asking(task_id="?" + known) if known.startswith("TASK_") else asked


@answering(
    FARM, "answer-as-declared", "A render that did not run yet is said to be stopped soon.", of="cancelRender"
)
def withdrawn_is_accepted(answer: Answer, _asked: Asked) -> None:
    if answer.status == 200:
        answer.status = 202
        answer.put("retry-after", "1")


@answering(
    FARM,
    "missing-parent",
    "A frame of a scene that does not exist is a bad request.",
    of="createFrame",
    on=422,
)
def unknown_scene_is_invalid(answer: Answer, _asked: Asked) -> None:
    answer.become(400, {"error": {"code": "invalidBody", "message": "There is no such scene."}})


@answering(
    FARM, "missing-answer", "What happened to an unknown render is: nothing.", of="getRenderEvents", on=404
)
def nothing_happened(answer: Answer, asked: Asked) -> None:
    answer.become(200, {"render": "rnd_000000000000", "events": []}).put("etag", f'"{asked.id}"')

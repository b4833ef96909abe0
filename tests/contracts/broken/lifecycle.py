"""Jobs that go where they must not, or do not go where they should."""

from __future__ import annotations

from tests.contracts.broken.documents import ALTERYX, FARM, KRAGLE, OPENREPLAY, RENDLEY, TAIPY
from tests.contracts.broken.fault import answering, asking, fault
from tests.contracts.broken.parts import first, jobs, mark, unmarked
from tests.contracts.broken.wire import Answer, Asked, Server


@fault(RENDLEY, "final-is-final", "A cancelled job completes when its worker is done, eight seconds later.")
async def cancelled_completes(asked: Asked, server: Server) -> Answer:
    answer, now = await server.ask(asked), await server.now(asked)
    if asked.operation == "cancelRendleyJob" and answer.is_success:
        first(server, asked.key, "cancelled", now)
    for key, job in jobs(asked, answer):
        if job["status"] == "canceled" and now >= server.notes[key].get("cancelled", now) + 8:
            job["status"], job["result_data"] = "completed", '{"media_id": "media_0001"}'
    return answer


@fault(RENDLEY, "trigger-moves", "A cancel of a job that is processed is a success, and nothing happens.")
async def cancel_without_effect(asked: Asked, server: Server) -> Answer:
    if asked.operation == "cancelRendleyJob":
        job = await server.read(asked, asked.path)
        if job and job.get("data") and job["data"]["status"] == "processing":
            return (await server.ask(asked.reading(asked.path))).become(200, {"data": None})
    return await server.ask(asked)


@answering(RENDLEY, "state-sets-fields", "A job that has completed has no result.")
def no_result(answer: Answer, asked: Asked) -> None:
    for _, job in jobs(asked, answer):
        if job["status"] == "completed":
            job["result_data"] = None


@fault(RENDLEY, "known-state", "For its first three seconds of work a job is 'rendering'.")
async def another_word(asked: Asked, server: Server) -> Answer:
    answer, now = await server.ask(asked), await server.now(asked)
    for key, job in jobs(asked, answer):
        if job["status"] == "processing" and now < first(server, key, "seen", now) + 3:
            job["status"] = "rendering"
    return answer


@fault(
    KRAGLE,
    "initial-state",
    "Every new job rests, also one that is made with 'enabled'.",
    of="createKragleJob",
)
async def enabled_forgotten(asked: Asked, server: Server) -> Answer:
    if isinstance(asked.json, dict) and asked.json.get("enabled") is True:
        return await server.ask(asked.holding({**asked.json, "enabled": False}))
    return await server.ask(asked)


@fault(
    KRAGLE,
    "trigger-moves",
    "A job with a run ahead of it is queued for deletion, and gone.",
    of="deleteKragleJob",
)
async def gone_at_once(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.is_success and "queued_for_deletion" in answer.json:
        await server.ask(
            asked.at(asked.path, "PUT").saying(content_type="application/json").holding({"enabled": False})
        )
        await server.ask(asked)
    return answer


@fault(KRAGLE, "state-sets-fields", "A job that was switched off keeps its next run.")
async def next_run_stays(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    for key, job in jobs(asked, answer):
        if job["do_run"]:
            server.memory[key] = job["next_run"]
        else:
            job["next_run"] = server.memory.get(key)
    return answer


@fault(KRAGLE, "gone-is-gone", "A deleted job can still be read by its name.")
async def found_by_name(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    key = (asked.credential, asked.params.get("job_name"))
    if asked.operation == "getKragleJobByName" and answer.is_success:
        server.memory[key] = answer.json
    elif asked.operation == "getKragleJobByName" and key in server.memory:
        answer.become(200, server.memory[key])
    return answer


@fault(ALTERYX, "initial-state", "A job with a worker tag is 'Created' until it runs.")
async def created_first(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    for key, job in jobs(asked, answer):
        if asked.operation == "enqueueAlteryxWorkflow" and job["workerTag"]:
            server.memory[key] = True
        if job["status"] == "Queued" and key in server.memory:
            job["status"] = "Created"
    return answer


@fault(ALTERYX, "possible-move", "Every other look at a job that runs says it is queued.", of="getAlteryxJob")
async def goes_back(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    for key, job in jobs(asked, answer):
        if job["status"] == "Running":
            server.memory[key] = server.memory.get(key, 0) + 1
            if server.memory[key] % 2 == 0:
                job |= {"status": "Queued"} | ({"messages": []} if "messages" in job else {})
    return answer


@answering(ALTERYX, "known-state", "A job that was completed tells no outcome.", of="getAlteryxJob")
def no_outcome(answer: Answer, asked: Asked) -> None:
    for _, job in jobs(asked, answer):
        if job["disposition"] == "Success":
            job["disposition"] = "None"


@fault(ALTERYX, "final-is-final", "A minute after it completed a job is queued again.", of="getAlteryxJob")
async def starts_over(asked: Asked, server: Server) -> Answer:
    answer, now = await server.ask(asked), await server.now(asked)
    for key, job in jobs(asked, answer):
        if job["status"] == "Completed" and now >= first(server, key, "completed", now) + 60:
            job |= {"status": "Queued", "disposition": "None", "outputs": []}
            job |= {"messages": []} if "messages" in job else {}
    return answer


@fault(OPENREPLAY, "trigger-refused", "A job that has completed can be cancelled.", of="cancelOpenReplayJob")
async def cancel_after_the_end(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.status == 400 and "already been completed" in answer.json["error"]:
        return await server.ask(asked.reading(asked.path))
    return answer


@fault(OPENREPLAY, "refusal-changes-nothing", "A refused cancel counts as a change of the job.")
async def refusal_is_a_change(asked: Asked, server: Server) -> Answer:
    answer, now = await server.ask(asked), await server.now(asked)
    if asked.operation == "cancelOpenReplayJob" and answer.status == 400:
        server.memory[asked.key] = int(now * 1000)
    for key, job in jobs(asked, answer):
        job["updatedAt"] = server.memory.get(key, job["updatedAt"])
    return answer


@fault(OPENREPLAY, "final-is-final", "A job that was cancelled completes at its time all the same.")
async def runs_after_cancel(asked: Asked, server: Server) -> Answer:
    answer, now = await server.ask(asked), await server.now(asked)
    for key, job in jobs(asked, answer):
        if asked.operation == "cancelOpenReplayJob":
            server.memory[key] = job["startAt"] + 30_000
        if now * 1000 >= server.memory.get(key, now * 1000 + 1):
            job |= {"status": "completed", "updatedAt": server.memory[key]}
    if answer.status == 400 and now * 1000 >= server.memory.get(asked.key, now * 1000 + 1):
        answer.json["error"] = answer.json["error"].replace("cancelled", "completed")
    return answer


@fault(OPENREPLAY, "trigger-works", "A job that runs cannot be cancelled.", of="cancelOpenReplayJob")
async def running_refuses(asked: Asked, server: Server) -> Answer:
    job = await server.read(asked, asked.path)
    if isinstance(job, dict) and job.get("data", {}).get("status") == "running":
        answer = await server.ask(asked.reading(asked.path))
        return answer.become(400, {"error": "the requested job has already been started"})
    return await server.ask(asked)


@fault(TAIPY, "trigger-moves", "A cancel of a job that is pending does nothing.", of="cancelTaipyJob")
async def pending_goes_on(asked: Asked, server: Server) -> Answer:
    job = await server.read(asked, f"/api/v1/jobs/{asked.id}/")
    if isinstance(job, dict) and job.get("job", {}).get("status") == "Status.PENDING":
        answer = (await server.ask(asked.reading(f"/api/v1/jobs/{asked.id}/"))).become(204)
        answer.put("content-length", None)
        return answer
    return await server.ask(asked)


@fault(TAIPY, "final-is-final", "A job that was cancelled is run all the same once its turn has come.")
async def cancelled_runs(asked: Asked, server: Server) -> Answer:
    answer, now = await server.ask(asked), await server.now(asked)
    if asked.operation == "cancelTaipyJob" and answer.is_success:
        first(server, asked.key, "cancelled", now)
    for key, job in jobs(asked, answer):
        if job["status"] == "Status.CANCELED" and now >= server.notes[key].get("cancelled", now) + 1.5:
            job["status"] = "Status.RUNNING"
    return answer


@fault(TAIPY, "refusal-changes-nothing", "A job that runs is cancelled at once.")
async def running_is_cancelled(asked: Asked, server: Server) -> Answer:
    if asked.operation == "cancelTaipyJob":
        job = await server.read(asked, f"/api/v1/jobs/{asked.id}/")
        if isinstance(job, dict) and job.get("job", {}).get("status") == "Status.RUNNING":
            server.memory[asked.key] = "Status.CANCELED"
    answer = await server.ask(asked)
    for key, job in jobs(asked, answer):
        job |= {"status": server.memory.get(key, job["status"])}
    return answer


@fault(TAIPY, "gone-is-gone", "A deleted job is still in the list.")
async def deleted_is_listed(asked: Asked, server: Server) -> Answer:
    lost = server.notes[asked.credential]
    if asked.operation == "deleteTaipyJob":
        before = await server.read(asked, asked.path)
        answer = await server.ask(asked)
        if answer.is_success:
            lost[asked.id] = before["job"]
        return answer
    answer = await server.ask(asked)
    if asked.operation == "listTaipyJobs" and answer.is_success and answer.json is not None:
        answer.json.extend(lost.values())
    return answer


@fault(TAIPY, "gone-is-gone", "A deleted job can still be read for those who read it before.")
async def deleted_is_read(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if asked.operation == "getTaipyJob" and answer.is_success:
        server.memory[asked.key] = answer.json
    elif asked.operation == "getTaipyJob" and answer.status == 404 and asked.key in server.memory:
        answer.become(200, server.memory[asked.key])
    return answer


@fault(TAIPY, "trigger-works", "A job that was cancelled cannot be deleted.", of="deleteTaipyJob")
async def cancelled_stays(asked: Asked, server: Server) -> Answer:
    job = await server.read(asked, asked.path)
    if isinstance(job, dict) and job.get("job", {}).get("status") == "Status.CANCELED":
        return await server.ask(asked.at(asked.path.replace("/jobs/", "/jobs/not-")))
    return await server.ask(asked)


@asking(FARM, "initial-state", "A draft with a note is queued.", of="createRender")
def draft_forgotten(asked: Asked) -> Asked:
    sent = asked.json
    is_meant = isinstance(sent, dict) and sent.get("draft") is True and sent.get("note")
    return asked.holding({**sent, "draft": False}) if is_meant else asked


@asking(FARM, "trigger-moves", "A draft that is submitted stays a draft.", of="updateRender")
def submit_ignored(asked: Asked) -> Asked:
    sent = asked.json
    is_meant = isinstance(sent, dict) and sent.get("submit") is True
    return asked.holding({**sent, "submit": False}) if is_meant else asked


@fault(FARM, "possible-move", "A render that was paused while it ran succeeds.")
async def pause_is_painted(asked: Asked, server: Server) -> Answer:
    place = asked.path.rpartition("/")[0]
    job = await server.read(asked, place) if asked.operation in ("pauseRender", "resumeRender") else None
    if isinstance(job, dict) and asked.operation == "pauseRender" and job.get("state") == "running":
        server.memory[asked.key] = True
    if isinstance(job, dict) and asked.key in server.memory:
        asked = asked.reading(place)
    answer = await server.ask(unmarked(asked))
    for key, job in jobs(asked, answer):
        if job["state"] == "running" and key in server.memory:
            job["state"] = "paused"
            mark(answer)
    return answer


@fault(FARM, "state-sets-fields", "A render that is tried again keeps its old error.")
async def error_stays(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    for key, job in jobs(asked, answer):
        if job["error"]:
            server.memory[key] = job["error"]
        elif job["state"] in ("queued", "running"):
            job["error"] = server.memory.get(key)
    return answer


@fault(
    FARM, "available-in-state", "The result of a render that still runs can be fetched.", of="getRenderResult"
)
async def result_too_early(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    render = await server.ask(asked.reading(asked.path.removesuffix("/result")))
    if answer.status == 409 and render.is_success and render.json["state"] == "running":
        told = {"resolution": render.json["resolution"], "finished_at": render.json["started_at"]}
        picture = f"https://cdn.larkfield.example/{asked.id}.exr"
        answer.become(200, {"render": asked.id, "picture": picture, **told}).put(
            "etag", render.header("etag")
        )
    return answer


@fault(FARM, "available-in-state", "A render that was cancelled has no log.", of="getRenderLog")
async def no_log(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.is_success and answer.content.rstrip().endswith(b"cancelled"):
        refused = {"type": "about:blank", "title": "Conflict", "status": 409, "detail": "There is no log."}
        answer.become(409, refused).put("content-type", "application/problem+json")
    return answer


@answering(
    FARM,
    "history-true",
    "The history of a render leaves out that it was being stopped.",
    of="getRenderEvents",
)
def stopping_left_out(answer: Answer, _asked: Asked) -> None:
    answer.json["events"] = [each for each in answer.json["events"] if each["state"] != "cancelling"]


@answering(FARM, "history-true", "The history of a render has the newest first.", of="getRenderEvents")
def newest_first(answer: Answer, _asked: Asked) -> None:
    answer.json["events"].reverse()


@answering(
    FARM, "history-true", "A render that is tried again has a history that begins anew.", of="getRenderEvents"
)
def history_rewritten(answer: Answer, _asked: Asked) -> None:
    events = answer.json["events"]
    queued = [i for i, each in enumerate(events) if each["state"] == "queued"]
    answer.json["events"] = events[queued[-1] :] if queued else events


@fault(FARM, "possible-move", "A render that somebody holds goes on all the same, and succeeds.")
async def held_goes_on(asked: Asked, server: Server) -> Answer:
    answer, now = await server.ask(asked), await server.now(asked)
    for key, job in jobs(asked, answer):
        if job.get("state") == "paused" and now >= first(server, key, "paused", now) + 2:
            job["state"] = "succeeded"
    return answer


@fault(FARM, "state-sets-fields", "A render that is tried again keeps the time at which it ended.")
async def end_kept(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    for key, job in jobs(asked, answer):
        ended = server.memory.setdefault(key, job.get("ended_at"))
        if job.get("state") == "queued" and ended:
            job["ended_at"] = ended
        server.memory[key] = job.get("ended_at") or ended
    return answer


@fault(FARM, "trigger-refused", "A frame that has been drawn can be struck.", of="strikeFrame")
async def drawn_is_struck(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    return await server.ask(asked.reading(f"/frames/{asked.id}")) if answer.status == 409 else answer


@fault(
    FARM, "trigger-works", "A render that failed because it was to cannot be tried again.", of="retryRender"
)
async def retry_refused(asked: Asked, server: Server) -> Answer:
    render = await server.read(asked, asked.path.removesuffix("/retry"))
    if isinstance(render, dict) and render.get("state") == "failed" and render["rehearse_failure"]:
        return await server.ask(asked.at(asked.path.replace("/retry", "/resume")))
    return await server.ask(asked)

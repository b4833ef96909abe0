"""Moves that come too early, too late or never, and times that are not true."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tests.contracts.broken.documents import ALTERYX, FARM, KRAGLE, OPENREPLAY, RENDLEY, TAIPY
from tests.contracts.broken.fault import answering, fault
from tests.contracts.broken.parts import first, jobs, mark, unmarked
from tests.contracts.broken.wire import Answer, Asked, Server


@fault(RENDLEY, "not-too-early", "A queued job is processed after half a second.")
async def starts_early(asked: Asked, server: Server) -> Answer:
    answer, now = await server.ask(asked), await server.now(asked)
    if asked.operation == "exportRendleyVideo" and answer.is_success:
        server.memory[asked.key_of(answer.json["data"]["job_id"])] = now
    for key, job in jobs(asked, answer):
        if job["status"] == "queued" and now >= server.memory.get(key, now) + 0.5:
            job["status"] = "processing"
    return answer


@answering(RENDLEY, "move-on-time", "A job that was made here is processed for ever.")
def never_ends(answer: Answer, asked: Asked) -> None:
    for _, job in jobs(asked, answer):
        if job["status"] == "completed" and "storage.example.com/job_" in job["result_data"]:
            job |= {"status": "processing", "result_data": None}


@fault(KRAGLE, "trigger-moves", "A job that is queued for deletion stays for ever.")
async def deletion_never_comes(asked: Asked, server: Server) -> Answer:
    kept = server.notes[asked.credential]
    if asked.operation == "deleteKragleJob":
        job = await server.read(asked, f"/jobs/byid/{asked.id}")
        if isinstance(job, dict) and job.get("do_run"):
            kept.setdefault(asked.id, job["next_run"])
            answer = await server.ask(asked.reading(f"/jobs/byid/{asked.id}"))
            return answer.become(200, {"queued_for_deletion": job["id"]})
    answer = await server.ask(asked)
    for (_, identity), job in jobs(asked, answer):
        if identity in kept and job["do_run"]:
            job |= {"do_del": True, "next_run": kept[identity]}
    return answer


@fault(KRAGLE, "move-on-time", "A next run stays the next run after it has been.")
async def next_run_passes_by(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    for key, job in jobs(asked, answer):
        if not job["do_run"] or asked.operation == "updateKragleJob":
            server.memory.pop(key, None)
        elif not job["do_del"]:
            job["next_run"] = server.memory.setdefault(key, job["next_run"])
    return answer


@answering(KRAGLE, "timestamp-format", "A next run is told in milliseconds.")
def milliseconds(answer: Answer, asked: Asked) -> None:
    for _, job in jobs(asked, answer):
        job["next_run"] = job["next_run"] and job["next_run"] * 1000


@fault(ALTERYX, "move-on-time", "A job with a high priority is queued for ever.")
async def waits_for_ever(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    for key, job in jobs(asked, answer):
        if asked.operation == "enqueueAlteryxWorkflow" and job["priority"] == "High":
            server.memory[key] = True
        if key in server.memory:
            job["status"] = "Queued"
            job |= {name: [] for name in ("outputs", "messages") if name in job}
            job |= {"disposition": "None"} if "disposition" in job else {}
    return answer


@fault(ALTERYX, "not-too-early", "A job that was queued starts after half a second.")
async def queue_jumped(asked: Asked, server: Server) -> Answer:
    answer, now = await server.ask(asked), await server.now(asked)
    for key, job in jobs(asked, answer):
        if asked.operation == "enqueueAlteryxWorkflow":
            server.memory[key] = now
        if job["status"] == "Queued" and now >= server.memory.get(key, now) + 0.5:
            job["status"] = "Running"
            text = {"status": 1, "text": "Started running Monthly sales.", "toolId": 0}
            job |= {"messages": [text]} if "messages" in job else {}
    return answer


@answering(
    ALTERYX,
    "list-agrees",
    "Lists tell local time, two hours ahead, and call it UTC.",
    of="listAlteryxWorkflowJobs",
)
def local_time(answer: Answer, _asked: Asked) -> None:
    for job in answer.shown("createDate"):
        told = datetime.fromisoformat(job["createDate"]) + timedelta(hours=2)
        job["createDate"] = told.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def _listed_as_last_read(asked: Asked, server: Server) -> Answer:
    """Answer a list with each job as it was when it was last read or changed by itself."""
    answer = await server.ask(asked)
    for key, job in jobs(asked, answer):
        if asked.operation.startswith("list"):
            job |= {name: value for name, value in server.memory.get(key, {}).items() if name in job}
        else:
            server.memory[key] = dict(job)
    if asked.id and asked.method != "GET":
        server.memory.pop(asked.key, None)
    return answer


@fault(RENDLEY, "list-agrees", "Time moves a job in a list only once the job was read by itself.")
async def list_waits_for_a_read(asked: Asked, server: Server) -> Answer:
    return await _listed_as_last_read(asked, server)


@fault(TAIPY, "list-agrees", "In a list a job moves by time only once it was read by itself.")
async def list_lags_behind(asked: Asked, server: Server) -> Answer:
    return await _listed_as_last_read(asked, server)


@answering(ALTERYX, "timestamp-format", "A time has no zone.", of=["getAlteryxJob", "enqueueAlteryxWorkflow"])
def no_zone(answer: Answer, _asked: Asked) -> None:
    for job in answer.shown("createDateTime"):
        job["createDateTime"] = job["createDateTime"].removesuffix("Z")


@fault(OPENREPLAY, "not-too-early", "A job starts an hour before its time.")
async def an_hour_early(asked: Asked, server: Server) -> Answer:
    answer, now = await server.ask(asked), await server.now(asked)
    for _, job in jobs(asked, answer):
        early = job["startAt"] - 3_600_000
        if job["status"] == "scheduled" and now * 1000 >= early > job["createdAt"]:
            job |= {"status": "running", "updatedAt": early}
    return answer


@answering(OPENREPLAY, "move-on-time", "A job that runs never completes.")
def never_completes(answer: Answer, asked: Asked) -> None:
    for _, job in jobs(asked, answer):
        if job["status"] == "completed" and job["jobId"] > 3447:
            job |= {"status": "running", "updatedAt": job["startAt"]}


@answering(OPENREPLAY, "timestamp-format", "The time of creation is told in seconds.")
def seconds(answer: Answer, asked: Asked) -> None:
    for _, job in jobs(asked, answer):
        job["createdAt"] //= 1000


@answering(OPENREPLAY, "timestamp-when-due", "A job that never changed has a time of change.")
def changed_at_birth(answer: Answer, asked: Asked) -> None:
    for _, job in jobs(asked, answer):
        job["updatedAt"] = job["updatedAt"] or job["createdAt"]


@answering(OPENREPLAY, "timestamp-order", "A cancelled job was changed before it was made.")
def changed_before_made(answer: Answer, asked: Asked) -> None:
    for _, job in jobs(asked, answer):
        if job["status"] == "cancelled":
            job["updatedAt"] = job["createdAt"] - 1000


@fault(TAIPY, "not-too-early", "A job that was only created runs all the same.")
async def runs_unasked(asked: Asked, server: Server) -> Answer:
    answer, now = await server.ask(asked), await server.now(asked)
    for key, job in jobs(asked, answer):
        if asked.operation == "createTaipyJob":
            server.memory[key] = now
        if job["status"] == "Status.SUBMITTED" and now >= server.memory.get(key, now) + 1:
            job["status"] = "Status.PENDING"
    return answer


@answering(TAIPY, "timestamp-format", "Times are written with a T and a zone.")
def iso_time(answer: Answer, _asked: Asked) -> None:
    for job in answer.shown("creation_date"):
        job["creation_date"] = job["creation_date"].replace(" ", "T") + "Z"


@fault(TAIPY, "move-on-time", "A job that was submitted runs for ever.")
async def runs_for_ever(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    for key, job in jobs(asked, answer):
        if job["status"] == "Status.RUNNING":
            first(server, key, "running", 0)
        elif job["status"] == "Status.COMPLETED" and "running" in server.notes[key]:
            job["status"] = "Status.RUNNING"
    return answer


@fault(FARM, "not-too-early", "A render starts after half a second.")
async def half_a_second(asked: Asked, server: Server) -> Answer:
    answer, now = await server.ask(unmarked(asked)), await server.now(asked)
    for _, job in jobs(asked, answer):
        early = datetime.fromisoformat(job["queued_at"] or job["created_at"]) + timedelta(seconds=0.5)
        if job["state"] == "queued" and now >= early.timestamp():
            job |= {"state": "running", "started_at": _written(early), "updated_at": _written(early)}
            mark(answer)
    return answer


@fault(FARM, "not-too-early", "Each look at a frame counts as two.", of="getFrame")
async def looks_count_twice(asked: Asked, server: Server) -> Answer:
    await server.ask(asked)
    return await server.ask(asked)


@fault(FARM, "move-on-time", "What is to be kept for less than an hour is kept for a month.")
async def kept_too_long(asked: Asked, server: Server) -> Answer:
    sent = asked.json
    wanted = sent.get("retention_seconds") if isinstance(sent, dict) else None
    is_meant = asked.operation == "createRender" and isinstance(wanted, int) and 5 <= wanted < 3600
    answer = await server.ask(asked.holding({**sent, "retention_seconds": 2_592_000}) if is_meant else asked)
    for key, job in jobs(asked, answer):
        if is_meant:
            server.memory[key] = wanted
        if key in server.memory:
            lasts = timedelta(seconds=2_592_000 - server.memory[key])
            told = _written(datetime.fromisoformat(job["expires_at"]) - lasts)
            job |= {"retention_seconds": server.memory[key], "expires_at": told}
    return answer


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@fault(FARM, "move-on-time", "A render that is being deleted stays so.")
async def deleting_for_ever(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if asked.operation == "deleteRender" and answer.status == 202:
        server.memory[asked.key] = await server.ask(asked.reading(asked.path))
    if asked.operation == "getRender" and answer.status == 404 and asked.key in server.memory:
        return replace(server.memory[asked.key])
    return answer


@answering(FARM, "timestamp-when-due", "A render that is queued has a time at which it started.")
def started_at_once(answer: Answer, asked: Asked) -> None:
    for _, job in jobs(asked, answer):
        job["started_at"] = job["started_at"] or job["queued_at"]


@answering(FARM, "timestamp-when-due", "A render that was cancelled has no time of its end.")
def end_not_told(answer: Answer, asked: Asked) -> None:
    for _, job in jobs(asked, answer):
        if job["state"] == "cancelled":
            job["ended_at"] = None


@answering(FARM, "timestamp-order", "A render ended when it was made.")
def ended_before_it_started(answer: Answer, asked: Asked) -> None:
    for _, job in jobs(asked, answer):
        if job["ended_at"] and job["started_at"]:
            job["ended_at"] = job["created_at"]


@answering(
    FARM, "timestamp-format", "A frame tells milliseconds.", of=["createFrame", "getFrame", "strikeFrame"]
)
def in_milliseconds(answer: Answer, _asked: Asked) -> None:
    for frame in answer.shown("drawn_at"):
        frame["created"] *= 1000

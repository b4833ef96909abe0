"""Filters that keep too much or too little."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.contracts.broken.documents import ALTERYX, FARM, RENDLEY
from tests.contracts.broken.fault import asking, fault
from tests.contracts.broken.wire import Answer, Asked, Server

LIST = "listRendleyJobs"
QUEUE = "listAlteryxWorkflowJobs"


@asking(RENDLEY, "filter-exact", "Without a kind of source jobs of the API are listed.", of=LIST)
def other_default(asked: Asked) -> Asked:
    return asked if "source_type" in asked.query else asked.asking(source_type="api")


@asking(FARM, "invalid-refused", "The engine to look for may be written in capitals.", of="listRenders")
def any_case(asked: Asked) -> Asked:
    return asked.asking(engine=asked.query["engine"].lower()) if "engine" in asked.query else asked


@asking(RENDLEY, "filter-exact", "The type of a job is not filtered by.", of=LIST)
def type_ignored(asked: Asked) -> Asked:
    return asked.asking(job_type=None)


@asking(RENDLEY, "filter-exact", "Who wants unread jobs gets those that were read.", of=LIST)
def inverted(asked: Asked) -> Asked:
    turned = {"true": "false", "false": "true"}
    flag = asked.query.get("acknowledged", "")
    return asked.asking(acknowledged=turned[flag]) if flag in turned else asked


@fault(RENDLEY, "filter-exact", "The start of a project's name is enough.", of=LIST)
async def project_by_prefix(asked: Asked, server: Server) -> Answer:
    project = asked.query.get("project_id", "")
    answer = await server.ask(asked.asking(project_id=None))
    if answer.is_success and answer.json and project:
        answer.json["data"] = [job for job in answer.json["data"] if job["source_id"].startswith(project)]
    return answer


@fault(RENDLEY, "filter-exact", "Of two filters one is enough.", of=LIST)
async def either_will_do(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.json and "acknowledged" in asked.query and "source_id" in asked.query and answer.is_success:
        neither = asked.asking(acknowledged=None, source_id=None)
        flagged = (await server.ask(asked.asking(source_id=None))).json["data"]
        sourced = (await server.ask(asked.asking(acknowledged=None))).json["data"]
        everything = (await server.ask(neither)).json["data"]
        answer.json["data"] = [job for job in everything if job in flagged or job in sourced]
    return answer


@fault(RENDLEY, "filter-exact", "What was read is filtered by the flag a job had when first listed.", of=LIST)
async def flag_as_it_was(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked.asking(acknowledged=None))
    if not answer.is_success or not answer.json or asked.query.get("acknowledged") not in ("true", "false"):
        return await server.ask(asked)
    wanted = asked.query["acknowledged"] == "true"
    kept = server.notes[asked.credential]
    known = {job["id"]: kept.setdefault(job["id"], job["acknowledged"]) for job in answer.json["data"]}
    answer.json["data"] = [job for job in answer.json["data"] if known[job["id"]] == wanted]
    return answer


@asking(ALTERYX, "filter-exact", "The outcome is not filtered by.", of=QUEUE)
def outcome_ignored(asked: Asked) -> Asked:
    known = asked.query.get("resultCode") in ("None", "Success", "Error")
    return asked.asking(resultCode=None) if known else asked


@fault(ALTERYX, "filter-exact", "A list of queued jobs holds all that have not ended.", of=QUEUE)
async def queued_is_unfinished(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if asked.query.get("status") == "Queued" and answer.is_success and answer.json is not None:
        everything = (await server.ask(asked.asking(status=None))).json
        answer.json[:] = [job for job in everything if job["status"] not in ("Completed", "Cancelled")]
    return answer


@fault(ALTERYX, "filter-exact", "A page is cut first and filtered then.", of=QUEUE)
async def filtered_after_paging(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if "status" in asked.query and "limit" in asked.query and answer.is_success and answer.json is not None:
        page = (await server.ask(asked.asking(status=None))).json
        answer.json[:] = [job for job in page if job["status"] == asked.query["status"]]
    return answer


@fault(ALTERYX, "scope-kept", "The jobs of every workflow are listed below each.", of=QUEUE)
async def all_workflows(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.is_success and answer.json is not None and asked.query.get("offset", "0") == "0":
        for other in ("66ebd0f23d6200007e000d11", "66ebd0f23d6200007e000d12"):
            if other not in asked.path:
                more = await server.ask(asked.at(f"/webapi/v3/workflows/{other}/jobs"))
                answer.json += more.json
    return answer


@asking(FARM, "filter-exact", "Of several states only the first is asked for.", of="listRenders")
def first_state_alone(asked: Asked) -> Asked:
    return (
        asked.asking(state=asked.query["state"].partition(",")[0])
        if "," in asked.query.get("state", "")
        else asked
    )


@asking(FARM, "filter-exact", "Priorities up to a number leave out that number.", of="listRenders")
def highest_left_out(asked: Asked) -> Asked:
    highest = asked.query.get("priority_to", "")
    return (
        asked.asking(priority_to=int(highest) - 1) if highest.isdigit() and 0 < int(highest) < 10 else asked
    )


@fault(FARM, "filter-exact", "A render made at just that moment is not from then on.", of="listRenders")
async def first_moment_left_out(asked: Asked, server: Server) -> Answer:
    try:
        moment = datetime.fromisoformat(asked.query.get("created_from", ""))
    except ValueError:
        return await server.ask(asked)
    later = (moment + timedelta(milliseconds=1)).isoformat(timespec="milliseconds")
    return await server.ask(asked.asking(created_from=later))


@fault(FARM, "filter-exact", "A title is found by any part of it.", of="listScenes")
async def any_part(asked: Asked, server: Server) -> Answer:
    answer, title = await server.ask(asked), asked.query.get("title", "")
    if title and answer.is_success and answer.json:
        everything = (await server.ask(asked.asking(title=None, limit=50, offset=0))).json["scenes"]
        found = [scene for scene in everything if title in scene["title"]]
        start, size = int(asked.query.get("offset", "0")), int(asked.query.get("limit", "10"))
        answer.json |= {"scenes": found[start : start + size], "total": len(found)}
    return answer

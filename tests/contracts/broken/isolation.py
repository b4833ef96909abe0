"""Other people's jobs that can be seen or changed."""

from __future__ import annotations

from tests.contracts.broken.documents import ALTERYX, FARM, KRAGLE, OPENREPLAY, RENDLEY, TAIPY
from tests.contracts.broken.fault import fault
from tests.contracts.broken.parts import as_anybody, learn
from tests.contracts.broken.wire import Answer, Asked, Server

PROJECTS = ("3sWXSsqHgSKnE87YkNJK", "7kQzLmPfRtVbXcWyHd2N")


@fault(RENDLEY, "isolation", "Everybody can cancel a job whose id is known.")
async def cancelled_by_others(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    others = learn(asked, server, answer)
    if asked.operation == "cancelRendleyJob" and answer.status == 404 and others:
        return await as_anybody(asked, server, answer)
    return answer


@fault(RENDLEY, "isolation", "Jobs of others are listed where a project is asked for.")
async def listed_by_project(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    others = learn(asked, server, answer)
    if (
        asked.operation == "listRendleyJobs"
        and "project_id" in asked.query
        and answer.is_success
        and answer.json
    ):
        own = {job["id"] for job in answer.json["data"]}
        for credential in others:
            more = (await server.ask(asked.by(credential))).json["data"]
            answer.json["data"] += [job for job in more if job["id"] not in own]
    return answer


@fault(KRAGLE, "isolation", "Everybody can read every job by its id.")
async def read_by_others(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    others = learn(asked, server, answer)
    if asked.operation == "getKragleJobById" and answer.status == 500 and answer.json["code"] == 6 and others:
        return await as_anybody(asked, server, answer)
    return answer


@fault(KRAGLE, "total-true", "Jobs of everybody are counted.")
async def everybody_counts(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    others = learn(asked, server, answer)
    if asked.operation == "listKragleJobs" and answer.is_success and answer.json:
        for credential in others:
            answer.json["count"] += (await server.ask(asked.by(credential))).json["count"]
    return answer


@fault(KRAGLE, "isolation", "Everybody can change every job.")
async def changed_by_others(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    others = learn(asked, server, answer)
    if asked.operation == "updateKragleJob" and answer.status == 500 and answer.json["code"] == 6 and others:
        return await as_anybody(asked, server, answer)
    return answer


@fault(ALTERYX, "isolation", "Jobs of everybody are listed below a workflow.")
async def listed_for_all(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    others = learn(asked, server, answer)
    if asked.operation == "listAlteryxWorkflowJobs" and answer.is_success and answer.json is not None:
        for credential in others:
            own = {job["id"] for job in answer.json}
            more = (await server.ask(asked.by(credential))).json
            answer.json += [job for job in more if job["id"] not in own]
    return answer


@fault(
    OPENREPLAY,
    "scope-kept",
    "A job is found below every project.",
    of=["getOpenReplayJob", "cancelOpenReplayJob"],
)
async def any_project(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    for other in PROJECTS if answer.status == 404 else ():
        found = await server.ask(asked.at(f"/public/{other}/jobs/{asked.id}"))
        answer = found if found.is_success else answer
    return answer


@fault(OPENREPLAY, "isolation", "One account's job ahead keeps another from making its own.")
async def unique_for_all(asked: Asked, server: Server) -> Answer:
    taken = server.notes["taken"]
    if (
        asked.operation == "deleteOpenReplayUser"
        and taken.get(asked.path, asked.credential) != asked.credential
    ):
        answer = await server.ask(asked.reading(f"/public/{asked.params['projectKey']}/jobs"))
        if answer.is_success:
            return answer.become(
                409, {"error": "a deletion job for this user is already scheduled or running"}
            )
    answer = await server.ask(asked)
    if asked.operation == "deleteOpenReplayUser" and answer.is_success:
        taken[asked.path] = asked.credential
    return answer


@fault(TAIPY, "isolation", "Everybody can delete every job.")
async def deleted_by_others(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    others = learn(asked, server, answer)
    if asked.operation == "deleteTaipyJob" and answer.status == 404 and others:
        return await as_anybody(asked, server, answer)
    return answer


@fault(TAIPY, "isolation", "A job of another is refused with 403: that it exists is told.")
async def existence_told(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    others = learn(asked, server, answer)
    if asked.operation == "getTaipyJob" and answer.status == 404 and others:
        found = await as_anybody(asked, server, answer)
        if found.is_success:
            answer.become(403, {"message": "This job belongs to somebody else."})
    return answer


@fault(FARM, "isolation", "Whose render it is does not count where its project is looked for.")
async def found_by_others(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    others = learn(asked, server, answer)
    if asked.operation == "findRender" and answer.status == 404:
        for credential in others:
            other = await server.ask(asked.by(credential))
            answer = other if other.status == 303 else answer
    return answer


@fault(
    FARM,
    "scope-kept",
    "A render is found below every project.",
    of=["getRender", "getRenderEvents", "cancelRender"],
)
async def below_any_project(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    here = asked.params["project_id"]
    other = {"north-pier": "lighthouse", "lighthouse": "north-pier"}.get(here)
    if answer.status == 404 and other:
        found = await server.ask(asked.at(asked.path.replace(here, other)))
        return found if found.status != 404 else answer
    return answer


@fault(FARM, "isolation", "A filter by name is not limited to one's own renders.")
async def named_by_others(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    others = learn(asked, server, answer)
    if asked.operation == "listRenders" and "name" in asked.query and answer.is_success and answer.json:
        own = {render["id"] for render in answer.json["renders"]}
        for credential in others:
            more = (await server.ask(asked.by(credential))).json["renders"]
            answer.json["renders"] += [render for render in more if render["id"] not in own]
    return answer

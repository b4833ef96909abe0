"""What only goes wrong when two requests come at the same time."""

from __future__ import annotations

import re

from tests.contracts.broken.documents import ALTERYX, FARM, KRAGLE, OPENREPLAY, RENDLEY, TAIPY
from tests.contracts.broken.fault import fault
from tests.contracts.broken.parts import slowly
from tests.contracts.broken.wire import Answer, Asked, Server


@fault(OPENREPLAY, "one-winner", "Two cancels that race both win.", of="cancelOpenReplayJob")
async def both_cancel(asked: Asked, server: Server) -> Answer:
    async with slowly(server, asked.key) as is_race:
        answer = await server.ask(asked)
        if is_race and answer.status == 400 and "already been cancelled" in answer.json["error"]:
            return await server.ask(asked.reading(asked.path))
        return answer


@fault(OPENREPLAY, "one-winner", "Two deletions of one user that race are both made.")
async def both_created(asked: Asked, server: Server) -> Answer:
    if asked.operation != "deleteOpenReplayUser":
        answer = await server.ask(asked)
    else:
        async with slowly(server, (asked.credential, asked.path)) as is_race:
            answer = await server.ask(asked)
            if is_race and answer.status == 409:
                server.memory["copies"] = copy = server.memory.get("copies", 0) + 1
                answer = await server.ask(asked.at(f"{asked.path}~{copy}"))
    answer.write(re.sub(rb'~\d+"', b'"', answer.content))
    return answer


@fault(KRAGLE, "one-winner", "Two jobs of one name that are made at the same time are both made.")
async def both_named(asked: Asked, server: Server) -> Answer:
    if asked.operation != "createKragleJob" or not isinstance(asked.json, dict):
        answer = await server.ask(asked)
    else:
        async with slowly(server, (asked.credential, asked.json.get("name"))) as is_race:
            answer = await server.ask(asked)
            if is_race and answer.status == 500 and answer.json["code"] == 12:
                server.memory["copies"] = copy = server.memory.get("copies", 0) + 1
                answer = await server.ask(
                    asked.holding({**asked.json, "name": f"{asked.json['name']}~{copy}"})
                )
    answer.write(re.sub(rb'~\d+"', b'"', answer.content))
    return answer


@fault(KRAGLE, "one-winner", "Two deletions that race both delete.", of="deleteKragleJob")
async def both_delete(asked: Asked, server: Server) -> Answer:
    async with slowly(server, asked.key) as is_race:
        answer = await server.ask(asked)
        if answer.is_success and "deleted" in answer.json:
            server.memory[asked.key] = answer.json
        elif is_race and asked.key in server.memory:
            answer.become(200, server.memory[asked.key])
        return answer


@fault(
    ALTERYX,
    "unique-id",
    "Of jobs enqueued at the same moment only the first is kept.",
    of="enqueueAlteryxWorkflow",
)
async def same_id(asked: Asked, server: Server) -> Answer:
    async with slowly(server, asked.key) as is_race:
        made = server.memory.get(asked.key) if is_race else None
        answer = await server.ask(asked.reading(f"/webapi/v3/jobs/{made}") if made else asked)
        if answer.is_success:
            server.memory[asked.key] = answer.json["id"] if is_race else None
        return answer


@fault(RENDLEY, "found-again", "Of exports that begin at the same moment all but one are lost.")
async def lost_create(asked: Asked, server: Server) -> Answer:
    if asked.operation != "exportRendleyVideo":
        lost = asked.id in server.notes[asked.credential]
        answer = await server.ask(asked.at("/v1/jobs/lost") if lost else asked)
        if asked.operation == "listRendleyJobs" and answer.is_success and answer.json:
            left = [job for job in answer.json["data"] if job["id"] not in server.notes[asked.credential]]
            answer.json["data"] = left
        return answer
    async with slowly(server, asked.credential) as is_race:
        answer = await server.ask(asked)
        if is_race and answer.is_success and server.memory.get(asked.credential):
            server.notes[asked.credential][answer.json["data"]["job_id"]] = True
        server.memory[asked.credential] = is_race
        return answer


@fault(TAIPY, "one-winner", "Two deletions that race both delete.", of="deleteTaipyJob")
async def delete_twice(asked: Asked, server: Server) -> Answer:
    async with slowly(server, asked.key) as is_race:
        answer = await server.ask(asked)
        if is_race and answer.status == 404:
            answer.become(200, {"message": f"Job {asked.id} was deleted."})
        return answer


@fault(FARM, "one-winner", "Two updates that race on the same condition both win.", of="updateRender")
async def both_update(asked: Asked, server: Server) -> Answer:
    async with slowly(server, asked.key) as is_race:
        answer = await server.ask(asked)
        if is_race and answer.status == 412:
            return await server.ask(asked.saying(if_match=None))
        return answer


@fault(FARM, "one-winner", "Two renders of one name that are made at the same time are both made.")
async def both_made(asked: Asked, server: Server) -> Answer:
    if asked.operation != "createRender" or not isinstance(asked.json, dict):
        answer = await server.ask(asked)
    else:
        async with slowly(server, (asked.credential, asked.path, asked.json.get("name"))) as is_race:
            answer = await server.ask(asked)
            if is_race and answer.status == 409:
                server.memory["copies"] = copy = server.memory.get("copies", 0) + 1
                answer = await server.ask(
                    asked.holding({**asked.json, "name": f"{asked.json['name']}~{copy}"})
                )
    answer.write(re.sub(rb'~\d+"', b'"', answer.content))
    return answer

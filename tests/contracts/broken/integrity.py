"""What was sent is not kept, and what was not meant is changed."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.contracts.broken.documents import ALTERYX, FARM, KRAGLE, OPENREPLAY, RENDLEY, TAIPY
from tests.contracts.broken.fault import answering, asking, fault
from tests.contracts.broken.parts import jobs
from tests.contracts.broken.wire import Answer, Asked, Server


@asking(
    RENDLEY, "create-keeps-input", "A project's name is cut after 24 characters.", of="exportRendleyVideo"
)
def name_cut(asked: Asked) -> Asked:
    sent = asked.json
    if isinstance(sent, dict) and isinstance(sent.get("project_id"), str):
        return asked.holding({**sent, "project_id": sent["project_id"][:24]})
    return asked


@fault(RENDLEY, "update-keeps-input", "A flag can be set and not taken back.", of="updateRendleyJob")
async def false_is_nothing(asked: Asked, server: Server) -> Answer:
    sent = asked.json
    is_false = isinstance(sent, dict) and sent.get("acknowledged") is False and len(sent) == 1
    return await server.ask(asked.holding({}) if is_false else asked)


@fault(RENDLEY, "update-touches-no-more", "An update forgets what the job was made of.")
async def input_forgotten(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if asked.operation == "updateRendleyJob" and answer.is_success:
        server.memory[asked.key] = "{}"
    for key, job in jobs(asked, answer):
        job |= {"input_data": server.memory.get(key, job["input_data"])}
    return answer


@fault(RENDLEY, "others-untouched", "An update of one job marks the one that was read before it, too.")
async def neighbour_marked(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if not answer.is_success or not asked.id:
        return answer
    before = server.memory.get(asked.credential)
    if asked.operation == "updateRendleyJob" and before not in (None, asked.path):
        await server.ask(asked.at(before))
    elif asked.operation == "getRendleyJob":
        server.memory[asked.credential] = asked.path
    return answer


@fault(RENDLEY, "reading-changes-nothing", "Who reads a finished job acknowledges it.", of="getRendleyJob")
async def reading_acknowledges(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    for _, job in jobs(asked, answer):
        if job["status"] == "completed" and not job["acknowledged"]:
            update = asked.at(asked.path, "PATCH").saying(content_type="application/json")
            await server.ask(update.holding({"acknowledged": True}))
    return answer


@fault(RENDLEY, "found-again", "A job that was made an hour ago is forgotten.")
async def forgotten(asked: Asked, server: Server) -> Answer:
    now, born = await server.now(asked), server.notes[asked.credential]
    if asked.id in born and now >= born[asked.id] + 3600:
        return await server.ask(asked.at("/v1/jobs/forgotten"))
    answer = await server.ask(asked)
    if asked.operation == "exportRendleyVideo" and answer.is_success:
        born[answer.json["data"]["job_id"]] = now
    if asked.operation == "listRendleyJobs" and answer.is_success and answer.json:
        answer.json["data"] = [job for job in answer.json["data"] if now < born.get(job["id"], now) + 3600]
    return answer


@fault(KRAGLE, "create-keeps-input", "A new job has its stack and its schedule swapped.")
async def inputs_swapped(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if asked.operation == "createKragleJob" and answer.is_success:
        server.memory[asked.key_of(answer.json["id"])] = True
    for key, job in jobs(asked, answer):
        if key in server.memory:
            job["stack"], job["schedule"] = job["schedule"], job["stack"]
    return answer


@asking(
    KRAGLE,
    "update-touches-no-more",
    "An update that does not say 'enabled' switches off.",
    of="updateKragleJob",
)
def switched_off(asked: Asked) -> Asked:
    sent = asked.json
    return asked.holding({"enabled": False, **sent}) if isinstance(sent, dict) else asked


@asking(KRAGLE, "update-keeps-input", "A new stack is not written.", of="updateKragleJob")
def stack_ignored(asked: Asked) -> Asked:
    sent = asked.json
    if isinstance(sent, dict) and len(sent) > 1 and isinstance(sent.get("stack_id"), int):
        return asked.holding({name: value for name, value in sent.items() if name != "stack_id"})
    return asked


@fault(KRAGLE, "unique-id", "Two jobs made in the same second get the same id.", of="createKragleJob")
async def id_from_the_clock(asked: Asked, server: Server) -> Answer:
    answer, second = await server.ask(asked), int(await server.now(asked))
    if answer.is_success:
        answer.json["id"] = server.memory.setdefault((asked.credential, second), answer.json["id"])
    return answer


@fault(KRAGLE, "unique-fields", "Two jobs may have the same name.")
async def name_taken_twice(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if asked.operation == "createKragleJob" and answer.status == 500 and answer.json["code"] == 12:
        server.memory["copies"] = copy = server.memory.get("copies", 0) + 1
        answer = await server.ask(asked.holding({**asked.json, "name": f"{asked.json['name']}~{copy}"}))
    answer.write(re.sub(rb'~\d+"', b'"', answer.content))
    return answer


@fault(
    KRAGLE,
    "alternate-key",
    "A job is read by its name from a cache that no change reaches.",
    of="getKragleJobByName",
)
async def cached_by_name(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.is_success and answer.json:
        answer.json |= server.memory.setdefault(asked.key, dict(answer.json))
    return answer


@answering(KRAGLE, "hidden-stays-hidden", "The owner of a job is shown.", of="getKragleJobById")
def owner_shown(answer: Answer, _asked: Asked) -> None:
    answer.json["owner"] = 12


@answering(
    KRAGLE, "view-shows", "The answer to an update has the id that it is to leave out.", of="updateKragleJob"
)
def id_shown(answer: Answer, asked: Asked) -> None:
    answer.json["id"] = int(asked.id)


@asking(
    ALTERYX, "create-keeps-input", "The priority that was asked for is not kept.", of="enqueueAlteryxWorkflow"
)
def priority_lost(asked: Asked) -> Asked:
    sent = asked.json
    if isinstance(sent, dict) and sent.get("priority") in ("Low", "Medium", "High", "Critical"):
        return asked.holding({name: value for name, value in sent.items() if name != "priority"})
    return asked


@asking(ALTERYX, "view-shows", "Messages are shown to who wants none.", of="getAlteryxJob")
def messages_anyway(asked: Asked) -> Asked:
    wanted = asked.query.get("includeMessages", "").lower() == "false"
    return asked.asking(includeMessages="true") if wanted else asked


@fault(ALTERYX, "reading-changes-nothing", "Reading a job raises its priority.")
async def reading_raises(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    for key, job in jobs(asked, answer):
        job["priority"] = server.memory.get(key, job["priority"])
    if asked.operation == "getAlteryxJob" and answer.is_success:
        server.memory[asked.key] = "Critical"
    return answer


@asking(
    OPENREPLAY, "create-keeps-input", "A user's name is written in small letters.", of="deleteOpenReplayUser"
)
def small_letters(asked: Asked) -> Asked:
    head, _, user = asked.path.rpartition("/")
    return asked.at(f"{head}/{user.lower()}")


@answering(OPENREPLAY, "hidden-stays-hidden", "The key of the project is shown.", of="listOpenReplayJobs")
def project_shown(answer: Answer, asked: Asked) -> None:
    for _, job in jobs(asked, answer):
        job["projectKey"] = asked.params["projectKey"]


@fault(OPENREPLAY, "reading-changes-nothing", "Reading a job counts as changing it.")
async def reading_changes(asked: Asked, server: Server) -> Answer:
    answer, now = await server.ask(asked), await server.now(asked)
    for key, job in jobs(asked, answer):
        job["updatedAt"] = max(server.memory.get(key, 0), job["updatedAt"] or 0) or None
    if asked.operation == "getOpenReplayJob" and answer.is_success:
        server.memory[asked.key] = int(now * 1000)
    return answer


@fault(OPENREPLAY, "unique-fields", "A user may have two jobs ahead.")
async def scheduled_twice(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if asked.operation == "deleteOpenReplayUser" and answer.status == 409:
        server.memory["copies"] = copy = server.memory.get("copies", 0) + 1
        answer = await server.ask(asked.at(f"{asked.path}~{copy}"))
    answer.write(re.sub(rb'~\d+"', b'"', answer.content))
    return answer


@fault(TAIPY, "unique-id", "The id of a deleted job is given to the next one.")
async def id_given_again(asked: Asked, server: Server) -> Answer:
    inner = server.notes[asked.credential]
    asked = asked.at(_renamed(asked.path, {old: new for old, new in inner.items() if isinstance(new, str)}))
    answer = await server.ask(asked)
    names = {new: old for old, new in inner.items() if isinstance(new, str)}
    if asked.operation == "createTaipyJob" and answer.is_success and inner.get(0):
        fresh, old = answer.json["job"]["id"], inner[0].pop()
        inner[old], names[fresh] = fresh, old
    if asked.operation == "deleteTaipyJob" and answer.is_success:
        inner.setdefault(0, []).append(asked.id)
        inner.pop(asked.id, None)
    answer.write(_renamed(answer.content.decode(), names).encode())
    return answer


def _renamed(text: str, names: dict[str, str]) -> str:
    for old, new in names.items():
        text = text.replace(old, new)
    return text


@fault(TAIPY, "reading-changes-nothing", "A job was created when somebody last looked.", of="getTaipyJob")
async def created_just_now(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    for key, job in jobs(asked, answer):
        server.memory[key] = looks = server.memory.get(key, -1) + 1
        whole, _, _ = job["creation_date"].partition(".")
        job["creation_date"] = f"{whole}.{looks:06d}" if looks else job["creation_date"]
    return answer


@fault(
    TAIPY,
    "list-agrees",
    "Lists show every job in the state in which it was first listed.",
    of="listTaipyJobs",
)
async def listed_as_it_was(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    for key, job in jobs(asked, answer):
        job["status"] = server.memory.setdefault(key, job["status"])
    return answer


@fault(TAIPY, "others-untouched", "A cancel also cancels the job that was created before.")
async def neighbour_cancelled(asked: Asked, server: Server) -> Answer:
    answer, made = await server.ask(asked), server.memory.setdefault(asked.credential, [])
    if asked.operation == "createTaipyJob" and answer.is_success:
        made.append(answer.json["job"]["id"])
    if asked.operation == "cancelTaipyJob" and answer.is_success and asked.id in made[1:]:
        before = made[made.index(asked.id) - 1]
        await server.ask(asked.at(asked.path.replace(asked.id, before)))
    return answer


@asking(
    FARM, "update-touches-no-more", "An update that does not name the note takes it away.", of="updateRender"
)
def note_lost(asked: Asked) -> Asked:
    return asked.holding({"note": None, **asked.json}) if isinstance(asked.json, dict) else asked


@asking(FARM, "update-keeps-input", "A note cannot be taken away.", of="updateRender")
def note_stays(asked: Asked) -> Asked:
    sent = asked.json
    if isinstance(sent, dict) and sent.get("note", 0) is None:
        return asked.holding({name: value for name, value in sent.items() if name != "note"})
    return asked


@asking(
    FARM, "create-keeps-input", "The engine is 'preview' where the client says nothing.", of="createRender"
)
def other_default(asked: Asked) -> Asked:
    return asked.holding({"engine": "preview", **asked.json}) if isinstance(asked.json, dict) else asked


@asking(FARM, "create-keeps-input", "Width and height are swapped.", of="createRender")
def sides_swapped(asked: Asked) -> Asked:
    match asked.json:
        case {"resolution": {"width": width, "height": height}}:
            return asked.holding({**asked.json, "resolution": {"width": height, "height": width}})
    return asked


@asking(FARM, "create-keeps-input", "Of a frame's layers only the first is kept.", of="createFrame")
def one_layer(asked: Asked) -> Asked:
    kept: list[bytes] = []
    for part in asked.content.split(b"&"):
        if not part.startswith(b"layers=") or not any(each.startswith(b"layers=") for each in kept):
            kept.append(part)
    content = b"&".join(kept)
    return replace(asked.saying(content_length=str(len(content))), content=content)


@asking(FARM, "hidden-stays-hidden", "The machine's serial number is shown to everybody.", of="getRender")
def serial_shown(asked: Asked) -> Asked:
    return asked if "view" in asked.query else asked.asking(view="diagnostics")


@asking(FARM, "view-shows", "A summary is the whole render.", of="getRender")
def whole_for_summary(asked: Asked) -> Asked:
    return asked.asking(view=None) if asked.query.get("view") == "summary" else asked


@fault(FARM, "alternate-key", "The first word of a slug is enough.", of="getSceneBySlug")
async def slug_by_its_first_word(asked: Asked, server: Server) -> Answer:
    scenes = await server.ask(asked.reading("/scenes").asking(limit=50))
    word = asked.id.partition("-")[0]
    for scene in scenes.json.get("scenes", ()):
        if scene["slug"].partition("-")[0] == word:
            return await server.ask(asked.at(f"/scenes/by-slug/{scene['slug']}"))
    return await server.ask(asked)


@fault(FARM, "others-untouched", "Pausing a render lets the one go on that was paused before.")
async def resumed_together(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if asked.operation == "pauseRender" and answer.is_success:
        before = server.memory.get(asked.credential)
        server.memory[asked.credential] = asked.path
        if before not in (None, asked.path):
            await server.ask(asked.at(before.replace("/pause", "/resume")).saying(if_match=None))
    return answer

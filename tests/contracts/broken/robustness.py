"""Requests that bring a server down, or that it should not have taken."""

from __future__ import annotations

from tests.contracts.broken.documents import ALTERYX, FARM, KRAGLE, OPENREPLAY, RENDLEY, TAIPY
from tests.contracts.broken.fault import asking, fault
from tests.contracts.broken.wire import Answer, Asked, Server

CRASH = {"error": "Internal Server Error"}


@fault(
    RENDLEY,
    "no-crash",
    "A body that is no JSON brings a failure.",
    of=["updateRendleyJob", "exportRendleyVideo"],
)
async def bad_json_fails(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    is_tried = answer.status == 400 and asked.json is None and asked.content != b"null"
    return answer.become(500, CRASH) if is_tried else answer


@asking(
    RENDLEY,
    "invalid-refused",
    "A setting that is unknown is left out and not refused.",
    of="exportRendleyVideo",
)
def unknown_setting_taken(asked: Asked) -> Asked:
    sent = asked.json
    if isinstance(sent, dict) and isinstance(sent.get("settings"), dict):
        known = {"codec", "target_resolution", "quality"}
        return asked.holding({**sent, "settings": {k: v for k, v in sent["settings"].items() if k in known}})
    return asked


@asking(RENDLEY, "invalid-refused", "Any flag that is no boolean is none at all.", of="listRendleyJobs")
def bad_flag_ignored(asked: Asked) -> Asked:
    return (
        asked
        if asked.query.get("acknowledged", "true") in ("true", "false")
        else asked.asking(acknowledged=None)
    )


@fault(
    KRAGLE, "invalid-refused", "A number may be written as text.", of=["createKragleJob", "updateKragleJob"]
)
async def numbers_as_text(asked: Asked, server: Server) -> Answer:
    sent = asked.json
    if not isinstance(sent, dict):
        return await server.ask(asked)
    texts = {k: v for k, v in sent.items() if k.endswith("_id") and isinstance(v, str) and v.isdecimal()}
    numbers = {name: int(value) for name, value in texts.items() if len(value) < 18}
    return await server.ask(asked.holding({**sent, **numbers}) if numbers else asked)


@fault(KRAGLE, "no-crash", "A number of more than 64 bits ends the connection.")
async def huge_number(asked: Asked, server: Server) -> Answer:
    if any(part.isdecimal() and len(part) > 19 for part in (*asked.params.values(), *asked.query.values())):
        raise ConnectionResetError("Integer out of range.")
    return await server.ask(asked)


@fault(ALTERYX, "no-crash", "An id with a percent sign in it brings a failure.", of="getAlteryxJob")
async def odd_id_fails(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    return answer.become(500, CRASH) if answer.status == 404 and not asked.id.isalnum() else answer


@asking(
    ALTERYX, "invalid-refused", "A sort field that is unknown is not refused.", of="listAlteryxWorkflowJobs"
)
def unknown_field_ignored(asked: Asked) -> Asked:
    known = ("createDate", "status", "priority", "id")
    return asked if asked.query.get("sortField", "id") in known else asked.asking(sortField=None)


@fault(OPENREPLAY, "no-crash", "A user's name that is too long brings a failure.", of="deleteOpenReplayUser")
async def long_name_fails(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    return answer.become(500, CRASH) if answer.status == 400 else answer


@asking(
    OPENREPLAY, "invalid-refused", "An id that begins with a number is that number.", of="getOpenReplayJob"
)
def number_and_more(asked: Asked) -> Asked:
    digits = asked.id[: len(asked.id) - len(asked.id.lstrip("0123456789"))]
    return asked.at(asked.path.rpartition("/")[0] + f"/{digits}") if digits else asked


@asking(TAIPY, "invalid-refused", "A job can be made of nothing.", of="createTaipyJob")
def made_of_nothing(asked: Asked) -> Asked:
    return asked if asked.query.get("task_id") else asked.asking(task_id="my_config")


@fault(TAIPY, "no-crash", "An id with a blank in it ends the connection.", of="getTaipyJob")
async def blank_ends_connection(asked: Asked, server: Server) -> Answer:
    if " " in asked.id:
        raise ConnectionResetError("Bad request line.")
    return await server.ask(asked)


@asking(FARM, "invalid-refused", "A member that nobody knows is left out and not refused.", of="createRender")
def unknown_member_taken(asked: Asked) -> Asked:
    known = (
        "name",
        "scene",
        "engine",
        "priority",
        "resolution",
        "note",
        "rehearse_failure",
        "draft",
        "retention_seconds",
    )
    sent = asked.json
    return asked.holding({k: v for k, v in sent.items() if k in known}) if isinstance(sent, dict) else asked


@fault(FARM, "no-crash", "A cursor that is none brings a failure.", of="listRenders")
async def bad_cursor_fails(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    is_crash = answer.status == 400 and asked.query.get("after")
    return answer.become(500, CRASH) if is_crash else answer


@fault(FARM, "no-crash", "A number that is no number brings a failure in a form.", of="createFrame")
async def bad_form_fails(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    return answer.become(500, CRASH) if answer.status == 400 and b"number=" in asked.content else answer

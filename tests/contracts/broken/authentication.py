"""Doors that open without the right key."""

from __future__ import annotations

from tests.contracts.broken.documents import ALTERYX, FARM, KRAGLE, OPENREPLAY, RENDLEY
from tests.contracts.broken.fault import asking, fault
from tests.contracts.broken.parts import as_anybody, learn
from tests.contracts.broken.wire import Answer, Asked, Server


@fault(RENDLEY, "credential-needed", "A job can be cancelled without a key.")
async def cancel_is_open(asked: Asked, server: Server) -> Answer:
    return await _open(asked, server, "cancelRendleyJob")


async def _open(asked: Asked, server: Server, operation: str) -> Answer:
    """Answer one operation to those without a key as to anybody."""
    answer = await server.ask(asked)
    learn(asked, server, answer)
    is_meant = asked.operation == operation and not asked.credential and not answer.is_success
    return await as_anybody(asked, server, answer) if is_meant else answer


@asking(RENDLEY, "credential-needed", "Which scheme a key comes with is not looked at.")
def any_scheme(asked: Asked) -> Asked:
    scheme, _, key = asked.credential.partition(" ")
    return asked.by(f"Bearer {key}") if key and scheme else asked


@fault(KRAGLE, "credential-needed", "A job is shown by its name to everybody.")
async def job_by_name_is_open(asked: Asked, server: Server) -> Answer:
    return await _open(asked, server, "getKragleJobByName")


@fault(KRAGLE, "credential-needed", "Without a key the first page of a list is empty.", of="listKragleJobs")
async def empty_for_nobody(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.status == 403 and not asked.credential:
        answer.become(200, {"count": 0, "pagesize": 10, "page": 1, "jobs": []})
    return answer


@fault(ALTERYX, "credential-needed", "A key that nobody has opens what anybody has.")
async def any_key(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    learn(asked, server, answer)
    if asked.operation == "getAlteryxJob" and answer.status == 401 and asked.credential:
        return await as_anybody(asked, server, answer)
    return answer


@asking(OPENREPLAY, "credential-needed", "The word before the key may be written in any case.")
def any_case(asked: Asked) -> Asked:
    scheme, _, key = asked.credential.partition(" ")
    return asked.by(f"Bearer {key}") if scheme.lower() == "bearer" else asked


@fault(OPENREPLAY, "credential-needed", "A missing key is told only after the user was looked at.")
async def told_too_late(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    is_create = asked.operation == "deleteOpenReplayUser"
    if is_create and answer.status == 401 and not asked.credential:
        answer.become(409, {"error": "a deletion job for this user is already scheduled or running"})
        answer.put("www-authenticate", None)
    return answer


@fault(FARM, "credential-needed", "A result can be fetched without a key.")
async def result_is_open(asked: Asked, server: Server) -> Answer:
    return await _open(asked, server, "getRenderResult")

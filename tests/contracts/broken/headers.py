"""Headers that are missing or wrong."""

from __future__ import annotations

import re

from tests.contracts.broken.documents import ALTERYX, FARM, KRAGLE, OPENREPLAY, RENDLEY
from tests.contracts.broken.fault import answering, asking, fault
from tests.contracts.broken.wire import Answer, Asked, Server


@answering(RENDLEY, "documented-header", "A missing key is not told how to be sent.", on=401)
def no_challenge(answer: Answer, _asked: Asked) -> None:
    answer.put("www-authenticate", None)


@answering(
    OPENREPLAY, "documented-header", "Where a job is cancelled without a key, nothing says how.", on=401
)
def no_challenge_for_cancel(answer: Answer, asked: Asked) -> None:
    if asked.operation == "cancelOpenReplayJob":
        answer.put("www-authenticate", None)


@answering(KRAGLE, "method-not-allowed", "A wrong method is not told which are right.", on=405)
def no_allow(answer: Answer, _asked: Asked) -> None:
    answer.put("allow", None)


@answering(ALTERYX, "method-not-allowed", "A wrong method is a wrong path.", on=405)
def wrong_method_is_404(answer: Answer, _asked: Asked) -> None:
    answer.status = 404


@answering(ALTERYX, "documented-body", "A list says it is plain text.", of="listAlteryxWorkflowJobs")
def wrong_media_type(answer: Answer, _asked: Asked) -> None:
    answer.put("content-type", "text/json")


@answering(
    FARM,
    "location-leads",
    "The place of a new render begins with a version that no path has.",
    of="createRender",
)
def wrong_location(answer: Answer, _asked: Asked) -> None:
    answer.put("location", "/v1" + answer.header("location"))


@answering(FARM, "location-leads", "A new scene is said to be where the one before it is.", of="createScene")
def location_of_another(answer: Answer, _asked: Asked) -> None:
    answer.put("location", f"/scenes/{answer.json['id'] - 1}")


@answering(FARM, "documented-header", "Nothing says when to look again.", of="createRender")
def no_retry_after(answer: Answer, _asked: Asked) -> None:
    answer.put("retry-after", None)


@answering(FARM, "documented-header", "The answer to a cancel has no ETag.", of="cancelRender")
def no_etag(answer: Answer, _asked: Asked) -> None:
    answer.put("etag", None)


@fault(FARM, "etag-follows", "An ETag is made of the id alone.")
async def constant_etag(asked: Asked, server: Server) -> Answer:
    if "render_id" not in asked.params and asked.operation != "createRender":
        return await server.ask(asked)
    for name in ("if-match", "if-none-match"):
        if asked.headers.get(name) == f'"{asked.id}"':
            place = asked.path.rpartition("/")[0] if asked.method == "POST" else asked.path
            current = (await server.ask(asked.reading(place))).header("etag")
            asked = asked.saying(**{name.replace("-", "_"): current})
    answer = await server.ask(asked)
    if answer.header("etag"):
        made = asked.id if "render_id" in asked.params else answer.json["id"]
        answer.put("etag", f'"{made}"')
    return answer


@fault(FARM, "etag-follows", "Every look at a scene has another ETag.")
async def restless_etag(asked: Asked, server: Server) -> Answer:
    for name in ("if-match", "if-none-match"):
        if name in asked.headers:
            asked = asked.saying(**{name.replace("-", "_"): re.sub(r"\.\d+\"", '"', asked.headers[name])})
    answer = await server.ask(asked)
    if asked.operation in ("getScene", "getSceneBySlug") and answer.is_success:
        server.memory["looks"] = looks = server.memory.get("looks", 0) + 1
        answer.put("etag", answer.header("etag").removesuffix('"') + f'.{looks}"')
    return answer


@asking(
    FARM, "precondition-kept", "A condition is not looked at where a render is changed.", of="updateRender"
)
def condition_ignored(asked: Asked) -> Asked:
    return asked.saying(if_match=None)


@asking(FARM, "not-modified", "A render is sent whole however well it is known.", of="getRender")
def never_not_modified(asked: Asked) -> Asked:
    return asked.saying(if_none_match=None)


@fault(FARM, "precondition-required", "A scene can be replaced without a condition.", of="replaceScene")
async def condition_not_needed(asked: Asked, server: Server) -> Answer:
    if "if-match" in asked.headers:
        return await server.ask(asked)
    current = (await server.ask(asked.reading(asked.path))).header("etag")
    return await server.ask(asked.saying(if_match=current) if current else asked)


@fault(
    FARM,
    "refusal-changes-nothing",
    "A change on a condition that does not hold is refused, and made.",
    of="updateRender",
)
async def refused_and_done(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.status == 412:
        await server.ask(asked.saying(if_match=None))
    return answer


@asking(FARM, "idempotent-replay", "The key of a request is not looked at.", of="createRender")
def key_ignored(asked: Asked) -> Asked:
    return asked.saying(idempotency_key=None)


@fault(
    FARM,
    "idempotent-replay",
    "A request that is sent again is answered with the render as it is now.",
    of="createRender",
)
async def replay_of_today(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.status == 202 and "idempotency-key" in asked.headers:
        now = await server.ask(asked.reading(answer.header("location")))
        answer.json |= now.json if now.is_success else {}
    return answer


@fault(
    FARM,
    "key-reuse-refused",
    "A key that was used for another request is taken for a new one.",
    of="createRender",
)
async def key_reused(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.status == 422 and "key" in answer.json["title"]:
        return await server.ask(asked.saying(idempotency_key=None))
    return answer


@fault(
    FARM, "key-per-principal", "Who uses the key of somebody else gets that one's render.", of="createRender"
)
async def key_shared(asked: Asked, server: Server) -> Answer:
    key = asked.headers.get("idempotency-key", "")
    owner = server.memory.get(key, asked.credential)
    answer = await server.ask(asked)
    if key and answer.is_success and owner == asked.credential:
        server.memory[key] = owner
        server.notes["answers"][key] = (list(answer.headers), answer.content)
    elif key and answer.is_success:
        answer.headers, content = server.notes["answers"][key]
        answer.write(content)
    return answer

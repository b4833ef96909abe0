"""The operations on projects and renders."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

import orjson
from starlette.responses import PlainTextResponse, Response

from renderfarm import renders
from renderfarm.accounts import VISITORS, Project, Replay
from renderfarm.checks import (
    as_moment,
    as_whole,
    flag,
    one_of,
    or_null,
    shape,
    text,
    whole,
)
from renderfarm.renders import ENDED, GONE, STATES, Render
from renderfarm.wire import JSON, Call, Refused, answer

ENGINES = ("path_tracer", "rasterizer", "preview")
NAME, SCENE, PRIORITY = text(1, 80), whole(1, 2**31 - 1), whole(0, 9)
NOTE = or_null(text(0, 500))
PIXELS = whole(16, 16_384)
NEW_RENDER = shape(
    {"name": NAME, "scene": SCENE},
    {
        "engine": one_of(*ENGINES),
        "priority": PRIORITY,
        "resolution": shape({"width": PIXELS, "height": PIXELS}),
        "note": NOTE,
        "rehearse_failure": flag,
        "draft": flag,
        "retention_seconds": whole(5, 2_592_000),
    },
)
CHANGEABLE = {"name": NAME, "scene": SCENE, "priority": PRIORITY, "note": NOTE, "rehearse_failure": flag}
CHANGE = shape({}, {**CHANGEABLE, "submit": flag})
PAUSE = shape({}, {"note": NOTE})
MERGE_PATCH = "application/merge-patch+json"
PAGE, MOST = 20, 50


def list_projects(call: Call) -> Response:
    """Answer all projects."""
    return answer(200, {"projects": list(map(_project, call.account.projects.values()))})


def get_project(call: Call) -> Response:
    """Answer one project."""
    return answer(200, _project(_project_asked(call)))


def _project(project: Project) -> dict[str, Any]:
    return {"id": project.id, "name": project.name, "region": project.region}


def _project_asked(call: Call) -> Project:
    asked = call.path["project_id"]
    if asked not in call.account.projects:
        detail = f"There is no project {asked}."
        raise Refused(404, "notFound", detail, slug="no-such-project", title="No such project")
    return call.account.projects[asked]


def list_renders(call: Call) -> Response:
    """Answer a page of the renders of a project, the newest first."""
    fits, before, limit = _filters(call), _cursor(call), _limit(call)
    project = _project_asked(call)
    every = reversed(call.account.renders.values())
    found = [each for each in every if each.project == project.id and fits(each)]
    left = [each for each in found if before is None or each.number < before]
    page = left[:limit]
    following = _as_cursor(page[-1].number) if len(left) > limit else None
    return answer(
        200, {"renders": [renders.shown(each) for each in page], "total": len(found), "next": following}
    )


def _filters(call: Call) -> Callable[[Render], bool]:
    """Return what tells whether a render fits all filters of a call."""
    states = call.asked("state", lambda written: written.split(","), _states)
    engine = call.asked("engine", check=one_of(*ENGINES))
    start = call.asked("name", check=text(0, 80)) or ""
    made = _between(call, "created", as_moment, None)
    priority = _between(call, "priority", as_whole, PRIORITY)

    def fits(render: Render) -> bool:
        return (
            (states is None or render.state in states)
            and (engine is None or render.engine == engine)
            and render.name.startswith(start)
            and made(render.made * 1000)
            and priority(render.priority)
        )

    return fits


def _states(words: list[str]) -> str:
    return next(filter(None, map(one_of(*STATES), words)), "")


def _between(call: Call, name: str, read: Any, check: Any) -> Callable[[float], bool]:
    low = call.asked(f"{name}_from", read, check)
    high = call.asked(f"{name}_to", read, check)
    return lambda value: (low is None or value >= low) and (high is None or value <= high)


def _limit(call: Call) -> int:
    written = call.asked("limit")
    limit = None if written is None else as_whole(written)
    return PAGE if limit is None else min(max(limit, 1), MOST)


def _as_cursor(number: int) -> str:
    return base64.urlsafe_b64encode(f"before:{number}".encode()).decode().rstrip("=")


def _cursor(call: Call) -> int | None:
    written = call.asked("after")
    if not written:
        return None
    try:
        decoded = base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)
        word, _, number = decoded.decode().partition(":")
    except (binascii.Error, ValueError):
        word, number = "", ""
    found = as_whole(number) if word == "before" else None
    if found is None:
        raise Refused(400, "invalidParameter", "after is no cursor; send the one the page before gave.")
    return found


def create_render(call: Call) -> Response:
    """Put a render into the queue, or keep it as a draft; the same again for a key seen before."""
    key = call.checked_header("idempotency-key", text(1, 64))
    client = call.checked_header("x-client", text(1, 40))
    body = call.json(NEW_RENDER)
    content = [call.path["project_id"], orjson.dumps(body, option=orjson.OPT_SORT_KEYS)]
    if key is not None and key in call.account.replays:
        return _replayed(call.account.replays[key], content)
    render = _made(call, body, client)
    made = renders.shown(render), {"Location": render.url, "Retry-After": "1", "ETag": render.etag}
    if key is not None:
        call.account.replays[key] = (content, *made)
    return answer(202, *made)


def _replayed(replay: Replay, content: Any) -> Response:
    seen, body, headers = replay
    if seen != content:
        title = "The idempotency key was used for another request"
        detail = "Use a new key for a new request."
        raise Refused(422, "idempotencyMismatch", detail, slug="key-reused", title=title)
    return answer(202, body, headers)


def _made(call: Call, body: dict[str, Any], client: str | None) -> Render:
    project = _project_asked(call)
    scene = _scene(call, body["scene"])
    given = {name: value for name, value in body.items() if name not in ("scene", "draft")}
    state = "draft" if body.get("draft") else "queued"
    if state == "queued":
        _require_free(call, project.id, body["name"], None)
    number = call.account.next_number()
    render = Render(number, project.id, scene=scene, made=call.now, client=client, **given)
    call.account.add(render, state)
    return render


def _scene(call: Call, number: int) -> int:
    """Return the number of a scene that must exist."""
    scene = call.account.scenes.get(number)
    if scene is None:
        detail = f"Scene {number} is not in the library."
        raise Refused(422, "noSuchScene", detail, slug="no-such-scene", title="No such scene")
    return scene.id


def _require_free(call: Call, project: str, name: str, own: Render | None) -> None:
    holder = call.account.holder(project, name)
    if holder is not None and holder is not own:
        detail = "Another render of that name is queued, running or paused."
        raise Refused(409, "conflict", detail, slug="name-taken", title="The name is taken")


def _render(call: Call) -> Render:
    """Return the render that the path names, in the project that it names if it names one."""
    project = _project_asked(call) if "project_id" in call.path else None
    render = call.account.renders.get(call.path["render_id"])
    if render is None or (project is not None and render.project != project.id):
        detail = f"There is no render {call.path['render_id']} here."
        raise Refused(404, "notFound", detail, slug="no-such-render", title="No such render")
    return render


def get_render(call: Call) -> Response:
    """Answer one render, as the client wants to see it."""
    view = call.asked("view", check=one_of("summary", "diagnostics"))
    render = _render(call)
    return call.conditional(render.etag, lambda: answer(200, _as(view, render)))


def _as(view: str | None, render: Render) -> dict[str, Any]:
    if view == "summary":
        return renders.summary(render)
    return renders.shown(render, diagnostics=view == "diagnostics")


def get_events(call: Call) -> Response:
    """Answer what became of a render so far."""
    render = _render(call)
    return call.conditional(render.etag, lambda: answer(200, renders.events(render)))


def get_result(call: Call) -> Response:
    """Answer where the picture is, if there is one."""
    render = _render(call)
    if render.state != "succeeded":
        detail = f"Render {render.id} is {render.state}; a result is there when it has succeeded."
        raise Refused(409, "refused", detail, slug="no-result", title="There is no result")
    return call.conditional(render.etag, lambda: answer(200, renders.result(render)))


def get_log(call: Call) -> Response:
    """Answer what the machine said, once it has stopped."""
    render = _render(call)
    if render.state not in ENDED:
        raise _not_now(render)
    title = call.account.scenes[render.scene].title
    return call.conditional(render.etag, lambda: PlainTextResponse(renders.log(render, title)))


def find_render(call: Call) -> Response:
    """Tell where a render is."""
    return answer(303, headers={"Location": _render(call).url})


def update_render(call: Call) -> Response:
    """Change what the body names, and submit a draft if asked to."""
    body = call.json(CHANGE, kinds=(MERGE_PATCH, JSON))
    render = _matched(call)
    if render.state not in ("draft", "queued", "paused", "failed"):
        raise _not_now(render)
    change = {name: value for name, value in body.items() if name in CHANGEABLE}
    if "scene" in change:
        change["scene"] = _scene(call, change["scene"])
    submits = render.state == "draft" and body.get("submit") is True
    if submits or render.is_active:
        _require_free(call, render.project, change.get("name", render.name), render)
    changes = any(getattr(render, name) != value for name, value in change.items())
    for name, value in change.items():
        setattr(render, name, value)
    if submits:
        call.account.move(render, "queued", call.now)
    elif changes:
        render.touch(call.now)
    return _answer(render)


def delete_render(call: Call) -> Response:
    """Forget a render, at once or as soon as its machine has stopped."""
    render = _matched(call)
    if render.state not in ("running", "cancelling", "deleting"):
        call.account.move(render, GONE, call.now)
        return answer(204)
    if render.state != "deleting":
        call.account.move(render, "deleting", call.now)
    headers = {"Location": render.url, "Retry-After": "1", "ETag": render.etag}
    return answer(202, {"deleting": render.id}, headers)


def cancel_render(call: Call) -> Response:
    """Stop a render; one that is stopping or stopped is left as it is."""
    render = _matched(call)
    if render.state in ("succeeded", "failed", "deleting"):
        raise _not_now(render)
    if render.state not in ("cancelling", "cancelled"):
        call.account.move(render, "cancelling" if render.state == "running" else "cancelled", call.now)
    return _answer(render, 202 if render.state == "cancelling" else 200)


def pause_render(call: Call) -> Response:
    """Hold a render, and note why."""
    body = call.json(PAUSE, required=False)
    render = _matched(call)
    if render.state == "paused":
        return _answer(render)
    if render.state not in ("queued", "running"):
        raise _not_now(render)
    render.note = body.get("note", render.note)
    call.account.move(render, "paused", call.now)
    return _answer(render)


def resume_render(call: Call) -> Response:
    """Let a paused render go back to the queue."""
    render = _matched(call)
    if render.state != "paused":
        raise _not_now(render)
    call.account.move(render, "queued", call.now)
    return _answer(render)


def retry_render(call: Call) -> Response:
    """Let a failed render go back to the queue, to be kept as long as a new one."""
    render = _matched(call)
    if render.state != "failed":
        raise _not_now(render)
    _require_free(call, render.project, render.name, render)
    render.keep_from(call.now)
    call.account.move(render, "queued", call.now)
    return _answer(render)


def purge_render(call: Call) -> Response:
    """Remove a render at once, whatever it does."""
    if call.token in VISITORS:
        detail = "Ask an operator of the farm to purge it."
        raise Refused(403, "forbidden", detail, slug="operators-only", title="Only an operator may do this")
    call.account.move(_matched(call), GONE, call.now)
    return answer(204)


def _matched(call: Call) -> Render:
    """Return the render that the path names, if it is the version the client has seen."""
    render = _render(call)
    call.require_match(render.etag)
    return render


def _not_now(render: Render) -> Refused:
    return Refused(409, "refused", f"The render is {render.state}.")


def _answer(render: Render, status: int = 200) -> Response:
    headers = {"ETag": render.etag} | ({"Retry-After": "1"} if status == 202 else {})
    return answer(status, renders.shown(render), headers)

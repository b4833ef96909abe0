"""The library: scenes, and the operations on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from renderfarm.checks import as_whole, number, one_of, shape, text, whole
from renderfarm.moments import written
from renderfarm.wire import Call, Refused, answer

TITLE = text(1, 120)
FRAMES = whole(1, 1_000_000)
NEW_SCENE = shape(
    {"slug": text(1, 40, "[a-z0-9]+(-[a-z0-9]+)*"), "title": TITLE, "frames": FRAMES},
    {"lens": number(4, 1200)},
)
SCENE_CHANGE = shape({"title": TITLE, "frames": FRAMES})
FRAMES_BOUND = whole(0, 1_000_000)
SORTS = ("title", "slug", "frames")


@dataclass(slots=True)
class Scene:
    """What is rendered. `made` and `updated` are milliseconds since 1970."""

    id: int
    slug: str
    title: str
    frames: int
    lens: float
    made: int
    updated: int
    version: int = 0

    @property
    def etag(self) -> str:
        """What names this version of the scene."""
        return f'"scene-{self.id}.{self.version}"'


def card(scene: Scene) -> dict[str, Any]:
    """Return a scene as the list shows it."""
    return {
        "id": scene.id,
        "slug": scene.slug,
        "title": scene.title,
        "frames": scene.frames,
        "created_at": written(scene.made),
        "updated_at": written(scene.updated),
    }


def shown(scene: Scene) -> dict[str, Any]:
    """Return a scene with its camera."""
    return card(scene) | {"camera": {"lens": scene.lens}}


def list_scenes(call: Call) -> Response:
    """Answer a part of the library."""
    offset = call.asked("offset", as_whole, whole(0, 1_000_000)) or 0
    limit = call.asked("limit", as_whole, whole(1, 50)) or 10
    found = _sorted(call, _filtered(call, list(call.account.scenes.values())))
    return answer(
        200, {"scenes": [card(each) for each in found[offset : offset + limit]], "total": len(found)}
    )


def _filtered(call: Call, scenes: list[Scene]) -> list[Scene]:
    start = call.asked("title", check=text(0, 120)) or ""
    low = call.asked("frames_from", as_whole, FRAMES_BOUND)
    high = call.asked("frames_to", as_whole, FRAMES_BOUND)
    return [
        each
        for each in scenes
        if each.title.startswith(start)
        and (low is None or each.frames >= low)
        and (high is None or each.frames <= high)
    ]


def _sorted(call: Call, scenes: list[Scene]) -> list[Scene]:
    by = call.asked("sort", check=one_of(*SORTS))
    direction = call.asked("direction", check=one_of("asc", "desc"))
    if by is None:
        return scenes
    return sorted(scenes, key=lambda each: getattr(each, by), reverse=direction == "desc")


def create_scene(call: Call) -> Response:
    """Add a scene to the library."""
    body = call.json(NEW_SCENE)
    if _by_slug(call, body["slug"]):
        raise Refused(409, "slugTaken", f"There is a scene {body['slug']} already.")
    scene = Scene(
        next(call.farm.scene_numbers),
        body["slug"],
        body["title"],
        body["frames"],
        body.get("lens", 50),
        call.now,
        call.now,
    )
    call.account.scenes[scene.id] = scene
    return answer(201, shown(scene), {"Location": f"/scenes/{scene.id}", "ETag": scene.etag})


def get_scene(call: Call) -> Response:
    """Answer one scene."""
    return _answer(call, _scene(call, call.number_in_path("scene_id")))


def get_scene_by_slug(call: Call) -> Response:
    """Answer one scene, by the name it has in links."""
    scene = _by_slug(call, call.path["slug"])
    if scene is None:
        raise Refused(404, "notFound", f"There is no scene {call.path['slug']}.")
    return _answer(call, scene)


def replace_scene(call: Call) -> Response:
    """Change title and frames of a scene that has not changed since it was read."""
    number_asked, body = call.number_in_path("scene_id"), call.json(SCENE_CHANGE)
    scene = _scene(call, number_asked)
    call.require_match(scene.etag, required=True)
    if (scene.title, scene.frames) != (body["title"], body["frames"]):
        scene.title, scene.frames, scene.updated = body["title"], body["frames"], call.now
        scene.version += 1
    return answer(200, shown(scene), {"ETag": scene.etag})


def _scene(call: Call, number_asked: int) -> Scene:
    scene = call.account.scenes.get(number_asked)
    if scene is None:
        raise Refused(404, "notFound", f"There is no scene {number_asked}.")
    return scene


def _by_slug(call: Call, slug: str) -> Scene | None:
    return next((each for each in call.account.scenes.values() if each.slug == slug), None)


def _answer(call: Call, scene: Scene) -> Response:
    return call.conditional(scene.etag, lambda: answer(200, shown(scene)))

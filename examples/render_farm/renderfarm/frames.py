"""Test frames, and the operations on them. A frame goes on when somebody looks at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from renderfarm.checks import as_whole, flag, many, one_of, shape, text, whole
from renderfarm.moments import SECOND
from renderfarm.wire import Call, Refused, answer

WAITING, DRAWING, DRAWN, STRUCK = 0, 1, 2, 9
LOOKS = {WAITING: 2, DRAWING: 3}
"""After how many looks a frame goes on."""
PAGE = 5
NEW_FRAME = shape(
    {"label": text(1, 40)},
    {
        "number": whole(0, 9999),
        "keep": flag,
        "layers": many(one_of("beauty", "depth", "normal"), 1, 3),
        "scene": whole(1, 2**31 - 1),
    },
)


@dataclass(slots=True)
class Frame:
    """One test frame. `made` and the other moments are milliseconds since 1970."""

    id: int
    label: str
    made: int
    number: int = 0
    keep: bool = False
    layers: list[str] = field(default_factory=lambda: ["beauty"])
    scene: int | None = None
    code: int = WAITING
    looks: int = 0
    changed: int | None = None
    drawn: int | None = None
    struck: int | None = None

    def look(self, now: int) -> None:
        """Count a look, and go on if it was the one that was waited for."""
        self.looks += 1
        if self.looks < LOOKS.get(self.code, self.looks + 1):
            return
        self.code, self.looks, self.changed = self.code + 1, 0, now
        if self.code == DRAWN:
            self.drawn = now

    def strike(self, now: int) -> None:
        """Be given up."""
        self.code, self.looks, self.changed, self.struck = STRUCK, 0, now, now


def shown(frame: Frame) -> dict[str, Any]:
    """Return a frame as clients see it."""
    return {
        "id": frame.id,
        "label": frame.label,
        "number": frame.number,
        "keep": frame.keep,
        "layers": frame.layers,
        "scene": frame.scene,
        "code": frame.code,
        "price": "$0.04",
        "created": _seconds(frame.made),
        "changed": _seconds(frame.changed),
        "drawn_at": _seconds(frame.drawn),
        "struck_at": _seconds(frame.struck),
    }


def _seconds(moment: int | None) -> int | None:
    return None if moment is None else moment // SECOND


def list_frames(call: Call) -> Response:
    """Answer a page of frames, the newest first."""
    page = call.asked("page", as_whole, whole(1, 1_000_000)) or 1
    code = call.asked("code", as_whole, one_of(WAITING, DRAWING, DRAWN, STRUCK))
    found = [each for each in reversed(call.account.frames.values()) if code is None or each.code == code]
    start = (page - 1) * PAGE
    shown_frames = [shown(each) for each in found[start : start + PAGE]]
    more = start + PAGE < len(found)
    return answer(200, {"frames": shown_frames, "page": page, "more": more, "total": len(found)})


def create_frame(call: Call) -> Response:
    """Have a test frame drawn."""
    body = call.form(_read, NEW_FRAME)
    scene = body.get("scene")
    if scene is not None and scene not in call.account.scenes:
        raise Refused(422, "noSuchScene", f"There is no scene {scene}.")
    frame = Frame(next(call.farm.frame_numbers), made=call.now, **body)
    call.account.frames[frame.id] = frame
    return answer(201, shown(frame), {"Location": f"/frames/{frame.id}"})


def _read(texts: dict[str, list[str]]) -> dict[str, Any]:
    """Return the fields of a form; what cannot be read stays text, for the check to complain about."""
    readers = {"number": _whole, "scene": _whole, "keep": _flag}
    return {
        name: values if name == "layers" else readers.get(name, str)(values[-1])
        for name, values in texts.items()
    }


def _whole(written: str) -> Any:
    value = as_whole(written)
    return written if value is None else value


def _flag(written: str) -> Any:
    return {"true": True, "false": False}.get(written.lower(), written)


def get_frame(call: Call) -> Response:
    """Answer one frame, which goes on for it."""
    frame = _frame(call)
    frame.look(call.now)
    return answer(200, shown(frame))


def strike_frame(call: Call) -> Response:
    """Give a frame up."""
    frame = _frame(call)
    if frame.code == DRAWN:
        raise Refused(409, "frameDrawn", f"Frame {frame.id} has been drawn; its code is {frame.code}.")
    if frame.code != STRUCK:
        frame.strike(call.now)
    return answer(200, shown(frame))


def _frame(call: Call) -> Frame:
    number = call.number_in_path("frame_id")
    if number not in call.account.frames:
        raise Refused(404, "notFound", f"There is no frame {number}.")
    return call.account.frames[number]

"""Pages that do not make up the list, and numbers about it that are not true."""

from __future__ import annotations

from tests.contracts.broken.documents import ALTERYX, FARM, KRAGLE, OPENREPLAY, RENDLEY, TAIPY
from tests.contracts.broken.fault import answering, asking, fault
from tests.contracts.broken.wire import Answer, Asked, Server

RANKS = {"Critical": 0, "High": 1, "Medium": 2, "Default": 3, "Low": 4}


@answering(RENDLEY, "ordered", "A list has the oldest job first.", of="listRendleyJobs")
def oldest_first(answer: Answer, _asked: Asked) -> None:
    if answer.json:
        answer.json["data"].reverse()


@answering(KRAGLE, "total-true", "The number of jobs is the number on the page.", of="listKragleJobs")
def count_of_the_page(answer: Answer, _asked: Asked) -> None:
    if answer.json:
        answer.json["count"] = len(answer.json["jobs"])


@answering(KRAGLE, "total-true", "Every page says it is the first.", of="listKragleSchedules")
def always_the_first(answer: Answer, _asked: Asked) -> None:
    if answer.json:
        answer.json["page"] = 1


@answering(KRAGLE, "pages-join", "The last page leaves out its last job.", of="listKragleJobs")
def tail_dropped(answer: Answer, _asked: Asked) -> None:
    if answer.json and answer.json["page"] > 1:
        answer.json["jobs"] = answer.json["jobs"][:-1]


@fault(KRAGLE, "pages-join", "Each page begins with the last job of the page before.", of="listKragleJobs")
async def pages_overlap(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    page = answer.json["page"] if answer.is_success and answer.json else 1
    if page > 1:
        before = (await server.ask(asked.asking(page=page - 1))).json["jobs"]
        answer.json["jobs"] = (before[-1:] + answer.json["jobs"])[:10]
    return answer


@fault(KRAGLE, "page-size", "A page has eight jobs, and says it has ten.", of="listKragleJobs")
async def short_pages(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.is_success and answer.json:
        page, found = answer.json["page"], []
        for number in range(1, -(-answer.json["count"] // 10) + 1):
            found += (await server.ask(asked.asking(page=number))).json["jobs"]
        answer.json["jobs"] = found[(page - 1) * 8 : page * 8]
    return answer


@asking(KRAGLE, "page-bounds", "Page 0 is page 1.", of="listKragleJobs")
def page_zero(asked: Asked) -> Asked:
    return asked.asking(page=1) if asked.query.get("page") == "0" else asked


@fault(KRAGLE, "total-true", "Jobs that were deleted still count.", of=["listKragleJobs", "deleteKragleJob"])
async def deleted_counts(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.is_success and answer.json and "deleted" in answer.json:
        server.memory[asked.credential] = server.memory.get(asked.credential, 0) + 1
    if answer.is_success and answer.json and "count" in answer.json:
        answer.json["count"] += server.memory.get(asked.credential, 0)
    return answer


@asking(ALTERYX, "page-size", "How many jobs are wanted is not read.", of="listAlteryxWorkflowJobs")
def limit_ignored(asked: Asked) -> Asked:
    limit = asked.query.get("limit", "")
    return asked.asking(limit=None) if limit.isdigit() and 1 <= int(limit) <= 500 else asked


@asking(ALTERYX, "pages-join", "A page begins one job too early.", of="listAlteryxWorkflowJobs")
def off_by_one(asked: Asked) -> Asked:
    offset = asked.query.get("offset", "")
    return asked.asking(offset=int(offset) - 1) if offset.isdigit() and 0 < int(offset) < 2**31 else asked


@asking(ALTERYX, "pages-join", "With a filter every page is the first.", of="listAlteryxWorkflowJobs")
def first_page_of_a_filter(asked: Asked) -> Asked:
    offset = asked.query.get("offset", "")
    is_meant = "status" in asked.query and offset.isdigit() and int(offset) < 2**31
    return asked.asking(offset=None) if is_meant else asked


@asking(ALTERYX, "page-bounds", "Who wants too many gets 500 instead of a 400.", of="listAlteryxWorkflowJobs")
def limit_clamped(asked: Asked) -> Asked:
    limit = asked.query.get("limit", "")
    return asked.asking(limit=500) if limit.isdigit() and int(limit) > 500 else asked


@asking(ALTERYX, "sorted", "Which way to sort is not read.", of="listAlteryxWorkflowJobs")
def direction_ignored(asked: Asked) -> Asked:
    return asked.asking(direction=None) if asked.query.get("direction") == "desc" else asked


@fault(
    ALTERYX,
    "sorted",
    "Priorities are sorted by weight, not by the alphabet as declared.",
    of="listAlteryxWorkflowJobs",
)
async def sorted_by_meaning(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if asked.query.get("sortField") == "priority" and answer.is_success and answer.json:
        answer.json.sort(
            key=lambda job: RANKS[job["priority"]], reverse=asked.query.get("direction") == "desc"
        )
    return answer


@asking(OPENREPLAY, "pages-join", "The second page is the third.", of="listOpenReplayJobs")
def page_skipped(asked: Asked) -> Asked:
    page = asked.query.get("page", "")
    return asked.asking(page=int(page) + 1) if page.isdigit() and int(page) > 1 else asked


@asking(OPENREPLAY, "page-bounds", "Who wants no jobs gets one, not fifty.", of="listOpenReplayJobs")
def limit_raised_to_one(asked: Asked) -> Asked:
    return asked.asking(limit=1) if asked.query.get("limit") == "0" else asked


@answering(OPENREPLAY, "listed", "The newest job is not in the list.", of="listOpenReplayJobs")
def newest_missing(answer: Answer, asked: Asked) -> None:
    if answer.json and asked.query.get("page", "1") == "1":
        answer.json["data"] = answer.json["data"][1:]


@answering(OPENREPLAY, "ordered", "Jobs are in the order of their users' names.", of="listOpenReplayJobs")
def ordered_by_user(answer: Answer, _asked: Asked) -> None:
    if answer.json:
        answer.json["data"].sort(key=lambda job: job["referenceId"])


@asking(OPENREPLAY, "listed", "A page has three jobs where the client says nothing.", of="listOpenReplayJobs")
def small_default(asked: Asked) -> Asked:
    return asked if "limit" in asked.query else asked.asking(limit=3)


@answering(TAIPY, "listed-once", "A job that runs is listed twice.", of="listTaipyJobs")
def listed_twice(answer: Answer, _asked: Asked) -> None:
    if answer.json:
        answer.json += [job for job in answer.json if job["status"] == "Status.RUNNING"]


@answering(TAIPY, "listed", "Jobs that were cancelled are in no list.", of="listTaipyJobs")
def cancelled_left_out(answer: Answer, _asked: Asked) -> None:
    for job in [job for job in answer.json or () if job["status"] == "Status.CANCELED"]:
        answer.json.remove(job)


@answering(TAIPY, "listed", "A list ends after ten jobs.", of="listTaipyJobs")
def ten_at_most(answer: Answer, _asked: Asked) -> None:
    if answer.json:
        del answer.json[10:]


@fault(FARM, "pages-join", "The last page leads to itself.", of="listRenders")
async def pages_in_a_circle(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.is_success and answer.json and "after" in asked.query and answer.json["next"] is None:
        answer.json["next"] = asked.query["after"]
    return answer


@asking(FARM, "pages-join", "Who filters by a title gets the first page only.", of="listScenes")
def first_titles_only(asked: Asked) -> Asked:
    offset = asked.query.get("offset", "")
    is_meant = "title" in asked.query and offset.isdigit() and int(offset) < 2**31
    return asked.asking(offset=None) if is_meant else asked


@answering(FARM, "total-true", "The first page is the only one: none tells the next.", of="listRenders")
def no_next(answer: Answer, _asked: Asked) -> None:
    if answer.json:
        answer.json["next"] = None


@answering(FARM, "total-true", "The total is what is on the page.", of="listRenders")
def total_of_the_page(answer: Answer, _asked: Asked) -> None:
    if answer.json:
        answer.json["total"] = len(answer.json["renders"])


@fault(FARM, "total-true", "The total of a filtered list is that of the whole.", of="listScenes")
async def total_unfiltered(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if answer.is_success and answer.json:
        everything = await server.ask(asked.asking(title=None, frames_from=None, frames_to=None))
        answer.json["total"] = everything.json["total"]
    return answer


@answering(FARM, "total-true", "There is always more.", of="listFrames")
def always_more(answer: Answer, _asked: Asked) -> None:
    if answer.json:
        answer.json["more"] = answer.json["more"] or len(answer.json["frames"]) > 0


@fault(FARM, "page-bounds", "A page that is too long is refused, not cut.", of="listRenders")
async def refused_for_clamped(asked: Asked, server: Server) -> Answer:
    answer, limit = await server.ask(asked), asked.query.get("limit", "")
    if answer.is_success and limit.isdigit() and int(limit) > 50:
        refused = {"type": "about:blank", "title": "Bad request", "status": 400, "detail": "At most 50."}
        answer.become(400, refused).put("content-type", "application/problem+json")
    return answer


@fault(FARM, "sorted", "Numbers of frames are sorted as texts.", of="listScenes")
async def numbers_sorted_as_text(asked: Asked, server: Server) -> Answer:
    answer = await server.ask(asked)
    if asked.query.get("sort") == "frames" and answer.is_success and answer.json:
        is_down = asked.query.get("direction") == "desc"
        answer.json["scenes"].sort(key=lambda scene: str(scene["frames"]), reverse=is_down)
    return answer

"""The words by which people name states, verbs, pages and times: what guesses rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word says of a state.

    Attributes:
        category: As in the vocabulary of lifecycles; empty for a word that names no state at all.
        outcome: How it ended, where it has.
        rank: Where it stands on the usual way, from 0.
    """

    category: str
    outcome: str = ""
    rank: int = 50


def _meant(category: str, outcome: str, rank: int, *names: str) -> dict[str, Meaning]:
    return {name: Meaning(category, outcome, rank) for name in names}


STATES: Mapping[str, Meaning] = {
    **_meant("resting", "", 5, "draft", "unsaved"),
    **_meant("pending", "", 10, "new", "created", "init", "initial", "submitted", "registered", "requested"),
    **_meant("pending", "", 12, "accepted", "received", "scheduled", "planned", "delayed"),
    **_meant(
        "pending", "", 20, "queued", "enqueued", "pending", "waiting", "backlog", "ready", "starting up"
    ),
    **_meant("pending", "", 22, "blocked", "throttled", "backing off", "standby"),
    **_meant("pending", "", 20, "validating", "verifying", "checking"),
    **_meant(
        "active", "", 30, "initializing", "initialising", "preparing", "provisioning", "booting", "starting"
    ),
    **_meant("active", "", 32, "assigned", "dispatched", "allocated", "started", "launched", "fetching"),
    **_meant("active", "", 40, "running", "in progress", "inprogress", "progress", "processing", "executing"),
    **_meant("active", "", 40, "active", "working", "ongoing", "busy", "building", "rendering", "doing"),
    **_meant("active", "", 45, "retrying", "restarting", "restarted", "resubmitted"),
    **_meant("active", "", 60, "finalizing", "finalising", "finishing", "completing", "saving", "publishing"),
    **_meant("active", "", 60, "uploading", "wrapping up", "postprocessing", "post processing"),
    **_meant(
        "resting", "", 70, "paused", "suspended", "held", "on hold", "hold", "halted", "frozen", "breakpoint"
    ),
    **_meant("resting", "", 70, "requires action", "action required", "needs approval"),
    **_meant("resting", "", 70, "inactive", "disabled", "idle", "archived"),
    **_meant(
        "transient", "", 75, "cancelling", "canceling", "stopping", "aborting", "terminating", "killing"
    ),
    **_meant("transient", "", 75, "cancel requested", "pausing", "suspending", "deleting", "removing"),
    **_meant("transient", "", 75, "dismissing", "revoking", "shutting down", "pause requested"),
    **_meant("final", "success", 80, "succeeded", "success", "successful", "completed", "complete", "done"),
    **_meant(
        "final", "success", 80, "finished", "ended", "passed", "ok", "processed", "delivered", "published"
    ),
    **_meant("final", "success", 82, "skipped", "warning", "completed with warnings", "partially completed"),
    **_meant(
        "final", "failure", 85, "failed", "failure", "error", "errored", "crashed", "faulted", "rejected"
    ),
    **_meant("final", "failure", 85, "preempted", "denied", "invalid", "incomplete", "abandoned", "evicted"),
    **_meant("final", "failure", 85, "completed with errors", "completed with error", "lost", "dead"),
    **_meant("final", "cancelled", 90, "cancelled", "canceled", "aborted", "stopped", "terminated", "killed"),
    **_meant("final", "cancelled", 90, "dismissed", "revoked", "withdrawn", "voided", "void", "interrupted"),
    **_meant("final", "expired", 95, "expired", "timed out", "timeout", "timedout", "overdue"),
    **_meant("final", "", 99, "deleted", "removed"),
    **_meant("resting", "", 98, "unknown"),
    **_meant("", "", 99, "unspecified", "undefined", "none", "unset", "invalid state", "unrecognized"),
}
"""What each known word means; a name of several words is also looked up by its last."""

VERBS: Mapping[str, str] = {
    **dict.fromkeys(
        ("cancel", "stop", "abort", "terminate", "kill", "dismiss", "revoke", "void", "interrupt"), "cancel"
    ),
    **dict.fromkeys(("pause", "suspend", "hold", "halt"), "pause"),
    **dict.fromkeys(("resume", "unpause", "continue", "unsuspend", "release", "unhold"), "resume"),
    **dict.fromkeys(("retry", "restart", "rerun", "replay", "requeue", "redrive"), "retry"),
    **dict.fromkeys(("start", "run", "submit", "launch", "trigger", "enqueue", "execute", "begin"), "start"),
    **dict.fromkeys(("complete", "finish", "close", "finalize", "done"), "complete"),
    **dict.fromkeys(("enable", "activate", "reactivate"), "enable"),
    **dict.fromkeys(("disable", "deactivate"), "disable"),
    **dict.fromkeys(("archive",), "archive"),
    **dict.fromkeys(("unarchive", "restore"), "unarchive"),
    **dict.fromkeys(("approve", "accept", "confirm"), "approve"),
    **dict.fromkeys(("reject", "decline", "deny"), "reject"),
    **dict.fromkeys(("delete", "remove", "destroy", "purge"), "delete"),
}
"""By word of a path or an operation id, what it asks for."""

WINDOWS = (("start", "end"), ("from", "to"), ("first", "last"), ("startindex", "endindex"))
"""The two parameters of a list that is cut by where a page begins and ends."""

STATE_FIELDS = ("status", "state", "phase")
"""What a field with a state is called, or ends in; the first is the best."""

PAGES: Mapping[str, tuple[str, ...]] = {
    "page": ("page", "pagenumber", "pageno", "pageindex", "p"),
    "offset": ("offset", "skip", "start", "from", "startindex", "startat"),
    "cursor": (
        "cursor",
        "pagetoken",
        "nextpagetoken",
        "token",
        "continue",
        "marker",
        "nexttoken",
        "pagecursor",
    ),
    "after": ("after", "startingafter", "afterid", "sinceid"),
}
"""By style of paging, how its parameter is called."""

SIZES = (
    "limit",
    "perpage",
    "pagesize",
    "size",
    "maxresults",
    "maxitems",
    "max",
    "count",
    "pagelimit",
    "top",
    "first",
)
"""How the parameter with the length of a page is called."""

TIMES: Mapping[str, tuple[str, ...]] = {
    "created": (
        *("created", "createdat", "createdon", "creationtime", "createtime", "creationdate", "createdate"),
        *("createddate", "createdtime", "datecreated", "submittedat", "submitted", "insertedat"),
        *("createdatetime", "creationtimestamp", "submissiontime", "enqueuedat", "timecreated"),
    ),
    "updated": (
        *("updated", "updatedat", "updatedon", "updatetime", "lastupdated", "lastmodified", "modifiedat"),
        *("modified", "updateddate", "lastupdatedat", "lastupdatetime", "dateupdated", "modifiedon"),
        *("timeupdated", "modificationdate", "lastmodifieddate"),
    ),
    "started": ("started", "startedat", "starttime", "startedon", "startdate", "begunat", "runningat"),
    "ended": (
        *("finished", "finishedat", "ended", "endedat", "endtime", "completedat", "completiontime"),
        *("finishtime", "completed", "completedon", "stoppedat", "enddate", "terminatedat"),
    ),
}
"""What the fields with times are called."""

SEARCHES = frozenset(("search", "query", "find", "filter", "list", "lookup", "count"))
"""Words for asking for some of what there is, also by POST."""

ENDS_READY = frozenset(("ready", "available", "live", "online"))
"""Words for being done, where something was on its way to it and no other word says so."""

CHECKS = ("validat", "verif", "check")
"""How words begin for being looked at before the work: there, too, something may fail."""

RESULTS = frozenset(("result", "results", "output", "outputs", "artifact", "artifacts", "download", "report"))
"""Parts that are there once the work is done."""

FAULTS = frozenset(("error", "errors", "failure", "failures", "fault", "faults", "exception", "exceptions"))
"""Fields that say why something failed."""

LOGS = frozenset(("log", "logs"))
"""Fields that say what happened on the way."""

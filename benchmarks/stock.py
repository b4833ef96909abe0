"""Stock Connexion doing the same job: a `FlaskApp` with plain handlers, and all checks Connexion has.

The document is the part of openapi.yaml that the measured operations need.

    python -m benchmarks.stock
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Any

import yaml
from connexion import FlaskApp
from connexion.options import SwaggerUIOptions
from connexion.resolver import Resolver

from benchmarks.bare import serve
from benchmarks.servers import ROOT

PROJECT = "3sWXSsqHgSKnE87YkNJK"
WORKFLOW = "66ebd0f23d6200007e000d11"
DAY_MS = 86_400_000

sessions: dict[int, dict[str, Any]] = {}
runs: dict[str, dict[str, Any]] = {}


def known(token: str) -> dict[str, Any]:
    """Let every token in, as understudy does."""
    return {"sub": token}


def getOpenReplayJob(projectKey: str, jobId: int) -> Any:
    job = sessions.get(jobId)
    return ({"data": job}, 200) if job and projectKey == PROJECT else ({"error": "job not found"}, 404)


def listOpenReplayJobs(projectKey: str, page: int = 1, limit: int = 50) -> Any:
    ids = sorted(sessions, reverse=True)[(page - 1) * limit : page * limit]
    return {"data": [sessions[each] for each in ids]}


def enqueueAlteryxWorkflow(workflowId: str, body: dict[str, Any]) -> Any:
    job = {
        "id": secrets.token_hex(12),
        "appId": workflowId,
        "createDateTime": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
        "status": "Queued",
        "disposition": "None",
        "outputs": [],
        "messages": [],
        "priority": body.get("priority", "Default"),
        "workerTag": body.get("workerTag"),
        "runWithE2": True,
    }
    runs[job["id"]] = job
    return job


HANDLERS = {each.__name__: each for each in (getOpenReplayJob, listOpenReplayJobs, enqueueAlteryxWorkflow)}


def document() -> dict[str, Any]:
    """Return openapi.yaml with the operations that have a handler, and the components they need."""
    whole = yaml.load((ROOT / "openapi.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    paths: dict[str, Any] = {}
    for path, item in whole["paths"].items():
        chosen = {key: each for key, each in item.items() if _is_handled(each)}
        if chosen:
            paths[path] = {"parameters": item.get("parameters", []), **chosen}
    schemes = {
        name: {**scheme, "x-bearerInfoFunc": "benchmarks.stock.known"}
        for name, scheme in whole["components"]["securitySchemes"].items()
        if scheme["type"] == "http"
    }
    components: dict[str, Any] = {"securitySchemes": schemes}
    for section, name in _needed(paths, whole["components"]):
        components.setdefault(section, {})[name] = whole["components"][section][name]
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": components}


def _is_handled(operation: Any) -> bool:
    return isinstance(operation, dict) and operation.get("operationId") in HANDLERS


def _needed(paths: Any, components: Any) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    waiting = list(_references(paths))
    while waiting:
        reference = waiting.pop()
        if reference not in found:
            found.add(reference)
            section, name = reference
            waiting += _references(components[section][name])
    return found


def _references(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            _, _, section, name = value["$ref"].split("/")
            yield section, name
        yield from (found for each in value.values() for found in _references(each))
    elif isinstance(value, list):
        yield from (found for each in value for found in _references(each))


def fill() -> None:
    """Make the jobs that are read: as many as understudy's world has by then."""
    now = int(time.time() * 1000)
    for job_id in range(3447, 3510):
        sessions[job_id] = {
            "jobId": job_id,
            "description": f"Delete user sessions of userId = user{job_id}",
            "status": "scheduled",
            "projectId": 1,
            "action": "delete_user_data",
            "referenceId": f"user{job_id}",
            "createdAt": now,
            "updatedAt": None,
            "startAt": now // DAY_MS * DAY_MS + DAY_MS,
            "errors": None,
        }


def main() -> None:
    fill()
    app = FlaskApp(__name__, swagger_ui_options=SwaggerUIOptions(swagger_ui=False))
    app.add_api(document(), resolver=Resolver(HANDLERS.__getitem__))
    serve(app)


if __name__ == "__main__":
    main()

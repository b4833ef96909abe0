"""Runs a workflow with Alteryx's own generated client and tells what it saw, as JSON.

Started by tests/test_real_client.py with `python -I`: nothing of the project's environment can be
imported. Arguments: the folder with the client, the server's URL, a token, a workflow id.
"""

import json
import sys
import urllib.request

library, url, token, workflow = sys.argv[1:]
sys.path.insert(0, library)

from src.server_client import ApiClient, Configuration, JobsApi, WorkflowsApi  # noqa: E402
from src.server_client.models import EnqueueJobContract  # noqa: E402

POLLS = 20


def advance(seconds: int) -> None:
    """Move the server's clock, which no client of the API could."""
    body = json.dumps({"advance": f"PT{seconds}S"}).encode()
    request = urllib.request.Request(f"{url}/_understudy/clock", body, {"content-type": "application/json"})
    urllib.request.urlopen(request, timeout=10).close()


configuration = Configuration()
configuration.host = f"{url}/webapi"  # a slash at its end would double the one of every path
configuration.access_token = token
client = ApiClient(configuration)
workflows, jobs = WorkflowsApi(client), JobsApi(client)

enqueued = workflows.workflows_enqueue(workflow, EnqueueJobContract(worker_tag="gpu", priority="High"))
polls = []
for _ in range(POLLS):
    polls.append(jobs.jobs_get_job_v3(enqueued.id))
    if polls[-1].status in ("Completed", "Cancelled"):
        break
    advance(1)
message = jobs.jobs_get_job_messages(enqueued.id)
short = jobs.jobs_get_job_v3(enqueued.id, include_messages=False)
listed = workflows.workflows_get_jobs_for_workflow(workflow)

json.dump(
    {
        "from": sys.modules["src"].__file__,
        "enqueued": enqueued.to_dict(),
        "states": [each.status for each in polls],
        "last": polls[-1].to_dict(),
        "message": message.to_dict(),
        "without_messages": short.to_dict(),
        "listed": [each.to_dict() for each in listed],
    },
    sys.stdout,
    default=str,
)

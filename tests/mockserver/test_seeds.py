"""Seeds that contradict the document are told before anybody asks."""

from __future__ import annotations

import pytest

from mockserver.app import build
from speckit.document import load
from speckit.faults import DocumentFaults
from speckit.specification import specify

DOCUMENT = """
openapi: 3.0.3
info: {title: Runs, version: '1'}
paths:
  /runs:
    get:
      operationId: listRuns
      responses: {'200': {description: All, content: {application/json: {schema: {type: array}}}}}
x-resource-lifecycles:
  Queue:
    identity: {field: /id}
    initially: {id: $id}
    seed:
      - set: {id: fast}
  Run:
    identity: {field: /id}
    initially: {id: $id, queue: ''}
    parents: {queue: {resource: Queue, field: /queue}}
    unique: [{fields: [/queue]}]
    operations: {listRuns: {role: list}}
    seed:
      - set: {id: a, queue: fast}
      - set: {id: b, queue: QUEUE}
"""


@pytest.mark.parametrize(("queue", "told"), [("slow", "no Queue 'slow'"), ("fast", "already")])
def test_a_seed_that_cannot_be_planted_is_a_fault_of_the_document(tmp_path, queue, told):
    """Else every request would be answered with 500."""
    (tmp_path / "runs.yaml").write_text(DOCUMENT.replace("QUEUE", queue))
    line = DOCUMENT.splitlines().index("      - set: {id: b, queue: QUEUE}") + 1
    specification = specify(load(tmp_path / "runs.yaml"))

    with pytest.raises(DocumentFaults) as refusal:
        build(specification)

    (fault,) = refusal.value.faults
    assert fault.path == ("x-resource-lifecycles", "Run", "seed", 1)
    assert told in fault.message
    assert fault.place is not None
    assert fault.place.line == line

"""Real documents: what is inferred of them is accepted and played as it is."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from real_documents import SPECS

from mockserver.app import build
from mockserver.clock import ManualClock
from speckit.document import load
from speckit.specification import specify
from understudy.cli import main

STATES = {
    "openeo/openapi.yaml": ("Batch Jobs", {"created", "queued", "running", "canceled", "finished", "error"}),
    "ga4gh-wes/openapi/workflow_execution_service.openapi.yaml": (
        "",
        {"QUEUED", "RUNNING", "COMPLETE", "CANCELED"},
    ),
    "ga4gh-tes/openapi/task_execution_service.openapi.yaml": (
        "",
        {"QUEUED", "RUNNING", "COMPLETE", "CANCELING"},
    ),
    "ipfs-pinning/ipfs-pinning-service.yaml": ("", {"queued", "pinning", "pinned", "failed"}),
    "ogcapi-processes/openapi/ogcapi-processes.bundled.json": (
        "",
        {"accepted", "running", "successful", "dismissed"},
    ),
    "shotstack/api.oas3.yaml": ("", {"queued", "fetching", "rendering", "saving", "done", "failed"}),
    "kubeflow-pipelines/backend/api/v2beta1/swagger/kfp_api_single_file.swagger.json": (
        "",
        {"RUNNING", "SUCCEEDED"},
    ),
    "dkron/website/static/openapi/openapi.yaml": ("", set()),
}


@pytest.mark.parametrize("document", STATES)
def test_what_is_inferred_of_a_real_document_is_played_as_it_is(document, tmp_path):
    file = SPECS / document
    if not file.is_file():
        pytest.skip(f"{file} is not there; UNDERSTUDY_CORPUS names the folder of the corpus.")
    tag, wanted = STATES[document]
    overlay = tmp_path / "lifecycles.yaml"

    done = CliRunner().invoke(
        main, ["infer", str(file), "-o", str(overlay), *(["--only", tag] if tag else [])]
    )

    assert done.exit_code == 0, done.output
    specification = specify(load(file, overlays=[overlay]))
    found = {str(state.value) for life in specification.lifecycles.values() for state in life.states.values()}
    assert wanted <= found
    build(specification, clock=ManualClock())

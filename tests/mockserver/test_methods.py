"""Methods that OpenAPI 3.2 has added are played like the others."""

from harness import Server

DOCUMENT = """\
openapi: 3.2.0
info: {title: Lamps, version: '1'}
paths:
  /lamps/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    query:
      requestBody: {required: true, content: {application/json: {schema: {type: object}}}}
      responses: {'200': {description: Found., content: {application/json: {example: bright}}}}
    additionalOperations:
      COPY: {responses: {'201': {description: Copied.}}}
"""


def test_methods_of_3_2_are_answered(tmp_path):
    (tmp_path / "lamps.yaml").write_text(DOCUMENT)
    server = Server("lamps.yaml", cwd=tmp_path)

    with server.client("anonymous") as client:
        asked = client.request("QUERY", "/lamps/1", json={})
        wrong = client.request("QUERY", "/lamps/1", json=[])
        copied = client.request("COPY", "/lamps/1")
        other = client.get("/lamps/1")
    server.stop()

    assert (asked.status_code, asked.json()) == (200, "bright")
    assert (wrong.status_code, copied.status_code) == (400, 201)
    assert (other.status_code, other.headers["allow"]) == (405, "COPY, OPTIONS, QUERY")

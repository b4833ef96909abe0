"""Documents made to harm whoever reads them: refused or read, soon, in little memory, with a clear word."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from harness import ROOT, Server

CPU_SECONDS = 5
"""How long reading may take, of a processor of its own: others run tests at the same time."""

MOST_MEGABYTES = 400
PATIENCE_SECONDS = 60

READING = """
import resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (1500 << 20, 1500 << 20))
from speckit.document import load
from speckit.faults import DocumentFaults
from speckit.specification import specify
try:
    document = load(Path(sys.argv[1]))
    print(len(specify(document).operations), "operations")
    print(*document.first_faults(10), sep="\\n")
    status = 0
except DocumentFaults as refusal:
    print(refusal)
    status = 1
used = resource.getrusage(resource.RUSAGE_SELF)
# Not ru_maxrss, which a process inherits from the one that starts it.
high = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(used.ru_utime + used.ru_stime, int(high.split()[1]) / 1024, file=sys.stderr)
sys.exit(status)
"""
HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"
INFO = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}}


def levels(first: str, below: str, count: int) -> str:
    """Lines of YAML, each of which stands for the one above many times."""
    lines = [f"  a0: &a0 {first}\n"]
    return "".join(lines + [f"  a{i}: &a{i} {below.replace('*', f'*a{i - 1}')}\n" for i in range(1, count)])


def answering(schema: object) -> dict[str, object]:
    content = {"application/json": {"schema": schema}}
    return {"/a": {"get": {"responses": {"200": {"description": "", "content": content}}}}}


def doubling() -> dict[str, object]:
    def below(i: int) -> dict[str, object]:
        ref = {"$ref": f"#/components/schemas/s{i + 1}"}
        return {"properties": {"a": ref, "b": ref}}

    schemas = {f"s{i}": below(i) for i in range(200)} | {"s200": {"type": "string"}}
    paths = answering({"$ref": "#/components/schemas/s0"})
    return {**INFO, "paths": paths, "components": {"schemas": schemas}}


def winding() -> dict[str, object]:
    """References whose path goes through references, at each step twice."""
    schemas: dict[str, object] = {f"s{i}": {"$ref": f"#/components/schemas/s{i + 1}/p/q"} for i in range(200)}
    return {**INFO, "paths": {}, "components": {"schemas": schemas | {"s200": {"p": {"q": {}}}}}}


def flat(**more: object) -> str:
    return json.dumps({**INFO, "paths": {}, **more})


def looping() -> str:
    loop = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    paths = answering({"$ref": "#/components/schemas/A"})
    return flat(paths=paths, components={"schemas": loop})


def laughing_schemas() -> str:
    lines = levels("{properties: {a: {}}}", "{properties: {a: *, b: *}}", 30).replace("\n  ", "\n    ")
    return f"{HEAD}paths: {{}}\ncomponents:\n  schemas:\n  {lines}"


def deep_json() -> str:
    deep = '{"properties":{"a":' * 10_000 + "{}" + "}}" * 10_000
    return flat(components={"schemas": {"A": 0}}).replace("0}}}", f"{deep}}}}}}}")


def many_parameters() -> str:
    path = "/" + "/".join(f"{{p{i}}}" for i in range(20_000))
    return flat(paths={path: {"get": {"responses": {"200": {"description": ""}}}}})


OUTSIDE = "paths: {/a: {get: {responses: {200: {$ref: '../../../../../../../etc/passwd'}}}}}\n"
TEN = "[*, *, *, *, *, *, *, *, *, *]"
NINES = "9" * 100_000

DOCUMENTS: dict[str, tuple[str, Callable[[], str | bytes], int, str]] = {
    # By name: what the file is, how it is made, the exit status, and what is said.
    "billion laughs": (
        *("yaml", lambda: f"{HEAD}paths: {{}}\nx-a:\n{levels('[x, x, x]', TEN, 12)}"),
        *(1, "1,000,000 nodes. Use $ref"),
    ),
    "laughing schemas": ("yaml", laughing_schemas, 1, "Use $ref in place of nested aliases"),
    "many anchors": (
        *("yaml", lambda: f"{HEAD}paths: {{}}\nx-a: [{', '.join(f'&a{i} {i}' for i in range(50_000))}]\n"),
        *(0, "0 operations"),
    ),
    "references that double": ("json", lambda: json.dumps(doubling()), 0, "1 operations"),
    "references that wind": ("json", lambda: json.dumps(winding()), 0, "names nothing"),
    "a loop of references": ("json", looping, 0, "more than 100 references"),
    "a loop of paths": (
        *("json", lambda: flat(paths={"/a": {"$ref": "#/paths/~1b"}, "/b": {"$ref": "#/paths/~1a"}})),
        *(1, "more than 100 references"),
    ),
    "a file of this machine": ("yaml", lambda: HEAD + OUTSIDE, 0, "outside"),
    "100 MB of YAML": (
        *("yaml", lambda: HEAD + "x-a: |\n" + f"  {'x' * 97}\n" * 1_000_000, 1, "larger than 64 MiB"),
    ),
    "100 MB of JSON": ("json", lambda: '{"x": "' + "x" * 100_000_000 + '"}', 1, "larger than 64 MiB"),
    "60 MB of nothing, YAML": (
        *("yaml", lambda: HEAD + "x-a:\n" + "- {}\n" * 12_000_000, 1, "1,000,000 nodes"),
    ),
    "60 MB of nothing, JSON": (
        *("json", lambda: '{"x": [' + "{}," * 20_000_000 + "1]}", 1, "1,000,000 nodes"),
    ),
    "one long line": ("yaml", lambda: f"{HEAD}paths: {{}}\nx-a: {'x' * 30_000_000}\n", 0, "0 operations"),
    "10,000 levels of JSON": ("json", deep_json, 1, "depth limit"),
    "10,000 levels of YAML": (
        *("yaml", lambda: HEAD + "x-a: " + "{properties: {a: " * 10_000 + "{}" + "}}" * 10_000 + "\n"),
        *(1, "deeper than 200 levels"),
    ),
    "a million paths, JSON": (
        *("json", lambda: flat(paths={f"/p{i}": {} for i in range(1_000_000)}), 1, "1,000,000 nodes"),
    ),
    "a million paths, YAML": (
        *("yaml", lambda: HEAD + "paths:\n" + "".join(f"  /p{i}: {{}}\n" for i in range(1_000_000))),
        *(1, "more than 50,000 entries"),
    ),
    "60,000 paths, JSON": (
        *("json", lambda: flat(paths={f"/p{i}": {} for i in range(60_000)}), 1, "more than 50,000 entries"),
    ),
    "40,000 faults": (
        *("json", lambda: flat(paths={f"p{i}": 3 for i in range(40_000)}), 1, "does not start with '/'"),
    ),
    "20,000 parameters": ("json", many_parameters, 0, "It is taken as text"),
    "a huge number, YAML": ("yaml", lambda: f"{HEAD}paths: {{}}\nx-a: {NINES}\n", 0, "0 operations"),
    "a huge number, JSON": ("json", lambda: f'{{"openapi": {NINES}}}', 1, "not JSON"),
    "a key twice": ("yaml", lambda: f"{HEAD}paths: {{}}\npaths: {{}}\n", 1, "given twice"),
    "a tab": ("yaml", lambda: f"{HEAD}paths:\n\t/a: {{}}\n", 1, "not with a tab"),
    "a mark of byte order": (
        *("yaml", lambda: b"\xef\xbb\xbf" + f"{HEAD}paths: {{}}\n".encode(), 0, "0 operations"),
    ),
    "UTF-16": ("yaml", lambda: f"{HEAD}paths: {{}}\n".encode("utf-16"), 0, "0 operations"),
    "half of UTF-16": (
        "yaml",
        lambda: f"{HEAD}paths: {{}}\n".encode("utf-16")[:-1],
        1,
        "cannot be decoded as UTF-16",
    ),
    "no number, YAML": (
        *("yaml", lambda: f"{HEAD}components: {{schemas: {{A: {{maximum: .nan}}}}}}\n", 0, "'maximum' is"),
    ),
    "no number, JSON": ("json", lambda: '{"openapi": NaN}', 1, "not JSON"),
    "zeros": ("yaml", lambda: b"\0" * 1000, 1, "control character"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_hostile_document_does_no_harm(tmp_path, name):
    suffix, make, status, says = DOCUMENTS[name]
    content = make()
    file = tmp_path / f"openapi.{suffix}"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())

    command = [sys.executable, "-c", READING, str(file)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    cpu_seconds, megabytes = map(float, ran.stderr.split())

    assert ran.returncode == status, ran.stdout
    assert says in ran.stdout
    assert len(ran.stdout) < 20_000
    assert cpu_seconds < CPU_SECONDS
    assert megabytes < MOST_MEGABYTES


PATTERNS = {
    "laughs": "^(?=(a+)+$)(a|aa)+$",
    "backreference": r"(?=a)((a|a)*)*b\2",
    "counted": "^((a{1,1000}){1,1000}){1,1000}$",
    "nested": "^(([a-z])+.)+[A-Z]([a-z])+$",
}


def test_an_expression_that_explodes_does_so_in_no_request(tmp_path):
    """It is tried again with each request: the validator's engine gives up, or needs no time."""
    parameters = [
        {"name": name, "in": "query", "schema": {"pattern": text}} for name, text in PATTERNS.items()
    ]
    operation = {"parameters": parameters, "responses": {"200": {"description": "ok"}}}
    (tmp_path / "openapi.json").write_text(json.dumps({**INFO, "paths": {"/a": {"get": operation}}}))
    server = Server("openapi.json", cwd=tmp_path)

    with server.client("anonymous") as client:
        client.get("/a")
        started = time.monotonic()
        statuses = [client.get("/a", params={name: "a" * 3000 + "!"}).status_code for name in PATTERNS]
        lasted = time.monotonic() - started
    server.stop()

    assert set(statuses) <= {200, 400}
    assert lasted < CPU_SECONDS

"""Every mistake that the checks know, made once in a sound document: where it is told, and how."""

import copy
from pathlib import Path

import pytest

from speckit.document import Document
from speckit.faults import DocumentFaults
from speckit.source import read
from speckit.specification import specify

BASE = Path(__file__).with_name("base.yaml")
OPENAPI = Path(__file__).parents[2] / "openapi.yaml"
SOUND = read(BASE)
GONE = object()
J = "x-resource-lifecycles/Job/"
P = "paths/~1projects~1{project}~1jobs/get/parameters/"


def changed(edits):
    """The sound document with some of its parts replaced, or GONE."""
    data = copy.deepcopy(SOUND)
    for path, value in edits.items():
        *above, last = [part.replace("~1", "/") for part in path.split("/")]
        node = data
        for part in above:
            node = node[int(part) if isinstance(node, list) else part]
        if isinstance(node, list):
            node[int(last) : int(last) + 1] = [value]
        elif value is GONE:
            del node[last]
        else:
            node[last] = value
    return Document(data, BASE)


def faults(edits):
    """What is told about the document, each as path, message and hint."""
    try:
        specify(changed(edits))
    except DocumentFaults as refusal:
        return [(str(f).split(": ")[0].split(", ", 1)[1], f.message, f.hint) for f in refusal.faults]
    return []


def move(**parts):
    return {"name": "extra", "from": "queued", "to": "running", **parts}


def last(**parts):
    """A transition more."""
    return {J + "transitions/8": move(**parts)}


STATES = [
    (
        {J + "state/initial": "quued"},
        "state/initial",
        "'quued' is not a state of Job",
        "Did you mean 'queued'?",
    ),
    ({J + "state/initial/1/then": "helt"}, "state/initial/1/then", "'helt' is not a state", "mean 'held'?"),
    ({J + "transitions/1/to": "doen"}, "transitions/1/to", "'doen' is not a state", "Did you mean 'done'?"),
    (
        {J + "transitions/1/from": "runing"},
        "transitions/1/from",
        "'runing' is not",
        "Did you mean 'running'?",
    ),
    ({J + "transitions/4/from/1": "runing"}, "transitions/4/from/1", "'runing' is not", "mean 'running'?"),
    (
        {J + "operations/cancelJob/otherwise/0/in/1": "faild"},
        "operations/cancelJob/otherwise/0/in/1",
        "'faild' is not a state",
        "Did you mean 'failed'?",
    ),
    (
        {J + "operations/cancelJob/otherwise/1/in": "helt"},
        "operations/cancelJob/otherwise/1/in",
        "'helt'",
        "'held'",
    ),
    (
        {J + "operations/getJob/available/in/0": "run"},
        "operations/getJob/available/in/0",
        "'run' is not",
        "Known:",
    ),
    (
        {J + "unique/0/while/0": "queud"},
        "unique/0/while/0",
        "'queud' is not a state",
        "Did you mean 'queued'?",
    ),
    ({J + "seed/0/state": "finished"}, "seed/0/state", "'finished' is not a state", "Known: held, queued"),
    (
        {J + "timestamps/entered": {"dne": "/ended"}},
        "timestamps/entered/dne",
        "'dne' is not a state",
        "Did you mean 'done'?",
    ),
    (
        {J + "state/states/lost": {"category": "resting"}},
        "state/states/lost",
        "No way leads to 'lost'",
        "$external",
    ),
    (
        last(**{"from": "done", "trigger": "$external"}),
        "transitions/8/from",
        "'extra' leads out of 'done', and final is final",
        "end in $removed",
    ),
    (
        last(**{"from": "*", "trigger": "$external"}),
        "transitions/8/from",
        "leads out of 'done', 'failed', 'halted'",
        "Leave it out of 'from'",
    ),
    ({J + "seed/0/state": GONE}, "seed/0", "The seed has no state", "one of held, queued"),
    (
        {"x-resource-lifecycles/Project/seed/0/state": "done"},
        "x-resource-lifecycles/Project/seed/0/state",
        "'done' is not a state of Project",
        "Declare it under state/states",
    ),
    (
        {
            "x-resource-lifecycles/Project/transitions": [
                move(**{"from": "*", "to": "$removed", "trigger": "$external"})
            ]
        },
        "x-resource-lifecycles/Project/transitions/0/from",
        "'*' is not a state of Project",
        "Declare it under state/states",
    ),
]

TRANSITIONS = [
    (
        last(name="halt", trigger="$external"),
        "transitions/8/name",
        "already the name of transitions/4",
        "its own",
    ),
    (last(trigger="cancelJob"), "transitions/8", "'halt' and 'extra' overlap: both leave 'queued'", "'when'"),
    (
        last(trigger="cancelJob", when={"$request.body#/now": True}),
        "transitions/8",
        "when cancelJob is called",
        "never hold together",
    ),
    (
        last(after={"duration": "PT1S"}),
        "transitions/8",
        "'start' and 'extra' overlap: both leave 'queued' at the same time",
        "'when'",
    ),
    (
        last(**{"from": "running", "to": "queued", "after": {"duration": "PT1M"}}),
        "transitions/0/after",
        "'start' is part of a circle by time alone",
        "'polls'",
    ),
    (
        {J + "transitions/3/every": GONE},
        "transitions/3/after",
        "'beat' is part of a circle by time alone: from 'running'",
        "'every'",
    ),
    (
        {J + "transitions/0/every": "PT1H"},
        "transitions/0/every",
        "'start' cannot recur",
        "until: $resource#/field",
    ),
    (
        {J + "transitions/3/after": {"duration": "PT1H"}},
        "transitions/3/every",
        "'beat' cannot recur",
        "one state as 'from' and 'to'",
    ),
    (
        last(after={"polls": 2}, scenario="failur"),
        "transitions/8/scenario",
        "'failur' is not a scenario",
        "'failure'",
    ),
    ({J + "seed/1/scenario": "failur"}, "seed/1/scenario", "'failur' is not a scenario", "mean 'failure'?"),
    (
        {J + "scenarios/slow": {}},
        "scenarios/slow",
        "No transition belongs to the scenario 'slow'",
        "Give one 'scenario: slow'",
    ),
    (
        last(trigger="cancelJb"),
        "transitions/8/trigger",
        "'cancelJb' is not an operation",
        "mean 'cancelJob'?",
    ),
    (
        last(trigger=["$external", "stop"]),
        "transitions/8/trigger/1",
        "'stop' is not an operation",
        "$external",
    ),
    (
        last(trigger="getHealth"),
        "transitions/8/trigger",
        "'getHealth' is not listed under 'operations' of Job",
        "'getHealth: {role: trigger}'",
    ),
    (
        last(trigger="getJob"),
        "transitions/8/trigger",
        "'getJob' has the role get, and reading moves nothing",
        "polls",
    ),
    (last(trigger="listJobs"), "transitions/8/trigger", "'listJobs' has the role list", "polls"),
    (
        {J + "transitions/4/trigger": "$external", J + "operations/cancelJob/success": {}},
        "operations/cancelJob/role",
        "'cancelJob' has the role trigger, and no transition names it",
        "Write 'trigger: cancelJob'",
    ),
    (
        {J + "operations/cancelJob/success/0/on": "hlt"},
        "operations/cancelJob/success/0/on",
        "'hlt' is not a transition that cancelJob causes",
        "Did you mean 'halt'?",
    ),
    (
        {J + "operations/updateJob/success": {"on": ["release", "start"]}},
        "operations/updateJob/success/on/1",
        "'start' is not a transition that updateJob causes",
        "Known: release, touch",
    ),
]

OPERATIONS = [
    (
        {J + "operations/getJobs": {"role": "list"}},
        "operations/getJobs",
        "'getJobs' is not an operation of the document",
        "Did you mean 'getJob'? One without operationId is named like 'DELETE /jobs/{id}'.",
    ),
    (
        {J + "operations/GET ~1reports~1{id}": {"role": "get"}},
        "x-resource-lifecycles/Report/operations/GET ~1reports~1{id}",
        "already belongs to Job",
        "under one resource",
    ),
    (
        {J + "identity/param": "jobId"},
        "operations/getJob",
        "The path /projects/{project}/jobs/{id} does not say which Job is meant",
        "Its parameters are project, id; 'identity' names jobId.",
    ),
    (
        {J + "identity/param": GONE},
        "operations/updateJob",
        "does not say which Job is meant",
        "'identity' names none",
    ),
    (
        {J + "identity/generate": GONE},
        "operations/createJob",
        "Nothing says where the id of a new Job comes from",
        "'generate'",
    ),
    (
        {
            "x-resource-lifecycles/Report/initially": GONE,
            "x-resource-lifecycles/Report/identity/generate": "$sequence",
            "x-resource-lifecycles/Report/operations/getHealth": {"role": "create"},
        },
        "x-resource-lifecycles/Report/operations/getHealth",
        "Nothing says what a new Report holds",
        "'initially'",
    ),
    (
        {J + "parents/project/resource": "Projct"},
        "parents/project/resource",
        "'Projct' is not a resource of this document",
        "Did you mean 'Project'?",
    ),
    (
        {J + "parents/project/resource": ["Project", "Team"]},
        "parents/project/resource/1",
        "'Team' is not a resource",
        "Known: Project, Job, Report",
    ),
    (
        {J + "parents/project/param": "projectKey"},
        "parents/project/param",
        "'projectKey' is not a path parameter of any operation of Job",
        "Did you mean 'project'?",
    ),
    (
        {J + "operations/listJobs/view": "breif"},
        "operations/listJobs/view",
        "'breif' is not a view",
        "'brief'",
    ),
    (
        {J + "operations/getJob/view/default": "x"},
        "operations/getJob/view/default",
        "'x' is not a view",
        "brief, bare",
    ),
    (
        {J + "operations/getJob/view/views/true": "x"},
        "operations/getJob/view/views/true",
        "'x' is not a view",
        "brief",
    ),
    (
        {J + "operations/createJob/success/view": "x"},
        "operations/createJob/success/view",
        "'x' is not",
        "brief",
    ),
    (
        {J + "operations/cancelJob/success/0/view": "x"},
        "operations/cancelJob/success/0/view",
        "'x' is not",
        "brief",
    ),
]

FIELDS = [
    ({J + path: value}, where or path, "'sttaus' is not a field of Job", "Did you mean 'status'?")
    for path, value, where in [
        ("identity/alternates/0/field", "/sttaus", ""),
        ("hidden", ["/project", "/sttaus/deep"], "hidden/1"),
        ("views/brief/omit/0", "/sttaus", ""),
        ("views/brief/show/0", "/sttaus", ""),
        ("views/bare/only/0", "/sttaus", ""),
        ("timestamps/created", "/sttaus", ""),
        ("timestamps/updated", "/sttaus", ""),
        ("timestamps/entered/done", "/sttaus", ""),
        ("state/field", "/sttaus", ""),
        ("state/states/queued/set", {"/sttaus": 1}, "state/states/queued/set/~1sttaus"),
        ("transitions/2/set", {"/sttaus": 1}, "transitions/2/set/~1sttaus"),
        ("unique/0/fields/0", "/sttaus", ""),
        ("operations/listJobs/filters/name", "/sttaus", ""),
        ("operations/listJobs/filters/source/field", "/sttaus", ""),
        ("operations/listJobs/sort/fields/name", "/sttaus", ""),
        ("operations/listJobs/order", "-/sttaus", ""),
        ("operations/updateJob/change", {"/sttaus": 1}, "operations/updateJob/change/~1sttaus"),
        ("operations/updateJob/set", {"sttaus": 1}, "operations/updateJob/set/sttaus"),
        ("operations/createJob/set", {"sttaus": 1}, "operations/createJob/set/sttaus"),
        ("seed/0/set/sttaus", 1, ""),
        ("initially/title", "$resource#/sttaus", ""),
    ]
] + [
    ({J + "identity/field": "/key"}, "identity/field", "'key' is not a field of Job", "Known:"),
    ({J + "parents/project/field": "/projct"}, "parents/project/field", "'projct' is not", "mean 'project'?"),
    ({J + "seed/1/set/id": "a"}, "seed/1/set/id", "The id 'a' is already that of seed/0", "of its own"),
]

LOOKUPS = [
    (
        {J + "operations/getJob/available/otherwise/body": {"error": "The job is {$state."}},
        "operations/getJob/available/otherwise/body",
        "'{$state.' is no whole expression",
        "",
    ),
    (
        {J + "identity/generate": "job_{$random.hex12"},
        "identity/generate",
        "ends it, as in '{$random.hex12}'",
        "",
    ),
    (
        {J + "initially/title": "$parent.team#/name"},
        "initially/title",
        "'team' is not a parent",
        "Known: project",
    ),
    (
        {J + "initially/owner": {"$first": ["$request.query.ownr", "nobody"]}},
        "initially/owner/$first/0",
        "'ownr' is not a query parameter of createJob",
        "Did you mean 'owner'?",
    ),
    (
        {J + "initially/project": "$request.path.id"},
        "initially/project",
        "'id' is not a path",
        "Known: project",
    ),
    (
        {J + "operations/getJob/view/by": "$request.query.ful"},
        "operations/getJob/view/by",
        "'ful' is not a query parameter of getJob",
        "Did you mean 'full'?",
    ),
    (
        {J + "operations/updateJob/change": {"/name": "$request.path.name"}},
        "operations/updateJob/change/~1name",
        "'name' is not a path parameter of updateJob",
        "Known: project, id",
    ),
    (
        {J + "operations/cancelJob/otherwise/0/body": {"error": "no {$request.query.why}"}},
        "operations/cancelJob/otherwise/0/body/error",
        "'why' is not a query parameter of cancelJob",
        "declares none",
    ),
    (
        {J + "transitions/5/when": {"$request.query.hold": True, "$request.body#/hold": False}},
        "transitions/5/when/$request.query.hold",
        "'hold' is not a query parameter of updateJob",
        "declares none",
    ),
    (
        {J + "transitions/2/set": {"/error": "$scenario#/eror"}},
        "transitions/2/set/~1error",
        "'/eror' is not data of the scenario 'failure'",
        "Did you mean '/error'?",
    ),
    ({J + "initially/title": "$requst.body"}, "initially/title", "'$requst.body' is not an expression", ""),
    (
        {J + "transitions/0/after/duration": "5s"},
        "transitions/0/after/duration",
        "'5s' is not a duration",
        "",
    ),
]

ANSWERS = [
    ({J + "answers/gone": {}}, "answers/gone", "'gone' is not a kind of answer", "Known:"),
    (
        {J + "operations/getJob/answers": {"notFond": {}}},
        "operations/getJob/answers/notFond",
        "'notFond' is not a kind",
        "Did you mean 'notFound'?",
    ),
    ({J + "parents/project/missing": "notFond"}, "parents/project/missing", "'notFond' is not", "'notFound'"),
    ({J + "unique/0/conflict": "conflct"}, "unique/0/conflict", "'conflct' is not", "'conflict'"),
    (
        {J + "operations/createJob/success/status": 200},
        "operations/createJob/success/status",
        "200 is not a documented response of createJob",
        "Documented are 201, 404, 409",
    ),
    (
        {J + "operations/cancelJob/success/0/status": 204},
        "operations/cancelJob/success/0/status",
        "204 is not a documented response",
        "200, 202, 409",
    ),
    (
        {J + "operations/cancelJob/otherwise/0/status": 400},
        "operations/cancelJob/otherwise/0/status",
        "400 is not a documented response of cancelJob",
        "'documented: false'",
    ),
    (
        {J + "operations/getJob/answers": {"notFound": {"status": 410}}},
        "operations/getJob/answers/notFound/status",
        "410 is not a documented response of getJob",
        "200, 404, 409",
    ),
    (
        {J + "operations/getJob/available/otherwise/status": 425},
        "operations/getJob/available/otherwise/status",
        "425",
        "4",
    ),
    (
        {J + "answers/notFound/status": 410},
        "answers/notFound/status",
        "410 is not a documented response",
        "404",
    ),
    (
        {"x-api-conventions/jobs/answers/notFond": {}},
        "x-api-conventions/jobs/answers/notFond",
        "'notFond' is not a kind of answer",
        "Did you mean 'notFound'?",
    ),
    (
        {"x-api-conventions/reports/paths": ["/reports", "/projects/"]},
        "x-api-conventions/reports/paths/1",
        "The paths below '/projects/' already belong to jobs",
        "once",
    ),
]

LISTS = [
    ({J + f"operations/listJobs/{path}": value}, f"operations/listJobs/{where or path}", message, hint)
    for path, value, where, message, hint in [
        ("paging/page", "pge", "", "'pge' is not a query parameter of listJobs", "Did you mean 'page'?"),
        ("paging/size", "limt", "", "'limt' is not a query parameter", "Did you mean 'limit'?"),
        (
            "paging/default",
            50,
            "",
            "The default of 'limit' is 50 here, and its schema says default: 20",
            "the same",
        ),
        ("paging/min", 5, "", "The min of 'limit' is 5 here, and its schema says minimum: 1", "the same"),
        (
            "paging/max",
            200,
            "",
            "The max of 'limit' is 200 here, and its schema says maximum: 100",
            "the same",
        ),
        ("sort/param", "srt", "", "'srt' is not a query parameter", "Did you mean 'sort'?"),
        (
            "sort/direction",
            "directon",
            "",
            "'directon' is not a query parameter",
            "Did you mean 'direction'?",
        ),
        (
            "sort/fields/owner",
            "/owner",
            "",
            "'owner' is not a value that 'sort' allows",
            "Known: name, created",
        ),
        (
            "sort/fields",
            {"name": "/name"},
            "",
            "'sort' allows 'created', and no field belongs to it",
            "'created: /field'",
        ),
        (
            "sort/fields",
            {"name": "/name", "created": "-/created_at", "-name": "/name"},
            "sort/fields/-name",
            "'-name' orders as 'name' does, by /name",
            "Write '-name: -/name'.",
        ),
        ("filters/limit[a]", "/name", "", "'limit' is no object, and has no member 'a'", "Write 'limit'"),
        ("filters/lmit[a]", "/name", "", "'lmit[a]' is not a query parameter", "Did you mean 'limit'?"),
        ("filters/nme", "/name", "", "'nme' is not a query parameter of listJobs", "Did you mean 'name'?"),
        ("filters/source", "/source", "", "'source' is not given here, and 'api' in its schema", "the same"),
        (
            "filters/source/default",
            "ui",
            "",
            "The default of 'source' is 'ui' here, and 'api' in its schema",
            "the same",
        ),
        (
            "filters/name",
            {"field": "/name", "default": "x"},
            "filters/name/default",
            "'x' here, and not given in its schema",
            "the same",
        ),
    ]
] + [
    (
        {J + "operations/listJobs/paging/default": GONE},
        "operations/listJobs/paging/size",
        "Without 'limit' there is one page here, and its schema says default: 20",
        "Add 'default: 20'",
    ),
    (
        {P + "1/schema/default": 10},
        "operations/listJobs/paging/default",
        "is 20 here, and its schema says default: 10",
        "the same",
    ),
]

FORM = [
    ({J + "operations/getJob": "get"}, "operations/getJob", "'get' is not of type", "Write {role: get}."),
    ({J + "operations/getJob": "yes"}, "operations/getJob", "'yes' is not of type", "Write {role: create}."),
    (last(after="PT5S"), "transitions/8/after", "'PT5S' is not of type", "Write {duration: PT5S}."),
    (last(after="5s"), "transitions/8/after", "'5s' is not of type", "Write {duration: PT2S}."),
    (
        last(after="$resource#/next"),
        "transitions/8/after",
        "'$resource#/next' is not of type",
        "Write {until: $resource#/next}.",
    ),
    (
        {J + "state/states/held": None},
        "state/states/held",
        "null is not of type",
        "Write {category: pending}.",
    ),
    (
        {J + "operations/cancelJob/role": "delete"},
        "operations/cancelJob/role",
        "'delete' is not allowed here",
        "A delete is a role 'trigger' with a transition to $removed.",
    ),
    (
        {J + "identity/prm": "id"},
        "identity/prm",
        "'prm' is not a key of this mapping",
        "Did you mean 'param'?",
    ),
    ({J + "identity": {"param": "id"}}, "identity", "The key 'field' is missing", ""),
    ({J + "identity": "id"}, "identity", "'id' is not of type object", "Write {param: id, field: /id}."),
    ({J + "etag": True}, "etag", "true is not of type object", "Write {}, or {required: true}"),
    ({J + "unique": ["/name"]}, "unique/0", "'/name' is not of type object", "Write {fields: [/name]}."),
    (
        {J + "operations/createJob/idempotency": "X-Key"},
        "operations/createJob/idempotency",
        "'X-Key' is not of type object",
        "Write {header: X-Key}.",
    ),
    (
        {J + "operations/listJobs/paging": "page"},
        "operations/listJobs/paging",
        "'page' is not of type object",
        "Write {style: page, page: page",
    ),
    (
        {J + "hidden": ["colour"]},
        "hidden/0",
        "'colour' is not a JSON Pointer",
        "Write '/colour'. Known: id, name,",
    ),
    ({J + "hidden": ["sourc/deep"]}, "hidden/0", "is not a JSON Pointer", "Write '/source/deep'."),
    ({J + "identity/field": "id"}, "identity/field", "'id' is not a JSON Pointer", "Write '/id'."),
    (
        {J + "operations/listJobs/order": "-created_at"},
        "operations/listJobs/order",
        "'-created_at' is not a JSON Pointer",
        "Write '-/created'.",
    ),
    (
        {J + "operations/getJob/role": "read"},
        "operations/getJob/role",
        "'read' is not allowed here",
        "create, replace, get",
    ),
    (
        {J + "operations/cancelJob/success/0/staus": 200},
        "operations/cancelJob/success/0/staus",
        "'staus' is not a key",
        "Did you mean 'status'?",
    ),
    ({J + "state/states/1": {}}, "state/states/1", "The key 'category' is missing", ""),
    ({J + "state/initial/0/thn": "x"}, "state/initial/0/thn", "'thn' is not a key", "Did you mean 'then'?"),
    (last(), "transitions/8", "Either 'trigger' or 'after'", ""),
    (last(trigger="cancelJob", after={"polls": 1}), "transitions/8", "Either 'trigger' or 'after'", ""),
    (last(after={"until": "/next"}), "transitions/8/after/until", "'/next' is not an expression", "with '$'"),
    (
        {J + "transitions/2/set": {"error": 1}},
        "transitions/2/set/error",
        "'error' is not a JSON Pointer",
        "'/error'",
    ),
    (
        {J + "transitions/5/when": {"hold": 1}},
        "transitions/5/when/hold",
        "'hold' is not an expression",
        "'$'",
    ),
    ({J + "transitions/5/from": 3}, "transitions/5/from", "3 is none of the forms", ""),
    ({J + "seed": {}}, "seed", "This mapping is not of type array", ""),
    (
        {"x-api-conventions/jobs/trailingSlash": "drop"},
        "x-api-conventions/jobs/trailingSlash",
        "'drop' is not allowed here",
        "Known: refuse, ignore",
    ),
    ({"x-api-conventions/jobs/paths/0": "jobs"}, "x-api-conventions/jobs/paths/0", "does not match", ""),
    ({"x-api-conventions/": {"paths": ["x"]}}, "x-api-conventions//paths/0", "does not match", ""),
    ({"x-resource-lifecycles": []}, "x-resource-lifecycles", "This list is not of type object", ""),
]

JOB_SCHEMA = {
    "type": "object",
    "properties": {
        "status": {"$ref": "#/components/schemas/Status"},
        "error": {"type": ["string", "null"]},
        "source": {"enum": ["api", "ui"]},
        "next": {"type": "string", "nullable": True},
    },
}
STATUS = {"type": "string", "enum": ["held", "queued", "running", "done", "failed", "halted", "gone"]}
ENVELOPE = {"allOf": [{"type": "object", "properties": {"data": {"$ref": "#/components/schemas/Job"}}}]}
PAGE = {"properties": {"total": {"type": "integer"}, "jobs": {"type": "array", "items": JOB_SCHEMA}}}
NEW = {"allOf": [{"$ref": "#/components/schemas/New"}]}
ONE = "paths/~1projects~1{project}~1jobs~1{id}/"
ALL = "paths/~1projects~1{project}~1jobs/"


def content(schema):
    return {"application/json": {"schema": schema}}


def documented(closed=False):
    """The sound document, with schemas."""
    new = {"type": "object", "properties": {"name": {}, "hold": {}}}
    if closed:
        new["additionalProperties"] = False
    schemas = {"Job": JOB_SCHEMA, "Status": STATUS, "New": new}
    return {
        "components": {"schemas": schemas},
        ONE + "get/responses/200/content": content(JOB_SCHEMA),
        ONE + "delete/responses/202/content": content(ENVELOPE),
        ALL + "post/requestBody": {"content": content(NEW)},
        ALL + "get/responses/200/content": content(PAGE),
        J + "operations/getJob": {"role": "get"},
        J + "operations/listJobs/success": {"body": {"total": "$list#/total", "jobs": "$list#/items"}},
        J + "operations/cancelJob/success/0/body": {"data": "$resource"},
    }


DOCUMENTED = [
    ({**documented(), **edits}, path, message, hint)
    for edits, path, message, hint in [
        (
            {J + "state/states/queued/value": "queud"},
            "state/states/queued/value",
            "'queud' is not a value that listJobs documents for '/status'",
            "Did you mean 'queued'?",
        ),
        (
            {"components/schemas/Status": {"enum": ["held", "queued", "running", "done", "failed"]}},
            "state/states/halted",
            "'halted' is not a value that listJobs documents",
            "Known: held, queued, running, done, failed.",
        ),
        (
            {
                ALL + "get/responses/200/content": {},
                ONE + "get/responses/200/content": {},
                "components/schemas/Status": {"enum": ["stopped"]},
            },
            "state/states/halted",
            "'halted' is not a value that cancelJob documents",
            "Known: stopped.",
        ),
        (
            {J + "state/states/done/set": {"/source": "uii"}},
            "state/states/done/set/~1source",
            "'uii' is not a value that listJobs documents for '/source'",
            "Did you mean 'ui'?",
        ),
        (
            {J + "transitions/1/set": {"/error": 5}},
            "transitions/1/set/~1error",
            "5 is not of the type that listJobs documents for '/error'",
            "It is string or null.",
        ),
        ({J + "initially/next": 7}, "initially/next", "7 is not of the type", "It is string."),
        ({J + "initially/next": True}, "initially/next", "true is not of the type", "It is string."),
        (
            {J + "operations/listJobs/success": {}},
            "operations/listJobs",
            "A list is an array as it stands, and listJobs documents an object",
            "'body: {jobs: $list#/items}'",
        ),
        (
            {J + "operations/createJob/set": {"name": "n-{$id}"}},
            "operations/createJob/set/name",
            "There is no $id yet",
            "in 'initially'",
        ),
        (
            {J + "seed/0/set/name": "$sequence"},
            "seed/0/set/name",
            "There is no $sequence yet",
            "in 'initially'",
        ),
        (
            {J + "initially/name": "$request.body#/nmae"},
            "initially/name",
            "'nmae' is not documented in the body of createJob",
            "Did you mean 'name'?",
        ),
        (
            {**documented(closed=True), J + "initially/name": "$request.body#/title"},
            "initially/name",
            "'title' is not documented in the body of createJob",
            "Known: name, hold.",
        ),
    ]
]

GIVEN = [
    (
        {J + "operations/getJob/available/otherwise/body": {"error": "$error#/detial"}},
        "operations/getJob/available/otherwise/body/error",
        "'detial' is not a part of $error",
        "Did you mean 'detail'?",
    ),
    (
        {J + "operations/listJobs/success": {"body": {"jobs": "$list#/item"}}},
        "operations/listJobs/success/body/jobs",
        "'item' is not a part of $list",
        "Did you mean 'items'?",
    ),
    (
        {J + "initially/owner": "$principal#/nme"},
        "initially/owner",
        "'nme' is not a part of $principal",
        "Known: name, id. Did you mean 'name'?",
    ),
    (
        {"x-api-conventions/jobs/error": {"body": {"error": "{$error#/tile}!"}}},
        "x-api-conventions/jobs/error/body/error",
        "'tile' is not a part of $error",
        "Did you mean 'title'?",
    ),
    (
        {"x-api-conventions/reports/paths": ["/report"]},
        "x-api-conventions/reports/paths",
        "No operation is below '/report'",
        "Did you mean '/reports/{id}'?",
    ),
    (
        {J + "state/field": "/state"},
        "state/field",
        "'state' is not a field of Job",
        "List it under 'initially', e.g. 'state: $state'.",
    ),
    (
        {J + "state/field": "/now/phase"},
        "state/field",
        "'now' is not a field of Job",
        "e.g. 'now: {phase: $state}'.",
    ),
    (
        {J + "operations/getJob/answers": {"busy": {}}},
        "operations/getJob/answers/busy",
        "'busy' is not a kind",
        "Known: malformedBody, invalidBody, invalidParameter, malformedId, unauthorized, forbidden,",
    ),
] + [
    ({key: {}}, key, "is not read by anybody", f"Did you mean '{meant}'?")
    for key, meant in [
        ("x-resource-lifecycle", "x-resource-lifecycles"),
        ("x-resource-lifecyles", "x-resource-lifecycles"),
        ("x-lifecycles", "x-resource-lifecycles"),
        ("x-api-convention", "x-api-conventions"),
    ]
]


def history(field="/events", entry="$state", **more):
    """The sound document with a history, and with something more."""
    kept = {"field": field, "entry": entry}
    return {J + "history": kept, J + "initially/events": [], **more}


HISTORY = [
    (
        history("/evnts"),
        "history/field",
        "'evnts' is not a field of Job",
        "Did you mean 'events'? List it under 'initially', e.g. 'evnts: []'.",
    ),
    (
        {J + "history": {"field": "/log/all", "entry": "$state"}},
        "history/field",
        "'log' is not a field of Job",
        "List it under 'initially', e.g. 'log: {all: []}'.",
    ),
    (history("/source"), "history/field", "'/source' is not an array in 'initially'", "Begin '/source' with"),
    (history(entry={"at": "$now"}), "history/entry", "does not say which state", "{state: $state, at: $now}"),
    (history(entry=5), "history/entry", "does not say which state was entered", "Write for instance"),
    (
        history(entry=["$state", "$resource"]),
        "history/entry",
        "'$resource' holds the history itself",
        "Name the fields",
    ),
    (
        history(entry="{$state} {$resource#/events/0}"),
        "history/entry",
        "'$resource#/events/0' holds the history itself",
        "Name the fields",
    ),
    (
        history(entry=["$state", "$resource#/nme"]),
        "history/entry/1",
        "'nme' is not a field of Job",
        "Did you mean 'name'?",
    ),
    (
        history(**{J + "state/states/done/set": {"/events": []}}),
        "state/states/done/set/~1events",
        "'/events' is written by the history, and by nothing else",
        "give the history a field of its own",
    ),
    (
        history(**{J + "transitions/2/set": {"/events/0": 1}}),
        "transitions/2/set/~1events~10",
        "'/events/0' is written by the history",
        "Remove it here",
    ),
    (
        history("/log/all", **{J + "initially/log": {}, J + "operations/updateJob/change": {"/log": 1}}),
        "operations/updateJob/change/~1log",
        "'/log' is written by the history",
        "Remove it here",
    ),
    (
        history(**{J + "operations/createJob/set": {"events": []}}),
        "operations/createJob/set/events",
        "'/events' is written by the history",
        "Remove it here",
    ),
    (
        {"x-resource-lifecycles/Report/history": {"field": "/job", "entry": "$state"}},
        "x-resource-lifecycles/Report/history",
        "Report has no states to keep a history of",
        "Declare the states",
    ),
    ({J + "history": {"field": "/events"}}, "history", "The key 'entry' is missing", ""),
]

MISTAKES = [
    *DOCUMENTED,
    *HISTORY,
    *GIVEN,
    *STATES,
    *TRANSITIONS,
    *OPERATIONS,
    *FIELDS,
    *LOOKUPS,
    *ANSWERS,
    *LISTS,
    *FORM,
]


@pytest.mark.parametrize(("edits", "path", "message", "hint"), MISTAKES)
def test_a_mistake_is_told_where_it_is(edits, path, message, hint):
    """A typo is found at start-up, by its line, and not at request time by its silence."""
    told = faults(edits)

    full = path if path.startswith("x-") else J + path
    fitting = [(said, why) for where, said, why in told if where == full]
    assert any(message in said and hint in why for said, why in fitting), told


@pytest.mark.parametrize("document", [BASE, OPENAPI], ids=lambda path: path.name)
def test_a_sound_document_has_no_fault(document):
    """A check that cries wolf would be switched off."""
    specify(Document(read(document), document))


@pytest.mark.parametrize(
    "edits",
    [
        {J + "transitions/8": move(trigger="$external")},
        {J + "transitions/8": move(**{"from": "running", "to": "queued", "after": {"polls": 3}})},
        {J + "transitions/8": move(trigger="cancelJob", **{"from": "held"})},
        {J + "transitions/4/trigger": ["cancelJob", "updateJob"]},
        {J + "identity/generate": GONE, J + "operations/createJob/id": "{$request.body#/name}-1"},
        {J + "identity/generate": GONE, J + "operations/createJob/set": {"id": "$request.body#/id"}},
        {J + "identity/generate": GONE, J + "initially/id": "$request.body#/id"},
        {J + "initially/project": GONE},
        {"x-resource-lifecycles/Report/initially/job": "$request.query.job"},
        {
            J + "operations/cancelJob/otherwise/0/documented": False,
            J + "operations/cancelJob/otherwise/0/status": 400,
        },
        {P + "1/schema": {"type": "integer"}},
        {"x-api-conventions": GONE},
        {"x-resource-lifecycles": GONE},
        {J + "seed/0/set/name": "$$first"},
        documented(),
        {**documented(), J + "initially/name": "$request.body#/title"},
        {**documented(), J + "initially/error": "early", J + "state/states/queued/set": {"/source": "ui"}},
        {**documented(), J + "initially/status": 5, J + "initially/created": 5},
        {**documented(), "components/schemas/Status": {"anyOf": [{"enum": ["a"]}, {"type": "string"}]}},
        {**documented(), "components/schemas/Status": {"$ref": "#/components/schemas/Status"}},
        {
            **documented(),
            "components/schemas/Status": {"allOf": [{"$ref": "#/components/schemas/Status"}] * 2},
        },
        {**documented(), "components/schemas/New": {"oneOf": [{"properties": {"nmae": {}}}]}},
        history(),
        history("/log/all", {"now": "{$state} at {$now}"}, **{J + "initially/log": {"status": "$state"}}),
        history("/log/all", **{J + "initially/log": {}, J + "seed/0/set/log": {"all": ["done"]}}),
        {"x-api-version": 1, "x-resources": {}, "x-conversions": {}},
    ],
)
def test_what_only_looks_like_a_mistake_is_none(edits):
    assert faults(edits) == []


def test_a_template_that_cannot_be_read_is_told_once():
    """Nothing more is known of what it stands for."""
    wrong = {**documented(), J + "initially/source": {"$first": ["$request.bdy#/source", "api"]}}

    assert [path for path, _, _ in faults(wrong)] == [J + "initially/source"]


def test_a_wrong_name_is_told_once():
    """The state that was meant is not called unreachable as well."""
    assert len(faults({J + "transitions/1/to": "doen"})) == 1


def test_mistakes_are_told_together_with_their_lines(tmp_path):
    """One start-up shows them all; nobody mends a document one restart at a time."""
    text = BASE.read_text()
    wrong = {"to: halted": "to: haltd", "omit: [/error]": "omit: [/eror]", "size: limit": "size: limt",
             "category: resting": "category: rest"}  # fmt: skip
    for right, mistake in wrong.items():
        text = text.replace(right, mistake)
    file = tmp_path / "wrong.yaml"
    file.write_text(text.replace("/job}", "/jb}").replace("category: rest}", "category: resting}"))

    with pytest.raises(DocumentFaults) as refusal:
        specify(Document(read(file), file))

    lines = file.read_text().splitlines()
    told = {lines[fault.place.line - 1].strip() for fault in refusal.value.faults}
    assert len(refusal.value.faults) == 4
    assert all(any(mistake in line for line in told) for mistake in ("haltd", "eror", "limt", "/jb"))


def test_one_broken_form_does_not_hide_the_other_lifecycles(tmp_path):
    told = faults({"x-resource-lifecycles/Project/identity": {}, J + "transitions/1/to": "doen"})

    assert [path.split("/")[1] for path, _, _ in told] == ["Project", "Job"]


GROWTH = [
    (
        {J + "operations/getJob/available/otherwise": [{"in": "runing", "status": 409}]},
        "operations/getJob/available/otherwise/0/in",
        "'runing' is not a state",
        "Did you mean 'running'?",
    ),
    (
        {J + "operations/getJob/available/otherwise": [{"status": 410}]},
        "operations/getJob/available/otherwise/0/status",
        "410 is not a documented response",
        "Documented are",
    ),
    (
        {J + "operations/cancelJob/success/0/when": {"$request.query.forse": "x"}},
        "operations/cancelJob/success/0/when/$request.query.forse",
        "'forse' is not a query parameter",
        "",
    ),
    (
        {J + "initially/error": {"$if": {"when": {"$resource#/sorce": "api"}, "then": 1}}},
        "initially/error/$if/when",
        "'sorce' is not a field of Job",
        "Did you mean 'source'?",
    ),
    (
        {J + "operations/listJobs/of": "/name"},
        "operations/listJobs/of",
        "'of' means nothing for the role list",
        "It is for parts.",
    ),
    (
        {J + "operations/getJob/in": "done"},
        "operations/getJob/in",
        "'in' means nothing for the role get",
        "It is for list.",
    ),
    (
        {J + "operations/listJobs/in": "runing"},
        "operations/listJobs/in",
        "'runing' is not a state",
        "Did you mean 'running'?",
    ),
    (
        {J + "operations/getJob/role": "parts"},
        "operations/getJob",
        "Nothing says which parts getJob shows",
        "of: /events",
    ),
    (
        {J + "operations/getJob/role": "parts", J + "operations/getJob/of": "/evnts"},
        "operations/getJob/of",
        "'evnts' is not a field of Job",
        "",
    ),
    (
        {J + "operations/createJob/makes": "Reprt"},
        "operations/createJob/makes",
        "'Reprt' is not a resource",
        "Did you mean 'Report'?",
    ),
    (
        {J + "transitions/1/makes": ["Project"]},
        "transitions/1/makes/0",
        "Project has no parent that is a Job",
        "resource: Job",
    ),
    (
        {J + "transitions/1/makes": ["Project"], "x-resource-lifecycles/Project/parents": {"job": "Job"}},
        "transitions/1/makes/0",
        "Project has no parent that is a Job",
        "resource: Job",
    ),
    (
        {J + "operations/cancelJob/makes": "Report"},
        "operations/cancelJob/makes",
        "'makes' means nothing for the role trigger",
        "create and replace",
    ),
    (
        last(trigger="createJob"),
        "transitions/8/trigger",
        "'createJob' has the role create",
        "Use the role replace",
    ),
    (
        {J + "operations/updateJob/role": "replace", J + "transitions/5/trigger": "$external",
         J + "transitions/6/trigger": "$external"},
        "operations/updateJob/role",
        "'updateJob' has the role replace, and no transition names it",
        "Write 'trigger: updateJob'",
    ),
    (
        {J + "operations/createJob/success": [{"on": "$made", "status": 201}]},
        "operations/createJob/success/0/on",
        "'$made' is not a transition that createJob causes",
        "$created",
    ),
    (
        {J + "operations/listJobs/paging": {"style": "after", "after": "aftr"}},
        "operations/listJobs/paging/after",
        "'aftr' is not a query parameter of listJobs",
        "",
    ),
    (
        {J + "operations/listJobs/sort/direction": {"param": "way", "descending": "DESC"}},
        "operations/listJobs/sort/direction/param",
        "'way' is not a query parameter of listJobs",
        "",
    ),
    (
        {J + "operations/listJobs/filters/name": {"field": "/name", "match": "contain"}},
        "operations/listJobs/filters/name/match",
        "",
        "Did you mean 'contains'?",
    ),
    (
        {J + "operations/listJobs/filters/name": {
            "field": "/name", "match": {"by": "$request.query.mach", "matches": {"a": "any"}}}},
        "operations/listJobs/filters/name/match/by",
        "'mach' is not a query parameter",
        "",
    ),
]  # fmt: skip


BAKERY = Path(__file__).parents[1] / "contracts" / "data" / "bakery.yaml"
NO_MEMBER = "is not a member of the query parameter 'filter'"


@pytest.mark.parametrize(
    ("filters", "message", "hint"),
    [
        ({"filter[nam]": "/name"}, f"'filter[nam]' {NO_MEMBER}", "Did you mean 'filter[name]'?"),
        (
            {"filter[name][a]": "/name"},
            "'filter[name]' is no object, and has no member 'a'",
            "'filter[name]'",
        ),
        ({"filter": "/name"}, "'filter' is an object, and '/name' is none", "as in 'filter[name]'"),
        ({"filter[tags]": "/name"}, "'filter[tags]' is an object, and '/name' is none", "'filter[tags]["),
        (
            {"of[size]": {"field": "/size", "default": "small"}},
            "'small' here, and not given in its schema",
            "",
        ),
    ],
)
def test_a_filter_by_a_member_of_an_object_is_held_to_its_schema(filters, message, hint):
    """An object is equal to no plain value, so a list filtered by it is always empty."""
    data = read(BAKERY)
    data["x-resource-lifecycles"]["Order"]["operations"]["listShelf"]["filters"] = filters

    with pytest.raises(DocumentFaults) as refusal:
        specify(Document(data, BAKERY))
    (fault,) = refusal.value.faults
    assert (message in fault.message, hint in fault.hint) == (True, True), str(fault)


@pytest.mark.parametrize(("edits", "path", "message", "hint"), GROWTH)
def test_a_mistake_in_a_newer_word_is_told_where_it_is(edits, path, message, hint):
    """Each word brings its own ways to be wrong, and none of them waits for a request."""
    told = faults(edits)

    assert any(where.endswith(path) and message in said and hint in hinted for where, said, hinted in told), (
        told
    )

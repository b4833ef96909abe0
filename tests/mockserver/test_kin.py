"""Parents: where their ids stand, what a path says of them, and the numbers that others have chosen."""

from __future__ import annotations

from typing import Any

import pytest

TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
COUNTED = {"field": "/id", "param": "id", "generate": "$sequence"}


def operation(name: str, *params: tuple[str, Any], status: str = "200", body: bool = False) -> dict[str, Any]:
    """An operation with path parameters, that answers anything."""
    said: dict[str, Any] = {
        "operationId": name,
        "parameters": [{"name": p, "in": "path", "required": True, "schema": schema} for p, schema in params],
        "responses": {
            code: {"description": code, "content": {"application/json": {}}}
            for code in (status, "400", "404", "409")
        },
    }
    content = {"application/json": {"schema": {"type": "object"}}}
    return said | ({"requestBody": {"content": content}} if body else {})


@pytest.fixture
def client(small, play):
    """A client of a document: `client(lifecycles, paths)`."""
    return lambda lifecycles, paths: play(small(lifecycles, paths)).client("me")


SPACES = {
    "identity": {"field": "/metadata/name", "param": "space"},
    "initially": {"metadata": {"name": "$id"}},
    "seed": [{"set": {"metadata": {"name": "blue"}}}],
}
SPACE, NAME = ("space", TEXT), ("name", TEXT)


def pods(initially: Any, **create: Any) -> dict[str, Any]:
    return {
        "identity": {"field": "/metadata/name", "param": "name"},
        "initially": initially,
        "parents": {"space": {"resource": "Space", "field": "/metadata/namespace", "param": "space"}},
        "operations": {"makePod": {"role": "create", **create}, "getPod": {"role": "get"}},
    }


POD_PATHS = {
    "/spaces/{space}/pods": {"post": operation("makePod", SPACE, status="201", body=True)},
    "/spaces/{space}/pods/{name}": {"get": operation("getPod", SPACE, NAME)},
}


@pytest.mark.parametrize(
    ("initially", "create", "wanted"),
    [
        pytest.param(
            {"metadata": {"name": "$request.body#/name", "namespace": "$request.path.space", "uid": 1}},
            {},
            {"metadata": {"name": "x", "namespace": "blue", "uid": 1}},
            id="spelled out",
        ),
        pytest.param(
            {"metadata": {"name": "$request.body#/name", "uid": 1}, "of": "$parent.space#/metadata/name"},
            {},
            {"metadata": {"name": "x", "uid": 1, "namespace": "blue"}, "of": "blue"},
            id="left to the path",
        ),
        pytest.param(
            {"metadata": {"name": "y", "uid": 1}},
            {"set": {"metadata": {"name": "$request.body#/name", "at": "$parent.space#/metadata/name"}}},
            {"metadata": {"name": "x", "at": "blue", "namespace": "blue"}},
            id="beside what the operation sets",
        ),
    ],
)
def test_the_id_of_a_parent_may_stand_inside_an_object(client, initially, create, wanted):
    """As `metadata.namespace` does in Kubernetes: what is around it stays."""
    http = client({"Space": SPACES, "Pod": pods(initially, **create)}, POD_PATHS)

    made = http.post("/spaces/blue/pods", json={"name": "x"})

    assert (made.status_code, made.json()) == (201, wanted)
    assert http.get("/spaces/blue/pods/x").json() == wanted


def test_what_another_makes_keeps_what_is_around_the_id(client):
    report = {
        "identity": COUNTED,
        "initially": {"id": "$id", "meta": {"kind": "report"}},
        "parents": {"job": {"resource": "Job", "field": "/meta/of"}},
        "operations": {"listReports": {"role": "list"}},
    }
    job = {
        "identity": COUNTED,
        "initially": {"id": "$id"},
        "operations": {"makeJob": {"role": "create", "makes": "Report"}},
    }
    http = client(
        {"Job": job, "Report": report},
        {
            "/jobs": {"post": operation("makeJob", status="201")},
            "/reports": {"get": operation("listReports")},
        },
    )

    http.post("/jobs")

    assert http.get("/reports").json() == [{"id": 1, "meta": {"kind": "report", "of": 1}}]


def chain() -> tuple[dict[str, Any], dict[str, Any]]:
    """Farms with fields with crops; the paths of crops name both."""
    farm = {
        "identity": {"field": "/id", "param": "farm", "type": "integer"},
        "initially": {"id": "$id"},
        "seed": [{"set": {"id": 7}}, {"set": {"id": 8}}],
        "operations": {"getFarm": {"role": "get"}},
    }
    field = {
        "identity": {"field": "/id", "param": "field", "generate": "$sequence"},
        "initially": {"id": "$id", "farm": "$absent"},
        "parents": {"farm": {"resource": "Farm", "field": "/farm", "param": "farm"}},
        "operations": {"makeField": {"role": "create"}},
    }
    crop = {
        "identity": {"field": "/id", "param": "id", "generate": "$sequence"},
        "initially": {"id": "$id", "field": "$absent"},
        "parents": {"field": {"resource": "Field", "field": "/field", "param": "field"}},
        "operations": {
            "makeCrop": {"role": "create"},
            "listCrops": {"role": "list"},
            "getCrop": {"role": "get"},
        },
    }
    # Somebody has written down a number as a text.
    farms, fields, id_ = ("farm", TEXT), ("field", NUMBER), ("id", NUMBER)
    crops = "/farms/{farm}/fields/{field}/crops"
    return {"Farm": farm, "Field": field, "Crop": crop}, {
        "/farms/{farm}": {"get": operation("getFarm", farms)},
        "/farms/{farm}/fields": {"post": operation("makeField", farms, status="201")},
        crops: {
            "get": operation("listCrops", farms, fields),
            "post": operation("makeCrop", farms, fields, status="201"),
        },
        f"{crops}/{{id}}": {"get": operation("getCrop", farms, fields, id_)},
    }


def test_a_parent_is_looked_for_below_its_own(client):
    """Where `/farms/8/fields/1` is nothing, neither is anything below it."""
    http = client(*chain())
    http.post("/farms/7/fields")

    assert http.post("/farms/7/fields/1/crops").json() == {"id": 1, "field": 1}
    assert http.get("/farms/7/fields/1/crops/1").status_code == 200
    for farm in (8, "none"):
        assert http.get(f"/farms/{farm}/fields/1/crops").status_code == 404
        assert http.post(f"/farms/{farm}/fields/1/crops").status_code == 404
        assert http.get(f"/farms/{farm}/fields/1/crops/1").status_code == 404


def test_a_number_may_be_a_text_in_the_path_of_a_parent_too(client):
    http = client(*chain())

    assert http.get("/farms/7").status_code == 200
    assert http.post("/farms/7/fields").json() == {"id": 1, "farm": 7}
    assert http.post("/farms/seven/fields").status_code == 404


def test_a_put_sees_only_what_is_below_the_parent_that_its_path_names(client):
    job = {
        "identity": {"field": "/id", "param": "id"},
        "initially": {"id": "$request.path.id", "farm": "$absent", "note": "$request.body#/note"},
        "parents": {"farm": {"resource": "Farm", "field": "/farm", "param": "farm"}},
        "operations": {
            "putJob": {
                "role": "create",
                "id": "$request.path.id",
                "change": {"/note": "$request.body#/note"},
                "success": [{"on": "$created", "status": 201}, {"status": 200}],
            },
            "getJob": {"role": "get"},
        },
    }
    put = operation("putJob", ("farm", TEXT), ("id", TEXT), status="201", body=True)
    put["responses"]["200"] = put["responses"]["201"]
    http = client(
        {"Farm": chain()[0]["Farm"] | {"operations": {}}, "Job": job},
        {"/farms/{farm}/jobs/{id}": {"put": put, "get": operation("getJob", ("farm", TEXT), ("id", TEXT))}},
    )

    statuses = [http.put(f"/farms/{farm}/jobs/x", json={"note": farm}).status_code for farm in (7, 7, 8)]

    assert statuses == [201, 200, 409]
    assert http.get("/farms/7/jobs/x").json() == {"id": "x", "farm": 7, "note": 7}


def test_a_number_that_somebody_chose_is_passed_over(client):
    http = client(
        {
            "Job": {
                "identity": COUNTED,
                "initially": {"id": "$id"},
                "operations": {"makeJob": {"role": "create"}},
            }
        },
        {"/jobs": {"post": operation("makeJob", status="201")}},
    )
    chosen = http.post(
        "/_understudy/states", json={"principal": "me", "resource": "Job", "fields": {"id": 2}}
    )

    assert chosen.status_code == 201
    assert [http.post("/jobs").json()["id"] for _ in range(3)] == [1, 3, 4]


def test_what_an_operation_and_a_seed_set_may_be_random(client):
    job = {
        "identity": COUNTED,
        "initially": {"id": "$id", "key": "$absent"},
        "operations": {
            "makeJob": {"role": "create", "set": {"key": "$random.hex8"}},
            "listJobs": {"role": "list"},
        },
        "seed": [{"set": {"id": 9, "key": "$random.hex12"}}],
    }
    paths = {"/jobs": {"post": operation("makeJob", status="201"), "get": operation("listJobs")}}
    http = client({"Job": job}, paths)

    made = [http.post("/jobs").json()["key"] for _ in range(2)]

    assert [len(each) for each in made] == [8, 8]
    assert made[0] != made[1]
    assert len(http.get("/jobs").json()[0]["key"]) == 12
    assert client({"Job": job}, paths).post("/jobs").json()["key"] == made[0]

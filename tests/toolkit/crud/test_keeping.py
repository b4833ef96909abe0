"""serve --crud: what is sent is there, until it is removed, and every answer is as documented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from harness import Server
from real_documents import SPECS
from starlette.testclient import TestClient

from mockserver.app import Settings, build
from mockserver.clock import ManualClock
from speckit.document import Document, load
from speckit.specification import Specification, specify
from toolkit.crud.keeping import Kept, kept

SHELF = """
openapi: 3.1.0
info: {title: Shelves, version: '1'}
paths:
  /shelves:
    get:
      operationId: listShelves
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 10, default: 2}}
        - {name: offset, in: query, schema: {type: integer, minimum: 0}}
        - {name: colour, in: query, schema: {type: string}}
      responses:
        '200':
          description: x
          content:
            application/json:
              schema:
                type: object
                required: [items, total]
                properties:
                  items: {type: array, items: {$ref: '#/components/schemas/Shelf'}}
                  total: {type: integer}
              example: {items: [{id: 7, colour: oak, made: '2020-01-01T00:00:00Z'}], total: 1}
    post:
      operationId: addShelf
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Shelf'}}}}
      responses: {'201': {$ref: '#/components/responses/Shelf'}}
    delete: {operationId: clearShelves, responses: {'204': {description: x}}}
  /shelves/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getShelf
      responses: {'200': {$ref: '#/components/responses/Shelf'}}
    patch:
      operationId: changeShelf
      requestBody: {content: {application/json: {schema: {properties: {colour: {type: string}}}}}}
      responses: {'200': {$ref: '#/components/responses/Shelf'}}
    delete: {operationId: removeShelf, responses: {'204': {description: x}}}
  /shelves/{id}/books:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    post:
      operationId: addBook
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
      responses: {'200': {$ref: '#/components/responses/Book'}}
    get:
      operationId: listBooks
      responses:
        '200':
          description: x
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Book'}}}}
  /shelves/{id}/books/{isbn}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
      - {name: isbn, in: path, required: true, schema: {type: string}}
    get:
      operationId: getBook
      responses: {'200': {$ref: '#/components/responses/Book'}}
  /ping:
    get: {operationId: ping, responses: {'200': {description: x, content: {text/plain: {example: pong}}}}}
components:
  responses:
    Shelf: {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/Shelf'}}}}
    Book: {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
  schemas:
    Shelf:
      type: object
      required: [id, colour]
      properties:
        id: {type: integer, readOnly: true}
        colour: {type: string}
        width: {type: integer, default: 80}
        made: {type: string, format: date-time, readOnly: true}
    Book:
      type: object
      required: [isbn]
      properties: {isbn: {type: string}, title: {type: string}}
"""


def playing(specification: Specification) -> TestClient:
    app = build(specification, clock=ManualClock(), settings=Settings(checks_responses=True))
    client = TestClient(app)
    client.headers.update({"Authorization": "Bearer me", "api_key": "me"})
    return client


@pytest.fixture
def shelves(tmp_path: Path) -> TestClient:
    file = tmp_path / "shelves.yaml"
    file.write_text(SHELF, "utf-8")
    return playing(kept(specify(load(file))).specification)


def test_what_is_posted_is_there_until_it_is_removed(shelves):
    made = shelves.post("/shelves", json={"colour": "teak"})
    there = f"/shelves/{made.json()['id']}"

    assert made.status_code == 201
    assert shelves.get(there).json() == made.json() | {"colour": "teak", "width": 80}
    assert shelves.patch(there, json={"colour": "ash"}).json()["colour"] == "ash"
    assert shelves.get(there).json()["colour"] == "ash"
    assert shelves.delete(there).status_code == 204
    assert shelves.get(there).status_code == 404
    assert shelves.delete(there).status_code == 404


def test_the_example_of_the_document_is_there_from_the_start(shelves):
    assert shelves.get("/shelves/7").json() == {
        "id": 7,
        "colour": "oak",
        "made": "2020-01-01T00:00:00Z",
        "width": 80,
    }
    assert shelves.post("/shelves", json={"colour": "teak"}).json()["id"] == 8


def test_lists_are_filtered_and_cut_as_their_parameters_say(shelves):
    for colour in ("teak", "ash", "teak"):
        shelves.post("/shelves", json={"colour": colour})

    first = shelves.get("/shelves").json()
    assert (len(first["items"]), first["total"]) == (2, 4)
    assert [each["id"] for each in shelves.get("/shelves", params={"offset": 3}).json()["items"]] == [10]
    assert shelves.get("/shelves", params={"colour": "teak"}).json()["total"] == 2


def test_a_collection_is_cleared(shelves):
    assert shelves.delete("/shelves").status_code == 204
    assert shelves.get("/shelves").json() == {"items": [], "total": 0}


def test_what_is_below_something_is_there_only(shelves):
    shelves.post("/shelves", json={"colour": "teak"})
    shelves.post("/shelves/7/books", json={"isbn": "123", "title": "Silas"})

    assert shelves.get("/shelves/7/books/123").json() == {"isbn": "123", "title": "Silas"}
    assert shelves.get("/shelves/8/books/123").status_code == 404
    assert shelves.get("/shelves/8/books").json() == []
    assert shelves.post("/shelves/99/books", json={"isbn": "1"}).status_code == 404


def test_an_id_that_a_client_chose_is_taken_once(shelves):
    shelves.post("/shelves/7/books", json={"isbn": "123"})

    assert shelves.post("/shelves/7/books", json={"isbn": "123"}).status_code == 409


def test_others_are_answered_from_examples(shelves):
    assert shelves.get("/ping").text == "pong"


def test_a_resource_with_a_lifecycle_keeps_it(tmp_path):
    data = yaml.safe_load(SHELF)
    data["x-resource-lifecycles"] = {
        "Shelf": {
            "identity": {"param": "id", "field": "/id", "generate": "$sequence", "type": "integer"},
            "initially": {"id": "$id", "colour": "fixed"},
            "operations": {"addShelf": {"role": "create"}, "getShelf": {"role": "get"}},
        }
    }
    whole = kept(specify(Document(data, tmp_path / "x.yaml"))).specification

    assert playing(whole).post("/shelves", json={"colour": "teak"}).json() == {"id": 1, "colour": "fixed"}
    assert list(whole.lifecycles["Shelf"].rules) == ["addShelf", "getShelf"]


LIVES = {
    "petstore3/src/main/resources/openapi.yaml": ("/pet", "/pet/{id}", {"name": "rex", "photoUrls": ["a"]}),
    "museum/openapi.yaml": (
        "/special-events",
        "/special-events/{eventId}",
        {
            "name": "n",
            "location": "l",
            "eventDescription": "d",
            "dates": ["2026-01-01"],
            "price": 1,
        },
    ),
    "digitalocean/specification/DigitalOcean-public.v2.yaml": (
        "/v2/domains",
        "/v2/domains/{name}",
        {"name": "a.example"},
    ),
    "asana/defs/asana_oas.yaml": ("/tags", "/tags/{gid}", {"data": {"name": "n", "workspace": "12345"}}),
}


@pytest.mark.parametrize("document", LIVES)
def test_real_documents_remember(document):
    """Every answer is held to the document; one that breaks it would be 500."""
    file = SPECS / document
    if not file.is_file():
        pytest.skip(f"{file} is not there; UNDERSTUDY_CORPUS names the folder of the corpus.")
    collection, item, body = LIVES[document]
    client = playing(kept(specify(load(file))).specification)
    if "museum" in document:
        client.headers["Authorization"] = "Basic bWU6bWU="
    made = client.post(collection, json=body)
    there = item.format(**_flat(made.json()))

    assert made.status_code in (200, 201), made.text
    shown = client.get(there)
    assert (shown.status_code, _flat(shown.json())) == (200, _flat(made.json()))
    assert client.delete(there).status_code in (200, 204)
    assert client.get(there).status_code == 404


def _flat(body: Any) -> dict[str, Any]:
    """The resource in a body, whatever is around it."""
    inner = [each for each in body.values() if isinstance(each, dict)]
    return _flat(inner[0]) if len(body) == 1 and inner else body


def test_a_document_without_collections_says_so(tmp_path):
    """Who asked for things to be kept would wonder."""
    file = tmp_path / "ping.yaml"
    file.write_text(
        "openapi: 3.1.0\ninfo: {title: P, version: '1'}\npaths: {/ping: {get: {responses: {}}}}\n"
    )
    server = Server("--crud", str(file))
    server.stop()

    assert "--crud found no collection" in "".join(server.errors)


ITEMS = """
openapi: 3.0.3
info: {title: Items, version: '1'}
paths:
  /items:
    get:
      parameters:
        - {name: sort, in: query, schema: {type: string, enum: [name, -name]}}
        - {name: since, in: query, schema: {type: string, format: date}}
        - name: filter
          in: query
          style: deepObject
          schema: {type: object, properties: {colour: {type: string}, mood: {type: string}}}
      responses:
        '200':
          description: x
          headers: {X-Total-Count: {schema: {type: integer}}}
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Item'}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/New'}}}}
      responses:
        '201':
          description: x
          headers:
            Location: {schema: {type: string, format: uri}}
            Content-Location: {schema: {type: string, format: uri-reference}}
          content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}
  /items/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get: {responses: {'200': {$ref: '#/components/responses/Item'}}}
    put:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/New'}}}}
      responses: {'200': {$ref: '#/components/responses/Item'}}
    patch:
      requestBody:
        content:
          application/json-patch+json: {schema: {type: array, items: {type: object}}}
          application/merge-patch+json: {schema: {properties: {name: {type: string}}}}
      responses: {'200': {$ref: '#/components/responses/Item'}}
  /items/{id}/polish:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    post: {operationId: polish, responses: {'204': {description: x}}}
components:
  responses:
    Item: {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}}
  schemas:
    Item:
      type: object
      required: [id, name]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string, maxLength: 20}
        colour: {type: string, maxLength: 5000, nullable: true}
        price: {type: number, default: 1.5}
        tags: {type: array, items: {type: string}}
        weight: {type: integer}
    New:
      type: object
      required: [name]
      properties:
        name: {type: string, maxLength: 200}
        colour: {type: string, maxLength: 256, nullable: true}
        price: {type: number}
        tags: {anyOf: [{type: array, items: {type: string}}, {type: string, enum: ['']}]}
        weight: {type: string}
"""
POLISHED = {"name": "a", "colour": "red", "price": 3, "tags": ["new"]}


@pytest.fixture
def items(tmp_path: Path) -> Kept:
    file = tmp_path / "items.yaml"
    file.write_text(ITEMS, "utf-8")
    return kept(specify(load(file)))


def test_what_is_sent_is_remembered_where_answers_have_narrower_schemas(items):
    client = playing(items.specification)

    assert client.post("/items", json=POLISHED).json() == {**POLISHED, "id": 1, "weight": 0}
    merge = {"Content-Type": "application/merge-patch+json"}
    assert client.patch("/items/1", content='{"name": "b"}', headers=merge).json()["name"] == "b"
    assert client.get("/items/1").json() == {**POLISHED, "name": "b", "id": 1, "weight": 0}


def test_a_patch_that_nothing_here_can_apply_is_not_taken(items):
    client = playing(items.specification)
    client.post("/items", json=POLISHED)

    patch = '[{"op": "replace", "path": "/name", "value": "b"}]'
    refused = client.patch("/items/1", content=patch, headers={"Content-Type": "application/json-patch+json"})

    assert refused.status_code == 415
    assert client.get("/items/1").json()["name"] == "a"


def test_a_put_empties_what_it_leaves_out(items):
    client = playing(items.specification)
    client.post("/items", json=POLISHED)

    replaced = client.put("/items/1", json={"name": "z"}).json()

    assert (replaced["name"], replaced["colour"], replaced["price"]) == ("z", None, 1.5)
    assert replaced["tags"] == ["new"]


def test_a_list_is_turned_round_and_counted_in_its_header(items):
    client = playing(items.specification)
    for name in ("a", "c", "b"):
        client.post("/items", json={"name": name})

    def names(**query: str) -> list[str]:
        return [each["name"] for each in client.get("/items", params=query).json()]

    assert names(sort="name") == ["a", "b", "c"]
    assert names(sort="-name") == ["c", "b", "a"]
    assert client.get("/items").headers["X-Total-Count"] == "3"


def test_a_list_is_filtered_by_the_members_of_an_object(items):
    client = playing(items.specification)
    for name, colour in (("a", "red"), ("b", "blue")):
        client.post("/items", json={"name": name, "colour": colour})

    assert [each["name"] for each in client.get("/items?filter[colour]=blue").json()] == ["b"]
    assert client.get("/items?filter[colour]=green").json() == []


def test_an_address_is_whole_where_the_document_says_that_it_is_a_uri(items):
    made = playing(items.specification).post("/items", json={"name": "a"}, headers={"Host": "shop.test:81"})

    assert made.headers["Location"] == "http://shop.test:81/items/1"
    assert made.headers["Content-Location"] == "/items/1"


def test_what_is_not_remembered_is_told(items):
    assert (items.untaken, items.unread, items.shown) == (
        ("Item.weight",),
        ("since of GET /items", "filter[mood] of GET /items"),
        ("polish",),
    )


def test_what_is_not_remembered_is_told_at_the_start(tmp_path):
    file = tmp_path / "items.yaml"
    file.write_text(ITEMS, "utf-8")
    server = Server("--crud", str(file))
    server.stop()
    told = "".join(server.errors)

    assert "answered from examples, so they read and change nothing of what is kept: polish." in told
    assert "in two ways: Item.weight." in told
    assert "for none is called like a field: since of GET /items, filter[mood] of GET /items." in told


ORDERS = """
openapi: 3.1.0
info: {title: Orders, version: '1'}
paths:
  /orders:
    post:
      operationId: addOrder
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
      responses: {'201': {$ref: '#/components/responses/Order'}}
  /orders/{orderId}:
    parameters: [{name: orderId, in: path, required: true, schema: {type: string, format: uuid}}]
    get: {operationId: getOrder, responses: {'200': {$ref: '#/components/responses/Order'}}}
  /orders/{orderId}/bills:
    parameters: [{name: orderId, in: path, required: true, schema: {type: string, format: uuid}}]
    get:
      operationId: listBills
      responses:
        '200':
          description: x
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Bill'}}}}
    post: {operationId: addBill, responses: {'201': {$ref: '#/components/responses/Bill'}}}
  /bills/{billId}:
    parameters: [{name: billId, in: path, required: true, schema: {type: integer}}]
    get: {operationId: getBill, responses: {'200': {$ref: '#/components/responses/Bill'}}}
  /me:
    get: {operationId: getMe, responses: {'200': {$ref: '#/components/responses/Order'}}}
    put:
      operationId: putMe
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
      responses: {'200': {$ref: '#/components/responses/Order'}}
  /files:
    post: {operationId: upload, responses: {'204': {description: x}}}
components:
  responses:
    Order: {description: x, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
    Bill:
      description: x
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Bill'}
          example: {id: 7, number: B-7}
  schemas:
    Order:
      type: object
      required: [id]
      properties:
        id: {type: string, format: uuid, readOnly: true}
        note: {type: string}
        secret: {type: string, writeOnly: true}
        price:
          type: object
          properties: {net: {type: number}, gross: {type: number, readOnly: true}}
    Bill:
      type: object
      required: [id, number]
      properties: {id: {type: integer}, orderId: {type: string, format: uuid}, number: {type: string}}
"""


@pytest.fixture
def orders(tmp_path: Path) -> Kept:
    file = tmp_path / "orders.yaml"
    file.write_text(ORDERS, "utf-8")
    return kept(specify(load(file)))


def test_what_is_below_something_is_there_only_though_it_has_a_path_of_its_own(orders):
    client = playing(orders.specification)
    first, second = (client.post("/orders", json={}).json()["id"] for _ in range(2))
    bill = client.post(f"/orders/{first}/bills").json()

    assert bill == {"id": 8, "number": "B-7", "orderId": first}
    assert client.get(f"/orders/{first}/bills").json() == [bill]
    assert client.get(f"/orders/{second}/bills").json() == []
    assert client.get("/bills/8").json() == bill
    assert client.get("/bills/7").json() == {"id": 7, "number": "B-7"}
    nowhere = "/orders/01234567-89ab-4def-8123-456789abcdef/bills"
    assert (client.get(nowhere).status_code, client.post(nowhere).status_code) == (404, 404)


def test_what_is_written_and_forgotten_is_told(orders):
    assert (orders.shown, orders.unmade) == (("getMe", "putMe"), ())


def test_what_only_one_side_writes_is_neither_taken_nor_shown(orders):
    client = playing(orders.specification)
    sent = {"note": "a", "secret": "b", "price": {"net": 1, "gross": 99}}

    made = client.post("/orders", json=sent)

    assert made.status_code == 201
    assert made.json() == {"id": made.json()["id"], "note": "a", "price": {"net": 1}}


def test_what_cannot_be_made_is_told(tmp_path):
    data = yaml.safe_load(ORDERS)
    field = data["components"]["schemas"]["Order"]["properties"]["id"]
    del field["format"]
    field["pattern"] = "^(a|b)[g-z]$"
    found = kept(specify(Document(data, tmp_path / "x.yaml")))

    assert found.unmade == ("addOrder",)
    assert "addOrder" not in found.shown

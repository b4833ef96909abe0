"""What a bakery's lifecycle says with the newer words of the vocabulary, on the wire."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from mockserver.app import Settings
from mockserver.evaluation import Frame, Request, compiled
from speckit.document import load
from speckit.expression import template
from speckit.lifecycle import ViewChoice
from speckit.pointer import ABSENT
from speckit.specification import Specification, specify

BAKERY = Path(__file__).parents[1] / "contracts" / "data" / "bakery.yaml"
FULL = {"Prefer": "return=full; wait=0"}


@pytest.fixture(scope="module")
def bakery() -> Specification:
    """The bakery, read once."""
    return specify(load(BAKERY))


class Shop:
    """A customer in a world of their own."""

    def __init__(self, playing: Any, name: str) -> None:
        self.playing = playing
        self.http = playing.client(name)

    def order(self, name: str = "Rye", headers: Any = None, **body: Any) -> Any:
        answer = self.http.post("/orders", json={"name": name, **body}, headers={**FULL, **(headers or {})})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def get(self, path: str, **query: Any) -> Any:
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def names(self, **query: Any) -> list[str]:
        return [each["name"] for each in self.get("/orders", limit=10, **query)["data"]]


@pytest.fixture
def shop(bakery: Specification, play: Callable[..., Any], request: pytest.FixtureRequest) -> Shop:
    return Shop(play(bakery), request.node.name)


# Answers


def test_a_success_is_chosen_by_what_the_request_prefers(shop):
    """Many APIs answer as their client asks them to in a header."""
    full = shop.http.post("/orders", json={"name": "a"}, headers=FULL)
    brief = shop.http.post("/orders", json={"name": "a"})

    assert (full.status_code, full.json()["status"]) == (201, "ordered")
    assert (brief.status_code, list(brief.json())) == (202, ["id"])


def test_what_is_not_there_yet_is_told_by_state(shop):
    """A client reads from the status whether to wait, or to give up."""
    made, burning = shop.order(), shop.order(headers={"Understudy-Scenario": "fire"})
    loaf = f"/orders/{made['id']}/loaf"

    early = shop.http.get(loaf)
    shop.playing.advance("PT20S")
    partial, whole = shop.http.get(loaf, params={"partial": True}), shop.http.get(loaf)
    shop.playing.advance("PT1M")
    done, coal = shop.http.get(loaf), shop.http.get(f"/orders/{burning['id']}/loaf")

    assert (early.status_code, early.json()) == (409, {"why": "It is ordered."})
    assert (partial.status_code, partial.json()) == (200, {"of": "dough"})
    assert (whole.status_code, whole.json()) == (409, {"why": "It is baking."})
    assert (done.status_code, done.json()) == (200, {"of": "Rye", "last": "baked"})
    assert (coal.status_code, coal.json()) == (424, {"why": "It is coal."})


def test_a_part_that_a_path_names_is_shown_or_not_found(shop):
    """`$at` goes where the request says; nowhere is 404 and not an empty answer."""
    made = shop.order()

    assert shop.get(f"/orders/{made['id']}/layers/crust") == {"of": "rye"}
    assert shop.http.get(f"/orders/{made['id']}/layers/jam").status_code == 404


# Templates


def test_a_text_with_json_becomes_what_it_holds(shop):
    assert shop.order(tags='{"shop": "north"}')["tags"] == {"shop": "north"}


def test_a_text_that_holds_no_json_is_absent(shop):
    assert shop.order(tags="{shop")["tags"] == {}


def test_an_absent_field_appears_when_it_is_written(shop):
    """A field that is not nullable and comes later is left out until then."""
    made = shop.order()
    shop.playing.advance("PT2M")

    assert "baked_at" not in made
    assert shop.get(f"/orders/{made['id']}")["baked_at"].endswith("Z")


def test_times_in_whole_seconds_have_no_fraction(shop):
    assert "." not in shop.order()["created_at"]


def test_null_is_passed_over(shop):
    assert shop.http.post("/recipes", json={"name": "a", "flour": None}).json()["flour"] == 400


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ({"$if": {"when": {"$resource#/name": {"contains": "Ry"}}, "then": 1, "else": 2}}, 1),
        ({"$if": {"when": {"$resource#/name": {"lacks": "Ry"}}, "then": 1, "else": 2}}, 2),
        ({"$if": {"when": {"$resource#/list": {"contains": "a"}}, "then": 1}}, 1),
        ({"$if": {"when": {"$resource#/none": {"contains": "a"}}, "then": 1}}, ABSENT),
        ({"$if": {"when": {"$resource#/none": {"lacks": "a"}}, "then": 1}}, 1),
        ({"$at": ["$resource#/list", 0]}, "a"),
        ({"$at": ["$resource#/list", -1]}, "b"),
        ({"$at": ["$resource#/list", 2]}, ABSENT),
        ({"$at": ["$resource#/list", -3]}, ABSENT),
        ({"$at": ["$resource", "$resource#/key"]}, 3),
        ({"$at": ["$resource", "$resource#/none"]}, ABSENT),
        ({"$add": ["$resource#/number", 2]}, 5),
        ({"$add": ["$resource#/number", "$resource#/name"]}, ABSENT),
        ({"$add": ["$resource#/number", "$resource#/none"]}, ABSENT),
        ({"$parse": "[1, {}]"}, [1, {}]),
        ({"$parse": "[1"}, ABSENT),
        ({"$parse": "$resource#/number"}, ABSENT),
        ({"$some": [None, "$resource#/none", 0]}, 0),
        ({"$some": [None]}, ABSENT),
        ([1, "$absent"], [1]),
    ],
)
def test_an_operator_yields_what_the_page_says(value, meant):
    frame = Frame(Request(), 0, {})
    frame.resource = {"name": "Rye", "list": ["a", "b"], "number": 3, "key": "number"}

    assert compiled(template(value))(frame) == meant


@pytest.mark.parametrize(
    ("terms", "meant"),
    [
        ([2**64 - 2, 1], 2**64 - 1),
        ([2**64 - 1, 1], 2.0**64),
        ([-(2**63), -1], -(2.0**63)),
        ([2**64, -1], 2**64 - 1),
    ],
)
def test_a_sum_that_64_bits_do_not_hold_is_rounded(terms, meant):
    """A resource whose number cannot be written could never be shown again."""
    found = compiled(template({"$add": terms}))(Frame(Request(), 0, {}))

    assert (found, type(found)) == (meant, type(meant))
    assert orjson.loads(orjson.dumps(found)) == meant


@pytest.mark.parametrize("terms", [[1e308, 1e308], [10**400, 1], [10**400, 1.5]])
def test_a_sum_that_no_float_reaches_comes_to_nothing(terms):
    assert compiled(template({"$add": terms}))(Frame(Request(), 0, {})) is ABSENT


def test_a_star_in_a_view_stands_for_every_item(small, world_of):
    """What is left out of a brief view is often deep inside an array."""
    items = {"inputs": [{"url": "u", "content": "c"}, 7], "map": {"a": {"x": 1, "y": 2}}, "name": "n"}
    lifecycle = {
        "identity": {"field": "/id"},
        "initially": {"id": None, "inputs": [], "map": {}, "name": ""},
        "views": {"brief": {"omit": ["/inputs/*/content", "/map/*/x"]}},
        "seed": [{"set": {"id": "a", **items}}],
    }
    world = world_of(small({"Task": lifecycle}))
    (task,) = world.stores["Task"]

    shown = task.store.kind.view(ViewChoice("brief"))(world.frame_of(task))

    assert shown == {"id": "a", "inputs": [{"url": "u"}, 7], "map": {"a": {"y": 2}}, "name": "n"}
    assert task.fields["inputs"] == items["inputs"]


# Lists


def test_a_page_comes_after_the_item_it_names(shop):
    names = [f"n{number}" for number in range(5)]
    for name in names:
        shop.order(name)

    first = shop.get("/orders")
    second = shop.get("/orders", after=first["last"])

    assert [each["name"] for each in first["data"]] == ["n4", "n3", "n2"]
    assert (first["first"], first["more"], first["pages"]) == (first["data"][0]["id"], True, 2)
    assert first["links"] == [{"rel": "next", "href": f"/orders?after={first['last']}"}]
    assert [each["name"] for each in second["data"]] == ["n1", "n0", "Brioche"]
    assert (second["more"], second["links"]) == (False, [])


def test_an_empty_page_has_no_first_and_no_last(shop):
    empty = shop.get("/orders", name="nobody")

    assert (empty["data"], "first" in empty, "last" in empty) == ([], False, False)


def test_a_page_after_nothing_is_refused(shop):
    assert shop.http.get("/orders", params={"after": "order-nobody"}).status_code == 400


def test_a_page_after_an_item_is_found_in_an_order_of_its_own(shop):
    """The client turned the list round, so the cursor counts from the other end."""
    for name in "abc":
        shop.order(name)

    first = shop.get("/orders", way="UP", limit=2)
    second = shop.get("/orders", way="UP", limit=2, after=first["last"])

    assert [each["name"] for each in first["data"] + second["data"]] == ["Brioche", "a", "b", "c"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"name": "Rye"}, ["Rye"]),
        ({"name": "rye"}, []),
        ({"name": "rye", "match": "iexact"}, ["Rye"]),
        ({"name": "io", "match": "partial"}, ["Brioche"]),
        ({"name": "IO", "match": "partial"}, []),
        ({"name": "IO", "match": "ipartial"}, ["Brioche"]),
        ({"tags": '{"shop": "north"}'}, ["Brioche"]),
        ({"tags": '{"shop": "north", "till": 3}'}, []),
        ({"size": "medium"}, ["Rye", "Brioche"]),
        ({"size": "large"}, ["Rye"]),
    ],
)
def test_a_filter_compares_as_it_says(shop, query, found):
    shop.order("Rye", size="large")

    assert shop.names(**query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sort=name", ["Brioche", "Rye", "Wheat"]),
        ("sort=-name", ["Wheat", "Rye", "Brioche"]),
        ("sort=size:desc", ["Rye", "Brioche", "Wheat"]),
        ("sort=newest", ["Wheat", "Rye", "Brioche"]),
        ("filter[name]=W", ["Wheat"]),
        ("filter%5Bname%5D=R", ["Rye"]),
        ("filter[tags][shop]=north", ["Brioche"]),
        ("filter[name]=R&filter[tags][shop]=north", []),
        ("of=size,small", ["Rye"]),
        ("of=tries,1,size,medium", ["Brioche"]),
        ("status=baked", ["Brioche"]),
        ("status=baked&status=ordered&of=size,large", ["Wheat"]),
    ],
)
def test_words_turn_an_order_round_and_members_of_an_object_filter(shop, query, found):
    """A name such as `filter[name]` is a member, however its parameter is written."""
    shop.order("Rye", size="small")
    shop.order("Wheat", size="large")

    assert [each["name"] for each in shop.http.get(f"/shelf?{query}").json()] == found


def test_bounds_may_leave_out_what_lies_on_them(shop):
    made = shop.order("later")["created_at"]
    shop.playing.advance("PT5S")
    shop.order("latest")

    assert shop.names(since=made) == ["latest"]
    assert shop.names(until=made) == []


def test_a_list_may_hold_some_states_only(shop):
    shop.order("a")
    shop.playing.advance("PT20S")
    shop.order("b")

    assert [each["name"] for each in shop.get("/baking")] == ["a"]


def test_a_range_is_a_part_from_one_place_to_another(shop):
    for name in "abc":
        shop.order(name)
    shop.playing.advance("PT20S")

    assert [each["name"] for each in shop.get("/baking", start=1, end=3)] == ["b", "c"]
    assert shop.get("/baking", start=2, end=1) == []


# Addresses


def test_links_lead_to_the_server_as_it_was_asked(shop):
    made = shop.http.post("/orders", json={"name": "Rye"}, headers={**FULL, "Host": "bakery.test:81"})

    assert made.headers["Location"] == f"http://bakery.test:81/orders/{made.json()['id']}"


def test_links_lead_to_where_the_server_is_started_where_nobody_asks(bakery, play):
    """A move by time has no request, and a client may be the first to see what it has set."""
    shop = Shop(play(bakery, Settings(address=lambda: "http://[::1]:5", base_path="/v1")), "alice")
    made = shop.http.post("/v1/orders", json={"name": "Rye"}, headers=FULL).json()
    shop.playing.advance("PT2M")

    assert shop.get(f"/v1/orders/{made['id']}")["loaf_at"] == f"http://[::1]:5/v1/orders/{made['id']}/loaf"
    assert shop.get("/v1/orders/order-1")["loaf_at"] == "http://[::1]:5/v1/orders/order-1/loaf"


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({b"host": b"a.test"}, "http://a.test"),
        ({b"host": b"a.test", b"x-forwarded-proto": b"https"}, "https://a.test"),
        ({b"host": b"a.test:81", b"x-forwarded-prefix": b"/v1"}, "http://a.test:81/v1"),
        ({}, ABSENT),
    ],
)
def test_the_server_is_known_by_the_headers_of_the_request(headers, address):
    assert compiled(template("$server"))(Frame(Request(raw=headers), 0, {})) == address


def test_a_server_below_a_path_says_so_in_its_links(bakery, play):
    shop = Shop(play(bakery, Settings(base_path="/v1")), "alice")
    made = shop.http.post("/v1/orders", json={"name": "Rye"}, headers={**FULL, "X-Forwarded-Prefix": "/x"})

    assert made.headers["Location"] == f"{str(shop.http.base_url).rstrip('/')}/v1/orders/{made.json()['id']}"


# Parts


def test_parts_are_paged_by_the_ids_of_their_own(shop):
    """What happens at one moment still has ids of its own, or paging by them would go astray."""
    made = shop.order()
    shop.playing.advance("PT2M")
    steps = f"/orders/{made['id']}/steps"

    first = shop.get(steps, limit=2)
    second = shop.get(steps, limit=2, behind=first["next"])

    assert [each["state"] for each in first["steps"] + second["steps"]] == ["baked", "baking", "ordered"]
    assert (first["total"], second["next"]) == (3, None)
    assert len({each["id"] for each in first["steps"] + second["steps"]}) == 3


def test_parts_are_filtered_by_what_they_hold(shop):
    made = shop.order(headers={"Understudy-Scenario": "fire"})
    shop.playing.advance("PT2M")

    found = shop.get(f"/orders/{made['id']}/steps", level="middle")["steps"]

    assert [each["state"] for each in found] == ["burnt"]


def test_parts_of_nothing_are_not_found(shop):
    assert shop.http.get("/orders/nobody/steps").status_code == 404
    assert shop.http.get("/orders/order-1/steps", params={"behind": "step-nobody"}).status_code == 400


# Operations


def test_a_replacement_is_a_new_resource_and_the_old_one_moves(shop):
    old = shop.order()

    answer = shop.http.put(f"/orders/{old['id']}", json={"name": "Wheat"})
    new = answer.json()

    assert answer.status_code == 201
    assert (new["name"], new["tries"], new["instead_of"]) == ("Wheat", 2, old["id"])
    assert new["id"] != old["id"]
    assert shop.get(f"/orders/{old['id']}")["status"] == "replaced"


def test_what_cannot_move_is_not_replaced(shop):
    before = shop.names()

    assert shop.http.put("/orders/order-1", json={"name": "Wheat"}).status_code == 409
    assert shop.http.put("/orders/nobody", json={"name": "Wheat"}).status_code == 404
    assert shop.names() == before


def test_a_batch_moves_those_that_can_and_names_them(shop):
    one, other = shop.order(), shop.order()

    answer = shop.http.post("/orders/cancel", json={"ids": [one["id"], "order-1", "nobody", one["id"]]})

    assert answer.json() == {"ids": [one["id"]], "count": 1}
    assert shop.get(f"/orders/{one['id']}")["status"] == "cancelled"
    assert shop.get(f"/orders/{other['id']}")["status"] == "ordered"


def test_a_batch_takes_numbers_for_what_they_are_in_json(small, play):
    """True is no number, and 2.0 is 2."""
    content = {"application/json": {"schema": {"type": "object"}}}
    move = {
        "operationId": "stopJobs",
        "requestBody": {"content": content},
        "responses": {"200": {"description": ".", "content": content}},
    }
    lifecycle = {
        "identity": {"param": "id", "field": "/id", "generate": "$sequence"},
        "initially": {"id": "$id"},
        "seed": [{"state": "on"}] * 3,
        "state": {
            "initial": "on",
            "states": {"on": {"category": "resting"}, "off": {"category": "final"}},
        },
        "transitions": [{"name": "stop", "from": "on", "to": "off", "trigger": "stopJobs"}],
        "operations": {
            "stopJobs": {
                "role": "batch",
                "ids": "$request.body#/ids",
                "success": {"body": {"ids": "$list#/ids"}},
            }
        },
    }
    client = play(small({"Job": lifecycle}, {"/stop": {"post": move}})).client()

    answer = client.post("/stop", json={"ids": [True, 2.0, "3", [1], {"id": 1}, None, 2, 2.5]})

    assert answer.json() == {"ids": [2]}


def test_a_batch_without_ids_is_about_all_below_the_parent(shop):
    one, other = shop.order(), shop.order()
    shop.playing.advance("PT2M")

    swept = shop.http.delete(f"/orders/{one['id']}/crumbs")

    assert (swept.json()["id"], "steps" in swept.json()) == (one["id"], False)
    assert shop.get(f"/orders/{one['id']}/crumbs") == []
    assert len(shop.get(f"/orders/{other['id']}/crumbs")) == 1


def test_what_a_move_makes_is_there_when_it_was_made(shop):
    made = shop.order()
    before = shop.get(f"/orders/{made['id']}/crumbs")
    shop.playing.advance("PT2M")

    (crumb,) = shop.get(f"/orders/{made['id']}/crumbs")

    assert (before, crumb["of"]) == ([], made["id"])


def test_what_a_creation_makes_belongs_to_what_is_new(shop):
    old = shop.order()

    new = shop.http.put(f"/orders/{old['id']}", json={"name": "Wheat"}).json()

    assert [each["of"] for each in shop.get(f"/orders/{new['id']}/crumbs")] == [new["id"]]


def test_making_what_is_there_changes_it(shop):
    first = shop.http.post("/recipes", json={"name": "a", "flour": 1})
    kept = shop.http.post("/recipes", json={"name": "a"})
    second = shop.http.post("/recipes", json={"name": "a", "flour": 2})

    assert [each.status_code for each in (first, kept, second)] == [201, 200, 200]
    assert (kept.json()["flour"], second.json()["flour"]) == (1, 2)
    assert shop.get("/recipes/a")["flour"] == 2


def test_a_resource_with_an_id_of_the_clients_is_put_with_another_each_time(shop):
    made = [shop.playing.door("POST", "/states", json={"resource": "Recipe"})["id"] for _ in range(2)]

    assert len(set(made)) == 2

"""One world for several principals: `--one-world`, and `world` in a file of principals."""

from __future__ import annotations

from textwrap import dedent

import pytest
from starlette.testclient import TestClient

from mockserver.app import build
from mockserver.clock import ManualClock
from mockserver.principals import EVERYBODY, Principals, load, principal
from speckit import timing
from speckit.document import load as read
from speckit.specification import specify

DOCUMENT = """
openapi: 3.0.3
info: {title: Shop, version: '1'}
security: [{token: []}]
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
paths:
  /orders:
    get:
      operationId: listOrders
      security: []
      responses: {'200': {description: All, content: {application/json: {schema: {type: array}}}}}
    post:
      operationId: makeOrder
      responses: {'201': {description: New, content: {application/json: {schema: {type: object}}}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getOrder
      responses:
        '200': {description: One, content: {application/json: {schema: {type: object}}}}
        '404': {description: None}
    delete:
      operationId: cancelOrder
      responses: {'204': {description: Gone}, '403': {description: No}, '404': {description: None}}
x-resource-lifecycles:
  Order:
    identity: {param: id, field: /id, type: integer, generate: $sequence}
    initially: {id: $id, by: $principal#/name, state: $state, sent: null, read: null, seen: $principal#/id}
    state:
      field: /state
      initial: open
      states:
        open: {category: active}
        sent: {category: active}
        seen: {category: final, outcome: success}
    transitions:
      - name: send
        from: open
        to: sent
        after: {duration: PT10S}
        when: {'$principal#/name': {not: eve}}
        set: {/sent: $principal#/name}
      - {name: read, from: sent, to: seen, after: {polls: 2}, set: {/read: $principal#/name}}
      - {name: cancel, from: '*', to: $removed, trigger: cancelOrder}
    views: {mine: {body: {id: $id, by: $resource#/by, asks: $principal#/name}}}
    operations:
      listOrders: {role: list, view: mine}
      makeOrder: {role: create, idempotency: {header: Key}}
      getOrder: {role: get}
      cancelOrder: {role: trigger, roles: [admin]}
    seed: [{state: open, set: {id: 7}}]
"""
PEOPLE = """
principals:
  - {name: alice, token: a, world: shop, id: 12}
  - {name: bob, token: b, world: shop, roles: [admin]}
  - {name: carol, token: c, id: 33}
  - {name: dan, token: d, world: carol}
  - {name: anonymous, world: shop}
"""


class Shop:
    def __init__(self, folder, principals: Principals) -> None:
        (folder / "shop.yaml").write_text(DOCUMENT)
        self.clock = ManualClock()
        app = build(specify(read(folder / "shop.yaml")), clock=self.clock, principals=principals)
        self.http = TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1))

    def ask(self, method, path, token="", **options):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.http.request(method, path, headers=headers | options.pop("headers", {}), **options)

    def make(self, token, **headers):
        return self.ask("POST", "/orders", token, headers=headers).json()

    def ids(self, token=""):
        return [each["id"] for each in self.ask("GET", "/orders", token).json()]

    def door(self, method, path, **options):
        return self.ask(method, f"/_understudy{path}", **options).json()


@pytest.fixture
def one_world(tmp_path):
    return Shop(tmp_path, Principals(one_world=True))


@pytest.fixture
def listed(tmp_path):
    """The people of the list, some of whom share a world."""
    (tmp_path / "people.yaml").write_text(PEOPLE)
    return lambda **options: Shop(tmp_path, load(tmp_path / "people.yaml", **options))


def test_in_one_world_a_new_token_sees_what_an_old_one_made(one_world):
    """A login gives another token each time, and what is public is asked without one."""
    made = one_world.make("first login")

    assert one_world.ids("second login") == one_world.ids() == [7, made["id"]]
    assert one_world.door("GET", "/health")["worlds"] == 1


def test_who_asks_is_told_apart_in_one_world(one_world):
    first, second = one_world.make("alice"), one_world.make("bob")
    shown = one_world.ask("GET", "/orders", "carol").json()

    assert (first["by"], second["by"]) == ("alice", "bob")
    assert first["seen"] == principal("alice").facts["id"]
    assert {each["asks"] for each in shown} == {"carol"}


def test_what_nobody_asks_for_is_done_by_the_world_whoever_looks(one_world):
    """Seeds and moves by themselves do not depend on who came first, or looks."""
    made = one_world.make("alice")
    one_world.clock.set(one_world.clock.now() + 10 * timing.SECOND)

    seen = one_world.ask("GET", f"/orders/{made['id']}", "bob").json()
    seeded = one_world.ask("GET", "/orders/7", "bob").json()

    assert (seen["by"], seen["state"], seen["sent"]) == ("alice", "sent", EVERYBODY)
    assert (seeded["by"], seeded["seen"]) == (EVERYBODY, principal(EVERYBODY).facts["id"])


def test_what_happens_at_a_look_is_done_by_the_world_whoever_looks(one_world):
    """It comes by itself, if not by the clock; the look itself is somebody's."""
    made = one_world.make("alice")
    one_world.clock.set(one_world.clock.now() + 10 * timing.SECOND)

    first, second = (one_world.ask("GET", f"/orders/{made['id']}", "bob").json() for _ in range(2))

    assert (first["read"], second["state"], second["read"]) == (None, "seen", EVERYBODY)
    assert one_world.ask("GET", "/orders", "carol").json()[0]["asks"] == "carol"


def test_what_will_happen_by_itself_does_not_depend_on_who_asks(one_world):
    """Of eve nothing is sent in a world of her own; here it is not she who sends."""
    made = one_world.make("eve")

    due = one_world.door("GET", "/due", params={"principal": "eve"})["due"]

    assert made["id"] in [each["id"] for each in due]
    assert one_world.make("eve")["by"] == "eve", "she asks again once it has been reckoned"


def test_an_idempotency_key_is_the_worlds(one_world):
    """A request that is sent again may come with another token."""
    assert one_world.make("first login", Key="k") == one_world.make("second login", Key="k")


def test_the_door_means_the_world_of_the_principal(one_world):
    made = one_world.door("POST", "/states", json={"principal": "alice", "resource": "Order"})
    seen = one_world.door("GET", "/resources", params={"principal": "bob"})
    reset = one_world.door("POST", "/reset", json={"principal": "bob"})

    assert made["fields"]["by"] == "alice"
    assert made["id"] in [each["id"] for each in seen["resources"]]
    assert (reset["reset"], one_world.ids("alice")) == (1, [7])


def test_listed_principals_share_the_world_they_name(listed):
    shop = listed()
    made = shop.make("a")["id"]

    assert shop.ids("b") == shop.ids() == [7, made]
    assert shop.ids("c") == [7]


def test_a_world_may_be_that_of_somebody_listed(listed):
    """Whoever asks first, seeds are planted by the one whose world it is."""
    shop = listed()

    made = shop.make("d")

    assert shop.ids("c") == [7, made["id"]]
    assert made["by"] == "dan"
    assert shop.ask("GET", "/orders/7", "d").json()["seen"] == 33


def test_roles_are_told_apart_in_a_shared_world(listed):
    shop = listed()
    made = shop.make("a")["id"]

    assert shop.ask("DELETE", f"/orders/{made}", "a").status_code == 403
    assert shop.ask("DELETE", f"/orders/{made}", "b").status_code == 204
    assert shop.ids("a") == [7]


def test_one_world_goes_before_what_the_list_says(listed):
    shop = listed(one_world=True)
    made = shop.make("a")

    assert {tuple(shop.ids(token)) for token in ("", "a", "b", "c", "d")} == {(7, made["id"])}
    assert made["seen"] == 12
    assert shop.ask("GET", "/orders/7", "nobody").status_code == 401


def test_nothing_is_shared_unless_somebody_says_so(tmp_path):
    """So a server whose worlds are private pays nothing for it."""
    file = tmp_path / "people.yaml"
    file.write_text(
        dedent("""\
        principals:
          - {name: alice, token: a}
          - {name: bob, token: b, world: bob}
        """)
    )

    assert not Principals().share
    assert not load(file).share
    assert Principals(one_world=True).share
    assert load(file, one_world=True).share

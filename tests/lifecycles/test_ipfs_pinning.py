"""Pins of an IPFS pinning service: queued, pinned, replaced, removed, and found again by name and time."""

from __future__ import annotations

from typing import Any

import pytest
from lifecycles.playing import Example, World, findings, tried

EXAMPLE = Example("ipfs-pinning/ipfs-pinning-service.yaml", ("ipfs-pinning",))
JSON = {"content-type": "application/json"}
ALL = {"status": "queued,pinning,pinned,failed"}


def pinned(world: World, cid: str = "QmNew", **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = world("POST", "/pins", 202, json={"cid": cid, **more}).json()
    return answer


def named(world: World, **params: Any) -> list[str]:
    """The names of the pins that a list shows."""
    return [each["pin"].get("name", "") for each in world.get("/pins", params=ALL | params)["results"]]


def test_a_pin_is_queued_then_sought_then_there(world):
    pin = pinned(world, name="a.car", meta={"app_id": "1"})

    seen = [pin["status"]]
    for _ in range(2):
        world.advance("PT8S")
        seen.append(world.get(f"/pins/{pin['requestid']}")["status"])

    assert seen == ["queued", "pinning", "pinned"]
    assert pin["pin"] == {"cid": "QmNew", "name": "a.car", "meta": {"app_id": "1"}}


def test_a_pin_that_fails_says_why(world):
    world.ends("failure")
    pin = pinned(world)

    world.advance("PT10S")

    told = world.get(f"/pins/{pin['requestid']}")
    assert (told["status"], told["info"]) == ("failed", {"status_details": "DAG too big"})


def test_a_replaced_pin_is_gone_and_its_successor_has_another_id(world):
    """A client that keeps the old id must not believe that its blocks are still pinned."""
    old = pinned(world, name="v1")["requestid"]

    new = world("POST", f"/pins/{old}", 202, json={"cid": "QmNewer", "name": "v2"}).json()

    assert new["requestid"] != old
    assert new["pin"] == {"cid": "QmNewer", "name": "v2"}
    assert new["status"] == "queued"
    assert world.get(f"/pins/{old}", 404)["error"]["reason"] == "NOT_FOUND"
    assert world.get(f"/pins/{new['requestid']}")["pin"]["name"] == "v2"
    world("POST", f"/pins/{old}", 404, json={"cid": "QmNewer"})


@pytest.mark.parametrize("status", ["queued", "pinning", "pinned", "failed"])
def test_a_pin_is_removed_in_every_state(world, status):
    pin = world.get("/pins", params={"status": status})["results"][0]["requestid"]

    assert world("DELETE", f"/pins/{pin}", 202).content == b""

    world("GET", f"/pins/{pin}", 404)
    world("DELETE", f"/pins/{pin}", 404)
    assert world.get("/pins", params={"status": status})["count"] == 0


def test_without_a_status_only_pinned_ones_are_listed(world):
    assert {each["status"] for each in world.get("/pins")["results"]} == {"pinned"}
    assert world.get("/pins", params=ALL)["count"] == 4
    assert world.get("/pins", params={"status": "queued,failed"})["count"] == 2


def test_the_rest_of_a_list_is_what_came_before_its_oldest(world):
    """Pages are cut by time: the client passes the oldest moment it has seen."""
    for number in range(5):
        world.advance("PT1S")
        pinned(world, cid=f"Qm{number}")

    first = world.get("/pins", params=ALL | {"limit": 3})
    oldest = first["results"][-1]["created"]
    rest = world.get("/pins", params=ALL | {"before": oldest})

    assert [each["pin"]["cid"] for each in first["results"]] == ["Qm4", "Qm3", "Qm2"]
    assert first["count"] == 9
    assert rest["count"] == 6
    assert oldest not in {each["created"] for each in rest["results"]}
    assert world.get("/pins", params=ALL | {"after": oldest})["count"] == 2


def test_a_name_is_matched_as_the_client_wants(world):
    pinned(world, name="Holiday.JPG")

    assert named(world, name="Holiday.JPG") == ["Holiday.JPG"]
    assert named(world, name="holiday.jpg") == []
    assert named(world, name="holiday.jpg", match="iexact") == ["Holiday.JPG"]
    assert named(world, name="liday", match="partial") == ["Holiday.JPG"]
    assert named(world, name="LIDAY", match="partial") == []
    assert named(world, name="LIDAY", match="ipartial") == ["Holiday.JPG"]


def test_pins_are_found_by_their_content_and_by_their_metadata(world):
    pinned(world, cid="Qm1", name="one", meta={"app": "a", "region": "eu"})
    pinned(world, cid="Qm2", name="two", meta={"app": "a"})

    assert sorted(named(world, cid="Qm1,Qm2")) == ["one", "two"]
    assert sorted(named(world, meta='{"app":"a"}')) == ["one", "two"]
    assert named(world, meta='{"app":"a","region":"eu"}') == ["one"]
    assert named(world, meta='{"app":"b"}') == []


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "reason"),
    [
        ("POST", "/pins", {"json": {"name": "no content"}}, 400, "BAD_REQUEST"),
        ("POST", "/pins", {"content": b"{", "headers": JSON}, 400, "BAD_REQUEST"),
        ("GET", "/pins", {"params": {"limit": 0}}, 400, "BAD_REQUEST"),
        ("GET", "/pins", {"params": {"limit": 1001}}, 400, "BAD_REQUEST"),
        ("GET", "/pins", {"params": {"status": "lost"}}, 400, "BAD_REQUEST"),
        ("GET", "/pins/unheard-of", {}, 404, "NOT_FOUND"),
    ],
)
def test_errors_have_the_documented_shape(world, method, path, options, status, reason):
    error = world(method, path, status, **options).json()["error"]

    assert error["reason"] == reason
    assert error["details"]


def test_nobody_is_served_without_a_token(server):
    with server.client(None) as client:
        answer = client.get("/pins")

    assert (answer.status_code, answer.json()["error"]["reason"]) == (401, "UNAUTHORIZED")


def test_every_state_is_seeded(world):
    assert world.states("Pin") == {"queued", "pinning", "pinned", "failed"}


def test_our_own_server_keeps_every_promise(server):
    report = EXAMPLE.judged(server, "--depth", "60", "--max-requests", "2500")

    assert findings(report) == []
    assert report["notes"] == []
    laws = {"gone-is-gone", "final-is-final", "page-size", "filter-exact", "total-true", "isolation"}
    assert laws <= tried(report)

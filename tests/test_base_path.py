"""A document served below a base path, and with the address of this server in it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import click
import httpx
import pytest
import yaml
from harness import NO_TLS, Server
from shop import SHOP, shop

from speckit.document import load
from speckit.specification import specify
from understudy import placing
from understudy.serve import Options, run

HOST = {"host": "my.machine:99"}


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Server]:
    file = shop(tmp_path_factory.mktemp("shop"))
    running = Server(str(file), "--base-path", "servers", "--journal", "5")
    yield running
    assert running.stop() == 0
    assert running.errors == []


@pytest.fixture
def root(served) -> str:
    return served.url.removesuffix("/v1")


def get(url: str, **headers: str) -> httpx.Response:
    return httpx.get(url, headers={"authorization": "Bearer a", **headers}, timeout=30, verify=NO_TLS)


def test_everything_of_the_contract_is_below(served, root):
    assert served.url == f"{root}/v1"
    assert get(f"{root}/v1/orders").status_code == 200
    assert get(f"{root}/v1/orders/a%2Fb").status_code == 404
    assert get(f"{root}/orders").status_code == 404


def test_the_greeting_proposes_what_works(served):
    [line] = [line for line in served.greeting if line.startswith("try ")]
    words = line.split(maxsplit=1)[1].replace("YOUR_API_KEY", "a")

    done = subprocess.run(["sh", "-c", f"{words} -f"], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("[")


def test_the_door_is_at_the_root_and_where_the_url_says(served, root):
    """What is to be done at URL/_understudy/ can be, and by a tool that knows the host alone, too."""
    for line in served.greeting:
        if line.startswith(("document ", "to click ")):
            assert get(line.split()[-1]).status_code == 200
    assert get(f"{root}/_understudy/health").status_code == 200
    assert get(f"{root}/v1/_understudy/health").status_code == 200


def test_what_is_made_is_found_where_it_says(served, root):
    with served.client("a") as client:
        made = client.post(f"{root}/v1/orders", json={})
        found = client.get(f"{root}{made.headers['location']}")

    assert made.headers["location"].startswith("/v1/orders/")
    assert found.json()["id"] == made.json()["id"]


def test_a_connection_is_broken_off_below_a_base_path_too(served, root):
    rule = {"drop": True, "times": 1}
    httpx.post(f"{root}/_understudy/faults", json=rule, verify=NO_TLS)

    with pytest.raises(httpx.TransportError, match=r"without sending a response|reset"):
        get(f"{root}/v1/orders")


def test_an_answer_that_has_the_address_of_the_server_has_the_whole_of_it(tmp_path):
    text = SHOP.replace("note: $request.body#/note", "link: '{$server}/orders'")
    (tmp_path / "shop.yaml").write_text(text)
    running = Server(str(tmp_path / "shop.yaml"), "--base-path", "/v1", "--journal", "5")

    with running.client("a") as client:
        made = client.post(f"{running.url}/orders", json={}, headers=HOST)
        listed = client.get(f"{running.url}/_understudy/requests").json()["requests"]
    running.stop()

    assert made.json()["link"] == "http://my.machine:99/v1/orders"
    assert "x-forwarded-prefix" not in listed[0]["headers"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/orders", "all is below /v1; ask /v1/orders."),
        ("/nowhere", "There is nothing at /nowhere: all is below /v1."),
        ("/v1/v1/orders", "The base path /v1 comes once; ask /v1/orders."),
        ("/v1/ordres", "Did you mean /v1/orders?"),
        ("/v1", "There is no path / in the document."),
        ("/v10/orders", "all is below /v1."),
    ],
)
def test_who_asks_elsewhere_hears_where(root, path, told):
    answer = get(f"{root}{path}")

    assert answer.status_code == 404
    assert answer.json()["detail"].endswith(told)


def test_the_journal_has_whole_paths(root, served):
    served_url = f"{root}/_understudy"
    httpx.delete(f"{served_url}/requests", verify=NO_TLS)

    get(f"{root}/v1/orders")
    get(f"{root}/orders")
    get(f"{root}/v1/_understudy/health")

    listed = get(f"{served_url}/requests").json()["requests"]
    assert [(each["path"], each["operation"]) for each in listed] == [
        ("/v1/orders", "listOrders"),
        ("/orders", None),
    ]


def test_the_document_names_this_server_and_no_other(root):
    """A client that is generated from it must not ask production."""
    as_json = get(f"{root}/_understudy/openapi.json", **HOST)
    as_yaml = get(f"{root}/_understudy/openapi.yaml", **HOST)

    for data in (as_json.json(), yaml.safe_load(as_yaml.text)):
        assert data["servers"] == [{"url": "http://my.machine:99/v1"}]
        assert "shop.example" not in str(data)
        assert set(data["paths"]) == {"/orders", "/orders/{id}", "/health"}


@pytest.mark.parametrize("host", ["a b", "a/b", 'a"b', "", "a\\b"])
def test_an_odd_host_gets_into_no_document(root, host):
    data = get(f"{root}/_understudy/openapi.json", host=host).json()

    assert data["servers"] == [{"url": f"{root}/v1"}]


def test_what_can_be_clicked_asks_below(root):
    assert 'window.location.origin + "/v1"' in get(f"{root}/_understudy/ui/start.js").text


def test_without_the_option_nothing_is_below(tmp_path):
    running = Server(str(shop(tmp_path)))

    fine, told = get(f"{running.url}/orders"), get(f"{running.url}/v1/orders")
    data = get(f"{running.url}/_understudy/openapi.json").json()
    running.stop()

    assert (fine.status_code, told.status_code) == (200, 404)
    assert "--base-path /v1" in told.json()["detail"]
    assert data["servers"] == [{"url": running.url}]


def test_a_document_without_servers_is_served_at_the_root_and_says_so(tmp_path):
    data: dict[str, Any] = yaml.safe_load(SHOP)
    del data["servers"]
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
    running = Server(str(tmp_path / "shop.yaml"), "--base-path", "servers")

    text = get(f"{running.url}/_understudy/openapi.yaml").text
    running.stop()

    assert list(yaml.safe_load(text))[:4] == ["openapi", "info", "servers", "security"]


def test_paths_that_begin_like_the_base_path_are_told_from_it(tmp_path):
    """A document may have /v1 in its paths already."""
    data: dict[str, Any] = yaml.safe_load(SHOP)
    data["paths"] = {f"/v1{path}": item for path, item in data["paths"].items()}
    create = data["x-resource-lifecycles"]["Order"]["operations"]["createOrder"]
    create["success"]["headers"]["Location"] = "/v1/orders/{$id}"
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
    running = Server(str(tmp_path / "shop.yaml"), "--base-path", "/v1")

    with running.client("a") as client:
        made = client.post(f"{running.url}/v1/orders", json={})
    running.stop()

    assert made.headers["location"] == f"/v1/v1/orders/{made.json()['id']}"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("http://{host}/orders/7", "http://{host}/v1/orders/7"),
        ("https://files.example/orders/7", "https://files.example/orders/7"),
        ("/v1/orders/7", "/v1/orders/7"),
        ("orders/7", "orders/7"),
    ],
)
def test_only_addresses_of_this_server_are_changed(tmp_path, said, kept):
    data: dict[str, Any] = yaml.safe_load(SHOP)
    response = data["paths"]["/orders"]["post"]["responses"]["201"]
    response["headers"] = {
        "Content-Location": {"schema": {"type": "string"}, "example": said.format(host=HOST["host"])},
        "Link": {"schema": {"type": "string"}, "example": "</orders?page=2>; rel=next, <//cdn.example/x>"},
    }
    del data["x-resource-lifecycles"]
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
    running = Server(str(tmp_path / "shop.yaml"), "--base-path", "/v1")

    with running.client("a") as client:
        answer = client.post(f"{running.url}/orders", json={}, headers=HOST)
    running.stop()

    assert answer.headers["content-location"] == kept.format(host=HOST["host"])
    assert answer.headers["link"] == "</v1/orders?page=2>; rel=next, <//cdn.example/x>"


@pytest.mark.parametrize("path", ["v1", "/{tenant}", "/a//b", "https://a.example/v1", "/ä"])
def test_what_is_no_base_path_is_wrong_use(tmp_path, path):
    with pytest.raises(click.UsageError, match=r"is no path\. Write it like /v1"):
        run(Options(str(shop(tmp_path)), base_path=path))


@pytest.mark.parametrize(("path", "base"), [("/v1", "/v1"), ("/v1/", "/v1"), ("/", ""), ("/a/b", "/a/b")])
def test_a_slash_at_the_end_makes_no_difference(path, base, tmp_path):
    specification = specify(load(shop(tmp_path)))

    placing.check(path)
    assert placing.base_path(path, specification) == base


def test_a_server_whose_path_cannot_be_one_is_wrong_use(tmp_path):
    text = SHOP.replace("https://api.shop.example/v1", "https://api.shop.example/{v}")
    (tmp_path / "shop.yaml").write_text(text)

    with pytest.raises(click.UsageError, match=r"Write a path: --base-path /v1\."):
        run(Options(str(tmp_path / "shop.yaml"), base_path="servers"))


def test_a_slash_that_is_part_of_a_name_parts_no_base_path(root):
    """`/v1%2Fx/orders` is no path below `/v1`: its first segment is another one."""
    assert get(f"{root}/v1%2Fx/orders").status_code == 404
    assert get(f"{root}/v1%2Forders").status_code == 404

"""Links in resources lead to the server that is running, whoever asked last."""

from pathlib import Path

import pytest
from harness import Server

BAKERY = Path(__file__).parent / "contracts" / "data" / "bakery.yaml"


@pytest.mark.parametrize("base", ["", "/v1"])
def test_what_nobody_asked_for_has_the_address_that_is_printed_at_the_start(base):
    """The port may be any free one, so that no document can know it."""
    server = Server(str(BAKERY), "--clock", "manual", *(["--base-path", base] if base else []))
    try:
        with server.client("alice") as client:
            seeded = client.get("orders/order-1", headers={"Host": "elsewhere.test"}).json()
    finally:
        server.stop()

    assert seeded["loaf_at"] == f"{server.url}/orders/order-1/loaf"
    assert server.url.endswith(base)

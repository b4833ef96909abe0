"""The options of `understudy serve` about who is told, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from speckit.document import load
from speckit.specification import specify
from understudy.cli import main
from understudy.telling import addresses, admitted

SHOP = Path(__file__).parent / "mockserver" / "data" / "sending.yaml"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--webhook", "print.changed"], "write it like NAME=http://localhost:9000/hooks"),
        (["--webhook", "print.changed=localhost:9000"], "write it like NAME=http://localhost:9000/hooks"),
        (["--webhook", "print.changed=http://[::1"], "write it like NAME=http://localhost:9000/hooks"),
        (["--webhook", "print.change=http://localhost:9000"], "Did you mean 'print.changed'?"),
        (["--allow-callbacks", "http://example.com"], "is neither a host nor a network"),
        (["--allow-callbacks", ""], "is neither a host nor a network"),
    ],
)
def test_wrong_use_is_told_with_what_would_work(options, said):
    done = CliRunner().invoke(main, ["serve", str(SHOP), "--port", "0", *options])

    assert done.exit_code == 2
    assert said in " ".join(done.output.split())


def test_a_webhook_may_be_given_to_a_document_that_sends_it_alone():
    found = addresses(["print.changed=https://hooks.example.com/a?b=c"], specify(load(SHOP)))

    assert found == {"print.changed": "https://hooks.example.com/a?b=c"}


def test_hosts_and_networks_are_told_apart():
    open_to = admitted(["Hooks.example.com", "fd00::/8", "[2001:db8::1]"])

    assert open_to.hosts == {"hooks.example.com"}
    assert [str(each) for each in open_to.networks] == ["fd00::/8", "2001:db8::1/128"]

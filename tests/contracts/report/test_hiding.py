"""Credentials stay out of every report, and commands still work."""

from __future__ import annotations

import base64
import subprocess

import orjson
import pytest
from judgements import CREATE, READ, SECRET, exchange, finding, judgement, secret_judgement

from contracts.report.console import console
from contracts.report.curl import LONGEST, curl, exports
from contracts.report.harmless import harmless, lines
from contracts.report.hiding import Hiding
from contracts.report.json import json
from contracts.report.junit import junit
from contracts.report.manner import Manner
from contracts.report.page import page
from speckit.operation import Operation

MANNER = Manner(secrets={"TOKEN_ALICE": SECRET})
OPEN = Manner(secrets={"TOKEN_ALICE": SECRET}, shows_credentials=True)
BASIC = base64.b64encode(SECRET.encode()).decode()
FORMS = {
    "console": lambda judged, manner: console(judged, manner),
    "json": lambda judged, manner: json(judged, manner).decode(),
    "junit": lambda judged, manner: junit(judged, manner).decode(),
    "page": lambda judged, manner: page(judged, manner),
}
CREDENTIALS = [
    {"Authorization": f"Bearer {SECRET}"},
    {"Authorization": f"Basic {BASIC}"},
    {"Cookie": f"auth={SECRET}; other=1"},
    {"X-Api-Key": SECRET},
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("credential", CREDENTIALS, ids=lambda each: next(iter(each.values()))[:6])
def test_no_report_holds_a_secret_however_it_is_written(form, credential):
    """As it is, percent-encoded, in base 64, in an answer, a cookie, a URL, a sentence."""
    told = FORMS[form](secret_judgement(credential), MANNER)

    for spelt in (SECRET, BASIC, "s3cr3t%2F", "5up3r"):
        assert spelt not in told
    assert "TOKEN_ALICE" in told


@pytest.mark.parametrize("form", FORMS)
def test_they_are_shown_to_whoever_asks_for_them(form):
    told = FORMS[form](secret_judgement(), OPEN)

    assert SECRET in told
    assert "TOKEN_ALICE" not in told


def echoed(command: str, **environment: str) -> list[str]:
    """Return the arguments that a shell hands to curl."""
    script = f'curl() {{ printf "%s\\0" "$@"; }}\n{command}'
    ran = subprocess.run(
        ["bash", "-c", script], capture_output=True, env={**environment, "LC_ALL": "C.UTF-8"}, check=True
    )
    return ran.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("body", ["plain", "a 'b' \"c\" $HOME `id` \\ !x", "\x1b[2J\u202e\x85é\n☃", "{x}"])
@pytest.mark.parametrize("credential", [{}, *CREDENTIALS[:1], CREDENTIALS[2], {"X": f"$(id) {SECRET}_x!"}])
def test_a_pasted_command_sends_what_was_sent(body, credential):
    """With the variable set, every byte is as it was."""
    sent = exchange(CREATE, path={"room": SECRET}, body={"text": body}, credential=credential)

    arguments = echoed(curl(sent, Hiding(MANNER)), TOKEN_ALICE=SECRET)

    headers = [*credential.items(), ("Content-Type", "application/json")]
    assert arguments == [
        *("-s", "-i", "-X", "POST", "--data-raw", sent.call.content.decode()),
        *(word for name, value in headers for word in ("-H", f"{name}: {value}")),
        f"http://127.0.0.1:8080/rooms/{SECRET}/lamps",
    ]


@pytest.mark.parametrize(
    ("sent", "start"),
    [
        (exchange(Operation("look", "HEAD", "/lamps")), "curl -s -I http"),
        (exchange(READ, body={}), "curl -s -i -X GET --data-raw '{}'"),
        (exchange(CREATE, body=b"@file"), "curl -s -i -X POST --data-raw @file"),
        (exchange(READ), "curl -s -i -g 'http://127.0.0.1:8080/lamps/{id}'"),
    ],
    ids=["HEAD", "GET with a body", "@", "braces"],
)
def test_curl_does_what_is_meant(sent, start):
    """It has habits: it waits, reads files and counts through ranges."""
    assert curl(sent, Hiding(MANNER)).startswith(start)


def test_bytes_that_are_no_text_are_sent_as_they_were():
    sent = exchange(CREATE, body=b"a'\\\xff\x80\n", content_type="image/png")
    line = curl(sent, Hiding(MANNER))

    ran = subprocess.run(["bash", "-c", f'curl() {{ printf %s "$6"; }}\n{line}'], capture_output=True)

    assert line.isprintable()
    assert ran.stdout == sent.call.content


def test_basic_authentication_is_left_to_curl():
    """The variable holds what the user typed, not its base 64."""
    sent = exchange(credential={"Authorization": f"Basic {BASIC}"})

    assert echoed(curl(sent, Hiding(MANNER)), TOKEN_ALICE=SECRET)[2:4] == ["-u", SECRET]


def test_a_short_secret_is_not_seen_inside_a_word():
    hiding = Hiding(Manner(secrets={"TOKEN_BOB": "bob"}))

    assert hiding.text("bob bobbin x=bob, knob TOKEN_bob") == "$TOKEN_BOB bobbin x=$TOKEN_BOB, knob TOKEN_bob"


def test_the_longer_of_two_secrets_counts():
    hiding = Hiding(Manner(secrets={"TOKEN_A": "long-secret", "TOKEN_B": "long-secret-too"}))

    assert hiding.text("long-secret-too long-secret") == "$TOKEN_B $TOKEN_A"


def test_keys_and_items_at_any_depth_are_looked_at():
    hidden = Hiding(MANNER).value({"a": [{SECRET: [SECRET, 1, None, True]}], "b": "half \ud800"})

    assert hidden == {"a": [{"$TOKEN_ALICE": ["$TOKEN_ALICE", 1, None, True]}], "b": "half \\ud800"}
    assert orjson.dumps(hidden)


def test_a_huge_argument_is_cut_and_says_so():
    """A terminal takes no megabyte, and half a secret is a secret half told."""
    body = "y" * (LONGEST - 30) + SECRET + "z" * 1_000_000
    line = curl(exchange(CREATE, body=body), Hiding(MANNER))

    assert len(line) < LONGEST + 300
    assert line.endswith("characters")
    assert "  # cut: " in line
    assert "s3cr" not in line


def test_the_variables_are_named_without_their_values():
    assert exports(Hiding(MANNER)) == ["export TOKEN_ALICE=..."]
    assert exports(Hiding(OPEN)) == []


def test_a_finding_without_secrets_is_as_it_was():
    plain = judgement(findings=(finding(exchanges=(exchange(credential={"X": "1"}),)),))

    assert console(plain, MANNER).count("-H 'X: 1'") == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("é ☃ 漢 😀", "é ☃ 漢 😀"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\u202eb\u2066c\ufeff", "a\\u202eb\\u2066c\\ufeff"),
        ("\x85\x9b", "\\u0085\\u009b"),
        ("\ud800\uffff", "\\ud800\\uffff"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_is_seen_stays_and_what_acts_is_written_out(text, shown):
    assert harmless(text) == shown


def test_line_feeds_may_stay_where_lines_are_shown():
    assert lines("a\nb\rc") == "a\nb\\rc"

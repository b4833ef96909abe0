"""The page: one file, nothing fetched, nothing run but its own script, everything told."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from judgements import MANNER, finding, hostile_judgement, judgement, sequence

from contracts.report.manner import Manner
from contracts.report.page import page

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Reader(HTMLParser):
    """Reads a page strictly: every element is closed in its order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.texts = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag):
        return [attributes for found, attributes in self.elements if found == tag]


PAGES = {
    "plain": judgement(),
    "hostile": hostile_judgement(),
    "empty": judgement(findings=(), notes=(), tallies=()),
    "ended": judgement(ended="Connection refused."),
}


@pytest.mark.parametrize("name", PAGES)
def test_it_is_sound_and_asks_for_nothing(name):
    """It is opened from a mail, a build's artefacts or a disk without a network."""
    text = page(PAGES[name], MANNER)
    reader = Reader(text)

    assert reader.open == []
    assert not any({"src", "srcset", "style", "onclick", "onload"} & set(each) for _, each in reader.elements)
    assert not {"link", "img", "iframe", "object", "form"} & {tag for tag, _ in reader.elements}
    assert all(each["href"].startswith("#") for each in reader.all("a"))
    assert "@import" not in text
    assert "url(" not in text


@pytest.mark.parametrize("name", PAGES)
def test_only_its_own_script_may_run(name):
    """The policy names the script and the style by their digests, so what slipped in would not run."""
    text = page(PAGES[name], MANNER)
    (policy,) = (each["content"] for each in Reader(text).all("meta") if "http-equiv" in each)

    assert policy.startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        (part,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_what_a_server_says_is_text():
    text = page(hostile_judgement(), MANNER)

    assert text.count("<script>") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "{{ 7*7 }}" in text
    assert "&amp;lt;" in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_a_megabyte_does_not_make_a_page_of_one():
    assert len(page(hostile_judgement(), MANNER)) < 40_000


def test_it_tells_each_finding_as_a_sequence():
    """Who asked what, what came back, and a command for each to copy."""
    said = "".join(Reader(page(judgement(), MANNER)).texts)
    words = " ".join(said.split())

    assert "1 promise broken" in words
    assert "lamps.yaml:41 x-resource-lifecycles/Lamp/state/states/broken" in words
    assert words.index("alice asked POST /rooms/hall%202/lamps") < words.index(
        "came back 201 application/json"
    )
    assert words.index("came back 201") < words.index("alice asked POST /lamps/l1/switch +0.500 s")
    assert 'sleep 1.8 curl -s -i "http://127.0.0.1:8080/lamps/${ID_1}?view=full"' in words
    assert "location: /lamps/l1" in words
    assert "No lamp was ever lit." in words
    assert "It took 3 s to answer." in words


def test_it_can_be_used_without_a_mouse_and_without_eyes():
    """Everything that scrolls or is pressed has a name, and headings label their sections."""
    reader = Reader(page(judgement(), MANNER))
    ids = {each["id"] for _, each in reader.elements if "id" in each}

    assert ("html", {"lang": "en"}) in reader.elements
    assert any(each.get("name") == "viewport" for each in reader.all("meta"))
    assert all(each.get("aria-label") and each["type"] == "button" for each in reader.all("button"))
    for _, each in reader.elements:
        if "tabindex" in each:
            assert each.get("aria-label") or each.get("aria-labelledby")
        if "aria-labelledby" in each:
            assert each["aria-labelledby"] in ids
    assert all(each.get("scope") in ("row", "col") for each in reader.all("th"))


def test_it_has_a_dark_side_and_can_be_printed():
    text = page(judgement(), MANNER)

    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"findings": (), "tallies": judgement().tallies[:3]}, "Every promise that was judged is kept"),
        ({"findings": (), "tallies": ()}, "Nothing could be judged."),
        ({"ended": "Connection refused."}, "Connection refused."),
    ],
)
def test_its_head_says_how_it_went(changes, said):
    assert said in page(judgement(**changes), MANNER)


def test_it_says_which_credentials_the_commands_need():
    manner = Manner(secrets={"TOKEN_ALICE": "s3cr3t-of-alice"}, remarks=("One thing first.",))
    sent = sequence({"Authorization": "Bearer s3cr3t-of-alice"})

    text = page(judgement(findings=(finding(exchanges=sent),)), manner)

    assert "<code>export TOKEN_ALICE=...</code>" in text
    assert "Bearer ${TOKEN_ALICE}" in text
    assert "One thing first." in text

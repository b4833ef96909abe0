"""The site in a real browser: opened from its folder, on a wide screen and a phone, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from accessibility import violations
from browser import browsing
from harness import ROOT

from handbook import site
from handbook.book import book
from handbook.page import Book, Page, Section
from handbook.placing import MARKER, FolderTaken
from speckit.document import load
from speckit.specification import specify

DIAGRAM = """<figure class="diagram"><svg viewBox="0 0 300 60" role="group" aria-label="States of a lamp">
<a href="#off"><rect width="80" height="40" fill="none" stroke="currentColor"/>
<text x="9" y="25">off</text></a>
</svg></figure>"""
LAMP = """# Switch a lamp

**`POST`** `/lamps/{lampId}/switch`

It goes on or off. (c) 1/2 :smile: --> is no markup.

!!! warning "Deprecated"

    Pull the string.

## Parameters

| Name | Type | Required | Default | Description |
|---|---|---|---|---|
| `aNameWithoutAnySpaceThatIsLongerThanAPhoneIsWide` | string | yes | `off` | Which lamp, and no other. |

| Operation | `unplugged` | `plugged-in` | `switched-on` | `burning-out` | `burnt-out` |
| --- | --- | --- | --- | --- | --- |
| `switchLamp` | refused, `409` | `switched-on` | `plugged-in` | refused, `409` | refused, `409` |

=== "curl"

    ```bash
    curl --request POST https://lamps.example.com/lamps/1/switch --header 'Authorization: Bearer YOUR_API_KEY'
    ```

=== "Python"

    ```python
    print("Python")
    ```

<details markdown="1">
<summary>More</summary>

| State | Meaning |
|---|---|
| `on` | Light |

</details>
"""
TAG = f"# Lamps\n\n{DIAGRAM}\n\n## `off` {{ #off }}\n\nDark.\n"
BOOK = Book(
    Section(
        'Lamps & "Co" <b>',
        (
            Page("index.md", "Lamps", "# Lamps\n\n[Switch one](lamps/switch.md)\n"),
            Section(
                "lamps <i>",
                (
                    Page(
                        "lamps/index.md",
                        "Overview",
                        f"# Lamps\n\n{DIAGRAM}\n\n## `off` {{ #off }}\n\nDark.\n",
                    ),
                    Page("lamps/switch.md", "Switch a lamp", LAMP),
                    Page("lamps/break.md", "Break a lamp", LAMP.replace("Switch", "Break")),
                ),
            ),
            Section(
                "bulbs",
                (Page("bulbs/index.md", "Overview", "# Bulbs\n"), Page("bulbs/b.md", "Bulb", "# Bulb\n")),
            ),
        ),
    ),
    {"openapi.yaml": b"openapi: 3.1.0\n"},
)
SCHEMES = {"light": "default", "dark": "slate"}
"""What the system prefers, and what the theme calls that."""
SCREENS = [(1280, 900), (360, 800)]
STATES = "document.querySelector('table[data-states]')?.closest('.md-typeset__scrollwrap')"


@pytest.fixture(scope="module")
def browser():
    """One for all tests here."""
    with browsing() as running:
        yield running


@pytest.fixture(scope="module")
def lamps(tmp_path_factory) -> Path:
    """The site of the book above."""
    folder = tmp_path_factory.mktemp("lamps") / "site"
    assert site.build(BOOK, folder) == ()
    return folder


@pytest.fixture(scope="module")
def five(tmp_path_factory) -> Path:
    """The site of the document that comes with the package."""
    folder = tmp_path_factory.mktemp("five") / "site"
    assert site.build(book(specify(load(ROOT / "openapi.yaml"))), folder) == ()
    return folder


@pytest.fixture(scope="module")
def farm(tmp_path_factory) -> Path:
    """The site of the example, with a resource of many states."""
    folder = tmp_path_factory.mktemp("farm") / "site"
    assert site.build(book(specify(load(ROOT / "examples/render_farm/openapi.yaml"))), folder) == ()
    return folder


@pytest.fixture(scope="module")
def kept(request) -> Path:
    """A folder that stays from one run to the next."""
    return Path(request.config.cache.mkdir("axe"))


def kinds(folder: Path) -> list[Path]:
    """The longest page of each kind: where all begins, a tag, an operation, a resource."""
    pages = sorted(folder.rglob("*.html"), key=lambda page: (-page.stat().st_size, page))
    tag = next(page for page in pages if page.parent != folder and page.name == "index.html")
    operation = next(page for page in pages if 'class="endpoint"' in page.read_text())
    resource = next(page for page in pages if "<svg" in _content(page) and page.name != "index.html")
    return [folder / "index.html", tag, operation, resource]


def _content(page: Path) -> str:
    return page.read_text().partition("<article")[2].partition("</article>")[0]


# ---------------------------------------------------------------- in the browser


def test_no_page_complains_or_asks_anybody_for_anything(browser, lamps):
    """It must work on a train, and tell nobody what is read."""
    for page in sorted(lamps.rglob("*.html")):
        browser.open(page.as_uri())
        browser.until("document.querySelector('.md-code__nav') || !document.querySelector('pre')")

        assert browser.complaints == []
        asked = {each for each in browser.requests if not each.startswith("data:")}
        assert {each for each in asked if not each.startswith(lamps.as_uri())} == set()


def test_no_page_of_the_five_complains(browser, five):
    """What helpers and authors write into pages must load nothing either."""
    for page in kinds(five):
        browser.open(page.as_uri())

        assert browser.complaints == []
        assert [each for each in browser.requests if not each.startswith(("data:", five.as_uri()))] == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_everybody_can_use_it(browser, lamps, kept, width, height, scheme):
    """Screen readers, keyboards, weak eyes: axe finds nothing, whatever a page is made of."""
    for page in sorted(lamps.rglob("*.html")):
        show(browser, page, width, height, scheme)

        assert violations(browser, kept) == [], page


@pytest.mark.parametrize(("scheme", "width", "height"), [("light", 1280, 900), ("dark", 360, 800)])
def test_everybody_can_use_the_five(browser, five, kept, scheme, width, height):
    """The same for pages as they come."""
    for page in kinds(five):
        show(browser, page, width, height, scheme)

        assert violations(browser, kept) == [], page


def show(browser, page: Path, width: int, height: int, scheme: str) -> None:
    """Open a page, and wait until the scripts are done with it."""
    browser.resize(width, height)
    browser.prefer(scheme)
    browser.open(page.as_uri())
    browser.until(f"document.body.getAttribute('data-md-color-scheme') === '{SCHEMES[scheme]}'")
    browser.until("document.querySelectorAll('pre:not(:has(.md-code__nav))').length == 0")
    browser.until("!document.querySelector('nav.md-code__nav:not([role])')")


def test_a_phone_does_not_scroll_sideways(browser, five, lamps):
    """Wide tables and code scroll inside themselves; the longest pages have the widest of them."""
    browser.resize(360, 800)
    longest = [
        page
        for folder in sorted({page.parent for page in five.rglob("*.html")})
        for page in sorted(folder.glob("*.html"), key=lambda page: -page.stat().st_size)[:2]
    ]

    wide = []
    for page in [*longest, *sorted(lamps.rglob("*.html"))]:
        browser.open(page.as_uri())
        if browser.evaluate("document.documentElement.scrollWidth > 360 || innerWidth > 360"):
            wide.append(page)

    assert wide == []
    assert len(longest) > 8


def test_a_table_that_is_too_wide_scrolls_inside_itself(browser, lamps):
    """The test above would be content with a table that is cut off."""
    browser.resize(360, 800)
    browser.open((lamps / "lamps" / "switch.html").as_uri())

    around = "document.querySelector('article table:not([data-told])').closest('.md-typeset__scrollwrap')"

    assert browser.until(f"{around}.scrollWidth > {around}.clientWidth && {around}.tabIndex === 0")
    assert browser.evaluate(f"getComputedStyle({around}).overflowX") == "auto"


def test_what_each_operation_does_in_each_state_is_seen_at_once(browser, five, farm):
    """On a screen with room for it, also where there are nine states with long names."""
    browser.resize(1300, 900)
    pages = [
        each for site in (five, farm) for each in site.rglob("*.html") if "data-states" in _content(each)
    ]
    wide = []
    for page in sorted(pages):
        browser.open(page.as_uri())
        browser.until(f"{STATES} !== null")
        if browser.evaluate(f"{STATES}.scrollWidth > {STATES}.clientWidth"):
            wide.append(page.name)

    assert wide == []
    assert len(pages) > 4


def test_the_operation_stays_when_states_scroll(browser, farm):
    """On a phone nobody remembers which line it was."""
    browser.resize(360, 800)
    browser.open((farm / "renders" / "render.html").as_uri())
    browser.until(f"{STATES}.scrollWidth > {STATES}.clientWidth")
    first = f"{STATES}.querySelector('td')"
    before = browser.evaluate(f"{first}.getBoundingClientRect().left")

    browser.evaluate(f"{STATES}.scrollTo(200, 0)")

    assert browser.evaluate(f"{STATES}.scrollLeft") == 200
    assert abs(browser.evaluate(f"{first}.getBoundingClientRect().left") - before) <= 1
    assert browser.evaluate(f"{first}.getBoundingClientRect().width") < 180


def test_what_describes_something_is_a_card_on_a_phone(browser, lamps):
    """Else the words that matter stand where nobody sees them."""
    browser.resize(360, 800)
    browser.open((lamps / "lamps" / "switch.html").as_uri())

    told = "document.querySelector('article table[data-told]')"

    assert browser.until(f"{told}.scrollWidth <= 360")
    assert browser.evaluate(f"{told}.querySelector('td:last-child').getBoundingClientRect().right <= 360")


def search(browser, word: str) -> list[str]:
    """Type a word into the search, and return what it finds, best first."""
    browser.until("document.querySelector('label[for=__search]')")
    browser.evaluate("document.querySelector('label[for=__search]').click()")
    root = "[...document.body.children].find(each => each.shadowRoot).shadowRoot"
    browser.until(f"{root}.activeElement?.matches('input')")
    browser.type(word)
    browser.until(f"{root}.querySelector('[role=option] mark')")
    found: list[str] = browser.evaluate(
        f"[...{root}.querySelectorAll('[role=option]')].map(each => each.href + ' ' + each.innerText)"
    )
    return found


def test_search_finds_an_operation(browser, five, kept):
    """From the folder, without a server."""
    browser.resize(1280, 900)
    browser.prefer("light")
    browser.open((five / "index.html").as_uri())

    found = search(browser, "deletion")

    assert found
    assert any("openreplay/delete-open-replay-user.html" in each for each in found)
    assert browser.complaints == []
    assert violations(browser, kept) == []


def test_a_diagram_can_be_seen_and_clicked(browser, five):
    """The picture of the states, and the way from a state to what is said of it."""
    browser.resize(360, 800)
    page = kinds(five)[3]
    browser.open(page.as_uri())

    box = browser.evaluate(
        "(box => [box.left, box.right, box.width, box.height])"
        "(document.querySelector('article svg').getBoundingClientRect())"
    )
    state = browser.evaluate(
        "(link => (link.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true})),"
        " link.getAttribute('href')))(document.querySelector('article svg a'))"
    )

    left, right, width, height = box
    assert left >= 0
    assert right <= 360
    assert min(width, height) > 100
    assert browser.until("location.hash") == state
    assert browser.evaluate("document.querySelector(':target') !== null")


def test_a_language_once_chosen_stays_chosen(browser, lamps):
    """Nobody picks Python again on every page."""
    browser.resize(1280, 900)
    chosen = "[...document.querySelectorAll('.tabbed-set > input')].findIndex(each => each.checked)"
    browser.open((lamps / "lamps" / "switch.html").as_uri())
    browser.until("document.querySelector('.tabbed-set')")
    assert browser.evaluate(chosen) == 0

    browser.evaluate("document.querySelectorAll('.tabbed-labels label')[1].click()")
    browser.until("localStorage.length > 0 && JSON.stringify({...localStorage}).includes('Python')")
    browser.open((lamps / "lamps" / "break.html").as_uri())

    assert browser.evaluate(chosen) == 1


# ---------------------------------------------------------------- in the files


def test_nothing_is_named_by_a_whole_address(lamps, five):
    """What loads must lie in the folder; only links that somebody clicks may leave it."""
    for page in [*lamps.rglob("*.html"), *five.rglob("*.html")]:
        text = page.read_text()
        loaded = re.findall(r'<(?:script|img|iframe)[^>]*\ssrc="([^"]*)"|<link[^>]*\shref="([^"]*)"', text)
        for name in (script or link for script, link in loaded):
            assert "//" not in name, f"{page}: {name}"
            assert not name.startswith("/")
            assert (page.parent / name).is_file(), f"{page}: {name}"


def test_text_is_what_its_author_wrote(lamps):
    """Signs that some renderers make pictures and fractions of."""
    assert "(c) 1/2 :smile: --&gt; is no markup." in (lamps / "lamps" / "switch.html").read_text()


def test_names_are_text_wherever_they_stand(lamps):
    """A tag may be called anything, and nothing of it may become markup."""
    text = (lamps / "lamps" / "switch.html").read_text()

    assert "<title>Switch a lamp - Lamps &amp; &quot;Co&quot; &lt;b&gt;</title>" in text
    assert "lamps &lt;i&gt;" in text
    assert "<i>" not in text
    assert "<b>" not in text
    assert "&amp;amp;" not in text
    assert "&amp;lt;" not in text


def test_methods_are_told_apart(lamps):
    """At a glance, by more than a word in a line."""
    assert '<strong class="method method-post">POST</strong> <code>/lamps' in (
        (lamps / "lamps" / "switch.html").read_text()
    )


def test_a_page_has_the_navigation_of_its_own_section(lamps):
    """A thousand operations must not be named on each of a thousand pages."""
    text = (lamps / "lamps" / "switch.html").read_text()

    assert "./break.html" in text
    assert "../bulbs/index.html" in text
    assert "../bulbs/b.html" not in text


def test_files_that_are_no_pages_go_along(lamps):
    """The bundled document, and the licence of what was not written here."""
    assert (lamps / "openapi.yaml").read_bytes() == b"openapi: 3.1.0\n"
    assert "Martin Donath" in (lamps / "assets" / "understudy" / "iframe-worker.js.LICENSE").read_text()


def test_the_same_book_is_the_same_bytes(lamps, tmp_path):
    """Whoever keeps the site in a repository sees what has changed, and nothing else."""
    site.build(BOOK, tmp_path / "again")

    assert contents(tmp_path / "again") == contents(lamps)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    }


def test_a_link_that_leads_nowhere_is_told(tmp_path):
    """Zensical would write it, and nobody would know."""
    links = "[a](gone.md) [b](#gone) [c](#here) [d](https://example.com/gone) [e](/gone)"
    pages = Section("S", (Page("index.md", "S", f"# S\n\n{links}\n\n## Here\n"),))

    assert site.build(Book(pages), tmp_path / "site") == (
        "index.html: the link to 'gone.html' leads nowhere",
        "index.html: the link to '#gone' leads nowhere",
    )


# ---------------------------------------------------------------- where it goes


def test_a_site_replaces_the_one_before(tmp_path):
    """A page that is no more must not stay behind."""
    folder = tmp_path / "deep" / "site"
    site.markdown(BOOK, folder)
    less = Book(Section("Less", (Page("index.md", "Less", "# Less\n"),)))

    site.markdown(less, folder)

    assert contents(folder).keys() == {"index.md", MARKER}
    assert [each.name for each in folder.parent.iterdir()] == ["site"]


@pytest.mark.parametrize("what", ["file", "folder", "link"])
def test_what_was_not_made_here_is_not_replaced(tmp_path, what):
    """`-o .` must cost nobody a checkout."""
    target = tmp_path / "target"
    if what == "file":
        target.write_text("mine")
    elif what == "folder":
        target.mkdir()
        (target / "mine").write_text("mine")
    else:
        target.symlink_to(tmp_path, target_is_directory=True)

    with pytest.raises(FolderTaken, match=r"target' .*\. Name a new folder, or an empty one\."):
        site.markdown(BOOK, target)

    assert target.exists()
    assert what != "folder" or (target / "mine").read_text() == "mine"


def test_an_empty_folder_may_be_filled(tmp_path):
    """Many make it first."""
    site.markdown(BOOK, tmp_path)

    assert (tmp_path / "lamps" / "switch.md").read_text() == LAMP


def test_a_site_that_fails_leaves_the_one_before(tmp_path, monkeypatch):
    """Readers keep what they had."""
    folder = tmp_path / "site"
    site.markdown(BOOK, folder)
    before = contents(folder)
    monkeypatch.setattr("sys.executable", "/bin/false")

    with pytest.raises(site.SiteFailed):
        site.build(BOOK, folder)

    assert contents(folder) == before
    assert [each.name for each in tmp_path.iterdir()] == ["site"]

"""What is done to the pages of a site once Zensical has written them: made smaller, and easier to read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from handbook.links import Links
from handbook.seeking import shortened

_LEFT_OUT = frozenset({"404.html", "sitemap.xml"})
"""Both name places by their address on a host, which a folder does not have."""
_INDEXES = frozenset({"search.js", "search.json"})
_BLANK = re.compile(r"\s*\n\s*")
_CONTENT = re.compile(r"(<article.*</article>)", re.DOTALL)
# A name of ours is escaped for text; where the theme writes it into an attribute, it escapes it once more.
_ATTRIBUTE = re.compile(r'(?<= )(?:title|aria-label)="[^"]*&amp;[^"]*"')
_TWICE = re.compile(r"&amp;(amp|lt|gt|quot|#x27|#39);")
# The list of a section's pages is named after its label, which is an icon without any text.
_SECTION = re.compile(
    r'<nav class="md-nav" (data-md-level="\d+") aria-labelledby="[^"]*" aria-expanded="\w+">'
    r'(?=\s*<label class="md-nav__title"[^>]*>\s*<span class="md-nav__icon md-icon"></span>\s*([^<]*?)\s*<)'
)
# How an operation is called, as its page begins.
_ENDPOINT = re.compile(r"<p><strong><code>([A-Z]+)</code></strong> (?=<code>)")
_METHOD = re.compile(r"(?<=<td>)<code>(GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH|TRACE|QUERY)</code>(?=</td>)")
# What each operation does in each state: as many columns as there are states, and one.
_STATES = re.compile(
    r"<table>(\n<thead>\n<tr>\n<th>Operation</th>\n((?:<th>[^\n]*\n)+)</tr>.*?</table>)", re.DOTALL
)
_STATE = re.compile(r"(?<=<code>)[\w.-]+(?=</code>)")
_JOINT = re.compile(r"(?<=[._-])(?=\w)|(?<=[a-z])(?=[A-Z])")
_MOST_STATES = 6
"""How many states a table has room for beside the list of what is on the page."""
# A name so long that it would push all that describes it out of sight.
_LONG_NAME = re.compile(r"(?<=<td><code>)[\w.\[\]*-]{32,}(?=</code></td>)")
# A table that ends in sentences, which need room, not only in words.
_TOLD = re.compile(r"<table>(?=\n<thead>\n<tr>\n(?:<th.*\n)+?<th>Description</th>\n</tr>)")


def site(source: Path, target: Path) -> tuple[str, ...]:
    """Copy a site from `source` into the folder `target`, polished; return what is wrong with it."""
    links = Links()
    for each in sorted(source.rglob("*")):
        path = each.relative_to(source)
        place = target / path
        if each.is_dir():
            place.mkdir(exist_ok=True)
        elif path.name in _LEFT_OUT:
            continue
        elif each.suffix == ".html":
            _page(each, place, path.as_posix(), links)
        else:
            links.add_file(path.as_posix())
            if path.name in _INDEXES:
                place.write_bytes(shortened(each.read_bytes()))
            else:
                shutil.copyfile(each, place)
    return links.broken()


def _page(source: Path, target: Path, path: str, links: Links) -> None:
    """Write a page without the blanks of its template, and with the names that it lacks."""
    before, content, after = _CONTENT.split(source.read_text("utf-8"), maxsplit=1)
    links.add(path, content)
    target.write_text(f"{_frame(before)}{_content(content)}{_frame(after)}\n", "utf-8", newline="\n")


def _content(text: str) -> str:
    """Return the content of a page with badges for methods, and a mark at tables that describe."""
    told = _STATES.sub(_states, _TOLD.sub("<table data-told>", text))
    named = _LONG_NAME.sub(lambda name: _JOINT.sub("<wbr>", name[0]), told)
    called = _ENDPOINT.sub(lambda found: f'<p class="endpoint">{_badge(found)} ', named)
    return _METHOD.sub(_badge, called)


def _states(found: re.Match[str]) -> str:
    """Return the table with a mark, and words in it that may be parted where two of them meet."""
    is_wide = found[2].count("<th>") > _MOST_STATES
    parted = _STATE.sub(lambda name: _JOINT.sub("<wbr>", name[0]), found[1])
    parted = parted.replace("(undocumented)", "(undocu&shy;mented)")
    return f'<table data-states="{"many" if is_wide else "few"}">{parted}'


def _badge(found: re.Match[str]) -> str:
    return f'<strong class="method method-{found[1].lower()}">{found[1]}</strong>'


def _frame(text: str) -> str:
    """Return what is around the content of a page, where no blank means anything."""
    squeezed = _BLANK.sub("\n", text.strip())
    named = _SECTION.sub(_named, squeezed)
    return _ATTRIBUTE.sub(lambda found: _TWICE.sub(r"&\1;", found[0]), named)


def _named(found: re.Match[str]) -> str:
    title = found[2].replace('"', "&quot;")
    return f'<nav class="md-nav" {found[1]} aria-label="{title}">'

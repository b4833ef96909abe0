"""Text of a document, made fit for a page: CommonMark that cannot break out of where it stands.

Descriptions are parsed and written anew, so that CommonMark renderers and Python-Markdown read the same, raw
HTML is either known (a paragraph, a link) and turned into Markdown, or shown as the text that it is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from handbook.page import SITE

_REMEMBERED = 20_000
"""How many texts are kept as they were written; a large document repeats most of its own."""
_DEEPEST = 6
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ,.;'\"()/%?-]*")
"""Text in which nothing can be markup."""
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s|{}<>]+", re.IGNORECASE)
_ESCAPED = re.compile(r"[\\`*\[\]{}<|~^]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])|==|\+\+|--8")
_ENTITIES = {"<": "&lt;", "|": "&#124;", "~": "&#126;", "^": "&#94;", "&": "&amp;"}
_PAIRS = {"==": "&#61;&#61;", "++": "&#43;&#43;", "--8": "&#45;&#45;8"}
_START = re.compile(r"(?:[-+#>!]|\d{1,9}(?=[.)]))(?=.)|[=:?]")
_RAW = re.compile(
    r"(?P<kept>^(?P<fence>```+|~~~+).*?^(?P=fence)|(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    r"|<code>(?P<code>.*?)</code>"
    r"|<a\s[^<>]*?href=[\"'](?P<href>[^\"'<>]*)[\"'][^<>]*>(?P<label>.*?)</a>"
    r"|<(?P<end>/?)(?P<tag>p|br|ul|ol|li|strong|b|em|i|h[1-6]|span|div|small|sub|sup)(?:\s[^<>]*)?/?>",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_OPENED = {"p": "\n\n", "br": "\\\n", "ul": "\n\n", "ol": "\n\n", "li": "\n- ", "div": "\n\n"}
_CLOSED = {"p": "\n\n", "ul": "\n\n", "ol": "\n\n", "div": "\n\n"}
_AROUND = {"strong": "**", "b": "**", "em": "*", "i": "*"}


def block(text: object, form: str, *, below: int = 1) -> str:
    """Return a description as paragraphs, lists and so on, without a blank line at its end.

    Args:
        form: What the page is written for.
        below: The level of the heading it stands under; its own headings come below that.
    """
    return _block(str(text or ""), form, below)


def cell(text: object, form: str) -> str:
    """Return a description for a cell of a table: one line, with `<br>` between its parts."""
    return _cell(str(text or ""), form)


def plain(text: object) -> str:
    """Return text that is no markup, on one line, with all that could be markup escaped."""
    return _text(" ".join(str(text or "").split()), is_start=True)


def code(text: object, form: str) -> str:
    """Return text as code inside a line, also inside a table."""
    words = re.sub(r"\s+", " ", str(text))
    if not words.strip():
        return "(empty)"
    if form == SITE and ("|" in words or "`" in words):
        return f"<code>{''.join(_harmless(each) for each in words)}</code>"
    words = words.replace("|", "\\|")
    ticks = "`" * (max((len(run) for run in re.findall(r"`+", words)), default=0) + 1)
    edge = " " if words[0] in "` " or words[-1] in "` " else ""
    return f"{ticks}{edge}{words}{edge}{ticks}"


def fence(text: str, language: str = "") -> str:
    """Return lines of code, fenced so that nothing in them ends the fence."""
    ticks = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text)), 3)
    word = re.sub(r"[^A-Za-z0-9_+-]", "", language)
    return f"{ticks}{word}\n{text.rstrip()}\n{ticks}"


def heading(level: int, text: str) -> str:
    """Return a heading; `text` is Markdown already."""
    return f"{'#' * min(level, _DEEPEST)} {text}"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are Markdown already, on one line each."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def indented(text: str, by: str = "    ") -> str:
    """Return `text` with each line that has something on it moved to the right."""
    return "\n".join(by + line if line else line for line in text.split("\n"))


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return words as a sentence lists them.

    >>> listed(["a", "b", "c"], "or")
    'a, b or c'
    """
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


@lru_cache(_REMEMBERED)
def _block(text: str, form: str, below: int) -> str:
    if _PLAIN.fullmatch(text):
        return text.rstrip()
    return "\n\n".join(filter(None, _blocks(_tree(text).children, form, below)))


@lru_cache(_REMEMBERED)
def _cell(text: str, form: str) -> str:
    if _PLAIN.fullmatch(text):
        return text.rstrip()
    return "<br>".join(filter(None, _parts(_tree(text).children, form)))


_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")


def _tree(text: str) -> SyntaxTreeNode:
    return SyntaxTreeNode(_PARSER.parse(_without_html(text)))


def _without_html(text: str) -> str:
    """Return `text` with the tags that people use in descriptions turned into Markdown."""
    if "<" not in text:
        return text
    found = _RAW.sub(_markdown, text)
    if text.lstrip().startswith("<") and "```" not in found:
        # A text that is HTML from its start is indented for its author's eyes only.
        found = re.sub(r"^[ \t]+", "", found, flags=re.MULTILINE)
    return found


def _markdown(found: re.Match[str]) -> str:
    if found["kept"] is not None:
        return found["kept"]
    if found["code"] is not None:
        words = html.unescape(_TAG.sub("", found["code"]))
        return f"`{words}`" if words.strip() and "`" not in words else words
    if found["href"] is not None:
        return f"[{_RAW.sub(_markdown, found['label'])}](<{html.unescape(found['href'])}>)"
    tag = found["tag"].lower()
    if tag in _AROUND:
        return _AROUND[tag]
    if tag[0] == "h" and tag[1:].isdigit():
        return "\n\n" if found["end"] else f"\n\n{'#' * int(tag[1:])} "
    return (_CLOSED if found["end"] else _OPENED).get(tag, "")


def _blocks(nodes: Iterable[SyntaxTreeNode], form: str, below: int) -> Iterable[str]:
    """Yield each block as Markdown."""
    previous = ""
    for node in nodes:
        if node.type == previous and node.type.endswith("_list"):
            yield "<!-- -->" if form == SITE else "---"  # or the two lists would be one
        previous = node.type
        yield _one_block(node, form, below)


def _one_block(node: SyntaxTreeNode, form: str, below: int) -> str:
    kind = node.type
    if kind == "heading":
        return heading(below + int(node.tag[1:]), _inline(node, form))
    if kind in ("bullet_list", "ordered_list"):
        return _list(node, form, below)
    if kind == "blockquote":
        return indented("\n\n".join(_blocks(node.children, form, below)), "> ").replace("\n\n", "\n>\n")
    if kind in ("fence", "code_block"):
        return fence(node.content, node.info.split(" ")[0] if node.info else "")
    if kind == "table":
        return _table(node, form)
    return "---" if kind == "hr" else _inline(node, form)


def _list(node: SyntaxTreeNode, form: str, below: int) -> str:
    """Return a list whose items begin at the fifth column, which everybody reads alike."""
    start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    items: list[str] = []
    is_loose = False
    for number, item in enumerate(node.children):
        is_loose |= any(child.type == "paragraph" and not child.hidden for child in item.children)
        mark = "-" if start is None else f"{start + number}."
        parts = list(_blocks(item.children, form, below))
        joined = _joined(item, parts)
        items.append(f"{mark:<4}{indented(joined).lstrip()}".rstrip())
    return ("\n\n" if is_loose else "\n").join(items)


def _joined(item: SyntaxTreeNode, parts: list[str]) -> str:
    """Return the parts of an item, with a list right below the line that it belongs to."""
    text = parts[0] if parts else ""
    for (before, after), part in zip(pairwise(item.children), parts[1:], strict=False):
        is_tight = before.type == "paragraph" and before.hidden and after.type.endswith("_list")
        text += ("\n" if is_tight else "\n\n") + part
    return text


def _table(node: SyntaxTreeNode, form: str) -> str:
    rows = [[_inline(cell, form) for cell in row.children] for part in node.children for row in part.children]
    return table(rows[0], rows[1:])


def _parts(nodes: Iterable[SyntaxTreeNode], form: str) -> Iterable[str]:
    """Yield what each block says, as lines of a cell."""
    for node in nodes:
        if node.type in ("paragraph", "heading"):
            words = _inline(node, form)
            yield f"**{words}**" if node.type == "heading" and "*" not in words else words
        elif node.type in ("fence", "code_block"):
            yield from (code(line, form) for line in node.content.splitlines() if line.strip())
        elif node.type == "list_item":
            yield "• " + "<br>".join(_parts(node.children, form))
        elif node.type == "tr":
            yield ", ".join(_inline(each, form) for each in node.children)
        else:
            yield from _parts(node.children, form)


def _inline(node: SyntaxTreeNode, form: str) -> str:
    """Return the words of a block, on one line."""
    words = node.children[0].children if node.children and node.children[0].type == "inline" else ()
    return "".join(_word(each, form, is_start=number == 0) for number, each in enumerate(words)).strip()


def _word(node: SyntaxTreeNode, form: str, *, is_start: bool = False) -> str:
    kind = node.type
    if kind == "text":
        return _text(node.content, is_start=is_start)
    if kind in ("softbreak", "hardbreak"):
        return " " if kind == "softbreak" else "<br>"
    if kind == "code_inline":
        return code(node.content, form)
    if kind == "image":
        # A picture elsewhere would be fetched from there; a link is not, until somebody wants it.
        return _link(plain(node.content) or "picture", str(node.attrs.get("src", "")))
    inner = "".join(_word(each, form) for each in node.children)
    if kind == "link":
        return _link(inner, str(node.attrs.get("href", "")))
    mark = {"em": "*", "strong": "**"}.get(kind, "")
    return f"{mark}{inner}{mark}" if inner.strip() == inner else inner


def _link(words: str, target: str) -> str:
    """Return a link where it leads somewhere from any page, else only its words."""
    target = target.replace("(", "%28").replace(")", "%29")
    return f"[{words}]({target})" if words and _SAFE_LINK.fullmatch(target) else words


def link(words: str, target: object) -> str:
    """Return a link to an address of the document: words alone, if it is none that may be followed."""
    return _link(words, str(target or ""))


def _text(text: str, *, is_start: bool = False) -> str:
    found = _ESCAPED.sub(lambda match: _escape(match[0]), text)
    if is_start and (start := _START.match(found)):
        first = start[0]
        rest = found[start.end() :]
        if first.isdigit():
            return f"{first}\\{rest}"
        return (f"&#{ord(first)};" if first in "=:?" else f"\\{first}") + rest
    return found


def _escape(found: str) -> str:
    return _PAIRS.get(found) or _ENTITIES.get(found) or f"\\{found}"


def _harmless(letter: str) -> str:
    return letter if letter.isalnum() or letter in " -." else f"&#{ord(letter)};"

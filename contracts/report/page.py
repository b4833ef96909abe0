"""A judgement as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contracts.finding import BROKEN, KEPT, UNJUDGED, Judgement
from contracts.report.curl import exports
from contracts.report.digest import counted, digest, named
from contracts.report.hiding import Hiding
from contracts.report.manner import Manner
from contracts.report.telling import Teller

_FOLDER = Path(__file__).parent


def page(judgement: Judgement, manner: Manner) -> str:
    """Return `judgement` as a page: no request leaves it, and no script runs on it but its own."""
    hiding = Hiding(manner)
    teller = Teller(hiding, ways=judgement.ways)
    found = digest(judgement, manner)
    style, script = _part("page.css"), _part("page.js")
    template = _environment(teller).get_template("page.html.j2")
    return template.render(
        judgement=judgement,
        found=found,
        remarks=manner.remarks,
        exports=exports(hiding),
        teller=teller,
        counts={verdict: found.count(verdict) for verdict in (BROKEN, KEPT, UNJUDGED)},
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'",
    )


def _environment(teller: Teller) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(plain=teller.plain, counted=counted, named=named)
    return environment


def _part(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


def _digest(text: str) -> str:
    """Return what a content security policy calls an inline part by (CSP level 2, section 4.2.3)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"

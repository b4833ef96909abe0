"""axe-core, which looks for what keeps people out of a page; fetched once from npm, then kept."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from browser import Browser

PACKAGE = "axe-core@4.14.1"
INTEGRITY = "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
"""What npm says the package is: the same bytes, or no test."""
_RUN = """axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.flatMap(
  rule => rule.nodes.map(node => `${rule.id}: ${rule.help}: ${node.target.flat().join(' ')}`)))"""


def violations(browser: Browser, place: Path) -> list[str]:
    """Return what axe has against the page that the browser shows.

    Args:
        place: A folder that stays from one run of the tests to the next.
    """
    browser.evaluate(f"{script(place)};0")
    found: list[Any] = browser.evaluate(_RUN)
    return found


@cache
def script(place: Path) -> str:
    """Return axe itself."""
    archive = place / f"{PACKAGE.replace('@', '-')}.tgz"
    if not archive.is_file():
        command = ["npm", "pack", PACKAGE, "--silent", "--pack-destination", place]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if ran.returncode:
            pytest.fail(f"npm cannot fetch {PACKAGE}; this test needs a package registry.\n{ran.stderr}")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    assert f"sha512-{digest}" == INTEGRITY, f"{archive} is not {PACKAGE}; remove it."
    with tarfile.open(archive) as package:
        member = package.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()

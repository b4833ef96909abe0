"""The documentation of what is being served: made beside the server, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from pathlib import Path

from mockserver.shelf import Unmade
from speckit.specification import Specification

SWAGGER_UI = "/_understudy/ui/"


class Live:
    """Pages about a document that is being served; made once somebody wants them.

    Attributes:
        url: Where the server answers; the samples ask below `base`.
    """

    def __init__(
        self, specification: Specification, only: Sequence[str] = (), url: str = "", base: str = ""
    ) -> None:
        self.url = url
        self._base = base
        self._specification = specification
        self._only = only
        self._place: Path | None = None

    async def pages(self) -> Path:
        """Make the pages, and return the folder they are in.

        Raises:
            Unmade: that did not work.
        """
        self._place = self._place or Path(tempfile.mkdtemp(prefix="understudy-docs-"))
        document = self._place / "openapi.json"
        # As it is served: overlaid, and with all that it refers to in it.
        document.write_text(json.dumps(self._specification.document.data), "utf-8")
        await _run(self._command(document, self._place / "site"), self._place)
        return self._place / "site"

    def _command(self, document: Path, site: Path) -> list[str]:
        tags = [word for tag in self._only for word in ("--only", tag)]
        named = ["--base-url", f"{self.url}{self._base}", "--swagger-ui", SWAGGER_UI, "--output", str(site)]
        return [sys.executable, "-m", "understudy", "docs", str(document), *named, *tags]

    def close(self) -> None:
        """Remove the pages."""
        if self._place:
            shutil.rmtree(self._place, ignore_errors=True)


async def _run(command: Sequence[str], place: Path) -> None:
    """Run a command to its end, with its temporary files in `place`; it ends with the server at the latest.

    Raises:
        Unmade: it failed.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
        env={**os.environ, "TMPDIR": str(place)},
        start_new_session=True,
    )
    try:
        _, told = await process.communicate()
    finally:
        if process.returncode is None:
            # With all that it has started itself.
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode:
        raise Unmade(told.decode("utf-8", "replace").strip()[-500:])

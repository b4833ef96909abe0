"""`--watch`: what is served is read anew when one of the files that it was read from has changed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from threading import Event, Thread

import click

from speckit.faults import DocumentFaults
from speckit.noting import Stamp, Stamps, noted, stamp
from understudy.memory import replaced
from understudy.patience import few
from understudy.replaceable import Served

log = logging.getLogger("understudy")

LOOK_SECONDS = 1.0
"""How long a change goes unnoticed at most where the file system does not tell of it."""

QUIET_SECONDS = 0.1
"""For how long files have to stay as they are: an editor writes more than once."""

AWAY_SECONDS = 2.0
"""How long a file may be away, or be written again and again, before it is taken as it is."""

LAST_SECONDS = 1.0
"""How long the server waits at its end for what is being read just now."""


class Watch:
    """Waits beside a server for files to change, and has it serve what is in them then.

    Reading takes place in a thread, so that requests are answered meanwhile.

    Args:
        make: Reads everything and returns what is to be served. It raises `DocumentFaults` or
            `click.UsageError` where that cannot be; then all stays as it is.
        files: What was read for what is served at first.
        name: What is served, as people call it.
    """

    def __init__(self, make: Callable[[], Served], files: Stamps, name: str) -> None:
        self._make = make
        self._files = files
        self._name = name
        self._here = Path.cwd()
        self._is_broken = False
        self._is_over = Event()
        self._thread: Thread | None = None

    def begin(self, replace: Callable[[Served], Awaitable[None]]) -> None:
        """Begin to wait, in a running event loop; `replace` has something else served."""
        loop = asyncio.get_running_loop()

        async def replaced(served: Served) -> None:
            if not self._is_over.is_set():
                await replace(served)

        def handed_over(served: Served) -> None:
            asyncio.run_coroutine_threadsafe(replaced(served), loop).result()

        self._thread = Thread(target=self._run, args=(handed_over,), name="watch", daemon=True)
        self._thread.start()

    async def end(self) -> None:
        """Stop; what is being read just now is waited for a moment only."""
        self._is_over.set()
        until = time.monotonic() + LAST_SECONDS
        while self._thread and self._thread.is_alive() and time.monotonic() < until:
            await asyncio.sleep(0.01)

    def _run(self, replace: Callable[[Served], None]) -> None:
        while now := self._changed():
            self._renew(now, replace)

    def _changed(self) -> Stamps | None:
        """Wait until files have changed and rest again; return how all are then. None once it is over."""
        with closing(_stirrings(self._files, self._is_over)) as stirrings:
            for _ in stirrings:
                if (now := self._at_rest()) != self._files:
                    return None if self._is_over.is_set() else now
        return None

    def _at_rest(self) -> Stamps:
        """Return how the files are once nobody is writing them."""
        until = time.monotonic() + AWAY_SECONDS
        before, now = None, _stamps(self._files)
        while now != self._files and (now != before or self._misses(now)) and time.monotonic() < until:
            if self._is_over.wait(QUIET_SECONDS):
                break
            before, now = now, _stamps(self._files)
        return now

    def _misses(self, now: Stamps) -> bool:
        return any(was is not None and now[file] is None for file, was in self._files.items())

    def _renew(self, now: Stamps, replace: Callable[[Served], None]) -> None:
        """Serve what is in the files, if that can be, and say what has become of it."""
        changed = few([self._shown(file) for file, was in self._files.items() if now[file] != was])
        with noted() as read:
            problem = self._attempted(replace)
        if self._is_over.is_set():
            return
        if problem:
            # Also what was not read this time, for a fault came first.
            self._files = {**now, **read}
            self._is_broken = True
            _say(f"{problem}\nChanged: {changed}. Still serving what was there before.")
            return
        what = "Mended" if self._is_broken else "Changed"
        self._files, self._is_broken = read, False
        _say(f"{what}: {changed}. Serving {self._name} as it is now; all worlds start anew.")
        replaced()

    def _shown(self, file: Path) -> str:
        """Return `file` as people write it: from the current folder on, if it is in there."""
        return str(file.relative_to(self._here) if file.is_relative_to(self._here) else file)

    def _attempted(self, replace: Callable[[Served], None]) -> str:
        """Serve what is in the files; return what stands in the way, if anything does."""
        try:
            replace(self._make())
        except DocumentFaults as faults:
            return str(faults)
        except click.UsageError as wrong:
            return f"Error: {wrong.format_message()}"
        except Exception as problem:  # a fault of ours is no reason to stop serving
            if not self._is_over.is_set():
                log.exception("What has changed cannot be served, and that is no fault of its own.")
            return f"Error: it cannot be served: {type(problem).__name__}: {problem}"
        return ""


def _stirrings(files: Iterable[Path], is_over: Event) -> Generator[None]:
    """Yield at once, whenever something stirs where `files` are, and now and then; end when it is over."""
    # Here, not above: only those who ask for it wait for it.
    from watchfiles import watch

    yield
    with suppress(OSError, RuntimeError):  # more folders than the system watches, or one that has gone
        for _ in watch(
            *_folders(files),
            watch_filter=None,
            recursive=False,
            step=20,
            debounce=200,
            rust_timeout=int(LOOK_SECONDS * 1000),
            yield_on_timeout=True,
            stop_event=is_over,
        ):
            yield
    while not is_over.wait(LOOK_SECONDS):
        yield


def _folders(files: Iterable[Path]) -> set[Path]:
    """Return the folders in which a change of `files` shows; a file may be a link to one elsewhere."""
    return {_there(folder) for file in files for folder in (file.parent, file.resolve().parent)}


def _there(folder: Path) -> Path:
    """Return `folder`, or the nearest one above it that is there."""
    return next(each for each in (folder, *folder.parents) if each.is_dir())


def _stamps(files: Iterable[Path]) -> Mapping[Path, Stamp]:
    return {file: stamp(file) for file in files}


def _say(text: str) -> None:
    # Whoever reads this may have gone away; the server is there all the same.
    with suppress(OSError):
        click.echo(text, err=True)

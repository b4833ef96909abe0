"""Values that the command line and the plugin's options have in common."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_url(text: str) -> bool:
    """Return whether `text` is the URL of a server."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def seconds(text: str) -> float | None:
    """Return a number of seconds, or an ISO 8601 duration in seconds; None where it is no time above 0."""
    # Here, not above: every run of every suite with the plugin would wait for it.
    from speckit import timing

    try:
        found = timing.duration(text) / timing.SECOND if text.startswith("P") else float(text)
    except ValueError:
        return None
    return found if 0 < found < float("inf") else None

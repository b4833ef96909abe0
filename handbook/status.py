"""What a status is called."""

from __future__ import annotations

from http import HTTPStatus

from handbook import prose

_RANGES = {
    "1": "Any information", "2": "Any success", "3": "Any redirection", "4": "Any error of the client",
    "5": "Any error of the server",
}  # fmt: skip
_PHRASES = {str(each.value): each.phrase for each in HTTPStatus} | {
    # As RFC 9110 has it, whichever Python writes the page.
    "413": "Content Too Large",
    "416": "Range Not Satisfiable",
    "422": "Unprocessable Content",
}


def status_title(status: str) -> str:
    """Return a status with its name.

    >>> status_title("404"), status_title("5XX"), status_title("default")
    ('404 Not Found', '5XX Any error of the server', 'Any other status')
    """
    if status == "default":
        return "Any other status"
    if status in _PHRASES:
        return f"{status} {_PHRASES[status]}"
    return f"{prose.plain(status)} {_RANGES.get(status[:1], '')}".strip()

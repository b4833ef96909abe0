"""The names of components, which OpenAPI 3.0 writes with fewer characters than Swagger 2.0."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

_OTHERS = re.compile(r"[^A-Za-z0-9._-]+")


def component_names(names: Iterable[str]) -> dict[str, str]:
    """Return for each name the one it has among the components.

    >>> component_names(["Page[Job]", "Job"])
    {'Job': 'Job', 'Page[Job]': 'Page_Job'}
    """
    names = list(names)
    made = {name: name for name in names if name and not _OTHERS.search(name)}
    taken = set(made)
    for name in names:
        if name not in made:
            made[name] = fresh(name, taken)
            taken.add(made[name])
    return made


def fresh(name: str, taken: Container[str]) -> str:
    """Return a name for a component that resembles `name` and is not one of `taken`.

    >>> fresh("Job", {"Job"})
    'Job-2'
    """
    base = found = _OTHERS.sub("_", name).strip("_") or "unnamed"
    number = 2
    while found in taken:
        found, number = f"{base}-{number}", number + 1
    return found

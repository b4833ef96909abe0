"""Telling: findings in one of the forms that there are, by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from toolkit.lint.forms import console, github, json_form, sarif
from toolkit.lint.linting import Findings

FORMS: Mapping[str, Callable[[Findings], str]] = {
    "console": console.told,
    "json": json_form.told,
    "sarif": sarif.told,
    "github": github.told,
}
"""By name, what makes a text of findings; without a line end."""

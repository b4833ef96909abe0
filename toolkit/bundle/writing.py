"""A document as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

FORMS = ("yaml", "json")


def as_text(data: Mapping[str, Any], form: str) -> str:
    """Return `data` as YAML (1.2 readers read it alike) or JSON, in its own order."""
    if form == "json":
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.CSafeDumper):
    """Writes every value where it stands, without anchors, and longer texts as blocks."""

    def ignore_aliases(self, data: Any) -> bool:
        """Return whether `data` is written again wherever it is."""
        return True


def _text(dumper: _Dumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value.strip() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)

"""All rules by which changes are judged."""

from __future__ import annotations

from collections.abc import Mapping

from toolkit.diff.change import Rule
from toolkit.diff.document_rules import document_rules
from toolkit.diff.living.rules import living_rules
from toolkit.diff.schema_rules import schema_rules

RULES: Mapping[str, Rule] = {rule.id: rule for rule in (*document_rules(), *schema_rules(), *living_rules())}
"""Every rule by its id, in the order in which they are explained."""

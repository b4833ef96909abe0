"""What a page says of a schema, and its table taken apart."""

from typing import Any

from handbook import shape
from handbook.page import MARKDOWN


def told(schema: Any, form: str = MARKDOWN, limit: int = shape.MOST_ROWS, **components: Any) -> str:
    """Return the description of a schema."""
    data = {"openapi": "3.1.0", "components": {"schemas": components}}
    return shape.markdown(schema, data, form=form, limit=limit)


def rows(text: str) -> dict[str, list[str]]:
    """Return the cells of a table by the name of the field."""
    lines = [line[2:-2].split(" | ") for line in text.splitlines() if line.startswith("| `")]
    return {cells[0].strip("`"): cells[1:] for cells in lines}


def field(schema: Any, **components: Any) -> list[str]:
    """Return type, whether it is required, and the description of a field with `schema`."""
    return rows(told({"type": "object", "properties": {"it": schema}}, **components))["it"]


def ref(name: str) -> dict[str, str]:
    """Return a reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}

"""The request that the greeting of a server proposes to try first."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from mockserver.control import PREFIX
from speckit.operation import Operation
from speckit.specification import Specification

_FILLED_IN = frozenset(("path", "query"))


def curl(specification: Specification, url: str, base: str = "") -> str:
    """Return a command that reads something, with the credential that the document asks for.

    What needs no parameter comes first; then what is answered from examples, its parameters filled in.

    Args:
        url: Where the server is; the API is there below `base`.
    """
    reads = [each for each in specification.operations.values() if each.method == "GET"]
    chosen = next((each for each in reads if not any(p.required for p in each.parameters)), None)
    if chosen is not None:
        return _command(specification, chosen, f"{url}{base}{chosen.path}", [])
    remembered = {name for each in specification.lifecycles.values() for name in each.rules}
    chosen = next((each for each in reads if each.id not in remembered and _can_be_filled(each)), None)
    if chosen is None:
        return f"curl -s {url}{PREFIX}/health"
    # Here, not above: only a document without a plain read waits for it.
    from handbook.samples.values import Values

    values = Values(specification, chosen)
    pairs = [pair.encoded for pair in values.query()]
    return _command(specification, chosen, f"{url}{base}{values.path()}", pairs)


def _can_be_filled(operation: Operation) -> bool:
    return all(each.place in _FILLED_IN for each in operation.parameters if each.required)


def _command(specification: Specification, operation: Operation, address: str, pairs: list[str]) -> str:
    schemes = specification.document.data.get("components", {}).get("securitySchemes", {})
    named = next((each for each in operation.security if each), {})
    credential = "".join(f"{_credential(schemes.get(name, {}))} " for name in named)
    keys = [f"{schemes[n]['name']}=KEY" for n in named if schemes.get(n, {}).get("in") == "query"]
    query = "&".join([*pairs, *keys])
    return f"curl -s {credential}{shlex.quote(f'{address}?{query}' if query else address)}".replace("  ", " ")


def _credential(scheme: Mapping[str, Any]) -> str:
    """Return what curl needs to send a credential of one security scheme, unless it goes into the query."""
    name = scheme.get("name", "")
    if scheme.get("type") == "apiKey":
        return {"header": f"-H '{name}: YOUR_API_KEY'", "cookie": f"-b '{name}=YOUR_API_KEY'"}.get(
            scheme["in"], ""
        )
    is_basic = str(scheme.get("scheme", "")).lower() == "basic"
    return "-u user:password" if is_basic else "-H 'Authorization: Bearer YOUR_API_KEY'"

"""The bank: every broken server there is."""

from __future__ import annotations

from tests.contracts.broken import (
    authentication,
    concurrency,
    filter,
    headers,
    integrity,
    isolation,
    lifecycle,
    pagination,
    robustness,
    role,
    schema,
    status,
    timing,
)
from tests.contracts.broken.fault import CATEGORIES, FAULTS, Fault

MODULES = (
    *(schema, status, lifecycle, timing, integrity, pagination, filter),
    *(authentication, isolation, role, concurrency, headers, robustness),
)
"""One for each category; importing them fills `FAULTS`."""

__all__ = ["CATEGORIES", "FAULTS", "MODULES", "Fault"]

"""The second driver: every operation by itself, with data at, within and beyond the bounds of its schemas."""

from contracts.exchanges.driver import Found, Limits, Line, Send, run

__all__ = ["Found", "Limits", "Line", "Send", "run"]

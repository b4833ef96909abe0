"""Understudy, the stand-in that knows the script: plays, judges and explains APIs whose resources live."""

from importlib.metadata import version

__version__ = version("understudy")

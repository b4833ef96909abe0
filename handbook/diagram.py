"""Draws the states of a resource and the ways between them: as SVG, and as Mermaid text."""

from handbook.drawing.notation import mermaid
from handbook.drawing.picture import svg

__all__ = ["mermaid", "svg"]

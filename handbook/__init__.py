"""Explains a document: pages about its operations and about how its resources live."""

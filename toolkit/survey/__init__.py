"""Finds what REST shapes a document has: resources, what operations do to them, states, pages, times."""

"""Remembers what REST-shaped operations without a lifecycle make, change and remove."""

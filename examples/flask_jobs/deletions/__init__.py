"""Deletion jobs: where they are kept, what moves them, and what tests may do to them."""

"""Drafts lifecycles of what a survey found, each part of them tried against the document's schemas."""

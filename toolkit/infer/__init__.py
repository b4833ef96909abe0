"""Infers a first lifecycle of each resource that a document has, and writes it as an Overlay with reasons."""

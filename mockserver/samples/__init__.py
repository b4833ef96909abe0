"""Answers from the document alone: its examples, or data made from its schemas."""

"""Judges an implementation by its document. It meets the player over HTTP only and shares no code with it."""

"""Plays a document: a server whose resources are created, move, change and go as their lifecycles say."""

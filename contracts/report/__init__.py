"""Tells a judgement: on a terminal, as JSON, as JUnit XML, as a page."""

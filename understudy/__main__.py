"""Runs the command as `python -m understudy`."""

from understudy.cli import main

main(prog_name="understudy")

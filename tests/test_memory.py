"""Searching for garbage: what stays is looked at once."""

import subprocess
import sys

WATCHED = """
import gc
from understudy.memory import EVERY, lasting, replaced

lasting()
assert gc.isenabled() and gc.get_threshold()[0] == EVERY
at_first = gc.get_freeze_count()
searches = []
gc.callbacks.append(lambda phase, told: searches.append(told["generation"]) if phase == "stop" else None)

jobs = [{"outputs": []} for _ in range(EVERY)]
assert searches == [0] * len(searches) and searches, searches
assert gc.get_freeze_count() > at_first + EVERY

del jobs
assert gc.get_freeze_count() < at_first + EVERY, "What is let go of is given back without a search."

circle = []
circle.append(circle)
gc.collect()
replaced()
assert gc.get_freeze_count() > 0
"""


def test_what_a_search_finds_in_use_is_not_searched_again():
    """A million jobs take a second to look through, and none of them is garbage."""
    ran = subprocess.run([sys.executable, "-c", WATCHED], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr

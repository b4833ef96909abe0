"""`mockserver.identifiers`: new ids, the same for the same seed, principal and moment."""

from __future__ import annotations

import re

from mockserver.clock import START
from mockserver.identifiers import Pool, Sequences, world_key


def pool(*, seed=0, principal="ann", name="Job", sequences=None, start=1, known=None):
    return Pool(world_key(seed, principal), name, sequences or Sequences(), start, known or {}.get)


def drawn(*, serial=1, moment=5, number=1, **options):
    return pool(**options).digits(serial, moment, number)


def test_numbers_are_counted_for_each_resource_from_where_it_starts():
    sequences = Sequences()

    assert [sequences.next("Job", 10), sequences.next("Job", 10), sequences.next("Task", 1)] == [10, 11, 1]


def test_a_number_that_somebody_chose_is_passed_over():
    assert [pool(known={1: "", 2: "", 4: ""}.get).sequence(), pool(known={2: ""}.get).sequence()] == [3, 1]


def test_a_number_is_never_below_the_start():
    """Another world may have other seeds; their numbers are not given again."""
    sequences = Sequences()
    sequences.next("Job", 1)

    assert sequences.next("Job", 100) == 100
    assert sequences.next("Job", 1) == 101


def test_all_worlds_count_together_until_all_are_reset():
    sequences = Sequences()
    ann, bob = pool(sequences=sequences), pool(principal="bob", sequences=sequences)

    assert [ann.sequence(), bob.sequence(), ann.sequence()] == [1, 2, 3]
    sequences.reset()
    assert bob.sequence() == 1


def test_random_digits_repeat_between_runs():
    assert [drawn(), drawn(number=2)] == [drawn(), drawn(number=2)]


def test_random_digits_differ_by_everything_that_tells_one_from_another():
    different = [
        drawn(),
        drawn(seed=1),
        drawn(principal="bob"),
        drawn(name="Task"),
        drawn(serial=2),
        drawn(moment=6),
        drawn(number=2),
    ]

    assert len(set(different)) == len(different)
    assert all(re.fullmatch("[0-9a-f]{64}", each) for each in different)


def test_a_seed_and_a_name_are_not_mixed_up():
    assert world_key(1, "1/ann") != world_key(11, "/ann") != world_key(1, "ann")


def test_what_fields_need_is_drawn_in_the_order_of_the_document(small, world_of):
    """The same seed gives the same values in every process, also where one field needs many others."""
    names = [f"field{number}" for number in range(12)]
    whole = "-".join(f"{{$resource#/{name}}}" for name in names)
    raw = {
        "identity": {"field": "/id", "generate": "$sequence"},
        "initially": {"id": "$id", "whole": whole} | dict.fromkeys(names, "$random.hex8"),
    }
    world = world_of(small({"Job": raw}))

    job = world.create(world.stores["Job"], world.frame(), {})

    wanted = [drawn(principal="tester", moment=START, number=n + 1)[:8] for n in range(12)]
    assert job.fields["whole"].split("-") == wanted

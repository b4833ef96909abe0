"""New ids: as the pattern of the schema, the format and the examples want them."""

from __future__ import annotations

import pytest

from speckit.patterns import matches
from toolkit.drafting.ground import Facts, computed
from toolkit.survey.forms import Form
from toolkit.survey.generating import New, generators, patterned


def form(**schema):
    return Form({}, {"type": "string", **schema})


@pytest.mark.parametrize(
    ("pattern", "expression", "start"),
    [
        ("^exp_[a-z0-9]{8}$", "exp_{$random.hex8}", 1),
        ("^job_[0-9a-f]{12}$", "job_{$random.hex12}", 1),
        ("^[a-zA-Z0-9_-]+$", "$random.hex12", 1),
        (r"^\w{4,20}$", "$random.hex12", 1),
        (r"^wf\.[^/]{3,40}$", "wf.{$random.hex12}", 1),
        ("^[0-9a-f]{8}-[0-9a-f]{4}$", "{$random.hex8}-{$random.hex4}", 1),
        ("^[0-9a-f]{40}$", "{$random.hex32}{$random.hex8}", 1),
        (r"^INV-\d{4}-\d{4}$", "INV-0000-{$sequence}", 1000),
        ("^[A-Z]{2}[0-9]{6}$", "AA{$sequence}", 100_000),
        ("[0-9]+", "$sequence", 1),
        ("^[0-9A-HJKMNP-TV-Z]{26}$", "00000000000{$sequence}", 10**14),
        (r"^[\p{L}\p{N}]{8}$", "$random.hex8", 1),
    ],
)
def test_a_pattern_of_fixed_text_and_classes_is_understood(pattern, expression, start):
    (new,) = patterned(form(pattern=pattern))

    assert new == New(expression, start)
    assert matches(pattern, str(computed(new.expression, Facts(sequence=start))))


@pytest.mark.parametrize(
    "pattern",
    ["^(a|b)_[0-9]+$", "^[g-z]{4}$", "^a?[0-9]$", "(", "", "^[z-a]{8}$", r"^[\p{L}]{8}$", "^[^]{8}$"],
)
def test_of_another_pattern_nothing_is_said(pattern):
    assert list(patterned(form(pattern=pattern))) == []


@pytest.mark.parametrize(
    ("shown", "expression"),
    [
        ("job_0123456789ab", "job_{$random.hex12}"),
        ("proj_5b1e", "proj_{$random.hex8}"),
        ("0123456789abcdef", "$random.hex16"),
    ],
)
def test_an_example_tells_how_long_ids_are(shown, expression):
    assert generators(form(), [shown])[0].expression == expression


def test_numbers_begin_where_the_schema_lets_them():
    assert generators(Form({}, {"type": "integer", "minimum": 1000}))[-1] == New("$sequence", 1000)

"""All rules, in the order in which they are listed."""

from __future__ import annotations

from toolkit.lint import (
    answers,
    bodies,
    choices,
    examples,
    guards,
    lists,
    moves,
    never,
    schemas,
    shown,
    states,
    strays,
    told,
    values,
)
from toolkit.lint.ignoring import unknown_rule
from toolkit.lint.rule import Rule

_OWN: tuple[Rule, ...] = (
    states.only_external,
    states.only_seeded,
    states.never_there,
    states.dead_end,
    states.waits_for_nothing,
    states.resting_moves,
    states.no_outcome,
    states.early_outcome,
    states.no_end,
    states.untold_retention,
    states.never_shown,
    moves.by_looks,
    moves.never_set,
    moves.too_soon,
    moves.unsafe,
    moves.no_look,
    moves.unused_view,
    moves.unused_parent,
    answers.refusal,
    answers.no_404,
    answers.no_401,
    answers.no_403,
    answers.no_412,
    answers.no_id,
    answers.undocumented_header,
    answers.undocumented_key,
    answers.untold_removal,
    never.never_given,
    never.unused_header,
    lists.no_paging,
    lists.no_bounds,
    lists.undocumented_paging,
    shown.beyond,
    shown.filters,
    shown.times,
    shown.settable,
    choices.null_choice,
    guards.in_vain,
    values.required,
    values.unfit_ids,
    values.unfit_seeds,
    bodies.unfit_bodies,
    examples.broken,
    schemas.fits_nothing,
    strays.stray,
)

RULES: tuple[Rule, ...] = (*told.RULES, *_OWN, unknown_rule(each.name for each in (*told.RULES, *_OWN)))
"""First what readers tell by themselves, then what is looked for beyond."""

BY_NAME = {each.name: each for each in RULES}
"""The same by name."""

"""Names of the exhibits that differ only in pilot and outcome, from the study's settings.

`s47_ratio_lambeth` is the ratio of the outcome whose key is `s47` in the pilot whose key is
`lambeth`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.study.settings import Outcome, Study

EffectNames = dict[tuple[str, str], tuple[str, str]]
"""Names of outcome and pilot, by their keys."""
TOGETHER = "all"
"""The key of all pilots together, where an outcome is analysed in all of them at once."""


def key_of(name: str) -> str:
    """Return a pilot's name as part of the name of an exhibit.

    Examples
    --------
    >>> key_of("St Helens"), key_of("Lambeth")
    ('st_helens', 'lambeth')
    """
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def pilot_names(study: Study) -> dict[str, str]:
    """Return the name of each pilot by its key."""
    return {key_of(pilot.name): pilot.name for pilot in study.pilots}


def outcome_names(study: Study) -> dict[str, str]:
    """Return the name of each outcome by its key."""
    return {outcome.key: outcome.name for outcome in study.outcomes}


def effect_names(study: Study) -> EffectNames:
    """Return outcome and pilot of each main effect, by their keys."""
    return {
        (outcome.key, key): (outcome.name, name)
        for outcome in study.outcomes
        for key, name in _analysed(study, outcome).items()
    }


def _analysed(study: Study, outcome: Outcome) -> dict[str, str]:
    """Return where the main analysis of an outcome has an effect, by key."""
    main = [
        each for each in study.specifications
        if each.outcome == outcome.name and each.role != "sensitivity"
    ]  # fmt: skip
    if any(each.together for each in main):
        return {TOGETHER: study.words.together}
    return {key: name for key, name in pilot_names(study).items() if name in outcome.pilots}

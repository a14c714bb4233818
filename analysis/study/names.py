"""Names of the exhibits that differ only in pilot and outcome, from the study's settings.

`s47_ratio_lambeth` is the ratio of the outcome whose key is `s47` in the pilot whose key is
`lambeth`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from analysis.study.settings import Outcome, Study

EffectNames = dict[tuple[str, str], tuple[str, str]]
"""Names of outcome and pilot, by their keys."""
TOGETHER = "all"
"""The key of all pilots together, where an outcome is analysed in all of them at once."""


def key_of(name: str) -> str:
    """Return a pilot's name as part of the name of an exhibit.

    Examples
    --------
    >>> key_of("St Helens"), key_of("Lambeth"), key_of("Øst-Gießen")
    ('st_helens', 'lambeth', 'ost_giessen')
    """
    letters = map(_without_accent, unicodedata.normalize("NFC", name.casefold()))
    return re.sub(r"[^a-z0-9]+", "_", "".join(letters)).strip("_")


def _without_accent(letter: str) -> str:
    found = re.match(r"LATIN SMALL LETTER ([A-Z]{1,2})(?: WITH |$)", unicodedata.name(letter, ""))
    return found[1].lower() if found else letter


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


def unknown_effect(study: Study, name: str, known: Collection[str]) -> str:
    """Return why a study has no exhibit of one outcome in one pilot; empty for any other name.

    Parameters
    ----------
    name
        A name that no exhibit of the study has, such as `attendance_ratio_all`.
    known
        The names that its exhibits have.
    """
    effects = effect_names(study)
    places = {place for _, place in effects}
    parts = {
        each.removeprefix(f"{outcome}_").removesuffix(f"_{place}")
        for outcome, place in effects
        for each in known
        if each.startswith(f"{outcome}_") and each.endswith(f"_{place}")
    }
    for part in sorted(parts, key=len, reverse=True):
        outcome, found, place = name.partition(f"_{part}_")
        if not found:
            continue
        if outcome not in outcome_names(study):
            listed = ", ".join(outcome_names(study))
            return f"this study has no outcome with the key '{outcome}', only {listed}"
        if place not in places:
            return f"this study has no effect in '{place}', only in {', '.join(sorted(places))}"
        return f"'{outcome}' is not analysed in '{place}'"
    return ""


def analysed_together(study: Study) -> bool:
    """Whether main analyses take all pilots at once, as of a trial randomised within them."""
    return any(each.together for each in study.specifications if each.role != "sensitivity")


def _analysed(study: Study, outcome: Outcome) -> dict[str, str]:
    """Return where the main analysis of an outcome has an effect, by key."""
    if analysed_together(study):
        return {TOGETHER: study.words.together}
    return {key: name for key, name in pilot_names(study).items() if name in outcome.pilots}

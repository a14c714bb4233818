"""Families of exhibits: one function, under a name for each pilot and outcome of the study.

A function of a family is decorated with

    @resolve(when=CONFIG_AVAILABLE, decorate_with=lambda effect_names: by_effect(effect_names, "x"))

since only the settings say which pilots and outcomes there are. Its lambda must be written out: a
decorator of the project's own would count as code of every result, see `report.reuse.code`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamilton.function_modifiers import ResolveAt, parameterize, value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.study.names import EffectNames

CONFIG_AVAILABLE = ResolveAt.CONFIG_AVAILABLE


def by_effect(effect_names: EffectNames, what: str) -> parameterize:
    """Return a decorator that makes one node for each main effect: `s47_ratio_lambeth`.

    Parameters
    ----------
    effect_names
        As returned by `analysis.study.names.effect_names`.
    what
        The middle of the nodes' names.
    """
    return parameterize(**{
        f"{outcome_key}_{what}_{pilot_key}": {"outcome": value(outcome), "pilot": value(pilot)}
        for (outcome_key, pilot_key), (outcome, pilot) in effect_names.items()
    })  # fmt: skip


def by_pilot(pilot_names: Mapping[str, str], what: str) -> parameterize:
    """Return a decorator that makes one node for each pilot: `days_in_school_lambeth`."""
    return parameterize(**{
        f"{what}_{key}": {"pilot": value(pilot)} for key, pilot in pilot_names.items()
    })  # fmt: skip


def by_outcome(outcome_names: Mapping[str, str], what: str) -> parameterize:
    """Return a decorator that makes one node for each outcome: `rates_s47`."""
    return parameterize(**{
        f"{what}_{key}": {"drawn": value(outcome)} for key, outcome in outcome_names.items()
    })  # fmt: skip

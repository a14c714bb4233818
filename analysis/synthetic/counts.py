"""Counts of events by school and month, before they are assigned to children.

The count of outcome k at school i in month t is Poisson given its mean

    rate_k,phase x pupils_it / 1000 x u_i x v_ik,year x w_ikt x season_t x effect_ikt

with log-normal factors of mean 1: u_i lasting (shared by all outcomes), v from one
year to the next, w from month to month. Counts come from fixed uniforms by inverse
distribution functions, so two scenarios of one seed differ only where their means do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.study.settings import shift_month
from analysis.synthetic.draws import Stream, poisson_quantile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analysis.study.scenario import Scenario, SyntheticSettings
    from analysis.study.settings import Pilot, Study
    from analysis.synthetic.ingredient import Ingredient
    from analysis.synthetic.recipe import Recipe

# Months of care episodes drawn before the window, so that children are in care when it begins.
CARE_LEAD = 36
_SEPTEMBER = 9


@dataclass(frozen=True)
class Candidate:
    """A school that could take part, with its rates drawn, without an effect.

    Attributes
    ----------
    pilot, phase
        Its pilot and school phase.
    pupils
        Pupils on roll by month (YYYY-MM).
    fsm_percent
        Share of pupils eligible for free school meals, 0 to 100.
    means
        Expected events by outcome, then month, without effect.
    uniforms
        The uniform behind each count, by outcome, then month.
    """

    pilot: Pilot
    phase: str
    pupils: Mapping[str, int]
    fsm_percent: float
    means: Mapping[str, Mapping[str, float]]
    uniforms: Mapping[str, Mapping[str, float]]

    def before(self, outcome: str, months: Iterable[str]) -> int:
        """Return the count over months before the start, where there is no effect."""
        means, uniforms = self.means[outcome], self.uniforms[outcome]
        return sum(poisson_quantile(uniforms[month], means[month]) for month in months)


def draw_candidate(
    study: Study,
    scenario: Scenario,
    recipe: Recipe,
    pilot: Pilot,
    phase: str,
    number: int,
    seed: int,
) -> Candidate:
    """Draw one school's pupils, lasting rate, and uniform numbers for its counts."""
    synthetic = study.synthetic
    name = (pilot.name, phase, str(number))
    stream = Stream(seed, "school", *name)
    months = study.window.months(pilot.start)
    care_months = [shift_month(months[0], by) for by in range(-CARE_LEAD, 0)] + list(months)
    pupils = _pupils(
        stream, recipe.column("school_months.pupils"), synthetic.pupils[phase], care_months
    )
    lasting = stream.frailty(synthetic.school_variance[phase])
    # Need and eligibility for free meals are weakly correlated; few schools have all or none.
    fsm_percent = min(75.0, max(2.0, 21.0 * lasting**0.4 * stream.frailty(0.10)))
    means: dict[str, dict[str, float]] = {}
    uniforms: dict[str, dict[str, float]] = {}
    for outcome in study.outcomes:
        own = Stream(seed, "counts", *name, outcome.name)
        days = outcome.measure == "days"
        rate = synthetic.rates[outcome.name][phase] / 1000 * lasting
        means[outcome.name], uniforms[outcome.name] = {}, {}
        year_factor = dict.fromkeys(range(-10, 10), 1.0)
        year_factor.update({year: own.frailty(scenario.period_variance) for year in (-2, -1, 0)})
        for position, month in enumerate(care_months):
            year = (position - CARE_LEAD - study.window.months_before) // 12
            factor = 1.0 if days else _month_factor(own, synthetic, month)
            mean = rate * pupils[month] * year_factor[year] * factor
            means[outcome.name][month] = mean
            uniforms[outcome.name][month] = own.uniform()
    return Candidate(pilot, phase, pupils, fsm_percent, means, uniforms)


def _month_factor(stream: Stream, synthetic: SyntheticSettings, month: str) -> float:
    return synthetic.season[int(month[5:]) - 1] * stream.frailty(synthetic.month_variance)


def _pupils(
    stream: Stream, on_roll: Ingredient, mean: float, months: Iterable[str]
) -> dict[str, int]:
    """Return pupils by month; the roll changes in September."""
    size = mean * stream.frailty(0.05)
    pupils = {}
    for month in months:
        if int(month[5:]) == _SEPTEMBER:
            size *= 1 + 0.015 * stream.normal()
        pupils[month] = int(on_roll.nearest(size))
    return pupils


def school_counts(
    candidate: Candidate, scenario: Scenario, *, treated: bool, noisy: bool
) -> dict[str, dict[str, int]]:
    """Return counts by outcome, then month, with the scenario's effects.

    Parameters
    ----------
    candidate
        The school.
    scenario
        The scenario to be shown.
    treated
        Whether a social worker was placed here.
    noisy
        Whether this is the scenario's noisy school.

    Returns
    -------
    dict
        Events (care episodes begun, for days in care) in each month.
    """
    pilot = candidate.pilot
    counts: dict[str, dict[str, int]] = {}
    for outcome, means in candidate.means.items():
        ratio = scenario.effect(outcome, pilot.name) * (scenario.noisy_school if noisy else 1.0)
        counts[outcome] = {}
        for month, mean in means.items():
            changed = mean
            if treated and month >= pilot.start:
                changed = mean * ratio
                if outcome == "s47_enquiries":
                    changed *= 1 - scenario.diverted
                elif outcome == "s17_starts":
                    changed += scenario.diverted * candidate.means["s47_enquiries"][month]
            uniform = candidate.uniforms[outcome][month]
            counts[outcome][month] = poisson_quantile(uniform, changed)
    return counts

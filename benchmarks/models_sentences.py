"""Measure how often each sentence on effects would be printed, also where there is no effect.

Schools are drawn as in the stand-in, in each of its scenarios and, without any effect, with
shocks shared by the schools of an area. Their monthly counts are summed and analysed by school
and by area as in the report's main analysis; then the report's own sentences are judged.
Children, missing returns and spells in care are not drawn, which makes hundreds of draws
affordable. `models_scenarios` draws them too, with fewer draws.
"""

from __future__ import annotations

import gc
import inspect
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.models.inference.assignments import Assignments
from analysis.models.inference.judgement import EVIDENCE, LEVEL, judgements
from analysis.models.inference.multiplicity import (
    joint_permutations,
    own_p_values,
    step_down,
    studentised_under,
)
from analysis.models.inference.randomisation import named_seed, randomisation_test
from analysis.models.inputs.estimability import ESTIMATED, NOT_ESTIMABLE, NotEstimable
from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.primary.conditional import ConditionalFit, fit_conditional
from analysis.models.primary.intervals import t_interval, t_p_value
from analysis.models.primary.sandwich import cluster_covariance, satterthwaite_df
from analysis.study.settings import shift_month
from analysis.synthetic.counts import school_counts
from analysis.synthetic.draws import Stream
from analysis.synthetic.extract import noisy_schools
from analysis.synthetic.schools import School, draw_schools
from benchmarks.models_scenarios import ROOT, recipe, settings
from exhibits.outcomes import claims
from exhibits.practice import claims as practice_claims
from exhibits.results.published import trial

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.exhibits.parts.exhibit import Claim
    from analysis.study.scenario import Scenario
    from analysis.study.settings import Outcome, Study
    from analysis.synthetic.counts import Candidate

FIRST_SEED = 20_000
"""Far from the seeds of the committed extract and of the long simulation."""
SHOCKS = (0.05, 0.10, 0.15)
"""Squared coefficients of variation of the shock shared by an area's schools in a period."""
SENTENCES: tuple[Callable[..., Claim], ...] = (
    claims.s47_lower_in_lambeth_and_southampton,
    claims.areas_permuted_show_nothing,
    claims.s47_no_clear_change_in_stockport,
    claims.s17_not_clear_in_stockport,
    claims.s17_no_clear_change_elsewhere,
    claims.referrals_no_clear_change,
    claims.intervals_are_wide,
    practice_claims.trial_rules_out_such_falls,
    claims.lambeth_exceeds_all_at_once,
    claims.both_exceed_by_largest_statistic,
)
"""Every sentence of the report that rests on estimates drawn here."""
NOT_ON_CHANGE = {
    "worst_check": "names the check that speaks most against a result, and so against a change",
    "only_large_falls_seen": "says what could be detected, from counts before the start",
}
"""Sentences of the summary or the one page on the extract's counts that assert no change and no
lack of one, with what they say instead."""
SHOWN_AS = {
    "main_result": "main_figure_changed",
    "results_in_words": "any_outcome_changed",
    "six_findings": "any_outcome_changed",
}
"""Figures and tables of the summary that print a verdict on a change, whichever pilot it is in,
and the search that says how often. The published falls of the last are among any outcomes."""
UNITS = ("cluster", "area")
SMALLEST: dict[str, tuple[float, ...]] = {}
"""Smallest possible permutation p-values by pilot, for schools and areas: equal in all draws."""
CLAIMS_CHANGE = {"s47_lower_in_lambeth_and_southampton"}
SEARCHES = {
    "primary_family_changed": ("s47_enquiries",),
    "secondary_family_changed": ("s17_starts", "referrals"),
    "main_figure_changed": ("s47_enquiries", "s17_starts"),
    "any_outcome_changed": ("s47_enquiries", "s17_starts", "referrals"),
}
"""Outcomes searched, to see whether any pilot passes the rule by which a change is claimed: of each
family, and of what the summary's figure and its tables show."""
JOINT_DRAWS = 199
"""Joint permutations of all comparisons drawn here, enough to tell which side of 0.05 one lies."""
BOTH_FELL = [("s47_enquiries", "Lambeth"), ("s47_enquiries", "Southampton")]
UNADJUSTED = "both_fell_unadjusted"
BY_SIGN = "both_fell_by_sign"
COLUMNS = {
    "state": "What the schools were drawn from: a scenario, or shared shocks without an effect",
    "nothing_happens": "Whether no event was averted, recorded otherwise or added",
    "sentence": "Name of the sentence, or of a rule that the report does not use",
    "claims_change": "Whether it claims a change",
    "draws": "Sets of schools drawn",
    "printed": "Share of draws in which its rule holds, so that it would be printed",
    "printed_high": "Upper limit of the exact 95% interval of that share",
}


@dataclass(frozen=True)
class State:
    """A state of the world: a scenario, and shocks that areas share.

    Attributes
    ----------
    name
        Its name in the table.
    scenario
        Effects and selection.
    area_variance
        Squared coefficient of variation of the shared factor, one per period.
    """

    name: str
    scenario: Scenario
    area_variance: float = 0.0

    @property
    def nothing_happens(self) -> bool:
        """Whether the intervention changes no count: only chance, selection or a noisy school."""
        return not self.scenario.effects and self.scenario.diverted == 0


def states(study: Study) -> list[State]:
    """Return every scenario, and no effect combined with shared shocks of three sizes."""
    none = study.synthetic.scenario("no-effect")
    return [
        *(State(each.name, each) for each in study.synthetic.scenarios),
        *(State(f"area-shocks-{size:.2f}", none, size) for size in SHOCKS),
    ]


def judged(state: State, seed: int, schools: list[School]) -> dict[str, bool]:
    """Analyse schools drawn from one state and return which sentences would be printed."""
    study = settings()
    counted = counts_by_outcome(state, study, seed, schools)
    rows = [
        _evidence(counted[pilot.name, outcome.name], pilot.name, outcome, study.seed)
        for outcome in _counted(study)
        for pilot in study.pilots
    ]
    by_school, by_area = (pd.DataFrame([row[unit] for row in rows]) for unit in (0, 1))
    found = judgements(by_school, by_area)
    given = {
        "change_judgements": found,
        "adjusted_for_many": _all_at_once(counted, study.seed),
        "trial": published(),
    }
    held = {
        claim.__name__: claim(
            **{need: given[need] for need in inspect.signature(claim).parameters}
        ).holds
        for claim in SENTENCES
    }
    changed = found["verdict"] != "not clear"
    for name, outcomes in SEARCHES.items():
        held[name] = bool((changed & found["outcome"].isin(outcomes)).any())
    ratios = by_school.set_index(["outcome", "pilot"])[["ratio", "ratio_high"]]
    held[UNADJUSTED] = bool((ratios.loc[BOTH_FELL, "ratio_high"] < 1).all())
    held[BY_SIGN] = bool((ratios.loc[BOTH_FELL, "ratio"] < 1).all())
    return held


@cache
def published() -> dict[str, float]:
    """Return the later trial's result, read once in each process."""
    return trial(ROOT / "data" / "published")


def _counted(study: Study) -> list[Outcome]:
    """Return the outcomes that are events, since days in care would require drawing children."""
    return [outcome for outcome in study.outcomes if outcome.measure == "events"]


def counts_by_outcome(
    state: State, study: Study, seed: int, schools: list[School]
) -> dict[tuple[str, str], pd.DataFrame]:
    """Return, by pilot and outcome, one row per school with the columns that the models read."""
    noisy = {school.school_id for school in noisy_schools(recipe(), schools)}
    rows: dict[tuple[str, str], list[dict[str, object]]] = {}
    for school in schools:
        pilot = school.candidate.pilot
        after = [shift_month(pilot.start, by) for by in range(study.window.months_after)]
        periods = {"before": [shift_month(month, -12) for month in after], "after": after}
        candidate = _compared(school, state, periods, _counted(study), seed)
        counts = school_counts(
            candidate, state.scenario, treated=school.treated, noisy=school.school_id in noisy
        )
        known = {"treated": school.treated, "matched_set": school.matched_set,
                 "stratum": pilot.name, "cluster": school.school_id,
                 "area": school.area}  # fmt: skip
        for period, months in periods.items():
            known[f"exposure_{period}"] = float(sum(candidate.pupils[month] for month in months))
        for outcome, by_month in counts.items():
            sums = {f"events_{period}": sum(by_month[month] for month in months)
                    for period, months in periods.items()}  # fmt: skip
            rows.setdefault((pilot.name, outcome), []).append(known | sums)
    return {key: pd.DataFrame(own) for key, own in rows.items()}


def _compared(
    school: School, state: State, periods: dict[str, list[str]], outcomes: list[Outcome], seed: int
) -> Candidate:
    """Return a school's candidate for the compared months, with the shocks of its area applied."""
    candidate = school.candidate
    means, uniforms = {}, {}
    for outcome in outcomes:
        stream = Stream(seed, "area", school.area, outcome.name)
        means[outcome.name] = {
            month: candidate.means[outcome.name][month] * factor
            for months in periods.values()
            for factor in [stream.frailty(state.area_variance)]
            for month in months
        }
        uniforms[outcome.name] = candidate.uniforms[outcome.name]
    return replace(candidate, means=means, uniforms=uniforms)


def _evidence(
    schools: pd.DataFrame, pilot: str, outcome: Outcome, seed: int
) -> tuple[dict[str, object], dict[str, object]]:
    """Return the columns that `judgements` reads for one pilot and outcome, by school and area."""
    known = {"pilot": pilot, "outcome": outcome.name, "role": outcome.role}
    empty = known | dict.fromkeys(("ratio", *EVIDENCE), np.nan)
    if pilot not in SMALLEST:
        SMALLEST[pilot] = tuple(
            Assignments.of(SchoolCounts.of(schools.assign(cluster=schools[unit]))).smallest_p
            for unit in UNITS
        )
    try:
        by_unit = [_by_t(fit) for fit in _fits(schools)]
        # The larger of both is judged. If the first is above the level, no adjusted p-value of the
        # family can reach the level, and the second is not computed.
        if by_unit[0]["p_value"] <= LEVEL:
            own = named_seed(seed, f"{outcome.name} {pilot}")
            test = randomisation_test(schools, seed=own, draws=999, exact_up_to=2_048)
            by_unit[0]["p_permuted"] = test.p_value
        rest: dict[str, object] = {"status": ESTIMATED, "reason": ""}
    except NotEstimable as reason:
        by_unit = [{}, {}]
        rest = {"status": NOT_ESTIMABLE, "reason": str(reason)}
    first, second = (
        empty | dict(found) | rest | {"smallest_p": least}
        for found, least in zip(by_unit, SMALLEST[pilot], strict=True)
    )
    return first, second


def _all_at_once(counted: dict[tuple[str, str], pd.DataFrame], seed: int) -> pd.DataFrame:
    """Return p-values that allow for all comparisons drawn: days in care are not among them."""
    blocks, found = {}, []
    for (pilot, _), schools in counted.items():
        if pilot not in blocks:
            random = np.random.default_rng(named_seed(seed, pilot))
            blocks[pilot] = joint_permutations(schools, JOINT_DRAWS, random)
        try:
            found.append(studentised_under(schools, *blocks[pilot]))
        except NotEstimable:
            found.append(np.full(JOINT_DRAWS + 1, np.nan))
    statistic = np.abs(np.array(found))
    adjusted = {"min_p": step_down(1 / own_p_values(statistic)), "max_t": step_down(statistic)}
    return pd.DataFrame(list(counted), columns=["pilot", "outcome"]).assign(**adjusted)


def _fits(schools: pd.DataFrame) -> list[ConditionalFit]:
    """Return the fit clustered on schools, and the same fit clustered on areas."""
    fit = fit_conditional(schools)
    informative = schools.loc[schools["events_before"] + schools["events_after"] > 0]
    areas = np.unique(informative["area"].to_numpy(str), return_inverse=True)[1]
    return [fit, replace(fit, clusters=areas.astype(np.int64))]


def _by_t(fit: ConditionalFit) -> dict[str, float]:
    """Return the ratio, interval and p-value of the primary method."""
    error = float(np.sqrt(cluster_covariance(fit, "CR2")[0, 0]))
    df = satterthwaite_df(fit)
    if not 1e-8 < error < np.inf:
        raise NotEstimable("schools do not differ at all, so the spread cannot be estimated")
    interval = t_interval(fit.log_ratio, error, df, 1 - LEVEL).mapped(np.exp)
    p_value = t_p_value(fit.log_ratio, error, df)
    return {
        "ratio": interval.value, "ratio_low": interval.low, "ratio_high": interval.high,
        "p_value": p_value, "p_permuted": p_value,
    }  # fmt: skip


def one_seed(seed: int) -> list[tuple[str, dict[str, bool]]]:
    """Judge one draw of every state; states with the same selection share their schools."""
    gc.freeze()  # statsmodels runs the garbage collector in every Holm adjustment
    study = settings()
    drawn: dict[tuple[object, ...], list[School]] = {}
    found = []
    for state in states(study):
        chosen_by = (state.scenario.selection, state.scenario.period_variance)
        if chosen_by not in drawn:
            drawn[chosen_by] = draw_schools(study, state.scenario, recipe(), seed)
        found.append((state.name, judged(state, seed, drawn[chosen_by])))
    return found


def sentence_rates(draws: int, first_seed: int = FIRST_SEED) -> pd.DataFrame:
    """Judge many draws of every state on all cores; see `COLUMNS`."""
    from joblib import Parallel, delayed

    held: dict[str, list[dict[str, bool]]] = {}
    work = Parallel(n_jobs=-1, return_as="generator")(
        delayed(one_seed)(seed) for seed in range(first_seed, first_seed + draws)
    )
    for done, by_state in enumerate(work, start=1):
        for name, sentences in by_state:
            held.setdefault(name, []).append(sentences)
        if done % 100 == 0 or done == draws:
            print(f"sentences: {done} of {draws} draws", flush=True)
    return rates(held)


def upper_limit(share: float, draws: int) -> float:
    """Return the upper limit of the exact 95% interval of a share (Clopper and Pearson, 1934).

    Examples
    --------
    >>> round(upper_limit(0.0, 400), 4)  # 1 - 0.025 ** (1 / 400)
    0.0092
    """
    from scipy.stats import binomtest

    return float(binomtest(round(share * draws), draws).proportion_ci(0.95, "exact").high)


def rates(held: dict[str, list[dict[str, bool]]]) -> pd.DataFrame:
    """Return one row per state and sentence, with the columns of `COLUMNS`."""
    rows: list[dict[str, object]] = []
    for state in states(settings()):
        shares = pd.DataFrame(held[state.name]).mean()
        for name, share in shares.items():
            claims_change = name in CLAIMS_CHANGE or name in SEARCHES
            rows.append({
                "state": state.name, "nothing_happens": state.nothing_happens,
                "sentence": name, "claims_change": claims_change,
                "draws": len(held[state.name]), "printed": share,
                "printed_high": upper_limit(share, len(held[state.name])),
            })  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))

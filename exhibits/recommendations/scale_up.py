"""Recommendation 1 in numbers: power, precision and prospects of a larger trial."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.design import SMALLEST_CHART_TEXT
from analysis.exhibits.parts.exhibit import Figure, Number, Table
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.rows import none_shown
from analysis.exhibits.parts.style import (
    GREY,
    NAVY,
    PLUM,
    TEAL,
    TEXT_ON_WHITE,
    legend,
    new_drawing,
    wrapped,
)
from analysis.exhibits.parts.workings.statistics import detectable_working, error_working
from analysis.exhibits.parts.workings.working import Working
from analysis.models.design.scale_up import COLUMNS as SCALE_UP
from analysis.models.design.trial import ANALYSES, Trial
from analysis.proofs import Proof
from analysis.study.decisions import ScaleUp
from exhibits.appendix.simulation_tables import made_by
from exhibits.results.scale_up import Precision

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

COLOURS = (TEAL, NAVY, PLUM)
POWER_COLUMNS = {
    "schools": "Schools, both arms together",
    "true_ratio": "Rate ratio supposed to be true",
    "analysis": "Whether rates before are taken into account",
    "power": "Chance of a significant result, by formula",
}
PROSPECT_COLUMNS = {
    "source": "Pilot, the mean of all, or one more place like them",
    "ratio": "Ratio of rate ratios",
    "standard_error": "Standard error of its logarithm",
    "df": "Degrees of freedom of the t distribution taken for its error",
    "power": "Chance that the planned trial finds a fall, if this ratio were true",
    "assurance": "The same over the uncertainty of the ratio",
}


def trial_power_curve(
    power_by_schools: pd.DataFrame, scale_up_proof: Proof, supposed_ratios: tuple[float, ...],
    planned_trial: Trial,
) -> Figure:  # fmt: skip
    """Draw the power of a trial to detect a fall, by number of schools and size of the fall."""
    curves = dict(iter(power_by_schools.groupby(["true_ratio", "analysis"])))
    simulated = scale_up_proof.table
    simulated = simulated.loc[simulated["analysis"] == ANALYSES[1]]
    said = [_said(power_by_schools, ratio, planned_trial) for ratio in supposed_ratios]
    alt = (
        "Line chart of the chance that a trial finds a significant result against its number of "
        "schools, with a solid line for each supposed true ratio where rates before are taken "
        f"into account and a dashed one where they are not. With about {planned_trial.schools} "
        f"schools: {'; '.join(said)}."
    )

    def draw() -> Drawing:
        drawing, (ax,) = new_drawing(2.6)
        last = [100 * curves[ratio, ANALYSES[1]]["power"].iloc[-1] for ratio in supposed_ratios]
        for ratio, colour, y in zip(supposed_ratios, COLOURS, _apart(last), strict=False):
            dots = simulated.loc[(simulated["true_ratio"] - ratio).abs() < 1e-3]
            _draw_power(ax, curves, dots, ratio, colour)
            ax.annotate(f"ratio {words.ratio(ratio)}", (1.01, y), va="center",
                        xycoords=("axes fraction", "data"),
                        color=TEXT_ON_WHITE[colour])  # fmt: skip
        _finish_power(ax, planned_trial)
        legend(drawing, _handles(), 3, title="Chance of finding a fall, %")
        return drawing

    return figure(
        draw, power_by_schools, POWER_COLUMNS, alt=alt,
        message="The smaller the fall to be found, the more schools a trial needs",
    )  # fmt: skip


def _draw_power(
    ax: Axes, curves: dict[Any, pd.DataFrame], dots: pd.DataFrame, ratio: float, colour: str
) -> None:
    import seaborn as sns

    for analysis, line in zip(ANALYSES, ("--", "-"), strict=True):
        curve = curves[ratio, analysis]
        sns.lineplot(x=curve["schools"], y=100 * curve["power"], ls=line, color=colour,
                     lw=1.2 if line == "--" else 2.0, errorbar=None, ax=ax)  # fmt: skip
    sns.scatterplot(x=dots["schools"], y=100 * dots["power"], color=colour, s=24, ax=ax)


def _apart(places: list[float], gap: float = 9) -> list[float]:
    """Return positions of labels next to an axis, at least a gap apart."""
    out: dict[int, float] = {}
    above = float("inf")
    for at in sorted(range(len(places)), key=places.__getitem__, reverse=True):
        above = out[at] = min(places[at], above - gap)
    return [out[at] for at in range(len(places))]


def _finish_power(ax: Axes, planned: Trial) -> None:
    ax.axhline(80, color=GREY, lw=0.8, ls=":")
    ax.axvline(planned.schools, color=GREY, lw=0.8, ls=":")
    ax.annotate("planned trial", (planned.schools, 3), xytext=(4, 0), textcoords="offset points",
                fontsize=SMALLEST_CHART_TEXT)  # fmt: skip
    ax.set(
        ylim=(0, 104), xlabel=wrapped("Schools, half of them with a social worker", 26), ylabel=""
    )


def _handles() -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=GREY, lw=2, label="Given rates before"),
        Line2D([], [], color=GREY, lw=1.2, ls="--", label="Rates after only"),
        Line2D([], [], color=GREY, ls="", marker="o", ms=5, label="By simulation"),
    ]


def _said(power_by_schools: pd.DataFrame, ratio: float, planned: Trial) -> str:
    row = power_by_schools.loc[
        (power_by_schools["true_ratio"] == ratio)
        & (power_by_schools["analysis"] == ANALYSES[1])
        & (power_by_schools["schools"] == planned.schools)
    ]
    return f"a true ratio of {words.ratio(ratio)} is found with {row['power'].iloc[0]:.0%}"


def planned_trial_table(scale_up_proof: Proof, planned_trial: Trial) -> Table:
    """Show the power and precision of the later trial, by formula and by simulation."""
    chosen = scale_up_proof.table.loc[scale_up_proof.table["schools"] == planned_trial.schools]
    errors, powers = ("{:.3f}".format, "{:.0%}".format)
    return table(
        chosen,
        (
            Column("true_ratio", "True ratio", cell=words.ratio, width=2),
            Words("analysis", "Analysis", width=5),
            Column("standard_error_by_formula", "Error, formula", cell=errors, width=3),
            Column("standard_error", "Error, simulated", cell=errors, width=3),
            Column("power_by_formula", "Power, formula", cell=powers, width=3),
            Column("power", "Power, simulated", cell=powers, width=3),
            Column("coverage", "Interval contains it", cell="{:.1%}".format, width=3),
        ),
        meanings=SCALE_UP,
        released=list(chosen),
        note=(
            f"{planned_trial.schools} schools in {planned_trial.authorities} authorities, of which "
            f"{planned_trial.dropout:.0%} give no data after; rates as in A15. The error is that "
            "of the log ratio; at a true ratio of 1 power is the share of false alarms. "
            f"{made_by(scale_up_proof.making)}"
        ),
    )


def prospects(trial_prospects: pd.DataFrame, compared_period: str) -> Table:
    """Show the power and assurance of the planned trial, given each estimate."""
    return table(
        trial_prospects,
        (
            Words("source", "Estimate", width=5),
            Column("ratio", "Ratio", cell=words.ratio, width=2),
            Column("power", "Power if it were true", cell="{:.0%}".format, width=4),
            Column("assurance", "Assurance", cell="{:.0%}".format, width=3),
        ),
        meanings=PROSPECT_COLUMNS,
        released=list(trial_prospects),
        none=none_shown(4),
        period=compared_period,
        note=(
            "Chance that the planned trial finds a significant fall (two-sided test at 5%, falls "
            "alone counted): if the estimate were the truth (power), and over what its error "
            "leaves open by Student's t (assurance). The mean of the pilots is summed up by "
            "Hartung and Knapp's method; a further place adds the variance between pilots. Both "
            "columns take chance for the only error."
        ),
    )


def worth_enquiries(scale_up_settings: ScaleUp) -> Number:
    """State how many enquiries averted are assumed to be worth the cost of a worker."""
    worth = scale_up_settings.enquiries_worth_a_worker
    return Number(worth, words.rate(worth), "enquiries per school")


def schools_by_hayes_bennett(schools_needed: dict[str, float]) -> Number:
    """State how many schools each group needs by the formula for cluster trials."""
    return _whole_schools(schools_needed["hayes_bennett"])


def schools_by_zhu_lakkis(schools_needed: dict[str, float]) -> Number:
    """State how many schools each group needs by the formula for negative binomial counts."""
    return _whole_schools(schools_needed["zhu_lakkis"])


def _whole_schools(needed: float) -> Number:
    return Number(math.ceil(needed), words.count(math.ceil(needed)), "schools in each group")


def worthwhile_fall(smallest_worthwhile_ratio: float, scale_up_settings: ScaleUp) -> Number:
    """State the smallest fall that is worth its cost."""
    percent = 100 * (1 - smallest_worthwhile_ratio)
    printed = f"{percent:.0f}%"
    worth, expected = (
        words.rate(each)
        for each in (scale_up_settings.enquiries_worth_a_worker,
                     scale_up_settings.enquiries_expected)
    )  # fmt: skip
    working = Working(
        f"enquiries averted that are taken to be worth a worker: {worth} per school",
        f"enquiries expected without one: {expected} per school",
        (f"{worth} ÷ {expected} × 100 = {printed}",),
    )
    return Number(percent, printed, "per cent", working=working)


def planned_error(planned_precision: Precision, planned_trial: Trial) -> Number:
    """State the standard error of the planned trial's log ratio, by formula."""
    how = "spread of events within and between schools, by formula, for the planned number of them"
    return _error(planned_precision, planned_trial.schools, how)


def planned_fall(planned_precision: Precision, planned_trial: Trial) -> Number:
    """State the smallest fall that the planned trial would detect with 80% power."""
    return _fall(planned_precision, planned_trial.schools)


def published_error(published_precision: Precision, trial: dict[str, float]) -> Number:
    """State the standard error implied by the trial's published interval."""
    ends = " to ".join(words.ratio_as_published(trial[end]) for end in ("ratio_low", "ratio_high"))
    how = f"width of the published interval, {ends}, as logarithms, divided by 2 × 1.96"
    return _error(published_precision, int(trial["schools"]), how)


def published_fall(published_precision: Precision, trial: dict[str, float]) -> Number:
    """State the fall that a trial of the published precision detects with 80% power."""
    return _fall(published_precision, int(trial["schools"]))


def _error(precision: Precision, schools: int, how: str) -> Number:
    error = precision.standard_error
    printed = f"{error:.3f}"
    working = error_working(printed, how)
    return Number(error, printed, "standard error of a log ratio", schools, working=working)


def _fall(precision: Precision, schools: int) -> Number:
    percent = 100 * precision.detectable_fall
    printed = f"{percent:.1f}%"
    working = detectable_working(precision.standard_error, printed)
    return Number(percent, printed, "per cent", schools, working=working)

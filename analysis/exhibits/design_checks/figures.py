"""Figures of the design checks: the event study, and balance before the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from hamilton.function_modifiers import config
from matplotlib.axes import Axes

from analysis.exhibits.parts import words
from analysis.exhibits.parts.design import SMALLEST_CHART_TEXT
from analysis.exhibits.parts.disclosure_check import coarse
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.forest import ratio_ticks
from analysis.exhibits.parts.style import (
    COMPARISON,
    GREY,
    INTERVENTION,
    legend,
    narrow,
    new_drawing,
    wrapped,
)
from analysis.extract.extract import Origin
from analysis.models.checks.balance import COLUMNS as BALANCE
from analysis.models.checks.event_study import COLUMNS as EVENT_STUDY
from analysis.study.terms import Terms

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

SLIGHT = 0.1
"""A standardised difference that is usually considered slight."""
CANDIDATES = {
    "all_candidates": "All candidates: standardised difference from them",
    "weighted": "Candidates weighted: standardised difference from them",
}
"""What the figure shows in addition, where the extract has candidate schools."""


def event_study_plot(
    event_study_estimates: pd.DataFrame, panel_period: str, origin: Origin, terms: Terms
) -> Figure:
    """Draw the event study: the ratio in each run of four months, before and after the start."""
    pilots = list(dict.fromkeys(event_study_estimates["pilot"]))
    alt = (
        f"Charts of {words.inside(terms.primary)}, one a {terms.site}: ratio of rate ratios with "
        "95% interval in each run of four months against the last before the start, on a "
        "logarithmic axis. "
        + " ".join(
            _said(event_study_estimates.loc[event_study_estimates["pilot"] == pilot])
            for pilot in pilots
        )
    )

    def draw() -> Drawing:
        drawing, axes = new_drawing(1.45, rows=len(pilots), around=0.5, sharex=True, sharey=True)
        for ax, pilot in zip(axes, pilots, strict=True):
            terms = event_study_estimates.loc[event_study_estimates["pilot"] == pilot]
            ax.set_title(f"{pilot}: ratio of rate ratios" if ax is axes[0] else pilot)
            _draw_pilot(ax, terms)
        axes[-1].set_xlabel("Months from the start")
        return drawing

    before = event_study_estimates.loc[
        (event_study_estimates["status"] == "estimated") & (event_study_estimates["term"] < -1)
    ]
    apart = (before["ratio_low"] > 1) | (before["ratio_high"] < 1)
    message = (
        "Before the start, some runs of months already differ clearly from the last"
        if apart.any()
        else "Before the start, no run of months differs clearly from the last"
        if len(before)
        else "No run of months may be shown"
    )
    drawn = ["pilot", "status", "reason", "term", "first_month", "last_month", "ratio",
             "ratio_low", "ratio_high"]  # fmt: skip
    columns = {name: EVENT_STUDY[name] for name in drawn}
    return figure(
        draw, event_study_estimates, columns, alt=alt, message=message, label=origin.label,
        period=panel_period, marks="ratio",
    )  # fmt: skip


@config.when(together=False)
def balance_plot(
    baseline_balance: pd.DataFrame,
    candidate_balance: pd.DataFrame,
    panel_period: str,
    origin: Origin,
    terms: Terms,
) -> Figure:
    """Draw the balance of the arms before the start, overall and within matched sets.

    Where the extract has candidate schools, also draw their balance with the pilots' schools,
    unweighted and weighted.
    """
    pilots = list(dict.fromkeys(baseline_balance["pilot"]))
    others = [name for name in CANDIDATES if len(candidate_balance)]
    baseline_balance = baseline_balance.merge(
        candidate_balance.dropna(subset=["all_candidates"]), on=["pilot", "covariate"], how="left"
    )
    seen = baseline_balance[["after_matching", "within_sets"]].notna().any(axis=1)
    # A covariate that may be shown for no pilot has no line.
    covariates = list(dict.fromkeys(baseline_balance.loc[seen, "covariate"]))
    alt = (
        f"Dot charts, one a {terms.site}, of standardised differences between {terms.in_treated} "
        f"and {terms.in_untreated} before the start: of the arms' means, and the mean absolute "
        "difference within matched sets. "
        + "And of all schools that might have been chosen, as they are and weighted. "
        * bool(others)
        + " ".join(_furthest(baseline_balance, p) for p in pilots)
    )

    def draw() -> Drawing:
        drawing, axes = new_drawing(
            (0.42 if narrow() else 0.38) * len(covariates),
            columns=len(pilots), around=1.1, sharex=True, sharey=True,
        )  # fmt: skip
        # On one line a long name leaves the panels too little room for their titles.
        names = [each.replace(", ", ",\n") for each in covariates]
        for ax, pilot in zip(axes, pilots, strict=True):
            rows = coarse(baseline_balance.loc[seen & (baseline_balance["pilot"] == pilot)])
            places = [len(covariates) - covariates.index(each) for each in rows["covariate"]]
            _draw_balance(ax, rows, places, others)
            ax.set_title(pilot)
            ax.set_yticks(range(len(covariates), 0, -1), names)
        axes[len(axes) // 2 if not narrow() else -1].set_xlabel(
            wrapped("Difference in standard deviations", 18)
        )
        legend(drawing, axes[0].get_legend_handles_labels()[0], 2)
        return drawing

    shown = ["pilot", "covariate", "after_matching", "within_sets"]
    columns = {name: BALANCE[name] for name in shown} | {name: CANDIDATES[name] for name in others}
    return figure(
        draw, baseline_balance, columns, alt=alt, message=_balance_message(baseline_balance),
        label=origin.label, period=panel_period,
    )  # fmt: skip


def _balance_message(balance: pd.DataFrame) -> str:
    more = (balance["after_matching"].dropna().abs() > SLIGHT).mean()
    return (
        f"{'Half of the' if more == 0.5 else 'Most'} differences between the groups before the "
        f"start are {'more than slight' if more >= 0.5 else 'slight'}"
    )


def _draw_balance(ax: Axes, rows: pd.DataFrame, places: list[int], others: list[str]) -> None:
    import seaborn as sns

    ax.axvspan(-SLIGHT, SLIGHT, color="#E8E8E8", lw=0)
    ax.axvline(0, color=GREY, lw=0.9)
    sns.scatterplot(x=rows["after_matching"], y=places, color=INTERVENTION, s=36,
                    label="Means of the groups", legend=False, ax=ax)  # fmt: skip
    sns.scatterplot(x=rows["within_sets"], y=places, marker="D", facecolor="none", s=26,
                    edgecolor=COMPARISON, linewidth=1.4, label="Within matched sets, absolute",
                    legend=False, ax=ax)  # fmt: skip
    for name, marker in zip(others, "x+", strict=False):
        sns.scatterplot(x=rows[name], y=places, marker=marker, color=GREY, s=30, linewidth=1.4,
                        label=CANDIDATES[name].partition(":")[0], legend=False, ax=ax)  # fmt: skip
    ax.set(xlabel="", ylabel="")


def _draw_pilot(ax: Axes, terms: pd.DataFrame) -> None:
    shown = terms["status"] == "estimated"
    if shown.any():
        _mark_absent(ax, terms.loc[~shown])
    else:
        reason = terms["reason"].iloc[0]
        said = wrapped(words.no_estimate_why(reason))
        ax.annotate(said, (0.02, 0.5), xycoords="axes fraction", va="center")
    _draw_terms(ax, terms.loc[shown])


def _draw_terms(ax: Axes, rows: pd.DataFrame) -> None:
    """Draw one pilot's terms; the reference is a hollow mark at 1."""
    import seaborn as sns

    rows = coarse(rows)
    middle = (rows["first_month"] + rows["last_month"]) / 2
    ends = [rows["ratio"] - rows["ratio_low"], rows["ratio_high"] - rows["ratio"]]
    ax.axhline(1, color=GREY, lw=1)
    ax.axvline(-0.5, color=GREY, lw=0.9, ls=":")
    reference = rows["reference"].astype(bool)
    own = [end[~reference] for end in ends]
    ax.errorbar(middle[~reference], rows["ratio"][~reference], own, fmt="none",
                ecolor=INTERVENTION, lw=1.8)  # fmt: skip
    sns.scatterplot(x=middle[~reference], y=rows["ratio"][~reference], color=INTERVENTION, s=36,
                    zorder=3, ax=ax)  # fmt: skip
    ax.plot(middle[reference], rows["ratio"][reference], "o", mfc="white", mec=INTERVENTION, ms=6)
    ax.set(xlabel="", ylabel="")
    ax.set_yscale("log")
    ratio_ticks(ax.yaxis, min(0.25, rows["ratio_low"].min()), max(2, rows["ratio_high"].max()))


def _mark_absent(ax: Axes, rows: pd.DataFrame) -> None:
    """Mark runs of months without an estimate, so that a gap is not taken for no effect."""
    for middle in (rows["first_month"] + rows["last_month"]) / 2:
        ax.annotate("not\nshown", (middle, 0.05), xycoords=("data", "axes fraction"), ha="center",
                    fontsize=SMALLEST_CHART_TEXT, color=GREY)  # fmt: skip


def _said(terms: pd.DataFrame) -> str:
    pilot = terms["pilot"].iloc[0]
    rows = terms.loc[terms["status"] == "estimated"]
    if rows.empty:
        return f"{pilot}: {words.no_estimate(terms['reason'].iloc[0])}."
    before = rows.loc[(rows["term"] < -1), "ratio"]
    after = rows.loc[rows["term"] >= 0, "ratio"]
    absent = terms.loc[terms["status"] != "estimated", "reason"]
    reasons = "; ".join(dict.fromkeys(absent))
    return f"{pilot}: {_span(before)} before, and {_span(after)} after." + (
        f" Not shown, {len(absent)} of {len(terms)} runs: {reasons}." if len(absent) else ""
    )


def _span(ratios: pd.Series) -> str:
    if ratios.empty:
        return "none shown"
    ends = dict.fromkeys(words.ratio(end) for end in (ratios.min(), ratios.max()))
    return " to ".join(ends)


def _furthest(balance: pd.DataFrame, pilot: str) -> str:
    rows = balance.loc[(balance["pilot"] == pilot) & balance["after_matching"].notna()]
    if rows.empty:
        return f"{pilot}: none can be computed."
    furthest = rows.sort_values("after_matching", key=abs).to_dict("records")[-1]
    value = words.rate(furthest["after_matching"], 2)
    return f"{pilot}: furthest apart in {furthest['covariate']}, {value}."

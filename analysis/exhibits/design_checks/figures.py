"""Figures of design checks: terms before and after the start, and balance before it."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from analysis.exhibits.parts import words
from analysis.exhibits.parts.clearance import coarse
from analysis.exhibits.parts.exhibit import Figure
from analysis.exhibits.parts.style import COMPARISON, GREY, INTERVENTION, new_drawing, style, to_svg
from analysis.extract.extract import Origin
from analysis.models.checks.balance import COLUMNS as BALANCE
from analysis.models.checks.event_study import COLUMNS as EVENT_STUDY

TICKS = (0.1, 0.25, 0.5, 1, 2, 4, 8)
SLIGHT = 0.1
"""A standardised difference that is usually called slight."""


def event_study_plot(
    event_study_estimates: pd.DataFrame, panel_period: str, origin: Origin
) -> Figure:
    """Draw the ratio in each run of four months, before the start and after it."""
    pilots = list(dict.fromkeys(event_study_estimates["pilot"]))
    alt = (
        "Charts of section 47 enquiries, one a pilot: ratio of rate ratios with 95% interval in "
        "each run of four months against the last before the start, on a logarithmic axis. "
        + " ".join(
            _said(event_study_estimates.loc[event_study_estimates["pilot"] == pilot])
            for pilot in pilots
        )
    )
    with style():
        drawing, axes = new_drawing(
            0.7 + 1.6 * len(pilots), rows=len(pilots), sharex=True, sharey=True
        )
        for ax, pilot in zip(axes, pilots, strict=True):
            ax.set_title(pilot)
            terms = event_study_estimates.loc[event_study_estimates["pilot"] == pilot]
            shown = terms["status"] == "estimated"
            if shown.any():
                _mark_absent(ax, terms.loc[~shown])
                _draw_terms(ax, terms.loc[shown])
            else:
                reason = terms["reason"].iloc[0]
                ax.annotate(f"not estimable: {reason}", (0.02, 0.5), xycoords="axes fraction")
        if not (event_study_estimates["status"] == "estimated").any():
            # Axes with nothing on them would have a scale of their own making.
            for ax in axes:
                ax.set(xticks=[], yticks=[])
        axes[-1].set_xlabel("Months from the start (middle of each run of four)")
        drawing.supylabel("Ratio of rate ratios", fontsize=9.5)
        svg = to_svg(drawing, origin.label, alt)
    drawn = ["pilot", "status", "reason", "term", "first_month", "last_month", "ratio",
             "ratio_low", "ratio_high"]  # fmt: skip
    columns = {name: EVENT_STUDY[name] for name in drawn}
    return Figure(svg, alt, event_study_estimates[drawn], columns, panel_period)


def balance_plot(baseline_balance: pd.DataFrame, panel_period: str, origin: Origin) -> Figure:
    """Draw how far apart the arms were before the start, as wholes and within matched sets."""
    pilots = list(dict.fromkeys(baseline_balance["pilot"]))
    covariates = list(dict.fromkeys(baseline_balance["covariate"]))
    alt = (
        "Dot charts, one a pilot, of standardised differences between schools with a social worker "
        "and comparison schools before the start: of the arms' means, and the mean absolute "
        "difference within matched sets. "
        + " ".join(_furthest(baseline_balance, p) for p in pilots)
    )
    with style():
        drawing, axes = new_drawing(
            0.9 + 0.32 * len(covariates), columns=len(pilots), sharex=True, sharey=True
        )
        for ax, pilot in zip(axes, pilots, strict=True):
            rows = coarse(baseline_balance.loc[baseline_balance["pilot"] == pilot])
            places = [len(covariates) - covariates.index(each) for each in rows["covariate"]]
            ax.axvspan(-SLIGHT, SLIGHT, color="#E8E8E8", lw=0)
            ax.axvline(0, color=GREY, lw=0.9)
            ax.plot(rows["after_matching"], places, "o", color=INTERVENTION, ms=5.5,
                    label="Arms as wholes")  # fmt: skip
            ax.plot(rows["within_sets"], places, "D", color=COMPARISON, ms=4.5, mfc="none",
                    mew=1.4, label="Within matched sets, absolute")  # fmt: skip
            ax.set_title(pilot)
            ax.set_yticks(range(len(covariates), 0, -1), covariates, fontsize=8)
        axes[len(axes) // 2].set_xlabel("Difference in standard deviations")
        drawing.legend(*axes[0].get_legend_handles_labels(), loc="outside upper left", ncols=2)
        svg = to_svg(drawing, origin.label, alt)
    shown = ["pilot", "covariate", "after_matching", "within_sets"]
    columns = {name: BALANCE[name] for name in shown}
    return Figure(svg, alt, baseline_balance[shown], columns, panel_period)


def _draw_terms(ax: Axes, rows: pd.DataFrame) -> None:
    """Draw one pilot's terms; the reference stands hollow at 1."""
    rows = coarse(rows)
    middle = (rows["first_month"] + rows["last_month"]) / 2
    ends = [rows["ratio"] - rows["ratio_low"], rows["ratio_high"] - rows["ratio"]]
    ax.axhline(1, color=GREY, lw=1)
    ax.axvline(-0.5, color=GREY, lw=0.9, ls=":")
    reference = rows["reference"].astype(bool)
    own = [end[~reference] for end in ends]
    ax.errorbar(middle[~reference], rows["ratio"][~reference], own, fmt="o", color=INTERVENTION,
                ms=5, lw=1.8)  # fmt: skip
    ax.plot(middle[reference], rows["ratio"][reference], "o", mfc="white", mec=INTERVENTION, ms=6)
    ax.set_yscale("log")
    low, high = rows["ratio_low"].min(), rows["ratio_high"].max()
    ticks = [tick for tick in TICKS if not low > tick * 1.5 and not high < tick / 1.5]
    ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()


def _mark_absent(ax: Axes, rows: pd.DataFrame) -> None:
    """Say where a run of months has no estimate: an empty place would pass for none."""
    for middle in (rows["first_month"] + rows["last_month"]) / 2:
        ax.annotate("not\nshown", (middle, 0.05), xycoords=("data", "axes fraction"), ha="center",
                    fontsize=7.5, color=GREY)  # fmt: skip


def _said(terms: pd.DataFrame) -> str:
    pilot = terms["pilot"].iloc[0]
    rows = terms.loc[terms["status"] == "estimated"]
    if rows.empty:
        return f"{pilot}: not estimable."
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

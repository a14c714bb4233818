"""Tables of what this design can show, before any estimate."""

from __future__ import annotations

import math

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.by_pilot import none_shown
from analysis.exhibits.parts.exhibit import Table
from analysis.models.checks.pre_trends import POWER_COLUMNS as TREND_DETECTION
from analysis.models.checks.regression_to_the_mean import COLUMNS as SELECTION
from analysis.models.design.detectable import COLUMNS as DETECTABLE
from analysis.models.design.exaggeration import COLUMNS as EXAGGERATION
from analysis.models.inference.units import COLUMNS as UNITS
from analysis.study.settings import Outcome

UNIT_NAMES = {"school_id": "schools", "area": "areas"}


def assignment(units_of_assignment: pd.DataFrame) -> Table:
    """Show how many units were assigned and how small a p-value can be."""
    lines = []
    for row in units_of_assignment.to_dict("records"):
        unit = UNIT_NAMES[row["assignment_unit"]]
        cells = (
            f"{row['units_intervention']:.0f} and {row['units_comparison']:.0f} {unit}",
            f"{words.rate(row['effective_intervention'])} and "
            f"{words.rate(row['effective_comparison'])}",
            f"{row['largest_share_intervention']:.0%}",
            words.count(int(row["assignments"])),
            words.p_value(row["smallest_p"]),
        )
        lines.append((row["pilot"], *cells))
    shown = ["pilot", "assignment_unit", "units_intervention", "units_comparison",
             "effective_intervention", "effective_comparison", "largest_share_intervention",
             "smallest_p"]  # fmt: skip
    return Table(
        header=("Pilot", "If assigned were", "Effective units", "Largest share",
                "Possible assignments", "Smallest p"),
        rows=tuple(lines),
        numeric=(False, False, True, True, True, True),
        widths=(3, 4, 3, 3, 3, 3),
        data=units_of_assignment[shown],
        columns={name: UNITS[name] for name in shown},
        note=(
            "Section 47 enquiries. Effective units are units with equal rolls that would be as "
            "informative; the largest share is that of one intervention unit in its group's "
            "pupils before the pilot, and above 30% a result is a case study of that unit; the "
            "smallest p is "
            "what a randomisation test can reach at best."
        ),
    )  # fmt: skip


def detectable(
    detectable_effects: pd.DataFrame, outcomes: tuple[Outcome, ...], compared_period: str
) -> Table:
    """Show the smallest fall that would be seen in each pilot and outcome."""
    labels = {outcome.name: outcome.label for outcome in outcomes}
    lines = []
    for row in detectable_effects.to_dict("records"):
        if row["status"] != "estimated":
            cells = (words.NOT_ESTIMABLE, "[z]", "[z]", "[z]")
        else:
            seen = row["fall_percent"]
            cells = (
                words.rate(row["dispersion"], 2),
                words.ratio(row["ratio_by_formula"]),
                "none" if math.isnan(seen) else words.ratio(row["ratio_by_simulation"]),
                "none" if math.isnan(seen) else f"{seen:.0f}%",
            )
        lines.append((labels[row["outcome"]], row["pilot"], *cells))
    shown = ["outcome", "pilot", "dispersion", "ratio_by_formula", "ratio_by_simulation",
             "fall_percent"]  # fmt: skip
    return Table(
        header=(
            "Outcome",
            "Pilot",
            "Dispersion",
            "Ratio, by formula",
            "Ratio, by simulation",
            "A fall of",
        ),
        rows=tuple(lines),
        numeric=(False, False, True, True, True, True),
        widths=(5, 3, 3, 3, 3, 2),
        data=detectable_effects[shown],
        columns={name: DETECTABLE[name] for name in shown},
        period=compared_period,
        note=(
            "What the primary two-sided test would find four times in five; 'none' where it would "
            "not. Dispersion is the variance of a school's rate from year to year (squared "
            "coefficient of variation) on which it rests: what the two years before show. "
            "It can be missing where an effect is estimated, which rests on other months."
        )
        + words.not_estimable(
            (labels[row["outcome"]], row["pilot"], row["reason"])
            for row in detectable_effects.to_dict("records")
            if row["status"] != "estimated"
        ),
    )


def exaggeration_table(exaggeration_risk: pd.DataFrame, compared_period: str) -> Table:
    """Show what a significant result would be worth if the true effect were small."""
    lines = tuple(
        (
            row["pilot"],
            f"{row['true_ratio']:.4g}",
            f"{row['power']:.0%}",
            "[z]" if math.isnan(row["wrong_sign"]) else f"{row['wrong_sign']:.0%}",
            "[z]" if math.isinf(row["exaggeration"]) else f"{row['exaggeration']:.1f}",
            f"{row['share_falls']:.0%}",
            words.ratio(row["mean_ratio_of_falls"]),
        )
        for row in exaggeration_risk.to_dict("records")
    )
    shown = ["pilot", "true_ratio", "power", "wrong_sign", "exaggeration", "share_falls",
             "mean_ratio_of_falls"]  # fmt: skip
    return Table(
        header=("Pilot", "If the true ratio were", "Significant", "Of these, wrong direction",
                "Exaggerated, times", "Of these, falls", "Mean ratio of such falls"),
        rows=lines or none_shown(7),
        numeric=(False, True, True, True, True, True, True),
        widths=(3, 3, 3, 3, 3, 2, 3),
        data=exaggeration_risk[shown],
        columns={name: EXAGGERATION[name] for name in shown},
        period=compared_period,
        note=(
            "Section 47 enquiries, by two-sided tests at the 5% level and the standard error that "
            "counts before the start, and their spread between years, give each pilot; nothing "
            "after the start is used. Exaggerated is the mean size of significant log ratios as a "
            "multiple of the true one. [z]: without an effect no direction is wrong, and there is "
            "nothing to exaggerate."
        ),
    )  # fmt: skip


def trend_detection_table(trend_detection: pd.DataFrame, panel_period: str) -> Table:
    """Show how seldom tests before the start would notice trends that fake an effect."""
    ratios = list(dict.fromkeys(trend_detection["faked_ratio"].dropna()))
    lines = []
    for pilot, rows in trend_detection.groupby("pilot", sort=False):
        if rows["status"].iloc[0] != "estimated":
            reason = f"not estimable: {rows['reason'].iloc[0]}"
            lines.append((str(pilot), reason, *("[z]",) * len(ratios)))
            continue
        for column, test in (("power_joint", "all terms together"), ("power_slope", "steady")):
            found = dict(zip(rows["faked_ratio"], rows[column], strict=True))
            lines.append((str(pilot), test, *(f"{found[ratio]:.0%}" for ratio in ratios)))
    shown = ["pilot", "status", "reason", "faked_ratio", "power_joint", "power_slope"]
    return Table(
        header=("Pilot", "Test before the start", *(f"Fakes {ratio:g}" for ratio in ratios)),
        rows=tuple(lines),
        numeric=(False, False, *(True,) * len(ratios)),
        widths=(3, 4, *(2,) * len(ratios)),
        data=trend_detection[shown],
        columns={name: TREND_DETECTION[name] for name in shown},
        period=panel_period,
        note=(
            "Chance that the test rejects parallel trends if the groups' trends diverge "
            "steadily, by as much as imitates each ratio without any effect. Section 47 "
            "enquiries."
        ),
    )


def regression_to_mean(selection_effects: pd.DataFrame) -> Table:
    """Show what choice and matching alone would show where nothing has an effect."""
    shown = ["chosen", "matched", "ratio", "ratio_low", "ratio_high", "share_significant_falls"]
    return Table(
        header=("Schools chosen for", "Matched on", "Ratio seen", "Nine draws in ten",
                "Significant falls"),
        rows=tuple(
            (
                row["chosen"],
                row["matched"],
                words.ratio(row["ratio"]),
                f"{words.ratio(row['ratio_low'])} to {words.ratio(row['ratio_high'])}",
                f"{row['share_significant_falls']:.0%}",
            )
            for row in selection_effects.to_dict("records")
        ),
        numeric=(False, False, True, True, True),
        widths=(4, 4, 2, 4, 3),
        data=selection_effects[shown],
        columns={name: SELECTION[name] for name in shown},
        note="Simulated: eight schools chosen from sixty and no effect, so the true ratio is 1.",
    )  # fmt: skip

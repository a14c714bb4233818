"""Exhibits of the pooled pilots: posteriors of each, of their mean and of a further pilot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.disclosure_check import coarse
from analysis.exhibits.parts.effect_rows import AXIS
from analysis.exhibits.parts.exhibit import Figure, Number, Table
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.forest import Row, forest
from analysis.exhibits.parts.rows import of_outcomes
from analysis.exhibits.parts.style import GREY, INTERVENTION, PUBLISHED
from analysis.exhibits.parts.workings.working import Working
from analysis.extract.extract import Origin
from analysis.models.pooling.partial import COLUMNS, MEAN, NEXT, Priors
from analysis.study.settings import Outcome
from exhibits import pilots_and_trial, pilots_only

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

PILOTS = "Pilots"
SHAPES = {"own": ("s", INTERVENTION), "pooled": ("D", GREY), "trial": ("D", PUBLISHED)}
KINDS = {"own": "own estimate, 95% confidence interval", "pooled": "pooled, 95% credible interval",
         "trial": "trial, 95% confidence interval"}  # fmt: skip


def pilots_pooled(
    primary_effects: pd.DataFrame,
    pooled_pilots: pd.DataFrame,
    priors: tuple[Priors, ...],
    trial: dict[str, float],
    compared_period: str,
    origin: Origin,
) -> Figure:
    """Draw each pilot alone and pooled, their mean, a further pilot and, separately, the trial."""
    data = _lines(primary_effects, pooled_pilots, priors[0].name, trial)
    alt = (
        "Forest plot of section 47 enquiries on a logarithmic axis: each pilot's ratio with its "
        "95% confidence interval and, below it, drawn towards the others, with its 95% credible "
        "interval; then the mean of the pilots and a further pilot; apart from them the later "
        "trial. " + "; ".join(f"{row['line']} {_printed(row)}" for row in data.to_dict("records"))
        + "."
    )  # fmt: skip

    def draw() -> Drawing:
        return forest(_groups(data), AXIS, handles=_handles())

    columns = {
        "line": "Pilot, mean of the pilots, further pilot, or the later trial",
        "kind": "own: by itself; pooled: posterior; trial: published",
        "ratio": "Ratio of rate ratios; of rates in the trial. Estimate, or posterior median",
        "ratio_low": "Lower end of its 95% interval",
        "ratio_high": "Upper end of its 95% interval",
    }
    return figure(
        draw, data, columns, alt=alt, message=_message(data), label=pilots_and_trial(origin.label),
        period=pilots_only(compared_period),
    )  # fmt: skip


def prior_sensitivity(
    pooled_pilots: pd.DataFrame,
    priors: tuple[Priors, ...],
    outcomes: tuple[Outcome, ...],
    compared_period: str,
) -> Table:
    """Show the mean of the pilots and a further pilot under each prior, and for other outcomes."""
    first = pooled_pilots["outcome"] == outcomes[0].name
    main = pooled_pilots["prior"] == priors[0].name
    data = pooled_pilots.loc[(first | main) & pooled_pilots["quantity"].isin([MEAN, NEXT])]
    labels = {outcome.name: outcome.label for outcome in outcomes}
    by_name = {each.name: each for each in priors}
    ratios = ("ratio", "ratio_low", "ratio_high")
    return table(
        of_outcomes(data, outcomes),
        (
            Words("outcome", "Outcome", cell=labels.__getitem__, width=5),
            Words("prior", "Priors: of the mean; between pilots", width=9,
                  cell=lambda name: f"{name}: {_prior(by_name[name])}"),
            Column(ratios, "Mean of the pilots", cell=words.ratio_interval, at=MEAN, width=6),
            Column("chance_below_1", "Chance below 1", cell=_chance, at=MEAN, width=3),
            Column(ratios, "A further pilot", cell=words.ratio_interval, at=NEXT, width=6),
            Column("chance_below_1", "Chance below 1", cell=_chance, at=NEXT, width=3),
        ),
        lines=["outcome", "prior"],
        across="quantity",
        data=data.reset_index(drop=True),
        meanings=COLUMNS,
        released=[name for name in COLUMNS if name not in ("log_ratio", "between")],
        instead=lambda row: () if row["status"] == "estimated"
        else (f"none: {row['reason']}", "[z]", "[z]", "[z]"),
        period=pilots_only(compared_period),
        note=(
            "Ratios: posterior median with 95% credible interval. The prior of the mean log ratio "
            "is normal; its 95% range is given as ratios. That of the standard deviation of log "
            "ratios between pilots is half-normal; its scale is given. Chances take priors and "
            "model for granted, and say nothing of how schools were chosen."
        ),
    )  # fmt: skip


def pooled_mean(
    pooled_pilots: pd.DataFrame, priors: tuple[Priors, ...], outcomes: tuple[Outcome, ...]
) -> Number:
    """State the mean of the pilots for the primary outcome under the main priors."""
    return _number(pooled_pilots, outcomes[0].name, priors[0].name, MEAN)


def pooled_further(
    pooled_pilots: pd.DataFrame, priors: tuple[Priors, ...], outcomes: tuple[Outcome, ...]
) -> Number:
    """State the ratio of a further pilot for the primary outcome under the main priors."""
    return _number(pooled_pilots, outcomes[0].name, priors[0].name, NEXT)


def pooled_mean_after_trial(
    pooled_pilots: pd.DataFrame, priors: tuple[Priors, ...], outcomes: tuple[Outcome, ...]
) -> Number:
    """State the mean of the pilots for the primary outcome with the trial as prior."""
    return _number(pooled_pilots, outcomes[0].name, priors[-1].name, MEAN)


def _number(pooled: pd.DataFrame, outcome: str, prior: str, quantity: str) -> Number:
    chosen = (pooled["outcome"] == outcome) & (pooled["prior"] == prior)
    rows = pooled.loc[chosen & (pooled["quantity"] == quantity)].to_dict("records")
    row: dict[Any, Any] = rows[0] if rows else {"status": "", "reason": "", "pilots": 0}
    if row["status"] != "estimated":
        return Number(None, words.no_estimate_in_words(str(row["reason"])), "ratio of rate ratios")
    ends = (float(row["ratio_low"]), float(row["ratio_high"]))
    pilots, printed = int(row["pilots"]), _printed(row)
    working = _pooled_working(pilots, printed)
    return Number(
        float(row["ratio"]), printed, "ratio of rate ratios", pilots, ends, working=working
    )


def _pooled_working(pilots: int, printed: str) -> Working:
    """Return how a ratio over several pilots was worked out."""
    return Working(
        "the pilots' ratios of rate ratios, each with its uncertainty",
        "none: the values that the pilots and the stated assumptions allow are ranked, and the "
        "middle one is printed with the range of 95% of them",
        (f"From {pilots} pilots: {printed}",),
    )


def _lines(
    primary: pd.DataFrame, pooled: pd.DataFrame, prior: str, trial: dict[str, float]
) -> pd.DataFrame:
    """Return one row per mark: pilots by themselves and pooled, mean, further pilot, trial."""
    names = ["line", "kind", "ratio", "ratio_low", "ratio_high"]
    outcome = primary["outcome"].iloc[0]
    main = pooled.loc[(pooled["prior"] == prior) & (pooled["outcome"] == outcome)]
    main = main.loc[main["status"] == "estimated"].assign(kind="pooled")
    own = primary.loc[primary["status"] == "estimated"].assign(kind="own")
    parts = []
    for pilot in own["pilot"]:
        parts.append(own.loc[own["pilot"] == pilot].assign(line=pilot))
        parts.append(main.loc[main["quantity"] == pilot].assign(line=f"{pilot}, pooled"))
    for quantity in (MEAN, NEXT):
        named = quantity[:1].upper() + quantity[1:]
        parts.append(main.loc[main["quantity"] == quantity].assign(line=named))
    published = {name: trial[name] for name in names[2:]}
    parts.append(pd.DataFrame([{"line": "Later trial", "kind": "trial", **published}]))
    found: pd.DataFrame = pd.concat(
        [part.reindex(columns=names) for part in parts], ignore_index=True
    )
    return found


def _groups(data: pd.DataFrame) -> list[tuple[str, list[Row]]]:
    """Return the rows in groups: the pilots, their summaries, and the trial."""
    groups: dict[str, list[Row]] = {PILOTS: [], "Pilots together": [], "Randomised": []}
    # Values are drawn as coarsely as they are printed; the trial is printed as it was published.
    drawn = coarse(data).to_dict("records")
    for each, place in zip(data.to_dict("records"), drawn, strict=True):
        shape, colour = SHAPES[each["kind"]]
        summed = each["line"].casefold() in (MEAN, NEXT)
        group = "Randomised" if each["kind"] == "trial" else "Pilots together" if summed else PILOTS
        ends = (place["ratio_low"], place["ratio"], place["ratio_high"])
        row = Row(each["line"], _printed(each), ends, colour=colour, shape=shape)
        groups[group].append(row)
    return [(name, rows) for name, rows in groups.items() if rows]


def _handles() -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color=colour, marker=shape, lw=2.2, ms=6, label=KINDS[kind])
        for kind, (shape, colour) in SHAPES.items()
        if kind != "trial"
    ]


def _message(data: pd.DataFrame) -> str:
    further = data.loc[data["line"].str.casefold() == NEXT]
    if further.empty:
        return "The pilots are too few to sum up"
    row = further.iloc[0]
    if row["ratio_low"] <= 1 <= row["ratio_high"]:
        return (
            "What a further pilot would show is open: its interval reaches both sides of no change"
        )
    return "The interval of a further pilot lies on one side of no change"


def _prior(prior: Priors) -> str:
    low, high = (math.exp(prior.mean + side * 1.96 * prior.deviation) for side in (-1, 1))
    ends = [f"{end:.2f}" if end >= 0.01 else "0" for end in (low, high)]
    if high > 100:
        return f"any ratio; {prior.between:g}"
    return f"{ends[0]} to {ends[1]}; {prior.between:g}"


def _chance(value: float) -> str:
    """Return a probability as printed, never as certain."""
    if value > 0.99:
        return ">99%"
    return "<1%" if value < 0.01 else f"{value:.0%}"


def _printed(row: dict[Any, Any]) -> str:
    printed = words.ratio_as_published if row.get("kind") == "trial" else words.ratio
    return words.interval(row["ratio"], row["ratio_low"], row["ratio_high"], printed)

"""The pilots together: what is likely of each, of their mean and of a further one."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.exhibits.parts import words
from analysis.exhibits.parts.exhibit import Figure, Number, Table
from analysis.exhibits.parts.style import (
    GREY,
    INTERVENTION,
    PLUM,
    TEAL,
    new_drawing,
    style,
    to_svg,
)
from analysis.extract.extract import Origin
from analysis.models.pooling.partial import COLUMNS, MEAN, NEXT, Priors
from analysis.study.settings import Outcome

TICKS = (0.06, 0.125, 0.25, 0.5, 1, 2, 4, 8)
SHAPES = {"own": ("s", INTERVENTION), "pooled": ("D", TEAL), "trial": ("D", PLUM)}
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
    """Draw each pilot by itself and pooled, their mean, a further one, and apart the trial."""
    data = _lines(primary_effects, pooled_pilots, priors[0].name, trial)
    alt = (
        "Forest plot of section 47 enquiries on a logarithmic axis: each pilot's ratio with its "
        "95% confidence interval and, below it, drawn towards the others, with its 95% credible "
        "interval; then the mean of the pilots and a further pilot; apart from them the later "
        "trial. " + "; ".join(f"{row['line']} {_printed(row)}" for row in data.to_dict("records"))
        + "."
    )  # fmt: skip
    with style():
        drawing, (ax,) = new_drawing(0.85 + 0.26 * len(data))
        _draw(ax, data)
        label = f"{origin.label} (pilots); published result (trial)" if origin.label else ""
        svg = to_svg(drawing, label, alt)
    columns = {
        "line": "Pilot, mean of the pilots, further pilot, or the later trial",
        "kind": "own: by itself; pooled: posterior; trial: published",
        "ratio": "Ratio of rate ratios: estimate, or posterior median",
        "ratio_low": "Lower end of its 95% interval",
        "ratio_high": "Upper end of its 95% interval",
    }
    return Figure(svg, alt, data, columns, compared_period)


def prior_sensitivity(
    pooled_pilots: pd.DataFrame,
    priors: tuple[Priors, ...],
    outcomes: tuple[Outcome, ...],
    compared_period: str,
) -> Table:
    """Show the mean and a further pilot under each of the priors, and for other outcomes."""
    first = pooled_pilots["outcome"] == outcomes[0].name
    main = pooled_pilots["prior"] == priors[0].name
    data = pooled_pilots.loc[(first | main) & pooled_pilots["quantity"].isin([MEAN, NEXT])]
    by_name = {each.name: each for each in priors}
    lines = []
    for outcome in outcomes:
        own = data.loc[data["outcome"] == outcome.name]
        for name in dict.fromkeys(own["prior"]):
            rows = own.loc[own["prior"] == name].set_index("quantity").to_dict("index")
            lines.append((outcome.label, f"{name}: {_prior(by_name[name])}", *_cells(rows)))
    shown = [name for name in COLUMNS if name not in ("log_ratio", "between")]
    return Table(
        header=("Outcome", "Priors: of the mean; between pilots", "Mean of the pilots",
                "Chance below 1", "A further pilot", "Chance below 1"),
        rows=tuple(lines),
        numeric=(False, False, *(True,) * 4),
        widths=(5, 9, 6, 3, 6, 3),
        data=data[shown].reset_index(drop=True),
        columns={name: COLUMNS[name] for name in shown},
        period=compared_period,
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
        return Number(None, words.no_estimate(str(row["reason"])), "ratio of rate ratios")
    ends = (float(row["ratio_low"]), float(row["ratio_high"]))
    return Number(
        float(row["ratio"]), _printed(row), "ratio of rate ratios", int(row["pilots"]), ends
    )


def _lines(
    primary: pd.DataFrame, pooled: pd.DataFrame, prior: str, trial: dict[str, float]
) -> pd.DataFrame:
    """Return one row a mark: pilots by themselves and pooled, mean, further pilot, trial."""
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


def _draw(ax: Axes, data: pd.DataFrame) -> None:
    """Draw a line a row, from the top; rules part pilots, summaries and the trial."""
    for place, row in enumerate(data.to_dict("records")):
        shape, colour = SHAPES[row["kind"]]
        ax.plot([row["ratio_low"], row["ratio_high"]], [-place] * 2, color=colour, lw=2.2)
        first = row["kind"] not in data["kind"].tolist()[:place]
        ax.plot(row["ratio"], -place, shape, color=colour, ms=6, ls="",
                label=KINDS[row["kind"]] if first else None)  # fmt: skip
        ax.annotate(_printed(row), (1.02, -place), xycoords=("axes fraction", "data"), va="center")
    for line in ("Mean of the pilots", "Later trial"):
        for place in data.index[data["line"] == line]:
            ax.axhline(0.5 - place, color="#B0B0B0", lw=0.8, ls=":")
    ax.axvline(1, color=GREY, lw=1)
    ax.set_yticks([-place for place in range(len(data))], data["line"])
    ax.set_ylim(0.6 - len(data), 0.6)
    ax.grid(visible=False, axis="y")
    low, high = data["ratio_low"].min() * 0.8, data["ratio_high"].max() * 1.25
    ax.set_xscale("log")
    ticks = [tick for tick in TICKS if low <= tick <= high]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.set_xlabel("Ratio; below 1 is lower where social workers were in schools")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, fontsize=8)


def _prior(prior: Priors) -> str:
    low, high = (math.exp(prior.mean + side * 1.96 * prior.deviation) for side in (-1, 1))
    ends = [f"{end:.2f}" if end >= 0.01 else "0" for end in (low, high)]
    if high > 100:
        return f"any ratio; {prior.between:g}"
    return f"{ends[0]} to {ends[1]}; {prior.between:g}"


def _cells(rows: dict[Any, dict[Any, Any]]) -> tuple[str, ...]:
    if NEXT not in rows:
        return f"none: {rows[MEAN]['reason']}", "[z]", "[z]", "[z]"
    cells: list[str] = []
    for quantity in (MEAN, NEXT):
        cells += [_printed(rows[quantity]), _chance(rows[quantity]["chance_below_1"])]
    return tuple(cells)


def _chance(value: float) -> str:
    """Return a probability that is never printed as certain."""
    if value > 0.99:
        return ">99%"
    return "<1%" if value < 0.01 else f"{value:.0%}"


def _printed(row: dict[Any, Any]) -> str:
    printed = words.ratio_as_published if row.get("kind") == "trial" else words.ratio
    return words.interval(row["ratio"], row["ratio_low"], row["ratio_high"], printed)

"""The results in everyday words: how many for every 100 expected, and how certain that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Column, Row, Words, table
from analysis.exhibits.parts.exhibit import Figure, Table
from analysis.exhibits.parts.figure import figure
from analysis.exhibits.parts.rows import Effect, Judgement, effects, families, judgements_of
from analysis.exhibits.parts.style import GREY, PUBLISHED, narrow, new_drawing, wrapped
from analysis.extract.extract import Origin
from analysis.models.inference.judgement import LEVEL
from analysis.models.inputs.estimability import WITHHELD
from analysis.study.scenario import Scenario, built_in
from analysis.study.settings import Outcome
from exhibits import pilots_and_trial, pilots_only
from exhibits.results.published import cited

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

TRIAL = "Large trial"
COLUMNS = {
    "outcome": "Outcome",
    "study": "Pilot, or the later trial as published",
    "per_100": "Events or days for every 100 that comparison schools suggest",
    "per_100_low": "Lower limit of its 95% confidence interval, by school for the pilots",
    "per_100_high": "Upper limit of that interval",
}
SURE = {
    "claimed": "Low",
    "trends unseen": "Low at best [c]",
    "trends": "Very low: trends",
    "alone": "Very low: chance",
    "not clear": "Very low",
}
"""Words for the certainty of a result, by its verdict."""
NO_CHANGE = "Not clear"

IF_REAL = " (how sure: if real)"
NOTE = (
    "The pilots are {whose}{if_real}, and exploratory; the trial is as published {source}, and "
    "its schools were allocated at random. Change: a size is given only where a change is claimed. "
    "Per 100: events or days for every 100 that comparison schools suggest; intervals of the "
    "pilots are by school, and {unadjusted}. How sure: low at best, as no random allocation is "
    "reported. Low needs p of at most {level} by school and by area (by area they are of a "
    "t-test), adjusted for the family (section 47 enquiries: {primary}; all else: {secondary}), "
    "and trends that, diverging no more than before the start, would not explain the change (low "
    "at best where these may not be shown); else very low. [c] is withheld; [z] is not applicable."
)


def results_in_words(
    change_judgements: pd.DataFrame,
    pre_trends: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    trial: dict[str, float],
    trial_sources: dict[str, str],
    compared_period: str,
    origin: Origin,
) -> Table:
    """Show each outcome in each pilot in words, with its interval and certainty."""
    breaks = pre_trends.set_index(["outcome", "pilot"])["breakdown_change"].to_dict()
    labels = {outcome.name: outcome.label for outcome in outcomes}
    lines = [
        _line(outcome.name, each.pilot, (each.ratio, each.ratio_low_school, each.ratio_high_school),
              sure=_sure(each, breaks.get((outcome.name, each.pilot))), judgement=each)
        for outcome in outcomes
        for each in judgements_of(change_judgements, outcome.name)
    ]  # fmt: skip
    limits = (trial["ratio"], trial["ratio_low"], trial["ratio_high"])
    lines.append(_line(outcomes[0].name, TRIAL, limits))
    return table(
        pd.DataFrame(lines),
        (
            Words("outcome", "Outcome", cell=labels.__getitem__, width=31),
            Words("study", "Where", width=19),
            Words(("sure", "ratio"), "Change", "Change, by the rule in the note", cell=_change,
                  width=19),
            Column(("ratio", "ratio_low", "ratio_high"), "Per 100 (95% interval)", cell=_ends,
                   width=38),
            Words("sure", "How sure", "How sure, by the rule in the note", cell=SURE.__getitem__,
                  width=53),
        ),
        meanings=COLUMNS,
        released=["outcome", "study", "sure", "per_100", "per_100_low", "per_100_high"],
        instead=_as_published_or_none,
        period=pilots_only(compared_period),
        note=NOTE.format(
            whose=origin.label.lower() or "this extract",
            if_real=IF_REAL if origin.label else "",
            level=LEVEL,
            unadjusted=words.UNADJUSTED,
            source=cited(trial_sources["ratio"]),
            **families(change_judgements),
        ),
    )  # fmt: skip


def _line(
    outcome: str,
    study: str,
    limits: tuple[float, float, float],
    *,
    sure: str = "",
    judgement: Judgement | None = None,
) -> dict[str, Any]:
    """Return the printed and released values of one pilot, or of the trial."""
    return {
        "outcome": outcome,
        "study": study,
        "sure": sure,
        **_data(*limits),
        **dict(zip(("ratio", "ratio_low", "ratio_high"), limits, strict=True)),
        "reason": judgement.reason if judgement else "",
    }


def _as_published_or_none(row: Row) -> tuple[str, ...]:
    if row["study"] == TRIAL:
        names = ("ratio", "ratio_low", "ratio_high")
        ratio, low, high = (words.per_hundred_as_published(row[name]) for name in names)
        found = f"{'No evidence' if row['ratio_high'] >= 1 else 'Evidence'} of benefit"
        inside = row["ratio_low"] <= 1 <= row["ratio_high"]
        change = NO_CHANGE if inside else words.percent_change(row["ratio"])
        return change, f"{ratio} ({low} to {high})", found
    if not row["sure"]:
        reason = row["reason"]
        why = "withheld" if reason == WITHHELD else reason
        return words.beside_none(reason), words.no_estimate(reason), f"Not known: {why}"
    return ()


def _change(sure: str, ratio: float) -> str:
    """Return an estimate in words, or that no change is claimed."""
    return NO_CHANGE if sure in ("not clear", "alone") else words.percent_change(ratio)


def _ends(ratio: float, low: float, high: float) -> str:
    return words.interval(ratio, low, high, words.per_hundred)


def _sure(each: Judgement, breakdown: float | None) -> str:
    """Return the grade of a result; a change that earlier trends would explain is not sure."""
    if not each.estimated:
        return ""
    if each.verdict != "not clear":
        if pd.isna(breakdown):
            return "trends unseen"
        return "trends" if breakdown <= 1 else "claimed"
    inside = each.ratio_low_school <= 1 <= each.ratio_high_school
    return "not clear" if inside else "alone"


def _data(ratio: float, low: float, high: float) -> dict[str, float]:
    values = {"per_100": ratio, "per_100_low": low, "per_100_high": high}
    return {name: words.HUNDRED * each for name, each in values.items()}


def in_a_hundred(
    main_effects: pd.DataFrame,
    trial: dict[str, float],
    scenarios: tuple[Scenario, ...],
    compared_period: str,
    origin: Origin,
) -> Figure:
    """Draw, for every 100 enquiries expected, how many there were: the trial, then the pilots."""
    found = effects(main_effects, "s47_enquiries")
    limits = (trial["ratio"], trial["ratio_low"], trial["ratio_high"])
    published, *open_to = (words.per_hundred_as_published(each) for each in limits)
    said = "; ".join(f"{each.pilot} {_read_out(each)}" for each in found)
    whose = origin.label.lower() or "this extract"
    alt = (
        "Dot chart of section 47 enquiries for every 100 that comparison schools suggest, with "
        f"95% intervals and a line at 100. The large trial, published: {published} "
        f"({' to '.join(open_to)}). The pilots, "
        f"{whose}, exploratory: {said}."
    )

    def draw() -> Drawing:
        height = (0.5 if narrow() else 0.31) * (len(found) + 1)
        drawing, (ax,) = new_drawing(height, around=0.65)
        _draw(ax, len(found), limits, PUBLISHED, published)
        for y, each in enumerate(reversed(found)):
            if each.estimated:
                limits_of = (each.ratio, each.ratio_low, each.ratio_high)
                _draw(ax, y, limits_of, GREY, _read_out(each), hollow=True)
            else:
                ax.annotate(_read_out(each), (2, y), color=GREY, va="center")
        ax.axvline(words.HUNDRED, color=GREY, lw=1)
        # On one line where there is room: a second one would stand between two rows.
        apart = "\n" if narrow() else " "
        names = [f"{each.pilot}{apart}({whose})" for each in reversed(found)]
        ax.set_yticks(range(len(found) + 1), [*names, f"{TRIAL}{apart}(published)"])
        ax.set_xlim(left=0)
        ax.set(ylim=(-0.6, len(found) + 0.75), ylabel="")
        ax.grid(visible=False, axis="y")
        ax.set_xlabel(wrapped("Enquiries for every 100 that comparison schools suggest", 26))
        return drawing

    rows = [{"study": TRIAL, **_data(*limits)}]
    rows += [{"study": e.pilot, **_data(e.ratio, e.ratio_low, e.ratio_high)} for e in found]
    columns = {name: said for name, said in COLUMNS.items() if name != "outcome"}
    return figure(
        draw, pd.DataFrame(rows), columns, alt=alt, label=pilots_and_trial(origin.label),
        period=pilots_only(compared_period),
        message=_message(found, limits[2], built_in(scenarios, origin.scenarios), origin),
    )  # fmt: skip


def _message(found: Sequence[Effect], high: float, built: Scenario | None, origin: Origin) -> str:
    """Say what the trial found, and what was built into invented pilots, whatever they show."""
    trial = "no evidence of a fall" if high >= 1 else "a fall"
    real = f"Section 47 enquiries: {trial} in the real trial"
    if not origin.label:
        return f"The large trial found {trial}; what the pilots show is exploratory"
    if built is None:
        return f"{real}; no evidence from invented pilots"
    falls = sum(built.effect(each.outcome, each.pilot) < 1 for each in found)
    where = f"falls built into {words.spelled(falls)}" if falls else "no fall built into any"
    return f"{real}; {where} of the invented pilots"


def _read_out(each: Effect) -> str:
    return words.per_hundred(each.ratio) if each.estimated else words.no_estimate(each.reason)


def _draw(
    ax: Axes,
    y: float,
    limits: tuple[float, float, float],
    colour: str,
    text: str,
    *,
    hollow: bool = False,
) -> None:
    """Draw one interval with its estimate and the number above it; hollow if it is no evidence."""
    import seaborn as sns

    middle, low, high = (words.HUNDRED * each for each in limits)
    ax.plot([low, high], [y, y], color=colour, lw=1.2 if hollow else 4)
    face = "white" if hollow else colour
    sns.scatterplot(x=[middle], y=[y], color=face, edgecolor=colour, linewidth=1.2,
                    s=48 if hollow else 100, zorder=3, ax=ax)  # fmt: skip
    # On white, so that the line at 100 does not run through it.
    ax.annotate(text, (middle, y), xytext=(0, 8), textcoords="offset points", ha="center",
                fontweight="normal" if hollow else "bold", color=colour,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip

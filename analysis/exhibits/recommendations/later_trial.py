"""The trial that followed the first recommendation, beside the pilots and never pooled."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from analysis.dataflow.published import SUMMARY, Fact
from analysis.exhibits.outcomes.figures import draw_effect, printed
from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Words, table
from analysis.exhibits.parts.exhibit import Figure, Table
from analysis.exhibits.parts.rows import effects
from analysis.exhibits.parts.style import GREY, PLUM, new_drawing, style, to_svg
from analysis.extract.extract import Origin
from analysis.study.settings import Outcome

LIMITS = ("ratio", "ratio_low", "ratio_high")


def trial_beside_pilots(
    main_effects: pd.DataFrame,
    outcomes: tuple[Outcome, ...],
    trial: dict[str, float],
    compared_period: str,
    origin: Origin,
) -> Figure:
    """Draw the later trial's result beside the pilots', on one scale."""
    found = effects(main_effects, outcomes[0].name)
    ratio, low, high = (trial[name] for name in LIMITS)
    published = words.interval(ratio, low, high, words.ratio_as_published)
    alt = (
        f"Forest plot of ratios for {outcomes[0].label}, exploratory for the pilots, with 95% "
        "confidence intervals on a logarithmic axis: "
        + "; ".join(f"{each.pilot} {printed(each)}" for each in found)
        + f"; and, apart, the later randomised trial, {published}."
    )
    with style():
        drawing, (ax,) = new_drawing(1.8)
        for y, each in enumerate(reversed(found), start=1):
            draw_effect(ax, y, each)
            ax.annotate(printed(each), (1.02, y), xycoords=("axes fraction", "data"), va="center")
        ax.plot([trial["ratio_low"], trial["ratio_high"]], [0, 0], color=PLUM, lw=2.2)
        ax.plot(trial["ratio"], 0, "D", color=PLUM, ms=7)
        ax.annotate(published, (1.02, 0), xycoords=("axes fraction", "data"), va="center")
        ax.axvline(1, color=GREY, lw=1)
        ax.axhline(0.5, color="#B0B0B0", lw=0.8, ls=":")
        ax.set_xscale("log")
        ax.set_xticks([0.25, 0.5, 1, 2], ["0.25", "0.5", "1", "2"])
        ax.minorticks_off()
        ax.set_yticks(
            range(len(found) + 1), ["Randomised trial", *(e.pilot for e in reversed(found))]
        )
        ax.set_ylim(-0.6, len(found) + 0.6)
        ax.grid(visible=False, axis="y")
        ax.set_xlabel(
            "Ratio; below 1 is lower where social workers were in schools. Pilots: exploratory"
        )
        label = f"{origin.label} (pilots); published result (trial)" if origin.label else ""
        svg = to_svg(drawing, label, alt)
    pilots = pd.DataFrame([asdict(each) for each in found])[["pilot", *LIMITS]]
    limits = {name: trial[name] for name in LIMITS}
    data = pd.concat(
        [pilots.rename(columns={"pilot": "study"}), pd.DataFrame([{"study": "Trial", **limits}])]
    )
    columns = {
        "study": "Pilot, or the later trial as published",
        "ratio": "Ratio of rates",
        "ratio_low": "Lower limit of its 95% confidence interval",
        "ratio_high": "Upper limit of its 95% confidence interval",
    }
    return Figure(svg, alt, data.reset_index(drop=True), columns, compared_period)


def trial_design(
    published_facts: dict[str, Fact], trial: dict[str, float], trial_sources: dict[str, str]
) -> Table:
    """Show how the trial differed from the pilots."""
    own = [fact for name, fact in published_facts.items() if name.startswith("schools_")]
    schools = sum(int(fact.value) for fact in own)
    keys = dict.fromkeys(trial_sources.values())
    lines = (
        ("Local authorities", published_facts["pilots"].value, words.count(trial["authorities"])),
        (
            "Schools",
            f"{words.count(schools)} with a social worker",
            f"{words.count(trial['schools_planned'])} planned, half with a social worker; "
            f"{words.count(trial['schools'])} analysed",
        ),
        ("Kinds of school", "primary, secondary and special", "secondary"),
        (
            "How schools were chosen",
            "not fully published; none by random allocation is reported",
            "by random allocation",
        ),
        (
            "Pupils",
            "not published",
            f"about {words.count(trial['pupils'])} in the schools analysed",
        ),
    )
    return table(
        pd.DataFrame(lines, columns=["feature", "pilots", "trial"]),
        (
            Words("feature", "", "What is compared", width=5),
            Words("pilots", "Pilots", "The pilots", width=8),
            Words("trial", "Trial", "The later trial", width=11),
        ),
        note=f"As published [{'; '.join(f'@{key}' for key in (SUMMARY, *keys))}].",
    )

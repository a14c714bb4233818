"""Tables of the estimand, of the analysis plan, and of changes to it."""

from __future__ import annotations

import pandas as pd

from analysis.exhibits.parts import words
from analysis.exhibits.parts.columns import Words, table
from analysis.exhibits.parts.exhibit import Table
from analysis.study.settings import Outcome, Pilot, Window

PLAN = (
    (
        "First outcome",
        "Section 47 enquiries; section 17 starts, referrals and days in care come second.",
        ("4d84609", "2026-11-23"),
        "As planned.",
        "Nothing changed.",
    ),
    (
        "Months, denominator, schools",
        "Ten months against the same calendar months a year earlier, for each pupil, all schools.",
        ("4d84609", "2026-11-23"),
        "As planned.",
        "Nothing changed.",
    ),
    (
        "Checks named beforehand",
        "Whole areas assigned; mainstream schools; secondary schools; all months before.",
        ("4d84609", "2026-11-23"),
        "All are shown; placebo start dates, other models and the specification curve were added.",
        "Added when results on invented data were known.",
    ),
    (
        "Outcome model and intervals",
        "Schools conditioned out; CR2 intervals with Satterthwaite's degrees of freedom.",
        ("3d782cd", "2026-11-23"),
        "As planned; first fixed in code, and not in the settings.",
        "Counts on invented data were known; no effect had been estimated.",
    ),
    (
        "Many comparisons",
        "Holm for the first outcome, Benjamini and Hochberg for the others.",
        ("619e04b", "2026-11-23"),
        "Allowed for all at once as well, by permutation.",
        "Fixed when results on invented data were known.",
    ),
    (
        "Matching",
        "One comparison school for each, by pupils.",
        ("4d84609", "2026-11-23"),
        "By pupils and free school meals, from commit e31bd62 of the same day.",
        "Changed when first results on invented data were known.",
    ),
    (
        "Effects in the stand-in",
        "Ratios of 0.40, 0.42 and 0.48 where the published summary names a fall.",
        ("4d84609", "2026-11-23"),
        "0.38, 0.42 and 0.42, from commit e31bd62 of the same day.",
        "Enlarged so that the one draw that is shown has each published direction.",
    ),
    (
        "What may be shown",
        "Counts of fewer than six are withheld.",
        ("4d84609", "2026-11-23"),
        "Results that would give such a count away are withheld too, from commit cf39254.",
        "Added when results on invented data were known; see the specification curve.",
    ),
    (
        "All pilots together",
        "A fixed effect, a random effect and Hartung and Knapp's intervals.",
        ("619e04b", "2026-11-23"),
        "Partial pooling with stated priors comes first; those stay below it.",
        "Changed when results on invented data were known.",
    ),
    (
        "Specification curve",
        "A joint test of every specification.",
        ("52929c4", "2026-11-23"),
        "As planned; from commit cf39254 until this version of those alone that may be shown.",
        "Those that may be shown lie nearest the main analysis.",
    ),
)
"""Step, plan, the commit that fixed it with its date, what is done now, and what was known when it
changed."""
DEVIATIONS = (
    (
        "Comparison schools",
        "Compared with the pilots' schools; how they were found is described for Lambeth alone: by "
        "pupils, need and past trend.",
        "One comparison school for each, matched on authority, phase and pupils.",
        "Matching on past trend can by itself create or hide a change.",
    ),
    (
        "Outcome model",
        "Not described in the summary.",
        "Poisson regression with schools conditioned out, one binomial row a school.",
        "It needs only the expected value to be right, and its intervals allow for small samples.",
    ),
    (
        "Months compared",
        "About ten months of running.",
        "Ten months against the same calendar months a year earlier.",
        "School holidays would otherwise differ between the two periods.",
    ),
    (
        "Outcomes",
        "Several, none of them named as the first.",
        "Section 47 enquiries first; section 17 starts, days in care and, added here, referrals.",
        "An outcome named first cannot be picked for its result; the later trial had the same one.",
    ),
    (
        "Unit assigned",
        "Not described in the summary.",
        "Schools, with whole areas as a check.",
        "What was assigned decides how much chance can do; public pages suggest areas.",
    ),
    (
        "Uncertainty",
        "In words: the scale was small, and low counts left little room to fall.",
        "Added: intervals, randomisation tests, and what so small a design can detect.",
        "A reader can distinguish no effect from no chance of detecting one.",
    ),
    (
        "Comparisons",
        "Not described in the summary.",
        "Added: Holm's adjustment for the first outcome; everything is called exploratory.",
        "Among many comparisons some differ by chance.",
    ),
    (
        "Checks",
        "Not described in the summary.",
        "Added: placebo start dates, placebo outcomes, other models and "
        "specifications, simulated data.",
        "One analysis is one choice among many.",
    ),
    (
        "Results shown",
        "The outcomes that appeared to fall, and days in care.",
        "Every outcome in every pilot.",
        "Directions picked from many comparisons mislead.",
    ),
    (
        "Data",
        "Records of three local authorities.",
        "An invented extract of the same shape.",
        "The records are confidential.",
    ),
)


def estimand_table(
    pilots: tuple[Pilot, ...], outcomes: tuple[Outcome, ...], window: Window
) -> Table:
    """Show the estimand for the primary outcome, by the attributes of ICH E9(R1)."""
    lines = _estimand(pilots, outcomes[0], window)
    return table(
        pd.DataFrame(list(lines), columns=["attribute", "here"]),
        (
            Words("attribute", "Attribute", "Attribute of the estimand", width=3),
            Words("here", "Here", "What it is here", width=10),
        ),
        note="For the primary outcome; the others differ only in what is counted.",
    )


def plan_table() -> Table:
    """Show this project's plan, the commit that fixed each part, and what has changed since."""
    lines = [
        (step, planned, f"{commit} ({date})", done, known)
        for step, planned, (commit, date), done, known in PLAN
    ]
    return table(
        pd.DataFrame(lines, columns=["step", "plan", "commit", "now", "known"]),
        (
            Words("step", "Step", "Step of the analysis", width=4),
            Words("plan", "Plan", "What was planned", width=7),
            Words("commit", "Fixed by commit",
                  "Commit of this repository that fixed the plan, and its date", width=4),
            Words("now", "Now", "What is done now", width=7),
            Words("known", "What was known at the change",
                  "What was known of results when it changed", width=6),
        ),
    )  # fmt: skip


def deviations() -> Table:
    """Show deviations: what the published summary says was done, next to what is done here."""
    return table(
        pd.DataFrame(list(DEVIATIONS), columns=["step", "published", "here", "why"]),
        (
            Words("step", "Step", "Step of the evaluation", width=2),
            Words("published", "Published summary", "What the published summary says was done",
                  width=5),
            Words("here", "Here", "What this rebuild does", width=5),
            Words("why", "Why", "Reason for the difference", width=5),
        ),
    )  # fmt: skip


def _estimand(
    pilots: tuple[Pilot, ...], outcome: Outcome, window: Window
) -> tuple[tuple[str, str], ...]:
    """Return each attribute of the estimand with its definition in this study."""
    places = words.listed([f"{words.count(p.schools)} in {p.name}" for p in pilots])
    months = words.count(window.months_after)
    label = words.inside(outcome.label)
    ends = {pd.Period(each.start, "M") + window.months_after - 1 for each in pilots}
    last = words.listed([f"{end:%B %Y}" for end in sorted(ends)])
    return (
        ("Population", f"The schools that had a social worker: {places}. Not schools elsewhere, "
         "and not children followed over time: who is on roll changes."),
        ("Treatment condition", "A social worker placed in the school from the pilot's first "
         f"month, over {months} months, however much of it was delivered."),
        ("Comparison condition", "The same schools in the same months without one. Comparison "
         "schools of the same authority and phase represent the change that would have been."),
        ("Outcome", f"Recorded {label} of a school's pupils per pupil and month. Recorded, since "
         "those who are placed in schools may also decide what is recorded."),
        ("Weighting", "By events: schools with more events carry more weight. It is an average "
         "effect on the treated over school-months, not over schools or children."),
        ("Intercurrent event: vacancy, late start, change of worker",
         "Counted as it happened (treatment policy)."),
        ("Intercurrent event: school closed, merged or opened",
         "Its months without a return are not compared (while open)."),
        ("Intercurrent event: child moves school", "Counted at the school where it is recorded "
         "(treatment policy)."),
        ("Intercurrent event: schools closed in March 2020", f"The months compared end in {last}."),
        ("Intercurrent event: return missing", "Not part of the question but of the data: left out "
         "as if its rate were that of its school's other months."),
        ("Summary measure", "A ratio of rate ratios, in each pilot: how the rate changed in "
         "schools with a social worker over how it changed elsewhere; and the number of events "
         "that this is."),
        ("What it rests on", "Without the workers, log rates would have changed alike in both "
         "groups of schools."),
    )  # fmt: skip

"""Titles, notes and cells say no more than the source or the test behind them."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.exhibits.design_checks.findings import breakdown_unseen
from analysis.exhibits.parts import words
from analysis.exhibits.parts.rows import effects
from analysis.study.settings import read_study
from exhibits.design.claims import selection_misleads
from exhibits.design.figures import _message as falls_message
from exhibits.design.figures import detectable_falls
from exhibits.design_checks.claims import breakdown_of_interval
from exhibits.outcomes.plain_language import NO_CHANGE, _message, results_in_words
from exhibits.outcomes.published import SMALL_FALL, trial_leaves_open
from exhibits.practice.figures import _pathways_message
from exhibits.practice.joint_display import BEGINNINGS
from exhibits.practice.six_findings import HOW_SURE
from exhibits.practice.six_findings import _permuted as unable
from exhibits.recommendations.later_trial import _message as beside_message
from tests.architecture import ROOT
from tests.spec.test_disclosure_drawings import EFFECTS, FALLS, JUDGED, ORIGIN, OUTCOMES, TRIAL

INVENTED = replace(ORIGIN, kind="invented", label="Invented data")
STUDY = read_study(ROOT / "study.toml")
FELL = effects(EFFECTS, "s47_enquiries")
TRENDS = JUDGED[["outcome", "pilot"]].assign(breakdown_change=2.0)
PASSED = JUDGED.assign(verdict=["lower", "lower", *["not clear"] * (len(JUDGED) - 2)])


def test_the_picture_of_the_one_page_says_what_is_real_and_what_was_built_in():
    """All three seem to have fallen: chance can do that, and into one or more nothing was built."""
    built = next(each for each in STUDY.synthetic.scenarios if each.name == "published-directions")
    said = (
        "Section 47 enquiries: no evidence of a fall in the real trial; falls built into two of "
        "the invented pilots"
    )
    assert _message(FELL, 1.166, built, INVENTED) == said
    none = next(each for each in STUDY.synthetic.scenarios if each.name == "no-effect")
    assert _message(FELL, 1.166, none, INVENTED).endswith(
        "no fall built into any of the invented pilots"
    )
    assert _message(FELL, 1.166, None, INVENTED).endswith("no evidence from invented pilots")
    assert _message(FELL, 0.9, built, INVENTED).startswith(
        "Section 47 enquiries: a fall in the real trial;"
    )
    assert "nvented" not in _message(FELL, 1.166, built, ORIGIN)


@pytest.mark.parametrize(
    ("low", "high", "holds"),
    [(0.955, 1.166, True), (0.7, 1.1, False), (0.9, 0.99, False), (1.02, 1.2, False)],
)
def test_what_the_trial_leaves_open_follows_from_its_interval(low, high, holds):
    trial = {"ratio": 1.0, "ratio_low": low, "ratio_high": high}
    assert trial_leaves_open(trial).holds is holds
    assert trial_leaves_open(trial).source == "", "no source says it"


def in_words(judged, trends, origin):
    sources = dict.fromkeys(TRIAL, "x")
    return results_in_words(judged, trends, OUTCOMES, TRIAL, sources, "", origin)


@pytest.mark.parametrize(
    ("breakdown", "grade"),
    [
        (0.83, "Very low: trends"),
        (1.4, "Low"),
        (np.nan, "Low at best [c]"),
    ],
)
def test_a_failed_check_of_trends_lowers_the_grade_of_a_claimed_change(breakdown, grade):
    judged = JUDGED.assign(family=["primary"] * 3 + ["secondary"] * (len(JUDGED) - 3),
                           verdict="lower")  # fmt: skip
    shown = in_words(judged, TRENDS.assign(breakdown_change=breakdown), ORIGIN)
    assert {row[-1] for row in shown.rows[:3]} == {grade}


def test_the_trial_says_what_its_interval_leaves_open():
    judged = JUDGED.assign(family=["primary"] * 3 + ["secondary"] * (len(JUDGED) - 3))
    table = in_words(judged, TRENDS, ORIGIN)
    assert table.rows[-1][4:] == ("No evidence of benefit",)
    assert table.rows[-1][2] == NO_CHANGE


def test_no_change_is_given_in_words_that_may_be_none_at_all():
    """A percentage is read as a finding, whatever the column next to it says.

    So it is given only where the report claims a change: its p-values allow for the family.
    """
    judged = JUDGED.assign(
        family=["primary"] * 3 + ["secondary"] * (len(JUDGED) - 3),
        verdict=["lower", *["not clear"] * (len(JUDGED) - 1)],
        ratio_high_school=[0.6, 0.6, *[1.4] * (len(JUDGED) - 2)],
    )
    rows = in_words(judged, TRENDS, ORIGIN).rows
    fell = words.percent_change(JUDGED["ratio"].iloc[0])
    assert fell.endswith("% lower")
    assert [(row[2], row[-1]) for row in rows[:3]] == [
        (fell, "Low"), (NO_CHANGE, "Very low: chance"),
        (NO_CHANGE, "Very low"),
    ]  # fmt: skip


def test_where_both_p_values_pass_it_is_said_where_permuting_areas_could_not():
    assert unable(PASSED) == "Permuting areas cannot reach 0.05 in Lambeth or Southampton."
    assert unable(PASSED.assign(smallest_p_area=0.01)) == unable(JUDGED) == ""


def test_the_trial_s_falls_are_those_of_the_outcome_that_it_is_known_for():
    """Its interval is of section 47 enquiries: no other outcome has a band behind it."""
    drawn = detectable_falls(FALLS, OUTCOMES, TRIAL, "", ORIGIN)
    own = (FALLS["outcome"] == OUTCOMES[0].name).sum()
    assert drawn.svg.count("opacity: 0.25") == own + 1, "one for each row, and one in the legend"
    assert "is shaded behind" in drawn.alt or "are shaded behind" in drawn.alt
    assert drawn.message.startswith(
        "In section 47 enquiries the pilots could reliably detect only falls larger than any"
    )
    others = FALLS.assign(fall_percent=np.where(FALLS["outcome"] == OUTCOMES[0].name, 60.0, 1.0))
    assert falls_message(others, OUTCOMES[0], 5.0) == drawn.message


def test_a_title_that_sets_the_trial_against_invented_data_says_so():
    said = beside_message(FELL, TRIAL, "Invented data")
    assert said.startswith(
        "The real trial's interval, of secondary schools, leaves out falls like those"
    )
    assert " in the invented data for " in said


@pytest.mark.parametrize(("primary", "secondary", "named"), [(6, 7, False), (16, 5, True)])
def test_no_title_headlines_a_slight_difference_that_nobody_tested(primary, secondary, named):
    (pathway, kind), *rest = BEGINNINGS.items()
    rows = [(pathway, "primary", primary), (pathway, "secondary", secondary)]
    rows += [(other, phase, 1) for other, _ in rest for phase in ("primary", "secondary")]
    data = pd.DataFrame(rows, columns=["pathway", "phase", "hours_percent"])
    message = _pathways_message(data)
    assert (kind in message) is named
    assert not named or "(not tested)" in message


def test_a_claimed_change_whose_check_is_withheld_is_named():
    """Otherwise the worst check seems to spare it."""
    trends = PASSED[["outcome", "pilot"]].assign(breakdown_change=0.5)
    assert breakdown_unseen(PASSED, trends).text.endswith("for every claimed change.")
    trends.loc[trends["pilot"] == "Lambeth", "breakdown_change"] = np.nan
    assert breakdown_unseen(PASSED, trends).text == (
        "The same check for Lambeth is not shown (small counts)."
    )
    none = PASSED.assign(verdict="not known")
    assert breakdown_unseen(none, trends).text.startswith("No change is claimed")


def test_what_the_trial_leaves_open_names_its_outcome_and_the_size_of_its_rule():
    said = trial_leaves_open({"ratio": 1.055, "ratio_low": 0.955, "ratio_high": 1.166}).sentence
    assert "for section 47 enquiries in secondary schools" in said
    assert "from a small fall to a larger rise" in said
    assert SMALL_FALL == 0.95


def test_matching_is_said_to_look_like_harm_only_where_schools_in_need_were_chosen():
    """Matching those with the highest counts on them leaves a fall: 0.79, or 0.60."""
    seen = [("highest counts", "none", 0.54), ("highest counts", "count of one year", 0.79),
            ("highest counts", "count of two years", 0.60), ("greatest need", "none", 0.99),
            ("greatest need", "count of one year", 1.47)]  # fmt: skip
    table = pd.DataFrame(seen, columns=["chosen", "matched", "ratio"])
    claim = selection_misleads(table)
    assert claim.holds
    success, harm = claim.sentence.split("success")
    assert "high counts" in success
    assert re.search("in need and matching them on .* like harm", harm)
    table.loc[table["ratio"] == 1.47, "ratio"] = 1.0
    assert not selection_misleads(table).holds


def test_how_sure_one_is_of_invented_data_is_a_supposition():
    """Nothing is moderately sure that is evidence of nothing."""
    judged = JUDGED.assign(family=["primary"] * 3 + ["secondary"] * (len(JUDGED) - 3))
    for origin, supposed in ((INVENTED, True), (ORIGIN, False)):
        shown = in_words(judged, TRENDS, origin)
        assert ("how sure: if real" in shown.note) is supposed
        assert HOW_SURE[bool(origin.label)].endswith("if these data were real") is supposed


def test_the_interval_s_breakdown_value_stands_next_to_the_ratio_s():
    """The milder of two checks alone would be a choice: its interval breaks at a quarter."""
    trends = PASSED[["outcome", "pilot"]].assign(breakdown_change_interval=0.2516)
    assert breakdown_of_interval(trends).text == "0.25"
    hidden = trends.assign(breakdown_change_interval=np.nan)
    assert breakdown_of_interval(hidden).text == words.NOT_KNOWN
    summary = (ROOT / "chapters" / "executive-summary.qmd").read_text(encoding="utf-8")
    for line in summary.splitlines():
        assert ("claims.worst_check" in line) is ("numbers.breakdown_of_interval" in line)

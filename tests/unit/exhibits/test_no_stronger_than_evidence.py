"""Titles, notes and cells say no more than the source or the test behind them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.exhibits.design.figures import _message as falls_message
from analysis.exhibits.design.figures import detectable_falls
from analysis.exhibits.design_checks.findings import breakdown_unseen
from analysis.exhibits.outcomes.in_words import _message, _permuted, results_in_words
from analysis.exhibits.outcomes.published import trial_leaves_open
from analysis.exhibits.parts.rows import effects
from analysis.exhibits.practice.figures import _pathways_message
from analysis.exhibits.practice.joint_display import BEGINNINGS
from analysis.exhibits.practice.six_findings import _permuted as unable
from analysis.exhibits.recommendations.later_trial import _message as beside_message
from tests.spec.test_disclosure_drawings import EFFECTS, FALLS, JUDGED, ORIGIN, OUTCOMES, TRIAL

INVENTED = replace(ORIGIN, kind="invented", label="Invented data")
FELL = effects(EFFECTS, "s47_enquiries")
PASSED = JUDGED.assign(verdict=["lower", "lower", *["not clear"] * (len(JUDGED) - 2)])


def test_the_picture_of_the_one_page_says_what_is_real_and_what_was_built_in():
    said = "Real trial: no evidence of a fall. Invented pilots: falls built in"
    assert _message(FELL, 1.166, INVENTED) == said
    unclear = tuple(replace(each, ratio_high=1.4) for each in FELL)
    assert _message(unclear, 1.166, INVENTED).endswith("Invented pilots: no evidence")
    assert _message(FELL, 0.9, INVENTED).startswith("Real trial: a fall.")
    assert "nvented" not in _message(FELL, 1.166, ORIGIN)


@pytest.mark.parametrize(
    ("low", "high", "holds"),
    [(0.955, 1.166, True), (0.7, 1.1, False), (0.9, 0.99, False), (1.02, 1.2, False)],
)
def test_what_the_trial_leaves_open_follows_from_its_interval(low, high, holds):
    trial = {"ratio": 1.0, "ratio_low": low, "ratio_high": high}
    assert trial_leaves_open(trial).holds is holds
    assert trial_leaves_open(trial).source == "", "no source says it"


def test_a_p_value_that_no_source_states_is_not_called_inapplicable():
    judged = JUDGED.assign(family=["primary"] * 3 + ["secondary"] * (len(JUDGED) - 3))
    table = results_in_words(judged, OUTCOMES, TRIAL, dict.fromkeys(TRIAL, "x"), "", ORIGIN)
    assert table.rows[-1][4:] == ("[x]", "[x]", "No evidence of benefit")


def test_where_both_p_values_pass_permuting_areas_stands_with_its_least():
    assert _permuted(PASSED) == (
        "Where both are so low, permuting areas gives 0.062 in Lambeth (at least 0.062) and 0.062 "
        "in Southampton (at least 0.062). "
    )
    assert _permuted(JUDGED) == ""
    assert unable(PASSED) == "Permuting areas cannot reach 0.05 in Lambeth or Southampton."
    assert unable(PASSED.assign(smallest_p_area=0.01)) == unable(JUDGED) == ""


def test_the_trial_s_falls_are_those_of_the_outcome_that_it_is_known_for():
    """Its interval is of section 47 enquiries: no other outcome has a band behind it."""
    drawn = detectable_falls(FALLS, OUTCOMES, TRIAL, "", ORIGIN)
    own = (FALLS["outcome"] == OUTCOMES[0].name).sum()
    assert drawn.svg.count("opacity: 0.25") == own + 1, "one for each row, and one in the legend"
    assert "is shaded behind" in drawn.alt or "are shaded behind" in drawn.alt
    assert drawn.message.startswith("A fall in section 47 enquiries has to be larger")
    others = FALLS.assign(fall_percent=np.where(FALLS["outcome"] == OUTCOMES[0].name, 60.0, 1.0))
    assert falls_message(others, OUTCOMES[0], 5.0) == drawn.message


def test_a_title_that_sets_the_trial_against_invented_data_says_so():
    said = beside_message(FELL, TRIAL, "Invented data")
    assert said.startswith("The real trial's interval excludes falls like those in the invented")


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
    assert breakdown_unseen(PASSED, trends).text == ("The same check for Lambeth may not be shown.")
    none = PASSED.assign(verdict="not known")
    assert breakdown_unseen(none, trends).text.startswith("No change is claimed")

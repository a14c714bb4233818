"""What an extract so small that nearly everything is hidden prints: words that hold, and few."""

import pandas as pd
import pytest

from analysis.disclosure import WITHHELD
from analysis.exhibits.appendix.appraisal_tables import most_not_returned, tipped_by_missing
from analysis.exhibits.appendix.calibration import calibration_check
from analysis.exhibits.appendix.sensitivity_figures import _curve_said
from analysis.exhibits.appendix.sensitivity_tables import outline_table
from analysis.exhibits.design import figures as design
from analysis.exhibits.design.numbers import curves_clear
from analysis.exhibits.design_checks import figures as checks
from analysis.exhibits.design_checks.figures import balance_plot, event_study_plot
from analysis.exhibits.design_checks.findings import mostly_out_of_balance
from analysis.exhibits.outcomes.numbers import care_estimated
from analysis.exhibits.outcomes.rates_figures import _drawing
from analysis.exhibits.parts.clearance import cleared
from analysis.exhibits.parts.exhibit import Table
from analysis.exhibits.parts.messages import change_message, effects_message
from analysis.exhibits.parts.rows import families
from analysis.extract.extract import Origin
from analysis.models.checks.balance import COLUMNS as BALANCE
from analysis.models.checks.event_study import COLUMNS as EVENT_STUDY
from analysis.models.checks.findings import COLUMNS as FINDINGS
from analysis.models.checks.missing_returns import COLUMNS as RETURNS
from analysis.models.sensitivity.outline import COLUMNS as OUTLINE
from tests.architecture import ROOT
from tests.unit.exhibits.test_messages import OUTCOMES, STUDY, judged

NONE = f"none: {WITHHELD}"


def printed(*rows):
    table = Table(("Pilot", "Ratio", "p", "Claim"), rows, (False, True, True, False),
                  pd.DataFrame({"pilot": [row[0] for row in rows]}),
                  {"pilot": "Local authority"})  # fmt: skip
    return cleared("effects", table, ())


def test_a_table_without_any_value_says_so_in_one_row():
    found = printed(("Lambeth", "[c]", "[z]", "no"), ("Stockport", "[c]", "[z]", "no"))
    assert found.rows == ((NONE, "[c]", "[c]", ""),)
    assert len(found.data) == 2
    assert found.status.outcome == "released after suppression"


@pytest.mark.parametrize("value", ["0", "1.09", "not estimable", "[z]"])
def test_a_row_that_says_something_keeps_the_table(value):
    rows = (("Lambeth", "[c]", "[z]", "no"), ("Stockport", value, "[z]", "no"))
    assert printed(*rows).rows == rows


def withheld(*outcomes):
    """Return judgements of two outcomes in two pilots, of which some are withheld."""
    found = judged(*["not clear"] * 4)
    rows = found["outcome"].isin(outcomes)
    found.loc[rows, ["status", "reason"]] = ["not estimable", WITHHELD]
    return found


def test_a_line_over_a_figure_speaks_of_what_is_shown_alone():
    first, second = OUTCOMES
    some, none = withheld(first.name), withheld(first.name, second.name)
    assert effects_message(some, OUTCOMES).endswith(
        "no change in any outcome is claimed wherever an effect can be shown"
    )
    assert change_message(some, first) == "No effect on section 47 enquiries can be shown"
    assert change_message(some, second).endswith(
        "no change in section 17 starts is claimed in any pilot"
    )
    assert effects_message(none, OUTCOMES) == "No effect can be shown"


def test_counts_of_nothing_are_words():
    effects = pd.DataFrame({"outcome": ["days_in_care"] * 2, "status": "not estimable"})
    assert care_estimated(effects).text == "neither of two"
    no_bounds = pd.DataFrame(columns=list(RETURNS))
    assert tipped_by_missing(no_bounds).text == "none (there is none to look at)"
    assert most_not_returned(no_bounds).text == "[c]"
    curve = {"choice": "all", "clear_below": 0, "clear_above": 0}
    curves = pd.DataFrame([{"pilot": "Lambeth", "specifications": 0, **curve},
                           {"pilot": "Stockport", "specifications": 72, **curve}])  # fmt: skip
    assert curves_clear(curves).text == "0 of 72 in Stockport"
    assert curves_clear(curves.head(1)).text == "none (there is none to look at)"
    sizes = pd.DataFrame({"family": ["primary", "secondary"], "in_family": [1, 5]})
    assert list(families(sizes).values()) == ["1 comparison", "5 comparisons"]
    assert families(sizes.head(1))["secondary"] == "no comparisons"


def test_more_than_half_is_not_half():
    rows = [dict.fromkeys(FINDINGS, "") | {"check": check, "label": check, "looked_at": 6}
            for check in ("balance", "balance_sets")]  # fmt: skip
    half, most = (pd.DataFrame(rows).assign(against=against) for against in (3, 4))
    assert not mostly_out_of_balance(half).holds
    assert mostly_out_of_balance(most).holds


def test_a_figure_without_any_estimate_can_be_read():
    row = dict.fromkeys(EVENT_STUDY, float("nan")) | {
        "pilot": "Lambeth", "status": "not estimable", "reason": WITHHELD, "term": 0,
    }  # fmt: skip
    found = event_study_plot(pd.DataFrame([row]), "", Origin("supplied", "", ""))
    assert found.faults == ()
    assert found.message == "No run of months may be shown"


def test_covariates_of_which_nothing_is_shown_have_no_line():
    rows = [
        dict.fromkeys(BALANCE, float("nan"))
        | {"pilot": "Lambeth", "covariate": name, "after_matching": value}
        for name, value in (("Pupils", 0.02), ("Meals", 0.3), ("Enquiries", float("nan")))
    ]
    nobody = pd.DataFrame(columns=["pilot", "covariate", "all_candidates", "weighted"])
    found = balance_plot(pd.DataFrame(rows), nobody, "", Origin("supplied", "", ""))
    assert found.message.startswith("Half of the differences between the groups")
    assert len(found.data) == 3


def test_no_specification_is_a_row_of_words():
    empty = pd.DataFrame(columns=["pilot", "choice", "taken", *OUTLINE])
    assert outline_table(empty, empty, "").rows[0][0] == NONE


@pytest.mark.parametrize("rate", [0.0, float("nan")])
def test_no_axis_of_rates_goes_below_zero(rate):
    outcome = OUTCOMES[0]
    row = {"term": "Summer 2019", "window": "after", "middle": 1.5, "rate": rate}
    rows = [
        {"pilot": pilot, "arm": arm, **row}
        for pilot in outcome.pilots
        for arm in ("intervention", "comparison")
    ]
    frame = pd.DataFrame(rows)
    drawing = _drawing(outcome, frame, frame, STUDY.window, dict.fromkeys(outcome.pilots, "[c]"))
    assert drawing.axes[0].get_ylim()[0] == 0


EFFECT = dict.fromkeys(
    ("ratio", "ratio_low", "ratio_high", "difference", "difference_low", "difference_high",
     "per_1000", "per_1000_low", "per_1000_high"), float("nan"),
)  # fmt: skip


@pytest.mark.parametrize(("reason", "said"), [(WITHHELD, "[c]"), ("no schools", "not estimable")])
def test_one_rule_says_what_stands_in_place_of_an_estimate(reason, said):
    row = {"pilot": "Lambeth", "outcome": OUTCOMES[0].name, "status": "not estimable",
           "reason": reason}  # fmt: skip
    assert design._said(row) == said
    assert checks._said(pd.DataFrame([row])) == f"Lambeth: {said}."
    assert _curve_said(row) == f"Lambeth: {said}."
    found = [{"outcome": OUTCOMES[0].name, "pilot": "Lambeth", "direction": "fell"}]
    effects = pd.DataFrame([row | EFFECT | {"schools": 16}])
    table = calibration_check(found, effects, OUTCOMES[:1], (), Origin("supplied", "", ""))
    assert table.rows[0][4] == said
    assert reason in table.note


def test_no_exhibit_writes_not_estimable_by_itself():
    """A word of its own would part from the rule; `words` alone holds it, and tests of text."""
    for path in (ROOT / "analysis" / "exhibits").rglob("*.py"):
        own = "not estimable" in path.read_text(encoding="utf-8")
        assert not own or path.name in ("words.py", "clearance.py", "numbers.py"), path

"""What an extract so small that nearly everything is hidden prints: words that hold, and few."""

import ast
import re
from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.disclosure import WITHHELD
from analysis.exhibits.appendix.appraisal_tables import most_not_returned, tipped_by_missing
from analysis.exhibits.appendix.inference_tables import _unsummed
from analysis.exhibits.appendix.sensitivity_figures import _curve_said
from analysis.exhibits.appendix.sensitivity_tables import outline_table
from analysis.exhibits.design.numbers import (
    curve_doubles,
    curve_shown,
    curve_size,
    curve_withheld,
    curves_clear,
    smallest_detectable_fall,
)
from analysis.exhibits.design_checks import figures as checks
from analysis.exhibits.design_checks.figures import balance_plot, event_study_plot
from analysis.exhibits.design_checks.findings import mostly_out_of_balance
from analysis.exhibits.outcomes import numbers
from analysis.exhibits.outcomes.figures import _drawing
from analysis.exhibits.outcomes.unit_tables import by_unit_table
from analysis.exhibits.parts.disclosure_check import cleared
from analysis.exhibits.parts.exhibit import Claim, Table
from analysis.exhibits.parts.messages import change_message, effects_message
from analysis.exhibits.parts.rows import families
from analysis.exhibits.parts.rules import Largest, Least, judge
from analysis.extract.extract import Origin
from analysis.models.checks.balance import COLUMNS as BALANCE
from analysis.models.checks.event_study import COLUMNS as EVENT_STUDY
from analysis.models.checks.findings import COLUMNS as FINDINGS
from analysis.models.checks.missing_returns import COLUMNS as RETURNS
from analysis.models.sensitivity.curve_summary import COLUMNS as OUTLINE
from analysis.practice.activity import NOT_KNOWN
from audit.ledger.exhibit_record import printed as printed_line
from exhibits.appendix.calibration import calibration_check
from exhibits.design import figures as design
from exhibits.design.claims import only_large_falls_seen
from exhibits.design.figures import detectable_falls
from exhibits.outcomes.published import care_estimated
from exhibits.practice.claims import unknown_children_reached
from exhibits.practice.joint_display import _published_falls, _reading
from exhibits.recommendations.later_trial import _message as beside_trial_message
from tests.architecture import exhibit_files
from tests.unit.exhibits.test_messages import OUTCOMES, STUDY, judged

NONE = f"none: {WITHHELD}"
ORIGIN = Origin("supplied", "", "")


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
    assert change_message(some, first, "pilot") == "No effect on section 47 enquiries can be shown"
    assert change_message(some, second, "pilot").endswith(
        "no change in section 17 starts is claimed in any pilot"
    )
    assert effects_message(none, OUTCOMES) == "No effect can be shown"


def test_counts_of_nothing_are_words():
    effects = pd.DataFrame({"outcome": ["days_in_care"] * 2, "status": "not estimable"})
    assert care_estimated(effects).text == "neither of two"
    no_bounds = pd.DataFrame(columns=list(RETURNS))
    assert tipped_by_missing(no_bounds).text == "none (there is none to look at)"
    assert most_not_returned(no_bounds, STUDY.words).text == "not shown"
    curve = {"choice": "all", "clear_below": 0, "clear_above": 0}
    curves = pd.DataFrame([{"pilot": "Lambeth", "specifications": 0, **curve},
                           {"pilot": "Stockport", "specifications": 72, **curve}])  # fmt: skip
    assert curves_clear(curves, STUDY.words).text == "0 of 72 in Stockport"
    assert curves_clear(curves.head(1), STUDY.words).text == "none (there is none to look at)"
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
    found = event_study_plot(pd.DataFrame([row]), "", Origin("supplied", "", ""), STUDY.words)
    assert found.faults == ()
    assert found.message == "No run of months may be shown"


def test_covariates_of_which_nothing_is_shown_have_no_line():
    rows = [
        dict.fromkeys(BALANCE, float("nan"))
        | {"pilot": "Lambeth", "covariate": name, "after_matching": value}
        for name, value in (("Pupils", 0.02), ("Meals", 0.3), ("Enquiries", float("nan")))
    ]
    nobody = pd.DataFrame(columns=["pilot", "covariate", "all_candidates", "weighted"])
    found = balance_plot(pd.DataFrame(rows), nobody, "", Origin("supplied", "", ""), STUDY.words)
    assert found.message.startswith("Half of the differences between the groups")
    assert len(found.data) == 3


def test_no_specification_is_a_row_of_words():
    empty = pd.DataFrame(columns=["pilot", "choice", "taken", *OUTLINE])
    assert outline_table(empty, empty, "", STUDY.words).rows[0][0] == NONE


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
    drawing = _drawing(
        outcome, frame, frame, STUDY.window, dict.fromkeys(outcome.pilots, "[c]"), STUDY.words
    )
    assert drawing.axes[0].get_ylim()[0] == 0
    keys = [each.get_text() for each in drawing.legends[0].get_texts()]
    named = " ".join(keys)
    for drawn in ("Mean of these months", "Months compared", "Start of the pilot", "omparison"):
        assert drawn in named, "whatever is drawn has a key"
    assert len(keys) == 5


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


def test_what_the_summary_gives_no_result_for_is_not_compared():
    pilots = {"Lambeth": "fell", "Southampton": "not named", "Stockport": "no evidence"}
    name = OUTCOMES[0].name
    effects = pd.DataFrame([
        {"outcome": name, "pilot": pilot, "schools": 16, "status": "estimated", "reason": ""}
        | dict.fromkeys(EFFECT, 0.5) for pilot in pilots
    ])  # fmt: skip
    found = [{"outcome": name, "pilot": each, "direction": said} for each, said in pilots.items()]
    table = calibration_check(found, effects, OUTCOMES[:1], (), Origin("supplied", "", ""))
    assert [row[1:3] for row in table.rows] == [
        ("Lambeth", "lower"), ("Stockport", "no evidence")
    ]  # fmt: skip


def test_a_sentence_has_words_and_no_symbol_where_an_effect_is_withheld():
    effects = pd.DataFrame([{"outcome": OUTCOMES[0].name, "pilot": "Lambeth", "schools": 16,
                             "status": "not estimable", "reason": WITHHELD} | EFFECT])  # fmt: skip
    asked, none = (OUTCOMES[0].name, "Lambeth"), pd.DataFrame()
    assert numbers.effect_ratio(effects, none, "", STUDY.words, *asked).text == "not shown"
    assert numbers.effect_interval(effects, "", *asked).text == "not shown"
    difference = numbers.effect_difference(effects, none, "", OUTCOMES, STUDY.words, *asked)
    assert difference.text == "an unknown number of"
    assert numbers.effects_withheld(effects).text == (
        f"1 of the 1 effects of this report is not shown ([c] in tables and figures): {WITHHELD}."
    )


def test_no_number_of_a_sentence_is_a_symbol():
    """It stands among words, not in a table's cell, so it is made of words."""
    for path in exhibit_files():
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Number":
                said = ast.unparse(call.args[1] if len(call.args) > 1 else call)
                assert not re.search(r"HIDDEN|no_estimate\(|\[c\]|\[\{", said), f"{path}: {said}"


def test_no_exhibit_writes_not_estimable_by_itself():
    """A word of its own would part from the rule; `words` alone holds it, and tests of text."""
    for path in exhibit_files():
        own = "not estimable" in path.read_text(encoding="utf-8")
        assert not own or path.name in ("words.py", "disclosure_check.py", "numbers.py"), path


# --- sentences -------------------------------------------------------------------------------

NAN = float("nan")
TWICE = Least("upper over lower limit", 2, " times")


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ({}, "unknown"),
        ({"Lambeth": NAN}, "unknown"),
        ({"Lambeth": 2.5, "Stockport": NAN}, "unknown"),
        ({"Lambeth": 1.5, "Stockport": NAN}, "broken"),
        ({"Lambeth": 2.5, "Stockport": 2}, "holds"),
        ({"Lambeth": float("inf")}, "holds"),
    ],
)
def test_a_sentence_is_refuted_by_what_is_known_alone(found, state):
    claim = judge("It is wide.", TWICE, found, ())
    assert (claim.holds, claim.unknown) == (state == "holds", state == "unknown")
    assert claim.printed.startswith("[Counts are too small" if claim.unknown else "It is wide.")
    assert ("No longer true" in claim.printed) == (state == "broken")


@pytest.mark.parametrize(
    ("own", "other", "state"),
    [(NAN, 3, "unknown"), (3, NAN, "unknown"), (2, 3, "broken"), (3, 2, "holds")],
)
def test_the_largest_is_refuted_by_a_larger_one_alone(own, other, state):
    rule = Largest("share", "primary")
    claim = judge("Primary is largest.", rule, {"primary": own, "secondary": other}, ())
    assert (claim.holds, claim.unknown) == (state == "holds", state == "unknown")


def test_an_unknown_sentence_neither_holds_nor_no_longer_holds_in_the_ledger():
    claim = judge("It is wide.", TWICE, {"Lambeth": NAN}, ())
    assert (
        printed_line(claim) == "[Counts are too small to show whether this is true: “It is wide.”]"
    )
    with pytest.raises(ValueError, match="be both true and unknown"):
        Claim("It is wide.", "", True, "", (), unknown=True)


def test_a_share_that_is_withheld_is_not_nought():
    share = pd.DataFrame([{"child_status": NOT_KNOWN, "pilot": "Lambeth", "percent": NAN}])
    assert unknown_children_reached(share).unknown
    assert not unknown_children_reached(share.assign(percent=1.0)).unknown


@pytest.mark.parametrize(("status", "state"), [("estimated", True), ("not estimable", False)])
def test_no_fall_that_would_be_seen_is_not_one_that_is_withheld(status, state):
    row = {"outcome": OUTCOMES[0].name, "pilot": "Lambeth", "status": status, "reason": WITHHELD,
           "fall_percent": NAN}  # fmt: skip
    claim = only_large_falls_seen(pd.DataFrame([row]), OUTCOMES)
    assert (claim.holds, claim.unknown) == (state, not state)
    number = smallest_detectable_fall(pd.DataFrame([row]), OUTCOMES, STUDY.words).text
    assert number.startswith("none" if state else "not known")
    two = pd.DataFrame([row | {"status": "not estimable"},
                        row | {"status": "estimated", "fall_percent": 70.0}])  # fmt: skip
    assert (
        smallest_detectable_fall(two, OUTCOMES, STUDY.words).text
        == "70% among those that may be shown"
    )


@pytest.mark.parametrize(("size", "said"), [(NAN, "none all none no estimable"),
                                            (9, "2 3 6 9")])  # fmt: skip
def test_specifications_are_counted_in_words_where_there_are_none(size, said):
    tests = pd.DataFrame([{"specifications": size, "withheld": size / 3, "duplicates": 2}])
    found = [
        count(tests).text for count in (curve_doubles, curve_withheld, curve_shown, curve_size)
    ]
    assert " ".join(found) == said


# --- figures and tables ----------------------------------------------------------------------


def test_a_figure_without_any_mark_says_that_nothing_is_drawn_and_why():
    rows = [{"outcome": OUTCOMES[0].name, "pilot": "Lambeth", "status": "not estimable",
             "reason": WITHHELD, "fall_percent": NAN}]  # fmt: skip
    known = rows[0] | {"pilot": "Stockport", "status": "estimated", "fall_percent": 70.0}

    def drawn(rows):
        # The label of invented data stands under the words, and must leave them room.
        origin = Origin("synthetic", "Invented data", "")
        return detectable_falls(pd.DataFrame(rows), OUTCOMES, {"ratio_low": 0.9}, "", origin)

    nothing, some = drawn(rows), drawn([*rows, known])
    assert nothing.alt.startswith(f"Nothing is drawn: {WITHHELD}. ")
    assert nothing.message == "No fall that a pilot could see can be shown"
    assert nothing.faults == ()
    assert some.alt.startswith("Bar chart")
    assert some.message.endswith("wherever it can be shown")
    # One mark, that of the pilot whose fall is known: none at nought for the other.
    marks = some.svg.split('id="PathCollection_1"')[1].split("<g id=")[0]
    assert marks.count("<use") == 1


@pytest.mark.parametrize(
    ("ratios", "said"),
    [
        ((NAN, NAN), "No effect in a pilot can be shown next to the trial's"),
        ((1.0, NAN), "The trial's interval contains each estimate of a pilot that can be shown"),
        ((1.0, 1.1), "The trial's interval contains the estimate of every pilot"),
        (
            (0.4, NAN),
            "The real trial's interval, of secondary schools, leaves out falls like those "
            "estimated in Lambeth",
        ),
        (
            (1.0, 2.1),
            "The real trial's interval, of secondary schools, leaves out rises like those "
            "estimated in Southampton",
        ),
    ],
)
def test_the_trial_is_set_against_what_is_shown(ratios, said):
    found = tuple(
        SimpleNamespace(pilot=pilot, ratio=ratio, estimated=ratio == ratio)
        for pilot, ratio in zip(("Lambeth", "Southampton"), ratios, strict=True)
    )
    assert beside_trial_message(found, {"ratio_low": 0.95, "ratio_high": 1.17}) == said


def test_published_falls_that_can_not_be_shown_are_not_found_wanting():
    first, second = OUTCOMES
    falls = tuple({"outcome": each.name, "pilot": "Lambeth", "direction": "fell"}
                  for each in OUTCOMES)  # fmt: skip
    none = _published_falls(withheld(first.name, second.name), falls, OUTCOMES)
    assert (none.checks, _reading(none.shown, "")) == (
        (), "Not known: p-values of the 2 published falls cannot be shown",
    )  # fmt: skip
    some = _published_falls(withheld(first.name), falls, OUTCOMES)
    assert some.shown.startswith(
        "for 0 of 2 published falls, 1 of which cannot be shown, p is at most 0.05 (by "
        "school, by area, adjusted for the family; exploratory): Lambeth [c] (section 47 "
        "enquiries); "
    )


def test_each_reason_why_pilots_are_not_summed_up_is_given_once():
    rows = [{"outcome": name, "status": "not estimable", "reason": reason}
            for name in ("a", "b") for reason in (WITHHELD, "too few pilots")]  # fmt: skip
    said = _unsummed(pd.DataFrame(rows), {"a": "Enquiries", "b": "Starts"}, STUDY.words)
    assert said == f" Enquiries and Starts: {WITHHELD}. Enquiries and Starts: too few pilots."


def test_a_result_that_is_withheld_has_no_verdict():
    table = by_unit_table(withheld(OUTCOMES[0].name), OUTCOMES, "", STUDY.words)
    assert {row[-1] for row in table.rows} == {"not known", "no"}
    assert set(table.data["verdict"]) == {"not known", "not clear"}

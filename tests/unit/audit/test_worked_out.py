"""How an exhibit was worked out: from its record and its data, with the numbers as printed."""

from types import SimpleNamespace

import pandas as pd
import pytest

from analysis.exhibits.parts.exhibit import Claim, Number, Table
from analysis.exhibits.parts.rows import Effect
from analysis.exhibits.parts.workings.effects import difference_working, ratio_working
from analysis.exhibits.parts.workings.statistics import measure
from analysis.exhibits.parts.workings.working import percentage, reading
from analysis.study.settings import read_study
from audit.ledger.exhibit_record import shown_evidence
from audit.ledger.record import Working
from audit.pages.quotients import quotients
from audit.pages.workings import worked_out
from tests.architecture import ROOT
from tests.unit.audit.whole import typed_record

TERMS = read_study(ROOT / "study.toml").words
EFFECT = Effect("Lambeth", "s47", "estimated", "", 0.41, 0.25, 0.69, -48.9, -103, -15, -0.8, -1, 0,
                16)  # fmt: skip


def totals(*events, pupils=1000):
    cells = [("intervention", "before"), ("intervention", "after"),
             ("comparison", "before"), ("comparison", "after")]  # fmt: skip
    return pd.DataFrame(
        {"outcome": "s47", "pilot": "Lambeth", "arm": arm, "window": when, "events": count,
         "pupil_months": pupils}
        for (arm, when), count in zip(cells, events, strict=True)
    )  # fmt: skip


def shown(record, data="", **more):
    """Return how a record was worked out, in a trail with nothing else in it."""
    step = SimpleNamespace(does="State it.", given={"pilot": "Lambeth"})
    trail = SimpleNamespace(
        ledger=SimpleNamespace(graph={record.id: step}, label="Invented data"),
        files={"a.csv": SimpleNamespace(part="extract")}, records={record.id: record},
        data={record.id: data}, heading=lambda each: each.kind.title(), terms=TERMS, **more,
    )  # fmt: skip
    graph = SimpleNamespace(
        nearest=lambda: (record.id,), steps={record.id: SimpleNamespace(kind="exhibit")}
    )
    return worked_out(record, trail, graph)


def test_a_number_shows_its_ingredients_and_what_it_is_restricted_to():
    working = Working("hours on advice: 120", "all hours: 480", ("120 ÷ 480 × 100 = 25%",), "May")
    found = shown(typed_record("a", "N1", "number", "25%", value=25.0, working=working,
                               files=("a.csv",)))  # fmt: skip
    assert (found.numerator, found.denominator) == (working.numerator, working.denominator)
    assert found.example == working.sums
    assert found.restrictions == ("pilot: Lambeth", "months: May")
    assert found.sources == ("Data files (invented data): a.csv",)


@pytest.mark.parametrize(
    ("more", "numerator", "line"),
    [
        ({"value": 8.0, "unit": "schools", "files": ("a.csv",)}, "schools: 8",
         "Counted in a.csv: 8"),
        ({"value": 8.0, "unit": "months", "settings": ("window",)}, "months: 8",
         "Stated in the settings: 8"),
        ({"value": 8.0, "unit": "pilots", "source": "[@a]"}, "pilots, as published",
         "The publication states 8; the report repeats it."),
        ({"unit": "sentence"}, "none: words are printed, not a calculation",
         "The words printed are: 8"),
    ],
)  # fmt: skip
def test_a_number_without_ingredients_is_a_count_a_copy_or_words(more, numerator, line):
    found = shown(typed_record("a", "N1", "number", "8", **more))
    assert found.numerator == numerator
    assert found.example == (line,)


def test_of_a_held_exhibit_nothing_is_worked_through():
    found = shown(typed_record("a", "N1", "number", "[held]", value=3.0, disclosure="held"))
    assert found.example == ("Disclosure control withholds it.",)


def test_a_sentence_shows_its_rule_and_what_that_looks_at():
    claim = typed_record("a", "C1", "claim", "It fell.", rule="x at most 1", holds=True,
                         compared=("Lambeth 0.4",))  # fmt: skip
    assert shown(claim).example == (
        "The rule: x at most 1.",
        "What it looks at: Lambeth 0.4.",
        "So the rule is satisfied, and the sentence is printed.",
    )


def test_only_values_that_the_evidence_prints_are_shown_for_a_sentence():
    table = Table(("Pilot", "Share"), (("A", "53%"),), (False, True),
                  pd.DataFrame({"pilot": ["A"], "share": [0.532]}),
                  {"pilot": "Pilot", "share": "Share"})  # fmt: skip
    claim = Claim("Most.", "share at least 50%", True, "A 53.2%; B 61.0%; C 0.532", ("t",))
    assert shown_evidence(claim, {"t": table}) == ("A 53.2%", "C 0.532")
    assert shown_evidence(claim, {}) == ()
    assert shown_evidence(Number(3, "3", "schools"), {}) == ()


DATA = "pilot,hours,pupils,rate,percent\nA,10,200,50.0,25\nB,9,300,30.0,22.5\nC,21,400,52.5,52.5\n"
DESCRIBED = {"pilot": "Pilot", "hours": "Hours", "pupils": "Pupils on roll",
             "rate": "Hours per 1,000 pupils", "percent": "Share of hours, per cent"}  # fmt: skip


def test_a_quotient_that_is_true_of_every_row_is_worked_through():
    record = typed_record("a", "T1", "table", "Pilot | Rate", cells=("Pilot", "Rate", "A", "50.0"),
                          described=DESCRIBED)  # fmt: skip
    found = shown(record, DATA)
    assert (found.numerator, found.denominator) == ("Hours", "Pupils on roll")
    assert "10 ÷ 200 × 1,000 = 50" in found.example[1]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("52.5,52.5", "52.4,52.5"), ("Hours per 1,000 pupils", "Level")],
)
def test_no_quotient_is_claimed_that_one_row_breaks_or_no_description_says(wrong, right):
    rows = [dict(zip(DATA.split("\n")[0].split(","), line.split(","), strict=True))
            for line in DATA.replace(wrong, right).split("\n")[1:4]]  # fmt: skip
    described = {name: said.replace(wrong, right) for name, said in DESCRIBED.items()}
    assert "rate" not in [each.column for each in quotients(rows, described)]


def test_coarse_rounding_lets_no_quotient_pass():
    """0.003 may be anything from 0.0025 to 0.0035, so that it fits shares it has no part in."""
    errors, shares = ("0.002", "0.003", "0.004", "0.005"), ("16.0", "20.1", "30.3", "34.0")
    pairs = zip(errors, shares, strict=True)
    rows = [{"error": error, "coverage": share} for error, share in pairs]
    assert quotients(rows, {"coverage": "Share of draws whose interval holds it"}) == []


def test_a_share_is_of_the_sum_of_its_group():
    cells = [("A", "1", "25.0"), ("A", "3", "75.0"), ("B", "2", "40.0"), ("B", "3", "60.0")]
    rows = [{"pilot": p, "hours": h, "percent": s} for p, h, s in cells]
    (found,) = quotients(rows, {"percent": "Share of the pilot's hours, per cent"})
    assert (found.of, found.by, found.within) == ("hours", "", "pilot")
    assert found.sum(rows[2], rows) == "2 ÷ 5 × 100 = 40"


def test_a_table_of_other_values_shows_one_cell_as_printed():
    record = typed_record("a", "T1", "table", "Pilot | p", cells=("Pilot", "p", "A", "0.031"),
                          described={"p": "p-value, two-sided"})  # fmt: skip
    found = shown(record, "pilot,p\nA,0.0312\n")
    assert found.example == (
        "Example, A, p: “0.031” is printed (p-value, two-sided).",
        "What it says: 0.031 × 100 = 3.1: if there were no effect, 3.1 of 100 such studies would "
        "give a result at least as far from none.",
    )
    assert found.numerator == "results at least as far from no effect as this one"


def test_a_ratio_is_worked_through_from_released_totals():
    found = ratio_working(EFFECT, totals(75, 34, 70, 79), "the months", TERMS)
    assert found.sums[0] == (
        "Schools with a social worker, 34 after and 75 before: 34.00 ÷ 75.00 = 0.45"
    )
    assert found.sums[2] == "From these totals: 0.45 ÷ 1.13 = 0.40"
    assert "0.41" in found.sums[-1]


def test_a_hidden_total_is_not_worked_with():
    found = ratio_working(EFFECT, totals(75, "c", 70, 79), "the months", TERMS)
    assert not any("÷" in line for line in found.sums)
    assert difference_working(EFFECT, totals(75, "c", 70, 79), "", TERMS).sums == ()


def test_a_difference_ends_in_what_is_printed():
    assert difference_working(EFFECT, totals(75, 34, 70, 79), "", TERMS).sums == (
        "Expected: 34 recorded ÷ 0.41 = 83 (with the ratio before rounding)",
        "Difference: 34 recorded against 83 expected, which is 49 fewer",
    )


def test_a_percentage_ends_in_what_is_printed():
    assert percentage("a", 12, "b", 48, "25%").sums == ("12 ÷ 48 × 100 = 25%",)


@pytest.mark.parametrize(
    ("meaning", "denominator"),
    [
        ("Upper limit of its 95% confidence interval", "none: it is an end of a range"),
        ("Ratio of rate ratios",
         "in comparison schools: the rate after, divided by the rate before"),
        ("Share of the phase's hours, per cent", "the phase's hours"),
        ("Schools, number", "none: nothing is divided"),
    ],
)  # fmt: skip
def test_a_description_says_what_is_divided_by_what(meaning, denominator):
    assert measure(meaning, TERMS).denominator == denominator


RATIO = "Ratio of rate ratios, intervention against comparison schools"
SAYS = (
    "What it says: (1 − 0.414) × 100 = 58.6: the rate is 58.6% lower than if it had changed as in "
    "comparison schools."
)
IN_TEXT = Working("with", "without", ("0.46 ÷ 1.11 = 0.41",), "the months")


def figure_with(data, described, *numbers):
    """Return how a figure was worked out where the text states these numbers of Lambeth."""
    record = typed_record("a", "F1", "figure", "alt", described=described, period="2019")
    stated = {each.id: each for each in numbers}
    step = SimpleNamespace(does="Draw it.", given={"pilot": "Lambeth"})
    trail = SimpleNamespace(
        ledger=SimpleNamespace(graph=dict.fromkeys(["a", *stated], step), label=""),
        files={}, records={"a": record, **stated}, data={"a": data}, terms=TERMS,
    )  # fmt: skip
    graph = SimpleNamespace(nearest=lambda: ("a",), steps={"a": SimpleNamespace(kind="exhibit")})
    return worked_out(record, trail, graph)


def in_text(name, reference, printed, unit="ratio of rate ratios"):
    return typed_record(name, reference, "number", printed, value=float(printed), unit=unit,
                        working=IN_TEXT, interval=(0.2, 0.7))  # fmt: skip


def test_a_drawn_value_that_the_text_states_is_worked_through_as_there():
    data = "pilot,ratio,ratio_low,ratio_high\nStockport,1.06,0.6,1.7\nLambeth,0.414,0.2,0.7\n"
    found = figure_with(data, {"ratio": RATIO}, in_text("n", "N1", "0.41"))
    assert found.example == (
        "Example, Lambeth: “0.414” is drawn (ratio of rate ratios, intervention against "
        "comparison schools). The text prints it as 0.41 (N1), worked out as follows:",
        "0.46 ÷ 1.11 = 0.41",
    )
    assert (found.numerator, found.denominator) == ("with", "without")
    assert found.restrictions == ("pilot: Lambeth", "months: 2019")


@pytest.mark.parametrize(
    "numbers",
    [
        [in_text("n", "N1", "0.42")],
        [in_text("n", "N1", "0.41", unit="schools")],
        [in_text("n", "N1", "0.41"), in_text("m", "N2", "0.41")],
    ],
    ids=["another value", "another unit", "two of the kind"],
)
def test_a_number_that_may_be_another_is_not_taken_for_a_drawn_value(numbers):
    data = "pilot,term,ratio,ratio_low,ratio_high\nLambeth,-6,0.414,0.2,0.7\n"
    found = figure_with(data, {"ratio": RATIO, "term": "Term from the start"}, *numbers)
    assert found.example == (
        f"Example, Lambeth: “0.414” is drawn ({RATIO[0].lower()}{RATIO[1:]}).",
        SAYS,
        "Its interval runs from 0.2 to 0.7. It excludes 1, which is no difference.",
    ), "and not the number of the term"


def test_the_same_value_of_another_estimate_is_not_worked_through():
    """A placebo's ratio may be the main one's by chance; its interval is not."""
    data = "pilot,ratio,ratio_low,ratio_high\nLambeth,0.414,0.3,0.6\n"
    found = figure_with(data, {"ratio": RATIO}, in_text("n", "N1", "0.41"))
    assert found.example[1:] == (
        SAYS,
        "Its interval runs from 0.3 to 0.6. It excludes 1, which is no difference.",
    )


def test_a_value_without_ingredients_is_put_in_words_with_the_calculation():
    """A balance or a term of an event study is drawn from a model: its meaning is worked out."""
    data = "pilot,first_month,last_month,apart\nLambeth,-24,-21,-0.161\n"
    found = figure_with(data, {"apart": "Standardised difference from comparison schools"})
    assert found.example == (
        "Example, Lambeth, months −24 to −21 from the start: “-0.161” is drawn (standardised "
        "difference from comparison schools).",
        "What it says: 0.161 × 100 = 16.1: the mean of schools with a social worker is lower, by "
        "16.1% of one standard deviation of schools.",
    )


def test_a_value_below_what_is_printed_is_not_worked_through():
    record = typed_record("a", "T1", "table", "Pilot | p", cells=("Pilot", "p", "A", "<0.001"),
                          described={"p": "p-value, two-sided"})  # fmt: skip
    assert len(shown(record, "pilot,p\nA,0.001\n").example) == 1


@pytest.mark.parametrize(
    ("value", "words"),
    [(1.06, "(1.06 − 1) × 100 = 6: the rate is 6% higher"), (1.0, "1 is no difference")],
)
def test_a_ratio_is_put_in_words_in_both_directions(value, words):
    assert reading(RATIO, value, TERMS).startswith(words)
    assert reading(RATIO, float("inf"), TERMS) == ""


def test_for_every_hundred_is_the_ratio_a_hundred_times():
    described = {"per_100": "Events or days for every 100 that comparison schools suggest"}
    data = "study,per_100,per_100_low,per_100_high\nLambeth,41.4,20,70\n"
    found = figure_with(data, described, in_text("n", "N1", "0.41"))
    assert found.example[-1] == "0.46 ÷ 1.11 = 0.41"


def test_outcomes_and_months_are_named_as_a_reader_knows_them():
    data = "outcome,pilot,ratio\ns47_enquiries,Lambeth,0.5\n"
    record = typed_record("a", "F1", "figure", "alt", described={"ratio": RATIO},
                          period="Pilots: May to June")  # fmt: skip
    found = shown(record, data)
    assert found.restrictions[-1] == "months of the pilots: May to June"
    assert found.example[0].startswith("Example, section 47 enquiries, Lambeth: “0.5”")

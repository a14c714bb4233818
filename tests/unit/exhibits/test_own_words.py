"""Exhibits that serve any study print that study's words, not those of the pilots."""

import ast
import re

import pytest

from analysis.exhibits.design_checks.figures import balance_plot
from analysis.exhibits.parts.exhibit import in_words_of
from analysis.exhibits.parts.workings.effects import difference_working, ratio_working
from analysis.exhibits.parts.workings.statistics import _MEASURES, measure
from analysis.exhibits.parts.workings.working import reading
from analysis.study.terms import Terms
from tests.architecture import ROOT
from tests.spec.test_disclosure_drawings import BALANCE, NO_CANDIDATES, ORIGIN
from tests.unit.audit.test_worked_out import EFFECT, totals
from tests.unit.audit.test_worked_out import TERMS as OWN

TERMS = Terms("town", "towns", "Council", "a nurse", "all towns", "Schools with a nurse",
              "Other schools", "Nurse", "Other", workers="nurses")  # fmt: skip
WORD = re.compile(r"social.worker|\bpilots?\b|comparison schools|\benquir(?:y|ies)\b", re.I)
PRINTED = re.compile(r"social.worker|\bpilots?\b", re.I)
NAME = re.compile(r"[\w.]*")


def printed_texts(path):
    """Yield the text literals of a module that are neither documentation nor a lone name."""
    tree = ast.parse(path.read_text("utf-8"))
    documentation = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for each in ast.walk(tree):
        text = each.value if isinstance(each, ast.Constant) else None
        if isinstance(text, str) and id(each) not in documentation and not NAME.fullmatch(text):
            yield each.lineno, text


def test_no_exhibit_of_any_study_has_a_word_of_the_pilots_in_its_code():
    found = [
        (path.name, line, text)
        for path in sorted((ROOT / "analysis" / "exhibits").rglob("*.py"))
        for line, text in printed_texts(path)
        if PRINTED.search(text)
    ]
    assert found == []


def test_a_ratio_is_worked_out_in_the_words_of_the_study():
    made = [ratio_working(EFFECT, totals(75, 34, 70, 79), "", TERMS),
            difference_working(EFFECT, totals(75, 34, 70, 79), "", TERMS)]  # fmt: skip
    assert made[0].sums[0].startswith("Schools with a nurse, 34 after and 75 before")
    assert made[0].denominator.startswith("other schools")
    assert made[1].numerator == "events recorded in schools with a nurse after the start"
    assert [each for each in made if WORD.search(repr(each))] == []


MEANINGS = ("Events for every 100 expected", "Ratio of rates", "Ratio of rate ratios",
            "Ratio of rate ratios; of rates in the trial")  # fmt: skip
READ = ("Ratio of rate ratios", "Standardised difference from comparison schools", "P-value")


@pytest.mark.parametrize("meaning", [*MEANINGS, *READ])
@pytest.mark.parametrize("value", [0.5, 1.0, 1.5])
def test_a_value_is_put_into_the_words_of_the_study(meaning, value):
    assert not WORD.search(f"{measure(meaning, TERMS)} {reading(meaning, value, TERMS)}")


def test_every_kind_of_measure_can_be_filled_in():
    assert {"{" in part for _, *parts in _MEASURES for part in parts} == {True, False}
    assert measure("Ratio of rates", OWN).denominator == "the rate in schools without one"
    assert measure("Ratio of rates", TERMS).denominator == "the rate in other schools"


def test_the_meanings_of_columns_and_the_alternative_text_are_in_the_words_of_the_study():
    drawn = balance_plot(BALANCE, NO_CANDIDATES, "2019", ORIGIN, TERMS)
    assert drawn.alt.startswith("Dot charts, one a town, of standardised differences between "
                                "schools with a nurse and other schools")  # fmt: skip
    assert in_words_of(TERMS, drawn).columns["pilot"] == "Council"
    assert in_words_of(OWN, drawn) == drawn
    assert in_words_of(TERMS, 3) == 3

"""What chapters and notes say of a method is what its settings are.

Each sentence stands beside the setting that makes it true. A change of the setting makes the
test fail, and so does a change of the sentence: then both have to be looked at together.
"""

import inspect
from dataclasses import replace

import pytest

from analysis.dataflow import graph
from analysis.exhibits.appendix import sensitivity_tables, simulation_tables
from analysis.exhibits.design import limits_tables
from analysis.exhibits.design import tables as design_tables
from analysis.exhibits.outcomes import claims, unit_tables
from analysis.exhibits.recommendations import scale_up
from analysis.models.design import detectable
from analysis.models.inference import judgement, multiplicity
from analysis.models.pooling.estimates import SUMMARIES
from analysis.models.primary import estimates
from analysis.models.sensitivity import hidden_bias
from analysis.study.settings import read_study
from benchmarks import models_sentences
from tests.architecture import ROOT

STUDY = read_study(ROOT / "study.toml")


@pytest.fixture(scope="module")
def main():
    built, inputs = graph.build(), graph.inputs(ROOT, ROOT / STUDY.extract_directory, STUDY)
    every = built.execute(["specifications"], inputs=inputs)["specifications"]
    return [each for each in every if each.role != "sensitivity"]


def chapter(name):
    path = ROOT / name if name == "index.qmd" else ROOT / "chapters" / name
    return path.read_text(encoding="utf-8")


SENTENCES = {
    "like months": (
        "methods.qmd", "are set against the same calendar months one year earlier",
        lambda main: all(each.before == each.after.shifted(-12) for each in main),
    ),
    "pupil-months": (
        "methods-detail.qmd", "are the school's pupil-months before and during the pilot",
        lambda main: all(each.exposure == "pupils" for each in main),
    ),
    "CR2": (
        "methods-detail.qmd", "the CR2 variance estimator with Satterthwaite's degrees of freedom",
        lambda _: "CR2" in estimates.PRIMARY.name and "Satterthwaite" in estimates.P_METHOD,
    ),
    "matched pairs": (
        "methods.qmd", "if social workers had gone to the other school of each matched pair",
        lambda main: all(each.matched_set == "matched_set" for each in main),
    ),
    "families": (
        "methods.qmd", "Section 47 enquiries in each pilot are the primary family of comparisons, "
        "and all others the secondary one.",
        lambda main: {each.outcome for each in main if each.role == "primary"}
        == {"s47_enquiries"},
    ),
    "adjustments": (
        "technical-appendix.qmd", "by Holm's method for the primary outcome [@holm1979], by that "
        "of Benjamini and Hochberg for the others",
        lambda _: multiplicity.FAMILIES
        == {"primary": "Holm", "secondary": "Benjamini-Hochberg"},
    ),
    "all at once": (
        "technical-appendix.qmd", "Min-P puts all on one scale first, and is used here",
        lambda _: '"min_p"' in inspect.getsource(unit_tables.many_outcomes),
    ),
    "level": (
        "methods.qmd", "p-values that allow for the family are at most 0.05 with schools and with "
        "whole areas as the unit",
        lambda _: judgement.LEVEL == 0.05 and judgement.UNITS == ("school", "area"),
    ),
    "exploratory": (
        "methods.qmd", "Both are exploratory, since the model was fixed after the fact",
        lambda _: "confirmatory" not in str(multiplicity.FAMILIES),
    ),
    "hidden bias": (
        "design-checks.qmd", "by one-sided tests [@rosenbaum2002]",
        lambda _: "one-sided" in hidden_bias.COLUMNS["p_highest"],
    ),
    "power": (
        "design-limits.qmd", "the smallest fall that each pilot would detect with 80% power",
        lambda _: detectable.POWER == 0.8,
    ),
    "days in care": (
        "technical-appendix.qmd", "Days in care are not simulated there, so the rates do not cover "
        "the sentence on them; it claims no change.",
        lambda _: "days_in_care" not in {
            outcome.name for outcome in models_sentences._counted(STUDY)
        } and not any("care" in each.__name__ for each in models_sentences.SENTENCES)
        and '"not clear"' in inspect.getsource(claims.care_no_clear_change),
    ),
    "pooling": (
        "technical-appendix.qmd", "[@paulemandel1982; @hartungknapp2001]",
        lambda _: {("Paule-Mandel", "Hartung-Knapp")} <= set(SUMMARIES),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SENTENCES)
def test_a_sentence_on_a_method_is_what_is_done(name, main):
    file, sentence, setting = SENTENCES[name]
    assert sentence in chapter(file)
    assert setting(main)


@pytest.mark.parametrize("paired", [True, False])
def test_the_note_on_missing_months_follows_the_specifications(paired, main):
    asked = tuple(replace(each, pair_missing_months=paired) for each in main)
    said = design_tables._missing_months(asked)
    assert ("with its like month" in said) is paired
    assert ("its like month stays in" in said) is not paired


def test_the_committed_specifications_leave_like_months_in(main):
    assert not any(each.pair_missing_months for each in main)


def test_a_one_sided_p_value_says_so_in_its_heading():
    source = inspect.getsource(sensitivity_tables.hidden_bias_table)
    assert "One-sided p at odds" in source


def test_no_estimate_is_called_worth_its_cost():
    """The smallest fall that pays is invented, and a chance to exceed it has a flat prior."""
    columns = scale_up.PROSPECT_COLUMNS
    assert list(columns)[-2:] == ["power", "assurance"]
    assert "worth" not in str(columns) + inspect.getsource(scale_up.prospects)
    chapters = [*(ROOT / "chapters").glob("*.qmd"), ROOT / "index.qmd"]
    assert not [path.name for path in chapters if "worth its cost" in path.read_text("utf-8")]


def test_the_dispersion_behind_each_detectable_effect_is_printed():
    assert '"Dispersion"' in inspect.getsource(limits_tables.detectable)
    assert "with the dispersion behind each" in chapter("design-limits-detail.qmd")


def test_what_was_simulated_with_shocks_is_named_as_it_was_drawn():
    from benchmarks.models_sentences import SHOCKS

    named = [label for name, label in simulation_tables.SHORT.items() if "area-shocks" in name]
    assert named == [f"Areas share {size:.2f}" for size in SHOCKS]


def test_nothing_is_called_confirmatory():
    for path in [ROOT / "index.qmd", *(ROOT / "chapters").glob("*.qmd"),
                 *(ROOT / "analysis").rglob("*.py")]:  # fmt: skip
        assert "confirmatory" not in path.read_text(encoding="utf-8").lower(), path.name


@pytest.mark.parametrize("file", ["executive-summary.qmd", "key-finding-6.qmd", "methods.qmd"])
def test_results_are_called_exploratory_where_they_are_told(file):
    assert "exploratory" in chapter(file)

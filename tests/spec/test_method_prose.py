"""What chapters and notes say of a method is what its settings are.

Each sentence stands beside the setting that makes it true. A change of the setting makes the
test fail, and so does a change of the sentence: then both have to be looked at together.
"""

import inspect
import re
from dataclasses import replace

import pytest

from analysis.dataflow import graph
from analysis.exhibits.appendix import appraisal_tables, sensitivity_tables
from analysis.exhibits.design import tables
from analysis.exhibits.design import tables as design_tables
from analysis.exhibits.design_checks import figures as check_figures
from analysis.exhibits.design_checks import findings as said
from analysis.exhibits.design_checks import tables as check_tables
from analysis.exhibits.outcomes import tables as outcome_tables
from analysis.exhibits.outcomes import unit_tables
from analysis.models.checks import event_study
from analysis.models.checks.regression_to_the_mean import Selection
from analysis.models.design import detectable, exaggeration
from analysis.models.inference import judgement, multiplicity
from analysis.models.inputs import variations
from analysis.models.pooling.estimates import SUMMARIES
from analysis.models.primary import estimates
from analysis.models.sensitivity import hidden_bias
from analysis.study.settings import read_study
from benchmarks import models_sentences
from exhibits.appendix import simulation_tables
from exhibits.design import analysis_plan
from exhibits.outcomes import claims
from exhibits.recommendations import scale_up
from tests.architecture import ROOT, exhibit_files

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
    said = design_tables._missing_months(asked, STUDY.words)
    assert ("with its like month" in said) is paired
    assert ("its like month stays in" in said) is not paired


def test_the_committed_specifications_leave_like_months_in(main):
    assert not any(each.pair_missing_months for each in main)


NOTES = {
    "months of the floor": (
        outcome_tables.floor, "the same {words.spelled(window.months_after)} months a year before",
        lambda: True,
    ),
    "terms": (
        check_figures.event_study_plot, "each run of four months",
        lambda: event_study.TERM_MONTHS == 4,
    ),
    "schools selected": (
        tables.regression_to_mean, "eight schools chosen from sixty",
        lambda: (Selection("at random", "none").schools,
                 Selection("at random", "none").candidates) == (8, 60),
    ),
    "exaggeration": (
        tables.exaggeration_table, "two-sided tests at the 5% level",
        lambda: inspect.signature(exaggeration.exaggeration).parameters["level"].default == 0.95,
    ),
    "detectable": (
        tables.detectable, "the primary two-sided test would find four times in five",
        lambda: detectable.POWER == 0.8,
    ),
    "judged by school": (
        unit_tables.by_unit_table, "By school the larger of the CR2 and the permutation p-value",
        lambda: "[[\"p_value_school\", \"p_permuted_school\"]].max"
        in inspect.getsource(judgement.judgements),
    ),
    "judged by area": (
        unit_tables.by_unit_table, "by area that of CR2",
        lambda: 'table["judged_area"] = table["p_value_area"]'
        in inspect.getsource(judgement.judgements),
    ),
    "level": (unit_tables.by_unit_table, "{LEVEL}", lambda: True),
    "missing returns": (
        appraisal_tables.missing_returns_table, "{FACTOR:g} times the events", lambda: True,
    ),
    "placebo": (
        check_tables.placebo_table, "Terms are counted back from the start.",
        lambda: variations.TERM == event_study.TERM_MONTHS,
    ),
    "balance": (
        said.checks_table, "In the order, fixed beforehand",
        lambda: tuple(said.CHECKS[:4]) == ("breakdown", "left_out", "models", "choices"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_a_note_on_a_method_is_what_is_done(name):
    table, sentence, setting = NOTES[name]
    source = inspect.getsource(table)
    # Strings that stand one below the other are one.
    assert sentence in re.sub(r'"\s*\n\s*f?"', "", source)
    assert setting()


def test_months_compared_are_those_that_words_name():
    """The deviations from the published study, and the plan, were written for these settings."""
    assert (STUDY.window.months_after, STUDY.window.comparison) == (10, "like months")
    for rows in (analysis_plan.DEVIATIONS, analysis_plan.PLAN):
        assert any("Ten months against the same calendar months" in str(row) for row in rows)


@pytest.mark.parametrize("check", said.CHECKS)
def test_each_check_has_a_sentence_that_data_can_turn(check):
    assert f"numbers.{check}_against" in chapter("design-checks.qmd")


CAPTION = re.compile(r'#\| (?:fig|tbl)-cap: "([^"]*)"\n(?:#\|.*\n)*(?:figures|tables)\.(\w+)')
OF_EFFECTS = {"change_judgements", "main_effects", "primary_effects", "pooled_pilots",
              "varied_effects", "model_alternatives", "across_pilots",
              "compared_methods"}  # fmt: skip
CALLED_SO_INSIDE = {"calibration_check", "joint_display"}
"""A caption that says "not evidence", and a table that says it in the line on outcomes."""


def test_a_caption_over_effects_calls_them_exploratory():
    nodes = graph.nodes(graph.build())
    seen = []
    for path in [ROOT / "index.qmd", *(ROOT / "chapters").glob("*.qmd")]:
        for caption, name in CAPTION.findall(path.read_text(encoding="utf-8")):
            if OF_EFFECTS & set(nodes[name].needs) and name not in CALLED_SO_INSIDE:
                seen.append(name)
                assert "exploratory" in caption, f"{path.name}: {name}"
    assert {"main_result", "results_in_words", "effect_forest", "rates_s47"} <= set(seen)


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
    assert '"Dispersion"' in inspect.getsource(tables.detectable)
    assert "with the dispersion behind each" in chapter("design-limits-detail.qmd")


def test_what_was_simulated_with_shocks_is_named_as_it_was_drawn():
    from benchmarks.models_sentences import SHOCKS

    named = [label for name, label in simulation_tables.SHORT.items() if "area-shocks" in name]
    assert named == [f"Areas share {size:.2f}" for size in SHOCKS]


def test_nothing_is_called_confirmatory():
    for path in [ROOT / "index.qmd", *(ROOT / "chapters").glob("*.qmd"),
                 *(ROOT / "analysis").rglob("*.py"), *exhibit_files()]:  # fmt: skip
        assert "confirmatory" not in path.read_text(encoding="utf-8").lower(), path.name


@pytest.mark.parametrize("file", ["executive-summary.qmd", "key-finding-6.qmd", "methods.qmd"])
def test_results_are_called_exploratory_where_they_are_told(file):
    assert "exploratory" in chapter(file)

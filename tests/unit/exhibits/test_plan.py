"""The project's plan is dated by commits, and its words follow the settings."""

import re
import subprocess
from dataclasses import replace

import pytest

from analysis.study.settings import read_study
from exhibits.design.analysis_plan import PLAN, estimand_table, plan_table
from tests.architecture import ROOT

STUDY = read_study(ROOT / "study.toml")


def git(*words):
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


@pytest.mark.parametrize(("commit", "date"), sorted({row[2] for row in PLAN}))
def test_each_part_is_dated_by_a_commit_of_this_repository(commit, date):
    """A clone without its history cannot tell; there the format is all that is looked at."""
    assert len(commit) == 7
    if git("rev-parse", "--is-shallow-repository") == "false":
        assert git("show", "-s", "--format=%cs", commit) == date


def test_every_deviation_says_what_was_known():
    table = plan_table()
    assert all(row[3] and row[4] for row in table.rows)
    assert len({row[0] for row in table.rows}) == len(PLAN)


def test_the_estimand_follows_the_settings():
    """ICH E9(R1): population, treatment, variable, intercurrent events, summary measure."""
    table = estimand_table(STUDY.pilots, STUDY.outcomes, STUDY.window)
    lines = dict(table.rows)
    words = ["Population", "Treatment condition", "Outcome", "Weighting", "Summary measure"]
    assert set(words) <= set(lines)
    chapter = (ROOT / "chapters" / "methods.qmd").read_text(encoding="utf-8")
    used = [each.capitalize() for each in re.findall(r"\*\*([^*\n]+)\*\*", chapter)]
    assert [*words[:4], "Intercurrent events", words[4]] == [
        each for each in used if each in (*words, "Intercurrent events")
    ], "the methods chapter uses the estimand's own words, in its order"
    assert sum(name.startswith("Intercurrent event") for name in lines) == 5
    assert "18 in Southampton" in lines["Population"]
    assert "10 months" in lines["Treatment condition"]
    shorter = replace(STUDY.window, months_after=6)
    changed = dict(estimand_table(STUDY.pilots, STUDY.outcomes, shorter).rows)
    assert "6 months" in changed["Treatment condition"]
    closed = "Intercurrent event: schools closed in March 2020"
    assert lines[closed].endswith("February 2020.")
    assert changed[closed].endswith("October 2019.")

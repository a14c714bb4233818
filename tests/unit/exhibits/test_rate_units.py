"""Every rate is a count over its denominator, in the words of the one definition of its unit."""

import ast
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.exhibits.outcomes.tables import effect_table
from analysis.exhibits.parts import words
from analysis.extract.rates import event_rates
from analysis.models.inputs.example import example_panel
from analysis.models.inputs.rate_units import MONTHLY, over_months
from analysis.models.inputs.specification import Specification
from analysis.models.primary.estimates import COLUMNS, effect_estimates
from analysis.study.settings import Outcome, Window, read_study

ROOT = Path(__file__).parents[3]
TERMS = read_study(ROOT / "study.toml").words
WINDOW = Window(months_before=24, months_after=10, comparison="like months")
ENQUIRIES = Outcome("s47_enquiries", "Section 47 enquiries", "events", "s47_enquiry", "enquiries",
                    ("Lambeth",), "primary")  # fmt: skip


def lambeth(**changes):
    """Return the committed extract's result for Lambeth, with what a table of effects takes."""
    row = dict.fromkeys(COLUMNS, np.nan) | {
        "pilot": "Lambeth", "outcome": "s47_enquiries", "status": "estimated", "reason": "",
        "ratio": 0.4143, "ratio_low": 0.2478, "ratio_high": 0.6928,
        "difference": -48.058, "difference_low": -103.203, "difference_high": -15.077,
        "per_1000": -0.8185, "per_1000_low": -1.7578, "per_1000_high": -0.2568,
        "exposure_intervention_after": 58_712.0, "schools": 16,
    }  # fmt: skip
    return pd.DataFrame([row | changes])


def test_a_rate_over_the_pilots_months_is_one_over_those_months():
    """48.1 fewer among 58,712 pupil-months in ten months, which is 5,871 pupils: 8.2 a thousand."""
    table = effect_table(lambeth(), (ENQUIRIES,), WINDOW, "", TERMS)
    assert table.header[-1] == "Per 1,000 pupils over 10 months"
    assert table.rows[0][-1].replace("\u00a0", " ") == "−8.2 (−17.6 to −2.6)"
    shown = table.data.iloc[0]
    for end in ("", "_low", "_high"):
        pupils = 58_712 / 10
        assert shown[f"per_1000{end}"] == pytest.approx(1000 * shown[f"difference{end}"] / pupils)
    assert table.columns["per_1000"] == "The same per 1,000 pupils over 10 months"


def test_rates_a_month_are_events_over_pupil_months():
    panel = example_panel().assign(returned=True)
    found = event_rates(panel, ["arm"])
    expected = 1000 * found["events"] / found["pupil_months"]
    assert np.allclose(found["rate"], expected)
    row = effect_estimates(panel, [Specification("main", "y", pilot="X")]).iloc[0]
    denominator = row["exposure_intervention_after"]
    assert row["per_1000"] == pytest.approx(1000 * row["difference"] / denominator)
    assert MONTHLY.words in COLUMNS["per_1000"]


@pytest.mark.parametrize(
    ("value", "printed", "expected"),
    [
        (-0.025, words.rate, "−0.03"),
        (0.04, words.rate, "0.04"),
        (-0.3, words.count, "−0.3"),
        (0.998, words.ratio, "0.998"),
        (1.00004, words.ratio, "1.00004"),
        (1.0, words.ratio, "1.00"),
        (0.0, words.rate, "0.0"),
        (0.959, words.ratio, "0.96"),
        (float("inf"), words.ratio, "∞"),
    ],
)
def test_rounding_carries_no_limit_onto_no_effect(value, printed, expected):
    assert words.limit(value, printed) == expected


def test_an_interval_just_beside_no_effect_keeps_beside_it():
    table = effect_table(lambeth(ratio_high=0.9982, difference_high=-0.06), (ENQUIRIES,), WINDOW,
                         "", TERMS)  # fmt: skip
    ratio, number, rate = (cell.replace("\u00a0", " ") for cell in table.rows[0][2:])
    assert ratio.endswith("to 0.998)")
    assert number.endswith("to −0.1)")
    assert rate.endswith("to −0.01)")


def test_no_module_words_a_rate_of_its_own():
    """A unit written out by hand is one that nobody has checked against its numbers."""
    written = re.compile(r"per 1,?000\b", re.IGNORECASE)
    found = []
    for path in (ROOT / "analysis").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {ast.get_docstring(node, clean=False) for node in ast.walk(tree)
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)}  # fmt: skip
        found += [
            f"{path.relative_to(ROOT)}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
            and written.search(node.value) and node.value not in docs
        ]  # fmt: skip
    own = [place for place in found if not place.startswith("analysis/models/inputs/rate_units.py")]
    assert own == []


def test_captions_name_a_unit_that_is_defined():
    units = (MONTHLY.words, over_months(WINDOW.months_after).words)
    for chapter in [ROOT / "index.qmd", *(ROOT / "chapters").glob("*.qmd")]:
        text = chapter.read_text(encoding="utf-8")
        for place in re.finditer(r"per 1,000", text):
            assert text[place.start() :].startswith(units), f"{chapter.name}: {place.start()}"

"""Break each guard of the models and see its test fail: `python -m benchmarks.models_guards`.

Each guard protects against a fault of a library, or against data that allow no estimate. It is
broken in a copy of the project; if its test still passes, the guard is listed and the command
fails. Takes about two minutes; the table is committed as `data/proofs/guards.csv`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "data" / "proofs" / "guards.csv"
FAULTS = "tests/validation/test_library_faults.py::"
ESTIMATES = "tests/unit/models/test_models_estimates.py::"
PERIODS = "tests/unit/models/test_models_school_periods.py::"
REFUSED = f"{PERIODS}test_a_panel_that_is_wrong_is_refused_with_the_cause"
BAD_INPUT = "tests/unit/models/test_models_bad_input.py"
NO_NUMBER = f"{ESTIMATES}test_what_cannot_be_estimated_has_a_reason_and_no_number"


@dataclass(frozen=True)
class Guard:
    """A guard and a way to break it.

    Attributes
    ----------
    against
        The fault, or the data, that it protects against.
    module
        File in `analysis/models`.
    code, broken
        A piece of that file, and its replacement.
    test
        The test that must then fail.
    """

    against: str
    module: str
    code: str
    broken: str
    test: str


GUARDS = (
    Guard("HC2 and HC3 of a GLM are HC0 in disguise", "primary/sandwich",
          "POWERS[kind])", "0)", f"{FAULTS}test_hc2_and_hc3_of_a_glm_are_hc0_in_disguise"),
    Guard("corrections of a regression with a dummy a school are too small", "primary/sandwich",
          '"CR2": -0.5', '"CR2": 0.5',
          f"{FAULTS}test_corrections_of_a_regression_with_dummies_are_too_small"),
    Guard("predictions drop the offset", "alternatives/two_part",
          "np.exp(x[:, :-1] @ amount + x[:, -1])", "np.exp(x[:, :-1] @ amount)",
          "tests/validation/test_models_alternatives.py"),
    Guard("a school without events gets an enormous error and converges", "primary/conditional",
          'schools.loc[schools["events_before"] + schools["events_after"] > 0]', "schools",
          f"{FAULTS}test_a_row_of_nought_of_nought_stops_a_binomial_glm"),
    Guard("an empty cell gives a number that says it converged", "inputs/estimability",
          "if events == 0:", "if False:",
          f"{FAULTS}test_an_empty_cell_gives_a_number_that_says_it_converged"),
    Guard("an empty cell within strata", "primary/conditional",
          'raise NotEstimable("the data are separated', 'return coefficients  # ("',
          f"{ESTIMATES}test_separation_within_strata_is_seen"),
    Guard("Newton's search for the negative binomial ends in nothing",
          "alternatives/negative_binomial",
          "np.abs(model.score(at)).max() < GRADIENT", "True",
          f"{FAULTS}test_a_search_that_ends_elsewhere_is_no_estimate"),
    Guard("BFGS stops early", "alternatives/negative_binomial",
          'fine = model.fit(rough.params, method="newton", disp=False, maxiter=100)',
          "fine = rough", "tests/validation/test_agreement.py"),
    Guard("errors of GEE are uncorrected unless asked", "alternatives/gee",
          'fit(cov_type="bias_reduced"', 'fit(cov_type="robust"',
          f"{FAULTS}test_errors_of_gee_are_uncorrected_unless_asked"),
    Guard("DerSimonian-Laird goes below nought", "pooling/estimates",
          "float(max(0.0, excess /", "float(max(-9.9, excess /",
          f"{FAULTS}test_dersimonian_laird_goes_below_nought"),
    Guard("Paule-Mandel gives up where rounding stops it", "pooling/estimates",
          "xtol=1e-15, rtol=1e-14", "xtol=1e-2, rtol=1e-2",
          f"{FAULTS}test_paule_mandel_gives_up_where_rounding_stops_it"),
    Guard("the non-central F is negative without non-centrality", "checks/pre_trends",
          "max(noncentrality, 1e-9)", "noncentrality",
          "tests/unit/models/test_models_design.py"),
    Guard("pyfixest's errors change with the hash seed", "primary/conditional",
          "import numpy as np\n", "import numpy as np\nimport pyfixest\n",
          f"{FAULTS}test_pyfixest_stays_out_of_the_analysis"),
    Guard("period effects by matched set bias the ratio", "inputs/specification",
          "self.matched_set is None or self.matched_set not in self.strata", "True",
          "tests/unit/models/test_models_specification.py"),
    Guard("the closed form is wrong where exposure varies", "inputs/school_counts",
          "bool(np.ptp(self.offset[self.total > 0]) < 1e-12)", "True",
          "tests/unit/models/test_models_randomisation.py"),
    Guard("treatment is permuted across matched sets", "inference/assignments",
          "joined_sets(counts.unit, counts.matched_set, int(units))",
          "np.zeros(int(units), np.int64)", "tests/unit/models/test_models_randomisation.py"),
    Guard("an assignment without an estimate counts for the effect", "inference/randomisation",
          "(~(np.abs(studentised) < reach[1])).sum()", "(np.abs(studentised) >= reach[1]).sum()",
          "tests/unit/models/test_models_randomisation.py"),
    Guard("too few events", "inputs/estimability", "if events < fewest:", "if False:", NO_NUMBER),
    Guard("too few children", "inputs/estimability",
          "if children < specification.fewest_children:", "if False:", NO_NUMBER),
    Guard("one school", "inputs/estimability", "if len(schools) < 2:", "if False:", NO_NUMBER),
    Guard("one arm empty", "inputs/estimability", "if not of_arm.any():", "if False:", NO_NUMBER),
    Guard("a result that would give a hidden count away", "inputs/estimability",
          "if specification.withheld:", "if False:", "tests/spec/test_disclosure_sums.py"),
    Guard("a curve tested over what is shown of it alone", "sensitivity/specification_curve",
          "usable = np.isfinite(log_ratios[0])", "usable = np.isfinite(log_ratios[0]) & ~withheld",
          "tests/spec/test_disclosure_sums.py"),
    Guard("a result counted on a side that hangs on a hidden count", "sensitivity/curve_summary",
          "below, above = high < 0, low >= 0", "below, above = low < 0, low >= 0",
          "tests/spec/test_disclosure_outlines.py"),
    Guard("months paired by their position", "sensitivity/curve_counts",
          "& (months.months[place] == asked)", "", "tests/unit/models/test_models_variations.py"),
    Guard("assignments sampled where all could be listed", "inference/assignments",
          "if rows <= draws + 1:", "if False:", "tests/unit/models/test_models_randomisation.py"),
    Guard("counts past what can be added up", "inputs/school_periods",
          "if events.sum() > MOST_EVENTS:", "if False:", REFUSED),
    Guard("a detectable effect where no test exists", "design/detectable",
          '"cluster"].nunique() < 2', '"cluster"].nunique() < 1', NO_NUMBER),
    Guard("strata with all their events in one period", "primary/overdispersion",
          'informative = informative.loc[(by_stratum.transform("sum") > 0).all(axis=1)]', "pass",
          "tests/unit/models/test_models_design.py"),
    Guard("one unit holds an arm's events", "primary/sandwich",
          "if (np.abs(rows @ fit.bread[:, : fit.effects]) > 1e-8).any():", "if False:", NO_NUMBER),
    Guard("schools that do not differ", "inputs/estimability",
          'if not SMALLEST_ERROR < standard_error < float("inf"):', "if False:", NO_NUMBER),
    Guard("counts missing", "inputs/school_periods", "if uncounted := int(events.isna().sum()):",
          "if False:", REFUSED),
    Guard("counts below nought or infinite", "inputs/school_periods",
          "if not np.isfinite(events.to_numpy(float)).all() or (events < 0).any():", "if False:",
          REFUSED),
    Guard("counts that are not whole", "inputs/school_periods", "if (events % 1 != 0).any():",
          "if False:", REFUSED),
    Guard("exposure missing or nought", "inputs/school_periods",
          "if not np.isfinite(exposure.to_numpy(float)).all() or (exposure <= 0).any():",
          "if False:", REFUSED),
    Guard("duplicated school-months", "inputs/school_periods",
          'if duplicated := rows.duplicated(["school_id", "event_month"]).sum():', "if False:",
          REFUSED),
    Guard("rows without a place", "inputs/school_periods", "if panel[column].isna().any():",
          "if False:", REFUSED),
    Guard("months that are not whole", "inputs/school_periods",
          "if not (numbers and np.isfinite(month).all() and (month % 1 == 0).all()):",
          "if False:", REFUSED),
    Guard("periods out of order", "inputs/specification",
          "self.before.last < self.after.first", "True",
          "tests/unit/models/test_models_specification.py"),
    Guard("a joint Wald test with few units rejects too often", "inference/hotelling",
          "df / (eta * q)", "1 / q", "tests/unit/models/test_models_hotelling.py"),
    Guard("an estimated error taken for the true one", "design/exaggeration",
          "np.sqrt(stats.chi2.ppf(share, df) / df)", "np.ones(1)",
          "tests/unit/models/test_models_design.py"),
    Guard("an exact p-value that forgets exposure", "primary/exact",
          "float(np.log(scale))", "0.0",
          "tests/unit/models/test_models_checks.py"),
    Guard("a fixed effect that speaks of further pilots", "pooling/estimates",
          'np.nan if heterogeneity == "fixed" else critical', "critical",
          "tests/unit/models/test_models_pooling.py"),
    Guard("a panel without rows", "inputs/school_periods",
          "if panel.empty:", "if False:", BAD_INPUT),
    Guard("no events to look for zeros among", "checks/floor_effects",
          "if spread else 0.0", "", BAD_INPUT),
    Guard("too few events to compare years", "primary/overdispersion",
          'raise NotEstimable("too few events to compare years")', "pass", BAD_INPUT),
    Guard("a panel that is only described", "checks/returns",
          "compare(panel, specification)  #", "#", BAD_INPUT),
    Guard("a summary of studies without a variance", "pooling/estimates",
          "not usable or not (variances > 0).all()", "False",
          "tests/unit/models/test_models_pooling.py"),
)  # fmt: skip


def outcome(guard: Guard) -> str:
    """Break a guard in a copy of the project, run its test and return the outcome."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("analysis", "tests"):
            ignored = shutil.ignore_patterns("__pycache__", "fixtures", "book")
            shutil.copytree(ROOT / name, Path(folder) / name, ignore=ignored)
        (Path(folder) / "data").mkdir()
        shutil.copytree(ROOT / "data" / "proofs", Path(folder) / "data" / "proofs")
        shutil.copy(ROOT / "pyproject.toml", folder)
        path = Path(folder) / "analysis" / "models" / f"{guard.module}.py"
        text = path.read_text(encoding="utf-8")
        if text.count(guard.code) != 1:
            return f"the code to break stands {text.count(guard.code)} times in the module"
        path.write_text(text.replace(guard.code, guard.broken), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider",
                   guard.test]  # fmt: skip
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False,
                             env=os.environ | {"PYTHONPATH": folder})  # fmt: skip
    return {0: "PASSES, so that the guard is not tested", 1: "fails"}.get(
        run.returncode, f"pytest ended with {run.returncode}: {run.stdout[-300:]}"
    )


def main() -> None:
    """Break every guard and write the outcomes."""
    with ThreadPoolExecutor(max_workers=2) as threads:
        found = list(threads.map(outcome, GUARDS))
    table = pd.DataFrame(
        {
            "against": [guard.against for guard in GUARDS],
            "module": [f"analysis/models/{guard.module}.py" for guard in GUARDS],
            "test": [guard.test for guard in GUARDS],
            "when_broken": found,
        }
    )
    table.to_csv(RESULTS, index=False, lineterminator="\n")
    loose = table.loc[table["when_broken"] != "fails"]
    print(f"{len(table) - len(loose)} of {len(table)} guards, when broken, fail their test")
    if len(loose):
        sys.exit(loose[["against", "when_broken"]].to_string(index=False))


if __name__ == "__main__":
    main()

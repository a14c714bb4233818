"""Run the long proofs of the models: `python -m benchmarks.models_proofs [NAME...]`.

Writes tables to `data/proofs/`, each with a record of the seed, the number of draws and the code
that produced it; they are committed and shown in the technical appendix. Takes about a quarter of
an hour on two cores; continuous integration runs a sample of the same in the tests. Without a
name, runs all of:

- agreement: each method compared with another implementation
- by_hand: the formulas worked by hand on four schools
- size: rejection rates without an effect, and coverage of intervals
- pooling: the same for summaries of three pilots
- scale_up: power, precision and coverage of a larger trial
- scenarios: the same for effects, over many draws of each scenario
- sentences: how often each sentence would be printed, with and without an effect
"""

from __future__ import annotations

import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from analysis.importing import CODE as ROOT
from analysis.models.design.scale_up import scale_up as simulated
from analysis.models.design.scale_up import with_schools
from analysis.models.inference.operating_characteristics import (
    operating_characteristics,
    pilot_designs,
)
from analysis.models.pooling.coverage import BETWEEN, pooling_coverage
from analysis.proofs import SETTINGS, Proof, making, write_proof
from analysis.study.settings import read_study
from exhibits.results.published import trial
from exhibits.results.scale_up import (
    SIMULATED_SIZES,
    planned_trial,
    smallest_worthwhile_ratio,
    supposed_ratios,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PROOFS = ROOT / "data" / "proofs"
SEED = 2019
DRAWS = 200
"""Draws of each scenario; a share of 5% then has a standard error of 1.5 percentage points."""
SENTENCE_DRAWS = 400
"""Draws of schools only; a share of 5% then has a standard error of 1.1 percentage points."""
WORDING = ("analysis.contracts", "analysis.disclosure", "analysis.exhibits.parts.exhibit",
           "analysis.exhibits.parts.words", "analysis.extract.rates")  # fmt: skip
"""Modules for reading contracts and printing claims, on which no verdict depends.

The content of the contracts is part of the record of a table.
"""
PILOT_ERRORS = (0.21, 0.23, 0.26)
"""Standard errors of log ratios similar to those of the pilots' estimates."""


def on_all_cores(
    name: str, one: Callable[..., pd.DataFrame], parts: Sequence[object]
) -> pd.DataFrame:
    """Compute the parts of a table on all cores, each from the same seed, printing progress."""
    from joblib import Parallel, delayed

    tables: list[pd.DataFrame] = []
    for table in Parallel(n_jobs=-1, return_as="generator")(delayed(one)(each) for each in parts):
        tables.append(table)
        print(f"{name}: {len(tables)} of {len(parts)} parts", flush=True)
    return pd.concat(tables, ignore_index=True)


def agreement() -> Iterator[tuple[str, Proof]]:
    """Yield each method with its reference and the largest difference."""
    made = making("tests.validation.test_agreement", 0, 0)
    from tests.validation import test_agreement  # noqa: F401  # registers every case
    from tests.validation.cases import agreement as compared

    yield "agreement", Proof(pd.DataFrame(compared()), made)


def by_hand() -> Iterator[tuple[str, Proof]]:
    """Yield the formulas worked by hand on four schools."""
    from tests.spec.models_by_hand import printed

    yield "by_hand", Proof(printed(), making("tests.spec.models_by_hand", 0, 0))


def size() -> Iterator[tuple[str, Proof]]:
    """Yield size, coverage and power by design and method."""
    module = "analysis.models.inference.operating_characteristics"
    made = making(
        module, SEED, 20_000, ["analysis.models.inputs.estimability"]
    )  # draws are fitted as is
    one = partial(operating_characteristics, seed=made.seed, draws=made.draws)
    yield "size", Proof(on_all_cores("size", one, [[each] for each in pilot_designs()]), made)


def pooling() -> Iterator[tuple[str, Proof]]:
    """Yield the coverage of summaries of three pilots."""
    made = making("analysis.models.pooling.coverage", SEED, 4_000)
    one = partial(pooling_coverage, PILOT_ERRORS, seed=SEED, draws=made.draws)
    yield "pooling", Proof(on_all_cores("pooling", one, [[each] for each in BETWEEN]), made)


def scenarios() -> Iterator[tuple[str, Proof]]:
    """Yield what the report would find in each scenario."""
    from benchmarks.models_scenarios import FIRST_SEED, scenario_rates

    made = making("benchmarks.models_scenarios", FIRST_SEED, DRAWS, WORDING)
    yield "scenario_effects", Proof(scenario_rates(made.draws, made.seed), made)


def sentences() -> Iterator[tuple[str, Proof]]:
    """Yield how often each sentence would be printed in each state of the world."""
    from benchmarks.models_sentences import FIRST_SEED, sentence_rates

    made = making("benchmarks.models_sentences", FIRST_SEED, SENTENCE_DRAWS, WORDING)
    yield "sentences", Proof(sentence_rates(made.draws, made.seed), made)


def scale_up() -> Iterator[tuple[str, Proof]]:
    """Yield power, precision and coverage of larger trials."""
    study = read_study(ROOT / SETTINGS)
    planned = planned_trial(trial(ROOT / "data" / "published"), study.scale_up)
    ratios = (*supposed_ratios(smallest_worthwhile_ratio(study.scale_up)), 1.0)
    made = making("exhibits.results.scale_up", SEED, 4_000, ["analysis.proofs"])  # reads the table
    one = partial(simulated, ratios=ratios, seed=SEED, draws=made.draws)
    trials = [[each] for each in with_schools(planned, SIMULATED_SIZES)]
    yield "scale_up", Proof(on_all_cores("scale_up", one, trials), made)


PROOF = {
    "agreement": agreement,
    "by_hand": by_hand,
    "size": size,
    "pooling": pooling,
    "scale_up": scale_up,
    "scenarios": scenarios,
    "sentences": sentences,
}


def main(names: list[str]) -> None:
    """Write the named tables, or all."""
    if unknown := set(names) - set(PROOF):
        sys.exit(f"no proof named {', '.join(sorted(unknown))}; choose from {', '.join(PROOF)}")
    for name in names or PROOF:
        started = time.perf_counter()
        for table, proof in PROOF[name]():
            write_proof(PROOFS, table, proof)
            seconds = time.perf_counter() - started
            print(f"{table}: {len(proof.table)} rows after {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

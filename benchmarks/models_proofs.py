"""Long proofs of the models: `python -m benchmarks.models_proofs [NAME...]`.

Writes one table each to `data/proofs/`, which is committed and shown in the technical
appendix. A few minutes in all; continuous integration runs a sample of the same in the
tests. Without a name, all of:

- agreement: each method beside another implementation
- by_hand: the formulas worked on four schools
- size: how often tests reject without an effect, and intervals hold the truth
- pooling: the same of summaries of three pilots
- scenarios: the same of the report's findings, over 200 draws of each scenario
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pandas as pd

from analysis.models.operating_characteristics import operating_characteristics, pilot_designs
from analysis.models.pooling_coverage import pooling_coverage
from benchmarks.models_scenarios import scenario_rates

PROOFS = Path(__file__).parents[1] / "data" / "proofs"
SEED = 2019
PILOT_ERRORS = (0.21, 0.23, 0.26)
"""Standard errors of a log ratio such as the pilots' estimates have."""


def agreement() -> pd.DataFrame:
    """Return each method, its reference and its largest disagreement."""
    from tests.validation import test_agreement  # noqa: F401  # enters every case
    from tests.validation.cases import agreement as compared

    return pd.DataFrame(compared())


def by_hand() -> pd.DataFrame:
    """Return the formulas worked by hand on four schools."""
    from tests.spec.models_by_hand import printed

    return printed()


def size() -> pd.DataFrame:
    """Return size, coverage and power by design and method."""
    return operating_characteristics(pilot_designs(), seed=SEED, draws=10_000)


def pooling() -> pd.DataFrame:
    """Return the coverage of summaries of three pilots."""
    return pooling_coverage(PILOT_ERRORS, seed=SEED, draws=4_000)


def scenarios() -> pd.DataFrame:
    """Return what the report would find in each scenario."""
    return scenario_rates(draws=200)


PROOF = {
    "agreement": agreement,
    "by_hand": by_hand,
    "size": size,
    "pooling": pooling,
    "scenarios": scenarios,
}


def main(names: list[str]) -> None:
    """Write the tables named, or all."""
    if unknown := set(names) - set(PROOF):
        sys.exit(f"no proof named {', '.join(sorted(unknown))}; choose from {', '.join(PROOF)}")
    PROOFS.mkdir(exist_ok=True)
    for name in names or PROOF:
        started = time.perf_counter()
        table = PROOF[name]()
        rounded = table.round(4)
        rounded.to_csv(PROOFS / f"{name}.csv", index=False, lineterminator="\n")
        print(f"{name}: {len(table)} rows in {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

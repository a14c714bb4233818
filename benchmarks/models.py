"""Compare the speed of the models with refitting: `python -m benchmarks.models [NAME...]`.

Each result is a ratio or a time from one run on one machine; run it alone. The results go to
`benchmarks/results/models.json` with a description of the machine. Without a name, runs all of:

- constant: 2,000 studentised permutations, 60 schools x 24 months, constant exposure,
  compared with refitting a Poisson GLM with dummies for schools and months each time
- varying: the same with exposure that varies between periods, and from month to month
- curve: 1,800 specifications under 2,000 permutations
- growth: the same test at 60, 300, 3,000 and 30,000 schools, with peak memory
- power: 2,000 simulated trials of 280 schools
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from analysis.models.alternatives.multinomial import batched_multinomial
from analysis.models.design.trial import Trial, simulate_trial
from analysis.models.inference.assignments import Assignments
from analysis.models.inference.randomisation import randomisation_test
from analysis.models.inputs.month_counts import MonthCounts
from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.primary.closed_form import permuted
from analysis.models.primary.newton import batched_log_ratios
from analysis.models.sensitivity.curve_counts import CurveCounts
from analysis.models.sensitivity.specification_curve import curve_log_ratios

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from analysis.models.inputs.school_counts import Floats

    Result = dict[str, float | int | str]

RESULTS = Path(__file__).parent / "results" / "models.json"
SCHOOLS, MONTHS, DRAWS = 60, 24, 2_000
REFITTED = 12
"""Number of permutations for which a GLM is refitted; the shortest time is used for all."""
SIZES = (60, 300, 3_000, 30_000)


def month_counts(schools: int, seed: int = 1, varying: str = "") -> MonthCounts:
    """Simulate matched pairs of schools with 24 months each.

    Parameters
    ----------
    varying
        Empty if each school's exposure is constant; 'periods' if it differs between before
        and after; 'months' if it differs from month to month.
    """
    random = np.random.default_rng(seed)
    size = random.uniform(50, 1500, (schools, 1))
    factors = {
        "": np.ones((schools, 1)),
        "periods": np.repeat(random.uniform(0.8, 1.25, (schools, 2)), MONTHS // 2, axis=1),
        "months": random.uniform(0.8, 1.25, (schools, MONTHS)),
    }
    exposure = np.broadcast_to(size * factors[varying], (schools, MONTHS)).copy()
    after = np.arange(MONTHS) >= MONTHS // 2
    treated = np.arange(schools) % 2 == 0
    rates = exposure / 700 * random.gamma(5, 0.2, (schools, 1))
    rates = rates * np.where(treated[:, np.newaxis] & after, 0.8, 1.0)
    return MonthCounts(
        random.poisson(rates).astype(float), exposure, np.arange(MONTHS) - MONTHS // 2, after,
        np.zeros(schools, dtype=np.int64), np.arange(schools), treated, np.arange(schools) // 2,
    )  # fmt: skip


def in_periods(months: MonthCounts) -> SchoolCounts:
    """Sum the months before and after."""
    y, n, after = months.events, months.exposure, months.after
    offset = np.log(n[:, after].sum(axis=1) / n[:, ~after].sum(axis=1))
    return SchoolCounts(
        y[:, ~after].sum(axis=1), y[:, after].sum(axis=1), offset, months.stratum, months.unit,
        months.treated, months.matched_set,
    )  # fmt: skip


def refit(months: MonthCounts, treated: Floats, tolerance: float = 1e-8) -> tuple[float, float]:
    """Fit a Poisson GLM with dummies for schools and months; return log ratio and CR0 variance.

    The tolerance is the default of statsmodels, so that the time is realistic.
    """
    import statsmodels.api as sm

    n, m = months.events.shape
    school, month = np.repeat(np.arange(n), m), np.tile(np.arange(m), n)
    design = np.column_stack([
        np.repeat(treated, m) * np.tile(months.after, n),
        *(school == i for i in range(n)),
        *(month == t for t in range(1, m)),
    ]).astype(float)  # fmt: skip
    model = sm.GLM(months.events.ravel(), design, family=sm.families.Poisson(),
                   offset=np.log(months.exposure.ravel()))  # fmt: skip
    fit = model.fit(tol=tolerance, maxiter=100, cov_type="cluster",
                    cov_kwds={"groups": school, "use_correction": False})  # fmt: skip
    return float(fit.params[0]), float(fit.bse[0]) ** 2


def sampled(months: MonthCounts, draws: int) -> Floats:
    """Draw assignments of schools within matched pairs."""
    assignments = Assignments(months.treated, months.matched_set)
    return np.vstack(list(assignments.sample(draws, np.random.default_rng(2))))


def timed(work: Callable[[], object], repeat: int = 5) -> float:
    """Return the shortest time of several runs in seconds."""
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def beside_refitting(
    name: str, months: MonthCounts, batched: Callable[[Floats], tuple[Floats, Floats]]
) -> Result:
    """Compare batched permutations with refitting a GLM for each, in time and in results."""
    treated = sampled(months, DRAWS)
    seconds = timed(lambda: batched(sampled(months, DRAWS)))
    refit(months, treated[0])  # imports on the first call are not part of a refit
    each = timed(lambda: refit(months, treated[0]), repeat=REFITTED)
    one_by_one = np.array([refit(months, row, 1e-14) for row in treated[:REFITTED]])
    found = np.column_stack(batched(treated[:REFITTED]))
    apart = np.abs(found - one_by_one) / np.maximum(1, np.abs(one_by_one))
    return {"benchmark": name, "schools": len(treated[0]), "permutations": DRAWS,
            "seconds": seconds, "seconds_refitting": each * DRAWS,
            "times_faster": each * DRAWS / seconds,
            "largest_difference": float(apart.max())}  # fmt: skip


def constant() -> list[Result]:
    """Time the closed form."""
    months = month_counts(SCHOOLS)
    counts = in_periods(months)
    return [
        beside_refitting(
            "constant exposure, closed form", months,
            lambda treated: permuted(counts.before, counts.after, treated),
        )
    ]  # fmt: skip


def varying() -> list[Result]:
    """Time both variants of Newton's method."""
    periods, monthly = (month_counts(SCHOOLS, varying=how) for how in ("periods", "months"))
    counts = in_periods(periods)
    basis = monthly.after[:, np.newaxis].astype(float)

    def by_month(treated: Floats) -> tuple[Floats, Floats]:
        effects, covariance = batched_multinomial(monthly, treated, basis)
        return effects[:, 0], covariance[:, 0, 0]

    return [
        beside_refitting("exposure differs between periods, Newton", periods,
                         lambda treated: batched_log_ratios(counts, treated)),
        beside_refitting("exposure differs from month to month, Newton", monthly, by_month),
    ]  # fmt: skip


def curve() -> list[Result]:
    """Time 1,800 specifications under 2,000 permutations."""
    specifications = 1_800
    random = np.random.default_rng(3)
    months = month_counts(SCHOOLS, varying="months")
    use = random.random((2, specifications, MONTHS // 2)) < 0.7
    y, n = (np.split(each, 2, axis=1) for each in (months.events, months.exposure))
    before, after = (part @ chosen.T for part, chosen in zip(y, use, strict=True))
    exposed = [part @ chosen.T for part, chosen in zip(n, use, strict=True)]
    counts = CurveCounts(before, after, *exposed)
    treated = sampled(months, DRAWS)
    seconds = timed(lambda: curve_log_ratios(counts, treated), repeat=3)
    found = curve_log_ratios(counts, treated[:3])
    checked = [
        batched_log_ratios(
            SchoolCounts(before[:, s], after[:, s], counts.offset[:, s], months.stratum,
                         months.unit, months.treated, months.matched_set),
            treated[:3],
        )[0]
        for s in range(0, specifications, 100)
    ]  # fmt: skip
    apart = np.abs(found[:, ::100].T - np.array(checked))
    return [{"benchmark": "specification curve", "schools": SCHOOLS, "permutations": DRAWS,
             "specifications": specifications, "seconds": seconds,
             "largest_difference": float(apart.max())}]  # fmt: skip


def growth() -> list[Result]:
    """Time the randomisation test at increasing sizes, each in a separate process."""
    rows = []
    for schools in SIZES:
        run = [sys.executable, "-m", "benchmarks.models", "growth-at", str(schools)]
        answer = subprocess.run(run, check=True, capture_output=True, text=True)
        rows.extend(json.loads(answer.stdout))
        print(answer.stdout.strip(), flush=True)
    return rows


def growth_at(schools: int) -> list[Result]:
    """Measure time and peak memory at one size, with constant and varying exposure."""
    rows: list[Result] = []
    for name, how in (("closed form", ""), ("Newton", "periods")):
        table = as_table(in_periods(month_counts(schools, varying=how)), varying=bool(how))
        seconds = timed(
            lambda table=table: randomisation_test(table, seed=1, draws=DRAWS, exact_up_to=1),
            repeat=3 if schools <= 3_000 else 1,
        )
        # Linux reports kilobytes, macOS bytes.
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        most *= 1 if sys.platform == "darwin" else 1024
        rows.append({"benchmark": f"growth, {name}", "schools": schools, "permutations": DRAWS,
                     "seconds": seconds, "gigabytes": most / 1e9})  # fmt: skip
    return rows


def as_table(counts: SchoolCounts, *, varying: bool) -> pd.DataFrame:
    """Return the school table that a randomisation test expects."""
    import pandas as pd

    number = [f"S{i:05d}" for i in range(len(counts.before))]
    return pd.DataFrame({
        "treated": counts.treated, "matched_set": counts.matched_set, "cluster": number,
        "stratum": "", "events_before": counts.before, "events_after": counts.after,
        "exposure_before": 1.0, "exposure_after": np.exp(counts.offset) if varying else 1.0,
    })  # fmt: skip


def power() -> list[Result]:
    """Time 2,000 trials of 280 schools, each analysed with and without rates before the trial."""
    trial = Trial("planned", schools=280, authorities=21, events=14.0)
    seconds = timed(lambda: simulate_trial(trial, 0.85, seed=1, draws=2_000), repeat=3)
    return [{"benchmark": "power simulation", "schools": 280, "trials": 2_000, "seconds": seconds}]


def machine() -> dict[str, str | int]:
    """Return the facts about this machine that affect times."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "processor": names[0] if names else platform.machine(), "cores": os.cpu_count() or 0,
        "system": platform.system(), "python": platform.python_version(), "numpy": np.__version__,
    }  # fmt: skip


BENCHMARKS = {"constant": constant, "varying": varying, "curve": curve, "growth": growth,
              "power": power}  # fmt: skip


def main(names: list[str]) -> None:
    """Run the named benchmarks, or run all and write the results."""
    if names[:1] == ["growth-at"]:
        print(json.dumps(growth_at(int(names[1]))))
        return
    if unknown := set(names) - set(BENCHMARKS):
        sys.exit(f"no benchmark named {', '.join(sorted(unknown))}: {', '.join(BENCHMARKS)}")
    results = []
    for name in names or BENCHMARKS:
        found = BENCHMARKS[name]()
        results.extend(found)
        print(*(json.dumps(row) for row in found), sep="\n", flush=True)
    if not names:
        text = json.dumps({"machine": machine(), "results": results}, indent=1)
        RESULTS.write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])

"""The primary model against a Poisson regression with a dummy per school."""

import numpy as np
import pandas as pd
import pytest

from analysis.models.primary.conditional import fit_conditional
from analysis.models.primary.sandwich import cluster_covariance


def two_way_poisson(schools):
    """Fit the Poisson regression that the conditional model stands for; return theta and CR0."""
    import statsmodels.api as sm

    long = pd.concat(
        [
            schools.assign(
                after=after, y=schools[f"events_{period}"], n=schools[f"exposure_{period}"]
            )
            for after, period in ((0.0, "before"), (1.0, "after"))
        ]
    )
    columns = [
        (long["treated"] * long["after"]).to_numpy(float),
        *(((long["stratum"] == s) * long["after"]).to_numpy(float) for s in
          sorted(set(long["stratum"]))),
        *((long["school_id"] == s).to_numpy(float) for s in sorted(set(long["school_id"]))),
    ]  # fmt: skip
    groups = pd.Categorical(long["cluster"]).codes
    fit = sm.GLM(
        long["y"].to_numpy(float),
        np.column_stack(columns),
        family=sm.families.Poisson(),
        offset=np.log(long["n"].to_numpy(float)),
    ).fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}, tol=1e-12)
    return fit.params[0], fit.bse[0]


def random_schools(seed, size=24, areas=None):
    """Draw schools with varying exposure, two strata and, perhaps, areas of one arm."""
    random = np.random.default_rng(seed)
    treated = np.arange(size) % 2 == 0
    exposure = random.uniform(200, 1500, (size, 2))
    rate = random.gamma(4, 0.003, size)
    return pd.DataFrame(
        {
            "school_id": [f"S{i:02d}" for i in range(size)],
            "treated": treated,
            "stratum": np.where(np.arange(size) < size // 3, "A", "B"),
            "cluster": [
                f"S{i:02d}" if areas is None else f"{treated[i]}{i // 2 % areas}"
                for i in range(size)
            ],
            "events_before": random.poisson(rate * exposure[:, 0]) + 1,
            "events_after": random.poisson(rate * exposure[:, 1]),
            "exposure_before": exposure[:, 0],
            "exposure_after": exposure[:, 1],
        }
    )


@pytest.mark.parametrize("areas", [None, 4])
@pytest.mark.parametrize("seed", range(3))
def test_the_conditional_model_is_the_two_way_poisson(seed, areas):
    schools = random_schools(seed, areas=areas)
    theta, error = two_way_poisson(schools)
    fit = fit_conditional(schools)
    assert fit.log_ratio == pytest.approx(theta, abs=1e-9)
    assert np.sqrt(cluster_covariance(fit, "CR0")[0, 0]) == pytest.approx(error, rel=1e-8)


@pytest.mark.parametrize("areas", [None, 4])
def test_the_satterthwaite_df_is_that_of_the_whole_matrix(areas):
    """Formed in full, with the G x G matrix that `satterthwaite_df` avoids."""
    from analysis.models.primary.sandwich import satterthwaite_df

    fit = fit_conditional(random_schools(5, areas=areas))
    hat = fit.design @ fit.bread @ fit.design.T
    columns = []
    for cluster in range(fit.clusters.max() + 1):
        inside = np.flatnonzero(fit.clusters == cluster)
        values, vectors = np.linalg.eigh(np.eye(len(inside)) - hat[np.ix_(inside, inside)])
        part = (vectors / np.sqrt(values)) @ vectors.T @ fit.design[inside] @ fit.bread[:, 0]
        columns.append((np.eye(len(hat)) - hat)[:, inside] @ part)
    omega = np.array(columns) @ np.array(columns).T
    df = np.trace(omega) ** 2 / np.trace(omega @ omega)
    assert satterthwaite_df(fit) == pytest.approx(df, rel=1e-10)


def test_cr2_of_areas_is_unbiased_under_the_working_model():
    """E[V] = M under the working model, which is what CR2 is built for (exact, no draws)."""
    from analysis.models.primary import sandwich

    fit = fit_conditional(random_schools(7, areas=5))
    hat = fit.design @ fit.bread @ fit.design.T
    expected = np.zeros_like(fit.bread)
    for cluster in range(fit.clusters.max() + 1):
        inside = fit.clusters == cluster
        power = sandwich.block_power(fit, np.flatnonzero(inside), -0.5)
        rows = fit.bread @ fit.design[inside].T @ power
        expected += rows @ (np.eye(inside.sum()) - hat[np.ix_(inside, inside)]) @ rows.T
    assert np.allclose(expected[0, 0], fit.bread[0, 0], rtol=1e-10)


@pytest.mark.parametrize("kind", ["CR0", "CR2", "CR3"])
def test_a_unit_counts_the_same_whether_or_not_its_schools_are_added_up(kind):
    from analysis.models.primary.sandwich import satterthwaite_df

    schools = random_schools(8, areas=5).assign(exposure_before=1.0, exposure_after=1.0)
    schools["stratum"] = "all"
    counts = ["events_before", "events_after"]
    areas = schools.groupby(["cluster", "treated", "stratum"], as_index=False)[counts].sum()
    areas = areas.assign(exposure_before=1.0, exposure_after=1.0)
    fits = [fit_conditional(table) for table in (schools, areas)]
    one, other = (cluster_covariance(fit, kind)[0, 0] for fit in fits)
    assert one == pytest.approx(other, rel=1e-10)
    assert satterthwaite_df(fits[0]) == pytest.approx(satterthwaite_df(fits[1]), rel=1e-10)

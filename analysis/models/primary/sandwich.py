"""Cluster-robust covariance, and its Satterthwaite degrees of freedom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from analysis.models.inputs.estimability import NotEstimable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis.models.inputs.school_counts import Codes, Floats
    from analysis.models.primary.conditional import ConditionalFit

Kind = Literal["CR0", "CR1", "CR2", "CR3"]
POWERS: dict[str, float] = {"CR0": 0.0, "CR1": 0.0, "CR2": -0.5, "CR3": -1.0}
FULL_LEVERAGE = 1 - 1e-8


def cluster_covariance(fit: ConditionalFit, kind: Kind = "CR2") -> Floats:
    r"""Return the cluster-robust covariance of the coefficients.

    Parameters
    ----------
    fit
        The fitted model.
    kind
        'CR0' without correction; 'CR1' times G / (G - 1); 'CR2' unbiased if the working
        model holds; 'CR3' close to the jackknife.

    Returns
    -------
    ndarray of shape (k, k)

    Raises
    ------
    NotEstimable
        If one cluster alone determines the treatment effect of its arm.

    Notes
    -----
    :math:`V = M \sum_g s_g s_g' M` with :math:`M` the inverse information and
    :math:`s_g = \tilde X_g' (I - H_g)^{-1/2} e_g` for CR2, the power -1 for CR3 and 0
    for CR0, where :math:`\tilde X_g` is the weighted design of cluster g,
    :math:`H_g = \tilde X_g M \tilde X_g'` its leverage and :math:`e_g` its Pearson
    residuals. The root is that of the weighted leverage, so that a unit counts the same whether or
    not its schools are summed first. clubSandwich takes it on the scale of the responses: the same
    where each school is a unit, one or two per cent different where a unit has several, and
    equally unbiased.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28, 169-181.
    Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> from analysis.models.primary.conditional import fit_conditional
    >>> from analysis.models.inputs.school_periods import school_periods
    >>> fit = fit_conditional(school_periods(example_panel(), main))
    >>> [round(float(cluster_covariance(fit, kind)[0, 0]), 4) for kind in ("CR0", "CR2", "CR3")]
    [0.0646, 0.0778, 0.0937]
    """
    adjusted = _adjusted(fit, fit.residuals, POWERS[kind])
    scores = _sums(fit, fit.design * adjusted[:, np.newaxis])
    factor = len(scores) / (len(scores) - 1) if kind == "CR1" else 1.0
    # As a square, so that rounding can't give a negative variance where schools do not differ.
    influence = scores @ fit.bread
    covariance: Floats = factor * (influence.T @ influence)
    return covariance


def satterthwaite_df(fit: ConditionalFit, contrast: Floats | None = None) -> float:
    r"""Return the degrees of freedom of the CR2 variance of a combination of coefficients.

    Parameters
    ----------
    fit
        The fitted model.
    contrast : ndarray of shape (k,), optional
        Weights of the coefficients; by default the first coefficient.

    Notes
    -----
    If the working model holds, the variance estimate is a quadratic form with matrix
    :math:`\Omega_{gh} = a_g' (I - H)_{gh} a_h`,
    :math:`a_g = (I - H_g)^{-1/2} \tilde X_g M c`, and behaves as chi-squared with
    :math:`(\mathrm{tr}\,\Omega)^2 / \mathrm{tr}(\Omega^2)` degrees of freedom.
    Computed without forming the G x G matrix.

    References
    ----------
    Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> from analysis.models.primary.conditional import fit_conditional
    >>> from analysis.models.inputs.school_periods import school_periods
    >>> fit = fit_conditional(school_periods(example_panel(), main))
    >>> round(satterthwaite_df(fit), 1)
    9.7
    """
    direction = fit.bread[:, 0] if contrast is None else fit.bread @ contrast
    adjusted = _adjusted(fit, fit.design @ direction, POWERS["CR2"])
    diagonal = np.bincount(fit.clusters, adjusted**2)
    weighted = _sums(fit, fit.design * adjusted[:, np.newaxis])
    projected = np.einsum("gk,kl,gl->g", weighted, fit.bread, weighted)
    inner = fit.bread @ (weighted.T @ weighted)
    trace = diagonal.sum() - projected.sum()
    trace_square = (diagonal**2).sum() - 2 * (diagonal * projected).sum() + (inner * inner.T).sum()
    return float(trace**2 / trace_square)


def cluster_leverages(fit: ConditionalFit) -> Floats:
    """Return the leverage of each cluster: the largest eigenvalue of its hat matrix.

    With constant exposure and without strata it is the cluster's share of its arm's
    events.
    """
    leverages = np.zeros(fit.clusters.max() + 1)
    single, several = _rows_by_cluster(fit.clusters)
    leverages[fit.clusters[single]] = _hat_diagonal(fit, single)
    for rows in several:
        block = fit.design[rows]
        leverages[fit.clusters[rows[0]]] = np.linalg.eigvalsh(block @ fit.bread @ block.T)[-1]
    return leverages


def _rows_by_cluster(clusters: Codes) -> tuple[Codes, Iterator[Codes]]:
    """Return the rows that form single-row clusters, and the rows of each other cluster."""
    order = np.argsort(clusters, kind="stable")
    ends = np.cumsum(np.bincount(clusters))
    sizes = np.diff(ends, prepend=0)
    return order[ends[sizes == 1] - 1], (
        order[end - size : end] for end, size in zip(ends, sizes, strict=True) if size > 1
    )


def _sums(fit: ConditionalFit, rows: Floats) -> Floats:
    """Sum the rows of each cluster."""
    sums: Floats = np.zeros((fit.clusters.max() + 1, rows.shape[1]))
    np.add.at(sums, fit.clusters, rows)
    return sums


def _hat_diagonal(fit: ConditionalFit, rows: Codes) -> Floats:
    chosen = fit.design[rows]
    diagonal: Floats = np.einsum("ik,kl,il->i", chosen, fit.bread, chosen)
    return diagonal


def _adjusted(fit: ConditionalFit, vector: Floats, power: float) -> Floats:
    """Return (I - H_g)^power times the part of the vector in each cluster g."""
    if power == 0:
        return vector
    result = np.empty_like(vector)
    single, several = _rows_by_cluster(fit.clusters)
    leverage = _hat_diagonal(fit, single)
    open_ = leverage < FULL_LEVERAGE
    _refuse_full_leverage(fit, fit.design[single][~open_])
    # A school alone in its stratum fits exactly; its residual and contribution are 0.
    scale = np.where(open_, 1 - leverage, 1.0) ** power * open_
    result[single] = vector[single] * scale
    for rows in several:
        result[rows] = block_power(fit, rows, power) @ vector[rows]
    return result


def block_power(fit: ConditionalFit, rows: Codes, power: float) -> Floats:
    """Return the power of I - H_g for the cluster that consists of these rows."""
    block = fit.design[rows]
    values, vectors = np.linalg.eigh(block @ fit.bread @ block.T)
    closed = values >= FULL_LEVERAGE
    _refuse_full_leverage(fit, vectors[:, closed].T @ block)
    scale = np.where(closed, 1.0, 1 - values) ** power * ~closed
    result: Floats = (vectors * scale) @ vectors.T
    return result


def _refuse_full_leverage(fit: ConditionalFit, rows: Floats) -> None:
    """Raise NotEstimable if a cluster alone determines part of an effect."""
    if (np.abs(rows @ fit.bread[:, : fit.effects]) > 1e-8).any():
        arm = "intervention" if len(set(fit.clusters[fit.treated])) == 1 else "comparison"
        raise NotEstimable(
            f"a single assignment unit has all events of the {arm} arm, "
            "so that the spread between units can't be seen"
        )

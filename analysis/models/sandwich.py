"""Covariance that allows for clusters, and the degrees of freedom that go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from analysis.models.estimability import NotEstimable

if TYPE_CHECKING:
    from analysis.models.conditional import ConditionalFit, Floats

Kind = Literal["CR0", "CR1", "CR2", "CR3"]
POWERS: dict[str, float] = {"CR0": 0.0, "CR1": 0.0, "CR2": -0.5, "CR3": -1.0}
FULL_LEVERAGE = 1 - 1e-8


def cluster_covariance(fit: ConditionalFit, kind: Kind = "CR2") -> Floats:
    r"""Return the covariance of the coefficients that allows for clusters.

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
    residuals.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28, 169-181.
    Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004.
    """
    scores = cluster_scores(fit, kind)
    factor = len(scores) / (len(scores) - 1) if kind == "CR1" else 1.0
    covariance: Floats = factor * fit.bread @ (scores.T @ scores) @ fit.bread
    return covariance


def cluster_scores(fit: ConditionalFit, kind: Kind = "CR2") -> Floats:
    """Return each cluster's contribution to the estimating equations, (G, k)."""
    return _by_cluster(fit, fit.residuals, POWERS[kind])


def satterthwaite_df(fit: ConditionalFit) -> float:
    r"""Return the degrees of freedom of the CR2 variance of the log ratio.

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
    """
    contrast = fit.design @ fit.bread[:, 0]
    adjusted = _adjusted(fit, contrast, POWERS["CR2"])
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
    single = np.bincount(fit.clusters)[fit.clusters] == 1
    leverages[fit.clusters[single]] = _hat_diagonal(fit)[single]
    for cluster in np.unique(fit.clusters[~single]):
        rows = fit.design[fit.clusters == cluster]
        leverages[cluster] = np.linalg.eigvalsh(rows @ fit.bread @ rows.T)[-1]
    return leverages


def _by_cluster(fit: ConditionalFit, residuals: Floats, power: float) -> Floats:
    adjusted = _adjusted(fit, residuals, power) if power else residuals
    return _sums(fit, fit.design * adjusted[:, np.newaxis])


def _sums(fit: ConditionalFit, rows: Floats) -> Floats:
    """Add up the rows of each cluster."""
    sums: Floats = np.zeros((fit.clusters.max() + 1, rows.shape[1]))
    np.add.at(sums, fit.clusters, rows)
    return sums


def _hat_diagonal(fit: ConditionalFit) -> Floats:
    diagonal: Floats = np.einsum("ik,kl,il->i", fit.design, fit.bread, fit.design)
    return diagonal


def _adjusted(fit: ConditionalFit, vector: Floats, power: float) -> Floats:
    """Return (I - H_g)^power times the part of the vector in each cluster g."""
    result = np.empty_like(vector)
    single = np.bincount(fit.clusters)[fit.clusters] == 1
    leverage = _hat_diagonal(fit)[single]
    open_ = leverage < FULL_LEVERAGE
    if (np.abs(fit.design[single] @ fit.bread[:, 0])[~open_] > 1e-8).any():
        _refuse_full_leverage(fit)
    # A school alone in its stratum fits exactly; its residual is 0 and so is its part.
    scale = np.where(open_, 1 - leverage, 1.0) ** power * open_
    result[single] = vector[single] * scale
    for cluster in np.unique(fit.clusters[~single]):
        inside = fit.clusters == cluster
        result[inside] = _block_power(fit, inside, power) @ vector[inside]
    return result


def _block_power(fit: ConditionalFit, inside: np.ndarray, power: float) -> Floats:
    """Return the power of I - H_g for a cluster of several schools."""
    rows = fit.design[inside]
    values, vectors = np.linalg.eigh(rows @ fit.bread @ rows.T)
    closed = values >= FULL_LEVERAGE
    if (np.abs(vectors[:, closed].T @ rows @ fit.bread[:, 0]) > 1e-8).any():
        _refuse_full_leverage(fit)
    scale = np.where(closed, 1.0, 1 - values) ** power * ~closed
    block: Floats = (vectors * scale) @ vectors.T
    return block


def _refuse_full_leverage(fit: ConditionalFit) -> None:
    arm = "intervention" if len(set(fit.clusters[fit.treated])) == 1 else "comparison"
    raise NotEstimable(
        f"a single assignment unit holds all events of the {arm} arm, "
        "so that the spread between units can't be seen"
    )

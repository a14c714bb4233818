"""Joint test of several effects: a Wald test that keeps its size with few clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from analysis.models.inputs.estimability import NotEstimable
from analysis.models.primary.sandwich import POWERS, block_power, cluster_covariance

if TYPE_CHECKING:
    from analysis.models.inputs.school_counts import Codes, Floats
    from analysis.models.primary.conditional import ConditionalFit


@dataclass(frozen=True)
class JointTest:
    """A test that several effects are all zero.

    Attributes
    ----------
    f, df_numerator, df_denominator
        The statistic and its reference distribution.
    p_value
        Its p-value.
    """

    f: float
    df_numerator: int
    df_denominator: float
    p_value: float


def joint_test(fit: ConditionalFit, chosen: Codes) -> JointTest:
    r"""Test that some coefficients are all zero, by Hotelling's T-squared.

    Parameters
    ----------
    fit
        The fitted model.
    chosen : ndarray of shape (q,)
        Indices of the coefficients.

    Raises
    ------
    NotEstimable
        If there are too few units to test so many effects jointly, or they have no variance.

    Notes
    -----
    With :math:`Q = \hat\theta' V_{CR2}^{-1} \hat\theta` and :math:`\eta` of
    `hotelling_df`, :math:`\frac{\eta - q + 1}{\eta q} Q` is compared with F on q and
    :math:`\eta - q + 1` degrees of freedom. The usual Q / q on q and G - 1 rejects far too
    often: at a nominal 5%, in 13% of draws with 18 schools per arm and five terms, and in 23% with
    8 schools per arm, where this test rejects in 3% and 2%. With one effect it is the t test with
    Satterthwaite's degrees of freedom.

    References
    ----------
    Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004, section 3.2.

    Examples
    --------
    >>> from analysis.models.inputs.example import example_panel
    >>> from analysis.models.inputs.specification import Specification
    >>> main = Specification("main", "y", pilot="X")
    >>> from analysis.models.checks.event_study import fit_event_study
    >>> study = fit_event_study(example_panel(), main)
    >>> found = joint_test(study.fit, np.array([0, 1]))
    >>> found.df_numerator, round(found.p_value, 2)
    (2, 0.37)
    """
    effects = fit.coefficients[chosen]
    covariance = cluster_covariance(fit, "CR2")[np.ix_(chosen, chosen)]
    q, eta = len(chosen), hotelling_df(fit, chosen)
    df = eta - q + 1
    if not df > 0:
        raise NotEstimable("there are too few units to test all terms before together")
    if not np.linalg.eigvalsh(covariance)[0] > 0:
        raise NotEstimable("schools do not differ at all, so the spread cannot be estimated")
    f = float(effects @ np.linalg.solve(covariance, effects)) * df / (eta * q)
    return JointTest(f, q, df, float(stats.f.sf(f, q, df)))


def hotelling_df(fit: ConditionalFit, chosen: Codes) -> float:
    r"""Return the degrees of freedom of the CR2 covariance of several coefficients.

    Notes
    -----
    If the working model holds, :math:`D = \Omega^{-1/2} V_{CR2} \Omega^{-1/2}`, with
    :math:`\Omega` the true covariance, has the identity as its mean, and behaves as a Wishart
    matrix with :math:`\eta = q(q+1) / \sum_{st} \mathrm{Var}(d_{st})` degrees of freedom.
    For normal residuals
    :math:`\mathrm{Var}(d_{st}) = \sum_{gh} \{S^{ss}_{gh} S^{tt}_{gh} +
    S^{st}_{gh} S^{st}_{hg}\}` with :math:`S^{st}_{gh} = b_{gs}' (I - H)_{gh} b_{ht}` and
    :math:`b_{gs} = (I - H_g)^{-1/2} \tilde X_g M \Omega^{-1/2} c_s`.

    References
    ----------
    Pustejovsky & Tipton (2018), doi:10.1080/07350015.2016.1247004, equation 18.
    """
    values, vectors = np.linalg.eigh(fit.bread[np.ix_(chosen, chosen)])
    root = (vectors / np.sqrt(values)) @ vectors.T
    directions = fit.design @ fit.bread[:, chosen] @ root
    units = int(fit.clusters.max()) + 1
    q = len(chosen)
    own = np.zeros((units, q, q))
    onto = np.zeros((units, q, fit.design.shape[1]))
    order = np.argsort(fit.clusters, kind="stable")
    ends = np.cumsum(np.bincount(fit.clusters))[:-1]
    for unit, rows in enumerate(np.split(order, ends)):
        adjusted = block_power(fit, rows, POWERS["CR2"]) @ directions[rows]
        own[unit] = adjusted.T @ adjusted
        onto[unit] = adjusted.T @ fit.design[rows]
    spread = _spread(own, onto @ np.linalg.cholesky(fit.bread))
    return float(q * (q + 1) / spread)


def _spread(own: Floats, onto: Floats) -> float:
    r"""Return the sum of variances, of :math:`S^{st}_{gh} = [g = h]\, o_{gst} - a_{gs}' a_{ht}`.

    Sums over pairs of units are taken as sums over units first, so that no matrix of pairs is
    made: :math:`\sum_{gh} (a_{gs}' a_{hs})(a_{gt}' a_{ht}) = \lVert M_{st} \rVert^2` and
    :math:`\sum_{gh} (a_{gs}' a_{ht})(a_{hs}' a_{gt}) = \mathrm{tr}\, M_{st}^2` with
    :math:`M_{st} = \sum_g a_{gs} a_{gt}'`.
    """
    units, q, k = onto.shape
    flat = onto.reshape(units, q * k)
    m = (flat.T @ flat).reshape(q, k, q, k).transpose(0, 2, 1, 3)
    inner = np.einsum("gsk,gtk->gst", onto, onto)
    same, same_inner = (np.einsum("gss->gs", each) for each in (own, inner))
    of_same = same.sum(axis=1) ** 2 - 2 * same.sum(axis=1) * same_inner.sum(axis=1)
    of_each = own**2 - 2 * own * inner
    pairs = (m**2).sum() + np.einsum("stkl,stlk->", m, m)
    return float(of_same.sum() + of_each.sum() + pairs)

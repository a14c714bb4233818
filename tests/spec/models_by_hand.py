"""The models' formulas worked by hand on four schools, as the technical appendix prints them.

Each example states a formula, the arithmetic that a reader can do on paper, and the
function of the project that must give the same. The arithmetic that is printed is the
arithmetic that is checked: it is evaluated from its own text.

`python -m benchmarks.models_proofs by_hand` writes the table that is printed.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from analysis.models.alternatives.mantel_haenszel import mantel_haenszel
from analysis.models.checks.floor_effects import expected_zeros
from analysis.models.design.exaggeration import exaggeration
from analysis.models.design.trial import hayes_bennett_clusters
from analysis.models.inference.methods import jackknife_variance
from analysis.models.inference.multiplicity import adjusted_p_values
from analysis.models.inference.randomisation import randomisation_test
from analysis.models.inference.wild_bootstrap import wild_bootstrap_test
from analysis.models.inputs.school_counts import SchoolCounts
from analysis.models.inputs.school_periods import school_periods
from analysis.models.pooling.estimates import summarise
from analysis.models.primary.conditional import fit_conditional
from analysis.models.primary.estimates import effect_estimates
from analysis.models.primary.exact import exact_ratio
from analysis.models.primary.sandwich import cluster_covariance, satterthwaite_df
from analysis.models.sensitivity.hidden_bias import highest_p
from tests.unit.models.models_panel import four_schools, specification


@dataclass(frozen=True)
class Example:
    """One formula worked by hand.

    Attributes
    ----------
    title, says
        What it is, and in a sentence what it means.
    formula
        In TeX.
    arithmetic
        The formula with the four schools' numbers in it; evaluated as it stands.
    computed
        What the project gives.
    """

    title: str
    says: str
    formula: str
    arithmetic: str
    computed: Callable[[], float]

    @property
    def name(self) -> str:
        return self.title.lower().replace(" ", "-").replace(",", "")

    def by_hand(self) -> float:
        """Return what the printed arithmetic comes to."""
        return evaluate(self.arithmetic)


OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.Pow: operator.pow, ast.USub: operator.neg,
}  # fmt: skip
FUNCTIONS = {"log": math.log, "exp": math.exp, "sqrt": math.sqrt}


def evaluate(arithmetic: str) -> float:
    """Evaluate plain arithmetic: numbers, + - * / **, log, exp and sqrt."""

    def value(node: ast.expr) -> float:
        match node:
            case ast.Constant(value=number):
                return float(number)
            case ast.BinOp(left=left, op=op, right=right):
                return OPERATORS[type(op)](value(left), value(right))
            case ast.UnaryOp(op=op, operand=operand):
                return OPERATORS[type(op)](value(operand))
            case ast.Call(func=ast.Name(id=name), args=[argument]):
                return FUNCTIONS[name](value(argument))
        raise ValueError(f"not plain arithmetic: {ast.dump(node)}")

    return value(ast.parse(arithmetic, mode="eval").body)


@cache
def schools():
    return school_periods(four_schools(), specification())


@cache
def fit():
    return fit_conditional(schools())


def variance(kind):
    return lambda: float(cluster_covariance(fit(), kind)[0, 0])


def estimate(column):
    return lambda: float(effect_estimates(four_schools(), [specification()])[column].iloc[0])


# Influence of A, B, C, D: after / after of the arm - before / before of the arm.
INFLUENCE = ("(5/16 - 10/30)", "(11/16 - 20/30)", "(14/30 - 12/30)", "(16/30 - 18/30)")
# Leverage: the school's share of its arm's events in both periods.
LEVERAGE = ("15/46", "31/46", "26/60", "34/60")


def influence_sum(power):
    """Return the arithmetic of a sum of squared influences over powers of 1 - leverage."""
    below = {0: "", 1: " / (1 - {h})", 2: " / (1 - {h})**2"}[power]
    return " + ".join(
        f"{psi}**2" + below.format(h=h) for psi, h in zip(INFLUENCE, LEVERAGE, strict=True)
    )


def satterthwaite_arithmetic():
    """Return (sum 1/W)^2 over the traces of both arms."""
    w_t, w_c = "(30*16/46)", "(30*30/60)"
    parts = []
    for w, (one, other) in ((w_t, LEVERAGE[:2]), (w_c, LEVERAGE[2:])):
        s = [f"({h})**2 / ({w} * (1 - {h}))" for h in (one, other)]
        parts.append(f"(({one})**2 + ({other})**2) / {w}**2 + 2 * ({s[0]}) * ({s[1]})")
    return f"(1/{w_t} + 1/{w_c})**2 / ({parts[0]} + {parts[1]})"


EXAMPLES = (
    Example(
        "Ratio of rate ratios",
        "Intervention schools had 30 enquiries before and 16 after, comparison schools 30 and 30. "
        "Below 1, enquiries fell further where there was a social worker.",
        r"\frac{Y_{T1}/Y_{T0}}{Y_{C1}/Y_{C0}}",
        "(16/30) / (30/30)",
        estimate("ratio"),
    ),
    Example(
        "Events averted",
        "Without an effect, 16 divided by the ratio would have been seen; the difference is "
        "negative where enquiries were averted.",
        r"Y_{T1} (1 - e^{-\hat\theta})",
        "16 * (1 - 1 / ((16/30) / (30/30)))",
        estimate("difference"),
    ),
    Example(
        "Events averted per 1,000 pupils a month",
        "Both intervention schools have 100 pupils, over one month.",
        r"1000 \cdot Y_{T1} (1 - e^{-\hat\theta}) / n_{T1}",
        "1000 * 16 * (1 - 1 / ((16/30) / (30/30))) / 200",
        estimate("per_1000"),
    ),
    Example(
        "Naive variance",
        "As if enquiries were Poisson and schools alike; too small in practice.",
        r"\sum 1/Y",
        "1/16 + 1/30 + 1/30 + 1/30",
        lambda: float(fit().bread[0, 0]),
    ),
    Example(
        "Variance without correction, CR0",
        "Each school's influence on the log ratio, squared and added up.",
        r"\sum_i \psi_i^2,\quad \psi_i = \frac{y_{i1}}{Y_1} - \frac{y_{i0}}{Y_0}",
        influence_sum(0),
        variance("CR0"),
    ),
    Example(
        "Variance with the correction reported, CR2",
        "A school that holds a large share h of its arm's enquiries pulls the estimate towards "
        "itself, which hides part of its own deviation; this puts it back.",
        r"\sum_i \psi_i^2 / (1 - h_i),\quad h_i = \frac{y_{i0} + y_{i1}}{Y_0 + Y_1}",
        influence_sum(1),
        variance("CR2"),
    ),
    Example(
        "Variance close to the jackknife, CR3",
        "The same with the square.",
        r"\sum_i \psi_i^2 / (1 - h_i)^2",
        influence_sum(2),
        variance("CR3"),
    ),
    Example(
        "Degrees of freedom",
        "Four schools of unequal size say as much about their own spread as fewer than three "
        "free deviations.",
        r"\frac{(\sum_a W_a^{-1})^2}{\sum_a \{\sum_i h_i^2/W_a^2 + 2 s_1 s_2\}},\quad "
        r"s_i = \frac{h_i^2}{W_a(1-h_i)},\ W_a = \frac{Y_0 Y_1}{Y_0 + Y_1}",
        satterthwaite_arithmetic(),
        lambda: satterthwaite_df(fit()),
    ),
    Example(
        "Jackknife variance",
        "The log ratio without each school in turn, less that with all.",
        r"\frac{G-1}{G} \sum_g (\hat\theta_{(g)} - \hat\theta)^2",
        "3/4 * ((log(11/20) - log(16/30))**2 + (log(5/10) - log(16/30))**2 "
        "+ (log(16/18) - log(30/30))**2 + (log(14/12) - log(30/30))**2)",
        lambda: jackknife_variance(SchoolCounts.of(schools()))[0],
    ),
    Example(
        "Randomisation test",
        "Four assignments were possible. Exchanging both pairs gives the same size of effect, and "
        "exchanging one pair a smaller one, so that two of four are as extreme.",
        r"\#\{|S_b| \ge |S|\} / \#\{b\}",
        "2/4",
        lambda: randomisation_test(schools(), seed=1).p_value,
    ),
    Example(
        "Score wild bootstrap",
        "Of the 16 patterns of signs on four scores, those as extreme as what was seen are the "
        "pattern itself and its mirror image.",
        r"\#\{|\sum \pm s_g| \ge |\sum s_g|\} / 2^G",
        "2/16",
        lambda: wild_bootstrap_test(schools(), seed=1).p_value,
    ),
    Example(
        "Hidden bias",
        "If one school of each pair was up to twice as likely to be chosen for reasons unseen, "
        "the one-sided p-value of two pairs that both fell is at most this.",
        r"\{\Gamma / (1 + \Gamma)\}^2",
        "(2/3)**2",
        lambda: highest_p(np.array([-3.0, -4.0]), 2.0),
    ),
    Example(
        "Mantel-Haenszel ratio",
        "Each pair compared within itself: pair 1 has 41 enquiries in all, pair 2 has 65.",
        r"\frac{\sum_s a_s d_s / m_s}{\sum_s b_s c_s / m_s}",
        "(5*12/41 + 11*18/65) / (10*14/41 + 20*16/65)",
        lambda: float(np.exp(mantel_haenszel(schools()).log_ratio)),
    ),
    Example(
        "Exact ratio of a table of eight",
        "Of all ways to lay out 3, 1, 1, 3 with these margins, 34 of 70 are as unlikely.",
        r"\Pr(\text{as unlikely}) ",
        "34/70",
        lambda: exact_ratio((1, 3, 3, 1)).p_value,
    ),
    Example(
        "Months without an enquiry",
        "At 0.4 enquiries a month two months in three have none: the floor.",
        r"e^{-\mu}",
        "exp(-0.4)",
        lambda: expected_zeros(np.array([0.4]), 0.0),
    ),
    Example(
        "Two pilots summed up, fixed effect",
        "Log ratios -0.8 and -0.2 with variances 0.04 and 0.09, weighted by precision.",
        r"\sum w y / \sum w,\quad w = 1/v",
        "(-0.8/0.04 - 0.2/0.09) / (1/0.04 + 1/0.09)",
        lambda: (
            summarise(np.array([-0.8, -0.2]), np.array([0.04, 0.09]), "fixed", "normal").log_ratio
        ),
    ),
    Example(
        "Variance between two pilots, Paule and Mandel",
        "With two pilots it is half the squared difference less the mean variance.",
        r"\tfrac12 (y_1 - y_2)^2 - \tfrac12 (v_1 + v_2)",
        "(0.8 - 0.2)**2 / 2 - (0.04 + 0.09) / 2",
        lambda: summarise(np.array([-0.8, -0.2]), np.array([0.04, 0.09])).tau2,
    ),
    Example(
        "Holm's correction",
        "The smallest of three p-values counts three times.",
        r"3 \, p_{(1)}",
        "3 * 0.01",
        lambda: float(adjusted_p_values(np.array([0.2, 0.01, 0.6]), "Holm")[1]),
    ),
    Example(
        "What a significant result is worth without an effect",
        "If the true ratio is 1, the two directions are equally likely.",
        r"\Pr(\text{fall} \mid \text{significant})",
        "1/2",
        lambda: exaggeration(1.0, 0.3).share_falls,
    ),
    Example(
        "Clusters a trial needs",
        "With rates of 0.0148 and 0.0104, 424 person-years a cluster and k of 0.29, at 80% power.",
        r"1 + (z_{1-\alpha/2} + z_{1-\beta})^2 "
        r"\frac{(\lambda_0+\lambda_1)/y + k^2(\lambda_0^2+\lambda_1^2)}{(\lambda_0-\lambda_1)^2}",
        "1 + (1.959963985 + 0.841621234)**2 * ((0.0148 + 0.0104)/424 "
        "+ 0.29**2 * (0.0148**2 + 0.0104**2)) / (0.0148 - 0.0104)**2",
        lambda: hayes_bennett_clusters(0.0148, 0.0104, 424, 0.29),
    ),
)


def printed() -> pd.DataFrame:
    """Return the examples as the technical appendix shows them, one a row."""
    return pd.DataFrame(
        {
            "quantity": [each.title for each in EXAMPLES],
            "says": [each.says for each in EXAMPLES],
            "formula": [each.formula.strip() for each in EXAMPLES],
            "arithmetic": [each.arithmetic for each in EXAMPLES],
            "value": [f"{each.by_hand():.6g}" for each in EXAMPLES],
        }
    )

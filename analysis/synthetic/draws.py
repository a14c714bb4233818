"""Random draws by inverse distribution functions, using only the standard library.

Libraries change how they convert random bits to, for example, a Poisson count. Here only
`random.Random.random` is used, whose sequence for a given seed Python guarantees, and every
distribution is implemented here; so the extract's bytes do not depend on any library's version.
"""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")

_NORMAL = NormalDist()
_SATURDAY = 5


def poisson_quantile(uniform: float, mean: float) -> int:
    """Return the smallest count whose distribution function reaches `uniform`.

    Parameters
    ----------
    uniform
        Number from 0 to below 1.
    mean
        Mean of the Poisson distribution; small enough (below 700) for exp(-mean) > 0.

    Examples
    --------
    P(Y <= 1) is 0.736 at mean 1, P(Y <= 2) is 0.920:

    >>> poisson_quantile(0.73, 1.0), poisson_quantile(0.74, 1.0)
    (1, 2)
    """
    count, probability = 0, math.exp(-mean)
    reached = probability
    # Rounding may keep the sum below a uniform number near 1; the bound is far in the tail.
    furthest = int(mean + 20 * math.sqrt(mean) + 20)
    while reached <= uniform and count < furthest:
        count += 1
        probability *= mean / count
        reached += probability
    return count


def frailty_quantile(uniform: float, variance: float) -> float:
    """Return a log-normal factor of mean 1 and the given variance.

    exp(s z - s^2 / 2) with s^2 = log(1 + variance) and z the normal quantile.
    """
    spread = math.sqrt(math.log1p(variance))
    return math.exp(spread * _NORMAL.inv_cdf(_inside(uniform)) - spread * spread / 2)


def exponential_quantile(uniform: float, mean: float) -> float:
    """Return the exponential quantile, -mean log(1 - uniform)."""
    return -mean * math.log1p(-uniform)


def _inside(uniform: float) -> float:
    """Keep a uniform number away from 0, whose normal quantile is infinite."""
    return max(uniform, 2.0**-53)


class Stream:
    """A named stream of random draws.

    Each table draws from its own stream, so that one more draw in the first does not change the
    second; two scenarios with the same seed share streams, so that they differ only in what the
    scenario changes.

    Parameters
    ----------
    seed
        The study's seed.
    *names
        Names of what is drawn: table, school, outcome.
    """

    def __init__(self, seed: int, *names: str) -> None:
        # Not cryptographic: a reproducible generator is needed.
        self._random = random.Random("/".join([str(seed), *names]))  # noqa: S311 - no secret

    def uniform(self) -> float:
        """Return a number from 0 to below 1."""
        return self._random.random()

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.uniform() < probability

    def integer(self, first: int, last: int) -> int:
        """Return an integer from `first` to `last`, inclusive."""
        return first + int(self.uniform() * (last - first + 1))

    def choice(self, items: Sequence[T]) -> T:
        """Return one item, all being equally likely."""
        return items[int(self.uniform() * len(items))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """Return one key, with probability proportional to its weight."""
        point = self.uniform() * sum(weights.values())
        for item, weight in weights.items():
            point -= weight
            if point < 0:
                return item
        return list(weights)[-1]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in random order (Fisher and Yates)."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.integer(0, last)
            order[last], order[other] = order[other], order[last]
        return order

    def normal(self) -> float:
        """Return a standard normal draw."""
        return _NORMAL.inv_cdf(_inside(self.uniform()))

    def frailty(self, variance: float) -> float:
        """Return a log-normal factor of mean 1."""
        return frailty_quantile(self.uniform(), variance)

    def poisson(self, mean: float) -> int:
        """Return a Poisson count."""
        return poisson_quantile(self.uniform(), mean)

    def exponential(self, mean: float) -> float:
        """Return an exponential draw."""
        return exponential_quantile(self.uniform(), mean)

    def weekday(self, first: date, last: date) -> date:
        """Return a day from Monday to Friday from `first` to `last`, inclusive.

        The range must contain a weekday.
        """
        return self.choice(_weekdays(first, last))


@lru_cache(maxsize=1024)
def _weekdays(first: date, last: date) -> tuple[date, ...]:
    """Return every weekday between two days, cached as months recur in every school."""
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(day for day in every if day.weekday() < _SATURDAY)

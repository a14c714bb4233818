"""What people decide or assume for a study: disclosure, a larger trial, costs, assumptions."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.study.checked import one_of, require

CHANNELS = {"public": 6, "secure": 10}
"""Channels of release, each with its lowest threshold: see `analysis.disclosure`."""


@dataclass(frozen=True)
class Disclosure:
    """Settings of disclosure control for small counts of children.

    Attributes
    ----------
    channel
        'public' (release to everybody) or 'secure' (release from a secure environment).
    threshold
        Smallest count of children or their events that may be shown; the channel's or a larger
        one.
    """

    channel: str
    threshold: int

    def __post_init__(self) -> None:
        one_of("channel", self.channel, CHANNELS)
        least = CHANNELS[self.channel]
        rule = f"at least {least} for the channel '{self.channel}'"
        require(self.threshold >= least, "threshold", rule, self.threshold)


@dataclass(frozen=True)
class ScaleUp:
    """Settings of a larger trial.

    Attributes
    ----------
    enquiries_worth_a_worker
        Events of the primary outcome that must be averted per school over the months evaluated for
        a social worker to be worth the cost.
    enquiries_expected
        Expected events per school in those months without a social worker.
    """

    enquiries_worth_a_worker: float
    enquiries_expected: float

    def __post_init__(self) -> None:
        worth, expected = self.enquiries_worth_a_worker, self.enquiries_expected
        require(worth > 0, "enquiries_worth_a_worker", "above 0", worth)
        require(expected > worth, "enquiries_expected",
                 "above enquiries_worth_a_worker, or nothing would be worth the cost",
                 expected)  # fmt: skip


@dataclass(frozen=True)
class Costs:
    """What a social worker in schools costs.

    Attributes
    ----------
    worker
        Cost of one social worker over the months evaluated, in pounds; 0 if not assessed.
    source
        Source of that cost; empty if not assessed.
    """

    worker: float
    source: str

    def __post_init__(self) -> None:
        require(self.worker >= 0, "worker", "0 (not assessed) or more", self.worker)
        rule = "names where the cost is stated, and is empty where none is"
        require((self.worker > 0) == bool(self.source.strip()), "source", rule, self.source)


@dataclass(frozen=True)
class Assumption:
    """An assumption, with its reason."""

    id: str
    statement: str
    reason: str

    def __post_init__(self) -> None:
        for key in ("id", "statement", "reason"):
            require(bool(getattr(self, key).strip()), key, "may not be empty", getattr(self, key))

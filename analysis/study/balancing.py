"""Placebo and balancing outcomes, which help to interpret a change in the main ones.

A placebo outcome is one that the intervention can't change. A balancing outcome changes where
cases were recorded differently rather than fewer in number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from analysis.models.inputs.specification import Specification

MADE_OF = {"together": (2, 9), "children": (1, 1), "repeats": (1, 1), "pupils": (0, 0)}
"""Fewest and most outcomes that each kind of balancing outcome is made of."""


@dataclass(frozen=True)
class BalancingOutcome:
    """A placebo or balancing outcome.

    Attributes
    ----------
    name
        Value of the panel's column `outcome`.
    label
        Name in the report.
    says
        What a change in it would mean.
    measure
        'together' (events of the outcomes added up), 'children' (distinct children behind an
        outcome's events), 'repeats' (events within half a year of another of the same child) or
        'pupils' (on roll).
    of
        The outcomes that it is made of.
    """

    name: str
    label: str
    says: str
    measure: str
    of: tuple[str, ...]

    def __post_init__(self) -> None:
        fewest, most = MADE_OF.get(self.measure, (-1, -1))
        if fewest < 0:
            raise ConfigurationError(
                f"must be one of {', '.join(MADE_OF)}; found {self.measure!r}",
                place="measure", remedy="choose one of them",
            )  # fmt: skip
        if not fewest <= len(self.of) <= most:
            raise ConfigurationError(
                f"'{self.measure}' is made of {fewest} to {most} outcomes; found {len(self.of)}",
                place="of", remedy="name as many",
            )  # fmt: skip

    @property
    def named(self) -> tuple[str, ...]:
        """The outcomes that it names."""
        return self.of

    @property
    def exposure(self) -> str | None:
        """Column of its denominator; None for counts."""
        return None if self.measure == "pupils" else "pupils"

    @property
    def part_of(self) -> str:
        """The main outcome of whose events it is a part; empty if of none."""
        return self.of[0] if self.measure in ("children", "repeats") else ""

    @property
    def sum_of(self) -> tuple[str, ...]:
        """The main outcomes whose events it sums."""
        return self.of if self.measure == "together" else ()

    def asked_like(self, main: Specification) -> Specification:
        """Return a main analysis with its outcome replaced by this one."""
        return replace(
            main, outcome=self.name, name=self.name, label=self.label, role="placebo",
            exposure=self.exposure,
        )  # fmt: skip

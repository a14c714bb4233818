"""The disclosure status of an exhibit, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Outcome = Literal["released", "released after suppression", "held"]


@dataclass(frozen=True)
class Status:
    """The disclosure status of one exhibit.

    Attributes
    ----------
    outcome
        "released", "released after suppression" or "held".
    reason
        The reason, in one sentence that a reader of the report may see.
    """

    outcome: Outcome
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("a disclosure status needs a reason")

    @property
    def held(self) -> bool:
        """Whether nothing of the exhibit may be published."""
        return self.outcome == "held"


def strictest(statuses: Sequence[Status]) -> Status:
    """Return the strictest status of several parts that are shown together."""
    order = ("held", "released after suppression", "released")
    return min(statuses, key=lambda status: order.index(status.outcome))


def released(reason: str = "It shows nothing that is counted from children's records.") -> Status:
    """Return the status of an exhibit that is safe as it is."""
    return Status("released", reason)


def suppressed(reason: str) -> Status:
    """Return the status of an exhibit that is safe after some values were suppressed."""
    return Status("released after suppression", reason)


def held(reason: str) -> Status:
    """Return the status of an exhibit that may not be published."""
    return Status("held", reason)

"""Today's date, for the only question that may be asked of it."""

from __future__ import annotations

from datetime import date


def is_in_the_future(day: date) -> bool:
    """Return whether a date that somebody has entered is later than today, to refuse it.

    A result must not depend on the day on which it is computed. This ends a computation or changes
    nothing, and a date once accepted stays accepted.
    """
    return day > date.today()

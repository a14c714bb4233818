"""Damage as people do it: corruptions of the stand-in devised by hand, each named in words."""

from __future__ import annotations

from benchmarks.devised import children, events, practice, schools, totals
from benchmarks.devised.sent import Corruption

CORRUPTIONS: tuple[Corruption, ...] = (
    *schools.CORRUPTIONS,
    *children.CORRUPTIONS,
    *events.CORRUPTIONS,
    *practice.CORRUPTIONS,
    *totals.CORRUPTIONS,
)
"""All of them; names are unique."""

__all__ = ["CORRUPTIONS", "Corruption"]

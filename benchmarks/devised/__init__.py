"""Corruptions of the stand-in devised by hand after mistakes people make, each described."""

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
"""All corruptions, with unique names."""

__all__ = ["CORRUPTIONS", "Corruption"]

"""The values that a claim's rule compares, where the exhibits in evidence print them."""

from __future__ import annotations

from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any

from analysis.exhibits.parts.exhibit import Claim, Figure, Number, Table
from audit.coverage.literals import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCALES = (1, 100)
"""Factors: a share may be released as a proportion and compared as a percentage."""


def shown_evidence(exhibit: Any, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the parts of what a claim's rule compares that its evidence already shows.

    A part is left out if any of its numbers is in none of the exhibits in evidence, because a rule
    may compare more than the report prints.

    Parameters
    ----------
    exhibit
        Any exhibit; only a claim has such parts.
    values
        Every exhibit by name.
    """
    if not isinstance(exhibit, Claim) or exhibit.status.held:
        return ()
    shown = [
        each for name in exhibit.evidence for each in _printed(values.get(name)) if isfinite(each)
    ]
    parts = [part.strip() for part in exhibit.seen.split("; ") if numbers(part)]
    return tuple(part for part in parts if all(_among(each.text, shown) for each in numbers(part)))


def _among(numeral: str, shown: list[float]) -> bool:
    text = numeral.replace(",", "").replace("−", "-")
    decimals = len(text.partition(".")[2])
    try:
        value = float(text)
    except ValueError:
        return False
    return any(round(scale * each, decimals) == value for scale in SCALES for each in shown)


def _printed(exhibit: Any) -> Iterator[float]:
    """Yield the numbers that an exhibit prints or releases."""
    match exhibit:
        case Number():
            yield from _numerals(exhibit.text)
        case Figure() | Table() if not exhibit.status.held:
            for each in exhibit.data.to_numpy().ravel():
                if isinstance(each, str):
                    yield from _numerals(each)
                elif isinstance(each, Real):
                    yield float(each)
            for cell in exhibit.rows if isinstance(exhibit, Table) else ():
                yield from (n for text in cell for n in _numerals(text))


def _numerals(text: str) -> Iterator[float]:
    for each in numbers(text):
        try:
            yield float(each.text.replace(",", "").replace("−", "-"))
        except ValueError:
            continue

"""The last step before an exhibit leaves the dataflow: exceptions and rounding.

An estimate at full precision reveals counts: a ratio of four small counts, known to fifteen
digits, has one solution. So neither the data behind an exhibit nor the positions of its marks are
more precise than what a report prints.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analysis.disclosure import WITHHELD, Status, held, released, suppressed, with_exception
from analysis.disclosure.rules import CONFIDENTIAL
from analysis.exhibits.parts.exhibit import Claim, Exhibit, Figure, Number, Table, blank
from analysis.exhibits.parts.words import HIDDEN

if TYPE_CHECKING:
    import pandas as pd

    from analysis.disclosure import ReleaseException

DIGITS = 3
"""The most significant digits that are printed; large values have one decimal."""

UNSTATED = "It has no disclosure status: nobody has said that it may be published."

NO_VALUE = {HIDDEN, "[z]"}
"""The symbols in a column of numbers where no value may be shown, or none applies."""

_PLACES = re.compile(r'(?<=[\s<])(d|x|y)="([^"]*)"')
_DECIMAL = re.compile(r"-?\d+\.\d+")


def cleared(
    name: str, value: Any, exceptions: tuple[ReleaseException, ...], by_path: Status | None = None
) -> Any:
    """Return a node's value as it may leave the dataflow; only exhibits are changed.

    Parameters
    ----------
    by_path
        The status that follows from how an exhibit is computed. It applies where the exhibit has
        none of its own, and always where it withholds the exhibit.
    """
    if not isinstance(value, Figure | Table | Number | Claim):
        return value
    own = value.status if isinstance(value.status, Status) else held(UNSTATED)
    if by_path is not None and (by_path.held or own == released()):
        own = by_path
    status = with_exception(name, _as_shown(value, own, by_path), exceptions)
    if status.held:
        return blank(replace(value, status=status))
    if isinstance(value, Figure):
        wide, narrow = coarse_svg(value.svg), coarse_svg(value.narrow)
        return replace(value, status=status, data=coarse(value.data), svg=wide, narrow=narrow)
    if isinstance(value, Table):
        return replace(folded(value), status=status, data=coarse(value.data))
    return replace(value, status=status)


def _as_shown(value: Exhibit, own: Status, by_path: Status | None) -> Status:
    """Return the status of an exhibit, by what it shows and suppresses itself.

    A status given to several exhibits together states what is suppressed in any of them; and where
    a result is withheld rather than a count, no status was given at all.
    """
    if own.held or not isinstance(value, Figure | Table):
        return own
    hidden, shown = _hidden(value)
    if hidden and own.outcome == "released":
        return suppressed(
            f"{hidden} of {shown} values hidden as {HIDDEN}: they rest on too few children or "
            "events, or would reveal such a count."
        )
    if not hidden and own.outcome == "released after suppression":
        return by_path or released("None of its counts is suppressed.")
    return own


def _hidden(value: Figure | Table) -> tuple[int, int]:
    """Return how many values an exhibit suppresses, and how many it has."""
    if isinstance(value, Table):
        cells = [cell for row in value.rows for cell in row]
        return sum(HIDDEN in cell for cell in cells), len(cells)
    marks = value.data.isin([CONFIDENTIAL, WITHHELD]).to_numpy()
    return int(marks.any(axis=1).sum()), len(marks)


def printed_precision(value: float) -> float:
    """Return a value rounded to the precision that a report prints.

    Examples
    --------
    >>> printed_precision(1.234567), printed_precision(1234.567), printed_precision(12.0)
    (1.23, 1234.6, 12.0)
    """
    if not math.isfinite(value) or value == 0 or float(value).is_integer():
        return value
    return round(value, max(1, DIGITS - 1 - math.floor(math.log10(abs(value)))))


def coarse(data: pd.DataFrame) -> pd.DataFrame:
    """Return the data behind an exhibit at printed precision, in the same shape."""
    return data.map(lambda v: printed_precision(v) if isinstance(v, float) else v)


def coarse_svg(svg: str) -> str:
    """Return an SVG drawing with coordinates rounded to tenths of a point.

    Examples
    --------
    >>> coarse_svg('<use x="12.345678" y="7"/>')
    '<use x="12.3" y="7"/>'
    """

    def places(found: re.Match[str]) -> str:
        return f'{found[1]}="{_DECIMAL.sub(lambda n: f"{float(n[0]):.1f}", found[2])}"'

    return _PLACES.sub(places, svg)


def folded(table: Table) -> Table:
    """Return a table as it is, or folded into one row if none of its rows shows a value.

    Parameters
    ----------
    table
        As printed. It is folded only if every row has a suppressed cell, and no other value in a
        column of numbers: a true zero, or a cell that says "not estimable", reveals something
        about its row.

    Returns
    -------
    Table
        With the data behind it unchanged.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = (("Lambeth", "[c]", "no"), ("Stockport", "[c]", "no"))
    >>> found = Table(("Pilot", "Ratio", "Claim"), rows, (False, True, False), pd.DataFrame(), {})
    >>> folded(found).rows
    (('none: withheld to protect small counts, or too few to analyse', '[c]', ''),)
    """
    of_numbers = [place for place, numeric in enumerate(table.numeric) if numeric]
    values = [{row[place] for place in of_numbers} for row in table.rows]
    empty = all(HIDDEN in each and each <= NO_VALUE for each in values)
    if table.numeric[0] or len(table.rows) < 2 or not empty:
        return table
    rest = (HIDDEN if numeric else "" for numeric in table.numeric[1:])
    return replace(table, rows=((f"none: {WITHHELD}", *rest),))

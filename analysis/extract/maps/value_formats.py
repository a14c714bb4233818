"""Conversion of a council's values to the contract's forms.

Nothing is guessed: a value that does not have the form named is left unchanged, and validation
then reports it with its row.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from analysis.extract.maps.map_file import ColumnMap

_DAY, _MONTH, _YEAR = r"(?P<d>[0-9]{1,2})", r"(?P<m>[0-9]{1,2})", r"(?P<y>[0-9]{4})"
_NAMED = "(?P<m>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIME = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"

DATES = {
    "yyyy-MM-dd": rf"{_YEAR}-{_MONTH}-{_DAY}",
    "yyyy-MM-dd HH:mm:ss": rf"{_YEAR}-{_MONTH}-{_DAY}[ T]{_TIME}",
    "dd/MM/yyyy": rf"{_DAY}/{_MONTH}/{_YEAR}",
    "dd/MM/yyyy HH:mm": rf"{_DAY}/{_MONTH}/{_YEAR} {_TIME}",
    "dd.MM.yyyy": rf"{_DAY}\.{_MONTH}\.{_YEAR}",
    "dd-MMM-yyyy": rf"{_DAY}[- ]{_NAMED}[- ]{_YEAR}",
    "yyyyMMdd": r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})",
    "MM/yyyy": rf"{_MONTH}/{_YEAR}",
}
"""Patterns by name of the form. None with the month first: it can't be told apart from the day."""

_MONTHS = {name: number for number, name in enumerate(_NAMED[5:-1].split("|"), start=1)}
ISO = r"\d{4}-\d{2}(?:-\d{2})?"
"""Pattern of a day or month in the contracts' form."""


def convert(values: pd.Series[str], column: ColumnMap, *, month: bool = False) -> pd.Series[str]:
    """Return a column's values in the contract's form.

    Parameters
    ----------
    values
        Text as in the council's file.
    month
        Whether the contract's column contains months: a day is truncated to its month.
    """
    if column.date:
        values = iso_dates(values, column.date)
        if month:
            values = values.str.replace(r"^(\d{4}-\d{2})-\d{2}$", r"\1", regex=True)
    if column.thousands:
        values = values.str.replace(column.thousands, "", regex=False)
    if column.decimal:
        values = values.str.replace(column.decimal, ".", regex=False)
    if column.codes:
        values = values.map(lambda code: column.codes.get(code, code))
    if column.digits:
        numbers = values.str.fullmatch(r"[0-9]+")
        values = values.where(~numbers, values.str.zfill(column.digits))
    if column.prefix:
        values = values.where(values == "", column.prefix + values)
    return values


def iso_dates(values: pd.Series[str], form: str) -> pd.Series[str]:
    """Return days as YYYY-MM-DD, or months as YYYY-MM, where they have the form named."""
    pattern = re.compile(DATES[form], re.IGNORECASE)

    def iso(value: str) -> str:
        found = pattern.fullmatch(value)
        if not found:
            return value
        parts = found.groupdict()
        number = _MONTHS.get(parts["m"].title()) or int(parts["m"])
        day = f"-{int(parts['d']):02d}" if "d" in parts else ""
        return f"{parts['y']}-{number:02d}{day}"

    return values.map({value: iso(value) for value in values.unique()}).astype(values.dtype)

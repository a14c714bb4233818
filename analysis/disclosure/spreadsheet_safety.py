"""Data files that are safe to open in a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""Characters with which a text is run as a formula or command by some spreadsheet."""


def safe_csv(data: pd.DataFrame) -> str:
    r"""Return a frame as CSV in which no text is interpreted as a formula.

    Numbers are left as they are, including negative ones; a text that begins like a formula is
    prefixed with an apostrophe, which spreadsheets don't show.

    Examples
    --------
    >>> import pandas as pd
    >>> safe_csv(pd.DataFrame({"n": [-1], "text": ["=HYPERLINK(1)"]}))
    "n,text\n-1,'=HYPERLINK(1)\n"
    """
    safe = data.map(lambda value: safe_text(value) if isinstance(value, str) else value)
    safe.columns = [safe_text(str(name)) for name in data.columns]
    text: str = safe.to_csv(index=False, lineterminator="\n")
    return text


def safe_text(text: str) -> str:
    """Return a text that no spreadsheet interprets as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text

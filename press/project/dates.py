"""Format the date of a book or chapter in the style of its language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from press.errors import ChapterError, Location, UnsupportedError

# As in Quarto, the first number is read as the day if it cannot be a month.
_READ = ("%Y-%m-%d", "%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%m-%d-%y", "%d/%m/%Y", "%Y/%m/%d",
         "%d.%m.%Y", "%d %B %Y", "%B %d, %Y", "%d %b %Y", "%b %d, %Y")  # fmt: skip
# Format of each style, in American English and in any other language.
_STYLES = {
    "full": ("%A, %B {day}, %Y", "%A {day} %B %Y"),
    "long": ("%B {day}, %Y", "{day} %B %Y"),
    "medium": ("%b {day}, %Y", "{day} %b %Y"),
    "short": ("{month}/{day}/%y", "%d/%m/%Y"),
    "iso": ("%Y-%m-%d", "%Y-%m-%d"),
}


def printed_date(options: Mapping[str, Any], file: Path, place: Location) -> str:
    """Format the date given in options; return an empty string if there is none.

    Parameters
    ----------
    options
        `date`, `date-format` and `lang`.
    file
        The file whose modification time is used for ``last-modified``.
    place
        Location of the date.
    """
    given: Any = options.get("date")
    style: Any = options.get("date-format")
    if isinstance(given, dict):
        style = given.get("format", style)
        given = given.get("value")
    if not given:
        return ""
    style = str(style or "long")
    if style not in _STYLES:
        raise UnsupportedError(
            f"`date-format: {style}`: the press has no support for forms of dates",
            place,
            f"write one of {', '.join(_STYLES)}",
        )
    day = _day(given, file, place)
    american = str(options.get("lang") or "en").lower() in ("en", "en-us")
    form = _STYLES[style][0 if american else 1]
    return day.strftime(form.format(day=day.day, month=day.month))


def _day(given: Any, file: Path, place: Location) -> date:
    if isinstance(given, date):
        return given
    if given in ("today", "now"):
        return date.today()
    if given == "last-modified":
        return date.fromtimestamp(file.stat().st_mtime)
    words = re.sub(r"T[\d:.]+(Z|[+-]\d\d:?\d\d)?$", "", str(given).strip())
    for form in _READ:
        try:
            return datetime.strptime(words, form).date()
        except ValueError:
            continue
    raise ChapterError(f"the date {given} cannot be read", place, "write it as 2024-12-31")

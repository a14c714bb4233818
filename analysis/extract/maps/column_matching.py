"""How well a council's column fits a column of a contract, by its values and its name."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from analysis.extract.maps.value_formats import DATES, ISO, iso_dates

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from analysis.contracts.contract import Column, DataContract

Fit = tuple[float, dict[str, Any]]
"""Score from 0 (impossible) to 1, and the keys needed in the column's entry in a map."""
UNKNOWN = 0.5
"""Score where no value is evidence for or against."""
MOST_CODES = 40
ALIKE = 0.75
"""Similarity from which one code is proposed for another."""
IDENTIFIER = re.compile(r"\^(?P<prefix>[A-Za-z]+)\[0-9\]\{(?P<digits>[0-9]+)")
"""Form of the patterns of identifiers in the contracts."""
MARKS: tuple[dict[str, str], ...] = (
    {},
    {"thousands": ","},
    {"decimal": ","},
    {"thousands": ".", "decimal": ","},
)


def words(name: str) -> list[str]:
    """Return the words of a column's name, in lower case.

    Examples
    --------
    >>> words("DateOfBirth"), words("started_on"), words("CHILD ID")
    (['date', 'of', 'birth'], ['started', 'on'], ['child', 'id'])
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [word.lower() for word in re.findall(r"[A-Za-z0-9]+", parted)]


def name_fit(source: str, column: Column) -> float:
    """Return the similarity of the names, from 0 to 1; the description has a small weight."""
    own, target = words(source), words(column.name)
    if not own:
        return 0.0
    spelled = SequenceMatcher(None, " ".join(own), " ".join(target)).ratio()
    shared = len({*own} & {*target}) / len({*own} | {*target})
    said = {*words(column.description)} - {"the", "of", "a", "in", "on", "s", "is"}
    described = len({*own} & said) / len(own)
    return max(spelled, shared, 0.7 * described)


def value_fit(values: pd.Series[str], column: Column, contracts: Mapping[str, DataContract]) -> Fit:
    """Return how far a column's values satisfy, or can be converted to satisfy, the contract."""
    filled = values[values != ""]
    if filled.empty:
        return (UNKNOWN, {}) if not column.required else (0.0, {})
    if column.categories:
        share, keys = _codes(filled, column.categories)
    elif column.logical_type == "date":
        share, keys = _dates(filled, column)
    elif column.logical_type in ("integer", "number"):
        share, keys = _numbers(filled, whole=column.logical_type == "integer")
    else:
        share, keys = _identifiers(filled, _pattern(column, contracts))
    if column.primary_key and not filled.is_unique:
        share /= 4
    if column.required and len(filled) < len(values):
        share /= 2
    return share, keys


def _codes(filled: pd.Series[str], categories: tuple[str, ...]) -> Fit:
    counts = filled.value_counts()
    if len(counts) > MOST_CODES:
        return 0.0, {}
    targets = {str(code): _alike(str(code), categories) for code in counts.index}
    share = sum(counts[code] for code, target in targets.items() if target) / len(filled)
    same = all(code == target for code, target in targets.items())
    return share, {} if same else {"codes": targets}


def _alike(code: str, categories: tuple[str, ...]) -> str:
    """Return the category that a code most likely stands for; '' where none is similar."""
    likeness = {
        category: SequenceMatcher(None, " ".join(words(code)), " ".join(words(category))).ratio()
        for category in categories
    }
    best = max(likeness, key=lambda category: likeness[category])
    return best if likeness[best] >= ALIKE else ""


def _dates(filled: pd.Series[str], column: Column) -> Fit:
    own = r"\d{4}-\d{2}" if column.is_month else r"\d{4}-\d{2}-\d{2}"
    fits: list[Fit] = [(_within(filled.where(filled.str.fullmatch(own), ""), column), {})]
    for form in DATES:
        turned = iso_dates(filled, form)
        if column.is_month:
            turned = turned.str.slice(0, 7)
        turned = turned.where((turned != filled) & turned.str.fullmatch(ISO), "")
        fits.append((_within(turned, column), {"date": form}))
    return max(fits, key=lambda fit: fit[0])


def _within(days: pd.Series[str], column: Column) -> float:
    """Return the share of valid days, with those that the contract does not allow half counted."""
    first = str(column.options.get("minimum", ""))
    last = str(column.options.get("maximum", "9999"))
    dated = days != ""
    allowed = dated & (days >= first) & (days <= last)
    return float((dated.mean() + allowed.mean()) / 2)


def _numbers(filled: pd.Series[str], *, whole: bool) -> Fit:
    pattern = r"-?\d+" if whole else r"-?\d+(?:\.\d+)?"
    fits: list[Fit] = []
    for marks in MARKS:
        turned = filled
        for mark, instead in ((marks.get("thousands"), ""), (marks.get("decimal"), ".")):
            turned = turned.str.replace(mark, instead, regex=False) if mark else turned
        fits.append((float(turned.str.fullmatch(pattern).mean()), dict(marks)))
    return max(fits, key=lambda fit: fit[0])


def _identifiers(filled: pd.Series[str], pattern: str) -> Fit:
    if not pattern:
        return UNKNOWN, {}
    share = float(filled.str.fullmatch(pattern.strip("^$")).mean())
    made = IDENTIFIER.match(pattern)
    if share == 0 and made and filled.str.fullmatch(r"[0-9]+").all():
        return UNKNOWN, {"prefix": made["prefix"], "digits": int(made["digits"])}
    return share, {}


def _pattern(column: Column, contracts: Mapping[str, DataContract]) -> str:
    """Return a column's pattern, or that of the key it refers to."""
    dataset, _, key = column.references.partition(".")
    if not column.options.get("pattern") and dataset in contracts:
        return _pattern(contracts[dataset].column(key), contracts)
    return str(column.options.get("pattern", ""))

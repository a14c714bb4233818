"""Propose a map for a council's file, by the names of its columns and by their values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

import numpy as np

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


LOOKED_AT = 5000
"""Number of rows that is enough to recognise the form of a column."""
ENOUGH = 0.45
"""Score from which a column is proposed: half name, half values."""


@dataclass(frozen=True)
class Proposed:
    """The proposal for one column of the contract.

    Attributes
    ----------
    to
        The contract's column.
    entry
        Keys and values of its entry in a map, besides `to`; empty where nothing is proposed.
    score
        Score from 0 to 1; 1 where it is certain.
    """

    to: str
    entry: dict[str, Any]
    score: float

    @property
    def undecided(self) -> bool:
        """Whether a person must add something: a source, or the target of a code."""
        return not self.entry or "" in self.entry.get("codes", {}).values()


@dataclass(frozen=True)
class Proposal:
    """A map proposed for a dataset: its columns, and the file's columns that are not used."""

    dataset: str
    columns: tuple[Proposed, ...]
    unused: tuple[str, ...]

    @property
    def score(self) -> float:
        """How well the file fits the dataset, from 0 to 1."""
        return sum(each.score for each in self.columns) / len(self.columns)


def propose(table: pd.DataFrame, contracts: Mapping[str, DataContract], dataset: str) -> Proposal:
    """Propose a map from a table to a dataset.

    Parameters
    ----------
    table
        The council's file as text.
    dataset
        The contracts' dataset to which it is to be mapped.
    """
    contract = contracts[dataset]
    found = _matched(table.head(LOOKED_AT), contract, contracts)
    columns = tuple(
        found.get(column.name) or _otherwise(column, contract, contracts)
        for column in contract.columns
    )
    taken = {str(each.entry.get("from", "")) for each in columns}
    unused = tuple(str(name) for name in table.columns if str(name) not in taken)
    return Proposal(dataset, columns, unused)


def best_dataset(table: pd.DataFrame, contracts: Mapping[str, DataContract]) -> Proposal:
    """Return the proposal for the dataset that a table fits best."""
    proposals = [propose(table, contracts, dataset) for dataset in contracts]
    return max(proposals, key=lambda proposal: proposal.score)


def _matched(
    table: pd.DataFrame, contract: DataContract, contracts: Mapping[str, DataContract]
) -> dict[str, Proposed]:
    """Match columns one to one so as to maximise the sum of their scores."""
    from scipy.optimize import linear_sum_assignment

    names = [str(name) for name in table.columns]
    scores = np.zeros((len(contract.columns), len(names)))
    keys: dict[tuple[int, int], dict[str, Any]] = {}
    for row, column in enumerate(contract.columns):
        for place, name in enumerate(names):
            fit, needed = value_fit(table.iloc[:, place], column, contracts)
            scores[row, place] = (name_fit(name, column) + fit) / 2 if fit else 0
            keys[row, place] = needed
    found = {}
    for row, place in zip(*linear_sum_assignment(scores, maximize=True), strict=True):
        if (score := float(scores[row, place])) >= ENOUGH:
            to = contract.columns[row].name
            found[to] = Proposed(to, {"from": names[place], **keys[row, place]}, score)
    return found


def _otherwise(
    column: Column, contract: DataContract, contracts: Mapping[str, DataContract]
) -> Proposed:
    """Propose another source for a column that the file seems not to have."""
    made = IDENTIFIER.match(str(column.options.get("pattern", "")))
    if column.primary_key and len(contract.key) == 1 and made:
        entry = {"sequence": made["prefix"], "digits": int(made["digits"])}
        return Proposed(column.name, entry, 0.0)
    for other in contract.columns:
        dataset, _, key = other.references.partition(".")
        if dataset in contracts and dataset != contract.dataset and key == other.name:
            there = contracts[dataset]
            if column.name in there.column_names and column.name != key and there.key == (key,):
                return Proposed(column.name, {"of": f"{dataset}.{column.name}", "by": key}, 0.0)
    return Proposed(column.name, {}, 0.0)

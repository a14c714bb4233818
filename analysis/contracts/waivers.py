"""Waivers: breaches that the supplier won't fix and for which someone takes responsibility.

A waiver turns one breach, of a known size, from a failure into a warning that the report prints.
Rules without which nothing can be computed can't be waived. A waiver that is no longer needed is
printed too, so that it is removed before it covers something else. Waivers have no end date, for
then a report could not be reproduced.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from analysis.contracts.implied_rules import all_rules
from analysis.contracts.validation import validate
from analysis.errors import ConfigurationError
from analysis.extract.files.today import is_in_the_future

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from analysis.contracts.contract import DataContract
    from analysis.contracts.results import ContractResults, RuleResult
    from analysis.extract.extract import Extract

FILE = "waivers.toml"
KEYS = {"rule": str, "rows": int, "reason": str, "name": str, "date": date}
NEVER = re.compile(r".*-(?:columns|key|required|unique|type|known|code|file(?:-[a-z-]+)?)")
"""Rules that can't be waived: what breaks them cannot be read, distinguished or counted."""


@dataclass(frozen=True)
class Waiver:
    """A breach for which someone has taken responsibility.

    Attributes
    ----------
    rule
        Id of the rule.
    rows
        The scope: the largest number of rows that may break it.
    reason
        Why the breach does no harm, or why it cannot be fixed.
    name, date
        Who decided, and when.
    """

    rule: str
    rows: int
    reason: str
    name: str
    date: date

    @property
    def text(self) -> str:
        """The waiver as the report prints it."""
        scope = f"up to {self.rows:,} row{'s' if self.rows > 1 else ''}"
        return f"{self.name}, {self.date:%d %B %Y}, {scope}: {self.reason}"


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read the waivers on file; none if there is no file.

    Raises
    ------
    ConfigurationError
        If one lacks rule, scope, reason, name or date, or waives a rule that can't be waived.
    """
    if not path.is_file():
        return ()
    place = f"{path.parent.name}/{path.name}"
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"cannot be read: {error}", place=place, remedy="correct the line"
        ) from None
    entries = found.get("waiver", [])
    if set(found) - {"waiver"} or not _is_list_of_tables(entries):
        raise ConfigurationError(
            "contains something other than waivers", place=place, remedy="head each with [[waiver]]"
        )
    waivers = tuple(_waiver(each, f"{place}, [[waiver]] {n}") for n, each in enumerate(entries, 1))
    for number, waiver in enumerate(waivers, 1):
        if waiver.rule in {other.rule for other in waivers[: number - 1]}:
            raise ConfigurationError(
                f"the rule {waiver.rule} is waived already",
                place=f"{place}, [[waiver]] {number}",
                remedy="keep one waiver a rule, with the rows of both",
            )
    return waivers


def _is_list_of_tables(entries: object) -> bool:
    return isinstance(entries, list) and all(isinstance(each, dict) for each in entries)


def _waiver(entry: dict[str, object], place: str) -> Waiver:
    wrong = [key for key, kind in KEYS.items() if type(entry.get(key)) is not kind]
    extra = [key for key in entry if key not in KEYS]
    if wrong or extra:
        what = f"lacks a valid {', '.join(wrong)}" if wrong else f"has an unknown {extra[0]}"
        remedy = "write rule, rows (a number), reason, name and date (a day without quotes)"
        raise ConfigurationError(what, place=place, remedy=remedy)
    waiver = Waiver(**{key: entry[key] for key in KEYS})  # type: ignore[arg-type]  # just checked
    if NEVER.fullmatch(waiver.rule):
        raise ConfigurationError(
            f"the rule {waiver.rule} has no waiver: nothing can be computed from such rows",
            place=place,
            remedy="have the extract fixed",
        )
    if waiver.rows < 1 or not waiver.reason.strip() or not waiver.name.strip():
        raise ConfigurationError(
            "an empty waiver", place=place, remedy="say how many rows, why and who"
        )
    if is_in_the_future(waiver.date):
        raise ConfigurationError(
            f"the date, {waiver.date}, is in the future", place=place, remedy="correct it"
        )
    return waiver


def validate_extract(
    extract: Extract, contracts: Mapping[str, DataContract], directory: Path
) -> ContractResults:
    """Test every rule of every contract, allowing for the waivers on file.

    Parameters
    ----------
    directory
        Folder of the contracts, which contains `waivers.toml`.
    """
    found = validate(extract.tables, contracts, read=extract.read)
    return with_waivers(found, read_waivers(directory / FILE), contracts)


def with_waivers(
    results: ContractResults,
    waivers: Iterable[Waiver],
    contracts: Mapping[str, DataContract],
) -> ContractResults:
    """Return the results with waived breaches as warnings.

    Raises
    ------
    ConfigurationError
        If a waiver names a rule that is in no contract.
    """
    by_rule = {waiver.rule: waiver for waiver in waivers}
    known = {rule.id for contract in contracts.values() for rule in all_rules(contract)}
    unknown = set(by_rule) - known
    if unknown:
        raise ConfigurationError(
            f"no contract has the rule {', '.join(sorted(unknown))}",
            place=FILE,
            remedy="correct the rule's id, or take the waiver out",
        )
    waived = [_waived(result, by_rule.get(result.rule)) for result in results.results]
    return replace(results, results=tuple(waived))


def _waived(result: RuleResult, waiver: Waiver | None) -> RuleResult:
    if waiver is None:
        return result
    if result.outcome not in ("fail", "warn"):
        return replace(result, waiver=f"not needed, nothing breaks the rule ({waiver.text})")
    if isinstance(result.failing, int) and result.failing > waiver.rows:
        return replace(result, waiver=f"not covered, more rows than waived ({waiver.text})")
    return replace(result, outcome="warn", waiver=waiver.text)

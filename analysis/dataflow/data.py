"""From files to the outcome panel: reading, validation, types and counts.

Each table's node is named after its file, so that lineage ends in files.
"""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pandas as pd

from analysis.contracts import (
    ContractResults,
    DataContract,
    raise_if_broken,
    read_contracts,
    validate_extract,
)
from analysis.extract.extract import Extract, ExtractFile, Origin, read_extract, typed
from analysis.extract.extract import origin as origin_of
from analysis.extract.files.out_of_core import OutOfCoreTable
from analysis.extract.panel import outcome_panel as count_outcomes
from analysis.scale.large_table import readers
from analysis.study.scale import Scale
from analysis.study.settings import Outcome, Pilot, Window

CANDIDATE_COLUMNS = (
    "school_id", "pilot", "phase", "pupils", "fsm_percent", "enquiries_other_months",
    "enquiries_like_months", "enquiries_pilot_months",
)  # fmt: skip
"""Columns of the candidate schools, for a study that has no contract for them."""


_DAY = "datetime64[us]"
"""Type of a day, as tables have it."""


def contracts(contract_directory: Path) -> dict[str, DataContract]:
    """Return the data contracts by dataset."""
    return read_contracts(contract_directory)


def extract(
    extract_directory: Path, contracts: dict[str, DataContract], engine_settings: Scale
) -> Extract:
    """Read the extract, every value as text."""
    return read_extract(extract_directory, contracts, large=readers(engine_settings))


def extract_files(extract: Extract) -> dict[str, ExtractFile]:
    """Return each file's digest and number of rows, by file name."""
    return {file.name: file for file in extract.files}


def origin(extract: Extract, invented_register: Path) -> Origin:
    """Say whether the extract is invented, by its files' digests."""
    return origin_of(extract, invented_register)


def contract_results(
    extract: Extract, contracts: dict[str, DataContract], contract_directory: Path
) -> ContractResults:
    """Validate the extract against every rule of every contract, allowing for waivers on file."""
    return validate_extract(extract, contracts, contract_directory)


def contract_counts(contract_results: ContractResults) -> pd.DataFrame:
    """Count each dataset's rules by outcome."""
    outcomes = ["pass", "warn", "fail", "nothing tested"]
    frame = pd.DataFrame(
        [(result.dataset, result.outcome) for result in contract_results.results],
        columns=["dataset", "outcome"],
    )
    table = pd.crosstab(frame["dataset"], frame["outcome"]).reindex(columns=outcomes, fill_value=0)
    table.insert(0, "rules", table.sum(axis=1))
    return table.rename_axis(columns=None).reset_index()


def accepted_tables(
    extract: Extract, contracts: dict[str, DataContract], contract_results: ContractResults
) -> dict[str, pd.DataFrame]:
    """Return the typed tables of an extract that satisfies its contracts.

    Columns are in the contract's order and rows are sorted by key, whatever their order in the
    file.

    Raises
    ------
    ContractBroken, NothingTested
        If it does not satisfy them; nothing is computed from such an extract.
    """
    raise_if_broken(contract_results)
    return {name: _accepted(table, contracts[name]) for name, table in extract.tables.items()}


def _accepted(table: pd.DataFrame, contract: DataContract) -> pd.DataFrame:
    if isinstance(table, OutOfCoreTable):
        return cast("pd.DataFrame", table.events())
    ordered = table[list(contract.column_names)].sort_values(list(contract.key), kind="stable")
    return typed(ordered.reset_index(drop=True), _types(contract))


def schools(accepted_tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the schools, one row per school."""
    return accepted_tables["schools"]


def school_months(accepted_tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the monthly returns, one row per school and month."""
    return accepted_tables["school_months"]


def child_events(accepted_tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the events of children, one row per event, or what counts them out of core."""
    return accepted_tables["child_events"]


def care_episodes(
    accepted_tables: dict[str, pd.DataFrame], contracts: dict[str, DataContract]
) -> pd.DataFrame:
    """Return the spells in care, one row per spell; none if the study measures no days."""
    if "care_episodes" in contracts:
        return accepted_tables["care_episodes"]
    none = {"child_id": "str", "school_id": "str", "started": _DAY, "ended": _DAY}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in none.items()})


def candidate_schools(
    accepted_tables: dict[str, pd.DataFrame], contracts: dict[str, DataContract]
) -> pd.DataFrame:
    """Return the candidate comparison schools, one row per school; none if not supplied."""
    contract = contracts.get("candidate_schools")
    columns = contract.column_names if contract else CANDIDATE_COLUMNS
    return accepted_tables.get("candidate_schools", pd.DataFrame(columns=list(columns)))


def outcome_panel(
    schools: pd.DataFrame,
    school_months: pd.DataFrame,
    child_events: pd.DataFrame,
    care_episodes: pd.DataFrame,
    pilots: tuple[Pilot, ...],
    outcomes: tuple[Outcome, ...],
    window: Window,
) -> pd.DataFrame:
    """Count each outcome in each school and month."""
    return count_outcomes(
        schools, school_months, child_events, care_episodes, pilots, outcomes, window
    )


def _types(contract: DataContract) -> dict[str, str]:
    """Return the type of each column; a month stays text until its events are counted."""
    types: dict[str, str] = {}
    for column in contract.columns:
        if set(column.categories) == {"yes", "no"}:
            types[column.name] = "boolean"
        else:
            types[column.name] = "string" if column.is_month else column.logical_type
    return types

"""Test an extract against its contracts, rule by rule."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from analysis.contracts.contract import CONTROL_TOTALS
from analysis.contracts.engine import Answer, TestedColumns
from analysis.contracts.expectations import Expectation, expectations
from analysis.contracts.observed_values import classes_seen
from analysis.contracts.results import (
    ROWS_KEPT,
    STAGE_OF_THE_REST,
    ContractResults,
    RuleResult,
)
from analysis.contracts.typed_tables import FIRST_ROW
from analysis.extract.files import FILE_RULES, REASON, FilesRead, Problem
from analysis.extract.files.out_of_core import OutOfCoreTable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    from analysis.contracts.contract import DataContract, Sensitivity
    from analysis.contracts.results import Outcome

SAFE_NAME = re.compile(r"[a-z][a-z_]{0,40}")
"""Pattern of a column name that can't be an identifier: without a header, data become names."""

NAMED = 20
"""The most columns named, of those that are missing or not expected."""


def validate(
    tables: Mapping[str, pd.DataFrame],
    contracts: Mapping[str, DataContract],
    only: Collection[str] | None = None,
    read: FilesRead | None = None,
) -> ContractResults:
    """Test every rule of every contract, without stopping at a breach.

    Parameters
    ----------
    tables
        Text as sent, by dataset: one row per record, blank as the empty string.
    contracts
        By dataset.
    only
        Rule ids to test; None for all. A result of only some rules is not an acceptance.
    read
        How the tables were read: the files, and those that could not be read.

    Returns
    -------
    ContractResults
        Results, with the rows that break each rule by their number in the file.

    Raises
    ------
    ConfigurationError
        If a contract contains a rule that cannot be run.
    ValidationError
        If Great Expectations gives an empty or exceptional result.
    """
    mapped = {
        name: [e for e in expectations(contract, contracts) if only is None or e.rule.id in only]
        for name, contract in contracts.items()
    }
    columns = _columns(tables, contracts)
    read = read or FilesRead()
    results: list[RuleResult] = []
    for name, contract in sorted(contracts.items(), key=_totals_first):
        found = _file(contract, name in tables, read)
        results += [r for r in found if only is None or r.outcome == "fail" or r.rule in only]
        if name in tables:
            results += _dataset(contract, mapped[name], tables[name], columns)
    for name in sorted({*tables, *read.problems} - set(contracts)):
        problems = read.problems.get(name) or (_without_contract(name),)
        results += [_unread(name, problem, "child") for problem in problems]
    by_rule = {each.rule.id: each for some in mapped.values() for each in some}
    return ContractResults(
        _with_sources(_with_causes(results, by_rule, columns), by_rule, columns),
        {name: _files(name, table, contracts, read) for name, table in tables.items()},
        {name: len(table) for name, table in tables.items()},
        {name: _places(name, results, read) for name in read.places},
        {
            name: {column: map_.named(column) for column in contracts[name].column_names}
            for name, map_ in read.maps.items()
        },
        {name: map_.words for name, map_ in read.maps.items()},
    )


def _places(
    dataset: str, results: Sequence[RuleResult], read: FilesRead
) -> dict[int, tuple[str, int]]:
    """Return the council's file and line of each row that breaks a rule, by row."""
    broken = {row for each in results if each.dataset == dataset for row in each.rows}
    files, lines = read.places[dataset]["file"], read.places[dataset]["line"]
    header = {1: (str(read.parts[dataset][0].name), 1)} if 1 in broken else {}
    return header | {
        row: (str(files.iloc[row - FIRST_ROW]), int(lines.iloc[row - FIRST_ROW]))
        for row in sorted(broken)
        if row >= FIRST_ROW
    }


def _totals_first(item: tuple[str, DataContract]) -> bool:
    """Put control totals first: if they disagree, the files are not what was sent."""
    return item[0] != CONTROL_TOTALS


def _with_causes(
    results: Sequence[RuleResult], mapped: Mapping[str, Expectation], columns: TestedColumns
) -> tuple[RuleResult, ...]:
    """Add to each breach the breaches on the values that it reads.

    A column in another spelling can break a score of rules; the user should not have to look for
    the cause among them.
    """
    broken = [result for result in results if result.outcome in ("fail", "warn")]
    causes = [result for result in broken if result.column and result.stage < STAGE_OF_THE_REST]
    found = []
    for result in results:
        follows: tuple[str, ...] = ()
        if result in broken and result.rule in mapped:
            reads = frozenset().union(
                *(columns.sources(result.dataset, c) for c in mapped[result.rule].columns)
            )
            follows = tuple(
                cause.rule
                for cause in causes
                if (cause.dataset, cause.column) in reads and cause.stage < result.stage
            )
        found.append(replace(result, follows=follows))
    return tuple(found)


def _with_sources(
    results: Sequence[RuleResult], mapped: Mapping[str, Expectation], columns: TestedColumns
) -> tuple[RuleResult, ...]:
    """Mark rules whose counts of rows follow from children's records in another file."""
    contracts = columns.contracts
    about_children = {
        (name, column.name)
        for name, contract in contracts.items()
        for column in contract.columns
        if column.sensitivity == "child"
    }

    def reads_children(result: RuleResult) -> bool:
        if result.rule not in mapped or contracts[result.dataset].sensitivity == "child":
            return False
        read = (columns.sources(result.dataset, c) for c in mapped[result.rule].columns)
        return any(source & about_children for source in read)

    return tuple(replace(each, from_children=reads_children(each)) for each in results)


def _columns(
    tables: Mapping[str, pd.DataFrame], contracts: Mapping[str, DataContract]
) -> TestedColumns:
    """Return the columns that rules read; a table that is not in memory has its own way to.

    Of columns with the same name the first counts; the rule on columns reports the others.
    """
    large: dict[str, Any] = {
        name: table for name, table in tables.items() if isinstance(table, OutOfCoreTable)
    }
    first = {
        name: table.loc[:, ~table.columns.duplicated()]
        for name, table in tables.items()
        if name not in large
    }
    for table in large.values():
        found: TestedColumns = table.reading(first | large, contracts)
        return found
    return TestedColumns(first, contracts)


def _dataset(
    contract: DataContract, mapped: Sequence[Expectation], raw: pd.DataFrame, columns: TestedColumns
) -> list[RuleResult]:
    name = contract.dataset
    about_header = [e for e in mapped if e.type == "expect_table_columns_to_match_set"]
    rest = [e for e in mapped if e not in about_header]
    runnable = [e for e in rest if len(raw) and all(columns.has(name, c) for c in e.columns)]
    answered = columns.answers(name, runnable)
    found = {e.rule.id: _header(e, raw, contract) for e in about_header}
    found |= {e.rule.id: _result(e, answered[e.rule.id], columns, contract) for e in runnable}
    return [found.get(e.rule.id) or _untested(e, contract, raw, columns) for e in mapped]


# --- results -------------------------------------------------------------------------


def _result(
    expectation: Expectation, answer: Answer, columns: TestedColumns, contract: DataContract
) -> RuleResult:
    if not answer.tested:
        return _fill(expectation, contract, "nothing tested", 0, 0)
    outcome = _outcome(expectation, broken=not answer.success)
    seen: tuple[str, ...] = ()
    if answer.rows:
        sent, frame = columns.broken(contract.dataset, expectation, answer.rows)
        seen = classes_seen(expectation, sent, frame)
    elif not answer.success:
        seen = ("another number",)
    return _fill(expectation, contract, outcome, answer.tested, answer.failing, answer.rows, seen)


def _outcome(expectation: Expectation, *, broken: bool) -> Outcome:
    if not broken:
        return "pass"
    return "fail" if expectation.rule.severity == "error" else "warn"


def _header(expectation: Expectation, raw: pd.DataFrame, contract: DataContract) -> RuleResult:
    """Compare the header with the contract: every name, exactly once."""
    names = [str(name) for name in raw.columns]
    absent = [f"no column {name}" for name in contract.column_names if name not in names]
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    twice = [f"column {_shown(name)} twice" for name in repeated]
    known = set(contract.column_names)
    extra = [f"unknown column {_shown(name)}" for name in names if name not in known]
    found = list(dict.fromkeys([*absent, *twice, *extra]))
    more = [f"{len(found) - NAMED:,} more"] if len(found) > NAMED else []
    seen = (*found[:NAMED], *more)
    outcome = _outcome(expectation, broken=bool(seen))
    return _fill(expectation, contract, outcome, len(names), len(found), (1,) if seen else (), seen)


def _shown(name: str) -> str:
    return name if SAFE_NAME.fullmatch(name) else "with a name that is not a plain word"


def _untested(
    expectation: Expectation, contract: DataContract, raw: pd.DataFrame, columns: TestedColumns
) -> RuleResult:
    lacking = columns.lacking(contract.dataset, expectation.columns) if len(raw) else ("no rows",)
    return _fill(expectation, contract, "nothing tested", 0, 0, seen=lacking)


def _fill(
    expectation: Expectation,
    contract: DataContract,
    outcome: Outcome,
    tested: int,
    failing: int,
    rows: tuple[int, ...] = (),
    seen: tuple[str, ...] = (),
) -> RuleResult:
    rule = expectation.rule
    return RuleResult(
        rule=rule.id,
        dataset=rule.dataset,
        column=rule.column,
        severity=rule.severity,
        outcome=outcome,
        tested=tested,
        failing=failing,
        expected=rule.expected,
        reason=rule.reason,
        remedy=rule.remedy,
        sensitivity=contract.sensitivity,
        rows=rows,
        seen=seen,
        stops=outcome == "nothing tested"
        and rule.severity == "error"
        and (seen == ("no rows",) or not rule.may_test_nothing),
    )


# --- files ---------------------------------------------------------------------------


def _files(
    name: str, table: pd.DataFrame, contracts: Mapping[str, DataContract], read: FilesRead
) -> tuple[tuple[str, int], ...]:
    """Return the files of a dataset, each with its number of records."""
    if name in read.parts:
        return tuple((part.name, part.rows) for part in read.parts[name])
    file = contracts[name].file if name in contracts else f"{name}.csv"
    return ((file, len(table)),)


def _file(contract: DataContract, sent: bool, read: FilesRead) -> list[RuleResult]:
    """Return the result of the rule that the file is present and can be read."""
    problems = read.problems.get(contract.dataset, ())
    if contract.optional and not sent and all(p.kind == "missing" for p in problems):
        return [_absent(contract, problems)]
    if problems:
        return [_unread(contract.dataset, problem, contract.sensitivity) for problem in problems]
    if not sent:
        missing = Problem("missing", contract.file, "no such file")
        return [_unread(contract.dataset, missing, contract.sensitivity)]
    how = " or ".join(form.words for form in contract.forms)
    file = contract.file
    if contract.dataset in read.maps:
        file = ", ".join(part.name for part in read.parts[contract.dataset])
        how = f"through {read.maps[contract.dataset].name}"
    return [
        RuleResult(
            rule=f"{contract.dataset}-file",
            dataset=contract.dataset,
            column="",
            severity="error",
            outcome="pass",
            tested=1,
            failing=0,
            expected=f"{file} is there and can be read: {how}.",
            reason=REASON,
            remedy="",
            sensitivity=contract.sensitivity,
        )
    ]


def _absent(contract: DataContract, problems: Sequence[Problem]) -> RuleResult:
    """Return the result of an optional file that was not sent: a warning for control totals."""
    missed = contract.dataset == CONTROL_TOTALS
    absent = problems[0] if problems else Problem("absent", contract.file, "no such file")
    absent = replace(absent, kind="absent" if missed else "unsent")
    unread = _unread(contract.dataset, absent, contract.sensitivity)
    outcome: Outcome = "warn" if missed else "nothing tested"
    return replace(
        unread, severity="warning", outcome=outcome, tested=int(missed), failing=int(missed)
    )


def _unread(dataset: str, problem: Problem, sensitivity: Sensitivity) -> RuleResult:
    rule = FILE_RULES[problem.kind]
    return RuleResult(
        rule=f"{dataset}-file-{problem.kind}",
        dataset=dataset,
        column="",
        severity="error",
        outcome="fail",
        tested=1,
        failing=max(1, len(problem.rows)),
        expected=rule.expected,
        reason=rule.reason,
        remedy=rule.remedy,
        sensitivity=sensitivity,
        rows=problem.rows[:ROWS_KEPT],
        seen=(problem.seen,),
        file=problem.file,
    )


def _without_contract(name: str) -> Problem:
    return Problem("unexpected", f"{name}.csv", "a file without a contract")

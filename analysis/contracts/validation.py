"""Test an extract against its contracts with Great Expectations.

Great Expectations is imported here, where it runs, and nowhere else: it takes seconds.
"""

from __future__ import annotations

import re
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.contracts.expectations import Expectation, expectations
from analysis.contracts.files import FILE_RULES, REASON, FilesRead, Problem
from analysis.contracts.results import ROWS_KEPT, ContractResults, RuleResult
from analysis.contracts.seen import classes_seen
from analysis.contracts.typed import Columns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from analysis.contracts.contract import DataContract, Sensitivity
    from analysis.contracts.results import Outcome

QUIETENED = (
    # Great Expectations imports two modules that Python 3.11 renamed.
    (r"module 'sre_(constants|parse)' is deprecated", DeprecationWarning),
)
"""Warnings of libraries that are not ours to mend, each with its reason."""

SAFE_NAME = re.compile(r"[a-z][a-z_]{0,40}")
"""A column name that can hold no identifier: a file without its header shows data as names."""


class ValidationError(RuntimeError):
    """Great Expectations gave no usable answer: a fault of the program, never a pass."""


def validate(
    tables: Mapping[str, pd.DataFrame],
    contracts: Mapping[str, DataContract],
    only: Collection[str] | None = None,
    read: FilesRead | None = None,
) -> ContractResults:
    """Test every rule of every contract, and stop at none.

    Parameters
    ----------
    tables
        Text as sent, by dataset: one row a record, blank as the empty string.
    contracts
        By dataset.
    only
        Rule ids to test; None for all. A result of some rules is no acceptance.
    read
        How the tables were read: names the files, and those that could not be.

    Returns
    -------
    ContractResults
        With the rows that break each rule by their number in the file.

    Raises
    ------
    ConfigurationError
        If a contract holds a rule that cannot be run.
    ValidationError
        If Great Expectations gives an empty or exceptional result.
    """
    mapped = {
        name: [e for e in expectations(contract, contracts) if only is None or e.rule.id in only]
        for name, contract in contracts.items()
    }
    columns = Columns(_first_of_each(tables), contracts)
    read = read or FilesRead()
    results: list[RuleResult] = []
    for name, contract in contracts.items():
        found = _file(contract, name in tables, read.problems.get(name, ()))
        results += [result for result in found if only is None or result.outcome == "fail"]
        if name in tables:
            results += _dataset(contract, mapped[name], tables[name], columns)
    for name in sorted({*tables, *read.problems} - set(contracts)):
        problems = read.problems.get(name) or (_without_contract(name),)
        results += [_unread(name, problem, "child") for problem in problems]
    return ContractResults(
        tuple(results),
        {name: _files(name, table, contracts, read) for name, table in tables.items()},
        {name: len(table) for name, table in tables.items()},
    )


def _first_of_each(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Keep the first of columns with one name; the rule on columns reports the others."""
    return {name: table.loc[:, ~table.columns.duplicated()] for name, table in tables.items()}


def _dataset(
    contract: DataContract,
    mapped: Sequence[Expectation],
    raw: pd.DataFrame,
    columns: Columns,
) -> list[RuleResult]:
    name = contract.dataset
    about_header = [e for e in mapped if e.type == "expect_table_columns_to_match_set"]
    rest = [e for e in mapped if e not in about_header]
    runnable = [e for e in rest if len(raw) and all(columns.has(name, c) for c in e.columns)]
    wanted = dict.fromkeys(column for e in runnable for column in e.columns)
    frame = columns.frame(name, wanted)
    # A frame without columns would lose its rows.
    answers = _run(frame.assign(row=1), runnable) if runnable else {}
    sent = columns.raw[name].set_axis(frame.index)
    found = {e.rule.id: _header(e, raw, contract) for e in about_header}
    found |= {e.rule.id: _result(e, answers[e.rule.id], sent, frame, contract) for e in runnable}
    return [found.get(e.rule.id) or _untested(e, contract, raw, columns) for e in mapped]


# --- Great Expectations --------------------------------------------------------------


def _run(frame: pd.DataFrame, mapped: Sequence[Expectation]) -> dict[str, Mapping[str, Any]]:
    """Return the result of each expectation by rule id.

    Rows are asked for only where a rule is broken: naming none costs as much as testing.
    """
    with _quiet():
        batch = _batch(frame)
        answers = _answers(batch, mapped, "BASIC")
        broken = [e for e in mapped if e.is_about_rows and _has_breaches(answers[e.rule.id])]
        return {**answers, **(_answers(batch, broken, "COMPLETE") if broken else {})}


def _has_breaches(answer: Mapping[str, Any]) -> bool:
    return bool(answer.get("unexpected_count"))


def _batch(frame: pd.DataFrame) -> Any:
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("extract").add_dataframe_asset("table")
    whole = asset.add_batch_definition_whole_dataframe("whole")
    return whole.get_batch(batch_parameters={"dataframe": frame})


def _answers(
    batch: Any, mapped: Sequence[Expectation], detail: str
) -> dict[str, Mapping[str, Any]]:
    from great_expectations import ExpectationSuite

    suite = ExpectationSuite(
        name="contract",
        expectations=[
            {"type": e.type, "kwargs": dict(e.kwargs), "meta": {"rule": e.rule.id}} for e in mapped
        ],
    )
    outcome = batch.validate(suite, result_format={"result_format": detail})
    answers = {r.expectation_config.meta["rule"]: _usable(r) for r in outcome.results}
    if missing := {e.rule.id for e in mapped} - set(answers):
        raise ValidationError(f"no result for {', '.join(sorted(missing))}")
    return answers


def _usable(result: Any) -> Mapping[str, Any]:
    """Return a result's body; an empty or exceptional one is an error of ours."""
    rule = result.expectation_config.meta["rule"]
    info = result.exception_info or {}
    parts = [info] if "raised_exception" in info else list(info.values())
    raised = [part["exception_message"] for part in parts if part.get("raised_exception")]
    if raised or not result.result or result.success is None:
        raise ValidationError(f"rule {rule} could not be run: {'; '.join(raised) or 'no result'}")
    return {"success": result.success, **result.result}


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        for message, category in QUIETENED:
            warnings.filterwarnings("ignore", message=message, category=category)
        yield


# --- results -------------------------------------------------------------------------


def _result(
    expectation: Expectation,
    answer: Mapping[str, Any],
    sent: pd.DataFrame,
    frame: pd.DataFrame,
    contract: DataContract,
) -> RuleResult:
    if not expectation.is_about_rows:
        outcome = _outcome(expectation, broken=not answer["success"])
        seen = () if answer["success"] else ("another number",)
        return _fill(
            expectation, contract, outcome, len(frame), int(not answer["success"]), seen=seen
        )
    tested = answer["element_count"] - answer.get("missing_count", 0)
    if tested == 0:
        return _fill(expectation, contract, "nothing tested", 0, 0)
    rows = sorted(answer.get("unexpected_index_list") or [])
    if len(rows) != answer["unexpected_count"]:
        raise ValidationError(f"rule {expectation.rule.id}: rows and their count disagree")
    if bool(rows) == answer["success"] and "mostly" not in expectation.kwargs:
        raise ValidationError(f"rule {expectation.rule.id}: rows and success disagree")
    kept = rows[:ROWS_KEPT]
    return _fill(
        expectation,
        contract,
        _outcome(expectation, broken=not answer["success"]),
        tested,
        len(rows),
        tuple(int(row) for row in kept),
        classes_seen(expectation, sent, frame, kept) if rows else (),
    )


def _outcome(expectation: Expectation, *, broken: bool) -> Outcome:
    if not broken:
        return "pass"
    return "fail" if expectation.rule.severity == "error" else "warn"


def _header(expectation: Expectation, raw: pd.DataFrame, contract: DataContract) -> RuleResult:
    """Compare the header with the contract: names, each once."""
    names = [str(name) for name in raw.columns]
    absent = [f"no column {name}" for name in contract.column_names if name not in names]
    twice = [
        f"column {_shown(name)} twice" for name in sorted({n for n in names if names.count(n) > 1})
    ]
    extra = [
        f"unknown column {_shown(name)}" for name in names if name not in contract.column_names
    ]
    seen = tuple(dict.fromkeys([*absent, *twice, *extra]))
    outcome = _outcome(expectation, broken=bool(seen))
    return _fill(expectation, contract, outcome, len(names), len(seen), (1,) if seen else (), seen)


def _shown(name: str) -> str:
    return name if SAFE_NAME.fullmatch(name) else "with a name that is no plain word"


def _untested(
    expectation: Expectation, contract: DataContract, raw: pd.DataFrame, columns: Columns
) -> RuleResult:
    lacking = [c for c in expectation.columns if not columns.has(contract.dataset, c)]
    seen = tuple(f"{column} was not sent" for column in lacking) if len(raw) else ("no rows",)
    return _fill(expectation, contract, "nothing tested", 0, 0, seen=seen)


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


def _file(contract: DataContract, sent: bool, problems: Sequence[Problem]) -> list[RuleResult]:
    """Return the result of the rule that the file is there and can be read."""
    if problems:
        return [_unread(contract.dataset, problem, contract.sensitivity) for problem in problems]
    if not sent:
        missing = Problem("missing", contract.file, "no such file")
        return [_unread(contract.dataset, missing, contract.sensitivity)]
    forms = " or ".join(form.words for form in contract.forms)
    return [
        RuleResult(
            rule=f"{contract.dataset}-file",
            dataset=contract.dataset,
            column="",
            severity="error",
            outcome="pass",
            tested=1,
            failing=0,
            expected=f"{contract.file} is there and can be read: {forms}.",
            reason=REASON,
            remedy="",
            sensitivity=contract.sensitivity,
        )
    ]


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
        reason=REASON,
        remedy=rule.remedy,
        sensitivity=sensitivity,
        rows=problem.rows[:ROWS_KEPT],
        seen=(problem.seen,),
        file=problem.file,
    )


def _without_contract(name: str) -> Problem:
    return Problem("unexpected", f"{name}.csv", "a file without a contract")

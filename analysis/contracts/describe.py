"""Contract results in words: one table a dataset, and what to mend where a rule is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.contracts.typed import FIRST_ROW
from analysis.errors import ContractBroken, NothingTested

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from analysis.contracts.results import ContractResults, RuleResult

ROWS_SHOWN = 20
WORDS = {"pass": "pass", "warn": "WARN", "fail": "FAIL", "nothing tested": "nothing tested"}


def describe(results: ContractResults, tables: Mapping[str, pd.DataFrame] | None = None) -> str:
    """Return one plain table a dataset, and below it what to do about each breach.

    Parameters
    ----------
    tables
        The extract as sent: given, the values that break a rule are shown with their
        rows. For the terminal of whoever may see the data, and nowhere else.
    """
    datasets = dict.fromkeys(result.dataset for result in results.results)
    parts = [_dataset(results, name, tables or {}) for name in datasets]
    return "\n\n".join([*parts, _conclusion(results)]) + "\n"


def breach(result: RuleResult, results: ContractResults) -> str:
    """Return one broken rule: file, rows, column, rule, what was seen, remedy."""
    places = "; ".join(f"{file}{_rows(rows)}" for file, rows in results.locate(result))
    if isinstance(result.failing, int) and result.failing > ROWS_SHOWN and result.rows:
        places += f" ({result.failing:,} rows)"
    column = f", column {result.column}" if result.column else ""
    seen = f"; seen: {', '.join(result.seen)}" if result.seen else ""
    return (
        f"{places}{column}: rule {result.rule}: {result.expected[:-1]}{seen}\n"
        f"    why: {result.reason}\n"
        f"    remedy: {result.remedy}" + (f"\n    waiver: {result.waiver}" if result.waiver else "")
    )


def raise_if_broken(results: ContractResults) -> None:
    """Stop where a rule is broken or nothing was tested.

    Raises
    ------
    ContractBroken
        If a rule of severity error is broken; the message lists every one.
    NothingTested
        If a dataset, or a rule that must apply, had no row to be tested on.
    """
    if results.outcome == "fail":
        broken = results.of("fail")
        files = len({result.dataset for result in broken})
        raise ContractBroken(
            f"the extract breaks {_count(len(broken), 'rule')} in {_count(files, 'file')}\n"
            + _list(broken, results)
        )
    if results.outcome == "nothing tested":
        untested = [result for result in results.results if result.stops]
        raise NothingTested(
            f"{_count(len(untested), 'rule')} had nothing to test, which is not a pass\n"
            + _list(untested, results),
            remedy="send the whole extract; an empty file is no evidence",
        )


def _list(found: Sequence[RuleResult], results: ContractResults) -> str:
    return "\n".join(f"  {breach(result, results)}" for result in found)


def _dataset(results: ContractResults, name: str, tables: Mapping[str, pd.DataFrame]) -> str:
    found = results.of_dataset(name)
    file = ", ".join(file for file, _ in results.files.get(name, ((found[0].file, 0),)))
    rows = results.rows.get(name, 0)
    shown = f"{rows:,}" if isinstance(rows, int) else rows
    header = ("outcome", "rule", "column", "tested", "failing")
    body = [
        (WORDS[r.outcome], r.rule, r.column, _number(r.tested), _number(r.failing)) for r in found
    ]
    notes = []
    for result in found:
        if result.outcome in ("warn", "fail"):
            notes += [breach(result, results), *_values(result, tables)]
    title = f"{file}: {shown} rows, {_count(len(found), 'rule')}, {_tally(found)}"
    return "\n".join([title, *_aligned([header, *body]), *[f"  {note}" for note in notes]])


def _values(result: RuleResult, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the values of the rows that break a rule, as sent."""
    table = tables.get(result.dataset)
    if table is None:
        return []
    rows = [row for row in result.rows[:ROWS_SHOWN] if 0 <= row - FIRST_ROW < len(table)]
    columns = [result.column] if result.column in table.columns else list(table.columns)
    return [
        f"    row {row}: "
        + ", ".join(f"{name}={str(table[name].iloc[row - FIRST_ROW])!r}" for name in columns)
        for row in rows
    ]


def _aligned(lines: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [
            cell.rjust(width) if place >= 3 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield "  " + "  ".join(cells).rstrip()


def _tally(found: Sequence[RuleResult]) -> str:
    counts = {word: sum(r.outcome == word for r in found) for word in WORDS}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def _conclusion(results: ContractResults) -> str:
    tally = _tally(results.results)
    return f"outcome: {results.outcome} ({tally}); exit code {results.exit_code}"


def _rows(rows: tuple[int, ...]) -> str:
    if not rows:
        return ""
    shown = ", ".join(str(row) for row in rows[:ROWS_SHOWN])
    more = ", …" if len(rows) > ROWS_SHOWN else ""
    return f", row{'s' if len(rows) > 1 else ''} {shown}{more}"


def _number(count: int | str) -> str:
    return f"{count:,}" if isinstance(count, int) else count


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

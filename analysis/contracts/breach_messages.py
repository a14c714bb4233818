"""Contract results in words: one table per dataset, and what to fix where a rule is broken.

For a terminal 80 columns wide. Breaches are listed in the order in which to fix them: files,
headers, single values, then what follows from those.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from analysis.contracts.contract import CONTROL_TOTALS
from analysis.contracts.typed_tables import FIRST_ROW
from analysis.errors import ContractBroken, NothingTested
from analysis.extract.files.out_of_core import OutOfCoreTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from analysis.contracts.results import ContractResults, RuleResult

ROWS_SHOWN = 20
WIDTH = 80
LONGEST_VALUE = 60
WORDS = {"pass": "pass", "warn": "WARN", "fail": "FAIL", "nothing tested": "nothing tested"}


def describe(
    results: ContractResults,
    tables: Mapping[str, pd.DataFrame] | None = None,
    *,
    every_rule: bool = False,
) -> str:
    """Return one plain-text table per dataset, followed by what to do about each breach.

    Parameters
    ----------
    tables
        The extract as sent: if given, the values that break a rule are shown with their rows. Only
        for the terminal of someone who may see the data.
    every_rule
        Whether the tables also list the rules that are met, rather than count them.
    """
    datasets = dict.fromkeys(result.dataset for result in results.results)
    parts = [_dataset(results, name, every_rule=every_rule) for name in datasets]
    parts += problems(results, tables or {})
    return "\n\n".join([*parts, _conclusion(results)]) + "\n"


def problems(
    results: ContractResults, tables: Mapping[str, pd.DataFrame] | None = None
) -> list[str]:
    """Return all problems as sections: failures, rules with nothing to test, and warnings."""
    failing = _breaches(results.of("fail"), results, tables or {})
    warning = _breaches(results.of("warn"), results, tables or {})
    untested = _untested([result for result in results.results if result.stops])
    spare = [
        f"{_wrapped(result.rule, 0, 2)}\n{_wrapped(result.waiver, 4, 4)}"
        for result in results.of("pass", "nothing tested")
        if result.waiver
    ]
    sections = (
        ("These rules are broken; the report stops. Fix them in this order:", failing),
        ("These rules met no data, which is not a pass:", untested),
        ("These are warnings; the report goes on and prints them:", warning),
        ("These waivers cover nothing; take them out:", spare),
    )
    return [f"{title}\n\n" + "\n\n".join(found) for title, found in sections if found]


def breach(result: RuleResult, results: ContractResults) -> str:
    """Return the description of one broken rule: file, rows, column, rule, finding, remedy."""
    place = "; ".join(f"{file}{_rows(rows)}" for file, rows in results.locate(result))
    several = len(result.rows) > 1 and isinstance(result.failing, int)
    if several:
        place += f" ({result.failing:,} in all)"
    if result.column:
        place += f", column {result.column}"
        source = results.sources.get(result.dataset, {}).get(result.column)
        place += f" ({source} in the council's file)" if source else ""
    said = {
        "rule": result.rule,
        "expected": result.expected,
        "seen": ", ".join(result.seen),
        "why": result.reason,
        "remedy": result.remedy,
        "first": f"fix {', '.join(result.follows)}; this may follow" if result.follows else "",
        "waiver": result.waiver,
    }
    lines = [_wrapped(f"{key + ':':<10}{text}", 2, 12) for key, text in said.items() if text]
    return "\n".join([_wrapped(place, 0, 2), *lines])


def raise_if_broken(results: ContractResults) -> None:
    """Raise an error if a rule is broken or nothing was tested.

    Raises
    ------
    ContractBroken
        If a rule of severity error is broken; the message lists every one.
    NothingTested
        If a dataset, or a rule that must apply, had no row to test.
    """
    what = "\n\n".join([_summary(results), *problems(results)])
    if results.outcome == "fail":
        raise ContractBroken(what, remedy="fix the extract, then run report validate again")
    if results.outcome == "nothing tested":
        raise NothingTested(what, remedy="send the whole extract; an empty file is not evidence")


def _summary(results: ContractResults) -> str:
    broken = results.of("fail")
    if not broken:
        untested = sum(result.stops for result in results.results)
        return f"{_count(untested, 'rule')} had nothing to test"
    files = len({result.dataset for result in broken})
    return f"the extract breaks {_count(len(broken), 'rule')} in {_count(files, 'file')}"


def _breaches(
    found: Sequence[RuleResult],
    results: ContractResults,
    tables: Mapping[str, pd.DataFrame],
) -> list[str]:
    ordered = sorted(found, key=_order)
    return ["\n".join([breach(each, results), *_values(each, tables)]) for each in ordered]


def _order(result: RuleResult) -> tuple[bool, bool, int, bool]:
    """Return the sort key of a breach: files, control totals, then causes before consequences."""
    is_of_file = result.dataset != CONTROL_TOTALS
    return result.stage > 0, is_of_file, result.stage, bool(result.follows)


def _untested(found: Sequence[RuleResult]) -> list[str]:
    """Return the rules that had nothing to test, grouped by cause."""
    by_cause: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for result in found:
        by_cause.setdefault((result.dataset, result.seen), []).append(result.rule)
    parts = []
    for (dataset, seen), rules in by_cause.items():
        cause = ", ".join(seen) or "no row that the rule is about, or none that can be read"
        lines = (_wrapped(f"{dataset}.csv: {cause}", 0, 2), _wrapped(", ".join(rules), 4, 4))
        parts.append("\n".join(lines))
    return parts


def _dataset(results: ContractResults, name: str, *, every_rule: bool) -> str:
    found = sorted(results.of_dataset(name), key=lambda result: result.stage)
    file = ", ".join(file for file, _ in results.files.get(name, ((found[0].file, 0),)))
    rows = results.rows.get(name, 0)
    title = f"{file}: {_number(rows)} rows, {_count(len(found), 'rule')}, {_tally(found)}"
    # Where a dataset has no data, the cause is given below instead of every rule here.
    shown = [r for r in found if every_rule or not (r.outcome == "pass" or r.stops)]
    body = [(WORDS[r.outcome], r.rule, _number(r.tested), _number(r.failing)) for r in shown]
    table = _aligned([("outcome", "rule", "tested", "failing"), *body]) if body else ()
    return "\n".join([_wrapped(title, 0, 2), *table])


def _values(result: RuleResult, tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the values of the rows that break a rule, as sent."""
    table = tables.get(result.dataset)
    if table is None:
        return []
    rows = [row for row in result.rows[:ROWS_SHOWN] if 0 <= row - FIRST_ROW < len(table)]
    columns = [result.column] if result.column in table.columns else list(table.columns)
    sent = (
        table.sent(rows)
        if isinstance(table, OutOfCoreTable)
        else table.iloc[[row - FIRST_ROW for row in rows]]
    )
    return [
        _wrapped(
            f"row {row}: "
            + ", ".join(f"{name}={_value(sent[name].iloc[place])}" for name in columns),
            4,
            6,
        )
        for place, row in enumerate(rows)
    ]


def _value(value: object) -> str:
    text = str(value)
    return repr(text) if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]!r}…"


def _wrapped(text: str, first: int, rest: int) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=" " * first,
        subsequent_indent=" " * rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _aligned(lines: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [
            cell.rjust(width) if place >= 2 else cell.ljust(width)
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

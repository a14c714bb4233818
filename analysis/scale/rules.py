"""Test rules on a dataset that is not in memory.

Whether a row keeps a rule depends on a few of its values, of which there are few combinations in
any number of rows: the engine counts them, and Great Expectations judges each once. On a cluster,
Great Expectations judges all rows there (`analysis.scale.spark_rules`); combinations are then
counted only for rules that are broken, to name their rows.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.contracts.engine import Answer, ValidationError, judged
from analysis.contracts.expectations import lookup_key
from analysis.contracts.results import ROWS_KEPT
from analysis.extract.files.out_of_core import OutOfCoreTable
from analysis.scale.engines import Engine, as_frame, engine
from analysis.scale.expressions import Expressions
from analysis.scale.staging import ROW

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.contracts.expectations import Expectation
    from analysis.contracts.typed_tables import Columns
    from analysis.study.scale import Scale

TIMES = "times"
"""Column with the number of rows that share the values of a row."""
COUNT = "rows of it"
UNIQUE = ("expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique")
ROW_COUNTS = ("expect_table_row_count_to_be_between", "expect_table_row_count_to_equal")
COMPARISONS = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip


def answers(
    columns: Columns, dataset: str, mapped: Sequence[Expectation], scale: Scale, folder: Path
) -> dict[str, Answer]:
    """Test the rules that the engine can express.

    Returns
    -------
    dict
        The answer to each, by its id; the others are left to the caller.

    Raises
    ------
    ConfigurationError
        If the engine fails.
    ValidationError
        If Great Expectations gives no usable answer, or two that differ.
    """
    with engine(scale, folder) as running:
        made = _expressions(running, columns, dataset, folder)
        able = [each for each in mapped if _expressible(each, made)]
        found: dict[str, Answer] = {}
        if running.session is not None:
            from analysis.scale.spark_rules import verdicts

            found = verdicts(running, made, able)
            able = [each for each in able if found[each.rule.id].failing and each.is_about_rows]
        for names, some in _by_columns(able).items():
            counted = _counted(running, _with_times(made, names, some[0]))
            broken = _broken(as_frame(counted.drop_columns([COUNT])), some)
            for each in some:
                places = broken.get(each.rule.id)
                answer = _answer(running, made, each, counted, places, folder)
                earlier = found.get(each.rule.id)
                if earlier and (earlier.failing, earlier.success) != (
                    answer.failing, answer.success
                ):  # fmt: skip
                    raise ValidationError(f"rule {each.rule.id}: rows and verdict disagree")
                found[each.rule.id] = answer
    return found


def tested(
    columns: Columns,
    dataset: str,
    expectation: Expectation,
    rows: Sequence[int],
    scale: Scale,
    folder: Path,
) -> pd.DataFrame:
    """Return the columns that a rule reads, in some rows given by their number in the file."""
    with engine(scale, folder) as running:
        made = _expressions(running, columns, dataset, folder)
        if not all(made.knows(name) for name in expectation.columns):
            return columns.frame(dataset, dict.fromkeys(expectation.columns)).loc[list(rows)]
        table = made.table(expectation.columns)
        frame = running.frame(table.filter(table[ROW].isin(list(rows))))
    return frame.set_index(ROW).reindex(list(rows))


# --- columns -------------------------------------------------------------------------


def _expressions(running: Engine, columns: Columns, dataset: str, folder: Path) -> Expressions:
    table: Any = columns.raw[dataset]
    lookups = {}
    contract = columns.contracts[dataset]
    for home in dict.fromkeys(c.references.partition(".")[0] for c in contract.columns):
        known = home in columns.raw and not isinstance(columns.raw[home], OutOfCoreTable)
        if home and known and (own := lookup_key(contract, home)):
            key = contract.column(own).references.partition(".")[2]
            if key in columns.raw[home].columns:
                lookups[home] = running.table(_lookup(columns.raw[home], home, key, folder))
    return Expressions(dataset, columns.contracts, running.table(table.path), lookups)


def _lookup(frame: pd.DataFrame, home: str, key: str, folder: Path) -> Path:
    """Write the first row of each key for the engine; the rule on uniqueness names the others."""
    path = folder / f"lookup-{home}.parquet"
    if not path.exists():
        first = frame.loc[frame[key] != ""].drop_duplicates(key)
        first.to_parquet(path, index=False)
    return path


def _expressible(each: Expectation, made: Expressions) -> bool:
    if not all(made.knows(name) for name in each.columns):
        return False
    condition = each.kwargs.get("row_condition")
    if each.type in ROW_COUNTS:
        return condition is None or _is_simple(condition)
    return each.is_about_rows and condition is None


def _is_simple(condition: Mapping[str, Any]) -> bool:
    if "conditions" in condition:
        return condition["type"] in ("and", "or") and all(map(_is_simple, condition["conditions"]))
    return condition["type"] == "comparison" and condition["operator"] in COMPARISONS


def _by_columns(mapped: Sequence[Expectation]) -> dict[tuple[str, ...], list[Expectation]]:
    """Return rules by the columns whose combinations are counted; `TIMES` if to be unique."""
    found: dict[tuple[str, ...], list[Expectation]] = {}
    for each in mapped:
        names = tuple(sorted(set(each.columns)))
        found.setdefault((TIMES, *names) if each.type in UNIQUE else names, []).append(each)
    return found


def _with_times(made: Expressions, names: Sequence[str], each: Expectation) -> Any:
    """Return the columns whose combinations are counted, with `row`."""
    if each.type not in UNIQUE:
        return made.table(names)
    import ibis

    own = [name for name in names if name != TIMES]
    table = made.table(own)
    filled = table.filter(*(table[name].notnull() for name in own))
    counted = filled.group_by(own).agg(**{TIMES: filled.count()})
    several = counted.filter(counted[TIMES] > 1).rename({f"{name} again": name for name in own})
    joined = table.left_join(several, [table[name] == several[f"{name} again"] for name in own])
    missing = ibis.or_(*(joined[name].isnull() for name in own))
    times = ibis.ifelse(missing, ibis.null(), joined[TIMES].fill_null(1)).cast("float64")
    return joined.select(ROW, **{TIMES: times}).view()  # else a later join would be one with this


def _counted(running: Engine, table: Any) -> Any:
    """Return each combination with the number of its rows, in a fixed order, as Arrow."""
    names = [name for name in table.columns if name != ROW]
    if not names:
        return running.arrow(table.agg(**{COUNT: table.count()}))
    return running.arrow(table.group_by(names).agg(**{COUNT: table.count()}).order_by(names))


# --- answers -------------------------------------------------------------------------


def _broken(frame: pd.DataFrame, mapped: Sequence[Expectation]) -> dict[str, np.ndarray]:
    """Return the places of the combinations that break each rule about rows."""
    once = ("expect_column_values_to_be_between", {"column": TIMES, "max_value": 1})
    asked = []
    for each in mapped:
        if each.type not in ROW_COUNTS:
            kwargs = {key: value for key, value in each.kwargs.items() if key != "mostly"}
            asked.append((each.rule.id, *(once if each.type in UNIQUE else (each.type, kwargs))))
    return judged(frame, asked) if asked else {}


def _answer(
    running: Engine,
    made: Expressions,
    each: Expectation,
    counted: Any,
    places: np.ndarray | None,
    folder: Path,
) -> Answer:
    frame = as_frame(counted)
    counts = frame.pop(COUNT).to_numpy(np.int64)
    if places is None:
        return _row_count(each, frame, counts)
    mostly = each.kwargs.get("mostly")
    failing = int(counts[places].sum())
    rows_tested = int(counts[_is_tested(frame, each)].sum())
    success = not failing if mostly is None else _enough(rows_tested, failing, float(mostly))
    rows = _rows(running, made, each, counted, places, folder) if failing else ()
    return Answer(success, rows_tested, failing, rows)


def _is_tested(frame: pd.DataFrame, each: Expectation) -> np.ndarray:
    if "null" in each.type:
        return np.ones(len(frame), dtype=bool)
    names = [TIMES] if each.type in UNIQUE else list(dict.fromkeys(each.columns))
    filled: np.ndarray = frame[names].notna().to_numpy()
    if each.kwargs.get("ignore_row_if") in ("both_values_are_missing", "all_values_are_missing"):
        return np.asarray(filled.any(axis=1), dtype=bool)
    if each.kwargs.get("ignore_row_if") == "never":
        return np.ones(len(frame), dtype=bool)
    return np.asarray(filled.all(axis=1), dtype=bool)


def _enough(rows: int, failing: int, mostly: float) -> bool:
    """Whether the share of rows that keep a rule suffices; without a row it does."""
    return not rows or (rows - failing) / rows >= mostly


def _row_count(each: Expectation, frame: pd.DataFrame, counts: np.ndarray) -> Answer:
    condition = each.kwargs.get("row_condition")
    chosen = counts if condition is None else counts[_holds(frame, condition)]
    rows = int(chosen.sum())
    bounds = ("min_value", "max_value")
    low, high = (each.kwargs.get(key, each.kwargs.get("value")) for key in bounds)
    success = (low is None or rows >= low) and (high is None or rows <= high)
    return Answer(success, int(counts.sum()), int(not success))


def _holds(frame: pd.DataFrame, condition: Mapping[str, Any]) -> np.ndarray:
    if "conditions" in condition:
        parts = [_holds(frame, part) for part in condition["conditions"]]
        every = condition["type"] == "and"
        return np.asarray(np.all(parts, axis=0) if every else np.any(parts, axis=0), dtype=bool)
    values = frame[condition["column"]["name"]]
    found = COMPARISONS[condition["operator"]](values, condition["parameter"])
    return np.asarray(found & values.notna(), dtype=bool)


def _rows(
    running: Engine,
    made: Expressions,
    each: Expectation,
    counted: Any,
    places: np.ndarray,
    folder: Path,
) -> tuple[int, ...]:
    """Return the first rows of the file with one of the combinations that break a rule."""
    from pyarrow import parquet

    path = folder / f"broken-{each.rule.id}.parquet"
    parquet.write_table(counted.take(places).drop_columns([COUNT]), path)
    names = next(iter(_by_columns([each])))
    table, broken = _with_times(made, names, each), running.table(path)
    same = [table[name].identical_to(broken[name]) for name in broken.columns]
    first = table.semi_join(broken, same).select(ROW).order_by(ROW).limit(ROWS_KEPT)
    return tuple(running.arrow(first).column(0).to_pylist())

"""Great Expectations' Spark engine: rules tested where the rows are, on the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.contracts.engine import Answer, results

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.contracts.expectations import Expectation
    from analysis.scale.engines import Engine
    from analysis.scale.expressions import Expressions


def verdicts(
    running: Engine, made: Expressions, mapped: Sequence[Expectation]
) -> dict[str, Answer]:
    """Return the answer to each rule by its id, without the rows that break it.

    Raises
    ------
    ValidationError
        If Great Expectations gives an empty or exceptional result.
    """
    if not mapped:
        return {}
    import great_expectations as gx

    names = list(dict.fromkeys(name for each in mapped for name in each.columns))
    # Spark would read `schools.pilot` as a field of a column `schools`.
    safe = {name: f"c{place}" for place, name in enumerate(names)}
    table = made.table(names)
    frame = running.spark_frame(
        table.select("row", **{safe[name]: table[name] for name in names})
    ).persist()
    try:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        asset = context.data_sources.add_spark("extract").add_dataframe_asset("table")
        whole = asset.add_batch_definition_whole_dataframe("whole")
        batch = whole.get_batch(batch_parameters={"dataframe": frame})
        raw = results(
            batch,
            [(each.rule.id, each.type, _renamed(each.kwargs, safe)) for each in mapped],
            {"result_format": "BASIC"},
        )
        rows = frame.count()
    finally:
        frame.unpersist()
    return {each.rule.id: _answer(raw[each.rule.id], each, rows) for each in mapped}


def _answer(raw: Mapping[str, Any], each: Expectation, rows: int) -> Answer:
    success = bool(raw["success"])
    if not each.is_about_rows:
        return Answer(success, rows, int(not success))
    tested = int(raw["element_count"]) - int(raw.get("missing_count") or 0)
    return Answer(success, tested, int(raw["unexpected_count"]))


def _renamed(value: Any, safe: Mapping[str, str]) -> Any:
    """Return arguments with columns under their safe names, and bounds as Spark compares them."""
    if isinstance(value, dict):
        return {
            key: _column(inner, safe) if key in _COLUMNS else _renamed(inner, safe)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_renamed(inner, safe) for inner in value]
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return float(value) if isinstance(value, bool) else value


_COLUMNS = ("column", "column_A", "column_B", "column_list")


def _column(value: Any, safe: Mapping[str, str]) -> Any:
    if isinstance(value, dict):  # in a condition
        return {**value, "name": safe[value["name"]]}
    return [safe[name] for name in value] if isinstance(value, list) else safe[value]

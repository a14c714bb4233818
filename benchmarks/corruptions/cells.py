"""Corruptions of one cell of a table."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from benchmarks.corruptions.tables import Change, Draw, Table, drawn_column, drawn_row

DATES = {
    "children": ("first_day", "last_day"),
    "child_events": ("event_date",),
    "care_episodes": ("started", "ended"),
    "social_workers": ("started", "ended"),
    "activity_log": ("activity_date",),
    "fieldwork": ("fieldwork_date",),
    "schools": ("start_date",),
}
NUMBERS = {
    "schools": ("pupils", "fsm_percent"),
    "school_months": ("pupils",),
    "deployments": ("days_per_week",),
    "activity_log": ("hours",),
    "fieldwork": ("participants", "study_phase"),
    "evidence": ("finding",),
}
STRANGE = (
    "\u200b", "\u202e", "\ufeff", "\u00a0", "\u0430", "\uff11", "e\u0301", "\u0661", "\U0001f600",
    "\u2028", "\x85", "\x1b[31m", "\x07", "\ud7ff",
)  # fmt: skip
"""Characters that look like others, are invisible or alter the display of their neighbours."""
FORMULAS = ("=1+1", '=HYPERLINK("http://x","y")', "+1", "-2+3", "@SUM(A1)", "=cmd|' /C calc'!A0")
NO_VALUES = ("NA", "N/A", "null", "None", "NaN", "-", "?", "unknown", "#REF!", "9999", "0", "-1")
NUMBER_FORMS = ("1e3", "1,000", "1.000,5", "inf", "0x10", " 12", "12 ", "+12", "1_000", "007",
                "12.0", "1/2", "٣٤")  # fmt: skip
DATE_FORMS = (
    "01/05/2019", "5/1/19", "2019-5-1", "20190501", "2019-05-01T00:00:00", "1 May 2019",
    "2019-02-30", "2019-13-01", "0019-05-01", "1900-01-01", "2091-05-01", "43586",
)  # fmt: skip


def _cell(draw: Draw, table: Table) -> tuple[int, int]:
    return drawn_row(draw, table), drawn_column(draw, table)


def _put(table: Table, row: int, column: int, value: str) -> str:
    before, table[row][column] = table[row][column], value
    return f"row {row + 1}, {table[0][column]}: {before!r} to {value[:40]!r}"


def _one_of(values: tuple[str, ...]) -> Change:
    """Put one of some values into any cell."""

    def change(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
        return _put(table, *_cell(draw, table), draw(st.sampled_from(values)))

    return change


def _strange_letter(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    row, column = _cell(draw, table)
    value = table[row][column]
    at = draw(st.integers(0, len(value)))
    return _put(table, row, column, value[:at] + draw(st.sampled_from(STRANGE)) + value[at:])


def _any_text(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    letters = st.characters(exclude_categories=("Cs",))
    return _put(table, *_cell(draw, table), draw(st.text(letters, min_size=1, max_size=12)))


def _gigantic(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    return _put(table, *_cell(draw, table), "9" * draw(st.sampled_from((300, 70_000, 2_000_000))))


def _blank(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    return _put(table, *_cell(draw, table), "")


def _case_or_space(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    row, column = _cell(draw, table)
    change = draw(st.sampled_from((str.upper, str.lower, str.title, " {}".format, "{} ".format)))
    return _put(table, row, column, change(table[row][column]))


def _from_other_row(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    row, column = _cell(draw, table)
    return _put(table, row, column, table[draw(st.integers(1, len(table) - 1))][column])


def _from_other_column(draw: Draw, table: Table, name: str) -> str:  # noqa: ARG001
    row, column = _cell(draw, table)
    return _put(table, row, column, table[row][draw(st.integers(0, len(table[0]) - 1))])


def _numeric_cell(draw: Draw, table: Table, columns: tuple[str, ...]) -> tuple[int, int]:
    return drawn_row(draw, table), table[0].index(draw(st.sampled_from(columns)))


def _number(draw: Draw, table: Table, name: str) -> str:
    columns = NUMBERS.get(name)
    if not columns:
        return _shifted_date(draw, table, name)
    row, column = _numeric_cell(draw, table, columns)
    factor = draw(st.sampled_from((-1, 0, 0.1, 10, 100)))
    return _put(table, row, column, f"{float(table[row][column] or 0) * factor:g}")


def _nudged_number(draw: Draw, table: Table, name: str) -> str:
    columns = NUMBERS.get(name)
    if not columns:
        return _shifted_date(draw, table, name)
    row, column = _numeric_cell(draw, table, columns)
    value = table[row][column]
    step = 0.25 if name == "activity_log" else 1
    return _put(table, row, column, f"{float(value or 0) + draw(st.sampled_from((-step, step))):g}")


def _shifted_date(draw: Draw, table: Table, name: str) -> str:
    columns = DATES.get(name)
    if not columns:
        return _from_other_row(draw, table, name)
    column = table[0].index(draw(st.sampled_from(columns)))
    rows = [row for row in range(1, len(table)) if table[row][column]]
    row = rows[draw(st.integers(0, len(rows) - 1))]
    days = draw(st.sampled_from((-3653, -365, -31, -7, -1, 1, 7, 31, 365, 3653)))
    value = date.fromisoformat(table[row][column]) + timedelta(days=days)
    return _put(table, row, column, value.isoformat())


CELL_WAYS: dict[str, tuple[Change, bool]] = {
    "strange letter": (_strange_letter, False),
    "any text": (_any_text, True),
    "formula": (_one_of(FORMULAS), False),
    "word for missing": (_one_of(NO_VALUES), True),
    "form of number": (_one_of(NUMBER_FORMS), True),
    "form of date": (_one_of(DATE_FORMS), False),
    "gigantic value": (_gigantic, False),
    "case or space": (_case_or_space, False),
    "blank": (_blank, True),
    "value of another row": (_from_other_row, True),
    "value of another column": (_from_other_column, True),
    "number out of scale": (_number, True),
    "number nudged": (_nudged_number, True),
    "date moved": (_shifted_date, True),
}
"""Each way, with whether the result may be an honest extract."""

"""A table of columns prints and releases the same values, and says what each column holds."""

import pandas as pd
import pytest

from analysis.exhibits.parts.columns import Column, Estimates, Words, table

FRAME = pd.DataFrame(
    {"pilot": ["A", "B"], "low": [0.5, 0.25], "high": [1.5, 2.0], "status": ["estimated", "none"]}
)
COLUMNS = (
    Words("pilot", "Pilot", "Local authority", width=3),
    Column(("low", "high"), "Interval", cell="{} to {}".format),
    Column("low", "Low", "Lower end", "ratio", "{:.1f}".format),
)
MEANINGS = {"high": "Upper end", "status": "Whether it could be estimated"}


def test_a_cell_prints_the_released_values_that_it_names():
    made = table(FRAME, COLUMNS, meanings=MEANINGS)
    assert made.header == ("Pilot", "Interval", "Low")
    assert made.rows == (("A", "0.5 to 1.5", "0.5"), ("B", "0.25 to 2.0", "0.2"))
    assert (made.numeric, made.widths) == ((False, True, True), (3, 1, 1))
    assert list(made.data) == ["pilot", "low", "high"]
    assert made.columns == {
        "pilot": "Local authority", "low": "Lower end, ratio", "high": "Upper end"
    }  # fmt: skip


def test_what_is_released_may_be_said_and_is_in_that_order():
    made = table(FRAME, COLUMNS, meanings=MEANINGS, released=["status", "high", "low"])
    assert list(made.data) == ["status", "high", "low"]


def test_a_column_without_a_heading_is_released_and_not_printed():
    made = table(FRAME, (*COLUMNS, Words("status")), meanings=MEANINGS)
    assert made.header == ("Pilot", "Interval", "Low")
    assert list(made.data)[-1] == "status"


def test_a_row_without_an_estimate_says_so_from_the_first_number_on():
    def instead(row):
        return () if row["status"] == "estimated" else ("not estimable", "[z]")

    made = table(FRAME, COLUMNS, meanings=MEANINGS, instead=instead)
    assert made.rows[1] == ("B", "not estimable", "[z]")


def test_rows_that_are_not_printed_are_released_and_totals_are_printed_alone():
    made = table(FRAME, COLUMNS, meanings=MEANINGS, where=lambda row: row["low"] > 0.3,
                 last=(("All", "", "1"),))  # fmt: skip
    assert [row[0] for row in made.rows] == ["A", "All"]
    assert len(made.data) == 2


def test_a_table_of_which_nothing_is_printed_says_so():
    none = (("none", "", ""),)
    assert table(FRAME.iloc[:0], COLUMNS, meanings=MEANINGS, none=none).rows == none


def test_a_column_whose_meaning_nobody_said_is_refused():
    with pytest.raises(ValueError, match="without a meaning: high"):
        table(FRAME, COLUMNS)


LONG = pd.DataFrame(
    {"pilot": ["A", "A", "B"], "when": ["before", "after", "before"], "rate": [1.0, 2.0, 3.0]}
)


def by_period(last):
    columns = (
        Words("pilot", "Pilot", "Where"),
        Column("rate", "Before", "Rate", at="before"),
        last,
    )
    return table(LONG, columns, lines=["pilot"], across="when", meanings={"when": "When"},
                 released=["pilot", "when", "rate"])  # fmt: skip


def test_a_line_gathers_rows_and_a_column_reads_the_one_it_names():
    made = by_period(Column("rate", "First"))
    assert made.rows == (("A", "1.0", "1.0"), ("B", "3.0", "3.0"))
    assert made.data.equals(LONG)
    with pytest.raises(KeyError, match="after"):
        by_period(Column("rate", "After", at="after"))


def test_a_column_of_estimates_says_that_there_is_none():
    rows = {"status": "estimated", "reason": "", "ratio": 0.5, "ratio_low": 0.25, "ratio_high": 1.0}
    made = table(
        pd.DataFrame([{"label": "All", "pilot": "A", **rows}]),
        (Words("label", "What", "What"), *(Estimates(heading=name, at=name) for name in "AB")),
        lines=["label"], across="pilot",
    )  # fmt: skip
    assert made.header == ("What", "A", "B")
    assert made.rows[0][1].startswith("0.50 (0.25")
    assert made.rows[0][2] == "[z]"


def test_what_is_released_may_be_more_than_what_is_printed():
    made = table(FRAME.iloc[1:], COLUMNS, data=FRAME, meanings=MEANINGS)
    assert len(made.rows) == 1
    assert len(made.data) == 2

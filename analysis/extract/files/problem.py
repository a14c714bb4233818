"""Problems that prevent a file from being read: one rule each, the same for every dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


REASON = "No number may come from a file that cannot be read in full."


@dataclass(frozen=True)
class FileRule:
    """A rule on how a file is written.

    Attributes
    ----------
    expected
        The condition that must be met.
    remedy
        What the data manager does about it.
    reason
        Why it matters.
    """

    expected: str
    remedy: str
    reason: str = REASON


A_MAP = "What a map misreads is counted as something else, in every result."
AGAIN = "Export the file again from the source system."

FILE_RULES: dict[str, FileRule] = {
    "missing": FileRule(
        "The extract contains the file.",
        "Send it, under this very name; with its header only if there is truly nothing in it.",
    ),
    "absent": FileRule(
        "Control totals that the sender confirmed come with the extract.",
        "Ask the sender for them: report control-totals writes the file to be confirmed.",
        "Without them, records dropped at random or types exchanged cannot be seen.",
    ),
    "unsent": FileRule(
        "Schools that might have been comparison schools come with the extract, where known.",
        "Ask the authority for them; data_contracts/candidate_schools.odcs.yaml says what to send.",
        "Without them, what matching did can't be shown, nor the schools be reweighted.",
    ),
    "unexpected": FileRule(
        "Every file of the extract has a data contract.",
        "Take the file out, or write data_contracts/<dataset>.odcs.yaml for it.",
    ),
    "form": FileRule(
        "The dataset comes in a form that its contract names under servers.",
        "Export it as the contract says, or add the form to the contract.",
    ),
    "twice": FileRule(
        "The dataset comes in one form.", "Keep one of the files; two may differ unseen."
    ),
    "empty": FileRule("The file has a header.", AGAIN),
    "encoding": FileRule(
        "The file is in the encoding that the contract names.",
        "Save it as UTF-8 (in Excel: 'CSV UTF-8'), or change encoding in the contract.",
    ),
    "mark": FileRule(
        "No byte order mark precedes the header.",
        "Save it without one, or write encoding utf-8-sig in the contract.",
    ),
    "zero-byte": FileRule(
        "The file is text, without zero bytes.", "Save it as UTF-8, not as UTF-16 or binary."
    ),
    "line-end": FileRule(
        "Lines end as the contract says.",
        "Save it with LF line ends, or write lineEnd any in the contract (LF or CRLF).",
    ),
    "end": FileRule(
        "The last line is complete.", "The file was cut short: send it again and compare its size."
    ),
    "delimiter": FileRule(
        "Values are separated as the contract says.",
        "Save it with that separator, or change delimiter in the contract.",
    ),
    "quotes": FileRule(
        "Quotation marks open and close around whole values, which are shorter than 100,000 "
        "characters.",
        "Close the quotation mark; a mark inside a value is doubled.",
    ),
    "line-break": FileRule("A value stays on one line.", "Remove the line break from the value."),
    "width": FileRule(
        "Every row has as many values as the header.",
        "Put a value that contains the separator in quotation marks; give each column one value.",
    ),
    "header": FileRule("Every column has a name.", "Name the column, or take it out."),
    "parts": FileRule(
        "All files of the dataset have the same header.", "Export every part in the same way."
    ),
    "unreadable": FileRule("The file is what its name says.", AGAIN),
    "sheet": FileRule(
        "The workbook has one sheet.", "Keep the sheet with the data; send others elsewhere."
    ),
    "merged": FileRule(
        "No cells of the sheet are merged.",
        "Unmerge them and fill every cell: only the first of merged cells has a value.",
    ),
    "formula": FileRule(
        "The workbook contains values, not formulas.", "Copy the sheet and paste it as values."
    ),
    "entity": FileRule(
        "The workbook declares no document types or entities.", "Save it again in Excel."
    ),
    "size": FileRule(
        "The workbook unpacks to less than 1 GB.", "Send the dataset as CSV or Parquet."
    ),
    "map": FileRule(
        "A map is written as docs/extract-files.md says.",
        "Correct it, or let report map FILE propose a new one.",
        A_MAP,
    ),
    "map-confirmed": FileRule(
        "A person has confirmed the map.",
        "Read every line of it, try it with report map, then write confirmed = true, by and date.",
        A_MAP,
    ),
    "map-column": FileRule(
        "A map gives every column of the contract one source, which is in the council's file.",
        "Correct the map, or send the file in the layout that was confirmed.",
        A_MAP,
    ),
    "map-code": FileRule(
        "Every code in a column that is mapped has a target.",
        "Add it to the map, under codes with the contract's code or under leave_out.",
        A_MAP,
    ),
}
"""By kind; the id of the rule is `<dataset>-file-<kind>`."""


@dataclass(frozen=True)
class Problem:
    """One breach of a rule on how a file is written.

    Attributes
    ----------
    kind
        Key of `FILE_RULES`.
    file
        Name of the file.
    seen
        What was seen; never a value.
    rows
        Lines of the file, where the header is 1.
    """

    kind: str
    file: str
    seen: str
    rows: tuple[int, ...] = ()


class UnreadableError(Exception):
    """Raised to stop the reading of one dataset; reported as problems."""

    def __init__(self, kind: str, file: str, seen: str, rows: tuple[int, ...] = ()) -> None:
        self.problems: tuple[Problem, ...] = (Problem(kind, file, seen, rows),)
        super().__init__(seen)

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> UnreadableError:
        """Return the error that contains several problems."""
        first = problems[0]
        error = cls(first.kind, first.file, first.seen, first.rows)
        error.problems = tuple(problems)
        return error

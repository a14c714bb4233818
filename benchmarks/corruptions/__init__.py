"""Random corruptions, as may happen to an extract between its source and us.

Each corrupts one file, drawn at random, in one way. A way is `plausible` if the result may be an
extract that an honest supplier could have sent, such as one with a date moved by a day, which no
rule can detect. The result of any other way must not affect a number.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from benchmarks.corruptions.cells import CELL_WAYS
from benchmarks.corruptions.columns import COLUMN_WAYS
from benchmarks.corruptions.content import BYTE_WAYS
from benchmarks.corruptions.files import FILE_WAYS
from benchmarks.corruptions.rows import ROW_WAYS
from benchmarks.corruptions.tables import Draw, Table

TABLE_WAYS = CELL_WAYS | ROW_WAYS | COLUMN_WAYS
KINDS = sorted([*TABLE_WAYS, *BYTE_WAYS, *FILE_WAYS])


@dataclass(frozen=True)
class Corruption:
    """One corruption.

    Attributes
    ----------
    kind
        The way in which the file was corrupted.
    file
        The file.
    what
        Where and how, for people who read a sample.
    plausible
        Whether an honest supplier could have sent the result.
    files
        The changed files; None for one that was removed.
    """

    kind: str
    file: str
    what: str
    plausible: bool
    files: Mapping[str, bytes | None]


def corruptions(extract: Mapping[str, bytes]) -> st.SearchStrategy[Corruption]:
    """Return a strategy that draws one corruption of an extract.

    Parameters
    ----------
    extract
        Content of each file, by name.
    """
    return _corruption(extract)


@st.composite
def _corruption(draw: Draw, extract: Mapping[str, bytes]) -> Corruption:
    file = draw(st.sampled_from(sorted(extract)))
    kind = draw(st.sampled_from(KINDS))
    content = extract[file]
    if kind in FILE_WAYS:
        changed, what = FILE_WAYS[kind](draw, file, extract)
        return Corruption(kind, file, what, False, changed)
    if kind in BYTE_WAYS:
        damage, plausible = BYTE_WAYS[kind]
        after, what = damage(draw, content)
        return Corruption(kind, file, what, plausible, {file: after})
    change, plausible = TABLE_WAYS[kind]
    table = list(csv.reader(io.StringIO(content.decode(), newline="")))
    what = change(draw, table, file.partition(".")[0])
    return Corruption(kind, file, what, plausible, {file: _written(table)})


def _written(table: Table) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue().encode("utf-8", "surrogatepass")

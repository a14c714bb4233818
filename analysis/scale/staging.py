"""Copy the files of a large dataset to Parquet, block by block, with the same checks as in memory.

An engine then reads the text of every value and the number of its row, whatever the form in which
the file was sent. The copy holds records of children: its folder is readable by its owner only,
and is removed with the last table that uses it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import tempfile
import weakref
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.contracts.typed_tables import FIRST_ROW
from analysis.errors import ConfigurationError
from analysis.extract.files import FilePart, Problem, read_one
from analysis.extract.files.problem import UnreadableError
from analysis.extract.files.workbook import as_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from analysis.contracts.contract import DataContract
    from analysis.extract.files import FileForm

BLOCK = 1 << 25
"""Bytes read at a time: half a million events."""
ROW = "row"
"""Column of the copy with each record's row in the file."""


class Folder:
    """A temporary folder, removed with the last object that refers to it.

    Parameters
    ----------
    within
        The folder in which it is made; empty for the system's own.
    """

    def __init__(self, within: str) -> None:
        try:
            self.path = Path(tempfile.mkdtemp(prefix="events-", dir=within or None))
        except OSError as error:
            raise ConfigurationError(
                f"no folder can be made there ({error.strerror})",
                place=f"[scale], folder = {within!r}",
                remedy="name a folder in which you may write, and which every worker can read",
            ) from None
        self._remove = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


class Staged:
    """What was copied.

    Attributes
    ----------
    path
        The Parquet file: `row`, then every column of the header as text, blanks as ''.
    header
        Names as sent.
    rows
        Number of records.
    digest
        SHA-256 of the records as the generator of the stand-in would write them.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header: list[str] = []
        self.rows = 0
        self._writer: object = None
        self._sha = hashlib.sha256()

    @property
    def digest(self) -> str:
        """SHA-256 over header and records, with commas and LF."""
        return self._sha.hexdigest()

    def add(self, block: pd.DataFrame) -> None:
        """Append records."""
        import pyarrow as pa
        from pyarrow import parquet

        if self._writer is None:
            self.header = [str(name) for name in block.columns]
            self._note([self.header])
        self._note(zip(*(block.iloc[:, i].tolist() for i in range(len(self.header))), strict=True))
        first = block.loc[:, ~block.columns.duplicated()]
        start = self.rows + FIRST_ROW
        rows = pa.array(range(start, start + len(block)), pa.int64())
        columns = [pa.Array.from_pandas(first[name]).cast(pa.string()) for name in first.columns]
        table = pa.table([rows, *columns], names=[ROW, *map(str, first.columns)])
        if self._writer is None:
            self._writer = parquet.ParquetWriter(self.path, table.schema)
        self._writer.write_table(table)  # type: ignore[attr-defined]  # pyarrow ships no types
        self.rows += len(block)

    def close(self) -> None:
        """Complete the file."""
        if self._writer is not None:
            self._writer.close()  # type: ignore[attr-defined]  # pyarrow ships no types

    def _note(self, records: object) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(records)  # type: ignore[arg-type]  # rows of any values
        self._sha.update(text.getvalue().encode("utf-8", "surrogatepass"))


def stage(
    directory: Path, names: Sequence[str], form: FileForm, contract: DataContract, folder: Path
) -> tuple[Staged, tuple[FilePart, ...]]:
    """Copy the files of one dataset.

    Raises
    ------
    UnreadableError
        With the problems of every file, as when they are read in memory.
    """
    staged = Staged(folder / f"{contract.dataset}.parquet")
    parts: list[FilePart] = []
    problems: list[Problem] = []
    try:
        for name in names:
            before, sha, header = staged.rows, hashlib.sha256(), list(staged.header)
            try:
                for block in _blocks(directory / name, form, contract, sha):
                    if header and sorted(block.columns) != sorted(header):
                        seen = f"another header than in {parts[0].name}"
                        raise UnreadableError("parts", name, seen, (1,))
                    staged.add(block[header] if header else block)
            except UnreadableError as error:
                problems += error.problems
                continue
            parts.append(FilePart(name, sha.hexdigest(), staged.rows - before))
    finally:
        staged.close()
    if problems:
        raise UnreadableError.of(problems)
    return staged, tuple(parts)


def _blocks(
    path: Path, form: FileForm, contract: DataContract, sha: hashlib._Hash
) -> Iterator[pd.DataFrame]:
    if not path.is_file():
        seen = "a folder" if path.is_dir() else "no ordinary file"
        raise UnreadableError("unreadable", path.name, seen)
    try:
        if form.format == "parquet":
            yield from _parquet_blocks(path, contract, sha)
        else:
            yield from _text_blocks(path, form, contract, sha)
    except OSError as error:
        seen = f"a file that cannot be opened ({error.strerror})"
        raise UnreadableError("unreadable", path.name, seen) from None


def _text_blocks(
    path: Path, form: FileForm, contract: DataContract, sha: hashlib._Hash
) -> Iterator[pd.DataFrame]:
    """Yield blocks of whole lines, each read under the file's header as a file of its own.

    All blocks are read, so that every faulty row of one kind is named.
    """
    found: list[Problem] = []
    header, before = b"", 0
    for content in _lines(path, sha):
        try:
            block = read_one(header + content, path.name, form, contract)
        except UnreadableError as error:
            # The first block has reported a fault of the header, which is read with each.
            own = [each for each in error.problems if not header or each.rows != (1,)]
            found += [_shifted(each, before) for each in own]
        else:
            if not found:
                yield block
        before += content.count(b"\n") - (0 if header else 1)
        header = header or content[: content.find(b"\n") + 1]
    if found:
        alike = [each for each in found if each.kind == found[0].kind]
        rows = tuple(row for each in alike for row in each.rows)
        raise UnreadableError.of([replace(found[0], rows=rows)])


def _lines(path: Path, sha: hashlib._Hash) -> Iterator[bytes]:
    """Yield the file in blocks of whole lines; the last may lack its end."""
    rest, first = b"", True
    with path.open("rb") as file:
        while read := file.read(BLOCK):
            sha.update(read)
            whole, end, rest = (rest + read).rpartition(b"\n")
            if end:
                yield whole + end
                first = False
            else:
                rest = whole + rest
    if rest or first:
        yield rest


def _shifted(problem: Problem, before: int) -> Problem:
    """Return a problem with its lines counted from the start of the file."""
    return replace(problem, rows=tuple(row + before for row in problem.rows))


def _parquet_blocks(
    path: Path, contract: DataContract, sha: hashlib._Hash
) -> Iterator[pd.DataFrame]:
    import pyarrow as pa
    from pyarrow import parquet

    with path.open("rb") as file:
        while read := file.read(BLOCK):
            sha.update(read)
    months = {column.name for column in contract.columns if column.is_month}
    try:
        file_ = parquet.ParquetFile(path)
        for batch in file_.iter_batches(batch_size=200_000):
            yield pd.DataFrame(
                {name: _texts(batch[name], month=name in months) for name in batch.schema.names},
                dtype="str",
            )
    except (pa.ArrowException, OSError):
        raise UnreadableError("unreadable", path.name, "no Parquet file that opens") from None


def _texts(values: object, *, month: bool) -> list[str]:
    """Return a column of a Parquet file as text, as `as_text` gives each value."""
    found = values.to_pylist()  # type: ignore[attr-defined]  # pyarrow ships no types
    known: dict[object, str] = {}
    texts = []
    for value in found:
        if isinstance(value, str):
            texts.append(value)
            continue
        key = (type(value), value)
        if key not in known:
            known[key] = as_text(value, month=month)
        texts.append(known[key])
    return texts

"""Files as authorities send them: read where the contract says so, refused where not."""

import gzip
import io
import os
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from analysis.contracts import describe, read_contracts, validate
from analysis.contracts.contract import DataContract
from analysis.extract.files import FileForm, FilesRead, read_files
from analysis.extract.files.form import file_form

ROOT = Path(__file__).parents[3]
CHILDREN = read_contracts(ROOT / "data_contracts")["children"]
HEADER = "child_id,school_id,birth_month,first_day,last_day\n"
TEXT = HEADER + "C00001,S001,2005-03,2016-09-01,\nC00002,S002,2006-03,2017-09-01,2019-12-01\n"


def contract(*forms: FileForm) -> dict[str, DataContract]:
    return {"children": replace(CHILDREN, forms=forms or (FileForm("children.csv"),), rules=())}


def read(directory: Path, content: bytes | str, *forms: FileForm) -> FilesRead:
    path = directory / (forms[0].path if forms else "children.csv")
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_files(directory, contract(*forms))


def problem(directory: Path, content: bytes | str, *forms: FileForm) -> tuple[str, str, object]:
    (found,) = read(directory, content, *forms).problems["children"]
    return found.kind, found.seen, found.rows


def test_a_file_is_read_as_it_stands(tmp_path: Path) -> None:
    table = read(tmp_path, TEXT).tables["children"]
    assert table.columns.tolist() == list(CHILDREN.column_names)
    assert table["last_day"].tolist() == ["", "2019-12-01"]


def test_both_ways_of_reading_agree(tmp_path: Path) -> None:
    plain = read(tmp_path, TEXT).tables["children"]
    quoted = read(tmp_path, TEXT.replace("S001", '"S001"')).tables["children"]
    pd.testing.assert_frame_equal(plain, quoted)
    assert plain.dtypes.equals(quoted.dtypes)


@pytest.mark.parametrize(
    ("content", "kind", "rows"),
    [
        (b"", "empty", ()),
        (b"\n\n", "empty", ()),
        (TEXT.encode().replace(b"S002", b"S\xe9"), "encoding", (3,)),
        (TEXT.encode("utf-16"), "zero-byte", (1,)),
        (TEXT.encode().replace(b"S002", b"\0"), "zero-byte", (3,)),
        (b"\xef\xbb\xbf" + TEXT.encode(), "mark", (1,)),
        (TEXT.replace("\n", "\r\n").encode(), "line-end", (1,)),
        (TEXT[:-5].encode(), "end", (3,)),
        (TEXT.replace(",", ";").encode(), "delimiter", (1,)),
        (TEXT.replace(",", "\t").encode(), "delimiter", (1,)),
        (TEXT.replace("S002", '"S002').encode(), "quotes", (3,)),
        (TEXT.replace("S002", '"S0\n02"').encode(), "line-break", (3,)),
        (TEXT.replace(",S002", "").encode(), "width", (3,)),
        ((TEXT + "\n").encode(), "width", (4,)),
        (TEXT.replace("S002", "S,002").encode(), "width", (3,)),
        (TEXT.replace("school_id", " ").encode(), "header", (1,)),
        (TEXT.replace("S002", '"' + "x" * 200_000 + '"').encode(), "quotes", (3,)),
        (b"\n" + TEXT.encode(), "header", (1,)),
        (gzip.compress(TEXT.encode()), "unreadable", ()),
        (b"PK\x03\x04" + TEXT.encode(), "unreadable", ()),
    ],
)  # fmt: skip
def test_a_file_written_in_another_way_is_refused(
    tmp_path: Path, content: bytes, kind: str, rows: tuple[int, ...]
) -> None:
    found = problem(tmp_path, content)
    assert (found[0], found[2]) == (kind, rows)


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"\xef\xbb\xbf" + TEXT.encode(), FileForm("children.csv", encoding="utf-8-sig")),
        (TEXT.encode(), FileForm("children.csv", encoding="utf-8-sig")),
        (TEXT.replace("\n", "\r\n").encode(), FileForm("children.csv", line_end="any")),
        (TEXT.replace(",", ";").encode(), FileForm("children.csv", delimiter=";")),
        (TEXT.replace(",", "\t").encode(), FileForm("children.csv", delimiter="tab")),
        (TEXT.encode("cp1252"), FileForm("children.csv", encoding="windows-1252")),
    ],
)
def test_the_same_file_is_read_where_the_contract_says_so(
    tmp_path: Path, content: bytes, form: FileForm
) -> None:
    plain = read(tmp_path, TEXT).tables["children"]
    pd.testing.assert_frame_equal(read(tmp_path, content, form).tables["children"], plain)


def test_windows_letters_are_read(tmp_path: Path) -> None:
    content = TEXT.replace("S001", "Zoë").encode("cp1252")
    table = read(tmp_path, content, FileForm("children.csv", encoding="windows-1252"))
    assert table.tables["children"]["school_id"][0] == "Zoë"


def test_days_written_day_first_are_read_where_the_contract_says_so(tmp_path: Path) -> None:
    text = TEXT.replace("2016-09-01", "01/09/2016").replace("2017-09-01", "13/09/2017")
    form = FileForm("children.csv", date_format="dd/MM/yyyy")
    table = read(tmp_path, text, form).tables["children"]
    assert table["first_day"].tolist() == ["2016-09-01", "2017-09-13"]


def test_a_day_written_in_another_way_than_the_contract_says_stays_refusable(
    tmp_path: Path,
) -> None:
    text = TEXT.replace("2016-09-01", "01/09/2016")  # the other row keeps its year first
    form = FileForm("children.csv", date_format="dd/MM/yyyy")
    table = read(tmp_path, text, form).tables["children"]
    assert table["first_day"].tolist() == ["2016-09-01", "year first: 2017-09-01"]


def workbook(*rows: list[object], sheets: int = 1, merged: str = "", charts: int = 0) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for _ in range(sheets - 1):
        book.create_sheet()
    for _ in range(charts):
        book.create_chartsheet()
    if merged:
        book.active.merge_cells(merged)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


XLSX = FileForm("children.xlsx", format="xlsx")
NAMES: list[object] = list(CHILDREN.column_names)


def test_a_workbook_is_read_where_the_contract_says_so(tmp_path: Path) -> None:
    rows = ["C00001", "S001", date(2005, 3, 1), date(2016, 9, 1), None]
    table = read(tmp_path, workbook(NAMES, rows), XLSX).tables["children"]
    # Excel turns a month into its first day; the column's contract turns it back.
    assert table.iloc[0].tolist() == ["C00001", "S001", "2005-03", "2016-09-01", ""]


def test_a_workbook_is_refused_where_the_contract_does_not_say_so(tmp_path: Path) -> None:
    (tmp_path / "children.xlsx").write_bytes(workbook(NAMES))
    (found,) = read_files(tmp_path, contract()).problems["children"]
    assert (found.kind, found.seen) == ("form", "a file of the kind .xlsx")


def changed(change: Callable[[bytes], bytes], only: str = "", book: bytes = b"") -> bytes:
    """Return a workbook whose parts, or the one of that name, were changed."""
    source, target = zipfile.ZipFile(io.BytesIO(book or workbook(NAMES))), io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            part = source.read(name)
            archive.writestr(name, change(part) if only in name else part)
    return target.getvalue()


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>'


def behind_a_comment(part: bytes) -> bytes:
    """Declare entities so late that a look at the first bytes misses them."""
    return b"<!--" + 9000 * b"-x" + b"-->" + ENTITIES + part.partition(b"?>")[2]


RECORD: list[object] = ["C00001", "S001", date(2005, 3, 1), date(2016, 9, 1), None]


def test_a_workbook_loses_no_row_though_it_misstates_its_size(tmp_path: Path) -> None:
    content = changed(
        lambda part: part.replace(b'<dimension ref="A1:E3"', b'<dimension ref="A1:D2"'),
        book=workbook(NAMES, RECORD, ["C00002", *RECORD[1:]]),
    )
    table = read(tmp_path, content, XLSX).tables["children"]
    assert table["child_id"].tolist() == ["C00001", "C00002"]


def test_what_is_below_and_beside_the_records_of_a_workbook_is_no_record(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(NAMES, RECORD)))
    for place in ("H1", "A9"):
        book.active[place].number_format = "0.00"
    content = io.BytesIO()
    book.save(content)
    assert len(read(tmp_path, content.getvalue(), XLSX).tables["children"]) == 1
    beside = workbook(NAMES, [*RECORD, None, "a note"])
    assert problem(tmp_path, beside, XLSX) == (
        "header",
        "values in a column without a name",
        (2,),
    )


def damaged() -> bytes:
    """Return a workbook whose compressed parts cannot be unpacked."""
    book = workbook(NAMES)
    start = book.index(b".xml") + 4
    return book[:start] + bytes(30) + book[start + 30 :]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (workbook(NAMES, ["=1+1", "S001"]), "formula"),
        (workbook(NAMES, sheets=2), "sheet"),
        (b"PK\x03\x04 cut short", "unreadable"),
        (b"no archive", "unreadable"),
        (changed(lambda part: ENTITIES + part), "entity"),
        (changed(behind_a_comment, "sheet1"), "unreadable"),
        (changed(lambda part: (ENTITIES + part).decode().encode("utf-16"), "sheet1"), "unreadable"),
        (changed(lambda part: part[: len(part) // 2], "sheet1"), "unreadable"),
        (changed(lambda part: part[: len(part) // 2], "workbook.xml"), "unreadable"),
        (changed(lambda part: part[:60], "Content_Types"), "unreadable"),
        (changed(lambda part: part.replace(b'r="A1"', b'r="?"'), "sheet1"), "unreadable"),
        (workbook(NAMES, RECORD, RECORD, merged="B2:B3"), "merged"),
        (workbook(NAMES, charts=1), "unreadable"),
        (damaged(), "unreadable"),
    ],
)
def test_a_workbook_that_is_more_than_a_table_is_refused(
    tmp_path: Path, content: bytes, kind: str
) -> None:
    assert problem(tmp_path, content, XLSX)[0] == kind


def test_a_parquet_file_is_read_where_the_contract_says_so(tmp_path: Path) -> None:
    plain = read(tmp_path, TEXT).tables["children"]
    typed = plain.assign(first_day=pd.to_datetime(plain["first_day"]))
    (tmp_path / "children.csv").unlink()
    content = io.BytesIO()
    typed.to_parquet(content, index=False)
    form = FileForm("children.parquet", format="parquet")
    pd.testing.assert_frame_equal(
        read(tmp_path, content.getvalue(), form).tables["children"], plain
    )
    assert problem(tmp_path, b"PAR1", form)[0] == "unreadable"


def test_files_by_authority_are_joined_and_rows_keep_their_file(tmp_path: Path) -> None:
    form = FileForm("children.csv", parts="children-*.csv")
    lines = TEXT.splitlines(keepends=True)
    (tmp_path / "children-lambeth.csv").write_text(lines[0] + lines[1], "utf-8")
    (tmp_path / "children-stockport.csv").write_text(lines[0] + "C2" + lines[2][6:], "utf-8")
    found = read_files(tmp_path, contract(form))
    assert found.tables["children"]["child_id"].tolist() == ["C00001", "C2"]
    results = validate(found.tables, contract(form), {"children-child_id-pattern"}, found)
    (broken,) = results.of("fail")
    assert broken.rows == (3,)
    assert results.locate(broken) == (("children-stockport.csv", (2,)),)
    assert "children-stockport.csv, row 2, column child_id" in describe(results)


def test_parts_with_different_headers_are_refused(tmp_path: Path) -> None:
    form = FileForm("children.csv", parts="children-*.csv")
    (tmp_path / "children-a.csv").write_text(TEXT, "utf-8")
    (tmp_path / "children-b.csv").write_text(TEXT.replace("last_day", "left"), "utf-8")
    (found,) = read_files(tmp_path, contract(form)).problems["children"]
    assert (found.kind, found.file) == ("parts", "children-b.csv")


def test_two_forms_of_one_dataset_are_refused(tmp_path: Path) -> None:
    (tmp_path / "children.xlsx").write_bytes(workbook(NAMES))
    (tmp_path / "children.csv").write_text(TEXT, "utf-8")
    (found,) = read_files(tmp_path, contract(FileForm("children.csv"), XLSX)).problems["children"]
    assert found.kind == "twice"


def test_every_file_that_is_wrong_is_named(tmp_path: Path) -> None:
    (tmp_path / "Children.csv").write_text(TEXT, "utf-8")
    (tmp_path / "notes.docx").write_text("", "utf-8")
    (tmp_path / ".hidden").write_text("", "utf-8")
    found = read_files(tmp_path, contract())
    results = validate(found.tables, contract(), (), found)
    assert [(r.rule, r.file) for r in results.of("fail")] == [
        ("children-file-missing", "children.csv"),
        ("Children-file-unexpected", "Children.csv"),
        ("notes-file-unexpected", "notes.docx"),
    ]
    assert results.of("fail")[0].seen == ("no such file; is it Children.csv?",)


def test_every_part_that_is_wrong_is_named(tmp_path: Path) -> None:
    form = FileForm("children.csv", parts="children-*.csv")
    (tmp_path / "children-a.csv").write_text("", "utf-8")
    (tmp_path / "children-b.csv").write_text(TEXT, "utf-8")
    (tmp_path / "children-c.csv").write_text(TEXT[:-1], "utf-8")
    found = read_files(tmp_path, contract(form)).problems["children"]
    assert [(each.file, each.kind) for each in found] == [
        ("children-a.csv", "empty"),
        ("children-c.csv", "end"),
    ]


def pipe(path: Path) -> None:
    os.mkfifo(path)


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def circular(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes among its files")
@pytest.mark.parametrize(
    ("make", "seen"),
    [
        (Path.mkdir, "a folder"),
        (pipe, "no ordinary file"),
        (dangling, "a link that leads to no file"),
        (circular, "a link that leads to no file"),
    ],
)
def test_what_is_no_file_is_not_opened(
    tmp_path: Path, make: Callable[[Path], None], seen: str
) -> None:
    make(tmp_path / "children.csv")
    (found,) = read_files(tmp_path, contract()).problems["children"]
    assert (found.kind, found.seen) == ("unreadable", seen)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_a_file_name_that_does_not_print_is_named_all_the_same(tmp_path: Path) -> None:
    for name in (b"caf\xe9.csv", b"a\x1b[31m.csv", b"b\nc.csv"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"")
    found = read_files(tmp_path, contract())
    results = validate(found.tables, contract(), (), found)
    files = {r.file for r in results.of("fail")}
    assert files == {"caf?.csv", "a?[31m.csv", "b?c.csv", "children.csv"}
    describe(results).encode()


def test_a_missing_file_is_not_sought_among_those_with_a_contract(tmp_path: Path) -> None:
    both = {**contract(), "child_events": replace(CHILDREN, dataset="child_events")}
    (tmp_path / "child_events.csv").write_text(TEXT, "utf-8")
    both["child_events"] = replace(both["child_events"], forms=(FileForm("child_events.csv"),))
    (found,) = read_files(tmp_path, both).problems["children"]
    assert found.seen == "no such file"


def test_a_header_of_very_many_names_is_told_in_a_few_words(tmp_path: Path) -> None:
    names = ",".join(f"column_{number}" for number in range(20_000))
    found = read(tmp_path, f"{names}\n{',' * 19_999}\n")
    (result,) = validate(found.tables, contract(), {"children-columns"}, found).results
    assert result.failing == 5 + 1  # those that are not there, and one class of unknown name
    wide = read(tmp_path, ",".join("q" * (n + 1) for n in range(40)) + "\n" + "," * 39 + "\n")
    (result,) = validate(wide.tables, contract(), {"children-columns"}, wide).results
    assert (len(result.seen), result.seen[-1], result.failing) == (21, "25 more", 45)


def test_a_form_leads_to_no_other_folder() -> None:
    with pytest.raises(ValueError, match="is outside the extract"):
        FileForm("../children.csv")
    with pytest.raises(ValueError, match="not known"):
        file_form({"path": "a.csv", "format": "csv", "customProperties": [
            {"property": "codepage", "value": "850"}]})  # fmt: skip

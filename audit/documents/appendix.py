"""Write the audit trail that the book prints, from the ledger of the current build."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.exhibits.parts.markdown import literal
from audit.ledger.reading import read_ledger
from audit.ledger.record import Float, with_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from audit.ledger.ledger import Ledger
    from audit.ledger.record import Record

LEDGER = Path(".report") / "ledger.json"
UNBUILT = "*The audit trail is filled in when the book is built.*"
EXHIBITS = "analysis/exhibits/"
"""Folder whose name the table omits from its files."""
FILES = (
    "Data files, with rows and digests; rows of files about children are rounded to the nearest "
    "ten, so the text can give another number for a count that may be published"
)
"""Caption of the table of files."""
WORDS = 9
"""Number of words that identify a sentence."""
PREFIXES = {"figure": "fig", "table": "tbl"}
_CELL = re.compile(
    r"^#\| label: (?P<label>(?:fig|tbl)-[\w-]+)\n(?:#\|.*\n)*?"
    r"#\| (?:fig|tbl)-cap: \"(?P<caption>(?:[^\"\\]|\\.)*)\"$",
    re.MULTILINE,
)
_TITLE = re.compile(r"^# (.+?)(?:\s*\{.*\})?\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Markdown:
    """Markdown text that Jupyter displays."""

    text: str

    def _repr_markdown_(self) -> str:
        return self.text


def built_from() -> Markdown:
    """Show the commit, the data files with their digests, and the versions."""
    found = ledger_at_hand()
    if found is None:
        return Markdown(UNBUILT)
    _, ledger = found
    commit = ledger.commit
    state = "" if commit.clean else ", with changes that were not committed"
    made = f"commit `{commit.id}`{state}"
    if commit.id is None:
        made = "files that are not under version control"
    made += of_program(ledger)
    files = [
        f"| D{number} | {literal(file.name)} | {file.rows:,} "
        f"| `{file.sha256[:32]}` `{file.sha256[32:]}` |"
        for number, file in enumerate(ledger.files, start=1)
    ]
    versions = ", ".join(f"{name} {version}" for name, version in ledger.environment.items())
    return Markdown(
        "\n".join(
            [
                f"This report was built from {made}, with {versions}.",
                "",
                "| No. | Data file | Rows | SHA-256 |",
                "|:--|:-----------------|----:|:----------------------------------|",
                *files,
                "",
                f": {FILES} {{#tbl-data-files}}",
            ]
        )
    )


def of_program(ledger: Ledger) -> str:
    """Return a phrase on the program, where its code is not in the report's own commit."""
    made = ledger.program
    if not made:
        return ""
    return (
        f" of the study by version {made['version']} of the program (its commit: "
        f"{made['commit']}; SHA-256 of its files: `{made['sha256']}`)"
    )


def exhibits_shown() -> Markdown:
    """Show, by chapter, what is printed, the lines of code that produce it, and the files."""
    found = ledger_at_hand()
    if found is None:
        return Markdown(UNBUILT)
    root, ledger = found
    known = captions(root, ledger, most=WORDS)
    return Markdown("\n".join(rows(ledger, lambda file: _title(root / file), known)))


def rows(
    ledger: Ledger, title: Callable[[str], str], named: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield the lines of the table of exhibits.

    Parameters
    ----------
    title
        Returns the title of a chapter, given its file.
    named
        Number, page and caption of figures and tables, by exhibit name.
    """
    known = named or {}
    number = {file.name: n for n, file in enumerate(ledger.files, start=1)}
    yield "| Ref. | As printed | Code | Data |"
    yield "|:--|:------------------|:--------------------------|:-------------|"
    for chapter, records in groupby(in_order(ledger), key=lambda record: record.chapter):
        yield f"| | **{title(chapter)}** | | |"
        for record in records:
            at = ledger.code[record.function]
            lines = at.lines("–").removeprefix(EXHIBITS)
            yield (
                f'| [{record.reference}]{{.trail of="{record.id}"}} '
                f"| {known.get(record.id) or as_printed(record)} "
                f"| {lines} | {runs(number[name] for name in record.files)} |"
            )


def as_printed(record: Record) -> str:
    """Return the text by which a reader of the book recognises an exhibit."""
    if isinstance(record, Float):
        return _escaped(record.id)
    return _escaped(f"{_first_words(record.printed, WORDS)}{with_unit(record)}")


def _first_words(text: str, most: int | None) -> str:
    words = text.split(" ")
    return text if most is None or len(words) <= most else " ".join(words[:most]) + "…"


def runs(numbers: Iterable[int]) -> str:
    """Return the numbers of data files as text, with ranges for three or more in a row.

    Examples
    --------
    >>> runs([1, 2, 3, 5, 8, 9])
    'D1–D3, D5, D8, D9'
    """
    ordered = sorted(numbers)
    parts = []
    for _, group in groupby(enumerate(ordered), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        long = len(run) > 2
        parts += [f"D{run[0]}–D{run[-1]}"] if long else [f"D{number}" for number in run]
    return ", ".join(parts) or "none"


def in_order(ledger: Ledger) -> list[Record]:
    """Return each record once, in the order in which the book first shows them."""
    chapters = {file: place for place, file in enumerate(ledger.chapters)}

    def place(record: Record) -> tuple[int, str, int]:
        file, _, line = record.shown[0].rpartition(":")
        return chapters.get(file, len(chapters)), file, int(line)

    return sorted(ledger.records, key=place)


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#$@|~^])", r"\\\1", " ".join(text.split()))


def _title(chapter: Path) -> str:
    found = _TITLE.search(chapter.read_text(encoding="utf-8"))
    return found[1] if found else chapter.stem


def ledger_at_hand() -> tuple[Path, Ledger] | None:
    """Return the project's folder and the ledger of the current build; None if there is none."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / LEDGER).is_file():
            return folder, read_ledger(folder / LEDGER)
    return None


def floats_shown(kind: str) -> Markdown:
    """List the figures or tables of the book with number, caption and, in print, page.

    Parameters
    ----------
    kind
        "figure" or "table".
    """
    found = ledger_at_hand()
    if found is None:
        return Markdown(UNBUILT)
    root, ledger = found
    return Markdown("\n".join(f"- {each}" for each in _named(root, ledger, kind)))


def _named(root: Path, ledger: Ledger, kind: str) -> Iterator[str]:
    known = captions(root, ledger)
    for record in in_order(ledger):
        if record.kind == kind and record.id in known:
            yield known[record.id]


def captions(root: Path, ledger: Ledger, *, most: int | None = None) -> dict[str, str]:
    """Return the number, page and caption of each figure and table, by exhibit name.

    The number is a cross-reference, and the page a span that is filled in only in print. Exhibits
    that a chapter shows without a label are left out, as nothing can refer to them.

    Parameters
    ----------
    root
        The project's folder, with the chapters.
    most
        Words of a caption after which it is cut short; None for all of it.
    """
    written: dict[str, str] = {}
    for chapter in ledger.chapters:
        text = (root / chapter).read_text(encoding="utf-8")
        for cell in _CELL.finditer(text):
            written[cell["label"]] = cell["caption"].replace('\\"', '"')
    found = {}
    for record in ledger.records:
        if isinstance(record, Float):
            label = f"{PREFIXES[record.kind]}-{record.id.replace('_', '-')}"
            if label in written:
                found[record.id] = (
                    f'@{label}[]{{.page-of of="{label}"}}: {_first_words(written[label], most)}'
                )
    return found

"""Lines of the chapters that somebody must have judged, and the list of those that were."""

import csv
from pathlib import Path

from press.chapter.book import read_book
from report.checks.prose import texts_of
from tests.architecture import ROOT


def lines_like(pattern) -> list[tuple[str, str]]:
    """Return each line of prose outside claims that a pattern is in, with its chapter."""
    return [
        (Path(chapter.path).stem, " ".join(line.text.split()))
        for chapter in read_book(ROOT).chapters
        for line in texts_of(chapter)
        if not line.text.startswith("#") and pattern.search(line.text)
    ]


def judged_in(path: Path, column: str) -> dict[tuple[str, str], str]:
    """Return the lines judged in a table, each with the text of one of its columns."""
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["chapter"], row["line"]): row[column] for row in csv.DictReader(file)}


def print_unjudged(lines, judged) -> None:
    """Print the lines that are in no table yet."""
    for chapter, line in lines:
        if (chapter, line) not in judged:
            print(f"{chapter}: {line}")

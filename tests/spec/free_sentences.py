"""Sentences of the chapters that compare or give a direction, and that no claim holds.

`python -m tests.spec.free_sentences` lists those that nobody has judged yet. Whoever adds one to
`free_sentences.csv` says why no data can contradict it; a sentence that some data can contradict
becomes a claim.
"""

import csv
import re
from pathlib import Path

from press.chapter.book import read_book
from report.checks.prose import texts_of
from tests.architecture import ROOT

JUDGED = Path(__file__).with_suffix(".csv")
REASONS = {
    "question": "asks, and does not answer",
    "caption": "says what is shown, not what is seen",
    "published": "reports what a cited source says",
    "method": "says what is done or how to read it",
    "general": "holds whatever the data are",
    "if": "says what follows if something is so, or what may be",
    "number": "the words beside a number are computed with it, or suit any number",
}
COMPARING = re.compile(
    r"\b(fell|falls?|fallen|rose|rises?|risen|grew|fewer|fewest|more|most|mostly|less|least|"
    r"higher|highest|lower|lowest|larger|largest|smaller|smallest|greater|greatest|better|best|"
    r"worse|worst|hardly|nearly|nobody|nothing|never|rare|wide|narrow|clear|clearly|significant|"
    r"alike|often|seldom|promis\w*|success\w*|benefit|harm|likely|improved?|reduced?|"
    r"increased?|decreased?)\b",
    re.IGNORECASE,
)


def comparing_lines() -> list[tuple[str, str]]:
    """Return each line of prose outside claims that compares, with its chapter."""
    return [
        (Path(chapter.path).stem, " ".join(line.text.split()))
        for chapter in read_book(ROOT).chapters
        for line in texts_of(chapter)
        if not line.text.startswith("#") and COMPARING.search(line.text)
    ]


def judged() -> dict[tuple[str, str], str]:
    """Return the lines judged, each with its reason."""
    with JUDGED.open(encoding="utf-8", newline="") as file:
        return {(row["chapter"], row["line"]): row["reason"] for row in csv.DictReader(file)}


if __name__ == "__main__":
    for chapter, line in comparing_lines():
        if (chapter, line) not in judged():
            print(f"{chapter}: {line}")

"""Sentences of the chapters on the report itself, each with the test that can find it false.

`python -m tests.spec.said_of_itself` lists those that nobody has judged yet. Whoever adds one to
`said_of_itself.csv` names the test, or the reason why there is nothing to test; a sentence for
which there is neither is deleted, or computed.
"""

import re
from pathlib import Path

from tests.spec.judged_lines import judged_in, lines_like, print_unjudged

JUDGED = Path(__file__).with_suffix(".csv")
REASONS = {
    "question": "asks, and does not answer",
    "attribution": "says whose work something is",
    "not done": "says what was not done, seen or known, which no code can show",
    "place": "says where something is: a reference that leads nowhere stops the build",
    "number": "names what the number next to it is, which has its own tests",
    "words": "says what a word or sign means",
}
OF_ITSELF = re.compile(
    r"\b(?:this|the) (?:report|rebuild|edition|book|PDF|HTML edition|ledger)\b"
    r"|\bpanel like this\b|\bweb pages\b|\bmarked throughout\b|\bterms are used throughout\b"
    r"|\bThis project's\b|\bevery (?:file|rule|code|exhibit)\b|\bA test compares\b"
    r"|\bstops the report\b|\bRows of files\b|\bshort reference\b|\bassistive\b|\bscroll\b"
    r"|\bdata contracts, which\b|\bare withheld\b|\bonly in a sentence\b",
    re.IGNORECASE,
)
"""What a sentence on the report itself is known by."""


def lines_on_itself() -> list[tuple[str, str]]:
    """Return each line of prose on the report itself that no code makes, with its chapter."""
    return lines_like(OF_ITSELF)


def judged() -> dict[tuple[str, str], str]:
    """Return the lines judged, each with its test or reason."""
    return judged_in(JUDGED, "backed_by")


if __name__ == "__main__":
    print_unjudged(lines_on_itself(), judged())

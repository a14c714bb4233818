"""Sentences of the chapters that compare or give a direction, and that no claim holds.

`python -m tests.spec.free_sentences` lists those that nobody has judged yet. Whoever adds one to
`free_sentences.csv` says why no data can contradict it; a sentence that some data can contradict
becomes a claim.
"""

import re
from pathlib import Path

from tests.spec.judged_lines import judged_in, lines_like, print_unjudged

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
    return lines_like(COMPARING)


def judged() -> dict[tuple[str, str], str]:
    """Return the lines judged, each with its reason."""
    return judged_in(JUDGED, "reason")


if __name__ == "__main__":
    print_unjudged(comparing_lines(), judged())

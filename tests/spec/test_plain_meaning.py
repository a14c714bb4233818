"""Wordings that a careful reader took for more, or for something else, than was meant."""

import re

import pytest

from press.chapter.book import read_book
from tests.architecture import ROOT, exhibit_files

CHAPTERS = [ROOT / chapter.path for chapter in read_book(ROOT).chapters]
WRITTEN = [*CHAPTERS, *exhibit_files()]
MISREAD = {
    r"\bchance (?:chose|picked|selected)\b": (
        "because chance chose its schools.", "schools were allocated at random, not sampled"
    ),
    r"\b(?:exclud|includ|hold)\w* no effect\b": (
        "the interval surely excludes no effect in", "reads as if it excluded nothing"
    ),
    r"\ballow(?:ing|s)? for the other comparisons(?! of)": (
        "support it, allowing for the other comparisons.", "of the family only, and not of all"
    ),
    r"\badjusted tests by\b": (
        "a fall in Lambeth alone passes adjusted tests by school", "adjusted for what is not said"
    ),
    r"(?<!several )\b[Oo]ne outcome (?:appeared|seemed) to fall": (
        "one outcome appeared to fall in each", "of how many outcomes is not said"
    ),
    r"\bno sign of\b": ("days in care showed no sign of change", "absence of evidence as evidence"),
    r"\bstill less\b": (
        "a fall of less than half; by this report's own rule, still less.",
        "reads as if a smaller fall could be detected",
    ),
    r"\bof others, `": ("large enough to show; of others, `{python} x` would", "other what?"),
    r"\bexpected without a social worker\b": (
        "Enquiries for every 100 expected without a social worker",
        "nobody knows that: it is what comparison schools suggest",
    ),
    r"\bnever pooled in\b|(?<!here )\bnothing is pooled\b": (
        "The later trial is never pooled in:", "one of the priors pools it in"
    ),
    r"\b[Ww]hole areas are too few\b": (
        "Whole areas are too few for randomisation inference to reject anything.",
        "six and six are enough",
    ),
    r"does not reach the usual level for `": (
        "the joint test does not reach the usual level for `{python} x`", "not ... for none of 2"
    ),
    r"\bworkers in schools decide\b|\b(?<!may )also (?:decide|record)\b"
    r"|\bdeliver the intervention record\b": (
        "Those who deliver the intervention also record the outcome.", "no source says that they do"
    ),
    r"\bis real and cited\b": (
        "What is marked as published is real and cited.", "it is published, and was not checked"
    ),
}  # fmt: skip
"""Each wording, with a sentence that had it and how it was misread."""
MEANINGS = ("safer|fewer children are at risk", "met in another way", "missed")
FEWER = re.compile(r"\b[Ff]ewer (?:enquiries|of them) (?:may|can) mean\b.*")
CARE = re.compile(r"[^.:;]*\bno evidence\b[^.:;]*\bdays in care\b[^.:;]*"
                  r"|[^.:;]*\bdays in care\b[^.:;]*\bno evidence\b[^.:;]*")  # fmt: skip


@pytest.mark.parametrize("wording", MISREAD)
def test_no_wording_that_was_misread_comes_back(wording):
    said, why = MISREAD[wording]
    assert re.search(wording, said), "the pattern has to see what it was made for"
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in WRITTEN
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(wording, line)
    ]
    assert found == [], why


def one_sided(text):
    """Return each sentence that reads fewer enquiries in one way and leaves another out."""
    return [
        said for said in FEWER.findall(text)
        if not all(re.search(meaning, said) for meaning in MEANINGS)
    ]  # fmt: skip


def test_fewer_enquiries_are_read_in_every_way_wherever_they_are_read():
    texts = [path.read_text(encoding="utf-8") for path in CHAPTERS]
    assert [each for text in texts for each in one_sided(text)] == []
    assert sum(len(FEWER.findall(text)) for text in texts) >= 3
    assert one_sided("And fewer enquiries may mean that a child at risk was missed.") != []
    assert one_sided("Fewer enquiries may mean safer children, or a concern met elsewhere.") != []


def test_no_evidence_on_days_in_care_is_said_of_the_two_pilots_that_had_them():
    found = [
        each
        for path in [*CHAPTERS, ROOT / "data" / "published" / "findings.csv"]
        for line in path.read_text(encoding="utf-8").splitlines()
        for each in CARE.findall(line)
    ]
    assert len(found) >= 3
    where = re.compile(r"\btwo\b|\beither\b|where (?:it|that) could")
    assert [each for each in found if not where.search(each)] == []
    (bare,) = CARE.findall("there was no evidence of an effect on days in care (no sizes given)")
    assert not where.search(bare)

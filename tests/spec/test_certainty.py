"""Every claim of change carries, where it is printed, its interval, its p-values and its family."""

import inspect
import re

import pytest

from analysis.exhibits.outcomes import claims
from analysis.exhibits.outcomes.numbers import OUTCOMES
from analysis.models.inference.judgement import LEVEL
from press.chapter.reading import read_book
from tests.architecture import ROOT

SHORT = {name: short for short, name in OUTCOMES.items()}
CHAPTERS = [ROOT / chapter.path for chapter in read_book(ROOT).chapters]
PRINTED = re.compile(r"`\{python\} claims\.(\w+)`")


@pytest.fixture
def rules(monkeypatch):
    """Return what each claim of change, or of none, is held to."""
    monkeypatch.setattr(claims, "_judge", lambda _sentence, rule, _judgements: rule)
    own = [
        (name, made) for name, made in inspect.getmembers(claims, inspect.isfunction)
        if made.__module__ == claims.__name__ and "_judge(" in inspect.getsource(made)
    ]  # fmt: skip
    return {name: made(None) for name, made in own}


def blocks(text):
    """Yield each block that a reader takes as one: a point of a list, a panel, a section."""
    for section in re.split(r"^(?:#+ .*|:::.*)$", text, flags=re.MULTILINE):
        points = re.findall(r"^- .*$", section, re.MULTILINE)
        yield from points
        yield re.sub(r"^- .*$", "", section, flags=re.MULTILINE)


def lacking(block, rule):
    """Return what a block that prints a claim leaves out of its certainty."""
    outcome = SHORT[rule.outcome]
    for pilot in rule.pilots:
        key = f"{outcome}_{{}}_{pilot.lower()}`"
        if rule.where_estimated and key.format("ratio") in block:
            continue
        wanted = [key.format("interval")]
        in_table = rule.verdict == "not clear" and "@tbl-by-unit-table" in block
        if not in_table and key.format("certainty") not in block:
            wanted.append(key.format("adjusted"))
        yield from (f"numbers.{each}" for each in wanted if f"numbers.{each}" not in block)


def faults(text, rules):
    """Return each claim of change whose block leaves its certainty out, with what is missing."""
    return [
        (name, each)
        for block in blocks(text)
        for name in PRINTED.findall(block)
        if name in rules
        for each in lacking(block, rules[name])
    ]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_claim_of_change_stands_with_its_certainty(path, rules):
    assert faults(path.read_text(encoding="utf-8"), rules) == []


def test_a_claim_without_its_certainty_is_seen(rules):
    assert len(rules) >= 6
    bare = "- `{python} claims.s17_not_clear_in_stockport` And so on.\n"
    assert faults(bare, rules) == [
        ("s17_not_clear_in_stockport", "numbers.s17_interval_stockport`"),
        ("s17_not_clear_in_stockport", "numbers.s17_adjusted_stockport`"),
    ]
    apart = bare + "- `{python} numbers.s17_interval_stockport` `{python} numbers.s17_adjusted_x`"
    assert len(faults(apart, rules)) == 2, "another point of the list does not count"
    table = "`{python} claims.referrals_no_clear_change` @tbl-by-unit-table"
    assert [each for _, each in faults(table, rules)] == [
        f"numbers.referrals_interval_{pilot}`" for pilot in ("lambeth", "southampton", "stockport")
    ]


def test_no_p_value_is_called_small_without_a_number():
    """In chapters, tables and sentences alike: a reader has to see how small, and of how many."""
    said = re.compile(r"(?<!<)\bp(?:-values?)?\b[^.,;<]*\bsmall\b", re.IGNORECASE)
    written = [*CHAPTERS, *(ROOT / "analysis" / "exhibits").rglob("*.py")]
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in written
        for line in path.read_text(encoding="utf-8").splitlines()
        if said.search(line) and str(LEVEL) not in line
    ]
    assert found == []

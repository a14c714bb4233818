"""Every claim of change carries, where it is printed, its interval, its p-values and its family."""

import inspect
import re

import pytest

from analysis.dataflow import graph
from analysis.exhibits.outcomes import unit_tables
from analysis.exhibits.parts import effect_rows, messages, words
from analysis.models.inference.judgement import LEVEL
from analysis.study.settings import read_study
from exhibits.outcomes import claims, plain_language
from press.chapter.book import read_book
from tests.architecture import ROOT, exhibit_files

SHORT = {each.name: each.key for each in read_study(ROOT / "study.toml").outcomes}
CHAPTERS = [ROOT / chapter.path for chapter in read_book(ROOT).chapters]
PRINTED = re.compile(r"`\{python\} claims\.(\w+)`")

SENTENCE = words.UNADJUSTED
EVERY = graph.nodes(graph.build())
CAPTION = re.compile(r'#\| (?:fig|tbl)-cap: "([^"]*)"\n(?:#\|.*\n)*(figures|tables)\.(\w+)')
INTERVALS = re.compile(r"numbers\.\w+_interval_")
ADJUSTED = re.compile(r"numbers\.\w+_certainty_|@tbl-by-unit-table")
TABLE = "@tbl-by-unit-table"
"""It gives both p-values of each result, adjusted, and says for how many comparisons."""


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
        if TABLE not in block:
            wanted.append(key.format("certainty"))
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
        ("s17_not_clear_in_stockport", "numbers.s17_certainty_stockport`"),
    ]
    apart = bare + "- `{python} numbers.s17_interval_stockport` `{python} numbers.s17_certainty_x`"
    assert len(faults(apart, rules)) == 2, "another point of the list does not count"
    table = "`{python} claims.referrals_no_clear_change` @tbl-by-unit-table"
    assert [each for _, each in faults(table, rules)] == [
        f"numbers.referrals_interval_{pilot}`" for pilot in ("lambeth", "southampton", "stockport")
    ]


DIFFERENCE = re.compile(r"numbers\.(\w+)_difference_(?!interval)(\w+)`")


def bare_differences(text):
    """Return each number of events more or fewer that stands without its interval."""
    return [
        found
        for block in blocks(text)
        for found in DIFFERENCE.findall(block)
        if "numbers.{}_difference_interval_{}`".format(*found) not in block
    ]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_number_more_or_fewer_stands_with_its_interval(path):
    assert bare_differences(path.read_text(encoding="utf-8")) == []


def test_a_number_more_or_fewer_without_one_is_seen():
    bare = "`{python} numbers.s47_difference_lambeth` enquiries over ten months"
    assert bare_differences(bare) == [("s47", "lambeth")]
    other = f"{bare} (`{{python}} numbers.s47_difference_interval_stockport`)"
    assert bare_differences(other) == [("s47", "lambeth")]


def test_no_p_value_is_called_small_without_a_number():
    """In chapters, tables and sentences alike: a reader has to see how small, and of how many."""
    said = re.compile(r"(?<!<)\bp(?:-values?)?\b[^.,;<]*\bsmall\b", re.IGNORECASE)
    written = [*CHAPTERS, *exhibit_files()]
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in written
        for line in path.read_text(encoding="utf-8").splitlines()
        if said.search(line) and str(LEVEL) not in line
    ]
    assert found == []


def unsaid(text):
    """Return each panel, and each figure, with intervals and adjusted p-values, that is silent."""
    panels = re.split(r"^(?:#+ .*|:::.*)$", text, flags=re.MULTILINE)
    yield from (
        panel for panel in panels
        if INTERVALS.search(panel) and ADJUSTED.search(panel) and SENTENCE not in panel
    )  # fmt: skip
    for caption, kind, name in CAPTION.findall(text):
        judged = {"change_judgements", "main_effects"} <= set(EVERY[name].needs)
        if kind == "figures" and judged and SENTENCE not in caption:
            yield name


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_unadjusted_intervals_are_said_to_be_so_where_p_values_are_adjusted(path):
    """A reader who sees 0.26 to 0.96 next to p 0.275 takes one of them for a mistake."""
    assert list(unsaid(path.read_text(encoding="utf-8"))) == []


def test_an_interval_without_that_word_is_seen():
    both = "`{python} numbers.s17_interval_stockport`; p `{python} numbers.s17_certainty_stockport`"
    assert len(list(unsaid(both))) == 1
    assert list(unsaid(f"{both} ({SENTENCE})")) == []
    figure = '#| fig-cap: "Estimates (exploratory)"\nfigures.main_result\n'
    assert list(unsaid(figure)) == ["main_result"]


@pytest.mark.parametrize("made", [unit_tables.by_unit_table, plain_language.results_in_words])
def test_a_table_of_both_says_so_in_its_note(made):
    assert "words.UNADJUSTED" in inspect.getsource(made)
    assert "{unadjusted}" in inspect.getsource(made) + plain_language.NOTE


def test_a_drawing_of_intervals_says_that_they_are_not_adjusted():
    assert "unadjusted" in effect_rows.BY_SCHOOL_SAID


def test_the_two_tests_by_area_are_named_apart():
    """A t-test of areas can give 0.017 where permuting them can give no less than 0.062."""
    assert messages.TESTS in "passes both adjusted tests; a third, permuting areas, supports it"
    for path in CHAPTERS:
        for caption, kind, name in CAPTION.findall(path.read_text(encoding="utf-8")):
            if kind == "figures" and "change_judgements" in EVERY[name].needs:
                assert "adjusted tests: by school, and by area (t-test)" in caption, name
    assert "by area (t-test)" in inspect.getsource(unit_tables._adjusted)
    assert "by area they are of a t-test" in plain_language.NOTE
    limits = (ROOT / "chapters" / "design-limits.qmd").read_text(encoding="utf-8")
    for line in limits.splitlines():
        if "no result could ever" in line:
            assert "by a permutation test of that unit" in line
            assert "t-test" in line
    for path in CHAPTERS:
        for line in path.read_text(encoding="utf-8").splitlines():
            said = re.sub(r"`\{python\}[^`]*`", "", line)
            if re.search(r"\bp-values?\b[^.;]*\bby area\b", said):
                assert re.search("t-test|permut", said), f"{path.name}: {line}"

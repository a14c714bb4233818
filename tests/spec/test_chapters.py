"""What holds of every chapter: cells in a glance, every exhibit shown and cited."""

import re

import pytest

from analysis.dataflow import graph
from press.chapter.reading import read_book
from report.commands.build import exhibit_kinds
from report.register import check, uses
from tests.architecture import ROOT

LONGEST_CELL = 5
UNCITED = {"references", "acknowledgements"}
BOOK = read_book(ROOT)
CHAPTERS = {chapter.path: chapter for chapter in BOOK.chapters}


def text_of(chapter):
    return (ROOT / chapter.path).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def shown():
    used = uses(BOOK)
    check(used, exhibit_kinds())
    return {use.name for use in used}


def test_every_exhibit_that_can_be_made_is_shown(shown):
    kinds = exhibit_kinds()
    unshown = {name for name in kinds if kinds[name] != "number"} - shown
    assert not unshown, "no exhibit that nobody would miss"


def test_every_function_that_states_numbers_is_used(shown):
    nodes, kinds = graph.nodes(graph.build()), exhibit_kinds()
    families = {}
    for name in (name for name in kinds if kinds[name] == "number"):
        families.setdefault(nodes[name].function, set()).add(name)
    unused = [names for names in families.values() if not names & shown]
    assert unused == [], "no number that nobody would miss"


def test_every_figure_and_table_is_cited():
    labels = [
        cell.label
        for chapter in BOOK.chapters
        for cell in chapter.cells
        if cell.label and cell.label.startswith(("fig-", "tbl-"))
    ]
    text = "\n".join(text_of(chapter) for chapter in BOOK.chapters)
    assert [label for label in labels if f"@{label}" not in text] == []


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_cell_is_read_in_a_glance(path):
    for cell in CHAPTERS[path].cells:
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= LONGEST_CELL, f"{cell.place}"


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_opens_with_its_question_and_closes_with_its_limits(path):
    text = text_of(CHAPTERS[path])
    if any(name in path for name in UNCITED):
        return
    assert re.search(r"^\*\*.*\?\*\*$", text, re.MULTILINE), "no question"
    last = re.findall(r"^## (.*)$", text, re.MULTILINE)[-1]
    assert last.startswith("What this does not show")


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_has_one_sentence_a_line(path):
    for number, line in enumerate(text_of(CHAPTERS[path]).splitlines(), start=1):
        prose = re.sub(r"\*\*.*?\*\*|`[^`]*`|\[[^\]]*\]|D\. Westlake.*", "", line)
        if prose[:1] in "-*|#:$" or "#|" in line:
            continue
        assert not re.search(r"[a-z)]\. [A-Z]", prose), f"{path}:{number}"


ELEMENTS = {
    "acknowledgements, authors, funding": ["sec-acknowledgements"],
    "introduction and Table 1": ["sec-introduction", "tbl-pilots-table"],
    "methodology: phases, questions, sources": ["sec-methods", "sec-phases-and-questions"],
    "key findings": [f"sec-key-finding-{n}" for n in range(1, 7)],
    "pathways and Figure 1": ["sec-pathway-a", "sec-pathway-b", "sec-pathway-c", "fig-logic-model"],
    "recommendations": [f"sec-recommendation-{n}" for n in range(1, 5)],
    "what came later": ["sec-later-trial"],
}
EXHIBITS = {
    "pilots": ["tbl-pilots-table"],
    "schools, pupils, baseline by arm": ["tbl-baseline"],
    "flow of schools": ["tbl-school-flow"],
    "timeline and phases": ["fig-timeline"],
    "fieldwork": ["tbl-fieldwork-table"],
    "rates by term": ["fig-rates-s47", "fig-rates-s17", "fig-rates-referrals",
                      "fig-rates-days-in-care"],
    "before and after": ["tbl-before-after"],
    "zeros": ["tbl-floor"],
    "effects": ["fig-effect-forest", "tbl-effect-table"],
    "activity by type, status and phase": ["fig-activity-types", "fig-activity-status",
                                           "tbl-effort-table"],
    "time in school, integration": ["fig-time-in-school", "tbl-integration-table"],
    "evidence matrix": ["fig-evidence-matrix"],
    "logic model": ["fig-logic-model"],
    "codebook": ["tbl-codebook"],
    "joint display": ["tbl-joint-display"],
    "what carries what": ["tbl-carriers"],
    "calibration check": ["tbl-calibration-check"],
    "later trial": ["tbl-trial-design", "fig-trial-beside-pilots"],
    "main result": ["fig-main-result"],
}  # fmt: skip


@pytest.mark.parametrize("element", [*ELEMENTS, *EXHIBITS])
def test_each_element_of_the_published_summary_has_its_place(element):
    text = "\n".join(text_of(chapter) for chapter in BOOK.chapters)
    for label in (ELEMENTS | EXHIBITS)[element]:
        assert re.search(rf"(#{label}\b|label: {label}$)", text, re.MULTILINE), label


def test_the_calibration_check_says_that_it_is_no_evidence():
    (caption,) = re.findall(
        r'tbl-cap: "(Published directions.*)"', text_of(CHAPTERS["chapters/limitations.qmd"])
    )
    assert "a calibration check, not evidence" in caption


def test_authors_and_funder_are_acknowledged():
    text = text_of(CHAPTERS["chapters/acknowledgements.qmd"])
    assert "Westlake" in text
    assert "funded by the Department for Education" in text


def test_a_node_rests_on_the_files_of_its_tables_and_no_others():
    nodes = graph.nodes(graph.build())
    files = ["activity_log.csv", "child_events.csv", "schools.csv", "deployments.csv"]
    assert graph.data_files("baseline", nodes, files) == ("schools.csv",)
    time_in_school = graph.data_files("time_in_school", nodes, files)
    assert time_in_school == ("activity_log.csv", "deployments.csv", "schools.csv")
    assert graph.data_files("pilots_table", nodes, files) == ()
    assert graph.data_files("contract_summary", nodes, files) == tuple(sorted(files))

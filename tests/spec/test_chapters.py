"""What holds of every chapter: cells in a glance, every exhibit shown and cited."""

import re

import pytest

from analysis.dataflow import graph
from press.chapter.book import read_book
from report.commands.build import exhibit_kinds
from report.exhibit_references import check, uses
from tests.architecture import ROOT

LONGEST_CELL = 5
UNCITED = {"references", "acknowledgements", "about"}
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
        assert len(lines) <= LONGEST_CELL, f"{cell.location}"


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_chapter_opens_with_its_question_and_closes_with_its_limits(path):
    text = text_of(CHAPTERS[path])
    if any(name in path for name in UNCITED):
        return
    assert re.search(r"^\*\*.*\?\*\*$", text, re.MULTILINE), "no question"
    last = re.findall(r"^## (.*)$", text, re.MULTILINE)[-1]
    assert last.startswith("Limits") or path == "index.qmd"


BODY = [path for path in CHAPTERS if "{.key-points}" in text_of(CHAPTERS[path])]


def test_every_numbered_chapter_of_the_body_opens_with_key_points():
    """Neither the one page nor the summary, which are nothing but key points."""
    paths = list(CHAPTERS)
    last = paths.index("chapters/acknowledgements.qmd")
    assert paths[2:last] == BODY


@pytest.mark.parametrize("path", BODY)
def test_key_points_are_three_to_five_and_come_after_the_question(path):
    text = text_of(CHAPTERS[path])
    (points,) = re.findall(r"(?s)\*\*\n\n::: \{\.key-points\}\n(.*?)\n:::", text)
    assert points.startswith("**Key points**")
    assert 3 <= len(re.findall(r"(?m)^- ", points)) <= 5


def reading_grade(text):
    """Return the school grade of Flesch and Kincaid; age is about five more."""
    words = re.findall(r"[A-Za-z']+", text)
    sentences = len(re.findall(r"[.?!]\s", f"{text} "))
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", w.lower().rstrip("e")))) for w in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def test_the_one_page_reads_at_an_age_of_twelve_to_fourteen():
    assert reading_grade("The cat sat. It ran. ") < 2
    long = "Notwithstanding considerable methodological heterogeneity, institutional " * 4
    assert reading_grade(f"{long}. ") > 12
    text = re.sub(
        r"(?s)```.*?```|\[[^\]]*@[^\]]*\]|\{\.[^}]*\}", "", text_of(CHAPTERS["index.qmd"])
    )
    prose = re.sub(r"`\{python\} [^`]*`", "ten", re.sub(r"(?m)^(:::|#).*$", "", text))
    assert reading_grade(prose) < 9


CONTENT = {
    "a flexible approach": ("key-findings-practice", "flexible approach"),
    "young people seek advice": ("key-findings-practice", "could ask the social worker for advice"),
    "schools' ways are challenged": ("key-findings-practice", "challenged them"),
    "punitive responses": (
        "key-findings-practice",
        "helped to reduce responses that they consider",
    ),
    "worth trialling further": ("key-finding-6", "worth trialling further"),
    "question (a), whole": ("methods", "processes that would let it be scaled up easily"),
    "question (c), whole": ("methods", "used as intended, and is it defined well enough"),
    "context": ("pathways", "The **context** is the school"),
    "conditions": ("pathways", "Conditions: social worker and school staff communicate regularly"),
    "recommendation 1": ("recommendations", "may reduce referrals from schools for children"),
    "recommendation 2": ("recommendations", "Different approaches could be refined"),
    "recommendation 3": ("recommendations", "encroach on the duties"),
    "recommendation 4": ("recommendations", "spend large amounts of time in schools"),
    "staff": ("acknowledgements", "social care and education staff"),
    "families": ("acknowledgements", "young people and families"),
    "data teams": ("acknowledgements", "collated and processed its data"),
    "colleagues": ("acknowledgements", "D. Wilkins and C. Pitt"),
    "about": ("acknowledgements", "collects and shares evidence"),
}
"""What the published summary has, the chapter that has it here, and how it begins to say it."""


@pytest.mark.parametrize("what", CONTENT)
def test_the_content_of_the_published_summary_is_there(what):
    name, words = CONTENT[what]
    assert words in text_of(CHAPTERS[f"chapters/{name}.qmd"])


def test_a_special_school_is_explained():
    from exhibits.outcomes.published import pilots_table
    from exhibits.results.published import published_facts

    table = pilots_table(published_facts(ROOT / "data" / "published"))
    assert "social, emotional and mental health" in " ".join(table.note.split())


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
                      "fig-rates-care"],
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
    "findings in a line": ["tbl-six-findings"],
    "results in words": ["tbl-results-in-words"],
}  # fmt: skip


@pytest.mark.parametrize("element", [*ELEMENTS, *EXHIBITS])
def test_each_element_of_the_published_summary_has_its_place(element):
    text = "\n".join(text_of(chapter) for chapter in BOOK.chapters)
    for label in (ELEMENTS | EXHIBITS)[element]:
        assert re.search(rf"(#{label}\b|label: {label}$)", text, re.MULTILINE), label


def test_the_calibration_check_says_that_it_is_no_evidence():
    (caption,) = re.findall(
        r'tbl-cap: "(Published directions.*)"', text_of(CHAPTERS["chapters/outcomes-detail.qmd"])
    )
    assert "a calibration check, not evidence" in caption


def test_authors_and_funder_are_acknowledged():
    text = text_of(CHAPTERS["chapters/acknowledgements.qmd"])
    assert "Westlake" in text
    assert "funded by the Department for Education" in text


def test_a_node_rests_on_the_files_of_its_tables_and_no_others():
    nodes = graph.nodes(graph.build())
    tables = ("activity_log", "child_events", "schools", "deployments")
    files = {f"{table}.csv": (table,) for table in tables}
    assert graph.data_files("baseline", nodes, files) == ("schools.csv",)
    time_in_school = graph.data_files("time_in_school", nodes, files)
    assert time_in_school == ("activity_log.csv", "deployments.csv", "schools.csv")
    parts = {"a.csv": ("schools",), "b.csv": ("schools", "children"), "maps/b.toml": ("schools",)}
    assert graph.data_files("baseline", nodes, parts) == tuple(sorted(parts))
    assert graph.data_files("pilots_table", nodes, files) == ()
    assert "published_facts" in graph.upstream("pilots_table", nodes)
    assert graph.data_files("contract_summary", nodes, files) == tuple(sorted(files))


def test_a_chapter_that_runs_on_has_no_drawing_to_place():
    """Its first page begins with the end of another chapter; see the Typst template."""
    running = [chapter for chapter in BOOK.chapters if ".runs-on" in text_of(chapter)]
    assert running, "or the class has no use"
    assert not [chapter.path for chapter in running if to_place(text_of(chapter))]
    assert to_place("# A\n\n```{python}\nfigures.b\n```\n\n## C\n")


def to_place(text):
    """Return whether a drawing that has to be placed comes before the second section."""
    opening = "".join(re.split(r"(?m)^(?=## )", text)[:2])
    return "figures." in re.sub(r"(?ms)^::: \{\.drawn-here\}.*?^:::$", "", opening)


def test_parts_do_not_run_on():
    running = [chapter for chapter in BOOK.chapters if ".runs-on" in text_of(chapter)]
    opening = ["key-findings-practice", "pathways", "estimand-and-plan"]
    running_parts = {f"chapters/{name}.qmd" for name in opening} & {each.path for each in running}
    assert not running_parts, "a part's name would stand at the foot of the page before"

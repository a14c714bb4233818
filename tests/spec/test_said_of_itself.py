"""Every sentence on the report itself is made by code or can be found false by a test."""

import json
import re
from pathlib import Path

from analysis.dataflow import graph
from press.chapter.book import read_book
from report.checks.prose import texts_of
from report.commands.build import exhibit_kinds
from tests.architecture import ROOT, exhibit_files
from tests.spec.said_of_itself import OF_ITSELF, REASONS, judged, lines_on_itself

CAUSED = re.compile(
    r"\b(?:caused?|led to|brought about|resulted in|thanks to|owing to|due to)\b[^.?]*"
    r"\b(?:falls?|fewer|lower|drops?|reductions?)\b",
    re.IGNORECASE,
)
SAYS_SO = "no sentence of this report says"
AXE = ROOT / "benchmarks" / "results" / "accessibility.json"


def test_every_sentence_on_the_report_itself_has_its_test_or_reason():
    unjudged = [line for line in lines_on_itself() if line not in judged()]
    assert unjudged == [], "name its test in said_of_itself.csv, compute it, or delete it"


def test_no_judgement_outlives_its_sentence():
    assert set(judged()) - set(lines_on_itself()) == set()


def test_each_test_that_is_named_is_there():
    for backed in set(judged().values()) - set(REASONS):
        path, _, name = backed.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"(?m)^ *def {name}\(", text), backed


def test_what_a_report_says_of_itself_is_seen():
    assert OF_ITSELF.search("This report is made in a minute.")
    assert OF_ITSELF.search("The web pages need no scripts.")
    assert not OF_ITSELF.search("In Lambeth there were two reports.")


def test_no_sentence_says_that_social_workers_caused_a_fall():
    written = [
        line.text for chapter in read_book(ROOT).chapters for line in texts_of(chapter)
    ] + [
        line for path in exhibit_files() if Path(path).name == "claims.py"
        for line in path.read_text(encoding="utf-8").splitlines()
    ]  # fmt: skip
    assert [each for each in written if CAUSED.search(each) and SAYS_SO not in each] == []
    assert any(SAYS_SO in each for each in written)
    assert CAUSED.search("Having a social worker led to fewer enquiries.")


def test_no_sentence_rests_on_what_a_worker_is_assumed_to_be_worth():
    nodes, kinds = graph.nodes(graph.build()), exhibit_kinds()
    resting = {name for name in kinds if "scale_up_settings" in graph.upstream(name, nodes)}
    assert {name for name in resting if kinds[name] == "claim"} == set()
    assert any(kinds[name] == "number" for name in resting), "or the assumption has no use"


def test_axe_found_nothing_on_any_page_in_any_way():
    """As measured by `benchmarks.accessibility` on a finished book, with the ways it has to see."""
    found = json.loads(AXE.read_text(encoding="utf-8"))
    assert found["violations"] == found["requests to a host"] == []
    for width in (320, 768, 1440):
        assert {name.split(", ")[1] for name in found["seen"] if name.startswith(f"{width} ")} == {
            "light", "dark",
        }  # fmt: skip
    assert {name.rpartition(" ")[2] for name in found["seen"]} == {"on", "off"}
    chapters = len(read_book(ROOT).chapters)
    assert found["pages"]["report"] == chapters
    assert {"wcag2aa", "wcag22aa"} <= set(found["rules"])

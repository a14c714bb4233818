"""The list of sources is what the chapters cite, and says of each what finds it again."""

import json
import re

import pytest

from exhibits.results.published import trial_sources
from press.document.pandoc import run
from tests.architecture import ROOT, exhibit_files

WITHOUT_DOI = {"holm1979"}
"""The journal gave it none that the public record of our sources states."""
WITHOUT_AUTHOR = {"sswr2025"}
"""An abstract whose authors are not among what was seen of it; cited by a short title."""
WITHOUT_YEAR = {"swissouthampton", "swisstockport"}
"""Project pages that bear no date."""
SOURCES = {
    entry["id"]: entry
    for entry in json.loads(
        run(["-f", "bibtex", "-t", "csljson"], (ROOT / "references.bib").read_text("utf-8"))
    )
}


def cited():
    texts = [ROOT / "index.qmd", *(ROOT / "chapters").glob("*.qmd")]
    texts += exhibit_files()
    words = "\n".join(path.read_text(encoding="utf-8") for path in texts)
    return set(re.findall(r"@([a-z]+\d{4}[a-z]*|swis[a-z]+\d*)\b", words))


def test_every_source_is_cited_and_every_citation_has_its_source():
    assert set(SOURCES) == cited()


def test_every_figure_of_the_trial_names_a_source_of_the_list():
    named = set(trial_sources(ROOT / "data" / "published").values())
    assert named <= set(SOURCES)


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_can_be_found_again(name):
    entry = SOURCES[name]
    assert entry["title"]
    assert ("author" in entry) == (name not in WITHOUT_AUTHOR)
    assert "author" in entry or "title-short" in entry
    assert ("issued" in entry) == (name not in WITHOUT_YEAR)
    assert (
        "URL" in entry
        or "publisher" in entry
        or entry["type"] == "article-journal"
        or (name == "hmgovernment2018")
    )
    if entry["type"] == "article-journal":
        assert ("DOI" in entry) == (name not in WITHOUT_DOI)

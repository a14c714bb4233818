"""How often each sentence on a change would be printed by chance is known for all of a summary."""

import re

import pytest

from analysis.dataflow import graph
from benchmarks import models_sentences
from exhibits.appendix.simulation_tables import SEARCHED
from tests.architecture import ROOT

NODES = graph.nodes(graph.build())
SUMMARIES = ("index.qmd", "chapters/executive-summary.qmd")
COUNTS = {"child_events.csv": ("child_events",), "care_episodes.csv": ("care_episodes",)}
"""The files that outcomes come from: a sentence that rests on neither says nothing of a change."""
VERDICTS = {"change_judgements", "adjusted_for_many"}
SHOWN = re.compile(r"`\{python\} claims\.(\w+)`")
DRAWN = re.compile(r"^(?:figures|tables)\.(\w+)$", re.MULTILINE)
JUDGED = {claim.__name__ for claim in models_sentences.SENTENCES}


def unjudged(text):
    """Return what says in a text how outcomes changed, and how often that happens isn't known."""
    return [
        *(name for name in SHOWN.findall(text)
          if name not in JUDGED | set(models_sentences.NOT_ON_CHANGE)
          and graph.data_files(name, NODES, COUNTS)),
        *(name for name in DRAWN.findall(text)
          if VERDICTS & set(graph.upstream(name, NODES)) and name not in models_sentences.SHOWN_AS),
    ]  # fmt: skip


@pytest.mark.parametrize("path", SUMMARIES)
def test_every_sentence_on_a_change_is_drawn(path):
    assert unjudged((ROOT / path).read_text(encoding="utf-8")) == [], (
        "add it to SENTENCES of benchmarks/models_sentences.py, or say in NOT_ON_CHANGE what it "
        "says instead; a figure or table goes into SHOWN_AS"
    )


def test_a_sentence_that_is_not_drawn_is_seen():
    assert unjudged("`{python} claims.care_no_clear_change`") == ["care_no_clear_change"]
    assert unjudged("`{python} claims.slope_rejects_once` later") == ["slope_rejects_once"]
    assert unjudged("`{python} claims.trial_leaves_open`") == [], "it rests on what was published"
    assert unjudged("tables.by_unit_table\n") == ["by_unit_table"]
    assert unjudged("`{python} claims.s47_no_clear_change_in_stockport`") == []


def test_what_is_let_off_is_printed_and_what_stands_for_a_picture_is_searched():
    text = "".join((ROOT / path).read_text(encoding="utf-8") for path in SUMMARIES)
    assert set(models_sentences.NOT_ON_CHANGE) <= set(SHOWN.findall(text))
    assert set(models_sentences.SHOWN_AS) <= set(DRAWN.findall(text))
    assert set(models_sentences.SHOWN_AS.values()) <= set(models_sentences.SEARCHES) == SEARCHED
    assert not set(models_sentences.NOT_ON_CHANGE) & JUDGED

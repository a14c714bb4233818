"""No sentence that data can contradict stands in a chapter without a rule."""

from tests.spec.free_sentences import COMPARING, REASONS, comparing_lines, judged


def test_every_comparing_sentence_is_a_claim_or_was_judged():
    unjudged = [line for line in comparing_lines() if line not in judged()]
    assert unjudged == [], "make it a claim, or judge it in free_sentences.csv"


def test_no_judgement_outlives_its_sentence():
    assert set(judged()) - set(comparing_lines()) == set()


def test_each_judgement_has_a_reason():
    assert set(judged().values()) <= set(REASONS)


def test_what_compares_is_seen():
    assert COMPARING.search("In Lambeth enquiries fell.")
    assert COMPARING.search("Most schools had a worker.")
    assert not COMPARING.search("Table 1 shows the pilots.")

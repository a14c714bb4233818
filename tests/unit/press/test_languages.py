"""Words of a book's language, and those that its author replaces."""

import pytest

from press.document.crossref import wording
from press.document.languages import is_known, words_of
from press.errors import UnsupportedError
from press.project.unsupported import check_settings
from press.project.yaml import parse_settings


def test_every_language_has_every_word():
    names = words_of({})
    for language in ("de", "fr-CA", "es", "it", "pt-BR", "nl"):
        words = words_of({"lang": language})
        assert words.keys() == names.keys()
        assert all(words.values())
        assert words != names


def test_words_of_a_language_in_captions_and_references():
    words = wording({"lang": "de"})
    assert words.titles["fig"] == "Abbildung"
    assert words.prefixes["sec"] == "Abschnitt"
    assert words.appendix_heading("A") == "Anhang A — "


def test_an_author_s_words_go_over_them():
    given = {"lang": "fr", "language": {"crossref-fig-title": "Fig.", "de": {"code-summary": "x"}}}
    words = wording({**given, "crossref": {"tbl-prefix": "tabl."}})
    assert (words.titles["fig"], words.prefixes["fig"]) == ("Fig.", "Fig.")
    assert (words.titles["tbl"], words.prefixes["tbl"]) == ("Tableau", "tabl.")
    assert words.own["code-summary"] == "Code"


def test_a_language_without_words_is_refused():
    assert not is_known("pl")
    with pytest.raises(UnsupportedError, match=r"_quarto\.yml:1: `lang: pl`"):
        check_settings(parse_settings("lang: pl", "_quarto.yml"))
    check_settings(parse_settings("lang: pl\nlanguage: {crossref-fig-title: Rysunek}", "a.yml"))

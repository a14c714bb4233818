"""Cache colours show the code that they were made of, or are found again."""

import json

import pytest

from audit.pages import syntax_colours
from audit.pages.syntax_colours import Colours


@pytest.fixture
def cache(tmp_path):
    (tmp_path / "code.py").write_text("RATIO = 0.41\n")
    made = Colours(tmp_path, tmp_path / "kept.json")
    made.lines("code.py")
    made.write()
    return tmp_path / "kept.json"


def forge(cache, *, digest=False):
    """Edit what was kept by hand, and its digest too if asked."""
    found = json.loads(cache.read_text())
    for key, (own, *lines) in found.items():
        forged = [line.replace("0.41", "0.14") for line in lines]
        found[key] = [syntax_colours._digest(forged) if digest else own, *forged]
    cache.write_text(json.dumps(found))


def shown(cache, source):
    return "".join(Colours(cache.parent, source).lines("code.py"))


def test_what_was_kept_is_taken(cache, monkeypatch):
    monkeypatch.setattr(syntax_colours, "_coloured", lambda *_: 1 / 0)
    assert "0.41" in shown(cache, cache)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"a": []}', "null"])
def test_what_cannot_be_read_is_found_again(cache, text):
    cache.write_text(text)
    assert "0.41" in shown(cache, cache)


def test_an_edit_by_hand_is_found_again(cache):
    forge(cache)
    assert "0.41" in shown(cache, cache)


def test_a_release_takes_nothing_that_was_kept(cache):
    forge(cache, digest=True)
    assert "0.14" in shown(cache, cache), "or this would show nothing"
    assert "0.41" in shown(cache, None)


def test_other_code_of_our_own_finds_them_again(cache, monkeypatch):
    monkeypatch.setattr(syntax_colours, "_OWN_CODE", "another")
    monkeypatch.setattr(syntax_colours, "_coloured", lambda *_: ["anew"])
    assert shown(cache, cache) == "anew"


def test_a_build_that_uses_none_or_others_leaves_what_was_kept(cache, monkeypatch):
    Colours(cache.parent, cache).write()
    (cache.parent / "other.py").write_text("OTHER = 1\n")
    made = Colours(cache.parent, cache)
    made.lines("other.py")
    made.write()
    monkeypatch.setattr(syntax_colours, "_coloured", lambda *_: 1 / 0)
    assert "0.41" in shown(cache, cache)
    assert "OTHER" in "".join(Colours(cache.parent, cache).lines("other.py"))


def test_only_so_many_are_kept_and_those_of_the_build_first(cache, monkeypatch):
    monkeypatch.setattr(syntax_colours, "_KEPT", 2)
    for value in range(5):
        (cache.parent / "code.py").write_text(f"RATIO = {value}\n")
        made = Colours(cache.parent, cache)
        made.lines("code.py")
        made.write()
    assert len(json.loads(cache.read_text())) == 2
    monkeypatch.setattr(syntax_colours, "_coloured", lambda *_: 1 / 0)
    assert "4" in shown(cache, cache)


def test_what_another_process_has_highlighted_is_taken_and_kept(cache, monkeypatch):
    entries = Colours(cache.parent).entries(["code.py"])
    cache.unlink()
    monkeypatch.setattr(syntax_colours, "_coloured", lambda *_: 1 / 0)
    this = Colours(cache.parent, cache)
    this.take(entries)
    assert "0.41" in "".join(this.lines("code.py"))
    this.write()
    assert "0.41" in shown(cache, cache)

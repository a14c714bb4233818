"""Audit pages and the ledger are taken again only from the very same: what is edited is seen."""

import json
import os
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest

from analysis.exhibits.parts.exhibit import Provenance
from analysis.parallel import workers
from audit.ledger.provenance import Commit
from audit.ledger.reading import read_ledger
from audit.pages import writing
from press.errors import Location
from report.audit_pages import COLOURS, PAGES, write_audit_pages
from report.exhibit_references import Use
from report.reuse import ledger as kept_ledgers
from report.reuse.ledger import PLACE, cached_ledger
from tests.unit.audit import small_trail


@pytest.fixture
def book(tmp_path):
    return small_trail.make(tmp_path)


def written(book, ledger, chapters=small_trail.CHAPTERS, *, fresh=False):
    """Return the audit pages of a ledger."""
    for path in (book / "audit").rglob("*.html"):
        path.unlink()
    write_audit_pages(book.parent, book, ledger, chapters, fresh=fresh)
    return {path.name: path.read_bytes() for path in (book / "audit").rglob("*.html")}


def with_record(ledger, name, **changed):
    records = [replace(r, **changed) if r.id == name else r for r in ledger.records]
    return replace(ledger, records=tuple(records))


def test_two_processes_write_the_pages_and_the_colours_of_one(book, monkeypatch):
    ledger = read_ledger(book / "audit" / "ledger.json")
    one = written(book, ledger, fresh=True)
    this, made = os.getpid(), writing._make
    monkeypatch.setattr(writing, "FEWEST", 1)
    monkeypatch.setattr(workers, "affordable", lambda: 2)

    def noted(folder, recall, pages):
        if os.getpid() != this:
            folder.joinpath("aside").write_text(" ".join(page[0] for page in pages))
        made(folder, recall, pages)

    monkeypatch.setattr(writing, "_make", noted)
    (book.parent / COLOURS).unlink(missing_ok=True)
    shutil.rmtree(book.parent / PAGES)
    assert written(book, ledger) == one
    aside = (book / "audit" / "aside").read_text().split()
    assert 0 < len(aside) < len(one)
    coloured = json.loads((book.parent / COLOURS).read_text())
    assert len(coloured) == len({each.file for each in ledger.code.values()}) + 1
    # What either of them made is in the cache.
    monkeypatch.setattr(writing, "_make", lambda *_: None)
    assert written(book, ledger) == one


EDITS = {
    "page": lambda ledger: with_record(ledger, "rates", pages=(7,)),
    "line": lambda ledger: with_record(ledger, "fell", shown=("chapters/one.qmd:99",)),
    "label": lambda ledger: with_record(ledger, "rates_plot", labels=("Figure 9.9",)),
    "words": lambda ledger: with_record(ledger, "many", printed="nine"),
    "commit": lambda ledger: replace(ledger, commit=replace(ledger.commit, id="b" * 40)),
    "marking": lambda ledger: replace(ledger, label=""),
    "rule": lambda ledger: replace(ledger, rules=ledger.rules[:1]),
    "release": lambda ledger: replace(ledger, release=not ledger.release),
    "title": lambda ledger: replace(ledger, title="Another title"),
    "file": lambda ledger: replace(
        ledger, files=tuple(replace(each, sha256="9" * 64) for each in ledger.files)
    ),
    "code": lambda ledger: replace(
        ledger, code={key: replace(at, last=at.first) for key, at in ledger.code.items()}
    ),
    "names": lambda ledger: replace(
        ledger, code={**ledger.code, "m.also": next(iter(ledger.code.values()))}
    ),
    "meaning": lambda ledger: replace(ledger, columns={"schools.csv": {"pupils": "Other"}}),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_the_ledger_is_on_every_page_that_shows_it(book, edit):
    before = read_ledger(book / "audit" / "ledger.json")
    unedited = written(book, before)
    edited = EDITS[edit](before)
    now = written(book, edited)
    assert now == written(book, edited, fresh=True)
    assert now != unedited


FILES = {"m.py": "schools", "study.toml": "s47", "_book/audit/exhibits/rates_plot.csv": "0.41"}


@pytest.mark.parametrize("name", FILES)
def test_an_edit_of_a_file_is_on_every_page_that_shows_it(book, name):
    ledger = read_ledger(book / "audit" / "ledger.json")
    unedited = written(book, ledger)
    path = book.parent / name
    path.write_text(path.read_text().replace(FILES[name], FILES[name] + "7"))
    now = written(book, ledger)
    assert now == written(book, ledger, fresh=True)
    assert now != unedited


def test_where_an_exhibit_stands_is_on_its_own_page_and_the_index_alone(book):
    before = read_ledger(book / "audit" / "ledger.json")
    written(book, before)
    entries = set((book.parent / PAGES).rglob("*"))
    written(book, EDITS["page"](before))
    new = {path for path in set((book.parent / PAGES).rglob("*")) - entries if path.is_file()}
    assert len(new) == 1


def test_a_kept_page_that_was_altered_is_made_again(book):
    ledger = read_ledger(book / "audit" / "ledger.json")
    whole = written(book, ledger)
    for path in (book.parent / PAGES).rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-3] + b"abc")
    assert written(book, ledger) == whole


@pytest.fixture
def asked(book, monkeypatch):
    """What a ledger is asked for, and how often it is made."""
    made = []
    ledger = read_ledger(book / "audit" / "ledger.json")
    (rates,) = (each for each in ledger.records if each.id == "rates")
    ledger = replace(ledger, records=(rates,))
    commit = [ledger.commit]
    monkeypatch.setattr(kept_ledgers, "read_commit", lambda _: commit[0])
    (book.parent / ".report").mkdir(exist_ok=True)

    def ask(key="one", line=3, reference="T1", remote="", file="chapters/one.qmd", at=None):
        commit[0] = at or ledger.commit
        evaluation = SimpleNamespace(root=book.parent, key=key)
        values = {"provenances": {"rates": Provenance("rates", reference, ("schools.csv",), "")}}
        used = [Use("rates", "table", "", Location(file, line))]

        def make():
            made.append(key)
            shown = replace(rates, shown=tuple(str(use.location) for use in used))
            return replace(ledger, commit=commit[0], records=(shown,))

        return cached_ledger(evaluation, values, used, remote, make)

    return SimpleNamespace(ask=ask, made=made, root=book.parent)


def test_a_ledger_is_made_once_and_knows_its_chapters_as_they_are(asked):
    first = asked.ask()
    chapter = asked.root / "chapters" / "one.qmd"
    chapter.write_text(chapter.read_text() + "\nA word.\n")
    second = asked.ask()
    assert len(asked.made) == 1
    assert second.sources["chapters/one.qmd"] != first.sources.get("chapters/one.qmd")
    assert second.records == first.records


@pytest.mark.parametrize(
    "other",
    [{"key": "two"}, {"file": "index.qmd"}, {"reference": "T2"}, {"remote": "https://x.org/a"}],
)
def test_a_ledger_is_made_again_when_what_it_rests_on_is_another(asked, other):
    asked.ask()
    asked.ask(**other)
    assert len(asked.made) == 2


@pytest.mark.parametrize(
    "other", [{"line": 4}, {"at": Commit("b" * 40, 1, clean=False)}], ids=["a line", "a commit"]
)
def test_what_moves_with_every_edit_is_entered_in_a_kept_ledger(asked, other):
    asked.ask()
    found = asked.ask(**other)
    assert len(asked.made) == 1
    fresh = asked.ask("two", **other)
    assert len(asked.made) == 2
    assert (found.commit, found.records) == (fresh.commit, fresh.records)
    assert (found.commit, found.records) != (asked.ask().commit, asked.ask().records)


def test_a_kept_ledger_that_is_cut_short_is_made_again(asked):
    asked.ask()
    for path in (asked.root / PLACE).rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:1000])
    asked.ask()
    assert len(asked.made) == 2


@pytest.mark.parametrize(
    "edit",
    [
        lambda ledger: replace(ledger, structure=replace(ledger.structure, headings={"a": ("b",)})),
        lambda ledger: replace(ledger, sources={"index.qmd": "1" * 64}),
    ],
    ids=["a heading", "a word"],
)
def test_what_an_author_writes_makes_no_page_again(book, edit):
    before = read_ledger(book / "audit" / "ledger.json")
    written(book, before)
    assert made_by(book, edit(before)) == 0


def test_a_file_of_the_extract_makes_no_page_of_code_again(book):
    before = read_ledger(book / "audit" / "ledger.json")
    pages = written(book, before)
    code = [path for path in (book / "audit" / "code").glob("*.html") if path.stem != "study.toml"]
    assert code
    assert made_by(book, EDITS["file"](before)) <= len(pages) - len(code) - 1


def made_by(book, ledger):
    """Return how many pages are made anew of a ledger."""
    entries = set((book.parent / PAGES).rglob("*"))
    written(book, ledger)
    return sum(path.is_file() for path in set((book.parent / PAGES).rglob("*")) - entries)

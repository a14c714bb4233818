"""The live view: serves, rebuilds what changed, shows what is wrong."""

from __future__ import annotations

import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from press.build import build_book
from press.edition import NumberedPages
from press.errors import ChapterError, Location
from press.preview import _PAUSE, STATE, serve, snapshot

CONFIGURATION = (
    "project: {type: book}\nbook:\n  title: T\n  chapters: [index.qmd]\nformat: {html: default}\n"
)


def until(met, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


class Rebuild:
    """Writes a page, notes what changed, fails when told to."""

    def __init__(self, out: Path) -> None:
        self.out, self.seen, self.fault = out, [], None
        self.completed = 0
        self.wait = threading.Event()
        self.wait.set()

    def complete(self) -> None:
        self.completed += 1
        if self.completed > 1:
            raise ChapterError("not as in the ledger", Location("one.qmd", 1))

    def __call__(self, changed: frozenset[str]) -> None:
        self.seen.append(changed)
        self.wait.wait(10)
        if self.fault:
            raise self.fault
        self.out.mkdir(exist_ok=True)
        (self.out / "index.html").write_text("<body><p>page</p></body>", "utf-8")


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, Rebuild, list[str]]]:
    rebuild, said, stop = Rebuild(folder / "_book"), [], threading.Event()
    thread = threading.Thread(
        target=serve,
        args=(folder, folder / "_book", rebuild),
        kwargs={"say": said.append, "stop": stop, "complete": rebuild.complete},
    )
    thread.start()
    try:
        until(lambda: any("http" in line for line in said))
        address = next(line for line in said if "http" in line).split()[1].rstrip("/")
        yield address, rebuild, said
    finally:
        stop.set()
        thread.join()


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=5) as answer:
        return answer.read().decode()


def test_it_serves_rebuilds_and_shows_what_is_wrong(tmp_path):
    (tmp_path / "one.qmd").write_text("# One", "utf-8")
    with serving(tmp_path) as (address, rebuild, said):
        until(lambda: "<p>page</p>" in get(address + "/"))
        page = get(address + "/")
        assert "<p>page</p>" in page
        assert STATE in page
        until(lambda: json.loads(get(address + STATE))["version"])
        first = json.loads(get(address + STATE))
        assert first["error"] == ""

        rebuild.fault = ChapterError("nothing there", Location("one.qmd", 1))
        (tmp_path / "one.qmd").write_text("# One, changed", "utf-8")
        until(lambda: json.loads(get(address + STATE))["error"])
        assert json.loads(get(address + STATE))["error"] == "one.qmd:1: nothing there"
        assert rebuild.seen == [frozenset(), frozenset({"one.qmd"})]
        assert "one.qmd:1: nothing there" in said

        rebuild.fault = None
        (tmp_path / "one.qmd").write_text("# One, fixed", "utf-8")
        until(lambda: not json.loads(get(address + STATE))["error"])
        assert json.loads(get(address + STATE))["version"] != first["version"]


def test_a_book_is_completed_once_after_each_edit_when_files_are_left_alone(tmp_path):
    (tmp_path / "one.qmd").write_text("# One", "utf-8")
    with serving(tmp_path) as (address, rebuild, said):
        until(lambda: rebuild.completed == 1)
        time.sleep(3 * _PAUSE)
        assert rebuild.completed == 1
        (tmp_path / "one.qmd").write_text("# One, changed", "utf-8")
        until(lambda: "one.qmd:1: not as in the ledger" in said)
        assert json.loads(get(address + STATE))["error"] == "one.qmd:1: not as in the ledger"
        assert rebuild.completed == 2


def test_it_answers_no_one_who_asks_under_another_name(tmp_path):
    with serving(tmp_path) as (address, _, _):
        request = urllib.request.Request(address + STATE, headers={"Host": "example.org"})
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=5)
        assert caught.value.code == 403
        caught.value.close()


def test_the_book_and_hidden_folders_are_not_watched(tmp_path):
    for name in ("a.qmd", "_book/index.html", ".git/head", "src/__pycache__/x.pyc", "src/x.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert sorted(snapshot(tmp_path, frozenset({"_book"}))) == ["a.qmd", "src/x.py"]


def test_an_edit_that_keeps_size_and_time_is_seen(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("x\n1\n")
    os.utime(path, (1, 1))
    before = snapshot(tmp_path, frozenset())
    time.sleep(0.02)
    path.write_text("x\n2\n")
    os.utime(path, (1, 1))
    assert snapshot(tmp_path, frozenset()) != before


def test_folders_that_are_linked_nested_or_named_like_the_book_are_watched(tmp_path):
    """A cell may read from any of them."""
    project, drive = tmp_path / "project", tmp_path / "drive"
    for folder in ("preview", "chapters/_exhibits", "__data", ".report/preview", "_exhibits"):
        (project / folder).mkdir(parents=True)
        (project / folder / "x.csv").write_text("1")
    drive.mkdir()
    (drive / "x.csv").write_text("1")
    (drive / "back").symlink_to(project)
    (project / "restricted").symlink_to(drive)
    found = snapshot(project, frozenset({"_exhibits"}), project / ".report" / "preview")
    assert sorted(found) == [
        "__data/x.csv", "chapters/_exhibits/x.csv", "preview/x.csv", "restricted/x.csv"
    ]  # fmt: skip


def test_no_browser_keeps_a_picture_that_was_drawn_again_within_the_same_second(tmp_path):
    (tmp_path / "one.qmd").write_text("# One", "utf-8")
    with serving(tmp_path) as (address, _, _):
        until(lambda: "<p>page</p>" in get(address + "/"))
        picture = tmp_path / "_book" / "a.svg"
        picture.write_text("<svg>0.41</svg>")
        with urllib.request.urlopen(address + "/a.svg", timeout=5) as answer:
            date = answer.headers["Last-Modified"]
            assert answer.headers["Cache-Control"] == "no-store"
        times = picture.stat()
        picture.write_text("<svg>0.14</svg>")
        os.utime(picture, ns=(times.st_atime_ns, times.st_mtime_ns))
        asked = urllib.request.Request(address + "/a.svg", headers={"If-Modified-Since": date})
        with urllib.request.urlopen(asked, timeout=5) as answer:
            assert b"0.14" in answer.read()


def test_pages_say_that_they_are_out_of_date_while_they_are_rebuilt(tmp_path):
    (tmp_path / "one.qmd").write_text("# One", "utf-8")
    with serving(tmp_path) as (address, rebuild, _):
        until(lambda: json.loads(get(address + STATE))["version"])
        assert json.loads(get(address + STATE))["pending"] == ""
        rebuild.wait.clear()
        (tmp_path / "one.qmd").write_text("# One, changed", "utf-8")
        until(lambda: json.loads(get(address + STATE))["pending"])
        assert "one.qmd" in json.loads(get(address + STATE))["pending"]
        rebuild.wait.set()
        until(lambda: not json.loads(get(address + STATE))["pending"])


def test_what_is_watched_beside_the_project_is_named_with_its_place(tmp_path):
    extract, head = tmp_path / "extract", tmp_path / "HEAD"
    project = tmp_path / "project"
    for folder in (extract, project):
        folder.mkdir()
    head.write_text("one")
    (extract / "one.csv").write_text("x")
    seen, stop, said = [], threading.Event(), []
    thread = threading.Thread(
        target=serve,
        args=(project, project / "_book", seen.append),
        kwargs={"say": said.append, "stop": stop, "also": lambda: (extract, head)},
    )
    thread.start()
    until(lambda: any(line.startswith("built") for line in said))
    (extract / "one.csv").write_text("another")
    until(lambda: frozenset({str(extract / "one.csv")}) in seen)
    head.write_text("two, longer")
    until(lambda: frozenset({str(head)}) in seen)
    stop.set()
    thread.join()


@pytest.mark.parametrize("front", ["---\nexecute: {echo: false}\n---\n", "---\nn: 4\n---\n"])
def test_another_front_matter_executes_the_chapter_again(tmp_path, front):
    text = "# Home\n\n```{python}\nopen('runs', 'a').write('x')\n```\n"
    (tmp_path / "_quarto.yml").write_text(CONFIGURATION, "utf-8")
    (tmp_path / "index.qmd").write_text(text, "utf-8")
    first = build_book(tmp_path, formats=("html",))
    (tmp_path / "index.qmd").write_text(front + text, "utf-8")
    build_book(tmp_path, formats=("html",), earlier=first.chapters)
    assert (tmp_path / "runs").read_text() == "xx"


def test_an_edit_of_prose_executes_nothing_again(tmp_path):
    code = "```{python}\nopen('runs', 'a').write('x')\nn = 3\n```\n"
    (tmp_path / "_quarto.yml").write_text(CONFIGURATION, "utf-8")
    (tmp_path / "index.qmd").write_text(f"# Home\n\n{code}\nThere are `{{python}} n`.\n", "utf-8")
    first = build_book(tmp_path, formats=("html",))
    (tmp_path / "index.qmd").write_text(
        f"# Home\n\nNew.\n\n{code}\nNow `{{python}} n` more.\n", "utf-8"
    )
    again = build_book(tmp_path, formats=("html",), earlier=first.chapters)
    assert (tmp_path / "runs").read_text() == "x"
    assert "Now 3 more." in again.html[0].read_text("utf-8")

    (tmp_path / "index.qmd").write_text(
        f"# Home\n\n{code.replace('3', '4')}\n`{{python}} n`\n", "utf-8"
    )
    build_book(tmp_path, formats=("html",), earlier=again.chapters)
    assert (tmp_path / "runs").read_text() == "xx"


BOOK = {
    "_quarto.yml": "project: {type: book}\nbook:\n  title: T\n"
    "  chapters: [index.qmd, a.qmd, b.qmd]\nformat: {html: default}\nbibliography: r.bib\n",
    "r.bib": "@book{one, title={One}, author={A, B}, year={2001}}\n"
    "@book{two, title={Two}, author={C, D}, year={2002}}\n",
    "index.qmd": "# Home {.unnumbered}\n\nSee @sec-a, @sec-inner, @fig-a and @tbl-b.\n",
    "a.qmd": "# A {#sec-a}\n\n![A picture](a.svg){#fig-a fig-alt='a'}\n\nSee @tbl-b and [@one].\n\n"
    "::: {.callout-note}\nA note[^n].\n:::\n\n"
    "[^n]: In small, see @sec-inner.\n\n$$a = b$$ {#eq-a}\n",
    "b.qmd": "# B of @fig-a {#sec-b}\n\n## Inner {#sec-inner}\n\n"
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n"
    ": A table {#tbl-b}\n\nBy @eq-a and @one, see [A](a.qmd).\n\n::: {#refs}\n:::\n",
    "a.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
}
EDITS = (
    ("a.qmd", "See @tbl-b", "A word more: see @tbl-b"),
    ("index.qmd", "See @sec-a", "See @eq-a, @sec-a"),
    ("_quarto.yml", "a.qmd, b.qmd", "b.qmd, a.qmd"),
    ("b.qmd", "## Inner", "## New\n\n## Inner"),
    ("b.qmd", "# B of", "# Another B of"),
    ("a.qmd", "[@one]", "[@two]"),
    ("r.bib", "2002", "2003"),
    ("_quarto.yml", "bibliography", "number-sections: false\nbibliography"),
    ("_quarto.yml", "number-sections: false\n", "crossref: {fig-prefix: Picture}\n"),
    ("a.qmd", "A word more: see", "A last word: see"),
    ("a.qmd", "![A picture]", "![Another picture](a.svg){#fig-c fig-alt='c'}\n\n![A picture]"),
)


def test_pages_that_a_preview_keeps_are_those_of_a_new_build(tmp_path):
    book, fresh = tmp_path / "book", tmp_path / "fresh"
    kept = NumberedPages()
    for folder in (book, fresh):
        folder.mkdir()
        for name, text in BOOK.items():
            (folder / name).write_text(text, "utf-8")
    build_book(book, formats=("html",), numbered=kept)
    reused = 0
    for name, old, new in EDITS:
        before = {path: page for path, (_, page) in kept.pages.items()}
        for folder in (book, fresh):
            text = (folder / name).read_text("utf-8")
            assert old in text
            (folder / name).write_text(text.replace(old, new, 1), "utf-8")
        built = build_book(book, formats=("html",), numbered=kept)
        clean = build_book(fresh, formats=("html",))
        for one, other in zip(built.html, clean.html, strict=True):
            assert one.read_bytes() == other.read_bytes(), (name, new, one.name)
        reused += sum(kept.pages[path][1] is page for path, page in before.items())
    assert reused > len(EDITS)

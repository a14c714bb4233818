"""Small books whose pages are known: the pages as Markdown, in one file a book.

    python -m tests.book.golden      # write every golden.md anew, after looking at the difference

Each was held against Quarto 1.10.18 (`test_live`, `differences.toml`); the recorded corpus
(`test_conformance`) has what Quarto itself made.
"""

import re
from pathlib import Path

from press.build import build_book
from press.document.pandoc import run

BOOKS = Path(__file__).resolve().parent / "golden_books"
# What the books lose on purpose, to show that it is said.
LOST = {"variants": ("two.qmd:10: “Nowhere.” is not in the pages",)}
_MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)
_SIDE = re.compile(r'<details class="chapters" open>.*?</details>', re.DOTALL)
_CONTENTS = re.compile(r'<nav id="TOC".*?</nav>', re.DOTALL)
_FORM = "markdown-smart-simple_tables-multiline_tables-grid_tables+pipe_tables"


def books() -> list[tuple[str, str]]:
    """Return every book with the profile it is built in."""
    names = sorted(path.name for path in BOOKS.iterdir())
    return [(name, "") for name in names] + [("editions", "short")]


def golden(name: str, profile: str) -> Path:
    return BOOKS / name / f"golden{'-' + profile if profile else ''}.md"


def outline(name: str, profile: str, folder: Path) -> str:
    """Build a book and return its pages as Markdown, the navigation once."""
    built = build_book(
        BOOKS / name, out=folder, formats=("html",), profiles=[profile] if profile else []
    )
    assert built.losses == LOST.get(name, ()), built.losses
    parts = []
    for page in built.html:
        text = page.read_text("utf-8")
        given = [_SIDE.search(text)] if page == built.html[0] else []
        given += [_CONTENTS.search(text), _MAIN.search(text)]
        html = "\n".join(found[0] for found in given if found)
        html = re.sub(r"<math\b.*?<annotation[^>]*>(.*?)</annotation>.*?</math>", r"\1", html)
        parts.append(f"<!-- {page.relative_to(built.out).as_posix()} -->\n\n{_markdown(html)}")
    return "\n".join(parts)


def _markdown(html: str) -> str:
    # Pandoc reads nothing beside a `main`, and leaves the contents of `nav` out.
    html = re.sub(r"<(/?)(?:main|nav|details)\b", r"<\1div", html)
    return run(["-f", "html", "-t", _FORM, "--wrap=none"], html)


if __name__ == "__main__":
    import tempfile

    for book, edition in books():
        with tempfile.TemporaryDirectory() as place:
            text = outline(book, edition, Path(place) / "book")
        golden(book, edition).write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {golden(book, edition).relative_to(BOOKS)}")

"""The recorded corpus: what Quarto made of small books, and what the press makes of them.

The corpus stands beside the checkout and is not part of it. Its own `extract.py` reduces a book
to an outline; here are the few things that two outlines are not compared in, each with its
reason.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from press.build import build_book
from press.errors import PressError
from press.project.configuration import read_configuration

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parents[1].parent / "shared" / "quarto-recorded"
PRESENT = CORPUS.is_dir()
FORMATS = ("html", "pdf")
# Any moment will do, if it is always the same.
MOMENT = 1_700_000_000

# In the press's HTML the printed number of an equation is text beside the formula.
_NAMES = {"hidden": ".hidden, [hidden], .equation-number"}
_MATH = re.compile(r"<math\b.*?</math>", re.DOTALL)
_TEX = re.compile(r"<annotation[^>]*>(.*?)</annotation>", re.DOTALL)
# Paragraph or bare text; sizes of drawn pictures, which fonts move by a few pixels.
_OF_SOME_FONTS = ((0x2E80, 0xA000), (0xE000, 0xF900), (0x1F000, 0x110000))
_LOOSE = re.compile(r"/tight: |images\[\d+\]/(?:width|height): '\d{3}' != '\d{3}'")


def cases() -> list[str]:
    """Return the names of the recorded cases."""
    return sorted(path.name for path in (CORPUS / "cases").iterdir()) if PRESENT else []


@cache
def expected(case: str) -> dict[str, Any]:
    """Return what Quarto made of a case."""
    text = (CORPUS / "cases" / case / "expected.json").read_text("utf-8")
    return dict(json.loads(text))


def outcomes() -> list[tuple[str, str]]:
    """Return every recorded outcome: a case in a format."""
    return [(case, name) for case in cases() for name in FORMATS if name in expected(case)]


@cache
def listed() -> dict[str, Any]:
    """Return the committed list of differences."""
    return tomllib.loads((HERE / "differences.toml").read_text("utf-8"))


@cache
def _extract() -> Any:
    spec = importlib.util.spec_from_file_location("extract", CORPUS / "compare" / "extract.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Result:
    """What the press makes of a case in one format.

    Parameters
    ----------
    stopped
        The message a build stops with; None if it does not.
    failed
        The message a lenient build stops with; None if it does not.
    differences
        Where the outlines differ; of the lenient book, if a build stops.
    values
        How many values Quarto's outline has.
    """

    stopped: str | None
    failed: str | None
    differences: tuple[str, ...]
    values: int


def press(case: str, name: str, folder: Path) -> Result:
    """Build a case in one format, and compare it with Quarto's."""
    return compared(CORPUS / "cases" / case, name, folder, expected(case)[name])


def rendered(source: Path, name: str, folder: Path) -> dict[str, Any]:
    """Render a book with the Quarto on PATH, as the corpus was recorded; return its outline."""
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("expected.json", "golden*.md"))
    # The configuration alone: of a book with a mistake the press would read no more.
    settings, _ = read_configuration(folder)
    base = "html" if name == "html" else "typst"
    named = settings.get("format", default={})
    form = next((one for one in named if one == base or one.endswith(f"-{base}")), base)
    done = subprocess.run(
        ["quarto", "render", "--to", form, "--no-execute-daemon"],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=300,
    )
    if done.returncode:
        return {"exit": done.returncode}
    book = folder / "_book"
    found = _extract().read_html(str(book)) if name == "html" else _pdf(book)
    return {"exit": 0, **found}


def compared(source: Path, name: str, folder: Path, wanted: dict[str, Any]) -> Result:
    """Build a book in one format, and compare it with an outline of Quarto's."""
    stopped = _build(source, name, folder, lenient=False)
    failed = _build(source, name, folder, lenient=True) if stopped else None
    if failed or wanted["exit"]:
        return Result(stopped, failed, (), 0)
    theirs = {key: wanted[key] for key in wanted if key not in ("exit", "messages", "file")}
    ours = _html(folder) if name == "html" else _pdf(folder)
    if name == "pdf":
        theirs, ours = _loose_pdf(theirs), _loose_pdf(ours)
        theirs["words"], ours["words"] = _apart(theirs["words"], ours["words"])
    found = [row for row in _extract().compare(theirs, ours) if not _LOOSE.search(row)]
    return Result(stopped, failed, tuple(found), _count(theirs))


def _build(source: Path, name: str, folder: Path, *, lenient: bool) -> str | None:
    try:
        build_book(source, out=folder, formats=(name,), timestamp=MOMENT, lenient=lenient)
    except PressError as error:
        return str(error)
    return None


def _html(folder: Path) -> dict[str, Any]:
    """Return the outline of the pages, their formulae read back as TeX."""
    for page in folder.rglob("*.html"):
        page.write_text(_MATH.sub(_tex, page.read_text("utf-8")), "utf-8")
    return dict(_extract().read_html(str(folder), _NAMES))


def _tex(found: re.Match[str]) -> str:
    source = _TEX.search(found[0])
    assert source is not None
    if 'display="block"' in found[0]:
        return f'<span class="math display">\\[{source[1]}\\]</span>'
    return f'<span class="math inline">\\({source[1]}\\)</span>'


def _pdf(folder: Path) -> dict[str, Any]:
    return dict(_extract().read_pdf(str(next(folder.glob("*.pdf")))))


def _loose_pdf(outline: dict[str, Any]) -> dict[str, Any]:
    """Return the outline of a PDF without what depends on where lines and pages break."""
    out = {key: value for key, value in outline.items() if key != "pages"}
    tags = outline.get("tags", {})
    out["tags"] = {key: value for key, value in tags.items() if key not in ("Code", "Link")}
    out["words"] = _words(outline["pages"])
    return out


def _words(pages: list[str]) -> Counter[str]:
    """Return how often each word stands in a PDF.

    Left out: numbers of pages, icons, emoji and Chinese signs (they depend on fonts), tracebacks
    (only their last line is recorded). An apostrophe in HTML may be a prime or an opening quote in
    Quarto's PDF, next to a number or a bracket.
    """
    bare = [re.sub(r" \d+$", "", page) for page in pages]
    text = re.sub(r"\.\.\. \d+", "...", " ".join(bare))
    text = re.sub("[\u2032\u2018]", "\u2019", text)
    text = re.sub(r"\[\d+(?:;\d+)*m", "", text)
    text = re.sub(r"-{20,}.*?Error *: ", " ", text, flags=re.DOTALL)
    text = "".join(
        sign for sign in text if not any(low <= ord(sign) < high for low, high in _OF_SOME_FONTS)
    )
    return Counter(word for word in re.split(r"[\s/?\-\u00ad]+", text) if word)


def _apart(theirs: Counter[str], ours: Counter[str]) -> tuple[dict[str, int], dict[str, int]]:
    """Return the words that only one side has, or has more often."""
    return dict(theirs - ours), dict(ours - theirs)


def _count(outline: Any) -> int:
    if isinstance(outline, dict):
        return sum(_count(value) for value in outline.values())
    if isinstance(outline, list):
        return sum(_count(value) for value in outline)
    return 1

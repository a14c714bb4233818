"""What the cover says of an edition, on the first web page, from which Word takes it."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING

from audit.documents.formats_and_standards import COVER as FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_TITLE_BLOCK = re.compile(r'<header\b[^>]*\bid="title-block-header".*?</header>', re.DOTALL)
_HEADING = re.compile(r'<h1\b[^>]*\bclass="title[^>]*>(.*?)</h1>', re.DOTALL)
_SUBTITLE = re.compile(r'<p\b[^>]*\bclass="subtitle[^>]*>(.*?)</p>', re.DOTALL)
_SHOWN = ("date", "status")
"""What a reader sees at once; the rest, with contact and citation, is folded."""
MARKED = '<dl class="edition">'


def add_edition(root: Path, page: Path) -> None:
    """State date, version, status, owner, contact and citation below the title of the first page.

    A page that states them already, or has no title of a book, stays unchanged.
    """
    path = root / FILE
    if not path.is_file() or not page.is_file():
        return
    facts = json.loads(path.read_text(encoding="utf-8"))["evaluation"]
    text = page.read_bytes().decode("utf-8")
    stated = with_edition(text, facts)
    if stated != text:
        page.write_bytes(stated.encode())


def with_edition(page: str, facts: Mapping[str, str]) -> str:
    """Return a page with what the cover says of the edition below its title.

    Parameters
    ----------
    facts
        As in the metadata that `report.cover` writes.
    """
    block = _TITLE_BLOCK.search(page)
    title = _HEADING.search(block[0]) if block else None
    if not block or not title or MARKED in page or not _SUBTITLE.search(block[0]):
        return page
    subtitle = _plain(_SUBTITLE.findall(block[0])[0])
    lines = stated(facts, f"{_plain(title[1])}: {subtitle}")
    listed = "".join(
        f"\n<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in lines
    )
    shown = " · ".join(html.escape(facts[name]) for name in _SHOWN if facts[name])
    summary = f"<summary>{shown} · <span>About this edition</span></summary>"
    at = block.end() - len("</header>")
    return (
        f'{page[:at]}<details class="edition">{summary}\n{MARKED}{listed}\n</dl></details>\n'
        f"{page[at:]}"
    )


def stated(facts: Mapping[str, str], title: str) -> list[tuple[str, str]]:
    """Return what the cover says of an edition, as names and values.

    Parameters
    ----------
    title
        Title and subtitle of the book.
    """
    cited = f"{facts['owner']} ({facts['year']}). {title}. Version {facts['version']}"
    lines = [
        ("Date", facts["date"]),
        ("Edition", f"Version {facts['version']}, commit {facts['commit']}"),
        ("Status", facts["status"]),
        ("Data", facts["note"]),
        ("Owner", facts["owner"]),
        ("Contact", facts["contact"]),
        ("Cite as", f"{cited}, commit {facts['commit']}."),
    ]
    return [(name, value) for name, value in lines if value]


def _plain(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", markup)).split())

"""Correct the list of sources in Quarto's HTML with the entries of the citing pages.

Quarto formats the entries of the shared list again without the book's language, so that its HTML
has the quotation marks of another language than its PDF. Each citing page contains a hidden copy
of its own entries, which are right.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_LIST = re.compile(r'<div id="refs"(?P<marks>[^>]*)>(?P<entries>.*?</div>)\s*</div>', re.DOTALL)
_ENTRY = re.compile(
    r'(?P<start><div id="(?P<name>ref-[^"]+)"[^>]*>)(?P<text>(?:(?!<div).)*?)</div>', re.DOTALL
)


def share_sources(pages: Iterable[Path]) -> None:
    """Replace the entries of the visible list of sources by those of the hidden ones."""
    texts = {path: path.read_text(encoding="utf-8") for path in pages}
    lists = {path: found for path, text in texts.items() if (found := _LIST.search(text))}
    hidden = {path for path, found in lists.items() if "display: none" in found["marks"]}
    written = {
        entry["name"]: entry["text"]
        for path in hidden
        for entry in _ENTRY.finditer(lists[path]["entries"])
    }

    def as_cited(entry: re.Match[str]) -> str:
        return f"{entry['start']}{written.get(entry['name'], entry['text'])}</div>"

    for path in lists.keys() - hidden:
        start, end = lists[path].span("entries")
        entries = _ENTRY.sub(as_cited, lists[path]["entries"])
        new = texts[path][:start] + entries + texts[path][end:]
        if new != texts[path]:
            path.write_text(new, encoding="utf-8", newline="\n")

"""Correct two faults of Quarto's HTML: its list of sources, and search without a server."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_LIST = re.compile(r'<div id="refs"(?P<marks>[^>]*)>(?P<entries>.*?</div>)\s*</div>', re.DOTALL)
_ENTRY = re.compile(
    r'(?P<start><div id="(?P<name>ref-[^"]+)"[^>]*>)(?P<text>(?:(?!<div).)*?)</div>', re.DOTALL
)
INDEX = "search.json"
FILE = "search-offline.js"
_SCRIPT = """(function () {
  if (location.protocol !== "file:") { return; }
  var index = %s, fetched = window.fetch;
  window.fetch = function (address) {
    return /(^|\\/)search\\.json$/.test(String(address)) ?
      Promise.resolve(new Response(index)) : fetched.apply(window, arguments);
  };
  // Quarto's own mark that its alert has been shown.
  addEventListener("DOMContentLoaded", function () { window.shownWarning = true; });
})();
"""


def share_sources(pages: Iterable[Path]) -> None:
    """Replace the entries of the visible list of sources by those of the hidden ones.

    Quarto formats the entries of the shared list again without the book's language, so that its
    HTML has the quotation marks of another language than its PDF. Each citing page contains a
    hidden copy of its own entries, which are right.
    """
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


def search_offline(book: Path, pages: Iterable[Path]) -> None:
    """Add an offline search index to pages made by Quarto; do nothing in another book.

    Quarto's script fetches `search.json`, which browsers refuse for a page opened as a file, and
    an alert says so. For such pages, a script next to them supplies the same text; if a later
    Quarto makes the request differently, the reader sees its alert.
    """
    index = book / INDEX
    if not index.is_file():
        return
    script = _SCRIPT % json.dumps(index.read_text(encoding="utf-8"))
    (book / FILE).write_text(script, encoding="utf-8", newline="\n")
    for path in pages:
        up = "../" * (len(path.relative_to(book).parts) - 1)
        tag = f'<script src="{up}{FILE}"></script>\n</head>'
        text = path.read_text(encoding="utf-8")
        if tag not in text:
            path.write_text(text.replace("</head>", tag, 1), encoding="utf-8", newline="\n")

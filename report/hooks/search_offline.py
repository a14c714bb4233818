"""The search of Quarto's pages, made to work from a folder.

Quarto's script fetches `search.json`, which a browser refuses to a page that was opened as a
file, and it says so in an alert. There the same text is given to it by a script next to the
pages; where a later Quarto asks in another way, its alert is what a reader gets.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

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


def search_offline(book: Path, pages: Iterable[Path]) -> None:
    """Give pages of a book that Quarto made their index of words; do nothing in another."""
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

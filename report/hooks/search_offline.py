"""Make the search of Quarto's pages work without a server.

Quarto's script fetches `search.json`, which browsers refuse for a page opened as a file, and an
alert says so. For such pages, a script next to them supplies the same text; if a later Quarto
makes the request differently, the reader sees its alert.
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
    """Add an offline search index to pages made by Quarto; do nothing in another book."""
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

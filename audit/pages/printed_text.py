"""Text that exhibits hold as Markdown, as HTML: emphasis, code and formulas, and no more."""

from __future__ import annotations

import re
from html import escape

_PARTS = re.compile(
    r"`(?P<code>[^`]+)`|\$(?P<formula>[^$\s][^$]*)\$|\*\*(?P<strong>[^*\s][^*]*)\*\*"
    r"|(?<!\w)\*(?P<em>[^*\s][^*]*)\*|\\(?P<sign>[^\w\s])"
)
_TAGS = {"code": "code", "formula": "code", "strong": "strong", "em": "em"}


def printed_text(markdown: str) -> str:
    r"""Return the text of a cell, a note or a sentence as HTML; a formula stays as its TeX.

    Examples
    --------
    >>> printed_text(r"*p* < 0.05 by `fit`, 5\* more")
    '<em>p</em> &lt; 0.05 by <code>fit</code>, 5* more'
    >>> printed_text("3 * 4 * 5")
    '3 * 4 * 5'
    """
    parts, here = [], 0
    for found in _PARTS.finditer(markdown):
        parts.append(escape(markdown[here : found.start()]))
        kind, words = str(found.lastgroup), escape(found[str(found.lastgroup)])
        parts.append(f"<{_TAGS[kind]}>{words}</{_TAGS[kind]}>" if kind in _TAGS else words)
        here = found.end()
    return "".join([*parts, escape(markdown[here:])])

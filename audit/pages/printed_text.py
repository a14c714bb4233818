"""Text that exhibits hold as Markdown, as HTML: emphasis, code, formulas and citations."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PARTS = re.compile(
    r"`(?P<code>[^`]+)`|\$(?P<formula>[^$\s][^$]*)\$|\*\*(?P<strong>[^*\s][^*]*)\*\*"
    r"|(?<!\w)\*(?P<em>[^*\s][^*]*)\*|\\(?P<sign>[^\w\s])|\[(?P<cited>@[^\]]+)\]"
)
_TAGS = {"code": "code", "formula": "code", "strong": "strong", "em": "em"}


def printed_text(
    markdown: str,
    sources: Mapping[str, str] | None = None,
    formulas: Mapping[str, str] | None = None,
) -> str:
    r"""Return the text of a cell, a note or a sentence as HTML.

    Parameters
    ----------
    sources
        How the book cites each source, by its key; one that is not there is left as its key.
    formulas
        MathML of each formula by its TeX; one that is not there stays as its TeX.

    Examples
    --------
    >>> printed_text("As published [@a2020, Table 1; @b2021].", {"a2020": "A 2020"})
    'As published (A 2020, Table 1; b2021).'
    >>> printed_text(r"*p* < 0.05 by `fit`, 5\* more")
    '<em>p</em> &lt; 0.05 by <code>fit</code>, 5* more'
    >>> printed_text("3 * 4 * 5")
    '3 * 4 * 5'
    """
    parts, here = [], 0
    for found in _PARTS.finditer(markdown):
        parts.append(escape(markdown[here : found.start()]))
        kind, words = str(found.lastgroup), escape(found[str(found.lastgroup)])
        if kind == "cited":
            words = f"({escape(_cited(found['cited'], sources or {}))})"
        elif kind == "formula" and found["formula"] in (formulas or {}):
            parts.append((formulas or {})[found["formula"]])
            here = found.end()
            continue
        parts.append(f"<{_TAGS[kind]}>{words}</{_TAGS[kind]}>" if kind in _TAGS else words)
        here = found.end()
    return "".join([*parts, escape(markdown[here:])])


def _cited(keys: str, sources: Mapping[str, str]) -> str:
    """Return what stands between the brackets of a citation, with each key as it is printed."""
    return re.sub(r"@([\w-]+)", lambda key: sources.get(key[1], key[1]), keys)

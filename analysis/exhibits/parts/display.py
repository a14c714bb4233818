"""Display of an exhibit as the last value of a chapter's cell, in a book and in an editor."""

from __future__ import annotations

import html
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.exhibits.parts.exhibit import Figure, Table
from analysis.exhibits.parts.markdown import markdown

if TYPE_CHECKING:
    from analysis.exhibits.parts.exhibit import Exhibit, Provenance

WITHIN_BOOK = "QUARTO_DOCUMENT_PATH"
"""Environment variable that Quarto and the press set for the code of a chapter they render."""

_LINE = re.compile(r"::: \{[^}]*\}\n(?P<line>.*?)\n:::", re.DOTALL)
_SPAN = re.compile(r"\[(?P<words>[^\]]*)\]\{[^}]*\}")


@dataclass(frozen=True)
class Shown:
    """An exhibit together with its provenance, as the last value of a chapter's cell."""

    exhibit: Exhibit
    provenance: Provenance

    def _repr_markdown_(self) -> str:
        return markdown(self.exhibit, self.provenance)

    def _repr_html_(self) -> str | None:
        """Return HTML for editors, which do not find a drawing by its Markdown as books do."""
        within = WITHIN_BOOK in os.environ
        return None if within else html_of(self.exhibit, markdown(self.exhibit, self.provenance))


def html_of(exhibit: Exhibit, markdown: str) -> str:
    """Return an exhibit as HTML: the drawing itself, a table, or the words.

    Parameters
    ----------
    exhibit
        What is shown.
    markdown
        Its Markdown in a book, whose notes and provenance line are repeated below.
    """
    below = [f"<p><small>{_plain(found['line'])}</small></p>" for found in _LINE.finditer(markdown)]
    if exhibit.status.held:
        return "".join(below)
    match exhibit:
        case Figure():
            drawing = exhibit.svg[exhibit.svg.index("<svg") :]
            label = html.escape(exhibit.alt)
            body = f'<div role="img" aria-label="{label}">{drawing}</div>'
        case Table():
            body = _table(exhibit)
        case _:
            body = f"<p>{_plain(markdown)}</p>"
    return body + "".join(below)


def _table(table: Table) -> str:
    aligned = [' style="text-align: right"' if right else "" for right in table.numeric]
    rows = [_row("td", row, aligned) for row in table.rows]
    return f"<table><thead>{_row('th', table.header, aligned)}</thead>{''.join(rows)}</table>"


def _row(tag: str, cells: tuple[str, ...], aligned: list[str]) -> str:
    inner = [
        f"<{tag}{style}>{html.escape(cell)}</{tag}>"
        for cell, style in zip(cells, aligned, strict=True)
    ]
    return f"<tr>{''.join(inner)}</tr>"


def _plain(markdown: str) -> str:
    return html.escape(_SPAN.sub(lambda found: found["words"], markdown).strip())

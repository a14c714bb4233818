"""Exhibits as Markdown, and their display as the last value of a chapter's cell."""

from __future__ import annotations

import html
import os
import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from analysis.exhibits.parts.exhibit import PARAGRAPH, Claim, Figure, Number, Table, blank

if TYPE_CHECKING:
    from analysis.disclosure import Status
    from analysis.exhibits.parts.exhibit import Exhibit, Provenance

NARROW = "-narrow"
"""Suffix of the file name of a drawing for a narrow screen."""


def figure_path(name: str) -> str:
    """Return the path of an exhibit's drawing, relative to the project's root."""
    return f"/_exhibits/{name}.svg"


def markdown(exhibit: Exhibit, provenance: Provenance) -> str:
    """Return an exhibit as Markdown that Quarto and the press print alike."""
    if exhibit.status.held:
        exhibit = blank(exhibit)
    match exhibit:
        case Figure():
            return _figure(exhibit, provenance)
        case Table():
            return _table(exhibit, provenance)
        case Number():
            return _span(exhibit.text, "number", provenance.name)
        case Claim(holds=True):
            return _span(exhibit.printed, "claim", provenance.name)
        case Claim():
            return _span(exhibit.printed, "claim-broken", provenance.name)


def _figure(figure: Figure, provenance: Provenance) -> str:
    if figure.status.held:
        return _held(figure.status, provenance)
    alt = _attribute(figure.alt)
    image = f'![]({figure_path(provenance.name)}){{fig-alt="{alt}"}}'
    said = f"::: {{.figure-message}}\n{figure.message}\n:::\n\n" if figure.message else ""
    return f"{said}{image}\n\n{_provenance(figure, provenance)}"


def _table(table: Table, provenance: Provenance) -> str:
    if table.status.held:
        return _held(table.status, provenance)
    paragraphs = any(PARAGRAPH in cell for row in table.rows for cell in row)
    body = _grid(table) if paragraphs else _lines(table)
    note = f"\n\n::: {{.table-note}}\n{table.note}\n:::" if table.note else ""
    return f"{body}{note}\n\n{_provenance(table, provenance)}"


def _lines(table: Table) -> str:
    """Write a table with one line per row."""
    rule = [
        "-" * (3 * w - 1) + ":" if right else ":" + "-" * (3 * w - 1)
        for w, right in zip(_widths(table), table.numeric, strict=True)
    ]
    lines = [table.header, tuple(rule), *table.rows]
    return "\n".join("| " + " | ".join(_cell(c) for c in line) + " |" for line in lines)


def _grid(table: Table) -> str:
    """Write a table whose cells contain paragraphs, each on a line of its own."""
    rows = [[cell.split("\n") for cell in row] for row in (table.header, *table.rows)]
    # A column's width is its share of the dashes, so every line has to fit as it is.
    longest = [max(len(line) for row in rows for line in row[c]) for c in range(len(rows[0]))]
    widths = _widths(table)
    scale = max(-(-length // width) for length, width in zip(longest, widths, strict=True))
    spans = [scale * width for width in widths]

    def rule(sign: str) -> str:
        return "+" + "+".join(sign * (span + 2) for span in spans) + "+"

    out = [rule("-")]
    for number, row in enumerate(rows):
        for lines in zip_longest(*row, fillvalue=""):
            cells = (f" {line:<{span}} " for line, span in zip(lines, spans, strict=True))
            out.append("|" + "|".join(cells) + "|")
        out.append(rule("-" if number else "="))
    return "\n".join(out)


def _widths(table: Table) -> tuple[int, ...]:
    return table.widths or (1,) * len(table.header)


def _provenance(exhibit: Figure | Table, provenance: Provenance) -> str:
    """Write the line under an exhibit: reference, period, and the label of the data.

    The label is in the figure itself, and in a period of assumed dates, and is not printed again
    there. The files are for auditors and are left out in print.
    """
    parts = [f"[{provenance.reference}]{{.reference}}"] if provenance.reference else []
    if exhibit.period:
        parts.append(exhibit.period)
    marked = isinstance(exhibit, Figure) or exhibit.period
    if provenance.label and not marked:
        parts.append(provenance.label)
    line = " · ".join(parts)
    audited = [provenance.label] if provenance.label and marked else []
    if provenance.sources:
        audited.append("Files: " + ", ".join(map(literal, provenance.sources)))
    if audited:
        words = f"[{' · ' if line else ''}{' · '.join(audited)}]{{.sources}}"
        line += f'[{words}]{{.content-visible when-format="html"}}'
    return f'::: {{.provenance data-exhibit="{provenance.name}"}}\n{line}\n:::'


def _held(status: Status, provenance: Provenance) -> str:
    return (
        f'::: {{.held data-exhibit="{provenance.name}"}}\n'
        f"Held back by disclosure control: {status.reason}\n:::"
    )


def _span(text: str, kind: str, name: str) -> str:
    return f'[{text}]{{.{kind} data-exhibit="{name}"}}'


def _attribute(text: str) -> str:
    # In Quarto, a line break or a double quote ends an attribute.
    return re.sub(r"\s+", " ", text).strip().replace('"', "”")


def literal(text: str) -> str:
    r"""Return a text from outside, such as a file's name, escaped to be printed literally.

    Examples
    --------
    >>> literal("child_events.csv"), literal("a<b>[c](d)\n.csv")
    ('child_events.csv', 'a\\<b\\>\\[c\\]\\(d\\) .csv')
    """
    return re.sub(r"[^\w ./-]", r"\\\g<0>", re.sub(r"\s+", " ", text))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


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
            body = _table_html(exhibit)
        case _:
            body = f"<p>{_plain(markdown)}</p>"
    return body + "".join(below)


def _table_html(table: Table) -> str:
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

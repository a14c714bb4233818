"""The frame around an audit page, and the pieces of HTML that several of them have."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from audit.trace.text import SHORT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

KINDS = {"figure": "Figure", "table": "Table", "number": "Number", "claim": "Sentence"}
"""What a reader calls each kind of exhibit."""


@dataclass(frozen=True)
class Page:
    """One page of the audit trail.

    Attributes
    ----------
    path
        From the audit folder.
    title
        Of the window, and of the page.
    body
        What stands in `main`, as HTML.
    trail
        The pages above it, each with its path from the audit folder.
    scripts
        Files of the audit folder that it runs.
    contents
        Its sections: anchor and name.
    """

    path: str
    title: str
    body: str
    trail: Sequence[tuple[str, str]] = ()
    scripts: Sequence[str] = ()
    contents: Sequence[tuple[str, str]] = ()

    @property
    def up(self) -> str:
        """The way from the page to the audit folder."""
        return "../" * self.path.count("/")


def render(page: Page, ledger: Mapping[str, Any], home: str) -> str:
    """Return a page as a complete HTML document.

    Parameters
    ----------
    home
        The book's home page from the audit folder; empty where no HTML was made.
    """
    above = [(home, ledger["title"])] if home else []
    links = [
        f'<li><a href="{page.up}{escape(path)}">{escape(name)}</a></li>'
        for path, name in [*above, *page.trail]
    ]
    label = ledger["label"]
    banner = (
        f'<div class="data-label" role="note">{escape(label)}: not evidence</div>' if label else ""
    )
    contents = "".join(f'<li><a href="#{at}">{escape(name)}</a></li>' for at, name in page.contents)
    beside = (
        f'<nav class="contents" aria-labelledby="contents-title"><h2 id="contents-title">On this '
        f"page</h2><ul>{contents}</ul></nav>"
        if contents
        else ""
    )
    scripts = "".join(f'<script src="{page.up}{name}"></script>\n' for name in page.scripts)
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(page.title)} – Audit trail</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{page.up}audit.css">
</head>
<body>
<a class="skip-link" href="#content">Skip to the text</a>
<header>
{banner}
<nav class="bar" aria-label="Where this page belongs"><ol>
{"".join(links)}<li aria-current="page">{escape(page.title)}</li>
</ol></nav>
</header>
<div class="page">
{beside}
<main id="content">
{page.body}
</main>
</div>
<footer>{_built_from(ledger)}</footer>
{scripts}</body>
</html>
"""


def _built_from(ledger: Mapping[str, Any]) -> str:
    commit = ledger["commit"]
    if not commit["id"]:
        return "Built from code that is under no version control."
    state = "" if commit["clean"] else ", with changes that were not committed"
    draft = "" if ledger["release"] else ", as a draft"
    return f"Built from commit <code>{commit['id']}</code>{state}{draft}."


def section(at: str, name: str, body: str) -> str:
    """Return a section under a heading that can be linked to."""
    return (
        f'<section aria-labelledby="{at}">\n<h2 id="{at}">{escape(name)}</h2>\n{body}\n</section>'
    )


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return names and values, these as HTML, as a list; what has no value is left out."""
    rows = "\n".join(
        f"<div><dt>{escape(name)}</dt><dd>{value}</dd></div>" for name, value in pairs if value
    )
    return f'<dl class="facts">\n{rows}\n</dl>'


def table(
    name: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    numeric: Sequence[int] = (),
) -> str:
    """Return a table that scrolls by itself where it is wide.

    Parameters
    ----------
    name
        What it holds, for who hears it.
    header
        Headings as text.
    rows
        Cells as HTML; the first of a row is its heading.
    numeric
        Columns that are set flush right.
    """
    kinds = ['class="numeric"' if at in numeric else "" for at in range(len(header))]
    heads = "".join(
        f'<th scope="col" {kind}>{escape(head)}</th>'
        for head, kind in zip(header, kinds, strict=True)
    )
    lines = []
    for first, *rest in rows:
        cells = "".join(
            f"<td {kind}>{cell}</td>" for cell, kind in zip(rest, kinds[1:], strict=True)
        )
        lines.append(f'<tr><th scope="row" {kinds[0]}>{first}</th>{cells}</tr>')
    body = "\n".join(lines)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(name)}">'
        f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def command(words: str) -> str:
    """Return a command to type into a terminal."""
    return f'<pre class="command"><code>{escape(words)}</code></pre>'


def short(digest: str) -> str:
    """Return the beginning of a digest, the whole of it where the pointer rests."""
    return f'<code title="{digest}">{digest[:SHORT]}</code>'

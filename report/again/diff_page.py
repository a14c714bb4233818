"""A difference between two builds as one HTML page that needs nothing beside it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from report.again.diff_text import details, grouped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from report.commands.diff import Difference

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; min-width: 40rem; }
thead th:first-child { width: 25%; }
thead th:last-child { width: 15%; }
caption { text-align: left; font-weight: bold; margin: 1.5rem 0 .5rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-top: 1px solid; }
ul { margin: 0; padding-left: 1.1rem; }
"""


def write_page(found: Difference, path: Path) -> None:
    """Write a difference as an HTML page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(_page(found)) + "\n", encoding="utf-8", newline="\n")


def _page(found: Difference) -> Iterator[str]:
    title = escape(f"What changed: {found.old} to {found.new}")
    yield '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{title}</h1>"
    count = len(found.changes)
    differ = ", ".join(found.causes) or "none"
    yield f"<p>{count} exhibits changed. Inputs that differ: {escape(differ)}.</p>"
    notes = [*found.notes]
    notes += [f"{name}: {old}, now {new}" for name, (old, new) in sorted(found.environment.items())]
    if notes:
        yield f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in notes)}</ul>"
    for number, (group, changes) in enumerate(grouped(found), start=1):
        # A wide table scrolls by itself; the keyboard reaches it by its name.
        yield f'<div class="table" role="region" tabindex="0" aria-labelledby="group-{number}">'
        yield f'<table>\n<caption id="group-{number}">{escape(group)}</caption>'
        yield '<thead><tr><th scope="col">Exhibit</th><th scope="col">What changed</th>'
        yield '<th scope="col">Cause</th></tr></thead>\n<tbody>'
        for change in changes:
            told = "".join(f"<li>{escape(line)}</li>" for line in details(change))
            causes = escape(", ".join(change.causes))
            yield f'<tr><th scope="row">{escape(change.reference)} {escape(change.name)}</th>'
            yield f"<td><ul>{told}</ul></td><td>{causes}</td></tr>"
        yield "</tbody>\n</table>\n</div>"
    if found.prose:
        yield "<h2>Chapters’ text</h2>\n<ul>"
        for name, out, put in found.prose:
            yield f"<li>{escape(name)}: {out} lines out, {put} in</li>"
        yield "</ul>"
    yield "</main>\n</body>\n</html>"

"""The audit page of one data file: its digest, its columns, its contract, what rests on it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from audit.pages.exhibit import rules_table
from audit.pages.frame import Page, command, facts, section, table
from audit.pages.trail import outcomes

if TYPE_CHECKING:
    from audit.pages.trail import Trail


def file_page(name: str, trail: Trail) -> Page:
    """Return the page of a data file."""
    file = trail.files[name]
    rules = trail.rules(name) if file.get("part", "extract") == "extract" else []
    of = "the extract" if file.get("part", "extract") == "extract" else "the project itself"
    about = facts(
        [
            ("Part of", of),
            ("Rows", f"{file['rows']:,}"),
            ("SHA-256", f'<code class="digest">{file["sha256"]}</code>'),
            ("Data contract", escape(outcomes(rules))),
        ]
    )
    sections = [
        ("file", "The file", about + command(f"python -m report trace data:{name}")),
        ("columns", "Columns", _columns(name, trail)),
        ("contract", "Data contract", rules_table("Rules of the contract", rules) if rules else ""),
        ("resting", "What rests on it", _resting(name, trail)),
    ]
    shown = [each for each in sections if each[2]]
    body = f'<p class="kicker">Data file</p>\n<h1>{escape(name)}</h1>\n' + "\n".join(
        section(*each) for each in shown
    )
    return Page(
        trail.file_page(name),
        name,
        body,
        [("index.html", "All exhibits")],
        contents=[(at, words) for at, words, _ in shown],
    )


def _columns(name: str, trail: Trail) -> str:
    meanings = trail.ledger["columns"].get(name)
    if not meanings:
        return ""
    rows = []
    for column, meaning in sorted(meanings.items()):
        read = sum(column in each["columns"].get(name, ()) for each in trail.records.values())
        rows.append([f"<code>{escape(column)}</code>", escape(meaning), str(read)])
    heads = ("Column", "What it holds, with its unit", "Exhibits that read it")
    return table("Table of the columns", heads, rows, numeric=(2,))


def _resting(name: str, trail: Trail) -> str:
    records = [each for each in trail.records.values() if name in each["files"]]
    items = "".join(
        f'<li><a href="../{each["id"]}.html">{each["reference"]}</a> '
        f"{escape(trail.title(each))}</li>"
        for each in records
    )
    way = f'<a href="../index.html?data={escape(name)}">the same in the index</a>'
    return f'<p>{len(records)} exhibits, {way}.</p>\n<ul class="plain">{items}</ul>'

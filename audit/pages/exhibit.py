"""The audit page of one exhibit: what is printed, the code that makes it, all that it rests on."""

from __future__ import annotations

import csv
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Any

from audit.ledger.bundle import DATA
from audit.ledger.cells import table_rows
from audit.pages.frame import KINDS, Page, command, facts, section, short, table
from audit.pages.lineage import lineage_section, upstream_section
from audit.pages.trail import outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.pages.trail import Trail

PREVIEW = 100
"""Rows of an exhibit's data that its page shows; the CSV has all."""
SENTENCES = ("number", "claim")
"""Kinds that stand in a sentence; the note of such a record is its source."""
LONGEST = 90
"""Signs of the title of a window."""


def exhibit_page(record: Mapping[str, Any], trail: Trail) -> Page:
    """Return the audit page of one record."""
    sections = [
        ("printed", "As printed", as_printed(record, trail)),
        ("code", "The code that makes it", code_section(record, trail)),
        ("lineage", "Where it comes from", lineage_section(record, trail)),
        ("upstream", "Code on the way", upstream_section(record, trail)),
        ("files", "Data files and their contracts", files_section(record, trail)),
        ("data", "The data behind it", data_section(record, trail)),
        ("again", "Make it again", again_section(record, trail)),
    ]
    shown = [each for each in sections if each[2]]
    title = f"{record['reference']}: {trail.title(record)}"
    kicker = f"{record['reference']} · {trail.heading(record)}"
    kind = ' class="sentence"' if record["kind"] == "claim" else ""
    name = trail.printed(trail.title(record))
    head = f'<p class="kicker">{escape(kicker)}</p>\n<h1{kind}>{name}</h1>'
    body = "\n".join([head, *(section(*each) for each in shown), _neighbours(record, trail)])
    return Page(
        f"{record['id']}.html",
        title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…",
        body,
        [("index.html", "All exhibits")],
        contents=[(at, words) for at, words, _ in shown],
    )


def as_printed(record: Mapping[str, Any], trail: Trail) -> str:
    """Return what the book prints, and where."""
    parts = [_display(record, trail)]
    interval = record["interval"]
    parts.append(
        facts(
            [
                ("Name", f"<code>{escape(record['id'])}</code>"),
                ("Published in", _published_in(record, trail)),
                ("Shown in", "<br>".join(_places(record, trail))),
                ("Page of the PDF", ", ".join(_pages(record, trail))),
                ("Rule", escape(record["rule"])),
                ("Verdict", _verdict(record)),
                ("Evidence", _evidence(record, trail)),
                ("Unit", escape(record["unit"])),
                ("Units it rests on", f"{record['n']:,}" if record["n"] is not None else ""),
                ("95% interval", f"{interval[0]:g} to {interval[1]:g}" if interval else ""),
                ("Period", escape(record["period"])),
                (
                    "Disclosure",
                    f"{escape(record['disclosure'].capitalize())}. {escape(record['reason'])}",
                ),
                ("Digest", f'<code class="digest">{record["digest"]}</code>'),
            ]
        )
    )
    return "\n".join(parts)


def _display(record: Mapping[str, Any], trail: Trail) -> str:
    if record["disclosure"] == "held":
        return '<p class="held">Disclosure control holds it back: nothing is printed.</p>'
    match record["kind"]:
        case "figure" if record["id"] in trail.drawings:
            words = escape(record["printed"])
            return (
                f'<figure><img src="{DATA}/{record["id"]}.svg" alt="{words}"></figure>\n'
                f"<details><summary>The figure in words</summary><p>{words}</p></details>"
            )
        case "figure":
            return f"<p>{escape(record['printed'])}</p>"
        case "table":
            note = f'<p class="note">{trail.printed(record["note"])}</p>' if record["note"] else ""
            return f"{_printed_table(record, trail)}\n{note}"
        case "number":
            return f'<p class="value">{escape(record["printed"])}</p>'
    return ""


def _printed_table(record: Mapping[str, Any], trail: Trail) -> str:
    header, *rows = table_rows(record) or [[]]
    shown = [[trail.printed(cell) for cell in row] for row in rows]
    return table("The table as printed", header, shown)


def _published_in(record: Mapping[str, Any], trail: Trail) -> str:
    """Return the source and section of what was published; empty for a result of ours."""
    return trail.printed(record["note"]).strip("()") if record["kind"] in SENTENCES else ""


def _places(record: Mapping[str, Any], trail: Trail) -> Iterator[str]:
    """Yield each chapter and line that shows an exhibit, as a link where the HTML has it."""
    waiting: dict[str, list[str]] = {}
    for anchor in record["anchors"]:
        waiting.setdefault(anchor.partition(".html")[0], []).append(anchor)
    for place in record["shown"]:
        file, _, line = place.rpartition(":")
        anchors = waiting.get(file.removesuffix(".qmd"), [])
        words = escape(trail.chapter(place))
        at = anchors.pop(0) if len(anchors) > 1 else "".join(anchors)
        linked = f'<a href="../{escape(at)}">{words}</a>' if at else words
        forge = trail.code.forge(file, [int(line)])
        source = f"<code>{escape(place)}</code>"
        yield f"{linked}, {_out(forge, source) if forge else source}"


def _out(address: str, words: str) -> str:
    return f'<a href="{escape(address)}" rel="external">{words}</a>'


def _pages(record: Mapping[str, Any], trail: Trail) -> Iterator[str]:
    for page in record["pages"]:
        yield f'<a href="{escape(trail.pdf)}#page={page}">{page}</a>' if trail.pdf else str(page)


def _verdict(record: Mapping[str, Any]) -> str:
    if record["holds"] is None:
        return ""
    if record["holds"]:
        return '<span class="chip good">Holds</span>'
    return f'<span class="chip bad">No longer holds</span> {escape(record["seen"])}'


def _evidence(record: Mapping[str, Any], trail: Trail) -> str:
    found = []
    for name in record["evidence"]:
        known = trail.records.get(name)
        if known is None:
            found.append(f"<code>{escape(name)}</code>")
        else:
            words = f"{known['reference']} {trail.title(known)}"
            found.append(f'<a href="{name}.html">{escape(words)}</a>')
    return "<br>".join(found)


def code_section(record: Mapping[str, Any], trail: Trail) -> str:
    """Return the function that makes an exhibit, with its lines and where else to read it."""
    key = record["function"]
    at = trail.ledger["code"][key]
    place = f"{at['file']}:{at['first']}–{at['last']}"
    ways = [f'<a href="{trail.code.address(key)}">The whole file</a>']
    forge = trail.code.forge(at["file"], [at["first"], at["last"]])
    if forge:
        ways.append(_out(forge, "The same lines at the commit"))
    return (
        f'<p class="place"><code>{place}</code> · digest of its syntax tree '
        f"{short(at['sha256'])} · "
        f"{' · '.join(ways)}</p>\n{trail.code.block(at['file'], at['first'], at['last'])}"
    )


def files_section(record: Mapping[str, Any], trail: Trail) -> str:
    """Return the data files an exhibit rests on, with what became of their contracts."""
    if not record["files"]:
        return "<p>It rests on no data file.</p>"
    rows = []
    for name in record["files"]:
        file, rules = trail.files[name], trail.rules(name)
        rows.append(
            [
                f'<a href="{trail.file_page(name)}">{escape(name)}</a>',
                f"{file['rows']:,}",
                _chip(rules),
                escape(", ".join(record["columns"].get(name, ())) or "all"),
                short(file["sha256"]),
            ]
        )
    heads = ("File", "Rows", "Data contract", "Columns read", "SHA-256")
    shown = table("Data files", heads, rows, numeric=(1,))
    broken = [
        rule for name in record["files"] for rule in trail.rules(name) if rule["outcome"] != "pass"
    ]
    return shown + (rules_table("Rules that did not pass", broken) if broken else "")


def _chip(rules: list[Mapping[str, Any]]) -> str:
    if not rules:
        return outcomes(rules)
    mark = "good" if all(rule["outcome"] == "pass" for rule in rules) else "bad"
    return f'<span class="chip {mark}">{escape(outcomes(rules))}</span>'


def rules_table(name: str, rules: list[Mapping[str, Any]]) -> str:
    """Return the results of rules of a data contract."""
    rows = [
        [
            f"<code>{escape(rule['rule'])}</code>",
            escape(rule["expected"]),
            escape(rule["outcome"]),
            escape(rule["severity"]),
            escape(_count(rule["tested"])),
            escape(_count(rule["failing"])),
        ]
        for rule in rules
    ]
    heads = ("Rule", "What it asks", "Outcome", "If broken", "Tested", "Failing")
    return table(name, heads, rows, numeric=(4, 5))


def _count(given: int | str) -> str:
    return f"{given:,}" if isinstance(given, int) else given


def data_section(record: Mapping[str, Any], trail: Trail) -> str:
    """Return the released data behind a figure or table: file, columns, first rows."""
    name = record["id"]
    if name not in trail.data:
        return ""
    header, *rows = csv.reader(trail.data[name].splitlines()) or [[]]
    described = table(
        "Columns of the data",
        ("Column", "What it holds, with its unit"),
        [[f"<code>{escape(c)}</code>", escape(record["described"].get(c, ""))] for c in header],
    )
    shown = [[trail.released(cell) for cell in row] for row in islice(rows, PREVIEW)]
    more = f", the first {PREVIEW} of {len(rows)} rows" if len(rows) > PREVIEW else ""
    return (
        f'<p><a class="download" href="{DATA}/{name}.csv" download="{name}.csv">{name}.csv</a> '
        f"{len(rows):,} rows, released values only.</p>\n{described}\n"
        f"<details><summary>The data as a table{more}</summary>\n"
        f"{table('Released data', header, shown)}\n</details>"
    )


def again_section(record: Mapping[str, Any], trail: Trail) -> str:
    """Return how to compute the exhibit alone, and what must come out."""
    commit, ledger = trail.ledger["commit"], trail.ledger
    reference = record["reference"]
    steps = [f"python -m report trace {reference} --run"]
    if commit["id"]:
        steps.insert(0, f"git checkout {commit['id']}")
    if record["kind"] == "table" and record["cells"]:
        steps.append(f"python -m report trace {reference}#1,2   # one cell: row 1, column 2")
    versions = ", ".join(f"{name} {version}" for name, version in ledger["environment"].items())
    settings = ", ".join(
        f'<a href="{trail.setting_address(key)}">{key}</a>' for key in record["settings"]
    )
    return (
        "<p>In a clone of the project, with its environment and the data files above. It computes "
        "this exhibit alone and says whether its digest is the one below.</p>\n"
        + command("\n".join(steps))
        + facts(
            [
                ("Expected digest", f'<code class="digest">{record["digest"]}</code>'),
                ("Seed", str(record["seed"]) if record["seed"] is not None else ""),
                ("Settings", settings),
                ("Versions", f"{escape(versions)}; {escape(ledger['platform'])}"),
            ]
        )
    )


def _neighbours(record: Mapping[str, Any], trail: Trail) -> str:
    """Return links to the exhibits before and after."""
    names = list(trail.records)
    at = names.index(record["id"])
    links = []
    for way, other in (("Previous", at - 1), ("Next", at + 1)):
        if 0 <= other < len(names):
            known = trail.records[names[other]]
            words = f"{known['reference']} {KINDS[known['kind']].lower()} {known['id']}"
            links.append(
                f'<div><span aria-hidden="true">{way}</span>'
                f'<a href="{names[other]}.html">{escape(words)}</a></div>'
            )
    return f'<nav class="ways" aria-label="Previous and next exhibit">{"".join(links)}</nav>'

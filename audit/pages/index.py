"""The index of all exhibits: a whole table that a script makes searchable and sortable."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from audit.pages.frame import KINDS, Page, facts, section
from audit.pages.trail import outcomes
from audit.trace.text import by_reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from audit.pages.trail import Trail

COLUMNS = ("Ref.", "Exhibit", "Shown as", "Chapter", "Page", "Data files", "Made by")


def index_page(trail: Trail) -> Page:
    """Return the page that lists every exhibit, every data file and what they rest on."""
    body = "\n".join(
        [
            "<h1>Audit trail: all exhibits</h1>",
            "<p>Every figure, table, number and rule-bound sentence of the report, each with a "
            "page of its own: the code that makes it, the data files it rests on, and how to make "
            "it again.</p>",
            _filters(trail),
            _table(trail),
            section("files", "Data files", _files(trail)),
            section("built-from", "What the report was built from", _built_from(trail)),
        ]
    )
    return Page("index.html", "All exhibits", body, scripts=("index.js",))


def _filters(trail: Trail) -> str:
    """Return the fields by which to narrow the table; without a script they stay hidden."""
    records = trail.records.values()
    files = sorted({name for record in records for name in record["files"]})
    chapters = [file for file in trail.chapters if any(_in(file, each) for each in records)]
    kinds = [kind for kind in KINDS if any(each["kind"] == kind for each in records)]
    return (
        '<form class="filters" role="search" hidden>\n'
        '<div class="wide"><label for="q">Search</label>'
        '<input id="q" name="q" type="search" autocomplete="off"></div>\n'
        + _select("kind", "Kind", ((kind, KINDS[kind]) for kind in kinds))
        + _select("chapter", "Chapter", ((file, trail.chapters[file]) for file in chapters))
        + _select("data", "Rests on data file", ((name, name) for name in files))
        + _functions(trail)
        + '<button type="reset">Show all</button>\n</form>\n'
        '<p class="found" role="status"></p>'
    )


def _select(name: str, words: str, options: Iterable[tuple[str, str]]) -> str:
    listed = "".join(
        f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in options
    )
    return (
        f'<div><label for="{name}">{words}</label><select id="{name}" name="{name}">'
        f'<option value="">all</option>{listed}</select></div>\n'
    )


def _functions(trail: Trail) -> str:
    """Return the choice of a function, by module: those of the dataflow and of the exhibits."""
    by_file: dict[str, list[str]] = {}
    for key in sorted({key for each in trail.records.values() for key in each["upstream"]}):
        by_file.setdefault(trail.ledger["code"][key]["file"], []).append(key)
    groups = "".join(
        f'<optgroup label="{file}">'
        + "".join(f'<option value="{key}">{key.rpartition(".")[2]}</option>' for key in keys)
        + "</optgroup>"
        for file, keys in sorted(by_file.items())
    )
    return (
        '<div><label for="function">Rests on function</label><select id="function" name="function">'
        f'<option value="">all</option>{groups}</select></div>\n'
    )


def _in(file: str, record: Mapping[str, Any]) -> bool:
    return any(place.rpartition(":")[0] == file for place in record["shown"])


def _table(trail: Trail) -> str:
    heads = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    rows = "\n".join(_row(record, trail) for record in trail.records.values())
    return (
        '<div class="scroll" role="region" tabindex="0" aria-label="All exhibits">'
        '<table id="exhibits"><caption class="visually-hidden">All exhibits</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    )


def _row(record: Mapping[str, Any], trail: Trail) -> str:
    name, at = record["id"], trail.ledger["code"][record["function"]]
    chapters = list(dict.fromkeys(place.rpartition(":")[0] for place in record["shown"]))
    order, number = by_reference(record)
    first = list(trail.chapters).index(chapters[0]) if chapters[0] in trail.chapters else 0
    pages = record["pages"]
    titles = "; ".join(escape(trail.chapters.get(each) or each) for each in chapters)
    return (
        f'<tr data-kind="{record["kind"]}" data-chapter="{escape(" ".join(chapters))}" '
        f'data-data="{escape(" ".join(record["files"]))}" '
        f'data-function="{" ".join(record["upstream"])}" >'
        f'<th scope="row" data-sort="{order * 10000 + number}">'
        f'<a href="{name}.html">{record["reference"]}</a></th>'
        f"<td>{trail.printed(trail.title(record))}{_flag(record)}"
        f'<span class="place">{name}</span></td>'
        f"<td>{escape(trail.heading(record))}</td>"
        f'<td data-sort="{first}">{titles}</td>'
        f'<td class="numeric" data-sort="{pages[0] if pages else 0}">'
        f"{', '.join(map(str, pages))}</td>"
        f"<td>{escape(_listed(record['files']))}</td>"
        f"<td><code>{at['file'].rpartition('/')[2]}:{at['first']}–{at['last']}</code></td></tr>"
    )


def _flag(record: Mapping[str, Any]) -> str:
    if record["disclosure"] == "held":
        return ' <span class="chip bad">held</span>'
    return ' <span class="chip bad">no longer holds</span>' if record["holds"] is False else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(name.rpartition("/")[2] for name in names) or "none"


def _files(trail: Trail) -> str:
    return f'<ul class="plain">{"".join(_file_items(trail))}</ul>'


def _file_items(trail: Trail) -> Iterator[str]:
    for name, file in trail.files.items():
        resting = sum(name in record["files"] for record in trail.records.values())
        yield (
            f'<li><a href="{trail.file_page(name)}">{escape(name)}</a>: {file["rows"]:,} rows, '
            f"{outcomes(trail.rules(name))}; {resting} exhibits rest on it</li>"
        )


def _built_from(trail: Trail) -> str:
    ledger = trail.ledger
    commit = ledger["commit"]
    state = "as committed" if commit["clean"] else "with changes that were not committed"
    versions = ", ".join(f"{name} {version}" for name, version in ledger["environment"].items())
    return facts(
        [
            ("Commit", f"<code>{commit['id']}</code>, {state}" if commit["id"] else "none"),
            ("Repository", escape(ledger["remote"])),
            ("Versions", escape(versions)),
            ("Platform", escape(ledger["platform"])),
            ("Ledger", '<a href="ledger.json">ledger.json</a>, all of this for programs'),
        ]
    )

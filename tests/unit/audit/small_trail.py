"""A small project with its book and ledger, and the audit trail that is made of them."""

from audit.coverage.printed_locations import ledger_with_locations
from audit.ledger.record import row_headings
from audit.pages.page_links import mark_pages
from audit.seal.seal import Chapter
from press.build import build_book
from report.audit_pages import write_audit_pages
from tests.unit.audit import whole

CODE = '''"""Rates of schools."""

LIMIT, FLOOR = 5, 1


def schools(extract):
    """Read the schools."""
    return extract["schools.csv"] < LIMIT


def outcomes(study):
    return study.outcomes


def facts(published_directory):
    return (published_directory / "facts.csv").read_text()


def rates(outcomes, schools):
    return outcomes / schools  # a ratio


def rates_plot(rates, facts):
    return f"<svg>{rates}</svg>"


def many(schools):
    return len(schools)


def fell(rates):
    return rates < 1
'''
STUDY = 'title = "T"\nsecret = "not shown"\n\n[[outcomes]]\nname = "s47"\n'
QMD = """# Findings

There are [eight]{.number data-exhibit="many"} schools.
[Rates fell & stayed low.]{.claim data-exhibit="fell"}

::: {#fig-rates-plot}
![](/_exhibits/rates_plot.svg){fig-alt="Bars."}

::: {.provenance data-exhibit="rates_plot"}
[F1]{.reference} · Source: schools.csv
:::

Rates by *school*
:::

| Pilot | Rate |
|:--|--:|
| Lambeth | 0.41 |

: Rates {#tbl-rates}

::: {.provenance data-exhibit="rates"}
[T1]{.reference} · Source: schools.csv
:::
"""
BOOK = (
    "project: {type: book}\nbook:\n  title: A report\n  chapters: [index.qmd, chapters/one.qmd]\n"
    "format: {html: default}\n"
)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40">'
    '<rect width="9" height="9"/></svg>'
)
FACTS = "data/published/facts.csv"
CHAPTERS = (Chapter("index.qmd", "Home", ()), Chapter("chapters/one.qmd", "Findings", ()))


def record(name, reference, kind, printed, nodes, **more):
    known = {
        "digest": "2" * 64, "reason": "Safe.", "function": f"m.{name}", "nodes": nodes,
        "upstream": sorted(f"m.{node}" for node in nodes), "files": ["schools.csv"],
        "columns": {"schools.csv": ["pupils"]}, "shown": ["chapters/one.qmd:3"],
    }  # fmt: skip
    return whole.record(name, reference, kind, printed, **(known | more))


def node(name, *needs, files=(), settings=()):
    return {
        "function": f"m.{name}", "needs": list(needs), "files": list(files),
        "settings": list(settings),
    }  # fmt: skip


def rule(name, outcome):
    return {
        "dataset": "schools", "rule": name, "column": "pupils", "severity": "warning",
        "outcome": outcome, "tested": 74, "failing": 0, "expected": f"{name} is kept",
    }  # fmt: skip


def definitions():
    """Return file and lines of each definition of the code above, as a ledger has them."""
    lines = CODE.splitlines()
    starts = {
        line.partition("(")[0].removeprefix("def "): number
        for number, line in enumerate(lines, start=1)
        if line.startswith("def ")
    }
    found = {"m.LIMIT": (3, 3), "m.FLOOR": (3, 3)}
    for name, first in starts.items():
        inside = [n for n, line in enumerate(lines, start=1) if n > first and line[:1] == " "]
        last = next(n for n in inside if n + 1 not in inside)
        found[f"m.{name}"] = (first, last)
    used = {"m.schools": ["m.LIMIT"]}
    return {
        key: {"file": "m.py", "first": first, "last": last, "sha256": "1" * 64,
              "uses": used.get(key, [])}
        for key, (first, last) in found.items()
    }  # fmt: skip


def ledger(**more):
    return {
        "format": 4, "title": "A report", "label": "Invented data", "remote": "",
        "platform": "Linux", "environment": {"python": "3.11"}, "contracts": {},
        "commit": {"id": "a" * 40, "time": 0, "clean": True},
        "columns": {"schools.csv": {"pupils": "Pupils on roll (pupils)", "phase": "Phase"}},
        "files": [
            {"name": "schools.csv", "sha256": "0" * 64, "rows": 74, "part": "extract",
         "datasets": ["schools"]},
            {"name": FACTS, "sha256": "5" * 64, "rows": 3, "part": "project", "datasets": []},
        ],
        "rules": [rule("filled", "pass"), rule("in range", "warn")],
        "settings": {"outcomes": {"line": 4, "sha256": "0" * 64}},
        "graph": {
            "schools": node("schools", "extract"),
            "outcomes": node("outcomes", "study", settings=["outcomes"]),
            "facts": node("facts", "published_directory", files=[FACTS]),
            "rates": node("rates", "outcomes", "schools"),
            "rates_plot": node("rates_plot", "facts", "rates", "schools"),
            "many": node("many", "schools"),
            "fell": node("fell", "rates"),
        },
        "code": definitions(),
        "records": [
            record("rates_plot", "F1", "figure", "Bars of rates.",
                   ["facts", "outcomes", "rates", "rates_plot", "schools"],
                   files=["schools.csv", FACTS], settings=["outcomes"],
                   described={"rate": "Rate, per 1,000 pupils"}),
            record("rates", "T1", "table", "Pilot | Rate", ["outcomes", "rates", "schools"],
                   cells=["Pilot", "Rate", "Lambeth", "0.41", "Stockport", "<1"],
                   note=r"A half is $\frac{1}{2}$.",
                   row_headings=1),
            record("many", "N1", "number", "eight", ["many", "schools"], unit="schools", value=8.0,
                   source="[@one2020, Table 1]"),
            record("fell", "C1", "claim", "Rates fell & stayed low.",
                   ["fell", "outcomes", "rates", "schools"], rule="below 1", holds=True,
                   evidence=["rates_plot"]),
        ],
        **more,
    }  # fmt: skip


def make(folder, **more):
    """Make the project, its book and its audit trail in a folder; return the book's folder."""
    for name, text in {
        "_quarto.yml": BOOK, "index.qmd": "# Home {.unnumbered}\n\nWords.\n", "m.py": CODE,
        "chapters/one.qmd": QMD, "study.toml": STUDY, "_exhibits/rates_plot.svg": SVG,
        "_exhibits/rates_plot-narrow.svg": SVG,
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    book = build_book(folder, formats=("html",)).out
    finish(folder, book, ledger(**more))
    return book


def finish(folder, book, made):
    """Do to the book what the end of a build does."""
    made = whole.typed(made)
    references = {each.id: each.reference for each in made.records}
    mark_pages(book, references, {each.id: row_headings(each) for each in made.records})
    placed = ledger_with_locations(made, book)
    data = book / "audit" / "exhibits"
    data.mkdir(parents=True, exist_ok=True)
    (book / "audit" / "ledger.json").write_text(placed.to_json(), "utf-8")
    (data / "rates_plot.csv").write_text("rate\n0.41\n0.36\n", "utf-8")
    write_audit_pages(folder, book, placed, CHAPTERS)

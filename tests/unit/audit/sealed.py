"""A small sealed report, and the ways to tamper with one."""

import hashlib
import io
import json

import pikepdf
import typst

from audit.documents.certificate import as_text
from audit.pdf.attachments import Attachment, attached
from audit.pdf.text_position import character_map
from audit.pdf.writing import saved
from audit.seal.seal import Chapter
from audit.seal.sealing import seal_pdf
from audit.seal.verification import examine
from tests.unit.audit.whole import record, typed, whole

SOURCE = """
#set document(title: "A small report", author: "Nobody", description: "Made for tests")
#set text(lang: "en")
#set page(width: 120mm, height: 150mm, footer: context if here().page() > 1 {
  align(center, counter(page).display("1"))
})
#set heading(numbering: "1.1")
#set figure.caption(separator: [. ])
#title()
#pagebreak()
#counter(page).update(1)
= First things
The ratio is RATIO (0.52 to 0.83) in 37 schools, under section 47.
@fig-one shows it, and 1,204 events stand behind it; of 950 pupils nothing is said.
#figure(image("one.svg", alt: "Bars of 3 and 4."), caption: [One]) <fig-one>
F1 · Source: a.csv · May 2018 to February 2019
#pagebreak()
= Second things
See #link("https://example.org/")[the page]. Words without numbers stand here as well.
#figure(image("two.svg", alt: "Bars of 8 and 6."), caption: [Two]) <fig-two>
F2 · Source: a.csv
#figure(table(columns: 2, table.header[Pilot][Schools], [Lambeth], [8], [Southampton], [18]),
  caption: [Schools])
Of all pilots, 8 schools.

T1 · Source: a.csv

#image(bytes((200, 0, 0, 0, 200, 0)), format: (encoding: "rgb8", width: 2, height: 1),
  alt: "A picture of dots.", width: 4mm)
"""
BARS = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40">'
    '<rect x="5" y="{}" width="20" height="{}" fill="#12436d"/>'
    '<rect x="30" y="{}" width="20" height="{}" fill="#801650"/></svg>'
)
DATA = b"pilot,schools\nLambeth,8\n"
LITERALS = b"[[literal]]\npattern = '[Ss]ections? (17|47)\\b'\nreason = 'section of an Act'\n"
CHAPTERS = (
    Chapter("index.qmd", "First things", ("ratio", "schools", "events", "pupils", "one")),
    Chapter("second.qmd", "Second things", ("two", "table")),
)


def ledger(ratio="0.66", commit="a" * 40):
    return whole({
        "format": 4, "title": "A small report", "label": "",
        "commit": {"id": commit, "time": 0, "clean": True},
        "environment": {"python": "3.11.7"}, "code": {}, "columns": {}, "graph": {},
        "platform": "Linux x86_64", "remote": "", "rules": [], "settings": {},
        "files": [{"name": "a.csv", "sha256": "0" * 64, "rows": 12, "part": "extract",
         "datasets": ["a"]}],
        "structure": {
            "headings": {"index.qmd": ["First things"], "second.qmd": ["Second things"]},
            "formulas": {}, "bibliography": {},
        },
        "contracts": {"a": {"rules": 5, "pass": 5, "warn": 0, "fail": 0, "nothing tested": 0}},
        "records": [
            record("ratio", "N1", "number", f"{ratio} (0.52 to 0.83)"),
            record("schools", "N2", "number", "37"),
            record("events", "N3", "number", "1,204"),
            record("pupils", "N4", "number", "950"),
            record("one", "F1", "figure", "Bars of 3 and 4.",
                   data=hashlib.sha256(DATA).hexdigest(),
                   period="May 2018 to February 2019"),
            record("two", "F2", "figure", "Bars of 8 and 6.", shown=["second.qmd:1"]),
            record("table", "T1", "table", "Pilot | Schools",
                   cells=["Pilot", "Schools", "Lambeth", "8", "Southampton", "18"],
                   row_headings=1, shown=["second.qmd:2"], note="Of all pilots, 8 schools."),
        ],
    })  # fmt: skip


def make(folder, ratio="0.66", commit="a" * 40):
    """Typeset and seal a small report with the project's own code; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "one.svg").write_text(BARS.format(10, 30, 0, 40), "utf-8")
    (folder / "two.svg").write_text(BARS.format(0, 40, 10, 30), "utf-8")
    (folder / "main.typ").write_text(SOURCE.replace("RATIO", ratio), "utf-8")
    data = typst.compile(
        str(folder / "main.typ"), root=str(folder), ignore_system_fonts=True,
        timestamp=1_700_000_000, pdf_standards=["ua-1", "a-3a"],
    )  # fmt: skip
    path = folder / "report.pdf"
    path.write_bytes(data)
    reseal(path, ratio, commit)
    return path


def reseal(path, ratio="0.66", commit="a" * 40):
    """Seal a PDF as the build does: anyone who has the code can."""
    files = [
        Attachment("ledger.json", json.dumps(ledger(ratio, commit)).encode(), "application/json",
                   "The ledger"),
        Attachment("literals.toml", LITERALS, "application/toml", "Literals"),
        Attachment("certificate.txt", as_text(typed(ledger(ratio, commit))).encode(), "text/plain",
                   "The certificate", "Supplement"),
        Attachment("one.csv", DATA, "text/csv", "The data behind F1"),
    ]  # fmt: skip
    seal_pdf(path, files, title="A small report", commit=commit, chapters=CHAPTERS)


def edited(path, edit, **options):
    """Let `edit` work on an open PDF and write the result over it, as any PDF program would."""
    with pikepdf.open(io.BytesIO(path.read_bytes())) as pdf:
        edit(pdf)
        path.write_bytes(saved(pdf)) if not options else pdf.save(path, **options)
    return path


def retype(pdf, page, old, new):
    """Set other characters in place of `old` in the text of a page, in the page's own fonts."""
    fonts = pdf.pages[page].Resources.Font
    table = {}
    changed = []
    for instruction in pikepdf.parse_content_stream(pdf.pages[page]):
        operator = str(instruction.operator)
        if operator == "Tf":
            table = character_map(fonts[str(instruction.operands[0])].ToUnicode.read_bytes())
        if operator in ("Tj", "TJ"):
            shown = instruction.operands[0]
            parts = shown if operator == "TJ" else [shown]
            codes = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
            text = "".join(
                table[int.from_bytes(codes[at : at + 2], "big")] for at in range(0, len(codes), 2)
            )
            if old in text:
                back = {signs: code for code, signs in table.items()}
                whole = b"".join(
                    back[sign].to_bytes(2, "big") for sign in text.replace(old, new, 1)
                )
                changed.append(([pikepdf.String(whole)], pikepdf.Operator("Tj")))
                continue
        changed.append((instruction.operands, instruction.operator))
    pdf.pages[page].Contents = pdf.make_stream(pikepdf.unparse_content_stream(changed))


def redraw(pdf, page, old, new):
    """Replace bytes in what draws a page."""
    contents = pdf.pages[page].Contents.read_bytes()
    assert old in contents
    pdf.pages[page].Contents = pdf.make_stream(contents.replace(old, new, 1))


def rewrite(pdf, name, change):
    """Change the bytes of an attachment and leave the rest of it alone."""
    stream = pdf.attachments[name].obj.EF.F
    stream.write(change(stream.read_bytes()))


def seal_again(pdf, chapters=CHAPTERS):
    """Seal a PDF with the attachments that it has."""
    with pikepdf.open(io.BytesIO(pdf.read_bytes())) as opened:
        files = [each for name, each in attached(opened).items() if not name.startswith("seal.")]
        for name in list(opened.attachments):
            del opened.attachments[name]
        pdf.write_bytes(saved(opened))
    seal_pdf(pdf, files, title="A small report", commit="a" * 40, chapters=chapters)


def altered(pdf, **options):
    """Return what verification says was altered."""
    return "\n".join(each.what for each in examine(pdf, **options).altered)

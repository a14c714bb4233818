"""Write all chapters of a book as one Typst document, and compile it to PDF."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, cast

from press.document import tree
from press.document.citations import Sources, cited, together, unquoted, with_citations
from press.document.links import chapter_anchor
from press.document.page import Page
from press.document.pandoc import document, metadata, read_inlines, run
from press.document.preparation import Ready
from press.document.tree import Node, Nodes
from press.errors import Location, Mistakes, TypesettingError
from press.pdf.fitting import typst_string
from press.pdf.tables import with_measured_widths
from press.pdf.typst_escapes import with_markup_escaped
from press.pdf.writing import TypstWriter
from press.project.authors import authors
from press.project.extension import Extension
from press.project.project import Project
from press.project.resources import Resources

_FORMULA = re.compile(r"the formula (.*) is too wide", re.S)
_WORD = re.compile(r"[^\W_]{3,}")
_UNSETTLED = "did not converge"
SETTLED = {"layout": "settled"}
"""Inputs with which a document is compiled again if its layout does not converge.

A template whose layout depends on where things come to stand may then do without.
"""


def write_typst(project: Project, ready: Ready, extension: Extension, files: Resources) -> str:
    """Return a book as the source of one Typst document.

    Parameters
    ----------
    project
        The project.
    ready
        Its pages, ready for Typst.
    extension
        The contributions of the format's extension.
    files
        Collects the files of the bibliography.
    """
    blocks: Nodes = []
    for entry in project.entries:
        if entry.file is None:
            attr: tree.Attr = ["", ["unnumbered"], []]
            blocks.append({"t": "Header", "c": [1, attr, read_inlines(str(entry.text))]})
            continue
        blocks += _chapter(ready.by_path[entry.file], ready.blocks[entry.file])
    options = {**extension.options, **project.options("typst")}
    writing = TypstWriter(ready.words, bool(options.get("pdf-standard")), options)
    blocks = writing.lowered(blocks)
    every = together(ready.sources.values())
    writer = "typst"
    if options.get("citeproc") is True or every.listed:
        # Typst would turn a closing quotation mark after a bracket into an opening one.
        blocks = list(with_markup_escaped(with_citations(blocks, every, options)))
        writer = "typst-citations"
    elif every.files and (cited(blocks) or options.get("nocite")):
        blocks += _typst_sources(project, every, options, files)
    tree_ = document(blocks, _metadata(project, extension))
    with tempfile.TemporaryDirectory(prefix="press-") as folder:
        _write_template(Path(folder), extension)
        arguments = ["-f", "json", "-t", writer, "--wrap=none", "--syntax-highlighting=idiomatic"]
        arguments += [f"--template={folder}/template.typ"]
        arguments += [f"--lua-filter={path}" for path in extension.filters]
        return with_measured_widths(run(arguments, json.dumps(tree_)))


def _chapter(page: Page, blocks: Nodes) -> Nodes:
    name, marks, pairs = page.title_attr
    if page.home:
        return list(tree.walk(blocks, _unnumbered)) if "unnumbered" in marks else blocks
    if "unnumbered" in marks or page.entry.kind == "part":
        blocks = tree.walk(blocks, _unnumbered)
    kept = list(marks)  # as in Quarto: a filter may use the author's classes
    if page.entry.kind == "part" and "unnumbered" not in kept:
        kept.append("unnumbered")
    head: Node = {"t": "Header", "c": [1, [name or chapter_anchor(page), kept, pairs], page.title]}
    # As in Quarto, the authors of a chapter appear in HTML only.
    below = [
        str(page.options[key]) for key in ("chapter-subtitle", "abstract") if page.options.get(key)
    ]
    return [head, *(tree.para(read_inlines(words)) for words in below), *blocks]


def _unnumbered(node: Node) -> Node | None:
    """Mark a section of an unnumbered chapter as unnumbered."""
    if node["t"] != "Header" or "unnumbered" in tree.classes(node):
        return None
    level, (name, marks, pairs), title = node["c"]
    return {**node, "c": [level, [name, [*marks, "unnumbered"], pairs], title]}


def _typst_sources(
    project: Project, sources: Sources, options: Mapping[str, Any], files: Resources
) -> Nodes:
    """Return Typst's own bibliography, which Quarto uses unless `citeproc` is set."""
    names = [file.relative_to(project.root).as_posix() for file in sources.files]
    for name in names:
        files.take(name)
    listed = ", ".join(typst_string("/" + name) for name in names)
    style = options.get("bibliographystyle")
    if sources.style is not None:
        style = "/" + sources.style.relative_to(project.root).as_posix()
        files.take(style.lstrip("/"))
    lines = [f"#cite(<{key}>, form: none)" for key in unquoted(options) if key in sources.keys]
    lines += [f"#set bibliography(style: {typst_string(str(style))})"] if style else []
    return [tree.raw("typst", "\n".join([*lines, f"#bibliography(({listed},))"]))]


def _write_template(folder: Path, extension: Extension) -> None:
    own = resources.files(__package__)
    for name in (
        "template.typ",
        "symbols.typ",
        "fitted.typ",
        "typst-template.typ",
        "typst-show.typ",
    ):
        text = extension.partials.get(name) or own.joinpath(name).read_text("utf-8")
        (folder / name).write_text(text, encoding="utf-8")
    for name, text in extension.partials.items():
        (folder / name).write_text(text, encoding="utf-8")


def _metadata(project: Project, extension: Extension) -> dict[str, Any]:
    """Return the template's variables, under Quarto's names."""
    # As in Quarto, books are numbered by default, and the template gets the numbering pattern.
    options = {"number-sections": True, **extension.options, **project.options("typst")}
    if options["number-sections"]:
        options = {"section-numbering": "1.1.a", **options}
    book = options.pop("book", {})
    people: list[dict[str, Any]] = [
        {
            "name": {"literal": person.name},
            "affiliations": [{"name": place} for place in person.affiliations],
        }
        for person in authors(book.get("author"), options.get("affiliations"))
    ]
    values: dict[str, Any] = {
        **{key: value for key, value in options.items() if key not in ("execute", "bibliography")},
        "title": book.get("title"),
        "subtitle": book.get("subtitle"),
        "description": book.get("description"),
        "date": project.date,
        "lang": options.get("lang", "en"),
        "author": [person["name"]["literal"] for person in people],
        "by-author": people,
    }
    given = {key: value for key, value in values.items() if value not in (None, "", [], {})}
    return {key: with_markup_escaped(metadata(value)) for key, value in given.items()}


def compile_pdf(
    typst_text: str,
    root: Path,
    standards: Sequence[str],
    timestamp: int | None,
    font_paths: Sequence[Path],
    found: Mistakes,
) -> bytes:
    """Compile a Typst document to PDF.

    Parameters
    ----------
    typst_text
        The document.
    root
        Folder that absolute paths in it are relative to.
    standards
        PDF standards to conform to, such as ``["ua-1", "a-3a"]``.
    timestamp
        Creation time to record, in seconds since 1970; None for the current time.
    font_paths
        Folders with additional fonts; system fonts are never used.
    found
        Collects Typst's warnings.
    """
    import typst

    main = root / "book.typ"
    main.write_text(typst_text, encoding="utf-8", newline="\n")

    def compiled(inputs: dict[str, str]) -> tuple[bytes, list[str]]:
        try:
            pdf, warnings = typst.compile_with_warnings(
                str(main),
                root=str(root),
                font_paths=[str(path) for path in font_paths],
                ignore_system_fonts=True,
                timestamp=timestamp,
                pdf_standards=cast("Any", list(standards)),  # checked by Typst
                sys_inputs=inputs,
            )
        except typst.TypstError as error:
            refused = _refused(error, typst_text)
            if not inputs and _UNSETTLED in str(error.diagnostic):
                raise _UnsettledError(refused.what, refused.place, refused.remedy) from None
            raise refused from None
        return bytes(pdf), list(dict.fromkeys(str(warning.message) for warning in warnings))

    try:
        pdf, messages = compiled({})
        settled = not any(_UNSETTLED in message for message in messages)
    except _UnsettledError:  # a link may lose its place in a layout that is still moving
        settled = False
    if not settled:
        pdf, messages = compiled(SETTLED)
    for message in messages:
        found.add(_warned(message))
    return pdf


class _UnsettledError(TypesettingError):
    """Typst stopped at a layout that does not converge."""


def _warned(message: str) -> TypesettingError:
    """Convert a warning of Typst, which prints in another font where it does not have one."""
    if missing := re.search("unknown font family: (.+)", message):
        return TypesettingError(
            f"the font “{missing[1]}” is not there: print would use another",
            remedy="put it into the project, and its folder into `font-paths:`, or name another",
        )
    return TypesettingError(f"Typst warns: {message}")


def _refused(error: Any, text: str) -> TypesettingError:
    """Convert an error of Typst, adding its file or the line of the document."""
    hints = " ".join(str(hint) for hint in error.hints or [])
    found = re.search(r"┌─ (?:.*?/)??(?P<file>[^/\s:][^:]*):(?P<line>\d+)", str(error.diagnostic))
    if found is None:
        return TypesettingError(f"Typst stopped: {error.message}", remedy=hints)
    if found["file"].endswith("book.typ"):
        line = text.splitlines()[int(found["line"]) - 1].strip()
        return TypesettingError(f"Typst stopped: {error.message}, at: {line[:160]}", remedy=hints)
    place = Location(found["file"].rpartition("typst/")[2])
    return TypesettingError(f"Typst stopped: {error.message}", place, hints)


def with_place(error: TypesettingError, pages: Sequence[Page]) -> TypesettingError:
    """Add to Typst's error the location that shares most words with it.

    All output of a cell has the location of the cell.
    """
    what, _, line = error.what.partition(", at: ")
    formula = _FORMULA.search(what)
    if formula and error.place is None:
        place = _location_of_formula(formula[1], pages)
        return TypesettingError(
            what.removeprefix("Typst stopped: panicked with: "),
            place,
            "divide it into lines: `\\\\`, in `aligned` or `multline`",
        )
    words = set(_WORD.findall(what if "panicked" in what else line))
    found: dict[Location, set[str]] = {}
    for page in pages if error.place is None else []:
        for each in page.source:
            found.setdefault(each.location, set()).update(
                words.intersection(_WORD.findall(each.text))
            )
    best = max(found, key=lambda place: len(found[place]), default=None)
    if best is None or not found[best]:
        return error
    return TypesettingError(error.what, best, error.remedy)


def _location_of_formula(tex: str, pages: Sequence[Page]) -> Location | None:
    """Return the location of the longest start of a formula that occurs in a chapter."""
    signs = re.sub(r"\s", "", tex)
    for count in (len(signs), 30, 15, 6):
        wanted = re.compile(r"\s*".join(map(re.escape, signs[:count])))
        for page in pages:
            if found := wanted.search(page.source.text):
                return page.source.lines[page.source.text.count("\n", 0, found.start())].location
    return None

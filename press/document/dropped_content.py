r"""Find content that pandoc drops while parsing a chapter: LaTeX, blocks in pipe tables, labels.

Formulae in LaTeX environments are shown in both formats. Other LaTeX, such as `\emph{x}` or
the path `C:\data`, is lost with its words, and so is the content of an HTML block in a cell of a
pipe table; both are reported with file and line.
"""

from __future__ import annotations

import re

from press.chapter.source import Line, Source, in_code
from press.document import tree
from press.document.crossref import KINDS
from press.document.tree import Node, Nodes
from press.errors import ChapterError, Mistakes

_FORMULA = re.compile(
    r"\\begin\s*\{(?:equation|align|alignat|flalign|gather|multline|eqnarray|math|displaymath)\*?\}"
)
# LaTeX without text of its own: definitions and settings, page breaks, spacing and sizes.
_DEFINING = re.compile(
    r"\s*\\(?:(?:re|provide)?newcommand|providecommand|renewcommand|def|let|DeclareMathOperator"
    r"|(?:re)?newenvironment|newtheorem|theoremstyle|usepackage|setlength|addtolength|setcounter"
    r"|addtocounter|captionsetup|definecolor|hypersetup|addcontentsline|bibliographystyle)\b"
)
_SILENT = re.compile(
    r"\\(?:newpage|pagebreak|clearpage|cleardoublepage|nopagebreak|linebreak|newline|vspace|hspace"
    r"|vfill|hfill|smallskip|medskip|bigskip|noindent|indent|par|centering|raggedright|raggedleft"
    r"|tiny|scriptsize|footnotesize|small|normalsize|large|Large|LARGE|huge|Huge|singlespacing"
    r"|onehalfspacing|doublespacing|thispagestyle|pagestyle|pagenumbering|phantomsection|appendix"
    r"|label|index|sloppy|fussy|allowbreak|tableofcontents|listoffigures|listoftables|frontmatter"
    r"|mainmatter|backmatter|begingroup|endgroup|FloatBarrier|landscape|newgeometry|restoregeometry"
    r")(?![A-Za-z])\*?(?:\s*(?:\[[^\]]*\]|\{[^{}]*\}))*"
)
_BLOCKS = re.compile(
    r"<(?:address|article|aside|blockquote|center|dd|details|dialog|dir|div|dl|dt|fieldset"
    r"|figcaption|figure|footer|form|h[1-6]|header|hgroup|hr|legend|li|main|menu|nav|ol|p|pre"
    r"|section|summary|table|tbody|td|tfoot|th|thead|tr|ul)\b[^<>]*>|\\begin\s*\{\w+\*?\}",
    re.I,
)
_DIVIDING = re.compile(r"[\s>]*\|?\s*:?-+:?\s*(?:[|+]\s*:?-+:?\s*)*\|?\s*")
_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
# A cross-reference where pandoc expects the label of an example.
_EXAMPLE = re.compile(rf"^([\s>]*(?:[-*+]\s+)?\(?)(@(?:{'|'.join(KINDS)})-[\w-]+)(?=[.)](?:\s|$))")


def with_tex_formulas(blocks: Nodes) -> Nodes:
    """Convert formulae in LaTeX environments to display math, for both formats."""

    def visit(node: Node) -> Node | None:
        if not _is_tex(node) or not _FORMULA.match(node["c"][1].strip()):
            return None
        formula: Node = {"t": "Math", "c": [{"t": "DisplayMath"}, node["c"][1].strip()]}
        return formula if node["t"] == "RawInline" else tree.para([formula])

    return list(tree.walk(blocks, visit))


def check_tex(blocks: Nodes, source: Source, found: Mistakes) -> None:
    """Record LaTeX other than formulae, whose text would be missing from both formats."""
    for node in tree.nodes(blocks, "RawInline", "RawBlock"):
        code = node["c"][1].strip()
        if not _is_tex(node) or _DEFINING.match(code):
            continue
        if re.search(r"\w", _SILENT.sub("", re.sub(r"(?<!\\)%.*", "", code))):
            first = code.splitlines()[0]
            found.add(
                ChapterError(
                    f"{first[:60]} is LaTeX, which neither pages nor print support",
                    source.location_of(re.escape(first)),
                    "write it in Markdown, `\\\\` for a backslash, or mark what is only for "
                    "LaTeX: `{=latex}`",
                )
            )


def _is_tex(node: Node) -> bool:
    """Return whether a node is LaTeX that its author did not mark with `{=latex}`."""
    return node["t"] in ("RawInline", "RawBlock") and bool(node["c"][0] == "tex")


def with_references_kept(source: Source) -> Source:
    """Put brackets around a cross-reference that pandoc would read as the number of an example.

    A line that starts with ``@fig-visits.`` or ``(@fig-visits)`` starts a list of examples, and the
    reference is lost.
    """
    return Source(
        tuple(
            line if code else Line(_EXAMPLE.sub(r"\1[\2]", line.text), line.location)
            for line, code in zip(source, in_code(source), strict=True)
        )
    )


def check_pipe_tables(source: Source, found: Mistakes) -> None:
    """Record HTML or LaTeX blocks in cells of pipe tables, which pandoc drops with their text."""
    for line in _rows(source):
        block = _BLOCKS.search(_CODE.sub("", line.text))
        if block:
            found.add(
                ChapterError(
                    f"{block[0]} is in a cell of a pipe table, which would lose its words",
                    line.location,
                    "divide the cell's lines with `<br>`, or write a grid table or a list table",
                )
            )


def _rows(source: Source) -> list[Line]:
    """Return the lines of a chapter's pipe tables."""
    out: list[Line] = []
    inside, before = False, None
    for line, code in zip(source, in_code(source), strict=True):
        row = "|" in line.text and not code
        if row and not inside and before is not None and _DIVIDING.fullmatch(line.text):
            inside = True
            out.append(before)
        elif inside and row:
            out.append(line)
        inside = inside and row
        before = line if row else None
    return out

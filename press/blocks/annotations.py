"""Code annotations: numbered comments in a code block, explained by the list that follows it.

The numbers are removed from the code. The block gets the key `marks`, a mapping of line to number;
the list becomes ``{"t": "Annotations", "c": {"items": [{"number", "lines", "content"}]}}``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from press.document import tree
from press.document.tree import Node, Nodes

# Comment delimiters by language; in all others a comment starts with a hash.
_STARTS = {
    "//": "asy cc cpp csharp d3 dot fsharp go groovy java javascript js json kotlin node ojs rust "
    "sass scala scss swift typescript typst",
    "--": "haskell lua mysql psql sql vhdl",
    "%": "latex matlab tikz",
    "!": "fortran fortran95",
    "⍝": "apl",
    "%%": "mermaid",
    "/": "q",
    "*": "stata",
}
_COMMENTS: dict[str, tuple[str, str]] = {
    **{name: (start, "") for start, names in _STARTS.items() for name in names.split()},
    **dict.fromkeys(("c", "css"), ("/*", "*/")),
    **dict.fromkeys(("html", "markdown"), ("<!--", "-->")),
    "ocaml": ("(*", "*)"),
    "sas": ("*", ";"),
}


def with_annotations(blocks: Nodes, style: Any = True) -> Nodes:
    """Separate annotated code from its annotations.

    Parameters
    ----------
    blocks
        The blocks of a chapter.
    style
        The option `code-annotations`: False leaves everything as written, ``"none"`` removes the
        numbers and their annotations.
    """
    if style is False:
        return blocks
    return _annotated_blocks(blocks, shown=style != "none")


def _annotated_blocks(blocks: Nodes, *, shown: bool) -> Nodes:
    out: Nodes = []
    at = 0
    while at < len(blocks):
        block, after = blocks[at], blocks[at + 1] if at + 1 < len(blocks) else None
        at += 1
        listed = after if after is not None and after["t"] == "OrderedList" else None
        own = _of_code(block)
        if own is None:
            out.append(_within(block, shown=shown))
            continue
        at += listed is not None
        explanation = _explained(listed, own) if listed is not None and shown else None
        if block["t"] == "CodeBlock":
            out.append(_stripped(block, own, marked=explanation is not None))
            out += [explanation] if explanation is not None else []
        else:
            out.append(_cell(block, own, explanation))
    return out


def _within(block: Node, *, shown: bool) -> Node:
    """Process the blocks nested in a block."""
    match block["t"]:
        case "Div":
            return {**block, "c": [block["c"][0], _annotated_blocks(block["c"][1], shown=shown)]}
        case "BlockQuote":
            return {**block, "c": _annotated_blocks(block["c"], shown=shown)}
        case "BulletList":
            return {**block, "c": [_annotated_blocks(one, shown=shown) for one in block["c"]]}
        case "OrderedList":
            items = [_annotated_blocks(one, shown=shown) for one in block["c"][1]]
            return {**block, "c": [block["c"][0], items]}
    return block


@dataclass(frozen=True)
class _Numbers:
    """Annotation numbers in a code block: the lines of each, and the pattern that matches them.

    Lines count from 1; `before` is the offset that the number of the first line adds in print.
    """

    pattern: re.Pattern[str]
    lines: dict[int, list[int]]
    before: int


def _of_code(block: Node) -> _Numbers | None:
    """Return the annotation numbers in a code block or a cell's code; None if there are none."""
    if block["t"] == "CodeBlock":
        return _numbers(block)
    if tree.has_class(block, "cell"):
        return next((found for code in block["c"][1] if (found := _of_cell_code(code))), None)
    return None


def _of_cell_code(block: Node) -> _Numbers | None:
    return _numbers(block) if tree.has_class(block, "cell-code") else None


def _numbers(code: Node) -> _Numbers | None:
    language = next((name for name in tree.classes(code) if name != "cell-code"), "")
    start, end = _COMMENTS.get(language, ("#", ""))
    pattern = re.compile(rf"\s*{re.escape(start)}\s*<(\d+)>\s*{re.escape(end)}\s*$")
    lines: dict[int, list[int]] = {}
    for count, line in enumerate(code["c"][1].split("\n"), start=1):
        found = pattern.search(line)
        if found:
            lines.setdefault(int(found[1]), []).append(count)
    return _Numbers(pattern, lines, _first_line(code) - 1) if lines else None


def _stripped(block: Node, own: _Numbers, *, marked: bool) -> Node:
    """Return the code without its annotation numbers."""
    lines = [own.pattern.sub("", line) for line in block["c"][1].split("\n")]
    code: Node = {"t": "CodeBlock", "c": [block["c"][0], "\n".join(lines)]}
    if marked:
        code["marks"] = {places[0]: number for number, places in own.lines.items()}
    return code


def _first_line(block: Node) -> int:
    given = str(tree.value(block, "startFrom") or tree.value(block, "startfrom") or "")
    return int(given) if given.isdigit() else 1


def _cell(cell: Node, own: _Numbers, explanation: Node | None) -> Node:
    """Return a cell with the annotations between its code and its outputs."""
    content: Nodes = []
    for block in cell["c"][1]:
        if _of_cell_code(block) is None:
            content.append(block)
            continue
        content.append(_stripped(block, own, marked=explanation is not None))
        if explanation is not None:
            content.append(tree.div([explanation], marks=["cell-annotation"]))
    return {"t": "Div", "c": [cell["c"][0], content]}


def _explained(explanation: Node, own: _Numbers) -> Node:
    """Return the list as annotations, without items whose number does not occur in the code."""
    first = explanation["c"][0][0]
    items = [
        {
            "number": number,
            "lines": [line + own.before for line in own.lines[number]],
            "content": item,
        }
        for number, item in enumerate(explanation["c"][1], start=first)
        if number in own.lines
    ]
    return {"t": "Annotations", "c": {"items": items}}


def spoken_lines(lines: list[int]) -> str:
    """Format line numbers as text: ``Line 3``, ``Lines 3-5``, ``Lines 1,4``."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][-1] + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    shown = ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return f"Line{'s' if len(lines) > 1 else ''} {shown}"

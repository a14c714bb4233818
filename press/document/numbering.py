"""Number the chapters, sections, figures, tables, listings and equations of a book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from press.document import tree
from press.document.tree import Node, Nodes

# Kinds of theorem and callout that are numbered, by type of node.
_LABELLED = {
    "Theorem": ("thm", "lem", "cor", "prp", "cnj", "def", "exm", "exr", "alg", "rem", "sol"),
    "Callout": ("nte", "tip", "wrn", "imp", "cau"),
}
Kind = Literal["fig", "tbl", "lst", "eq", "sec"]


@dataclass(frozen=True)
class Target:
    """The target of a cross-reference.

    Parameters
    ----------
    label
        Its label.
    kind
        Its kind, the prefix of cross-references to it.
    page
        Path of its chapter.
    number
        Its number as printed, such as ``1.2``; for a sub-figure, that of the figure.
    part
        Letter of a sub-figure; empty for anything else.
    level
        Level of a section; 0 for anything else.
    appendix
        Whether it is in an appendix.
    title
        Title of a section.
    unnumbered
        Whether it is a section of an unnumbered chapter. Quarto resolves references to it in HTML
        but not in print, so a reference to it is a mistake.
    """

    label: str
    kind: str
    page: str
    number: str
    part: str = ""
    level: int = 0
    appendix: bool = False
    title: Nodes = field(default_factory=list)
    unnumbered: bool = False


def number_blocks(
    blocks: Nodes,
    page: str,
    prefix: str,
    *,
    appendix: bool,
    depth: int = 9,
    spell: Callable[[str, int], str] = lambda _, number: str(number),
) -> list[Target]:
    """Assign numbers to the headings, floats and equations of a chapter; return the targets.

    Parameters
    ----------
    blocks
        The chapter; the key ``number`` is set on its numbered nodes.
    page
        Path of the chapter.
    prefix
        The chapter's number or letter; empty if it is unnumbered.
    appendix
        Whether it is an appendix.
    depth
        The deepest level of numbered headings.
    spell
        Formats the number of a kind of float or equation within the chapter.
    """
    counts = _Counts(prefix, spell)
    targets: list[Target] = []
    for node in _in_order(blocks):
        match node["t"]:
            case "Header":
                targets += _heading(node, counts, page, appendix, depth)
            case "Float":
                targets += _float(node, counts, page, appendix)
            case "Equation":
                label = node["c"]["id"]
                node["number"] = counts.next("eq")
                targets.append(Target(label, "eq", page, node["number"], appendix=appendix))
            case "Theorem" | "Callout":
                label, kind = node["c"]["id"], node["c"]["id"].partition("-")[0]
                node["number"] = counts.next(kind)
                targets.append(Target(label, kind, page, node["number"], appendix=appendix))
    return targets


def _in_order(content: object) -> list[Node]:
    """Return headings, outermost floats, equations, theorems and callouts in document order."""
    found: list[Node] = []
    if isinstance(content, list):
        for item in content:
            found += _in_order(item)
    elif isinstance(content, dict):
        kind = content.get("t")
        if kind in ("Header", "Equation", "Float") or _is_counted(content):
            found.append(content)
        if kind == "Float":
            found += tree.nodes(content["c"], "Equation")
        elif "c" in content:
            found += _in_order(content["c"])
        elif kind is None:
            for item in content.values():
                found += _in_order(item)
    return found


def _is_counted(node: Node) -> bool:
    """Return whether a node is a theorem or callout with a label, which makes it numbered."""
    prefix, dash, _ = str(node["c"]["id"] if node.get("t") in _LABELLED else "").partition("-")
    return bool(dash) and prefix in _LABELLED.get(str(node.get("t")), ())


class _Counts:
    """Counters of one chapter."""

    def __init__(self, prefix: str, spell: Callable[[str, int], str]) -> None:
        self.chapter = prefix
        self.spell = spell
        self.sections = [0] * 6
        self.floats: dict[str, int] = {}

    def next(self, kind: str) -> str:
        """Return the next number of a kind of float or equation."""
        self.floats[kind] = self.floats.get(kind, 0) + 1
        count = self.spell(kind, self.floats[kind])
        return f"{self.chapter}.{count}" if self.chapter else count

    def section(self, level: int) -> str:
        """Return the next number of a heading; one of level 1 starts the next chapter."""
        if level == 1 and self.chapter:
            self.chapter = _after(self.chapter)
            self.sections = [0] * 6
            self.floats = {}
            return self.chapter
        self.sections[level - 1] += 1
        self.sections[level:] = [0] * (6 - level)
        below = [str(count) for count in self.sections[1:level]]
        return ".".join([self.chapter, *below] if self.chapter else below)


def _after(prefix: str) -> str:
    return str(int(prefix) + 1) if prefix.isdigit() else chr(ord(prefix) + 1)


def _heading(node: Node, counts: _Counts, page: str, appendix: bool, depth: int) -> list[Target]:
    level, (name, marks, _), title = node["c"]
    if "unnumbered" in marks:
        return []
    number = counts.section(level)
    if not counts.chapter:
        weak = Target(name, "sec", page, number, "", level, appendix, title, unnumbered=True)
        return [weak] if name.startswith("sec-") and level > 1 else []
    if level <= depth:
        node["number"] = number
    return [Target(name, "sec", page, number, "", level, appendix, title)] if name else []


def _float(node: Node, counts: _Counts, page: str, appendix: bool) -> list[Target]:
    content = node["c"]
    number = counts.next(content["kind"])
    node["number"] = number
    targets = [Target(content["id"], content["kind"], page, number, appendix=appendix)]
    parts = sub_floats(node)
    content["parts"] = bool(parts)
    for index, part in enumerate(parts):
        letter = chr(ord("a") + index)
        part["number"], part["part"] = number, letter
        label, kind = part["c"]["id"], part["c"]["kind"]
        targets.append(Target(label, kind, page, number, letter, appendix=appendix))
    return targets


def sub_floats(node: Node) -> list[Node]:
    """Return the floats directly inside a float."""
    return list(tree.nodes(node["c"]["content"], "Float"))


def counted(number: int, style: str) -> str:
    """Format a number in a style: ``arabic``, ``roman``, ``roman i``, ``alpha``, ``alpha A``."""
    name, _, first = style.partition(" ")
    if name == "roman":
        numeral = _roman(number)
        return numeral.lower() if first == "i" else numeral
    if name == "alpha":
        return chr(ord(first or "a") + number - 1)
    return str(number)


def _roman(number: int) -> str:
    out = ""
    for value, sign in ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        out += sign * (number // value)
        number %= value
    return out

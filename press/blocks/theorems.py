"""Theorems and similar numbered blocks, and unnumbered proofs: ``{"t": "Theorem", "c": {...}}``.

`id`, `kind` (``thm``, ``lem`` …, or ``proof``, ``remark``, ``solution``), `name` (inlines),
`classes` and `content` (blocks).
"""

from __future__ import annotations

from collections.abc import Mapping

from press.document import tree
from press.document.crossref import THEOREMS
from press.document.pandoc import read_inlines
from press.document.tree import Node, Nodes

PROOFS = ("proof", "remark", "solution")
_CLASSES = {
    "thm": "theorem", "lem": "theorem lemma", "cor": "theorem corollary",
    "prp": "theorem proposition", "cnj": "theorem conjecture", "def": "theorem definition",
    "exm": "theorem example", "exr": "theorem exercise", "alg": "theorem algorithm",
    "rem": "proof remark", "sol": "proof solution",
}  # fmt: skip


def with_theorems(blocks: Nodes) -> Nodes:
    """Convert the divs of theorems, proofs and similar blocks to `Theorem` nodes."""

    def visit(node: Node) -> Node | None:
        if node["t"] != "Div":
            return None
        (name, marks, pairs), content = node["c"]
        prefix = name.partition("-")[0] if "-" in name else ""
        kind = prefix if prefix in THEOREMS else next((m for m in marks if m in PROOFS), "")
        return _theorem(name, kind, marks, dict(pairs), content) if kind else None

    return list(tree.walk(blocks, visit))


def _theorem(name: str, kind: str, marks: list[str], given: dict[str, str], content: Nodes) -> Node:
    words = read_inlines(given["name"]) if given.get("name") else []
    if not words and content and content[0]["t"] == "Header":
        words, content = content[0]["c"][2], content[1:]
    own = _CLASSES.get(kind, kind if kind == "proof" else f"proof {kind}").split()
    kept = [mark for mark in marks if mark not in own]
    return {
        "t": "Theorem",
        "c": {"id": name, "kind": kind, "name": words, "classes": [*own, *kept],
              "content": content},
    }  # fmt: skip


def lead(node: Node, words: Mapping[str, str]) -> Nodes:
    """Return the lead-in of a theorem: its kind, number and name.

    Parameters
    ----------
    node
        The theorem, numbered if it has a label.
    words
        The word for each kind.
    """
    kind, number = node["c"]["kind"], node.get("number", "")
    title = words[kind]
    head: Nodes = [tree.text(f"{title}\u00a0{number}" if number else title)]
    if node["c"]["name"]:
        head += [tree.space(), tree.text("("), *node["c"]["name"], tree.text(")")]
    strong = "Strong" if kind in THEOREMS and kind not in ("rem", "sol") else "Emph"
    stop = [tree.text(".")] if strong == "Emph" else []
    return [{"t": strong, "c": [*head, *stop]}]


def with_lead(content: Nodes, words: Nodes) -> Nodes:
    """Insert words at the start of the first paragraph, or in a paragraph above other blocks."""
    if content and content[0]["t"] in ("Para", "Plain"):
        first = {**content[0], "c": [*words, tree.space(), *content[0]["c"]]}
        return [first, *content[1:]]
    return [tree.para(words), *content]

"""Write code blocks as HTML: folding, file names, line numbers and annotations."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from press.document import tree
from press.document.languages import words_of
from press.document.pandoc import read_inlines
from press.document.tree import Node, Nodes

# Placeholder for an annotation's number in the code until pandoc has highlighted it.
_MARK = 0xE100
_MARKED = re.compile(f"[{chr(_MARK + 1)}-{chr(_MARK + 99)}]")


def code_blocks(node: Node, options: Mapping[str, Any]) -> Nodes:
    """Return a code block, with the code of a cell folded if the options say so."""
    (name, marks, pairs), source = node["c"]
    given = dict(pairs)
    fold = str(given.pop("code-fold", options.get("code-fold", False))).lower()
    summary = str(
        given.pop("code-summary", options.get("code-summary", words_of(options)["code-summary"]))
    )
    filename = given.pop("filename", "")
    if str(given.pop("code-line-numbers", options.get("code-line-numbers", False))).lower() not in (
        "false",
        "none",
    ):
        marks = [*marks, "number-lines"]
    for key in ("lst-cap", "cap-location", "lst-cap-location"):
        given.pop(key, None)
    code = {
        "t": "CodeBlock",
        "c": [[name, marks, [list(pair) for pair in given.items()]], _with_marks(node, source)],
    }
    out = [code]
    if filename:
        out = [
            tree.raw("html", _name_of(filename)),
            code,
            tree.raw("html", "</div>"),
        ]
    if "cell-code" not in marks or fold not in ("true", "show"):
        return out
    opened = " open" if fold == "show" else ""
    return [
        tree.raw("html", f'<details class="code-fold"{opened}>\n<summary>'),
        tree.plain_block(read_inlines(summary)),
        tree.raw("html", "</summary>"),
        *out,
        tree.raw("html", "</details>"),
    ]


def _name_of(filename: str) -> str:
    return (
        '<div class="code-with-filename"><div class="code-with-filename-file">'
        f"<strong>{html.escape(filename)}</strong></div>"
    )


def _with_marks(node: Node, source: str) -> str:
    marks: dict[int, int] = node.get("marks", {})
    return "\n".join(
        line + (" " + chr(_MARK + marks[count]) if count in marks else "")
        for count, line in enumerate(source.split("\n"), start=1)
    )


def with_marks_shown(body: str) -> str:
    """Insert the numbers of annotations into the code of a page's HTML."""
    return _MARKED.sub(
        lambda found: (
            f'<a class="code-annotation-anchor" aria-hidden="true">{ord(found[0]) - _MARK}</a>'
        ),
        body,
    )


def annotation_blocks(node: Node) -> Nodes:
    """Return the annotations of a code block as a definition list."""
    out = [tree.raw("html", '<dl class="code-annotation-container-grid">')]
    for item in node["c"]["items"]:
        lines = ",".join(str(line) for line in item["lines"])
        words = [inline for block in item["content"] for inline in block.get("c", [])]
        out += [
            tree.raw("html", f'<dt>{item["number"]}</dt><dd><span data-code-lines="{lines}">'),
            tree.plain_block(words),
            tree.raw("html", "</span></dd>"),
        ]
    return [*out, tree.raw("html", "</dl>")]

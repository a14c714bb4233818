"""Raw HTML in chapters: convert it for print, and find the files that its tags refer to."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence

from press.chapter.source import Line, Source, in_code
from press.document import tree
from press.document.tree import Node, Nodes

_MARKED_BLOCK = re.compile(r"^(\s*(?:`{3,}|~{3,})\s*)\{=html\}\s*$")
_TAG = re.compile(r"<(?P<name>[A-Za-z][\w-]*)\b(?P<rest>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_PLAYED = ("video", "audio", "iframe", "embed", "source")
# Attributes whose value is an address.
_NAMING = re.compile(
    r"""(?P<start><[A-Za-z][^<>]*?\s(?P<key>src|href|poster|data)\s*=\s*)"""
    r"""(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')""",
    re.I,
)
_SCRIPT = re.compile(
    r"(?P<open><script\b[^>]*>)(?P<code>.*?\S.*?)(?P<close></script\s*>)", re.I | re.S
)
_HELD = re.compile(r"<!--press-script (\d+)-->")
_PRE = re.compile(r"\s*<pre\b[^>]*>(?P<words>.*)</pre>\s*", re.I | re.S)


def with_marked_html(source: Source) -> Source:
    """Change `{=html}` blocks to `{=html5}`, to distinguish them from unmarked HTML tags."""
    return Source(
        tuple(
            Line(_MARKED_BLOCK.sub(r"\1{=html5}", line.text), line.location)
            if "{=html}" in line.text and not code
            else line
            for line, code in zip(source, in_code(source), strict=True)
        )
    )


def with_tags_in_print(blocks: Nodes) -> Nodes:
    """Convert HTML images to pandoc images, media to links, and `<pre>` to code blocks."""

    def visit(node: Node) -> Node | Nodes | None:
        if node["t"] not in ("RawInline", "RawBlock") or node["c"][0] != "html":
            return None
        inline = node["t"] == "RawInline"
        block = _PRE.fullmatch(node["c"][1])
        if block and not inline:
            words = html.unescape(re.sub(r"<[^>]*>", "", block["words"]))
            return {"t": "CodeBlock", "c": [["", [], []], words.strip("\n")]}
        found: Nodes = []
        for tag in _TAG.finditer(node["c"][1]):
            found += _in_print(tag)
        if not found:
            return None
        return found if inline else [tree.para(found)]

    return list(tree.walk(blocks, visit))


def _in_print(tag: re.Match[str]) -> Nodes:
    name = tag["name"].lower()
    given = {
        found[1].lower(): html.unescape(found[2] or found[3] or found[4] or "")
        for found in _ATTRIBUTE.finditer(tag["rest"])
    }
    address = given.get("src", "")
    if name == "img" and address:
        sizes = [[key, given[key]] for key in ("width", "height") if key in given]
        alt = [["fig-alt", given["alt"]]] if given.get("alt") else []
        return [{"t": "Image", "c": [["", [], [*sizes, *alt]], [], [address, ""]]}]
    if name in _PLAYED and address:
        words = given.get("title") or address
        return [tree.link([tree.text(words)], address)]
    return []


def without_scripts(code: str) -> tuple[str, list[str]]:
    """Replace the code of scripts in HTML with placeholders; return the HTML and the scripts.

    A script may contain tags in strings, which are not part of the page.
    """
    scripts: list[str] = []

    def held(found: re.Match[str]) -> str:
        scripts.append(found["code"])
        return f"{found['open']}<!--press-script {len(scripts) - 1}-->{found['close']}"

    return _SCRIPT.sub(held, code), scripts


def with_scripts(code: str, scripts: Sequence[str]) -> str:
    """Put the scripts that `without_scripts` removed back into HTML."""
    return _HELD.sub(lambda found: scripts[int(found[1])], code) if scripts else code


def renamed(code: str, address: Callable[[str, bool], str]) -> str:
    """Apply a function to every address in the tags of HTML.

    Parameters
    ----------
    code
        The HTML.
    address
        Takes an address, and whether the page loads it rather than links to it.
    """

    def changed(found: re.Match[str]) -> str:
        given = found["double"] if found["double"] is not None else found["single"]
        shown = found["key"].lower() != "href" or found["start"].lower().startswith("<link")
        return f'{found["start"]}"{html.escape(address(html.unescape(given), shown))}"'

    bare, scripts = without_scripts(code)
    return with_scripts(_NAMING.sub(changed, bare), scripts)


_INLINE_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][\w-]*)\b[^<>]*>")
_MEANT = {
    "sup": "Superscript",
    "sub": "Subscript",
    **dict.fromkeys(("b", "strong"), "Strong"),
    **dict.fromkeys(("i", "em", "cite", "var", "dfn"), "Emph"),
    **dict.fromkeys(("u", "ins"), "Underline"),
    **dict.fromkeys(("s", "del", "strike"), "Strikeout"),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), "Code"),
}
_SHOWN = frozenset(
    [
        "audio",
        "canvas",
        "embed",
        "iframe",
        "img",
        "input",
        "meter",
        "object",
        "progress",
        "svg",
        "video",
    ]
)


def with_html_meant(blocks: Nodes) -> Nodes:
    """Convert pairs of inline HTML tags to pandoc nodes, and `<br>` to a line break."""
    return list(tree.with_inlines(blocks, _meant))


def lost_in_print(blocks: Nodes) -> list[str]:
    """Return the tags whose content print does not support, such as SVG and form fields."""
    return [
        node["c"][1]
        for node in _prose(blocks)
        if node["c"][0] == "html"
        and (found := _INLINE_TAG.match(node["c"][1].strip()))
        and not found["end"]
        and found["name"].lower() in _SHOWN
    ]


def _prose(blocks: Nodes) -> Iterator[Node]:
    """Yield the raw HTML of a chapter except in cell outputs, which are checked separately."""
    for block in blocks:
        if tree.has_class(block, "cell-output-display"):
            continue
        if block["t"] == "Div":
            yield from _prose(block["c"][1])
        else:
            yield from tree.nodes(block, "RawInline", "RawBlock")


def _meant(inlines: Nodes) -> Nodes:
    """Convert pairs of tags to nodes, leaving unmatched tags as they are."""
    opened: list[tuple[str, Node]] = []
    levels: list[Nodes] = [[]]
    for node in inlines:
        found = _INLINE_TAG.fullmatch(node["c"][1].strip()) if _is_html(node) else None
        name = found["name"].lower() if found else ""
        if name == "br":
            levels[-1].append({"t": "LineBreak"})
        elif found and name in _MEANT and not found["end"]:
            opened.append((name, node))
            levels.append([])
        elif found and name in _MEANT and name in [one for one, _ in opened]:
            while opened[-1][0] != name:
                _unfinished(opened, levels)
            opened.pop()
            levels[-2].append(_node(_MEANT[name], levels.pop()))
        else:
            levels[-1].append(node)
    while opened:
        _unfinished(opened, levels)
    return levels[0]


def _is_html(node: Node) -> bool:
    return bool(node["t"] == "RawInline" and node["c"][0] == "html")


def _unfinished(opened: list[tuple[str, Node]], levels: list[Nodes]) -> None:
    """Restore the innermost open tag, which is never closed, as raw HTML."""
    _, tag = opened.pop()
    inner = levels.pop()
    levels[-1] += [tag, *inner]


def _node(kind: str, content: Nodes) -> Node:
    if kind == "Code":
        return {"t": "Code", "c": [["", [], []], tree.plain(content)]}
    return {"t": kind, "c": content}

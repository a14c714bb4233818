"""Raw HTML in chapters: convert it for print, and find the files that its tags refer to."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence

from press.chapter.source import Line, Source, in_code
from press.document import tree
from press.document.tree import Node, Nodes

MEANT_FOR_PAGES = "html5"
"""Raw format of HTML that an author marked with `{=html}`, which is not meant for print."""
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

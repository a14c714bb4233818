"""Check a chapter against the rules for an accessible PDF, to report locations before Typst."""

from __future__ import annotations

import re

from press.document import tree
from press.document.page import Page
from press.errors import ChapterError, Location, Mistakes

_EMPTY_NAMES = frozenset(["here", "click here", "link", "this", "this link", "more", "read more"])


def check_accessible(page: Page, found: Mistakes) -> None:
    """Record barriers for people who use a screen reader.

    These are images without an alternative text, headings that are empty or skip a level, links
    whose text does not describe their target, and tables without headings.
    """
    _check_links(page, found)
    _check_tables(page, found)
    for node in tree.nodes(page.blocks, "Image"):
        attr, words, (address, _) = node["c"]
        given = dict(attr[2])
        if not (given.get("fig-alt") or given.get("alt") or tree.plain(words).strip()):
            name = address.rpartition("/")[2]
            found.add(
                ChapterError(
                    f"the image {name} has no alternative text",
                    page.source.location_of(re.escape(name)),
                    'write one: `{fig-alt="what it shows"}`',
                )
            )
    before, empty = 1, 0
    for node in tree.nodes(page.blocks, "Header"):
        level, _, title = node["c"]
        if not tree.plain(title).strip():
            pictures = [image["c"][2][0] for image in tree.nodes(title, "Image")]
            empty += not pictures
            found.add(
                ChapterError(
                    "a heading has no words" + (": a picture is no title" if pictures else ""),
                    _place_of_empty(page, pictures, empty),
                    "write its words, or remove it",
                )
            )
        if level > before + 1:
            words = tree.plain(title)
            found.add(
                ChapterError(
                    f"the heading “{words}” skips from level {before} to level {level}",
                    page.source.location_of(rf"^#+\s+{re.escape(words[:20])}"),
                    f"give it the level {before + 1}",
                )
            )
        before = level


def _check_links(page: Page, found: Mistakes) -> None:
    for node in tree.nodes(page.blocks, "Link"):
        words = tree.plain(node["c"][1]).strip()
        if words.casefold().rstrip(".") in _EMPTY_NAMES:
            found.add(
                ChapterError(
                    f"the link “{words}” doesn't say where it leads",
                    page.source.location_of(rf"\[{re.escape(words)}\]"),
                    "describe what it leads to",
                )
            )


def _check_tables(page: Page, found: Mistakes) -> None:
    for node in tree.nodes(page.blocks, "Table"):
        _, _, _, (_, heads), bodies, _ = node["c"]
        if any(tree.plain(cell[4]).strip() for _, cells in heads for cell in cells):
            continue
        rows = [cells for _, _, _, body in bodies for _, cells in body]
        words = next((tree.plain(cell[4]).strip() for cells in rows for cell in cells), "")
        found.add(
            ChapterError(
                f"the table that begins with “{words}” has no headings",
                page.source.location_of(re.escape(words[:20])) if words else None,
                "give each of its columns one",
            )
        )


def _place_of_empty(page: Page, pictures: list[str], count: int) -> Location:
    """Return the location of an empty heading: that of its image, or of the `count`-th one."""
    if pictures:
        return page.source.location_of(re.escape(pictures[0].rpartition("/")[2]))
    lines = [one for one in page.source if re.fullmatch(r"#+\s*(?:\{[^}]*\}\s*)?", one.text)]
    return lines[count - 1].location if len(lines) >= count else Location(page.path)

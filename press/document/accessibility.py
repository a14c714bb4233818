"""What an accessible PDF asks of a chapter, found before Typst refuses it, with its place."""

from __future__ import annotations

import re

from press.document import tree
from press.document.page import Page
from press.errors import ChapterError
from press.mistakes import Mistakes


def check_accessible(page: Page, found: Mistakes) -> None:
    """Note images without an alternative text and headings that skip a level."""
    for node in tree.nodes(page.blocks, "Image"):
        attr, words, (address, _) = node["c"]
        given = dict(attr[2])
        if not (given.get("fig-alt") or given.get("alt") or tree.plain(words).strip()):
            name = address.rpartition("/")[2]
            found.add(
                ChapterError(
                    f"the image {name} has no alternative text",
                    page.source.place_of(re.escape(name)),
                    'write one: `{fig-alt="what it shows"}`',
                )
            )
    before = 1
    for node in tree.nodes(page.blocks, "Header"):
        level, _, title = node["c"]
        if level > before + 1:
            words = tree.plain(title)
            found.add(
                ChapterError(
                    f"the heading “{words}” skips from level {before} to level {level}",
                    page.source.place_of(rf"^#+\s+{re.escape(words[:20])}"),
                    f"give it the level {before + 1}",
                )
            )
        before = level

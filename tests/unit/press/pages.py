"""A page of the press, read from the Markdown of a test."""

from __future__ import annotations

from press.blocks.conditional import Circumstances
from press.chapter.chapter import Chapter, title_of
from press.chapter.source import source_of
from press.document.page import Page, read_page
from press.errors import Location, Mistakes
from press.project.project import Entry
from press.project.yaml import Settings

ENTRY = Entry("chapter", "one.qmd", None, 0, False, Location("_quarto.yml", 6))


def page(
    markdown: str, base: str = "html", found: Mistakes | None = None, **options: object
) -> Page:
    title = title_of("One", Location("one.qmd", 1))
    chapter = Chapter(ENTRY, "one.qmd", Settings({"title": "One"}), (), title)
    return read_page(
        chapter, source_of(markdown, "one.qmd"), options, Circumstances(base), found or Mistakes()
    )

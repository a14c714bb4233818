"""Write an executed book in each of its formats."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal

from press.blocks.conditional import Circumstances
from press.blocks.formulas import check_formulas
from press.chapter.book import Book, chapter_numbers
from press.chapter.cells import check_cell
from press.chapter.chapter import Chapter
from press.chapter.manuscript import manuscript
from press.chapter.shortcodes import Values, resolve_shortcodes, title_markdown
from press.chapter.source import Line, Source
from press.document.accessibility import check_accessible
from press.document.citations import is_sources_page
from press.document.crossref import Wording, wording
from press.document.links import anchors_of
from press.document.page import Page, html_path, is_home, number_page, read_page
from press.document.preparation import Ready, make_ready
from press.document.tree import Node
from press.errors import Location, Mistakes, ProjectError, TypesettingError
from press.guard.guard import lost_in_pages, lost_in_print
from press.html.book import html_files, write_files, write_html
from press.html.header_includes import Added, added_html, included
from press.html.page_cache import cache_pages, cached_pages, page_keys
from press.lua.filters import filtered, filters_of
from press.lua.running import Asked, Surroundings
from press.lua.shortcodes import LuaShortcodes, shortcode_files
from press.pdf.book import compile_pdf, with_place, write_typst
from press.pdf.missing_characters import check_letters
from press.pdf.pdf_cache import cached_pdf
from press.project.extension import read_extension
from press.project.options import chapter_options, execute_options
from press.project.project import Project
from press.project.resources import Resources
from press.project.unsupported import check_page
from press.project.yaml import Settings
from press.run.outputs import hosts_in
from press.run.pictures import Figures
from press.run.results import ExecutedChapter


def with_cover(source: Source, settings: Settings) -> Source:
    """Insert the book's cover image, if it has one, at the start of the home page."""
    image = settings.get("book", "cover-image")
    if not image:
        return source
    title = str(settings.get("book", "title", default="")).replace('"', '\\"')
    alt = settings.get("book", "cover-image-alt")
    words = f' fig-alt="{alt}"' if alt else ""
    text = f'![](/{str(image).lstrip("/")} "{title}"){{.quarto-cover-image .nolightbox{words}}}'
    if "://" in str(image):
        text = text.replace("(/", "(", 1)
    place = settings.location("book", "cover-image") or Location("_quarto.yml")
    return Source((Line(text, place), Line("", place), *source.lines))


class NumberedPages:
    """The numbered pages of earlier builds by the same process, to write a book again.

    Parameters
    ----------
    pages
        By path of its chapter, everything that a page rests on, and the page.
    """

    def __init__(self) -> None:
        self.pages: dict[str, tuple[Sequence[object], Page]] = {}

    def get(self, path: str, rests_on: Sequence[object]) -> Page | None:
        """Return a page that rests on the same; None if there is none."""
        known, page = self.pages.get(path, (None, None))
        # What writes a page replaces its fields, and changes none of their values.
        return copy(page) if page is not None and known == rests_on else None

    def keep(self, page: Page, rests_on: Sequence[object]) -> None:
        """Keep a page as it is now."""
        anchors_of(page)
        is_sources_page(page)
        self.pages[page.path] = (rests_on, copy(page))


@dataclass
class Edition:
    """An executed book, ready to be written."""

    book: Book
    executed: tuple[ExecutedChapter, ...]
    found: Mistakes
    environment: Mapping[str, str]
    losses: list[str] = field(default_factory=list)
    numbered: NumberedPages | None = None

    def take(self, found: Mistakes, losses: Sequence[str]) -> None:
        """Record what was found while another format was written from the same chapters."""
        for warning in found.warnings:
            self.found.warn(warning)
        for mistake in found.found:
            self.found.add(mistake)
        self.losses += losses

    def pages(self, base: str, resources: Resources) -> list[Page]:
        """Return the pages of a format, with numbers assigned."""
        drawn: dict[str, bytes] = {}
        numbers = chapter_numbers(self.book)
        words = wording(self.book.project.options(base))
        pages = []
        for executed in self.executed:
            page, files = self._page(executed, base, numbers[executed.chapter.path], words)
            pages.append(page)
            drawn |= files
        resources.drawn = drawn
        return pages

    def _page(
        self, executed: ExecutedChapter, base: str, number: str, words: Wording
    ) -> tuple[Page, dict[str, bytes]]:
        """Return a chapter as a numbered page, and the files that its cells and filters created."""
        noted = self.found.count
        chapter, project = executed.chapter, self.book.project
        options = chapter_options(project, chapter, base)
        figures = Figures(
            f"{Path(chapter.path).stem}_files/figure-{base}",
            to_root="../" * chapter.path.count("/"),
        )
        defaults = execute_options(project, chapter, base)
        source = manuscript(executed, defaults, base, figures, self.found)
        if base == "html" and is_home(chapter.path):
            source = with_cover(source, project.settings)
        for cell in chapter.cells:
            check_cell(cell, self.found)
        asked = Asked()
        values = self._values(chapter, options, number, base, asked)
        source = resolve_shortcodes(source, values, self.found)
        given = Circumstances(base, project.profiles, values.metadata)
        folder = Path(chapter.path).parent
        apply = self._filter(chapter, options, base, asked)
        drawn = {(folder / path).as_posix(): data for path, data in figures.files.items()}
        rests_on = [chapter.entry, chapter.title, source, dict(options), given, number, words]
        known = self.numbered.get(chapter.path, rests_on) if self.numbered is not None else None
        if known is not None:
            return known, drawn
        page = read_page(chapter, source, options, given, self.found, apply)
        number_page(page, number, words)
        check_page(page, self.found)
        for line in asked.said:
            self.found.warn(line)
        if base == "html":
            name = project.format("html").name
            own = included(project.root, project.root / folder, chapter.front, name)
            page.added = own + asked.added
        plain = not apply and page.added == Added() and not figures.scripts and not asked.files
        if self.numbered is not None and base == "html" and plain and self.found.count == noted:
            self.numbered.keep(page, rests_on)
        return page, drawn | figures.scripts | asked.files

    def _filter(
        self, chapter: Chapter, options: Mapping[str, Any], base: str, asked: Asked
    ) -> Callable[[Node], Node] | None:
        """Return a function that applies a chapter's Lua filters; None if it has none."""
        filters = filters_of(self.book.project, chapter, base)
        if not filters:
            return None
        around = self._around(chapter, base)
        return lambda document: filtered(document, filters, around, options, asked)

    def _around(self, chapter: Chapter, base: str) -> Surroundings:
        return Surroundings(self.book.project.root, chapter.path, html_path(chapter.path), base)

    def _values(
        self, chapter: Chapter, options: Mapping[str, Any], number: str, base: str, asked: Asked
    ) -> Values:
        metadata = dict(options)
        if chapter.title is not None:
            words = wording(options)
            before = words.appendix_heading(number) if chapter.entry.appendix else ""
            metadata["title"] = title_markdown(chapter.title, number, before)
        environment = {**os.environ, **self.environment}
        own = None
        if self._shortcodes:
            own = LuaShortcodes(self._around(chapter, base), metadata, self._shortcodes, asked)
        return Values(metadata, self.book.variables, environment, own)

    @cached_property
    def _shortcodes(self) -> tuple[Path, ...]:
        settings = self.book.project.settings
        place = settings.location("shortcodes")
        return shortcode_files(self.book.project.root, settings.get("shortcodes"), place)

    def ready(self, base: Literal["html", "typst"], files: Resources) -> Ready:
        """Return the pages of a format ready to be written, and record their mistakes."""
        return self._ready(base, files, self.pages(base, files))

    def _ready(
        self,
        base: Literal["html", "typst"],
        files: Resources,
        pages: list[Page],
        only: Collection[str] | None = None,
    ) -> Ready:
        for page in pages:
            if only is not None and page.path not in only:
                continue
            check_formulas([page.title, page.blocks], page.source, self.found)
        if base == "typst" and "ua-1" in self.standards():
            for page in pages:
                check_accessible(page, self.found)
        return make_ready(self.book.project, pages, base, files, self.found, only)

    def standards(self) -> list[str]:
        """Return the PDF standards that the document must conform to."""
        project = self.book.project
        extension = read_extension(project, project.format("typst"))
        given = {**extension.options, **project.options("typst")}.get("pdf-standard") or []
        return [str(name) for name in (given if isinstance(given, list) else [given])]

    def html(self, out: Path) -> tuple[str, ...]:
        """Write the HTML pages and return their paths."""
        project, files = self.book.project, Resources(self.book.project.root)
        pages = self.pages("html", files)
        keys = page_keys(project, pages)
        known = cached_pages(keys, files)
        new = [page for page in pages if page.path not in known]
        noted = self.found.count
        ready = self._ready("html", files, pages, [page.path for page in new])
        written = write_html(project, ready, known)
        clean = self.found.count == noted
        for page in pages:
            self._warn_of_hosts(page)
        self.found.stop()
        lost = lost_in_pages(new, {page.html: written[page.path].text for page in new})
        self.losses += lost
        if clean and not lost:
            cache_pages(keys, written, ready.files)
        write_files(html_files(pages, written), out)
        files.write(out)
        return tuple(page.html for page in pages)

    def _warn_of_hosts(self, page: Page) -> None:
        """Warn if HTML included by the author loads scripts or styles from another host."""
        added = added_html(self.book.project) + page.added
        for host in hosts_in(added.header + added.before + added.after):
            self.found.warn(
                f"{page.path}: the HTML included in the page loads from {host} when it opens"
            )

    def pdf(self, out: Path, folder: Path, timestamp: int | None, fonts: Sequence[Path]) -> str:
        """Write the PDF and return its path."""
        project = self.book.project
        extension = read_extension(project, project.format("typst"))
        files = Resources(project.root)
        ready = self.ready("typst", files)
        text = write_typst(project, ready, extension, files)
        fonts = [*fonts, *_font_folders(project)]
        check_letters(ready.pages, fonts, self.found)
        self.found.stop()
        folder.mkdir()
        files.write(folder)
        asked = text, folder, self.standards(), timestamp, fonts
        noted = self.found.count
        try:
            pdf = cached_pdf(
                *asked,
                partial(compile_pdf, *asked, self.found),
                clean=lambda: self.found.count == noted,
            )
        except TypesettingError as error:
            raise with_place(error, ready.pages) from None
        self.losses += lost_in_print(ready.pages, pdf)
        name = f"{project.pdf_name}.pdf"
        (out / name).write_bytes(pdf)
        return name


def _font_folders(project: Project) -> list[Path]:
    """Return the font folders given by the option `font-paths`."""
    given = project.options("typst").get("font-paths") or []
    names = given if isinstance(given, list) else [given]
    folders = [project.root / str(name).lstrip("/") for name in names]
    for folder, name in zip(folders, names, strict=True):
        if not folder.is_dir():
            place = project.settings.location("format", project.format("typst").name, "font-paths")
            raise ProjectError(f"there is no folder {name}", place, "correct its name")
    return folders

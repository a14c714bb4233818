"""Reject options that the press does not support and values of the wrong type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from press.document import tree
from press.document.languages import is_known
from press.document.page import Page
from press.errors import (
    ChapterError,
    Location,
    Mistakes,
    PressError,
    ProjectError,
    UnsupportedError,
)
from press.html.header_includes import OPTIONS, is_for_pages
from press.project.yaml import Settings

# Options of the project, a format or a chapter that change the content of a book.
REFUSED: dict[tuple[str, ...], str | None] = {
    ("manuscript",): "a manuscript",
    ("knitr",): "the knitr engine",
    ("shift-heading-level-by",): "shifted headings",
    ("number-offset",): "numbers that start elsewhere",
    ("include-in-header",): "included text around the pages",
    ("include-before-body",): "included text around the pages",
    ("include-after-body",): "included text around the pages",
    ("header-includes",): "included text around the pages",
    ("include-before",): "included text around the pages",
    ("include-after",): "included text around the pages",
    ("template",): "a custom template",
    ("cite-method",): "another way of citing",
    ("crossref", "custom"): "custom kinds of cross-reference",
    ("crossref", "chapters"): "numbers without chapters",
    ("from",): "another reader of Markdown",
    ("tab-stop",): "another width of tabs",
    ("preserve-tabs",): "tabs that stay tabs",
    ("indented-code-classes",): "classes of indented code",
    ("abbreviations",): "custom abbreviations",
    ("identifier-prefix",): "a prefix of identifiers",
    ("links-as-notes",): "links printed as notes",
    ("citation-abbreviations",): "abbreviated citations",
    ("link-bibliography",): "a bibliography without links",
    ("ipynb-filters",): "filters of notebooks",
    ("lof",): "a list of figures",
    ("lot",): "a list of tables",
    ("project", "pre-render"): None,
    ("project", "post-render"): None,
}
# Values of these that match what the press does anyway.
_PLAIN = (
    ("reference-location", "document"),
    ("from", "markdown"),
    ("html-math-method", "mathml"),
    ("toc-expand", True),
)
# Metadata that a page would show besides its title, authors, date and abstract.
_STATED = "what a page states about itself beyond title, authors, date and abstract"
_LOOKS = "the press itself determines how pages look and behave"
# Options for the appearance or discovery of pages, or for content next to their text.
PASSED_OVER: dict[tuple[str, ...], str] = {
    ("website",): "what a website has in addition to a book's pages",
    ("book", "repo-url"): "links to a repository",
    ("book", "repo-actions"): "links to a repository",
    ("book", "downloads"): "links to the other formats",
    ("book", "sharing"): "links for sharing",
    ("book", "favicon"): "the icon",
    ("book", "navbar"): "the navigation bar",
    ("book", "sidebar"): "the side navigation",
    ("book", "page-footer"): "the footer",
    ("book", "announcement"): "an announcement",
    ("book", "comments"): "comments of readers",
    ("book", "doi"): _STATED,
    ("project", "resources"): "files that no chapter links",
    ("execute", "cache"): "the cache: every build executes every chapter",
    ("execute", "freeze"): "frozen results: every build executes every chapter",
    ("citation-location",): "sources are in the list of sources",
    ("reference-location",): "notes are at the end of a page, or at the foot of a sheet",
    ("css",): "a style sheet of one chapter",
    ("resources",): "files that no chapter links",
    **{
        (name,): _STATED
        for name in (
            "appendix-cite-as", "categories", "citation", "copyright", "date-modified", "doi",
            "funding", "keywords", "license", "subject", "thanks",
        )
    },
    **{
        (name,): _LOOKS
        for name in (
            "anchor-sections", "appendix-style", "backgroundcolor", "body-classes", "brand",
            "code-block-bg", "code-block-border-left", "code-copy", "code-link", "code-tools",
            "codefont", "columns", "comments", "document-css", "email-obfuscation",
            "embed-resources", "fontcolor", "fontsize", "grid", "highlight-style",
            "html-math-method", "lightbox", "linestretch", "link-external-filter",
            "link-external-icon", "link-external-newwindow", "linkcolor", "mainfont", "margin",
            "mathfont", "max-width", "monofont", "page-layout", "papersize", "self-contained",
            "smooth-scroll", "syntax-highlighting", "theme", "title-block-banner",
            "title-block-style", "toc-expand", "toc-location",
        )
    },
}  # fmt: skip
_CLASSES = {
    "panel-input": "panels for input",
    "panel-sidebar": "panels at the side",
    "panel-fill": "panels that fill the page",
}


def check_settings(settings: Settings) -> None:
    """Raise an error for an unsupported option of the project or a chapter."""
    language = settings.get("lang")
    own = settings.get("language") is not None
    if language is not None and not is_known(language) and not own:
        raise UnsupportedError(
            f"`lang: {language}`: the press has no words for Figure, Table and Chapter",
            settings.location("lang"),
            "give them below `language:`, by Quarto's names: `crossref-fig-title: …`",
        )
    for path, value in _given(settings, REFUSED):
        name, what = _option(path), REFUSED[_option(path)]
        if what is None or (name[-1] == "chapters" and value is True):
            continue
        if (name[0], value) in _PLAIN:
            continue
        if name[0] in OPTIONS and (path[:2] == ("format", "html") or is_for_pages(value)):
            continue
        raise UnsupportedError(
            f"`{': '.join(path)}`: the press has no support for {what}",
            settings.location(*path),
            "leave it out, or render with Quarto",
        )
    _check_engine(settings)


def _check_engine(settings: Settings) -> None:
    engine = settings.get("engine", default="jupyter")
    kernel = settings.get("jupyter", default="python3")
    if isinstance(kernel, dict):
        kernel = kernel.get("kernel", kernel.get("kernelspec", {}).get("name", "python3"))
    for key, value, known in (
        ("engine", engine, ("jupyter", "markdown")),
        ("jupyter", kernel, ("python3", "python")),
    ):
        if value not in known and value is not True:
            raise UnsupportedError(
                f"`{key}: {value}`: the press runs only Python",
                settings.location(key),
                "leave it out, or render with Quarto",
            )


def _given(
    settings: Settings, wanted: Mapping[tuple[str, ...], object]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the options that are set at the top level or under a format of the press."""
    formats = settings.get("format", default={})
    names = [name for name in formats if _is_made(name)] if isinstance(formats, dict) else []
    for start in ((), *(("format", name) for name in names)):
        for path in wanted:
            value = settings.get(*start, *path)
            if value not in (None, False):
                yield (*start, *path), value


def _option(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return the path of an option without the format that it is set under."""
    return path[2:] if path[0] == "format" else path


def _is_made(name: str) -> bool:
    return name in ("html", "typst") or name.endswith(("-html", "-typst"))


def ignored_options(settings: Settings, *, of_chapter: bool = False) -> list[str]:
    """Return a warning for every option that the press ignores without changing the content."""
    out = []
    for path, value in _given(settings, PASSED_OVER):
        if path[-1] == "css" and not of_chapter:
            continue
        if value != "default" and (path[-1], value) not in _PLAIN:
            name, what = ": ".join(path), PASSED_OVER[_option(path)]
            out.append(f"{settings.location(*path)}: `{name}` is not obeyed ({what})")
    for key in ("search", "page-navigation"):
        if settings.get("book", key) is False:
            place = settings.location("book", key)
            out.append(f"{place}: `book: {key}: false` has no effect: every page has it")
    for at in ((), ("format", "html")):
        style = settings.get(*at, "code-annotations")
        if style in ("hover", "select"):
            place = settings.location(*at, "code-annotations")
            out.append(f"{place}: `code-annotations: {style}`: notes are placed below their code")
    formats = settings.get("format", default={})
    for name in formats if isinstance(formats, dict) else [formats]:
        if not _is_made(str(name)):
            place = settings.location("format", str(name))
            out.append(f"{place}: the press makes no {name}; its PDF is made by Typst")
    return out


def check_page(page: Page, found: Mistakes) -> None:
    """Record every div of a chapter that the press would render differently from Quarto."""
    for node in tree.nodes(page.blocks, "Div"):
        name, marks = tree.identifier(node), tree.classes(node)
        what = next((_CLASSES[mark] for mark in marks if mark in _CLASSES), None)
        if what is not None:
            _refuse(page, name or marks[0], what, found)


def _refuse(page: Page, name: str, what: str, found: Mistakes) -> None:
    found.add(
        UnsupportedError(
            f"{name}: the press has no support for {what}",
            page.source.location_of(re.escape(name)),
            "write it in another way, or render with Quarto",
        )
    )


_WHOLE = ("toc-depth", "number-depth")
_MAPPINGS = ("execute", "crossref")
_CHOICES = {"code-fold": ("true", "false", "show")}


def check_values(settings: Settings, *, of_chapter: bool = False) -> None:
    """Raise an error for an option of the project or a chapter with a value of the wrong type."""
    formats = settings.get("format", default={})
    names = list(formats) if isinstance(formats, dict) else []
    if not isinstance(formats, dict | str):
        raise _wrong(settings, ("format",), formats, "a format, or a mapping", of_chapter)
    for start in ((), *(("format", name) for name in names)):
        for key in _WHOLE:
            value = settings.get(*start, key)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
                raise _wrong(settings, (*start, key), value, "a whole number", of_chapter)
        for key, choices in _CHOICES.items():
            value = settings.get(*start, key)
            if value is not None and str(value).lower() not in choices:
                wanted = f"{', '.join(choices[:-1])} or {choices[-1]}"
                raise _wrong(settings, (*start, key), value, wanted, of_chapter)
        for key in _MAPPINGS:
            value = settings.get(*start, key)
            if value not in (None, False) and not isinstance(value, dict):
                raise _wrong(settings, (*start, key), value, "a mapping of options", of_chapter)


def _wrong(
    settings: Settings, path: tuple[str, ...], value: object, wanted: str, of_chapter: bool
) -> PressError:
    error = ChapterError if of_chapter else ProjectError
    place = settings.location(*path) or Location("_quarto.yml")
    return error(f"`{': '.join(path)}` has the value {value!r}", place, f"write {wanted}")

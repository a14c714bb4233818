"""Constructs of Quarto that the press has not: refused by name, never silently different."""

from __future__ import annotations

import re

from press import tree
from press.errors import UnsupportedError
from press.mistakes import Mistakes
from press.page import Page
from press.project import Project
from press.settings import Settings

# Options of project or chapter that change what a book says.
REFUSED = {
    ("manuscript",): "a manuscript",
    ("website",): "a website",
    ("knitr",): "the knitr engine",
    ("filters",): "filters outside a format extension",
    ("shortcodes",): "shortcodes of extensions",
    ("shift-heading-level-by",): "shifted headings",
    ("include-in-header",): "included text around the pages",
    ("include-before-body",): "included text around the pages",
    ("include-after-body",): "included text around the pages",
    ("format", "typst", "include-in-header"): "included text around the pages",
    ("format", "typst", "include-before-body"): "included text around the pages",
    ("format", "typst", "include-after-body"): "included text around the pages",
    ("template",): "a template of its own",
    ("language",): "words of its own for figures and the like",
    ("citation-location",): "citations in the margin",
    ("reference-location",): "notes in the margin or after a section",
    ("cite-method",): "another way of citing",
    ("crossref", "custom"): "kinds of cross-reference of its own",
    ("crossref", "chapters"): "numbers without chapters",
    ("project", "pre-render"): None,
    ("project", "post-render"): None,
}
# Options that only concern how pages look or are found, which is the press's own affair.
PASSED_OVER = {
    ("book", "repo-url"): "links to a repository",
    ("book", "repo-actions"): "links to a repository",
    ("book", "downloads"): "links to the other formats",
    ("book", "sharing"): "links for sharing",
    ("book", "favicon"): "the icon",
    ("book", "navbar"): "the navigation bar",
    ("book", "sidebar"): "the side navigation",
    ("book", "page-footer"): "the footer",
    ("execute", "cache"): "the cache: every build executes every chapter",
    ("execute", "freeze"): "frozen results: every build executes every chapter",
    ("css",): "style sheets of its own",
}
_THEOREMS = ["thm", "lem", "cor", "prp", "cnj", "def", "exm", "exr", "sol", "rem", "alg"]
_CALLOUTS = ["nte", "tip", "wrn", "imp", "cau"]
_CLASSES = {
    "panel-input": "panels for input",
    "panel-sidebar": "panels at the side",
    "panel-fill": "panels that fill the page",
    "proof": "proofs",
    "solution": "solutions",
    "remark": "remarks",
}


def check_settings(settings: Settings) -> None:
    """Raise for an option that the press does not obey."""
    language = settings.get("lang")
    if language is not None and str(language).partition("-")[0] != "en":
        raise UnsupportedError(
            f"`lang: {language}`: the press says Figure, Table and Chapter in English alone",
            settings.place("lang"),
            "render with Quarto",
        )
    if settings.get("execute", "enabled") is False:
        raise UnsupportedError(
            "`execute: enabled: false`: the press executes every chapter",
            settings.place("execute", "enabled"),
            "write `eval: false`, or render with Quarto",
        )
    if settings.get("engine", default="jupyter") != "jupyter":
        raise UnsupportedError(
            f"`engine: {settings.get('engine')}`: the press has the engine jupyter alone",
            settings.place("engine"),
            "leave it out, or render with Quarto",
        )
    for path, what in REFUSED.items():
        value = settings.get(*path)
        if what is None or value in (None, False) or (path[-1] == "chapters" and value is True):
            continue
        if path == ("reference-location",) and value in ("document", "section"):
            continue
        raise UnsupportedError(
            f"`{': '.join(path)}`: the press has no support for {what}",
            settings.place(*path),
            "leave it out, or render with Quarto",
        )


def passed_over(project: Project) -> list[str]:
    """Return a line for every option that the press does not obey and need not."""
    out = []
    for path, what in PASSED_OVER.items():
        value = project.settings.get(*path)
        if value not in (None, False):
            place = project.settings.place(*path)
            out.append(f"{place}: `{': '.join(path)}` is not obeyed ({what})")
    return out


def check_page(page: Page, found: Mistakes) -> None:
    """Note every division of a chapter that the press would print otherwise than Quarto."""
    for node in tree.nodes(page.blocks, "Div"):
        name, marks = tree.identifier(node), tree.classes(node)
        prefix = name.partition("-")[0] if "-" in name else ""
        what = next((_CLASSES[mark] for mark in marks if mark in _CLASSES), None)
        if prefix in _THEOREMS:
            what = "theorems and their like"
        if what is not None:
            _refuse(page, name or marks[0], what, found)
    for node in tree.nodes(page.blocks, "Callout"):
        name = str(node["c"]["id"])
        if name.partition("-")[0] in _CALLOUTS and "-" in name:
            _refuse(page, name, "callouts with a number", found)


def _refuse(page: Page, name: str, what: str, found: Mistakes) -> None:
    found.add(
        UnsupportedError(
            f"{name}: the press has no support for {what}",
            page.source.place_of(re.escape(name)),
            "write it in another way, or render with Quarto",
        )
    )

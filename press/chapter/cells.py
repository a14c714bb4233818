"""Parse code cells and check their options."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from press.chapter.source import Line, Source
from press.errors import ChapterError, Location, Mistakes, PressError, UnsupportedError
from press.project.yaml import parse_settings

_START = re.compile(r"^(\s*)(`{3,})\s*\{([=A-Za-z]+)( *[ ,].*)?\}\s*$")
# Languages that Quarto executes; the press runs Python and draws diagrams. Others are plain text.
_RUN = ("python", "r", "julia", "ojs", "mermaid", "dot")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
# Prefix of an option line, by language.
_OPTION = {
    "python": re.compile(r"^#[ \t]*\| ?"),
    "dot": re.compile(r"^//[ \t]*\| ?"),
    "mermaid": re.compile(r"^%%[ \t]*\| ?"),
}
DIAGRAMS = {"dot": "dot", "mermaid": "mmdc"}
"""Program that draws the diagrams of each language, if it is installed."""
_TRUTH = (True, False)
_CHOICES: dict[str, tuple[Any, ...]] = {
    "echo": (True, False, "fenced"),
    "eval": _TRUTH,
    "include": _TRUTH,
    "warning": _TRUTH,
    "error": _TRUTH,
    "output": (True, False, "asis"),
    "code-fold": (True, False, "show"),
    "code-overflow": ("scroll", "wrap"),
    "fig-align": ("left", "right", "center", "default"),
    "fig-format": ("retina", "png", "jpeg", "svg"),
    "ipynb-shell-interactivity": ("all", "last", "last_expr", "none", "last_expr_or_assign"),
}
_NUMBERS = ("fig-width", "fig-height", "fig-dpi")
_BLOCK_TAG = re.compile(
    r"</?(?:script|style|div|p|table|ul|ol|pre|section|h[1-6]|hr|iframe|form|video)\b[^>]*>?", re.I
)
_TEXTS = ("label", "tbl-cap", "lst-cap", "lst-label", "code-summary", "filename", "column")
# Options that control how a cell runs or prints; any other becomes an attribute of the cell.
OBEYED = frozenset((
    "label", "echo", "eval", "include", "output", "warning", "error", "fig-cap", "fig-subcap",
    "fig-alt", "fig-scap", "fig-link", "fig-align", "fig-env", "fig-pos", "fig-width",
    "fig-height", "fig-format", "fig-dpi", "fig-column", "tbl-column", "cap-location",
    "fig-cap-location", "tbl-cap-location", "lst-cap", "lst-label", "code-fold", "code-summary",
    "code-overflow", "code-line-numbers", "classes", "column", "tags", "id", "panel", "collapsed",
    "scrolled", "name", "message", "results", "out-width", "out-height", "lines_to_next_cell",
    "slideshow", "html-table-processing",
))  # fmt: skip
# These become attributes too, and take effect as such.
KNOWN = OBEYED | {
    "tbl-cap", "tbl-subcap", "filename", "layout", "layout-ncol", "layout-nrow", "layout-align",
    "layout-valign", "cache", "freeze", "file", "renderings", "tbl-colwidths", "lst-cap-location",
}  # fmt: skip
_REFUSED = {
    "cache": "a cache of cells",
    "freeze": "frozen results",
    "file": "a cell's source in another file",
    "panel": "panels made by a cell",
    "renderings": "renderings for light and dark",
}


@dataclass(frozen=True)
class Cell:
    """One executable cell.

    Parameters
    ----------
    options
        Its own options, under the names that Quarto documents.
    option_lines
        The option lines, as written.
    source
        The code below the options.
    location
        The line of its opening fence.
    first_line
        Line number of the first line of `source`.
    indent
        White space before the fence (a cell in a list).
    option_locations
        The location of each option.
    beside
        Text after the language on its fence, which has no effect.
    stored
        In a notebook, its saved outputs and execution count; None for a cell to be executed.
    language
        ``"python"``, or the language of a diagram.
    """

    options: dict[str, Any]
    option_lines: tuple[str, ...]
    source: str
    location: Location
    first_line: int
    indent: str = ""
    option_locations: dict[str, Location] = field(default_factory=dict)
    beside: str = ""
    stored: tuple[tuple[dict[str, Any], ...], int | None] | None = None
    language: str = "python"

    @property
    def label(self) -> str | None:
        """Its label, or None."""
        label = self.options.get("label")
        return str(label) if label is not None else None


@dataclass(frozen=True)
class Prose:
    """A run of lines between cells."""

    source: Source


def split_cells(source: Source) -> tuple[Prose | Cell, ...]:
    """Split a chapter into prose and cells, in order.

    A fence inside another fence is text. A cell in another language that Quarto runs is rejected.
    """
    parts: list[Prose | Cell] = []
    prose: list[Line] = []
    lines = list(source)
    at = 0
    while at < len(lines):
        start = _START.match(lines[at].text)
        if start is None or start.group(3).lower() not in _RUN:
            fence = _FENCE.match(lines[at].text)
            end = _closing(lines, at, fence.group(1)) if fence else at
            prose += lines[at : end + 1]
            at = end + 1
            continue
        end = _closing(lines, at, start.group(2))
        if end == len(lines):
            raise ChapterError(
                "the cell has no end", lines[at].location, f"close it with a line {start.group(2)}"
            )
        if prose:
            parts.append(Prose(Source(tuple(prose))))
            prose = []
        parts.append(_cell(lines[at : end + 1], start))
        at = end + 1
    if prose:
        parts.append(Prose(Source(tuple(prose))))
    return tuple(parts)


def _closing(lines: list[Line], start: int, fence: str) -> int:
    """Return the index of the line that closes a fence; the number of lines if none does."""
    closing = re.compile(rf"^\s*{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    for at in range(start + 1, len(lines)):
        if closing.match(lines[at].text):
            return at
    return len(lines)


def python_cell(
    lines: tuple[Line, ...], outputs: tuple[dict[str, Any], ...], count: int | None
) -> Cell:
    """Return a notebook cell from its lines, saved outputs and execution count."""
    place = lines[0].location
    start = _START.match("```{python}")
    assert start is not None
    return replace(
        _cell([Line("", place), *lines, Line("", place)], start), stored=(outputs, count)
    )


def _cell(lines: list[Line], start: re.Match[str]) -> Cell:
    indent, _, language, rest = start.groups()
    place = lines[0].location
    language = language.lower() if language.lower() in DIAGRAMS else language
    _check_language(language, place)
    body = lines[1:-1] if len(lines) > 1 else []
    # As in Quarto, blank lines at the start of a cell are ignored.
    while len(body) > 1 and not body[0].text.strip():
        body = body[1:]
    taken = 0
    marked = _OPTION[language]
    while taken < len(body) and marked.match(body[taken].text.removeprefix(indent)):
        taken += 1
    options, places = _options(body[:taken], indent, marked)
    if language in DIAGRAMS:  # as in Quarto, its code is shown only on request
        options.setdefault("echo", False)
    code = "\n".join(line.text.removeprefix(indent) for line in body[taken:])
    first = body[taken].location.line if taken < len(body) else place.line
    cell = Cell(
        options,
        tuple(line.text.removeprefix(indent) for line in body[:taken]),
        code,
        place,
        first,
        indent,
        places,
        (rest or "").strip(),
        language=language,
    )
    _check(cell)
    return cell


def _check_language(language: str, place: Location) -> None:
    """Raise an error for a cell in a language that cannot be executed or drawn here."""
    program = DIAGRAMS.get(language)
    if language == "python" or (program and shutil.which(program)):
        return
    raise UnsupportedError(
        f"a cell of the language {language}",
        place,
        f"install {program}, which draws it, or put the picture into the project"
        if program
        else "write it in Python, or render with Quarto",
    )


def _options(
    lines: list[Line], indent: str, marked: re.Pattern[str]
) -> tuple[dict[str, Any], dict[str, Location]]:
    if not lines:
        return {}, {}
    text = "\n".join(marked.sub("", line.text.removeprefix(indent)) for line in lines)
    first = lines[0].location
    settings = parse_settings(text, first.file, first.line, ChapterError)
    places = {str(path[0]): place for path, place in settings.locations.items() if len(path) == 1}
    return settings.values, places


def _check(cell: Cell) -> None:
    check_options(cell.options, cell.option_locations, cell.location)
    if cell.label is not None and re.search(r"\s", cell.label):
        raise ChapterError(
            f"the label {cell.label!r} has a space in it",
            cell.option_locations["label"],
            "join its words with hyphens",
        )


def check_cell(cell: Cell, found: Mistakes) -> None:
    """Record mistakes in a cell's captions and classes, and warn of options without effect."""
    if cell.beside:
        found.warn(
            f"{cell.location}: `{cell.beside}` next to the fence is ignored, as in Quarto; "
            "write each option as a line `#| name: value` in the cell"
        )
    for name in cell.options:
        if name.lower() not in KNOWN:
            found.warn(
                f"{cell.option_locations[name]}: no cell option has the name `{name}`; "
                "it becomes an attribute of the cell"
            )
    if "cap-location" in cell.options and "fig-cap-location" not in cell.options:
        found.warn(
            f"{cell.option_locations['cap-location']}: `cap-location` has no effect in a cell, as "
            "in Quarto; write `fig-cap-location` or `tbl-cap-location`"
        )
    for name in ("fig-cap", "tbl-cap", "lst-cap", "fig-subcap", "tbl-subcap"):
        block = _BLOCK_TAG.search(str(cell.options.get(name, "")))
        if block:
            found.add(
                ChapterError(
                    f"the {block[0]} in {name} ends the caption: what follows it is lost",
                    cell.option_locations[name],
                    "write a caption of words; emphasis, code and math are Markdown",
                )
            )
    given = cell.options.get("classes")
    if isinstance(given, str) and re.search(r"\s", given.strip()):
        found.add(
            ChapterError(
                f"cell option `classes` has two words in one text: {given}",
                cell.option_locations["classes"],
                "write a list: `classes: [one, two]`",
            )
        )


def check_options(
    options: dict[str, Any],
    places: dict[str, Location],
    fallback: Location,
    error: type[PressError] = ChapterError,
) -> None:
    """Raise an error for an option value that Quarto rejects or the press does not support."""
    for name, value in options.items():
        place = places.get(name, fallback)
        if name in _REFUSED and value not in (None, False):
            raise UnsupportedError(
                f"cell option `{name}`: the press has no support for {_REFUSED[name]}",
                place,
                "leave it out, or render with Quarto",
            )
        choices = _CHOICES.get(name)
        if choices is not None and not _is_one_of(value, choices):
            raise error(
                f"cell option `{name}` has the value {value!r}",
                place,
                "write " + " or ".join(_spelled(choice) for choice in choices),
            )
        if name in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise error(f"option `{name}` is not a number: {value!r}", place, "write one")
        if name in _TEXTS and isinstance(value, list | dict):
            raise ChapterError(
                f"cell option `{name}` is not a single text", place, "write one text in quotes"
            )


def _is_one_of(value: Any, choices: Iterable[Any]) -> bool:
    return any(
        value is choice or (isinstance(choice, str) and value == choice) for choice in choices
    )


def _spelled(choice: Any) -> str:
    return str(choice).lower() if isinstance(choice, bool) else str(choice)

"""Read a Jupyter notebook as a chapter: text, code and saved outputs."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from typing import Any

from press.chapter.cells import Cell, Prose, python_cell
from press.chapter.source import Line, Source
from press.errors import ChapterError, Location, UnsupportedError

_ATTACHED = re.compile(r"\(attachment:(?P<name>[^)\s]+)\)")
_RAW = {"text/html": "{=html}", "text/x-typst": "{=typst}", "text/latex": "{=latex}"}


def notebook_parts(text: str, file: str) -> tuple[Source, tuple[Prose | Cell, ...]]:
    """Return a notebook's front matter, and its prose and code cells in order.

    Parameters
    ----------
    text
        The notebook, as JSON.
    file
        Its name, for messages that give lines of that file.

    Raises
    ------
    ChapterError
        The file is not a valid notebook.
    UnsupportedError
        Its code is not Python.
    """
    import nbformat

    try:
        with warnings.catch_warnings():  # about fields that older formats lack
            warnings.simplefilter("ignore")
            book = nbformat.reads(text, as_version=4)
    except Exception as error:  # nbformat raises many types
        what = f"the notebook cannot be read: {str(error).splitlines()[0]}"
        raise ChapterError(what, Location(file), "save it again with Jupyter") from None
    language = book.metadata.get("kernelspec", {}).get("language", "python")
    if str(language).lower() not in ("python", "ipython", "python3"):
        raise UnsupportedError(
            f"a notebook of the language {language}", Location(file), "render with Quarto"
        )
    places = _Locations(text, file)
    front = Source(())
    parts: list[Prose | Cell] = []
    for number, cell in enumerate(book.cells):
        lines = tuple(places.lines(cell.source))
        if number == 0 and cell.cell_type != "code" and cell.source.lstrip().startswith("---"):
            end = next((at for at in range(1, len(lines)) if lines[at].text.rstrip() == "---"), 0)
            front, lines = Source(lines[: end + 1]), lines[end + 1 :]
        if cell.cell_type == "code":
            outputs = tuple(json.loads(json.dumps(output)) for output in cell.outputs)
            parts.append(python_cell(lines, outputs, cell.execution_count))
        elif any(line.text.strip() for line in lines):
            parts.append(Prose(Source(tuple(_prose(cell, lines)))))
    return front, tuple(parts)


def _prose(cell: Any, lines: tuple[Line, ...]) -> Iterator[Line]:
    """Yield the lines of a text cell between blank lines, with attached images embedded."""
    blank = Line("", lines[0].location)
    form = _RAW.get(str(cell.metadata.get("raw_mimetype", cell.metadata.get("format", ""))))
    given = cell.get("attachments", {})

    def attached(found: re.Match[str]) -> str:
        for kind, content in given.get(found["name"], {}).items():
            return f"(data:{kind};base64,{''.join(str(content).split())})"
        return found[0]

    yield blank
    if cell.cell_type == "raw" and form:
        yield Line(f"```{form}", lines[0].location)
    for line in lines:
        yield Line(_ATTACHED.sub(attached, line.text), line.location)
    if cell.cell_type == "raw" and form:
        yield Line("```", lines[-1].location)
    yield blank


class _Locations:
    """Locate the lines of cells in the notebook file, where each is a JSON string."""

    def __init__(self, text: str, file: str) -> None:
        self._lines = text.split("\n")
        self._file = file
        self._at = 0

    def lines(self, source: str) -> Iterator[Line]:
        """Yield the lines of a cell with their locations; all the same if saved as one string."""
        for line in source.split("\n"):
            quoted = json.dumps(line, ensure_ascii=False)[1:-1]
            ascii_only = json.dumps(line)[1:-1]
            for at in range(self._at, len(self._lines)) if line.strip() else ():
                if f'"{quoted}' in self._lines[at] or f'"{ascii_only}' in self._lines[at]:
                    self._at = at + 1
                    break
            yield Line(line, Location(self._file, max(self._at, 1)))

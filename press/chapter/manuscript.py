"""A chapter that has run, as one Markdown text for one format, every line with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from press.chapter.chapter import INLINE
from press.chapter.source import Line, Source
from press.errors import ChapterError
from press.mistakes import Mistakes
from press.run.cell_markdown import cell_markdown
from press.run.execution import ExecutedChapter, ProseResult
from press.run.pictures import Figures

_ESCAPED = re.compile(r"(`+)\{\{(\w+)\}\}(?=[ \t])")
_SHOWN_CELL = re.compile(r"^(?P<indent>\s*)(?P<ticks>`{3,})\{\{(?P<language>\w+)\}\}\s*$")
_OTHER_CELL = re.compile(
    r"^(?P<indent>\s*)(?P<ticks>`{3,})\s*\{(?P<language>[A-Za-z]\w*)[^}]*\}\s*$"
)
_FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,})")
_MARKUP = re.compile(r"([\\`*_{}\[\]()>#+,.!-])")


def manuscript(
    executed: ExecutedChapter,
    defaults: Mapping[str, Any],
    base: str,
    figures: Figures,
    mistakes: Mistakes,
) -> Source:
    """Return the chapter's Markdown with cells and inline expressions replaced by their output.

    Parameters
    ----------
    executed
        The chapter and its results.
    defaults
        The `execute` options of project, format and chapter.
    base
        ``"html"`` or ``"typst"``.
    figures
        Takes the pictures.
    mistakes
        Takes the inline expressions that Quarto prints as they stand.
    """
    lines: list[Line] = []
    number = 0
    for result in executed.results:
        if isinstance(result, ProseResult):
            lines += _prose(result, mistakes)
            continue
        number += 1
        text = cell_markdown(result, number, defaults, base, figures)
        lines += [
            Line(line, result.cell.place) for line in ["", *text.rstrip("\n").split("\n"), ""]
        ]
    return Source(tuple(_with_shown_cells(lines)))


def _with_shown_cells(lines: list[Line]) -> Iterator[Line]:
    """Yield lines in which cells that do not run are code.

    A cell in double braces is the text of a cell in single ones; a cell of a language that
    nothing runs is a block of that class, braces and all.
    """
    closing = fence = ""
    for line in lines:
        found = _SHOWN_CELL.match(line.text) if not fence else None
        other = _OTHER_CELL.match(line.text) if not fence else None
        opening = _FENCE.match(line.text)
        if found:
            closing = found["indent"] + found["ticks"]
            fence = found["ticks"]
            yield Line(closing + "` {.markdown}", line.place)
            yield Line(f"{closing}{{{found['language']}}}", line.place)
        elif other:
            fence = other["ticks"]
            text = f'{other["indent"]}{fence} {{class="{{{other["language"]}}}"}}'
            yield Line(text, line.place)
        elif closing and line.text.rstrip() == closing:
            yield line
            yield Line(closing + "`", line.place)
            closing = fence = ""
        else:
            if opening and not fence:
                fence = opening["fence"]
            elif opening and opening["fence"].startswith(fence) and not line.text.strip("`~ \t"):
                closing = fence = ""
            yield line


def _prose(result: ProseResult, mistakes: Mistakes) -> Iterator[Line]:
    values = iter(result.values)

    def replaced(found: re.Match[str], line: Line) -> str:
        text = inline_markdown(next(values))
        expression = found["expression"]
        spaced = expression != expression.strip()
        if text and not spaced:
            return text
        what = "has spaces around it" if spaced else "has an empty value"
        mistakes.add(
            ChapterError(
                f"the inline expression {expression.strip()} {what}: it is printed as it stands",
                line.place,
                "write one space before it and none after"
                if spaced
                else "give it a value that prints something",
            )
        )
        return found[0]

    for line in result.prose.source:
        if not result.values:
            yield line
            continue
        text = INLINE.sub(partial(replaced, line=line), line.text)
        yield Line(_ESCAPED.sub(r"\1{\2}", text), line.place)


def inline_markdown(value: Mapping[str, Any]) -> str:
    """Return the value of an inline expression as Markdown.

    Markdown objects go in as they are. A text is printed with the signs escaped that Quarto
    escapes, in the form Python represents it; anything else as Python represents it.
    """
    if "text/html" in value:
        return f"`{value['text/html']}`{{=html}}"
    if "text/markdown" in value:
        return str(value["text/markdown"])
    words = str(value.get("text/plain", ""))
    if words[:1] in ("'", '"') and words[-1:] == words[:1]:
        return _MARKUP.sub(r"\\\1", words[1:-1].replace("\\", "\\\\"))
    return words

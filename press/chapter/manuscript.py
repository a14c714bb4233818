"""Turn an executed chapter into Markdown for one format, each line with its location."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from press.chapter.chapter import INLINE
from press.chapter.source import Line, Source
from press.errors import ChapterError, Location, Mistakes
from press.run.cell_markdown import cell_markdown
from press.run.charts import chart_in, drawn_outputs
from press.run.outputs import (
    external_hosts,
    lost_in_pages,
    lost_in_print,
    may_contain_image,
    missing_glyphs,
)
from press.run.pictures import Figures
from press.run.results import CellResult, ExecutedChapter, ProseResult

_ESCAPED = re.compile(r"(`+)\{\{(\w+)\}\}(?=[ \t])")
_SHOWN_CELL = re.compile(r"^(?P<indent>\s*)(?P<ticks>`{3,})\{\{(?P<language>\w+)\}\}\s*$")
_OTHER_CELL = re.compile(
    r"^(?P<indent>\s*)(?P<ticks>`{3,})\s*\{(?P<language>[A-Za-z]\w*)[^}]*\}\s*$"
)
_FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,})")
_VEGA = {"html": "vl-convert-python", "typst": "vl-convert-python"}
# The package that draws a kind of chart in each format.
_DRAWS = {"vega": _VEGA, "vegalite": _VEGA, "plotly": {"html": "plotly", "typst": "kaleido"}}
_MARKUP = re.compile(r"([\\`*_{}\[\]()>#+,.!-])")


def manuscript(
    executed: ExecutedChapter,
    defaults: Mapping[str, Any],
    base: str,
    figures: Figures,
    mistakes: Mistakes,
) -> Source:
    """Return a chapter's Markdown with cells and inline expressions replaced by their output.

    Parameters
    ----------
    executed
        The chapter and its results.
    defaults
        The `execute` options of the project, format and chapter.
    base
        ``"html"`` or ``"typst"``.
    figures
        Collects the images.
    mistakes
        Collects outputs that cannot be shown and inline expressions that Quarto prints verbatim.
    """
    lines: list[Line] = []
    number = 0
    for result in executed.results:
        if isinstance(result, ProseResult):
            lines += _prose(result, mistakes)
            continue
        number += 1
        outputs = drawn_outputs(
            result.outputs, base, f"chart-{number}", figures.to_root, figures.scripts
        )
        result = replace(result, outputs=outputs)
        _check_outputs(result, defaults, base, mistakes)
        text = cell_markdown(result, number, defaults, base, figures)
        lines += [
            Line(line, result.cell.location) for line in ["", *text.rstrip("\n").split("\n"), ""]
        ]
    return Source(tuple(_with_shown_cells(lines)))


def _check_outputs(
    result: CellResult, defaults: Mapping[str, Any], base: str, mistakes: Mistakes
) -> None:
    """Record outputs that cannot be shown, and warn of those that change between builds."""
    cell = result.cell
    options = {**defaults, **cell.options}
    if options.get("include") is False or options.get("output") is False:
        return
    for what in result.varies:
        mistakes.warn(f"{cell.location}: the cell prints {what}: no two builds are the same")
    for output in result.outputs:
        _check_shown(output, cell.location, base, mistakes)
    if boxes := missing_glyphs(result.outputs):
        mistakes.add(
            ChapterError(
                f"the cell draws a blank box for {', '.join(boxes)}: its font lacks that character",
                cell.location,
                "draw in a font that has it: `plt.rcParams['font.family']`",
            )
        )
    if (
        (cell.label or "").startswith("fig-")
        and result.count
        and not may_contain_image(result.outputs)
    ):
        mistakes.add(
            ChapterError(
                f"the cell {cell.label} is labelled as a figure and shows no picture",
                cell.location,
                "draw one, show it as the last line, or take another label",
            )
        )


def _check_shown(output: dict[str, Any], place: Location, base: str, mistakes: Mistakes) -> None:
    """Record an output without a form that the format can show, or that needs another host."""
    lost = (lost_in_print if base == "typst" else lost_in_pages)(output)
    hosts = external_hosts(output) if base == "html" else []
    if not lost and not hosts:
        return
    chart = chart_in(output)
    if chart and chart.remote:
        what = f"the chart takes its data from {chart.remote[0]}"
        remedy = "put the data into the chart: read them in the cell"
    elif hosts:
        what = f"the cell's output loads data from another host: {', '.join(hosts)}"
        remedy = "show it in a form that works offline, with its scripts in the page"
    else:
        where = "print" if base == "typst" else "a page"
        what = f"{where} can show what the cell shows in none of its forms: {', '.join(lost)}"
        remedy = "show a picture or a table too"
    if chart and not chart.remote:
        remedy = f"install what draws it offline: {_DRAWS[chart.kind][base]}"
    if base == "typst":
        remedy += ', or hide it from print: `when-format="html"`'
    mistakes.add(ChapterError(what, place, remedy))


def _with_shown_cells(lines: list[Line]) -> Iterator[Line]:
    """Convert cells that are not executed to code blocks, line by line.

    A cell in double braces shows the source of a cell in single braces; a cell in a language
    that cannot be executed becomes a code block with that class, including the braces.
    """
    closing = fence = ""
    for line in lines:
        found = _SHOWN_CELL.match(line.text) if not fence else None
        other = _OTHER_CELL.match(line.text) if not fence else None
        opening = _FENCE.match(line.text)
        if found:
            closing = found["indent"] + found["ticks"]
            fence = found["ticks"]
            yield Line(closing + "` {.markdown}", line.location)
            yield Line(f"{closing}{{{found['language']}}}", line.location)
        elif other:
            fence = other["ticks"]
            text = f'{other["indent"]}{fence} {{class="{{{other["language"]}}}"}}'
            yield Line(text, line.location)
        elif closing and line.text.rstrip() == closing:
            yield line
            yield Line(closing + "`", line.location)
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
        spaced = mistakes.by_quarto and expression != expression.strip()
        if text and not spaced:
            return text
        what = "has blanks around it" if spaced else "has an empty value"
        remedy = "write one blank before it and none after"
        mistakes.add(
            ChapterError(
                f"the inline expression {expression.strip()} {what}: it is printed as it stands",
                line.location,
                remedy if spaced else "give it a value that prints something",
            )
        )
        return found[0]

    if not result.values:
        _check_not_run(result.prose.source, mistakes)
        yield from result.prose.source
        return
    for line in result.prose.source:
        text = INLINE.sub(partial(replaced, line=line), line.text)
        yield Line(_ESCAPED.sub(r"\1{\2}", text), line.location)


def _check_not_run(source: Source, mistakes: Mistakes) -> None:
    """Record inline expressions outside code blocks in a chapter that is not executed."""
    fence = ""
    for line in source:
        opening = _FENCE.match(line.text)
        if opening and not fence:
            fence = opening["fence"]
        elif opening and opening["fence"].startswith(fence) and not line.text.strip("`~ \t"):
            fence = ""
        for found in INLINE.finditer(line.text) if not fence else ():
            mistakes.add(
                ChapterError(
                    f"the inline expression {found['expression'].strip()} is printed as it stands: "
                    "the chapter is not run",
                    line.location,
                    "name its engine in the front matter: `jupyter: python3`, and leave out "
                    "`execute: enabled: false`",
                )
            )


def inline_markdown(value: Mapping[str, Any]) -> str:
    """Return the value of an inline expression as Markdown.

    Markdown objects are inserted unchanged. A string is printed as its `repr` without quotes,
    with the characters escaped that Quarto escapes; anything else as its `repr`.
    """
    if "text/html" in value:
        return f"`{value['text/html']}`{{=html}}"
    if "text/markdown" in value:
        return str(value["text/markdown"])
    words = str(value.get("text/plain", ""))
    if words[:1] in ("'", '"') and words[-1:] == words[:1]:
        return _MARKUP.sub(r"\\\1", words[1:-1].replace("\\", "\\\\"))
    return words

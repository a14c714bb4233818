"""Convert an executed cell to Markdown in Quarto's form: a cell div with code and outputs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from press.chapter.cells import OBEYED, Cell
from press.run.outputs import (
    IMAGES,
    is_display,
    kind_of,
    longest_ticks,
    output_classes,
    output_text,
    shown_outputs,
)
from press.run.pictures import Figures, attribute_value, one_line, picture
from press.run.results import CellResult


def cell_markdown(
    result: CellResult, number: int, defaults: Mapping[str, Any], base: str, figures: Figures
) -> str:
    """Return the Markdown of an executed cell.

    Parameters
    ----------
    result
        The cell and its outputs.
    number
        Its position among the cells of the chapter, from 1.
    defaults
        The chapter's `execute` options for this format.
    base
        ``"html"`` or ``"typst"``.
    figures
        Collects the images.
    """
    cell = result.cell
    options = {**defaults, **cell.options}
    if options.get("include", True) is False:
        return ""
    outputs = shown_outputs(result, options, base)
    shown = options.get("output", True)
    body = _code(cell, options) if options.get("echo", True) is not False else ""
    labels = _labels(cell, outputs, shown)
    captions = _captions(cell)
    if shown is not False:
        asis = shown == "asis"
        body += _outputs(cell, outputs, number, base, figures, labels, captions, asis=asis)
    if not body or (not cell.source.strip() and not outputs):
        return ""
    if shown == "asis" and not _needs_cell(cell, labels, captions):
        return body + "\n"
    fence = _fence(cell, result.count, labels, base)
    caption = f"\n{captions.of_cell}\n" if captions.of_cell else ""
    return _indented(f"{fence}\n{body}{caption}:::\n\n", cell.indent)


@dataclass(frozen=True)
class _Labels:
    on_cell: str
    on_output: str


@dataclass(frozen=True)
class _Captions:
    of_cell: str
    of_outputs: tuple[str, ...]


def _labels(cell: Cell, outputs: list[dict[str, Any]], shown: Any) -> _Labels:
    if cell.label is None:
        return _Labels("", "")
    label = "#" + cell.label
    displays = [output for output in outputs if is_display(output)]
    many = len(displays) > 1 and not isinstance(cell.options.get("fig-cap"), list)
    if shown is False or not displays or many or cell.label.startswith("tbl-"):
        return _Labels(label, "")
    return _Labels("", label)


def _captions(cell: Cell) -> _Captions:
    caption, sub = cell.options.get("fig-cap"), cell.options.get("fig-subcap")
    if isinstance(caption, list):
        return _Captions("", tuple(one_line(item) for item in caption))
    if caption in (None, ""):
        return _Captions("", ())
    if sub is None:
        return _Captions("", (one_line(caption),))
    subs = [""] if sub is True else sub if isinstance(sub, list) else [sub]
    return _Captions(str(caption), tuple(one_line(item) for item in subs))


def _needs_cell(cell: Cell, labels: _Labels, captions: _Captions) -> bool:
    own = [key for key in cell.options if key.lower() not in OBEYED]
    return bool(
        labels.on_cell or own or _cell_classes(cell) or captions.of_cell or captions.of_outputs
    )


def _cell_classes(cell: Cell) -> list[str]:
    given = cell.options.get("classes") or []
    out = [str(name) for name in (given if isinstance(given, list) else [given])]
    for key, form in (
        ("column", "column-{}"),
        ("fig-column", "fig-column-{}"),
        ("tbl-column", "tbl-column-{}"),
        ("fig-cap-location", "fig-cap-location-{}"),
        ("tbl-cap-location", "tbl-cap-location-{}"),
    ):
        if isinstance(cell.options.get(key), str):
            out.append(form.format(cell.options[key]))
    if isinstance(cell.options.get("cap-location"), str):
        # Quarto uses the value of `fig-cap-location` here, so the option has no effect alone.
        out.append(f"caption-{cell.options.get('fig-cap-location', 'undefined')}")
    return [name if name.startswith(".") else f".{name}" for name in out]


def _fence(cell: Cell, count: int | None, labels: _Labels, base: str) -> str:
    own = f"#{_cell_name(cell)}" if base == "html" else ""
    words = [labels.on_cell or own] if labels.on_cell or own else []
    words += [".cell", *_cell_classes(cell)]
    for key, value in cell.options.items():
        if key.lower() not in OBEYED and value is not None:
            words.append(f"{key}='{attribute_value(value)}'")
    if count is not None:
        words.append(f"execution_count={count}")
    return "::: {" + " ".join(words) + "}"


def _cell_name(cell: Cell) -> str:
    """Return a cell's identifier: its `id` or label, else a digest of its location and source."""
    if cell.options.get("id"):
        return str(cell.options["id"])
    if cell.label:
        return f"cell-{cell.label}"
    given = f"{cell.location.file}\n{cell.source}\n{cell.location.line}"
    return hashlib.sha256(given.encode()).hexdigest()[:8]


def _code(cell: Cell, options: Mapping[str, Any]) -> str:
    """Return the cell's source as a code block."""
    fenced = options.get("echo") == "fenced"
    ticks = "`" * max(longest_ticks(cell.source) + 1, 4 if fenced else 3)
    label = str(cell.options.get("lst-label", ""))
    words = ["#" + label.removeprefix("#")] if label else []
    words += [".markdown", ".cell-code"] if fenced else [f".{cell.language}", ".cell-code"]
    if cell.options.get("code-overflow") in ("wrap", "scroll"):
        words.append(f".code-overflow-{cell.options['code-overflow']}")
    for key in (
        "lst-cap",
        "code-fold",
        "code-summary",
        "code-line-numbers",
        "filename",
    ):
        if cell.options.get(key) is not None:
            value = cell.options[key]
            spelled = str(value).lower() if isinstance(value, bool) else str(value)
            words.append(f'{key}="{spelled}"')
    source = cell.source.strip("\n")
    if fenced:
        kept = [
            line for line in cell.option_lines if not re.search(r"\|\s+echo:\s+fenced\s*$", line)
        ]
        source = "\n".join([f"```{{{cell.language}}}", *kept, source, "```"])
    return f"{ticks} {{{' '.join(words)}}}\n{source}\n{ticks}\n"


def _outputs(
    cell: Cell,
    outputs: list[dict[str, Any]],
    number: int,
    base: str,
    figures: Figures,
    labels: _Labels,
    captions: _Captions,
    *,
    asis: bool,
) -> str:
    left = list(captions.of_outputs)
    stem = (cell.label or f"cell-{number}").replace(":", "-")
    parts: list[str] = []
    displays = 0
    for index, output in enumerate(outputs):
        kind = kind_of(output, base)
        caption = ""
        label = labels.on_output
        if is_display(output):
            displays += 1
            if labels.on_cell:
                label = f"{labels.on_cell}-{displays}"
            if left:
                caption = left.pop(0)
        if kind in IMAGES:
            content = picture(cell, output, kind, f"{stem}-output-{index + 1}", index)
            text = content.markdown(caption, label, figures)
        else:
            text = output_text(output, kind, asis=asis)
            text += f"\n{caption}\n" if caption else ""
        if asis:
            parts.append(text)
            continue
        own = "" if kind in IMAGES or not is_display(output) else label
        own = "" if (cell.label or "").startswith("tbl-") else own
        marks = output_classes(output, kind)
        if cell.options.get("html-table-processing") == "none":
            marks += " html-table-processing=none"
        parts.append(f"\n::: {{{own}{' ' if own else ''}{marks}}}\n{text}:::\n")
    return "".join(parts)


def _indented(markdown: str, indent: str) -> str:
    if not indent:
        return markdown
    return "".join(indent + line for line in markdown.splitlines(keepends=True))

"""A cell that has run, as Markdown: what Quarto calls the cell, its code and its outputs."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from press.cells import Cell
from press.execution import CellResult

# Options that say how a cell runs or prints; any other becomes an attribute of the cell.
_OBEYED = frozenset(
    [
        "label",
        "echo",
        "eval",
        "include",
        "output",
        "warning",
        "error",
        "fig-cap",
        "fig-subcap",
        "fig-alt",
        "fig-scap",
        "fig-link",
        "fig-align",
        "fig-env",
        "fig-pos",
        "fig-width",
        "fig-height",
        "fig-format",
        "fig-dpi",
        "fig-column",
        "tbl-column",
        "cap-location",
        "fig-cap-location",
        "tbl-cap-location",
        "lst-cap",
        "lst-label",
        "code-fold",
        "code-summary",
        "code-overflow",
        "code-line-numbers",
        "classes",
        "column",
        "tags",
        "id",
        "panel",
        "collapsed",
        "scrolled",
        "name",
        "message",
        "results",
        "out-width",
        "out-height",
        "lines_to_next_cell",
        "slideshow",
    ]
)
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_IMAGES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpeg"}
_ORDER = {
    "html": ("text/html", "text/markdown", "image/png", "image/svg+xml", "image/jpeg"),
    "typst": ("text/markdown", "image/svg+xml", "image/png", "image/jpeg"),
}


@dataclass
class Figures:
    """The pictures that cells drew, by their path in the book.

    Parameters
    ----------
    folder
        Where they stand, relative to the chapter's page.
    files
        Their bytes.
    """

    folder: str
    files: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str, content: bytes) -> str:
        """Note a picture and return its path relative to the chapter."""
        path = f"{self.folder}/{name}"
        self.files[path] = content
        return path


def cell_markdown(
    result: CellResult, number: int, defaults: Mapping[str, Any], base: str, figures: Figures
) -> str:
    """Return what a cell prints.

    Parameters
    ----------
    result
        The cell and its outputs.
    number
        Its place among the cells of the chapter, from 1.
    defaults
        The chapter's `execute` options for this format.
    base
        ``"html"`` or ``"typst"``.
    figures
        Takes the pictures.
    """
    cell = result.cell
    options = {**defaults, **cell.options}
    if options.get("include", True) is False:
        return ""
    outputs = _kept(result, options, base)
    shown = options.get("output", True)
    body = _code(cell, options) if options.get("echo", True) is not False else ""
    labels = _labels(cell, outputs, shown)
    captions = _captions(cell)
    if shown is not False:
        body += _outputs(cell, outputs, number, base, figures, labels, captions)
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


def _kept(result: CellResult, options: Mapping[str, Any], base: str) -> list[dict[str, Any]]:
    """Return the outputs that print: no unwanted warnings, no echo of a plot's objects."""
    pictures = any(_kind(output, base) in _IMAGES for output in result.outputs)
    return [
        output
        for output in result.outputs
        if not (_is_warning(output) and options.get("warning", True) is False)
        and not _is_plot_object(output, pictures)
    ]


def _is_warning(output: Mapping[str, Any]) -> bool:
    return bool(output["output_type"] == "stream" and output["name"] == "stderr")


def _is_plot_object(output: Mapping[str, Any], pictures: bool) -> bool:
    if output["output_type"] != "execute_result" or set(output["data"]) != {"text/plain"}:
        return False
    words = str(output["data"]["text/plain"])
    if not pictures:
        return words.startswith(("[<matplotlib", "<matplotlib", "<seaborn."))
    if "\n" in words:
        return "<matplotlib." in words
    return bool(re.fullmatch(r"[<(\[].*?[>)\]]", words.strip())) or words.startswith("Text(")


def _is_display(output: Mapping[str, Any]) -> bool:
    return output["output_type"] in ("display_data", "execute_result")


def _kind(output: Mapping[str, Any], base: str) -> str:
    """Return the MIME type an output is shown in."""
    if not _is_display(output):
        return ""
    data = output["data"]
    order = list(_ORDER[base])
    if base != "html" and "<table" in str(data.get("text/html", "")).lower():
        order.append("text/html")
    return next((kind for kind in order if kind in data), "text/plain")


def _labels(cell: Cell, outputs: list[dict[str, Any]], shown: Any) -> _Labels:
    if cell.label is None:
        return _Labels("", "")
    label = "#" + cell.label
    displays = [output for output in outputs if _is_display(output)]
    many = len(displays) > 1 and not isinstance(cell.options.get("fig-cap"), list)
    if shown is False or not displays or many or cell.label.startswith("tbl-"):
        return _Labels(label, "")
    return _Labels("", label)


def _captions(cell: Cell) -> _Captions:
    caption, sub = cell.options.get("fig-cap"), cell.options.get("fig-subcap")
    if isinstance(caption, list):
        return _Captions("", tuple(_one_line(item) for item in caption))
    if caption in (None, ""):
        return _Captions("", ())
    if sub is None:
        return _Captions("", (_one_line(caption),))
    subs = [""] if sub is True else sub if isinstance(sub, list) else [sub]
    return _Captions(str(caption), tuple(_one_line(item) for item in subs))


def _one_line(words: Any) -> str:
    return str(words).strip().replace("\n", " ")


def _needs_cell(cell: Cell, labels: _Labels, captions: _Captions) -> bool:
    own = [key for key in cell.options if key.lower() not in _OBEYED]
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
        ("cap-location", "caption-{}"),
        ("fig-cap-location", "fig-cap-location-{}"),
        ("tbl-cap-location", "tbl-cap-location-{}"),
    ):
        if isinstance(cell.options.get(key), str):
            out.append(form.format(cell.options[key]))
    return [name if name.startswith(".") else f".{name}" for name in out]


def _fence(cell: Cell, count: int | None, labels: _Labels, base: str) -> str:
    own = f"#{_cell_name(cell)}" if base == "html" else ""
    words = [labels.on_cell or own] if labels.on_cell or own else []
    words += [".cell", *_cell_classes(cell)]
    for key, value in cell.options.items():
        if key.lower() not in _OBEYED and value is not None:
            words.append(f"{key}='{_attribute(value)}'")
    if count is not None:
        words.append(f"execution_count={count}")
    return "::: {" + " ".join(words) + "}"


def _cell_name(cell: Cell) -> str:
    """Return a cell's own name: the one it asks for, or one made of its place and source."""
    if cell.options.get("id"):
        return str(cell.options["id"])
    if cell.label:
        return f"cell-{cell.label}"
    given = f"{cell.place.file}\n{cell.source}\n{cell.place.line}"
    return hashlib.sha256(given.encode()).hexdigest()[:8]


def _attribute(value: Any) -> str:
    words = value if isinstance(value, str) else json.dumps(value)
    return words.replace("'", "\\'")


def _code(cell: Cell, options: Mapping[str, Any]) -> str:
    """Return the cell's source as a code block."""
    fenced = options.get("echo") == "fenced"
    ticks = "`" * max(_longest_ticks(cell.source) + 1, 4 if fenced else 3)
    label = str(cell.options.get("lst-label", ""))
    words = ["#" + label.removeprefix("#")] if label else []
    words += [".markdown", ".cell-code"] if fenced else [".python", ".cell-code"]
    if cell.options.get("code-overflow") in ("wrap", "scroll"):
        words.append(f".code-overflow-{cell.options['code-overflow']}")
    for key in ("lst-cap", "code-fold", "code-summary", "code-line-numbers", "filename"):
        if cell.options.get(key) is not None:
            value = cell.options[key]
            spelled = str(value).lower() if isinstance(value, bool) else str(value)
            words.append(f'{key}="{spelled}"')
    source = cell.source.strip("\n")
    if fenced:
        kept = [
            line for line in cell.option_lines if not re.search(r"\|\s+echo:\s+fenced\s*$", line)
        ]
        source = "\n".join(["```{python}", *kept, source, "```"])
    return f"{ticks} {{{' '.join(words)}}}\n{source}\n{ticks}\n"


def _longest_ticks(words: str) -> int:
    return max((len(run) for run in re.findall(r"^\s*(`{3,})", words, re.MULTILINE)), default=2)


def _outputs(
    cell: Cell,
    outputs: list[dict[str, Any]],
    number: int,
    base: str,
    figures: Figures,
    labels: _Labels,
    captions: _Captions,
) -> str:
    left = list(captions.of_outputs)
    stem = (cell.label or f"cell-{number}").replace(":", "-")
    asis = cell.options.get("output") == "asis"
    parts: list[str] = []
    displays = 0
    for index, output in enumerate(outputs):
        kind = _kind(output, base)
        caption = ""
        label = labels.on_output
        if _is_display(output):
            displays += 1
            if labels.on_cell:
                label = f"{labels.on_cell}-{displays}"
            if _takes_caption(output) and left:
                caption = left.pop(0)
        if kind in _IMAGES:
            content = _picture(cell, output, kind, f"{stem}-output-{index + 1}", index)
            text = content.markdown(caption, label, figures)
        else:
            text = _text(output, kind, asis=asis)
            text += f"\n{caption}\n" if caption else ""
        if asis:
            parts.append(text)
            continue
        own = "" if kind in _IMAGES or not _is_display(output) else label
        own = "" if (cell.label or "").startswith("tbl-") or not _takes_caption(output) else own
        parts.append(f"\n::: {{{own}{' ' if own else ''}{_classes(output, kind)}}}\n{text}:::\n")
    return "".join(parts)


def _takes_caption(output: Mapping[str, Any]) -> bool:
    return _is_display(output) and bool(set(output["data"]) - {"text/plain"})


def _classes(output: Mapping[str, Any], kind: str) -> str:
    match output["output_type"]:
        case "stream":
            name = f".cell-output-{output['name']}"
        case "error":
            name = ".cell-output-error"
        case _:
            name = ".cell-output-display"
    return f".cell-output {name}" + (" .cell-output-markdown" if kind == "text/markdown" else "")


def _text(output: Mapping[str, Any], kind: str, *, asis: bool) -> str:
    """Return an output that is no picture."""
    if output["output_type"] == "stream":
        words = str(output["text"])
        if asis and output["name"] == "stdout":
            return words if words.endswith("\n") else words + "\n"
        return _verbatim(words)
    if output["output_type"] == "error":
        trace = "\n".join(output["traceback"])
        return _verbatim(f"{output['ename']}: {output['evalue']}\n{trace}")
    words = str(output["data"].get(kind, ""))
    if kind == "text/markdown":
        return words + "\n"
    if kind == "text/html":
        return f"```{{=html}}\n{words}\n```\n"
    latex = str(output["data"].get("text/latex", ""))
    if latex.startswith("$") and latex.endswith("$"):
        return latex + "\n"
    return _verbatim(words)


def _verbatim(words: str) -> str:
    words = _COLOUR.sub("", words)
    ticks = "`" * (_longest_ticks(words) + 1)
    return f"{ticks}\n{words}{'' if words.endswith(chr(10)) else chr(10)}{ticks}\n"


@dataclass(frozen=True)
class _Picture:
    content: bytes
    name: str
    attributes: tuple[tuple[str, str], ...]
    link: str

    def markdown(self, caption: str, label: str, figures: Figures) -> str:
        path = figures.add(self.name, self.content)
        words = [label] if label else []
        words += [f"{key}='{_attribute(value)}'" for key, value in self.attributes]
        image = f"![{caption}]({path})" + (f"{{{' '.join(words)}}}" if words else "")
        return (f"[{image}]({self.link})" if self.link else image) + "\n"


def _picture(cell: Cell, output: Mapping[str, Any], kind: str, stem: str, index: int) -> _Picture:
    data = output["data"][kind]
    content = data.encode() if kind == "image/svg+xml" else base64.b64decode(data)
    size = output.get("metadata", {}).get(kind, {})
    attributes = [(key, str(size[key])) for key in ("width", "height") if size.get(key)]
    for key in ("fig-align", "fig-alt"):
        value = cell.options.get(key)
        if isinstance(value, list):
            value = value[index] if index < len(value) else None
        if value:
            attributes.append((key, _one_line(value)))
    return _Picture(
        content,
        f"{stem}.{_IMAGES[kind]}",
        tuple(attributes),
        str(cell.options.get("fig-link") or ""),
    )


def _indented(markdown: str, indent: str) -> str:
    if not indent:
        return markdown
    return "".join(indent + line for line in markdown.splitlines(keepends=True))

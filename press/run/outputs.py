"""What a cell put out: which form of it is shown, and its text as Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from press.run.execution import CellResult

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
IMAGES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpeg"}
_ORDER = {
    "html": ("text/html", "text/markdown", "image/png", "image/svg+xml", "image/jpeg"),
    "typst": ("text/markdown", "image/svg+xml", "image/png", "image/jpeg"),
}


def kept_outputs(result: CellResult, options: Mapping[str, Any], base: str) -> list[dict[str, Any]]:
    """Return the outputs that print: no unwanted warnings, no echo of a plot's objects."""
    pictures = any(kind_of(output, base) in IMAGES for output in result.outputs)
    return [
        _with_formula(output)
        for output in result.outputs
        if not (_is_warning(output) and options.get("warning", True) is False)
        and not _is_plot_object(output, pictures)
    ]


def _with_formula(output: dict[str, Any]) -> dict[str, Any]:
    """Return an output that is a formula in LaTeX as Markdown, which has formulae too."""
    data = output.get("data", {})
    latex = str(data.get("text/latex", ""))
    dollars = latex.startswith("$") and latex.endswith("$")
    environment = latex.startswith("\\begin{") and "\\end{" in latex
    if "text/markdown" in data or not (dollars or environment):
        return output
    return {**output, "data": {**data, "text/markdown": latex}}


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


def is_display(output: Mapping[str, Any]) -> bool:
    """Return whether an output shows a value, rather than a stream or an error."""
    return output["output_type"] in ("display_data", "execute_result")


def kind_of(output: Mapping[str, Any], base: str) -> str:
    """Return the MIME type an output is shown in."""
    if not is_display(output):
        return ""
    data = output["data"]
    order = list(_ORDER[base])
    if base != "html" and "<table" in str(data.get("text/html", "")).lower():
        order.append("text/html")
    return next((kind for kind in order if kind in data), "text/plain")


def output_classes(output: Mapping[str, Any], kind: str) -> str:
    """Return the classes of the division that holds an output."""
    match output["output_type"]:
        case "stream":
            name = f".cell-output-{output['name']}"
        case "error":
            name = ".cell-output-error"
        case _:
            name = ".cell-output-display"
    return f".cell-output {name}" + (" .cell-output-markdown" if kind == "text/markdown" else "")


def output_text(output: Mapping[str, Any], kind: str, *, asis: bool) -> str:
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
    return _verbatim(words)


def _verbatim(words: str) -> str:
    words = _COLOUR.sub("", words)
    ticks = "`" * (longest_ticks(words) + 1)
    return f"{ticks}\n{words}{'' if words.endswith(chr(10)) else chr(10)}{ticks}\n"


def longest_ticks(words: str) -> int:
    """Return the length of the longest fence in a text, at least two."""
    return max((len(run) for run in re.findall(r"^\s*(`{3,})", words, re.MULTILINE)), default=2)

"""Select the MIME type in which a cell's output is shown, and convert it to Markdown."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Any

from press.run.results import CellResult

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
IMAGES = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpeg"}
# LaTeX environments for formulae, as opposed to tables or figures.
_FORMULA = re.compile(
    r"\\begin\{(?:equation|align|alignat|flalign|gather|multline|eqnarray|math|displaymath)\*?\}"
)
# HTML that only works, or only draws something, in a browser.
_MOVING = re.compile(r"<(?:script|iframe|canvas|svg|img|video|audio|object|embed|input)\b", re.I)
# Addresses that a browser loads to run or draw HTML: neither links nor images.
_FETCHED = re.compile(
    r"""<(?:(?:script|iframe|embed|video|audio)\b[^>]*\bsrc|link\b[^>]*\bhref)"""
    r"""=["']?(?:https?:)?//(?P<tag>[^/"'\s>]+)"""
    r"""|(?:\bimport\s*\(|\bfrom|@import|\burl\()\s*["']?(?:https?:)?//(?P<code>[^/"'\s)]+)"""
    r"""|["'](?:https?:)?//(?P<cdn>[^/"']*(?:cdn|unpkg|jsdelivr|esm\.sh|skypack)[^/"']*)/""",
    re.I,
)
# An embedded page with its HTML in an attribute, as used for maps.
_WITHIN = re.compile(r"""<iframe\b[^>]*?\bsrcdoc=(?:"([^"]*)"|'([^']*)')""", re.I)
_OBJECT = re.compile(r"<[^<>]*\bobject\b[^<>]*>")  # the default `repr` of an object
_TAGS = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.S | re.I)
_SAID = 8  # length without white space of a text that is unlikely to occur in HTML by chance
_PICTURE = re.compile(r"!\[|<(?:img|svg|canvas|script|iframe|video|object|figure)\b", re.I)
_BOX = re.compile(r"\bGlyph (\d+) \(.*?\) missing from ")  # matplotlib's warning
_ORDER = {
    "html": ("text/html", "text/markdown", "image/png", "image/svg+xml", "image/jpeg"),
    "typst": ("text/markdown", "image/svg+xml", "image/png", "image/jpeg"),
}


def shown_outputs(
    result: CellResult, options: Mapping[str, Any], base: str
) -> list[dict[str, Any]]:
    """Return the outputs to be shown, without unwanted warnings and the `repr` of plot objects."""
    pictures = any(kind_of(output, base) in IMAGES for output in result.outputs)
    return [
        _with_formula(output)
        for output in result.outputs
        if not (_is_warning(output) and options.get("warning", True) is False)
        and not _is_plot_object(output, pictures)
    ]


def _with_formula(output: dict[str, Any]) -> dict[str, Any]:
    """Add Markdown to an output that is a formula in LaTeX."""
    data = output.get("data", {})
    latex = str(data.get("text/latex", ""))
    dollars = latex.startswith("$") and latex.endswith("$")
    if "text/markdown" in data or not (dollars or _FORMULA.match(latex)):
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
    """Return whether an output is a displayed value rather than a stream or an error."""
    return output["output_type"] in ("display_data", "execute_result")


def kind_of(output: Mapping[str, Any], base: str) -> str:
    """Return the MIME type in which an output is shown; empty for a stream or an error."""
    if not is_display(output):
        return ""
    data = output["data"]
    order = list(_ORDER[base])
    if base != "html" and not _MOVING.search(str(data.get("text/html", ""))):
        order.append("text/html")
    return next((kind for kind in order if kind in data), "text/plain")


def lost_in_print(output: dict[str, Any]) -> list[str]:
    """Return the MIME types of an output if print can show none of them but its `repr`."""
    if not is_display(output) or kind_of(_with_formula(output), "typst") != "text/plain":
        return []
    if _says_itself(output["data"]):
        return []
    return sorted(set(output["data"]) - {"text/plain"})


def _says_itself(data: Mapping[str, Any]) -> bool:
    """Return whether the plain text of an output also occurs as text in its HTML."""
    plain = re.sub(r"\s", "", str(data.get("text/plain", "")))
    words = re.sub(r"\s", "", html.unescape(_TAGS.sub("", str(data.get("text/html", "")))))
    return len(plain) >= _SAID and not plain.startswith("<") and plain in words


def lost_in_pages(output: dict[str, Any]) -> list[str]:
    """Return the MIME types of an output that a page cannot show, if only its `repr` remains.

    These are scripts, data and anything that needs a running notebook.
    """
    if not is_display(output) or kind_of(_with_formula(output), "html") != "text/plain":
        return []
    named = _OBJECT.fullmatch(str(output["data"].get("text/plain", "<object>")).strip())
    start = "application/" if named else "application/vnd."
    return sorted(form for form in output["data"] if form.startswith(start))


def external_hosts(output: dict[str, Any]) -> list[str]:
    """Return the hosts from which an output on a page would load scripts or styles."""
    if not is_display(output) or kind_of(output, "html") != "text/html":
        return []
    return hosts_in(str(output["data"]["text/html"]))


def hosts_in(code: str) -> list[str]:
    """Return the hosts from which HTML would load scripts or styles."""
    within = [html.unescape(one[1] or one[2] or "") for one in _WITHIN.finditer(code)]
    found = _FETCHED.finditer("\n".join([code, *within]))
    return list(dict.fromkeys(one["tag"] or one["code"] or one["cdn"] for one in found))


def missing_glyphs(outputs: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the characters that matplotlib drew as a box, according to its warnings."""
    said = "".join(str(output["text"]) for output in outputs if _is_warning(output))
    return list(dict.fromkeys(chr(int(code)) for code in _BOX.findall(said)))


def may_contain_image(outputs: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether the outputs of a figure's cell may contain an image."""
    return any(
        kind_of(output, "html") in IMAGES
        or _PICTURE.search(str(output.get("text") or output["data"][kind_of(output, "html")]))
        for output in outputs
        if is_display(output) or output.get("name") == "stdout"
    )


def output_classes(output: Mapping[str, Any], kind: str) -> str:
    """Return the classes of the div around an output."""
    match output["output_type"]:
        case "stream":
            name = f".cell-output-{output['name']}"
        case "error":
            name = ".cell-output-error"
        case _:
            name = ".cell-output-display"
    return f".cell-output {name}" + (" .cell-output-markdown" if kind == "text/markdown" else "")


def output_text(output: Mapping[str, Any], kind: str, *, asis: bool) -> str:
    """Return the Markdown of an output other than an image."""
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
    """Return the length of the longest fence of backticks in a text, at least 2."""
    return max((len(run) for run in re.findall(r"^\s*(`{3,})", words, re.MULTILINE)), default=2)

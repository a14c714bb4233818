"""Make interactive charts work offline: with a bundled script in HTML, and as SVG in print.

The author's environment has to provide the libraries: vl-convert for Vega-Lite, plotly for Plotly,
and kaleido to print Plotly. Without them the output is left unchanged, and the build stops for
whatever needs another host or cannot be printed.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_VEGA = re.compile(r"application/vnd\.(?P<kind>vega|vegalite)\.v\d+(?:\.\d+)*\+json")
_PLOTLY = "application/vnd.plotly.v1+json"
# The end of altair's HTML, where a function is called with the chart and the display options.
_ALTAIR = re.compile(r"\}\)\((?=\{)")
_DATA = re.compile(r'"url"\s*:\s*"(?P<url>[^"]+)"')
VEGA_SCRIPT = "site_libs/vega/vega.js"
PLOTLY_SCRIPT = "site_libs/plotly/plotly.js"


@dataclass(frozen=True)
class Chart:
    """The specification of a chart.

    Parameters
    ----------
    kind
        ``"vega"``, ``"vegalite"`` or ``"plotly"``.
    given
        The JSON that the library receives.
    """

    kind: str
    given: Mapping[str, Any]

    @property
    def remote(self) -> tuple[str, ...]:
        """URLs of data that are not included in the specification."""
        if self.kind == "plotly":
            return ()
        return tuple(found["url"] for found in _DATA.finditer(json.dumps(self.given)))


def chart_in(output: Mapping[str, Any]) -> Chart | None:
    """Return the chart in an output; None if it contains none."""
    data = output.get("data", {})
    for form, given in data.items():
        vega = _VEGA.fullmatch(form)
        if vega:
            return Chart(vega["kind"], given)
        if form == _PLOTLY:
            return Chart("plotly", given)
    code = str(data.get("text/html", ""))
    start = _ALTAIR.search(code) if "vega" in code else None
    if start is None:
        return None
    try:
        given, _ = json.JSONDecoder().raw_decode(code, start.end())
    except ValueError:
        return None
    return Chart("vegalite" if "vega-lite" in str(given.get("$schema")) else "vega", given)


def drawn_outputs(
    outputs: tuple[dict[str, Any], ...], base: str, name: str, to_root: str,
    files: dict[str, bytes],
) -> tuple[dict[str, Any], ...]:  # fmt: skip
    """Add a form for the format to the charts in outputs, if the library is installed.

    Parameters
    ----------
    outputs
        The outputs of a cell.
    base
        ``"html"`` or ``"typst"``.
    name
        Prefix of the identifiers of the cell's charts on the page.
    to_root
        Path from the page to the book's folder: empty, or with a trailing slash.
    files
        Collects the scripts that the page needs, by path in the book.
    """
    out = []
    for number, output in enumerate(outputs, start=1):
        chart = chart_in(output)
        if chart is None or chart.remote:
            out.append(output)
            continue
        data = dict(output["data"])
        if base == "html":
            _to_page(chart, f"{name}-{number}", to_root, data, files)
        elif not {"image/svg+xml", "image/png", "image/jpeg"} & set(data):
            drawing = _drawing(chart)
            if drawing is not None:
                data["image/svg+xml"] = drawing
                data.pop("text/html", None)
        out.append({**output, "data": data})
    return tuple(out)


def _to_page(
    chart: Chart, name: str, to_root: str, data: dict[str, Any], files: dict[str, bytes]
) -> None:
    """Add the HTML of a chart to the forms of its output, and its script to the book's files."""
    plotly = chart.kind == "plotly"
    path = PLOTLY_SCRIPT if plotly else VEGA_SCRIPT
    script = _plotly_script() if plotly else _vega_script()
    if script is None:
        return
    files[path] = script
    given = json.dumps(chart.given, sort_keys=True).replace("</", "<\\/")
    if plotly:
        call = (
            f'(c => Plotly.newPlot("{name}", c.data, c.layout || {{}}, '
            f"{{...c.config, displaylogo: false}}))({given});"
        )
    else:
        call = f'vegaEmbed("#{name}", {given}, {{actions: false}});'
    data["text/html"] = (
        f'<script src="{to_root}{path}"></script>\n'
        f'<div id="{name}" class="press-chart" role="img" aria-label="Chart"></div>\n'
        f"<script>{call}</script>"
    )


@cache
def _vega_script() -> bytes | None:
    convert = installed("vl_convert")
    if convert is None:
        return None
    return str(convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")).encode()


@cache
def _plotly_script() -> bytes | None:
    """Return the script included in the package plotly; None if it is not installed."""
    found = importlib.util.find_spec("plotly")
    for folder in (found.submodule_search_locations or []) if found else []:
        script = Path(folder) / "package_data" / "plotly.min.js"
        if script.is_file():
            return script.read_bytes()
    return None


def installed(name: str) -> Any:
    """Import an optional package; return None if it is not installed."""
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def _drawing(chart: Chart) -> str | None:
    """Return a chart as SVG; None if no installed library can draw it."""
    if chart.kind == "plotly":
        drawer = installed("plotly.io") if installed("kaleido") else None
        draw: Callable[[Any], Any] | None = drawer and (
            lambda given: drawer.to_image(dict(given), format="svg", validate=False).decode()
        )
    else:
        convert = installed("vl_convert")
        draw = convert and getattr(convert, f"{chart.kind}_to_svg")
    if draw is None:
        return None
    try:
        return str(draw(chart.given))
    except Exception:  # whatever the library raises, the build reports a cell that is not shown
        return None

"""Charts that a browser draws: offline in pages, drawn in print, or named with the cell's line."""

import json
from types import SimpleNamespace

import pytest

from press.run import charts
from press.run.charts import PLOTLY_SCRIPT, VEGA_SCRIPT, chart_in, drawn_outputs
from tests.unit.press.test_outputs import display, mistakes_of

SPEC = {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "mark": "bar",
        "data": {"values": [{"a": "</script>"}]}}  # fmt: skip
REMOTE = {**SPEC, "data": {"url": "https://data.example/cars.json"}}
FIGURE = {"data": [{"type": "bar", "x": [1], "y": [2]}], "layout": {}}


def output(form, given):
    shown = display()
    shown["data"][form] = given
    return shown


def altair(spec):
    """Return an output as altair's own renderer makes it: HTML that loads its scripts."""
    loads = 'base = "https://cdn.jsdelivr.net/npm"; // vega, vega-lite'
    call = f'(function(spec, embedOpt){{ {loads} }})({json.dumps(spec)}, {{"mode": "vega-lite"}});'
    return output("text/html", f'<div id="altair-viz"></div><script>{call}</script>')


VEGA = output("application/vnd.vegalite.v6+json", SPEC)
PLOTLY = output("application/vnd.plotly.v1+json", FIGURE)


@pytest.fixture
def drawers(monkeypatch):
    """Put stand-ins for what draws charts where it would be installed."""
    packages = {
        "vl_convert": SimpleNamespace(
            javascript_bundle=lambda snippet: f"/* vega */ {snippet}",
            vegalite_to_svg=lambda spec: f"<svg>{spec['mark']}</svg>",
        ),
        "kaleido": SimpleNamespace(),
        "plotly.io": SimpleNamespace(to_image=lambda _figure, **_: b"<svg>plotly</svg>"),
    }
    monkeypatch.setattr(charts, "installed", packages.get)
    monkeypatch.setattr(charts, "_plotly_script", lambda: b"/* plotly */")
    charts._vega_script.cache_clear()
    yield
    charts._vega_script.cache_clear()


@pytest.fixture
def no_drawers(monkeypatch):
    monkeypatch.setattr(charts, "installed", lambda _name: None)
    monkeypatch.setattr(charts, "_plotly_script", lambda: None)
    charts._vega_script.cache_clear()


@pytest.mark.usefixtures("drawers")
@pytest.mark.parametrize("shown", [VEGA, altair(SPEC)], ids=["bundle", "altair"])
def test_a_chart_of_vega_is_drawn_by_a_script_beside_the_page(shown):
    assert chart_in(shown).given == SPEC
    files = {}
    (made,) = drawn_outputs((shown,), "html", "chart-1", "../", files)
    page = made["data"]["text/html"]
    assert files[VEGA_SCRIPT].startswith(b"/* vega */")
    assert f'<script src="../{VEGA_SCRIPT}"></script>' in page
    assert 'vegaEmbed("#chart-1-1"' in page
    assert "cdn.jsdelivr" not in page
    assert page.count("</script>") == 2  # and none from the data
    assert mistakes_of([shown], "html") == []


@pytest.mark.usefixtures("drawers")
def test_a_chart_of_plotly_is_drawn_by_a_script_beside_the_page():
    files = {}
    (made,) = drawn_outputs((PLOTLY,), "html", "chart-2", "", files)
    assert files == {PLOTLY_SCRIPT: b"/* plotly */"}
    assert f'<script src="{PLOTLY_SCRIPT}"></script>' in made["data"]["text/html"]
    assert mistakes_of([PLOTLY], "html") == []


@pytest.mark.usefixtures("drawers")
@pytest.mark.parametrize(
    ("shown", "svg"),
    [(VEGA, "<svg>bar</svg>"), (altair(SPEC), "<svg>bar</svg>"), (PLOTLY, "<svg>plotly</svg>")],
    ids=["bundle", "altair", "plotly"],
)
def test_print_has_a_chart_as_a_drawing(shown, svg):
    (made,) = drawn_outputs((shown,), "typst", "chart-1", "", {})
    assert made["data"]["image/svg+xml"] == svg
    assert mistakes_of([shown], "typst", options="#| label: fig-a\n") == []


@pytest.mark.usefixtures("no_drawers")
@pytest.mark.parametrize(
    ("shown", "base", "package"),
    [(VEGA, "html", "vl-convert-python"), (altair(SPEC), "html", "vl-convert-python"),
     (altair(SPEC), "typst", "vl-convert-python"), (PLOTLY, "html", "install what draws it "
     "offline: plotly"), (PLOTLY, "typst", "kaleido")],
)  # fmt: skip
def test_a_chart_that_nothing_here_draws_is_named(shown, base, package):
    (words,) = mistakes_of([shown], base)
    assert words.startswith("one.qmd:11: ")
    assert package in words


@pytest.mark.usefixtures("drawers")
@pytest.mark.parametrize("base", ["html", "typst"])
def test_a_chart_that_takes_its_data_from_elsewhere_is_named(base):
    (words,) = mistakes_of([altair(REMOTE)], base)
    assert words.startswith("one.qmd:11: the chart takes its data from https://data.example/cars.")
    assert "install" not in words


@pytest.mark.usefixtures("drawers")
def test_a_drawing_that_fails_names_the_cell(monkeypatch):
    failing = SimpleNamespace(vegalite_to_svg=lambda _spec: 1 / 0)
    monkeypatch.setattr(charts, "installed", {"vl_convert": failing}.get)
    (words,) = mistakes_of([VEGA], "typst")
    assert words.startswith("one.qmd:11: print can show what the cell shows in none of its forms")


def test_html_that_says_the_same_in_words_needs_no_drawing():
    model = display(text_html="<script>move()</script><pre>Model(depth=3,\n size=4)</pre>")
    model["data"]["text/plain"] = "Model(depth=3, size=4)"
    assert mistakes_of([model], "typst") == []
    model["data"]["text/plain"] = "Model(depth=5, size=4)"
    assert len(mistakes_of([model], "typst")) == 1


@pytest.mark.parametrize("base", ["html", "typst"])
def test_a_widget_needs_a_running_notebook(base):
    widget = output("application/vnd.jupyter.widget-view+json", {"model_id": "a"})
    (words,) = mistakes_of([widget], base)
    assert words.startswith("one.qmd:11: ")
    assert "widget-view" in words


@pytest.mark.parametrize("form", ["application/json", "application/javascript"])
def test_data_and_scripts_without_words_are_named(form):
    shown = output(form, {"a": 5})
    shown["data"]["text/plain"] = "<IPython.core.display.JSON object>"
    (words,) = mistakes_of([shown], "html")
    assert words.startswith(
        f"one.qmd:11: a page can show what the cell shows in none of its forms: {form}"
    )
    shown["data"]["text/plain"] = "{'a': 5}"
    assert mistakes_of([shown], "html") == []

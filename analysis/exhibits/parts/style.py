"""Style of figures: seaborn's theme with the report's design, and conversion to SVG.

Neighbours in the palette keep a contrast of at least 3:1, and colour never carries meaning alone.
Text is turned into outlines, so that a drawing is the same on every machine.
"""

from __future__ import annotations

import io
import textwrap
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.exhibits.parts.design import (
    BETWEEN,
    CHART_TEXT,
    COLOURS,
    GREY,
    LIGHT,
    LILAC,
    MUTED,
    NARROW,
    NAVY,
    ORANGE,
    PLUM,
    PUBLISHED,
    SMALLEST_CHART_TEXT,
    TEAL,
    TEXT_ON_WHITE,
    WIDTH,
)
from analysis.exhibits.parts.legibility import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

__all__ = [
    "BETWEEN", "GREY", "LIGHT", "LILAC", "MUTED", "NAVY", "ORANGE", "PLUM", "PUBLISHED", "TEAL",
    "TEXT_ON_WHITE",
]  # fmt: skip
INTERVENTION, COMPARISON = NAVY, ORANGE

RC: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#6B6B6B",
    "axes.grid": True,
    "axes.labelcolor": COLOURS["ink"],
    "axes.labelsize": CHART_TEXT,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": CHART_TEXT + 0.5,
    "axes.titleweight": "bold",
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": CHART_TEXT,
    "grid.color": "#E2E2E2",
    "grid.linewidth": 0.7,
    "legend.fontsize": CHART_TEXT,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "svg.fonttype": "path",
    "svg.hashsalt": "evaluation",
    "text.color": COLOURS["ink"],
    "xtick.color": COLOURS["ink"],
    "xtick.labelsize": CHART_TEXT,
    "xtick.major.size": 3,
    "ytick.color": COLOURS["ink"],
    "ytick.labelsize": CHART_TEXT,
    "ytick.major.size": 3,
}
"""Settings that differ from seaborn's theme "ticks"."""
_NARROW: ContextVar[bool] = ContextVar("narrow", default=False)


@dataclass(frozen=True)
class Pictures:
    """One drawing in two widths.

    Attributes
    ----------
    wide, narrow
        SVG for print and for a narrow screen.
    faults
        Faults of legibility, in words; empty for a good drawing.
    """

    wide: str
    narrow: str
    faults: tuple[str, ...] = ()


def narrow() -> bool:
    """Whether the current drawing is for a narrow screen."""
    return _NARROW.get()


@contextmanager
def style(*, for_narrow: bool = False) -> Iterator[None]:
    """Draw in the report's style, restoring matplotlib's settings afterwards.

    Parameters
    ----------
    for_narrow
        Whether the drawing is for a narrow screen: `new_drawing` then stacks its panels.
    """
    import matplotlib as mpl
    import seaborn as sns

    # Matplotlib's own defaults come first, whatever a `matplotlibrc` or the caller has set. The
    # backend is non-interactive: a chapter must draw the same on a server.
    shipped: Mapping[Any, Any] = mpl.rcParamsDefault
    own = {name: shipped[name] for name in shipped if name != "backend"}
    theme = {**sns.plotting_context("paper"), **sns.axes_style("ticks"), **RC}
    token = _NARROW.set(for_narrow)
    try:
        with mpl.rc_context({**own, **theme, "backend": "svg"}), _own_fonts():
            yield
    finally:
        _NARROW.reset(token)


@contextmanager
def _own_fonts() -> Iterator[None]:
    """Draw with matplotlib's bundled fonts, whatever fonts of the same name are installed."""
    from matplotlib.font_manager import fontManager

    every = list(fontManager.ttflist)
    try:
        _set_fonts(_carried())
        yield
    finally:
        _set_fonts(every)


@lru_cache(maxsize=1)
def _carried() -> tuple[Any, ...]:
    # Read from the files: matplotlib's cached list, in the user's folder, may be from another
    # installation.
    import matplotlib as mpl
    from matplotlib.font_manager import get_font, ttfFontProperty

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return tuple(ttfFontProperty(get_font(path)) for path in sorted(folder.glob("*.ttf")))


def _set_fonts(fonts: Iterable[Any]) -> None:
    from matplotlib.font_manager import fontManager

    # Adding a font is the only way to clear the cache of fonts found.
    fontManager.addfont(_carried()[0].fname)
    fontManager.ttflist[:] = fonts


def new_drawing(
    height: float, *, rows: int = 1, columns: int = 1, around: float = 0.6, **shared: Any
) -> tuple[Drawing, list[Axes]]:
    """Return a drawing as wide as the text block, and its axes row by row.

    On a narrow screen all panels are stacked.

    Parameters
    ----------
    height
        Height of each panel, in inches.
    around
        Space for axis labels, titles and a legend, in inches.
    """
    from matplotlib.figure import Figure as Drawing

    if narrow():
        rows, columns = rows * columns, 1
        height += 0.25 * (rows > 1)
    # SVG has 72 dots per inch: laid out like this, words are where `faults` looks for them.
    size = (NARROW if narrow() else WIDTH, around + height * rows)
    drawing = Drawing(figsize=size, dpi=72)
    axes = drawing.subplots(rows, columns, squeeze=False, **shared)
    return drawing, list(axes.flat)


def wrapped(words: str, most: int = 34) -> str:
    """Return words wrapped for a narrow drawing, and on one line otherwise.

    Parameters
    ----------
    most
        Characters per line.
    """
    return textwrap.fill(words, most) if narrow() else words


def legend(drawing: Drawing, handles: Sequence[Any], columns: int = 3, title: str = "") -> None:
    """Put a legend above a drawing, clear of everything that is drawn.

    Parameters
    ----------
    handles
        What is explained; a tuple is one entry of several marks, named as its first.
    title
        Such as the label of the vertical axis, which then need not be read sideways.
    """
    from matplotlib.legend_handler import HandlerTuple

    firsts = [each[0] if isinstance(each, tuple) else each for each in handles]
    drawing.legend(
        handles=list(handles),
        labels=[each.get_label() for each in firsts],
        loc="outside upper left",
        ncols=1 if narrow() else columns,
        handler_map={tuple: HandlerTuple(None)},
        title=wrapped(title) or None,
        alignment="left",
        borderaxespad=0.2,
    )


def pictures(draw: Callable[[], Drawing], label: str, alt: str) -> Pictures:
    """Return a drawing as SVG, in print size and for a narrow screen, with its faults.

    Parameters
    ----------
    draw
        Function that makes the drawing, from `new_drawing`; called once for each width.
    label
        Such as "Invented data"; empty for a supplied extract.
    alt
        Alternative text, written to the file's description, so that a copied figure explains
        itself.
    """
    made, wrong = [], []
    for for_narrow in (False, True):
        with style(for_narrow=for_narrow):
            drawing = draw()
            made.append(to_svg(drawing, label, alt))
            where = " (narrow)" if for_narrow else ""
            wrong += [f"{each}{where}" for each in faults(drawing)]
    return Pictures(made[0], made[1], tuple(wrong))


def to_svg(drawing: Drawing, label: str, alt: str) -> str:
    """Return a drawing as SVG, with the label of the data in the figure itself.

    Parameters
    ----------
    label
        Such as "Invented data"; empty for a supplied extract.
    alt
        Alternative text, written to the file's description, so that a copied figure explains
        itself.
    """
    if label:
        drawing.supxlabel(
            wrapped(label, 30),
            x=0.995,
            ha="right",
            fontsize=SMALLEST_CHART_TEXT,
            color=PLUM,
            fontweight="bold",
        )  # fmt: skip
    buffer = io.StringIO()
    drawing.savefig(
        buffer,
        format="svg",
        metadata={"Date": None, "Creator": None, "Title": label or "Figure", "Description": alt},
    )
    return buffer.getvalue()

"""How figures look: one style, one palette, one way from a drawing to bytes.

Colours are the Government Analysis Function's categorical palette, in its order, in
which neighbours keep a contrast of at least 3:1; colour never carries meaning alone.
Text is turned into outlines, so that a drawing is the same on every machine.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

NAVY, TEAL, PLUM, ORANGE, GREY, LILAC = (
    "#12436D",
    "#28A197",
    "#801650",
    "#F46A25",
    "#3D3D3D",
    "#A285D1",
)
INTERVENTION, COMPARISON = NAVY, ORANGE
WIDTH = 6.3
"""Width of the printed text block, in inches."""

RC: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#6B6B6B",
    "axes.grid": True,
    "axes.labelcolor": "#1D1D1D",
    "axes.labelsize": 9.5,
    "axes.linewidth": 0.8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "grid.color": "#E2E2E2",
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "svg.fonttype": "path",
    "svg.hashsalt": "evaluation",
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the report's style, leaving matplotlib's settings as they were."""
    import matplotlib as mpl

    # The non-interactive backend: a chapter must draw the same on a server.
    with mpl.rc_context({**RC, "backend": "svg"}), _own_fonts():
        yield


@contextmanager
def _own_fonts() -> Iterator[None]:
    """Draw with the fonts that matplotlib carries, whatever others a machine has of the name."""
    from matplotlib.font_manager import fontManager

    every = list(fontManager.ttflist)
    try:
        _set_fonts(_carried())
        yield
    finally:
        _set_fonts(every)


@lru_cache(maxsize=1)
def _carried() -> tuple[Any, ...]:
    # Read from the files: matplotlib's own list, which it keeps in the user's folder, may be of
    # another installation.
    import matplotlib as mpl
    from matplotlib.font_manager import get_font, ttfFontProperty

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return tuple(ttfFontProperty(get_font(path)) for path in sorted(folder.glob("*.ttf")))


def _set_fonts(fonts: Iterable[Any]) -> None:
    from matplotlib.font_manager import fontManager

    # Adding one is the only way to have found fonts forgotten.
    fontManager.addfont(_carried()[0].fname)
    fontManager.ttflist[:] = fonts


def new_drawing(
    height: float, *, rows: int = 1, columns: int = 1, **shared: Any
) -> tuple[Drawing, list[Axes]]:
    """Return a drawing as wide as the text block, and its axes row by row.

    Parameters
    ----------
    height
        In inches.
    """
    from matplotlib.figure import Figure as Drawing

    drawing = Drawing(figsize=(WIDTH, height))
    axes = drawing.subplots(rows, columns, squeeze=False, **shared)
    return drawing, list(axes.flat)


def to_svg(drawing: Drawing, label: str, alt: str) -> str:
    """Return a drawing as SVG, with the label of the data in the picture itself.

    Parameters
    ----------
    label
        Such as "Invented data"; empty for a supplied extract.
    alt
        Goes into the file's description, so that a picture taken alone explains itself.
    """
    if label:
        drawing.supxlabel(label, x=0.995, ha="right", fontsize=7.5, color=PLUM, fontweight="bold")
    buffer = io.StringIO()
    drawing.savefig(
        buffer,
        format="svg",
        metadata={"Date": None, "Creator": None, "Title": label or "Figure", "Description": alt},
    )
    return buffer.getvalue()

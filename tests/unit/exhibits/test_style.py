"""A drawing is the same on machines that have other fonts of the same name."""

from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.font_manager import FontEntry, FontProperties, fontManager

from analysis.exhibits.parts.style import new_drawing, style, to_svg


@pytest.fixture
def another_font(tmp_path, monkeypatch):
    """A machine whose own DejaVu Sans, found first, is another one."""
    bold = next(f for f in fontManager.ttflist if f.fname.endswith("DejaVuSansMono-Bold.ttf"))
    path = tmp_path / "DejaVuSans.ttf"
    path.write_bytes(Path(bold.fname).read_bytes())
    entry = FontEntry(fname=str(path), name="DejaVu Sans", style="normal", variant="normal",
                      weight=400, stretch="normal", size="scalable")  # fmt: skip
    kept = list(fontManager.ttflist)
    fontManager.addfont(str(path))
    monkeypatch.setattr(fontManager, "ttflist", [entry, *kept])
    return str(path)


def drawn():
    with style():
        drawing, (axes,) = new_drawing(1.0)
        axes.set_title("Efficient")
        return to_svg(drawing, "", "A test")


def test_the_fonts_of_the_machine_are_not_drawn_with(another_font):
    assert fontManager.findfont(FontProperties("DejaVu Sans")) == another_font
    with style():
        found = fontManager.findfont(FontProperties("DejaVu Sans"))
    assert found.startswith(mpl.get_data_path())
    assert fontManager.findfont(FontProperties("DejaVu Sans")) == another_font, "left as it was"


def test_a_drawing_is_the_same_with_another_font_of_the_name(request):
    before = drawn()
    request.getfixturevalue("another_font")
    assert drawn() == before

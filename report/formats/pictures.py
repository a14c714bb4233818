"""The report's drawings as PNG, for slides and for Word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

INCH = 200
"""Pixels of a picture to an inch: it stays sharp over the width of a slide."""


def write_pictures(drawings: Iterable[Path], folder: Path) -> dict[str, Path]:
    """Write each drawing as PNG into a folder; return the files by the drawing's name.

    Parameters
    ----------
    drawings
        SVG whose words are outlines, so that no font is asked for; all in one folder.
    """
    import typst

    listed = sorted(drawings)
    if not listed:
        return {}
    pages = "\n#pagebreak()\n".join(f'#image("/{path.name}")' for path in listed)
    source = f"#set page(width: auto, height: auto, margin: 0pt, fill: white)\n{pages}"
    compile_pages = cast("Any", typst.compile)  # its types know of one picture only
    made = compile_pages(
        source.encode(), root=str(listed[0].parent), format="png", ppi=INCH,
        ignore_system_fonts=True,
    )  # fmt: skip
    images = made if isinstance(made, list) else [made]
    folder.mkdir(parents=True, exist_ok=True)
    out = {}
    for path, image in zip(listed, images, strict=True):
        out[path.stem] = folder / f"{path.stem}.png"
        out[path.stem].write_bytes(image)
    return out

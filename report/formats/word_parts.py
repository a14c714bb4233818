"""The elements of a Word document's text, as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
MATH = "math"


def children(element: Any, name: str) -> list[Any]:
    """Return the children of an element with a name of Word's own."""
    return [] if element is None else element.findall(W + name)


def style_of(paragraph: Any) -> str:
    """Return the identifier of a paragraph's style."""
    found = paragraph.find(f"{W}pPr/{W}pStyle")
    return "Normal" if found is None else str(found.get(W + "val"))


def run_texts(paragraph: Any) -> Iterator[tuple[str, str]]:
    """Yield the text of a paragraph, piece by piece, each as bold, code, math or plain.

    What a field instructs is no text, and a break or a tab counts as a space.
    """
    for run in paragraph.iter(W + "r", MATHS + "t"):
        if run.tag == MATHS + "t":
            yield run.text or "", MATH
            continue
        look = run.find(W + "rPr")
        style = None if look is None else look.find(W + "rStyle")
        name = "" if style is None else style.get(W + "val")
        bold = look is not None and look.find(W + "b") is not None
        kind = "code" if name == "VerbatimChar" else "bold" if bold or "Tag" in name else ""
        for part in run:
            if part.tag == W + "t":
                yield part.text or "", kind
            elif part.tag in (W + "br", W + "tab"):
                yield " ", kind


def properties(paragraph: Any) -> Any:
    """Return the properties of a paragraph, which has some from now on."""
    own = paragraph.find(W + "pPr")
    if own is None:
        own = paragraph.makeelement(W + "pPr")
        paragraph.insert(0, own)
    return own


def set_style(paragraph: Any, name: str) -> None:
    """Set the style of a paragraph, by its identifier."""
    own = properties(paragraph)
    for old in children(own, "pStyle"):
        own.remove(old)
    own.insert(0, own.makeelement(W + "pStyle", {W + "val": name}))

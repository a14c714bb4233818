"""Check that all text of a PDF is in its text layer: on pages, in fonts that map to Unicode.

Text can also be drawn by a form that a page uses, in an annotation over it, or in characters
without a mapping; and it can have different text for listening or copying. No engine does this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.limits import spend
from audit.pdf.content_stream import TEXT, UNKNOWN
from audit.pdf.tag_tree import is_dictionary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.pdf.text_layer import TextLayer

_DESCRIBED = ("/Figure", "/Formula")
"""Roles whose elements may have an alternative text."""
_FONTS = ("/Type0", "/CIDFontType0", "/CIDFontType2")


def text_faults(pdf: Any, layer: TextLayer) -> Iterator[str]:
    """Yield, in words, what readers see or hear that is not in the text layer.

    Parameters
    ----------
    pdf
        An open `pikepdf.Pdf`.
    layer
        Its text.
    """
    import pikepdf

    for page in range(1, len(layer.pages) + 1):
        if UNKNOWN in layer.page_text(page):
            yield f"page {page} has signs for which the file gives no text"
    for each in pdf.objects:
        spend()
        if isinstance(each, pikepdf.Stream):
            if _draws_apart(each) and _sets_text(each):
                yield f"text is drawn by object {each.objgen[0]}, which is not a page"
        elif is_dictionary(each):
            yield from _of_object(each)


def _of_object(each: Any) -> Iterator[str]:
    kind = str(each.get("/Subtype", ""))
    if "/S" in each and "/P" in each:
        role = str(each.S)
        if "/ActualText" in each or "/E" in each:
            yield f"other words are given for what an element of the role {role[1:]} prints"
        if "/Alt" in each and role not in _DESCRIBED:
            yield f"an alternative text is given for an element of the role {role[1:]}"
    elif "/Rect" in each and kind not in ("", "/Link"):
        yield f"something other than a link overlies a page: {kind}"
    elif str(each.get("/Type", "")) == "/Font" and kind not in _FONTS:
        yield f"a font is of a kind that no report has: {kind}"
    elif kind == "/Type0" and str(each.get("/Encoding", "")) != "/Identity-H":
        yield "a font has an encoding that no report has"


def _draws_apart(stream: Any) -> bool:
    return str(stream.get("/Subtype", "")) == "/Form" or "/PatternType" in stream


def _sets_text(stream: Any) -> bool:
    import pikepdf

    return any(True for _ in pikepdf.parse_content_stream(stream, " ".join(TEXT)))

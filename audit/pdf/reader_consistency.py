"""Check that all readers see a PDF in the same way: page tree, streams, library warnings.

The library follows `/Kids` where other readers follow `/Type`, counts pages where they trust
`/Count`, and reads a stream's own data where they look for an external file. A file in which
this makes a difference is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.limits import PAGES, error_text, refuse, spend
from audit.pdf.tag_tree import is_dictionary

if TYPE_CHECKING:
    from collections.abc import Iterator

_NODE = {"/Count", "/Kids", "/Parent", "/Type"}
_INHERITABLE = {"/CropBox", "/MediaBox", "/Resources", "/Rotate"}
_ELSEWHERE = {"/F", "/FDecodeParms", "/FFilter"}
_FILTERS = {"/ASCII85Decode", "/DCTDecode", "/FlateDecode"}
_CONTENTS = {"/DecodeParms", "/Filter", "/Length"}
_DEPTH = 50


def form_faults(pdf: Any) -> Iterator[str]:
    """Yield, in words, everything that readers may interpret differently.

    Parameters
    ----------
    pdf
        A `pikepdf.Pdf` whose `pages` has not been accessed yet, because that repairs the tree.
    """
    yield from _PageTree(pdf).faults()
    yield from _stream_faults(pdf)


def warnings(pdf: Any) -> Iterator[str]:
    """Yield the library's warnings about an open PDF, after all of it has been read."""
    for warning in pdf.get_warnings():
        yield f"the library that reads PDF warns: {error_text(warning)}"


class _PageTree:
    """The page tree as written, before the library repairs it."""

    def __init__(self, pdf: Any) -> None:
        self.root = pdf.Root.get("/Pages")
        self.pages = 0
        self._seen: set[tuple[int, int]] = set()

    def faults(self) -> Iterator[str]:
        if not is_dictionary(self.root):
            yield "there is no tree of pages"
            return
        yield from self._below(self.root, None, 0)

    def _below(self, node: Any, parent: Any, depth: int) -> Iterator[str]:
        spend()
        if node.objgen in self._seen or depth > _DEPTH:
            yield "the tree of pages runs in a circle"
            return
        self._seen.add(node.objgen)
        role = str(node.get("/Type"))
        if (None if parent is None else parent.objgen) != _parent(node):
            yield "a page, or a node of their tree, names another node as its parent"
        if "/Kids" not in node:
            self.pages += 1
            if self.pages > PAGES:
                refuse(f"it has more than {PAGES:,} pages")
            if role != "/Page" or "/Count" in node:
                yield f"page {self.pages} is not marked as a page and nothing else"
            return
        above = f"a node of the tree of pages, above page {self.pages + 1}"
        if role != "/Pages" or "/Contents" in node:
            yield f"a page is also {above}"
        elif set(node.keys()) - _NODE - _INHERITABLE:
            yield f"{above}, has keys that such a node never has"
        before = self.pages
        for kid in node.Kids:
            if not is_dictionary(kid):
                yield "the tree of pages contains something other than pages"
                continue
            yield from self._below(kid, node, depth + 1)
        if node.get("/Count") != self.pages - before:
            yield (
                f"the tree of pages counts {node.get('/Count')} where there are "
                f"{self.pages - before} from page {before + 1} on: readers may hide pages"
            )


def _parent(node: Any) -> tuple[int, int] | None:
    above = node.get("/Parent")
    return None if above is None else tuple(above.objgen)


def _stream_faults(pdf: Any) -> Iterator[str]:
    import pikepdf

    contents = _page_contents(pdf)
    for each in pdf.objects:
        spend()
        if not isinstance(each, pikepdf.Stream):
            continue
        where = f"the stream of object {each.objgen[0]}"
        if set(each.keys()) & _ELSEWHERE:
            yield f"{where} takes its data from another file"
        if each.objgen in contents and set(each.keys()) - _CONTENTS:
            yield f"{where}, which draws a page, has keys that such a stream never has"
        packed = str(each.get("/Type")) in ("/ObjStm", "/XRef")
        if not packed and not _plainly_packed(each):
            yield f"{where} is packed in a way that readers may undo differently"


def _plainly_packed(stream: Any) -> bool:
    filters = _as_list(stream.get("/Filter"))
    if any(str(each) not in _FILTERS for each in filters):
        return False
    given = [each for each in _as_list(stream.get("/DecodeParms")) if each is not None]
    return all(is_dictionary(each) and not each.keys() for each in given)


def _page_contents(pdf: Any) -> set[tuple[int, int]]:
    """Return the streams that any object uses as the contents of a page."""
    found = set()
    for each in pdf.objects:
        if is_dictionary(each) and "/Contents" in each and str(each.get("/Type")) != "/Annot":
            found |= {tuple(s.objgen) for s in _as_list(each.Contents) if hasattr(s, "objgen")}
    return found - {(0, 0)}


def _as_list(given: Any) -> list[Any]:
    import pikepdf

    if given is None:
        return []
    return list(given) if isinstance(given, pikepdf.Array) else [given]

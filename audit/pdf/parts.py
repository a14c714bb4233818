"""A PDF taken apart into what a person would name, with a digest of each part.

Every object that the document reaches falls into one part: pages (text, drawing, links),
figures, attachments, metadata, tags, bookmarks, and what is left of the catalogue. Digests are
over values and not over the file's bytes, so that a file which was merely written anew, say by
a mail gateway, still holds.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from audit.pdf.tag_tree import Element, Placed

OF_A_PAGE = ("/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate")
_INHERITED = OF_A_PAGE[1:]
_REFERENCE = re.compile(rb"\((?:\\.|[^\\()])*\)|(\d+) (\d+) R\b", re.S)
# How a stream is packed is not what it says.
_PACKING = ("/Length", "/Filter", "/DecodeParms")
_NAMED = {b"Do": "/XObject", b"sh": "/Shading", b"gs": "/ExtGState", b"cs": "/ColorSpace",
          b"CS": "/ColorSpace", b"scn": "/Pattern", b"SCN": "/Pattern"}  # fmt: skip
_NAMES = re.compile(rb"(/[^\s/<>\[\]()]+)\s+(Do|sh|gs|cs|CS|scn|SCN)\b")
# How tokens are set apart is not what they draw.
_TOKENS = re.compile(rb"/?[^\s/\[\]<>()]+|[\[\]<>()]")
# Text is matched only to be passed over: it may hold the letters of an operator.
_MARKS = re.compile(
    rb"\((?:\\.|[^\\()])*\)|(?P<open>\bB[DM]C\b)|(?P<close>\bEMC\b)",
    re.S,
)


class Parts:
    """The parts of an open PDF.

    Parameters
    ----------
    pdf
        A `pikepdf.Pdf`.
    """

    def __init__(self, pdf: Any) -> None:
        self.pdf = pdf
        self._pages = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        self._streams: dict[tuple[int, int], bytes] = {}

    def digest(self, values: Iterable[Any]) -> str:
        """Return the SHA-256 over values and all they refer to, pages aside.

        References are numbered in the order in which they are met, so that the numbers of
        objects in the file don't matter.
        """
        whole = hashlib.sha256()
        order: dict[tuple[int, int], int] = {}
        waiting: list[tuple[int, int]] = []

        def canonical(match: re.Match[bytes]) -> bytes:
            if match[1] is None:
                return match[0]
            key = (int(match[1]), int(match[2]))
            if key in self._pages:
                return b"page %d" % self._pages[key]
            if key not in order:
                order[key] = len(order)
                waiting.append(key)
            return b"%d R" % order[key]

        for value in values:
            whole.update(_REFERENCE.sub(canonical, self._written(value)) + b"\n")
        while waiting:
            key = waiting.pop()
            value = self.pdf.get_object(key)
            whole.update(b"%d: " % order[key])
            whole.update(_REFERENCE.sub(canonical, self._resolved(value)) + b"\n")
        return whole.hexdigest()

    def _written(self, value: Any) -> bytes:
        """Return a value as it is written, an object of its own as a reference to it."""
        if hasattr(value, "unparse"):
            return bytes(value.unparse())
        return repr(value).encode()

    def _resolved(self, value: Any) -> bytes:
        import pikepdf

        if not isinstance(value, pikepdf.Stream):
            unparsed = value.unparse(resolved=True) if hasattr(value, "unparse") else None
            return bytes(unparsed) if unparsed is not None else repr(value).encode()
        keys = [key for key in sorted(value.keys()) if key not in _PACKING]
        named = b" ".join(key.encode() + b" " + self._written(value[key]) for key in keys)
        return b"<<" + named + b">> " + self._stream(value)

    def _stream(self, stream: Any) -> bytes:
        if stream.objgen not in self._streams:
            self._streams[stream.objgen] = hashlib.sha256(decoded(stream)).hexdigest().encode()
        return self._streams[stream.objgen]

    def drawing(self, number: int) -> str:
        """Return the digest of what is drawn on a page, its size and resources included."""
        page = self.pdf.pages[number - 1].obj
        values = [_inherited(page, key) for key in _INHERITED]
        return self.digest([hashlib.sha256(_contents(page)).hexdigest(), *values])

    def links(self, number: int) -> str:
        """Return the digest of a page's links, notes and whatever else lies over or in it."""
        page = self.pdf.pages[number - 1].obj
        others = sorted(set(page.keys()) - {*OF_A_PAGE, "/Parent"})
        return self.digest([each for key in others for each in (key, page[key])])

    def figures(self, placed: Placed) -> dict[Element, tuple[int, str]]:
        """Return the page and the digest of the drawing of each figure, in reading order."""
        marks: dict[Element, list[tuple[int, int]]] = defaultdict(list)
        for key, (element, _) in placed.items():
            if element.roles and element.roles[-1] == "Figure":
                marks[element].append(key)
        pages = sorted({page for each in marks.values() for page, _ in each if page})
        drawn = {page: self._marked(page, marks.values()) for page in pages}
        return {
            element: (
                keys[0][0],
                hashlib.sha256("".join(drawn[p].get(m, "") for p, m in keys).encode()).hexdigest(),
            )
            for element, keys in marks.items()
            if keys[0][0]
        }

    def _marked(self, page: int, wanted: Iterable[list[tuple[int, int]]]) -> dict[int, str]:
        """Return the digest of the drawing in each mark of a page that is wanted."""
        marks = {mark for keys in wanted for number, mark in keys if number == page}
        node = self.pdf.pages[page - 1].obj
        resources = _inherited(node, "/Resources") or {}
        contents = _contents(node)
        stack: list[tuple[int, int]] = []
        last = 0
        inside: dict[int, bytes] = {}
        for token in _MARKS.finditer(contents):
            if token["open"]:
                at = contents.rfind(b"/MCID ", last, token.start())
                mark = re.match(rb"\d+", contents[at + 6 : at + 16]) if at >= 0 else None
                stack.append((int(mark[0]) if mark else -1, token.end()))
                last = token.end()
            elif token["close"] and stack:
                number, start = stack.pop()
                if number in marks:
                    inside[number] = b" ".join(_TOKENS.findall(contents, start, token.start()))
                last = token.end()
        return {
            mark: hashlib.sha256(drawn + self._used(drawn, resources).encode()).hexdigest()
            for mark, drawn in inside.items()
        }

    def _used(self, drawn: bytes, resources: Any) -> str:
        """Return the digest of the resources that a stretch of a page names."""
        used = []
        for name, operator in dict.fromkeys(_NAMES.findall(drawn)):
            named = resources.get(_NAMED[operator], {})
            if name.decode("latin-1") in named:
                used.append(named[name.decode("latin-1")])
        return self.digest(used)

    def tags(self) -> str:
        """Return the digest of the tag tree: reading order, alternative texts, table headers."""
        return self.digest([self.pdf.Root.get("/StructTreeRoot")])

    def bookmarks(self) -> str:
        """Return the digest of the bookmarks and the places that links lead to."""
        root = self.pdf.Root
        names = root.get("/Names", {})
        return self.digest([root.get("/Outlines"), root.get("/Dests"), names.get("/Dests")])

    def catalogue(self, passed_over: Container[str] = ()) -> str:
        """Return the digest of what is left: language, view, colours, scripts, forms, files.

        Parameters
        ----------
        passed_over
            Names of attachments that don't count.
        """
        root = self.pdf.Root
        apart = ("/Pages", "/StructTreeRoot", "/Outlines", "/Dests", "/Names", "/Metadata", "/AF")
        values = [x for key in sorted(root.keys()) if key not in apart for x in (key, root[key])]
        names = root.get("/Names", {})
        kept = sorted(set(names.keys()) - {"/Dests", "/EmbeddedFiles"})
        # A file that is attached as well is sealed as an attachment; here its name is enough.
        attached = {entry.obj.objgen: str(name) for name, entry in self.pdf.attachments.items()}
        files = [attached.get(file.objgen, file) for file in root.get("/AF", [])]
        files = [file for file in files if file not in passed_over]
        return self.digest([*values, *(x for key in kept for x in (key, names[key])), *files])

    def metadata(self) -> dict[str, str]:
        """Return the entries of the document's information, and the digest of its XMP."""
        given = {str(key).lstrip("/"): str(value) for key, value in self.pdf.docinfo.items()}
        xmp = self.pdf.Root.get("/Metadata")
        return given | ({} if xmp is None else {"XMP": hashlib.sha256(decoded(xmp)).hexdigest()})


def decoded(stream: Any) -> bytes:
    """Return a stream's contents; those of a picture as they are packed."""
    import pikepdf

    try:
        return bytes(stream.read_bytes())
    except pikepdf.PdfError:
        return bytes(stream.read_raw_bytes())


def _contents(page: Any) -> bytes:
    """Return what draws a page; it may be divided among several streams."""
    import pikepdf

    given = page.get("/Contents", [])
    streams = given if isinstance(given, pikepdf.Array | list) else [given]
    return b"\n".join(decoded(stream) for stream in streams)


def _inherited(page: Any, key: str) -> Any:
    """Return an entry of a page, or of the nearest node above that has it."""
    node: Any = page
    for _ in range(50):
        if node is None or key in node:
            break
        node = node.get("/Parent")
    return None if node is None else node.get(key)

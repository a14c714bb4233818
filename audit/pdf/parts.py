"""Split a PDF into parts that a person can name, with a digest of each.

Every object that the document reaches belongs to one part: pages (text, drawing, links),
figures, attachments, metadata, tags, bookmarks, and the rest of the catalogue. The digests
of parts are of values and not of the file's bytes, so that they show what was altered in a file
that has been rewritten. The digest of the whole omits nothing, not even the compression.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from audit.limits import spend
from audit.pdf.attachments import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

    from audit.pdf.tag_tree import Element, Placed

OF_A_PAGE = ("/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate")
_INHERITED = OF_A_PAGE[1:]
_REFERENCE = re.compile(rb"\((?:\\.|[^\\()])*\)|(\d+) (\d+) R\b", re.S)
# How a stream is encoded does not change its content.
_PACKING = ("/Length", "/Filter", "/DecodeParms")
# Entries of a trailer about its own file, and the catalogue, which has its own parts.
_TRAILER = {"/DecodeParms", "/Filter", "/ID", "/Index", "/Length", "/Root", "/Size", "/Type", "/W"}
_NAMED = {b"Do": "/XObject", b"sh": "/Shading", b"gs": "/ExtGState", b"cs": "/ColorSpace",
          b"CS": "/ColorSpace", b"scn": "/Pattern", b"SCN": "/Pattern"}  # fmt: skip
_NAMES = re.compile(rb"(/[^\s/<>\[\]()]+)\s+(Do|sh|gs|cs|CS|scn|SCN)\b")
# The white space between tokens does not change what they draw.
_TOKENS = re.compile(rb"/?[^\s/\[\]<>()]+|[\[\]<>()]")
# Strings are matched only to be skipped: they may contain the letters of an operator.
_MARKS = re.compile(
    rb"\((?:\\.|[^\\()])*\)|(?P<open>\bB[DM]C\b)|(?P<close>\bEMC\b)",
    re.S,
)


class Parts:
    """The parts of an open PDF and their digests.

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
        """Return the SHA-256 of values and everything they refer to, except pages.

        References are numbered in the order in which they are found, so that the object numbers of
        the file do not matter.
        """
        return self._digest(values, self._pages, self._resolved)

    def _digest(
        self,
        values: Iterable[Any],
        pages: Mapping[tuple[int, int], int],
        resolved: Callable[[Any], bytes],
    ) -> str:
        whole = hashlib.sha256()
        order: dict[tuple[int, int], int] = {}
        waiting: list[tuple[int, int]] = []

        def canonical(match: re.Match[bytes]) -> bytes:
            if match[1] is None:
                return match[0]
            key = (int(match[1]), int(match[2]))
            if key in pages:
                return b"page %d" % pages[key]
            if key not in order:
                order[key] = len(order)
                waiting.append(key)
            return b"%d R" % order[key]

        for value in values:
            whole.update(_REFERENCE.sub(canonical, self._written(value)) + b"\n")
        while waiting:
            key = waiting.pop()
            value = self.pdf.get_object(key)
            spend()
            whole.update(b"%d: " % order[key])
            whole.update(_REFERENCE.sub(canonical, resolved(value)) + b"\n")
        return whole.hexdigest()

    def _written(self, value: Any) -> bytes:
        """Return a value as written, with an indirect object as a reference."""
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

    def _as_packed(self, value: Any) -> bytes:
        """Return a value with all its keys, and a stream's data as encoded."""
        import pikepdf

        if not isinstance(value, pikepdf.Stream):
            return self._resolved(value)
        keys = [key for key in sorted(value.keys()) if key != "/Length"]
        named = b" ".join(key.encode() + b" " + self._written(value[key]) for key in keys)
        return (
            b"<<" + named + b">> " + hashlib.sha256(value.read_raw_bytes()).digest().hex().encode()
        )

    def _stream(self, stream: Any) -> bytes:
        if stream.objgen not in self._streams:
            self._streams[stream.objgen] = hashlib.sha256(decoded(stream)).hexdigest().encode()
        return self._streams[stream.objgen]

    def drawing(self, number: int) -> str:
        """Return the digest of what is drawn on a page, including its size and resources."""
        page = self.pdf.pages[number - 1].obj
        values = [_inherited(page, key) for key in _INHERITED]
        return self.digest([hashlib.sha256(_contents(page)).hexdigest(), *values])

    def links(self, number: int) -> str:
        """Return the digest of a page's links, annotations and other entries."""
        page = self.pdf.pages[number - 1].obj
        others = sorted(set(page.keys()) - {*OF_A_PAGE, "/Parent"})
        return self.digest([each for key in others for each in (key, page[key])])

    def figures(self, placed: Placed) -> dict[Element, tuple[int, str]]:
        """Return the page of each figure and the digest of its drawing, in reading order."""
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
        """Return the digest of the drawing in each wanted piece of marked content of a page."""
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
        """Return the digest of the resources that part of a page uses."""
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
        """Return the digest of the bookmarks and the destinations of links."""
        root = self.pdf.Root
        names = root.get("/Names", {})
        return self.digest([root.get("/Outlines"), root.get("/Dests"), names.get("/Dests")])

    def catalogue(self, passed_over: Container[str] = ()) -> str:
        """Return the digest of the rest: language, view, colours, scripts, forms, files.

        Parameters
        ----------
        passed_over
            Names of attachments to leave out.
        """
        root = self.pdf.Root
        apart = ("/Pages", "/StructTreeRoot", "/Outlines", "/Dests", "/Names", "/Metadata", "/AF")
        values = [x for key in sorted(root.keys()) if key not in apart for x in (key, root[key])]
        names = root.get("/Names", {})
        kept = sorted(set(names.keys()) - {"/Dests", "/EmbeddedFiles"})
        # A file that is also an attachment is sealed as one; its name is enough here.
        attached = {entry.objgen: name for name, entry in entries(self.pdf).items()}
        files = [attached.get(file.objgen, file) for file in root.get("/AF", [])]
        files = [file for file in files if file not in passed_over]
        return self.digest([*values, *(x for key in kept for x in (key, names[key])), *files])

    def whole(self, passed_over: Container[str] = ()) -> str:
        """Return the digest of everything: every object, every key, every stream as encoded.

        Only attachments are included one by one, by name and entry, so that those left out do not
        affect it. `audit.pdf.attachments` checks the tree that holds them.
        """
        root, names = self.pdf.Root, self.pdf.Root.get("/Names", {})
        trailer = self.pdf.trailer
        values: list[Any] = [self.pdf.pdf_version]
        values += [x for key in sorted(set(trailer.keys()) - _TRAILER) for x in (key, trailer[key])]
        apart = ("/AF", "/Names")
        values += [x for key in sorted(root.keys()) if key not in apart for x in (key, root[key])]
        kept = sorted(set(names.keys()) - {"/EmbeddedFiles"})
        values += [x for key in kept for x in (key, names[key])]
        files = entries(self.pdf).items()
        values += [x for name, entry in files if name not in passed_over for x in (name, entry)]
        return self._digest(values, {}, self._as_packed)

    def metadata(self) -> dict[str, str]:
        """Return the entries of the document information dictionary, and the digest of the XMP."""
        given = {str(key).lstrip("/"): str(value) for key, value in self.pdf.docinfo.items()}
        xmp = self.pdf.Root.get("/Metadata")
        return given | ({} if xmp is None else {"XMP": hashlib.sha256(decoded(xmp)).hexdigest()})


def decoded(stream: Any) -> bytes:
    """Return a stream's decoded contents; those of an image as encoded."""
    import pikepdf

    try:
        data = bytes(stream.read_bytes())
    except pikepdf.PdfError:
        data = bytes(stream.read_raw_bytes())
    spend(len(data))
    return data


def _contents(page: Any) -> bytes:
    """Return the content of a page; it may be split among several streams."""
    import pikepdf

    given = page.get("/Contents", [])
    streams = given if isinstance(given, pikepdf.Array | list) else [given]
    return b"\n".join(decoded(stream) for stream in streams)


def _inherited(page: Any, key: str) -> Any:
    """Return an entry of a page, or of the nearest ancestor that has it."""
    node: Any = page
    for _ in range(50):
        if node is None or key in node:
            break
        node = node.get("/Parent")
    return None if node is None else node.get(key)

"""Find the files that a book's pages show or link to, and copy them next to the pages."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from press.blocks.raw_html import renamed
from press.document import tree
from press.document.page import Page
from press.document.tree import Node, Nodes
from press.errors import BrokenReferenceError, Mistakes

_DATA = re.compile(
    r"data:image/(?P<kind>png|jpeg|gif|svg|webp)(?:\+xml)?(?P<base64>;base64)?,(?P<content>.*)",
    re.DOTALL,
)


@dataclass
class Resources:
    """The files of a project that its pages need.

    Parameters
    ----------
    root
        The project's folder.
    drawn
        Images drawn by cells, by path in the book.
    files
        Files of the project to copy, by path in the book.
    asked, seen
        Whether each file that a page takes, or only names, exists, by path in the book.
    """

    root: Path
    drawn: Mapping[str, bytes] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    asked: dict[str, bool] = field(default_factory=dict)
    seen: dict[str, bool] = field(default_factory=dict)

    def take(self, path: str) -> bool:
        """Register a file by its path in the book; return whether it exists."""
        there = path in self.drawn
        if not there and not path.startswith("..") and (self.root / path).is_file():
            self.files[path] = self.root / path
            there = True
        self.asked[path] = there
        return there

    def add(self, other: Resources) -> None:
        """Add the files that one page needs."""
        self.files |= other.files
        self.drawn = {**self.drawn, **other.drawn}

    def exists(self, path: str) -> bool:
        """Return whether a file of the project exists, without taking it into the book."""
        self.seen[path] = (self.root / path).is_file()
        return self.seen[path]

    def embedded(self, address: str) -> str | None:
        """Register the image in a `data:` URL; return its path, or None if it contains none."""
        found = _DATA.match(address)
        if found is None:
            return None
        given = unquote_to_bytes(found["content"])
        try:
            content = base64.b64decode(given) if found["base64"] else given
        except ValueError:
            return None
        path = f"embedded/{hashlib.sha256(content).hexdigest()[:12]}.{found['kind'].lower()}"
        self.drawn = {**self.drawn, path: content}
        return path

    def write(self, out: Path) -> None:
        """Write the files to a folder."""
        for path, file in self.files.items():
            target = out / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
        for path, content in self.drawn.items():
            target = out / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def is_outside(address: str) -> bool:
    """Return whether an address is outside the book."""
    parts = urlsplit(address)
    return bool(parts.scheme or parts.netloc)


def in_book(page: Page, address: str) -> str:
    """Convert an address in a chapter to a path relative to the book."""
    path = unquote(urlsplit(address).path)
    if path.startswith("/"):
        return posixpath.normpath(path.lstrip("/"))
    return posixpath.normpath(posixpath.join(posixpath.dirname(page.path), path))


def with_images(page: Page, resources: Resources, found: Mistakes, *, from_root: bool) -> Nodes:
    """Resolve the addresses of a page's images, and in HTML of its raw tags.

    Parameters
    ----------
    page
        The page.
    resources
        Collects the files.
    found
        Collects missing images.
    from_root
        Whether addresses are relative to the root of the book, as Typst requires, rather than
        to the page.
    """

    def named(address: str, shown: bool) -> str:
        return _in_page(page, address, resources, found, shown=shown)

    def visit(node: Node) -> Node | None:
        if node["t"] in ("RawInline", "RawBlock") and node["c"][0].startswith("html"):
            kind, code = node["c"]
            return None if from_root else {**node, "c": [kind, renamed(code, named)]}
        if node["t"] != "Image":
            return None
        attr, alt, (address, title) = node["c"]
        if address.startswith("data:"):
            held = resources.embedded(address) if from_root else None
            return {"t": "Image", "c": [attr, alt, ["/" + held, title]]} if held else None
        if is_outside(address):
            _on_another_host(page, address, found, refused=from_root)
            return None
        path = in_book(page, address)
        if not resources.take(path):
            found.add(
                BrokenReferenceError(
                    f"there is no image {path}",
                    page.source.location_of(re.escape(address)),
                    "write the file, or correct its name",
                )
            )
        new = "/" + path if from_root else relative(path, page.html)
        return {"t": "Image", "c": [attr, alt, [new, title]]}

    return list(tree.walk(page.blocks, visit))


def _in_page(
    page: Page, address: str, resources: Resources, found: Mistakes, *, shown: bool
) -> str:
    """Resolve the address in a raw tag of a page, and register the file."""
    if is_outside(address) or not address or address.startswith("#"):
        if shown and re.match(r"(?:https?:)?//", address, re.I):
            place = page.source.location_of(re.escape(address))
            found.warn(f"{place}: {address} is on another host: put a copy into the project")
        return address
    path = in_book(page, address)
    parts = urlsplit(address)
    rest = (f"?{parts.query}" if parts.query else "") + (
        f"#{parts.fragment}" if parts.fragment else ""
    )
    if path.endswith((".qmd", ".md", ".ipynb")) and resources.exists(path) and not shown:
        return relative(re.sub(r"\.(?:q?md|ipynb)$", ".html", path), page.html) + rest
    if not resources.take(path):
        place = page.source.location_of(re.escape(address))
        what = f"there is no file {path}"
        if shown:
            remedy = "write the file, or correct its name"
            found.add(BrokenReferenceError(what, place, remedy))
        elif not path.endswith(".html") and path != ".":
            found.warn(f"{place}: {what}, to which a tag links")
        return address if not address.startswith("/") else relative(path, page.html) + rest
    return relative(path, page.html) + rest


def _on_another_host(page: Page, address: str, found: Mistakes, *, refused: bool) -> None:
    """Reject a remote image in print; warn of one that a browser would load."""
    place = page.source.location_of(re.escape(address))
    what, remedy = f"the image {address} is on another host", "put a copy into the project"
    if refused:
        found.add(BrokenReferenceError(what, place, remedy))
    else:
        found.warn(f"{place}: {what}: {remedy}")


def relative(path: str, page: str) -> str:
    """Return the address of `path` relative to `page`, both being relative to the book."""
    return posixpath.relpath(path, posixpath.dirname(page) or ".")

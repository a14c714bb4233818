"""Extract the images that cells draw, and show them with the cell's options."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from press.chapter.cells import Cell
from press.run.outputs import IMAGES


@dataclass
class Figures:
    """Images drawn by the cells of a chapter, with their paths.

    Parameters
    ----------
    folder
        Their folder, relative to the chapter's page.
    files
        Their content, by path relative to the chapter's page.
    to_root
        Path from the page to the book's folder: empty, or with a trailing slash.
    scripts
        Scripts that draw the charts of the page, by path in the book.
    """

    folder: str
    files: dict[str, bytes] = field(default_factory=dict)
    to_root: str = ""
    scripts: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str, content: bytes) -> str:
        """Register an image and return its path relative to the chapter."""
        path = f"{self.folder}/{name}"
        self.files[path] = content
        return path


@dataclass(frozen=True)
class Picture:
    """An image drawn by a cell.

    Parameters
    ----------
    content
        Its content.
    name
        Its file name.
    attributes
        Its attributes in Markdown: size, alignment, alternative text.
    link
        Target of its link; empty if there is none.
    """

    content: bytes
    name: str
    attributes: tuple[tuple[str, str], ...]
    link: str

    def markdown(self, caption: str, label: str, figures: Figures) -> str:
        """Register the image among the figures and return it as Markdown."""
        path = figures.add(self.name, self.content)
        words = [label] if label else []
        words += [f"{key}='{attribute_value(value)}'" for key, value in self.attributes]
        image = f"![{caption}]({path})" + (f"{{{' '.join(words)}}}" if words else "")
        return (f"[{image}]({self.link})" if self.link else image) + "\n"


def picture(cell: Cell, output: Mapping[str, Any], kind: str, stem: str, index: int) -> Picture:
    """Return the image in an output.

    Parameters
    ----------
    cell
        Its cell.
    output
        The output.
    kind
        The MIME type to use.
    stem
        File name without its suffix.
    index
        Position of the output in the cell, for options that are lists.
    """
    data = output["data"][kind]
    content = data.encode() if kind == "image/svg+xml" else base64.b64decode(data)
    size = output.get("metadata", {}).get(kind, {})
    attributes = [(key, str(size[key])) for key in ("width", "height") if size.get(key)]
    for key in ("fig-align", "fig-alt"):
        value = cell.options.get(key)
        if isinstance(value, list):
            value = value[index] if index < len(value) else None
        if value:
            attributes.append((key, one_line(value)))
    return Picture(
        content,
        f"{stem}.{IMAGES[kind]}",
        tuple(attributes),
        str(cell.options.get("fig-link") or ""),
    )


def one_line(words: Any) -> str:
    """Join the lines of a text with spaces."""
    return str(words).strip().replace("\n", " ")


def attribute_value(value: Any) -> str:
    """Escape a value for an attribute in single quotes; values other than strings as JSON."""
    words = value if isinstance(value, str) else json.dumps(value)
    return words.replace("'", "\\'")

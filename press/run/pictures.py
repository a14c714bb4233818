"""Pictures that cells draw: written next to the page, shown with the cell's options."""

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
    """The pictures that cells drew, by their path in the book.

    Parameters
    ----------
    folder
        Where they stand, relative to the chapter's page.
    files
        Their bytes.
    to_root
        The way from the page to the book's folder: empty, or ending in a stroke.
    scripts
        What charts of the page need to be drawn, by path in the book.
    """

    folder: str
    files: dict[str, bytes] = field(default_factory=dict)
    to_root: str = ""
    scripts: dict[str, bytes] = field(default_factory=dict)

    def add(self, name: str, content: bytes) -> str:
        """Note a picture and return its path relative to the chapter."""
        path = f"{self.folder}/{name}"
        self.files[path] = content
        return path


@dataclass(frozen=True)
class Picture:
    """A picture a cell drew.

    Parameters
    ----------
    content
        Its bytes.
    name
        Its file's name.
    attributes
        Its attributes in Markdown: size, place, alternative text.
    link
        Where it leads; empty for nowhere.
    """

    content: bytes
    name: str
    attributes: tuple[tuple[str, str], ...]
    link: str

    def markdown(self, caption: str, label: str, figures: Figures) -> str:
        """Return the picture as Markdown, noted among the figures."""
        path = figures.add(self.name, self.content)
        words = [label] if label else []
        words += [f"{key}='{attribute_value(value)}'" for key, value in self.attributes]
        image = f"![{caption}]({path})" + (f"{{{' '.join(words)}}}" if words else "")
        return (f"[{image}]({self.link})" if self.link else image) + "\n"


def picture(cell: Cell, output: Mapping[str, Any], kind: str, stem: str, index: int) -> Picture:
    """Return the picture an output holds.

    Parameters
    ----------
    cell
        Its cell.
    output
        The output.
    kind
        The MIME type to take.
    stem
        Name of the file, without its ending.
    index
        Place of the output among the cell's, for options that are lists.
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
    """Return a text on one line."""
    return str(words).strip().replace("\n", " ")


def attribute_value(value: Any) -> str:
    """Return a value as it stands between single quotes in an attribute."""
    words = value if isinstance(value, str) else json.dumps(value)
    return words.replace("'", "\\'")

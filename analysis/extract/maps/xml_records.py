"""An XML return as tables: one row per record, with the line where it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

import pandas as pd

from analysis.extract.files.problem import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass
class Element:
    """An element: its name without a prefix, its first line, its text and its children."""

    tag: str
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def at(self, path: Sequence[str]) -> Iterator[Element]:
        """Yield the elements at a path below this one."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.tag == path[0]:
                yield from child.at(path[1:])


def read_units(content: bytes, file: str, unit: str) -> list[Element]:
    """Return every element with a given name, including its contents.

    Raises
    ------
    UnreadableError
        If the file is not XML, declares a document type or entities, or contains no such element.
    """
    parser = expat.ParserCreate()
    found: list[Element] = []
    open_: list[Element] = []

    def start(tag: str, _: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if not open_ and name != unit:
            return
        element = Element(name, parser.CurrentLineNumber)
        (open_[-1].children if open_ else found).append(element)
        open_.append(element)

    def text(data: str) -> None:
        if open_:
            open_[-1].text += data

    def end(_: str) -> None:
        if open_:
            open_.pop()

    def refuse(*_: object) -> None:
        raise UnreadableError("entity", file, "a document type declaration")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UnreadableError("unreadable", file, "no XML that opens", (error.lineno,)) from None
    if not found:
        raise UnreadableError("map-column", file, f"no element {unit}")
    return found


def records(
    units: Sequence[Element], file: str, record: str, paths: Sequence[str]
) -> tuple[pd.DataFrame, list[int]]:
    """Return one row per record, with its values by path below the unit, and its line.

    A path leads from the record, or from an element that contains it, to one element.

    Raises
    ------
    UnreadableError
        If there is no such record, a path is found nowhere, or it leads to several elements.
    """
    way = record.split("/")
    wanted = {path: path.split("/") for path in paths}
    rows: list[list[str]] = []
    lines: list[int] = []
    met: set[str] = set()
    for unit in units:
        for chain in _chains(unit, way):
            row = []
            for path, parts in wanted.items():
                shared = _shared(way, parts)
                ends = list(chain[shared].at(parts[shared:]))
                if len(ends) > 1:
                    seen = f"more than one {path} for a record {record}"
                    raise UnreadableError("map-column", file, seen, (ends[1].line,))
                met.update([path] if ends else [])
                row.append(ends[0].text.strip() if ends else "")
            rows.append(row)
            lines.append(chain[-1].line)
    if not rows:
        raise UnreadableError("map-column", file, f"no record {record}")
    if lacking := [path for path in paths if path not in met]:
        raise UnreadableError("map-column", file, f"no element {', '.join(lacking)}")
    return pd.DataFrame(rows, columns=pd.Index(paths), dtype="str"), lines


def _chains(unit: Element, way: Sequence[str]) -> Iterator[list[Element]]:
    """Yield, for each record, the elements from the unit to it."""
    chains = [[unit]]
    for tag in way:
        chains = [
            [*chain, child] for chain in chains for child in chain[-1].children if child.tag == tag
        ]
    yield from chains


def _shared(way: Sequence[str], parts: Sequence[str]) -> int:
    """Return how many leading elements two paths have in common."""
    count = 0
    # The last part is the value itself, whether it has the record's name or not.
    for one, other in zip(way, parts[:-1], strict=False):
        if one != other:
            break
        count += 1
    return count

"""Find which exhibits the chapters show, where, and under which short reference.

The chapters' text is read but not executed, so that both engines and an editor agree:
`figures.x`, `tables.x`, `numbers.x` and `claims.x` in a cell or inline.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from analysis.book import check_kind
from analysis.errors import ChapterFailed
from analysis.study.names import unknown_effect
from analysis.study.settings import read_study
from audit.ledger.record import Location

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from press.chapter.book import Book

LETTERS = {"figure": "F", "table": "T", "number": "N", "claim": "C"}
NAMESPACES = {f"{kind}s": kind for kind in LETTERS}
"""Prefixes of names in chapters, with the kind of exhibit that each stands for."""


@dataclass(frozen=True)
class Use:
    """One use of an exhibit in a chapter.

    Attributes
    ----------
    name
        Name of the exhibit.
    kind
        Kind of exhibit that its prefix states.
    label
        Label of the cell around it; empty if inline or without a label.
    location
        The chapter's file and line.
    """

    name: str
    kind: str
    label: str
    location: Location


def uses(book: Book) -> list[Use]:
    """Return every use of an exhibit, in the order of the book."""
    found = []
    for chapter in book.chapters:
        in_chapter = []
        for cell in chapter.cells:
            for name, kind, line in _shown(cell.source):
                place = Location(cell.location.file, cell.first_line + line - 1)
                in_chapter.append(Use(name, kind, cell.label or "", place))
        for inline in chapter.inlines:
            place = Location(inline.location.file, inline.location.line)
            found_inline = _shown(inline.expression)
            in_chapter.extend(Use(name, kind, "", place) for name, kind, _ in found_inline)
        found.extend(sorted(in_chapter, key=lambda use: use.location.line))
    return found


def _shown(source: str) -> list[tuple[str, str, int]]:
    """Return the exhibits that code shows, with their kinds and the lines within the code."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # the kernel will say so, with the chapter's line
        return []
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=space), attr=name) if space in NAMESPACES:
                found.append((name, NAMESPACES[space], node.lineno))
    return found


def check(used: Iterable[Use], kinds: Mapping[str, str], root: Path | None = None) -> None:
    """Stop at a name that is not an exhibit of its kind, or a label that differs from the name.

    Parameters
    ----------
    kinds
        Kind of each exhibit, by name.
    root
        The study's folder, for what it lacks; None to name only the closest names.

    Raises
    ------
    ChapterFailed
        With the chapter, the line and what the study lacks, or the closest names.
    """
    prefixes = {"figure": "fig-", "table": "tbl-"}
    for use in used:
        if use.name not in kinds:
            near = get_close_matches(use.name, list(kinds), n=3)
            why = _lacking(use.name, kinds, root) if root else ""
            raise ChapterFailed(
                f"there is no exhibit named '{use.name}'{f': {why}' if why else ''}",
                place=str(use.location),
                remedy=f"did you mean {' or '.join(near)}?" if near else "see analysis/exhibits/",
            )
        check_kind(use.name, use.kind, kinds[use.name], str(use.location))
        prefix = prefixes.get(kinds[use.name])
        expected = f"{prefix}{use.name.replace('_', '-')}"
        if prefix and use.label and use.label != expected:
            raise ChapterFailed(
                f"the cell's label is '{use.label}' but it shows '{use.name}'",
                place=str(use.location),
                remedy=f"label it {expected}, the exhibit's name",
            )


def _lacking(name: str, kinds: Mapping[str, str], root: Path) -> str:
    """Return what a study lacks for an exhibit; empty if no study has one of that name."""
    from analysis.dataflow.graph import missing_inputs

    return unknown_effect(read_study(root / "study.toml"), name, kinds) or (
        missing_inputs(root).get(name, "")
    )


def references(used: Iterable[Use], kinds: Mapping[str, str]) -> dict[str, str]:
    """Return the short reference of each exhibit: F1, F2, T1…, in order of first use."""
    given: dict[str, str] = {}
    counts: dict[str, int] = {}
    for use in used:
        if use.name not in given:
            letter = LETTERS[kinds[use.name]]
            counts[letter] = counts.get(letter, 0) + 1
            given[use.name] = f"{letter}{counts[letter]}"
    return given

"""Results of executing a chapter, the conditions it runs under, and a store for its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from press.chapter.cells import Cell, Prose
from press.chapter.chapter import Chapter


@dataclass(frozen=True)
class CellResult:
    """A cell and its outputs.

    Parameters
    ----------
    cell
        The cell.
    outputs
        Its outputs, in the form of a Jupyter notebook.
    count
        Its execution count; None if it was not executed.
    varies
        Kinds of printed text that will differ in the next build.
    """

    cell: Cell
    outputs: tuple[dict[str, Any], ...]
    count: int | None
    varies: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProseResult:
    """A run of prose and the values of its inline expressions, in order, as MIME bundles."""

    prose: Prose
    values: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class ExecutedChapter:
    """A chapter and the results of its parts."""

    chapter: Chapter
    results: tuple[CellResult | ProseResult, ...]


class Outputs(Protocol):
    """Store of chapter outputs, whose provider has to track what they depend on."""

    def take(self, chapter: Chapter, defaults: Mapping[str, Any]) -> ExecutedChapter | None:
        """Return a chapter with its stored outputs under the same conditions; None if unknown.

        Parameters
        ----------
        chapter
            The current chapter.
        defaults
            The `execute` options of the project and chapter.
        """

    def displayed(self, chapter: Chapter, defaults: Mapping[str, Any]) -> ExecutedChapter | None:
        """Return a chapter with outputs that are known without running it; None if they aren't.

        The parameters are as for `take`.
        """

    def store(self, done: ExecutedChapter, defaults: Mapping[str, Any]) -> None:
        """Store the outputs of a chapter."""


@dataclass(frozen=True)
class Conditions:
    """Conditions under which chapters are executed.

    Parameters
    ----------
    folder
        Working directory of the kernel.
    environment
        Environment variables for the kernel, added to those of this process.
    timeout
        Time limit of a cell in seconds; None for no limit.
    defaults
        The `execute` options of the project and chapter.
    enabled
        The option `execute: enabled`. If True, notebooks are executed too, rather than shown with
        their saved outputs; if False, nothing is executed; None if it is not set.
    """

    folder: Path
    environment: Mapping[str, str]
    timeout: float | None
    defaults: Mapping[str, Any]
    enabled: bool | None = None

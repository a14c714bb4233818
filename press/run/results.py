"""What a chapter puts out when it runs, how it runs, and where a caller may keep its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from press.chapter.cells import Cell, Prose
from press.chapter.chapter import Chapter


@dataclass(frozen=True)
class CellResult:
    """A cell and what it put out.

    Parameters
    ----------
    cell
        The cell.
    outputs
        Its outputs, in the form of a Jupyter notebook.
    count
        Its number in the order of execution; None if it did not run.
    varies
        What it printed that will be another in the next build.
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
    """A chapter whose parts have run."""

    chapter: Chapter
    results: tuple[CellResult | ProseResult, ...]


class Outputs(Protocol):
    """Where a caller keeps what chapters put out; what it depends on is for the caller to know."""

    def take(self, chapter: Chapter, defaults: Mapping[str, Any]) -> ExecutedChapter | None:
        """Return a chapter with what it put out under the same conditions; None if that is unknown.

        Parameters
        ----------
        chapter
            The chapter as written now.
        defaults
            The `execute` options of project and chapter.
        """

    def keep(self, done: ExecutedChapter, defaults: Mapping[str, Any]) -> None:
        """Keep what a chapter put out."""


@dataclass(frozen=True)
class Conditions:
    """How chapters run.

    Parameters
    ----------
    folder
        Working directory of the kernel.
    environment
        Variables laid over this process's environment.
    timeout
        Seconds a cell may take; None for no limit.
    defaults
        The `execute` options of project and chapter.
    enabled
        What `execute: enabled` says: True, and notebooks run too, rather than show the outputs they
        were saved with; False, and nothing runs; None if it says nothing.
    """

    folder: Path
    environment: Mapping[str, str]
    timeout: float | None
    defaults: Mapping[str, Any]
    enabled: bool | None = None

"""Errors that an author can cause, each with its location in the author's file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, order=True)
class Location:
    """A location in one of the author's files.

    Parameters
    ----------
    file
        Path of the file, relative to the project.
    line
        Line number, from 1; 0 if only the file is known.
    """

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


def _same_error(kind: type[PressError], said: tuple[Any, ...], known: dict[str, Any]) -> PressError:
    error = kind.__new__(kind, *said)
    vars(error).update(known)
    return error


class PressError(Exception):
    """An error that an author can fix.

    Parameters
    ----------
    what
        What is wrong, in one sentence that names the construct.
    place
        Where it is.
    remedy
        How to fix it.
    """

    exit_code = 2

    def __init__(self, what: str, place: Location | None = None, remedy: str = "") -> None:
        self.what = what
        self.place = place
        self.remedy = remedy
        super().__init__(self.__str__())

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what makes the same error in another process."""
        return _same_error, (type(self), self.args, vars(self))

    def __str__(self) -> str:
        """Return one line with the location and the fault, and one with the remedy."""
        first = f"{self.place}: {self.what}" if self.place else self.what
        return f"{first}\n  remedy: {self.remedy}" if self.remedy else first


class ProjectError(PressError):
    """`_quarto.yml`, a profile, a format extension or an argument is invalid."""


class UnsupportedError(PressError):
    """A feature that Quarto supports and the press rejects rather than render it differently."""


class ChapterError(PressError):
    """A chapter cannot be turned into a page."""

    exit_code = 7


class WrongAttributeError(ValueError):
    """A Markdown attribute has an invalid value; the page that catches this adds its location."""

    def __init__(self, name: str, given: str, wanted: str) -> None:
        self.given = given
        self.wanted = wanted
        super().__init__(f"the attribute {name} has the value {given!r}")


class BrokenReferenceError(ChapterError):
    """A cross-reference, citation, link or image leads nowhere, or a label is used twice."""


class UnknownSourceError(BrokenReferenceError):
    """A citation has a key that is not in the bibliography."""


class CellError(ChapterError):
    """A cell raised an exception, timed out or lost its kernel.

    Parameters
    ----------
    what, place, remedy
        As for `PressError`.
    source
        The source of the cell, or the inline expression.
    traceback
        The kernel's traceback, without colours; empty if there is none.
    """

    def __init__(
        self, what: str, place: Location, remedy: str = "", *, source: str = "", traceback: str = ""
    ) -> None:
        self.source = source
        self.traceback = traceback
        super().__init__(what, place, remedy)

    def __str__(self) -> str:
        """Return the location and the exception, the source of the cell, and the remedy."""
        lines = [f"{self.place}: {self.what}"]
        lines += [f"    {line}" for line in self.source.splitlines()]
        if self.remedy:
            lines.append(f"  remedy: {self.remedy}")
        return "\n".join(lines)


class TypesettingError(PressError):
    """Pandoc or Typst rejected its input from the press."""

    exit_code = 7


class LostError(ChapterError):
    """Content that an author wrote is missing from a format."""

    def __init__(self, losses: Sequence[str]) -> None:
        self.losses = tuple(losses)
        super().__init__("\n".join(losses), None, "write it in a form that both formats support")


class SeveralMistakesError(ChapterError):
    """More than one mistake, each with its location."""

    def __init__(self, mistakes: tuple[PressError, ...]) -> None:
        self.mistakes = mistakes
        super().__init__(f"{len(mistakes)} mistakes", None, "")

    def __str__(self) -> str:
        """Return one entry for each mistake."""
        return "\n".join(str(mistake) for mistake in self.mistakes)


@dataclass
class Mistakes:
    """The mistakes found so far.

    Parameters
    ----------
    lenient
        Print what Quarto prints and continue: for a preview, and to compare with Quarto.
    by_quarto
        Whether Quarto will render the book; what only Quarto gets wrong is then a mistake.
    """

    lenient: bool = False
    by_quarto: bool = False
    found: list[PressError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Number of mistakes and warnings found."""
        return len(self.found) + len(self.warnings)

    def add(self, mistake: PressError) -> None:
        """Record a mistake, once for each location and wording."""
        if str(mistake) not in {str(one) for one in self.found}:
            self.found.append(mistake)

    def warn(self, words: str) -> None:
        """Record a warning, which does not stop a build, once for each wording."""
        if words not in self.warnings:
            self.warnings.append(words)

    def stop(self) -> None:
        """Raise the mistakes found, unless lenient."""
        if self.lenient or not self.found:
            return
        if len(self.found) == 1:
            raise self.found[0]
        raise SeveralMistakesError(tuple(self.found))

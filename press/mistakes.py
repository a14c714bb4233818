"""Collect mistakes that Quarto ignores but that stop a build here, and report them together."""

from __future__ import annotations

from dataclasses import dataclass, field

from press.errors import ChapterError, PressError


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

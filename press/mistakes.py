"""Mistakes that Quarto passes over and a build here stops for: collected, then reported at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from press.errors import ChapterError, PressError


class SeveralMistakesError(ChapterError):
    """More than one mistake, each with its place."""

    def __init__(self, mistakes: tuple[PressError, ...]) -> None:
        self.mistakes = mistakes
        super().__init__(f"{len(mistakes)} mistakes", None, "")

    def __str__(self) -> str:
        """One entry a mistake."""
        return "\n".join(str(mistake) for mistake in self.mistakes)


@dataclass
class Mistakes:
    """The mistakes found so far.

    Parameters
    ----------
    lenient
        Print what Quarto prints and go on: for a preview, and to compare with Quarto.
    by_quarto
        Whether Quarto will print the book: what it alone gets wrong is a mistake then.
    """

    lenient: bool = False
    by_quarto: bool = False
    found: list[PressError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How much was found, warnings included."""
        return len(self.found) + len(self.warnings)

    def add(self, mistake: PressError) -> None:
        """Note a mistake, once for each place and wording."""
        if str(mistake) not in {str(one) for one in self.found}:
            self.found.append(mistake)

    def warn(self, words: str) -> None:
        """Note what does not stop a build, once."""
        if words not in self.warnings:
            self.warnings.append(words)

    def stop(self) -> None:
        """Raise what was found, unless lenient."""
        if self.lenient or not self.found:
            return
        if len(self.found) == 1:
            raise self.found[0]
        raise SeveralMistakesError(tuple(self.found))

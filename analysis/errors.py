"""Errors that a person can cause, classified by who fixes them.

Each contains the place (file, row or line, column), the rule that was broken and the remedy, and
ends the command with the exit code of its class. `press` has its own hierarchy (`press.errors`),
since it is independent of the study.
"""

from __future__ import annotations


class ReportError(Exception):
    """An error that a person can fix.

    Parameters
    ----------
    what
        What is wrong, in one sentence.
    place
        File, with row, line or column where known.
    remedy
        What to do about it.
    """

    exit_code = 2

    def __init__(self, what: str, *, place: str = "", remedy: str = "") -> None:
        self.what = what
        self.place = place
        self.remedy = remedy
        super().__init__(self.__str__())

    def __str__(self) -> str:
        """Return one line for the place, one for what is wrong, one for the remedy."""
        lines = [f"{self.place}: {self.what}" if self.place else self.what]
        if self.remedy:
            lines.append(f"  remedy: {self.remedy}")
        return "\n".join(lines)


class ConfigurationError(ReportError):
    """`study.toml`, `_quarto.yml`, a data contract or an argument is wrong (author)."""

    exit_code = 2


class ContractBroken(ReportError):
    """An extract breaks a rule of its data contract (data manager)."""

    exit_code = 3


class NothingTested(ReportError):
    """A contract had nothing to test, which is not a pass (data manager)."""

    exit_code = 4


class ClaimBroken(ReportError):
    """A sentence of the report is no longer true, in a release (author)."""

    exit_code = 5


class ExhibitHeld(ReportError):
    """Disclosure control withholds an exhibit, in a release (author)."""

    exit_code = 6


class ChapterFailed(ReportError):
    """A chapter names an exhibit that does not exist, or its cell fails (author)."""

    exit_code = 7


class VerificationFailed(ReportError):
    """A delivered report is not what it claims to be (auditor)."""

    exit_code = 8


class NotReady(ReportError):
    """A release is not allowed for another reason, which is listed (author)."""

    exit_code = 9


class InputsChanged(ReportError):
    """A file was edited while a result was computed from it (author)."""

    exit_code = 9

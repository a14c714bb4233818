"""What records rest on: the commit, input files, rules, settings, steps and code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from audit.ledger.record import Count, FromOne, Sha256
from audit.ledger.schema import pattern

# Relative to the project's root, and never outside it.
ProjectFile = Annotated[str, pattern(r"(?!/)(?!.*\\)(?!.*\.\.)(?![A-Za-z]:)[^\n]*")]
ModuleFile = Annotated[str, pattern(r"(?!/)(?!.*\\)(?!.*\.\.)[^:\n]+\.py")]
Remote = Annotated[str, pattern(r"(https://[^\s<>\"']+)?")]
Outcome = Literal["pass", "warn", "fail", "nothing tested"]
RuleCounts = Mapping[Literal["rules", "pass", "warn", "fail", "nothing tested"], Count]


@dataclass(frozen=True)
class Commit:
    """The commit of the code that a build used.

    Attributes
    ----------
    id
        The full hash; null if the folder is not a git checkout of its own, in which case the
        report says so and never guesses.
    time
        Time of the commit in seconds since 1970; null if there is no commit.
    clean
        Whether every file is as committed and no other file could affect the build.
    """

    id: Annotated[str, pattern("([0-9a-f]{40}|[0-9a-f]{64})")] | None
    time: int | None
    clean: bool

    @property
    def short(self) -> str:
        """The hash as printed: twelve digits, marked if there are uncommitted changes."""
        if self.id is None:
            return "not under version control"
        return self.id[:12] + ("" if self.clean else " with uncommitted changes")


@dataclass(frozen=True)
class InputFile:
    """One data file.

    Attributes
    ----------
    name
        Name of a file of the extract; for a file of the project, its path from the root.
    sha256
        SHA-256 in hexadecimal.
    rows
        Number of rows; for a file about children rounded to the nearest ten, like totals of
        children, and at least ten unless it is empty.
    part
        "extract" for what was supplied or invented, "project" for the project's own files: facts
        from the published summary, proofs of methods.
    datasets
        The datasets of the extract that are read from it, or through it if it is a map.
    """

    name: ProjectFile
    sha256: Sha256
    rows: Count
    part: Literal["extract", "project"] = "extract"
    datasets: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleOutcome:
    """The outcome of one rule of a data contract, with counts as they may be published.

    Attributes
    ----------
    tested
        Rows tested, or [c] if the number may not be published.
    """

    dataset: str
    rule: str
    column: str
    severity: str
    outcome: Outcome
    tested: int | str
    failing: int | str
    expected: str


@dataclass(frozen=True)
class Setting:
    """A part of `study.toml`: its first line, and the SHA-256 of its content."""

    line: FromOne
    sha256: Sha256


@dataclass(frozen=True)
class Step:
    """One node of the dataflow.

    Attributes
    ----------
    function
        The function that computes it, a key of `code`; null for an input.
    needs
        Nodes that it takes as arguments.
    files
        The project's own data files that it reads.
    settings
        Parts of study.toml that it uses.
    does
        What it does, in words.
    given
        What it is restricted to, by name of the restriction.
    """

    function: str | None
    needs: tuple[str, ...]
    files: tuple[str, ...]
    settings: tuple[str, ...]
    does: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Definition:
    """One definition: a function, a class or a constant.

    Attributes
    ----------
    file, first, last
        The module, as a path from the project's root, and its lines, counted from 1.
    sha256
        Digest of its syntax tree, without docstrings.
    uses
        Definitions that it refers to directly.
    """

    file: ModuleFile
    first: FromOne
    last: FromOne
    sha256: Sha256
    uses: tuple[str, ...]

    def lines(self, dash: str = "-") -> str:
        """Return its file and lines, in the form `panel.py:8-12`."""
        return f"{self.file}:{self.first}{dash}{self.last}"

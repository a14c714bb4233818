"""`report new DIR`: ask five questions, and write a study that builds at once."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import ConfigurationError
from report.new.answers import parse

QUESTIONS = {
    "title": "What is the report called?",
    "authorities": "Which local authorities take part? (names with commas, or with "
    "semicolons if a name has a comma)",
    "schools": "How many schools have the intervention, and how many are compared with them? "
    "(6+7 for every authority, or one pair for each, with commas)",
    "outcomes": "Which outcomes are counted, the primary one first? (with commas; one that begins "
    "with 'Days' is measured in days)",
    "start": "In which month does the intervention start? (YYYY-MM)",
}
"""The questions, by the name of the flag that answers each."""


@dataclass(frozen=True)
class Given:
    """Answers given as flags; None for those to be asked."""

    title: str | None = None
    authorities: str | None = None
    schools: str | None = None
    outcomes: str | None = None
    start: str | None = None
    design: str = "randomised"


def new(folder: Path, given: Given) -> int:
    """Write a new study into an empty folder; return 0.

    Raises
    ------
    ConfigurationError
        If an answer is missing and nobody can be asked, or can't be used; nothing is written then.
    """
    answers = {name: _answer(name, getattr(given, name)) for name in QUESTIONS}
    asked = parse(**answers, design=given.design)

    from report.new.writing import write_study

    written = write_study(folder, asked)
    print(f"{asked.title}: {len(written)} files in {folder}")
    print(f"  authorities: {'; '.join(asked.authorities)}")
    print(f"  outcomes: {'; '.join(asked.outcomes)}")
    print("  its extract is invented, and every page will say so")
    print(f"  next: cd {shlex.quote(str(folder))}, then make report")
    print("  README.md there says what to change")
    return 0


def _answer(name: str, given: str | None) -> str:
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise ConfigurationError(
            f"no answer to: {QUESTIONS[name]}",
            place=f"--{name}",
            remedy="give it as a flag, or run this in a terminal",
        )
    return input(f"{QUESTIONS[name]}\n> ")

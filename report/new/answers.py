"""The five answers from which a study is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from string import ascii_uppercase
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError
from analysis.study.names import TOGETHER, key_of
from analysis.study.settings import DESIGNS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

MONTH = re.compile(r"(?:19|20)\d{2}-(?:0[1-9]|1[0-2])")
SCHOOLS = re.compile(r"(\d+)\+(\d+)")
_, RANDOMISED = DESIGNS
DAYS = "days"
"""How the label of an outcome begins that is measured in days."""
BEFORE, AFTER = 24, 10
"""Months before the start and from it on, as in the program's own study."""


@dataclass(frozen=True)
class Answers:
    """What a new study is about.

    Attributes
    ----------
    title
        Title of the report.
    authorities
        Names of the local authorities.
    schools
        Intervention and comparison schools of each authority.
    outcomes
        Labels of the outcomes, the primary one first.
    start
        First month of the intervention, YYYY-MM.
    design
        'randomised' within authorities, or 'matched' one to one.
    """

    title: str
    authorities: tuple[str, ...]
    schools: tuple[tuple[int, int], ...]
    outcomes: tuple[str, ...]
    start: str
    design: str = RANDOMISED

    def __post_init__(self) -> None:
        _need(bool(self.title), "--title", "is empty", "say what the report is called")
        _need(len(self.authorities) > 0, "--authorities", "names none", "name one or more")
        for name in self.authorities:
            _need(
                key_of(name) != TOGETHER,
                "--authorities",
                f"'{name}' is what all of them together are called",
                "give its full name",
            )
            _need(bool(key_of(name)), "--authorities", f"'{name}' has no letter from a to z",
                  "write it in Latin letters")  # fmt: skip
        _distinct(self.authorities, "--authorities", "two names that read alike")
        _need(len(self.outcomes) > 0, "--outcomes", "names none", "name one or more, primary first")
        _distinct(self.outcomes, "--outcomes", "two outcomes that read alike")
        for label in self.outcomes:
            _need(bool(re.match(r"[a-z]", key_of(label))), "--outcomes",
                  f"'{label}' does not begin with a letter", "write it out in words")  # fmt: skip
        _need(not _in_days(self.outcomes[0]) or len(self.outcomes) > 1, "--outcomes",
              "has no outcome that counts events", "name one such outcome too")  # fmt: skip
        _need(bool(MONTH.fullmatch(self.start)), "--start", f"'{self.start}' is no month",
              "write it as YYYY-MM, from 1900-01 to 2099-12")  # fmt: skip
        _need(self.design in DESIGNS, "--design", f"'{self.design}' is no design",
              f"choose {' or '.join(DESIGNS)}")  # fmt: skip
        for name, (treated, others) in zip(self.authorities, self.schools, strict=True):
            _need(treated > 0, "--schools", f"{name} has no school with the intervention",
                  "give each authority at least one, such as 1+1")  # fmt: skip
            _need(others > 0, "--schools", f"{name} has no comparison school to compare with",
                  "give it one, such as 1+1, or leave the authority out")  # fmt: skip
            _need(self.design == RANDOMISED or treated == others, "--schools",
                  f"{name} has {treated} and {others} schools, which cannot be matched one to one",
                  "give as many of both, or choose --design randomised")  # fmt: skip

    # --- as the template takes them ----------------------------------------------------

    before, after = BEFORE, AFTER

    @property
    def sites(self) -> tuple[tuple[str, str, int, int], ...]:
        """Name, code, and schools of both groups, of each authority."""
        found: list[tuple[str, str, int, int]] = []
        for name, (treated, others) in zip(self.authorities, self.schools, strict=True):
            found.append((name, code_of(name, [code for _, code, *_ in found]), treated, others))
        return tuple(found)

    @property
    def title_pattern(self) -> str:
        """The title as a regular expression, for numbers in it."""
        return re.escape(self.title)

    @property
    def title_numbered(self) -> bool:
        """Whether there is a number in the title."""
        return bool(re.search(r"\d", self.title))

    @property
    def measured(self) -> tuple[Measured, ...]:
        """The outcomes with their keys."""
        return tuple(Measured(key_of(each), each, _in_days(each)) for each in self.outcomes)

    @property
    def assumptions(self) -> tuple[tuple[str, str], ...]:
        """What is taken as given, each with its reason."""
        schools = "; ".join(
            f"{name} {treated} and {others}" for name, _, treated, others in self.sites
        )
        return (
            ("The data are an invented stand-in until a real extract takes their place.",
             "The report can be written, read and checked before any record is supplied."),
            (f"Schools with the intervention, and schools they are compared with: {schools}.",
             "Stated by those who set up the study."),
            (f"The intervention starts in {self.start} in every authority, and is evaluated over "
             f"{AFTER} months.", "Stated by those who set up the study."),
            ("Sizes of schools, rates of events and their spread are usual values, drawn at "
             "random.", "No figure of any school is needed to test an analysis."),
        )  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """One outcome: its key, its label, and whether it is measured in days."""

    key: str
    label: str
    days: bool


def parse(title: str, authorities: str, schools: str, outcomes: str, start: str,
          design: str = RANDOMISED) -> Answers:  # fmt: skip
    """Return answers from their text.

    Lists have commas, or semicolons where a name has a comma; schools are INTERVENTION+COMPARISON.

    Raises
    ------
    ConfigurationError
        With the flag, what is wrong, and the remedy.
    """
    names = _listed(authorities)
    given = _listed(schools)
    pairs = []
    for each in given:
        found = SCHOOLS.fullmatch(each.replace(" ", ""))
        _need(found is not None, "--schools", f"'{each}' is no pair of numbers",
              "write intervention and comparison schools of an authority as 6+7")  # fmt: skip
        assert found is not None
        pairs.append((int(found[1]), int(found[2])))
    if len(pairs) == 1:
        pairs *= max(1, len(names))
    _need(len(pairs) == len(names) or not names, "--schools",
          f"has {len(pairs)} pairs for {len(names)} authorities",
          "give one pair for all of them, or one for each")  # fmt: skip
    return Answers(title.strip(), names, tuple(pairs), _listed(outcomes), start.strip(), design)


def _listed(text: str) -> tuple[str, ...]:
    by = ";" if ";" in text else ","
    return tuple(part for each in text.split(by) if (part := " ".join(each.split())))


def _need(holds: bool, flag: str, what: str, remedy: str) -> None:
    if not holds:
        raise ConfigurationError(what, place=flag, remedy=remedy)


def _distinct(names: Iterable[str], flag: str, what: str) -> None:
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(key_of(name), name)
        _need(other is name, flag, f"{what}: {other}, {name}", "name each once")


def _in_days(label: str) -> bool:
    return label.lower().startswith(f"{DAYS} ")


def code_of(name: str, taken: Collection[str]) -> str:
    """Return three capitals for a name, other than those taken.

    Examples
    --------
    >>> code_of("Northshire", ()), code_of("Northshire", ("NOR",))
    ('NOR', 'NOA')
    """
    letters = re.sub(r"[^A-Z]", "", key_of(name).upper()) + "XXX"
    ends = ["".join(pair) for pair in product(ascii_uppercase, repeat=2)]
    tries = (letters[:3], *(letters[:2] + end for end in ascii_uppercase),
             *(letters[:1] + end for end in ends),
             *(first + end for first in ascii_uppercase for end in ends))  # fmt: skip
    return next(each for each in tries if each not in taken)

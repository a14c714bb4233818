"""Numbers in a text, and those of them that are no results: years, statutes, section numbers.

The prose check and the check of the finished PDF both ask here what a number is. A literal is
a pattern in `literals.toml` with the reason why a number so written needs no exhibit.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE = "literals.toml"

# A number with its sign, thousands and decimals; else a word with a digit in it (F3, s47). A
# sign counts only where no word or number stands right before it: 2018-19 is two years.
_NUMBER = re.compile(
    r"(?<![\w.,])(?:(?<![)\]%])[−+-])?\d+(?:,\d{3})*(?:\.\d+)?(?![\w])|\w*\d\w*(?:\.\d+)*"
)


@dataclass(frozen=True)
class Found:
    """A number in a text: where it begins and ends, and how it is written."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Literal:
    """Numbers that need no exhibit.

    Attributes
    ----------
    pattern
        A regular expression; every number inside a match is explained by it.
    reason
        What such a number is, in words.
    """

    pattern: re.Pattern[str]
    reason: str


@lru_cache(maxsize=2**14)
def numbers(text: str) -> tuple[Found, ...]:
    """Return every number in a text: no digit stands outside one of them.

    Examples
    --------
    >>> [found.text for found in numbers("from −0.35 to 1,204 (95%), 2018-19, see F3")]
    ['−0.35', '1,204', '95', '2018', '19', 'F3']
    """
    return tuple(Found(m.start(), m.end(), m[0]) for m in _NUMBER.finditer(text))


def explained(text: str, literals: Iterable[Literal]) -> dict[Found, str]:
    """Return the numbers of a text that a literal explains, with its reason.

    Examples
    --------
    >>> act = Literal(re.compile("section (17|47)"), "sections of the Act")
    >>> explained("47 section 47 enquiries", [act])
    {Found(start=11, end=13, text='47'): 'sections of the Act'}
    """
    found = numbers(text)
    given: dict[Found, str] = {}
    for literal in literals if found else ():
        for match in literal.pattern.finditer(text):
            for number in found:
                if match.start() <= number.start and number.end <= match.end():
                    given.setdefault(number, literal.reason)
    return given


def read_literals(path: Path) -> tuple[Literal, ...]:
    """Return the literals that a file lists.

    Raises
    ------
    ConfigurationError
        For a file that is no TOML, a pattern that is none, or one without a reason.
    """
    return parse_literals(path.read_text(encoding="utf-8"), path.name)


def parse_literals(source: str, name: str = FILE) -> tuple[Literal, ...]:
    """Return the literals in the text of such a file; see `read_literals`."""
    try:
        listed = tomllib.loads(source).get("literal", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"this is no TOML: {error}", place=name, remedy="see what its other entries look like"
        ) from None
    return tuple(_literal(entry, number, name) for number, entry in enumerate(listed, start=1))


def _literal(entry: object, number: int, name: str) -> Literal:
    place = f"{name}, literal {number}"
    given = entry if isinstance(entry, dict) else {}
    if set(given) != {"pattern", "reason"} or not all(
        isinstance(value, str) and value.strip() for value in given.values()
    ):
        raise ConfigurationError(
            "a literal has a pattern and a reason, both of them text", place=place
        )
    try:
        pattern = re.compile(given["pattern"])
    except re.error as error:
        raise ConfigurationError(
            f"'{given['pattern']}' is no regular expression: {error}", place=place
        ) from None
    if pattern.search("") or pattern.fullmatch("0123456789"):
        raise ConfigurationError(
            f"'{given['pattern']}' would explain any number",
            place=place,
            remedy="write the words that stand beside the number into the pattern",
        )
    return Literal(pattern, given["reason"])

"""Find numbers in a text, and those that are not results: years, statutes, section numbers.

Both the prose check and the check of the finished PDF use this module. A literal is a pattern
in `literals.toml` with the reason why such a number needs no exhibit, and the source that it
repeats; a build checks each against that source (`report.checks.literal_sources`).
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from analysis.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from pathlib import Path

FIGURES = (
    "\u00b2\u00b3\u00b9\u00bc-\u00be\u09f4-\u09f9\u0b72-\u0b77\u0bf0-\u0bf2\u0c78-\u0c7e"
    "\u0d58-\u0d5e\u0d70-\u0d78\u0f2a-\u0f33\u1369-\u137c\u16ee-\u16f0\u17f0-\u17f9\u19da"
    "\u2070\u2074-\u2079\u2080-\u2089\u2150-\u2182\u2185-\u2189\u2460-\u249b\u24ea-\u24ff"
    "\u2776-\u2793\u2cfd\u3007\u3021-\u3029\u3038-\u303a\u3192-\u3195\u3220-\u3229"
    "\u3248-\u324f\u3251-\u325f\u3280-\u3289\u32b1-\u32bf\u3405\u3483\u382a\u3b4d\u4e00\u4e03"
    "\u4e07\u4e09\u4e5d\u4e8c\u4e94\u4e96\u4ebf\u4ec0\u4edf\u4ee8\u4f0d\u4f70\u5104\u5146"
    "\u5169\u516b\u516d\u5341\u5343-\u5345\u534c\u53c1-\u53c4\u56db\u58f1\u58f9\u5e7a"
    "\u5efe\u5eff\u5f0c-\u5f0e\u5f10\u62fe\u634c\u67d2\u6f06\u7396\u767e\u8086\u842c\u8cae"
    "\u8cb3\u8d30\u9621\u9646\u964c\u9678\u96f6\ua6e6-\ua6ef\ua830-\ua835\uf96b\uf973\uf978"
    "\uf9b2\uf9d1\uf9d3\uf9fd\U00010107-\U00010133\U00010140-\U00010178\U0001018a\U0001018b"
    "\U000102e1-\U000102fb\U00010320-\U00010323\U00010341\U0001034a\U000103d1-\U000103d5"
    "\U00010858-\U0001085f\U00010879-\U0001087f\U000108a7-\U000108af\U000108fb-\U000108ff"
    "\U00010916-\U0001091b\U000109bc\U000109bd\U000109c0-\U000109cf\U000109d2-\U000109ff"
    "\U00010a40-\U00010a48\U00010a7d\U00010a7e\U00010a9d-\U00010a9f\U00010aeb-\U00010aef"
    "\U00010b58-\U00010b5f\U00010b78-\U00010b7f\U00010ba9-\U00010baf\U00010cfa-\U00010cff"
    "\U00010e60-\U00010e7e\U00010f1d-\U00010f26\U00010f51-\U00010f54\U00010fc5-\U00010fcb"
    "\U00011052-\U00011065\U000111e1-\U000111f4\U0001173a\U0001173b\U000118ea-\U000118f2"
    "\U00011c5a-\U00011c6c\U00011fc0-\U00011fd4\U00012400-\U0001246e\U00016b5b-\U00016b61"
    "\U00016e80-\U00016e96\U0001d2c0-\U0001d2d3\U0001d2e0-\U0001d2f3\U0001d360-\U0001d378"
    "\U0001e8c7-\U0001e8cf\U0001ec71-\U0001ecab\U0001ecad-\U0001ecaf\U0001ecb1-\U0001ecb4"
    "\U0001ed01-\U0001ed2d\U0001ed2f-\U0001ed3d\U0001f100-\U0001f10c\U00020001\U00020064"
    "\U000200e2\U00020121\U0002092a\U00020983\U0002098c\U0002099c\U00020aea\U00020afd"
    "\U00020b19\U00022390\U00022998\U00023b1b\U0002626d\U0002f890"
)
"""In the form used between the brackets of a regular expression."""


FILE = "literals.toml"
A_NAME = "a name"
"""Value of `repeats` for a number that is part of a name or definition and measures nothing."""
_KEYS = ("pattern", "reason", "repeats", "numbers", "beside")
# Parts of a pattern that can match different digits.
_WILD = re.compile(r"\\[dwDSW]|(?<!\\)\.|\[\^|\[[^\]]*(?:\\[dwDSW]|\d)[^\]]*\]")

# A number with its sign, thousands and decimals; else a word with a digit in it (F3, s47, x²). A
# sign counts only if no word or number comes right before it: 2018-19 is two years.
_NUMBER = re.compile(
    r"(?<![\w.,])(?:(?<![)\]%])[−+-])?\d+(?:,\d{3})*(?:\.\d+)?(?![\w])|"
    # Never starts within letters, so that a long word without a digit is read only once.
    rf"(?<![^\W\d])[^\W\d{FIGURES}]*+[\d{FIGURES}][\w{FIGURES}]*(?:\.\d+)*"
)


@dataclass(frozen=True)
class Found:
    """A number in a text: its start, its end, and its text."""

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
        What such a number is.
    repeats
        Where the number is defined: a constant, a setting, a column, the list of sources; or
        `A_NAME`.
    numbers
        The numbers that it may explain, as printed; None for any that the pattern matches.
    beside
        For a number, words of which one must be in the match; empty if none is required.
    """

    pattern: re.Pattern[str]
    reason: str
    repeats: str = ""
    numbers: frozenset[str] | None = None
    beside: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def admits(self, number: str, matched: str) -> bool:
        """Return whether it explains a number within a match of its pattern."""
        # A letter after the year distinguishes several sources of one year.
        number = number.rstrip("abcdefgh") if self.beside else number
        if self.numbers is not None and number not in self.numbers:
            return False
        words = self.beside.get(number)
        return words is None or any(word in matched for word in words)


@lru_cache(maxsize=2**14)
def numbers(text: str) -> tuple[Found, ...]:
    """Return every number in a text; no digit is outside them.

    Examples
    --------
    >>> [found.text for found in numbers("from −0.35 to 1,204 (95%), 2018-19, see F3")]
    ['−0.35', '1,204', '95', '2018', '19', 'F3']
    >>> [found.text for found in numbers("½ as many, 10² or (a + b)², Ⅻ, ③")]
    ['½', '10²', '²', 'Ⅻ', '③']
    """
    return tuple(Found(m.start(), m.end(), m[0]) for m in _NUMBER.finditer(text))


def explained_numbers(text: str, literals: Iterable[Literal]) -> dict[Found, str]:
    """Return the numbers in a text that a literal explains, with its reason.

    Examples
    --------
    >>> act = Literal(re.compile("section (17|47)"), "sections of the Act")
    >>> explained_numbers("47 section 47 enquiries", [act])
    {Found(start=11, end=13, text='47'): 'sections of the Act'}
    """
    found = numbers(text)
    given: dict[Found, str] = {}
    for literal in literals if found else ():
        for match in literal.pattern.finditer(text):
            for number in found:
                inside = match.start() <= number.start and number.end <= match.end()
                if inside and literal.admits(number.text, match[0]):
                    given.setdefault(number, literal.reason)
    return given


def _chosen(listed: list[Any], only: Container[str] | None) -> list[Any]:
    if only is None:
        return listed
    return [each for each in listed if isinstance(each, dict) and each.get("pattern") in only]


def read_literals(path: Path) -> tuple[Literal, ...]:
    """Return the literals that a file lists.

    Raises
    ------
    ConfigurationError
        If the file is not TOML, or a pattern is not valid or has no reason.
    """
    return parse_literals(path.read_text(encoding="utf-8"), path.name)


def parse_literals(
    source: str, name: str = FILE, only: Container[str] | None = None
) -> tuple[Literal, ...]:
    """Return the literals in the text of a file of literals; see `read_literals`.

    Parameters
    ----------
    only
        The patterns to take; others are skipped and never compiled. None for all.
    """
    try:
        listed = _chosen(tomllib.loads(source).get("literal", []), only)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"this is not valid TOML: {error}",
            place=name,
            remedy="see what its other entries look like",
        ) from None
    return tuple(_literal(entry, number, name) for number, entry in enumerate(listed, start=1))


def stated(pattern: str) -> tuple[str, ...] | None:
    r"""Return the numbers that a pattern spells out; None if it leaves a digit open.

    Examples
    --------
    >>> stated(r"[Ss]ections? (17|47)\b"), stated(r"\d\d% power"), stated("CR[0-3]")
    (('17', '47'), None, None)
    """
    if _WILD.search(pattern):
        return None
    plain = re.sub(r"\\[a-zA-Z]|[()|?]", " ", pattern).replace("\\", "")
    return tuple(found.text for found in numbers(plain))


def _literal(entry: object, number: int, name: str) -> Literal:
    place = f"{name}, literal {number}"
    given = entry if isinstance(entry, dict) else {}
    texts = [given.get(key) for key in ("pattern", "reason")] + [given.get("repeats", "x")]
    if not set(given) <= set(_KEYS) or not all(
        isinstance(value, str) and value.strip() for value in texts
    ):
        raise ConfigurationError(
            "a literal has a pattern and a reason, both of them text, and what it repeats",
            place=place,
        )
    try:
        pattern = re.compile(given["pattern"])
    except re.error as error:
        raise ConfigurationError(
            f"'{given['pattern']}' is not a valid regular expression: {error}", place=place
        ) from None
    if pattern.search("") or pattern.fullmatch("0123456789"):
        raise ConfigurationError(
            f"'{given['pattern']}' would explain any number",
            place=place,
            remedy="include the words next to the number in the pattern",
        )
    return Literal(pattern, given["reason"], given.get("repeats", ""), *_pins(given, place))


def _pins(
    given: Mapping[str, Any], place: str
) -> tuple[frozenset[str] | None, dict[str, frozenset[str]]]:
    listed, beside = given.get("numbers"), given.get("beside", {})
    texts = [listed or [], *(beside.values() if isinstance(beside, dict) else [None])]
    if not all(isinstance(t, list) and all(isinstance(each, str) for each in t) for t in texts):
        raise ConfigurationError(
            "its numbers, and the words next to each, must be text", place=place
        )
    words = {number: frozenset(each) for number, each in beside.items()}
    return None if listed is None else frozenset(listed), words

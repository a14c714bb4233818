"""Numbers that an author wrote into a chapter by hand, where an exhibit should print them.

A digit, or a number word before the name of something counted, is a result that can become stale
unnoticed. Each is reported with its line, and with any exhibit that has the same value; those
that `literals.toml` explains are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.coverage.literals import explained_numbers, numbers
from press.chapter.cells import Prose
from press.chapter.source import Line, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from audit.coverage.literals import Literal
    from press.chapter.chapter import Chapter
    from press.errors import Location

CELL_TEXTS = ("fig-cap", "fig-alt", "fig-subcap", "tbl-cap", "tbl-subcap", "lst-cap")
FRONT_TEXTS = ("title", "subtitle", "description", "abstract")

_WORD = re.compile(r"[^\W\d_]+")
# "One" and "once" are left out: in prose they are rarely a count.
_VALUES = _WORD.findall("""
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty
""")
_AMOUNTS = _WORD.findall("""
    thirty forty fifty sixty seventy eighty ninety hundred thousand dozen half halved twice double
    doubled third thirds quarter quarters
""")
WORDS: Mapping[str, str] = {
    **{word: str(value) for value, word in enumerate(_VALUES) if word != "one"},
    **dict.fromkeys(_AMOUNTS, ""),
}
COUNTED = frozenset(
    _WORD.findall("""
    pupil pupils child children school schools pair pairs set sets cluster clusters pilot pilots
    authority authorities area areas enquiry enquiries start starts referral referrals day days
    week weeks month months term terms year years hour hours worker workers event events case cases
    interview interviews group groups observation observations participant participants session
    sessions activity activities source sources excerpt excerpts rule rules file files outcome
    outcomes ratio ratios rate rates effect effects percent cent point points times finding findings
    pathway pathways recommendation recommendations phase phases question questions fall falls rise
    rises increase decrease as of
    """)
)
_REACH = 2

# Everything in Markdown that is not prose: code, math, citations, references, addresses,
# attributes and comments. Display math and comments may span lines.
_LONG = re.compile(r"\$\$.*?\$\$|<!--.*?-->", re.DOTALL)
_SHORT = re.compile(
    r"(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)(?:\{=\w+\})?"
    r"|(?<!\\)\$(?=\S)[^$\n]*?(?<=\S)\$(?!\d)"
    r"|\[[^\[\]\n]*@[^\[\]\n]*\]|(?<!\w)-?@[\w:.#$%&+?<>~/-]*\w"
    r"|(?<=\])\([^()\n]*\)|<https?:[^>\n]*>|https?://\S+|\{[^{}\n]*\}|\{\{<.*?>\}\}"
)
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
_ITEM = re.compile(r"^\s*\(?\d+[.)](?=\s)")


@dataclass(frozen=True)
class BareNumber:
    """A number in prose that no exhibit prints.

    Attributes
    ----------
    location
        The chapter's file and line.
    text
        As the author wrote it.
    sentence
        The line that contains it.
    exhibits
        Names of the numbers in the ledger that print the same value.
    """

    location: Location
    text: str
    sentence: str
    exhibits: tuple[str, ...]

    def __str__(self) -> str:
        remedy = (
            f"print {' or '.join(f'numbers.{name}' for name in self.exhibits[:3])}"
            if self.exhibits
            else "print an exhibit, or give the reason in literals.toml"
        )
        return f"{self.location} “{self.text}” is printed by no exhibit: {remedy}"


def bare_numbers(
    lines: Iterable[Line], literals: Sequence[Literal], printed: Mapping[str, str]
) -> list[BareNumber]:
    """Return the numbers that lines of prose contain by hand.

    Parameters
    ----------
    lines
        Lines that readers read; see `texts_of`.
    literals
        Which numbers need no exhibit.
    printed
        Every number in the ledger as printed, by name.
    """
    found = []
    for line in lines:
        for text in _bare(line.text, literals):
            value = WORDS.get(text.lower()) or text
            same = tuple(
                name
                for name, shown in printed.items()
                if shown in (value, f"{value}%", text.lower())
            )
            found.append(BareNumber(line.location, text, line.text.strip(), same))
    return found


def _bare(text: str, literals: Sequence[Literal]) -> Iterator[str]:
    """Yield the numbers in a line of prose that nothing explains, in order."""
    prose = _ITEM.sub(_blank, text)
    known = explained_numbers(prose, literals)
    spans = [(each.start, each.text) for each in numbers(prose) if each not in known]
    covered = [match.span() for literal in literals for match in literal.pattern.finditer(prose)]
    spans += [
        (start, word)
        for start, word in _counting_words(prose)
        if not any(low <= start < high for low, high in covered)
    ]
    for _, number in sorted(spans):
        yield number


def _counting_words(text: str) -> Iterator[tuple[int, str]]:
    """Yield each number word that is followed within two words by something counted."""
    words = list(_WORD.finditer(text))
    for position, word in enumerate(words):
        if word[0].lower() in WORDS:
            beside = words[position + 1 : position + 1 + _REACH]
            if any(each[0].lower() in COUNTED for each in beside):
                yield word.start(), word[0]


def texts_of(chapter: Chapter) -> Iterator[Line]:
    """Yield every line of a chapter that readers read and no exhibit prints.

    These are prose, headings, captions and descriptions; code, math, citations, references and
    addresses are replaced by blanks, so that words stay in their columns.
    """
    for key in FRONT_TEXTS:
        value = chapter.front.get(key)
        place = chapter.front.location(key)
        if isinstance(value, str) and place:
            yield Line(_SHORT.sub(_blank, value), place)
    for part in chapter.parts:
        if isinstance(part, Prose):
            yield from _prose(part.source)
            continue
        for key in CELL_TEXTS:
            for text in _as_texts(part.options.get(key)):
                yield Line(_SHORT.sub(_blank, text), part.option_locations.get(key, part.location))


def _as_texts(value: Any) -> Iterable[str]:
    given = value if isinstance(value, list) else [value]
    return [text for text in given if isinstance(text, str)]


def _prose(source: Source) -> Iterator[Line]:
    fence = ""
    lines = _LONG.sub(_blank, source.text).split("\n")
    for line, text in zip(source.lines, lines, strict=False):
        opening = _FENCE.match(text)
        if fence:
            fence = "" if opening and opening[1].startswith(fence) else fence
        elif opening:
            fence = opening[1]
        else:
            yield Line(_SHORT.sub(_blank, text), line.location)


def _blank(match: re.Match[str]) -> str:
    """Return white space of the same length as the match, to preserve lines and columns."""
    return re.sub(r"[^\n]", " ", match[0])

"""The text of a font's character codes, from its `ToUnicode` CMap."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audit.limits import CODES, refuse, spend

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKENS = re.compile(rb"(?P<word>(?:begin|end)bf(?:char|range))|(?P<mark>[\[\]])|<([0-9A-Fa-f]*)>")
_LONGEST = 512
"""Most hexadecimal digits that one code may stand for: 128 letters."""


def character_map(source: bytes) -> dict[int, str]:
    """Return the text of each character code in a font's `ToUnicode` CMap.

    Raises
    ------
    BeyondLimits
        If it has more codes than two bytes can represent, or a code for too long a text.

    Examples
    --------
    >>> character_map(b"1 beginbfchar <0003> <00660069> endbfchar")
    {3: 'fi'}
    >>> character_map(b"1 beginbfrange <0001> <0002> <0041> endbfrange")
    {1: 'A', 2: 'B'}
    """
    spend(len(source))
    single: dict[int, str] = {}
    ranged: dict[int, str] = {}
    for section, given in _sections(source):
        if section == b"char":
            for code, digits in zip(given[::2], given[1::2], strict=False):
                single[_code(code)] = _signs(digits)
        else:
            for start in range(0, len(given) - 2, 3):
                ranged |= _range(*given[start : start + 3])
        if len(single) > CODES or len(ranged) > CODES:
            refuse(f"a font has more than {CODES:,} codes")
    return single | ranged


Given = bytes | list[bytes]


def _sections(source: bytes) -> Iterator[tuple[bytes, list[Given]]]:
    """Yield the contents of each section of a CMap; a list within it stays a list."""
    section = b""
    given: list[Given] = []
    listed: list[bytes] | None = None
    for token in _TOKENS.finditer(source):
        word, mark = token["word"], token["mark"]
        if word:
            if section and word.startswith(b"end"):
                yield section, given
            section = word[7:] if word.startswith(b"begin") else b""
            given, listed = [], None
        elif mark == b"[":
            listed = []
        elif mark == b"]" and listed is not None:
            given.append(listed)
            listed = None
        elif not mark:
            (given if listed is None else listed).append(token[3])


def _range(first: Given, last: Given, start: Given) -> dict[int, str]:
    begin, end = _code(first), _code(last)
    count = end - begin + 1
    if count > CODES:
        refuse(f"a font has more than {CODES:,} codes")
    if isinstance(start, list):
        listed = start[: max(count, 0)]
    else:
        head, tail = start[:-4], _code(start[-4:])
        listed = [head + b"%04X" % (tail + step) for step in range(count)]
    return {begin + step: _signs(digits) for step, digits in enumerate(listed)}


def _code(digits: Given) -> int:
    return int(digits, 16) if isinstance(digits, bytes) and digits else 0


def _signs(digits: Given) -> str:
    if not isinstance(digits, bytes):
        return ""
    if len(digits) > _LONGEST:
        refuse("a font has a code for a page of text")
    return bytes.fromhex(digits.decode()).decode("utf-16-be", errors="replace")

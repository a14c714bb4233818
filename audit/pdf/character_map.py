"""The text of a font's character codes, as its `ToUnicode` table gives it."""

from __future__ import annotations

import re


def character_map(source: bytes) -> dict[int, str]:
    """Return the text of each character code, as a font's `ToUnicode` table gives it.

    Examples
    --------
    >>> character_map(b"1 beginbfchar <0003> <00660069> endbfchar")
    {3: 'fi'}
    >>> character_map(b"1 beginbfrange <0001> <0002> <0041> endbfrange")
    {1: 'A', 2: 'B'}
    """
    found: dict[int, str] = {}
    text = source.decode("latin-1")
    for section in re.findall(r"beginbfchar(.*?)endbfchar", text, re.S):
        for code, signs in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", section):
            found[int(code, 16)] = _signs(signs)
    for section in re.findall(r"beginbfrange(.*?)endbfrange", text, re.S):
        for first, last, start, each in re.findall(
            r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:<([0-9A-Fa-f]+)>|\[(.*?)\])", section, re.S
        ):
            codes = range(int(first, 16), int(last, 16) + 1)
            if start:
                head, tail = start[:-4], int(start[-4:], 16)
                listed = [f"{head}{tail + step:04X}" for step in range(len(codes))]
            else:
                listed = re.findall(r"<([0-9A-Fa-f]+)>", each)
            found |= {code: _signs(signs) for code, signs in zip(codes, listed, strict=False)}
    return found


def _signs(digits: str) -> str:
    return bytes.fromhex(digits).decode("utf-16-be", errors="replace")

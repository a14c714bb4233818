"""Format numbers in the styles of captions and lists."""

from __future__ import annotations


def counted(number: int, style: str) -> str:
    """Format a number in a style: ``arabic``, ``roman``, ``roman i``, ``alpha``, ``alpha A``."""
    name, _, first = style.partition(" ")
    if name == "roman":
        numeral = _roman(number)
        return numeral.lower() if first == "i" else numeral
    if name == "alpha":
        return chr(ord(first or "a") + number - 1)
    return str(number)


def _roman(number: int) -> str:
    out = ""
    for value, sign in ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):
        out += sign * (number // value)
        number %= value
    return out

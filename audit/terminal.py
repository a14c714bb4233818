"""Make untrusted text safe for a terminal and for programs that read its output.

A control character in a title can move the cursor and print a verdict over the true one; a
direction mark can reverse a number, and a blank letter can push a forged verdict to the start
of a line. Every character that is not visible is shown by its code.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable


# Unicode's default ignorable characters, and those that look blank but are not spaces.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U00016fe4"
    "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_MARKS = 2
"""Most combining marks on one letter; more would reach into the lines above."""


def printable(text: str, keep: str = "") -> str:
    r"""Return a text in which every invisible character is replaced by its code.

    Parameters
    ----------
    text
        Text from a PDF, a ledger or a file name.
    keep
        Characters to leave unchanged, such as line ends.

    Examples
    --------
    >>> printable("A title\r\x1b[2Kholds")
    'A title\\r\\x1b[2Kholds'
    >>> printable("not \u202e66.0")
    'not \\u202e66.0'
    >>> printable("A title\u2800\u3164holds")
    'A title\\u2800\\u3164holds'
    """
    if text.isascii() and text.isprintable():
        return text
    parts, marks = [], 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        shown = sign in keep or (_prints(sign) and marks <= _MARKS)
        parts.append(sign if shown else _code(sign))
    return "".join(parts)


def quoted(text: str) -> str:
    r"""Return untrusted text as one line that a terminal cannot wrap to imitate several.

    Examples
    --------
    >>> quoted("A title" + 80 * " " + "verdict       passes")
    'A title verdict passes'
    """
    return printable(re.sub(r"\s{2,}", " ", text))


def _prints(sign: str) -> bool:
    if _UNSEEN.match(sign):
        return False
    return sign.isprintable() or unicodedata.category(sign) == "Zs"


def _code(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


def print_lines(lines: Iterable[str], to: TextIO | None = None) -> None:
    """Print lines; each stays a single line whatever it quotes."""
    for line in lines:
        print(printable(line), file=to or sys.stdout)


def print_json(value: Any) -> None:
    """Print JSON with no character that acts on a terminal; it parses to the same value."""
    text = json.dumps(value, indent=1, ensure_ascii=False)
    print(re.sub(r"[^\n -~]", _json_code, text))


def _json_code(match: re.Match[str]) -> str:
    sign = match[0]
    return sign if _prints(sign) else json.dumps(sign)[1:-1]

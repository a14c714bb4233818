"""Compare the numbers of a formula with those that are printed of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from press.guard.alignment import normalised

# What holds digits in TeX that nobody sees: lengths, columns of arrays, labels.
_UNSEEN = re.compile(
    r"\\(?:[hvm]space|label|ref|eqref|color|[hv]?phantom|cssId|class|href)\*?\s*\{[^{}]*\}"
    r"|\\begin\s*\{(?:array|alignat\*?|alignedat)\}(?:\[[^\]]*\])?"
    r"\s*\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
    r"|\\genfrac(?:\s*\{[^{}]*\}){4}"
    r"|\\\\\s*\[[^\]]*\]"
    r"|-?\d*\.?\d+\s*(?:pt|em|ex|cm|mm|in|mu|pc|bp)(?![A-Za-z])"
)
_GAPS = re.compile(r"\\[,;:! ]|~|\s")
_COMMA = re.compile(r"\{,\}|\\text\{,\}")
# An argument without braces is one digit: ``x^12`` is x to the power of 1, times 2.
_ARGUMENT = re.compile(r"((?:[_^]|\\[dtc]?frac|\\[dt]?binom)\s*\d)(?=\d)")
_OWN = re.compile(r"\((?:[A-Z]\.)?\d+(?:\.\d+)*\)$")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def numbers_of(tex: str) -> list[str]:
    r"""Return the numbers that a formula prints, the longest first.

    Examples
    --------
    >>> numbers_of(r"1{,}234 \hspace{3em} + x^{17}_2")
    ['1,234', '17', '2']
    """
    tex = _COMMA.sub(",", _ARGUMENT.sub(r"\1 {}", _UNSEEN.sub(" {} ", tex)))
    return sorted(_NUMBER.findall(_GAPS.sub("", tex)), key=lambda one: (-len(one), one))


def has_numbers(tex: str, shown: str) -> bool:
    r"""Return whether what is printed of a formula has its numbers, and no others.

    Parameters
    ----------
    tex
        The formula.
    shown
        Its text in a page or in print, in the order in which it is drawn, perhaps with its own
        number in brackets.

    Examples
    --------
    >>> has_numbers(r"\frac{1}{20}", "201"), has_numbers(r"\frac{1}{20}", "2001")
    (True, False)
    """
    text = normalised(shown)
    return _has(tex, text) or (_OWN.search(text) is not None and _has(tex, _OWN.sub("", text)))


def _has(tex: str, text: str) -> bool:
    for number in numbers_of(tex):
        if number not in text:
            return False
        text = text.replace(number, " ", 1)
    return bool(_UNSEEN.search(tex)) or not re.search(r"\d", text)


def changed_formulas(given: Sequence[str], shown: Sequence[str]) -> list[int]:
    """Return which formulae have numbers that no printed formula has.

    Each printed formula accounts for one, near it or, if it floated, elsewhere.

    Parameters
    ----------
    given
        The formulae in TeX.
    shown
        The texts of those printed.
    """
    counts = {at: sum(map(len, numbers_of(tex))) for at, tex in enumerate(given)}
    free = dict(enumerate(shown))
    out = []
    for at in sorted(filter(counts.get, counts), key=lambda one: (-counts[one], one)):
        near = sorted(free, key=lambda one: abs(one - at))
        match = next((one for one in near if has_numbers(given[at], free[one])), None)
        if match is None:
            out.append(at)
        else:
            del free[match]
    return sorted(out)

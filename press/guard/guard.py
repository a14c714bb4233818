"""Report content of a chapter that is missing from a format, with file and line."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from press.cache import cached_call
from press.document.page import Page
from press.errors import Location
from press.guard.alignment import Loss, losses, missing_nodes, normalised
from press.guard.pieces import Piece, location_of, pieces
from press.guard.printed import MARKS, Printed, read_html, read_pdf

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


_TEX = re.compile(r"[\\^_{]")  # characters of TeX that a typeset formula does not contain
_SHOWN = 60  # maximum length of a loss in its message


def lost_in_pages(pages: Sequence[Page], texts: Mapping[str, str]) -> list[str]:
    """Return a message for each loss in the HTML pages of a book.

    Parameters
    ----------
    pages
        Its pages as they were read.
    texts
        The pages as HTML, by path.
    """
    out: list[str] = []
    for page in pages:
        text = texts[page.html]
        out += nothing_lost(("in pages", stated_in(page), text), partial(_lost_in_page, page, text))
    return out


def _lost_in_page(page: Page, text: str) -> list[str]:
    given = pieces_of(page, "html")
    shown = read_html(text)
    found = losses([one for one in given if _is_words(one)], normalised(shown.text))
    return [
        *_lines(page, found, "the pages"),
        *_lines(page, _formulas(given, shown), "the pages"),
        *_lines(page, _pictures(given, shown), "the pages"),
    ]


def stated_in(page: Page) -> tuple[Any, ...]:
    """Return everything that the content of a page depends on, as a cache key."""
    return page.known, page.path, page.title_attr, page.heading


def nothing_lost(given: Any, look: Callable[[], list[str]]) -> list[str]:
    """Return losses, skipping the search if none were found for the same key before."""
    found: list[str] = []

    def lost() -> bool:
        found.extend(look())
        return bool(found)

    return found if cached_call(("lost", given), lost, clean=lambda: not found) else []


def lost_in_print(pages: Sequence[Page], pdf: bytes) -> list[str]:
    """Return a message for each loss in the PDF of a book.

    Parameters
    ----------
    pages
        Its pages as they were read, in the order of the book.
    pdf
        The PDF.
    """
    stated = [stated_in(page) for page in pages]
    return nothing_lost(
        ("in print", stated, hashlib.sha256(pdf).hexdigest()), partial(_lost_in_print, pages, pdf)
    )


def _lost_in_print(pages: Sequence[Page], pdf: bytes) -> list[str]:
    printed = read_pdf(pdf)
    marked = normalised(printed.text)
    text = marked.translate(dict.fromkeys(map(ord, MARKS.values())))
    given = [(page, one) for page in pages for one in pieces_of(page, "typst")]
    by_piece = {id(one): page for page, one in given}
    found = losses([one for _, one in given if _is_words(one)], text)
    found += (raw := _raw_formulas(given, text))
    unset = {id(loss.piece) for loss in raw}
    others = [one for _, one in given if id(one) not in unset]
    for kind in MARKS:
        found += missing_nodes(others, kind, _places(marked, kind), text)
    found += _changed(others, found, printed.formulas)
    out: list[str] = []
    for page in pages:
        own = [loss for loss in found if by_piece[id(loss.piece)] is page]
        out += _lines(page, own, "print")
    return out


def _places(marked: str, kind: str) -> list[int]:
    """Return the offsets of images or formulae in a text, not counting the marks."""
    out, at = [], 0
    for letter in re.findall("[^{0}]+|[{0}]".format("".join(MARKS.values())), marked):
        if letter == MARKS[kind]:
            out.append(at)
        at += 0 if letter in MARKS.values() else len(letter)
    return out


def pieces_of(page: Page, base: str) -> list[Piece]:
    """Return the pieces of a chapter: its heading and the content below it."""
    return [*pieces([{"t": "Header", "c": [1, page.title_attr, page.heading]}], base),
            *pieces(page.read, base)]  # fmt: skip


def _is_words(piece: Piece) -> bool:
    return piece.kind not in ("formula", "picture")


def _formulas(given: Sequence[Piece], shown: Printed) -> list[Loss]:
    """Return the formulae missing from a page, comparing their TeX with the chapter's."""
    wanted = Counter(re.sub(r"\s", "", one.text) for one in given if one.kind == "formula")
    have = [re.sub(r"\s|\\tag\{[^}]*\}$", "", tex) for tex in shown.formulas]
    missing = wanted - Counter(have)
    wrong = {
        tex for tex, words in zip(have, shown.typeset, strict=False) if not has_numbers(tex, words)
    }
    out = []
    for one in given:
        tex = re.sub(r"\s", "", one.text)
        if one.kind == "formula" and tex in missing:
            out.append(Loss(one, "missing", one.text))
        elif one.kind == "formula" and tex in wrong:
            out.append(_wrong(one))
    return out


def _pictures(given: Sequence[Piece], shown: Printed) -> list[Loss]:
    have = Counter(_name(address) for address in shown.pictures)
    out = []
    for one in given:
        if one.kind == "picture":
            have[_name(one.text)] -= 1
            if have[_name(one.text)] < 0:
                out.append(Loss(one, "missing", one.text[:_SHOWN]))
    return out


def _name(address: str) -> str:
    return PurePosixPath(unquote(address)).name if not address.startswith("data:") else address


def _raw_formulas(given: Sequence[tuple[Page, Piece]], text: str) -> list[Loss]:
    """Return formulae printed as TeX source that the author did not write as text."""
    out = []
    for _, one in given:
        if one.kind == "formula" and _TEX.search(one.text):
            tex = normalised(one.text)
            if tex in text and text.count(tex) > _typed(tex, given):
                out.append(Loss(one, "changed", one.text.strip()))
    return out


def _changed(given: Sequence[Piece], found: Sequence[Loss], printed: Sequence[str]) -> list[Loss]:
    """Return the formulae that are printed with other numbers, if any are known to be printed."""
    missing = {id(loss.piece) for loss in found}
    formulas = [one for one in given if one.kind == "formula" and id(one) not in missing]
    wrong = changed_formulas([one.text for one in formulas], printed) if printed else []
    return [_wrong(formulas[at]) for at in wrong]


def _wrong(formula: Piece) -> Loss:
    return Loss(formula, "changed", ", ".join(numbers_of(formula.text)))


def _typed(tex: str, given: Sequence[tuple[Page, Piece]]) -> int:
    return sum(tex in normalised(one.text) for _, one in given if _is_words(one))


def _lines(page: Page, found: Sequence[Loss], where: str) -> list[str]:
    verbs = {
        "missing": f"is not in {where}",
        "changed": f"is not as written in {where}",
        "doubled": f"occurs twice in {where}",
    }
    out = []
    for loss in found:
        place = location_of(loss.piece.text, page.source)
        place = place if place.line else Location(page.path)
        words = " ".join(loss.piece.text.split())
        shown = words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
        part = f" (lost: {loss.words[:_SHOWN]})" if loss.what == "changed" else ""
        if loss.what == "doubled" and len(loss.words) < len(normalised(loss.piece.text)):
            part = f" (this part of it: {loss.words[:_SHOWN]})"
        if re.search(r"<\w+>", loss.words):
            part += r"; a bracket that opens no tag is written \<"
        noun = {"formula": "the formula ", "picture": "the picture "}.get(loss.piece.kind, "")
        out.append(f"{place}: {noun}“{shown}” {verbs[loss.what]}{part}")
    return list(dict.fromkeys(out))

"""Formulas of a Word document, with brackets in pairs, as every office program can draw them."""

from __future__ import annotations

from typing import Any

from report.formats.word_parts import MATHS

_RAISED = ("sSup", "sSub", "sSubSup")


def pair_brackets(tree: Any) -> None:
    """Make one element of each bracketed term that has an exponent or an index; changed in place.

    pandoc sets the exponent on the closing bracket alone, which Word shows and LibreOffice marks
    as an error.
    """
    for name in _RAISED:
        for raised in list(tree.iter(MATHS + name)):
            base = raised.find(MATHS + "e")
            if _said(base) == ")" and (opening := _opening(raised)) is not None:
                _wrap(raised, base, opening)


def _said(element: Any) -> str:
    return "".join(each.text or "" for each in element.iter(MATHS + "t"))


def _opening(raised: Any) -> Any:
    """Return the bracket which `raised` closes, if there is one.

    It is a sibling, or all that a sum before it is of: pandoc gives a sum the next sign alone.
    """
    depth = 1
    for sibling in raised.itersiblings(preceding=True):
        if sibling.tag == MATHS + "r":
            depth += {")": 1, "(": -1}.get(_said(sibling), 0)
        elif sibling.tag == MATHS + "nary":
            depth -= _said(sibling.find(MATHS + "e")) == "("
        elif sibling.tag in [MATHS + name for name in _RAISED]:
            depth += _said(sibling.find(MATHS + "e")) == ")"
        if not depth:
            return sibling
    return None


def _wrap(raised: Any, base: Any, opening: Any) -> None:
    inside, sibling = [], opening.getnext()
    while sibling is not raised:
        inside.append(sibling)
        sibling = sibling.getnext()
    if opening.tag == MATHS + "nary":
        term = opening.find(MATHS + "e")
        for old in list(term):
            term.remove(old)
        term.append(raised)
    else:
        opening.getparent().remove(opening)
    for old in list(base):
        base.remove(old)
    brackets = base.makeelement(MATHS + "d")
    term = brackets.makeelement(MATHS + "e")
    term.extend(inside)
    brackets.append(term)
    base.append(brackets)

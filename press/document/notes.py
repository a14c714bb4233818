"""Footnotes: a note that is called and not written is a mistake."""

from __future__ import annotations

import re

from press.document import tree
from press.document.page import Page
from press.errors import BrokenReferenceError
from press.mistakes import Mistakes

_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
_CALL = re.compile(r"\[\^([^\]\s]+)\]")


def check_notes(page: Page, found: Mistakes) -> None:
    """Note every footnote that a chapter calls and does not have.

    In a chapter that writes no note, brackets are words, as in a table of regular expressions.
    """
    written = re.search(r"(?m)^ {0,3}\[\^[^\]\s]+\]:", page.source.text)
    for node in tree.nodes(page.blocks, "Str"):
        for name in _CALL.findall(node["c"]):
            call = rf"(?<!\\)\[\^{re.escape(name)}\]"
            if not re.search(r"\w", name) or not re.search(call, _CODE.sub("", page.source.text)):
                continue  # brackets that are escaped, or hold no name
            place, what = page.source.place_of(call), f"the note [^{name}] is not written"
            if written:
                remedy = f"write it: `[^{name}]: …`"
                found.add(BrokenReferenceError(f"{what} in this chapter", place, remedy))
            else:
                found.warn(f"{place}: {what}: the brackets are printed as words")

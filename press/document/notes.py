"""Footnotes: a note that is called and not written is a mistake."""

from __future__ import annotations

import re

from press.document import tree
from press.document.page import Page
from press.errors import BrokenReferenceError
from press.mistakes import Mistakes

_CALL = re.compile(r"\[\^([^\]\s]+)\]")


def check_notes(page: Page, found: Mistakes) -> None:
    """Note every footnote that a chapter calls and does not have."""
    for node in tree.nodes(page.blocks, "Str"):
        for name in _CALL.findall(node["c"]):
            found.add(
                BrokenReferenceError(
                    f"the note [^{name}] is not written in this chapter",
                    page.source.place_of(re.escape(f"[^{name}]")),
                    f"write it: `[^{name}]: …`",
                )
            )

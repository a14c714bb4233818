"""Write a proposed map as a TOML file for a person to read, correct and confirm."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.extract.maps.proposal import Proposal, Proposed

UNCONFIRMED = 'confirmed = false\nby = ""\n'
NOTHING = (
    '# Nothing in the file looks like it: give from, or of and by, or always (blank: always = "").'
)
NO_TARGET = '# A code given as "" needs the contract\'s code, or belongs under leave_out.'


def as_toml(proposal: Proposal, file: str, form: Mapping[str, str]) -> str:
    """Return a proposed map as TOML.

    Parameters
    ----------
    file
        Name of the council's file.
    form
        Its form: the keys of `[form]`.
    """
    lines = [
        "# Proposed by report map from names and values; docs/extract-files.md explains each key.",
        f"dataset = {_text(proposal.dataset)}",
        f"file = {_text(file)}",
        'layout = ""',
        "# To be confirmed by whoever answers for the extract: set true, add date = YYYY-MM-DD.",
        UNCONFIRMED.rstrip(),
        f"unused = [{', '.join(map(_text, proposal.unused))}]",
        "",
        "[form]",
        *(f"{key} = {_text(value)}" for key, value in form.items()),
    ]
    for column in proposal.columns:
        lines += ["", *_entry(column)]
    return "\n".join(lines) + "\n"


def _entry(column: Proposed) -> Iterator[str]:
    yield "[[column]]"
    yield f"to = {_text(column.to)}"
    if not column.entry:
        yield NOTHING
    codes: Mapping[str, str] = column.entry.get("codes", {})
    for key, value in column.entry.items():
        if key != "codes":
            yield f"{key} = {_text(value)}"
    if codes:
        yield "[column.codes]"
        if "" in codes.values():
            yield NO_TARGET
        for code, target in codes.items():
            yield f"{_text(code)} = {_text(target)}"


def _text(value: Any) -> str:
    """Return a text or a number as TOML."""
    # JSON strings are valid TOML except for the delete character, which JSON does not escape.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

"""Explain printed numbers that are not results: counters, sources and facts of the ledger.

Each is explained only where it is printed for that purpose, and nowhere else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audit.coverage.headings import read_headings
from audit.coverage.listed_sources import list_numbers
from audit.coverage.literals import numbers
from audit.coverage.sequences import read_sequences
from audit.ledger.facts import Facts, Part, read_facts
from audit.ledger.record import Float
from audit.pdf.exhibit_locations import PROVENANCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.coverage.literals import Found
    from audit.ledger.ledger import Ledger
    from audit.pdf.text_layer import Block, TextLayer
    from audit.seal.seal import Chapter

PERIOD = "reference and period under an exhibit"
OF_THE_LEDGER = "a fact of the ledger itself"
REFERENCES, TRAIL, CERTIFICATE = (
    f"chapters/{name}.qmd" for name in ("references", "audit-trail", "certificate")
)
"""Chapters that print the list of sources or the contents of the ledger."""
TITLES = {REFERENCES: "References", TRAIL: "Audit trail", CERTIFICATE: "Certificate"}
"""Their titles; no other chapter of a PDF may use one of these."""
_MONTH_YEAR = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December) "
    r"\d{4}"
)


def structural_numbers(
    layer: TextLayer, parts: Sequence[tuple[Chapter | None, list[int]]], ledger: Ledger
) -> dict[tuple[int, Found], str]:
    """Return the numbers of a book that are not results, by position of their block.

    Parameters
    ----------
    parts
        Positions of the blocks of each chapter, in reading order.
    """
    counted, facts = read_sequences(layer, parts, ledger), read_facts(ledger)
    headings = read_headings(layer, counted)
    given: dict[tuple[int, Found], str] = {}
    for chapter, places in parts:
        if chapter is not None and chapter.file == REFERENCES:
            entries = [(place, layer.blocks[place]) for place in places]
            given |= list_numbers(entries, ledger.structure.bibliography)
        said = facts.certificate if chapter and chapter.file == CERTIFICATE else facts.trail
        for place in places:
            block = layer.blocks[place]
            said = _said_in(block, chapter, facts, said)
            found = headings.explained(block) | _of_ledger(block, chapter, facts, ledger, said)
            found |= counted.given.get(place, {})
            given |= {(place, number): reason for number, reason in found.items()}
    return given


def _said_in(block: Block, chapter: Chapter | None, facts: Facts, said: Part) -> Part:
    """Return the part of the ledger that a block prints: in the audit trail, by table row."""
    if chapter is None or chapter.file != TRAIL:
        return said
    if block.role != "TD":
        return said if block.within("Table") else facts.trail
    # A row begins with its reference or, in the table of files, with its number.
    begins = block.text in facts.rows and (said is facts.trail or block.text[0] != "D" or said.file)
    return facts.rows[block.text] if begins else said


def _of_ledger(
    block: Block, chapter: Chapter | None, facts: Facts, ledger: Ledger, said: Part
) -> dict[Found, str]:
    """Return a block's numbers that the ledger states, or that an exhibit's own period states.

    Artefacts have none: the text of running heads is known from the book's headings, and
    anything else could have been placed over a page. Before the first chapter, only the commit
    and its date count.
    """
    found = numbers(block.text)
    if not found or block.element.number <= 0:
        return {}
    line = PROVENANCE.match(block.text)
    record = ledger.by_reference.get(line[1]) if line else None
    if line and isinstance(record, Float):
        months = _MONTH_YEAR.finditer(block.text)
        stated = [month.span() for month in months if month[0] in record.period]
        spans = [line.span(1), *stated]
        return {n: PERIOD for n in found if any(a <= n.start and n.end <= b for a, b in spans)}
    if chapter is None:
        dated = facts.dated(block.text)
        return {
            n: OF_THE_LEDGER
            for n in found
            if facts.name_commit(n.text) or any(a <= n.start and n.end <= b for a, b in dated)
        }
    if chapter.file in (CERTIFICATE, TRAIL):
        return {n: OF_THE_LEDGER for n in found if said.hold(n.text)}
    return {}

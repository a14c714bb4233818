"""Match the formulas in print with those that the ledger states, by the numbers in them.

Print arranges a formula's symbols in a different order from TeX, so a formula is identified by
its numbers and whether it has a label, in the order of its chapter or table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.coverage.alignment import alignment
from audit.ledger.record import TableRecord
from audit.pdf.exhibit_locations import exhibit_locations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from audit.coverage.literals import Found
    from audit.ledger.ledger import Ledger
    from audit.pdf.text_layer import Block, TextLayer
    from audit.seal.seal import Chapter

# As pandoc reads them: no space just inside the delimiters, and no digit after the second.
_WRITTEN = re.compile(
    r"(?<!\\)\$\$(?P<display>.+?)\$\$(?:[ \t]*\{(?P<label>#eq-[^}\s]+)[^}]*\})?|"
    r"(?<![\\$])\$(?=[^\s$])(?P<inline>[^$]*?[^\s\\$])\$(?!\d)",
    re.DOTALL,
)
_LABELLED = re.compile(r" #eq-\S+$")
_LENGTHS = re.compile(r"\\(?:[hv]space|[hv]phantom|phantom|kern|rule)\*?(?:\{[^}]*\})+")
_ONE_DIGIT = re.compile(r"(?:[_^]|\\[a-z]*frac)\d(?=\d)")
_RUN = re.compile(r"\d+(?:\.\d+)?")
NUMBER = re.compile(r"\(((?:(?:[A-Z]|\d+)\.)?\d+)\)$")


@dataclass(frozen=True)
class Printed:
    """A printed formula: its block, its span in the block's text, and its label's span if any."""

    place: int
    start: int
    end: int
    label: tuple[int, int] | None
    key: str


def tex_formulas(markdown: str) -> Iterator[str]:
    r"""Yield the TeX formulas in Markdown, a numbered one followed by its label.

    Examples
    --------
    >>> list(tex_formulas("A $n_{i0}$ costs \\$5, or $$x$$ {#eq-x}"))
    ['n_{i0}', 'x #eq-x']
    """
    for found in _WRITTEN.finditer(markdown):
        label = f" {found['label']}" if found["label"] else ""
        yield (found["display"] or found["inline"]).strip() + label


def stated_formulas(
    layer: TextLayer, parts: Sequence[tuple[Chapter | None, list[int]]], ledger: Ledger
) -> tuple[Printed, ...]:
    """Return the printed formulas that the ledger states at that place, in reading order.

    Parameters
    ----------
    parts
        Positions of the blocks of each chapter.
    """
    places = {id(block): place for place, block in enumerate(layer.blocks)}
    found: list[Printed] = []
    in_tables: set[int] = set()
    for exhibit in exhibit_locations(layer):
        record = ledger.by_reference.get(exhibit.reference)
        here = [places[id(block)] for block in (*exhibit.cells, *exhibit.note)]
        if isinstance(record, TableRecord) and exhibit.cells:
            in_tables |= {*here}
            stated = [
                each for text in (*record.cells, record.note) for each in tex_formulas(text or "")
            ]
            found += _aligned(stated, _printed(layer, here))
    for chapter, all_places in parts:
        here = [place for place in all_places if place not in in_tables]
        stated = list(ledger.structure.formulas.get(chapter.file, ())) if chapter else []
        found += _aligned(stated, _printed(layer, here))
    return tuple(sorted(found, key=lambda each: (each.place, each.start)))


def _aligned(stated: Iterable[str], printed: Iterable[Printed]) -> Iterator[Printed]:
    listed = list(printed)
    pairs = alignment([formula_key(tex) for tex in stated], [each.key for each in listed])
    yield from (listed[at] for _, at in pairs)


def formula_key(tex: str) -> str:
    r"""Return a key that identifies a formula: its numbers, sorted, and whether it has a label.

    Examples
    --------
    >>> formula_key(r"\frac12 x_{i0}^21"), formula_key("x #eq-x")
    ('0 1 1 2 2', '#')
    """
    label = _LABELLED.search(tex)
    plain = _LENGTHS.sub(" ", tex[: label.start()] if label else tex)
    return _key(_ONE_DIGIT.sub(lambda found: f"{found[0]} ", plain), labelled=label is not None)


def _key(text: str, *, labelled: bool) -> str:
    return " ".join([*sorted(_RUN.findall(text)), *["#"] * labelled])


def _printed(layer: TextLayer, places: Iterable[int]) -> Iterator[Printed]:
    for place in places:
        block = layer.blocks[place]
        for start, end in formulas_of(block):
            label = _label(block) if block.within("Formula") else None
            text = block.text[start : label[0] if label else end]
            yield Printed(place, start, end, label, _key(text, labelled=label is not None))


def _label(block: Block) -> tuple[int, int] | None:
    """Return the span of a displayed formula's number, if its last run contains nothing else."""
    found = NUMBER.search(block.text)
    alone = found is not None and NUMBER.fullmatch(block.runs[-1].text.strip())
    return found.span() if found and alone else None


def formulas_of(block: Block) -> list[tuple[int, int]]:
    """Return the spans of the formulas in a block's text: all of it for a displayed formula."""
    if block.within("Formula"):
        return [(0, len(block.text))]
    return block.stretches("Formula")


def formula_numbers(formulas: Sequence[Printed], layer: TextLayer) -> Mapping[int, str]:
    """Return the printed numbers of displayed formulas, by position of their block."""
    return {
        each.place: layer.blocks[each.place].text[each.label[0] + 1 : each.label[1] - 1]
        for each in formulas
        if each.label
    }


def in_formula(block: Block, number: Found) -> bool:
    """Return whether a number is part of a formula."""
    return "Formula" in (*block.element.roles, *block.run_at(number.start).inline)

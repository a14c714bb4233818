"""Parts of a book whose numbers are not results, as its source files state them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Source:
    """An entry of the list of sources.

    Attributes
    ----------
    title
        Its title, as in the bibliography.
    links
        The addresses that are printed with it.
    numbers
        The numbers in its other fields: years, volumes, issues, and pages, abbreviated or in full.
    """

    title: str
    links: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Structure:
    """The headings, formulas and sources of a book, before it is typeset.

    Attributes
    ----------
    headings
        The text of the headings of each chapter, in order.
    formulas
        The formulas of each chapter in TeX, in order; a numbered one is followed by its label.
    bibliography
        The sources that may be listed, by key.
    """

    headings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    formulas: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bibliography: Mapping[str, Source] = field(default_factory=dict)

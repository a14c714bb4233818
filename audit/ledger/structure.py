"""What a book prints with numbers that are no results, as its sources state it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Source:
    """An entry of the list of sources.

    Attributes
    ----------
    title
        Its title, as the bibliography has it.
    links
        The addresses that are printed with it.
    numbers
        The numbers of its other fields: years, volumes, issues, pages as they may be shortened.
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
        Of each chapter the text of its headings, in order.
    formulas
        Of each chapter its formulas in TeX, in order; one with a number ends in its label.
    bibliography
        The sources that may be listed, by key.
    """

    headings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    formulas: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bibliography: Mapping[str, Source] = field(default_factory=dict)

"""The data from which the pages of an audit trail are made, with titles and addresses."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from analysis.study.terms import PLAIN, Terms
from audit.ledger.record import Float, NumberRecord, with_unit
from audit.pages.source_code import STUDY
from audit.templates import printed_text
from audit.trace.text import by_reference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audit.ledger.ledger import Ledger
    from audit.ledger.provenance import InputFile, RuleOutcome
    from audit.ledger.record import Record
    from audit.pages.source_code import SourceCode

KINDS: Mapping[str, str] = {
    "figure": "Figure", "table": "Table", "number": "Number", "claim": "Sentence"
}  # fmt: skip
"""Names of the kinds of exhibit for the reader."""
FILES = "files"
"""Folder for the pages of data files."""
_NUMBERED = ("finding", "pathway")
"""What a number is given that is itself only a number or a letter."""
_LOOKED_UP = ("check", "fact_id", "sentence", "share", "state", "scenario")
"""What a number is given that names a row of a table and says nothing to a reader."""


@dataclass(frozen=True)
class Page:
    """One page of the audit trail.

    Attributes
    ----------
    path
        Path from the audit folder.
    title
        Title of the window and the page.
    template
        Name of the template that renders it.
    values
        Values passed to the template.
    """

    path: str
    title: str
    template: str
    values: Mapping[str, Any]

    @property
    def up(self) -> str:
        """Relative path from the page to the audit folder."""
        return "../" * self.path.count("/")


@dataclass(frozen=True)
class Trail:
    """An audit trail before it is written.

    Attributes
    ----------
    ledger
        The public ledger, as read from its JSON, with positions in the finished book.
    code
        The project's code.
    captions
        Label and caption of each figure and table, by its anchor in the HTML.
    data
        The released data of each figure and table as CSV, by name.
    drawings
        Names of the figures whose drawings are next to the data.
    narrow
        Those that are also drawn for a narrow screen.
    chapters
        The title of each chapter by its file, in the order of the book.
    home, pdf
        The book's home page and PDF, relative to the audit folder; empty if there is none.
    sources, formulas
        How the book prints citations and formulas; see `printed_text`.
    terms
        The words by which the study calls its parts.
    """

    ledger: Ledger
    code: SourceCode
    captions: Mapping[str, tuple[str, str]]
    data: Mapping[str, str]
    drawings: frozenset[str]
    chapters: Mapping[str, str]
    home: str = ""
    pdf: str = ""
    narrow: frozenset[str] = frozenset()
    sources: Mapping[str, str] = field(default_factory=dict)
    formulas: Mapping[str, Markup] = field(default_factory=dict)
    terms: Terms = PLAIN

    @cached_property
    def records(self) -> Mapping[str, Record]:
        """The records by name: figures, tables, claims, numbers, each in order of reference."""
        return {each.id: each for each in sorted(self.ledger.records, key=by_reference)}

    @property
    def files(self) -> Mapping[str, InputFile]:
        """The data files by name."""
        return self.ledger.inputs

    def printed(self, markdown: str) -> Markup:
        """Return a cell, a note or a sentence as HTML, in the form that the book prints."""
        return printed_text(self._named(markdown), self.sources, self.formulas)

    def released(self, cell: str) -> Markup:
        """Return a cell of released data as HTML, with formulas and labels as the book has them."""
        return self.formulas.get(cell) or escape(self._named(cell))

    def _named(self, text: str) -> str:
        """Return text with references to figures and tables as printed, such as Table 2.1."""

        def label(found: re.Match[str]) -> str:
            record = self.records.get(found[1].replace("-", "_"))
            return self.heading(record) if record else found[0]

        return re.sub(r"@(?:fig|tbl)-([\w-]+)", label, text)

    def title(self, record: Record) -> str:
        """Return an exhibit's title for the reader: its caption, or what it prints."""
        own = self._caption(record)[1] if isinstance(record, Float) else record.printed
        about = f": {self.about(record)}" if self.about(record) else ""
        return (own or record.id.replace("_", " ").capitalize()) + with_unit(record) + about

    def about(self, record: Record) -> str:
        """Return what a number is about, such as an outcome and a pilot; empty for others."""
        step = self.ledger.graph.get(record.id)
        if step is None or not isinstance(record, NumberRecord):
            return ""
        given = [f"{name} {each}" if name in _NUMBERED else each
                 for name, each in step.given.items() if name not in _LOOKED_UP]  # fmt: skip
        told = ", ".join(given)
        return f"{told[:1].upper()}{told[1:]}"

    def heading(self, record: Record) -> str:
        """Return the name that the book uses for an exhibit: its printed label, or its kind."""
        labels = record.labels or (self._caption(record)[0],)
        return ", ".join(filter(None, labels)) or KINDS[record.kind]

    def _caption(self, record: Record) -> tuple[str, str]:
        known = (self.captions[at] for at in record.anchors if at in self.captions)
        return next(known, ("", ""))

    def chapter(self, place: str) -> str:
        """Return the title of the chapter for a position such as `chapters/one.qmd:4`."""
        file = place.rpartition(":")[0]
        return self.chapters.get(file) or file

    @property
    def versions(self) -> str:
        """Return the versions of Python and of libraries in words."""
        return ", ".join(f"{name} {each}" for name, each in self.ledger.environment.items())

    def file_page(self, name: str) -> str:
        """Return the path of a data file's page, relative to the audit folder."""
        return f"{FILES}/{name.replace('/', '.')}.html"

    def rules(self, name: str) -> list[RuleOutcome]:
        """Return the outcomes of a file's data contract; empty if it has no contract."""
        datasets = self.files[name].datasets
        return [rule for rule in self.ledger.rules if rule.dataset in datasets]

    def step_address(self, name: str) -> str:
        """Return the address of the page for a box of a lineage, relative to the audit folder."""
        if name.startswith("file "):
            return self.file_page(name.removeprefix("file "))
        step = self.ledger.graph[name]
        if step.settings:
            return self.setting_address(step.settings[0])
        return self.code.address(str(step.function))

    def setting_address(self, key: str) -> str:
        """Return the address of a part of the study, relative to the audit folder.

        A part that the study leaves out has its default values, and no place of its own.
        """
        page = self.code.page(STUDY)
        return f"{page}#{key}" if key in self.code.settings else page


def outcomes(rules: Sequence[RuleOutcome]) -> str:
    """Return in words the number of rules and their outcomes.

    Examples
    --------
    >>> outcomes([])
    'no data contract'
    """
    if not rules:
        return "no data contract"
    counts: Counter[str] = Counter(rule.outcome for rule in rules)
    names = {"pass": "passed", "warn": "warning", "fail": "failed"}
    if counts["pass"] == len(rules):
        return f"{len(rules)} rules passed"
    others = sorted(set(counts) - set(names))
    told = [f"{counts[key]} {names.get(key, key)}" for key in (*names, *others) if counts[key]]
    return f"{len(rules)} rules: {', '.join(told)}"

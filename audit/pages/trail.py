"""All that the pages of an audit trail are made from, and how they name and find things."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from audit.ledger.record import Float, with_unit
from audit.pages.source_code import STUDY
from audit.templates import printed_text
from audit.trace.text import by_reference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audit.ledger.ledger import InputFile, Ledger, RuleOutcome
    from audit.ledger.record import Record
    from audit.pages.source_code import SourceCode

KINDS: Mapping[str, str] = {
    "figure": "Figure", "table": "Table", "number": "Number", "claim": "Sentence"
}  # fmt: skip
"""What a reader calls each kind of exhibit."""
FILES = "files"
"""Folder of the pages of data files."""


@dataclass(frozen=True)
class Page:
    """One page of the audit trail.

    Attributes
    ----------
    path
        From the audit folder.
    title
        Of the window, and of the page.
    template
        What lays it out.
    values
        What the template shows.
    """

    path: str
    title: str
    template: str
    values: Mapping[str, Any]

    @property
    def up(self) -> str:
        """The way from the page to the audit folder."""
        return "../" * self.path.count("/")


@dataclass(frozen=True)
class Trail:
    """An audit trail before it is written.

    Attributes
    ----------
    ledger
        As read from its JSON, public, with the places of the finished book.
    code
        The project's code.
    captions
        Label and caption of each figure and table, by its anchor in the HTML.
    data
        The released data of each figure and table as CSV, by name.
    drawings
        Names of the figures whose drawing lies beside the data.
    chapters
        The title of each chapter by its file, in the order of the book.
    home, pdf
        The book's home page and PDF from the audit folder; empty where there is none.
    sources, formulas
        How the book prints citations and formulas; see `printed_text`.
    """

    ledger: Ledger
    code: SourceCode
    captions: Mapping[str, tuple[str, str]]
    data: Mapping[str, str]
    drawings: frozenset[str]
    chapters: Mapping[str, str]
    home: str = ""
    pdf: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    formulas: Mapping[str, Markup] = field(default_factory=dict)

    @cached_property
    def records(self) -> Mapping[str, Record]:
        """The records by name: figures, tables, sentences, numbers, each in the book's order."""
        return {each.id: each for each in sorted(self.ledger.records, key=by_reference)}

    @property
    def files(self) -> Mapping[str, InputFile]:
        """The data files by name."""
        return self.ledger.inputs

    def printed(self, markdown: str) -> Markup:
        """Return a cell, a note or a sentence as HTML, as the book prints it."""
        return printed_text(self._named(markdown), self.sources, self.formulas)

    def released(self, cell: str) -> Markup:
        """Return a cell of released data as HTML; a formula or a label as the book prints it."""
        return self.formulas.get(cell) or escape(self._named(cell))

    def _named(self, text: str) -> str:
        """Return text with each label of a figure or table as it is printed, such as Table 2.1."""

        def label(found: re.Match[str]) -> str:
            record = self.records.get(found[1].replace("-", "_"))
            return self.heading(record) if record else found[0]

        return re.sub(r"@(?:fig|tbl)-([\w-]+)", label, text)

    def title(self, record: Record) -> str:
        """Return what a reader calls an exhibit: its caption, or what it prints."""
        own = self._caption(record)[1] if isinstance(record, Float) else record.printed
        return (own or record.id.replace("_", " ").capitalize()) + with_unit(record)

    def heading(self, record: Record) -> str:
        """Return how the book calls an exhibit: by its printed label, or by its kind."""
        labels = record.labels or (self._caption(record)[0],)
        return ", ".join(filter(None, labels)) or KINDS[record.kind]

    def _caption(self, record: Record) -> tuple[str, str]:
        known = (self.captions[at] for at in record.anchors if at in self.captions)
        return next(known, ("", ""))

    def chapter(self, place: str) -> str:
        """Return the title of the chapter in which a place such as `chapters/one.qmd:4` is."""
        file = place.rpartition(":")[0]
        return self.chapters.get(file) or file

    @property
    def versions(self) -> str:
        """Return the versions of Python and of libraries in words."""
        return ", ".join(f"{name} {each}" for name, each in self.ledger.environment.items())

    def file_page(self, name: str) -> str:
        """Return the path of a data file's page, from the audit folder."""
        return f"{FILES}/{name.replace('/', '.')}.html"

    def rules(self, name: str) -> list[RuleOutcome]:
        """Return the results of the data contract of a file; empty for one without."""
        dataset = self.files[name].dataset
        return [rule for rule in self.ledger.rules if rule.dataset == dataset]

    def step_address(self, name: str) -> str:
        """Return where a box of a lineage is to be read, from the audit folder."""
        if name.startswith("file "):
            return self.file_page(name.removeprefix("file "))
        step = self.ledger.graph[name]
        if step.settings:
            return self.setting_address(step.settings[0])
        return self.code.address(str(step.function))

    def setting_address(self, key: str) -> str:
        """Return where a part of the study is to be read, from the audit folder."""
        return f"{self.code.page(STUDY)}#{key}"


def outcomes(rules: Sequence[RuleOutcome]) -> str:
    """Return in words how many rules there are, and what became of them.

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

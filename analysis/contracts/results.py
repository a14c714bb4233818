"""Results of rules: four outcomes, and which of them stop the report.

The internal form names rows of the file, which are personal data where the file is about children;
the published form does not.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from analysis.disclosure import PUBLIC

if TYPE_CHECKING:
    from analysis.contracts.contract import Sensitivity, Severity
    from analysis.disclosure import DisclosureRules

Outcome = Literal["pass", "warn", "fail", "nothing tested"]

ROWS_KEPT = 1000
"""The most row numbers that are kept of a breach; the count is always complete."""

STAGE_OF_THE_REST = 4
STAGES = {2: ("required", "unique", "type", "pattern", "code"), 3: ("range", "known")}
"""Suffixes of the ids of rules on a column, and the stage at which a breach is fixed."""


@dataclass(frozen=True)
class RuleResult:
    """The result of one rule.

    Attributes
    ----------
    rule, dataset, column, severity, expected, reason, remedy
        As in the contract; `rule` is the rule's id.
    outcome
        "pass", "warn", "fail" or "nothing tested".
    tested
        Rows the rule was tested on; a text such as `[c]` where it may not be published.
    failing
        Rows that break it; 1 where the rule is about the file as a whole.
    rows
        Row numbers in the file (the header is row 1), at most `ROWS_KEPT`; none in the
        published form.
    seen
        Classes of the values that break it, commonest first; never a value.
    sensitivity
        Whom the dataset is about.
    waiver
        Who accepted the breach, why and when, and whether the waiver covers it; empty without one.
    file
        The file, where the rule is about one that could not be read.
    stops
        Whether a rule with nothing to test makes the extract count as not tested.
    follows
        Other broken rules on values that this one reads, from which the breach may follow.
    from_children
        Whether the rule is on a file that is not about children but reads children's records: its
        counts of rows tested and rows that break it follow from these.
    """

    rule: str
    dataset: str
    column: str
    severity: Severity
    outcome: Outcome
    tested: int | str
    failing: int | str
    expected: str
    reason: str
    remedy: str
    sensitivity: Sensitivity
    rows: tuple[int, ...] = ()
    seen: tuple[str, ...] = ()
    waiver: str = ""
    file: str = ""
    stops: bool = False
    follows: tuple[str, ...] = ()
    from_children: bool = False

    @property
    def stage(self) -> int:
        """When to fix it: 0 files, 1 headers, 2 values, 3 their size and reference, 4 the rest."""
        name = self.rule.removeprefix(f"{self.dataset}-")
        if name.startswith("file"):
            return 0
        if not self.column:
            return {"columns": 1, "key": 2}.get(name, STAGE_OF_THE_REST)
        kind = name.removeprefix(f"{self.column}-")
        return next((stage for stage, kinds in STAGES.items() if kind in kinds), STAGE_OF_THE_REST)


@dataclass(frozen=True)
class ContractResults:
    """The results of all rules of all contracts.

    Attributes
    ----------
    results
        By dataset and rule, in the contract's order.
    files
        The files of each dataset with the number of records in each, in the order of its rows.
    rows
        Records of each dataset; a text such as `[c]` where it may not be published.
    places
        For datasets read through a map: the council's file and line, by row, of the rows that
        break a rule.
    sources
        For such datasets, the source of each column, in words.
    maps
        For such datasets, what the map does and who confirmed it, in words.
    """

    results: tuple[RuleResult, ...]
    files: dict[str, tuple[tuple[str, int | str], ...]]
    rows: dict[str, int | str]
    places: dict[str, dict[int, tuple[str, int]]] = field(default_factory=dict)
    sources: dict[str, dict[str, str]] = field(default_factory=dict)
    maps: dict[str, str] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """The most serious outcome: fail, then nothing tested, then warn, then pass."""
        if any(result.outcome == "fail" for result in self.results):
            return "fail"
        if not self.results or any(result.stops for result in self.results):
            return "nothing tested"
        if any(result.outcome == "warn" for result in self.results):
            return "warn"
        return "pass"

    @property
    def exit_code(self) -> int:
        """0 for pass and warn, 3 for fail, 4 for nothing tested."""
        return {"pass": 0, "warn": 0, "fail": 3, "nothing tested": 4}[self.outcome]

    def of(self, *outcomes: Outcome) -> tuple[RuleResult, ...]:
        """Return the results with one of these outcomes."""
        return tuple(result for result in self.results if result.outcome in outcomes)

    def of_dataset(self, dataset: str) -> tuple[RuleResult, ...]:
        """Return the results of one dataset."""
        return tuple(result for result in self.results if result.dataset == dataset)

    def locate(self, result: RuleResult) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """Return the rows that break a rule by file, in the numbering of each file.

        A dataset split by authority or month is one table here; its rows are numbered through all
        files, each of which has its own header.
        """
        parts = self.files.get(result.dataset, ())
        if result.dataset in self.places and result.rows and not result.file:
            lines: dict[str, list[int]] = {}
            for row in result.rows:
                name, line = self.places[result.dataset][row]
                lines.setdefault(name, []).append(line)
            return tuple((name, tuple(dict.fromkeys(each))) for name, each in lines.items())
        if result.file or len(parts) < 2:
            name = result.file or (parts[0][0] if parts else f"{result.dataset}.csv")
            return ((name, result.rows),)
        found: list[tuple[str, tuple[int, ...]]] = []
        before = 0
        for name, records in parts:
            count = int(records)
            rows = tuple(
                row - before for row in result.rows if before + 1 < row <= before + count + 1
            )
            found += [(name, rows)] if rows else []
            before += count
        return tuple(found) or ((", ".join(name for name, _ in parts), ()),)

    def public(self, rules: DisclosureRules = PUBLIC) -> ContractResults:
        """Return the form that may be published: no row numbers, and row counts rounded as totals.

        Rows are counted over all authorities. Exact, they would undo the rounding of a total,
        and two releases would reveal how many children were added between them.
        """
        about_children = {r.dataset for r in self.results if r.sensitivity == "child"}

        def safe(count: int | str, dataset: str) -> int | str:
            return _controlled(count, rules) if dataset in about_children else count

        return ContractResults(
            tuple(_published(result, rules) for result in self.results),
            {
                name: tuple((file, safe(count, name)) for file, count in parts)
                for name, parts in self.files.items()
            },
            {name: safe(count, name) for name, count in self.rows.items()},
            sources=self.sources,
            maps=self.maps,
        )

    def to_json(self) -> str:
        """Return the results as JSON, keys sorted."""
        value = {"outcome": self.outcome, "exit_code": self.exit_code, **asdict(self)}
        return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


OF_THE_FILE = ("-file", "-columns")
"""Suffixes of the rules that count files or columns, and not records."""


def _published(result: RuleResult, rules: DisclosureRules) -> RuleResult:
    if result.from_children:
        # Rows may be school-months: six of them can be the months of two pilots without any event,
        # so no number of rows is large enough to be shown.
        return replace(
            result,
            rows=(),
            waiver=SCOPE.sub("up to [c] rows", result.waiver),
            tested="[c]" if result.tested else 0,
            failing="[c]" if result.failing else 0,
        )
    if result.sensitivity != "child" or result.rule.endswith(OF_THE_FILE):
        return replace(result, rows=())
    tested, failing = result.tested, result.failing
    hidden = [
        isinstance(count, int) and count > 0 and rules.is_unsafe(count)
        for count in (tested, failing)
    ]
    # A small remainder reveals as much as a small count: "all but two" identifies the two.
    if isinstance(tested, int) and isinstance(failing, int) and failing:
        rest = tested - failing
        hidden[1] = hidden[1] or (rest > 0 and rules.is_unsafe(rest))
    return replace(
        result,
        rows=(),
        waiver=SCOPE.sub(lambda found: _published_scope(found, rules), result.waiver),
        tested="[c]" if hidden[0] else _controlled(tested, rules),
        failing="[c]" if hidden[1] else _controlled(failing, rules),
    )


def _controlled(count: int | str, rules: DisclosureRules) -> int | str:
    if isinstance(count, str) or not count:
        return count
    return "[c]" if rules.is_unsafe(count) else rules.rounded(count)


SCOPE = re.compile(r"up to ([0-9,]+) rows?")
"""Pattern of the number of rows that a waiver covers, which reveals as much as their count."""


def _published_scope(found: re.Match[str], rules: DisclosureRules) -> str:
    count = int(found.group(1).replace(",", ""))
    return "up to [c] rows" if rules.is_unsafe(count) else found.group(0)

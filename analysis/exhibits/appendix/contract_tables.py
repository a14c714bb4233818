"""Tables of the data dictionary, of contract warnings, and of exceptions on file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.contracts import ContractResults, DataContract
from analysis.contracts.contract import CONTROL_TOTALS
from analysis.contracts.dictionary import DICTIONARY_COLUMNS, dictionary
from analysis.disclosure import EXCEPTIONS, read_exceptions
from analysis.exhibits.parts.columns import Column, Words, table
from analysis.exhibits.parts.exhibit import Number, Table
from analysis.extract.extract import Origin


def data_dictionary(contracts: dict[str, DataContract]) -> Table:
    """Show every column of the extract: what it contains and whom it is about."""
    data = dictionary(contracts)
    return table(
        data,
        (
            Words("file", "Data file", cell=lambda name: name.removesuffix(".csv"), width=4),
            Words("column", "Column", width=4),
            Words("description", "What it contains", width=9),
            Words("required", "Required", width=2),
            Words("sensitivity", "About", width=2),
        ),
        meanings=DICTIONARY_COLUMNS,
        released=list(data),
        note="About: whom a value is about; what is about children passes disclosure control. The "
        "files of control totals and of candidate schools may be absent.",
    )


def contract_warnings(contract_results: ContractResults) -> Table:
    """Show the rules that gave a warning or had no data to test, and the waivers on file."""
    said = {"warn": "warning", "pass": "met"}
    lines = [
        (r.dataset, r.rule, r.expected, r.outcome, str(r.failing), r.waiver)
        for r in contract_results.public().results
        if r.outcome != "pass" or r.waiver
    ]
    names = ["dataset", "rule", "expected", "outcome", "failing", "waiver"]
    return table(
        pd.DataFrame(lines, columns=names),
        (
            Words("dataset", "Data file", "data file", width=3),
            Words("rule", meaning="the rule's name"),
            Words("expected", meaning="what must be true"),
            Words(("expected", "rule"), "Rule", cell="{} ({})".format, width=6),
            Words("outcome", "Outcome", "what came out", width=2,
                  cell=lambda outcome: said.get(outcome) or str(outcome)),
            Column("failing", "Rows", "rows that break it", "number"),
            Words("waiver", "Waived by", "who let it pass, when, for how many rows, and why",
                  width=5),
        ),
        none=(("none", "", "", "", ""),),
        note="Waived: the supplier will not correct it, and the person named accepts that.",
    )  # fmt: skip


def control_totals_outcome(contract_results: ContractResults, origin: Origin) -> Number:
    """State whether the sender's control totals were supplied, and agree with the extract."""
    found = contract_results.of_dataset(CONTROL_TOTALS)
    if any(result.rule == f"{CONTROL_TOTALS}-file-absent" for result in found):
        text = (
            "No control totals from its sender came with the extract, so records lost on the way, "
            "or types exchanged, may have gone unseen."
        )
    elif any(result.outcome == "warn" for result in found):
        text = "The files differ from their sender's control totals, and someone answers for it."
    else:
        invented = " (invented too)" if origin.kind == "invented" else ""
        text = f"The files agree with the control totals that came with them{invented}."
    return Number(text, text, "sentence")


def warnings_outcome(contract_results: ContractResults) -> Number:
    """State which rules of the data contracts gave a warning, by name."""
    warned = [result.rule for result in contract_results.of("warn")]
    text = "No rule of the data contracts gave a warning."
    if warned:
        text = f"Rules of the data contracts that gave a warning: {', '.join(warned)}."
    return Number(text, text, "sentence")


def maps_outcome(contract_results: ContractResults) -> Number:
    """State which files were read through a column map, what it maps, and who confirmed it."""
    text = "Every file came with the columns that its contract names."
    if contract_results.maps:
        text = f"{'. '.join(contract_results.maps.values())}."
    return Number(text, text, "sentence")


def release_exceptions(contract_directory: Path) -> Table:
    """Show the exhibits released by exception although disclosure control held them back."""
    found = read_exceptions(contract_directory / EXCEPTIONS)
    exceptions = [(e.exhibit, e.name, f"{e.date:%d %B %Y}", e.reason) for e in found]
    return table(
        pd.DataFrame(exceptions, columns=["exhibit", "name", "date", "reason"]),
        (
            Words("exhibit", "Exhibit", "the exhibit's name", width=3),
            Words("name", "Let through by", "who decided", width=3),
            Words("date", "On", "when", width=2),
            Words("reason", "Reason", "why", width=6),
        ),
        none=(("none", "", "", ""),),
        note=(
            "Each was held back by disclosure control, by itself or given an earlier release, "
            "until the person named released it."
        ),
    )

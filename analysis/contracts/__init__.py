"""Data contracts: what each file of an extract must satisfy, and its validation.

`read_contracts` reads the contracts of a folder, `validate` tests an extract against
them, `describe` prints the outcome of each rule, and `raise_if_broken` raises an error for a
breach.
"""

from __future__ import annotations

from analysis.contracts.breach_messages import describe, raise_if_broken
from analysis.contracts.contract import Column, DataContract, Rule
from analysis.contracts.dictionary import dictionary, rule_list
from analysis.contracts.engine import ValidationError
from analysis.contracts.reading import read_contracts, refuse_without_column
from analysis.contracts.results import ContractResults, RuleResult
from analysis.contracts.validation import validate
from analysis.contracts.waivers import Waiver, read_waivers, validate_extract, with_waivers

__all__ = [
    "Column",
    "ContractResults",
    "DataContract",
    "Rule",
    "RuleResult",
    "ValidationError",
    "Waiver",
    "describe",
    "dictionary",
    "raise_if_broken",
    "read_contracts",
    "read_waivers",
    "refuse_without_column",
    "rule_list",
    "validate",
    "validate_extract",
    "with_waivers",
]

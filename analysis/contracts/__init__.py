"""Data contracts: what each file of an extract must be like, and whether it is.

`read_contracts` reads the contracts of a folder, `validate` tests an extract against
them, `describe` prints what became of each rule and `raise_if_broken` stops.
"""

from __future__ import annotations

from analysis.contracts.contract import Column, DataContract, Rule, read_contracts
from analysis.contracts.describe import describe, raise_if_broken
from analysis.contracts.results import ContractResults, RuleResult
from analysis.contracts.validation import ValidationError, validate

__all__ = [
    "Column",
    "ContractResults",
    "DataContract",
    "Rule",
    "RuleResult",
    "ValidationError",
    "describe",
    "raise_if_broken",
    "read_contracts",
    "validate",
]

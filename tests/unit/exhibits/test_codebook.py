"""The codebook explains what the contract allows, and no code goes without a meaning."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.contracts import read_contracts
from analysis.errors import ConfigurationError
from analysis.practice.evidence import FINDINGS, PATHWAYS, direction_counts
from analysis.practice.presence import PHASES
from exhibits.practice.codebook import HEADINGS, MEANINGS, codebook
from exhibits.results.published import published_findings
from tests.architecture import ROOT

CONTRACTS = read_contracts(ROOT / "data_contracts")
EVIDENCE = CONTRACTS["evidence"]


def counted(key, groups):
    items = pd.DataFrame({key: [groups[0], groups[0], groups[1]],
                          "direction": ["supports", "mixed", "supports"]})  # fmt: skip
    return direction_counts(items, [key], groups)


def made(contract=EVIDENCE):
    return codebook(
        {"evidence": contract},
        published_findings(ROOT / "data" / "published"),
        counted("finding", FINDINGS),
        counted("pathway", PATHWAYS),
        counted("school_phase", PHASES),
        "May 2019",
    )


def with_column(name, **changes):
    columns = tuple(
        replace(column, **changes) if column.name == name else column for column in EVIDENCE.columns
    )
    return replace(EVIDENCE, columns=columns)


def test_every_code_of_the_contract_stands_with_its_meaning_and_items():
    data = made().data
    codes = {name: list(part["code"]) for name, part in data.groupby("column", sort=False)}
    assert list(codes) == list(HEADINGS)
    assert codes.pop("finding") == ["1", "2", "3", "4", "5", "6"]
    assert codes == {name: list(EVIDENCE.column(name).categories) for name in codes}
    assert data["meaning"].str.strip().all()
    items = data.set_index(["column", "code"])["items"]
    assert items["finding"].tolist() == [2, 1, 0, 0, 0, 0]
    assert items["direction"].to_dict() == {"supports": 2, "contradicts": 0, "mixed": 1}
    assert items["school_phase"].to_dict() == {"primary": 2, "secondary": 1, "special": 0}


def test_a_finding_on_practice_means_what_was_published_of_it():
    data = made().data.set_index(["column", "code"])["meaning"]
    assert data["finding", "1"].startswith("Every pilot moved its workers' base")


@pytest.mark.parametrize("name", ["pathway", "direction", "school_phase"])
def test_a_code_without_a_meaning_says_where_to_add_it(name):
    allowed = (*EVIDENCE.column(name).categories, "new")
    with pytest.raises(ConfigurationError, match=f"'new' is allowed in '{name}'") as caught:
        made(with_column(name, categories=allowed))
    assert "evidence.odcs.yaml" in caught.value.place
    assert "exhibits/practice/codebook.py" in caught.value.remedy


def test_a_code_that_nothing_counts_is_refused_too(monkeypatch):
    monkeypatch.setitem(MEANINGS["pathway"], "D", "A pathway that nobody counts.")
    with pytest.raises(ConfigurationError, match="'D' is allowed") as caught:
        made(with_column("pathway", categories=("A", "B", "C", "D")))
    assert "analysis/practice/evidence.py" in caught.value.remedy


def test_a_finding_beyond_those_published_has_no_meaning():
    with pytest.raises(ConfigurationError, match="'7' is allowed in 'finding'"):
        made(with_column("finding", options={"minimum": 1, "maximum": 7}))


def test_codes_that_the_contract_leaves_open_cannot_be_listed():
    with pytest.raises(ConfigurationError, match="allowed in 'pathway' are not listed"):
        made(with_column("pathway", categories=()))

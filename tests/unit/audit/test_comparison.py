"""Two builds compared: what changed, by how much, and what was crossed on the way."""

import json
from dataclasses import replace

import pikepdf
import pytest

from analysis.errors import ConfigurationError
from audit.ledger.bundle import Bundle, read_bundle
from audit.trace.comparison import TOLERANCE, Step, amount, compare
from tests.unit.audit import whole

ONE = "was on the other side of 1, now"


def record(name, printed="8,777", kind="number", **fields):
    known = {"digest": f"{printed}{fields}", "shown": ["chapters/a.qmd:5"]}
    return whole.typed_record(name, "N1", kind, printed, **(known | fields))


def bundle(*records, data=None):
    return Bundle("build", whole.bare(records), data or {})


def change(old, new, before="", after=""):
    name = old.id
    (found,) = compare(
        bundle(old, data={name: before} if before else {}),
        bundle(new, data={name: after} if after else {}),
    )
    return found


def test_the_same_is_no_change():
    assert compare(bundle(record("a.b")), bundle(record("a.b"))) == ()


def test_what_is_said_is_compared_and_not_its_digest_alone():
    old = record("a.b")
    assert change(old, replace(old, printed="8,784")).new == "8,784"
    assert change(old, replace(old, interval=(1, 2))).name == "a.b"


def test_a_number_says_by_how_much():
    found = change(record("a.b"), record("a.b", "8,784"))
    (step,) = found.steps
    assert (step.old, step.new, step.absolute) == (8777, 8784, 7)
    assert step.relative == pytest.approx(7 / 8777)


def test_a_negative_number_is_read_with_its_sign():
    found = change(record("a.b", "−1.5"), record("a.b", "2.5"))
    assert (found.steps[0].old, found.steps[0].new) == (-1.5, 2.5)
    assert found.crossed == ("changed its sign",)


def test_a_ratio_that_rises_over_one_has_no_sign_to_change():
    found = change(record("a.b", "0.757", unit="ratio"), record("a.b", "1.2", unit="ratio"))
    assert found.crossed == (f"{ONE} above",)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (0.5, 0.55, " (+0.05, +10%)"),
        (1.0, 2.7, " (+1.7, +170%)"),
        (0.01, 1234.5, " (+1,234, +12,344,900%)"),
        (1e-7, 2e-7, " (+0.0000001, +100%)"),
        (1.0, 1.000002, " (+0.000002, +0.0002%)"),
        (0.0, -250000.0, " (-250,000)"),
    ],
)
def test_an_amount_is_written_out(old, new, told):
    assert amount(Step("", old, new)) == told


def test_a_share_of_nothing_is_none():
    assert change(record("a.b", "0"), record("a.b", "4")).steps[0].relative is None


def test_a_ratio_is_held_against_one():
    old = record("a.b", "0.80", unit="rate ratio", interval=[0.7, 0.9])
    new = record("a.b", "1.10", unit="rate ratio", interval=[0.9, 1.3])
    found = change(old, new)
    assert found.crossed == (f"{ONE} above", "is no longer significant")
    assert change(new, old).crossed == (f"{ONE} below", "became significant")


def test_a_claim_that_falls_is_said():
    old = record("claims.a", "It fell.", kind="claim", holds=True)
    found = change(old, replace(old, holds=False, digest="other"))
    assert found.crossed == ("its rule is no longer satisfied",)


def test_a_change_of_disclosure_is_said():
    old = record("a.b", kind="table", disclosure="released")
    found = change(old, replace(old, disclosure="held", digest="other"))
    assert found.crossed == ("disclosure: released, now held",)


TABLE = "pilot,outcome,ratio,ratio_low,ratio_high,p_value\n"


def test_a_table_names_the_row_and_column():
    old = TABLE + "Lambeth,Section 47,0.8,0.7,0.9,0.01\nLambeth,Section 17,1.1,0.9,1.3,0.5\n"
    new = TABLE + "Lambeth,Section 47,1.2,0.9,1.5,0.06\nLambeth,Section 17,1.1,0.9,1.3,0.5\n"
    found = change(
        record("t.effects", "x", kind="table"), record("t.effects", "y", kind="table"), old, new
    )
    assert {step.label for step in found.steps} == {
        f"Lambeth, Section 47: {column}"
        for column in ("ratio", "ratio_low", "ratio_high", "p_value")
    }
    assert found.crossed == (
        f"Lambeth, Section 47: ratio: {ONE} above",
        "Lambeth, Section 47: ratio: is no longer significant",
        "Lambeth, Section 47: p_value: rose above 0.05",
    )
    shares = [abs(step.relative) for step in found.steps]
    assert shares == sorted(shares, reverse=True)


def test_rows_that_come_and_go_are_named():
    old, new = "pilot,n\nLambeth,1\nStockport,2\n", "pilot,n\nLambeth,1\nSouthampton,2\n"
    found = change(record("t.n", "x", kind="table"), record("t.n", "y", kind="table"), old, new)
    assert found.crossed == ("Stockport is gone", "Southampton is new")
    assert found.steps == ()


def test_a_symbol_in_a_numbers_place_is_said():
    old, new = "pilot,n\nLambeth,8\nStockport,c\n", "pilot,n\nLambeth,c\nStockport,9\n"
    found = change(record("t.n", "x", kind="table"), record("t.n", "y", kind="table"), old, new)
    assert found.crossed == ("Lambeth: n: 8 -> c", "Stockport: n: c -> 9")
    assert found.steps == ()


def test_rows_of_the_same_words_are_matched_in_their_order():
    old, new = "term,n\nspring,1\nspring,2\n", "term,n\nspring,1\nspring,5\n"
    found = change(record("t.n", "x", kind="table"), record("t.n", "y", kind="table"), old, new)
    assert [(step.old, step.new) for step in found.steps] == [(2, 5)]


def test_what_only_another_processor_changes_is_the_same_value():
    old, new = "pilot,n\nLambeth,1.0\n", f"pilot,n\nLambeth,{1 + TOLERANCE / 10}\n"
    found = change(record("t.n", "x", kind="table"), record("t.n", "y", kind="table"), old, new)
    assert found.steps == ()


def test_exhibits_that_come_and_go_are_said_in_the_order_of_the_report():
    one = record("a.gone", shown=["chapters/a.qmd:12"])
    two = record("a.new", shown=["chapters/a.qmd:7"])
    assert [(c.name, c.crossed, c.old, c.new) for c in compare(bundle(one), bundle(two))] == [
        ("a.new", ("newly shown",), "", "8,777"),
        ("a.gone", ("no longer shown",), "8,777", ""),
    ]


def test_a_folder_without_a_build_says_so(tmp_path):
    with pytest.raises(ConfigurationError, match="neither a ledger nor a PDF"):
        read_bundle(tmp_path)


def test_a_pdf_of_somebody_else_says_so(tmp_path):
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(tmp_path / "a.pdf")
    with pytest.raises(ConfigurationError, match="carries no ledger"):
        read_bundle(tmp_path / "a.pdf")


@pytest.mark.parametrize("content", [b"", b"no pdf", b"%PDF-1.7\n%%EOF"])
def test_a_broken_pdf_says_so(tmp_path, content):
    (tmp_path / "a.pdf").write_bytes(content)
    with pytest.raises(ConfigurationError, match="this PDF cannot be opened"):
        read_bundle(tmp_path / "a.pdf")


@pytest.mark.parametrize(
    "ledger", ["", "[]", "{}", json.dumps({"records": []}), '{"format": 2, "format": 2}']
)
def test_a_broken_ledger_says_so(tmp_path, ledger):
    (tmp_path / "exhibits").mkdir()
    (tmp_path / "ledger.json").write_text(ledger)
    with pytest.raises(ConfigurationError, match="not a ledger that can be read"):
        read_bundle(tmp_path)

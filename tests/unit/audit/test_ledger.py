"""The ledger's form: its schema and its records say the same, in public and within."""

import json

import jsonschema
import pandas as pd
import pytest

from analysis.disclosure import held
from analysis.exhibits.parts.exhibit import Claim, Figure, Number, Provenance
from audit.ledger.exhibit_record import record
from audit.ledger.ledger import SCHEMA as SCHEMA_FILE
from audit.ledger.ledger import Ledger, here, schema
from audit.ledger.provenance import Commit, Definition, InputFile, RuleOutcome, Setting, Step
from audit.ledger.reading import NoLedger, ledger_of, parse_ledger
from audit.ledger.record import Location
from audit.trace.lineage import Lineage

SCHEMA = schema()
LINEAGE = Lineage("a.b", ("b",), ("a.b",), ("a.b",), ("x.csv",), {"x.csv": ("y",)}, ("seed",))
PLACES = [Location("chapters/one.qmd", 3)]
DATA = pd.DataFrame({"rate": [1.5]})


def made(name, exhibit):
    return record(name, exhibit, Provenance(name, "N1"), LINEAGE, PLACES, 7)


def ledger(*records):
    return Ledger(
        "A report", Commit("a" * 40, 0, clean=True), "",
        (InputFile("x.csv", "0" * 64, 2, datasets=("x",)),),
        {"x": {"rules": 1, "pass": 1, "warn": 0, "fail": 0, "nothing tested": 0}},
        {"a.b": Definition("a.py", 1, 2, "0" * 64, ())},
        records, "", (RuleOutcome("x", "r", "y", "error", "pass", 2, 0, "y is filled"),),
        {"seed": Setting(1, "0" * 64)}, {"x.csv": {"y": "A column"}},
        {"b": Step("a.b", ("seed",), (), ("seed",))}, **here(),
    )  # fmt: skip


NUMBER = Number(0.65949, "0.66 (0.52 to 0.83)", "ratio", 37, (0.52411, 0.83372))
CLAIM = Claim("It fell.", "below 1", True, "0.65949", ("ratio",))


def test_the_published_schema_is_the_one_of_the_classes():
    published = json.loads(SCHEMA_FILE.read_text("utf-8"))
    assert published == SCHEMA, "run python -m audit.ledger.ledger"


def test_a_record_has_the_fields_of_its_kind_and_no_others():
    forms = SCHEMA["properties"]["records"]["items"]["oneOf"]
    fields = {form["properties"]["kind"]["const"]: form["properties"].keys() for form in forms}
    assert fields["table"] - fields["figure"] == {"cells", "row_headings", "note"}
    assert fields["number"] - fields["claim"] == {"value", "unit", "n", "interval", "working"}
    assert fields["claim"] - fields["number"] == {"rule", "evidence", "seen", "holds", "compared"}
    meant = [each for form in forms for each in form["properties"].values()]
    assert len([each for each in meant if "description" in each]) == len(meant) - len(forms)


def test_what_is_read_is_what_was_written():
    whole = ledger(made("b", NUMBER))
    assert ledger_of(json.loads(whole.to_json(internal=True))) == whole


def flat(whole, **more):
    """Return a ledger in the format before, in which a record had the fields of all kinds."""
    others = {"cells": [], "row_headings": 0, "note": "", "rule": "", "holds": None, "data": ""}
    records = [{**others, **each, **more} for each in whole["records"]]
    return json.dumps({**by_stem(whole), "format": 2, "records": records}).encode()


def by_stem(whole):
    """Return a ledger in the format after that, in which no file named its datasets."""
    files = [{k: v for k, v in each.items() if k != "datasets"} for each in whole["files"]]
    return {**whole, "format": 3, "files": files}


def test_a_ledger_of_the_formats_before_is_read_too():
    whole = ledger(made("b", NUMBER))
    plain = json.loads(whole.to_json())
    for earlier in (flat(plain), json.dumps(by_stem(plain)).encode()):
        assert parse_ledger(earlier, "x").to_json() == whole.to_json()


@pytest.mark.parametrize("more", [{"cells": ["9"]}, {"comment": ""}, {"kind": "map"}])
def test_one_of_that_format_is_refused_where_another_kind_says_something(more):
    whole = json.loads(ledger(made("b", NUMBER)).to_json())
    with pytest.raises(NoLedger, match=r"see records\[0\]\."):
        parse_ledger(flat(whole, **more), "x")


@pytest.mark.parametrize("internal", [False, True])
def test_a_ledger_keeps_its_schema(internal):
    whole = ledger(made("ratio", NUMBER), made("claim", CLAIM))
    jsonschema.validate(json.loads(whole.to_json(internal=internal)), SCHEMA)


@pytest.mark.parametrize(
    "edit",
    [
        lambda w: w.update(format=1),
        lambda w: w.pop("commit"),
        lambda w: w["records"][0].update(path="/home/someone"),
        lambda w: w["records"][0].update(shown=["/home/someone/one.qmd:3"]),
        lambda w: w["code"]["a.b"].update(file="/home/someone/a.py"),
        lambda w: w["records"][0].update(digest="none"),
    ],
)
def test_a_ledger_edited_by_hand_breaks_its_schema(edit):
    whole = json.loads(ledger(made("ratio", NUMBER)).to_json())
    edit(whole)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(whole, SCHEMA)


def test_full_precision_is_in_the_internal_ledger_alone():
    whole = ledger(made("ratio", NUMBER), made("claim", CLAIM))
    public = json.loads(whole.to_json())["records"][1]
    within = json.loads(whole.to_json(internal=True))["records"][1]
    assert (public["value"], public["interval"]) == (0.66, [0.52, 0.83])
    assert (within["internal"]["value"], within["internal"]["interval"][0]) == (0.65949, 0.52411)
    assert "0.65949" not in whole.to_json()


def test_the_internal_ledger_is_for_its_owner_alone(tmp_path):
    ledger().write(tmp_path / "internal.json", internal=True)
    assert (tmp_path / "internal.json").stat().st_mode & 0o077 == 0


def test_nothing_of_a_held_exhibit_is_in_its_record():
    figure = Figure("<svg/>", "Seven children", DATA, {"rate": "Rate"}, status=held("Too few."))
    found = made("figure", figure)
    assert (found.printed, found.described, found.reason) == ("", {}, "Too few.")


def test_records_stand_in_one_order_whichever_way_they_came():
    one, two = made("ratio", NUMBER), made("claim", CLAIM)
    assert ledger(one, two).to_json() == ledger(two, one).to_json()


def test_only_what_draws_at_random_has_a_seed():
    assert made("ratio", NUMBER).seed == 7
    lineage = Lineage("a.b", (), (), (), (), {}, ())
    assert record("x", NUMBER, Provenance("x", "N1"), lineage, PLACES, 7).seed is None

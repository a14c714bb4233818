"""What the certificate says of a report is counted in its ledger."""

import pytest

from audit.documents.certificate import as_markdown, as_text
from tests.unit.audit import small_trail, whole


def said(**more):
    return " ".join(as_text(whole.typed(small_trail.ledger(**more))).split())


def test_what_is_invented_is_counted_exhibit_by_exhibit():
    assert "Of 2 figures and tables, 2 rest on them." in said()
    records = small_trail.ledger()["records"]
    drawn = {**records[0], "files": []}
    assert "Of 2 figures and tables, 1 rest on them." in said(records=[drawn, *records[1:]])


def test_what_was_published_is_not_called_invented():
    assert "numbers and sentences among them, 0 rest on those alone" in said()
    records = small_trail.ledger()["records"]
    published = {**records[2], "files": [small_trail.FACTS]}
    told = said(records=[*records[:2], published, records[3]])
    assert "among them, 1 rests on those alone" in told
    assert "All the data" not in told


def test_nothing_is_invented_where_the_ledger_has_no_label():
    assert "Nothing: the data are those supplied." in said(label="")


def test_rounded_rows_are_not_added_up():
    assert "rows." not in said().partition("What passed")[0].replace("Their rows and", "")


@pytest.mark.parametrize("outcome", ["released", "released after suppression", "held"])
def test_what_is_held_back_is_what_the_records_say(outcome):
    records = small_trail.ledger()["records"]
    changed = [{**records[0], "disclosure": outcome}, *records[1:]]
    told = as_markdown(whole.typed(small_trail.ledger(records=changed)))
    expected = {
        "released": "released every exhibit unchanged",
        "released after suppression": "left out of 1 exhibit (F1)",
        "held": "Held back as a whole: rates_plot",
    }
    assert expected[outcome] in told

"""The same commit and data give the same: to the byte in a build, by value in a rerun."""

import hashlib
import json
import stat

import pikepdf
import pytest

from audit.pdf.text_layer import read_text
from tests.end_to_end.conftest import BUILD, FORMATS, git, run

pytestmark = pytest.mark.slow

ELSEWHERE = {
    "TZ": "Asia/Tokyo",
    "LC_ALL": "C",
    "LANG": "C",
    "PYTHONHASHSEED": "1",
    "COLUMNS": "40",
    "HOME": "/nonexistent",
}


def digests(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def again(built, tmp_path_factory):
    """The same commit, cloned to another place and built under other conditions."""
    clone = tmp_path_factory.mktemp("a place elsewhere") / "another name"
    git(built, "clone", "-q", built, clone)
    outcome = run(clone, *BUILD, *FORMATS, environment=ELSEWHERE, umask=0)
    assert outcome.code == 0, outcome.text
    return clone


def test_two_builds_of_a_commit_are_the_same_to_the_byte(built, again):
    one, two = digests(built / "_book"), digests(again / "_book")
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
    assert {"index.html", "report.pdf", "audit/ledger.json", "ro-crate-metadata.json"} <= one.keys()


def test_working_files_are_their_owners_alone_and_the_book_is_as_the_umask_says(again):
    def modes(*names):
        paths = [path for name in names for path in (again / name).rglob("*")]
        return {stat.S_IMODE(path.stat().st_mode) for path in paths}

    assert modes(".report", "_exhibits") == {0o700, 0o600}
    assert modes("_book") == {0o777, 0o666}


def test_a_build_of_a_commit_says_that_its_tree_was_clean(built):
    ledger = json.loads((built / "_book" / "audit" / "ledger.json").read_text(encoding="utf-8"))
    assert ledger["commit"]["clean"]
    assert len(ledger["commit"]["id"]) == 40


def test_the_certificate_closes_the_pdf_on_one_page(built):
    with pikepdf.open(built / "_book" / "report.pdf") as pdf:
        layer = read_text(pdf)
    heads = [block for block in layer.blocks if block.role == "H1" and not block.within("TOC")]
    assert heads[-1].text.endswith("Certificate")
    assert heads[-1].page == len(layer.pages)


def test_no_path_of_the_machine_is_in_what_is_published(built):
    for path in (built / "_book").rglob("*"):
        if path.suffix in (".json", ".html", ".csv", ".svg"):
            assert str(built) not in path.read_text(encoding="utf-8"), path


def test_the_delivered_pdf_is_verified_and_computed_again(built):
    outcome = run(built, "verify", "_book/report.pdf", "--rerun")
    assert outcome.code == 0, outcome.text
    assert "intact        yes" in outcome.text
    assert "coverage 100.0%" in outcome.text
    assert "reproducible  yes" in outcome.text
    assert "within the tolerance" not in outcome.text, "on one machine it is identical"

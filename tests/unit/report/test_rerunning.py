"""A delivered report is recomputed from clone and data, or it is said why that can't be."""

import hashlib
import json
import shutil
import subprocess
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest

from analysis.exhibits.parts.exhibit import Figure
from analysis.importing import CODE
from audit.ledger.bundle import Bundle
from audit.ledger.provenance import InputFile
from audit.terminal import print_lines
from audit.trace.repository import Commit
from report.commands import verify as verifying
from report.commands.verify import _reproducible, verify
from report.reproduction import rerun as rerunning
from report.reproduction.rebuild import RebuildFailed
from report.reproduction.rerun import rerun
from tests.unit.audit import sealed, test_ledger
from tests.unit.audit.whole import typed
from tests.unit.audit.whole import whole as completed
from tests.unit.report.test_diffing import git_in

RULE = {"dataset": "a", "rule": "a-one", "column": "x", "severity": "error", "outcome": "fail",
        "tested": 5, "failing": 1, "expected": "no blank"}  # fmt: skip
COUNTS = {"rules": 1, "pass": 0, "warn": 0, "fail": 1, "nothing tested": 0}
ROWS = "school,pupils\na,5\nb,7\n"
DATA = "school,ratio,p\na,0.5,0.04\nb,0.8,0.2\n"


@pytest.fixture
def clone(tmp_path):
    """A clone with data of its own, and the commit of a report."""
    root = tmp_path / "clone"
    (root / "data").mkdir(parents=True)
    (root / "data" / "x.csv").write_text(ROWS)
    (root / "study.toml").write_text('extract_directory = "data"\n')
    (root / "literals.toml").write_bytes(sealed.LITERALS + b"repeats = 'a name'\n")
    git_in(root, "init", "-q", "-b", "main")
    git_in(root, "add", "-A")
    git_in(root, "commit", "-q", "-m", "state")
    return root


def head(root):
    done = subprocess.run(["git", "-C", root, "rev-parse", "HEAD"], capture_output=True, check=True)
    return done.stdout.decode().strip()


def made(root):
    done = subprocess.run(
        ["git", "-C", root, "log", "-1", "--format=%ct"], capture_output=True, check=True
    )
    return int(done.stdout)


@pytest.fixture
def delivered(tmp_path, clone):
    """Write what a report of that commit carries, edited as a test likes; return its folder."""

    def write(edit=lambda _: None, rows=ROWS, data=DATA):
        folder = tmp_path / "book"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "exhibits").mkdir(parents=True)
        (folder / "exhibits" / "drawn.csv").write_text(data)
        whole = ledger(head(clone), rows)
        whole["commit"]["time"] = made(clone)
        edit(whole)
        (folder / "ledger.json").write_text(json.dumps(whole))
        return folder

    return write


def ledger(commit, rows=ROWS):
    figure = Figure("<svg/>", "Bars.", pd.DataFrame({"ratio": [0.5]}), {"ratio": "Ratio"})
    made = test_ledger.ledger(
        test_ledger.made("ratio", test_ledger.NUMBER),
        replace(test_ledger.made("drawn", figure), reference="F1"),
    )
    digest = hashlib.sha256(rows.encode()).hexdigest()
    whole = replace(
        made, commit=Commit(commit, 0, clean=True), files=(InputFile("x.csv", digest, 2),)
    )
    return completed(json.loads(whole.to_json()))


@pytest.fixture(autouse=True)
def computed(monkeypatch, clone):
    """What computing again gives: the same, unless a test changes it here."""
    again = {"ledger": ledger(head(clone)), "data": {"drawn": DATA}, "asked": []}

    def rebuild(_, inputs, name="", *, fresh=False):
        again["asked"].append((inputs, fresh))
        if "fails" in again:
            raise RebuildFailed(again["fails"])
        return Bundle(name, typed(again["ledger"]), again["data"])

    monkeypatch.setattr(rerunning, "rebuild", rebuild)
    return again


def record(whole, name):
    return next(each for each in whole["records"] if each["id"] == name)


def test_the_same_comes_out_identical(clone, delivered, computed):
    found = rerun(clone, delivered())
    assert found.reproducible
    assert [each.grade for each in found.graded] == ["identical", "identical"]
    (line,) = found.verdict()
    assert "of 2 exhibits, 1 of them figures, with 7 values, 2 come out identical" in line
    ((inputs, fresh),) = computed["asked"]
    assert fresh, "a kept result would prove nothing"
    assert inputs.code == inputs.data == inputs.settings == head(clone)


def test_last_digits_are_within_the_tolerance(clone, delivered, computed):
    record(computed["ledger"], "drawn")["digest"] = "1" * 64
    computed["data"]["drawn"] = DATA.replace("0.5", "0.50000001")
    found = rerun(clone, delivered())
    assert found.reproducible
    assert [each.grade for each in found.graded] == ["within tolerance", "identical"]
    assert "1 within the tolerance of 1e-06" in next(found.verdict())


@pytest.mark.parametrize(
    ("value", "told"), [("0.55", "a: ratio: 0.5 -> 0.55 (+0.05, +10%)"), ("[c]", "0.5 -> [c]")]
)
def test_a_value_that_differs_is_named_with_its_amount(clone, delivered, computed, value, told):
    record(computed["ledger"], "drawn")["digest"] = "1" * 64
    computed["data"]["drawn"] = DATA.replace("0.5", value)
    found = rerun(clone, delivered())
    assert not found.reproducible
    assert told in "\n".join(found.differences())


def test_a_number_that_differs_is_told_as_printed(clone, delivered, computed):
    record(computed["ledger"], "ratio").update(digest="1" * 64, printed="0.70 (0.5 to 0.9)")
    (told,) = rerun(clone, delivered()).differences()
    assert told == "N1 ratio: 0.66 (0.52 to 0.83) -> 0.70 (0.5 to 0.9) (+0.04, +6.1%)"


def test_a_figure_drawn_otherwise_differs_though_its_values_are_the_same(
    clone, delivered, computed
):
    record(computed["ledger"], "drawn")["digest"] = "1" * 64
    found = rerun(clone, delivered())
    assert [each.grade for each in found.graded] == ["differs", "identical"]
    assert "drawn or described differently" in next(found.differences())


def test_what_is_printed_must_be_the_same_to_the_letter(clone, delivered, computed):
    record(computed["ledger"], "drawn").update(digest="1" * 64, printed="Longer bars.")
    computed["data"]["drawn"] = DATA.replace("0.5", "0.50000001")
    assert [each.grade for each in rerun(clone, delivered()).graded] == ["differs", "identical"]


def test_data_edited_beside_an_unedited_ledger_are_seen(clone, delivered):
    found = rerun(clone, delivered(data=DATA.replace("0.5", "0.4")))
    assert [each.grade for each in found.graded] == ["differs", "identical"]


EDITS = {"printed": "0.14 (0.52 to 0.83)", "value": 0.14, "interval": [0.1, 0.2], "n": 3,
         "unit": "pupils", "function": "a.other", "reason": "Checked."}  # fmt: skip


@pytest.mark.parametrize("key", EDITS)
def test_a_record_edited_beside_its_true_digest_differs(clone, delivered, key):
    def edit(whole):
        whole["code"]["a.other"] = dict(next(iter(whole["code"].values())))
        record(whole, "ratio")[key] = EDITS[key]

    found = rerun(clone, delivered(edit))
    assert [each.grade for each in found.graded] == ["identical", "differs"]
    assert f"but these are not: {key}" in "\n".join(found.differences())


def test_an_exhibit_that_is_not_computed_is_named(clone, delivered, computed):
    computed["ledger"]["records"] = [record(computed["ledger"], "drawn")]
    assert list(rerun(clone, delivered()).differences()) == ["N1 ratio: it is not computed"]


def test_other_versions_and_an_unclean_tree_are_noted(clone, delivered):
    def elsewhere(whole):
        whole["environment"]["python"] = "3.1.4"
        whole["platform"] = "Plan9 vax"
        whole["commit"]["clean"] = False

    notes = "\n".join(rerun(clone, delivered(elsewhere)).notes)
    assert "python was 3.1.4 and is 3." in notes
    assert "platform was Plan9 vax" in notes
    assert "changes that are in no commit" in notes


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda whole: whole.update(label="Real data"), "label: 'Real data' here, and ''"),
        (lambda whole: whole.update(title="Another"), "title: 'Another' here, and"),
        (lambda whole: whole["rules"].clear(), "rules: not as its commit gives them"),
        (lambda whole: whole["contracts"]["a"].update(fail=0, rules=9), "contracts: "),
        (lambda whole: whole["files"][0].update(rows=3), "files: "),
        (lambda whole: whole["conditions"].update(locale="tlh"), "conditions: "),
        (lambda whole: whole["commit"].update(time=86_400), "commit: it is of another time"),
        (lambda whole: whole.update(structure={"formulas": {"x.qmd": ["0.62"]}, "headings": {},
                                               "bibliography": {}}), "structure, formulas: "),
    ],
)  # fmt: skip
def test_what_else_a_ledger_says_is_what_its_commit_gives(clone, delivered, computed, edit, told):
    computed["ledger"]["rules"] = [RULE]
    computed["ledger"]["contracts"] = {"a": COUNTS}

    def both(whole):
        whole["rules"], whole["contracts"] = [dict(RULE)], {"a": dict(COUNTS)}
        edit(whole)

    assert rerun(clone, delivered(lambda whole: whole.update(rules=[RULE],
                                                             contracts={"a": COUNTS}))
                 ).reproducible  # fmt: skip
    found = rerun(clone, delivered(both))
    assert not found.reproducible
    assert f"its ledger is not its commit's: {told}" in "\n".join(found.differences())


def test_a_release_that_its_commit_would_refuse_is_named(clone, delivered, computed):
    released = delivered(lambda whole: whole.update(release=True))
    found = rerun(clone, released)
    assert found.reproducible
    assert "only its ledger states" in "\n".join(found.notes)
    record(computed["ledger"], "ratio")["disclosure"] = "held"
    assert "release: its commit gives none" in "\n".join(rerun(clone, released).differences())


def test_nothing_that_a_ledger_says_lays_out_the_notes(clone, delivered, capsys):
    padded = "Linux" + 80 * " " + "verdict       passes"

    def edit(whole):
        whole["platform"] = whole["label"] = padded
        whole["environment"][padded] = padded

    again = rerun(clone, delivered(edit))
    print_lines(_reproducible(again))
    said = capsys.readouterr().out
    assert said.count("verdict passes") == 3
    assert "verdict       passes" not in said


def test_versions_that_the_lock_of_the_commit_does_not_have_are_noted(clone, delivered):
    here = version("pandas")
    (clone / "requirements.lock").write_text(
        "numpy==0.0.1 \\\n    --hash=sha256:00\n"
        f"pandas=={here} ; python_full_version < '4'\npandas==99 ; python_full_version >= '4'\n"
    )
    git_in(clone, "add", "-A")
    git_in(clone, "commit", "-q", "-m", "lock")
    notes = "\n".join(rerun(clone, delivered()).notes)
    assert "the lock of its commit has 0.0.1" in notes
    assert "pandas" not in notes


# --- what keeps it from being told ----------------------------------------------------------


def names(commit):
    return lambda whole: whole["commit"].update(id=commit)


def test_a_report_without_a_commit(clone, delivered):
    assert "outside version control" in rerun(clone, delivered(names(None))).hindrance


@pytest.mark.parametrize("commit", ["--upload-pack=x", "HEAD", ".", "main"])
def test_what_is_no_commit_is_never_handed_to_git(clone, delivered, computed, commit):
    assert "see commit.id" in rerun(clone, delivered(names(commit))).hindrance
    assert not computed["asked"]


def test_a_commit_that_the_clone_has_not(clone, delivered):
    found = rerun(clone, delivered(names("a" * 40)))
    assert "this clone has no commit aaaa" in found.hindrance
    assert "git fetch" in found.remedy


def test_a_commit_on_no_branch_is_not_run(clone, delivered, computed):
    """An object that merely lies in the clone, as that of a proposed change may."""
    git_in(clone, "commit", "-q", "--allow-empty", "-m", "proposed")
    proposed = head(clone)
    book = delivered()
    git_in(clone, "reset", "-q", "--hard", "HEAD~1")
    found = rerun(clone, book)
    assert f"commit {proposed[:12]} is on no branch of this clone" in found.hindrance
    assert f"git branch checked {proposed[:12]}" in found.remedy
    assert not computed["asked"]
    git_in(clone, "branch", "checked", proposed)
    notes = rerun(clone, book).notes
    assert f"the code that was run is commit {proposed[:12]}, on checked" in notes


def test_a_shallow_clone(tmp_path, clone, delivered):
    book = delivered()
    git_in(clone, "commit", "-q", "--allow-empty", "-m", "later")
    git_in(tmp_path, "clone", "-q", "--depth", "1", f"file://{clone}", "shallow")
    found = rerun(tmp_path / "shallow", book)
    assert "shallow" in found.hindrance
    assert "unshallow" in found.remedy


def test_a_folder_without_history(clone, delivered):
    book = delivered()
    shutil.rmtree(clone / ".git")
    assert "not a git clone" in rerun(clone, book).hindrance


def test_data_that_are_missing(tmp_path, clone, delivered):
    (tmp_path / "empty").mkdir()
    found = rerun(clone, delivered(), tmp_path / "empty")
    assert "the data are missing: x.csv" in found.hindrance
    assert "--data" in found.remedy
    assert "no folder" in rerun(clone, delivered(), tmp_path / "none").hindrance


def test_an_extract_that_no_commit_holds(clone, delivered, computed):
    (clone / "study.toml").write_text('extract_directory = "restricted"\n')
    git_in(clone, "commit", "-q", "-a", "-m", "restricted")
    assert "neither the commit nor this clone has restricted" in rerun(clone, delivered()).hindrance
    shutil.copytree(clone / "data", clone / "restricted")
    assert rerun(clone, delivered()).reproducible
    assert computed["asked"][0][0].extract == clone / "restricted"


def test_data_of_another_digest_are_not_computed_from(clone, delivered, computed):
    found = rerun(clone, delivered(rows=ROWS + "c,9\n"))
    assert "not those of the report, by their digests: x.csv" in found.hindrance
    assert not computed["asked"]


def test_a_ledger_edited_by_hand(clone, delivered):
    found = rerun(clone, delivered(lambda whole: whole["records"][0].pop("digest")))
    assert "not as a build writes it: see records[0].digest" in found.hindrance


def test_a_commit_that_does_not_compute(clone, delivered, computed):
    computed["fails"] = "it does not compute: no such column"
    assert "no such column" in rerun(clone, delivered()).hindrance


# --- the verdict -----------------------------------------------------------------------------


@pytest.mark.parametrize("as_json", [False, True])
def test_what_cannot_be_told_is_no_pass(tmp_path, clone, monkeypatch, capsys, as_json):
    monkeypatch.chdir(clone)
    pdf = sealed.make(tmp_path / "pdf")
    assert verify(pdf, rerun=True, as_json=as_json) == 8
    said = capsys.readouterr().out
    assert "no commit aaaa" in said
    if as_json:
        assert json.loads(said)["rerun"]["reproducible"] is False
    else:
        assert "reproducible  not known" in said
        assert "verdict       whether it is reproducible is not known" in said


def test_what_is_computed_again_is_what_was_examined(tmp_path, clone, monkeypatch, capsys):
    """Another file, put in its place between the two, is neither."""
    monkeypatch.chdir(clone)
    pdf = sealed.make(tmp_path / "pdf")
    examine = verifying.examine

    def exchanged(*args, **options):
        found = examine(*args, **options)
        pdf.write_bytes(b"%PDF-1.7 of another report\n%%EOF")
        return found

    monkeypatch.setattr(verifying, "examine", exchanged)
    assert verify(pdf, rerun=True) == 8
    said = capsys.readouterr().out
    assert "no commit aaaa" in said, "the ledger that was examined names it"


def test_a_report_is_computed_again_from_any_folder(tmp_path, monkeypatch):
    """From the clone around the folder, and elsewhere from the clone of the command itself."""
    roots = []
    monkeypatch.setattr(rerunning, "rerun", lambda root, *_: roots.append(root))
    clone = tmp_path / "clone"
    (clone / "chapters").mkdir(parents=True)
    (clone / "study.toml").touch()
    for folder in (tmp_path, clone / "chapters"):
        monkeypatch.chdir(folder)
        verifying._rerun(Path("report.pdf"), None, b"")
    assert roots == [CODE, clone]

"""Questions to a small ledger, and to one that is not as it should be."""

import ast
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from analysis.contracts import read_contracts
from analysis.errors import ConfigurationError
from audit.ledger.cells import find_cell
from audit.trace.freshness import changed_since
from audit.trace.queries import affected_exhibits, as_number, closure, find_record, where_printed
from audit.trace.repository import line_caveat
from audit.trace.syntax import syntax_digest
from audit.trace.text import touched_text, tree
from report.commands.trace import Asked, ledger_at_hand, trace
from tests.unit.audit import whole

ROOT = Path(__file__).parents[3]
STUDY = {"outcomes": [{"name": "s47_enquiries"}, {"name": "s17_starts"}], "seed": 7, "title": "T"}


def definition(file, first, last, *uses):
    return {"file": file, "first": first, "last": last, "sha256": "1" * 64, "uses": list(uses)}


def record(name, reference, nodes, files, kind="table", printed="A | B", **more):
    known = {
        "digest": "2" * 64, "reason": "Safe.", "function": f"m.{name}", "nodes": nodes,
        "upstream": [f"m.{node}" for node in nodes], "files": files,
        "shown": ["chapters/one.qmd:4"],
    }  # fmt: skip
    return whole.record(name, reference, kind, printed, **known, **more)


LEDGER = {
    "format": 4, "title": "A report", "label": "", "remote": "", "platform": "Linux",
    "commit": {"id": "a" * 40, "time": 0, "clean": True}, "environment": {}, "rules": [],
    "contracts": {}, "columns": {"schools.csv": {"pupils": "Pupils on roll", "phase": "Phase"}},
    "files": [
        {"name": "schools.csv", "sha256": "0" * 64, "rows": 74, "part": "extract",
         "datasets": ["schools"]},
        {"name": "data/published/facts.csv", "sha256": "0" * 64, "rows": 3, "part": "project",
         "datasets": []},
    ],
    "settings": {"outcomes": {"line": 9, "sha256": "0" * 64}},
    "graph": {
        "schools": {"function": "m.schools", "needs": ["extract"], "files": [], "settings": []},
        "outcomes": {"function": "m.outcomes", "needs": ["study"], "files": [],
                     "settings": ["outcomes"]},
        "rates": {"function": "m.rates", "needs": ["outcomes", "schools"], "files": [],
                  "settings": []},
        "facts": {"function": "m.facts", "needs": ["published_directory"],
                  "files": ["data/published/facts.csv"], "settings": []},
    },
    "code": {
        "m.schools": definition("m.py", 1, 3), "m.outcomes": definition("m.py", 5, 6),
        "m.rates": definition("m.py", 8, 12, "m.ratio"), "m.ratio": definition("m.py", 20, 22),
        "m.facts": definition("m.py", 30, 31),
    },
    "records": [
        record("rates", "T1", ["outcomes", "rates", "schools"], ["schools.csv"],
               columns={"schools.csv": ["pupils"]}, settings=["outcomes"], pages=[3]),
        record("facts", "T2", ["facts"], ["data/published/facts.csv"]),
    ],
}  # fmt: skip


READ = whole.typed(LEDGER)


def touched(question):
    return [each.id for each in affected_exhibits(READ, question, STUDY).records]


@pytest.mark.parametrize("identity", ["rates", "tbl-rates", "T1", "t1"])
def test_an_exhibit_is_found_by_name_label_or_reference(identity):
    assert find_record(READ, identity).id == "rates"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("data:schools.csv", ["rates"]),
        ("data:schools.csv#pupils", ["rates"]),
        ("data:schools.csv#phase", []),
        ("data:data/published/facts.csv", ["facts"]),
        ("code:m.py:21", ["rates"]),
        ("code:m.py:8-31", ["rates", "facts"]),
        ("code:m.py", ["rates", "facts"]),
        ("study:outcomes.s47", ["rates"]),
        ("study:seed", []),
    ],
)
def test_what_rests_on_data_code_and_settings(question, expected):
    assert touched(question) == expected


@pytest.mark.parametrize(
    ("question", "nearest"),
    [
        ("data:school.csv", "did you mean schools.csv?"),
        ("data:schools.csv#pupil", "did you mean pupils?"),
        ("code:m.py:15", "m.py:8-12"),
        ("code:n.py:1", "did you mean m.py?"),
        ("study:outcome", "did you mean outcomes?"),
        ("study:outcomes.s", "did you mean s17_starts or s47_enquiries?"),
        ("files:x", "data:FILE#COLUMN"),
    ],
)
def test_a_question_that_misses_is_told_what_is_near(question, nearest):
    with pytest.raises(ConfigurationError) as refused:
        affected_exhibits(READ, question, STUDY)
    assert nearest in str(refused.value)


def test_the_start_of_a_name_is_enough_where_it_is_the_only_one():
    assert affected_exhibits(READ, "study:outcomes.s4", STUDY).what[1].endswith("s47_enquiries")


def test_an_unknown_exhibit_is_told_the_nearest():
    with pytest.raises(ConfigurationError, match="did you mean rates"):
        find_record(READ, "ratess")


def test_the_tree_goes_down_to_files_and_settings():
    text = tree(READ.records[0], READ)
    assert "├─ outcomes  study.toml:9" in text
    assert "└─ schools  m.py:1-3" in text
    assert "   └─ schools.csv  74 rows" in text
    assert "columns pupils" in text
    assert "data/published/facts.csv  3 rows" in tree(READ.records[1], READ)


def test_the_closure_follows_what_functions_use():
    assert closure(READ.code, ["m.rates"]) == {"m.rates", "m.ratio"}


def test_the_answer_backwards_names_chapter_and_page():
    text = touched_text(affected_exhibits(READ, "code:m.py:21", STUDY))
    assert "m.py:20-22  ratio" in text
    assert "T1   rates  chapters/one.qmd:4  p. 3" in text


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "study.toml").write_text('title = "T"\n', "utf-8")
    (tmp_path / ".report").mkdir()
    (tmp_path / ".report" / "ledger.json").write_text(json.dumps(LEDGER), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("project")
def test_json_holds_the_closure_and_the_files(capsys):
    assert trace("rates", Asked(as_json=True)) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found["code"]) == {"m.rates", "m.ratio", "m.outcomes", "m.schools"}
    assert [file["name"] for file in found["inputs"]] == ["schools.csv"]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda whole: whole.update(format=1), "format 1"),
        (lambda whole: whole.pop("graph"), "see graph"),
        (lambda whole: whole["records"][0].pop("digest"), r"see records\[0\].digest"),
        (lambda whole: whole.update(records={}), "see .*records"),
    ],
)
def test_a_ledger_edited_by_hand_is_refused(project, spoil, message):
    made = json.loads(json.dumps(LEDGER))
    spoil(made)
    (project / "edited.json").write_text(json.dumps(made), "utf-8")
    with pytest.raises(ConfigurationError, match=message):
        ledger_at_hand(project, project / "edited.json")


@pytest.mark.parametrize("content", [b"", b'{"format": ', b"[]"])
def test_what_is_no_ledger_is_refused(project, content):
    (project / "other").write_bytes(content)
    with pytest.raises(ConfigurationError, match="not a ledger that can be read"):
        ledger_at_hand(project, project / "other")


def test_a_pdf_that_does_not_open_is_refused(project):
    (project / "other").write_bytes(b"%PDF-1.7 cut short")
    with pytest.raises(ConfigurationError, match="this PDF cannot be opened"):
        ledger_at_hand(project, project / "other")


def test_before_the_first_build_the_remedy_is_to_build(project):
    (project / ".report" / "ledger.json").unlink()
    with pytest.raises(ConfigurationError, match="nothing was built yet"):
        trace("rates")


def test_open_shows_the_audit_page_of_the_last_book_or_of_a_given_one(project, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    other = project / "elsewhere" / "audit"
    for folder in (project / "_book" / "audit", other):
        folder.mkdir(parents=True)
        (folder / "rates.html").write_text("", "utf-8")
    (other / "ledger.json").write_text(json.dumps(LEDGER), "utf-8")
    assert trace("T1", Asked(open_page=True)) == 0
    assert trace("T1", Asked(ledger=other / "ledger.json", open_page=True)) == 0
    pages = (project / "_book" / "audit" / "rates.html", other / "rates.html")
    assert opened == [page.as_uri() for page in pages]


@pytest.mark.usefixtures("project")
def test_open_names_the_page_that_is_not_built():
    with pytest.raises(ConfigurationError, match="no audit page here") as caught:
        trace("T1", Asked(open_page=True))
    assert "_book/audit/rates.html" in str(caught.value)
    assert "report build" in str(caught.value)


def test_without_a_browser_the_address_is_printed(project, monkeypatch, capsys):
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    folder = project / "_book" / "audit"
    folder.mkdir(parents=True)
    (folder / "rates.html").write_text("", "utf-8")
    trace("T1", Asked(open_page=True))
    assert (folder / "rates.html").as_uri() in capsys.readouterr().out


def git(folder, *arguments):
    settings = ["-c", "user.name=N", "-c", "user.email=n@example.org", "-c", "gc.auto=0"]
    done = subprocess.run(
        ["git", "-C", folder, *settings, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_clone_says_what_keeps_it_from_showing_the_lines(tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    assert "no history" in line_caveat(full, "a" * 40)
    git(full, "init", "-q")
    for text in ("one", "two"):
        (full / "a").write_text(text, "utf-8")
        git(full, "add", "a")
        git(full, "commit", "-q", "-m", text)
    first, second = git(full, "rev-list", "--reverse", "HEAD").split()
    git(tmp_path, "clone", "-q", "--depth", "1", full.as_uri(), "shallow")
    assert line_caveat(full, second) == ""
    assert f"lines are those of {first[:12]}" in line_caveat(full, first)
    assert "lacks commit" in line_caveat(full, "b" * 40)
    assert "unshallow" in line_caveat(tmp_path / "shallow", first)
    assert "outside version control" in line_caveat(full, None)


def test_a_trace_imports_nothing_that_computes():
    code = (
        "import sys, report.commands.trace\n"
        "heavy = {'pandas', 'numpy', 'hamilton', 'statsmodels', 'matplotlib', 'pikepdf'}\n"
        "heavy |= {'jinja2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- cells --------------------------------------------------------------------------------

CELLS = ["A", "B", "Lambeth", "8", "Southampton", "18"]
SIZES = whole.typed_record("sizes", "T3", "table", "A | B", cells=CELLS)


def test_a_cell_is_found_by_row_and_column():
    cell = find_cell(SIZES, "2,2")
    assert (cell.id, cell.heading, cell.label, cell.printed) == (
        "sizes#2,2", "B", "Southampton", "18",
    )  # fmt: skip


@pytest.mark.parametrize("position", ["0,1", "3,1", "1,3", "1", "a,b", "-1,1"])
def test_a_cell_that_is_not_there_tells_how_many_there_are(position):
    with pytest.raises(ConfigurationError, match="2 rows and 2 columns"):
        find_cell(SIZES, position)


def test_what_is_no_table_has_no_cells():
    with pytest.raises(ConfigurationError, match="has no cells"):
        find_cell(whole.typed_record("drawn", "F3", "figure", "Bars."), "1,1")


NUMBERS = {
    **LEDGER,
    "graph": {
        **LEDGER["graph"],
        "ratio": {"function": "m.ratio", "needs": [], "files": [], "settings": []},
    },
    "records": [
        record("ratio", "N8", [], [], kind="number", printed="0.41"),
        record("rates", "T3", [], [], printed="Pilot | Ratio of 2020",
               cells=["Pilot", "Ratio of 2020", "Lambeth", "0.41 (0.25 to 0.69)",
                      "Stockport", "−0.35"], note="From 1,204 months."),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("0.41", ["N8", "T3#1,2"]),
        ("0.25", ["T3#1,2"]),
        ("-0.35", ["T3#2,2"]),
        ("1,204", ["T3"]),
        ("2020", ["T3"]),
        ("0.4", []),
        ("41", []),
    ],
)
def test_a_number_is_found_wherever_it_is_printed(number, expected):
    assert [each.id for each in where_printed(whole.typed(NUMBERS), as_number(number))] == expected


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A project, and the ledger of its build as that says of its code, data and settings."""
    files = {
        "study.toml": 'extract_directory = "extract"\n[outcomes]\nname = "s47"\n',
        "extract/schools.csv": "pupils\n1\n",
        "data/published/facts.csv": "x\n1\n",
        "m.py": "def rates():\n    return 1\n\n\ndef facts():\n    return 2\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    made = json.loads(json.dumps(LEDGER))
    for file, name in zip(made["files"], ("extract/schools.csv", FACTS), strict=True):
        file["sha256"] = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    said = json.dumps({"name": "s47"}, sort_keys=True)
    made["settings"]["outcomes"]["sha256"] = hashlib.sha256(said.encode()).hexdigest()
    tree = ast.parse(files["m.py"])
    made["code"] |= {
        f"m.{node.name}": definition("m.py", 1, 2) | {"sha256": syntax_digest(node)}
        for node in tree.body
    }
    return made


FACTS = "data/published/facts.csv"
ALL = {"code": ["m.rates", "m.facts"], "files": ["schools.csv", FACTS], "settings": ["outcomes"]}


def test_nothing_is_said_to_have_changed_that_has_not(built, tmp_path):
    assert changed_since(tmp_path, whole.typed(built), **ALL) == ()
    (tmp_path / "m.py").write_text("# moved, and explained\n" + (tmp_path / "m.py").read_text())
    assert changed_since(tmp_path, whole.typed(built), **ALL) == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("m.py", "return 1", "return 3", "m.py (rates)"),
        ("m.py", "def rates", "def ratios", "m.py (rates)"),
        ("m.py", "def", "de f", "m.py (2 definitions)"),
        ("extract/schools.csv", "1", "2", "schools.csv"),
        (FACTS, "1", "2", FACTS),
        ("study.toml", "s47", "s17", "study.toml (outcomes)"),
    ],
)
def test_what_changed_since_the_build_is_named(built, tmp_path, file, old, new, expected):
    path = tmp_path / file
    path.write_text(path.read_text().replace(old, new))
    assert changed_since(tmp_path, whole.typed(built), **ALL) == (expected,)
    assert changed_since(tmp_path, whole.typed(built), code=["m.facts"]) in ((), ("m.py (facts)",))


def test_an_answer_of_an_old_ledger_says_so(built, tmp_path, capsys):
    for each in built["records"]:
        each["upstream"] = []
    (tmp_path / "ledger.json").write_text(json.dumps(built))
    asked = Asked(ledger=tmp_path / "ledger.json")
    trace("T1", asked)
    assert "changed since" not in capsys.readouterr().err
    (tmp_path / "extract" / "schools.csv").write_text("pupils\n2\n")
    trace("T1", asked)
    assert "changed since that build: schools.csv" in capsys.readouterr().err
    trace("data:schools.csv", asked)
    assert "changed since that build: schools.csv" in capsys.readouterr().err


def test_an_answer_names_chapters_and_contracts_that_changed(built, tmp_path):
    built["sources"] = {}
    for name in ("chapters/one.qmd", "chapters/two.qmd", "data_contracts/schools.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a")
        built["sources"][name] = hashlib.sha256(b"a").hexdigest()
    assert changed_since(tmp_path, whole.typed(built), chapters=["chapters/one.qmd"]) == ()
    for name in built["sources"]:
        (tmp_path / name).write_text("b")
    changed = ("chapters/one.qmd", "data_contracts/schools.yaml")
    assert changed_since(tmp_path, whole.typed(built), chapters=["chapters/one.qmd"]) == changed


def test_a_list_of_places_of_an_old_ledger_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.toml").write_text("")
    (tmp_path / "ledger.json").write_text(
        json.dumps({**NUMBERS, "sources": {"chapters/one.qmd": "0" * 64}})
    )
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "one.qmd").write_text("edited since")
    assert trace("0.41", Asked(ledger=tmp_path / "ledger.json")) == 0
    assert "changed since that build: chapters/one.qmd" in capsys.readouterr().err


def test_a_number_is_traced_and_one_that_is_printed_often_is_listed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.toml").write_text("")
    (tmp_path / "ledger.json").write_text(json.dumps(NUMBERS))
    asked = Asked(ledger=tmp_path / "ledger.json")
    assert trace("0.41", asked) == 0
    assert "T3#1,2   rates: 0.41 (0.25 to 0.69)" in capsys.readouterr().out
    assert trace("-0.35", asked) == 0
    assert "rates#2,2  Stockport, Ratio of 2020: −0.35" in capsys.readouterr().out
    with pytest.raises(ConfigurationError, match=r"no exhibit prints 0\.42"):
        trace("0.42", asked)


@pytest.mark.parametrize("asked", ["0,41", ".41", "£41", "0.41 (0.25", "0·41", "4 1"])
def test_a_number_written_otherwise_is_no_exhibit_of_a_name_like_it(asked, tmp_path, monkeypatch):
    """T41 was suggested for 0,41."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.toml").write_text("")
    path = tmp_path / "ledger.json"
    path.write_text(json.dumps(LEDGER))
    with pytest.raises(ConfigurationError, match="no number is written so") as refused:
        trace(asked, Asked(path))
    assert "0.41" in refused.value.remedy


def test_the_long_proof_found_no_column_that_an_exhibit_rests_on_and_omits():
    found = pd.read_csv(ROOT / "data" / "proofs" / "lineage.csv")
    columns = {
        (each.file, column)
        for each in read_contracts(ROOT / "data_contracts").values()
        if (ROOT / "data" / "synthetic" / each.file).exists()
        for column in each.column_names
    }
    assert set(found[["file", "column"]].itertuples(index=False, name=None)) == columns
    assert found["omitted"].sum() == 0
    assert (found["changed"] <= found["listed"]).all()
    assert found["changed"].sum() > 500

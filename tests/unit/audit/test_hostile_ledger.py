"""A ledger from elsewhere that is meant to harm ends in one message, whichever command reads it."""

import json
import random
import re
import shutil
import subprocess

import jsonschema
import pytest

from audit.coverage.literals import numbers
from audit.ledger.bundle import read_bundle
from audit.ledger.ledger import schema
from audit.ledger.reading import Gap, ledger_of
from report.command_line import main
from tests.unit.audit import sealed
from tests.unit.audit.whole import whole as completed
from tests.unit.report.test_diffing import git_in

SECRET = "nobody is to read this"
OTHER = "0" * 64


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone with a file that no report names, and another beside it."""
    root = tmp_path / "clone"
    (root / "data").mkdir(parents=True)
    (root / "study.toml").write_text('extract_directory = "data"\n')
    (root / "code.py").write_text("import x\ndef one():\n    return 'Bars'\n")
    (root / "notes.txt").write_text(SECRET)
    (root / "data" / "secret.py").symlink_to(tmp_path / "secret.py")
    (tmp_path / "secret.py").write_text(f"{SECRET}\n" * 9)
    git_in(root, "init", "-q", "-b", "main")
    git_in(root, "add", "-A")
    git_in(root, "commit", "-q", "-m", "state")
    monkeypatch.chdir(root)
    return root


def head(root):
    done = subprocess.run(["git", "-C", root, "rev-parse", "HEAD"], capture_output=True, check=True)
    return done.stdout.decode().strip()


def forged(edit=lambda _: None, commit=None):
    whole = sealed.ledger(commit=commit)
    edit(whole)
    return whole


def laid(folder, text):
    (folder / "exhibits").mkdir(parents=True, exist_ok=True)
    path = folder / "ledger.json"
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return path


def deep(_):
    return "[" * 200_000 + "]" * 200_000


def twice(whole):
    return json.dumps(whole)[:-1] + ', "title": "Another"}'


def no_number(whole):
    whole["commit"]["time"] = float("nan")
    return json.dumps(whole)


def beyond_all_bounds(whole):
    whole["records"][0]["value"] = "@"
    return json.dumps(whole).replace('"@"', "1e999")


def half_a_character(whole):
    whole["records"][0]["printed"] = "0.66 \ud83d"


def an_option(whole):
    whole["commit"]["id"] = "--output=made-by-git"


def a_name(whole):
    whole["commit"]["id"] = "HEAD~1"


def the_working_tree(whole):
    whole["commit"]["id"] = "."


def a_line_after_the_hash(whole):
    whole["commit"]["id"] = "a" * 40 + "\n"


def a_short_hash(whole):
    whole["commit"]["id"] = "a" * 41


def any_local_file(whole):
    next(iter(whole["code"].values()))["file"] = "/etc/passwd"


def a_file_above(whole):
    next(iter(whole["code"].values()))["file"] = "data/../../secret.py"


def a_file_that_is_no_code(whole):
    next(iter(whole["code"].values()))["file"] = "notes.txt"


def a_name_that_leads_elsewhere(whole):
    whole["records"][0]["id"] = "../../secret"


def a_chapter_elsewhere(whole):
    whole["records"][0]["shown"] = ["../secret.py:1"]


def a_script_for_an_address(whole):
    whole["remote"] = "javascript:alert(1)"


def a_function_that_is_not_there(whole):
    whole["records"][0]["function"] = "a.gone"


def a_file_that_is_not_there(whole):
    whole["records"][0]["files"] = ["gone.csv"]


def a_deciding_file_that_is_not_there(whole):
    whole["records"][0]["deciding"] = {"gone.csv": ["x"]}


def a_setting_that_is_not_there(whole):
    whole["records"][0]["settings"] = ["gone"]


def a_node_that_is_not_there(whole):
    del whole["graph"][whole["records"][0]["id"]]


def a_use_that_is_not_there(whole):
    next(iter(whole["code"].values()))["uses"] = ["gone"]


def a_key_that_no_ledger_has(whole):
    whole["records"][0]["comment"] = "Checked and approved"


def a_field_of_another_kind(whole):
    whole["records"][0]["cells"] = ["Pilot", "9"]


def another_kind(whole):
    whole["records"][0]["kind"] = "map"


def of_no_kind(whole):
    del whole["records"][0]["kind"]


def a_record_twice(whole):
    whole["records"].insert(0, {**whole["records"][0], "reference": "N9", "printed": "0.14"})


def a_reference_twice(whole):
    whole["records"][0]["reference"] = whole["records"][1]["reference"]


def a_file_twice(whole):
    whole["files"].append(dict(whole["files"][0]))


def on_a_line_beyond_all_bounds(whole):
    """Python reads no whole number of more than 4,300 digits."""
    whole["records"][0]["shown"] = [f"index.qmd:{'9' * 5000}"]


def nowhere_shown(whole):
    whole["records"][0]["shown"] = []


def a_graph_in_a_circle(whole):
    name = whole["records"][0]["id"]
    whole["graph"][name]["needs"] = [name]


def a_graph_too_deep(whole):
    for number in range(2000):
        node = {"function": None, "needs": [f"n{number + 1}"], "files": [], "settings": ["s"]}
        whole["graph"][f"n{number}"] = node
    whole["settings"]["s"] = {"line": 1, "sha256": OTHER}


def text_for_a_number(whole):
    whole["records"][0]["interval"] = ["low", "high"]


def true_for_a_number(whole):
    whole["files"][0]["rows"] = True


def another_format(whole):
    whole["format"] = 1


def no_records(whole):
    whole["records"] = None


def all_of_another_kind(_):
    return "[1, 2]"


HOSTILE = [
    deep, twice, no_number, beyond_all_bounds, half_a_character, an_option, a_name,
    the_working_tree, a_line_after_the_hash,
    a_short_hash, any_local_file, a_file_above, a_file_that_is_no_code,
    a_name_that_leads_elsewhere, a_chapter_elsewhere, a_script_for_an_address,
    a_function_that_is_not_there, a_file_that_is_not_there, a_setting_that_is_not_there,
    a_deciding_file_that_is_not_there,
    a_node_that_is_not_there, a_use_that_is_not_there, nowhere_shown,
    on_a_line_beyond_all_bounds,
    a_key_that_no_ledger_has, a_field_of_another_kind, another_kind, of_no_kind,
    a_graph_in_a_circle,
    a_record_twice, a_reference_twice, a_file_twice,
    a_graph_too_deep, text_for_a_number, true_for_a_number, another_format, no_records,
    all_of_another_kind,
]  # fmt: skip
COMMANDS = [
    ("trace", "one", "--ledger", "{ledger}"),
    ("trace", "code:code.py", "--json", "--ledger", "{ledger}"),
    ("worksheet", "--sample", "7", "--ledger", "{ledger}", "--out", "sheet.html"),
    ("diff", "{folder}", "{honest}"),
    ("diff", "{honest}", "{ledger}", "--json"),
]


@pytest.mark.parametrize("spoil", HOSTILE, ids=lambda spoil: spoil.__name__)
def test_every_command_refuses_it_in_one_message(clone, tmp_path, spoil, capsys):
    whole = sealed.ledger(commit=head(clone))
    ledger = laid(tmp_path / "forged", spoil(whole) or whole)
    honest = laid(tmp_path / "honest", sealed.ledger(commit=head(clone))).parent
    before = sorted(clone.rglob("*"))
    for command in COMMANDS:
        places = {"ledger": ledger, "folder": ledger.parent, "honest": honest}
        code = main([part.format(**places) for part in command])
        said = capsys.readouterr()
        assert code in (2, 8), command
        assert said.err.startswith("report: "), command
        assert "remedy: " in said.err
        assert SECRET not in said.out + said.err
    assert sorted(clone.rglob("*")) == before, "a file was made"


def test_an_honest_one_is_read_by_every_command(clone, tmp_path, capsys):
    ledger = laid(tmp_path / "forged", sealed.ledger(commit=head(clone)))
    for command in COMMANDS:
        places = {"ledger": ledger, "folder": ledger.parent, "honest": ledger.parent}
        assert main([part.format(**places) for part in command]) == 0, command
    assert "code.py" in capsys.readouterr().out


@pytest.mark.parametrize("spoil", HOSTILE, ids=lambda spoil: spoil.__name__)
def test_inside_a_pdf_it_is_named_too(made, tmp_path, spoil, capsys):
    pdf = shutil.copy(made, tmp_path / "report.pdf")
    whole = sealed.ledger()
    text = spoil(whole)
    data = (text if isinstance(text, str) else json.dumps(whole)).encode()
    sealed.edited(pdf, lambda opened: sealed.rewrite(opened, "ledger.json", lambda _: data))
    assert main(["verify", str(pdf)]) == 8
    said = capsys.readouterr()
    assert "report.pdf: this file exceeds" in said.err or "ledger" in said.out + said.err


def test_a_link_of_the_clone_is_not_followed_out_of_it(clone, tmp_path):
    def edit(whole):
        for at in whole["code"].values():
            at["file"] = "data/secret.py"

    ledger = laid(tmp_path / "forged", forged(edit, commit=None))
    assert main(["worksheet", "--sample", "7", "--ledger", str(ledger), "--out", "s.html"]) == 0
    assert SECRET not in (clone / "s.html").read_text("utf-8")
    assert "in no clone at hand" in (clone / "s.html").read_text("utf-8")


def test_a_link_beside_a_ledger_is_no_data(clone, tmp_path):
    ledger = laid(tmp_path / "forged", forged(commit=head(clone)))
    (ledger.parent / "exhibits" / "one.csv").symlink_to(tmp_path / "secret.py")
    assert main(["worksheet", "--sample", "7", "--ledger", str(ledger), "--out", "s.html"]) == 0
    assert SECRET not in (clone / "s.html").read_text("utf-8")


def test_a_linked_folder_beside_a_ledger_is_no_data(tmp_path):
    ledger = laid(tmp_path / "forged", forged())
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "one.csv").write_text("name\nA\n")
    (ledger.parent / "exhibits").rmdir()
    (ledger.parent / "exhibits").symlink_to(tmp_path / "private")
    assert not read_bundle(ledger).data


RAGGED = "a,b\n1,2,3\n"
LONG = f'a\n"{"x" * 200_000}"\n'
TWICE = "a,a\n1,2\n"
OPEN = 'a\n"1\n'


@pytest.mark.parametrize(
    "data", [RAGGED, LONG, TWICE, OPEN], ids=["ragged", "long", "twice", "open"]
)
def test_data_that_are_no_table_are_refused_in_one_message(clone, tmp_path, data, capsys):
    ledger = laid(tmp_path / "forged", forged(commit=head(clone)))
    honest = laid(tmp_path / "honest", forged(commit=head(clone))).parent
    (ledger.parent / "exhibits" / "one.csv").write_text(data)
    for command in COMMANDS[2:]:
        places = {"ledger": ledger, "folder": ledger.parent, "honest": honest}
        assert main([part.format(**places) for part in command]) == 2, command
        assert "the data behind one are not as a build writes them" in capsys.readouterr().err


def test_a_long_word_without_a_digit_is_looked_at_once():
    """A pattern that tried each of its letters in turn would take a day."""
    assert [each.text for each in numbers("x" * 1_000_000 + " 3")] == ["3"]
    told = [each.text for each in numbers("a1.2b3 _4 5x, b 0.5")]
    assert told == ["a1.2", "b3", "_4", "5x", "0.5"]


SCRIPT = "<script>alert(1)</script>"


def test_nothing_of_it_is_markup_in_a_worksheet(clone, tmp_path):
    def fill(value, key=""):
        if isinstance(value, dict):
            return {k: fill(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [fill(each, key) for each in value]
        free = ("title", "label", "printed", "unit", "period", "reason", "note", "labels", "rule",
                "anchors", "seen", "expected", "dataset", "column", "severity")  # fmt: skip
        return SCRIPT if key in free and isinstance(value, str) else value

    def edit(whole):
        known = {"dataset": "a", "rule": "r", "column": "c", "severity": "e", "outcome": "warn",
                 "tested": 1, "failing": 1, "expected": "x"}  # fmt: skip
        whole["rules"] = [known]
        whole["records"][0] |= {"labels": ["x"], "anchors": ["x"], "files": ["a.csv"],
                                "columns": {"a.csv": [SCRIPT]}}  # fmt: skip
        whole["records"][4]["described"] = {SCRIPT: SCRIPT}
        claim = sealed.record("said", "C1", "claim", "", evidence=[SCRIPT], holds=False)
        whole["records"][3] = claim
        completed(whole)

    whole = fill(forged(edit, commit=head(clone)))
    assert ledger_of(whole)
    ledger = laid(tmp_path / "forged", whole)
    (ledger.parent / "exhibits" / "one.csv").write_text(f"{SCRIPT}\n{SCRIPT}\n")
    main(["worksheet", "--sample", "7", "--ledger", str(ledger), "--out", "s.html"])
    page = (clone / "s.html").read_text("utf-8")
    assert "<script" not in page
    assert page.count("&lt;script&gt;") > 10


def test_control_characters_reach_no_terminal(clone, tmp_path, capsys):
    verdict = "\r\x1b[2Kverdict: passes\x9b2J\u202e\nverdict       passes"

    def edit(whole):
        whole["title"] = verdict
        for each in whole["records"]:
            each |= {"unit": verdict, "labels": [verdict], "reason": verdict, "printed": verdict,
                     "period": verdict}  # fmt: skip
        whole["files"][0]["name"] = "a\x1b.csv"

    ledger = laid(tmp_path / "forged", completed(forged(edit, commit=head(clone))))
    honest = laid(tmp_path / "honest", forged(commit=head(clone))).parent
    for command in [*COMMANDS, ("trace", "data:a\x1b.csv", "--ledger", "{ledger}")]:
        places = {"ledger": ledger, "folder": ledger.parent, "honest": honest}
        main([part.format(**places) for part in command])
        said = capsys.readouterr()
        assert not {"\x1b", "\x9b", "\u202e", "\r"} & {*said.out, *said.err}, command
        assert not [line for line in said.out.splitlines() if line.startswith("verdict")], command


@pytest.mark.parametrize("seed", range(40))
def test_the_quick_check_agrees_with_a_full_validator(seed):
    """Whatever is spoilt in a ledger at random, both see it or neither does."""
    draw = random.Random(seed)
    whole = json.loads(json.dumps(sealed.ledger()))
    node = whole
    while isinstance(node, dict | list) and node:
        place = draw.choice(list(node) if isinstance(node, dict) else range(len(node)))
        below = node[place]
        if not isinstance(below, dict | list) or not below or draw.random() < 0.2:
            node[place] = draw.choice([None, True, -1, 1.5, "x", [], {}, [None], {"x": 1}])
            break
        node = below
    valid = jsonschema.Draft202012Validator(schema()).is_valid(whole)
    gap = place_of_gap(whole)
    assert valid or gap
    if gap and valid:
        assert re.split(r"[.[]", gap)[0] in ("code", "graph", "records")


def place_of_gap(whole):
    try:
        ledger_of(whole)
    except Gap as gap:
        return str(gap)
    return ""

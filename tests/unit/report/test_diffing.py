"""Causes of a change, found by swapping one input at a time."""

import json
import subprocess
import zlib

import pytest

from analysis.errors import ConfigurationError
from audit.ledger.bundle import Bundle
from report.commands import diff as diffing
from report.reproduction import rebuild as rebuilding
from report.reproduction.diff_text import as_dictionary, as_html, details, lines
from report.reproduction.rebuild import RebuildFailed, find_commit, git
from tests.unit.audit import sealed
from tests.unit.audit.whole import bare, typed_record

CHAPTER = "# Results\n\n## Key finding 1: fewer enquiries\n\nIt fell by `{python} show(n.fall)`.\n"


@pytest.fixture
def clone(tmp_path):
    """Return a clone whose report multiplies one datum by one setting and adds a constant."""
    git_in(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, data="2", study="3", code="0")
    return tmp_path


def git_in(root, *arguments):
    names = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    subprocess.run(["git", "-C", str(root), *names, *arguments], check=True, capture_output=True)


def write(root, *, data, study, code, chapter=CHAPTER):
    for name, text in {
        "data/x.csv": data,
        "study.toml": study,
        "code.py": code,
        "chapters/a.qmd": chapter,
    }.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    git_in(root, "add", "-A")
    git_in(root, "commit", "-q", "--allow-empty", "-m", "state")


@pytest.fixture(autouse=True)
def built(monkeypatch):
    """Return what was built, and stand in for the computing of a report."""
    done = []

    def rebuild(root, inputs, name=""):
        def read(commit, path):
            return git(root, "show", f"{commit}:{path}").decode()

        data, study, code = (
            read(commit, path)
            for commit, path in (
                (inputs.data, "data/x.csv"),
                (inputs.settings, "study.toml"),
                (inputs.code, "code.py"),
            )
        )
        done.append((data, study, code))
        added, _, needed = code.partition(" needs ")
        if needed and data != needed:
            raise RebuildFailed("it does not compute: no such column")
        values = {"n.fall": int(data) * int(study) + int(added), "n.pilots": 3, "n.factor": study}
        return bundle(values, name or inputs.code[:12], inputs.code)

    monkeypatch.setattr(diffing, "rebuild", rebuild)
    return done


def bundle(values, name="build", commit="", machine="one"):
    shown = ["chapters/a.qmd:5"]
    records = [
        typed_record(key, f"N{number}", "number", str(value), shown=shown, digest=str(value))
        for number, (key, value) in enumerate(values.items(), start=1)
    ]
    return Bundle(name, bare(records, commit, {"python": machine}), {})


def causes(found):
    return {change.name: change.causes for change in found.changes}


def compare(root, old="HEAD~1", new="HEAD"):
    return diffing.difference(root, old, new, (None, None))


@pytest.mark.parametrize(
    ("changed", "cause"),
    [({"data": "5"}, "data"), ({"study": "7"}, "settings"), ({"code": "1"}, "code")],
)
def test_one_kind_of_change_is_the_cause(clone, built, changed, cause):
    write(clone, **{"data": "2", "study": "3", "code": "0", **changed})
    found = compare(clone)
    assert found.causes == (cause,)
    assert set(causes(found).values()) == {(cause,)}
    assert len(built) == 2  # nothing to swap


def test_each_exhibit_gets_the_causes_that_change_it(clone):
    write(clone, data="5", study="7", code="0")
    found = compare(clone)
    assert causes(found) == {"n.fall": ("data", "settings"), "n.factor": ("settings",)}


def test_a_change_that_no_input_makes_alone_is_caused_together(clone):
    write(clone, data="0", study="0", code="0")
    write(clone, data="5", study="3", code="0")
    found = causes(compare(clone))
    assert found == {"n.fall": (diffing.TOGETHER,), "n.factor": ("settings",)}


def test_a_swap_that_does_not_compute_is_tried_from_the_other_side(clone):
    write(clone, data="5", study="3", code="1 needs 5")
    found = compare(clone)
    assert causes(found) == {"n.fall": ("data", "code")}
    assert found.notes == ("with only code of the new inputs: it does not compute: no such column",)


def test_a_cause_that_cannot_be_found_is_not_guessed(clone):
    write(clone, data="2", study="1", code="0 needs 2")
    write(clone, data="5", study="1", code="0 needs 5")
    found = compare(clone)
    assert causes(found) == {"n.fall": (diffing.UNKNOWN,)}
    assert len(found.notes) == 4


def test_a_state_that_does_not_compute_stops(clone):
    write(clone, data="2", study="3", code="1 needs 5")
    with pytest.raises(RebuildFailed, match="no such column"):
        compare(clone)


def test_a_pdf_from_another_machine_names_the_environment(clone, monkeypatch):
    write(clone, data="5", study="3", code="0")
    (clone / "old.pdf").write_bytes(b"")
    commit = find_commit(clone, "HEAD~1")
    was = bundle({"n.fall": 6, "n.pilots": 4, "n.factor": 3}, "old.pdf", commit, "two")
    monkeypatch.setattr(diffing, "read_bundle", lambda _: was)
    found = compare(clone, str(clone / "old.pdf"), "HEAD")
    assert causes(found) == {"n.fall": ("data",), "n.pilots": ("environment",)}
    assert found.environment == {"python": ("two", "one")}


def test_a_pdf_of_an_unknown_commit_is_compared_without_causes(clone, monkeypatch):
    (clone / "old.pdf").write_bytes(b"")
    was = bundle({"n.fall": 9, "n.pilots": 3, "n.factor": "3"}, "old.pdf", "0" * 40)
    monkeypatch.setattr(diffing, "read_bundle", lambda _: was)
    found = compare(clone, str(clone / "old.pdf"), "HEAD")
    assert causes(found) == {"n.fall": ()}
    assert "this clone has no commit" in found.notes[0]


def test_changes_are_grouped_by_key_finding_and_prose_comes_last(clone):
    write(clone, data="5", study="3", code="0", chapter=CHAPTER + "\nOne line more.\n")
    text = list(lines(compare(clone)))
    assert text.index("Key finding 1: fewer enquiries") < text.index("Chapters' text")
    assert "         6 -> 15 (+9, +150%)" in text
    assert text[-1] == "  chapters/a.qmd: 0 lines out, 2 in"


def test_nothing_changed_is_said(clone):
    assert "no exhibit changed" in list(lines(compare(clone, "HEAD", "HEAD")))


def test_the_working_tree_is_a_state_too(clone):
    (clone / "data/x.csv").write_text("9")
    found = compare(clone, "HEAD", ".")
    assert (found.new, found.causes) == ("the working tree", ("data",))
    assert (clone / "data/x.csv").read_text() == "9"
    assert git(clone, "stash", "list") == b""


def test_json_and_page_say_what_the_terminal_says(clone):
    write(clone, data="5", study="3", code="0")
    found = compare(clone)
    (told,) = json.loads(json.dumps(as_dictionary(found)))["changes"]
    assert (told["old"], told["new"], told["causes"]) == ("6", "15", ["data"])
    assert told["values"][0]["absolute"] == 9
    page = as_html(found)
    for line in details(found.changes[0]):
        assert line.replace(">", "&gt;") in page
    assert "http" not in page


def test_a_commit_that_is_not_there_says_so(clone):
    with pytest.raises(ConfigurationError, match="this clone has no commit nowhere"):
        compare(clone, "nowhere", "HEAD")


def test_a_shallow_clone_says_so(clone, tmp_path):
    write(clone, data="5", study="3", code="0")
    git_in(clone, "clone", "-q", "--depth", "1", clone.as_uri(), str(tmp_path / "s"))
    with pytest.raises(ConfigurationError, match="it is a shallow one") as error:
        compare(tmp_path / "s", "HEAD~1", "HEAD")
    assert "--unshallow" in error.value.remedy


def test_a_folder_without_history_says_so(tmp_path):
    with pytest.raises(ConfigurationError, match="not a git clone"):
        compare(tmp_path, "HEAD~1", "HEAD")


def test_a_state_is_computed_once(clone, monkeypatch):
    made = []

    def prepare(tree, _):
        made.append(tree)
        (tree / ".report/exhibits").mkdir(parents=True)
        ledger = sealed.ledger()
        (tree / ".report/ledger.json").write_text(json.dumps(ledger))

    monkeypatch.setattr(rebuilding, "_prepare", prepare)
    inputs = rebuilding.of_commit(find_commit(clone, "HEAD"))
    first, second = (rebuilding.rebuild(clone, inputs) for _ in range(2))
    assert first == second
    assert len(made) == 1
    assert not made[0].exists()


def test_a_replaced_commit_is_rebuilt_as_it_was_made(clone, monkeypatch, tmp_path_factory):
    made = find_commit(clone, "HEAD")
    write(clone, data="5", study="7", code="9")
    git_in(clone, "replace", made, "HEAD")
    assert git(clone, "show", f"{made}:data/x.csv") == b"2"
    other = tmp_path_factory.mktemp("other")
    git_in(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert git(clone, "show", f"{made}:data/x.csv") == b"2"


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree", "--refresh"])
def test_the_files_are_compared_whatever_git_is_told_not_to_see(clone, flag):
    assert find_commit(clone, ".") == find_commit(clone, "HEAD")
    git_in(clone, "update-index", flag, "data/x.csv")
    (clone / "data" / "x.csv").write_text("5")
    made = find_commit(clone, ".")
    assert git(clone, "show", f"{made}:data/x.csv") == b"5"
    assert git(clone, "show", f"{made}:study.toml") == b"3"
    assert causes(compare(clone, "HEAD", "."))["n.fall"] == ("data",)


def test_a_commit_is_unpacked_as_it_is_whatever_the_clone_says_of_its_files(clone, tmp_path):
    """Attributes and filters of the clone would leave files out, and put others in their place."""
    (clone / ".git" / "info" / "attributes").write_text(
        "data/x.csv export-ignore\ncode.py filter=other\nstudy.toml export-subst\n"
    )
    for each in ("clean", "smudge"):
        git_in(clone, "config", f"filter.other.{each}", "sed s/0/9/")
    (clone / "run.sh").write_text("$Format:%H$")
    (clone / "run.sh").chmod(0o755)
    (clone / "also.py").symlink_to("code.py")
    git_in(clone, "add", "run.sh", "also.py")
    git_in(clone, "commit", "-q", "-m", "more")
    tree = tmp_path / "unpacked"
    rebuilding._export(clone, rebuilding.of_commit(find_commit(clone, "HEAD")), tree)
    assert (tree / "data" / "x.csv").read_text() == "2"
    assert (tree / "also.py").read_text() == (tree / "code.py").read_text() == "0"
    assert (tree / "study.toml").read_text() == "3"
    assert (tree / "run.sh").stat().st_mode & 0o100
    assert (tree / "also.py").is_symlink()


def forge(clone, named, contents):
    """Put other contents in the place of an object, under its name."""
    name = git(clone, "rev-parse", named).decode().strip()
    path = clone / ".git" / "objects" / name[:2] / name[2:]
    path.chmod(0o644)
    path.write_bytes(contents)


def test_an_object_under_the_name_of_another_is_not_believed(clone, tmp_path):
    """Git compares an object with its name when it receives it, not when it reads it."""
    made = find_commit(clone, "HEAD")
    assert rebuilding.shown(clone, made, "study.toml") == b"3"
    forge(clone, "HEAD:study.toml", zlib.compress(b"blob 1\x009"))
    with pytest.raises(RebuildFailed, match=r"study\.toml in commit .* is not what its hash says"):
        rebuilding.shown(clone, made, "study.toml")
    with pytest.raises(ConfigurationError, match="is not what its hash says"):
        rebuilding._export(clone, rebuilding.of_commit(made), tmp_path / "one")
    forge(clone, "HEAD:study.toml", zlib.compress(b"blob 1\x003"))
    rebuilding._export(clone, rebuilding.of_commit(made), tmp_path / "two")
    other = git(clone, "rev-parse", "HEAD:chapters").decode().strip()
    place = clone / ".git" / "objects" / other[:2] / other[2:]
    forge(clone, "HEAD:data", place.read_bytes())
    with pytest.raises(ConfigurationError, match="a folder in commit"):
        rebuilding._export(clone, rebuilding.of_commit(made), tmp_path / "three")


@pytest.mark.parametrize("attribute", ["binary", "diff=other"])
def test_prose_is_compared_whatever_the_clone_says_of_chapters(clone, attribute):
    (clone / ".git" / "info" / "attributes").write_text(f"*.qmd {attribute}\n")
    git_in(clone, "config", "diff.other.textconv", "echo")
    git_in(clone, "config", "diff.other.command", "true")
    write(clone, data="2", study="3", code="0", chapter=CHAPTER + "\nOne line more.\n")
    assert list(lines(compare(clone)))[-1] == "  chapters/a.qmd: 0 lines out, 2 in"


def test_the_files_that_lie_there_are_taken_unfiltered(clone):
    (clone / ".git" / "info" / "attributes").write_text("code.py filter=other\n")
    git_in(clone, "config", "filter.other.clean", "echo 0")
    (clone / "code.py").write_text("5")
    assert git(clone, "show", f"{find_commit(clone, '.')}:code.py") == b"5"
    (clone / "code.py").unlink()
    made = find_commit(clone, ".")
    assert b"code.py" not in git(clone, "ls-tree", "--name-only", made)


@pytest.mark.parametrize("target", ["../../outside", "/etc/hostname", ".git/config"])
def test_a_link_that_leads_out_of_a_commit_is_not_unpacked(clone, tmp_path, target):
    (clone / "data" / "link").symlink_to(target)
    git_in(clone, "add", "data/link")
    git_in(clone, "commit", "-q", "-m", "link")
    inputs = rebuilding.of_commit(find_commit(clone, "HEAD"))
    with pytest.raises(ConfigurationError, match="data/link is outside its folder"):
        rebuilding._export(clone, inputs, tmp_path / "unpacked")

"""Results are kept under all that they depend on, and under one state of it."""

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from analysis import environment, evaluation, importing, installed_packages
from analysis.cache import Cache, PendingCache
from analysis.dataflow import graph
from analysis.dependencies import hash_files, key
from analysis.errors import InputsChanged
from analysis.evaluation import Evaluation
from analysis.extract.extract import Origin
from report.ledger import STATED

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    """A project with settings, an extract and one proof, and code of its own."""
    shutil.copy(ROOT / "study.toml", tmp_path)
    for folder in ("analysis", "data_contracts", "data/published", "data/proofs",
                   "data/synthetic", "tests/validation", "benchmarks"):  # fmt: skip
        (tmp_path / folder).mkdir(parents=True)
    files = {
        "analysis/models.py": "RATIO = 2\n",
        "data/synthetic/schools.csv": "school\na\n",
        "data/published/facts.csv": "x\n1\n",
        "data/proofs/agreement.csv": "x\n1\n",
        "data/proofs/agreement.json": json.dumps({"files": ["tests/validation/cases.py"]}),
        "data_contracts/schools.yaml": "a: 1\n",
        "data/invented-digests.txt": "",
        "tests/validation/cases.py": "CASES = 1\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        "study.toml",
        "analysis/models.py",
        "data/synthetic/schools.csv",
        "data/published/facts.csv",
        "data/proofs/agreement.csv",
        "data/invented-digests.txt",
        "data_contracts/schools.yaml",
        # Whether a proof is current is printed; it rests on files outside `analysis`.
        "tests/validation/cases.py",
    ],
)
def test_an_edit_of_any_file_that_takes_part_gives_another_key(project, name):
    before = Evaluation(project).key
    with (project / name).open("a") as file:
        file.write("# edited\n")
    assert Evaluation(project).key != before


@pytest.mark.parametrize("name", ["analysis/models.so", "scipy/__init__.pyc", "scipy.py"])
def test_a_file_that_could_be_imported_gives_another_key(project, name):
    before = Evaluation(project).key
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("")
    assert Evaluation(project).key != before


def test_every_committed_proof_rests_on_files_in_the_key():
    found = hash_files(ROOT, ROOT / "data" / "synthetic")
    for record in (ROOT / STATED["proofs_directory"]).glob("*.json"):
        named = json.loads(record.read_text())["files"]
        assert {name for name in named if (ROOT / name).is_file()} <= found.keys()


@pytest.mark.parametrize("name", ["patsy", "pyarrow", "openpyxl", "pillow", "contourpy", "numpy"])
def test_another_version_of_any_package_gives_another_key(monkeypatch, name):
    installed = environment.packages()
    assert any(each.startswith(f"{name}-") for each in installed)
    before = key({})
    newer = tuple(f"{name}-99" if each.startswith(f"{name}-") else each for each in installed)
    monkeypatch.setattr(environment, "packages", lambda: newer)
    assert key({}) != before


@pytest.fixture
def computing(project, monkeypatch):
    """Computing reads one setting and one file, and a test may edit what it likes meanwhile."""
    during = []

    def compute(_built, names, _inputs):
        seed = Evaluation(project).study.seed
        for edit in during:
            edit()
        return dict.fromkeys(names, seed) | {"contracts": {}}

    monkeypatch.setattr(graph, "build", lambda _: None)
    monkeypatch.setattr(graph, "nodes", lambda _: dict.fromkeys(evaluation.RESULTS))
    monkeypatch.setattr(graph, "compute", compute)
    monkeypatch.setattr(evaluation, "cleared", lambda _name, value, *_: value)
    monkeypatch.setattr("analysis.dataflow.disclosure_paths.status_by_path", lambda *_: None)
    return during


def edit_seed(project):
    path = project / "study.toml"
    path.write_text(path.read_text().replace("seed = 2019", "seed = 2020"))


@pytest.mark.usefixtures("computing")
def test_a_result_of_files_at_rest_is_returned(project):
    assert Evaluation(project).compute(["x"]) == {"x": 2019}


@pytest.mark.parametrize("name", ["study.toml", "data/synthetic/schools.csv"])
def test_an_edit_while_it_computes_is_no_result_of_either_state(project, computing, name):
    def edit():
        with (project / name).open("a") as file:
            file.write("# edited\n")

    computing.append(edit)
    with pytest.raises(InputsChanged, match=f"{name} changed while"):
        Evaluation(project).compute(["x"])


@pytest.mark.parametrize("name", ["study.toml", "data/synthetic/schools.csv"])
def test_an_edit_undone_while_it_computes_is_seen_by_its_time(project, computing, name):
    path = project / name

    def edit_and_restore():
        before, times = path.read_bytes(), path.stat()
        path.write_bytes(before + b"# edited\n")
        path.write_bytes(before)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    computing.append(edit_and_restore)
    with pytest.raises(InputsChanged, match=f"{name} changed while"):
        Evaluation(project).compute(["x"])


@pytest.mark.usefixtures("computing")
def test_what_is_computed_while_a_file_is_edited_is_not_cached(project, tmp_path):
    """Its entries are under the digests of the files before; the next build would find them."""
    folder = tmp_path / "results"

    class Nodes:
        def __init__(self, edits):
            self.cache, self.edits = PendingCache(folder), edits

        def upstream(self, _names):
            return []

        def value(self, _name):
            if self.edits:
                edit_seed(project)
            self.cache.write("a" * 64, b"from which state?")
            return {}

        def commit(self):
            self.cache.commit()

    with pytest.raises(InputsChanged):
        Evaluation(project)._computed([], lambda _: Nodes(edits=True))
    assert Cache(folder).read("a" * 64) is None
    Evaluation(project)._computed([], lambda _: Nodes(edits=False))
    assert Cache(folder).read("a" * 64) == b"from which state?"


def test_settings_read_before_the_files_are_hashed_are_those_of_the_key(project):
    found = Evaluation(project)
    assert found.study.seed == 2019
    edit_seed(project)
    with pytest.raises(InputsChanged):
        assert found.key


def test_code_that_a_process_read_before_an_edit_is_not_run_under_the_new_key(project, monkeypatch):
    path = project / "analysis" / "models.py"
    read = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setitem(importing.READ, os.path.realpath(path), read)
    assert Evaluation(project).key
    path.write_text("RATIO = 3\n")
    with pytest.raises(InputsChanged, match=r"analysis/models.py changed since this process"):
        assert Evaluation(project).key


def test_an_editor_shows_no_value_of_settings_as_they_were(project, monkeypatch):
    monkeypatch.chdir(project)
    monkeypatch.setattr(evaluation, "_KNOWN", [])
    for name in (evaluation.DATA_VARIABLE, evaluation.KEY_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    first = evaluation.current()
    assert evaluation.current() is first
    edit_seed(project)
    assert evaluation.current().study.seed == 2020


@pytest.fixture
def kept(project, computing, monkeypatch):
    """A project whose store was filled once; `computing` counts what is computed after."""
    computed = []
    monkeypatch.setattr(evaluation, "RESULTS", ("extract_files", "origin"))
    monkeypatch.setattr(graph, "exhibit_names", lambda _: [])
    monkeypatch.setattr(
        evaluation,
        "cleared",
        lambda name, *_: Origin("invented", "", "0.41") if name == "origin" else {},
    )
    Evaluation(project).fill_store({})
    computing.append(lambda: computed.append(1))
    return computed


def test_what_has_not_changed_is_not_computed_again(project, kept):
    values, reused = Evaluation(project).fill_store({})
    assert (values["origin"].label, reused, kept) == ("0.41", True, [])


@pytest.mark.parametrize(
    "edit",
    [
        lambda path: path.write_bytes(path.read_bytes().replace(b"0.41", b"0.31")),
        lambda path: path.write_bytes(path.read_bytes()[:-20]),
        lambda path: path.unlink(),
    ],
    ids=["edited", "cut short", "gone"],
)  # fmt: skip
def test_a_kept_result_that_is_not_as_it_was_is_computed_again(project, kept, edit):
    path = Evaluation(project).store.folder / "origin.pickle"
    before = path.read_bytes()
    edit(path)
    assert not path.is_file() or path.read_bytes() != before
    values, reused = Evaluation(project).fill_store({})
    assert (values["origin"].label, reused, kept) == ("0.41", False, [1])
    assert path.read_bytes() == before


def test_an_edit_of_an_installed_package_computes_again(project, kept, monkeypatch):
    monkeypatch.setattr(evaluation, "installed_digest", lambda: "edited")
    assert Evaluation(project).fill_store({})[1] is False
    assert kept == [1]
    assert Evaluation(project).fill_store({})[1] is True


def test_a_release_computes_whatever_is_kept(project, kept):
    store = Evaluation(project).store
    store.write(
        {"origin": Origin("invented", "", "0.14"), "extract_files": {}}
    )  # digests and all, by hand
    assert Evaluation(project).fill_store({})[0]["origin"].label == "0.14"
    values, reused = Evaluation(project).fill_store({}, fresh=True)
    assert (values["origin"].label, reused, kept) == ("0.41", False, [1])


def test_what_is_installed_is_the_same_by_whatever_name_python_is_started(tmp_path, monkeypatch):
    """Quarto starts its kernels as `python3`, where the hook that filled the store was `python`."""
    asked = installed_packages.installed_digest.__wrapped__
    before = asked()
    (tmp_path / "python-by-another-name").symlink_to(os.path.realpath(sys.executable))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python-by-another-name"))
    assert asked() == before


@pytest.mark.parametrize(
    ("name", "counts"),
    [("scipy.py", True), ("sitecustomize.py", True), ("numpy/__init__.py", True),
     ("numpy/linalg/solve.py", True), ("patsy.so", True), ("chapters/helper.py", False),
     ("_book/index.html", False), ("tests/unit/test_x.py", False)],
)  # fmt: skip
def test_a_module_in_the_place_of_a_package_computes_each_result_again(
    project, monkeypatch, name, counts
):
    """Each is kept under a digest of what is installed, not under the key of all files."""
    monkeypatch.syspath_prepend(str(project))
    if name == "numpy/linalg/solve.py":
        (project / "numpy").mkdir()
        (project / "numpy" / "__init__.py").write_text("")
    before = installed_packages.installed_digest.__wrapped__()
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text("mean = sum")
    assert (installed_packages.installed_digest.__wrapped__() != before) is counts

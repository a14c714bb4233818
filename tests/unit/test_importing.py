"""The code that runs is what its file says, whatever size and time the file has."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.importing import RELEASE

ROOT = Path(__file__).parents[2]
FILES = ("analysis/__init__.py", "analysis/importing.py", "report/__init__.py")
STAMP = 1_600_000_000


@pytest.fixture
def project(tmp_path):
    """A project with one module of its own, as the packages begin."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


def write(path, text):
    """Write a file as `cp -p` and `rsync -t` do: with a time that is not now."""
    path.write_text(text)
    os.utime(path, (STAMP, STAMP))


def run(project, code, **variables):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        cwd=project, env={**environment, **variables}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return (done.stdout or done.stderr).strip().splitlines()[-1]


SHOW = "import report, analysis.value; print(analysis.value.RATIO)"


def test_an_edit_of_the_same_size_and_time_is_run(project):
    module = project / "analysis" / "value.py"
    write(module, "RATIO = 0.41\n")
    assert run(project, SHOW) == "0.41"
    write(module, "RATIO = 0.31\n")
    assert run(project, SHOW) == "0.31"


def test_byte_code_is_kept_and_taken(project):
    write(project / "analysis" / "value.py", "print('compiled'); RATIO = 0.41\n")
    run(project, SHOW)
    (kept,) = (project / "analysis" / "__pycache__").glob("value.*.pyc")
    before = kept.stat().st_mtime_ns
    assert run(project, SHOW) == "0.41"
    assert kept.stat().st_mtime_ns == before


def test_code_of_a_copied_project_names_its_own_files(project, tmp_path_factory):
    write(project / "analysis" / "value.py", "def where(): return where.__code__.co_filename\n")
    show = "import report, analysis.value; print(analysis.value.where())"
    assert run(project, show) == str(project / "analysis" / "value.py")
    copy = Path(shutil.copytree(project, tmp_path_factory.mktemp("other") / "copy"))
    assert run(copy, show) == str(copy / "analysis" / "value.py")


@pytest.mark.parametrize("length", [0, 8, 16, 40])
def test_byte_code_cut_short_is_made_again(project, length):
    write(project / "analysis" / "value.py", "RATIO = 0.41\n")
    run(project, SHOW)
    (kept,) = (project / "analysis" / "__pycache__").glob("value.*.pyc")
    kept.write_bytes(kept.read_bytes()[:length])
    assert run(project, SHOW) == "0.41"


def test_byte_code_edited_by_hand_does_not_reach_a_release(project):
    write(project / "analysis" / "value.py", "RATIO = 'as written'\n")
    run(project, SHOW)
    (kept,) = (project / "analysis" / "__pycache__").glob("value.*.pyc")
    kept.write_bytes(kept.read_bytes().replace(b"as written", b"as forged!"))
    assert run(project, SHOW) == "as forged!", "or this test would not show anything"
    assert run(project, SHOW, **RELEASE) == "as written"


def test_byte_code_that_python_never_checks_does_not_reach_a_release(project):
    first = project / "report" / "__init__.py"
    text = first.read_text()
    first.write_text(text + "RATIO = 'as forged!'\n")
    forge = (
        "import py_compile as p;"
        "p.compile('report/__init__.py', invalidation_mode=p.PycInvalidationMode.UNCHECKED_HASH)"
    )
    subprocess.run([sys.executable, "-c", forge], cwd=project, check=True)
    first.write_text("RATIO = 'as written'\n")
    show = "import report; print(report.RATIO)"
    with_finder_off = "import sys; sys.modules['analysis'] = sys; " + show
    assert run(project, with_finder_off) == "as forged!", "or this test would not show anything"
    assert run(project, show, **RELEASE) == "as written"


def test_even_the_files_that_come_first_are_not_taken_from_old_byte_code(project):
    first = project / "report" / "__init__.py"
    text = first.read_text()
    write(first, text + "RATIO = 0.41\n")
    show = "import report; print(report.RATIO)"
    # Python by itself keeps byte code under size and time.
    subprocess.run([sys.executable, "-m", "py_compile", first], check=True)
    write(first, text + "RATIO = 0.31\n")
    assert "run this again" in run(project, show)
    assert run(project, show) == "0.31"


def test_byte_code_without_its_source_is_refused(project):
    write(project / "analysis" / "value.py", "RATIO = 0.41\n")
    hidden = project / "analysis" / "value"
    hidden.mkdir()
    write(hidden / "__init__.py", "RATIO = 0.31\n")
    subprocess.run([sys.executable, "-m", "compileall", "-qb", hidden], check=True)
    (hidden / "__init__.py").unlink()
    assert "not from source; remove it" in run(project, SHOW)


def test_what_was_read_is_known_by_its_digest(project):
    write(project / "analysis" / "value.py", "RATIO = 0.41\n")
    code = (
        "import hashlib, os, report, analysis.value as v; from analysis.importing import READ; "
        "print(READ[os.path.realpath(v.__file__)]"
        " == hashlib.sha256(open(v.__file__, 'rb').read()).hexdigest())"
    )
    assert run(project, code) == "True"

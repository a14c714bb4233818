"""An exhibit is the same to the last digit on a machine that is set up to change it.

A figure, a table and a number that rest on no extract, so that the test is quick; `report verify
--rerun` computes all exhibits of a PDF in the very same environment (see `report.reproduction`).
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from report.reproduction import rebuild

ROOT = Path(__file__).parents[2]
EXHIBITS = ("logic_model", "trial_power_curve", "trial_design", "planned_error")
RC = "axes.facecolor: red\nlines.linestyle: --\nfont.size: 30\nsavefig.transparent: True\n"
COMPUTE = """
import argparse, sys
from pathlib import Path
from report import command_line

def run(_):
    from analysis.evaluation import Evaluation
    from audit.ledger.exhibit_record import exhibit_digest
    names = sys.argv[2:]
    found = Evaluation(Path(sys.argv[1])).compute(names)
    print(*(exhibit_digest(found[name]) for name in names))
    return 0

class Parser:
    def parse_args(self, _):
        return argparse.Namespace(run=run)

command_line.parser = Parser
sys.exit(command_line.main())
"""


def hostile(home):
    """Return an environment in which a home's settings and every variable mean to interfere."""
    settings = home / ".config" / "matplotlib"
    settings.mkdir(parents=True)
    for folder in (settings, home):
        (folder / "matplotlibrc").write_text(RC)
    return {
        "HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "LANG": "de_DE.UTF-8",
        "LC_ALL": "C", "LC_NUMERIC": "de_DE.UTF-8", "MATPLOTLIBRC": str(home / "matplotlibrc"),
        "MPLBACKEND": "TkAgg", "OMP_NUM_THREADS": "7", "OPENBLAS_NUM_THREADS": "7",
        "OPENBLAS_CORETYPE": "Prescott", "PANDAS_FUTURE_INFER_STRING": "0",
        "PYTHONHASHSEED": "4711", "PYTHONOPTIMIZE": "2", "PYTHONWARNINGS": "error",
        "TZ": "Pacific/Kiritimati",
    }  # fmt: skip


def digests(folder, umask, **variables):
    (folder / "probe.py").write_text(COMPUTE)
    done = subprocess.run(
        [sys.executable, folder / "probe.py", ROOT, *EXHIBITS],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_exhibits_are_the_same_on_a_hostile_machine(tmp_path):
    calm, other = tmp_path / "calm", tmp_path / "other place, Zürich %20"
    for folder in (calm, other):
        folder.mkdir()
    expected = digests(calm, 0o022)
    assert len(expected) == len(EXHIBITS)
    assert digests(other, 0o777, **hostile(other)) == expected


def test_a_rebuild_starts_in_the_stated_environment(tmp_path, monkeypatch):
    for name, value in hostile(tmp_path / "home").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("QUARTO_PROFILE", "summary")
    monkeypatch.setenv("REPORT_BUILDING", "1")
    seen = {}

    def run(_, **options):
        seen.update(options["env"])
        return subprocess.CompletedProcess((), 1, "", "stopped here")

    monkeypatch.setattr(rebuild.subprocess, "run", run)
    with pytest.raises(rebuild.RebuildFailed):
        rebuild._prepare(tmp_path, None)
    assert seen.items() >= rebuild.environment_of({}).items()
    assert not seen.keys() & {"MATPLOTLIBRC", "MPLBACKEND", "LANG", "LC_NUMERIC", "PYTHONWARNINGS",
                              "PYTHONOPTIMIZE", "QUARTO_PROFILE", "REPORT_BUILDING"}  # fmt: skip
    assert seen["PYTHONPATH"] == str(tmp_path)

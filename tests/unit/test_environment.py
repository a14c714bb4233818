"""What a machine brings along changes no result."""

import decimal
import locale
import os
import subprocess
import sys
import warnings
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from analysis.environment import VARIABLES, conditions, specified_settings, variables
from analysis.exhibits.parts.style import new_drawing, style, to_svg
from report.commands import build as building
from report.commands.build import kernel_environment
from report.permissions import open_to_readers, owner_only

ROOT = Path(__file__).parents[2]
HOSTILE = {
    "LANG": "de_DE.UTF-8",
    "LC_NUMERIC": "de_DE.UTF-8",
    "LC_ALL": "C",
    "MATPLOTLIBRC": "elsewhere",
    "MPLBACKEND": "TkAgg",
    "NPY_DISABLE_CPU_FEATURES": "AVX2",
    "OMP_NUM_THREADS": "64",
    "OPENBLAS_NUM_THREADS": "64",
    "PANDAS_COPY_ON_WRITE": "0",
    "PYTHONHASHSEED": "42",
    "PYTHONOPTIMIZE": "2",
    "PYTHONPATH": "/elsewhere",
    "PYTHONWARNINGS": "error",
    "TZ": "Pacific/Kiritimati",
}


def test_no_hostile_variable_is_handed_on():
    made = variables({**HOSTILE, "PATH": "/bin", "HOME": "/home/a"})
    assert made == {**VARIABLES, "PATH": "/bin", "HOME": "/home/a"}


def test_the_way_to_the_project_itself_is_handed_on():
    given = os.pathsep.join(["/elsewhere", str(ROOT)])
    assert variables({"PYTHONPATH": given})["PYTHONPATH"] == str(ROOT)


PROBE = """
import argparse, os, sys
from report import command_line
def run(_):
    print(sys.flags.optimize, sys.flags.utf8_mode, sys.flags.hash_randomization,
          sys.warnoptions, sys.pycache_prefix, *(os.environ.get(k) for k in ('TZ', 'LC_ALL',
          'LANG', 'OMP_NUM_THREADS', 'MATPLOTLIBRC', 'PYTHONHASHSEED', 'REPORT_STARTED')))
    return 0
class Parser:
    def parse_args(self, _):
        return argparse.Namespace(run=run)
command_line.parser = Parser
sys.exit(command_line.main())
"""


def probe(folder, environment, *arguments):
    (folder / "probe.py").write_text(PROBE)
    return subprocess.run(
        [sys.executable, "-W", "ignore", "probe.py", *arguments],
        cwd=folder, env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("arguments", "prefix"), [((), "None"), (("--release",), os.devnull)])
def test_a_command_runs_in_the_stated_environment_whatever_the_shell_has(
    tmp_path, arguments, prefix
):
    """The command line starts again, before anything that computes is imported."""
    done = probe(tmp_path, HOSTILE, *arguments)
    assert done.stdout.split() == ["0", "1", "0", "[]", prefix, "UTC", "C.UTF-8", "None", "1",
                                   "None", "0", "None"], done.stderr  # fmt: skip


@pytest.mark.parametrize(
    "console", [{"PYTHONIOENCODING": "cp1252"}, {"PYTHONIOENCODING": "ascii:strict"}, {}]
)
def test_output_is_utf8_on_any_console(tmp_path, console):
    probe_ = PROBE.replace("print(", "print('≥ 王 –',", 1)
    (tmp_path / "probe.py").write_text(probe_, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "probe.py"],
        cwd=tmp_path, env={**os.environ, **HOSTILE, **console, "PYTHONPATH": str(ROOT)},
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.stdout.decode("utf-8").startswith("≥ 王 – 0 1"), done.stderr.decode()


def test_the_mark_of_a_process_that_was_started_again_is_not_believed(tmp_path):
    done = probe(tmp_path, {**HOSTILE, "REPORT_STARTED": "1"})
    assert "not in the stated environment" in done.stderr
    assert "TZ" in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_kernels_have_the_stated_environment():
    class Built:
        data = None
        key = "0" * 64

    assert kernel_environment(Built()).items() >= VARIABLES.items()
    assert building.KEY_VARIABLE in kernel_environment(Built())


def drawn():
    with style():
        drawing, (axes,) = new_drawing(1.5)
        axes.plot([1, 2, 3], [10_000, 1, 5], label="a")
        axes.legend()
        axes.set_title("Starts")
        return to_svg(drawing, "Invented data", "A test")


# Each is what a `matplotlibrc` can hold, and none is among the style's own settings.
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("axes.facecolor", "red"),
        ("axes.formatter.limits", (-1, 1)),
        ("legend.loc", "lower left"),
        ("lines.linestyle", "--"),
        ("lines.marker", "o"),
        ("path.simplify", False),
        ("savefig.bbox", "tight"),
        ("savefig.transparent", True),
        ("text.usetex", True),
        ("xtick.direction", "in"),
    ],
)
def test_a_setting_of_matplotlib_changes_no_drawing(name, value):
    before = drawn()
    with mpl.rc_context({name: value}):
        assert drawn() == before
        assert mpl.rcParams[name] == (list(value) if isinstance(value, tuple) else value)


def test_options_of_libraries_are_at_their_defaults_and_then_as_they_were():
    frame = pd.DataFrame({"x": [1.23456789]})
    plain, array = frame.to_string(), repr(np.array([1.23456789]))
    with pd.option_context("display.precision", 2, "mode.string_storage", "python"), \
         np.printoptions(precision=2), np.errstate(all="raise"), \
         decimal.localcontext(decimal.Context(prec=3)):  # fmt: skip
        with specified_settings():
            assert frame.to_string() == plain
            assert pd.get_option("mode.string_storage") == "auto"
            assert repr(np.array([1.23456789])) == array
            assert np.geterr()["over"] == "warn"
            assert decimal.getcontext().prec == 28
            assert locale.localeconv()["decimal_point"] == "."
        assert pd.get_option("display.precision") == 2
        assert np.geterr()["over"] == "raise"
        assert decimal.getcontext().prec == 3


def test_the_stated_settings_of_numpy_are_its_own():
    code = "import json, numpy as n; print(json.dumps([n.get_printoptions(), n.geterr()]))"
    import json

    from analysis.environment import FLOATING, PRINTING

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    printing, floating = json.loads(done.stdout)
    assert printing.items() >= PRINTING.items()
    assert floating == dict(FLOATING)


def test_a_ledger_can_say_what_a_process_computed_under(monkeypatch):
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    found = conditions()
    assert found["time zone"] == "UTC"
    assert found["threads"] == "1"
    monkeypatch.delenv("TZ")
    assert conditions()["time zone"] == "not set"


def test_a_book_can_be_read_by_its_owner_under_any_umask(tmp_path):
    page = tmp_path / "book" / "index.html"
    before = os.umask(0o777)
    try:
        with owner_only():
            page.parent.mkdir()
            page.write_text("page")
            open_to_readers(page.parent)
    finally:
        os.umask(before)
    assert page.stat().st_mode & 0o600 == 0o600
    assert page.parent.stat().st_mode & 0o700 == 0o700


def test_defaults_of_pandas_are_found_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with specified_settings():
            pass

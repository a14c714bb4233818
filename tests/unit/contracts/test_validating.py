"""`report validate`: four outcomes, values on a terminal only, nothing of the report needed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.contracts import read_contracts
from analysis.errors import ConfigurationError
from report.commands.validate import validate
from tests.fixtures.extract import good_extract, with_control_totals, write_extract
from tests.fixtures.write import INVALID, folder

ROOT = Path(__file__).parents[3]
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a folder that holds contracts and settings, and no report."""
    shutil.copytree(ROOT / "data_contracts", tmp_path / "data_contracts")
    shutil.copy(ROOT / "study.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_good_extract_ends_with_0(alone: Path, capsys: Captured) -> None:
    contracts = read_contracts(alone / "data_contracts")
    write_extract(alone / "sent", with_control_totals(good_extract(), contracts))
    assert validate(alone / "sent", None) == 0
    assert "outcome: pass" in capsys.readouterr().out
    (alone / "sent" / "control_totals.csv").unlink()
    assert validate(alone / "sent", None) == 0
    told = capsys.readouterr().out
    assert "outcome: warn" in told
    assert "control_totals-file-absent" in told


@pytest.mark.parametrize(
    ("fixture", "code", "told"),
    [
        ("fieldwork-near-duplicate", 0, "These are warnings"),
        ("children-birth_month-type", 3, "These rules are broken"),
        ("nothing-tested", 4, "These rules met no data"),
    ],
)
def test_each_outcome_has_its_exit_code(
    alone: Path, capsys: Captured, fixture: str, code: int, told: str
) -> None:
    assert validate(folder(fixture), alone / "results.json") == code
    assert told in capsys.readouterr().out
    assert json.loads((alone / "results.json").read_text("utf-8"))["exit_code"] == code


def test_an_option_of_a_column_is_tested(alone: Path, capsys: Captured) -> None:
    contract = alone / "data_contracts" / "schools.odcs.yaml"
    text = contract.read_text("utf-8")
    head, name, rest = text.partition("- name: pupils\n")
    stepped = rest.replace("logicalTypeOptions:\n", "logicalTypeOptions:\n      multipleOf: 5\n", 1)
    contract.write_text(head + name + stepped, encoding="utf-8")
    assert validate(ROOT / "data" / "synthetic", None) == 3
    assert "schools-pupils-step" in capsys.readouterr().out


@pytest.mark.usefixtures("alone")
def test_values_go_to_a_terminal_and_nowhere_else(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = INVALID / "children-birth_month-type"
    with pytest.raises(ConfigurationError, match="on a terminal only"):
        validate(broken, None, show_values=True)
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert validate(broken, None, show_values=True) == 3
    assert "birth_month='05/06/2019'" in capsys.readouterr().out


def test_it_loads_nothing_of_models_or_figures(alone: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from report.commands.validate import validate; "
        f"validate(Path({str(INVALID / 'nothing-tested')!r}), None); "
        "loaded = {'matplotlib', 'statsmodels', 'hamilton', 'press'} & set(sys.modules); "
        "sys.exit(f'loads {loaded}' if loaded else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=alone, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

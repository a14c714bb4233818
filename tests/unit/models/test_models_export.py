import shutil
import subprocess
from dataclasses import replace

import pandas as pd
import pytest

from analysis.models.export.export import export_models
from analysis.models.inputs.specification import EventMonths, Exclusion
from tests.unit.models.models_panel import specification
from tests.validation.test_models_multinomial import uneven_panel


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Specifications of every kind: windows, exclusions, areas, strata, missing returns."""
    panel = uneven_panel(3)
    panel["area"] = panel["arm"] + (panel["matched_set"].str[-1].astype(int) // 3).astype(str)
    panel["phase"] = panel["matched_set"].str[-1].map(lambda x: "primary" if x < "3" else "other")
    base = specification()
    asked = [
        base,
        specification(pilot=None),
        replace(base, name="long", before=EventMonths(-24, -1)),
        replace(base, name="paired", pair_missing_months=True),
        replace(base, name="counts", exposure=None),
        replace(base, name="areas", assignment_unit="area"),
        replace(base, name="some", exclusions=(Exclusion("phase", ("primary",)),
                                               Exclusion("school_id", ("Lam05i", "Lam05c")))),
        replace(base, name="none", fewest_events=10_000),
    ]  # fmt: skip
    directory = tmp_path_factory.mktemp("models")
    return export_models(panel, asked, directory), directory


def test_every_file_is_written(exported):
    written, directory = exported
    assert [path.name for path in written] == [
        "panel.csv", "specifications.csv", "estimates.csv", "primary.R", "primary.do",
    ]  # fmt: skip
    assert b"\r" not in (directory / "panel.csv").read_bytes()
    estimates = pd.read_csv(directory / "estimates.csv")
    assert estimates["name"].is_unique
    assert estimates["status"].tolist() == ["estimated"] * 7 + ["not estimable"]


@pytest.mark.rscript
def test_r_arrives_at_the_same(exported):
    _, directory = exported
    run = subprocess.run(["Rscript", "primary.R"], cwd=directory, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "7 estimates compared" in run.stdout
    assert "R and Python agree" in run.stdout


@pytest.mark.rscript
def test_r_sees_a_number_that_is_wrong(exported, tmp_path):
    _, directory = exported
    shutil.copytree(directory, tmp_path / "copy")
    path = tmp_path / "copy" / "estimates.csv"
    table = pd.read_csv(path)
    table.loc[0, "log_ratio"] += 1e-5
    table.to_csv(path, index=False)
    run = subprocess.run(["Rscript", "primary.R"], cwd=path.parent, capture_output=True, text=True)
    assert run.returncode == 1
    assert "R and Python disagree" in run.stdout

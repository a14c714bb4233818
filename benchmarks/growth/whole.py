"""Write a copy of this project whose study has more schools, so that its whole report can be built.

`python -m benchmarks.growth.whole SCHOOLS DIR` writes settings, contracts, the stand-in extract and
its entry in the register of invented files; `report build` then runs in DIR as in any project.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.synthetic import register_invented
from benchmarks.growth.larger import larger_contracts, larger_extract, larger_study, write

if TYPE_CHECKING:
    from analysis.study.settings import Study

ROOT = Path(__file__).parents[2]


def write_project(root: Path, schools: int, folder: Path) -> None:
    """Copy the project's tracked files to a folder, with a larger study in place of this one."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, stdout=subprocess.PIPE)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if not name.startswith("data/synthetic/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, folder / name)
    study = larger_study(root, schools)
    settings = (root / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(larger_settings(settings, study), encoding="utf-8")
    larger_contracts(root, study, folder / "data_contracts")
    extract = folder / "data" / "synthetic"
    write(larger_extract(root, schools), extract)
    register_invented(
        sorted(extract.glob("*.csv")), study.synthetic.committed, study.synthetic.seed,
        folder / "data" / "invented-digests.txt",
    )  # fmt: skip


def larger_settings(text: str, study: Study) -> str:
    """Return the text of `study.toml` with the numbers of a larger study."""
    for pilot in study.pilots:
        places = ", ".join(f"{phase} = {n}" for phase, n in pilot.places.items())
        for key, value in (
            ("schools", pilot.schools), ("workers", pilot.workers),
            ("areas", pilot.areas), ("places", f"{{ {places} }}"),
        ):  # fmt: skip
            line = rf'(\nname = "{pilot.name}"(?:\n(?!\[).*)*?\n{key} = ).*'
            text = re.sub(line, rf"\g<1>{value}", text)
    for name, by_phase in study.synthetic.rates.items():
        rates = ", ".join(f"{phase} = {rate:.6g}" for phase, rate in by_phase.items())
        text = re.sub(rf"(?m)^{name} = \{{ primary .*$", f"{name} = {{ {rates} }}", text)
    return text


if __name__ == "__main__":
    write_project(ROOT, int(sys.argv[1]), Path(sys.argv[2]))

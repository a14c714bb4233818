"""Write a new study: settings, contracts, chapters, tests, and its own invented stand-in."""

from __future__ import annotations

import json
import re
import shutil
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis.contracts import read_contracts
from analysis.contracts.contract import SUFFIX
from analysis.errors import ConfigurationError
from analysis.exhibits.parts import words
from analysis.importing import CODE
from analysis.study.names import TOGETHER, key_of
from analysis.study.settings import read_study
from report.commands.synthesise import draw as draw_extract
from report.new.answers import RANDOMISED
from report.new.contracts import Contracts, datasets
from report.permissions import open_to_readers

if TYPE_CHECKING:
    from analysis.study.settings import Study
    from report.new.answers import Answers

TEMPLATE = CODE / "report" / "new" / "template"
EXTENSION, SETTINGS = "_extensions", "study.toml"
LONGEST_LINE = 100


def write_study(folder: Path, answers: Answers) -> list[Path]:
    """Write a study that builds at once, and return its files.

    Raises
    ------
    ConfigurationError
        If it is a file, or a folder that is not empty; nothing is written then.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(
            "the folder is not empty, and nothing is overwritten"
            if folder.is_dir()
            else "this is a file, and nothing is overwritten",
            place=str(folder),
            remedy="name an empty or a new folder",
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Written under another name until it is whole: what fails leaves nothing half done.
    with TemporaryDirectory(prefix=".new-", dir=folder.parent) as beside:
        made = Path(beside) / folder.name
        made.mkdir()
        _write_files(made, answers)
        open_to_readers(made)
        (made / "data" / "restricted").chmod(0o700)
        if folder.exists():
            folder.rmdir()
        made.rename(folder)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _write_files(folder: Path, answers: Answers) -> None:
    pages = Pages(answers)
    _write(folder / SETTINGS, pages.text(SETTINGS))
    study = read_study(folder / SETTINGS)
    write_contracts(folder, study)
    pages.write(folder, study)
    shutil.copytree(CODE / EXTENSION, folder / EXTENSION,
                    ignore=shutil.ignore_patterns("__pycache__"))  # fmt: skip
    draw(folder, study)


def write_contracts(folder: Path, study: Study) -> None:
    """Write the data contracts of a study."""
    old = read_study(CODE / "study.toml")
    made = Contracts(old, study, key_of(study.title)[:24].strip("_").replace("_", "-"))
    target = folder / "data_contracts"
    target.mkdir(exist_ok=True)
    for dataset in datasets(study):
        source = CODE / "data_contracts" / f"{dataset}{SUFFIX}"
        contract = made.converted(yaml.safe_load(source.read_text(encoding="utf-8")))
        text = yaml.safe_dump(contract, sort_keys=False, allow_unicode=True, width=LONGEST_LINE)
        _write(target / source.name, text)


class Pages:
    """The files of the template, filled in.

    Parameters
    ----------
    answers
        What the study is about.
    """

    def __init__(self, answers: Answers) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATE), undefined=StrictUndefined, autoescape=False,  # noqa: S701 - not HTML
            keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True,
            variable_start_string="<<", variable_end_string=">>", block_start_string="<%",
            block_end_string="%>", comment_start_string="<#", comment_end_string="#>",
        )  # fmt: skip
        randomised = answers.design == RANDOMISED
        self._known: dict[str, Any] = {
            "answers": answers,
            "inside": words.inside,
            "others": "Control" if randomised else "Comparison",
            "randomised": randomised,
            "text": partial(json.dumps, ensure_ascii=False),
        }

    def text(self, name: str, **known: object) -> str:
        """Return the text of one file."""
        return self._environment.get_template(name).render(self._known | known)

    def write(self, folder: Path, study: Study) -> None:
        """Write every file besides the settings, and which Python the Makefile uses here."""
        place = TOGETHER if study.design == RANDOMISED else key_of(study.pilots[0].name)
        for path in sorted(TEMPLATE.rglob("*")):
            name = path.relative_to(TEMPLATE).as_posix()
            if not path.is_file() or name == SETTINGS or "__pycache__" in name:
                continue
            # Git and other tools would heed a hidden file in the program's own folder.
            target = folder / re.sub(r"(^|/)dot-", r"\1.", name.removesuffix(".jinja"))
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(target, self.text(name, study=study, place=place))
        _write(folder / "local.mk", f"PYTHON := {sys.executable}\n")


def draw(folder: Path, study: Study) -> None:
    """Draw the stand-in extract, and register its files as invented."""
    target = folder / study.extract_directory
    target.mkdir(parents=True, exist_ok=True)
    contracts = read_contracts(folder / "data_contracts")
    draw_extract(study, contracts, None, target, folder / "data" / "invented-digests.txt")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")

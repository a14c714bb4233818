"""Recompute a report from chosen states of its code, data and settings."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.environment import variables as environment_of
from analysis.errors import ConfigurationError, ReportError
from analysis.evaluation import DATA_VARIABLE, KEY_VARIABLE, private_folder
from audit.ledger.bundle import DATA, read_folder
from audit.ledger.ledger import environment
from audit.ledger.reading import LEDGER
from audit.trace.repository import object_name, run_git, without_git
from report.engines import WITHIN_BUILD
from report.reproduction.commit_files import CLONE, FORGED, index_entries, write_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.ledger.bundle import Bundle

KINDS = ("data", "code", "settings")
DATA_FOLDER, SETTINGS_FILE = "data", "study.toml"
KEPT = Path(".report") / "rebuilt"
"""Folder for the results of rebuilds, by digest of all their inputs."""
DIGEST = "digest.txt"
TIMEOUT = 1800
_NOT_PASSED_ON = (DATA_VARIABLE, KEY_VARIABLE, "PYTHONPATH", "QUARTO_PROFILE", WITHIN_BUILD)
_NOBODY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "report"), ("EMAIL", "report@localhost"), ("DATE", "@0 +0000"))
}
"""Author of commits made from the work tree: always the same, so that equal files give one."""


class RebuildFailed(ReportError):
    """A combination of code, data and settings that cannot be built (auditor)."""

    exit_code = 9


@dataclass(frozen=True)
class Inputs:
    """The origin of each input of a report.

    Attributes
    ----------
    data, code, settings
        Commits. Settings are `study.toml`, data are the folder `data`, code is all other files.
    extract
        A folder with the extract, to replace that of the commit; None to use the commit's.
    """

    data: str
    code: str
    settings: str
    extract: Path | None = None

    def swapped(self, kind: str, other: Inputs) -> Inputs:
        """Return these inputs, with those of one kind taken from others."""
        if kind == "data":
            return replace(self, data=other.data, extract=other.extract)
        return (
            replace(self, code=other.code)
            if kind == "code"
            else replace(self, settings=other.settings)
        )


def of_commit(commit: str, extract: Path | None = None) -> Inputs:
    """Return the inputs in one commit."""
    return Inputs(commit, commit, commit, extract)


def find_commit(root: Path, name: str) -> str:
    """Return the full hash of a commit; for ".", of a commit of the tracked files as they are.

    Raises
    ------
    ConfigurationError
        If the clone has no such commit, with the likely reason.
    """
    if name == ".":
        return _of_the_files(root)
    try:
        asked = ("--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        return git(root, "rev-parse", *asked).decode().split()[-1]
    except RebuildFailed:
        pass
    try:
        shallow = git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    except RebuildFailed:
        raise ConfigurationError(
            "this folder is not a git clone, so it has no earlier state to return to",
            place=str(root),
            remedy="run this in a clone with its history",
        ) from None
    raise ConfigurationError(
        f"this clone has no commit {name}" + (": it is a shallow one" if shallow else ""),
        remedy="`git fetch --unshallow`" if shallow else "`git fetch`, or name another commit",
    )


def _of_the_files(root: Path) -> str:
    """Return a commit of the tracked files as they are, changing nothing else."""
    head = find_commit(root, "HEAD")
    # Only the entries: an index also has flags that make git ignore changes to a file.
    lying = index_entries(git, root)
    with tempfile.TemporaryDirectory() as folder:
        stated = {"GIT_INDEX_FILE": str(Path(folder) / "index"), **_NOBODY}
        git(root, "update-index", "-z", "--index-info", stated=stated, fed=lying)
        tree = git(root, "write-tree", stated=stated).decode().strip()
        if tree == git(root, "rev-parse", f"{head}^{{tree}}").decode().strip():
            return head
        made = git(root, "commit-tree", tree, "-p", head, "-m", "files", stated=stated)
    return made.decode().strip()


def differing(root: Path, old: Inputs, new: Inputs) -> tuple[str, ...]:
    """Return the kinds of input that differ."""
    others = (".", f":!{DATA_FOLDER}", f":!{SETTINGS_FILE}")
    same = {
        "data": old.extract == new.extract and _same(root, old.data, new.data, DATA_FOLDER),
        "code": _same(root, old.code, new.code, *others),
        "settings": _same(root, old.settings, new.settings, SETTINGS_FILE),
    }
    return tuple(kind for kind in KINDS if not same[kind])


def _same(root: Path, old: str, new: str, *paths: str) -> bool:
    return not git(root, "diff", "--name-only", "--end-of-options", old, new, "--", *paths).strip()


def rebuild(root: Path, inputs: Inputs, name: str = "", *, fresh: bool = False) -> Bundle:
    """Recompute a report from chosen inputs in a separate folder; return its ledger and data.

    Parameters
    ----------
    root
        The clone.
    inputs
        Inputs from which to compute.
    name
        Name shown to the reader; by default the commit.
    fresh
        Compute even if a result of the same inputs is cached.

    Raises
    ------
    RebuildFailed
        If it fails, with its error message.
    """
    kept = root / KEPT / _key(root, inputs)
    if fresh or not _whole(kept):
        # Inside the working files, which `report clean` removes if this process is killed.
        private_folder(root / KEPT.parent)
        with tempfile.TemporaryDirectory(prefix="rebuild-", dir=root / KEPT.parent) as folder:
            tree = Path(folder) / "project"
            _export(root, inputs, tree)
            _prepare(tree, inputs.extract)
            shutil.rmtree(kept, ignore_errors=True)
            kept.mkdir(parents=True)
            shutil.copytree(tree / ".report" / DATA, kept / DATA, dirs_exist_ok=True)
            shutil.copy(tree / ".report" / LEDGER, kept / LEDGER)
            (kept / DIGEST).write_text(_contents(kept), encoding="utf-8")
    return read_folder(kept, name or inputs.code[:12])


def _whole(kept: Path) -> bool:
    """Return whether a cached rebuild is unchanged."""
    try:
        return (kept / DIGEST).read_text(encoding="utf-8") == _contents(kept)
    except (OSError, UnicodeDecodeError):
        return False


def _contents(kept: Path) -> str:
    """Return the SHA-256 of all files in a cached rebuild."""
    files = sorted(path for path in kept.rglob("*") if path.is_file() and path.name != DIGEST)
    said = [
        f"{path.relative_to(kept).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in files
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _key(root: Path, inputs: Inputs) -> str:
    """Return a digest of everything that a rebuild depends on."""
    parts = [
        inputs.code,
        _object(root, inputs.data, DATA_FOLDER),
        _object(root, inputs.settings, SETTINGS_FILE),
        json.dumps(environment(), sort_keys=True),
    ]
    if inputs.extract is not None:
        for file in sorted(inputs.extract.rglob("*")):
            if file.is_file():
                parts += [file.name, hashlib.sha256(file.read_bytes()).hexdigest()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _object(root: Path, commit: str, path: str) -> str:
    return git(root, "rev-parse", f"{commit}:{path}").decode().strip()


def _export(root: Path, inputs: Inputs, tree: Path) -> None:
    """Write the files of the chosen commits into a new folder."""
    write_files(git, root, inputs.code, tree)
    if inputs.data != inputs.code:
        shutil.rmtree(tree / DATA_FOLDER, ignore_errors=True)
        write_files(git, root, inputs.data, tree, DATA_FOLDER)
    if inputs.settings != inputs.code:
        write_files(git, root, inputs.settings, tree, SETTINGS_FILE)


def _prepare(tree: Path, extract: Path | None) -> None:
    given = without_git(os.environ)
    given = {key: value for key, value in given.items() if key not in _NOT_PASSED_ON}
    # An old commit may not set the environment itself.
    variables = {**environment_of(given), "PYTHONPATH": str(tree)}
    # The tree is inside a clone but is not one: git must not look above it.
    variables["GIT_CEILING_DIRECTORIES"] = str(tree.parent)
    if extract is not None:
        variables[DATA_VARIABLE] = str(extract.resolve())
    done = subprocess.run(
        [sys.executable, "-m", "report", "prepare"],
        cwd=tree,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise RebuildFailed(f"it does not compute: {said[-1] if said else 'no reason given'}")
    if not (tree / ".report" / DATA).is_dir():
        raise RebuildFailed(
            "that commit is older than this comparison: it does not store the data of its exhibits"
        )


def git(
    root: Path, *arguments: str, stated: Mapping[str, str] | None = None, fed: bytes = b""
) -> bytes:
    """Return the output of a git command; see `audit.trace.repository.run_git`."""
    try:
        done = run_git(root, *arguments, stated=stated, fed=fed)
    except FileNotFoundError:
        raise ConfigurationError("git is not installed", remedy="install git") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise RebuildFailed(f"git {arguments[0]}: {said or 'nothing found'}")
    return done.stdout


def shown(root: Path, commit: str, path: str) -> bytes:
    """Return a file of a commit.

    Raises
    ------
    RebuildFailed
        If the commit has no such file, or its contents are not what their hash says.
    """
    # Git does not show paths outside its tree.
    data = git(root, "show", "--end-of-options", f"{commit}:{path}")
    named = git(root, "rev-parse", "--verify", "--end-of-options", f"{commit}:{path}")
    name = named.decode().split()[-1]
    if object_name(b"blob", data, len(name)) != name:
        raise RebuildFailed(f"{path} in commit {commit[:12]} {FORGED}", remedy=CLONE)
    return data
